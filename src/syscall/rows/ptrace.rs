//! Looking into other processes, and into the faults of one's own memory.

use crate::syscall::access::{Target, Want};
use crate::syscall::decode::bytes::le_word;
use crate::syscall::decode::signal::{put_signal, put_sigset};
use crate::syscall::names::ipc as names;
use crate::syscall::row::{Does, Names, Pretend, ResultKind, Row, Show, arg};
use crate::syscall::{Abi, Kind, Memory, RawCall, Render};

const NO: Pretend = Pretend::No("the program would read an answer that nobody gave");

/// Requests (linux/ptrace.h, asm/ptrace-abi.h).
mod request {
    pub const TRACEME: u32 = 0;
    pub const PEEKUSER: u32 = 3;
    pub const POKEUSER: u32 = 6;
    pub const KILL: u32 = 8;
    pub const GETREGSET: u32 = 0x4204;
    pub const SETREGSET: u32 = 0x4205;
    pub const SEIZE: u32 = 0x4206;
    pub const INTERRUPT: u32 = 0x4207;
    pub const LISTEN: u32 = 0x4208;
    pub const GETSIGMASK: u32 = 0x420a;
    pub const SETSIGMASK: u32 = 0x420b;
}

fn what(r: &Render<'_>) -> u32 {
    r.arg(0) as u32
}

fn pid(r: &mut Render<'_>, value: u64) {
    if what(r) == request::TRACEME { r.omit() } else { r.fmt(format_args!("{}", value as i32)) }
}

/// Names of the registers in `struct user_regs_struct`, by their place.
fn register(abi: Abi, index: u64) -> Option<&'static str> {
    const LONG: [&str; 27] = [
        "R15", "R14", "R13", "R12", "RBP", "RBX", "R11", "R10", "R9", "R8", "RAX", "RCX", "RDX", "RSI", "RDI",
        "ORIG_RAX", "RIP", "CS", "EFLAGS", "RSP", "SS", "FS_BASE", "GS_BASE", "DS", "ES", "FS", "GS",
    ];
    const SHORT: [&str; 17] = [
        "EBX", "ECX", "EDX", "ESI", "EDI", "EBP", "EAX", "XDS", "XES", "XFS", "XGS", "ORIG_EAX", "EIP", "XCS", "EFL",
        "UESP", "XSS",
    ];
    let names: &[&str] = if abi == Abi::I386 { &SHORT } else { &LONG };
    names.get(usize::try_from(index).ok()?).copied()
}

fn address(r: &mut Render<'_>, value: u64) {
    match what(r) {
        request::TRACEME | request::KILL | request::INTERRUPT | request::LISTEN | 12..=16 => r.omit(),
        request::PEEKUSER | request::POKEUSER => {
            let word = r.call.abi.word() as u64;
            match register(r.call.abi, value / word) {
                Some(name) if value.is_multiple_of(word) => r.fmt(format_args!("{word}*{name}")),
                _ => r.hex(value),
            }
        }
        request::GETREGSET | request::SETREGSET => r.choice(value, names::NOTES, "NT_???"),
        request::GETSIGMASK | request::SETSIGMASK | 0x420c..=0x420e => r.fmt(format_args!("{value}")),
        _ => r.pointer(value),
    }
}

fn data(r: &mut Render<'_>, value: u64) {
    match what(r) {
        request::TRACEME | request::KILL | request::INTERRUPT | request::LISTEN | 16 => r.omit(),
        // PTRACE_CONT, SINGLESTEP, DETACH, SYSCALL, SYSEMU, SYSEMU_SINGLESTEP, SINGLEBLOCK.
        7 | 9 | 17 | 24 | 31..=33 => put_signal(r, u64::from(value as u32)),
        0x4200 | request::SEIZE | 21 => {
            r.flags(u64::from(value as u32), names::PTRACE_OPTIONS, "PTRACE_O_???");
        }
        request::GETREGSET | request::SETREGSET => iovec(r, value),
        request::SETSIGMASK => sigmask(r, value),
        // Those that fill what `data` points at.
        12 | 14 | 0x4201..=0x4202 | request::GETSIGMASK if value != 0 => {
            if r.wait() {
                return;
            }
            match (what(r), r.failed()) {
                (0x4202, false) => crate::syscall::siginfo::siginfo(r, value),
                (0x4201, false) => message(r, value),
                (request::GETSIGMASK, false) => sigmask(r, value),
                _ => r.pointer(value),
            }
        }
        0x4203 => crate::syscall::siginfo::siginfo(r, value),
        _ => r.pointer(value),
    }
}

fn iovec(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let mut b = [0; 16];
    let b = &mut b[..2 * word];
    if r.fetch(addr, b) {
        r.put("{iov_base=");
        r.pointer(le_word(b, 0, word));
        r.fmt(format_args!(", iov_len={}}}", le_word(b, 1, word)));
    }
}

fn sigmask(r: &mut Render<'_>, addr: u64) {
    let mut b = [0; 8];
    if r.fetch(addr, &mut b) {
        put_sigset(r, u64::from_le_bytes(b));
    }
}

fn message(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let mut b = [0; 8];
    let b = &mut b[..word];
    if r.fetch(addr, b) {
        let value = le_word(b, 0, word);
        r.fmt(format_args!("[{value}]"));
    }
}

fn ptrace_wants(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    // PTRACE_TRACEME hands the caller to its parent: the program lets itself be inspected.
    let pid = if call.args[0] as u32 == request::TRACEME { None } else { Some(call.args[1] as i32) };
    let target = pid.map_or(Target::Nothing, Target::Thread);
    out.push(Want::new(Kind::ProcessInspect, target));
}

/// Flags of userfaultfd(2).
static USERFAULTFD: Names = &[(1, "UFFD_USER_MODE_ONLY"), (0o4000, "O_NONBLOCK"), (0o2000000, "O_CLOEXEC")];

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new(
        "ptrace",
        &[
            arg("op", Show::With(|r, v| r.choice(v, names::PTRACE_REQUESTS, "PTRACE_???"))),
            arg("pid", Show::With(pid)),
            arg("addr", Show::With(address)),
            arg("data", Show::With(data)),
        ],
    )
    .does(&[Does::With(ptrace_wants)])
    .may(Kind::ProcessInspect)
    .pretend(NO),
    Row::new("userfaultfd", &[arg("flags", Show::Flags(USERFAULTFD, "UFFD_???"))])
        .result(ResultKind::Fd)
        .does(&[Does::Plain(Kind::Bypass)])
        .pretend(Pretend::No(super::NEXT)),
];
