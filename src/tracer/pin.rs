//! Arguments that others could rewrite between our look and the kernel's are copied to pages that the program can only
//! read; the decision is about the copy, and the kernel is pointed to it.
//!
//! Nobody is held for it, so nothing can deadlock or be interrupted. The pages are mapped by a call that the task itself
//! is made to execute at the entry of another one, which it then makes again.

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::descriptors::look_up;
use super::engine::Engine;
use super::handle::Watch;
use super::vm::{REGION, SharedVm, Slot};
use crate::sys::Registers;
use crate::sys::credentials::filters;
use crate::sys::ptrace::{self, Resume};
use crate::syscall::pin::{never_readable, pinned};
use crate::syscall::{Abi, Memory, RawCall, Row, X32_BIT, demultiplex::is_inner, lookup};

const PROT_READ: u64 = 1;
/// MAP_PRIVATE|MAP_ANONYMOUS.
const MAP: u64 = 0x22;
/// Below 2 GiB, for calls of 32-bit ABIs that the same program may make (x86 only).
const MAP_32BIT: u64 = 0x40;
const SECCOMP_SET_MODE_FILTER: u64 = 1;
const PR_SET_SECCOMP: u64 = 22;

/// What a task is made to execute before its own call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// mmap(2).
    Map,
    /// mseal(2) of what was mapped.
    Seal,
    /// close(2) of the descriptor, which must not be open. Then the program gets this result, or (`None`) makes its
    /// call again.
    Close(i64, Option<i64>),
}

/// A call of Syswall's in the place of a task's own.
pub(super) struct Injection {
    /// As they were at the entry of the task's own call.
    saved: Box<Registers>,
    abi: Abi,
    step: Step,
    /// What is to be closed as well.
    rest: Vec<i32>,
}

/// What became of a call's arguments.
pub(super) enum Arguments {
    /// Nobody else can change them, or nothing that counts is behind a pointer.
    AsTheyAre,
    /// They are in this slot, and the call that was given points there.
    Copied(Slot),
    /// The call comes again: pages are mapped first.
    Later,
    /// They can be changed and cannot be copied: the call must not be made.
    Unsafe,
}

fn mmap(abi: Abi) -> (u64, u64) {
    match abi {
        Abi::X86_64 => (9, MAP | MAP_32BIT),
        Abi::X32 => (9 | X32_BIT, MAP | MAP_32BIT),
        // mmap2.
        Abi::I386 => (192, MAP),
        Abi::Aarch64 => (222, MAP),
    }
}

fn close(abi: Abi) -> u64 {
    match abi {
        Abi::X86_64 => 3,
        Abi::X32 => 3 | X32_BIT,
        Abi::I386 => 6,
        Abi::Aarch64 => 57,
    }
}

/// mseal(2) has one number everywhere.
fn mseal(abi: Abi) -> u64 {
    if abi == Abi::X32 { 462 | X32_BIT } else { 462 }
}

/// sendmmsg writes into the very array that is pinned; of the messages that it may send the first is sent.
pub(super) fn first_message(call: &RawCall) -> Option<RawCall> {
    if call.name() != Some("sendmmsg") || call.args[2] as u32 == 0 {
        return None;
    }
    let nr = match call.abi {
        Abi::X86_64 => 46,
        Abi::X32 => 518 | X32_BIT,
        Abi::I386 => 370,
        Abi::Aarch64 => 211,
    };
    Some(RawCall { nr, args: [call.args[0], call.args[1], call.args[3], 0, 0, 0], abi: call.abi })
}

/// What `socketcall` stands for, as a call that i386 has a number for.
fn with_own_number(call: RawCall) -> Option<RawCall> {
    let [a, b, c, d, ..] = call.args;
    let (nr, args) = match call.name()? {
        _ if !is_inner(&call) => return Some(call),
        "accept" => (364, [a, b, c, 0, 0, 0]),
        "send" => (369, [a, b, c, d, 0, 0]),
        "recv" => (371, [a, b, c, d, 0, 0]),
        // Calls of ipc(2): their numbers and keys are in registers.
        _ => return None,
    };
    Some(RawCall { nr, args, ..call })
}

/// Whether `call` installs a filter of the program's own: afterwards it may be too late to map pages.
pub(super) fn prepares(call: &RawCall) -> bool {
    match call.name() {
        Some("seccomp") => call.args[0] as u32 as u64 == SECCOMP_SET_MODE_FILTER,
        Some("prctl") => call.args[0] as u32 as u64 == PR_SET_SECCOMP,
        _ => false,
    }
}

impl Engine {
    pub(super) fn vm(&self, pid: i32) -> Option<SharedVm> {
        self.processes.get(&pid).map(|p| p.vm.clone())
    }

