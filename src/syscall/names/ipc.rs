//! System V and POSIX IPC, keys, ptrace (linux/ipc.h, shm.h, sem.h, msg.h, keyctl.h, ptrace.h). Data only.

use crate::syscall::row::Names;

/// Flags of shmget, semget and msgget.
#[rustfmt::skip]
pub static GET_FLAGS: Names = &[
    (0x200, "IPC_CREAT"), (0x400, "IPC_EXCL"), (0x800, "IPC_NOWAIT"),
];

/// Flags of shmget.
#[rustfmt::skip]
pub static SHM_GET_FLAGS: Names = &[
    (0x200, "IPC_CREAT"), (0x400, "IPC_EXCL"), (0x800, "SHM_HUGETLB"), (0x1000, "SHM_NORESERVE"),
];

/// Flags of shmat.
#[rustfmt::skip]
pub static SHM_FLAGS: Names = &[
    (0x1000, "SHM_RDONLY"), (0x2000, "SHM_RND"), (0x4000, "SHM_REMAP"), (0x8000, "SHM_EXEC"),
];

/// Commands of shmctl.
#[rustfmt::skip]
pub static SHM_COMMANDS: Names = &[
    (0, "IPC_RMID"), (1, "IPC_SET"), (2, "IPC_STAT"), (3, "IPC_INFO"), (0xb, "SHM_LOCK"), (0xc, "SHM_UNLOCK"),
    (0xd, "SHM_STAT"), (0xe, "SHM_INFO"), (0xf, "SHM_STAT_ANY"),
];

/// Commands of semctl.
#[rustfmt::skip]
pub static SEM_COMMANDS: Names = &[
    (0, "IPC_RMID"), (1, "IPC_SET"), (2, "IPC_STAT"), (3, "IPC_INFO"), (0xb, "GETPID"), (0xc, "GETVAL"),
    (0xd, "GETALL"), (0xe, "GETNCNT"), (0xf, "GETZCNT"), (0x10, "SETVAL"), (0x11, "SETALL"), (0x12, "SEM_STAT"),
    (0x13, "SEM_INFO"), (0x14, "SEM_STAT_ANY"),
];

/// Flags of semop.
#[rustfmt::skip]
pub static SEM_FLAGS: Names = &[
    (0x1000, "SEM_UNDO"), (0x800, "IPC_NOWAIT"),
];

/// Commands of msgctl.
#[rustfmt::skip]
pub static MSG_COMMANDS: Names = &[
    (0, "IPC_RMID"), (1, "IPC_SET"), (2, "IPC_STAT"), (3, "IPC_INFO"), (0xb, "MSG_STAT"), (0xc, "MSG_INFO"),
    (0xd, "MSG_STAT_ANY"),
];

/// Flags of msgsnd and msgrcv.
#[rustfmt::skip]
pub static MSG_FLAGS: Names = &[
    (0x1000, "MSG_NOERROR"), (0x2000, "MSG_EXCEPT"), (0x4000, "MSG_COPY"), (0x800, "IPC_NOWAIT"),
];

/// Operations of keyctl.
#[rustfmt::skip]
pub static KEY_COMMANDS: Names = &[
    (0, "KEYCTL_GET_KEYRING_ID"), (1, "KEYCTL_JOIN_SESSION_KEYRING"), (2, "KEYCTL_UPDATE"), (3, "KEYCTL_REVOKE"),
    (4, "KEYCTL_CHOWN"), (5, "KEYCTL_SETPERM"), (6, "KEYCTL_DESCRIBE"), (7, "KEYCTL_CLEAR"), (8, "KEYCTL_LINK"),
    (9, "KEYCTL_UNLINK"), (0xa, "KEYCTL_SEARCH"), (0xb, "KEYCTL_READ"), (0xc, "KEYCTL_INSTANTIATE"),
    (0xd, "KEYCTL_NEGATE"), (0xe, "KEYCTL_SET_REQKEY_KEYRING"), (0xf, "KEYCTL_SET_TIMEOUT"),
    (0x10, "KEYCTL_ASSUME_AUTHORITY"), (0x11, "KEYCTL_GET_SECURITY"), (0x12, "KEYCTL_SESSION_TO_PARENT"),
    (0x13, "KEYCTL_REJECT"), (0x14, "KEYCTL_INSTANTIATE_IOV"), (0x15, "KEYCTL_INVALIDATE"),
    (0x16, "KEYCTL_GET_PERSISTENT"), (0x17, "KEYCTL_DH_COMPUTE"), (0x18, "KEYCTL_PKEY_QUERY"),
    (0x19, "KEYCTL_PKEY_ENCRYPT"), (0x1a, "KEYCTL_PKEY_DECRYPT"), (0x1b, "KEYCTL_PKEY_SIGN"),
    (0x1c, "KEYCTL_PKEY_VERIFY"), (0x1d, "KEYCTL_RESTRICT_KEYRING"), (0x1e, "KEYCTL_MOVE"),
    (0x1f, "KEYCTL_CAPABILITIES"), (0x20, "KEYCTL_WATCH_KEY"),
];

