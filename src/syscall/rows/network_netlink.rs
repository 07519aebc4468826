//! Netlink messages: what programs ask of the kernel's network, and what it answers.

use crate::syscall::Render;
use crate::syscall::decode::bytes::{le_i32, le_word, le16, le32};
use crate::syscall::decode::iovec::Iov;
use crate::syscall::names::socket as names;
use crate::syscall::render::SHOWN;
use crate::syscall::row::Names;

/// `sizeof(struct nlmsghdr)`.
const HEADER: usize = 16;
/// Most bytes of a datagram that are looked at.
const MOST: usize = 16 << 10;

/// The bytes at `addr`: netlink messages where `fd` is a netlink socket, else data. `len` of them are there to be read,
/// `whole` is what is said of their number.
pub fn data_or_messages(r: &mut Render<'_>, fd: i32, addr: u64, len: u64, whole: u64) {
    // Asking costs more than decoding: only what has the look of a message, whose length is in its first bytes.
    let fits = |said: u32| said as usize >= HEADER && u64::from(said) <= len;
    let looks = len >= HEADER as u64 && addr != 0 && r.memory.u32(addr).is_some_and(fits);
    let Some(protocol) = looks.then(|| r.memory.netlink_protocol(fd)).flatten() else {
        return r.data(addr, whole);
    };
    match r.memory.up_to(addr, (len as usize).min(MOST)) {
        Some(bytes) if bytes.len() >= HEADER => messages(r, protocol, &bytes, addr),
        _ => r.pointer(addr),
    }
}

/// The array of `count` iovecs at `addr`, the first of which holds netlink messages where `fd` is a netlink socket.
pub fn iovec(r: &mut Render<'_>, fd: i32, addr: u64, count: u64, show: Iov) {
    let word = r.call.abi.word();
    let mut left = match show {
        Iov::Filled(total) => total,
        _ => u64::MAX,
    };
    r.array(addr, count, 2 * word, &mut |r, e| {
        let (base, len) = (le_word(e.bytes, 0, word), le_word(e.bytes, 1, word));
        let shown = len.min(left);
        left -= shown;
        r.put("{iov_base=");
        data_or_messages(r, fd, base, shown, shown);
        r.fmt(format_args!(", iov_len={len}}}"));
    });
}

fn messages(r: &mut Render<'_>, protocol: u32, bytes: &[u8], addr: u64) {
    // Several messages stand in brackets, one does not.
    let first = le32(bytes, 0) as usize;
    let several = first >= HEADER && first.next_multiple_of(4) + HEADER <= bytes.len();
    if several {
        r.put("[");
    }
    let (mut at, mut count) = (0usize, 0);
    while bytes.len() - at >= HEADER {
        if count > 0 {
            r.put(", ");
        }
        if count == SHOWN || r.is_long() {
            r.put("...");
            break;
        }
        count += 1;
        let rest = &bytes[at..];
        let len = le32(rest, 0) as usize;
        message(r, protocol, &rest[..len.clamp(HEADER, rest.len())]);
        if len < HEADER || len.next_multiple_of(4) >= rest.len() {
            break;
        }
        at += len.next_multiple_of(4);
        if bytes.len() - at < HEADER {
            r.fmt(format_args!(", ... /* {:#x} */", addr.wrapping_add(at as u64)));
        }
    }
    if several {
        r.put("]");
    }
}

fn message(r: &mut Render<'_>, protocol: u32, bytes: &[u8]) {
    let (len, kind, flags) = (le32(bytes, 0), le16(bytes, 4), le16(bytes, 6));
    let body = &bytes[HEADER..];
    if !body.is_empty() {
        r.put("[");
    }
    r.fmt(format_args!("{{nlmsg_len={len}, nlmsg_type="));
    message_type(r, protocol, kind);
    r.put(", nlmsg_flags=");
    message_flags(r, protocol, kind, flags);
    r.fmt(format_args!(", nlmsg_seq={}, nlmsg_pid={}}}", le32(bytes, 8), le32(bytes, 12) as i32));
    if !body.is_empty() {
        r.put(", ");
        message_body(r, protocol, kind, body);
        r.put("]");
    }
}

fn message_type(r: &mut Render<'_>, protocol: u32, kind: u16) {
    let kind = u64::from(kind);
    if kind < 16 {
        return r.choice(kind, names::NETLINK_TYPES, "NLMSG_???");
    }
    match protocol {
        0 => r.choice(kind, names::NETLINK_ROUTE_TYPES, "RTM_???"),
        4 if kind == 20 => r.put("SOCK_DIAG_BY_FAMILY"),
        16 if kind == 16 => r.put("nlctrl"),
        _ => {
            r.hex(kind);
            r.put(" /* NLMSG_??? */");
        }
    }
}

fn message_flags(r: &mut Render<'_>, protocol: u32, kind: u16, flags: u16) {
    static ACKS: Names = &[(0x100, "NLM_F_CAPPED"), (0x200, "NLM_F_ACK_TLVS")];
    // What the upper bits mean depends on the verb, which the kernel's routing messages have in their low two bits.
    let more: Names = match (protocol, kind) {
        (_, 2) => ACKS,
        (0, 16..) => match kind & 3 {
            0 => names::NETLINK_NEW_FLAGS,
            1 => names::NETLINK_DELETE_FLAGS,
            2 => names::NETLINK_GET_FLAGS,
            _ => &[],
        },
        (4, 20) => names::NETLINK_GET_FLAGS,
        _ => &[],
    };
    let mut rest = u64::from(flags);
    let mut any = false;
    for (bits, name) in names::NETLINK_FLAGS.iter().chain(more) {
        if rest & bits == *bits {
            r.fmt(format_args!("{}{name}", if any { "|" } else { "" }));
            rest &= !bits;
            any = true;
        }
    }
    match (any, rest) {
        (true, 0) => {}
        (true, _) => r.fmt(format_args!("|{rest:#x}")),
        (false, 0) => r.put("0"),
        (false, _) => r.fmt(format_args!("{rest:#x} /* NLM_F_??? */")),
    }
}

fn message_body(r: &mut Render<'_>, protocol: u32, kind: u16, body: &[u8]) {
    match (protocol, kind) {
        (_, 2) if body.len() >= 4 => {
            let error = le_i32(body, 0);
            match crate::syscall::errno::known_name(error.wrapping_neg()) {
                Some(name) if error < 0 => r.fmt(format_args!("{{error=-{name}")),
                _ => r.fmt(format_args!("{{error={error}")),
            }
            if body.len() >= 4 + HEADER {
                r.put(", msg=");
                message(r, protocol, &body[4..4 + HEADER]);
            }
            r.put("}");
        }
        (_, 3) if body.len() >= 4 => r.fmt(format_args!("{}", le_i32(body, 0))),
        (0, 16..) => super::network_route::body(r, kind, body),
        _ => {
            let shown = &body[..body.len().min(SHOWN)];
            r.quoted_hex(shown);
            if body.len() > shown.len() {
                r.put("...");
            }
        }
    }
}
