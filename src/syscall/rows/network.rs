//! Sockets.
//!
//! What counts as what: a `connect` to AF_UNSPEC undoes a connection and is input and output on what is open; binding a
//! netlink socket to no multicast group gives it a number and lets nobody in; binding a unix socket to a path also
//! makes that file. Descriptors passed in control messages (SCM_RIGHTS) are `descriptor`: the sender had them open by
//! leave of its policy, and what a program outside the run chooses to hand in, it could as well do on request. What
//! they are open on is recorded with the call that received them.

use crate::syscall::access::{AT_FDCWD, Target, Want};
use crate::syscall::names::socket as names;
use crate::syscall::row::{Does, Fake, Narrow, Pretend, ResultKind, Row, Show, arg, out};
use crate::syscall::sockaddr::{self, SocketAddress, UnixName, family};
use crate::syscall::{Kind, KindSet, Memory, RawCall, Render};

use super::network_message as message;
use super::network_option as option;

/// Flags of send calls that matter here (linux/socket.h).
const MSG_FASTOPEN: u64 = 0x2000_0000;

/// Why calls that fill more than one place cannot be pretended.
const FILLS: Pretend = Pretend::No("the program would read an answer that nobody gave");

fn socket_type(r: &mut Render<'_>, value: u64) {
    let value = value as u32;
    let (kind, flags) = (u64::from(value & 0xf), u64::from(value & !0xf));
    let known = names::TYPES.iter().any(|(n, _)| *n == kind);
    if !known {
        return r.flags(u64::from(value), names::TYPE_FLAGS, "SOCK_???");
    }
    r.choice(kind, names::TYPES, "");
    if flags != 0 {
        r.put("|");
        r.flags(flags, names::TYPE_FLAGS, "SOCK_???");
    }
}

fn protocol(r: &mut Render<'_>, value: u64) {
    let long = value;
    let value = u64::from(value as u32);
    match r.arg(0) as u32 {
        2 | 10 => r.choice(value, names::INET_PROTOCOLS, "IPPROTO_???"),
        3 => ax25_protocol(r, value),
        16 => r.choice(value, names::NETLINK_PROTOCOLS, "NETLINK_???"),
        17 => r.htons_choice((value as u16).swap_bytes(), names::ETHERNET_PROTOCOLS, "ETH_P_???"),
        23 => r.choice(value, &[(0, "IRDAPROTO_UNITDATA"), (1, "IRDAPROTO_ULTRA")], "IRDAPROTO_???"),
        29 => r.choice(value, CAN_PROTOCOLS, "CAN_???"),
        33 => r.choice(value, names::FAMILIES, "AF_???"),
        34 => r.choice(value, &[(0, "ISDN_P_BASE"), (1, "ISDN_P_LAPD_TE"), (2, "ISDN_P_LAPD_NT")], "ISDN_P_???"),
        35 => r.choice(value, PHONET_PROTOCOLS, "PN_PROTO_???"),
        37 => r.choice(value, CAIF_PROTOCOLS, "CAIFPROTO_???"),
        39 => r.choice(value, &[(0, "NFC_SOCKPROTO_RAW"), (1, "NFC_SOCKPROTO_LLCP")], "NFC_SOCKPROTO_???"),
        41 => r.choice(value, &[(0, "KCMPROTO_CONNECTED")], "KCMPROTO_???"),
        43 => r.choice(value, &[(0, "SMCPROTO_SMC"), (1, "SMCPROTO_SMC6")], "SMCPROTO_???"),
        31 => r.choice(value, names::BLUETOOTH_PROTOCOLS, "BTPROTO_???"),
        _ => r.fmt(format_args!("{long}")),
    }
}

/// Protocols of AF_CAN (linux/can.h).
static CAN_PROTOCOLS: crate::syscall::row::Names = &[
    (1, "CAN_RAW"),
    (2, "CAN_BCM"),
    (3, "CAN_TP16"),
    (4, "CAN_TP20"),
    (5, "CAN_MCNET"),
    (6, "CAN_ISOTP"),
    (7, "CAN_J1939"),
];

