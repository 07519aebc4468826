//! Waiting for traced tasks. nix's waitpid loses stops and deaths by real-time signals (nix-rust/nix#495), so status words are read here.

use nix::errno::Errno;

/// What a status word of wait(2) says. Signals are plain numbers: real-time ones have no name in nix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Ended with this code.
    Exited(i32),
    /// Ended by this signal.
    Signaled {
        /// The signal.
        signal: i32,
        /// Whether it dumped core.
        core: bool,
    },
    /// Stopped.
    Stopped {
        /// The stop's signal, with bit 7 for system calls (PTRACE_O_TRACESYSGOOD).
        signal: i32,
        /// PTRACE_EVENT_…, 0: none.
        event: i32,
    },
    /// Continued; only for children that are not traced.
    Continued,
}

impl Status {
    /// Decodes a status word (wait(2), ptrace(2)).
    pub fn from_raw(raw: i32) -> Status {
        if libc::WIFEXITED(raw) {
            Status::Exited(libc::WEXITSTATUS(raw))
        } else if libc::WIFSIGNALED(raw) {
            Status::Signaled { signal: libc::WTERMSIG(raw), core: libc::WCOREDUMP(raw) }
        } else if libc::WIFSTOPPED(raw) {
            Status::Stopped { signal: (raw >> 8) & 0xff, event: (raw >> 16) & 0xffff }
        } else {
            Status::Continued
        }
    }
}

/// `__WNOTHREAD` keeps both from taking children of other threads (GLib's).
fn wait(options: i32) -> nix::Result<(i32, i32)> {
    let mut raw = 0;
    // SAFETY: `raw` is a valid place for one int; waitpid has no other memory effects.
    let tid = unsafe { libc::waitpid(-1, &mut raw, libc::__WALL | libc::__WNOTHREAD | options) };
    Ok((Errno::result(tid)?, raw))
}

/// The next change of any child or traced task of *this thread*, without waiting. `None`: none now.
/// ECHILD: there is no task at all.
pub fn wait_any() -> nix::Result<Option<(i32, Status)>> {
    match wait(libc::WNOHANG)? {
        (0, _) => Ok(None),
        (tid, raw) => Ok(Some((tid, Status::from_raw(raw)))),
    }
}

/// The same, waiting for one. EINTR: a signal came first.
pub fn wait_next() -> nix::Result<(i32, Status)> {
    wait(0).map(|(tid, raw)| (tid, Status::from_raw(raw)))
}
