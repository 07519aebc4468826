//! Ends a program that keeps the tracer thread from its work.
//!
//! To look at a call, the tracer reads the program's memory and walks names. Both can wait for the program itself: for
//! a page that it serves (userfaultfd, a file on its own FUSE), for a directory of its own. Then the tracer waits for a
//! task that waits for the tracer, and nothing that is asked of it is done, stopping the program neither. The kernel
//! lets such a wait end only when the program does.
//!
//! The tracer says when it begins and when it rests; that is all this costs. The rest is done by a thread of its own,
//! twice a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, gettid};

use super::task::tracer_of;
use crate::i18n::{Text, mark};

/// How often it is looked.
const TICK: Duration = Duration::from_millis(500);
/// How long the tracer may wait for the program's memory: longer than any swap that can still be worked with.
const MEMORY: Duration = Duration::from_secs(5);
/// How long for a name: discs that have to wake up are slower.
const NAMES: Duration = Duration::from_secs(20);
/// How long where the user wants the program stopped.
const STOPPED: Duration = Duration::from_secs(1);

/// What the tracer waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    /// The program's memory.
    Memory,
    /// A file system.
    Names,
    /// Nothing, or a recorder, a pipe, a disk that is slow: not the program.
    Other,
}

/// What the tracer and the watchdog share.
#[derive(Default)]
pub(super) struct Pulse {
    /// Counts what the tracer takes up; 0: it rests.
    work: AtomicU64,
    /// The user wants the program stopped.
    stop: AtomicBool,
    /// What the program was ended for; see `verdict`.
    ended_for: AtomicU64,
    quit: AtomicBool,
}

impl Pulse {
    /// Tracer: takes up the `count`th piece of work (counted from 1).
    pub fn begin(&self, count: u64) {
        self.work.store(count, Relaxed);
    }

    /// Tracer: has nothing to do.
    pub fn rest(&self) {
        self.work.store(0, Relaxed);
    }

    /// Any thread: the program is to be stopped. The tracer is told so too; this counts where it cannot hear.
    pub fn stop_wanted(&self) {
        self.stop.store(true, Relaxed);
    }

    /// Tracer: why the watchdog has ended the program, if it has.
    pub fn verdict(&self) -> Option<Text> {
        match self.ended_for.load(Relaxed) {
            0 => None,
            1 => Some(Text::new(mark(
                "the program kept Syswall waiting for its memory, so calls could not be checked; it was ended",
            ))),
            _ => Some(Text::new(mark(
                "a file system kept Syswall waiting for a name, so calls could not be checked; the program was ended",
            ))),
        }
    }
}

/// The watching thread; ends, and is joined, when dropped.
pub(super) struct Watchdog {
    pulse: Arc<Pulse>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    /// Call it on the tracer thread, which will be watched.
    pub fn start(pulse: Arc<Pulse>) -> std::io::Result<Watchdog> {
        let tracer = gettid().as_raw();
        let watched = Arc::clone(&pulse);
        let thread =
            std::thread::Builder::new().name("syswall-watchdog".into()).spawn(move || watch(&watched, tracer))?;
        Ok(Watchdog { pulse, thread: Some(thread) })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.pulse.quit.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It has nothing to say at its end.
            let _ = thread.join();
        }
    }
}

fn watch(pulse: &Pulse, tracer: i32) {
    let (mut seen, mut since, mut looked) = (0, Duration::ZERO, Instant::now());
    while !pulse.quit.load(Relaxed) {
        std::thread::park_timeout(TICK);
        let now = Instant::now();
        // Time in which this thread did not run either (Syswall was stopped) is nobody's fault.
        let step = (now - looked).min(2 * TICK);
        looked = now;
        let work = pulse.work.load(Relaxed);
        if work == 0 || work != seen {
            (seen, since) = (work, Duration::ZERO);
            continue;
        }
        since += step;
        let wait = waits_for(tracer);
        let patience = match wait {
            _ if pulse.stop.load(Relaxed) => STOPPED,
            Wait::Memory => MEMORY,
            Wait::Names => NAMES,
            Wait::Other => continue,
        };
        if since >= patience {
            if wait != Wait::Other {
                pulse.ended_for.store(wait as u64 + 1, Relaxed);
            }
            // Again and again while it is stuck: a task may have been born meanwhile.
            end_tracees(tracer);
        }
    }
}

/// The call that a thread of this process is in (proc(5), /proc/PID/syscall).
fn waits_for(tid: i32) -> Wait {
    let text = std::fs::read_to_string(format!("/proc/self/task/{tid}/syscall")).unwrap_or_default();
    let number = text.split(' ').next().and_then(|n| n.parse::<i64>().ok()).unwrap_or(-1);
    match number {
        // read: of /proc/PID/cmdline and the like, which are the program's memory.
        libc::SYS_process_vm_readv
        | libc::SYS_process_vm_writev
        | libc::SYS_ptrace
        | libc::SYS_read
        | libc::SYS_pread64 => Wait::Memory,
        libc::SYS_openat
        | libc::SYS_openat2
        | libc::SYS_readlinkat
        | libc::SYS_statx
        | libc::SYS_newfstatat
        | libc::SYS_faccessat
        | libc::SYS_faccessat2
        | libc::SYS_fstat
        | libc::SYS_getdents64
        | libc::SYS_close => Wait::Names,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_open | libc::SYS_readlink | libc::SYS_stat | libc::SYS_lstat | libc::SYS_access => Wait::Names,
        _ => Wait::Other,
    }
}

/// Kills every process that the thread `tracer` traces.
fn end_tracees(tracer: i32) {
    let Ok(entries) = std::fs::read_dir("/proc") else { return };
    for pid in entries.flatten().filter_map(|e| e.file_name().to_str()?.parse::<i32>().ok()) {
        if tracer_of(pid) == Some(tracer) {
            // Whoever is gone needs no signal.
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}
