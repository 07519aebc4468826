//! The event loop of the tracer thread, and which stop is which.

use std::collections::{HashMap, VecDeque};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{SystemTime, UNIX_EPOCH};

use async_channel::{Receiver, Sender};
use nix::errno::Errno;

use super::bell::{Bell, Ringer};
use super::fakes::Fakes;
use super::follow::Follow;
use super::handle::{Request, Setup, StartError, Watch};
use super::lifecycle::Birth;
use super::message::{Ended, Message};
use super::mounts::Mounts;
use super::names::Names;
use super::output::{Lost, Output};
use super::protection::Protection;
use super::questions::Questions;
use super::task::{Process, State, Task};
use super::terminal::Readers;
use super::watchdog::{Pulse, Watchdog};
use crate::i18n::{Text, mark};
use crate::policy::{Decision, Rules};
use crate::recording::{ExitStatus, What};
use crate::sys::launch::Held;
use crate::sys::ptrace::{self, Resume, SyscallStop};
use crate::sys::{Status, launch, wait_any, wait_next};
use crate::syscall::PageCache;

/// Everything the tracer thread owns. Not `Send`: ptrace requests work only on the thread that attached.
pub(super) struct Engine {
    pub tasks: HashMap<i32, Task>,
    pub processes: HashMap<i32, Process>,
    /// First stops of tasks whose parent's event has not come yet.
    pub orphans: HashMap<i32, Status>,
    /// Tasks that a parent's event has named and that have not stopped yet.
    pub expected: HashMap<i32, Birth>,
    pub root: i32,
    pub rules: Rules,
    pub questions: Questions,
    pub out: Output,
    pub protection: Protection,
    pub fakes: Fakes,
    pub readers: Readers,
    pub mounts: Mounts,
    /// Which CPU everybody runs on.
    pub follow: Follow,
    /// What was read of the stopped task's memory.
    pub pages: Rc<PageCache>,
    pub names: Names,
    pub paused: bool,
    /// Tasks that go on when the pause ends.
    pub parked: Vec<(i32, Resume, i32)>,
    /// How the first process ended.
    pub status: Option<ExitStatus>,
    pub failure: Option<Text>,
    pub held: Option<Held>,
    pub started: Option<mpsc::Sender<Result<(), StartError>>>,
    /// Which calls stop.
    pub watch: Watch,
    /// Whether the kernel can be made to keep pinned pages as they are (mseal(2)).
    pub seals: bool,
    /// Whether a program of root's has changed what is taken for unchanging.
    pub system_changes: bool,
    /// What every question is answered with, without asking.
    pub answer: Option<Decision>,
    pub forward_signals: bool,
    /// Whether the program is being ended: nothing is asked any more.
    pub stopping: bool,
    /// Set when Syswall itself was stopped and continued: the program's first process may need its SIGCONT.
    pub continued: Option<std::time::Instant>,
    /// Tells the watchdog that work goes on.
    pulse: Arc<Pulse>,
    not_send: PhantomData<*const ()>,
}

/// ns since the epoch.
pub(super) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as i64)
}

/// What ended a program that never ran.
pub(super) const KILLED_EARLY: &str = mark("the program was killed before it began");

/// What is said where the kernel refuses to let Syswall trace, and what the user can do.
fn cannot_trace(error: Errno) -> Text {
    if error != Errno::EPERM {
        return Text::new(mark("cannot trace the program: {error}")).with("error", error.desc());
    }
    let forbidden = |msgid| Text::new(msgid).with("error", error.desc());
    let own = std::process::id() as i32;
    if let Some(tracer) = super::task::tracer_of(own).filter(|t| *t != 0) {
        return forbidden(mark(
            "cannot trace the program: {error}; Syswall itself is being traced by process {tracer} (strace -f, a debugger): end that first",
        ))
        .with("tracer", tracer.to_string());
    }
    match std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope") {
        Ok(scope) if scope.trim() == "3" => forbidden(mark(
            "cannot trace the program: {error}; /proc/sys/kernel/yama/ptrace_scope is 3, which forbids all tracing until the next boot",
        )),
        _ => forbidden(mark(
            "cannot trace the program: {error}; tracing is forbidden here: by a container, by seccomp, or by a security module",
        )),
    }
}

