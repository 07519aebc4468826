//! Processes: values by name (the kernel's uapi headers).

use crate::syscall::row::Names;

/// unshare(2) flags.
pub const SETNS: Names = &[
    (0x80, "CLONE_NEWTIME"),
    (0x20000, "CLONE_NEWNS"),
    (0x2000000, "CLONE_NEWCGROUP"),
    (0x4000000, "CLONE_NEWUTS"),
    (0x8000000, "CLONE_NEWIPC"),
    (0x10000000, "CLONE_NEWUSER"),
    (0x20000000, "CLONE_NEWPID"),
    (0x40000000, "CLONE_NEWNET"),
];

/// prctl(2) options.
pub const PRCTL: Names = &[
    (1, "PR_SET_PDEATHSIG"),
    (2, "PR_GET_PDEATHSIG"),
    (3, "PR_GET_DUMPABLE"),
    (4, "PR_SET_DUMPABLE"),
    (5, "PR_GET_UNALIGN"),
    (6, "PR_SET_UNALIGN"),
    (7, "PR_GET_KEEPCAPS"),
    (8, "PR_SET_KEEPCAPS"),
    (9, "PR_GET_FPEMU"),
    (0xa, "PR_SET_FPEMU"),
    (0xb, "PR_GET_FPEXC"),
    (0xc, "PR_SET_FPEXC"),
    (0xd, "PR_GET_TIMING"),
    (0xe, "PR_SET_TIMING"),
    (0xf, "PR_SET_NAME"),
    (0x10, "PR_GET_NAME"),
    (0x13, "PR_GET_ENDIAN"),
    (0x14, "PR_SET_ENDIAN"),
    (0x15, "PR_GET_SECCOMP"),
    (0x16, "PR_SET_SECCOMP"),
    (0x17, "PR_CAPBSET_READ"),
    (0x18, "PR_CAPBSET_DROP"),
    (0x19, "PR_GET_TSC"),
    (0x1a, "PR_SET_TSC"),
    (0x1b, "PR_GET_SECUREBITS"),
    (0x1c, "PR_SET_SECUREBITS"),
    (0x1d, "PR_SET_TIMERSLACK"),
    (0x1e, "PR_GET_TIMERSLACK"),
    (0x1f, "PR_TASK_PERF_EVENTS_DISABLE"),
    (0x20, "PR_TASK_PERF_EVENTS_ENABLE"),
    (0x21, "PR_MCE_KILL"),
    (0x22, "PR_MCE_KILL_GET"),
    (0x23, "PR_SET_MM"),
    (0x24, "PR_SET_CHILD_SUBREAPER"),
    (0x25, "PR_GET_CHILD_SUBREAPER"),
    (0x26, "PR_SET_NO_NEW_PRIVS"),
    (0x27, "PR_GET_NO_NEW_PRIVS"),
    (0x28, "PR_GET_TID_ADDRESS"),
    (0x29, "PR_SET_THP_DISABLE"),
    (0x2a, "PR_GET_THP_DISABLE"),
    (0x2b, "PR_MPX_ENABLE_MANAGEMENT"),
    (0x2c, "PR_MPX_DISABLE_MANAGEMENT"),
    (0x2d, "PR_SET_FP_MODE"),
    (0x2e, "PR_GET_FP_MODE"),
    (0x2f, "PR_CAP_AMBIENT"),
    (0x32, "PR_SVE_SET_VL"),
    (0x33, "PR_SVE_GET_VL"),
    (0x34, "PR_GET_SPECULATION_CTRL"),
    (0x35, "PR_SET_SPECULATION_CTRL"),
    (0x36, "PR_PAC_RESET_KEYS"),
    (0x37, "PR_SET_TAGGED_ADDR_CTRL"),
    (0x38, "PR_GET_TAGGED_ADDR_CTRL"),
    (0x39, "PR_SET_IO_FLUSHER"),
    (0x3a, "PR_GET_IO_FLUSHER"),
    (0x3b, "PR_SET_SYSCALL_USER_DISPATCH"),
    (0x3c, "PR_PAC_SET_ENABLED_KEYS"),
    (0x3d, "PR_PAC_GET_ENABLED_KEYS"),
    (0x3e, "PR_SCHED_CORE"),
    (0x3f, "PR_SME_SET_VL"),
    (0x40, "PR_SME_GET_VL"),
    (0x59616d61, "PR_SET_PTRACER"),
    (0x53564d41, "PR_SET_VMA"),
];

