//! Keeps the tracer and the tasks that stop for it on one CPU, where a stop costs a fraction of what it costs across
//! two. Lives on the tracer thread.
//!
//! A task is *held* there by its affinity mask, changed while it is stopped and put back as soon as holding does not
//! pay: several tasks that want to compute at once are let apart, so is one that makes few calls, and so are all while
//! others crowd the CPU. The program does not notice: before a call that could show or change a mask, every task has
//! its own back; children get their parent's own.
//!
//! Not hidden: who looks from outside (`taskset -p`) sees the mask as it is.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};
use nix::unistd::Pid;

use super::task::InCall;
use crate::syscall::{Kind, Object};

/// How long is watched before it is thought over again.
const WINDOW: Duration = Duration::from_millis(10);
/// Fewer stops in a window are not worth holding anybody.
const FEW: u32 = 8;
/// More than this much of a window that the tracer waited for its CPU: others want it.
const CROWDED: f64 = 0.6;
/// How long a crowded CPU is left alone.
const RETREAT: Duration = Duration::from_millis(50);
/// Tasks that are looked at in one window.
const SAMPLED: usize = 32;
/// How long to wait before tasks are let apart again, if letting them did not make them run at once.
const PATIENCE: Duration = Duration::from_millis(20);

/// What is known of one task's mask.
struct Cpus {
    /// The program's own, where it is not in force now.
    own: Option<CpuSet>,
    /// Held on this CPU.
    held: Option<usize>,
    /// It may not be held: the kernel refuses, or its own mask leaves the CPU out.
    never: bool,
    /// The last window in which it stopped.
    window: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// All on this CPU.
    Together(usize),
    /// Everybody where the kernel likes, since then.
    Apart(Why, Instant),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// Few calls are made.
    Quiet,
    /// Several tasks have much to do at once.
    Parallel,
    /// Others want the CPU.
    Crowded,
}

/// Where tracer and tasks run.
pub(super) struct Follow {
    /// The tracer's mask as Syswall was given it; `None`: nothing is ever held.
    own: Option<CpuSet>,
    mode: Mode,
    tasks: HashMap<i32, Cpus>,
    /// Every CPU that a task was ever held on.
    homes: CpuSet,
    /// Tasks in a call that could show or change masks.
    looking: HashSet<i32>,
    window: u32,
    begun: Instant,
    stops: u32,
    /// Tasks that stopped in this window, or wanted most of the last.
    recent: Vec<i32>,
    /// ns that tasks ran, and waited for a CPU, when last looked.
    sampled: HashMap<i32, (u64, u64)>,
    schedule: Option<File>,
    waited: u64,
    /// Windows in a row that tasks ran apart without running at once.
    alone: u32,
    patience: Duration,
    again: Instant,
}

fn only(cpu: usize) -> Option<CpuSet> {
    let mut set = CpuSet::new();
    set.set(cpu).ok().map(|()| set)
}

/// The only CPU in `set`.
fn single(set: &CpuSet) -> Option<usize> {
    let mut found = (0..CpuSet::count()).filter(|cpu| set.is_set(*cpu).unwrap_or(false));
    found.next().filter(|_| found.next().is_none())
}

fn mask_of(tid: i32) -> Option<CpuSet> {
    sched_getaffinity(Pid::from_raw(tid)).ok()
}

/// Whether masks can be put back whatever the program makes of its user: with CAP_SYS_NICE, or where nobody traced can
/// become another (sched_setaffinity(2), execve(2)).
fn may_put_back() -> bool {
    const CAP_SYS_NICE: u64 = 1 << 23;
    if !nix::unistd::geteuid().is_root() {
        return true;
    }
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let effective = status.lines().find_map(|l| l.strip_prefix("CapEff:"));
    effective.and_then(|c| u64::from_str_radix(c.trim(), 16).ok()).is_some_and(|c| c & CAP_SYS_NICE != 0)
}

