//! The rows, in rooms by what the calls are about.

use super::Row;

pub mod attributes;
pub mod fd;
pub mod file;
pub mod futex;
pub mod identity;
pub mod io;
pub mod ipc;
pub mod memory;
pub mod mount;
pub mod name;
pub mod network;
mod network_message;
mod network_netlink;
mod network_option;
mod network_route;
pub mod notify;
pub mod obsolete;
pub mod poll;
pub mod prctl;
pub mod process;
pub mod schedule;
pub mod signal;
pub mod stat;
pub mod system;
pub mod time;

/// Every row. A name occurs once.
pub static ALL: &[&[Row]] = &[
    attributes::ROWS,
    fd::ROWS,
    file::ROWS,
    futex::ROWS,
    identity::ROWS,
    io::ROWS,
    ipc::ROWS,
    memory::ROWS,
    mount::ROWS,
    name::ROWS,
    network::ROWS,
    notify::ROWS,
    obsolete::ROWS,
    poll::ROWS,
    signal::ROWS,
    prctl::ROWS,
    process::ROWS,
    schedule::ROWS,
    stat::ROWS,
    system::ROWS,
    time::ROWS,
];
