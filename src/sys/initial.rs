//! What the process was started with, read before Rust's runtime changes it, so that the program gets it back.

use std::mem::MaybeUninit;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use nix::sys::resource::Resource;
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};

static SIGPIPE_IGNORED: AtomicBool = AtomicBool::new(false);
static SIGXFSZ_IGNORED: AtomicBool = AtomicBool::new(false);
static SIGURG_IGNORED: AtomicBool = AtomicBool::new(false);
/// Bit n: descriptor n was closed.
static CLOSED: AtomicU8 = AtomicU8::new(0);

fn is_ignored(signal: i32) -> bool {
    let mut old = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: a null action only reads the disposition into `old`, which is filled where the call succeeds.
    unsafe {
        libc::sigaction(signal, std::ptr::null(), old.as_mut_ptr()) == 0
            && old.assume_init().sa_sigaction == libc::SIG_IGN
    }
}

extern "C" fn capture() {
    SIGPIPE_IGNORED.store(is_ignored(libc::SIGPIPE), Ordering::Relaxed);
    SIGXFSZ_IGNORED.store(is_ignored(libc::SIGXFSZ), Ordering::Relaxed);
    SIGURG_IGNORED.store(is_ignored(libc::SIGURG), Ordering::Relaxed);
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

/// The signals that Syswall takes for itself, and what the program is given back: SIGPIPE (Rust's runtime ignores it
/// always), SIGXFSZ (a limit on file sizes is to be an ordinary error) and SIGURG (wakes the tracer thread).
pub fn dispositions() -> [(i32, libc::sighandler_t); 3] {
    let given = |ignored: &AtomicBool| if ignored.load(Ordering::Relaxed) { libc::SIG_IGN } else { libc::SIG_DFL };
    [
        (libc::SIGPIPE, given(&SIGPIPE_IGNORED)),
        (libc::SIGXFSZ, given(&SIGXFSZ_IGNORED)),
        (libc::SIGURG, given(&SIGURG_IGNORED)),
    ]
}

/// Whether descriptor `fd` (0 to 2) was closed when Syswall was started (Rust's runtime opens /dev/null there).
pub fn was_closed(fd: i32) -> bool {
    CLOSED.load(Ordering::Relaxed) & (1 << fd) != 0
}

static MASK: OnceLock<SigSet> = OnceLock::new();

/// Blocks SIGCHLD, or with `forward` every signal that can be blocked: those that are for the program are read from a
/// descriptor, and those that the program sends to its own group, which Syswall is in, do it no harm. Call it once, in
/// main, before any thread starts: threads inherit the mask.
pub fn block_signals(forward: bool) -> nix::Result<()> {
    let mut set = SigSet::empty();
    set.add(Signal::SIGCHLD);
    if forward {
        set = super::poke::everything_else();
    }
    let mut old = SigSet::empty();
    sigprocmask(SigmaskHow::SIG_BLOCK, Some(&set), Some(&mut old))?;
    // SAFETY: ignoring a signal runs no code of ours.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    // A second call (tests) keeps the first mask: that is the one the process was started with.
    let _ = MASK.set(old);
    Ok(())
}

static DESCRIPTORS: OnceLock<Option<libc::rlimit>> = OnceLock::new();

/// Lets Syswall have as many descriptors as it may: what is checked is held open until the call is made, and a program
/// must not be able to use them up. Returns the limit that the process was started with, for the program; `None`: it
/// could not be told, and nothing was changed.
pub(super) fn raise_descriptor_limit() -> Option<libc::rlimit> {
    *DESCRIPTORS.get_or_init(|| {
        let (soft, hard) = nix::sys::resource::getrlimit(Resource::RLIMIT_NOFILE).ok()?;
        // At worst the soft limit stays.
        let _ = nix::sys::resource::setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
        Some(libc::rlimit { rlim_cur: soft, rlim_max: hard })
    })
}

/// Signals that reach the program as they would without Syswall.
pub const FORWARDED: [Signal; 6] =
    [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT, Signal::SIGUSR1, Signal::SIGUSR2];

/// The signal mask that the process was started with.
pub fn signal_mask() -> SigSet {
    MASK.get().copied().unwrap_or_else(SigSet::empty)
}
