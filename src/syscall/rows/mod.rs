//! The rows, in rooms by what the calls are about.

use super::Row;

pub mod attributes;
pub mod file;
pub mod name;
pub mod network;
mod network_message;
mod network_netlink;
mod network_option;
mod network_route;
pub mod stat;

/// Every row. A name occurs once.
pub static ALL: &[&[Row]] = &[attributes::ROWS, file::ROWS, name::ROWS, network::ROWS, stat::ROWS];
