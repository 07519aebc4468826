//! `siginfo_t`: what came with a signal.

use super::decode::bytes::{le_i32, le32, le64};
use super::names::siginfo as names;
use super::names::signal::signal_name;
use super::row::Names;
use super::{Abi, Memory, NoMemory, RawCall, Render};

/// Signals whose codes have names of their own.
fn codes(signal: i32) -> Names {
    match signal {
        4 => names::ILL,
        5 => names::TRAP,
        7 => names::BUS,
        8 => names::FPE,
        11 => names::SEGV,
        17 => names::CLD,
        29 => names::POLL,
        31 => names::SYS,
        _ => &[],
    }
}

/// As strace writes it between `---`: `SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, …}`. `info` is a `siginfo_t` in
/// the tracer's own layout, as PTRACE_GETSIGINFO gives it whatever the task's ABI.
pub fn siginfo_text(info: &[u8; 128]) -> String {
    let call = RawCall { abi: Abi::X86_64, nr: 0, args: [0; 6] };
    let (mut out, mut kept) = (String::new(), Vec::new());
    let mut r = Render::new(&mut out, &call, &NoMemory as &dyn Memory, None, &mut kept);
    super::decode::signal::put_signal(&mut r, u64::from(le32(info, 0)));
    r.put(" ");
    put_siginfo(&mut r, info, 8);
    out
}

/// A `siginfo_t` in memory, in the task's layout: for calls that take or fill one.
pub fn siginfo(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let mut buf = [0; 128];
    if r.fetch(addr, &mut buf) {
        put_siginfo(r, &buf, word);
    }
}

/// Writes `{si_signo=…}` of `b`, whose longs have `word` bytes.
pub fn put_siginfo(r: &mut Render<'_>, b: &[u8], word: usize) {
    let (signal, errno, code) = (le_i32(b, 0), le_i32(b, 4), le_i32(b, 8));
    if signal == 0 && errno == 0 && code == 0 {
        return r.put("{}");
    }
    r.put("{si_signo=");
    super::decode::signal::put_signal(r, u64::from(signal as u32));
    r.put(", si_code=");
    put_code(r, signal, code);
    if errno != 0 {
        r.put(", si_errno=");
        match super::errno::known_name(errno) {
            Some(name) => r.put(name),
            None => r.fmt(format_args!("{}", errno as u32)),
        }
    }
    put_fields(r, b, word, signal, code);
    r.put("}");
}

fn put_code(r: &mut Render<'_>, signal: i32, code: i32) {
    let value = u64::from(code as u32);
    match names::SENT.iter().chain(codes(signal)).find(|(v, _)| *v == value) {
        Some((_, name)) => r.put(name),
        None => r.hex(value),
    }
}

/// A value that came with a signal: the field of `at` as `int` and as pointer.
fn put_value(r: &mut Render<'_>, b: &[u8], at: usize, word: usize) {
    let int = le_i32(b, at);
    let pointer = if word == 4 { u64::from(le32(b, at)) } else { le64(b, at) };
    r.fmt(format_args!(", si_int={int}, si_ptr="));
    r.pointer(pointer);
}

