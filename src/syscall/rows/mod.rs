//! The rows, in rooms by what the calls are about.

use super::Row;

pub mod attributes;
pub mod fd;
pub mod file;
pub mod io;
pub mod memory;
pub mod name;
pub mod network;
mod network_message;
mod network_netlink;
mod network_option;
mod network_route;
pub mod notify;
pub mod poll;
pub mod stat;

/// Every row. A name occurs once.
pub static ALL: &[&[Row]] = &[
    attributes::ROWS,
    fd::ROWS,
    file::ROWS,
    io::ROWS,
    memory::ROWS,
    name::ROWS,
    network::ROWS,
    notify::ROWS,
    poll::ROWS,
    stat::ROWS,
];
