//! ptrace(2) requests with SEIZE semantics.

use std::ptr;

use nix::errno::Errno;

use crate::syscall::rows::signal::with_stack_pointer;
use crate::syscall::{Abi, RawCall};

/// The options every task is traced with. EXITKILL: no task outlives the tracer thread.
pub const OPTIONS: i32 = libc::PTRACE_O_TRACESYSGOOD
    | libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACECLONE
    | libc::PTRACE_O_TRACEEXEC
    | libc::PTRACE_O_EXITKILL;

/// How a stopped task goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resume {
    /// To its next system-call stop.
    Syscall,
    /// To its next signal or event.
    Continue,
    /// Stays in its group stop, but later events are reported (PTRACE_LISTEN).
    Listen,
}

pub(super) fn request(request: libc::c_uint, tid: i32, addr: usize, data: usize) -> nix::Result<i64> {
    // SAFETY: callers pass only requests whose `addr` and `data` are plain numbers, or pointers to live buffers
    // of the size that the request writes (each caller says which).
    let result = unsafe { libc::ptrace(request, tid, addr as *mut libc::c_void, data as *mut libc::c_void) };
    Errno::result(result)
}

/// Attaches to `tid` without stopping it. `filtered`: stops of a seccomp filter are ours (else, a program's own filter
/// that wants a tracer finds none, as without Syswall).
pub fn seize(tid: i32, filtered: bool) -> nix::Result<()> {
    let options = if filtered { OPTIONS | libc::PTRACE_O_TRACESECCOMP } else { OPTIONS };
    request(libc::PTRACE_SEIZE, tid, 0, options as usize).map(drop)
}

/// Asks a seized task to stop (PTRACE_EVENT_STOP).
pub fn interrupt(tid: i32) -> nix::Result<()> {
    request(libc::PTRACE_INTERRUPT, tid, 0, 0).map(drop)
}

/// Lets a stopped task go on, delivering `signal` (0: none).
pub fn resume(tid: i32, how: Resume, signal: i32) -> nix::Result<()> {
    let what = match how {
        Resume::Syscall => libc::PTRACE_SYSCALL,
        Resume::Continue => libc::PTRACE_CONT,
        Resume::Listen => libc::PTRACE_LISTEN,
    };
    request(what, tid, 0, signal as usize).map(drop)
}

/// PTRACE_GETEVENTMSG: the new child's TID, the former TID, by event.
pub fn event_message(tid: i32) -> nix::Result<u64> {
    let mut message: libc::c_ulong = 0;
    request(libc::PTRACE_GETEVENTMSG, tid, 0, ptr::from_mut(&mut message) as usize)?;
    Ok(message)
}

/// The `siginfo_t` of the signal that a task is stopped with, as bytes in the tracer's layout.
pub fn signal_info(tid: i32) -> nix::Result<[u8; 128]> {
    let mut info = [0u8; 128];
    const { assert!(size_of::<libc::siginfo_t>() == 128) };
    request(libc::PTRACE_GETSIGINFO, tid, 0, info.as_mut_ptr() as usize)?;
    Ok(info)
}

/// What a system-call stop is (PTRACE_GET_SYSCALL_INFO, Linux 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyscallStop {
    /// Not in a system-call stop.
    None,
    /// Before the call.
    Entry {
        /// The call.
        call: RawCall,
        /// Where the program is (behind the call's instruction).
        ip: u64,
    },
    /// After the call.
    Exit {
        /// The result; negative errno where `error`.
        value: i64,
        /// Whether it is an error.
        error: bool,
        /// Where the program is.
        ip: u64,
    },
}

/// `struct ptrace_syscall_info` (include/uapi/linux/ptrace.h): the part that all operations share, then the union.
#[repr(C)]
#[derive(Default)]
struct Info {
    op: u8,
    pad: [u8; 3],
    arch: u32,
    ip: u64,
    sp: u64,
    /// entry, seccomp: nr, args[6], ret_data; exit: rval, is_error.
    union: [u64; 8],
}

/// linux/audit.h.
const AUDIT_ARCH_X86_64: u32 = 0xc000_003e;
const AUDIT_ARCH_I386: u32 = 0x4000_0003;
const AUDIT_ARCH_AARCH64: u32 = 0xc000_00b7;
const AUDIT_ARCH_ARM: u32 = 0x4000_0028;

/// The ABI of a call by the kernel's word, never by the program's mode: a 64-bit program may use `int 0x80`.
/// ENOSYS: an architecture that Syswall has no table for.
fn abi(arch: u32, nr: u64) -> nix::Result<Abi> {
    match arch {
        AUDIT_ARCH_X86_64 if nr & crate::syscall::X32_BIT != 0 && (nr as i32) > 0 => Ok(Abi::X32),
        AUDIT_ARCH_X86_64 => Ok(Abi::X86_64),
        AUDIT_ARCH_I386 => Ok(Abi::I386),
        AUDIT_ARCH_AARCH64 => Ok(Abi::Aarch64),
        AUDIT_ARCH_ARM => Err(Errno::ENOSYS),
        _ => Err(Errno::ENOSYS),
    }
}

/// What stop `tid` is in, as the kernel knows it.
pub fn syscall_stop(tid: i32) -> nix::Result<SyscallStop> {
    let mut info = Info::default();
    request(libc::PTRACE_GET_SYSCALL_INFO, tid, size_of::<Info>(), ptr::from_mut(&mut info) as usize)?;
    match info.op {
        // PTRACE_SYSCALL_INFO_ENTRY and _SECCOMP share nr and args.
        1 | 3 => {
            let abi = abi(info.arch, info.union[0])?;
            let mut args = [0; 6];
            args.copy_from_slice(&info.union[1..7]);
            if abi == Abi::I386 {
                args.iter_mut().for_each(|a| *a &= 0xffff_ffff);
            }
            // The argument of rt_sigreturn is the stack.
            let call = with_stack_pointer(&RawCall { abi, nr: info.union[0], args }, info.sp);
            Ok(SyscallStop::Entry { call, ip: info.ip })
        }
        2 => Ok(SyscallStop::Exit { value: info.union[0] as i64, error: info.union[1] & 0xff != 0, ip: info.ip }),
        _ => Ok(SyscallStop::None),
    }
}

/// All general registers of a stopped task.
pub fn registers(tid: i32) -> nix::Result<super::Registers> {
    super::Registers::read(tid)
}

/// Sets all general registers of a stopped task.
pub fn set_registers(tid: i32, regs: &super::Registers) -> nix::Result<()> {
    regs.write(tid)
}