    /// Sees to it that what decides about `looked` (as asked: `asked`) stays as it is now. `looked` then has the
    /// addresses of the copies. The task is at the call's entry.
    pub fn pin(&mut self, tid: i32, pid: i32, asked: &RawCall, looked: &mut RawCall, memory: &dyn Memory) -> Arguments {
        let Some(vm) = self.vm(pid) else { return Arguments::AsTheyAre };
        let (shared, mapped, room) = {
            let vm = vm.borrow();
            (vm.is_shared(), vm.has_region(), vm.has_room())
        };
        if !shared {
            if !mapped && room && prepares(looked) {
                return self.inject(tid, asked.abi);
            }
            return Arguments::AsTheyAre;
        }
        let Some(call) = with_own_number(*looked) else { return Arguments::AsTheyAre };
        let call = first_message(&call).unwrap_or(call);
        let found = lookup(&call).map(|row: &Row| pinned(&call, row, memory)).unwrap_or_default();
        let changed = call.nr != asked.nr;
        if found.is_empty() && !changed {
            return Arguments::AsTheyAre;
        }
        let Some(mut slot) = Slot::take(&vm) else {
            return if room { self.inject(tid, asked.abi) } else { Arguments::Unsafe };
        };
        let (base, word) = (slot.address(), call.abi.word());
        let mut call = call;
        let mut block = Vec::new();
        for pin in &found {
            let register = usize::from(pin.register);
            if pin.bytes.is_none() {
                call.args[register] = never_readable(call.abi);
                continue;
            }
            let at = base + block.len() as u64;
            call.args[register] = at;
            block.extend(pin.lay_out(at, word));
        }
        match slot.put(tid, &block) {
            Ok(_) => {
                *looked = call;
                Arguments::Copied(slot)
            }
            Err(_) => Arguments::Unsafe,
        }
    }

