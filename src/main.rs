//! Command line in, front end chosen; nothing else.

#[cfg(feature = "gui")]
use syswall::ui::run as windows;

#[cfg(not(feature = "gui"))]
fn windows(_start: syswall::session::Start) -> i32 {
    let text = syswall::i18n::tr("this build has no windows; use syswall run --no-gui PROGRAM");
    eprintln!("syswall: {text}");
    125
}

fn main() {
    std::process::exit(syswall::cli::main(windows));
}
