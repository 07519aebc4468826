//! What differs between machines: where a call's number, arguments and result are. One file a machine; the rest of
//! Syswall asks [`Registers`].

#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
pub use x86_64::Registers;

#[cfg(not(target_arch = "x86_64"))]
compile_error!("Syswall runs on x86-64 so far; a port is a file here that offers `Registers`");
