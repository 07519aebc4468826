//! Descriptors: values by name (the kernel's uapi headers).

use crate::syscall::row::Names;

/// fcntl(2) commands.
pub const FCNTL: Names = &[
    (0, "F_DUPFD"),
    (1, "F_GETFD"),
    (2, "F_SETFD"),
    (3, "F_GETFL"),
    (4, "F_SETFL"),
    (5, "F_GETLK"),
    (6, "F_SETLK"),
    (7, "F_SETLKW"),
    (8, "F_SETOWN"),
    (9, "F_GETOWN"),
    (0xa, "F_SETSIG"),
    (0xb, "F_GETSIG"),
    (0xc, "F_GETLK64"),
    (0xd, "F_SETLK64"),
    (0xe, "F_SETLKW64"),
    (0xf, "F_SETOWN_EX"),
    (0x10, "F_GETOWN_EX"),
    (0x11, "F_GETOWNER_UIDS"),
    (0x24, "F_OFD_GETLK"),
    (0x25, "F_OFD_SETLK"),
    (0x26, "F_OFD_SETLKW"),
    (0x400, "F_SETLEASE"),
    (0x401, "F_GETLEASE"),
    (0x402, "F_NOTIFY"),
    (0x405, "F_CANCELLK"),
    (0x406, "F_DUPFD_CLOEXEC"),
    (0x407, "F_SETPIPE_SZ"),
    (0x408, "F_GETPIPE_SZ"),
    (0x409, "F_ADD_SEALS"),
    (0x40a, "F_GET_SEALS"),
];

/// F_SETFD flags.
pub const FD_FLAGS: Names = &[(1, "FD_CLOEXEC")];

/// F_ADD_SEALS flags.
pub const SEALS: Names =
    &[(1, "F_SEAL_SEAL"), (2, "F_SEAL_SHRINK"), (4, "F_SEAL_GROW"), (8, "F_SEAL_WRITE"), (0x10, "F_SEAL_FUTURE_WRITE")];

/// F_NOTIFY flags.
pub const NOTIFY: Names = &[
    (1, "DN_ACCESS"),
    (2, "DN_MODIFY"),
    (4, "DN_CREATE"),
    (8, "DN_DELETE"),
    (0x10, "DN_RENAME"),
    (0x20, "DN_ATTRIB"),
    (0x80000000, "DN_MULTISHOT"),
];

/// Lock types.
pub const LEASE: Names = &[(0, "F_RDLCK"), (1, "F_WRLCK"), (2, "F_UNLCK"), (4, "F_EXLCK"), (8, "F_SHLCK")];

/// flock(2) operations.
pub const FLOCK: Names = &[
    (1, "LOCK_SH"),
    (2, "LOCK_EX"),
    (4, "LOCK_NB"),
    (8, "LOCK_UN"),
    (0x20, "LOCK_MAND"),
    (0xc0, "LOCK_RW"),
    (0x40, "LOCK_READ"),
    (0x80, "LOCK_WRITE"),
];

/// fallocate(2) modes.
pub const FALLOCATE: Names = &[
    (1, "FALLOC_FL_KEEP_SIZE"),
    (2, "FALLOC_FL_PUNCH_HOLE"),
    (4, "FALLOC_FL_NO_HIDE_STALE"),
    (8, "FALLOC_FL_COLLAPSE_RANGE"),
    (0x10, "FALLOC_FL_ZERO_RANGE"),
    (0x20, "FALLOC_FL_INSERT_RANGE"),
    (0x40, "FALLOC_FL_UNSHARE_RANGE"),
];

/// posix_fadvise(2) advice.
pub const FADVISE: Names = &[
    (0, "POSIX_FADV_NORMAL"),
    (1, "POSIX_FADV_RANDOM"),
    (2, "POSIX_FADV_SEQUENTIAL"),
    (3, "POSIX_FADV_WILLNEED"),
    (4, "POSIX_FADV_DONTNEED"),
    (5, "POSIX_FADV_NOREUSE"),
];

/// sync_file_range(2) flags.
pub const SYNC_RANGE: Names =
    &[(1, "SYNC_FILE_RANGE_WAIT_BEFORE"), (2, "SYNC_FILE_RANGE_WRITE"), (4, "SYNC_FILE_RANGE_WAIT_AFTER")];

