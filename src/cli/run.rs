//! `syswall run`: a program under Syswall, asked about in windows or on the terminal (contract 2).

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::terminal;
use crate::policy::Decision;
use crate::session::{Options, PolicyChoice, RecordChoice, Start, Watch, prepare};

/// How to run, and what.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// No window: questions are asked on the terminal; without one, they are denied
    #[arg(long)]
    pub no_gui: bool,
    /// With --no-gui: answer every question so, without asking; never saved
    #[arg(long, value_name = "DECISION", requires = "no_gui")]
    pub answer: Option<Answer>,
    /// Use this policy [default: the program's own, in $XDG_CONFIG_HOME/syswall/policies/]
    #[arg(long, value_name = "FILE", conflicts_with = "no_policy")]
    pub policy: Option<PathBuf>,
    /// Start from an empty policy
    #[arg(long)]
    pub no_policy: bool,
    /// Add a preset; may be repeated (`syswall policy presets` lists them)
    #[arg(long, value_name = "NAME")]
    pub preset: Vec<String>,
    /// Write the policy with the "always" answers of this run there [default: the program's own]
    #[arg(long, value_name = "FILE")]
    pub save_policy: Option<PathBuf>,
    /// Where the recording goes [default: $XDG_STATE_HOME/syswall/recordings/]
    #[arg(long, value_name = "FILE", conflicts_with = "no_record")]
    pub record: Option<PathBuf>,
    /// Record nothing
    #[arg(long)]
    pub no_record: bool,
    /// Also write every call as a text line, as `strace -f -o FILE` does; `-`: standard error
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Which calls are watched: all of them, or only those that the policy can concern; the rest run at full speed, and
    /// are neither counted nor recorded
    #[arg(long, value_enum, default_value = "all")]
    pub watch: WatchArg,
    /// Do not ask about the dynamic loader's own work [default: as the policy says, else yes]
    #[arg(long, value_enum, value_name = "YES|NO")]
    pub ignore_library_loading: Option<YesNo>,
    /// Without the display: the program opens no windows, sees no screen, types nothing (and so cannot press Syswall's
    /// own buttons)
    #[arg(long)]
    pub without_display: bool,
    /// Working directory of the program
    #[arg(short = 'C', value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// The program and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "PROGRAM")]
    pub command: Vec<OsString>,
}

/// What `--answer` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Answer {
    /// Make every call
    Allow,
    /// Make none that is asked about
    Deny,
    /// Make none, but let the program believe it was made
    Pretend,
}

/// What `--watch` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WatchArg {
    /// Every call is seen, timed and recorded
    All,
    /// Only calls that a rule, a preset or a question can concern
    Policy,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum YesNo {
    /// Yes
    Yes,
    /// No
    No,
}

impl RunArgs {
    /// What the session needs; signals that reach Syswall go to the program.
    pub fn options(self) -> Options {
        let policy = match (self.policy, self.no_policy) {
            (Some(file), _) => PolicyChoice::File(file),
            (None, true) => PolicyChoice::Empty,
            (None, false) => PolicyChoice::Own,
        };
        let record = match (self.record, self.no_record) {
            (Some(file), _) => RecordChoice::File(file),
            (None, true) => RecordChoice::No,
            (None, false) => RecordChoice::Default,
        };
        let mut options = Options {
            cwd: self.directory,
            policy,
            presets: self.preset,
            save_policy: self.save_policy,
            record,
            trace: self.trace,
            watch: match self.watch {
                WatchArg::All => Watch::All,
                WatchArg::Policy => Watch::Policy,
            },
            ignore_library_loading: self.ignore_library_loading.map(|v| v == YesNo::Yes),
            answer: self.answer.map(|a| match a {
                Answer::Allow => Decision::Allow,
                Answer::Deny => Decision::Deny,
                Answer::Pretend => Decision::Pretend,
            }),
            forward_signals: true,
            ..Options::new(self.command)
        };
        if self.without_display {
            options.without_display();
        }
        options
    }
}

/// Runs the command; returns its exit status. Call it on the main thread, before any other thread starts.
pub fn main(args: RunArgs, windows: super::Windows) -> i32 {
    if let Err(error) = prepare(true) {
        eprintln!("syswall: {error}");
        return error.exit_code;
    }
    if args.no_gui {
        return terminal::run(args.options());
    }
    windows(Start::Run(Box::new(args.options())))
}