/// Keyrings with numbers of their own.
#[rustfmt::skip]
pub static KEYRINGS: Names = &[
    (0xfffffff8, "KEY_SPEC_REQUESTOR_KEYRING"), (0xfffffff9, "KEY_SPEC_REQKEY_AUTH_KEY"),
    (0xfffffffa, "KEY_SPEC_GROUP_KEYRING"), (0xfffffffb, "KEY_SPEC_USER_SESSION_KEYRING"),
    (0xfffffffc, "KEY_SPEC_USER_KEYRING"), (0xfffffffd, "KEY_SPEC_SESSION_KEYRING"),
    (0xfffffffe, "KEY_SPEC_PROCESS_KEYRING"), (0xffffffff, "KEY_SPEC_THREAD_KEYRING"),
];

/// Default keyrings of request_key.
#[rustfmt::skip]
pub static KEY_REQUEST: Names = &[
    (0, "KEY_REQKEY_DEFL_DEFAULT"), (1, "KEY_REQKEY_DEFL_THREAD_KEYRING"), (2, "KEY_REQKEY_DEFL_PROCESS_KEYRING"),
    (3, "KEY_REQKEY_DEFL_SESSION_KEYRING"), (4, "KEY_REQKEY_DEFL_USER_KEYRING"),
    (5, "KEY_REQKEY_DEFL_USER_SESSION_KEYRING"), (6, "KEY_REQKEY_DEFL_GROUP_KEYRING"),
    (7, "KEY_REQKEY_DEFL_REQUESTOR_KEYRING"), (0xffffffff, "KEY_REQKEY_DEFL_NO_CHANGE"),
];

/// Requests of ptrace.
#[rustfmt::skip]
pub static PTRACE_REQUESTS: Names = &[
    (0, "PTRACE_TRACEME"), (1, "PTRACE_PEEKTEXT"), (2, "PTRACE_PEEKDATA"), (3, "PTRACE_PEEKUSER"),
    (4, "PTRACE_POKETEXT"), (5, "PTRACE_POKEDATA"), (6, "PTRACE_POKEUSER"), (7, "PTRACE_CONT"), (8, "PTRACE_KILL"),
    (9, "PTRACE_SINGLESTEP"), (0xc, "PTRACE_GETREGS"), (0xd, "PTRACE_SETREGS"), (0xe, "PTRACE_GETFPREGS"),
    (0xf, "PTRACE_SETFPREGS"), (0x10, "PTRACE_ATTACH"), (0x11, "PTRACE_DETACH"), (0x12, "PTRACE_GETFPXREGS"),
    (0x13, "PTRACE_SETFPXREGS"), (0x18, "PTRACE_SYSCALL"), (0x19, "PTRACE_GET_THREAD_AREA"),
    (0x1a, "PTRACE_SET_THREAD_AREA"), (0x1e, "PTRACE_ARCH_PRCTL"), (0x1f, "PTRACE_SYSEMU"),
    (0x20, "PTRACE_SYSEMU_SINGLESTEP"), (0x21, "PTRACE_SINGLEBLOCK"), (0x4200, "PTRACE_SETOPTIONS"),
    (0x4201, "PTRACE_GETEVENTMSG"), (0x4202, "PTRACE_GETSIGINFO"), (0x4203, "PTRACE_SETSIGINFO"),
    (0x4204, "PTRACE_GETREGSET"), (0x4205, "PTRACE_SETREGSET"), (0x4206, "PTRACE_SEIZE"),
    (0x4207, "PTRACE_INTERRUPT"), (0x4208, "PTRACE_LISTEN"), (0x4209, "PTRACE_PEEKSIGINFO"),
    (0x420a, "PTRACE_GETSIGMASK"), (0x420b, "PTRACE_SETSIGMASK"), (0x420c, "PTRACE_SECCOMP_GET_FILTER"),
    (0x420d, "PTRACE_SECCOMP_GET_METADATA"), (0x420e, "PTRACE_GET_SYSCALL_INFO"),
    (0x420f, "PTRACE_GET_RSEQ_CONFIGURATION"),
];

