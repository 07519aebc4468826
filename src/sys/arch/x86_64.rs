//! x86-64, also when the task runs i386 or x32 calls: a 64-bit tracer sees the full registers of each.

use crate::sys::ptrace::request;
use crate::syscall::Abi;

/// The general registers of a stopped task.
#[derive(Clone, Copy)]
pub struct Registers(libc::user_regs_struct);

impl Registers {
    /// Those of a stopped task.
    pub(in crate::sys) fn read(tid: i32) -> nix::Result<Registers> {
        // SAFETY: user_regs_struct is plain integers; all-zero is a valid value.
        let mut regs = Registers(unsafe { std::mem::zeroed() });
        // NT_PRSTATUS from a 64-bit tracer would give a compat task's 32-bit set; GETREGS always gives the full one.
        request(libc::PTRACE_GETREGS, tid, 0, std::ptr::from_mut(&mut regs.0) as usize)?;
        Ok(regs)
    }

    /// Sets those of a stopped task.
    pub(in crate::sys) fn write(&self, tid: i32) -> nix::Result<()> {
        request(libc::PTRACE_SETREGS, tid, 0, std::ptr::from_ref(&self.0) as usize).map(drop)
    }

    /// Makes the kernel skip the call that the task is at the entry of.
    pub fn skip_call(&mut self) {
        self.0.orig_rax = u64::MAX;
    }

    /// Sets the number of the call that the task is at the entry of.
    pub fn set_call(&mut self, nr: u64) {
        self.0.orig_rax = nr;
    }

    /// Sets what the program will find as the call's result; a negative errno for a failure.
    pub fn set_result(&mut self, value: i64) {
        self.0.rax = value as u64;
    }

    /// Argument `index` (0 to 5) of a call of `abi`.
    pub fn argument(&mut self, abi: Abi, index: usize) -> &mut u64 {
        let r = &mut self.0;
        match (abi, index) {
            (Abi::I386, 0) => &mut r.rbx,
            (Abi::I386, 1) => &mut r.rcx,
            (Abi::I386, 2) => &mut r.rdx,
            (Abi::I386, 3) => &mut r.rsi,
            (Abi::I386, 4) => &mut r.rdi,
            (Abi::I386, _) => &mut r.rbp,
            (_, 0) => &mut r.rdi,
            (_, 1) => &mut r.rsi,
            (_, 2) => &mut r.rdx,
            // The kernel takes the fourth from r10: the syscall instruction clobbers rcx.
            (_, 3) => &mut r.r10,
            (_, 4) => &mut r.r8,
            (_, _) => &mut r.r9,
        }
    }

    /// Makes the program execute the call that it is at the exit of once more, with `nr` for its number. The kernel does
    /// the same where it restarts a call: every instruction that makes calls is two bytes long.
    pub fn call_again(&mut self, nr: u64) {
        self.0.rip = self.0.rip.wrapping_sub(2);
        self.0.rax = nr;
    }

    /// The number of the call that the task is in.
    pub fn number(&self) -> u64 {
        self.0.orig_rax
    }

    /// The stack pointer.
    pub fn stack(&self) -> u64 {
        self.0.rsp
    }
}
