//! `struct msghdr`, its control messages, and arrays of them.

use crate::syscall::decode::bytes::{le_i32, le_long, le_word, le16, le32};
use crate::syscall::decode::iovec::Iov;
use crate::syscall::decode::time::{TimeForm, put_time};
use crate::syscall::names::socket as names;
use crate::syscall::pieces::array_at;
use crate::syscall::render::SHOWN;
use crate::syscall::sockaddr::{put_sockaddr, sockaddr};
use crate::syscall::{Memory, RawCall, Render};

/// What of a message is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// What the program sends.
    Sent,
    /// What the kernel filled; the number of bytes, and `msg_namelen` as it was at the entry.
    Received { bytes: u64, name_len: u32 },
}

/// `struct msghdr` as numbers.
struct Header {
    name: u64,
    name_len: u32,
    iov: u64,
    iov_len: u64,
    control: u64,
    control_len: u64,
    flags: u32,
}

/// `sizeof(struct msghdr)`: seven fields, of which two are `int`s padded to a `long`.
const fn header_size(word: usize) -> usize {
    7 * word
}

/// `sizeof(struct mmsghdr)`: with the length behind it, padded.
pub fn mmsghdr_size(call: &RawCall) -> usize {
    8 * call.abi.word()
}

fn header(bytes: &[u8], word: usize) -> Header {
    Header {
        name: le_word(bytes, 0, word),
        name_len: le32(bytes, word),
        iov: le_word(bytes, 2, word),
        iov_len: le_word(bytes, 3, word),
        control: le_word(bytes, 4, word),
        control_len: le_word(bytes, 5, word),
        flags: le32(bytes, 6 * word),
    }
}

fn read_header(memory: &dyn Memory, addr: u64, word: usize) -> Option<Header> {
    let mut buf = [0; 56];
    let buf = &mut buf[..header_size(word)];
    (addr != 0 && memory.read(addr, buf) == buf.len()).then(|| header(buf, word))
}

/// The address (and its length) that the message at `addr` names: (0, …) for none, `None` where it cannot be read.
pub fn name_of(call: &RawCall, memory: &dyn Memory, addr: u64) -> Option<(u64, u64)> {
    read_header(memory, addr, call.abi.word()).map(|h| (h.name, u64::from(h.name_len)))
}

/// Whether the control messages of the message at `addr` send it by way of another address than its own: IP_RETOPTS
/// (ip(7)), IPV6_RTHDR and its predecessor (RFC 3542). So they do where there are more than can be looked at: `looks`
/// says how many, and is less each time.
pub fn is_routed(call: &RawCall, memory: &dyn Memory, addr: u64, looks: &mut u32) -> bool {
    let word = call.abi.word();
    let Some(header) = read_header(memory, addr, word) else { return false };
    let (mut at, end) = (header.control, header.control.saturating_add(header.control_len));
    if header.control == 0 {
        return false;
    }
    while *looks > 0 {
        *looks -= 1;
        let mut bytes = [0; 16];
        let bytes = &mut bytes[..word + 8];
        if at.saturating_add(bytes.len() as u64) > end || memory.read(at, bytes) != bytes.len() {
            return false;
        }
        let (level, kind) = (le32(bytes, word), le32(bytes, word + 4));
        if matches!((level, kind), (0, 7) | (41, 5 | 57)) {
            return true;
        }
        let len = le_word(bytes, 0, word);
        if len < bytes.len() as u64 {
            return false;
        }
        at = at.saturating_add(len.checked_next_multiple_of(word as u64).unwrap_or(u64::MAX));
    }
    true
}

/// The descriptors that came with the message at `addr` (SCM_RIGHTS, unix(7)), at most as many as the kernel passes.
pub fn descriptors_of(call: &RawCall, memory: &dyn Memory, addr: u64) -> Vec<i32> {
    const SCM_MAX_FD: usize = 253;
    let word = call.abi.word();
    let mut found = Vec::new();
    let Some(header) = read_header(memory, addr, word) else { return found };
    let (mut at, end) = (header.control, header.control.saturating_add(header.control_len));
    let head = word as u64 + 8;
    for _ in 0..64 {
        let mut bytes = [0; 16];
        let bytes = &mut bytes[..word + 8];
        if header.control == 0 || at.saturating_add(head) > end || memory.read(at, bytes) != bytes.len() {
            break;
        }
        let len = le_word(bytes, 0, word);
        if len < head {
            break;
        }
        if (le32(bytes, word), le32(bytes, word + 4)) == (1, 1) {
            let count = ((len - head) / 4).min(SCM_MAX_FD as u64);
            let fds = (0..count).map_while(|i| memory.u32(at.saturating_add(head + 4 * i)));
            found.extend(fds.map(|fd| fd as i32));
        }
        at = at.saturating_add(len.checked_next_multiple_of(word as u64).unwrap_or(u64::MAX));
    }
    found.truncate(SCM_MAX_FD);
    found
}

