//! Waiting for descriptors: poll, select, epoll.

use crate::syscall::access::{Target, Want};
use crate::syscall::decode::bytes::{le_i32, le16, le32, le64};
use crate::syscall::decode::signal::{sigset, sigset_sized};
use crate::syscall::decode::time::{TimeForm, native_timespec, native_timeval, put_time, wide_timespec};
use crate::syscall::names::descriptor::{EPOLL_CREATE, EPOLL_CTL, EPOLL_EVENTS, POLL_EVENTS};
use crate::syscall::row::{Does, Pretend, ResultKind, Row, Show, arg, out};
use crate::syscall::{Abi, Kind, Memory, RawCall, Render};

/// Why waiting cannot be pretended. A msgid.
const BUSY: &str = "the program would wait in a busy loop";

/// `struct pollfd` elements at most looked at for a result.
const MOST: usize = 1024;

fn pollfds(r: &mut Render<'_>, addr: u64) {
    let count = u64::from(r.arg(1) as u32);
    r.array(addr, count, 8, &mut |r, e| {
        let fd = le_i32(e.bytes, 0);
        r.fmt(format_args!("{{fd={fd}"));
        if fd >= 0 {
            r.put(", events=");
            r.flags(u64::from(le16(e.bytes, 4)), POLL_EVENTS, "POLL???");
        }
        r.put("}");
    });
}

/// Behind the result: which descriptors are ready, or that time ran out.
fn poll_result(r: &mut Render<'_>, value: i64) {
    if value == 0 {
        return r.put(" (Timeout)");
    }
    let (addr, count) = (r.arg(0), (r.arg(1) as u32 as usize).min(MOST));
    let Some(bytes) = r.memory.up_to(addr, count * 8) else {
        return;
    };
    let mut shown = 0;
    for piece in bytes.chunks_exact(8) {
        let revents = le16(piece, 6);
        if revents == 0 {
            continue;
        }
        if shown == crate::syscall::render::SHOWN {
            r.put(", ...");
            break;
        }
        r.put(if shown == 0 { " ([" } else { ", " });
        shown += 1;
        r.fmt(format_args!("{{fd={}, revents=", le_i32(piece, 0)));
        r.flags(u64::from(revents), POLL_EVENTS, "POLL???");
        r.put("}");
    }
    if shown > 0 {
        r.put("]");
        left(r, 2);
        r.put(")");
    }
}

/// `ppoll(2)` writes the time that is left back.
fn left(r: &mut Render<'_>, register: u8) {
    let form = match r.call.name() {
        Some("ppoll" | "pselect6") => TimeForm::Native,
        Some("ppoll_time64" | "pselect6_time64") => TimeForm::Wide,
        _ => return,
    };
    let addr = r.arg(register);
    put_left(r, addr, form, "tv_nsec");
}

fn put_left(r: &mut Render<'_>, addr: u64, form: TimeForm, fraction: &str) {
    let width = form.width(r);
    let mut buf = [0; 16];
    let buf = &mut buf[..2 * width];
    if addr != 0 && r.memory.read(addr, buf) == buf.len() {
        r.put(", left ");
        put_time(r, buf, width, fraction);
    }
}

/// The sets of select(2): bits of at most this many descriptors are looked at, as many as the kernel has by default.
const SET_BITS: usize = 1024;
/// strace looks at this many, and shows only the address of what is not readable that far.
const SET_READ: usize = 1 << 20;

fn set_bytes(r: &Render<'_>, addr: u64, nfds: u64) -> Option<[u8; SET_BITS / 8]> {
    let nfds_valid = nfds as i32 >= 0;
    let nfds = (nfds as i32).max(0) as usize;
    let word = r.call.abi.word();
    let bytes = nfds.min(SET_BITS).div_ceil(8 * word) * word;
    let mut buf = [0; SET_BITS / 8];
    let last = addr.wrapping_add((nfds.min(SET_READ).div_ceil(8 * word) * word) as u64).wrapping_sub(1);
    if nfds > SET_BITS && r.memory.read(last, &mut [0; 1]) == 0 {
        return None;
    }
    (addr != 0 && nfds_valid && r.memory.read(addr, &mut buf[..bytes]) == bytes).then_some(buf)
}

