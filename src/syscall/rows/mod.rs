//! The rows, in rooms by what the calls are about.

use super::Row;

pub mod aio;
pub mod attributes;
pub mod bpf;
pub mod fd;
pub mod file;
pub mod futex;
pub mod identity;
pub mod io;
pub mod io_uring;
pub mod ioctl;
mod ioctl_form;
mod ioctl_network;
pub mod ipc;
pub mod keys;
pub mod memory;
pub mod mount;
pub mod name;
pub mod network;
pub mod network_message;
mod network_netlink;
mod network_option;
mod network_route;
pub mod notify;
pub mod obsolete;
pub mod perf;
pub mod poll;
pub mod prctl;
pub mod process;
pub mod ptrace;
pub mod schedule;
pub mod security;
pub mod signal;
pub mod stat;
pub mod system;
pub mod time;

/// Why a call that gives a descriptor of a special sort cannot be pretended: nothing harmless can stand in for it. A msgid.
const NEXT: &str = "what the program does next with what it gets would fail";
/// Why a call that moves data from one descriptor to another cannot be pretended. A msgid.
const ENDLESS: &str = "the program would move the same data again and again";

/// Every row. A name occurs once.
pub static ALL: &[&[Row]] = &[
    aio::ROWS,
    attributes::ROWS,
    bpf::ROWS,
    fd::ROWS,
    file::ROWS,
    futex::ROWS,
    identity::ROWS,
    io::ROWS,
    io_uring::ROWS,
    ioctl::ROWS,
    ipc::ROWS,
    keys::ROWS,
    memory::ROWS,
    mount::ROWS,
    name::ROWS,
    network::ROWS,
    notify::ROWS,
    obsolete::ROWS,
    perf::ROWS,
    poll::ROWS,
    prctl::ROWS,
    process::ROWS,
    ptrace::ROWS,
    schedule::ROWS,
    security::ROWS,
    signal::ROWS,
    stat::ROWS,
    system::ROWS,
    time::ROWS,
];

/// Whether `call` does nothing but set something, so that a 0 is all that it gives: of the calls with requests of many
/// sorts ([`Pretend::Setting`](super::Pretend::Setting)).
pub fn only_sets(call: &super::RawCall) -> bool {
    match call.name() {
        Some("ioctl") => ioctl::only_sets(call.abi, call.args[1] as u32),
        Some("prctl") => prctl::only_sets(call.args[0] as u32),
        _ => false,
    }
}
