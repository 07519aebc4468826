//! The command line (contract 2): commands, terminal prompts, text lines.

pub mod ask;
pub mod compare;
pub mod events;
mod explain;
mod output;
pub mod policy;
pub mod report;
pub mod run;
mod terminal;

use std::io::Write;
use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

use crate::session::{Start, prepare};

/// A firewall for system calls, on the desktop
///
/// Syswall runs a program, shows what it does to files, the network, other programs and the machine, asks before
/// anything that matters, and records everything. Without a command it opens its window.
#[derive(Parser, Debug)]
#[command(
    name = "syswall",
    args_conflicts_with_subcommands = true,
    version,
    after_help = "Exit status: of `run` the program's own, or 128+N if signal N ended it, 125 if Syswall failed, 126 if the program could not \
be executed, 127 if it was not found; of `compare` 0 if nothing differs, 1 if something does; 2 for wrong usage and trouble."
)]
struct Command {
    /// Open this recording in the window
    #[arg(value_name = "RECORDING")]
    recording: Option<PathBuf>,
    /// Run this file in the window: for file managers
    #[arg(long, value_name = "PATH", hide = true, conflicts_with = "recording")]
    run_file: Option<PathBuf>,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Run a program under Syswall
    Run(run::RunArgs),
    /// Sum up what a run did
    Report(report::ReportArgs),
    /// Print what a recording holds, event by event
    Events(events::EventsArgs),
    /// Tell what differs between two runs
    Compare(compare::CompareArgs),
    /// Check policies, list presets, try a policy on a recording
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Print completions for a shell
    #[command(hide = true)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(hide = true)]
    Man,
}

/// Runs the command line of this process and returns its exit status.
pub fn main(windows: Windows) -> i32 {
    crate::words::init();
    let command = Command::parse();
    match command.what {
        Some(What::Run(args)) => run::main(args, windows),
        Some(What::Report(args)) => report::main(&args),
        Some(What::Events(args)) => events::main(&args),
        Some(What::Compare(args)) => compare::main(&args),
        Some(What::Policy(command)) => policy::main(&command),
        Some(What::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Command::command(), "syswall", &mut script);
            output::printing(|out| output::flushed(out.write_all(&script)).map(|()| 0))
        }
        Some(What::Man) => output::printing(|out| output::flushed(man(out)).map(|()| 0)),
        None => match (command.run_file, command.recording) {
            (Some(file), _) => open(Start::Program(absolute(file)), windows),
            (None, Some(file)) => open(Start::Recording(absolute(file)), windows),
            (None, None) => open(Start::Nothing, windows),
        },
    }
}

fn absolute(file: PathBuf) -> PathBuf {
    std::path::absolute(&file).unwrap_or(file)
}

/// The manual page, all commands on one.
fn man(out: &mut dyn Write) -> std::io::Result<()> {
    let mut page = Vec::new();
    let command = Command::command();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for part in command.get_subcommands().filter(|c| !c.is_hide_set()) {
        for part in [part].into_iter().chain(part.get_subcommands().filter(|c| c.get_name() != "help")) {
            let man = clap_mangen::Man::new(part.clone());
            writeln!(page, ".SH COMMAND {}", part.get_name().to_uppercase())?;
            man.render_description_section(&mut page)?;
            man.render_options_section(&mut page)?;
        }
    }
    out.write_all(&page)
}

/// Opens the windows and returns the exit status. The caller of [`main`] has them; this room knows no window.
pub type Windows = fn(Start) -> i32;

fn open(start: Start, windows: Windows) -> i32 {
    match prepare(false) {
        Ok(()) => windows(start),
        Err(error) => {
            eprintln!("syswall: {error}");
            error.exit_code
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent_and_its_manual_names_every_command() {
        let command = super::Command::command();
        command.clone().debug_assert();
        let mut page = Vec::new();
        super::man(&mut page).unwrap();
        let page = String::from_utf8(page).unwrap().to_lowercase();
        for part in command.get_subcommands().filter(|c| !c.is_hide_set()) {
            assert!(page.contains(&format!(".sh command {}", part.get_name())), "{}", part.get_name());
        }
    }
}
