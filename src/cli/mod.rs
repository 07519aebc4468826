//! Commands, and asking on the terminal.

pub mod ask;
pub mod terminal;
