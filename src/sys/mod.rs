//! The only unsafe code: what ptrace(2), wait(2), process_vm_readv(2) and fork(2) need and nix does not offer soundly.
//!
//! Everything here that names a traced task must be called on the thread that traces it; any such call can fail
//! with ESRCH at any moment, because the task died.

#![allow(unsafe_code)]

mod arch;
pub mod credentials;
mod filetype;
pub mod filter;
mod handle;
pub mod initial;
pub mod launch;
mod memory;
mod pidfd;
pub mod poke;
pub mod ptrace;
mod wait;

pub use arch::Registers;
pub use filetype::{file_owner_at, file_type, file_type_at};
pub use handle::{HANDLE_MAX, open_handle};
pub use memory::{RemoteMemory, seal_nothing};
pub use pidfd::{SocketInfo, copy_descriptor, refuse_all, socket_info, socket_name, socket_peer};
pub use wait::{Status, wait_any, wait_next};