/// Options of ptrace.
#[rustfmt::skip]
pub static PTRACE_OPTIONS: Names = &[
    (1, "PTRACE_O_TRACESYSGOOD"), (2, "PTRACE_O_TRACEFORK"), (4, "PTRACE_O_TRACEVFORK"), (8, "PTRACE_O_TRACECLONE"),
    (0x10, "PTRACE_O_TRACEEXEC"), (0x20, "PTRACE_O_TRACEVFORKDONE"), (0x40, "PTRACE_O_TRACEEXIT"),
    (0x80, "PTRACE_O_TRACESECCOMP"), (0x100000, "PTRACE_O_EXITKILL"), (0x200000, "PTRACE_O_SUSPEND_SECCOMP"),
];

/// Register sets of PTRACE_GETREGSET.
#[rustfmt::skip]
pub static NOTES: Names = &[
    (1, "NT_PRSTATUS"), (2, "NT_PRFPREG"), (3, "NT_PRPSINFO"), (4, "NT_TASKSTRUCT"), (6, "NT_AUXV"),
    (0x200, "NT_386_TLS"), (0x201, "NT_386_IOPERM"), (0x202, "NT_X86_XSTATE"), (0x46494c45, "NT_FILE"),
    (0x46e62b7f, "NT_PRXFPREG"), (0x53494749, "NT_SIGINFO"),
];

/// Flags of mq_open.
#[rustfmt::skip]
pub static MQ_OPEN_FLAGS: Names = &[
    (0x40, "O_CREAT"), (0x80, "O_EXCL"), (0x800, "O_NONBLOCK"), (0x80000, "O_CLOEXEC"),
];

/// Commands of membarrier.
#[rustfmt::skip]
pub static MEMBARRIER: Names = &[
    (0, "MEMBARRIER_CMD_QUERY"), (1, "MEMBARRIER_CMD_GLOBAL"), (2, "MEMBARRIER_CMD_GLOBAL_EXPEDITED"),
    (4, "MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED"), (8, "MEMBARRIER_CMD_PRIVATE_EXPEDITED"),
    (0x10, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED"), (0x20, "MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE"),
    (0x40, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE"), (0x80, "MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ"),
    (0x100, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ"),
];

/// Features of userfaultfd.
#[rustfmt::skip]
pub static USERFAULTFD_FEATURES: Names = &[
    (1, "UFFD_FEATURE_PAGEFAULT_FLAG_WP"), (2, "UFFD_FEATURE_EVENT_FORK"), (4, "UFFD_FEATURE_EVENT_REMAP"),
    (8, "UFFD_FEATURE_EVENT_REMOVE"), (0x10, "UFFD_FEATURE_MISSING_HUGETLBFS"), (0x20, "UFFD_FEATURE_MISSING_SHMEM"),
    (0x40, "UFFD_FEATURE_EVENT_UNMAP"), (0x80, "UFFD_FEATURE_SIGBUS"), (0x100, "UFFD_FEATURE_THREAD_ID"),
    (0x200, "UFFD_FEATURE_MINOR_HUGETLBFS"), (0x400, "UFFD_FEATURE_MINOR_SHMEM"),
    (0x800, "UFFD_FEATURE_EXACT_ADDRESS"), (0x1000, "UFFD_FEATURE_WP_HUGETLBFS_SHMEM"),
];
