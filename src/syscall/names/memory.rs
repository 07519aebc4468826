//! Memory: values by name (the kernel's uapi headers).

use crate::syscall::row::Names;

/// mmap(2) protection.
pub const PROT: Names = &[
    (0, "PROT_NONE"),
    (1, "PROT_READ"),
    (2, "PROT_WRITE"),
    (4, "PROT_EXEC"),
    (8, "PROT_SEM"),
    (0x1000000, "PROT_GROWSDOWN"),
    (0x2000000, "PROT_GROWSUP"),
];

/// madvise(2) advice.
pub const MADVISE: Names = &[
    (0, "MADV_NORMAL"),
    (1, "MADV_RANDOM"),
    (2, "MADV_SEQUENTIAL"),
    (3, "MADV_WILLNEED"),
    (4, "MADV_DONTNEED"),
    (8, "MADV_FREE"),
    (9, "MADV_REMOVE"),
    (0xa, "MADV_DONTFORK"),
    (0xb, "MADV_DOFORK"),
    (0xc, "MADV_MERGEABLE"),
    (0xd, "MADV_UNMERGEABLE"),
    (0xe, "MADV_HUGEPAGE"),
    (0xf, "MADV_NOHUGEPAGE"),
    (0x10, "MADV_DONTDUMP"),
    (0x11, "MADV_DODUMP"),
    (0x12, "MADV_WIPEONFORK"),
    (0x13, "MADV_KEEPONFORK"),
    (0x14, "MADV_COLD"),
    (0x15, "MADV_PAGEOUT"),
    (0x16, "MADV_POPULATE_READ"),
    (0x17, "MADV_POPULATE_WRITE"),
    (0x18, "MADV_DONTNEED_LOCKED"),
    (0x19, "MADV_COLLAPSE"),
    (0x64, "MADV_HWPOISON"),
    (0x65, "MADV_SOFT_OFFLINE"),
];

/// msync(2) flags.
pub const MSYNC: Names = &[(4, "MS_SYNC"), (1, "MS_ASYNC"), (2, "MS_INVALIDATE")];

/// mlock2(2) flags.
pub const MLOCK2: Names = &[(1, "MLOCK_ONFAULT")];

/// mremap(2) flags.
pub const MREMAP: Names = &[(1, "MREMAP_MAYMOVE"), (2, "MREMAP_FIXED"), (4, "MREMAP_DONTUNMAP")];

/// mmap(2) flags beside the sharing type.
pub const MMAP: Names = &[
    (0x10, "MAP_FIXED"),
    (0x20, "MAP_ANONYMOUS"),
    (0x40, "MAP_32BIT"),
    (0x4000, "MAP_NORESERVE"),
    (0x8000, "MAP_POPULATE"),
    (0x10000, "MAP_NONBLOCK"),
    (0x100, "MAP_GROWSDOWN"),
    (0x800, "MAP_DENYWRITE"),
    (0x1000, "MAP_EXECUTABLE"),
    (0x2000, "MAP_LOCKED"),
    (0x20000, "MAP_STACK"),
    (0x40000, "MAP_HUGETLB"),
    (0x80000, "MAP_SYNC"),
    (0x100000, "MAP_FIXED_NOREPLACE"),
];

/// NUMA policies.
pub const MPOL: Names = &[
    (0, "MPOL_DEFAULT"),
    (1, "MPOL_PREFERRED"),
    (2, "MPOL_BIND"),
    (3, "MPOL_INTERLEAVE"),
    (4, "MPOL_LOCAL"),
    (5, "MPOL_PREFERRED_MANY"),
];

/// mbind(2) flags.
pub const MBIND: Names = &[(1, "MPOL_MF_STRICT"), (2, "MPOL_MF_MOVE"), (4, "MPOL_MF_MOVE_ALL")];

/// NUMA mode flags.
pub const MPOL_MODE: Names =
    &[(0x8000, "MPOL_F_STATIC_NODES"), (0x4000, "MPOL_F_RELATIVE_NODES"), (0x2000, "MPOL_F_NUMA_BALANCING")];

/// get_mempolicy(2) flags.
pub const GET_MEMPOLICY: Names = &[(1, "MPOL_F_NODE"), (2, "MPOL_F_ADDR"), (4, "MPOL_F_MEMS_ALLOWED")];

/// move_pages(2) flags.
pub const MOVE_PAGES: Names = &[(2, "MPOL_MF_MOVE"), (4, "MPOL_MF_MOVE_ALL")];

/// pkey_alloc(2) rights.
pub const PKEY_RIGHTS: Names = &[(1, "PKEY_DISABLE_ACCESS"), (2, "PKEY_DISABLE_WRITE"), (4, "PKEY_DISABLE_EXECUTE")];

/// membarrier(2) commands.
pub const MEMBARRIER: Names = &[
    (0, "MEMBARRIER_CMD_QUERY"),
    (1, "MEMBARRIER_CMD_GLOBAL"),
    (2, "MEMBARRIER_CMD_GLOBAL_EXPEDITED"),
    (4, "MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED"),
    (8, "MEMBARRIER_CMD_PRIVATE_EXPEDITED"),
    (0x10, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED"),
    (0x20, "MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE"),
    (0x40, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE"),
    (0x80, "MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ"),
    (0x100, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ"),
];

/// membarrier(2) flags.
pub const MEMBARRIER_FLAGS: Names = &[(1, "MEMBARRIER_CMD_FLAG_CPU")];

/// mlockall(2) flags.
pub const MCL: Names = &[(1, "MCL_CURRENT"), (2, "MCL_FUTURE"), (4, "MCL_ONFAULT")];

/// mmap(2) sharing types.
pub const MAP_TYPE: Names = &[(1, "MAP_SHARED"), (2, "MAP_PRIVATE"), (3, "MAP_SHARED_VALIDATE")];
