//! The whole machine: values by name (the kernel's uapi headers).

use crate::syscall::row::Names;

/// reboot(2) first magic numbers.
pub const REBOOT_MAGIC1: Names = &[(0xfee1dead, "LINUX_REBOOT_MAGIC1")];

/// reboot(2) second magic numbers.
pub const REBOOT_MAGIC2: Names = &[
    (0x28121969, "LINUX_REBOOT_MAGIC2"),
    (0x5121996, "LINUX_REBOOT_MAGIC2A"),
    (0x16041998, "LINUX_REBOOT_MAGIC2B"),
    (0x20112000, "LINUX_REBOOT_MAGIC2C"),
];

/// reboot(2) commands.
pub const REBOOT: Names = &[
    (0x1234567, "LINUX_REBOOT_CMD_RESTART"),
    (0xcdef0123, "LINUX_REBOOT_CMD_HALT"),
    (0x89abcdef, "LINUX_REBOOT_CMD_CAD_ON"),
    (0, "LINUX_REBOOT_CMD_CAD_OFF"),
    (0x4321fedc, "LINUX_REBOOT_CMD_POWER_OFF"),
    (0xa1b2c3d4, "LINUX_REBOOT_CMD_RESTART2"),
    (0xd000fce2, "LINUX_REBOOT_CMD_SW_SUSPEND"),
    (0x45584543, "LINUX_REBOOT_CMD_KEXEC"),
];

/// swapon(2) flags.
pub const SWAPON: Names = &[
    (0x8000, "SWAP_FLAG_PREFER"),
    (0x10000, "SWAP_FLAG_DISCARD"),
    (0x20000, "SWAP_FLAG_DISCARD_ONCE"),
    (0x40000, "SWAP_FLAG_DISCARD_PAGES"),
];

/// finit_module(2) flags.
pub const FINIT_MODULE: Names =
    &[(1, "MODULE_INIT_IGNORE_MODVERSIONS"), (2, "MODULE_INIT_IGNORE_VERMAGIC"), (4, "MODULE_INIT_COMPRESSED_FILE")];

/// delete_module(2) flags.
pub const DELETE_MODULE: Names = &[(0x800, "O_NONBLOCK"), (0x200, "O_TRUNC")];

/// kexec_load(2) flags.
pub const KEXEC: Names = &[(1, "KEXEC_ON_CRASH"), (2, "KEXEC_PRESERVE_CONTEXT")];

/// kexec_load(2) architectures.
pub const KEXEC_ARCH: Names = &[
    (0, "KEXEC_ARCH_DEFAULT"),
    (0x30000, "KEXEC_ARCH_386"),
    (0x40000, "KEXEC_ARCH_68K"),
    (0x80000, "KEXEC_ARCH_MIPS"),
    (0xa0000, "KEXEC_ARCH_MIPS_LE"),
    (0xf0000, "KEXEC_ARCH_PARISC"),
    (0x140000, "KEXEC_ARCH_PPC"),
    (0x150000, "KEXEC_ARCH_PPC64"),
    (0x160000, "KEXEC_ARCH_S390"),
    (0x280000, "KEXEC_ARCH_ARM"),
    (0x2a0000, "KEXEC_ARCH_SH"),
    (0x320000, "KEXEC_ARCH_IA_64"),
    (0x3e0000, "KEXEC_ARCH_X86_64"),
    (0xb70000, "KEXEC_ARCH_AARCH64"),
    (0xf30000, "KEXEC_ARCH_RISCV"),
    (0x1020000, "KEXEC_ARCH_LOONGARCH"),
];

/// kexec_file_load(2) flags.
pub const KEXEC_FILE: Names = &[(1, "KEXEC_FILE_UNLOAD"), (2, "KEXEC_FILE_ON_CRASH"), (4, "KEXEC_FILE_NO_INITRAMFS")];

/// quotactl(2) commands.
pub const QUOTA: Names = &[
    (0x800001, "Q_SYNC"),
    (0x800002, "Q_QUOTAON"),
    (0x800003, "Q_QUOTAOFF"),
    (0x800004, "Q_GETFMT"),
    (0x800005, "Q_GETINFO"),
    (0x800006, "Q_SETINFO"),
    (0x800007, "Q_GETQUOTA"),
    (0x800008, "Q_SETQUOTA"),
    (0x800009, "Q_GETNEXTQUOTA"),
    (0x5801, "Q_XQUOTAON"),
    (0x5802, "Q_XQUOTAOFF"),
    (0x5803, "Q_XGETQUOTA"),
    (0x5804, "Q_XSETQLIM"),
    (0x5805, "Q_XGETQSTAT"),
    (0x5806, "Q_XQUOTARM"),
    (0x5807, "Q_XQUOTASYNC"),
    (0x5808, "Q_XGETQSTATV"),
    (0x5809, "Q_XGETNEXTQUOTA"),
    (0x100, "Q_V1_QUOTAON"),
    (0x200, "Q_V1_QUOTAOFF"),
    (0x300, "Q_V1_GETQUOTA"),
    (0x400, "Q_V1_SETQUOTA"),
    (0x500, "Q_V1_SETUSE"),
    (0x600, "Q_V1_SYNC"),
];

/// syslog(2) actions.
pub const SYSLOG: Names = &[
    (0, "SYSLOG_ACTION_CLOSE"),
    (1, "SYSLOG_ACTION_OPEN"),
    (2, "SYSLOG_ACTION_READ"),
    (3, "SYSLOG_ACTION_READ_ALL"),
    (4, "SYSLOG_ACTION_READ_CLEAR"),
    (5, "SYSLOG_ACTION_CLEAR"),
    (6, "SYSLOG_ACTION_CONSOLE_OFF"),
    (7, "SYSLOG_ACTION_CONSOLE_ON"),
    (8, "SYSLOG_ACTION_CONSOLE_LEVEL"),
    (9, "SYSLOG_ACTION_SIZE_UNREAD"),
    (0xa, "SYSLOG_ACTION_SIZE_BUFFER"),
];

/// Whose quota.
pub const QUOTA_TYPE: Names = &[(0, "USRQUOTA"), (1, "GRPQUOTA"), (2, "PRJQUOTA")];

/// Quota formats.
pub const QUOTA_FORMAT: Names = &[(1, "QFMT_VFS_OLD"), (2, "QFMT_VFS_V0"), (3, "QFMT_OCFS2"), (4, "QFMT_VFS_V1")];