/// Writes the descriptors below `nfds` that are in the set, as `[3 5]`; returns how many.
fn put_set(r: &mut Render<'_>, bytes: &[u8], nfds: u64) -> usize {
    let nfds = ((nfds as i32).max(0) as usize).min(SET_BITS);
    let mut shown = 0;
    r.put("[");
    for fd in (0..nfds).filter(|fd| bytes[fd / 8] & 1 << (fd % 8) != 0) {
        if shown > 0 {
            r.put(" ");
        }
        shown += 1;
        r.fmt(format_args!("{fd}"));
    }
    r.put("]");
    shown
}

fn fd_set(r: &mut Render<'_>, addr: u64) {
    let nfds = r.arg(0);
    match set_bytes(r, addr, nfds) {
        Some(bytes) => {
            put_set(r, &bytes, nfds);
        }
        None => r.pointer(addr),
    }
}

/// Behind the result of select(2) with those five arguments: what is ready, or that time ran out.
fn put_ready(r: &mut Render<'_>, args: [u64; 5], value: i64, form: TimeForm, fraction: &str) {
    if value == 0 {
        return r.put(" (Timeout)");
    }
    let nfds = args[0];
    let mut any = false;
    for (register, name) in [(1, "in "), (2, "out "), (3, "except ")] {
        let Some(bytes) = set_bytes(r, args[register], nfds).filter(|b| b.iter().any(|b| *b != 0)) else {
            continue;
        };
        r.put(if any { ", " } else { " (" });
        any = true;
        r.put(name);
        put_set(r, &bytes, nfds);
    }
    let before = r.out.len();
    put_left(r, args[4], form, fraction);
    if r.out.len() > before && !any {
        // Only the time is left to say.
        r.out.replace_range(before..before + 2, " (");
        any = true;
    }
    if any {
        r.put(")");
    }
}

fn five(r: &Render<'_>) -> [u64; 5] {
    std::array::from_fn(|i| r.arg(i as u8))
}

fn select_result(r: &mut Render<'_>, value: i64) {
    put_ready(r, five(r), value, TimeForm::Native, "tv_usec");
}

fn pselect_result(r: &mut Render<'_>, value: i64) {
    put_ready(r, five(r), value, TimeForm::Native, "tv_nsec");
}

fn pselect_wide_result(r: &mut Render<'_>, value: i64) {
    put_ready(r, five(r), value, TimeForm::Wide, "tv_nsec");
}

/// The sixth argument of pselect6(2): a pointer to a set and its size.
fn set_and_size(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let mut buf = [0; 16];
    let buf = &mut buf[..2 * word];
    if r.fetch(addr, buf) {
        let at = |i| crate::syscall::decode::bytes::le_word(buf, i, word);
        r.put("{sigmask=");
        let (mask, size) = (at(0), at(1));
        sigset(r, mask, size);
        r.fmt(format_args!(", sigsetsize={size}}}"));
    }
}

/// i386's first select(2) takes all its arguments through one pointer.
fn old_select_args(r: &Render<'_>) -> Option<[u64; 5]> {
    let mut buf = [0; 20];
    (r.memory.read(r.arg(0), &mut buf) == 20).then(|| std::array::from_fn(|i| u64::from(le32(&buf, i * 4))))
}

fn select_nfds(r: &mut Render<'_>, value: u64) {
    if r.call.abi != Abi::I386 {
        return r.show(Show::Int, value);
    }
    match old_select_args(r) {
        Some([nfds, ..]) => r.fmt(format_args!("{}", nfds as i32)),
        None => r.pointer(value),
    }
}

