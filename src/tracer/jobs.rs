//! Signals and job control: the program's signals are delivered exactly once, its stops stop it, and Syswall's own
//! signals reach it as if Syswall were not there.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, raise};

use super::engine::{Engine, now};
use super::task::State;
use crate::i18n::{Text, mark};
use crate::recording::What;
use crate::sys::ptrace::{self, Resume};

/// After Syswall was continued, how long the program may take to be continued by the same signal.
const CONTINUE_GRACE: Duration = Duration::from_millis(100);

impl Engine {
    /// A signal-delivery stop: the only place where a signal is handed on.
    pub fn delivered(&mut self, tid: i32, signal: i32) {
        let Some(task) = self.tasks.get(&tid) else { return };
        let pid = task.pid;
        let text = match ptrace::signal_info(tid) {
            Ok(info) => crate::syscall::siginfo_text(&info),
            Err(_) => crate::syscall::signal_name(signal),
        };
        self.interrupt_injection(tid);
        let Some(task) = self.tasks.get(&tid) else { return };
        if !task.launching {
            let Some(process) = self.processes.get(&pid) else { return };
            let program = process.program();
            if let Some(trace) = &mut self.out.trace {
                trace.signal(tid, &text);
            }
            self.out.event(now(), pid, tid, program, What::Signal { number: signal, text });
        }
        self.resume(tid, self.onward(tid), signal);
    }

    /// PTRACE_EVENT_STOP: a group stop, the end of one, or an attach.
    pub fn event_stop(&mut self, tid: i32, signal: i32) {
        if !matches!(signal, libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU) {
            self.resume(tid, self.onward(tid), 0);
            self.let_go(tid);
            return;
        }
        if let Some(trace) = &mut self.out.trace {
            trace.stopped(tid, &crate::syscall::signal_name(signal));
        }
        self.resume(tid, Resume::Listen, 0);
        let terminal = signal != libc::SIGSTOP;
        let all = || self.tasks.values().all(|t| t.state == State::Listening);
        if self.forward_signals && tid == self.root && (terminal || all()) {
            // Whoever started Syswall (a shell) must see its job stopped. Everything is written before.
            let _ = self.out.flush(true);
            let _ = raise(Signal::SIGSTOP);
            self.continued = Some(Instant::now());
        }
    }

    /// The held first process is traced and in system-call mode: it may execute the program.
    fn let_go(&mut self, tid: i32) {
        if tid == self.root
            && let Some(held) = &self.held
            && held.go().is_err()
        {
            self.fail(Text::new(mark("the program's first process died before it began")));
        }
    }

    /// A signal that reached Syswall.
    pub fn outside_signal(&mut self, number: i32, code: i32, sender: i32) {
        if number == libc::SIGTSTP {
            // A stop from the terminal reaches the program's group as well; Syswall stops when the program has.
            return;
        }
        // From the terminal's driver: the program, in the same group, got its own.
        // From the program: meant for its own group.
        if code == libc::SI_KERNEL || self.processes.contains_key(&sender) {
            return;
        }
        self.signal_root(number);
    }

    /// Sends a signal to the program's first process, or, where that is gone, to every process of the program.
    pub fn signal_root(&mut self, number: i32) {
        let targets: Vec<i32> = if self.processes.contains_key(&self.root) {
            vec![self.root]
        } else {
            self.processes.keys().copied().collect()
        };
        for pid in targets {
            // Whoever is gone needs no signal. Real-time numbers have no name in nix; those are not forwarded.
            if let Ok(signal) = Signal::try_from(number) {
                let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal);
            }
        }
    }

    /// A shell continues the whole group; `kill -CONT` only Syswall: then the program's first process gets its own.
    pub fn check_continued(&mut self) {
        let Some(since) = self.continued else { return };
        let stopped = self.tasks.get(&self.root).is_some_and(|t| t.state == State::Listening);
        if !stopped {
            self.continued = None;
        } else if since.elapsed() >= CONTINUE_GRACE {
            self.continued = None;
            self.signal_root(libc::SIGCONT);
        }
    }
}
