//! The rows, in rooms by what the calls are about.

use super::Row;

pub mod attributes;
pub mod fd;
pub mod file;
pub mod futex;
pub mod io;
pub mod ipc;
pub mod memory;
pub mod name;
pub mod network;
mod network_message;
mod network_netlink;
mod network_option;
mod network_route;
pub mod notify;
pub mod poll;
pub mod signal;
pub mod stat;

/// Every row. A name occurs once.
pub static ALL: &[&[Row]] = &[
    attributes::ROWS,
    fd::ROWS,
    file::ROWS,
    futex::ROWS,
    io::ROWS,
    ipc::ROWS,
    memory::ROWS,
    name::ROWS,
    network::ROWS,
    notify::ROWS,
    poll::ROWS,
    signal::ROWS,
    stat::ROWS,
];
