//! Futexes: words in memory that threads wait at.

use crate::syscall::decode::bytes::{le_word, le32, le64};
use crate::syscall::decode::time::{TimeForm, timespec};
use crate::syscall::names::io_uring as names;
use crate::syscall::row::{Does, Names, Pretend, Row, Show, arg, out};
use crate::syscall::{Kind, Render};

const PRIVATE: u64 = 128;
const REALTIME: u64 = 256;
const WAITING: Pretend = Pretend::No("threads would wait for ever, or not at all");
const WAITS: &[Does] = &[Does::Plain(Kind::Wait)];

/// Operations without a value (`futex_op & 127`).
fn has_value(command: u64) -> bool {
    !matches!(command, 6 | 7 | 8 | 13)
}

fn command(r: &Render<'_>) -> u64 {
    r.arg(1) & 0x7f
}

fn operation(r: &mut Render<'_>, value: u64) {
    let value = u64::from(value as u32);
    let (name, rest) = (names::FUTEX_COMMANDS.iter().find(|(v, _)| *v == value & 0x7f), value & !0x7f);
    // The clock can be chosen where there is a time; elsewhere strace knows no such operation.
    let timed = matches!(value & 0x7f, 0 | 9 | 11 | 13);
    match name {
        Some((_, name)) if rest & !(PRIVATE | REALTIME) == 0 && (rest & REALTIME == 0 || timed) => {
            r.put(name);
            if rest & PRIVATE != 0 {
                // FUTEX_FD is so old that it has no private form of its own.
                r.put(if value & 0x7f == 2 { "|FUTEX_PRIVATE_FLAG" } else { "_PRIVATE" });
            }
            if rest & REALTIME != 0 {
                r.put("|FUTEX_CLOCK_REALTIME");
            }
        }
        _ => r.fmt(format_args!("{value:#x} /* FUTEX_??? */")),
    }
}

fn value(r: &mut Render<'_>, value: u64) {
    if has_value(command(r)) { r.fmt(format_args!("{}", value as u32)) } else { r.omit() }
}

/// The fourth argument: a time limit, a count, or nothing.
fn limit<const WIDE: bool>(r: &mut Render<'_>, value: u64) {
    match command(r) {
        0 | 6 | 9 | 11 | 13 => timespec(r, value, if WIDE { TimeForm::Wide } else { TimeForm::Native }),
        3 | 4 | 5 | 12 => r.fmt(format_args!("{}", value as u32)),
        1 | 2 | 7 | 8 | 10 => r.omit(),
        _ => r.pointer(value),
    }
}

fn second(r: &mut Render<'_>, value: u64) {
    match command(r) {
        3 | 4 | 5 | 11 | 12 => r.pointer(value),
        0 | 1 | 2 | 6 | 7 | 8 | 9 | 10 | 13 => r.omit(),
        _ => r.pointer(value),
    }
}

fn third(r: &mut Render<'_>, value: u64) {
    let value = value as u32;
    match command(r) {
        5 => wake_operation(r, value),
        4 | 12 => r.fmt(format_args!("{value}")),
        9 | 10 if value == u32::MAX => r.put("FUTEX_BITSET_MATCH_ANY"),
        9 | 10 => r.hex(u64::from(value)),
        0..=3 | 6..=8 | 11 | 13 => r.omit(),
        _ => r.hex(u64::from(value)),
    }
}

fn wake_operation(r: &mut Render<'_>, value: u32) {
    let (op, comparison) = (value >> 28 & 7, value >> 24 & 15);
    let (op_argument, compare_argument) = (value >> 12 & 0xfff, value & 0xfff);
    if value >> 31 != 0 {
        r.put("FUTEX_OP_OPARG_SHIFT<<28|");
    }
    shifted(r, op, names::FUTEX_WAKE_OPS, 28, "FUTEX_OP_???");
    r.put("|");
    r.hex(u64::from(op_argument));
    r.put("<<12|");
    shifted(r, comparison, names::FUTEX_WAKE_COMPARISONS, 24, "FUTEX_OP_CMP_???");
    r.put("|");
    r.hex(u64::from(compare_argument));
}

fn shifted(r: &mut Render<'_>, value: u32, known: Names, shift: u32, unknown: &str) {
    match known.iter().find(|(v, _)| *v == u64::from(value)) {
        Some((_, name)) => r.fmt(format_args!("{name}<<{shift}")),
        None => r.fmt(format_args!("{value:#x}<<{shift} /* {unknown} */")),
    }
}

