//! Values by name, in families. Values are those of the kernel's headers; order is the order of printing.

pub mod bpf;
pub mod descriptor;
pub mod file;
pub mod io_uring;
pub mod ioctl;
pub mod ipc;
pub mod magic;
pub mod memory;
pub mod mount;
pub mod process;
pub mod siginfo;
pub mod signal;
pub mod socket;
pub mod socket_option;
pub mod system;
pub mod terminal;
pub mod time;
