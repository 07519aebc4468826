//! A call's exit: what happened, put into the record.

use std::rc::Rc;
use std::sync::Arc;

use super::enforce::monotonic;
use super::engine::Engine;
use super::task::{InCall, Plan, Process};
use super::verify::Opened;
use crate::policy::{Decision, Verdict};
use crate::recording::{Call, Check, What};
use crate::sys::RemoteMemory;
use crate::syscall::{self, Outcome, RawCall};

/// ERESTARTSYS to ERESTART_RESTARTBLOCK (include/linux/errno.h): never seen by programs, always by tracers.
const RESTARTS: std::ops::RangeInclusive<i64> = 512..=516;
/// The one of them that restarts after every signal, with a handler or without.
const ERESTARTNOINTR: i64 = -513;
/// More calls than this interrupted inside each other are not told apart any more.
const NESTED: usize = 16;

fn is_error(value: i64) -> bool {
    (-4095..0).contains(&value)
}

impl Engine {
    /// A system-call exit stop.
    pub fn left(&mut self, tid: i32, value: i64, error: bool, _ip: u64) {
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        if task.injection.is_some() {
            return self.injected(tid, value, error);
        }
        task.runs_again();
        let pid = task.pid;
        let Some(mut call) = task.call.take() else {
            return self.resume(tid, self.watch.free(), 0);
        };
        let outcome = match &call.plan {
            Plan::Pass if call.saved.is_some() => match self.put_back(tid, &mut call, value, error) {
                Ok(outcome) => outcome,
                Err(error) => return self.not_enforced(tid, error),
            },
            Plan::Pass => Outcome { value, error },
            Plan::Skip(result) => {
                let result = *result;
                if value != result
                    && let Err(error) = Self::change(tid, |regs| regs.set_result(result))
                {
                    return self.not_enforced(tid, error);
                }
                Outcome { value: result, error: is_error(result) }
            }
            Plan::Interrupt => {
                // The kernel restarts only what it takes for a call: the number goes back where it was.
                let number = call.asked.nr;
                let result = Self::change(tid, |regs| {
                    regs.set_call(number);
                    regs.set_result(ERESTARTNOINTR);
                });
                if let Err(error) = result {
                    return self.not_enforced(tid, error);
                }
                Outcome { value: ERESTARTNOINTR, error: true }
            }
            Plan::Replace { saved, socket } => {
                let mut regs = **saved;
                regs.set_result(value);
                if let Err(error) = crate::sys::ptrace::set_registers(tid, &regs) {
                    return self.not_enforced(tid, error);
                }
                if *socket && !error {
                    self.fakes.add(pid, value as i32, &call.verdict);
                }
                Outcome { value, error }
            }
        };
        let now = monotonic();
        if outcome.error && RESTARTS.contains(&-outcome.value) && matches!(call.plan, Plan::Pass | Plan::Interrupt) {
            self.finish_text(tid, &mut call, outcome);
            (call.slot, call.held) = (None, Vec::new());
            if let Some(task) = self.tasks.get_mut(&tid) {
                task.interrupted.push(call);
                if task.interrupted.len() > NESTED {
                    let oldest = task.interrupted.remove(0);
                    self.record_interrupted(tid, pid, oldest);
                }
            }
            return self.resume(tid, self.watch.free(), 0);
        }
        let mut received = self.after(tid, pid, &mut call, outcome);
        self.learn_names(tid, &call, outcome);
        let mut outcome = outcome;
        match self.check_opened(tid, pid, &mut call, outcome) {
            Opened::Stands => {}
            Opened::Again => {
                self.note("something else was opened than what was looked at; it was closed, and is looked at anew");
                return self.take_back(tid, call.asked.abi, outcome.value, None);
            }
            Opened::Forbidden(verdict) => {
                self.note("something else was opened than what was looked at; it was closed");
                let result = -i64::from(verdict.errno);
                (call.verdict, call.check) = (Verdict { decision: Decision::Deny, ..verdict }, Check::Race);
                let (fd, abi) = (outcome.value, call.asked.abi);
                outcome = Outcome { value: result, error: true };
                let text = self.finish_text(tid, &mut call, outcome);
                self.record(tid, pid, call, Some(outcome), text, now);
                return self.take_back(tid, abi, fd, Some(result));
            }
        }
        let sigreturn = matches!(call.raw.name(), Some("rt_sigreturn" | "sigreturn"));
        let result_text = self.finish_text(tid, &mut call, outcome);
        let abi = call.asked.abi;
        self.record(tid, pid, call, Some(outcome), result_text, now);
        if let Some(fd) = received.pop() {
            self.note("a descriptor was received of what a rule forbids; it was closed");
            return self.take_back_all(tid, abi, fd.into(), received, Some(outcome.value));
        }
        if sigreturn
            && value == -i64::from(libc::EINTR)
            && let Some(interrupted) = self.tasks.get_mut(&tid).and_then(|t| t.interrupted.pop())
        {
            // The handler was not SA_RESTART: the call that it interrupted has now failed with EINTR.
            self.record_interrupted(tid, pid, interrupted);
        }
        self.resume(tid, self.watch.free(), 0);
    }

