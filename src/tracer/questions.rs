//! Calls that wait for the user.
//!
//! A task that asks is held, and so costs nothing but its place: however many ask, none is refused for that. What the
//! front end sees of them is bounded: [`SHOWN`] questions at a time, and no more new ones in a second than [`PACE`]
//! once [`BURST`] have come whose askers did not wait for the answer.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::enforce::monotonic;
use super::engine::Engine;
use super::heartbeat::{Due, Heartbeat};
use super::message::{Answered, Message, Question, QuestionId};
use super::task::{InCall, Plan, State};
use crate::policy::{By, Decision};
use crate::syscall::{Access, Kind};

/// What makes two questions one: the same program about to do the same to the same, told in the same words.
type Key = (Arc<Path>, Access, Option<String>);

/// As many questions are with the front end at a time; the others wait for their turn.
const SHOWN: usize = 64;
/// As many questions may be taken back in a row before new ones are slowed.
const BURST: u32 = 64;
/// So many new questions a second, then.
const PACE: u32 = 20;
/// As many held tasks are looked at in one turn for signals that are to end them.
const LOOKED_AT: usize = 64;

struct Pending {
    key: Key,
    /// Tasks held at their entry stops.
    waiters: Vec<i32>,
    /// What is asked; gone when it was sent.
    unsent: Option<Box<Question>>,
    /// How many waiters the front end knows of.
    told: usize,
}

/// The open questions, oldest first.
pub(super) struct Questions {
    open: BTreeMap<QuestionId, Pending>,
    /// Where a question with this key is.
    by_key: HashMap<Key, QuestionId>,
    last: QuestionId,
    /// The first that was not sent yet, or is still to come.
    next: QuestionId,
    /// How many are with the front end.
    shown: usize,
    /// How many may be sent before the pace counts, and since when that is so.
    tokens: u32,
    refilled: Instant,
    heartbeat: Heartbeat,
    /// Where the last look for urgent signals ended.
    looked_at: i32,
}

impl Questions {
    /// `patience`: how long the front end may be silent.
    pub fn new(patience: Duration) -> Questions {
        let now = Instant::now();
        Questions {
            open: BTreeMap::new(),
            by_key: HashMap::new(),
            last: 0,
            next: 0,
            shown: 0,
            tokens: BURST,
            refilled: now,
            heartbeat: Heartbeat::new(patience, now),
            looked_at: 0,
        }
    }

    /// Takes a question out. `answered`: by the front end, so that it costs no pace.
    fn take(&mut self, id: QuestionId, answered: bool) -> Option<Pending> {
        let pending = self.open.remove(&id)?;
        self.by_key.remove(&pending.key);
        if pending.unsent.is_none() {
            self.shown -= 1;
            if answered {
                self.tokens = (self.tokens + 1).min(BURST);
            }
        }
        Some(pending)
    }

    /// A question that the front end may see now.
    fn next_due(&mut self, now: Instant) -> Option<Box<Question>> {
        let every = Duration::from_secs(1) / PACE;
        while self.tokens < BURST && now.saturating_duration_since(self.refilled) >= every {
            self.refilled += every;
            self.tokens += 1;
        }
        if self.tokens == BURST {
            self.refilled = now;
        }
        if self.tokens == 0 || self.shown >= SHOWN {
            return None;
        }
        // They are sent in their order, so all behind this one are unsent.
        let (id, pending) = self.open.range_mut(self.next..).next()?;
        let mut question = pending.unsent.take()?;
        self.next = id + 1;
        question.waiting = pending.waiters.len();
        pending.told = question.waiting;
        self.shown += 1;
        self.tokens -= 1;
        Some(question)
    }
}

impl Engine {
    /// Holds a task at its call's entry and asks.
    pub fn ask(&mut self, tid: i32, mut call: InCall) {
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        let pid = task.pid;
        let Some(process) = self.processes.get(&pid) else { return };
        let Some(access) = call.accesses.get(call.verdict.access).cloned().or_else(|| no_object(&call)) else { return };
        if self.stopping {
            // SIGKILL is on its way; the call is not made.
            return;
        }
        if let Some(decision) = self.answer {
            call.verdict.by = By::Answer;
            return self.settle(tid, call, access, decision, None);
        }
        if self.questions.heartbeat.is_lost() {
            call.verdict.by = By::Protection;
            return self.settle(tid, call, access, Decision::Deny, None);
        }
        call.resumed = monotonic();
        let key: Key = (process.program(), access.clone(), arguments(&call, access.kind));
        if let Some(id) = self.questions.by_key.get(&key).copied()
            && let Some(pending) = self.questions.open.get_mut(&id)
        {
            pending.waiters.push(tid);
            task.state = State::Asking(id);
            task.call = Some(call);
            return;
        }
        self.questions.last += 1;
        let id = self.questions.last;
        let asked = call.accesses.iter().position(|a| *a == access);
        let why_not_pretend = super::pretend::why_not(&call, self.watch);
        let question = Question {
            id,
            pid,
            tid,
            program: process.program(),
            argv: process.argv.clone(),
            ancestry: process.ancestors.clone(),
            cwd: std::fs::read_link(format!("/proc/{tid}/cwd")).unwrap_or_default(),
            abi: call.raw.abi,
            call: crate::syscall::call_name(&call.raw),
            args: call.args.clone(),
            host: self.names.of_first(std::slice::from_ref(&access)),
            accesses: if asked.is_some() { call.accesses.clone() } else { vec![access.clone()] },
            asked: asked.unwrap_or(0),
            can_pretend: why_not_pretend.is_none(),
            why_not_pretend,
            changed: call.changed,
            since: call.time,
            waiting: 1,
        };
        task.state = State::Asking(id);
        task.call = Some(call);
        self.questions.by_key.insert(key.clone(), id);
        self.questions.open.insert(id, Pending { key, waiters: vec![tid], unsent: Some(Box::new(question)), told: 0 });
        self.send_due();
    }

