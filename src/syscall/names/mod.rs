//! Values by name, in families. Values are those of the kernel's headers; order is the order of printing.

pub mod descriptor;
pub mod file;
pub mod magic;
pub mod memory;
pub mod mount;
pub mod process;
pub mod signal;
pub mod system;
pub mod time;
pub mod bpf;
pub mod io_uring;
pub mod ioctl;
pub mod ipc;
pub mod siginfo;
pub mod socket;
pub mod terminal;