/// Resource limits.
pub const RLIMIT: Names = &[
    (0, "RLIMIT_CPU"),
    (1, "RLIMIT_FSIZE"),
    (2, "RLIMIT_DATA"),
    (3, "RLIMIT_STACK"),
    (4, "RLIMIT_CORE"),
    (5, "RLIMIT_RSS"),
    (6, "RLIMIT_NPROC"),
    (7, "RLIMIT_NOFILE"),
    (8, "RLIMIT_MEMLOCK"),
    (9, "RLIMIT_AS"),
    (0xa, "RLIMIT_LOCKS"),
    (0xb, "RLIMIT_SIGPENDING"),
    (0xc, "RLIMIT_MSGQUEUE"),
    (0xd, "RLIMIT_NICE"),
    (0xe, "RLIMIT_RTPRIO"),
    (0xf, "RLIMIT_RTTIME"),
];

/// Scheduling policies.
pub const SCHED: Names = &[
    (0, "SCHED_OTHER"),
    (1, "SCHED_FIFO"),
    (2, "SCHED_RR"),
    (3, "SCHED_BATCH"),
    (4, "SCHED_ISO"),
    (5, "SCHED_IDLE"),
    (6, "SCHED_DEADLINE"),
];

/// getpriority(2) targets.
pub const PRIO: Names = &[(0, "PRIO_PROCESS"), (1, "PRIO_PGRP"), (2, "PRIO_USER")];

/// ioprio_get(2) targets.
pub const IOPRIO_WHO: Names = &[(1, "IOPRIO_WHO_PROCESS"), (2, "IOPRIO_WHO_PGRP"), (3, "IOPRIO_WHO_USER")];

/// wait4(2) options.
pub const WAIT: Names = &[
    (1, "WNOHANG"),
    (4, "WEXITED"),
    (2, "WSTOPPED"),
    (8, "WCONTINUED"),
    (0x1000000, "WNOWAIT"),
    (0x80000000, "__WCLONE"),
    (0x40000000, "__WALL"),
    (0x20000000, "__WNOTHREAD"),
];

/// waitid(2) id types.
pub const IDTYPE: Names = &[(0, "P_ALL"), (1, "P_PID"), (2, "P_PGID"), (3, "P_PIDFD")];

/// kcmp(2) types.
pub const KCMP: Names = &[
    (0, "KCMP_FILE"),
    (1, "KCMP_VM"),
    (2, "KCMP_FILES"),
    (3, "KCMP_FS"),
    (4, "KCMP_SIGHAND"),
    (5, "KCMP_IO"),
    (6, "KCMP_SYSVSEM"),
    (7, "KCMP_EPOLL_TFD"),
];

/// getrusage(2) targets.
pub const RUSAGE: Names =
    &[(0xfffffffe, "RUSAGE_BOTH"), (0xffffffff, "RUSAGE_CHILDREN"), (0, "RUSAGE_SELF"), (1, "RUSAGE_THREAD")];

/// pidfd_open(2) flags.
pub const PIDFD_OPEN: Names = &[(0x800, "PIDFD_NONBLOCK")];

/// personality(2) flags.
pub const PERSONALITY_FLAGS: Names = &[
    (0x20000, "UNAME26"),
    (0x40000, "ADDR_NO_RANDOMIZE"),
    (0x80000, "FDPIC_FUNCPTRS"),
    (0x100000, "MMAP_PAGE_ZERO"),
    (0x200000, "ADDR_COMPAT_LAYOUT"),
    (0x400000, "READ_IMPLIES_EXEC"),
    (0x800000, "ADDR_LIMIT_32BIT"),
    (0x1000000, "SHORT_INODE"),
    (0x2000000, "WHOLE_SECONDS"),
    (0x4000000, "STICKY_TIMEOUTS"),
    (0x8000000, "ADDR_LIMIT_3GB"),
];

