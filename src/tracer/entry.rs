//! A call's entry: decode, resolve, decide, carry out.

use std::cell::Cell;
use std::rc::Rc;

use super::engine::{Engine, now};
use super::pin::Arguments;
use super::resolve::{Held, Resolver};
use super::task::{InCall, Plan};
use super::vm::Slot;
use crate::policy::{ArgValue, Args, By, Decision, Query, Verdict};
use crate::recording::Check;
use crate::sys::RemoteMemory;
use crate::sys::ptrace::Resume;
use crate::syscall::pin::never_readable;
use crate::syscall::{self, Access, ArgText, Kind, KindSet, Memory, Object, RawCall, Render, Row};

/// Numbers past every table: the kernel has no call there and says ENOSYS itself.
const NUMBERS: u64 = 1024;

/// The arguments of a call as rules ask for them.
struct CallArgs<'a> {
    call: &'a RawCall,
    row: Option<&'static Row>,
    text: &'a ArgText,
    memory: &'a dyn Memory,
}

impl Args for CallArgs<'_> {
    fn get(&self, name: &str) -> Option<ArgValue> {
        let row = self.row?;
        let index = row.arg_index(name)?;
        let raw = row.arg_value(self.call, name)?;
        if let Some(text) = self.text.get(index) {
            return Some(ArgValue { raw, text: text.to_owned() });
        }
        // Behind an argument that only the exit shows.
        let mut text = String::new();
        let mut kept = Vec::new();
        let mut render = Render::new(&mut text, self.call, self.memory, None, &mut kept);
        render.show(row.args[index].show, raw);
        Some(ArgValue { raw, text })
    }
}

/// A call whose arguments stay as they are.
struct Checked {
    raw: RawCall,
    looked: RawCall,
    slot: Option<Slot>,
    /// They do not, for want of pages to put them.
    unpinned: bool,
}

/// `resolve` of an openat2's `struct open_how`; 0 for other calls.
fn resolve_flags(call: &RawCall, memory: &dyn Memory) -> u64 {
    match call.name() {
        Some("openat2") if call.args[3] >= 24 => memory.u64(call.args[2].wrapping_add(16)).unwrap_or(0),
        _ => 0,
    }
}

/// `flags` of a clone3's `struct clone_args`.
fn clone_flags(call: &RawCall, memory: &dyn Memory) -> Option<u64> {
    (call.name() == Some("clone3")).then(|| memory.u64(call.args[0])).flatten()
}

/// What a number without a name, or a name without a row, is taken for.
fn unknown(call: &RawCall) -> Vec<Access> {
    let object = Some(Object::System { name: syscall::call_name(call) });
    vec![Access { kind: Kind::Bypass, object }]
}

pub(super) fn allow(by: By) -> Verdict {
    Verdict { decision: Decision::Allow, errno: libc::EACCES, value: None, by, rule: None, access: 0 }
}

impl Engine {
    /// A system-call entry stop.
    pub fn entered(&mut self, tid: i32, call: RawCall, ip: u64) {
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        let pid = task.pid;
        if task.launching {
            if call.name() != Some("execve") {
                return self.resume(tid, self.watch.free(), 0);
            }
            task.launching = false;
        }
        if task.injection.is_some() {
            return self.resume(tid, Resume::Syscall, 0);
        }
        if let Some(previous) = self.restarted(tid, &call, ip) {
            return self.enter_again(tid, call, previous);
        }
        let (pages, memory) = (Rc::clone(&self.pages), RemoteMemory::new(tid));
        let memory = pages.over(&memory);
        let Some(arguments) = self.arguments(tid, pid, &call, &memory) else { return };
        let Checked { raw, looked, slot, unpinned } = arguments;
        let row = syscall::lookup(&raw);
        let mut args = ArgText::default();
        syscall::enter(&raw, row, &memory, &mut args);
        let (accesses, held) = self.accesses(tid, pid, &looked, &memory);
        let in_call = InCall {
            raw,
            asked: call,
            looked,
            slot,
            held,
            saved: None,
            under: None,
            led: false,
            unpinned,
            changed: false,
            no_follow: false,
            resolve_flags: resolve_flags(&looked, &memory),
            clone_flags: clone_flags(&looked, &memory),
            ip,
            row,
            args,
            kinds: accesses.iter().map(|a| a.kind).collect::<KindSet>(),
            accesses,
            verdict: allow(By::Default),
            granted: Vec::new(),
            plan: Plan::Pass,
            time: now(),
            resumed: 0,
            waited: 0,
            check: Check::Verified,
        };
        if let Some(trace) = &mut self.out.trace {
            trace.enter(tid, &syscall::call_name(&raw), in_call.args.at_entry());
        }
        self.out.progress.calls += 1;
        self.judge(tid, in_call);
    }

    /// The kernel restarts a call that a signal interrupted: it is the same call, and its decision stands as long as
    /// it still means the same.
    fn enter_again(&mut self, tid: i32, call: RawCall, previous: InCall) {
        let Some(task) = self.tasks.get(&tid) else { return };
        let pid = task.pid;
        let memory = RemoteMemory::new(tid);
        let mut again = previous;
        if call.name() != Some("restart_syscall") {
            let Some(arguments) = self.arguments(tid, pid, &call, &memory) else {
                // It comes once more, and is still the same.
                if let Some(task) = self.tasks.get_mut(&tid) {
                    task.interrupted.push(again);
                }
                return;
            };
            let Checked { raw, looked, slot, unpinned } = arguments;
            (again.raw, again.looked, again.slot, again.unpinned) = (raw, looked, slot, unpinned);
            again.clone_flags = clone_flags(&again.looked, &memory);
        }
        self.show_again(tid, &call, &mut again, &memory);
        let (accesses, held) = self.accesses(tid, pid, &again.looked, &memory);
        again.held = held;
        if accesses != again.accesses {
            again.accesses = accesses;
            again.granted.clear();
        }
        self.judge(tid, again);
    }

