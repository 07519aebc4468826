//! Descriptors themselves: making, copying, closing, fcntl.

use crate::syscall::access::{Target, Want};
use crate::syscall::decode::bytes::{le_i32, le_i64, le16, le32, le64};
use crate::syscall::decode::signal::put_signal;
use crate::syscall::decode::time::{TimeForm, interval};
use crate::syscall::names::descriptor::{
    CLOSE_RANGE, EVENTFD, FCNTL, FD_FLAGS, FLOCK, LEASE, MEMFD, NOTIFY, OWNER, RW_HINT, SEALS, TIMERFD_CREATE, WHENCE,
};
use crate::syscall::names::file::OPEN;
use crate::syscall::names::time::CLOCKS;
use crate::syscall::row::{Does, Fake, Narrow, Pretend, ResultKind, Row, Show, arg, out};
use crate::syscall::{Abi, Kind, KindSet, Memory, RawCall, Render};

use super::file::{UNFILLED, open_flags};

/// Why a call that makes or moves descriptor numbers cannot be pretended. A msgid.
const NUMBERS: &str = "the program would use a descriptor that is not there";

/// fcntl(2) commands by number (asm-generic/fcntl.h, linux/fcntl.h).
mod cmd {
    pub const DUPFD: u32 = 0;
    pub const GETFD: u32 = 1;
    pub const SETFD: u32 = 2;
    pub const GETFL: u32 = 3;
    pub const SETFL: u32 = 4;
    pub const GETLK: u32 = 5;
    pub const SETLK: u32 = 6;
    pub const SETLKW: u32 = 7;
    pub const SETOWN: u32 = 8;
    pub const GETOWN: u32 = 9;
    pub const SETSIG: u32 = 10;
    pub const GETSIG: u32 = 11;
    pub const GETLK64: u32 = 12;
    pub const SETLK64: u32 = 13;
    pub const SETLKW64: u32 = 14;
    pub const SETOWN_EX: u32 = 15;
    pub const GETOWN_EX: u32 = 16;
    pub const OFD_GETLK: u32 = 36;
    pub const OFD_SETLK: u32 = 37;
    pub const OFD_SETLKW: u32 = 38;
    pub const SETLEASE: u32 = 1024;
    pub const GETLEASE: u32 = 1025;
    pub const NOTIFY: u32 = 1026;
    pub const CANCELLK: u32 = 1029;
    pub const DUPFD_CLOEXEC: u32 = 1030;
    pub const SETPIPE_SZ: u32 = 1031;
    pub const GETPIPE_SZ: u32 = 1032;
    pub const ADD_SEALS: u32 = 1033;
    pub const GET_SEALS: u32 = 1034;
    pub const GET_RW_HINT: u32 = 1035;
    pub const SET_FILE_RW_HINT: u32 = 1038;
}

/// A `struct flock` at `addr`; `wide`: `struct flock64`.
fn lock(r: &mut Render<'_>, addr: u64, wide: bool, with_pid: bool) {
    let mut buf = [0; 32];
    // i386's struct flock64 has no padding, and its struct flock has 32-bit offsets.
    let (len, start, size) = match (r.call.abi == Abi::I386, wide) {
        (true, false) => (16, 4, 4),
        (true, true) => (24, 4, 8),
        _ => (32, 8, 8),
    };
    if !r.fetch(addr, &mut buf[..len]) {
        return;
    }
    let number = |at: usize| if size == 4 { i64::from(le_i32(&buf, at)) } else { le_i64(&buf, at) };
    r.put("{l_type=");
    r.choice(u64::from(le16(&buf, 0)), LEASE, "F_???");
    r.put(", l_whence=");
    r.choice(u64::from(le16(&buf, 2)), WHENCE, "SEEK_???");
    r.fmt(format_args!(", l_start={}, l_len={}", number(start), number(start + size)));
    if with_pid {
        r.fmt(format_args!(", l_pid={}", le_i32(&buf, start + 2 * size)));
    }
    r.put("}");
}

