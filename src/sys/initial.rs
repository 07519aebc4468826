//! What the process was started with, read before Rust's runtime changes it, so that the program gets it back.

use std::mem::MaybeUninit;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};

static SIGPIPE_IGNORED: AtomicBool = AtomicBool::new(false);
/// Bit n: descriptor n was closed.
static CLOSED: AtomicU8 = AtomicU8::new(0);

extern "C" fn capture() {
    let mut old = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: a null action only reads the disposition into `old`.
    if unsafe { libc::sigaction(libc::SIGPIPE, std::ptr::null(), old.as_mut_ptr()) } == 0 {
        // SAFETY: sigaction succeeded, so `old` is filled.
        let ignored = unsafe { old.assume_init() }.sa_sigaction == libc::SIG_IGN;
        SIGPIPE_IGNORED.store(ignored, Ordering::Relaxed);
    }
    for fd in 0..3 {
        // SAFETY: F_GETFD only looks.
        if unsafe { libc::fcntl(fd, libc::F_GETFD) } < 0 {
            CLOSED.fetch_or(1 << fd, Ordering::Relaxed);
        }
    }
}

// SAFETY: runs before main on the only thread; `capture` uses nothing that needs Rust's runtime.
#[used]
#[unsafe(link_section = ".init_array")]
static CAPTURE: extern "C" fn() = capture;

/// Whether SIGPIPE was ignored when Syswall was started (Rust's runtime ignores it always).
pub fn sigpipe_ignored() -> bool {
    SIGPIPE_IGNORED.load(Ordering::Relaxed)
}

/// Whether descriptor `fd` (0 to 2) was closed when Syswall was started (Rust's runtime opens /dev/null there).
pub fn was_closed(fd: i32) -> bool {
    CLOSED.load(Ordering::Relaxed) & (1 << fd) != 0
}

static MASK: OnceLock<SigSet> = OnceLock::new();

/// Blocks what the tracer thread reads from a signalfd: SIGCHLD, and with `forward` the signals that are for the
/// program. Call it once, in main, before any thread starts: threads inherit the mask.
pub fn block_signals(forward: bool) -> nix::Result<()> {
    let mut set = SigSet::empty();
    set.add(Signal::SIGCHLD);
    if forward {
        FORWARDED.iter().for_each(|s| set.add(*s));
        // The program's stop is shown to the shell by stopping ourselves (see the tracer's jobs).
        set.add(Signal::SIGTSTP);
        // Asking on the terminal must not stop Syswall while it is in the background.
        set.add(Signal::SIGTTOU);
        set.add(Signal::SIGTTIN);
    }
    let mut old = SigSet::empty();
    sigprocmask(SigmaskHow::SIG_BLOCK, Some(&set), Some(&mut old))?;
    // A second call (tests) keeps the first mask: that is the one the process was started with.
    let _ = MASK.set(old);
    Ok(())
}

/// Signals that reach the program as they would without Syswall.
pub const FORWARDED: [Signal; 6] =
    [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT, Signal::SIGUSR1, Signal::SIGUSR2];

/// The signal mask that the process was started with.
pub fn signal_mask() -> SigSet {
    MASK.get().copied().unwrap_or_else(SigSet::empty)
}
