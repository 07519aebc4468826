//! io_uring: requests through shared memory, which no check of calls sees. Hence `bypass`.

use crate::syscall::decode::bytes::{le_i32, le32, le64};
use crate::syscall::decode::iovec::{Iov, iovec};
use crate::syscall::decode::signal::sigset;
use crate::syscall::names::io_uring as names;
use crate::syscall::row::{Does, Pretend, ResultKind, Row, Show, arg};
use crate::syscall::{Kind, Render};

const NO: Pretend = Pretend::No("the program would wait for an end that never comes");
const BYPASS: &[Does] = &[Does::Plain(Kind::Bypass)];

fn parameters(r: &mut Render<'_>, addr: u64) {
    if r.wait() {
        return;
    }
    let mut b = [0; 120];
    if !r.fetch_in(addr, &mut b) {
        return;
    }
    r.put("{flags=");
    let flags = u64::from(le32(&b, 8));
    r.flags(flags, names::SETUP_FLAGS, "IORING_SETUP_???");
    r.put(", sq_thread_cpu=");
    r.hex(u64::from(le32(&b, 12)));
    r.fmt(format_args!(", sq_thread_idle={}", le32(&b, 16)));
    if flags & 0x20 != 0 {
        r.fmt(format_args!(", wq_fd={}", le_i32(&b, 24)));
    }
    if b[28..40].iter().any(|x| *x != 0) {
        let reserved = [28, 32, 36].map(|at| le32(&b, at));
        r.fmt(format_args!(", resv=[{:#x}, {:#x}, {:#x}]", reserved[0], reserved[1], reserved[2]));
    }
    if r.failed() {
        return r.put("}");
    }
    r.fmt(format_args!(", sq_entries={}, cq_entries={}, features=", le32(&b, 0), le32(&b, 4)));
    r.flags(u64::from(le32(&b, 20)), names::FEATURES, "IORING_FEAT_???");
    let offsets = |r: &mut Render<'_>, name: &str, at: usize, fields: [&str; 7]| {
        r.fmt(format_args!(", {name}={{"));
        for (i, field) in fields.into_iter().enumerate() {
            r.fmt(format_args!("{}{field}={}", if i > 0 { ", " } else { "" }, le32(&b, at + 4 * i)));
        }
        r.put("}");
    };
    offsets(r, "sq_off", 40, ["head", "tail", "ring_mask", "ring_entries", "flags", "dropped", "array"]);
    offsets(r, "cq_off", 80, ["head", "tail", "ring_mask", "ring_entries", "overflow", "cqes", "flags"]);
    r.put("}");
}

fn mask(r: &mut Render<'_>, addr: u64) {
    let size = r.arg(5);
    if size == 8 && addr != 0 { sigset(r, addr, 8) } else { r.pointer(addr) }
}

fn registered(r: &mut Render<'_>, addr: u64) {
    let count = u64::from(r.arg(3) as u32);
    match r.arg(1) as u32 {
        0 => iovec(r, addr, count, Iov::Addresses),
        2 | 4 | 7 => r.array(addr, count, 4, &mut |r, e| r.fmt(format_args!("{}", le_i32(e.bytes, 0)))),
        6 => {
            let mut b = [0; 16];
            if r.fetch(addr, &mut b) {
                r.fmt(format_args!("{{offset={}, fds=", le32(&b, 0)));
                let fds = le64(&b, 8);
                r.array(fds, count, 4, &mut |r, e| r.fmt(format_args!("{}", le_i32(e.bytes, 0))));
                r.put("}");
            }
        }
        _ => r.pointer(addr),
    }
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("io_uring_setup", &[arg("entries", Show::Uint), arg("p", Show::With(parameters))])
        .result(ResultKind::Fd)
        .does(BYPASS)
        .pretend(NO),
    Row::new(
        "io_uring_enter",
        &[
            arg("fd", Show::Fd),
            arg("to_submit", Show::Uint),
            arg("min_complete", Show::Uint),
            arg("flags", Show::Flags(names::ENTER_FLAGS, "IORING_ENTER_???")),
            arg("sig", Show::With(mask)),
            arg("size", Show::Ulong),
        ],
    )
    .does(BYPASS)
    .pretend(NO),
    Row::new(
        "io_uring_register",
        &[
            arg("fd", Show::Fd),
            arg("opcode", Show::Choice(names::REGISTER, "IORING_REGISTER_???")),
            arg("arg", Show::With(registered)),
            arg("nr_args", Show::Uint),
        ],
    )
    .does(BYPASS)
    .pretend(NO),
];