/// lseek(2) whences.
pub const WHENCE: Names = &[(0, "SEEK_SET"), (1, "SEEK_CUR"), (2, "SEEK_END"), (3, "SEEK_DATA"), (4, "SEEK_HOLE")];

/// splice(2) flags.
pub const SPLICE: Names = &[(1, "SPLICE_F_MOVE"), (2, "SPLICE_F_NONBLOCK"), (4, "SPLICE_F_MORE"), (8, "SPLICE_F_GIFT")];

/// eventfd2(2) flags.
pub const EVENTFD: Names = &[(1, "EFD_SEMAPHORE"), (0x80000, "EFD_CLOEXEC"), (0x800, "EFD_NONBLOCK")];

/// epoll_create1(2) flags.
pub const EPOLL_CREATE: Names = &[(0x80000, "EPOLL_CLOEXEC")];

/// epoll_ctl(2) operations.
pub const EPOLL_CTL: Names = &[(1, "EPOLL_CTL_ADD"), (2, "EPOLL_CTL_DEL"), (3, "EPOLL_CTL_MOD")];

/// inotify_init1(2) flags.
pub const INOTIFY_INIT: Names = &[(0x800, "IN_NONBLOCK"), (0x80000, "IN_CLOEXEC")];

/// inotify_add_watch(2) mask.
pub const INOTIFY: Names = &[
    (1, "IN_ACCESS"),
    (2, "IN_MODIFY"),
    (4, "IN_ATTRIB"),
    (8, "IN_CLOSE_WRITE"),
    (0x10, "IN_CLOSE_NOWRITE"),
    (0x20, "IN_OPEN"),
    (0x40, "IN_MOVED_FROM"),
    (0x80, "IN_MOVED_TO"),
    (0x100, "IN_CREATE"),
    (0x200, "IN_DELETE"),
    (0x400, "IN_DELETE_SELF"),
    (0x800, "IN_MOVE_SELF"),
    (0x2000, "IN_UNMOUNT"),
    (0x4000, "IN_Q_OVERFLOW"),
    (0x8000, "IN_IGNORED"),
    (0x1000000, "IN_ONLYDIR"),
    (0x2000000, "IN_DONT_FOLLOW"),
    (0x4000000, "IN_EXCL_UNLINK"),
    (0x10000000, "IN_MASK_CREATE"),
    (0x20000000, "IN_MASK_ADD"),
    (0x40000000, "IN_ISDIR"),
    (0x80000000, "IN_ONESHOT"),
];

/// fanotify_init(2) flags.
pub const FANOTIFY_INIT: Names = &[
    (1, "FAN_CLOEXEC"),
    (2, "FAN_NONBLOCK"),
    (0x10, "FAN_UNLIMITED_QUEUE"),
    (0x20, "FAN_UNLIMITED_MARKS"),
    (0x40, "FAN_ENABLE_AUDIT"),
    (0x80, "FAN_REPORT_PIDFD"),
    (0x100, "FAN_REPORT_TID"),
    (0x200, "FAN_REPORT_FID"),
    (0x400, "FAN_REPORT_DIR_FID"),
    (0x800, "FAN_REPORT_NAME"),
    (0x1000, "FAN_REPORT_TARGET_FID"),
];

/// fanotify_mark(2) flags.
pub const FANOTIFY_MARK: Names = &[
    (1, "FAN_MARK_ADD"),
    (2, "FAN_MARK_REMOVE"),
    (4, "FAN_MARK_DONT_FOLLOW"),
    (8, "FAN_MARK_ONLYDIR"),
    (0x10, "FAN_MARK_MOUNT"),
    (0x20, "FAN_MARK_IGNORED_MASK"),
    (0x40, "FAN_MARK_IGNORED_SURV_MODIFY"),
    (0x80, "FAN_MARK_FLUSH"),
    (0x100, "FAN_MARK_FILESYSTEM"),
    (0x200, "FAN_MARK_EVICTABLE"),
    (0x400, "FAN_MARK_IGNORE"),
];

