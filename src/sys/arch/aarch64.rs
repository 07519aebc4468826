//! 64-bit ARM. A call's number is in x8, its arguments in x0 to x5, its result in x0. Only 64-bit programs: 32-bit ones
//! (AUDIT_ARCH_ARM) have a table that Syswall does not know, and [`ptrace`](crate::sys::ptrace) refuses their calls.
//!
//! Two register sets: `NT_PRSTATUS` is what the program sees, `NT_ARM_SYSTEM_CALL` the number that the kernel takes. The
//! second is read from x8 when the call begins and from then on is a variable of its own: changing x8 at the entry
//! changes nothing, and x8 is the program's to keep.
//!
//! Unlike on x86-64, result and first argument share a register: who puts arguments back at the exit leaves the first.

use nix::errno::Errno;

use crate::sys::ptrace::request;
use crate::syscall::Abi;

/// linux/elf.h.
const NT_PRSTATUS: usize = 1;
const NT_ARM_SYSTEM_CALL: usize = 0x404;

/// Every instruction has this many bytes, `svc` too.
const INSTRUCTION: u64 = 4;

/// The general registers of a stopped task, and the number of the call it is in.
#[derive(Clone, Copy)]
pub struct Registers {
    general: General,
    call: i32,
    /// Whether `call` is to be written: at stops outside of calls there is nothing to be changed.
    call_changed: bool,
}

/// `struct user_pt_regs` (arch/arm64/include/uapi/asm/ptrace.h).
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct General {
    x: [u64; 31],
    sp: u64,
    pc: u64,
    pstate: u64,
}

/// Reads or writes the register set `which` of `tid` at `set`.
fn register_set<T>(what: libc::c_uint, tid: i32, which: usize, set: &mut T) -> nix::Result<()> {
    let mut iov = libc::iovec { iov_base: std::ptr::from_mut(set).cast(), iov_len: size_of::<T>() };
    request(what, tid, which, std::ptr::from_mut(&mut iov) as usize)?;
    // The kernel says how much there was: less is another machine's set.
    if iov.iov_len == size_of::<T>() { Ok(()) } else { Err(Errno::ENOSYS) }
}

impl Registers {
    /// Those of a stopped task.
    pub(in crate::sys) fn read(tid: i32) -> nix::Result<Registers> {
        let mut general = General::default();
        register_set(libc::PTRACE_GETREGSET, tid, NT_PRSTATUS, &mut general)?;
        let mut call = 0i32;
        register_set(libc::PTRACE_GETREGSET, tid, NT_ARM_SYSTEM_CALL, &mut call)?;
        Ok(Registers { general, call, call_changed: false })
    }

    /// Sets those of a stopped task.
    pub(in crate::sys) fn write(&self, tid: i32) -> nix::Result<()> {
        let mut copy = *self;
        register_set(libc::PTRACE_SETREGSET, tid, NT_PRSTATUS, &mut copy.general)?;
        if copy.call_changed {
            register_set(libc::PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &mut copy.call)?;
        }
        Ok(())
    }

    /// Makes the kernel skip the call that the task is at the entry of.
    pub fn skip_call(&mut self) {
        self.set_call(u64::MAX);
    }

    /// Sets the number of the call that the task is at the entry of.
    pub fn set_call(&mut self, nr: u64) {
        self.call = nr as i32;
        self.call_changed = true;
    }

    /// Sets what the program will find as the call's result; a negative errno for a failure.
    pub fn set_result(&mut self, value: i64) {
        self.general.x[0] = value as u64;
    }

    /// Argument `index` (0 to 5) of a call. The first one is where the result is from the exit on.
    pub fn argument(&mut self, _abi: Abi, index: usize) -> &mut u64 {
        &mut self.general.x[index.min(5)]
    }

    /// Makes the program execute the call that it is at the exit of once more, with `nr` for its number. Its first
    /// argument must be set too: the result is there.
    pub fn call_again(&mut self, nr: u64) {
        self.general.pc = self.general.pc.wrapping_sub(INSTRUCTION);
        self.general.x[8] = nr;
    }

    /// The number of the call that the task is in.
    pub fn number(&self) -> u64 {
        i64::from(self.call) as u64
    }

    /// The stack pointer.
    pub fn stack(&self) -> u64 {
        self.general.sp
    }
}

#[cfg(all(test, target_arch = "aarch64"))]
const _: () = assert!(size_of::<General>() == size_of::<libc::user_regs_struct>());
