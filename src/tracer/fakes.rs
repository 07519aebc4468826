//! What the program believes that is not so, and what follows for its later calls: sockets, and names that are gone.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::decoys;
use super::enforce::{iovec_bytes, message_bytes};
use super::task::InCall;
use crate::policy::{Decision, Verdict};
use crate::sys::{RemoteMemory, socket_info, socket_name};
use crate::syscall::{Kind, Memory, Object, RawCall};

/// As many sockets, and names, are remembered; the program gets plain answers about more.
const MOST: usize = 65_536;
/// `UIO_MAXIOV`: as many messages sendmmsg(2) takes.
const MESSAGES: u64 = 1024;
const O_CREAT: u64 = 0o100;

/// A socket that is not what the program takes it for.
struct Fake {
    /// On whose word.
    verdict: Verdict,
    /// Whom the program believes to be connected to: the address as it gave it.
    peer: Option<Vec<u8>>,
    /// What the program believes to have bound.
    name: Option<Vec<u8>>,
    /// Whether it is a stream, which ends; of others, nothing ever arrives.
    stream: bool,
    /// Whether the kernel answers for it by itself: it is connected to nobody, or listens where nobody comes.
    real: bool,
}

/// Sockets by their link in /proc/PID/fd, which holds the inode's number: it survives dup, fork and passing on.
#[derive(Default)]
pub(super) struct Fakes {
    sockets: HashMap<PathBuf, Fake>,
    /// Names that were deleted or renamed, as the program believes.
    gone: HashMap<PathBuf, Verdict>,
}

fn link(pid: i32, fd: i32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{pid}/fd/{fd}")).ok()
}

/// The `struct sockaddr` at `addr`, of `len` bytes.
fn address(memory: &dyn Memory, addr: u64, len: u64) -> Option<Vec<u8>> {
    let len = len as u32 as usize;
    let bytes = memory.up_to(addr, len.min(size_of::<libc::sockaddr_storage>()))?;
    (bytes.len() >= 2).then_some(bytes)
}

/// Whether a call opens a file that it makes where there is none. Of openat2 the flags are in the program's memory.
fn may_make(call: &InCall) -> bool {
    let flags = call.row.and_then(|r| r.arg_value(&call.raw, "flags")).unwrap_or(0);
    match call.raw.name() {
        Some("open" | "openat") => flags & O_CREAT != 0,
        Some("openat2" | "creat") => true,
        _ => false,
    }
}

fn path_of(object: &Option<Object>) -> Option<&Path> {
    match object {
        Some(Object::Path { path, .. }) => Some(path),
        _ => None,
    }
}

impl Fakes {
    /// Remembers a socket that stands in for another, as what is to be pretended on whose word.
    pub fn add(&mut self, pid: i32, fd: i32, verdict: &Verdict) {
        self.change(pid, fd, verdict, |_| {});
    }

    fn change(&mut self, pid: i32, fd: i32, verdict: &Verdict, how: impl FnOnce(&mut Fake)) {
        let Some(link) = link(pid, fd) else { return };
        if self.sockets.len() >= MOST && !self.sockets.contains_key(&link) {
            return;
        }
        let stream = || socket_info(pid, fd).is_ok_and(|s| s.kind & 0xf != libc::SOCK_DGRAM);
        let fake = self.sockets.entry(link).or_insert_with(|| Fake {
            verdict: Verdict { value: None, ..verdict.clone() },
            peer: None,
            name: None,
            stream: stream(),
            real: false,
        });
        how(fake);
    }

    /// Where a socket listens: the calls that listen and accept do not say it. As the program believes, else as it is.
    pub fn own_address(&self, kind: Kind, pid: i32, fd: i32) -> Option<Vec<u8>> {
        if !matches!(kind, Kind::NetworkListen | Kind::NetworkAccept) {
            return None;
        }
        let believed = link(pid, fd).and_then(|l| self.sockets.get(&l)?.name.clone());
        believed.or_else(|| socket_name(pid, fd).ok())
    }

    /// A pretended call that succeeds: what the program believes from now on.
    pub fn believe(&mut self, pid: i32, call: &InCall) {
        let raw = &call.raw;
        let memory = RemoteMemory::new(pid);
        let memory: &dyn Memory = &memory;
        let fd = raw.args[0] as i32;
        let given = || address(memory, raw.args[1], raw.args[2]);
        match raw.name() {
            Some("connect") => {
                let (peer, real) = (given(), decoys::connect(pid, fd));
                self.change(pid, fd, &call.verdict, |f| (f.peer, f.real) = (peer, real));
            }
            Some("bind") => {
                let (name, real) = (given(), decoys::bind(pid, fd));
                self.change(pid, fd, &call.verdict, |f| (f.name, f.real) = (name, real));
            }
            Some("listen") => {
                let real = decoys::listen(pid, fd, raw.args[1] as i32);
                self.change(pid, fd, &call.verdict, |f| f.real = real);
            }
            Some("unlink" | "unlinkat" | "rmdir" | "rename" | "renameat" | "renameat2") => {
                let gone = call.accesses.iter().find(|a| matches!(a.kind, Kind::FileDelete | Kind::FileRename));
                if self.gone.len() < MOST
                    && let Some(path) = gone.and_then(|a| path_of(&a.object))
                {
                    self.gone.insert(path.to_owned(), Verdict { value: None, ..call.verdict.clone() });
                }
            }
            _ => {}
        }
    }