/// The failure that ends a program whose calls cannot be checked.
fn untold(tid: i32, error: &str) -> Text {
    Text::new(mark("a call of task {task} cannot be told: {error}")).with("task", tid.to_string()).with("error", error)
}

impl Engine {
    /// The tracer thread's whole life.
    pub fn run(
        setup: Setup,
        requests: (Sender<Request>, Receiver<Request>),
        messages: Sender<Message>,
        bell: Arc<Bell>,
        pulse: Arc<Pulse>,
        started: mpsc::Sender<Result<(), StartError>>,
    ) {
        let Setup { mut launch, rules, events, trace, protected, accessibility, watch, answer, .. } = setup;
        let (forward_signals, patience) = (setup.forward_signals, setup.patience);
        if watch == Watch::Policy {
            match super::watch::filter(&rules) {
                Ok(filter) => launch.filter = Some(filter),
                Err(error) => {
                    let text = Text::new(mark("the calls to watch cannot be told to the kernel: {error}"));
                    let _ = started.send(Err(StartError::Engine(text.with("error", error))));
                    return;
                }
            }
        }
        let ringer = Ringer::start(Arc::clone(&bell), requests.0, forward_signals)
            .map_err(|e| Text::new(mark("cannot listen for requests: {error}")).with("error", e.desc()))
            .map_err(StartError::Engine);
        let watchdog = Watchdog::start(Arc::clone(&pulse)).map_err(|e| {
            StartError::Engine(Text::new(mark("cannot start a thread: {error}")).with("error", e.to_string()))
        });
        let (_ringer, _watchdog, held) = match ringer.and_then(|r| Ok((r, watchdog?, Self::launch(&launch)?))) {
            Ok(all) => all,
            Err(error) => {
                // The caller waits for this very message.
                let _ = started.send(Err(error));
                return;
            }
        };
        let root = held.pid;
        let mut engine = Engine {
            tasks: HashMap::new(),
            processes: HashMap::new(),
            orphans: HashMap::new(),
            expected: HashMap::new(),
            root,
            rules,
            questions: Questions::new(patience),
            out: Output::new(events, messages, trace),
            protection: Protection::new(protected, accessibility),
            fakes: Fakes::default(),
            readers: Readers::default(),
            mounts: Mounts::new(),
            follow: Follow::new(watch == Watch::All),
            pages: Rc::default(),
            names: Names::default(),
            paused: false,
            parked: Vec::new(),
            status: None,
            failure: None,
            held: Some(held),
            started: Some(started),
            watch,
            seals: super::pin::kernel_seals(),
            system_changes: false,
            answer,
            forward_signals,
            stopping: false,
            continued: None,
            pulse,
            not_send: PhantomData,
        };
        engine.adopt_root(&launch);
        drop(launch);
        if let Err(error) = engine.events(&requests.1, &bell) {
            engine.fail(Text::new(mark("the engine failed: {error}")).with("error", error.desc()));
            engine.drain();
        }
        let started = engine.started.take();
        if let Some(started) = started {
            let error = engine.failure.take().unwrap_or(Text::new(KILLED_EARLY));
            let _ = started.send(Err(StartError::Engine(error)));
            return;
        }
        if let Some(error) = engine.out.trace.as_ref().and_then(super::TraceText::failure) {
            let text = Text::new(mark("cannot write the trace: {error}")).with("error", error.to_string());
            engine.failure.get_or_insert(text);
        }
        engine.out.progress.processes = 0;
        engine.out.progress.questions = 0;
        let last =
            Ended { status: engine.status, failure: engine.failure.take(), progress: engine.out.progress.clone() };
        engine.out.finish(Message::Ended(last));
    }

    /// Forks the program's first process, held, and attaches to it.
    fn launch(launch: &launch::Launch) -> Result<Held, StartError> {
        let held = launch::hold(launch).map_err(|e| match e {
            Errno::EINVAL => StartError::Program(launch::Step::Execute, e),
            e => StartError::Engine(Text::new(mark("cannot start a process: {error}")).with("error", e.desc())),
        })?;
        match ptrace::seize(held.pid, launch.filter.is_some()).and_then(|()| ptrace::interrupt(held.pid)) {
            Ok(()) => Ok(held),
            Err(error) => {
                let text = cannot_trace(error);
                held.abandon();
                Err(StartError::Engine(text))
            }
        }
    }

