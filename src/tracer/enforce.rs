//! Carrying out what was decided at a call's entry.

use nix::errno::Errno;

use super::engine::Engine;
use super::entry::allow;
use super::pin::Arguments;
use super::task::{InCall, Plan, State};
use crate::i18n::{Text, mark};
use crate::policy::{By, Decision, Verdict};
use crate::sys::ptrace::{self, Resume};
use crate::sys::{Registers, RemoteMemory};
use crate::syscall::{Abi, Fake, Memory, Pretend, RawCall, Show, X32_BIT};

/// Most an ordinary read or write moves (MAX_RW_COUNT, include/linux/fs.h).
const MAX_RW_COUNT: u64 = 0x7fff_f000;
/// `IOV_MAX`.
const IOV_MAX: u64 = 1024;
const O_CLOEXEC: u64 = 0o2000000;
const MFD_CLOEXEC: u64 = 1;
const SOCK_TYPE_MASK: u64 = 0xf;

/// ns of the monotonic clock.
pub(super) fn monotonic() -> u64 {
    nix::time::clock_gettime(nix::time::ClockId::CLOCK_MONOTONIC)
        .map_or(0, |t| t.tv_sec() as u64 * 1_000_000_000 + t.tv_nsec() as u64)
}

fn number(abi: Abi, x86_64: u64, i386: u64, aarch64: u64) -> u64 {
    match abi {
        Abi::X86_64 => x86_64,
        Abi::X32 => x86_64 | X32_BIT,
        Abi::I386 => i386,
        Abi::Aarch64 => aarch64,
    }
}

/// The bytes of an iovec array; bounded like the kernel bounds them.
pub(super) fn iovec_bytes(call: &RawCall, memory: &dyn Memory, iov: u64, count: u64) -> Option<i64> {
    let word = call.abi.word();
    let mut sum = 0u64;
    for i in 0..count.min(IOV_MAX) {
        let len = memory.word(iov.checked_add(i * 2 * word as u64)?.checked_add(word as u64)?, word)?;
        sum = sum.checked_add(len)?;
    }
    Some(sum.min(MAX_RW_COUNT) as i64)
}

/// The bytes that a `struct msghdr` at `msg` describes.
pub(super) fn message_bytes(call: &RawCall, memory: &dyn Memory, msg: u64) -> Option<i64> {
    let word = call.abi.word() as u64;
    // msg_name, msg_namelen (padded to a word), msg_iov, msg_iovlen.
    let iov = memory.word(msg.checked_add(2 * word)?, word as usize)?;
    let count = memory.word(msg.checked_add(3 * word)?, word as usize)?;
    iovec_bytes(call, memory, iov, count)
}

impl Engine {
    /// Lets a call go on as its verdict says. The task is at the call's entry stop.
    pub fn carry_out(&mut self, tid: i32, mut call: InCall) {
        match call.verdict.decision {
            Decision::Allow => match self.make(tid, &mut call) {
                Ok(plan) => call.plan = plan,
                Err(Errno::ESRCH) => return,
                // Below the stack there is no place for its paths: pages are mapped, and the call comes again.
                Err(Errno::EFAULT) if self.maps_pages(tid, call.asked.abi) => {
                    if let Some(task) = self.tasks.get_mut(&tid) {
                        task.interrupted.push(call);
                    }
                    return;
                }
                Err(_) => {
                    // What was decided about cannot be made to be what happens.
                    call.verdict = Verdict { decision: Decision::Deny, errno: libc::ENOMEM, ..allow(By::Protection) };
                    call.plan = Plan::Skip(-i64::from(libc::ENOMEM));
                }
            },
            Decision::Ask => return self.ask(tid, call),
            Decision::Deny => call.plan = Plan::Skip(-i64::from(call.verdict.errno)),
            Decision::Pretend => match self.pretence(tid, &call) {
                Some(plan) => call.plan = plan,
                None => {
                    // No believable success can be made of this very call: the hard block is the honest one.
                    call.verdict.decision = Decision::Deny;
                    call.plan = Plan::Skip(-i64::from(call.verdict.errno));
                }
            },
            Decision::Kill => {
                call.plan = Plan::Skip(-i64::from(call.verdict.errno));
                self.kill_all();
            }
        }
        if let Plan::Skip(result) = call.plan
            && let Err(error) = Self::change(tid, |regs| {
                regs.skip_call();
                regs.set_result(result);
            })
        {
            return self.not_enforced(tid, error);
        }
        self.go(tid, call);
    }

    fn maps_pages(&mut self, tid: i32, abi: Abi) -> bool {
        let vm = self.tasks.get(&tid).and_then(|t| self.vm(t.pid));
        let may = vm.is_some_and(|vm| !vm.borrow().has_region() && vm.borrow().has_room());
        may && matches!(self.inject(tid, abi), Arguments::Later)
    }

