//! What the argument of ioctl(2) is, by request.

use crate::syscall::Render;
use crate::syscall::decode::bytes::{le_i32, le_word, le16, le32, le64};
use crate::syscall::names::terminal as names;
use crate::syscall::row::Names;

/// How the argument of a request is shown.
#[derive(Clone, Copy)]
enum Form {
    /// There is none.
    No,
    /// A number itself.
    Number,
    /// Behind the pointer, given by the program: `[1]`.
    In(Item),
    /// Behind the pointer, filled by the kernel.
    Out(Item),
    /// One of names.
    Choice(Names, &'static str),
    /// Takes code; the function decides when it is shown.
    With(fn(&mut Render<'_>, u64)),
}

/// What is behind a pointer.
#[derive(Clone, Copy)]
enum Item {
    Int,
    Uint,
    Short,
    Long,
    U64,
    Flags(Names, &'static str),
    /// Characters of the request's size.
    Text,
    Struct(usize, fn(&mut Render<'_>, &[u8])),
}

/// Flags of files (linux/fs.h).
static FS_FLAGS: Names = &[
    (0x1, "FS_SECRM_FL"),
    (0x2, "FS_UNRM_FL"),
    (0x4, "FS_COMPR_FL"),
    (0x8, "FS_SYNC_FL"),
    (0x10, "FS_IMMUTABLE_FL"),
    (0x20, "FS_APPEND_FL"),
    (0x40, "FS_NODUMP_FL"),
    (0x80, "FS_NOATIME_FL"),
    (0x100, "FS_DIRTY_FL"),
    (0x200, "FS_COMPRBLK_FL"),
    (0x400, "FS_NOCOMP_FL"),
    (0x800, "FS_ENCRYPT_FL"),
    (0x1000, "FS_INDEX_FL"),
    (0x2000, "FS_IMAGIC_FL"),
    (0x4000, "FS_JOURNAL_DATA_FL"),
    (0x8000, "FS_NOTAIL_FL"),
    (0x10000, "FS_DIRSYNC_FL"),
    (0x20000, "FS_TOPDIR_FL"),
    (0x40000, "FS_HUGE_FILE_FL"),
    (0x80000, "FS_EXTENT_FL"),
    (0x100000, "FS_VERITY_FL"),
    (0x200000, "FS_EA_INODE_FL"),
    (0x400000, "FS_EOFBLOCKS_FL"),
    (0x800000, "FS_NOCOW_FL"),
    (0x2000000, "FS_DAX_FL"),
    (0x10000000, "FS_INLINE_DATA_FL"),
    (0x20000000, "FS_PROJINHERIT_FL"),
    (0x40000000, "FS_CASEFOLD_FL"),
];

/// Flags of FS_IOC_FIEMAP (linux/fiemap.h).
static FIEMAP_FLAGS: Names = &[(1, "FIEMAP_FLAG_SYNC"), (2, "FIEMAP_FLAG_XATTR"), (4, "FIEMAP_FLAG_CACHE")];

/// Kinds of namespaces (linux/sched.h).
pub static NAMESPACES: Names = &[
    (0x80, "CLONE_NEWTIME"),
    (0x20000, "CLONE_NEWNS"),
    (0x0200_0000, "CLONE_NEWCGROUP"),
    (0x0400_0000, "CLONE_NEWUTS"),
    (0x0800_0000, "CLONE_NEWIPC"),
    (0x1000_0000, "CLONE_NEWUSER"),
    (0x2000_0000, "CLONE_NEWPID"),
    (0x4000_0000, "CLONE_NEWNET"),
];

/// Modes of consoles (linux/kd.h).
static KD_MODES: Names = &[(0, "KD_TEXT"), (1, "KD_GRAPHICS"), (2, "KD_TEXT0"), (3, "KD_TEXT1")];
static KB_MODES: Names = &[(0, "K_RAW"), (1, "K_XLATE"), (2, "K_MEDIUMRAW"), (3, "K_UNICODE"), (4, "K_OFF")];

const FS: Item = Item::Flags(FS_FLAGS, "FS_???");
const MODEM: Item = Item::Flags(names::MODEM, "TIOCM_???");
const WINDOW: Item = Item::Struct(8, window);
const TERMIOS: Item = Item::Struct(36, termios);
const TERMIO: Item = Item::Struct(18, termio);
const TERMIOS2: Item = Item::Struct(44, termios);
const PAIR: Item = Item::Struct(16, pair);
const RANGE: Item = Item::Struct(16, uffd_range);

fn form(code: u32) -> Option<Form> {
    use Form::*;
    use Item::*;
    Some(match code {
        // Terminals (asm-generic/ioctls.h).
        0x5401 => Out(TERMIOS),
        0x5402..=0x5404 => In(TERMIOS),
        0x5405 => Out(TERMIO),
        0x5406..=0x5408 => In(TERMIO),
        0x802c_542a => Out(TERMIOS2),
        0x402c_542b..=0x402c_542d => In(TERMIOS2),
        0x5409 | 0x5425 | 0x540e => Number,
        0x540a => Choice(names::FLOW, "TC???"),
        0x540b => Choice(names::FLUSH, "TC???"),
        0x540c | 0x540d | 0x541d | 0x5422 | 0x5427 | 0x5428 | 0x5437 => No,
        0x540f | 0x5411 | 0x5419 | 0x541b | 0x5424 | 0x5429 | 0x8004_5440 => Out(Int),
        0x8004_5432 => Out(Uint),
        0x8004_5430 => Out(Uint),
        0x5410 | 0x541a | 0x5420 | 0x5423 | 0x4004_5431 => In(Int),
        0x5412 => With(typed),
        0x5413 => Out(WINDOW),
        0x5414 => In(WINDOW),
        0x5415 => Out(MODEM),
        0x5416..=0x5418 => In(MODEM),
        0x5421 | 0x5452 => In(Int),
        0x5450 | 0x5451 => No,
        // Files (linux/fs.h).
        0x8004_6601 | 0x8008_6601 => Out(FS),
        0x4004_6602 | 0x4008_6602 => In(FS),
        0x801c_581f => Out(Struct(28, xattr_got)),
        0x401c_5820 => In(Struct(28, xattr_set)),
        0x4004_9409 => Number,
        0x4020_940d => In(Struct(32, clone_range)),
        0xc018_9436 => With(dedupe),
        0xc020_660b => With(fiemap),
        0xc004_5877 | 0xc004_5878 => No,
        0xc018_5879 => In(Struct(24, trim)),
        0x8100_9431 => Out(Text),
        0x4100_9432 => In(Text),
        // Block devices and loops (linux/fs.h, linux/loop.h).
        0x125d => In(Int),
        0x125e | 0x1268 | 0x1278 | 0x1279 | 0x127b => Out(Int),
        0x127a | 0x127c => Out(Uint),
        0x1267 | 0x127e => Out(Short),
        0x125f | 0x1261 | 0x4c01 | 0x4c07 | 0x4c82 => No,
        0x1260 | 0x1263 | 0x1265 => Out(Long),
        0x8008_1270 | 0x8004_1270 => Out(Int),
        0x1262 | 0x1264 | 0x4c00 | 0x4c06 | 0x4c08 | 0x4c09 | 0x4c80 | 0x4c81 => Number,
        0x8008_1272 | 0x8004_1272 => Out(U64),
        0x1277 | 0x127d | 0x127f => In(PAIR),
        0x1269 => With(partition),
        0x301 => Out(Struct(16, geometry)),
        0x4c04 => In(Struct(232, loop_info)),
        0x4c05 => Out(Struct(232, loop_info)),
        0x4c0a => In(Struct(304, loop_config)),
        // Sockets (linux/sockios.h).
        0x8904 | 0x8903 => Out(Int),
        0x8901 | 0x8902 => In(Int),
        0x8910..=0x893f | 0x8942 | 0x8943 | 0x8970 | 0x8971 | 0x89a2 | 0x89a3 => With(super::ioctl_network::interface),
        // userfaultfd (linux/userfaultfd.h).
        0xc018_aa3f => With(uffd_api),
        0xc020_aa00 => With(uffd_register),
        0x8010_aa01 | 0x8010_aa02 => In(RANGE),
        0xc028_aa03 => With(uffd_copy),
        0xc020_aa04 => With(uffd_zero),
        // Namespaces, random numbers, consoles, perf, watchdogs.
        0xb701..=0xb703 => No,
        0xb704 => Out(Uint),
        0x8004_5200 => Out(Int),
        0x4004_5201 => In(Int),
        0x5204 | 0x5206 => No,
        0x4b3a => Choice(KD_MODES, "KD_???"),
        0x4b45 => Choice(KB_MODES, "K_???"),
        0x4004_4590 => Number,
        0x2400 | 0x2401 | 0x2403 => Choice(&[(0, "0"), (1, "PERF_IOC_FLAG_GROUP")], "PERF_IOC_FLAG_???"),
        0x4004_2405 => With(|r, v| r.fmt(format_args!("{}", v as i32))),
        0x8008_2407 => Out(U64),
        0x8004_5705 => No,
        _ => return None,
    })
}

/// Whether a request whose form is known only sets something; `None`: its form is not known.
pub fn only_sets(code: u32) -> Option<bool> {
    // FITRIM tells how much it trimmed; of namespaces and loop devices the answer is a number.
    const ANSWERS: [u32; 6] = [0xc018_5879, 0xb701, 0xb702, 0xb703, 0x4c80, 0x4c82];
    if ANSWERS.contains(&code) {
        return Some(false);
    }
    Some(match form(code)? {
        Form::In(_) | Form::Number | Form::Choice(..) | Form::No => true,
        Form::With(_) => code == TIOCSTI,
        _ => false,
    })
}

const TIOCSTI: u32 = 0x5412;

/// For `Show::With`: the argument.
pub fn argument(r: &mut Render<'_>, value: u64) {
    let code = r.arg(1) as u32;
    match form(code) {
        None if r.is_known_pointer(code) => r.pointer(value),
        None => r.hex(value),
        Some(Form::No) => r.omit(),
        Some(Form::Number) if r.is_32() => r.fmt(format_args!("{}", value as i32)),
        Some(Form::Number) => r.fmt(format_args!("{}", value as i64)),
        Some(Form::Choice(names, unknown)) => r.choice(value, names, unknown),
        Some(Form::With(f)) => f(r, value),
        Some(Form::In(item)) => put_item(r, value, item, code),
        Some(Form::Out(item)) => {
            if r.wait() {
                return;
            }
            if r.failed() { r.pointer(value) } else { put_item(r, value, item, code) }
        }
    }
}

impl Render<'_> {
    /// Whether the request is known for one whose argument is a pointer: then NULL is said.
    fn is_known_pointer(&self, code: u32) -> bool {
        matches!(code, 0x5411 | 0x5413) || code >> 8 & 0xff == 0x54 && code & 0xff < 0x60 && code >> 30 == 2
    }
}

fn put_item(r: &mut Render<'_>, addr: u64, item: Item, code: u32) {
    let mut b = [0; 304];
    let word = r.call.abi.word();
    let size = match item {
        Item::Int | Item::Uint => 4,
        Item::Short => 2,
        Item::Long => word,
        Item::U64 => 8,
        Item::Flags(..) => 4,
        Item::Text => (code >> 16 & 0x3fff) as usize,
        Item::Struct(size, _) => size,
    }
    .min(b.len());
    let b = &mut b[..size];
    if !r.fetch_in(addr, b) {
        return;
    }
    match item {
        Item::Int => r.fmt(format_args!("[{}]", le_i32(b, 0))),
        Item::Uint => r.fmt(format_args!("[{}]", le32(b, 0))),
        Item::Short => r.fmt(format_args!("[{}]", le16(b, 0))),
        Item::Long => r.fmt(format_args!("[{}]", le_word(b, 0, word))),
        Item::U64 => r.fmt(format_args!("[{}]", le64(b, 0))),
        Item::Flags(names, unknown) => {
            r.put("[");
            r.flags(u64::from(le32(b, 0)), names, unknown);
            r.put("]");
        }
        Item::Text => {
            let end = b.iter().position(|c| *c == 0).unwrap_or(b.len());
            r.quoted(&b[..end]);
        }
        Item::Struct(_, put) => put(r, b),
    }
}

fn window(r: &mut Render<'_>, b: &[u8]) {
    let [rows, columns, x, y] = [0, 2, 4, 6].map(|at| le16(b, at));
    r.fmt(format_args!("{{ws_row={rows}, ws_col={columns}, ws_xpixel={x}, ws_ypixel={y}}}"));
}

/// TIOCSTI types one character.
fn typed(r: &mut Render<'_>, addr: u64) {
    let mut b = [0; 1];
    if r.fetch_in(addr, &mut b) {
        r.quoted(&b);
    }
}

fn termios(r: &mut Render<'_>, b: &[u8]) {
    put_termios(r, [0, 4, 8, 12].map(|at| le32(b, at)));
}

fn termio(r: &mut Render<'_>, b: &[u8]) {
    put_termios(r, [0, 2, 4, 6].map(|at| u32::from(le16(b, at))));
}

/// Names of bits joined by `|`, nothing for none; what has no name in hexadecimal.
fn bare(r: &mut Render<'_>, value: u32, names: Names) {
    if value != 0 {
        r.flags_bare(u64::from(value), names);
    }
}

fn put_termios(r: &mut Render<'_>, [input, output, control, local]: [u32; 4]) {
    /// Delays of output: mask, shift, name.
    const DELAYS: [(u32, u32, &str); 6] = [
        (0o400, 8, "NL"),
        (0o3000, 9, "CR"),
        (0o14000, 11, "TAB"),
        (0o20000, 13, "BS"),
        (0o40000, 14, "VT"),
        (0o100000, 15, "FF"),
    ];
    static CONTROL: Names = &[
        (0o100, "CSTOPB"),
        (0o200, "CREAD"),
        (0o400, "PARENB"),
        (0o1000, "PARODD"),
        (0o2000, "HUPCL"),
        (0o4000, "CLOCAL"),
        (0o10000000000, "CMSPAR"),
        (0o20000000000, "CRTSCTS"),
    ];
    r.put("{c_iflag=");
    bare(r, input, names::IFLAGS);
    r.put(", c_oflag=");
    let mut rest = output;
    for (mask, shift, name) in DELAYS {
        r.fmt(format_args!("{name}{}|", (output & mask) >> shift));
        rest &= !mask;
    }
    bare(r, rest, names::OFLAGS);
    r.put(", c_cflag=");
    let speed = u64::from(control & 0o10017);
    match names::SPEEDS.iter().find(|(v, _)| *v == speed) {
        Some((_, name)) => r.put(name),
        None => r.fmt(format_args!("{speed:#x}")),
    }
    r.fmt(format_args!("|CS{}|", 5 + (control >> 4 & 3)));
    bare(r, control & !(0o10017 | 0o60), CONTROL);
    r.put(", c_lflag=");
    bare(r, local, names::LFLAGS);
    r.put(", ...}");
}

fn pair(r: &mut Render<'_>, b: &[u8]) {
    r.fmt(format_args!("[{}, {}]", le64(b, 0), le64(b, 8)));
}

fn xattr_got(r: &mut Render<'_>, b: &[u8]) {
    xattr(r, b, true);
}

fn xattr_set(r: &mut Render<'_>, b: &[u8]) {
    xattr(r, b, false);
}

/// `struct fsxattr` (linux/fs.h).
fn xattr(r: &mut Render<'_>, b: &[u8], got: bool) {
    static FLAGS: Names = &[
        (0x1, "FS_XFLAG_REALTIME"),
        (0x2, "FS_XFLAG_PREALLOC"),
        (0x8, "FS_XFLAG_IMMUTABLE"),
        (0x10, "FS_XFLAG_APPEND"),
        (0x20, "FS_XFLAG_SYNC"),
        (0x40, "FS_XFLAG_NOATIME"),
        (0x80, "FS_XFLAG_NODUMP"),
        (0x100, "FS_XFLAG_RTINHERIT"),
        (0x200, "FS_XFLAG_PROJINHERIT"),
        (0x400, "FS_XFLAG_NOSYMLINKS"),
        (0x800, "FS_XFLAG_EXTSIZE"),
        (0x1000, "FS_XFLAG_EXTSZINHERIT"),
        (0x2000, "FS_XFLAG_NODEFRAG"),
        (0x4000, "FS_XFLAG_FILESTREAM"),
        (0x8000, "FS_XFLAG_DAX"),
        (0x10000, "FS_XFLAG_COWEXTSIZE"),
        (0x80000000, "FS_XFLAG_HASATTR"),
    ];
    r.put("{fsx_xflags=");
    r.flags(u64::from(le32(b, 0)), FLAGS, "FS_XFLAG_???");
    r.fmt(format_args!(", fsx_extsize={}", le32(b, 4)));
    if got {
        r.fmt(format_args!(", fsx_nextents={}", le32(b, 8)));
    }
    r.fmt(format_args!(", fsx_projid={}, fsx_cowextsize={}}}", le32(b, 12), le32(b, 16)));
}

fn clone_range(r: &mut Render<'_>, b: &[u8]) {
    r.fmt(format_args!("{{src_fd={}, src_offset={}, ", le64(b, 0) as i32, le64(b, 8)));
    r.fmt(format_args!("src_length={}, dest_offset={}}}", le64(b, 16), le64(b, 24)));
}

fn dedupe(r: &mut Render<'_>, addr: u64) {
    let mut b = [0; 24];
    if !r.fetch_in(addr, &mut b) {
        return;
    }
    let count = le16(&b, 16);
    r.fmt(format_args!("{{src_offset={}, src_length={}, dest_count={count}, info=", le64(&b, 0), le64(&b, 8)));
    r.array(addr.wrapping_add(24), u64::from(count), 32, &mut |r, e| {
        r.fmt(format_args!("{{dest_fd={}, dest_offset={}}}", le64(e.bytes, 0) as i32, le64(e.bytes, 8)));
    });
    r.put("}");
}

/// `struct fiemap`: what was asked, then what came.
fn fiemap(r: &mut Render<'_>, addr: u64) {
    let mut b = [0; 32];
    if r.outcome.is_none() {
        let got = addr != 0 && r.memory.read(addr, &mut b) == b.len();
        r.kept.extend([u64::from(got), u64::from(le32(&b, 16))]);
    }
    if r.wait() {
        return;
    }
    if r.kept.first() != Some(&1) {
        return r.pointer(addr);
    }
    let asked = r.kept.get(1).copied().unwrap_or(0);
    if !r.fetch_in(addr, &mut b) {
        return;
    }
    r.fmt(format_args!("{{fm_start={}, fm_length={}, fm_flags=", le64(&b, 0), le64(&b, 8)));
    r.flags(asked, FIEMAP_FLAGS, "FIEMAP_FLAG_???");
    r.fmt(format_args!(", fm_extent_count={}}}", le32(&b, 24)));
    if !r.failed() {
        r.put(" => {fm_flags=");
        r.flags(u64::from(le32(&b, 16)), FIEMAP_FLAGS, "FIEMAP_FLAG_???");
        r.fmt(format_args!(", fm_mapped_extents={}, ...}}", le32(&b, 20)));
    }
}

fn trim(r: &mut Render<'_>, b: &[u8]) {
    r.fmt(format_args!("{{start={}, len={}, minlen={}}}", le64(b, 0), le64(b, 8), le64(b, 16)));
}

fn geometry(r: &mut Render<'_>, b: &[u8]) {
    let start = if r.is_32() { u64::from(le32(b, 4)) } else { le64(b, 8) };
    r.fmt(format_args!("{{heads={}, sectors={}, cylinders={}, start={start}}}", b[0], b[1], le16(b, 2)));
}

/// BLKPG: `struct blkpg_ioctl_arg` and the partition that it points at.
fn partition(r: &mut Render<'_>, addr: u64) {
    static OPERATIONS: Names = &[(1, "BLKPG_ADD_PARTITION"), (2, "BLKPG_DEL_PARTITION"), (3, "BLKPG_RESIZE_PARTITION")];
    let word = r.call.abi.word();
    let mut b = [0; 24];
    let b = &mut b[..if word == 4 { 16 } else { 24 }];
    if !r.fetch_in(addr, b) {
        return;
    }
    r.put("{op=");
    r.choice(u64::from(le32(b, 0)), OPERATIONS, "BLKPG_???");
    r.fmt(format_args!(", flags={}, datalen={}, data=", le_i32(b, 4), le_i32(b, 8)));
    let at = if word == 4 { u64::from(le32(b, 12)) } else { le64(b, 16) };
    let mut p = [0; 152];
    if r.fetch_in(at, &mut p) {
        let (start, length) = (le64(&p, 0) as i64, le64(&p, 8) as i64);
        r.fmt(format_args!("{{start={start}, length={length}, pno={}, devname=", le_i32(&p, 16)));
        r.chars(&p[20..84]);
        r.put(", volname=");
        r.chars(&p[84..148]);
        r.put("}");
    }
    r.put("}");
}

/// Flags of loop devices (linux/loop.h).
static LOOP_FLAGS: Names =
    &[(1, "LO_FLAGS_READ_ONLY"), (4, "LO_FLAGS_AUTOCLEAR"), (8, "LO_FLAGS_PARTSCAN"), (16, "LO_FLAGS_DIRECT_IO")];

/// `struct loop_info64`.
fn loop_info(r: &mut Render<'_>, b: &[u8]) {
    r.fmt(format_args!("{{lo_offset={}, lo_number={}, lo_flags=", le64(b, 24), le32(b, 40)));
    r.flags(u64::from(le32(b, 52)), LOOP_FLAGS, "LO_FLAGS_???");
    r.put(", lo_file_name=");
    r.chars(&b[56..120]);
    r.put(", ...}");
}

fn loop_config(r: &mut Render<'_>, b: &[u8]) {
    r.fmt(format_args!("{{fd={}, block_size={}, info=", le_i32(b, 0), le32(b, 4)));
    loop_info(r, &b[8..]);
    r.put("}");
}

fn uffd_range(r: &mut Render<'_>, b: &[u8]) {
    put_range(r, b);
}

fn put_range(r: &mut Render<'_>, b: &[u8]) {
    r.put("{start=");
    r.hex(le64(b, 0));
    r.put(", len=");
    r.hex(le64(b, 8));
    r.put("}");
}

/// Features and requests of userfaultfd, by bit (linux/userfaultfd.h).
static UFFD_IOCTLS: Names = &[
    (1 << 0, "1<<_UFFDIO_REGISTER"),
    (1 << 1, "1<<_UFFDIO_UNREGISTER"),
    (1 << 2, "1<<_UFFDIO_WAKE"),
    (1 << 3, "1<<_UFFDIO_COPY"),
    (1 << 4, "1<<_UFFDIO_ZEROPAGE"),
    (1 << 6, "1<<_UFFDIO_WRITEPROTECT"),
    (1 << 7, "1<<_UFFDIO_CONTINUE"),
    (1 << 0x3f, "1<<_UFFDIO_API"),
];

fn uffd_api(r: &mut Render<'_>, addr: u64) {
    let features = crate::syscall::names::ipc::USERFAULTFD_FEATURES;
    let mut b = [0; 24];
    if r.outcome.is_none() {
        let got = addr != 0 && r.memory.read(addr, &mut b) == b.len();
        r.kept.extend([u64::from(got), le64(&b, 8)]);
    }
    if r.wait() {
        return;
    }
    if r.kept.first() != Some(&1) || !r.fetch_in(addr, &mut b) {
        return;
    }
    let asked = r.kept.get(1).copied().unwrap_or(0);
    r.put("{api=");
    r.hex(le64(&b, 0));
    r.put(", features=");
    r.flags(asked, features, "UFFD_FEATURE_???");
    if !r.failed() {
        r.put(" => features=");
        r.flags(le64(&b, 8), features, "UFFD_FEATURE_???");
        r.put(", ioctls=");
        r.flags(le64(&b, 16), UFFD_IOCTLS, "_UFFDIO_???");
    }
    r.put("}");
}

fn uffd_register(r: &mut Render<'_>, addr: u64) {
    static MODES: Names =
        &[(1, "UFFDIO_REGISTER_MODE_MISSING"), (2, "UFFDIO_REGISTER_MODE_WP"), (4, "UFFDIO_REGISTER_MODE_MINOR")];
    if r.wait() {
        return;
    }
    let mut b = [0; 32];
    if r.fetch_in(addr, &mut b) {
        r.put("{range=");
        put_range(r, &b);
        r.put(", mode=");
        r.flags(le64(&b, 16), MODES, "UFFDIO_REGISTER_MODE_???");
        if !r.failed() {
            r.put(", ioctls=");
            r.flags(le64(&b, 24), UFFD_IOCTLS, "_UFFDIO_???");
        }
        r.put("}");
    }
}

fn uffd_copy(r: &mut Render<'_>, addr: u64) {
    if r.wait() {
        return;
    }
    let mut b = [0; 40];
    if r.fetch_in(addr, &mut b) {
        for (name, at) in [("{dst=", 0), (", src=", 8), (", len=", 16)] {
            r.put(name);
            r.hex(le64(&b, at));
        }
        r.put(", mode=");
        r.flags(le64(&b, 24), &[(1, "UFFDIO_COPY_MODE_DONTWAKE"), (2, "UFFDIO_COPY_MODE_WP")], "UFFDIO_COPY_???");
        if !r.failed() {
            r.put(", copy=");
            r.hex(le64(&b, 32));
        }
        r.put("}");
    }
}

fn uffd_zero(r: &mut Render<'_>, addr: u64) {
    if r.wait() {
        return;
    }
    let mut b = [0; 32];
    if r.fetch_in(addr, &mut b) {
        r.put("{range=");
        put_range(r, &b);
        r.put(", mode=");
        r.flags(le64(&b, 16), &[(1, "UFFDIO_ZEROPAGE_MODE_DONTWAKE")], "UFFDIO_ZEROPAGE_???");
        if !r.failed() {
            r.put(", zeropage=");
            r.hex(le64(&b, 24));
        }
        r.put("}");
    }
}
