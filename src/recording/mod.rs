//! The recording: an SQLite file that holds everything a run did. Written by one thread, read by anyone, also while it grows.

mod event;

pub use event::{Call, Check, Event, ExitStatus, RunInfo, What};
mod shim;
pub use shim::*;
