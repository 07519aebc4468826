//! Waking a thread out of a blocking wait(2) by a signal that does nothing.

use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal};

extern "C" fn nothing(_signal: i32) {}

/// Debuggers let it pass without a word, unlike real-time signals; and where a program sends it to its group, it does
/// nothing here either.
const POKE: Signal = Signal::SIGURG;

/// Signals that a thread brings upon itself: blocked, they would end it without a word, and a debugger's breakpoints
/// would too.
const OWN_FAULTS: [Signal; 7] =
    [Signal::SIGSEGV, Signal::SIGBUS, Signal::SIGFPE, Signal::SIGILL, Signal::SIGTRAP, Signal::SIGABRT, Signal::SIGSYS];

/// Whether a signal from outside would harm Syswall although it blocks [`everything_else`].
pub fn is_harmful(signal: i32) -> bool {
    let fault = OWN_FAULTS.iter().any(|s| *s as i32 == signal);
    fault || matches!(signal, libc::SIGKILL | libc::SIGSTOP)
}

/// Every signal but the one that pokes and faults. glibc keeps its own two out of it.
pub(super) fn everything_else() -> SigSet {
    let mut set = SigSet::all();
    OWN_FAULTS.iter().for_each(|s| set.remove(*s));
    set.remove(POKE);
    set
}

/// Makes the signal interrupt instead of kill. Process-wide; call it before anybody is poked.
pub fn prepare() -> nix::Result<()> {
    // SAFETY: sigaction is plain data; zero is a valid value for all of it.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    let handler: extern "C" fn(i32) = nothing;
    action.sa_sigaction = handler as usize;
    // SAFETY: `action` is whole, its handler does nothing and so is async-signal-safe. Without SA_RESTART, wait(2)
    // ends with EINTR.
    Errno::result(unsafe { libc::sigaction(POKE as i32, &raw const action, std::ptr::null_mut()) }).map(drop)
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
        unsafe { libc::pthread_kill(self.0, POKE as i32) };
    }
}
