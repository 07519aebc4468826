//! Everything GTK.

pub mod prompt;

/// Stand-in until the windows land.
pub fn run(_start: Option<crate::session::Options>) -> i32 {
    eprintln!("syswall: the windows are not built yet");
    125
}
