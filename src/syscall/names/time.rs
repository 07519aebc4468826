//! Clocks and timers: values by name (the kernel's uapi headers).

use crate::syscall::row::Names;

/// Clocks.
pub const CLOCKS: Names = &[
    (0, "CLOCK_REALTIME"),
    (1, "CLOCK_MONOTONIC"),
    (2, "CLOCK_PROCESS_CPUTIME_ID"),
    (3, "CLOCK_THREAD_CPUTIME_ID"),
    (4, "CLOCK_MONOTONIC_RAW"),
    (5, "CLOCK_REALTIME_COARSE"),
    (6, "CLOCK_MONOTONIC_COARSE"),
    (7, "CLOCK_BOOTTIME"),
    (8, "CLOCK_REALTIME_ALARM"),
    (9, "CLOCK_BOOTTIME_ALARM"),
    (0xa, "CLOCK_SGI_CYCLE"),
    (0xb, "CLOCK_TAI"),
];

/// Interval timers.
pub const ITIMER: Names = &[(0, "ITIMER_REAL"), (1, "ITIMER_VIRTUAL"), (2, "ITIMER_PROF")];

/// timer_settime(2) flags.
pub const TIMER_FLAGS: Names = &[(1, "TIMER_ABSTIME")];

/// adjtimex(2) modes.
pub const ADJ: Names = &[
    (0x8001, "ADJ_OFFSET_SINGLESHOT"),
    (0xa001, "ADJ_OFFSET_SS_READ"),
    (1, "ADJ_OFFSET"),
    (2, "ADJ_FREQUENCY"),
    (4, "ADJ_MAXERROR"),
    (8, "ADJ_ESTERROR"),
    (0x10, "ADJ_STATUS"),
    (0x20, "ADJ_TIMECONST"),
    (0x80, "ADJ_TAI"),
    (0x100, "ADJ_SETOFFSET"),
    (0x1000, "ADJ_MICRO"),
    (0x2000, "ADJ_NANO"),
    (0x4000, "ADJ_TICK"),
];

/// adjtimex(2) status.
pub const STA: Names = &[
    (1, "STA_PLL"),
    (2, "STA_PPSFREQ"),
    (4, "STA_PPSTIME"),
    (8, "STA_FLL"),
    (0x10, "STA_INS"),
    (0x20, "STA_DEL"),
    (0x40, "STA_UNSYNC"),
    (0x80, "STA_FREQHOLD"),
    (0x100, "STA_PPSSIGNAL"),
    (0x200, "STA_PPSJITTER"),
    (0x400, "STA_PPSWANDER"),
    (0x800, "STA_PPSERROR"),
    (0x1000, "STA_CLOCKERR"),
    (0x2000, "STA_NANO"),
    (0x4000, "STA_MODE"),
    (0x8000, "STA_CLK"),
];

/// Clock states.
pub const TIME_STATE: Names =
    &[(0, "TIME_OK"), (1, "TIME_INS"), (2, "TIME_DEL"), (3, "TIME_OOP"), (4, "TIME_WAIT"), (5, "TIME_ERROR")];
