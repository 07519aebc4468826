//! Codes of `siginfo_t` and flags of signal actions (asm-generic/siginfo.h, signal.h). Data only.

use crate::syscall::row::Names;

/// Flags of sigaction.
#[rustfmt::skip]
pub static ACTION_FLAGS: Names = &[
    (0x4000000, "SA_RESTORER"), (0x8000000, "SA_ONSTACK"), (0x10000000, "SA_RESTART"), (0x20000000, "SA_INTERRUPT"),
    (0x40000000, "SA_NODEFER"), (0x80000000, "SA_RESETHAND"), (4, "SA_SIGINFO"), (1, "SA_NOCLDSTOP"),
    (2, "SA_NOCLDWAIT"), (0x400, "SA_UNSUPPORTED"), (0x800, "SA_EXPOSE_TAGBITS"),
];

/// How sigprocmask changes the mask.
#[rustfmt::skip]
pub static HOW: Names = &[
    (0, "SIG_BLOCK"), (1, "SIG_UNBLOCK"), (2, "SIG_SETMASK"),
];

/// Flags of sigaltstack.
#[rustfmt::skip]
pub static STACK_FLAGS: Names = &[
    (1, "SS_ONSTACK"), (2, "SS_DISABLE"), (0x80000000, "SS_AUTODISARM"),
];

/// Codes of every signal.
#[rustfmt::skip]
pub static SENT: Names = &[
    (0, "SI_USER"), (0x80, "SI_KERNEL"), (0xffffffc4, "SI_ASYNCNL"), (0xfffffff9, "SI_DETHREAD"),
    (0xfffffffa, "SI_TKILL"), (0xfffffffb, "SI_SIGIO"), (0xfffffffc, "SI_ASYNCIO"), (0xfffffffd, "SI_MESGQ"),
    (0xfffffffe, "SI_TIMER"), (0xffffffff, "SI_QUEUE"),
];

/// Codes of SIGILL.
#[rustfmt::skip]
pub static ILL: Names = &[
    (1, "ILL_ILLOPC"), (2, "ILL_ILLOPN"), (3, "ILL_ILLADR"), (4, "ILL_ILLTRP"), (5, "ILL_PRVOPC"), (6, "ILL_PRVREG"),
    (7, "ILL_COPROC"), (8, "ILL_BADSTK"), (9, "ILL_BADIADDR"),
];

/// Codes of SIGFPE.
#[rustfmt::skip]
pub static FPE: Names = &[
    (1, "FPE_INTDIV"), (2, "FPE_INTOVF"), (3, "FPE_FLTDIV"), (4, "FPE_FLTOVF"), (5, "FPE_FLTUND"), (6, "FPE_FLTRES"),
    (7, "FPE_FLTINV"), (8, "FPE_FLTSUB"), (0xe, "FPE_FLTUNK"), (0xf, "FPE_CONDTRAP"),
];

/// Codes of SIGSEGV.
#[rustfmt::skip]
pub static SEGV: Names = &[
    (1, "SEGV_MAPERR"), (2, "SEGV_ACCERR"), (3, "SEGV_BNDERR"), (4, "SEGV_PKUERR"), (5, "SEGV_ACCADI"),
    (6, "SEGV_ADIDERR"), (7, "SEGV_ADIPERR"), (8, "SEGV_MTEAERR"), (9, "SEGV_MTESERR"), (0xa, "SEGV_CPERR"),
];

/// Codes of SIGBUS.
#[rustfmt::skip]
pub static BUS: Names = &[
    (1, "BUS_ADRALN"), (2, "BUS_ADRERR"), (3, "BUS_OBJERR"), (4, "BUS_MCEERR_AR"), (5, "BUS_MCEERR_AO"),
];

/// Codes of SIGTRAP.
#[rustfmt::skip]
pub static TRAP: Names = &[
    (1, "TRAP_BRKPT"), (2, "TRAP_TRACE"), (3, "TRAP_BRANCH"), (4, "TRAP_HWBKPT"), (5, "TRAP_UNK"), (6, "TRAP_PERF"),
];

/// Codes of SIGCHLD.
#[rustfmt::skip]
pub static CLD: Names = &[
    (1, "CLD_EXITED"), (2, "CLD_KILLED"), (3, "CLD_DUMPED"), (4, "CLD_TRAPPED"), (5, "CLD_STOPPED"),
    (6, "CLD_CONTINUED"),
];

/// Codes of SIGIO.
#[rustfmt::skip]
pub static POLL: Names = &[
    (1, "POLL_IN"), (2, "POLL_OUT"), (3, "POLL_MSG"), (4, "POLL_ERR"), (5, "POLL_PRI"), (6, "POLL_HUP"),
];

/// Codes of SIGSYS.
#[rustfmt::skip]
pub static SYS: Names = &[
    (1, "SYS_SECCOMP"), (2, "SYS_USER_DISPATCH"),
];

/// Flags of signalfd4.
#[rustfmt::skip]
pub static SIGNALFD_FLAGS: Names = &[
    (0x80000, "SFD_CLOEXEC"), (0x800, "SFD_NONBLOCK"),
];