/// clone(2) flags.
pub const CLONE: Names = &[
    (0x100, "CLONE_VM"),
    (0x200, "CLONE_FS"),
    (0x400, "CLONE_FILES"),
    (0x800, "CLONE_SIGHAND"),
    (0x1000, "CLONE_PIDFD"),
    (0x2000, "CLONE_PTRACE"),
    (0x4000, "CLONE_VFORK"),
    (0x8000, "CLONE_PARENT"),
    (0x10000, "CLONE_THREAD"),
    (0x20000, "CLONE_NEWNS"),
    (0x40000, "CLONE_SYSVSEM"),
    (0x80000, "CLONE_SETTLS"),
    (0x100000, "CLONE_PARENT_SETTID"),
    (0x200000, "CLONE_CHILD_CLEARTID"),
    (0x800000, "CLONE_UNTRACED"),
    (0x1000000, "CLONE_CHILD_SETTID"),
    (0x2000000, "CLONE_NEWCGROUP"),
    (0x4000000, "CLONE_NEWUTS"),
    (0x8000000, "CLONE_NEWIPC"),
    (0x10000000, "CLONE_NEWUSER"),
    (0x20000000, "CLONE_NEWPID"),
    (0x40000000, "CLONE_NEWNET"),
    (0x80000000, "CLONE_IO"),
    (0x100000000, "CLONE_CLEAR_SIGHAND"),
    (0x200000000, "CLONE_INTO_CGROUP"),
    (0x80, "CLONE_NEWTIME"),
];

/// What unshare(2) takes.
pub const UNSHARE: Names = &[
    (0x80, "CLONE_NEWTIME"),
    (0x100, "CLONE_VM"),
    (0x200, "CLONE_FS"),
    (0x400, "CLONE_FILES"),
    (0x800, "CLONE_SIGHAND"),
    (0x10000, "CLONE_THREAD"),
    (0x20000, "CLONE_NEWNS"),
    (0x40000, "CLONE_SYSVSEM"),
    (0x2000000, "CLONE_NEWCGROUP"),
    (0x4000000, "CLONE_NEWUTS"),
    (0x8000000, "CLONE_NEWIPC"),
    (0x10000000, "CLONE_NEWUSER"),
    (0x20000000, "CLONE_NEWPID"),
    (0x40000000, "CLONE_NEWNET"),
];

/// arch_prctl(2) codes.
pub const ARCH_PRCTL: Names = &[
    (0x1001, "ARCH_SET_GS"),
    (0x1002, "ARCH_SET_FS"),
    (0x1003, "ARCH_GET_FS"),
    (0x1004, "ARCH_GET_GS"),
    (0x1011, "ARCH_GET_CPUID"),
    (0x1012, "ARCH_SET_CPUID"),
    (0x1021, "ARCH_GET_XCOMP_SUPP"),
    (0x1022, "ARCH_GET_XCOMP_PERM"),
    (0x1023, "ARCH_REQ_XCOMP_PERM"),
    (0x1024, "ARCH_GET_XCOMP_GUEST_PERM"),
    (0x1025, "ARCH_REQ_XCOMP_GUEST_PERM"),
    (0x2001, "ARCH_MAP_VDSO_X32"),
    (0x2002, "ARCH_MAP_VDSO_32"),
    (0x2003, "ARCH_MAP_VDSO_64"),
    (0x5001, "ARCH_SHSTK_ENABLE"),
    (0x5002, "ARCH_SHSTK_DISABLE"),
    (0x5003, "ARCH_SHSTK_LOCK"),
    (0x5004, "ARCH_SHSTK_UNLOCK"),
    (0x5005, "ARCH_SHSTK_STATUS"),
];

