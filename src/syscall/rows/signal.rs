//! Signals.
//!
//! Signal 0 is sent to nobody: it asks whether a process is there, which `stat` of its directory in /proc tells too, so
//! that it counts as nothing done.

use crate::syscall::access::{Target, Want};
use crate::syscall::decode::bytes::{le_word, le32, le64};
use crate::syscall::decode::signal::{put_signal, put_sigset, sigset};
use crate::syscall::decode::time::{TimeForm, timespec_in};
use crate::syscall::names::siginfo as names;
use crate::syscall::row::{Does, Pretend, ResultKind, Row, Show, arg, out};
use crate::syscall::siginfo::siginfo;
use crate::syscall::{Abi, Kind, Memory, RawCall, Render};

/// Why handlers and masks cannot be pretended.
const STATE: Pretend = Pretend::No("the program's signals would not work as it believes");

/// A set whose size in bytes is in argument `SIZE`.
fn set_in<const SIZE: u8>(r: &mut Render<'_>, addr: u64) {
    // The kernel takes no other size.
    let size = r.arg(SIZE);
    if size == 8 || size == 4 && r.call.abi == Abi::I386 { sigset(r, addr, size) } else { r.pointer(addr) }
}

fn set_out<const SIZE: u8>(r: &mut Render<'_>, addr: u64) {
    if r.failed() {
        return r.pointer(addr);
    }
    set_in::<SIZE>(r, addr);
}

/// The one word that i386's old calls take for a set.
fn old_set(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 4];
    if r.fetch(addr, &mut buf) {
        put_sigset(r, u64::from(le32(&buf, 0)));
    }
}

fn old_set_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { old_set(r, addr) }
}

/// A set in a register, as sgetmask, ssetmask and sigsuspend have it.
fn old_set_value(r: &mut Render<'_>, value: u64) {
    let bits = u64::from(value as u32);
    // Of 32 signals: the complement is told of as many.
    put_sigset(r, if bits.count_ones() >= 21 { bits | 0xffff_ffff_0000_0000 } else { bits });
}

fn handler(r: &mut Render<'_>, value: u64) {
    match value {
        0 => r.put("SIG_DFL"),
        1 => r.put("SIG_IGN"),
        v => r.fmt(format_args!("{v:#x}")),
    }
}

/// `struct sigaction` as the kernel has it: handler, flags, restorer, set.
fn action(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let mut buf = [0; 32];
    let buf = &mut buf[..3 * word + 8];
    if !r.fetch(addr, buf) {
        return;
    }
    let flags = le_word(buf, 1, word);
    put_action(r, le_word(buf, 0, word), le64(buf, 3 * word), flags, le_word(buf, 2, word));
}

/// i386's first `struct sigaction`: handler, 32-bit set, flags, restorer.
fn old_action(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 16];
    if !r.fetch(addr, &mut buf) {
        return;
    }
    let [handler, set, flags, restorer] = [0, 4, 8, 12].map(|at| u64::from(le32(&buf, at)));
    put_action(r, handler, set, flags, restorer);
}

fn put_action(r: &mut Render<'_>, to: u64, set: u64, flags: u64, restorer: u64) {
    r.put("{sa_handler=");
    handler(r, to);
    r.put(", sa_mask=");
    put_sigset(r, set);
    r.put(", sa_flags=");
    r.flags(flags, names::ACTION_FLAGS, "SA_???");
    // Old libraries leave it unset on i386; it counts only with its flag.
    if flags & 0x0400_0000 != 0 {
        r.put(", sa_restorer=");
        r.pointer(restorer);
    }
    r.put("}");
}

fn action_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { action(r, addr) }
}

fn old_action_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { old_action(r, addr) }
}

fn put_stack(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let mut buf = [0; 24];
    let buf = &mut buf[..3 * word];
    if !r.fetch(addr, buf) {
        return;
    }
    r.put("{ss_sp=");
    r.pointer(le_word(buf, 0, word));
    r.put(", ss_flags=");
    r.flags(u64::from(le32(buf, word)), names::STACK_FLAGS, "SS_???");
    let size = le_word(buf, 2, word);
    r.fmt(format_args!(", ss_size={size}}}"));
}

fn stack_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { put_stack(r, addr) }
}

fn info_out(r: &mut Render<'_>, addr: u64) {
    match r.outcome {
        Some(o) if !o.error && o.value > 0 => siginfo(r, addr),
        _ => r.pointer(addr),
    }
}

fn time_limit<const WIDE: bool>(r: &mut Render<'_>, addr: u64) {
    timespec_in(r, addr, if WIDE { TimeForm::Wide } else { TimeForm::Native });
}

