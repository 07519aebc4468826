//! The rows, in rooms by what the calls are about.

use super::Row;

pub mod file;
pub mod network;

/// Every row. A name occurs once.
pub static ALL: &[&[Row]] = &[file::ROWS, network::ROWS];
