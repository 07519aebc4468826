//! What the tracer thread says about a run, one [`Event`] after the other.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::policy::{By, Decision};
use crate::syscall::{Abi, Access, ArgText, KindSet};

/// What is known about a run before its first event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunInfo {
    /// The command, program first, as the user gave it.
    pub argv: Vec<OsString>,
    /// The resolved executable.
    pub program: PathBuf,
    /// Where it was started.
    pub cwd: PathBuf,
    /// The user's home directory; reports write it as `~`.
    pub home: Option<PathBuf>,
    /// When, in ns since the epoch.
    pub started: i64,
    /// `all` or `policy`.
    pub watch: String,
    /// The policy as JSON, as it was at the start.
    pub policy: String,
}

/// How a process or thread ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// With this code (0 to 255).
    Code(i32),
    /// By this signal.
    Signal {
        /// Its number, real-time ones too.
        number: i32,
        /// Whether the kernel made a core dump.
        core: bool,
    },
}

impl ExitStatus {
    /// What a shell would show: the code, or 128 + the signal.
    pub const fn shell_code(self) -> i32 {
        match self {
            ExitStatus::Code(code) => code,
            ExitStatus::Signal { number, .. } => 128 + number,
        }
    }
}

/// How sure we are that what was checked is what happened (contract 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// What happened was compared with what was checked, or nothing could come between.
    Verified,
    /// Something could come between.
    Unverified(Doubt),
    /// It differed, and was stopped or taken back.
    Race,
}

/// What could have changed between the check and the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Where a name leads: links and folders can be exchanged by any process that may write there.
    Name,
    /// What a descriptor is open on: another thread can exchange it (dup2).
    Descriptor,
    /// Memory that others write to, and that the kernel reads once more.
    Memory,
}

impl Doubt {
    const ALL: [Doubt; 3] = [Doubt::Name, Doubt::Descriptor, Doubt::Memory];

    /// The name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Doubt::Name => "name",
            Doubt::Descriptor => "descriptor",
            Doubt::Memory => "memory",
        }
    }
}

impl Check {
    /// The three, by their names in records.
    pub const NAMES: [&str; 3] = ["verified", "unverified", "race"];

    /// The name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Check::Verified => "verified",
            Check::Unverified(_) => "unverified",
            Check::Race => "race",
        }
    }

    /// What could have come between, where that is so.
    pub const fn doubt(self) -> Option<Doubt> {
        match self {
            Check::Unverified(doubt) => Some(doubt),
            Check::Verified | Check::Race => None,
        }
    }

    /// As one word or two.
    pub const fn stored(self) -> &'static str {
        match self {
            Check::Verified | Check::Race => self.name(),
            Check::Unverified(Doubt::Name) => "unverified name",
            Check::Unverified(Doubt::Descriptor) => "unverified descriptor",
            Check::Unverified(Doubt::Memory) => "unverified memory",
        }
    }

    /// The reverse of [`Check::stored`].
    pub fn from_stored(text: &str) -> Option<Check> {
        let doubts = Doubt::ALL.map(Check::Unverified);
        [Check::Verified, Check::Race].into_iter().chain(doubts).find(|c| c.stored() == text)
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Counts from 1 in the order of the record. A call's place is that of its end.
    pub seq: u64,
    /// When it began, in ns since the epoch.
    pub time: i64,
    /// Process (thread group).
    pub pid: i32,
    /// Thread.
    pub tid: i32,
    /// The process's executable at that time.
    pub program: Arc<Path>,
    /// What happened.
    pub what: What,
}

/// The kinds of events.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A system call has ended (or never will: the task died in it).
    Call(Box<Call>),
    /// A signal is delivered.
    Signal {
        /// Its number.
        number: i32,
        /// As strace writes it between `---`: `SIGCHLD {si_signo=SIGCHLD, …}`.
        text: String,
    },
    /// A process or thread starts. The first event of each.
    Start {
        /// The process that started it; Syswall's own PID for the program's first.
        parent: i32,
        /// Whether it is a thread of `pid` (then `tid` differs from it).
        thread: bool,
    },
    /// The process now runs another program; `Event::program` is the new one.
    Exec {
        /// Its arguments, as the kernel took them; cut where they are long.
        argv: Vec<OsString>,
    },
    /// A thread (or, where `tid == pid`, the process) ended.
    Exit {
        /// How.
        status: ExitStatus,
    },
    /// Syswall did or noticed something that the reader of the record should know (escaped, English, one line).
    Note {
        /// What.
        text: String,
    },
}

/// One system call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Whose table.
    pub abi: Abi,
    /// The name, or `syscall_0x1f4`.
    pub name: Arc<str>,
    /// Rendered arguments. Where the task died in the call: those known at the entry.
    pub args: ArgText,
    /// As strace writes it behind `= `; `?` where it never came back.
    pub result_text: String,
    /// Every kind the call had.
    pub kinds: KindSet,
    /// What it did to what; entries that a policy would not look at are left out.
    pub accesses: Vec<Access>,
    /// What the program was told that the first internet address among them is called: its own word.
    pub host: Option<Arc<str>>,
    /// What was decided.
    pub decision: Decision,
    /// On whose word.
    pub by: By,
    /// Which rule.
    pub rule: Option<Arc<str>>,
    /// The result; `None` where it failed or never came back.
    pub result: Option<i64>,
    /// The errno (positive) where it failed.
    pub errno: Option<i32>,
    /// From entry to exit, without `waited_ns`.
    pub duration_ns: u64,
    /// How long the task was held for an answer.
    pub waited_ns: u64,
    /// How sure we are.
    pub check: Check,
}

impl Call {
    /// The whole line as `--trace` writes it, without the PID: contract 3.
    pub fn line(&self) -> String {
        let head = format!("{}({})", self.name, self.args.text);
        let tail = match self.decision {
            Decision::Deny | Decision::Kill => " (DENIED)",
            Decision::Pretend => " (PRETENDED)",
            Decision::Allow | Decision::Ask => "",
        };
        format!("{head:<39} = {}{tail}", self.result_text)
    }
}