    fn events(&mut self, requests: &Receiver<Request>, bell: &Bell) -> nix::Result<()> {
        let mut ready: VecDeque<(i32, Status)> = VecDeque::new();
        let pulse = Arc::clone(&self.pulse);
        let mut work = 1..;
        let mut begin = || pulse.begin(work.next().unwrap_or(1));
        loop {
            begin();
            if bell.answered() {
                while let Ok(request) = requests.try_recv() {
                    self.obey(request);
                }
                self.adopt_strays();
                self.check_continued();
                self.tend_questions();
                self.follow.think();
            }
            if let Err(lost) = self.out.flush(false) {
                self.lost(lost);
            }
            let due = self.out.is_due()
                || !self.orphans.is_empty()
                || self.continued.is_some()
                || self.is_asking()
                || self.follow.is_due();
            if !self.stopping
                && let Some(text) = pulse.verdict()
            {
                self.fail(text);
            }
            pulse.rest();
            match bell.sleep(due, wait_next) {
                None | Some(Err(Errno::EINTR)) => continue,
                Some(Err(Errno::ECHILD)) => return Ok(()),
                Some(Err(error)) => return Err(error),
                Some(Ok(stop)) => ready.push_back(stop),
            }
            // All stops that are there are taken before any is served: one busy thread must not starve the others.
            // One thread has no others.
            while self.tasks.len() > 1
                && let Ok(Some(stop)) = wait_any()
            {
                ready.push_back(stop);
            }
            while let Some((tid, status)) = ready.pop_front() {
                begin();
                self.follow.stopped();
                self.serve(tid, status);
                if self.out.batch_is_full()
                    && let Err(lost) = self.out.flush(false)
                {
                    self.lost(lost);
                }
            }
        }
    }

    fn obey(&mut self, request: Request) {
        match request {
            Request::Answer(id, answer) => self.answered(id, *answer),
            Request::Alive => self.front_end_alive(),
            Request::Terminal(taken) => self.terminal(taken),
            Request::SetRules(mut rules) => {
                rules.carry_over(&self.rules);
                if self.watch == Watch::Policy {
                    self.note(
                        "rules were changed; about calls that are not watched in this run they hold from the next",
                    );
                }
                self.rules = *rules;
                self.rematch();
            }
            Request::Stop => {
                self.note("ended by the user");
                self.kill_all();
            }
            Request::Pause(pause) => {
                self.paused = pause;
                self.out.progress.paused = pause;
                if !pause {
                    for (tid, how, signal) in std::mem::take(&mut self.parked) {
                        self.resume(tid, how, signal);
                    }
                }
            }
            Request::Signal(number) => self.signal_root(number),
            Request::Outside { signal, code, sender } => self.outside_signal(signal, code, sender),
        }
    }

    fn lost(&mut self, lost: Lost) {
        match lost {
            Lost::Recorder => {
                self.fail(Text::new(mark("the recording cannot be written any more; the program was ended")))
            }
            // Nobody can answer or read any more: fail closed.
            Lost::FrontEnd => self.fail(Text::new(mark("the front end is gone; the program was ended"))),
        }
    }

    /// Syswall cannot go on: the program must not either.
    pub fn fail(&mut self, text: Text) {
        self.note(&text.to_string());
        self.failure.get_or_insert(text);
        self.kill_all();
    }

    /// After a failure: collects what is left of the program.
    fn drain(&mut self) {
        loop {
            match wait_any() {
                Ok(Some((tid, status @ (Status::Exited(_) | Status::Signaled { .. })))) => self.ended(tid, status),
                // SIGKILL is on its way to whoever is left; there is nothing else to wait for.
                Ok(_) => std::thread::sleep(std::time::Duration::from_millis(1)),
                Err(Errno::EINTR) => {}
                Err(_) => return,
            }
        }
    }

