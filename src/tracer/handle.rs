//! The tracer seen from other threads: how to start it and what it can be told.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use async_channel::{Receiver, Sender};

use super::bell::Bell;
use super::engine::Engine;
use super::message::{Answered, Message, QuestionId};
use super::trace_text::TraceText;
use super::watchdog::Pulse;
use crate::i18n::{Text, mark};
use crate::policy::{Decision, Rules};
use crate::recording::Event;
use crate::sys::launch::Launch;

/// Which calls stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// Every one.
    All,
    /// Those that a rule, a preset or a question can concern.
    Policy,
}

/// Everything a run needs.
pub struct Setup {
    /// What to start.
    pub launch: Launch,
    /// What may happen.
    pub rules: Rules,
    /// Where events go; `None`: nowhere.
    pub events: Option<Sender<Vec<Event>>>,
    /// Text lines, as they happen.
    pub trace: Option<TraceText>,
    /// Files and directories that are Syswall's own, absolute and resolved.
    pub protected: Vec<PathBuf>,
    /// Where Syswall has windows: sockets of the accessibility bus, through which their buttons could be pressed, beyond
    /// those that can be told by their names. `None`: it has no windows.
    pub accessibility: Option<Vec<OsString>>,
    /// Which calls stop.
    pub watch: Watch,
    /// What every question is answered with, at once, without the front end; never saved.
    pub answer: Option<Decision>,
    /// Whether INT, TERM, … that reach Syswall go to the program (it then must be in Syswall's process group).
    pub forward_signals: bool,
    /// How long the front end may leave [`Message::Heartbeat`] unanswered before what waits for it is denied.
    pub patience: std::time::Duration,
}

/// Why a program could not be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartError {
    /// The kernel refused an operation of Syswall's own.
    Engine(Text),
    /// execve(2) or what comes before it failed for this reason.
    Program(crate::sys::launch::Step, nix::errno::Errno),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::Engine(text) => text.fmt(f),
            StartError::Program(_, errno) => f.write_str(errno.desc()),
        }
    }
}

pub(super) enum Request {
    Answer(QuestionId, Box<Answered>),
    Alive,
    Terminal(bool),
    SetRules(Box<Rules>),
    Stop,
    Pause(bool),
    Signal(i32),
    /// A signal that reached Syswall.
    Outside {
        signal: i32,
        code: i32,
        sender: i32,
    },
}

/// Tells a running tracer what to do. Any thread; never waits. After the end of the run it does nothing.
#[derive(Clone)]
pub struct Handle {
    requests: Sender<Request>,
    bell: Arc<Bell>,
    pulse: Arc<Pulse>,
}

impl Handle {
    fn tell(&self, request: Request) {
        // The channel is unbounded towards the tracer: only people and scripts speak here, and a lost answer
        // would hold a task for ever. It is closed only when the run is over.
        if self.requests.try_send(request).is_ok() {
            self.bell.ring();
        }
    }

    /// Answers a question. An unknown `id` (withdrawn meanwhile) is ignored.
    pub fn answer(&self, id: QuestionId, answer: Answered) {
        self.tell(Request::Answer(id, Box::new(answer)));
    }

    /// Answers a [`Message::Heartbeat`]. Call it where messages are taken, and nowhere else: it says that they are.
    pub fn alive(&self) {
        self.tell(Request::Alive);
    }

    /// Says that a question is about to be asked on Syswall's controlling terminal, or is done: until then, tasks of the
    /// program that would read from it wait.
    pub fn terminal(&self, taken: bool) {
        self.tell(Request::Terminal(taken));
    }

    /// Puts other rules in force, at once and for waiting questions too. Session rules of this run stay.
    pub fn set_rules(&self, rules: Rules) {
        self.tell(Request::SetRules(Box::new(rules)));
    }

    /// Ends the whole program with SIGKILL.
    pub fn stop_program(&self) {
        self.pulse.stop_wanted();
        self.tell(Request::Stop);
    }

    /// Holds every task at its next stop, or lets all go on.
    pub fn pause(&self, pause: bool) {
        self.tell(Request::Pause(pause));
    }

    /// Sends a signal to the program's first process.
    pub fn signal(&self, number: i32) {
        self.tell(Request::Signal(number));
    }
}

/// A started run.
pub struct Tracer {
    /// How to tell it.
    pub handle: Handle,
    /// What it tells; ends after [`Message::Ended`].
    pub messages: Receiver<Message>,
    /// The thread.
    pub thread: JoinHandle<()>,
}

/// Starts the tracer thread and the program on it. Returns once the program runs (its execve succeeded) or could not be started.
/// Signals must have been blocked before (`sys::initial::block_signals`).
pub fn start(setup: Setup) -> Result<Tracer, StartError> {
    let bell = Bell::new()
        .map_err(|e| StartError::Engine(Text::new(mark("cannot make an eventfd: {error}")).with("error", e.desc())))?;
    let bell = Arc::new(bell);
    let (requests, request_receiver) = async_channel::unbounded();
    let (message_sender, messages) = async_channel::bounded(256);
    let (started_sender, started) = std::sync::mpsc::channel();
    let pulse = Arc::new(Pulse::default());
    let handle = Handle { requests: requests.clone(), bell: Arc::clone(&bell), pulse: Arc::clone(&pulse) };
    let thread = std::thread::Builder::new()
        .name("syswall-tracer".into())
        .spawn(move || Engine::run(setup, (requests, request_receiver), message_sender, bell, pulse, started_sender))
        .map_err(|e| {
            StartError::Engine(Text::new(mark("cannot start a thread: {error}")).with("error", e.to_string()))
        })?;
    match started.recv() {
        Ok(Ok(())) => Ok(Tracer { handle, messages, thread }),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(StartError::Engine(Text::new(mark("the engine died; this is a bug in Syswall")))),
    }
}