fn select_set<const I: usize>(r: &mut Render<'_>, value: u64) {
    if r.call.abi != Abi::I386 {
        return fd_set(r, value);
    }
    let Some(args) = old_select_args(r) else {
        return r.omit();
    };
    match set_bytes(r, args[I], args[0]) {
        Some(bytes) => {
            put_set(r, &bytes, args[0]);
        }
        None => r.pointer(args[I]),
    }
}

fn select_timeout(r: &mut Render<'_>, value: u64) {
    if r.call.abi != Abi::I386 {
        return native_timeval(r, value);
    }
    match old_select_args(r) {
        Some(args) => native_timeval(r, args[4]),
        None => r.omit(),
    }
}

fn old_or_new_result(r: &mut Render<'_>, value: i64) {
    if r.call.abi != Abi::I386 {
        select_result(r, value);
    } else if let Some(args) = old_select_args(r) {
        put_ready(r, args, value, TimeForm::Native, "tv_usec");
    }
}

fn put_epoll(r: &mut Render<'_>, bytes: &[u8]) {
    r.put("{events=");
    r.flags(u64::from(le32(bytes, 0)), EPOLL_EVENTS, "EPOLL???");
    // The structure is packed on x86.
    let at = if r.call.abi == Abi::Aarch64 { 8 } else { 4 };
    r.fmt(format_args!(", data={{u32={}, u64={}}}}}", le32(bytes, at), le64(bytes, at)));
}

fn epoll_size(abi: Abi) -> usize {
    if abi == Abi::Aarch64 { 16 } else { 12 }
}

fn epoll_event(r: &mut Render<'_>, addr: u64) {
    const DELETE: u64 = 2;
    if r.arg(1) as u32 as u64 == DELETE {
        return r.pointer(addr);
    }
    let mut buf = [0; 16];
    let buf = &mut buf[..epoll_size(r.call.abi)];
    if r.fetch(addr, buf) {
        put_epoll(r, buf);
    }
}

fn epoll_events(r: &mut Render<'_>, addr: u64) {
    match r.outcome {
        Some(o) if !o.error => {
            let size = epoll_size(r.call.abi);
            r.array(addr, o.value.max(0) as u64, size, &mut |r, e| put_epoll(r, e.bytes));
        }
        _ => r.pointer(addr),
    }
}