/// sched_setattr(2) flags.
pub const SCHED_FLAGS: Names = &[
    (1, "SCHED_FLAG_RESET_ON_FORK"),
    (2, "SCHED_FLAG_RECLAIM"),
    (4, "SCHED_FLAG_DL_OVERRUN"),
    (8, "SCHED_FLAG_KEEP_POLICY"),
    (0x10, "SCHED_FLAG_KEEP_PARAMS"),
    (0x20, "SCHED_FLAG_UTIL_CLAMP_MIN"),
    (0x40, "SCHED_FLAG_UTIL_CLAMP_MAX"),
];

/// I/O priority classes.
pub const IOPRIO_CLASS: Names =
    &[(0, "IOPRIO_CLASS_NONE"), (1, "IOPRIO_CLASS_RT"), (2, "IOPRIO_CLASS_BE"), (3, "IOPRIO_CLASS_IDLE")];

/// Capabilities, by number.
pub const CAPS: Names = &[
    (0, "CAP_CHOWN"),
    (1, "CAP_DAC_OVERRIDE"),
    (2, "CAP_DAC_READ_SEARCH"),
    (3, "CAP_FOWNER"),
    (4, "CAP_FSETID"),
    (5, "CAP_KILL"),
    (6, "CAP_SETGID"),
    (7, "CAP_SETUID"),
    (8, "CAP_SETPCAP"),
    (9, "CAP_LINUX_IMMUTABLE"),
    (0xa, "CAP_NET_BIND_SERVICE"),
    (0xb, "CAP_NET_BROADCAST"),
    (0xc, "CAP_NET_ADMIN"),
    (0xd, "CAP_NET_RAW"),
    (0xe, "CAP_IPC_LOCK"),
    (0xf, "CAP_IPC_OWNER"),
    (0x10, "CAP_SYS_MODULE"),
    (0x11, "CAP_SYS_RAWIO"),
    (0x12, "CAP_SYS_CHROOT"),
    (0x13, "CAP_SYS_PTRACE"),
    (0x14, "CAP_SYS_PACCT"),
    (0x15, "CAP_SYS_ADMIN"),
    (0x16, "CAP_SYS_BOOT"),
    (0x17, "CAP_SYS_NICE"),
    (0x18, "CAP_SYS_RESOURCE"),
    (0x19, "CAP_SYS_TIME"),
    (0x1a, "CAP_SYS_TTY_CONFIG"),
    (0x1b, "CAP_MKNOD"),
    (0x1c, "CAP_LEASE"),
    (0x1d, "CAP_AUDIT_WRITE"),
    (0x1e, "CAP_AUDIT_CONTROL"),
    (0x1f, "CAP_SETFCAP"),
    (0x20, "CAP_MAC_OVERRIDE"),
    (0x21, "CAP_MAC_ADMIN"),
    (0x22, "CAP_SYSLOG"),
    (0x23, "CAP_WAKE_ALARM"),
    (0x24, "CAP_BLOCK_SUSPEND"),
    (0x25, "CAP_AUDIT_READ"),
    (0x26, "CAP_PERFMON"),
    (0x27, "CAP_BPF"),
    (0x28, "CAP_CHECKPOINT_RESTORE"),
];

/// capget(2) versions.
pub const CAP_VERSION: Names = &[
    (0x19980330, "_LINUX_CAPABILITY_VERSION_1"),
    (0x20071026, "_LINUX_CAPABILITY_VERSION_2"),
    (0x20080522, "_LINUX_CAPABILITY_VERSION_3"),
];

/// PR_MCE_KILL policies.
pub const PR_MCE: Names = &[(0, "PR_MCE_KILL_CLEAR"), (1, "PR_MCE_KILL_SET")];

/// PR_MCE_KILL_SET arguments.
pub const PR_MCE_POLICY: Names = &[(0, "PR_MCE_KILL_LATE"), (1, "PR_MCE_KILL_EARLY"), (2, "PR_MCE_KILL_DEFAULT")];