fn put_fields(r: &mut Render<'_>, b: &[u8], word: usize, signal: i32, code: i32) {
    // The union starts behind three ints, aligned to a long.
    let at = if word == 4 { 12 } else { 16 };
    let long = |at: usize| if word == 4 { i64::from(le_i32(b, at)) } else { le64(b, at) as i64 };
    let sender = |r: &mut Render<'_>| {
        r.fmt(format_args!(", si_pid={}, si_uid=", le_i32(b, at)));
        r.uid(le32(b, at + 4));
    };
    match (signal, code) {
        // SI_KERNEL tells nothing more but for faults, which have an address.
        (_, 0x80) if !matches!(signal, 4 | 5 | 7 | 8 | 11) => {}
        // SI_USER and SI_TKILL.
        (_, 0 | -6) => sender(r),
        // SI_TIMER.
        (_, -2) => {
            r.put(", si_timerid=");
            r.hex(u64::from(le32(b, at)));
            r.fmt(format_args!(", si_overrun={}", le_i32(b, at + 4)));
            put_value(r, b, at + 8, word);
        }
        // Other codes of user space: SI_QUEUE, SI_MESGQ, ….
        (_, ..0) => {
            sender(r);
            let value = at + 8;
            let pointer = if word == 4 { u64::from(le32(b, value)) } else { le64(b, value) };
            if pointer != 0 || code == -1 {
                put_value(r, b, value, word);
            }
        }
        (17, _) => {
            sender(r);
            r.put(", si_status=");
            let status = le_i32(b, at + 8);
            match (code, signal_name(status as u32 as u64)) {
                (1, _) | (_, None) => r.fmt(format_args!("{status}")),
                (_, Some(name)) => r.put(&name),
            }
            let times = (at + 12).next_multiple_of(word);
            for (i, name) in [", si_utime=", ", si_stime="].into_iter().enumerate() {
                r.put(name);
                let ticks = long(times + i * word);
                r.fmt(format_args!("{ticks}"));
                // The kernel counts 100 ticks a second; strace gives the seconds of the larger ones in a comment.
                if ticks != 0 {
                    r.fmt(format_args!(" /* {} s */", seconds(ticks)));
                }
            }
        }
        (4 | 5 | 7 | 8 | 11, _) => {
            r.put(", si_addr=");
            r.pointer(long(at) as u64 & if word == 4 { u64::from(u32::MAX) } else { u64::MAX });
            match (signal, code) {
                (7, 4 | 5) => {
                    r.fmt(format_args!(", si_addr_lsb={}", crate::syscall::decode::bytes::le16(b, at + word)))
                }
                (11, 3) => {
                    let bound = at + 2 * word;
                    r.put(", si_lower=");
                    r.pointer(long(bound) as u64);
                    r.put(", si_upper=");
                    r.pointer(long(bound + word) as u64);
                }
                (11, 4) => r.fmt(format_args!(", si_pkey={}", le32(b, at + 2 * word))),
                _ => {}
            }
        }
        (29, 1..=6) => {
            r.put(", si_band=");
            r.fmt(format_args!("{}", long(at)));
            r.fmt(format_args!(", si_fd={}", le_i32(b, at + word)));
        }
        (31, _) => put_system_call(r, b, at, word),
        _ => {
            if le32(b, at) != 0 || le32(b, at + 4) != 0 {
                sender(r);
            }
            if long(at + 8) != 0 {
                put_value(r, b, at + 8, word);
            }
        }
    }
}

/// Hundredths as a decimal fraction without trailing zeroes.
fn seconds(ticks: i64) -> String {
    let (whole, rest) = (ticks / 100, (ticks % 100).abs());
    match rest {
        0 => format!("{whole}"),
        r if r % 10 == 0 => format!("{whole}.{}", r / 10),
        r => format!("{whole}.{r:02}"),
    }
}

/// What a filter stopped: `si_call_addr`, `si_syscall`, `si_arch`.
fn put_system_call(r: &mut Render<'_>, b: &[u8], at: usize, word: usize) {
    r.put(", si_call_addr=");
    let addr = if word == 4 { u64::from(le32(b, at)) } else { le64(b, at) };
    r.pointer(addr);
    let (number, arch) = (le32(b, at + word), le32(b, at + word + 4));
    let (arch_name, abi) = match arch {
        0xc000_003e => ("AUDIT_ARCH_X86_64", Some(Abi::X86_64)),
        0x4000_0003 => ("AUDIT_ARCH_I386", Some(Abi::I386)),
        0xc000_00b7 => ("AUDIT_ARCH_AARCH64", Some(Abi::Aarch64)),
        _ => ("", None),
    };
    r.put(", si_syscall=");
    match abi.and_then(|a| a.call_name(u64::from(number))) {
        Some(name) => r.fmt(format_args!("__NR_{name}")),
        None => r.fmt(format_args!("{number}")),
    }
    r.put(", si_arch=");
    match abi {
        Some(_) => r.put(arch_name),
        None => r.fmt(format_args!("{arch:#x} /* AUDIT_ARCH_??? */")),
    }
}
