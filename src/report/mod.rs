//! report
mod shim;
pub use shim::*;
