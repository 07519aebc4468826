//! Waking a thread out of a blocking wait(2) by a signal that does nothing.

use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal};

extern "C" fn nothing(_signal: i32) {}

fn number() -> i32 {
    // Far from the first ones, which libraries take.
    libc::SIGRTMAX() - 3
}

/// Signals that a thread brings upon itself: blocked, they would end it without a word, and a debugger's breakpoints
/// would too.
const OWN_FAULTS: [Signal; 7] = [
    Signal::SIGSEGV,
    Signal::SIGBUS,
    Signal::SIGFPE,
    Signal::SIGILL,
    Signal::SIGTRAP,
    Signal::SIGABRT,
    Signal::SIGSYS,
];

/// Whether a signal from outside would harm Syswall although it blocks [`everything_else`].
pub fn is_harmful(signal: i32) -> bool {
    let fault = OWN_FAULTS.iter().any(|s| *s as i32 == signal);
    fault || signal == number() || matches!(signal, libc::SIGKILL | libc::SIGSTOP)
}

/// Every signal but the one that pokes and faults. glibc keeps its own two out of it.
pub(super) fn everything_else() -> SigSet {
    let mut all = SigSet::all();
    OWN_FAULTS.iter().for_each(|s| all.remove(*s));
    let mut set = *all.as_ref();
    // SAFETY: `set` is a valid signal set, and the number that of a signal.
    unsafe { libc::sigdelset(&raw mut set, number()) };
    // SAFETY: a set that sigfillset made, less one signal, is a valid set.
    unsafe { SigSet::from_sigset_t_unchecked(set) }
}

/// Makes the signal interrupt instead of kill. Process-wide; call it before anybody is poked.
pub fn prepare() -> nix::Result<()> {
    // SAFETY: sigaction is plain data; zero is a valid value for all of it.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    let handler: extern "C" fn(i32) = nothing;
    action.sa_sigaction = handler as usize;
    // SAFETY: `action` is whole, its handler does nothing and so is async-signal-safe. Without SA_RESTART, wait(2)
    // ends with EINTR.
    Errno::result(unsafe { libc::sigaction(number(), &raw const action, std::ptr::null_mut()) }).map(drop)
}

/// A thread that can be poked.
#[derive(Clone, Copy, Debug)]
pub struct Sleeper(libc::pthread_t);

impl Sleeper {
    /// The calling thread. Whoever pokes it must be joined before it ends.
    pub fn current() -> Sleeper {
        // SAFETY: always succeeds.
        Sleeper(unsafe { libc::pthread_self() })
    }

    /// Interrupts what the thread waits for, if it waits.
    pub fn poke(&self) {
        // SAFETY: the thread is alive (see `current`). The result can only be an error that cannot occur here.
        unsafe { libc::pthread_kill(self.0, number()) };
    }
}
