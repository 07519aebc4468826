//! Decoders of structures that several families of calls share. Every decoder writes what strace writes and, where
//! the memory cannot be read, the address.

pub mod bytes;
pub mod dns;
pub mod iovec;
pub mod signal;
pub mod time;