/// Where the bytes of the message at `addr` are: its `struct iovec` array and its count.
pub fn iov_of(call: &RawCall, memory: &dyn Memory, addr: u64) -> Option<(u64, u64)> {
    read_header(memory, addr, call.abi.word()).map(|h| (h.iov, h.iov_len))
}

fn put_header(r: &mut Render<'_>, h: &Header, way: Way) {
    r.put("{msg_name=");
    let len = match way {
        Way::Sent => h.name_len,
        // The kernel says how long the address is, and fills no more than there was room for.
        Way::Received { name_len, .. } => h.name_len.min(name_len),
    };
    sockaddr(r, h.name, i64::from(len as i32));
    r.put(", msg_namelen=");
    match way {
        Way::Received { name_len, .. } if name_len != h.name_len => {
            r.fmt(format_args!("{} => {}", name_len as i32, h.name_len as i32));
        }
        _ => r.fmt(format_args!("{}", h.name_len as i32)),
    }
    r.put(", msg_iov=");
    let fd = r.arg(0) as i32;
    match way {
        Way::Sent => super::network_netlink::iovec(r, fd, h.iov, h.iov_len, Iov::Data),
        Way::Received { bytes, .. } => super::network_netlink::iovec(r, fd, h.iov, h.iov_len, Iov::Filled(bytes)),
    }
    r.fmt(format_args!(", msg_iovlen={}", h.iov_len));
    if h.control_len != 0 {
        r.put(", msg_control=");
        control(r, h.control, h.control_len);
    }
    r.fmt(format_args!(", msg_controllen={}, msg_flags=", h.control_len));
    r.flags(u64::from(h.flags), names::MESSAGE_FLAGS, "MSG_???");
    r.put("}");
}

/// For `Show::With`: the message that sendmsg takes.
pub fn sent(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    match read_header(r.memory, addr, word) {
        Some(h) => put_header(r, &h, Way::Sent),
        None => r.pointer(addr),
    }
}

/// For `Show::With`: the message that recvmsg fills.
pub fn received(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    if r.outcome.is_none() {
        let len = read_header(r.memory, addr, word).map_or(0, |h| h.name_len);
        r.kept.push(u64::from(len));
    }
    if r.wait() {
        return;
    }
    let name_len = r.kept.last().copied().unwrap_or(0) as u32;
    match (read_header(r.memory, addr, word), r.outcome) {
        (Some(_), Some(o)) if o.error => r.fmt(format_args!("{{msg_namelen={}}}", name_len as i32)),
        (Some(h), Some(o)) => put_header(r, &h, Way::Received { bytes: o.value.max(0) as u64, name_len }),
        _ => r.pointer(addr),
    }
}

fn put_many(r: &mut Render<'_>, addr: u64, count: u64, filled: Option<u64>, name_lens: &[u64]) {
    let word = r.call.abi.word();
    r.array(addr, count, 8 * word, &mut |r, e| {
        let h = header(e.bytes, word);
        let bytes = le32(e.bytes, 7 * word);
        r.put("{msg_hdr=");
        let done = filled.is_some_and(|n| (e.index as u64) < n);
        if name_lens.is_empty() {
            put_header(r, &h, Way::Sent);
        } else {
            let name_len = name_lens.get(e.index).map_or(h.name_len, |n| *n as u32);
            put_header(r, &h, Way::Received { bytes: u64::from(bytes), name_len });
        }
        if done {
            r.fmt(format_args!(", msg_len={bytes}"));
        }
        r.put("}");
    });
}

/// For `Show::With` at the exit: the messages that sendmmsg took, with what was sent of each.
pub fn sent_many(r: &mut Render<'_>, addr: u64) {
    let filled = r.outcome.filter(|o| !o.error).map(|o| o.value.max(0) as u64);
    let count = u64::from(r.arg(2) as u32);
    put_many(r, addr, count, filled, &[]);
}