/// fanotify_mark(2) mask.
pub const FANOTIFY_EVENTS: Names = &[
    (1, "FAN_ACCESS"),
    (2, "FAN_MODIFY"),
    (4, "FAN_ATTRIB"),
    (8, "FAN_CLOSE_WRITE"),
    (0x10, "FAN_CLOSE_NOWRITE"),
    (0x20, "FAN_OPEN"),
    (0x40, "FAN_MOVED_FROM"),
    (0x80, "FAN_MOVED_TO"),
    (0x100, "FAN_CREATE"),
    (0x200, "FAN_DELETE"),
    (0x400, "FAN_DELETE_SELF"),
    (0x800, "FAN_MOVE_SELF"),
    (0x1000, "FAN_OPEN_EXEC"),
    (0x4000, "FAN_Q_OVERFLOW"),
    (0x8000, "FAN_FS_ERROR"),
    (0x10000, "FAN_OPEN_PERM"),
    (0x20000, "FAN_ACCESS_PERM"),
    (0x40000, "FAN_OPEN_EXEC_PERM"),
    (0x80000, "FAN_DIR_MODIFY"),
    (0x40000000, "FAN_ONDIR"),
    (0x8000000, "FAN_EVENT_ON_CHILD"),
    (0x10000000, "FAN_RENAME"),
];

/// timerfd_create(2) flags.
pub const TIMERFD_CREATE: Names =
    &[(1, "TFD_TIMER_ABSTIME"), (2, "TFD_TIMER_CANCEL_ON_SET"), (0x80000, "TFD_CLOEXEC"), (0x800, "TFD_NONBLOCK")];

/// signalfd4(2) flags.
pub const SIGNALFD: Names = &[(0x80000, "SFD_CLOEXEC"), (0x800, "SFD_NONBLOCK")];

/// close_range(2) flags.
pub const CLOSE_RANGE: Names = &[(2, "CLOSE_RANGE_UNSHARE"), (4, "CLOSE_RANGE_CLOEXEC")];

/// preadv2(2) flags.
pub const RWF: Names = &[(1, "RWF_HIPRI"), (2, "RWF_DSYNC"), (4, "RWF_SYNC"), (8, "RWF_NOWAIT"), (0x10, "RWF_APPEND")];

/// memfd_create(2) flags.
pub const MEMFD: Names = &[(1, "MFD_CLOEXEC"), (2, "MFD_ALLOW_SEALING"), (4, "MFD_HUGETLB")];

/// getrandom(2) flags.
pub const GETRANDOM: Names = &[(1, "GRND_NONBLOCK"), (2, "GRND_RANDOM"), (4, "GRND_INSECURE")];

/// Epoll events.
pub const EPOLL_EVENTS: Names = &[
    (1, "EPOLLIN"),
    (2, "EPOLLPRI"),
    (4, "EPOLLOUT"),
    (8, "EPOLLERR"),
    (0x10, "EPOLLHUP"),
    (0x20, "EPOLLNVAL"),
    (0x40, "EPOLLRDNORM"),
    (0x80, "EPOLLRDBAND"),
    (0x100, "EPOLLWRNORM"),
    (0x200, "EPOLLWRBAND"),
    (0x400, "EPOLLMSG"),
    (0x2000, "EPOLLRDHUP"),
    (0x10000000, "EPOLLEXCLUSIVE"),
    (0x20000000, "EPOLLWAKEUP"),
    (0x40000000, "EPOLLONESHOT"),
    (0x80000000, "EPOLLET"),
];

/// poll(2) events.
pub const POLL_EVENTS: Names = &[
    (1, "POLLIN"),
    (2, "POLLPRI"),
    (4, "POLLOUT"),
    (8, "POLLERR"),
    (0x10, "POLLHUP"),
    (0x20, "POLLNVAL"),
    (0x40, "POLLRDNORM"),
    (0x80, "POLLRDBAND"),
    (0x100, "POLLWRNORM"),
    (0x200, "POLLWRBAND"),
    (0x400, "POLLMSG"),
    (0x1000, "POLLREMOVE"),
    (0x2000, "POLLRDHUP"),
    (0x8000, "POLL_BUSY_LOOP"),
];

/// Owner types of F_SETOWN_EX.
pub const OWNER: Names = &[(0, "F_OWNER_TID"), (1, "F_OWNER_PID"), (2, "F_OWNER_PGRP")];

/// Write life time hints.
pub const RW_HINT: Names = &[
    (0, "RWH_WRITE_LIFE_NOT_SET"),
    (1, "RWH_WRITE_LIFE_NONE"),
    (2, "RWH_WRITE_LIFE_SHORT"),
    (3, "RWH_WRITE_LIFE_MEDIUM"),
    (4, "RWH_WRITE_LIFE_LONG"),
    (5, "RWH_WRITE_LIFE_EXTREME"),
];