    /// The restart of a call as a text line, and rendered anew.
    fn show_again(&mut self, tid: i32, call: &RawCall, again: &mut InCall, memory: &dyn Memory) {
        syscall::enter(&again.raw, again.row, memory, &mut again.args);
        let Some(trace) = &mut self.out.trace else { return };
        let name = syscall::call_name(&again.raw);
        if call.name() == Some("restart_syscall") {
            trace.enter(tid, &syscall::call_name(call), &format!("<... resuming interrupted {name} ...>"));
        } else {
            trace.enter(tid, &name, again.args.at_entry());
        }
    }

    /// The call to be looked at, with what could change under our hands copied. `None`: the call comes again.
    fn arguments(&mut self, tid: i32, pid: i32, call: &RawCall, memory: &dyn Memory) -> Option<Checked> {
        let raw = syscall::demultiplex(call, memory);
        let mut looked = raw;
        let (slot, unpinned) = match self.pin(tid, pid, call, &mut looked, memory) {
            Arguments::AsTheyAre => (None, false),
            Arguments::Copied(slot) => (Some(slot), false),
            Arguments::Unsafe => (None, true),
            Arguments::Later => return None,
        };
        // What is made in the place of another call is not what the program asked for.
        let mut shown = if looked.name() == raw.name() { looked } else { raw };
        for (shown, asked) in shown.args.iter_mut().zip(raw.args) {
            if *shown == never_readable(raw.abi) {
                // The kernel is given another address that it cannot read; the program's own is what is told.
                *shown = asked;
            }
        }
        let raw = shown;
        Some(Checked { raw, looked, slot, unpinned })
    }

    /// Everything `call` is about to do, resolved, and the paths that it names.
    fn accesses(&mut self, tid: i32, pid: i32, call: &RawCall, memory: &dyn Memory) -> (Vec<Access>, Vec<Held>) {
        let Some(row) = syscall::lookup(call) else { return (unknown(call), Vec::new()) };
        if row.does.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let wants = syscall::wants(call, row, memory);
        let mut resolver = Resolver {
            engine: self,
            tid,
            pid,
            held: Vec::new(),
            resolve: resolve_flags(call, memory),
            opens: super::anchor::is_open(row.name),
            failed: Cell::default(),
        };
        let mut accesses = resolver.resolve(wants);
        resolver.beyond(call, memory, &mut accesses);
        (accesses, resolver.held)
    }

    /// Resolves the accesses of a held call once more, after a wait. Returns whether they are as they were.
    pub fn look_again(&mut self, tid: i32, call: &mut InCall) -> bool {
        let Some(task) = self.tasks.get(&tid) else { return false };
        self.pages.forget();
        let (pid, memory) = (task.pid, RemoteMemory::new(tid));
        let (accesses, held) = self.accesses(tid, pid, &call.looked, &memory);
        let same = accesses == call.accesses;
        (call.accesses, call.held) = (accesses, held);
        same
    }

    /// Decides about a call and carries the decision out.
    pub fn judge(&mut self, tid: i32, mut call: InCall) {
        call.verdict = self.decide(tid, &call);
        self.carry_out(tid, call);
    }

    /// What protection, rules and defaults say. Nothing is changed.
    pub fn decide(&self, tid: i32, call: &InCall) -> Verdict {
        let Some(task) = self.tasks.get(&tid) else { return allow(By::Default) };
        if task.tid == self.root && self.started.is_some() {
            // The user's own wish: starting the program.
            return allow(By::Default);
        }
        if call.raw.name().is_none() && (call.raw.nr & !syscall::X32_BIT) < NUMBERS {
            return Verdict { decision: Decision::Deny, errno: libc::ENOSYS, ..allow(By::Protection) };
        }
        let Some(process) = self.processes.get(&task.pid) else { return allow(By::Default) };
        if call.unpinned {
            return Verdict { decision: Decision::Deny, errno: libc::ENOMEM, ..allow(By::Protection) };
        }
        if self.unpins(task.pid, &call.raw) {
            return Verdict { decision: Decision::Deny, errno: libc::EPERM, ..allow(By::Protection) };
        }
        if let Some(errno) = self.protection.forbids(tid, task.pid, call) {
            return Verdict { decision: Decision::Deny, errno, ..allow(By::Protection) };
        }
        if let Some(verdict) = self.protection.blinds(call).or_else(|| self.watch.blinds(call)) {
            return verdict;
        }
        if let Some(verdict) = self.fakes.consequence(task.pid, call) {
            return verdict;
        }
        let memory = RemoteMemory::new(tid);
        let memory = self.pages.over(&memory);
        let args = CallArgs { call: &call.raw, row: call.row, text: &call.args, memory: &memory };
        let name = call.raw.name().unwrap_or("");
        let query =
            Query { ancestry: &process.ancestry, pid: task.pid, call: name, accesses: &call.accesses, args: &args };
        let mut verdict = self.rules.decide_rest(&query, &call.granted);
        if let Some(closed) = self.protection.closes(name, &verdict, &self.rules) {
            return closed;
        }
        if !call.granted.is_empty() && verdict.decision == Decision::Allow {
            verdict.by = By::Answer;
        }
        verdict
    }
}