/// The signal that a wait returned.
fn signal_result(r: &mut Render<'_>, value: i64) {
    if value > 0 {
        r.put(" (");
        put_signal(r, value as u64);
        r.put(")");
    }
}

/// The mask in the frame that a handler returns by. `frame(sp)` needs the stack pointer, which registers of a call do
/// not hold: the tracer gives it to the row in the first argument's place ([`with_stack_pointer`]).
fn return_frame(r: &mut Render<'_>, sp: u64) {
    // rt_sigframe: on x86-64 `uc` follows the return address, which is popped by now; its mask is behind 40 + 256 bytes.
    let (low, high) = match (r.call.abi, r.call.name()) {
        (Abi::X86_64 | Abi::X32, _) => (296, 300),
        // aarch64: siginfo, then `uc`: two longs, the stack, the mask.
        (Abi::Aarch64, _) => (128 + 40, 128 + 44),
        // i386: signal number, two pointers, siginfo, then `uc`; the return address is popped.
        (Abi::I386, Some("rt_sigreturn")) => (12 + 128 + 108, 12 + 128 + 112),
        // The first kind of frame: registers with the lower half of the mask, 624 bytes of the FPU, the upper half.
        (Abi::I386, _) => (80, 88 + 624),
    };
    let halves = [low, high].map(|at| r.memory.u32(sp.wrapping_add(at)).map(u64::from));
    r.put("{mask=");
    match halves {
        [Some(low), Some(high)] if sp != 0 => put_sigset(r, low | high << 32),
        _ => r.pointer(sp),
    }
    r.put("}");
}

/// For the tracer at the entry of rt_sigreturn, whose only argument is the stack: puts the stack pointer where the row
/// looks for it.
pub fn with_stack_pointer(call: &RawCall, sp: u64) -> RawCall {
    let mut call = *call;
    if matches!(call.name(), Some("rt_sigreturn" | "sigreturn")) {
        call.args[0] = sp;
    }
    call
}

fn to_process(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    if call.args[1] as i32 != 0 {
        out.push(Want::new(Kind::ProcessSignal, Target::Process(call.args[0] as i32)));
    }
}

fn to_thread(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    if call.args[1] as i32 != 0 {
        out.push(Want::new(Kind::ProcessSignal, Target::Thread(call.args[0] as i32)));
    }
}

fn to_group_thread(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    if call.args[2] as i32 != 0 {
        out.push(Want::new(Kind::ProcessSignal, Target::Thread(call.args[1] as i32)));
    }
}

fn to_pidfd(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    if call.args[1] as i32 != 0 {
        out.push(Want::new(Kind::ProcessSignal, Target::PidFd(call.args[0] as i32)));
    }
}

fn signalfd_wants(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    if call.args[0] as i32 != -1 {
        out.push(Want::new(Kind::Descriptor, Target::Fd(call.args[0] as i32)));
    }
}