    /// Makes the task map pages instead of its call, which it makes again afterwards.
    pub(super) fn inject(&mut self, tid: i32, abi: Abi) -> Arguments {
        let Ok(saved) = ptrace::registers(tid).map(Box::new) else { return Arguments::Unsafe };
        let mut regs = *saved;
        let (nr, flags) = mmap(abi);
        regs.set_call(nr);
        for (index, value) in [0, REGION, PROT_READ, flags, u64::MAX, 0].into_iter().enumerate() {
            *regs.argument(abi, index) = value;
        }
        if ptrace::set_registers(tid, &regs).is_err() {
            return Arguments::Unsafe;
        }
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.injection = Some(Injection { saved, abi, step: Step::Map, rest: Vec::new() });
        }
        self.resume(tid, Resume::Syscall, 0);
        Arguments::Later
    }

    /// Makes the task, which is at the exit of a call that opened `fd`, close it. Then it gets `result`, or makes its
    /// call again.
    pub fn take_back(&mut self, tid: i32, abi: Abi, fd: i64, result: Option<i64>) {
        self.take_back_all(tid, abi, fd, Vec::new(), result);
    }

    /// [`Engine::take_back`], of `rest` too.
    pub fn take_back_all(&mut self, tid: i32, abi: Abi, fd: i64, rest: Vec<i32>, result: Option<i64>) {
        // Where they cannot be had, the task is gone.
        let Ok(saved) = ptrace::registers(tid).map(Box::new) else { return };
        let mut regs = *saved;
        *regs.argument(abi, 0) = fd as u64;
        regs.call_again(close(abi));
        if let Err(error) = ptrace::set_registers(tid, &regs) {
            return self.not_enforced(tid, error);
        }
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.injection = Some(Injection { saved, abi, step: Step::Close(fd, result), rest });
        }
        self.resume(tid, Resume::Syscall, 0);
    }

    /// The exit of an injected call.
    pub fn injected(&mut self, tid: i32, value: i64, error: bool) {
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        let pid = task.pid;
        let Some(mut injection) = task.injection.take() else { return };
        let Some(vm) = self.vm(pid) else { return };
        let filtered = self.has_filter(tid);
        match (injection.step, error) {
            (Step::Map, true) => vm.borrow_mut().refused = true,
            // A filter of the program's own may have answered in the kernel's place.
            (Step::Map, false) if filtered && !is_region(tid, value as u64, "rd") => vm.borrow_mut().refused = true,
            (Step::Map, false) => {
                vm.borrow_mut().add_region(value as u64);
                // Many a filter ends a program for a call that it does not know.
                if self.seals && (!filtered || self.watch == Watch::Policy) {
                    let mut regs = *injection.saved;
                    let abi = injection.abi;
                    for (index, value) in [value as u64, REGION, 0].into_iter().enumerate() {
                        *regs.argument(abi, index) = value;
                    }
                    regs.call_again(mseal(abi));
                    injection.step = Step::Seal;
                    if let Err(error) = ptrace::set_registers(tid, &regs) {
                        return self.not_enforced(tid, error);
                    }
                    if let Some(task) = self.tasks.get_mut(&tid) {
                        task.injection = Some(injection);
                    }
                    return self.resume(tid, Resume::Syscall, 0);
                }
            }
            (Step::Seal, false) if !filtered || is_region(tid, vm.borrow().newest(), "sl") => vm.borrow_mut().seal(),
            // Where unmapping is not seen, only the kernel can keep it.
            (Step::Seal, _) => vm.borrow_mut().refused = self.watch == Watch::Policy,
            (Step::Close(fd, _), _) if filtered && look_up(tid, fd as i32).is_some() => {
                return self.end_with_forbidden(tid);
            }
            (Step::Close(_, None), _) => {}
            (Step::Close(_, Some(result)), _) => {
                let mut regs = *injection.saved;
                if let Some(fd) = injection.rest.pop() {
                    *regs.argument(injection.abi, 0) = fd as u64;
                    regs.call_again(close(injection.abi));
                    injection.step = Step::Close(i64::from(fd), Some(result));
                    if let Err(error) = ptrace::set_registers(tid, &regs) {
                        return self.not_enforced(tid, error);
                    }
                    if let Some(task) = self.tasks.get_mut(&tid) {
                        task.injection = Some(injection);
                    }
                    return self.resume(tid, Resume::Syscall, 0);
                }
                regs.set_result(result);
                if let Err(error) = ptrace::set_registers(tid, &regs) {
                    return self.not_enforced(tid, error);
                }
                return self.resume(tid, self.watch.free(), 0);
            }
        }
        self.own_call_again(tid, &injection);
        self.resume(tid, self.watch.free(), 0);
    }

    /// A signal comes between two injected calls: the task is as if its own call were still to come, so that a handler
    /// finds what it would find without Syswall.
    pub fn interrupt_injection(&mut self, tid: i32) {
        let Some(injection) = self.tasks.get_mut(&tid).and_then(|t| t.injection.take()) else { return };
        if matches!(injection.step, Step::Close(..)) {
            // A handler could use what is still open.
            return self.end_with_forbidden(tid);
        }
        self.own_call_again(tid, &injection);
    }

    /// A descriptor that must not be open is still open.
    fn end_with_forbidden(&mut self, tid: i32) {
        self.note("a program with a forbidden descriptor was ended");
        let pid = self.tasks.get(&tid).map_or(tid, |t| t.pid);
        // Whoever is gone needs no signal.
        let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
    }

    /// Whether a seccomp filter other than Syswall's may answer the calls of `tid` in the kernel's place.
    fn has_filter(&self, tid: i32) -> bool {
        let ours = u64::from(self.watch == Watch::Policy);
        match (filters(&tid.to_string()), filters("self")) {
            (Some(theirs), Some(outer)) => theirs > outer + ours,
            _ => true,
        }
    }

    fn own_call_again(&mut self, tid: i32, injection: &Injection) {
        let mut regs = *injection.saved;
        regs.call_again(regs.number());
        if let Err(error) = ptrace::set_registers(tid, &regs) {
            self.not_enforced(tid, error);
        }
    }

    /// Whether `call` would take a page with pinned arguments away, where the kernel does not keep it.
    pub fn unpins(&self, pid: i32, call: &RawCall) -> bool {
        let Some(process) = self.processes.get(&pid) else { return false };
        let vm = process.vm.borrow();
        let [a, b, c, d, e, _] = call.args;
        match call.name() {
            Some("munmap" | "mprotect" | "pkey_mprotect" | "madvise" | "remap_file_pages") => vm.guards(a, b),
            Some("mremap") => vm.guards(a, b) || d & 2 != 0 && vm.guards(e, c),
            // MAP_FIXED; the old form has its arguments in memory and is taken for the worst.
            Some("mmap" | "mmap2") if call.abi == Abi::I386 && call.nr == 90 => vm.guards(0, u64::MAX),
            Some("mmap" | "mmap2") => d & 0x10 != 0 && vm.guards(a, b),
            // SHM_REMAP.
            Some("shmat") => c & 0o40000 != 0 && vm.guards(b, u64::MAX - b),
            _ => false,
        }
    }
}

/// Whether the pages of a region are at `base` in the memory of `tid`, not to be written by it, and are marked so
/// (proc(5), VmFlags in /proc/PID/smaps).
fn is_region(tid: i32, base: u64, mark: &str) -> bool {
    let maps = std::fs::read_to_string(format!("/proc/{tid}/smaps")).unwrap_or_default();
    let mut holds = false;
    for line in maps.lines() {
        if let Some(flags) = line.strip_prefix("VmFlags:") {
            if holds {
                return flags.split_whitespace().any(|flag| flag == mark);
            }
        } else if let Some((range, rest)) = line.split_once(' ')
            && let Some((from, to)) = range.split_once('-')
            && let (Ok(from), Ok(to)) = (u64::from_str_radix(from, 16), u64::from_str_radix(to, 16))
        {
            holds = base != 0 && from <= base && base.saturating_add(REGION) <= to && rest.starts_with("r--p");
        }
    }
    false
}

/// Whether this kernel knows mseal(2).
pub(super) fn kernel_seals() -> bool {
    crate::sys::seal_nothing() != Err(Errno::ENOSYS)
}