/// Protocols of AF_PHONET (linux/phonet.h).
static PHONET_PROTOCOLS: crate::syscall::row::Names =
    &[(0, "PN_PROTO_TRANSPORT"), (1, "PN_PROTO_PHONET"), (2, "PN_PROTO_PIPE")];

/// Protocols of AF_CAIF (linux/caif/caif_socket.h).
static CAIF_PROTOCOLS: crate::syscall::row::Names = &[
    (0, "CAIFPROTO_AT"),
    (1, "CAIFPROTO_DATAGRAM"),
    (2, "CAIFPROTO_DATAGRAM_LOOP"),
    (3, "CAIFPROTO_UTIL"),
    (4, "CAIFPROTO_RFM"),
    (5, "CAIFPROTO_DEBUG"),
];

/// Protocol numbers of AX.25 (net/ax25.h in the kernel); their names stand in a comment.
fn ax25_protocol(r: &mut Render<'_>, value: u64) {
    static NAMES: crate::syscall::row::Names = &[
        (0x01, "AX25_P_ROSE"),
        (0x06, "AX25_P_VJCOMP"),
        (0x07, "AX25_P_VJUNCOMP"),
        (0x08, "AX25_P_SEGMENT"),
        (0xc3, "AX25_P_TEXNET"),
        (0xc4, "AX25_P_LQ"),
        (0xca, "AX25_P_ATALK"),
        (0xcb, "AX25_P_ATALK_ARP"),
        (0xcc, "AX25_P_IP"),
        (0xcd, "AX25_P_ARP"),
        (0xce, "AX25_P_FLEXNET"),
        (0xcf, "AX25_P_NETROM"),
        (0xf0, "AX25_P_TEXT"),
    ];
    r.hex(value);
    match NAMES.iter().find(|(v, _)| *v == value) {
        Some((_, name)) => r.fmt(format_args!(" /* {name} */")),
        None => r.put(" /* AX25_P_??? */"),
    }
}

fn address_in<const LEN: u8>(r: &mut Render<'_>, addr: u64) {
    let len = i64::from(r.arg(LEN) as i32);
    sockaddr::sockaddr(r, addr, len);
}

/// At the entry, keeps the length behind the pointer in argument `i` for the exit.
fn keep_length(r: &mut Render<'_>, i: u8) {
    if r.outcome.is_none() {
        let addr = r.arg(i);
        let len = r.memory.u32(addr).filter(|_| addr != 0);
        r.kept.push(len.map_or(u64::MAX, u64::from));
    }
}

/// An address that the kernel fills, and whose length is behind the pointer in argument `LEN`: at the entry the length
/// is kept, at the exit both are known.
fn address_out<const LEN: u8>(r: &mut Render<'_>, addr: u64) {
    let len_addr = r.arg(LEN);
    keep_length(r, LEN);
    if r.wait() {
        return;
    }
    let before = r.kept.last().copied().unwrap_or(u64::MAX);
    match r.memory.u32(len_addr) {
        Some(after) if !r.failed() && before != u64::MAX && len_addr != 0 => {
            let len = i64::from(before as i32).min(i64::from(after as i32));
            sockaddr::sockaddr(r, addr, len);
        }
        _ => r.pointer(addr),
    }
}

/// `[16]`, or `[128 => 16]` where the kernel changed it.
fn length_out(r: &mut Render<'_>, addr: u64) {
    let before = r.kept.last().copied().unwrap_or(u64::MAX);
    let after = r.memory.u32(addr).filter(|_| addr != 0);
    match after {
        None => r.pointer(addr),
        Some(_) if before == u64::MAX => r.pointer(addr),
        Some(after) if r.failed() || after == before as u32 => r.fmt(format_args!("[{}]", before as i32)),
        Some(after) => r.fmt(format_args!("[{} => {}]", before as i32, after as i32)),
    }
}

fn received(r: &mut Render<'_>, addr: u64) {
    // The address comes later in the line; its length has to be looked at now.
    keep_length(r, 5);
    if r.wait() {
        return;
    }
    match r.outcome {
        Some(o) if !o.error => {
            let (fd, len) = (r.arg(0) as i32, o.value.max(0) as u64);
            super::network_netlink::data_or_messages(r, fd, addr, len.min(r.arg(2)), len);
        }
        _ => r.pointer(addr),
    }
}

