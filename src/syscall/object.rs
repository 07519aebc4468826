//! What a call does something to.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;

/// How an internet address is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// SOCK_STREAM.
    Tcp,
    /// SOCK_DGRAM.
    Udp,
    /// SOCK_RAW, SOCK_PACKET.
    Raw,
    /// SOCK_SEQPACKET and what else there is, or not known.
    Other,
}

impl Transport {
    /// The name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Transport::Tcp => "tcp",
            Transport::Udp => "udp",
            Transport::Raw => "raw",
            Transport::Other => "other",
        }
    }
}

/// What a call does something to, resolved by whoever holds the task.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Object {
    /// A file-system object.
    Path {
        /// Absolute, links resolved. Bytes need not be UTF-8.
        path: PathBuf,
        /// As the program wrote it; equal to `path` where it wrote that.
        asked: OsString,
    },
    /// An internet address.
    Address {
        /// By the socket's type.
        transport: Transport,
        /// IPv4-mapped IPv6 is given as IPv4.
        address: IpAddr,
        /// Host byte order; 0 where the family has none.
        port: u16,
    },
    /// A unix socket: the resolved path, `@name` for an abstract one (NULs as they are), empty for unnamed.
    Unix {
        /// Bytes need not be UTF-8.
        name: OsString,
    },
    /// A socket of another family (netlink, vsock, packet, …), or just made and not bound to anything.
    Socket {
        /// `AF_NETLINK` and so on.
        family: String,
        /// What strace would print within the braces, or the socket's type and protocol.
        text: String,
    },
    /// A process. `pid` 0: none is known. Negative: a process group; -1: every process that may be signalled.
    Process {
        /// As Syswall's PID namespace counts.
        pid: i32,
        /// Whether it belongs to the program (its own tree).
        tree: bool,
    },
    /// A device, through a request.
    Device {
        /// Its node, or what the descriptor is open on.
        path: PathBuf,
        /// Such as `TIOCSTI`; empty for opening it.
        request: String,
    },
    /// A system-wide setting, such as `hostname`.
    System {
        /// What strace or proc(5) call it.
        name: String,
    },
    /// What a descriptor is open on where that has no name: `pipe:[123]`, `socket:[5]`, `anon_inode:[eventfd]`.
    Descriptor {
        /// The link target in /proc/PID/fd.
        text: String,
    },
    /// The memory that names the object could not be read; only rules without an object match it.
    Unreadable,
}

impl Object {
    /// The `type` in records (contract 6).
    pub const fn type_name(&self) -> &'static str {
        match self {
            Object::Path { .. } => "path",
            Object::Address { .. } => "address",
            Object::Unix { .. } => "unix",
            Object::Socket { .. } => "socket",
            Object::Process { .. } => "process",
            Object::Device { .. } => "device",
            Object::System { .. } => "system",
            Object::Descriptor { .. } => "descriptor",
            Object::Unreadable => "unreadable",
        }
    }
}

/// One thing that one call does to one object. The unit that policies decide about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Access {
    /// What it does.
    pub kind: super::Kind,
    /// To what; `None` where the kind needs none (spawn, wait, memory, …).
    pub object: Option<Object>,
}