/// For `Show::With`: the messages that recvmmsg fills. Keeps what the kernel will change: `msg_namelen` of the first
/// messages, and the time limit.
pub fn received_many<const WIDE: bool>(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    if r.outcome.is_none() {
        let limit = read_time::<WIDE>(r);
        let (sec, fraction, there) = limit.map_or((0, 0, 0), |(s, f)| (s, f, 1));
        r.kept.extend([there, sec as u64, fraction as u64]);
        let count = u64::from(r.arg(2) as u32).min(SHOWN as u64);
        for i in 0..count {
            let Some(h) = read_header(r.memory, addr.wrapping_add(i * 8 * word as u64), word) else { break };
            r.kept.push(u64::from(h.name_len));
        }
    }
    if r.wait() {
        return;
    }
    match r.outcome {
        Some(o) if !o.error && o.value > 0 => {
            let name_lens = r.kept.get(3..).unwrap_or_default().to_vec();
            put_many(r, addr, o.value as u64, Some(o.value as u64), &name_lens);
        }
        Some(o) if !o.error => r.put("[]"),
        _ => r.pointer(addr),
    }
}

fn time_width<const WIDE: bool>(r: &Render<'_>) -> usize {
    if WIDE { TimeForm::Wide } else { TimeForm::Native }.width(r)
}

fn read_time<const WIDE: bool>(r: &Render<'_>) -> Option<(i64, i64)> {
    let width = time_width::<WIDE>(r);
    let mut buf = [0; 16];
    let buf = &mut buf[..2 * width];
    let addr = r.arg(4);
    (addr != 0 && r.memory.read(addr, buf) == buf.len()).then(|| (le_long(buf, 0, width), le_long(buf, 1, width)))
}

fn put_limit(r: &mut Render<'_>, sec: i64, fraction: i64) {
    let bytes = [sec.to_le_bytes(), fraction.to_le_bytes()].concat();
    put_time(r, &bytes, 8, "tv_nsec");
}

/// For `Show::With` at the exit: the time limit as it was at the entry.
pub fn kept_timeout<const WIDE: bool>(r: &mut Render<'_>, addr: u64) {
    match r.kept.get(..3) {
        Some(&[1, sec, fraction]) => put_limit(r, sec as i64, fraction as i64),
        _ => r.pointer(addr),
    }
}

/// What is left of the time limit, behind the result.
pub fn time_left<const WIDE: bool>(r: &mut Render<'_>, value: i64) {
    let had = r.kept.first() == Some(&1);
    match read_time::<WIDE>(r) {
        Some((sec, fraction)) if had && value > 0 => {
            r.put(" (left ");
            put_limit(r, sec, fraction);
            r.put(")");
        }
        _ if had && value == 0 => r.put(" (Timeout)"),
        _ => {}
    }
}

/// The control messages of `len` bytes at `addr`.
fn control(r: &mut Render<'_>, addr: u64, len: u64) {
    let word = r.call.abi.word();
    let head = word + 8;
    // The kernel takes no more than sysctl net.core.optmem_max, 20 KiB by default; strace cuts nothing before that.
    let want = len.min(20 << 10) as usize;
    if addr == 0 || want < head {
        return r.pointer(addr);
    }
    let Some(bytes) = r.memory.up_to(addr, want).filter(|b| b.len() == want) else { return r.pointer(addr) };
    r.put("[");
    let mut at = 0;
    while bytes.len() - at >= head {
        let rest = &bytes[at..];
        let size = le_word(rest, 0, word);
        let (level, kind) = (le_i32(rest, word), le_i32(rest, word + 4));
        if at > 0 {
            r.put(", ");
        }
        if r.is_long() {
            r.put("...");
            break;
        }
        r.fmt(format_args!("{{cmsg_len={size}, cmsg_level="));
        r.choice(u64::from(level as u32), names::LEVELS, "SOL_???");
        r.put(", cmsg_type=");
        let end = usize::try_from(size).unwrap_or(usize::MAX).min(rest.len());
        control_message(r, level, kind, rest.get(head..end).unwrap_or_default());
        r.put("}");
        if (size as usize) < head || size > usize::MAX as u64 / 2 {
            if bytes.len() > at + head {
                r.fmt(format_args!(", ... /* {:#x} */", addr.wrapping_add((at + head) as u64)));
            }
            break;
        }
        let next = (size as usize).next_multiple_of(word);
        if next >= rest.len() {
            break;
        }
        at += next;
        if bytes.len() - at < head {
            r.fmt(format_args!(", ... /* {:#x} */", addr.wrapping_add(at as u64)));
        }
    }
    r.put("]");
}

