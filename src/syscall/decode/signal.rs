//! Signal sets, `struct sigevent`, and signals by name.

use super::bytes::{le_i32, le_word, le32, le64};
use crate::syscall::Render;
use crate::syscall::names::signal::{LAST, signal_name};
use crate::syscall::row::Names;

/// Writes a signal by name; what is none as a number.
pub fn put_signal(r: &mut Render<'_>, number: u64) {
    match signal_name(number) {
        Some(name) => r.put(&name),
        None => r.fmt(format_args!("{}", number as i32)),
    }
}

/// Writes a set: `[INT RTMIN]`, `~[KILL]` where most are in it.
pub fn put_sigset(r: &mut Render<'_>, bits: u64) {
    // From two thirds of all signals on the complement is the shorter text.
    let inverted = u64::from(bits.count_ones()) >= LAST * 2 / 3;
    let shown = if inverted { !bits } else { bits };
    r.put(if inverted { "~[" } else { "[" });
    let mut first = true;
    for number in (1..=LAST).filter(|n| shown & (1 << (n - 1)) != 0) {
        if !first {
            r.put(" ");
        }
        first = false;
        if let Some(name) = signal_name(number) {
            r.put(name.strip_prefix("SIG").unwrap_or(&name));
        }
    }
    r.put("]");
}

/// The set of `size` bytes at `addr`. A size that is not the kernel's makes it an address.
pub fn sigset(r: &mut Render<'_>, addr: u64, size: u64) {
    if size == 0 || size > 8 {
        return r.pointer(addr);
    }
    let mut buf = [0; 8];
    let size = size as usize;
    if r.fetch(addr, &mut buf[..size]) {
        put_sigset(r, le64(&buf, 0));
    }
}

/// A set whose size is in argument `I`; for `Show::With`.
pub fn sigset_sized<const I: u8>(r: &mut Render<'_>, addr: u64) {
    // The kernel takes no other size than 8 and fails with EINVAL.
    if r.arg(I) == 8 { sigset(r, addr, 8) } else { r.pointer(addr) }
}

/// `sigev_notify` (asm-generic/siginfo.h).
static SIGEV: Names = &[(0, "SIGEV_SIGNAL"), (1, "SIGEV_NONE"), (2, "SIGEV_THREAD"), (4, "SIGEV_THREAD_ID")];

/// A `struct sigevent` at `addr`.
pub fn sigevent(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let mut buf = [0; 40];
    let buf = &mut buf[..word + 8 + 2 * word + 8];
    if !r.fetch(addr, buf) {
        return;
    }
    let (signo, notify) = (le32(buf, word), u64::from(le32(buf, word + 4)));
    r.put("{");
    if buf[..word].iter().any(|b| *b != 0) {
        r.fmt(format_args!("sigev_value={{sival_int={}, sival_ptr=", le_i32(buf, 0)));
        r.pointer(le_word(buf, 0, word));
        r.put("}, ");
    }
    r.put("sigev_signo=");
    // Which signal matters only where one is sent.
    if matches!(notify, 0 | 2 | 4) {
        match signal_name(u64::from(signo)) {
            Some(name) => r.put(&name),
            None => r.fmt(format_args!("{signo}")),
        }
    } else {
        r.fmt(format_args!("{signo}"));
    }
    r.put(", sigev_notify=");
    r.choice(notify, SIGEV, "SIGEV_???");
    let rest = word + 8;
    match notify {
        4 => r.fmt(format_args!(", sigev_notify_thread_id={}", le_i32(buf, rest))),
        2 => {
            r.put(", sigev_notify_function=");
            r.pointer(le_word(&buf[rest..], 0, word));
            r.put(", sigev_notify_attributes=");
            r.pointer(le_word(&buf[rest..], 1, word));
        }
        _ => {}
    }
    r.put("}");
}