fn owner(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 8];
    if r.fetch(addr, &mut buf) {
        r.put("{type=");
        r.choice(u64::from(le32(&buf, 0)), OWNER, "F_OWNER_???");
        r.fmt(format_args!(", pid={}}}", le_i32(&buf, 4)));
    }
}

fn fcntl_arg(r: &mut Render<'_>, value: u64) {
    let command = r.arg(1) as u32;
    // fcntl64 takes struct flock64 only with the commands that say so; on 64 bits both are the same.
    let wide = matches!(command, cmd::GETLK64 | cmd::SETLK64 | cmd::SETLKW64 | cmd::OFD_GETLK..=cmd::OFD_SETLKW);
    match command {
        cmd::GETFD | cmd::GETFL | cmd::GETOWN | cmd::GETSIG | cmd::GETLEASE | cmd::GETPIPE_SZ | cmd::GET_SEALS => {
            r.omit();
        }
        cmd::DUPFD | cmd::DUPFD_CLOEXEC | cmd::SETPIPE_SZ => r.show(Show::Long, value),
        cmd::SETOWN => r.show(Show::Int, value),
        cmd::SETFD => r.flags(u64::from(value as u32), FD_FLAGS, "FD_???"),
        cmd::SETFL => open_flags(r, value),
        cmd::SETSIG => put_signal(r, u64::from(value as u32)),
        cmd::SETLEASE => r.choice(u64::from(value as u32), LEASE, "F_???"),
        cmd::NOTIFY => r.flags(u64::from(value as u32), NOTIFY, "DN_???"),
        cmd::ADD_SEALS => r.flags(u64::from(value as u32), SEALS, "F_SEAL_???"),
        cmd::SETLK | cmd::SETLKW | cmd::SETLK64 | cmd::SETLKW64 | cmd::OFD_SETLK | cmd::OFD_SETLKW | cmd::CANCELLK => {
            lock(r, value, wide, false);
        }
        cmd::SETOWN_EX => owner(r, value),
        _ if !is_filled(command) => r.hex(value),
        _ if r.wait() => {}
        _ if r.failed() => r.pointer(value),
        cmd::GETLK | cmd::GETLK64 | cmd::OFD_GETLK => lock(r, value, wide, true),
        cmd::GETOWN_EX => owner(r, value),
        _ => {
            let mut buf = [0; 8];
            if r.fetch(value, &mut buf) {
                r.put("[");
                r.choice(le64(&buf, 0), RW_HINT, "RWH_???");
                r.put("]");
            }
        }
    }
}

/// Whether the kernel writes to the argument of that command.
fn is_filled(command: u32) -> bool {
    matches!(
        command,
        cmd::GETLK | cmd::GETLK64 | cmd::OFD_GETLK | cmd::GETOWN_EX | cmd::GET_RW_HINT..=cmd::SET_FILE_RW_HINT
    )
}

fn fcntl_result(r: &mut Render<'_>, value: i64) {
    let unsigned = value as u32 as u64;
    match r.arg(1) as u32 {
        cmd::GETFD => {
            r.hex(unsigned);
            if value != 0 {
                r.put(" (flags ");
                r.flags(unsigned, FD_FLAGS, "FD_???");
                r.put(")");
            }
        }
        cmd::GETFL => {
            r.hex(unsigned);
            r.put(" (flags ");
            open_flags(r, unsigned);
            r.put(")");
        }
        cmd::GET_SEALS => {
            r.hex(unsigned);
            if value != 0 {
                r.put(" (seals ");
                r.flags(unsigned, SEALS, "F_SEAL_???");
                r.put(")");
            }
        }
        cmd::GETLEASE => {
            r.hex(unsigned);
            r.put(" (");
            r.choice(unsigned, LEASE, "F_???");
            r.put(")");
        }
        cmd::GETSIG => {
            r.fmt(format_args!("{value}"));
            if value != 0 {
                r.put(" (");
                put_signal(r, unsigned);
                r.put(")");
            }
        }
        _ => r.fmt(format_args!("{value}")),
    }
}