fn control_message(r: &mut Render<'_>, level: i32, kind: i32, data: &[u8]) {
    let kind = u64::from(kind as u32);
    match level {
        1 => {
            r.choice(kind, names::SCM_TYPES, "SCM_???");
            socket_control(r, kind, data);
        }
        0 => {
            r.choice(kind, names::IP_CONTROL, "IP_???");
            ip_control(r, kind, data);
        }
        _ => r.hex(kind),
    }
}

/// `, cmsg_data=`.
fn put_data(r: &mut Render<'_>) {
    r.put(", cmsg_data=");
}

fn ints(r: &mut Render<'_>, data: &[u8]) {
    r.put("[");
    for (i, piece) in data.chunks_exact(4).enumerate() {
        r.fmt(format_args!("{}{}", if i > 0 { ", " } else { "" }, le_i32(piece, 0)));
    }
    r.put("]");
}

fn socket_control(r: &mut Render<'_>, kind: u64, data: &[u8]) {
    let word = r.call.abi.word();
    match kind {
        1 if data.len() >= 4 => {
            put_data(r);
            ints(r, data);
        }
        2 if data.len() >= 12 => {
            put_data(r);
            r.fmt(format_args!("{{pid={}, uid=", le_i32(data, 0)));
            r.uid(le32(data, 4));
            r.put(", gid=");
            r.uid(le32(data, 8));
            r.put("}");
        }
        3 if !data.is_empty() => {
            put_data(r);
            r.quoted_cut(data);
        }
        // Times with the ABI's own longs (29, 35, 37) and with 64 bits (63 to 65).
        29 | 35 | 37 | 63..=65 => {
            let old = kind < 63;
            let width = if old && r.call.abi != crate::syscall::Abi::X32 { word } else { 8 };
            let count = if matches!(kind, 37 | 65) { 3 } else { 1 };
            let fraction = if matches!(kind, 29 | 63) { "tv_usec" } else { "tv_nsec" };
            put_data(r);
            if data.len() < count * 2 * width {
                return r.put("???");
            }
            if count == 1 {
                return put_time(r, data, width, fraction);
            }
            r.put("[");
            for i in 0..count {
                r.put(if i > 0 { ", " } else { "" });
                put_time(r, &data[i * 2 * width..], width, fraction);
            }
            r.put("]");
        }
        _ => {}
    }
}

fn ip_control(r: &mut Render<'_>, kind: u64, data: &[u8]) {
    match kind {
        // IP_TOS, IP_RECVOPTS, IP_RETOPTS.
        1 | 6 | 7 if !data.is_empty() => {
            put_data(r);
            r.hex_bytes(data);
        }
        // IP_TTL, IP_CHECKSUM, IP_RECVFRAGSIZE.
        2 | 23 | 25 if data.len() >= 4 => {
            put_data(r);
            ints(r, data);
        }
        8 if data.len() >= 12 => {
            put_data(r);
            r.put("{ipi_ifindex=");
            r.interface(le32(data, 0));
            r.put(", ipi_spec_dst=");
            r.inet_addr(array_at(data, 4));
            r.put(", ipi_addr=");
            r.inet_addr(array_at(data, 8));
            r.put("}");
        }
        11 if data.len() >= 32 => {
            put_data(r);
            r.fmt(format_args!("{{ee_errno={}, ee_origin={}, ", le32(data, 0), data[4]));
            r.fmt(format_args!("ee_type={}, ee_code={}, ee_info={}, ", data[5], data[6], le32(data, 8)));
            r.fmt(format_args!("ee_data={}, offender=", le32(data, 12)));
            put_sockaddr(r, &data[16..32]);
            r.put("}");
        }
        3 if !data.is_empty() => {
            put_data(r);
            r.quoted_cut(data);
        }
        20 if data.len() >= 16 => {
            put_data(r);
            // Its family decides how much of it is an address.
            let used = if le16(data, 0) == 2 { 16 } else { data.len().min(128) };
            put_sockaddr(r, &data[..used]);
        }
        _ => {}
    }
}