fn sent(r: &mut Render<'_>, addr: u64) {
    let (fd, len) = (r.arg(0) as i32, r.arg(2));
    super::network_netlink::data_or_messages(r, fd, addr, len, len);
}

fn pair_out(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 8];
    if r.fetch(addr, &mut buf) {
        let [a, b] = [0, 4].map(|at| crate::syscall::decode::bytes::le_i32(&buf, at));
        r.fmt(format_args!("[{a}, {b}]"));
    }
}

fn socket_wants(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    let [family, kind, protocol] = [0, 1, 2].map(|i| call.args[i] as i32);
    out.push(Want::new(Kind::NetworkSocket, Target::NewSocket { family, kind, protocol }));
}

/// [`address_target`] of a bind or send: there the kernel takes AF_UNSPEC for AF_INET (net/ipv4/af_inet.c, udp.c).
fn internet_target(memory: &dyn Memory, fd: i32, addr: u64, len: u64) -> Target {
    let mut target = address_target(memory, fd, addr, len);
    if let Target::Socket { address: Some(bytes), .. } = &mut target
        && let [first, second, _, _, _, _, _, _, ..] = bytes.as_mut_slice()
        && (*first, *second) == (0, 0)
    {
        *first = family::INET as u8;
    }
    target
}

/// What using the address at `addr` on socket `fd` for `kind` is about.
pub(super) fn address_target(memory: &dyn Memory, fd: i32, addr: u64, len: u64) -> Target {
    match sockaddr::read(memory, addr, len) {
        Some(bytes) => Target::Socket { fd, address: Some(bytes) },
        None => Target::Unreadable,
    }
}

fn family_of(target: &Target) -> Option<u16> {
    match target {
        Target::Socket { address: Some(bytes), .. } => bytes.first_chunk().map(|b| u16::from_le_bytes(*b)),
        _ => None,
    }
}

fn connect_wants(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let fd = call.args[0] as i32;
    let target = address_target(memory, fd, call.args[1], call.args[2]);
    if family_of(&target) == Some(family::UNSPEC) {
        out.push(Want::new(Kind::Descriptor, Target::Fd(fd)));
    } else {
        out.push(Want::new(Kind::NetworkConnect, target));
    }
}

fn bind_wants(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let fd = call.args[0] as i32;
    let target = internet_target(memory, fd, call.args[1], call.args[2]);
    let parsed = match &target {
        Target::Socket { address: Some(bytes), .. } => sockaddr::parse(bytes),
        _ => None,
    };
    match parsed {
        Some(SocketAddress::Netlink { groups: 0, .. }) => {
            return out.push(Want::new(Kind::Descriptor, Target::Fd(fd)));
        }
        Some(SocketAddress::Unix(UnixName::Path(path))) => {
            let path = Target::Path { dir: AT_FDCWD, path, follow: false };
            out.push(Want::new(Kind::FileCreate, path));
        }
        _ => {}
    }
    out.push(Want::new(Kind::NetworkListen, target));
}

fn listen_wants(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    let target = Target::Socket { fd: call.args[0] as i32, address: None };
    out.push(Want::new(Kind::NetworkListen, target));
}

fn accept_wants(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    let target = Target::Socket { fd: call.args[0] as i32, address: None };
    out.push(Want::new(Kind::NetworkAccept, target));
}

/// What sending to the address at `addr` is; without one it is output on what is open.
pub(super) fn send_wants(memory: &dyn Memory, fd: i32, addr: u64, len: u64, flags: u64, out: &mut Vec<Want>) {
    let want = if addr == 0 || len as u32 == 0 {
        Want::new(Kind::Descriptor, Target::Fd(fd))
    } else {
        let target = internet_target(memory, fd, addr, len);
        if flags & MSG_FASTOPEN != 0 {
            out.push(Want::new(Kind::NetworkConnect, target.clone()));
        }
        Want::new(Kind::NetworkSend, target)
    };
    if !out.contains(&want) {
        out.push(want);
    }
}

fn sendto_wants(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let a = call.args;
    send_wants(memory, a[0] as i32, a[4], a[5], a[3], out);
}

