//! What crosses between the tracer thread and the front end.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::i18n::Text;
use crate::policy::Decision;
use crate::recording::ExitStatus;
use crate::syscall::{Abi, Access, ArgText};

/// Names one question of a run.
pub type QuestionId = u64;

/// A process between the one that asks and the program's first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ancestor {
    /// Its PID.
    pub pid: i32,
    /// Its executable.
    pub program: Arc<Path>,
}

/// A call that waits for the user. Everything in it that comes from the program is hostile: escape it.
#[derive(Clone, Debug)]
pub struct Question {
    /// Its name in answers.
    pub id: QuestionId,
    /// Who asks.
    pub pid: i32,
    /// Which thread.
    pub tid: i32,
    /// The executable of the process that asks.
    pub program: Arc<Path>,
    /// Its arguments (cut where long).
    pub argv: Vec<OsString>,
    /// Who started it, nearest first, up to the program's first process. Empty for the first process itself.
    pub ancestry: Vec<Ancestor>,
    /// Its current directory.
    pub cwd: PathBuf,
    /// The ABI of the call.
    pub abi: Abi,
    /// The call's name.
    pub call: String,
    /// Its arguments as strace would have printed them so far.
    pub args: ArgText,
    /// Everything the call would do.
    pub accesses: Vec<Access>,
    /// Which of them is asked about.
    pub asked: usize,
    /// What the program was told that the address asked about is called: its own word, which decides nothing.
    pub host: Option<Arc<str>>,
    /// Whether a believable success can be made.
    pub can_pretend: bool,
    /// Why not, if not (msgid).
    pub why_not_pretend: Option<&'static str>,
    /// Whether it was asked before, and what it names changed while the user thought.
    pub changed: bool,
    /// When the call was stopped, ns since the epoch.
    pub since: i64,
    /// How many tasks wait for this very answer (identical questions are one).
    pub waiting: usize,
}

impl Question {
    /// The access that is asked about.
    pub fn access(&self) -> Option<&Access> {
        self.accesses.get(self.asked)
    }

    /// `name(args` as strace would have printed it so far.
    pub fn text(&self) -> String {
        format!("{}({}", self.call, self.args.text)
    }
}

/// The front end's answer to a [`Question`].
#[derive(Clone, Debug)]
pub struct Answered {
    /// `Allow`, `Deny`, `Pretend` or `Kill`; anything else counts as `Deny`.
    pub decision: Decision,
    /// For `Deny`; default EACCES.
    pub errno: Option<i32>,
    /// The rule that the answer makes, in force at once until the program ends; `None`: just this once.
    pub rule: Option<crate::policy::Rule>,
}

/// How a run is going; sent at most every 100 ms, and only the newest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Calls so far.
    pub calls: u64,
    /// Denied so far.
    pub denied: u64,
    /// Pretended so far.
    pub pretended: u64,
    /// Events handed to the recorder so far.
    pub events: u64,
    /// Processes alive.
    pub processes: u64,
    /// Questions open.
    pub questions: u64,
    /// Whether the program is paused.
    pub paused: bool,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// How the program's first process ended; `None` where Syswall failed and ended it.
    pub status: Option<ExitStatus>,
    /// What went wrong with Syswall itself, if anything; one line for the user.
    pub failure: Option<Text>,
    /// The last counts.
    pub progress: Progress,
}

/// What the tracer thread tells the front end.
#[derive(Clone, Debug)]
pub enum Message {
    /// The program runs.
    Started {
        /// Its PID.
        pid: i32,
    },
    /// Something is to be answered.
    Question(Box<Question>),
    /// More (or fewer) tasks wait for the same answer.
    Waiting {
        /// Which question.
        id: QuestionId,
        /// How many now.
        waiting: usize,
    },
    /// A question needs no answer any more: another answer covers it, or who asked is gone.
    Withdrawn {
        /// Which question.
        id: QuestionId,
        /// Whether it was settled by a rule (else: who asked is gone).
        settled: bool,
    },
    /// To be answered with [`Handle::alive`](super::Handle::alive) by whoever takes the messages, at once. Comes about every
    /// second while questions are open.
    Heartbeat,
    /// How it goes.
    Progress(Progress),
    /// The last message.
    Ended(Ended),
}
