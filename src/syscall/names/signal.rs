//! Signals by name.

use std::borrow::Cow;

/// Names of signals 1 to 31 on x86 (asm/signal.h).
pub static SIGNALS: [&str; 32] = [
    "0",
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
    "SIGSEGV",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGCONT",
    "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGIO",
    "SIGPWR",
    "SIGSYS",
];

/// The first real-time signal as the kernel counts; the names count from the third, glibc keeps two to itself.
pub const KERNEL_RTMIN: u64 = 32;
/// The last signal.
pub const LAST: u64 = 64;

/// `SIGINT`, `SIGRTMIN`, `SIGRT_2`; `None` for what is no signal (0 among them).
pub fn signal_name(number: u64) -> Option<Cow<'static, str>> {
    match number {
        1..KERNEL_RTMIN => Some(Cow::Borrowed(SIGNALS[number as usize])),
        KERNEL_RTMIN => Some(Cow::Borrowed("SIGRTMIN")),
        33..=LAST => Some(Cow::Owned(format!("SIGRT_{}", number - KERNEL_RTMIN))),
        _ => None,
    }
}