fn sendmsg_wants(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let fd = call.args[0] as i32;
    match message::name_of(call, memory, call.args[1]) {
        Some((addr, len)) => send_wants(memory, fd, addr, len, call.args[2], out),
        None => out.push(Want::new(Kind::NetworkSend, Target::Unreadable)),
    }
    if message::is_routed(call, memory, call.args[1], &mut 64) {
        out.push(option::source_routing());
    }
}

fn sendmmsg_wants(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let fd = call.args[0] as i32;
    // UIO_MAXIOV: the kernel sends no more at once.
    let count = (call.args[2] as u32).min(1024);
    let size = message::mmsghdr_size(call);
    // Of all messages together: no honest one has many.
    let mut looks = 1024;
    for i in 0..u64::from(count) {
        let at = call.args[1].wrapping_add(i * size as u64);
        match message::name_of(call, memory, at) {
            Some((addr, len)) => {
                send_wants(memory, fd, addr, len, call.args[3], out);
                let routed = option::source_routing();
                if !out.contains(&routed) && message::is_routed(call, memory, at, &mut looks) {
                    out.push(routed);
                }
            }
            // The kernel stops there too; what comes before it was sent.
            None => {
                out.push(Want::new(Kind::NetworkSend, Target::Unreadable));
                break;
            }
        }
    }
}

/// The descriptors that `call`, a recvmsg or a recvmmsg of `messages` messages, has received.
pub fn received_descriptors(call: &RawCall, memory: &dyn Memory, messages: u64) -> Vec<i32> {
    let size = message::mmsghdr_size(call) as u64;
    // UIO_MAXIOV: the kernel receives no more at once.
    let headers = (0..messages.min(1024)).map(|i| call.args[1].wrapping_add(i * size));
    headers.flat_map(|at| message::descriptors_of(call, memory, at)).collect()
}

const FLAGS: Show = Show::Flags(names::MESSAGE_FLAGS, "MSG_???");
const ACCEPT_FLAGS: Show = Show::Flags(names::TYPE_FLAGS, "SOCK_???");
const DESCRIPTOR: &[Does] = &[Does::Fd { kind: Kind::Descriptor, fd: 0 }];

/// Subcalls of i386's multiplexer (linux/net.h).
static SUBCALLS: crate::syscall::row::Names = &[
    (1, "SYS_SOCKET"),
    (2, "SYS_BIND"),
    (3, "SYS_CONNECT"),
    (4, "SYS_LISTEN"),
    (5, "SYS_ACCEPT"),
    (6, "SYS_GETSOCKNAME"),
    (7, "SYS_GETPEERNAME"),
    (8, "SYS_SOCKETPAIR"),
    (9, "SYS_SEND"),
    (10, "SYS_RECV"),
    (11, "SYS_SENDTO"),
    (12, "SYS_RECVFROM"),
    (13, "SYS_SHUTDOWN"),
    (14, "SYS_SETSOCKOPT"),
    (15, "SYS_GETSOCKOPT"),
    (16, "SYS_SENDMSG"),
    (17, "SYS_RECVMSG"),
    (18, "SYS_ACCEPT4"),
    (19, "SYS_RECVMMSG"),
    (20, "SYS_SENDMMSG"),
];

fn subcall(r: &mut Render<'_>, value: u64) {
    match SUBCALLS.iter().find(|(v, _)| *v == value) {
        Some((_, name)) => r.put(name),
        None => r.fmt(format_args!("{}", value as i32)),
    }
}

