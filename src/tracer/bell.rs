//! Waking the tracer thread, which sleeps in wait(2): for requests, for signals that reach Syswall, and for what is due.
//!
//! wait(2) is the one wait that the kernel wakes without detours: with signalfd and poll(2) each stop costs twice the
//! system calls. So a thread of its own listens for everything else and pokes. A poke that comes just before the
//! tracer sleeps would be lost; it is repeated until the tracer has seen what is wanted.

use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread::JoinHandle;
use std::time::Duration;

use async_channel::Sender;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use super::handle::Request;
use crate::sys::poke::{self, Sleeper};

/// How often the tracer looks after what is due.
const TICK: u8 = 20;
/// How long to wait before a poke is repeated.
const AGAIN: Duration = Duration::from_micros(100);

/// What both sides see.
pub(super) struct Bell {
    event: EventFd,
    /// Somebody wants the tracer to look.
    wanted: AtomicBool,
    /// The tracer is in wait(2), or about to be.
    sleeping: AtomicBool,
    /// Something is to be done even if nothing happens.
    due: AtomicBool,
    stop: AtomicBool,
}

impl Bell {
    /// A bell that nobody rings yet.
    pub fn new() -> nix::Result<Bell> {
        Ok(Bell {
            event: EventFd::from_value_and_flags(0, EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?,
            wanted: AtomicBool::new(false),
            sleeping: AtomicBool::new(false),
            due: AtomicBool::new(false),
            stop: AtomicBool::new(false),
        })
    }

    /// Makes the tracer look at its requests. Any thread; never waits.
    pub fn ring(&self) {
        // A full counter is a bell that rings already.
        let _ = self.event.write(1);
    }

    /// Tracer: whether somebody rang since the last time.
    pub fn answered(&self) -> bool {
        self.wanted.swap(false, SeqCst)
    }

    /// Tracer: runs `wait`, which may sleep, unless somebody has rung. `due`: wake it soon even if nothing happens.
    pub fn sleep<T>(&self, due: bool, wait: impl FnOnce() -> T) -> Option<T> {
        if self.due.swap(due, SeqCst) != due && due {
            self.ring();
        }
        self.sleeping.store(true, SeqCst);
        let result = (!self.wanted.load(SeqCst)).then(wait);
        self.sleeping.store(false, SeqCst);
        result
    }
}

/// The listening thread; ends, and is joined, when dropped.
pub(super) struct Ringer {
    bell: Arc<Bell>,
    thread: Option<JoinHandle<()>>,
}

impl Ringer {
    /// Call it on the tracer thread, which will be poked. `forward`: signals that reach Syswall become requests.
    pub fn start(bell: Arc<Bell>, requests: Sender<Request>, forward: bool) -> nix::Result<Ringer> {
        poke::prepare()?;
        let mut mask = SigSet::empty();
        if forward {
            crate::sys::initial::FORWARDED.iter().for_each(|s| mask.add(*s));
            mask.add(Signal::SIGTSTP);
        }
        let signals = SignalFd::with_flags(&mask, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?;
        let sleeper = Sleeper::current();
        let thread = std::thread::Builder::new()
            .name("syswall-bell".into())
            .spawn({
                let bell = Arc::clone(&bell);
                move || listen(&bell, sleeper, &signals, &requests)
            })
            .map_err(|e| nix::errno::Errno::from_raw(e.raw_os_error().unwrap_or(libc::EAGAIN)))?;
        Ok(Ringer { bell, thread: Some(thread) })
    }
}

impl Drop for Ringer {
    fn drop(&mut self) {
        self.bell.stop.store(true, SeqCst);
        self.bell.ring();
        if let Some(thread) = self.thread.take() {
            // It has nothing to say at its end.
            let _ = thread.join();
        }
    }
}

fn listen(bell: &Bell, sleeper: Sleeper, signals: &SignalFd, requests: &Sender<Request>) {
    while !bell.stop.load(SeqCst) {
        let timeout = if bell.due.load(SeqCst) { PollTimeout::from(TICK) } else { PollTimeout::NONE };
        let mut fds =
            [PollFd::new(bell.event.as_fd(), PollFlags::POLLIN), PollFd::new(signals.as_fd(), PollFlags::POLLIN)];
        // EINTR is as good as an event: everything is looked at anyway.
        let _ = poll(&mut fds, timeout);
        // It only wakes; the count has no meaning.
        let _ = bell.event.read();
        while let Ok(Some(info)) = signals.read_signal() {
            let request =
                Request::Outside { signal: info.ssi_signo as i32, code: info.ssi_code, sender: info.ssi_pid as i32 };
            if requests.try_send(request).is_err() {
                return;
            }
        }
        bell.wanted.store(true, SeqCst);
        while bell.wanted.load(SeqCst) && !bell.stop.load(SeqCst) {
            if bell.sleeping.load(SeqCst) {
                sleeper.poke();
            }
            std::thread::sleep(AGAIN);
        }
    }
}