fn epoll_ctl_does(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    out.push(Want::new(Kind::Descriptor, Target::Fd(call.args[2] as i32)));
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("poll", &[arg("fds", Show::With(pollfds)), arg("nfds", Show::Uint), arg("timeout", Show::Int)])
        .result(ResultKind::With(poll_result))
        .does(&[Does::Plain(Kind::Wait)])
        .pretend(Pretend::No(BUSY)),
    Row::new(
        "ppoll",
        &[
            arg("fds", Show::With(pollfds)),
            arg("nfds", Show::Uint),
            arg("tmo_p", Show::With(native_timespec)),
            arg("sigmask", Show::With(sigset_sized::<4>)),
            arg("sigsetsize", Show::Ulong),
        ],
    )
    .result(ResultKind::With(poll_result))
    .does(&[Does::Plain(Kind::Wait)])
    .pretend(Pretend::No(BUSY)),
    Row::new(
        "ppoll_time64",
        &[
            arg("fds", Show::With(pollfds)),
            arg("nfds", Show::Uint),
            arg("tmo_p", Show::With(wide_timespec)),
            arg("sigmask", Show::With(sigset_sized::<4>)),
            arg("sigsetsize", Show::Ulong),
        ],
    )
    .result(ResultKind::With(poll_result))
    .does(&[Does::Plain(Kind::Wait)])
    .pretend(Pretend::No(BUSY)),
    Row::new(
        "select",
        &[
            arg("nfds", Show::With(select_nfds)),
            arg("readfds", Show::With(select_set::<1>)),
            arg("writefds", Show::With(select_set::<2>)),
            arg("exceptfds", Show::With(select_set::<3>)),
            arg("timeout", Show::With(select_timeout)),
        ],
    )
    .result(ResultKind::With(old_or_new_result))
    .does(&[Does::Plain(Kind::Wait)])
    .pretend(Pretend::No(BUSY)),
    Row::new(
        "_newselect",
        &[
            arg("nfds", Show::Int),
            arg("readfds", Show::With(fd_set)),
            arg("writefds", Show::With(fd_set)),
            arg("exceptfds", Show::With(fd_set)),
            arg("timeout", Show::With(native_timeval)),
        ],
    )
    .result(ResultKind::With(select_result))
    .does(&[Does::Plain(Kind::Wait)])
    .pretend(Pretend::No(BUSY)),
    Row::new(
        "pselect6",
        &[
            arg("nfds", Show::Int),
            arg("readfds", Show::With(fd_set)),
            arg("writefds", Show::With(fd_set)),
            arg("exceptfds", Show::With(fd_set)),
            arg("timeout", Show::With(native_timespec)),
            arg("sigmask", Show::With(set_and_size)),
        ],
    )
    .result(ResultKind::With(pselect_result))
    .does(&[Does::Plain(Kind::Wait)])
    .pretend(Pretend::No(BUSY)),
    Row::new(
        "pselect6_time64",
        &[
            arg("nfds", Show::Int),
            arg("readfds", Show::With(fd_set)),
            arg("writefds", Show::With(fd_set)),
            arg("exceptfds", Show::With(fd_set)),
            arg("timeout", Show::With(wide_timespec)),
            arg("sigmask", Show::With(set_and_size)),
        ],
    )
    .result(ResultKind::With(pselect_wide_result))
    .does(&[Does::Plain(Kind::Wait)])
    .pretend(Pretend::No(BUSY)),
    Row::new("epoll_create", &[arg("size", Show::Int)])
        .result(ResultKind::Fd)
        .does(&[Does::Plain(Kind::Descriptor)])
        .pretend(Pretend::No(super::NEXT)),
    Row::new("epoll_create1", &[arg("flags", Show::Flags(EPOLL_CREATE, "EPOLL_???"))])
        .result(ResultKind::Fd)
        .does(&[Does::Plain(Kind::Descriptor)])
        .pretend(Pretend::No(super::NEXT)),
    Row::new(
        "epoll_ctl",
        &[
            arg("epfd", Show::Fd),
            arg("op", Show::Choice(EPOLL_CTL, "EPOLL_CTL_???")),
            arg("fd", Show::Fd),
            arg("event", Show::With(epoll_event)),
        ],
    )
    .does(&[Does::With(epoll_ctl_does)])
    .may(Kind::Descriptor)
    .pretend(Pretend::Value(0)),
    Row::new(
        "epoll_wait",
        &[
            arg("epfd", Show::Fd),
            out("events", Show::With(epoll_events)),
            arg("maxevents", Show::Int),
            arg("timeout", Show::Int),
        ],
    )
    .does(&[Does::Plain(Kind::Wait)])
    .pretend(Pretend::No(BUSY)),
    Row::new(
        "epoll_pwait",
        &[
            arg("epfd", Show::Fd),
            out("events", Show::With(epoll_events)),
            arg("maxevents", Show::Int),
            arg("timeout", Show::Int),
            arg("sigmask", Show::With(sigset_sized::<5>)),
            arg("sigsetsize", Show::Ulong),
        ],
    )
    .does(&[Does::Plain(Kind::Wait)])
    .pretend(Pretend::No(BUSY)),
    Row::new(
        "epoll_pwait2",
        &[
            arg("epfd", Show::Fd),
            out("events", Show::With(epoll_events)),
            arg("maxevents", Show::Int),
            arg("timeout", Show::With(wide_timespec)),
            arg("sigmask", Show::With(sigset_sized::<5>)),
            arg("sigsetsize", Show::Ulong),
        ],
    )
    .does(&[Does::Plain(Kind::Wait)])
    .pretend(Pretend::No(BUSY)),
];