/// PR_SET_TSC values.
pub const PR_TSC: Names = &[(1, "PR_TSC_ENABLE"), (2, "PR_TSC_SIGSEGV")];

/// PR_SET_MM fields.
pub const PR_SET_MM: Names = &[
    (1, "PR_SET_MM_START_CODE"),
    (2, "PR_SET_MM_END_CODE"),
    (3, "PR_SET_MM_START_DATA"),
    (4, "PR_SET_MM_END_DATA"),
    (5, "PR_SET_MM_START_STACK"),
    (6, "PR_SET_MM_START_BRK"),
    (7, "PR_SET_MM_BRK"),
    (8, "PR_SET_MM_ARG_START"),
    (9, "PR_SET_MM_ARG_END"),
    (0xa, "PR_SET_MM_ENV_START"),
    (0xb, "PR_SET_MM_ENV_END"),
    (0xc, "PR_SET_MM_AUXV"),
    (0xd, "PR_SET_MM_EXE_FILE"),
    (0xe, "PR_SET_MM_MAP"),
    (0xf, "PR_SET_MM_MAP_SIZE"),
];

/// PR_CAP_AMBIENT operations.
pub const PR_CAP_AMBIENT: Names = &[
    (1, "PR_CAP_AMBIENT_IS_SET"),
    (2, "PR_CAP_AMBIENT_RAISE"),
    (3, "PR_CAP_AMBIENT_LOWER"),
    (4, "PR_CAP_AMBIENT_CLEAR_ALL"),
];

/// Speculation features.
pub const PR_SPEC: Names = &[(0, "PR_SPEC_STORE_BYPASS"), (1, "PR_SPEC_INDIRECT_BRANCH"), (2, "PR_SPEC_L1D_FLUSH")];

/// Speculation settings.
pub const PR_SPEC_VALUE: Names = &[
    (1, "PR_SPEC_PRCTL"),
    (2, "PR_SPEC_ENABLE"),
    (4, "PR_SPEC_DISABLE"),
    (8, "PR_SPEC_FORCE_DISABLE"),
    (0x10, "PR_SPEC_DISABLE_NOEXEC"),
];

/// Secure bits.
pub const SECUREBITS: Names = &[
    (1, "SECBIT_NOROOT"),
    (2, "SECBIT_NOROOT_LOCKED"),
    (4, "SECBIT_NO_SETUID_FIXUP"),
    (8, "SECBIT_NO_SETUID_FIXUP_LOCKED"),
    (0x10, "SECBIT_KEEP_CAPS"),
    (0x20, "SECBIT_KEEP_CAPS_LOCKED"),
    (0x40, "SECBIT_NO_CAP_AMBIENT_RAISE"),
    (0x80, "SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED"),
];

/// PR_SET_DUMPABLE values.
pub const DUMPABLE: Names = &[(0, "SUID_DUMP_DISABLE"), (1, "SUID_DUMP_USER"), (2, "SUID_DUMP_ROOT")];

/// personality(2) personas.
pub const PERSONAS: Names = &[
    (0, "PER_LINUX"),
    (0x4100001, "PER_SVR4"),
    (0x5000002, "PER_SVR3"),
    (0x7000003, "PER_SCOSVR3"),
    (0x6000003, "PER_OSR5"),
    (0x5000004, "PER_WYSEV386"),
    (0x4000005, "PER_ISCR4"),
    (6, "PER_BSD"),
    (0x4000006, "PER_SUNOS"),
    (0x5000007, "PER_XENIX"),
    (8, "PER_LINUX32"),
    (0x8000008, "PER_LINUX32_3GB"),
    (0x4000009, "PER_IRIX32"),
    (0x400000a, "PER_IRIXN32"),
    (0x400000b, "PER_IRIX64"),
    (0xc, "PER_RISCOS"),
    (0x400000d, "PER_SOLARIS"),
    (0x410000e, "PER_UW7"),
    (0xf, "PER_OSF4"),
    (0x10, "PER_HPUX"),
];
