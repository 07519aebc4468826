//! Sockets of which the program believes something that is not so, and what follows for later calls on them.

use std::collections::HashMap;
use std::path::PathBuf;

use super::enforce::{iovec_bytes, message_bytes};
use crate::policy::{Decision, Verdict};
use crate::sys::RemoteMemory;
use crate::syscall::RawCall;

/// As many sockets as are remembered; the program gets plain answers about more.
const MOST: usize = 65_536;

/// Sockets by their link in /proc/PID/fd, which holds the inode's number: it survives dup, fork and passing on.
#[derive(Default)]
pub(super) struct Fakes {
    sockets: HashMap<PathBuf, Verdict>,
}

fn link(pid: i32, fd: i32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{pid}/fd/{fd}")).ok()
}

impl Fakes {
    /// Remembers what `fd` is, and on whose word it is pretended.
    pub fn add(&mut self, pid: i32, fd: i32, verdict: &Verdict) {
        if self.sockets.len() < MOST
            && let Some(link) = link(pid, fd)
        {
            self.sockets.insert(link, Verdict { value: None, ..verdict.clone() });
        }
    }

    /// What an earlier pretence means for `call`: connected sockets that are not swallow what is sent and are at their end.
    pub fn consequence(&self, pid: i32, call: &RawCall) -> Option<Verdict> {
        if self.sockets.is_empty() {
            return None;
        }
        let memory = RemoteMemory::new(pid);
        let arg = |i: usize| call.args[i];
        let value = match call.name()? {
            "connect" | "bind" | "listen" | "shutdown" | "setsockopt" => Some(0),
            "read" | "readv" | "recvfrom" | "recvmsg" | "recv" => Some(0),
            "write" | "send" | "sendto" => Some(arg(2).min(0x7fff_f000) as i64),
            "writev" => iovec_bytes(call, &memory, arg(1), arg(2)),
            "sendmsg" => message_bytes(call, &memory, arg(1)),
            _ => None,
        }?;
        let verdict = self.sockets.get(&link(pid, arg(0) as i32)?)?;
        Some(Verdict { decision: Decision::Pretend, value: Some(value), ..verdict.clone() })
    }
}