    /// Sees to it that the call that is made is the one that was decided about.
    fn make(&mut self, tid: i32, call: &mut InCall) -> nix::Result<Plan> {
        let pid = self.tasks.get(&tid).map_or(0, |t| t.pid);
        if self.writes_under_a_call(tid, pid, call) {
            return Err(Errno::EAGAIN);
        }
        let shared = self.vm(pid).is_none_or(|vm| vm.borrow().is_shared());
        let anchors = self.anchors(tid, call, shared);
        if let Some(result) = anchors.result {
            return Ok(Plan::Skip(result));
        }
        self.commit(tid, call, &anchors)?;
        call.led = !anchors.is_empty();
        call.check = super::verify::certainty(call, shared);
        if !call.led {
            call.held.clear();
        }
        self.note_exposure(tid, pid, call);
        Ok(Plan::Pass)
    }

    /// Resumes a task into its call.
    pub(super) fn go(&mut self, tid: i32, call: InCall) {
        let Some(mut call) = self.hold_reader(tid, call) else { return };
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        call.resumed = monotonic();
        task.call = Some(call);
        task.state = State::Running;
        self.resume(tid, Resume::Syscall, 0);
    }

    pub(super) fn change(tid: i32, how: impl FnOnce(&mut Registers)) -> nix::Result<()> {
        let mut regs = ptrace::registers(tid)?;
        how(&mut regs);
        ptrace::set_registers(tid, &regs)
    }

    /// A decision that could not be carried out: the task is gone, or the program must be.
    pub(super) fn not_enforced(&mut self, tid: i32, error: Errno) {
        if error != Errno::ESRCH {
            self.fail(
                Text::new(mark("a decision about task {task} cannot be enforced: {error}"))
                    .with("task", tid.to_string())
                    .with("error", error.desc()),
            );
        }
    }

    /// How to make a believable success of `call`; `None`: there is none.
    fn pretence(&mut self, tid: i32, call: &InCall) -> Option<Plan> {
        let raw = &call.raw;
        let memory = RemoteMemory::new(tid);
        let pid = self.tasks.get(&tid)?.pid;
        if let Some(value) = call.verdict.value {
            self.fakes.fill(pid, raw);
            return Some(Plan::Skip(value));
        }
        if super::pretend::why_not(call, self.watch).is_some() {
            return None;
        }
        let plan = match call.row?.pretend {
            Pretend::No(_) => return None,
            Pretend::Value(value) => Plan::Skip(value),
            Pretend::Setting => Plan::Skip(0),
            Pretend::Argument(index) => Plan::Skip(raw.args[usize::from(index)].min(MAX_RW_COUNT) as i64),
            Pretend::Iovec(iov, count) => {
                Plan::Skip(iovec_bytes(raw, &memory, raw.args[usize::from(iov)], raw.args[usize::from(count)])?)
            }
            Pretend::Message(index) => Plan::Skip(message_bytes(raw, &memory, raw.args[usize::from(index)])?),
            Pretend::Descriptor(fake) => self.stand_in(tid, call, fake)?,
        };
        self.fakes.believe(pid, call);
        Some(plan)
    }

    /// Makes the task open something harmless instead; `None`: that is not possible.
    fn stand_in(&mut self, tid: i32, call: &InCall, fake: Fake) -> Option<Plan> {
        let raw = &call.raw;
        let row = call.row?;
        let memory = RemoteMemory::new(tid);
        let saved = Box::new(ptrace::registers(tid).ok()?);
        let mut regs = *saved;
        match fake {
            Fake::File => {
                // memfd_create wants a readable name of at most 249 bytes: the tail of the path does.
                let index = row.args.iter().position(|a| matches!(a.show, Show::Path))?;
                let at = row.arg_value(raw, row.args[index].name)?;
                let name = at + memory_path(&memory, at)?.len().saturating_sub(200) as u64;
                let how = || row.arg_value(raw, "how").and_then(|how| (&memory as &dyn Memory).u64(how));
                let flags = row.arg_value(raw, "flags").or_else(how).unwrap_or(0);
                regs.set_call(number(raw.abi, 319, 356, 279));
                *regs.argument(raw.abi, 0) = name;
                *regs.argument(raw.abi, 1) = if flags & O_CLOEXEC != 0 { MFD_CLOEXEC } else { 0 };
            }
            Fake::Socket => {
                let kind = raw.args[1];
                let known = matches!(
                    (kind & SOCK_TYPE_MASK) as i32,
                    libc::SOCK_STREAM | libc::SOCK_DGRAM | libc::SOCK_SEQPACKET
                );
                let kind = if known { kind } else { kind & !SOCK_TYPE_MASK | libc::SOCK_DGRAM as u64 };
                regs.set_call(number(raw.abi, 41, 359, 198));
                *regs.argument(raw.abi, 0) = libc::AF_UNIX as u64;
                *regs.argument(raw.abi, 1) = kind;
                *regs.argument(raw.abi, 2) = 0;
            }
        }
        ptrace::set_registers(tid, &regs).ok()?;
        Some(Plan::Replace { saved, socket: fake == Fake::Socket })
    }
}

fn memory_path(memory: &dyn Memory, addr: u64) -> Option<Vec<u8>> {
    memory.c_string(addr, crate::syscall::access::PATH_MAX).ok()
}