    /// One change of one task.
    pub fn serve(&mut self, tid: i32, status: Status) {
        match status {
            Status::Exited(_) | Status::Signaled { .. } => {
                self.follow.gone(tid);
                self.ended(tid, status);
            }
            Status::Continued => {}
            Status::Stopped { signal, event } => {
                if !self.tasks.contains_key(&tid) && event != libc::PTRACE_EVENT_EXEC {
                    match self.expected.remove(&tid) {
                        Some(birth) => self.adopt(tid, birth),
                        None => {
                            self.orphans.insert(tid, status);
                            return;
                        }
                    }
                }
                self.stopped(tid, signal, event);
            }
        }
    }

    fn stopped(&mut self, tid: i32, signal: i32, event: i32) {
        self.pages.forget();
        const SYSCALL: i32 = libc::SIGTRAP | 0x80;
        match event {
            0 if signal == SYSCALL => match ptrace::syscall_stop(tid) {
                Ok(SyscallStop::Entry { call, ip }) => self.entered(tid, call, ip),
                Ok(SyscallStop::Exit { value, error, ip }) => {
                    self.follow.left(tid);
                    self.left(tid, value, error, ip);
                }
                Ok(SyscallStop::None) => self.resume(tid, self.onward(tid), 0),
                Err(Errno::ESRCH) => {}
                Err(error) => {
                    self.note(&format!("task {tid} makes calls that cannot be told: {}", error.desc()));
                    self.fail(untold(tid, error.desc()));
                }
            },
            0 => self.delivered(tid, signal),
            libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK | libc::PTRACE_EVENT_CLONE => {
                if let Ok(child) = ptrace::event_message(tid) {
                    self.born(tid, child as i32, event);
                }
                self.resume(tid, self.onward(tid), 0);
            }
            libc::PTRACE_EVENT_EXEC => {
                self.follow.renamed(ptrace::event_message(tid).map_or(tid, |old| old as i32), tid);
                self.executed(tid);
                self.resume(tid, self.onward(tid), 0);
            }
            // The filter wants the call looked at.
            libc::PTRACE_EVENT_SECCOMP => match ptrace::syscall_stop(tid) {
                Ok(SyscallStop::Entry { call, ip }) => self.entered(tid, call, ip),
                Err(Errno::ESRCH) => {}
                other => self.fail(untold(tid, &format!("{other:?}"))),
            },
            libc::PTRACE_EVENT_STOP => self.event_stop(tid, signal),
            _ => self.resume(tid, self.onward(tid), 0),
        }
    }

    /// How `tid` goes on: to the end of the call that it is in, or as it goes outside of calls.
    pub fn onward(&self, tid: i32) -> Resume {
        match self.tasks.get(&tid) {
            Some(task) if task.call.is_some() || task.injection.is_some() => Resume::Syscall,
            _ => self.watch.free(),
        }
    }

    /// Lets a stopped task go on, or parks it while the program is paused. A task that is gone meanwhile is no error.
    pub fn resume(&mut self, tid: i32, how: Resume, signal: i32) {
        if self.paused && !self.stopping && how != Resume::Listen {
            self.parked.push((tid, how, signal));
            return;
        }
        if how != Resume::Listen {
            self.follow.place(tid, self.tasks.get(&tid).and_then(|t| t.call.as_ref()));
        }
        match ptrace::resume(tid, how, signal) {
            Ok(()) => {
                if let Some(task) = self.tasks.get_mut(&tid) {
                    task.state = if how == Resume::Listen { State::Listening } else { State::Running };
                }
            }
            Err(Errno::ESRCH) => {}
            Err(error) => self.fail(
                Text::new(mark("task {task} cannot be resumed: {error}"))
                    .with("task", tid.to_string())
                    .with("error", error.desc()),
            ),
        }
    }

    /// Writes a line into the record.
    pub fn note(&mut self, text: &str) {
        let program =
            self.processes.get(&self.root).map_or_else(|| Arc::from(std::path::Path::new("")), Process::program);
        self.out.event(now(), self.root, self.root, program, What::Note { text: text.escape_default().to_string() });
    }
}