const HOW: Show = Show::Choice(names::HOW, "SIG_???");
const WAITS: &[Does] = &[Does::Plain(Kind::Wait)];
const NOT_WAITING: Pretend = Pretend::No("the program would go on as if what it waits for had happened");

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("kill", &[arg("pid", Show::Pid), arg("sig", Show::Signal)])
        .does(&[Does::With(to_process)])
        .may(Kind::ProcessSignal)
        .pretend(Pretend::Value(0)),
    Row::new("tkill", &[arg("tid", Show::Pid), arg("sig", Show::Signal)])
        .does(&[Does::With(to_thread)])
        .may(Kind::ProcessSignal)
        .pretend(Pretend::Value(0)),
    Row::new("tgkill", &[arg("tgid", Show::Pid), arg("tid", Show::Pid), arg("sig", Show::Signal)])
        .does(&[Does::With(to_group_thread)])
        .may(Kind::ProcessSignal)
        .pretend(Pretend::Value(0)),
    Row::new("rt_sigqueueinfo", &[arg("tgid", Show::Pid), arg("sig", Show::Signal), arg("info", Show::With(siginfo))])
        .does(&[Does::With(to_process)])
        .may(Kind::ProcessSignal)
        .pretend(Pretend::Value(0)),
    Row::new(
        "rt_tgsigqueueinfo",
        &[arg("tgid", Show::Pid), arg("tid", Show::Pid), arg("sig", Show::Signal), arg("info", Show::With(siginfo))],
    )
    .does(&[Does::With(to_group_thread)])
    .may(Kind::ProcessSignal)
    .pretend(Pretend::Value(0)),
    Row::new(
        "pidfd_send_signal",
        &[arg("pidfd", Show::Fd), arg("sig", Show::Signal), arg("info", Show::With(siginfo)), arg("flags", Show::Hex)],
    )
    .does(&[Does::With(to_pidfd)])
    .may(Kind::ProcessSignal)
    .pretend(Pretend::Value(0)),
    Row::new(
        "rt_sigaction",
        &[
            arg("signum", Show::Signal),
            arg("act", Show::With(action)),
            out("oldact", Show::With(action_out)),
            out("sigsetsize", Show::Ulong),
        ],
    )
    .pretend(STATE),
    Row::new(
        "sigaction",
        &[arg("signum", Show::Signal), arg("act", Show::With(old_action)), out("oldact", Show::With(old_action_out))],
    )
    .pretend(STATE),
    Row::new("signal", &[arg("signum", Show::Signal), arg("handler", Show::With(handler))])
        .result(ResultKind::Whole(|r, v| {
            r.hex(v as u32 as u64);
            if (0..2).contains(&v) {
                r.put(if v == 0 { " (SIG_DFL)" } else { " (SIG_IGN)" });
            }
        }))
        .pretend(STATE),
    Row::new(
        "rt_sigprocmask",
        &[
            arg("how", HOW),
            arg("set", Show::With(set_in::<3>)),
            out("oldset", Show::With(set_out::<3>)),
            out("sigsetsize", Show::Ulong),
        ],
    )
    .pretend(STATE),
    Row::new(
        "sigprocmask",
        &[arg("how", HOW), arg("set", Show::With(old_set)), out("oldset", Show::With(old_set_out))],
    )
    .pretend(STATE),
    Row::new("rt_sigpending", &[out("set", Show::With(set_out::<1>)), out("sigsetsize", Show::Ulong)]),
    Row::new("sigpending", &[out("set", Show::With(old_set_out))]),
    Row::new("sgetmask", &[]).result(ResultKind::Hex),
    Row::new("ssetmask", &[arg("newmask", Show::With(old_set_value))])
        .result(ResultKind::Whole(|r, v| {
            r.hex(v as u32 as u64);
            r.put(" (old mask ");
            put_sigset(r, v as u32 as u64);
            r.put(")");
        }))
        .pretend(STATE),
    Row::new("rt_sigsuspend", &[arg("mask", Show::With(set_in::<1>)), arg("sigsetsize", Show::Ulong)])
        .does(WAITS)
        .pretend(NOT_WAITING),
    // The first two arguments are history: the mask is the third.
    Row::new("sigsuspend", &[arg("mask", Show::With(old_set_value)).at(2)]).does(WAITS).pretend(NOT_WAITING),
    Row::new("pause", &[]).does(WAITS).pretend(NOT_WAITING),
    Row::new(
        "rt_sigtimedwait",
        &[
            arg("set", Show::With(set_in::<3>)),
            out("info", Show::With(info_out)),
            out("timeout", Show::With(time_limit::<false>)),
            out("sigsetsize", Show::Ulong),
        ],
    )
    .result(ResultKind::With(signal_result))
    .does(WAITS)
    .pretend(NOT_WAITING),
    Row::new(
        "rt_sigtimedwait_time64",
        &[
            arg("set", Show::With(set_in::<3>)),
            out("info", Show::With(info_out)),
            out("timeout", Show::With(time_limit::<true>)),
            out("sigsetsize", Show::Ulong),
        ],
    )
    .result(ResultKind::With(signal_result))
    .does(WAITS)
    .pretend(NOT_WAITING),
    Row::new("sigaltstack", &[arg("ss", Show::With(put_stack)), out("old_ss", Show::With(stack_out))]).pretend(STATE),
    Row::new("rt_sigreturn", &[arg("frame", Show::With(return_frame))])
        .pretend(Pretend::No("the program could not go on behind its signal handler")),
    Row::new("sigreturn", &[arg("frame", Show::With(return_frame))])
        .pretend(Pretend::No("the program could not go on behind its signal handler")),
    Row::new("signalfd", &[arg("fd", Show::Fd), arg("mask", Show::With(set_in::<2>)), arg("sizemask", Show::Ulong)])
        .result(ResultKind::Fd)
        .does(&[Does::With(signalfd_wants)])
        .may(Kind::Descriptor)
        .pretend(Pretend::No(super::NEXT)),
    Row::new(
        "signalfd4",
        &[
            arg("fd", Show::Fd),
            arg("mask", Show::With(set_in::<2>)),
            arg("sizemask", Show::Ulong),
            arg("flags", Show::Flags(names::SIGNALFD_FLAGS, "SFD_???")),
        ],
    )
    .result(ResultKind::Fd)
    .does(&[Does::With(signalfd_wants)])
    .may(Kind::Descriptor)
    .pretend(Pretend::No(super::NEXT)),
    Row::new("restart_syscall", &[]).does(WAITS).pretend(Pretend::No("it goes on with a call that was interrupted")),
];