    /// Sends what the front end may see of the open questions.
    fn send_due(&mut self) {
        self.out.progress.questions = self.questions.open.len() as u64;
        let now = Instant::now();
        while let Some(question) = self.questions.next_due(now) {
            self.out.message(Message::Question(question));
        }
    }

    /// What is to be done from time to time while questions are open.
    pub fn tend_questions(&mut self) {
        if !self.is_asking() {
            return;
        }
        self.interrupt_held();
        for (id, pending) in &mut self.questions.open {
            let waiting = pending.waiters.len();
            if pending.unsent.is_none() && pending.told != waiting {
                pending.told = waiting;
                self.out.message(Message::Waiting { id: *id, waiting });
            }
        }
        self.send_due();
        match self.questions.heartbeat.look(Instant::now()) {
            Due::Nothing => {}
            Due::Send => self.out.message(Message::Heartbeat),
            Due::Lost => self.give_up_on_front_end(),
        }
    }

    /// The front end hangs: what waits for it is denied, and so is what would be asked, until it answers.
    fn give_up_on_front_end(&mut self) {
        let count = self.questions.open.len();
        self.note(&format!(
            "Syswall's window or terminal does not react; {count} questions were answered with no, and so will be those that come until it does"
        ));
        for id in self.questions.open.keys().copied().collect::<Vec<_>>() {
            let Some(pending) = self.withdraw(id, true) else { continue };
            for tid in pending.waiters {
                let Some(mut call) = self.take_held(tid) else { continue };
                call.verdict.by = By::Protection;
                self.settle(tid, call, pending.key.1.clone(), Decision::Deny, None);
            }
        }
    }

    /// The front end has answered a heartbeat.
    pub fn front_end_alive(&mut self) {
        if self.questions.heartbeat.answered() {
            self.note("Syswall's window or terminal reacts again; it is asked again");
        }
    }

    /// Takes a question back, and tells the front end, if that knows of it.
    fn withdraw(&mut self, id: QuestionId, settled: bool) -> Option<Pending> {
        let pending = self.questions.take(id, settled)?;
        if pending.unsent.is_none() {
            self.out.message(Message::Withdrawn { id, settled });
        }
        self.out.progress.questions = self.questions.open.len() as u64;
        Some(pending)
    }

    /// The front end's answer.
    pub fn answered(&mut self, id: QuestionId, answer: Answered) {
        let Some(pending) = self.questions.take(id, true) else { return };
        if let Some(rule) = answer.rule {
            self.rules.add_session(rule);
        }
        for tid in pending.waiters {
            let Some(mut call) = self.take_held(tid) else { continue };
            // While the user thought, links, directories and memory may have changed: what was asked about must
            // still be what would happen.
            if !self.look_again(tid, &mut call) {
                self.note("what a call names changed while it waited for an answer; it is decided anew");
                call.changed = true;
                call.kinds = call.accesses.iter().map(|a| a.kind).collect();
                self.judge(tid, call);
                continue;
            }
            call.verdict.by = By::Answer;
            self.settle(tid, call, pending.key.1.clone(), answer.decision, answer.errno);
        }
        self.rematch();
        self.send_due();
    }

    /// Lets a call go on as it was answered.
    fn settle(&mut self, tid: i32, mut call: InCall, asked: Access, decision: Decision, errno: Option<i32>) {
        match decision {
            Decision::Allow => {
                call.granted.push(asked);
                // Another of its accesses may still have to be asked about.
                self.judge(tid, call);
            }
            Decision::Pretend | Decision::Kill => {
                call.verdict.decision = decision;
                self.carry_out(tid, call);
            }
            Decision::Deny | Decision::Ask => {
                call.verdict.decision = Decision::Deny;
                call.verdict.errno = errno.filter(|e| (1..4096).contains(e)).unwrap_or(libc::EACCES);
                self.carry_out(tid, call);
            }
        }
    }

