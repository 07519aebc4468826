//! The calling conventions Linux programs use on the machines Syswall knows, and a call as registers hold it.

use std::fmt;

/// Which table a call's number belongs to. One program can use several: a 64-bit one may execute `int 0x80`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Abi {
    /// 64-bit x86.
    X86_64,
    /// 32-bit x86: 32-bit programs, and `int 0x80` from any program.
    I386,
    /// x86-64 registers with 32-bit pointers; numbers carry bit 30.
    X32,
    /// 64-bit ARM.
    Aarch64,
}

/// `__X32_SYSCALL_BIT` (arch/x86/include/uapi/asm/unistd.h).
pub const X32_BIT: u64 = 0x4000_0000;

impl Abi {
    /// The name in records (contract 6).
    pub const fn name(self) -> &'static str {
        match self {
            Abi::X86_64 => "x86_64",
            Abi::I386 => "i386",
            Abi::X32 => "x32",
            Abi::Aarch64 => "aarch64",
        }
    }

    /// The reverse of [`Abi::name`].
    pub fn from_name(name: &str) -> Option<Abi> {
        [Abi::X86_64, Abi::I386, Abi::X32, Abi::Aarch64].into_iter().find(|a| a.name() == name)
    }

    /// Bytes in a `long` and in a pointer: 4 or 8.
    pub const fn word(self) -> usize {
        match self {
            Abi::X86_64 | Abi::Aarch64 => 8,
            Abi::I386 | Abi::X32 => 4,
        }
    }

    /// Bytes in the kernel's `long`, which most structures are made of: 4 or 8. x32 has 64-bit ones behind 32-bit pointers.
    pub const fn long(self) -> usize {
        match self {
            Abi::I386 => 4,
            Abi::X86_64 | Abi::X32 | Abi::Aarch64 => 8,
        }
    }

    /// The kernel's name of call `nr` in this table, without the x32 bit; `None` for a number it does not have.
    pub fn call_name(self, nr: u64) -> Option<&'static str> {
        if self == Abi::I386 && nr > u64::from(u32::MAX) {
            return super::demultiplex::own_name(nr);
        }
        let nr = if self == Abi::X32 { nr & !X32_BIT } else { nr };
        let nr = usize::try_from(nr).ok()?;
        match self {
            // x32 shares x86-64's numbers below 512; those of its own start there and are told by `x32_own`.
            Abi::X32 if nr >= 512 => x32_own(nr),
            Abi::X86_64 | Abi::X32 => syscalls::x86_64::Sysno::new(nr).map(|s| s.name()),
            // The crate writes the call named as a word of Rust's with that language's mark.
            Abi::I386 => syscalls::x86::Sysno::new(nr).map(|s| s.name()).map(|n| n.strip_prefix("r#").unwrap_or(n)),
            // The table that all newer machines share has two names for number 79; libc and strace use the other one.
            Abi::Aarch64 if nr == 79 => Some("newfstatat"),
            Abi::Aarch64 => syscalls::aarch64::Sysno::new(nr).map(|s| s.name()),
        }
    }
}

/// x32's own numbers (arch/x86/entry/syscalls/syscall_64.tbl, "x32-specific").
fn x32_own(nr: usize) -> Option<&'static str> {
    const NAMES: [&str; 36] = [
        "rt_sigaction",
        "rt_sigreturn",
        "ioctl",
        "readv",
        "writev",
        "recvfrom",
        "sendmsg",
        "recvmsg",
        "execve",
        "ptrace",
        "rt_sigpending",
        "rt_sigtimedwait",
        "rt_sigqueueinfo",
        "sigaltstack",
        "timer_create",
        "mq_notify",
        "kexec_load",
        "waitid",
        "set_robust_list",
        "get_robust_list",
        "vmsplice",
        "move_pages",
        "preadv",
        "pwritev",
        "rt_tgsigqueueinfo",
        "recvmmsg",
        "sendmmsg",
        "process_vm_readv",
        "process_vm_writev",
        "setsockopt",
        "getsockopt",
        "io_setup",
        "io_submit",
        "execveat",
        "preadv2",
        "pwritev2",
    ];
    NAMES.get(nr.checked_sub(512)?).copied()
}

impl fmt::Display for Abi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A call as the registers hold it at its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawCall {
    /// Whose table `nr` belongs to.
    pub abi: Abi,
    /// The number, with the x32 bit where there is one.
    pub nr: u64,
    /// The six argument registers in the ABI's order. For 32-bit ABIs already cut to 32 bits.
    pub args: [u64; 6],
}

impl RawCall {
    /// The kernel's name, or `None` for a number that the table does not have.
    pub fn name(&self) -> Option<&'static str> {
        self.abi.call_name(self.nr)
    }
}
