//! `--trace`: every call as a text line, as `strace -f -o FILE` writes it (contract 3).

use std::io::{self, Write};

use crate::policy::Decision;
use crate::recording::ExitStatus;

/// Writes the lines. A write error is kept and ends the writing; the run goes on, and the front end says so at the end.
pub struct TraceText {
    to: Box<dyn Write + Send>,
    /// The task whose entry stands on an unfinished line.
    open: Option<i32>,
    /// Columns written on that line.
    column: usize,
    failure: Option<io::Error>,
}

impl TraceText {
    /// Lines go to `to`; it should buffer.
    pub fn new(to: Box<dyn Write + Send>) -> TraceText {
        TraceText { to, open: None, column: 0, failure: None }
    }

    /// What went wrong with writing, if anything.
    pub fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }

    fn put(&mut self, text: &str) {
        if self.failure.is_none()
            && let Err(error) = self.to.write_all(text.as_bytes())
        {
            self.failure = Some(error);
        }
        self.column += text.len();
    }

    fn start(&mut self, tid: i32) {
        if self.open.take().is_some() {
            self.put(" <unfinished ...>\n");
        }
        self.column = 0;
        self.put(&format!("{tid:<5} "));
    }

    /// A call begins: `args` as far as they are known, with the comma if more come at the exit.
    pub fn enter(&mut self, tid: i32, name: &str, args: &str) {
        self.start(tid);
        self.put(name);
        self.put("(");
        self.put(args);
        self.open = Some(tid);
    }

    /// A call ends: `rest` are the arguments that [`TraceText::enter`] did not print.
    pub fn leave(&mut self, tid: i32, name: &str, rest: &str, result: &str, decision: Decision) {
        if self.open == Some(tid) {
            self.open = None;
        } else {
            self.start(tid);
            self.put(&format!("<... {name} resumed>"));
        }
        self.put(rest);
        self.put(")");
        let pad = 39usize.saturating_sub(self.column);
        self.put(&format!("{:pad$} = {result}", ""));
        match decision {
            Decision::Deny | Decision::Kill => self.put(" (DENIED)"),
            Decision::Pretend => self.put(" (PRETENDED)"),
            Decision::Allow | Decision::Ask => {}
        }
        self.put("\n");
    }

    /// The task is gone inside a call whose entry was printed. `pending`: some of its arguments never came.
    pub fn gone(&mut self, tid: i32, name: &str, pending: bool) {
        // What these wait for is told behind their results.
        let waits = ["select", "_newselect", "pselect6", "pselect6_time64", "poll", "ppoll", "ppoll_time64"];
        if self.open == Some(tid) {
            self.open = None;
        } else {
            self.start(tid);
            self.put(&format!("<... {name} resumed>"));
        }
        if pending || waits.contains(&name) {
            return self.put(" <unfinished ...>) = ?\n");
        }
        self.put(")");
        let pad = 39usize.saturating_sub(self.column);
        self.put(&format!("{:pad$} = ?\n", ""));
    }

    /// A signal is delivered: `--- SIGCHLD {…} ---`.
    pub fn signal(&mut self, tid: i32, text: &str) {
        self.start(tid);
        self.put(&format!("--- {text} ---\n"));
    }

    /// A task stops by a signal: `--- stopped by SIGSTOP ---`.
    pub fn stopped(&mut self, tid: i32, signal: &str) {
        self.start(tid);
        self.put(&format!("--- stopped by {signal} ---\n"));
    }

    /// A task ended.
    pub fn exit(&mut self, tid: i32, status: ExitStatus) {
        self.start(tid);
        match status {
            ExitStatus::Code(code) => self.put(&format!("+++ exited with {code} +++\n")),
            ExitStatus::Signal { number, core } => {
                let core = if core { " (core dumped)" } else { "" };
                self.put(&format!("+++ killed by {}{core} +++\n", crate::syscall::signal_name(number)));
            }
        }
    }

    /// A thread vanished because another one executed a program.
    pub fn superseded(&mut self, tid: i32, by: i32) {
        self.start(tid);
        self.put(&format!("+++ superseded by execve in pid {by} +++\n"));
    }

    /// Hands what is written to the file.
    pub fn flush(&mut self) {
        if self.failure.is_none()
            && let Err(error) = self.to.flush()
        {
            self.failure = Some(error);
        }
    }
}
