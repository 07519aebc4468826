//! While a question is asked on the terminal, what is typed there is for Syswall: tasks of the program that read from it
//! wait until the question is done. Else they would take the answer, or be stopped for reading in the background.

use std::os::unix::fs::MetadataExt;

use nix::unistd::{Pid, getsid};

use super::enforce::monotonic;
use super::engine::Engine;
use super::task::{InCall, Plan, State};
use crate::sys::ptrace::{self, Resume};

/// Device 5:0, the caller's own terminal (tty(4)).
const DEV_TTY: u64 = 5 << 8;

/// Whether a question has the terminal, and who waits to read from it.
#[derive(Default)]
pub(super) struct Readers {
    taken: bool,
    held: Vec<i32>,
    /// The device of Syswall's controlling terminal.
    device: u64,
}

impl Engine {
    /// A question takes the terminal, or gives it back.
    pub fn terminal(&mut self, taken: bool) {
        self.readers.taken = taken;
        if taken {
            self.readers.device = controlling_terminal();
            // Those that wait for input now: their calls are interrupted without anybody noticing, and made again.
            let reading = |call: &InCall| matches!(call.plan, Plan::Pass);
            let tasks =
                self.tasks.values().filter(|t| t.state == State::Running && t.call.as_ref().is_some_and(reading));
            let readers: Vec<i32> = tasks
                .filter(|t| t.call.as_ref().is_some_and(|call| self.reads_terminal(t.tid, call)))
                .map(|t| t.tid)
                .collect();
            for tid in readers {
                // Whoever is gone reads no more.
                let _ = ptrace::interrupt(tid);
            }
            return;
        }
        for tid in std::mem::take(&mut self.readers.held) {
            // Only who still is where it was held: a number may have a new owner.
            if let Some(task) = self.tasks.get_mut(&tid).filter(|t| t.state == State::Reading) {
                task.state = State::Running;
                if let Some(call) = &mut task.call {
                    call.resumed = monotonic();
                }
                self.resume(tid, Resume::Syscall, 0);
            }
        }
    }

    /// Holds a task at the entry of a call that would read from the terminal while a question has it. Gives the call
    /// back where there is no reason to.
    pub fn hold_reader(&mut self, tid: i32, call: InCall) -> Option<InCall> {
        if !self.readers.taken || !matches!(call.plan, Plan::Pass) || !self.reads_terminal(tid, &call) {
            return Some(call);
        }
        let task = self.tasks.get_mut(&tid)?;
        task.call = Some(call);
        task.state = State::Reading;
        self.readers.held.push(tid);
        None
    }

    fn reads_terminal(&self, tid: i32, call: &InCall) -> bool {
        if !matches!(call.raw.name(), Some("read" | "readv" | "preadv2")) {
            return false;
        }
        let device = std::fs::metadata(format!("/proc/{tid}/fd/{}", call.raw.args[0] as i32)).map_or(0, |m| m.rdev());
        let own = || getsid(Some(Pid::from_raw(tid))) == getsid(None);
        self.readers.device != 0 && (device == self.readers.device || device == DEV_TTY && own())
    }
}

/// The device of this process's controlling terminal; 0: none (proc(5), /proc/PID/stat, field 7).
fn controlling_terminal() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let field = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_ascii_whitespace().nth(4));
    let number = field.and_then(|f| f.parse::<i32>().ok()).unwrap_or(0) as u32;
    // Bits 31 to 20 and 7 to 0: the minor; 15 to 8: the major.
    let (major, minor) = (number >> 8 & 0xff, number & 0xff | number >> 12 & 0xf_ff00);
    nix::sys::stat::makedev(major.into(), minor.into())
}
