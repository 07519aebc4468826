//! What differs between machines: where a call's number, arguments and result are. One file a machine; the rest of
//! Syswall asks [`Registers`].

#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
pub use x86_64::Registers;

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "aarch64")]
pub use aarch64::Registers;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("Syswall knows x86-64 and aarch64; a port is a file here that offers `Registers`");