/// A descriptor above the range of `int`, as `close_range(2)` takes it.
fn memfd_flags(r: &mut Render<'_>, value: u64) {
    const SHIFT: u32 = 26;
    let value = u64::from(value as u32);
    let (flags, huge) = (value & ((1 << SHIFT) - 1), value >> SHIFT);
    if flags != 0 || huge == 0 {
        r.flags(flags, MEMFD, "MFD_???");
    }
    if huge != 0 {
        r.put(if flags != 0 { "|" } else { "" });
        r.fmt(format_args!("{huge}<<MFD_HUGE_SHIFT"));
    }
}

/// The two descriptors that `pipe(2)` makes.
pub fn two_fds(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 8];
    if r.fetch(addr, &mut buf) {
        r.fmt(format_args!("[{}, {}]", le_i32(&buf, 0), le_i32(&buf, 4)));
    }
}

/// Bare `O_*` bits, as `pipe2(2)` and `dup3(2)` take them.
fn plain_open_bits(r: &mut Render<'_>, value: u64) {
    r.flags(u64::from(value as u32), OPEN, "O_???");
}

fn itimerspec(r: &mut Render<'_>, addr: u64) {
    interval(r, addr, TimeForm::Native, "tv_nsec");
}

fn itimerspec_wide(r: &mut Render<'_>, addr: u64) {
    interval(r, addr, TimeForm::Wide, "tv_nsec");
}

fn itimerspec_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { itimerspec(r, addr) }
}

fn itimerspec_wide_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { itimerspec_wide(r, addr) }
}

/// Setting the owner of a descriptor makes the kernel send signals for the program; the rest is about what is open.
/// Who gets the signals of a descriptor: `struct f_owner_ex` (fcntl(2)).
fn owner_target(memory: &dyn Memory, addr: u64) -> Target {
    const GROUP: u32 = 2;
    match (memory.u32(addr), memory.u32(addr.wrapping_add(4))) {
        (Some(GROUP), Some(group)) => Target::Process((group as i32).wrapping_neg()),
        (Some(_), Some(task)) => Target::Thread(task as i32),
        _ => Target::Unreadable,
    }
}

fn fcntl_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let fd = Target::Fd(call.args[0] as i32);
    out.push(Want::new(Kind::Descriptor, fd));
    if call.args[1] as u32 == cmd::SETOWN {
        out.push(Want::new(Kind::ProcessSignal, Target::Process(call.args[2] as i32)));
    }
    if call.args[1] as u32 == cmd::SETOWN_EX {
        out.push(Want::new(Kind::ProcessSignal, owner_target(memory, call.args[2])));
    }
}

