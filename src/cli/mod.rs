//! The command line (contract 2): commands, terminal prompts, text lines.

pub mod ask;
pub mod run;
mod terminal;

use clap::{Parser, Subcommand};

/// A firewall for system calls, on the desktop
#[derive(Parser, Debug)]
#[command(version)]
struct Command {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Run a program under Syswall
    Run(run::RunArgs),
}

/// Runs the command line of this process and returns its exit status.
pub fn main() -> i32 {
    crate::words::init();
    match Command::parse().what {
        Some(What::Run(args)) => run::main(args),
        None => window(),
    }
}

#[cfg(feature = "gui")]
fn window() -> i32 {
    crate::ui::run(None)
}

#[cfg(not(feature = "gui"))]
fn window() -> i32 {
    eprintln!("syswall: this build has no windows; `syswall run --no-gui PROGRAM` works");
    125
}
