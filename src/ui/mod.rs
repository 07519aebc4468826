//! Everything GTK. Runs on the main thread; [`bridge`] is the only file that crosses to others.
//!
//! ```text
//! Application
//! └─ Window            what one recording, running or not, looks like
//!    ├─ Activity       processes, log, details
//!    ├─ Rules          the rules in the order in which they decide
//!    ├─ Statistics     figures and a chart
//!    ├─ Compare        two runs side by side
//!    ├─ ReportPage     what a run did, summed up
//!    └─ TerminalPane   the program's own terminal, if it was started here
//! ```
//!
//! Each widget is one `.rs` beside one `.ui`. Commands are named actions ([`actions`]).

mod a11y;
mod actions;
mod activity;
mod application;
mod bridge;
mod chart;
mod compare;
mod completion;
pub mod prompt;
mod report_page;
mod rule_dialog;
mod rule_text;
mod rules;
mod run_dialog;
mod shortcuts;
mod statistics;
mod table;
mod terminal;
mod text;
mod window;

use gtk::prelude::*;

use crate::session::Start;
use crate::words::tr;
pub use application::ID;

/// Opens the window with `start` in it; returns when the last window is closed. Signals must have been blocked before
/// (`session::prepare`): GTK starts threads.
///
/// Returns the exit status for the process: the program's own for a run that was given, 125 if Syswall failed, else 0.
/// Without a display nothing is run; standard error says so, and the status is 125.
pub fn run(start: Start) -> i32 {
    if adw::init().is_err() || gtk::gdk::Display::default().is_none() {
        let text = match start {
            Start::Run(_) => tr(
                "there is no display to open a window on, and nothing was run; use --no-gui to be asked in the terminal",
            ),
            _ => tr("there is no display to open a window on; use syswall run --no-gui PROGRAM"),
        };
        eprintln!("syswall: {text}");
        return 125;
    }
    gtk::glib::set_prgname(Some(ID));
    let app = application::Application::new(start);
    // The command line is Syswall's own, already read.
    let own = app.run_with_args::<&str>(&[]);
    match app.exit_code() {
        0 => own.get().into(),
        code => code,
    }
}

/// Where recordings are kept by default; `None` without a home directory.
fn recordings_folder() -> Option<std::path::PathBuf> {
    crate::session::Dirs::of_user().map(|dirs| dirs.state.join("recordings"))
}
