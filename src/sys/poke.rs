//! Waking a thread out of a blocking wait(2) by a signal that does nothing.

use nix::errno::Errno;

extern "C" fn nothing(_signal: i32) {}

fn number() -> i32 {
    // Far from the first ones, which libraries take.
    libc::SIGRTMAX() - 3
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
