//! What a call is about to do, as far as registers and memory tell. Whoever holds the task resolves it to
//! [`Access`](super::Access)es: only the machine knows what a descriptor or a relative path stands for.

use super::row::Does;
use super::{Kind, Memory, RawCall, Row};

/// `AT_FDCWD` (fcntl.h).
pub const AT_FDCWD: i32 = -100;
/// Longest path the kernel takes, with its NUL (limits.h).
pub const PATH_MAX: usize = 4096;

/// Whether a [`Want`] stands depends on what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It stands.
    Always,
    /// Only if nothing has that name yet (a `file.create` by O_CREAT).
    Absent,
    /// Only if something has that name (a `file.delete` by rename).
    Exists,
    /// Only if it is a directory (opening one is a `file.list`).
    Directory,
    /// Only if it is something other than a directory.
    NotDirectory,
    /// Only if the descriptor is open on a device node or the path names one.
    DeviceNode,
}

/// What a call names, not yet resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nothing: spawn, memory, time.
    Nothing,
    /// A path relative to `dir` (a descriptor or [`AT_FDCWD`]).
    Path {
        /// Where a relative path starts.
        dir: i32,
        /// As the program wrote it, without the NUL.
        path: Vec<u8>,
        /// Whether a symbolic link as the last component is followed.
        follow: bool,
    },
    /// What a descriptor is open on.
    Fd(i32),
    /// What the current directory is (an empty path with AT_EMPTY_PATH and AT_FDCWD).
    CurrentDirectory,
    /// A socket and, where the call names one, a `struct sockaddr` as bytes.
    Socket {
        /// The socket.
        fd: i32,
        /// The address; `None`: the call names none (listen, accept, send on a connected socket).
        address: Option<Vec<u8>>,
    },
    /// A socket that the call makes.
    NewSocket {
        /// AF_….
        family: i32,
        /// SOCK_… with its flags.
        kind: i32,
        /// Protocol.
        protocol: i32,
    },
    /// A process by PID: 0 the caller's group, negative a group, -1 everything (kill(2)). In the task's PID namespace.
    Process(i32),
    /// A thread by TID.
    Thread(i32),
    /// A process by pidfd.
    PidFd(i32),
    /// A device request on a descriptor.
    Device {
        /// The device.
        fd: i32,
        /// Such as `TIOCSTI`.
        request: String,
    },
    /// A named thing of the whole machine, or a named IPC object.
    System(String),
    /// What names it could not be read.
    Unreadable,
}

/// One kind of a call with the unresolved object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// What it does.
    pub kind: Kind,
    /// To what.
    pub target: Target,
    /// When it stands.
    pub when: Condition,
}

impl Want {
    /// A want that always stands.
    pub fn new(kind: Kind, target: Target) -> Want {
        Want { kind, target, when: Condition::Always }
    }

    /// The same, standing only under `when`.
    pub fn when(mut self, when: Condition) -> Want {
        self.when = when;
        self
    }
}

/// The target that the path at address `path` names relative to `dir`.
/// `empty_is_dir`: AT_EMPTY_PATH is set, so an empty path means `dir` itself.
pub fn path_target(memory: &dyn Memory, dir: i32, path: u64, follow: bool, empty_is_dir: bool) -> Target {
    if path == 0 && empty_is_dir {
        return if dir == AT_FDCWD { Target::CurrentDirectory } else { Target::Fd(dir) };
    }
    match memory.c_string(path, PATH_MAX) {
        Ok(bytes) if bytes.is_empty() && empty_is_dir && dir == AT_FDCWD => Target::CurrentDirectory,
        Ok(bytes) if bytes.is_empty() && empty_is_dir => Target::Fd(dir),
        Ok(bytes) => Target::Path { dir, path: bytes, follow },
        Err(_) => Target::Unreadable,
    }
}

/// What `call` is about to do. Empty for a row that does nothing to anything. Reads at most a few paths and addresses.
pub fn wants(call: &RawCall, row: &Row, memory: &dyn Memory) -> Vec<Want> {
    let mut out = Vec::new();
    let arg = |i: u8| call.args[usize::from(i)];
    for does in row.does {
        match *does {
            Does::Plain(kind) => out.push(Want::new(kind, Target::Nothing)),
            Does::Path { kind, dir, path, follow, when } => {
                let dir = dir.map_or(AT_FDCWD, |d| arg(d) as i32);
                out.push(Want::new(kind, path_target(memory, dir, arg(path), follow, false)).when(when));
            }
            Does::Fd { kind, fd } => out.push(Want::new(kind, Target::Fd(arg(fd) as i32))),
            Does::Address { kind, fd, addr, len } => {
                // sizeof(struct sockaddr_storage) is 128: the kernel refuses more.
                let len = (arg(len) as u32 as usize).min(128);
                let target = match (arg(addr), memory.up_to(arg(addr), len)) {
                    (0, _) => Target::Socket { fd: arg(fd) as i32, address: None },
                    (_, Some(bytes)) if bytes.len() == len => {
                        Target::Socket { fd: arg(fd) as i32, address: Some(bytes) }
                    }
                    _ => Target::Unreadable,
                };
                out.push(Want::new(kind, target));
            }
            Does::Process { kind, pid } => out.push(Want::new(kind, Target::Process(arg(pid) as i32))),
            Does::System(kind, name) => out.push(Want::new(kind, Target::System(name.to_owned()))),
            Does::With(f) => f(call, memory, &mut out),
        }
    }
    out
}
