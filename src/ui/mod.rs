//! Everything GTK.

pub mod prompt;