    /// Lets every waiting call go on that the rules now decide about.
    pub fn rematch(&mut self) {
        let ids: Vec<QuestionId> = self.questions.open.keys().copied().collect();
        for id in ids {
            let Some(first) = self.questions.open.get(&id).and_then(|p| p.waiters.first()).copied() else { continue };
            let decided = self
                .tasks
                .get(&first)
                .and_then(|t| t.call.as_ref())
                .is_some_and(|call| self.decide(first, call).decision != Decision::Ask);
            if !decided {
                continue;
            }
            let Some(pending) = self.withdraw(id, true) else { continue };
            for tid in pending.waiters {
                if let Some(call) = self.take_held(tid) {
                    self.judge(tid, call);
                }
            }
        }
    }

    /// The call of a task that waits for an answer, with the time that it waited.
    fn take_held(&mut self, tid: i32) -> Option<InCall> {
        let task = self.tasks.get_mut(&tid)?;
        if !matches!(task.state, State::Asking(_)) {
            return None;
        }
        let mut call = task.call.take()?;
        call.waited += monotonic().saturating_sub(call.resumed);
        Some(call)
    }

    /// Lets signals reach tasks that wait for an answer: someone who presses Ctrl+C does not want to answer first.
    /// The call is not made; if the program lives on, the kernel restarts it, and it is asked about anew.
    fn interrupt_held(&mut self) {
        let held = || self.questions.open.values().flat_map(|p| p.waiters.iter().copied());
        let from = self.questions.looked_at;
        // Reading /proc for thousands at every turn would leave no time for anything else.
        let mut turn: Vec<i32> = held().filter(|tid| *tid > from).take(LOOKED_AT).collect();
        if turn.len() < LOOKED_AT {
            turn.extend(held().filter(|tid| *tid <= from).take(LOOKED_AT - turn.len()));
        }
        self.questions.looked_at = turn.last().copied().unwrap_or(0);
        for tid in turn {
            if !urgent_signal(tid) {
                continue;
            }
            let Some(mut call) = self.take_held(tid) else { continue };
            self.forget_waiter(tid);
            call.plan = Plan::Interrupt;
            match Self::change(tid, crate::sys::Registers::skip_call) {
                Ok(()) => self.go(tid, call),
                Err(error) => self.not_enforced(tid, error),
            }
        }
    }

    /// Whether somebody waits for an answer.
    pub fn is_asking(&self) -> bool {
        !self.questions.open.is_empty()
    }

    /// A task is gone: it waits no more.
    pub fn forget_waiter(&mut self, tid: i32) {
        let Some(State::Asking(id)) = self.tasks.get(&tid).map(|t| t.state) else { return };
        let Some(pending) = self.questions.open.get_mut(&id) else { return };
        pending.waiters.retain(|w| *w != tid);
        if pending.waiters.is_empty() {
            self.withdraw(id, false);
        }
    }

    /// Nobody needs an answer any more.
    pub fn withdraw_all(&mut self) {
        for id in self.questions.open.keys().copied().collect::<Vec<_>>() {
            self.withdraw(id, false);
        }
    }
}

/// The call with its arguments, where the sentence about it tells more than what it does to what: an answer to "send
/// SIGTERM" is none to "send SIGKILL".
fn arguments(call: &InCall, kind: Kind) -> Option<String> {
    let name = crate::syscall::call_name(&call.raw);
    let access_alone = match kind {
        Kind::FileRead => name.starts_with("open"),
        Kind::NetworkConnect | Kind::NetworkSend | Kind::NetworkListen | Kind::NetworkAccept => true,
        kind => kind == Kind::ProcessExecute || !kind.is_guarded(),
    };
    (!access_alone).then(|| format!("{name}({}", call.args.text))
}

/// Whether a signal waits for `tid` that ends or stops most programs, and that it does not block or ignore
/// (proc(5), /proc/PID/status: bit n-1 stands for signal n).
fn urgent_signal(tid: i32) -> bool {
    const URGENT: [i32; 5] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT, libc::SIGTSTP];
    let Ok(status) = std::fs::read_to_string(format!("/proc/{tid}/status")) else { return false };
    let mask = |name: &str| {
        let field = status.lines().find_map(|l| l.strip_prefix(name));
        field.and_then(|f| u64::from_str_radix(f.trim(), 16).ok()).unwrap_or(0)
    };
    let pending = (mask("SigPnd:") | mask("ShdPnd:")) & !mask("SigBlk:") & !mask("SigIgn:");
    URGENT.iter().any(|signal| pending & (1 << (signal - 1)) != 0)
}

/// What is asked about a call that a rule names and that does nothing to anything.
fn no_object(call: &InCall) -> Option<Access> {
    let kind = call.kinds.iter().next().unwrap_or(Kind::Descriptor);
    Some(Access { kind, object: None })
}
