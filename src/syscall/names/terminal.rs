//! Terminals (asm/termbits.h, termios.h). Data only.

use crate::syscall::row::Names;

/// Input modes.
#[rustfmt::skip]
pub static IFLAGS: Names = &[
    (1, "IGNBRK"), (2, "BRKINT"), (4, "IGNPAR"), (8, "PARMRK"), (0x10, "INPCK"), (0x20, "ISTRIP"), (0x40, "INLCR"),
    (0x80, "IGNCR"), (0x100, "ICRNL"), (0x200, "IUCLC"), (0x400, "IXON"), (0x800, "IXANY"), (0x1000, "IXOFF"),
    (0x2000, "IMAXBEL"), (0x4000, "IUTF8"),
];

/// Output modes.
#[rustfmt::skip]
pub static OFLAGS: Names = &[
    (1, "OPOST"), (2, "OLCUC"), (4, "ONLCR"), (8, "OCRNL"), (0x10, "ONOCR"), (0x20, "ONLRET"), (0x40, "OFILL"),
    (0x80, "OFDEL"),
];

/// Local modes.
#[rustfmt::skip]
pub static LFLAGS: Names = &[
    (1, "ISIG"), (2, "ICANON"), (4, "XCASE"), (8, "ECHO"), (0x10, "ECHOE"), (0x20, "ECHOK"), (0x40, "ECHONL"),
    (0x80, "NOFLSH"), (0x100, "TOSTOP"), (0x8000, "IEXTEN"), (0x200, "ECHOCTL"), (0x400, "ECHOPRT"),
    (0x800, "ECHOKE"), (0x1000, "FLUSHO"), (0x4000, "PENDIN"), (0x10000, "EXTPROC"),
];

/// Speeds.
#[rustfmt::skip]
pub static SPEEDS: Names = &[
    (0, "B0"), (1, "B50"), (2, "B75"), (3, "B110"), (4, "B134"), (5, "B150"), (6, "B200"), (7, "B300"), (8, "B600"),
    (9, "B1200"), (0xa, "B1800"), (0xb, "B2400"), (0xc, "B4800"), (0xd, "B9600"), (0xe, "B19200"), (0xf, "B38400"),
    (0x1000, "BOTHER"), (0x1001, "B57600"), (0x1002, "B115200"), (0x1003, "B230400"), (0x1004, "B460800"),
    (0x1005, "B500000"), (0x1006, "B576000"), (0x1007, "B921600"), (0x1008, "B1000000"), (0x1009, "B1152000"),
    (0x100a, "B1500000"), (0x100b, "B2000000"), (0x100c, "B2500000"), (0x100d, "B3000000"), (0x100e, "B3500000"),
    (0x100f, "B4000000"),
];

/// Modem lines.
#[rustfmt::skip]
pub static MODEM: Names = &[
    (1, "TIOCM_LE"), (2, "TIOCM_DTR"), (4, "TIOCM_RTS"), (8, "TIOCM_ST"), (0x10, "TIOCM_SR"), (0x20, "TIOCM_CTS"),
    (0x40, "TIOCM_CAR"), (0x80, "TIOCM_RNG"), (0x100, "TIOCM_DSR"), (0x2000, "TIOCM_OUT1"), (0x4000, "TIOCM_OUT2"),
    (0x8000, "TIOCM_LOOP"),
];

/// Queues of TCFLSH.
#[rustfmt::skip]
pub static FLUSH: Names = &[
    (0, "TCIFLUSH"), (1, "TCOFLUSH"), (2, "TCIOFLUSH"),
];

/// Actions of TCXONC.
#[rustfmt::skip]
pub static FLOW: Names = &[
    (0, "TCOOFF"), (1, "TCOON"), (2, "TCIOFF"), (3, "TCION"),
];