    /// What an earlier pretence means for `call`.
    pub fn consequence(&self, pid: i32, call: &InCall) -> Option<Verdict> {
        self.of_gone(call).or_else(|| self.of_socket(pid, &call.raw))
    }

    /// A name that the program believes to be gone is not found.
    fn of_gone(&self, call: &InCall) -> Option<Verdict> {
        if self.gone.is_empty() || call.accesses.is_empty() {
            return None;
        }
        if may_make(call) {
            return None;
        }
        call.accesses.iter().find_map(|access| {
            // What would be made may have the name of what is gone.
            if matches!(access.kind, Kind::FileCreate | Kind::Descriptor) {
                return None;
            }
            let verdict = path_of(&access.object)?.ancestors().find_map(|p| self.gone.get(p))?;
            let value = Some(-i64::from(libc::ENOENT));
            Some(Verdict { decision: Decision::Pretend, value, ..verdict.clone() })
        })
    }

    /// A call that was made: what it made is there again.
    pub fn made(&mut self, call: &InCall) {
        if !self.gone.is_empty() {
            let opened = may_make(call);
            let is_made = |kind| matches!(kind, Kind::FileCreate | Kind::FileRename) || opened;
            let made = call.accesses.iter().filter(|a| is_made(a.kind));
            let made: HashSet<&Path> = made.filter_map(|a| path_of(&a.object)).collect();
            self.gone.retain(|path, _| !made.contains(path.as_path()));
        }
    }

    /// Connected sockets that are not swallow what is sent and are at their end.
    fn of_socket(&self, pid: i32, call: &RawCall) -> Option<Verdict> {
        if self.sockets.is_empty() {
            return None;
        }
        let name = call.name()?;
        const CONCERNED: [&str; 20] = [
            "connect",
            "bind",
            "listen",
            "shutdown",
            "setsockopt",
            "read",
            "readv",
            "recvfrom",
            "recvmsg",
            "recv",
            "write",
            "send",
            "sendto",
            "writev",
            "sendmsg",
            "sendmmsg",
            "getpeername",
            "getsockname",
            "accept",
            "accept4",
        ];
        if !CONCERNED.contains(&name) {
            return None;
        }
        let arg = |i: usize| call.args[i];
        let fake = self.sockets.get(&link(pid, arg(0) as i32)?)?;
        let memory = RemoteMemory::new(pid);
        let value = match name {
            // Pretended like the first, so that the belief follows.
            "connect" | "bind" | "listen" => {
                return Some(Verdict { decision: Decision::Pretend, ..fake.verdict.clone() });
            }
            "shutdown" | "setsockopt" => (!fake.real).then_some(0),
            // At its end; where the kernel knows that, it says so in its own way. On others, nothing arrives.
            "read" | "readv" | "recvfrom" | "recvmsg" | "recv" => (fake.stream && !fake.real).then_some(0),
            "write" | "send" | "sendto" => Some(arg(2).min(0x7fff_f000) as i64),
            "writev" => iovec_bytes(call, &memory, arg(1), arg(2)),
            "sendmsg" => message_bytes(call, &memory, arg(1)),
            "sendmmsg" => Some(i64::from(arg(2) as u32).min(MESSAGES as i64)),
            "getpeername" => fake.peer.is_some().then_some(0),
            "getsockname" => fake.name.is_some().then_some(0),
            // Without a real one to wait for, nobody has come yet.
            "accept" | "accept4" => (!fake.real).then_some(-i64::from(libc::EAGAIN)),
            _ => None,
        }?;
        Some(Verdict { decision: Decision::Pretend, value: Some(value), ..fake.verdict.clone() })
    }

    /// Writes what a consequence gives besides its value.
    pub fn fill(&self, pid: i32, call: &RawCall) {
        let Some(fake) = link(pid, call.args[0] as i32).and_then(|l| self.sockets.get(&l)) else { return };
        match call.name() {
            Some("getpeername") => put_address(pid, call, fake.peer.as_deref()),
            Some("getsockname") => put_address(pid, call, fake.name.as_deref()),
            Some("sendmmsg") => put_lengths(pid, call),
            _ => {}
        }
    }
}

/// Puts an address where getpeername(2) would. A program whose memory cannot be written finds what was there.
fn put_address(pid: i32, call: &RawCall, address: Option<&[u8]>) {
    let memory = RemoteMemory::new(pid);
    let (Some(address), Some(room)) = (address, (&memory as &dyn Memory).u32(call.args[2])) else { return };
    let _ = memory.write(call.args[1], &address[..address.len().min(room as usize)]);
    let _ = memory.write(call.args[2], &(address.len() as u32).to_ne_bytes());
}

/// Tells for each `struct mmsghdr` that all of it was sent.
fn put_lengths(pid: i32, call: &RawCall) {
    let memory = RemoteMemory::new(pid);
    let word = call.abi.word() as u64;
    // struct msghdr has seven fields, padded to words; msg_len and its padding follow.
    let (header, whole) = (7 * word, 8 * word);
    for i in 0..(call.args[2] & 0xffff_ffff).min(MESSAGES) {
        let Some(at) = call.args[1].checked_add(i * whole) else { return };
        let sent = message_bytes(call, &memory, at).unwrap_or(0) as u32;
        let _ = memory.write(at + header, &sent.to_ne_bytes());
    }
}
