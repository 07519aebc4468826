//! Values by name, in families. Values are those of the kernel's headers; order is the order of printing.

pub mod signal;