/// What is only about the descriptor: copies, flags, locks, sizes, seals; nothing about owners, signals and news.
const OWN: &[Narrow] = &[Narrow::int(
    1,
    &[0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13, 14, 16, 36, 37, 38, 1025, 1027, 1030, 1031, 1032, 1033, 1034],
    KindSet::of(Kind::Descriptor),
)];

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("close", &[arg("fd", Show::Fd)])
        .does(&[Does::Plain(Kind::Descriptor)])
        .pretend(Pretend::No("the program would keep what it means to give up")),
    Row::new(
        "close_range",
        &[arg("first", Show::Uint), arg("last", Show::Uint), arg("flags", Show::Flags(CLOSE_RANGE, "CLOSE_RANGE_???"))],
    )
    .does(&[Does::Plain(Kind::Descriptor)])
    .pretend(Pretend::No("the program would keep what it means to give up")),
    Row::new("dup", &[arg("oldfd", Show::Fd)])
        .result(ResultKind::Fd)
        .does(&[Does::io(0)])
        .pretend(Pretend::No(super::NEXT)),
    Row::new("dup2", &[arg("oldfd", Show::Fd), arg("newfd", Show::Fd)])
        .result(ResultKind::Fd)
        .does(&[Does::io(0)])
        .pretend(Pretend::No(NUMBERS)),
    Row::new("dup3", &[arg("oldfd", Show::Fd), arg("newfd", Show::Fd), arg("flags", Show::With(plain_open_bits))])
        .result(ResultKind::Fd)
        .does(&[Does::io(0)])
        .pretend(Pretend::No(NUMBERS)),
    Row::new(
        "fcntl",
        &[arg("fd", Show::Fd), arg("cmd", Show::Choice(FCNTL, "F_???")), arg("arg", Show::With(fcntl_arg))],
    )
    .result(ResultKind::Whole(fcntl_result))
    .does(&[Does::With(fcntl_does)])
    .may(Kind::Descriptor)
    .may(Kind::ProcessSignal)
    .narrow(OWN)
    .pretend(Pretend::No(NUMBERS)),
    Row::new(
        "fcntl64",
        &[arg("fd", Show::Fd), arg("cmd", Show::Choice(FCNTL, "F_???")), arg("arg", Show::With(fcntl_arg))],
    )
    .result(ResultKind::Whole(fcntl_result))
    .does(&[Does::With(fcntl_does)])
    .may(Kind::Descriptor)
    .may(Kind::ProcessSignal)
    .narrow(OWN)
    .pretend(Pretend::No(NUMBERS)),
    Row::new("flock", &[arg("fd", Show::Fd), arg("operation", Show::Flags(FLOCK, "LOCK_???"))])
        .does(&[Does::io(0)])
        .pretend(Pretend::Value(0)),
    Row::new("pipe", &[out("pipefd", Show::With(two_fds))])
        .does(&[Does::Plain(Kind::Descriptor)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("pipe2", &[out("pipefd", Show::With(two_fds)), arg("flags", Show::With(plain_open_bits))])
        .does(&[Does::Plain(Kind::Descriptor)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("eventfd", &[arg("initval", Show::Uint)])
        .result(ResultKind::Fd)
        .does(&[Does::Plain(Kind::Descriptor)])
        .pretend(Pretend::No(super::NEXT)),
    Row::new("eventfd2", &[arg("initval", Show::Uint), arg("flags", Show::Flags(EVENTFD, "EFD_???"))])
        .result(ResultKind::Fd)
        .does(&[Does::Plain(Kind::Descriptor)])
        .pretend(Pretend::No(super::NEXT)),
    Row::new(
        "timerfd_create",
        &[arg("clockid", Show::Choice(CLOCKS, "CLOCK_???")), arg("flags", Show::Flags(TIMERFD_CREATE, "TFD_???"))],
    )
    .result(ResultKind::Fd)
    .does(&[Does::Plain(Kind::Time)])
    .pretend(Pretend::No(super::NEXT)),
    Row::new(
        "timerfd_settime",
        &[
            arg("fd", Show::Fd),
            arg("flags", Show::Flags(TIMERFD_CREATE, "TFD_???")),
            arg("new_value", Show::With(itimerspec)),
            out("old_value", Show::With(itimerspec_out)),
        ],
    )
    .does(&[Does::Plain(Kind::Time), Does::io(0)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new("timerfd_gettime", &[arg("fd", Show::Fd), out("curr_value", Show::With(itimerspec_out))])
        .does(&[Does::Plain(Kind::Time), Does::io(0)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "timerfd_settime64",
        &[
            arg("fd", Show::Fd),
            arg("flags", Show::Flags(TIMERFD_CREATE, "TFD_???")),
            arg("new_value", Show::With(itimerspec_wide)),
            out("old_value", Show::With(itimerspec_wide_out)),
        ],
    )
    .does(&[Does::Plain(Kind::Time), Does::io(0)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new("timerfd_gettime64", &[arg("fd", Show::Fd), out("curr_value", Show::With(itimerspec_wide_out))])
        .does(&[Does::Plain(Kind::Time), Does::io(0)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("memfd_create", &[arg("name", Show::Str), arg("flags", Show::With(memfd_flags))])
        .result(ResultKind::Fd)
        .does(&[Does::Plain(Kind::Memory)])
        .pretend(Pretend::Descriptor(Fake::File)),
    Row::new("memfd_secret", &[arg("flags", Show::Hex)])
        .result(ResultKind::Fd)
        .does(&[Does::Plain(Kind::Memory)])
        .pretend(Pretend::Descriptor(Fake::File)),
];