/// What a subcall does whose arguments could not be read: the kernel may find them readable a moment later.
fn multiplexed(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    let kind = match call.args[0] {
        1 => Kind::NetworkSocket,
        2 | 4 => Kind::NetworkListen,
        3 => Kind::NetworkConnect,
        5 | 18 => Kind::NetworkAccept,
        9 | 11 | 16 | 20 => Kind::NetworkSend,
        // Options can reach the packet filter.
        14 => Kind::System,
        _ => Kind::Descriptor,
    };
    out.push(Want::new(kind, Target::Unreadable));
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("socketcall", &[arg("call", Show::With(subcall)), arg("args", Show::Pointer)])
        .does(&[Does::With(multiplexed)])
        .may(Kind::NetworkSocket)
        .may(Kind::NetworkListen)
        .may(Kind::NetworkConnect)
        .may(Kind::NetworkAccept)
        .may(Kind::NetworkSend)
        .may(Kind::System)
        .may(Kind::Descriptor)
        .pretend(FILLS),
    Row::new(
        "socket",
        &[
            arg("domain", Show::Choice(names::FAMILIES, "AF_???")),
            arg("type", Show::With(socket_type)),
            arg("protocol", Show::With(protocol)),
        ],
    )
    .result(ResultKind::Fd)
    .does(&[Does::With(socket_wants)])
    .may(Kind::NetworkSocket)
    .pretend(Pretend::Descriptor(Fake::Socket)),
    Row::new(
        "socketpair",
        &[
            arg("domain", Show::Choice(names::FAMILIES, "AF_???")),
            arg("type", Show::With(socket_type)),
            arg("protocol", Show::Ulong),
            out("sv", Show::With(pair_out)),
        ],
    )
    .does(&[Does::Plain(Kind::Descriptor)])
    .pretend(FILLS),
    Row::new(
        "connect",
        &[arg("sockfd", Show::Fd), arg("addr", Show::With(address_in::<2>)), arg("addrlen", Show::Int)],
    )
    .does(&[Does::With(connect_wants)])
    .may(Kind::NetworkConnect)
    .may(Kind::Descriptor)
    .pretend(Pretend::Value(0)),
    Row::new("bind", &[arg("sockfd", Show::Fd), arg("addr", Show::With(address_in::<2>)), arg("addrlen", Show::Int)])
        .does(&[Does::With(bind_wants)])
        .may(Kind::NetworkListen)
        .may(Kind::FileCreate)
        .may(Kind::Descriptor)
        .pretend(Pretend::Value(0)),
    Row::new("listen", &[arg("sockfd", Show::Fd), arg("backlog", Show::Int)])
        .does(&[Does::With(listen_wants)])
        .may(Kind::NetworkListen)
        .pretend(Pretend::Value(0)),
    Row::new(
        "accept",
        &[arg("sockfd", Show::Fd), arg("addr", Show::With(address_out::<2>)), out("addrlen", Show::With(length_out))],
    )
    .result(ResultKind::Fd)
    .does(&[Does::With(accept_wants)])
    .may(Kind::NetworkAccept)
    .pretend(Pretend::Descriptor(Fake::Socket)),
    Row::new(
        "accept4",
        &[
            arg("sockfd", Show::Fd),
            arg("addr", Show::With(address_out::<2>)),
            out("addrlen", Show::With(length_out)),
            out("flags", ACCEPT_FLAGS),
        ],
    )
    .result(ResultKind::Fd)
    .does(&[Does::With(accept_wants)])
    .may(Kind::NetworkAccept)
    .pretend(Pretend::Descriptor(Fake::Socket)),
    Row::new(
        "getsockname",
        &[arg("sockfd", Show::Fd), arg("addr", Show::With(address_out::<2>)), out("addrlen", Show::With(length_out))],
    )
    .does(DESCRIPTOR)
    .pretend(FILLS),
    Row::new(
        "getpeername",
        &[arg("sockfd", Show::Fd), arg("addr", Show::With(address_out::<2>)), out("addrlen", Show::With(length_out))],
    )
    .does(DESCRIPTOR)
    .pretend(FILLS),
    Row::new("shutdown", &[arg("sockfd", Show::Fd), arg("how", Show::Choice(names::SHUTDOWN, "SHUT_???"))])
        .does(DESCRIPTOR)
        .pretend(Pretend::Value(0)),
    Row::new(
        "sendto",
        &[
            arg("sockfd", Show::Fd),
            arg("buf", Show::With(sent)),
            arg("len", Show::Ulong),
            arg("flags", FLAGS),
            arg("dest_addr", Show::With(address_in::<5>)),
            arg("addrlen", Show::Int),
        ],
    )
    .does(&[Does::With(sendto_wants)])
    .may(Kind::NetworkSend)
    .may(Kind::NetworkConnect)
    .may(Kind::Descriptor)
    // Without an address: output on what is open.
    .narrow(&[Narrow::bits(4, u64::MAX, &[0], KindSet::of(Kind::Descriptor))])
    .pretend(Pretend::Argument(2)),
    // Only inside i386's socketcall.
    Row::new(
        "send",
        &[arg("sockfd", Show::Fd), arg("buf", Show::With(sent)), arg("len", Show::Ulong), arg("flags", FLAGS)],
    )
    .does(DESCRIPTOR)
    .pretend(Pretend::Argument(2)),
    Row::new(
        "recvfrom",
        &[
            arg("sockfd", Show::Fd),
            arg("buf", Show::With(received)),
            out("len", Show::Ulong),
            out("flags", FLAGS),
            arg("src_addr", Show::With(address_out::<5>)),
            out("addrlen", Show::With(length_out)),
        ],
    )
    .does(DESCRIPTOR)
    .pretend(Pretend::Value(0)),
    // Only inside i386's socketcall.
    Row::new(
        "recv",
        &[arg("sockfd", Show::Fd), arg("buf", Show::With(received)), out("len", Show::Ulong), out("flags", FLAGS)],
    )
    .does(DESCRIPTOR)
    .pretend(Pretend::Value(0)),
    Row::new("sendmsg", &[arg("sockfd", Show::Fd), arg("msg", Show::With(message::sent)), arg("flags", FLAGS)])
        .does(&[Does::With(sendmsg_wants)])
        .may(Kind::Bypass)
        .may(Kind::NetworkSend)
        .may(Kind::NetworkConnect)
        .may(Kind::Descriptor)
        .pretend(Pretend::Message(1)),
    Row::new("recvmsg", &[arg("sockfd", Show::Fd), arg("msg", Show::With(message::received)), out("flags", FLAGS)])
        .does(DESCRIPTOR)
        .pretend(Pretend::Value(0)),
    Row::new(
        "sendmmsg",
        &[
            arg("sockfd", Show::Fd),
            out("msgvec", Show::With(message::sent_many)),
            out("vlen", Show::Uint),
            out("flags", FLAGS),
        ],
    )
    .does(&[Does::With(sendmmsg_wants)])
    .may(Kind::Bypass)
    .may(Kind::NetworkSend)
    .may(Kind::NetworkConnect)
    .may(Kind::Descriptor)
    .pretend(FILLS),
    Row::new(
        "recvmmsg",
        &[
            arg("sockfd", Show::Fd),
            arg("msgvec", Show::With(message::received_many::<false>)),
            out("vlen", Show::Uint),
            out("flags", FLAGS),
            out("timeout", Show::With(message::kept_timeout::<false>)),
        ],
    )
    .result(ResultKind::With(message::time_left::<false>))
    .does(DESCRIPTOR)
    .pretend(FILLS),
    Row::new(
        "recvmmsg_time64",
        &[
            arg("sockfd", Show::Fd),
            arg("msgvec", Show::With(message::received_many::<true>)),
            out("vlen", Show::Uint),
            out("flags", FLAGS),
            out("timeout", Show::With(message::kept_timeout::<true>)),
        ],
    )
    .result(ResultKind::With(message::time_left::<true>))
    .does(DESCRIPTOR)
    .pretend(FILLS),
    Row::new(
        "setsockopt",
        &[
            arg("sockfd", Show::Fd),
            arg("level", Show::Choice(names::LEVELS, "SOL_??")),
            arg("optname", Show::With(option::name)),
            arg("optval", Show::With(option::set_value)),
            arg("optlen", Show::Int),
        ],
    )
    .does(&[Does::With(option::set_wants)])
    .may(Kind::Descriptor)
    .may(Kind::Bypass)
    .may(Kind::NetworkConnect)
    .may(Kind::NetworkListen)
    .may(Kind::System)
    .pretend(Pretend::Value(0)),
    Row::new(
        "getsockopt",
        &[
            arg("sockfd", Show::Fd),
            arg("level", Show::Choice(names::LEVELS, "SOL_??")),
            arg("optname", Show::With(option::get_name)),
            arg("optval", Show::With(option::get_value)),
            out("optlen", Show::With(length_out)),
        ],
    )
    .does(DESCRIPTOR)
    .pretend(FILLS),
];