/// Flags of `struct futex_waitv` (linux/futex.h): the size in the low two bits.
fn wait_flags(r: &mut Render<'_>, flags: u64) {
    if r.call.name() == Some("futex_waitv") {
        return r.flags(flags, &[(2, "FUTEX_32"), (PRIVATE, "FUTEX_PRIVATE_FLAG")], "FUTEX_???");
    }
    r.put(["FUTEX_8", "FUTEX_16", "FUTEX_32", "FUTEX_64"][(flags & 3) as usize]);
    let rest = flags & !3;
    if rest & PRIVATE != 0 {
        r.put("|FUTEX_PRIVATE_FLAG");
    }
    if rest & !PRIVATE != 0 {
        r.fmt(format_args!("|{:#x}", rest & !PRIVATE));
    }
}

/// As an argument of the calls that have one futex: 32 bits by name only where strace would.
fn size_flags(r: &mut Render<'_>, flags: u64) {
    wait_flags(r, u64::from(flags as u32));
}

fn wait_vector(r: &mut Render<'_>, addr: u64) {
    let count = u64::from(r.arg(1) as u32);
    vector(r, addr, count);
}

fn requeue_vector(r: &mut Render<'_>, addr: u64) {
    vector(r, addr, 2);
}

fn vector(r: &mut Render<'_>, addr: u64, count: u64) {
    r.array(addr, count, 24, &mut |r, e| {
        r.put("{val=");
        r.hex(le64(e.bytes, 0));
        r.put(", uaddr=");
        r.pointer(le64(e.bytes, 8));
        r.put(", flags=");
        wait_flags(r, u64::from(le32(e.bytes, 16)));
        let reserved = le32(e.bytes, 20);
        if reserved != 0 {
            r.fmt(format_args!(", __reserved={reserved:#x}"));
        }
        r.put("}");
    });
}

fn wide_limit(r: &mut Render<'_>, addr: u64) {
    timespec(r, addr, TimeForm::Wide);
}

fn word_at(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let mut buf = [0; 8];
    let buf = &mut buf[..word];
    if r.fetch(addr, buf) {
        let value = le_word(buf, 0, word);
        r.put("[");
        r.pointer(value);
        r.put("]");
    }
}

fn size_at(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let mut buf = [0; 8];
    let buf = &mut buf[..word];
    if r.fetch(addr, buf) {
        let value = le_word(buf, 0, word);
        r.fmt(format_args!("[{value}]"));
    }
}

const fn futex(limit: fn(&mut Render<'_>, u64)) -> [crate::syscall::Arg; 6] {
    [
        arg("uaddr", Show::Pointer),
        arg("futex_op", Show::With(operation)),
        arg("val", Show::With(value)),
        arg("timeout", Show::With(limit)),
        arg("uaddr2", Show::With(second)),
        arg("val3", Show::With(third)),
    ]
}

static NATIVE: [crate::syscall::Arg; 6] = futex(limit::<false>);
static WIDE: [crate::syscall::Arg; 6] = futex(limit::<true>);

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("futex", &NATIVE).does(WAITS).pretend(WAITING),
    Row::new("futex_time64", &WIDE).does(WAITS).pretend(WAITING),
    Row::new(
        "futex_waitv",
        &[
            arg("waiters", Show::With(wait_vector)),
            arg("nr_futexes", Show::Uint),
            arg("flags", Show::Hex),
            arg("timeout", Show::With(wide_limit)),
            arg("clockid", Show::Choice(crate::syscall::names::time::CLOCKS, "CLOCK_???")),
        ],
    )
    .does(WAITS)
    .pretend(WAITING),
    Row::new(
        "futex_wake",
        &[
            arg("uaddr", Show::Pointer),
            arg("mask", Show::LongHex),
            arg("nr", Show::Int),
            arg("flags", Show::With(size_flags)),
        ],
    )
    .does(WAITS)
    .pretend(WAITING),
    Row::new(
        "futex_wait",
        &[
            arg("uaddr", Show::Pointer),
            arg("val", Show::LongHex),
            arg("mask", Show::LongHex),
            arg("flags", Show::With(size_flags)),
            arg("timeout", Show::With(wide_limit)),
            arg("clockid", Show::Choice(crate::syscall::names::time::CLOCKS, "CLOCK_???")),
        ],
    )
    .does(WAITS)
    .pretend(WAITING),
    Row::new(
        "futex_requeue",
        &[
            arg("waiters", Show::With(requeue_vector)),
            arg("flags", Show::Hex),
            arg("nr_wake", Show::Int),
            arg("nr_requeue", Show::Int),
        ],
    )
    .does(WAITS)
    .pretend(WAITING),
    Row::new("set_robust_list", &[arg("head", Show::Pointer), arg("len", Show::Ulong)])
        .does(&[Does::Plain(Kind::Memory)])
        .pretend(WAITING),
    Row::new(
        "get_robust_list",
        &[arg("pid", Show::Pid), out("head_ptr", Show::With(word_at)), out("len_ptr", Show::With(size_at))],
    )
    .does(&[Does::Plain(Kind::Memory)]),
];