/// Running and waiting for a CPU, in ns (Documentation/scheduler/sched-stats.rst).
fn schedstat(text: &str) -> Option<(u64, u64)> {
    let mut fields = text.split_whitespace();
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// Whether a call could show or change a mask.
fn is_about_masks(call: &InCall) -> bool {
    let status = |object: &Object| match object {
        Object::Path { path, .. } => path.starts_with("/proc") && path.ends_with("status"),
        _ => false,
    };
    matches!(call.raw.name(), Some("sched_getaffinity" | "sched_setaffinity"))
        || call.accesses.iter().any(|a| a.kind == Kind::Descriptor && a.object.as_ref().is_some_and(status))
}

impl Follow {
    /// To be made on the tracer thread, when the first task exists.
    pub fn new(enabled: bool) -> Follow {
        let own = mask_of(0).filter(|own| enabled && single(own).is_none() && may_put_back());
        let schedule = File::open("/proc/thread-self/schedstat").ok();
        let now = Instant::now();
        let mut follow = Follow {
            // Without the kernel's figures nobody could tell when to let go.
            own: own.filter(|_| schedule.is_some()),
            mode: Mode::Apart(Why::Quiet, now),
            tasks: HashMap::new(),
            homes: CpuSet::new(),
            looking: HashSet::new(),
            window: 0,
            begun: now,
            stops: 0,
            recent: Vec::new(),
            sampled: HashMap::new(),
            schedule,
            waited: 0,
            alone: 0,
            patience: PATIENCE,
            again: now,
        };
        follow.gather();
        follow
    }

    /// The tracer takes the CPU that it is on for itself and whoever stops.
    fn gather(&mut self) {
        if self.own.is_none() {
            return;
        }
        let Some((cpu, mask)) = sched_getcpu().ok().and_then(|cpu| Some((cpu, only(cpu)?))) else { return };
        if sched_setaffinity(Pid::from_raw(0), &mask).is_ok() && self.homes.set(cpu).is_ok() {
            self.mode = Mode::Together(cpu);
        }
    }

    /// The tracer goes to the only task, which may run nowhere else.
    fn join(&mut self, cpu: Option<usize>) {
        let there = |own: &CpuSet| cpu.filter(|cpu| own.is_set(*cpu).unwrap_or(false));
        let Some(cpu) = self.own.as_ref().and_then(there) else { return };
        let moved = only(cpu).is_some_and(|mask| sched_setaffinity(Pid::from_raw(0), &mask).is_ok());
        if moved && self.homes.set(cpu).is_ok() {
            self.mode = Mode::Together(cpu);
            self.tasks.values_mut().for_each(|cpus| cpus.never = false);
        }
    }

    /// Everybody runs where the kernel likes.
    fn part(&mut self, why: Why, now: Instant) {
        self.mode = Mode::Apart(why, now);
        self.alone = 0;
        self.free_all();
        if let Some(own) = &self.own {
            // The CPUs may have changed under us; then the kernel has chosen already.
            let _ = sched_setaffinity(Pid::from_raw(0), own);
        }
    }

    fn free_all(&mut self) {
        for (tid, cpus) in &mut self.tasks {
            free(*tid, cpus);
        }
    }

    /// Before a stopped task goes on.
    pub fn place(&mut self, tid: i32, call: Option<&InCall>) {
        if self.own.is_none() {
            return;
        }
        if call.is_some_and(is_about_masks) {
            self.free_all();
            self.looking.insert(tid);
        }
        let alone = self.tasks.len() <= 1;
        let cpus = self.tasks.entry(tid).or_insert(Cpus { own: None, held: None, never: false, window: 0 });
        if cpus.window != self.window {
            cpus.window = self.window;
            self.recent.push(tid);
        }
        match self.mode {
            Mode::Together(home) if self.looking.is_empty() => {
                if cpus.held != Some(home) && !cpus.never && !hold(tid, cpus, home) && alone {
                    let cpu = cpus.own.as_ref().and_then(single);
                    self.join(cpu);
                }
            }
            _ => free(tid, cpus),
        }
    }

    /// A call of `tid` has ended, and whatever it showed or changed is shown and changed.
    pub fn left(&mut self, tid: i32) {
        if !self.looking.is_empty() && self.looking.remove(&tid) {
            self.tasks.values_mut().for_each(|cpus| (cpus.own, cpus.never) = (None, false));
        }
    }

    /// A new task has the mask that its parent had at that moment.
    pub fn born(&mut self, tid: i32, parent: i32) {
        let Some(tracer) = &self.own else { return };
        let held = mask_of(tid).as_ref().and_then(single).filter(|cpu| self.homes.is_set(*cpu).unwrap_or(false));
        let own = held.and_then(|_| match self.tasks.get(&parent) {
            Some(Cpus { own: Some(own), held: Some(_), .. }) => Some(*own),
            // Let go meanwhile: what it has is its own. Gone: what it most likely had.
            _ => mask_of(parent).or(Some(*tracer)),
        });
        self.tasks.insert(tid, Cpus { own, held, never: false, window: self.window.wrapping_sub(1) });
    }

    /// After an exec by a thread that was not the first, the task `old` is called `tid`.
    pub fn renamed(&mut self, old: i32, tid: i32) {
        if old != tid
            && let Some(cpus) = self.tasks.remove(&old)
        {
            self.tasks.insert(tid, cpus);
            self.looking.remove(&old);
        }
    }

    /// A task is gone.
    pub fn gone(&mut self, tid: i32) {
        self.tasks.remove(&tid);
        self.looking.remove(&tid);
        self.sampled.remove(&tid);
    }

    /// Whether [`Follow::think`] has something to say even if nothing stops.
    pub fn is_due(&self) -> bool {
        matches!(self.mode, Mode::Together(_)) && !self.tasks.is_empty()
    }

    /// A stop has come.
    pub fn stopped(&mut self) {
        self.stops += 1;
        let quiet = matches!(self.mode, Mode::Apart(Why::Quiet, _));
        if quiet && self.stops >= 2 * FEW {
            self.gather();
            self.next(Instant::now());
        } else if self.stops.is_multiple_of(16) {
            self.think();
        }
    }

    /// Thinks over who runs where, once a window.
    pub fn think(&mut self) {
        let now = Instant::now();
        let length = now - self.begun;
        if self.own.is_none() || length < WINDOW {
            return;
        }
        let nanos = length.as_nanos() as f64;
        let waited = self.waited();
        let crowded = (waited - std::mem::replace(&mut self.waited, waited)) as f64 / nanos > CROWDED;
        let (tasks, ran, wanted) = match self.mode {
            // One task with many calls: the kernel's figures would say nothing new.
            Mode::Together(_) if self.recent.len() < 2 && self.stops >= FEW => (1, 0.0, 0.0),
            _ => self.sample(nanos),
        };
        match self.mode {
            Mode::Together(_) if self.stops < FEW => self.part(Why::Quiet, now),
            Mode::Together(_) if tasks > 1 && wanted > 1.4 && ran > 0.7 && now >= self.again => {
                self.part(Why::Parallel, now);
            }
            Mode::Together(_) if crowded => self.part(Why::Crowded, now),
            Mode::Together(_) | Mode::Apart(Why::Quiet, _) => {}
            Mode::Apart(Why::Parallel, since) => {
                self.alone = if tasks > 1 && ran > 0.9 { 0 } else { self.alone + 1 };
                if self.alone >= 2 {
                    let paid = now - since > 10 * WINDOW;
                    self.patience = if paid { PATIENCE } else { (self.patience * 2).min(50 * PATIENCE) };
                    self.again = now + self.patience;
                    self.gather();
                }
            }
            Mode::Apart(Why::Crowded, since) if now - since >= RETREAT => self.gather(),
            Mode::Apart(Why::Crowded, _) => {}
        }
        self.next(now);
    }

    fn next(&mut self, now: Instant) {
        self.begun = now;
        self.stops = 0;
        self.window = self.window.wrapping_add(1);
        self.recent.retain(|tid| self.tasks.get(tid).is_some_and(|cpus| cpus.window == self.window));
    }

    /// How many tasks there were to look at, and for how much of a window of `nanos` they ran and wanted to run.
    fn sample(&mut self, nanos: f64) -> (usize, f64, f64) {
        let (mut ran, mut wanted, mut count) = (0, 0, 0);
        for tid in self.recent.iter().take(SAMPLED) {
            let Ok(text) = std::fs::read_to_string(format!("/proc/{tid}/schedstat")) else { continue };
            let Some((run, delay)) = schedstat(&text) else { continue };
            let (run_before, delay_before) = self.sampled.insert(*tid, (run, delay)).unwrap_or((0, 0));
            let more = run.saturating_sub(run_before);
            let all = more + delay.saturating_sub(delay_before);
            count += 1;
            ran += more;
            wanted += all;
            if all as f64 > nanos / 2.0
                && let Some(cpus) = self.tasks.get_mut(tid)
            {
                // Whoever computes without a call is still there in the next window.
                cpus.window = self.window.wrapping_add(1);
            }
        }
        (count, ran as f64 / nanos, wanted as f64 / nanos)
    }

    /// ns that the tracer has waited for a CPU.
    fn waited(&self) -> u64 {
        let mut text = [0; 64];
        let read = self.schedule.as_ref().and_then(|f| f.read_at(&mut text, 0).ok()).unwrap_or(0);
        std::str::from_utf8(&text[..read]).ok().and_then(schedstat).map_or(self.waited, |(_, delay)| delay)
    }
}

/// Narrows the mask of a stopped task to one CPU; whether that could be.
fn hold(tid: i32, cpus: &mut Cpus, home: usize) -> bool {
    if cpus.own.is_none() {
        cpus.own = mask_of(tid);
    }
    let fits = cpus.own.as_ref().is_some_and(|own| own.is_set(home).unwrap_or(false));
    let done = fits && only(home).is_some_and(|mask| sched_setaffinity(Pid::from_raw(tid), &mask).is_ok());
    if done {
        cpus.held = Some(home);
    } else {
        cpus.never = true;
        free(tid, cpus);
    }
    done
}

/// Gives a task its own mask back.
fn free(tid: i32, cpus: &mut Cpus) {
    let Some(home) = cpus.held.take() else { return };
    // Somebody else may have given it another meanwhile; that one stays.
    let changed = mask_of(tid).is_none_or(|now| only(home) != Some(now));
    if let Some(own) = cpus.own.take()
        && !changed
    {
        // It fails where the task is gone.
        let _ = sched_setaffinity(Pid::from_raw(tid), &own);
    }
}