    /// Puts the registers back that the program had, but for the result. Returns what the program is told.
    fn put_back(&mut self, tid: i32, call: &mut InCall, value: i64, error: bool) -> nix::Result<Outcome> {
        let Some(saved) = call.saved.take() else { return Ok(Outcome { value, error }) };
        if let Some((at, bytes)) = call.under.take() {
            // It was written to at the entry; where that is no more possible, the call has unmapped it.
            let _ = RemoteMemory::new(tid).write(at, &bytes);
        }
        let mut regs = *saved;
        let mut outcome = Outcome { value, error };
        if call.no_follow && outcome.errno() == Some(libc::ELOOP) {
            // Somebody has put a link where a file was to be made: the call is looked at anew.
            regs.call_again(call.asked.nr);
            crate::sys::ptrace::set_registers(tid, &regs)?;
            return Ok(Outcome { value: ERESTARTNOINTR, error: true });
        }
        if call.raw.name() == Some("sendmmsg") && !error {
            // Of several messages the first was sent: its length belongs behind its header.
            let header = if call.raw.abi.word() == 4 { 28 } else { 56 };
            let length = (value as u32).to_le_bytes();
            // A place that cannot be written to is the program's own mistake; the message is sent.
            let _ = RemoteMemory::new(tid).write(call.raw.args[1].wrapping_add(header), &length);
            outcome.value = 1;
        }
        regs.set_result(outcome.value);
        crate::sys::ptrace::set_registers(tid, &regs)?;
        Ok(outcome)
    }

    /// If this entry is the kernel's restart of an interrupted call, that call.
    pub fn restarted(&mut self, tid: i32, call: &RawCall, ip: u64) -> Option<InCall> {
        let task = self.tasks.get_mut(&tid)?;
        let last = task.interrupted.last()?;
        let same = last.asked == *call && last.ip == ip;
        (same || call.name() == Some("restart_syscall")).then(|| task.interrupted.pop()).flatten()
    }

    /// Renders the rest of the call, and prints it. Returns the result's text.
    fn finish_text(&mut self, tid: i32, call: &mut InCall, outcome: Outcome) -> String {
        let (pages, memory) = (Rc::clone(&self.pages), RemoteMemory::new(tid));
        let memory = pages.over(&memory);
        syscall::leave(&call.raw, call.row, &memory, outcome, &mut call.args);
        let mut result = String::new();
        syscall::result_text(&call.raw, call.row, &memory, outcome, &mut call.args, &mut result);
        if let Some(trace) = &mut self.out.trace {
            trace.leave(tid, &syscall::call_name(&call.raw), call.args.at_exit(), &result, call.verdict.decision);
        }
        result
    }

    /// A call that a signal ended.
    fn record_interrupted(&mut self, tid: i32, pid: i32, call: InCall) {
        let outcome = Outcome { value: -i64::from(libc::EINTR), error: true };
        let text = syscall::render_result(&call.raw, call.row, &RemoteMemory::new(tid), outcome);
        self.record(tid, pid, call, Some(outcome), text, monotonic());
    }

    /// A call that its task did not live to see the end of.
    pub fn record_unfinished(&mut self, tid: i32, pid: i32, call: InCall) {
        let now = monotonic();
        self.record(tid, pid, call, None, "?".into(), now);
    }

    fn record(&mut self, tid: i32, pid: i32, call: InCall, outcome: Option<Outcome>, result_text: String, now: u64) {
        match call.verdict.decision {
            Decision::Deny | Decision::Kill => self.out.progress.denied += 1,
            Decision::Pretend => self.out.progress.pretended += 1,
            Decision::Allow | Decision::Ask => {}
        }
        let program = self.processes.get(&pid).map_or_else(|| Arc::from(std::path::Path::new("")), Process::program);
        let name = match call.raw.name() {
            Some(name) => Arc::from(name),
            None => Arc::from(syscall::call_name(&call.raw)),
        };
        // A call that still asks when its task dies was not made.
        let decision = match call.verdict.decision {
            Decision::Ask => Decision::Deny,
            decided => decided,
        };
        let event = Call {
            abi: call.raw.abi,
            name,
            args: call.args,
            result_text,
            kinds: call.kinds,
            host: self.names.of_first(&call.accesses),
            accesses: call.accesses,
            decision,
            by: call.verdict.by,
            rule: call.verdict.rule,
            result: outcome.filter(|o| !o.error).map(|o| o.value),
            errno: outcome.and_then(|o| o.errno()),
            duration_ns: if call.resumed == 0 { 0 } else { now.saturating_sub(call.resumed) },
            waited_ns: call.waited,
            check: call.check,
        };
        self.out.event(call.time, pid, tid, program, What::Call(Box::new(event)));
    }
}
