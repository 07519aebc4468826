//! Files by path: opening, asking, cutting, handles, the current directory.

use crate::syscall::access::{AT_FDCWD, Condition, Target, Want, path_target};
use crate::syscall::decode::bytes::{le_i32, le64};
use crate::syscall::names::file::{ACCESS, AT_ACCESS, AT_FLAGS, AT_HANDLE, OPEN, RESOLVE};
use crate::syscall::row::{Does, Fake, Narrow, Pretend, ResultKind, Row, Show, arg, out};
use crate::syscall::{Abi, Kind, KindSet, Memory, RawCall, Render};

/// `open(2)` flags that matter for what an open does (asm-generic/fcntl.h, x86 values).
const O_ACCMODE: u64 = 3;
const O_CREAT: u64 = 0o100;
const O_EXCL: u64 = 0o200;
const O_TRUNC: u64 = 0o1000;
const O_NOFOLLOW: u64 = 0o400000;
const O_PATH: u64 = 0o10000000;
/// `O_DIRECTORY`; on this machine.
const O_DIRECTORY: u64 = if cfg!(target_arch = "aarch64") { O_DIRECTORY_ARM } else { O_DIRECTORY_X86 };
const O_DIRECTORY_X86: u64 = 0o200000;
const O_DIRECTORY_ARM: u64 = 0o40000;
/// The bit of `O_TMPFILE` that is not `O_DIRECTORY`.
const TMPFILE: u64 = 0o20000000;
/// `AT_SYMLINK_NOFOLLOW`, `AT_EMPTY_PATH` (linux/fcntl.h).
pub const AT_NOFOLLOW: u64 = 0x100;
/// See [`AT_NOFOLLOW`].
pub const AT_EMPTY: u64 = 0x1000;
/// Why a call that fills memory cannot be pretended. A msgid.
pub const UNFILLED: &str = "the program would read a result that nobody filled in";

/// What opening `target` with `flags` does.
fn open_wants(abi: Abi, target: Target, flags: u64, out: &mut Vec<Want>) {
    if flags & O_PATH != 0 {
        return out.push(Want::new(Kind::FileStat, target));
    }
    if flags & TMPFILE != 0 {
        // The path is that of the directory in which a nameless file is made.
        return out.push(Want::new(Kind::FileCreate, target));
    }
    let reads = matches!(flags & O_ACCMODE, 0 | 2);
    let writes = flags & O_ACCMODE != 0 || flags & O_TRUNC != 0;
    if flags & O_CREAT != 0 {
        out.push(Want::new(Kind::FileCreate, target.clone()).when(Condition::Absent));
    }
    if reads {
        out.push(Want::new(Kind::FileList, target.clone()).when(Condition::Directory));
        // The kernel refuses anything else there.
        let only_directories = flags & if abi == Abi::Aarch64 { O_DIRECTORY_ARM } else { O_DIRECTORY_X86 } != 0;
        if !only_directories || flags & O_CREAT != 0 {
            out.push(Want::new(Kind::FileRead, target.clone()).when(Condition::NotDirectory));
        }
    }
    if writes {
        out.push(Want::new(Kind::FileWrite, target).when(Condition::Exists));
    }
}

/// The bits that tell what an open does. With O_DIRECTORY as the only one of them it lists a directory, or fails.
const DECIDING: u64 = O_ACCMODE | O_CREAT | O_TRUNC | O_PATH | TMPFILE | O_DIRECTORY;
const LISTS: KindSet = KindSet::of(Kind::FileList);
const STATS: KindSet = KindSet::of(Kind::FileStat);

fn opened(abi: Abi, memory: &dyn Memory, dir: i32, path: u64, flags: u64, out: &mut Vec<Want>) {
    let follow = flags & O_NOFOLLOW == 0 && flags & (O_CREAT | O_EXCL) != O_CREAT | O_EXCL;
    open_wants(abi, path_target(memory, dir, path, follow, false), flags, out);
}

fn open_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    opened(call.abi, memory, AT_FDCWD, call.args[0], call.args[1], out);
}

fn openat_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    opened(call.abi, memory, call.args[0] as i32, call.args[1], call.args[2], out);
}

fn openat2_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    match memory.u64(call.args[2]) {
        Some(flags) => opened(call.abi, memory, call.args[0] as i32, call.args[1], flags, out),
        None => open_wants(call.abi, Target::Unreadable, O_CREAT | 2, out),
    }
}

fn creat_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    opened(call.abi, memory, AT_FDCWD, call.args[0], O_CREAT | O_TRUNC | 1, out);
}

/// `open(2)` flags: the access mode, then the bits.
pub fn open_flags(r: &mut Render<'_>, value: u64) {
    put_open_flags(r, u64::from(value as u32));
}

fn put_open_flags(r: &mut Render<'_>, value: u64) {
    r.put(["O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"][(value & O_ACCMODE) as usize]);
    if value & !O_ACCMODE != 0 {
        r.put("|");
        bits(r, value & !O_ACCMODE);
    }
}

/// Bits behind a value that is already there: what has no name needs no comment.
fn bits(r: &mut Render<'_>, value: u64) {
    if OPEN.iter().any(|(bit, _)| value & bit == *bit) { r.flags(value, OPEN, "") } else { r.hex(value) }
}

fn open_mode<const FLAGS: u8>(r: &mut Render<'_>, value: u64) {
    if r.arg(FLAGS) & (O_CREAT | TMPFILE) != 0 { r.mode(u64::from(value as u16)) } else { r.omit() }
}

fn open_how(r: &mut Render<'_>, addr: u64) {
    let size = r.arg(3);
    let mut buf = [0; 24];
    if size < 24 {
        return r.pointer(addr);
    }
    if !r.fetch(addr, &mut buf) {
        return;
    }
    let (flags, mode, resolve) = (le64(&buf, 0), le64(&buf, 8), le64(&buf, 16));
    r.put("{flags=");
    put_open_flags(r, flags);
    if flags & (O_CREAT | TMPFILE) != 0 || mode != 0 {
        r.put(", mode=");
        r.mode(mode);
    }
    r.put(", resolve=");
    r.flags(resolve, RESOLVE, "RESOLVE_???");
    r.behind(addr, 24, size);
    r.put("}");
}

/// Bytes the kernel wrote, as many as the result says.
fn link_text<const LEN: u8>(r: &mut Render<'_>, addr: u64) {
    match r.outcome {
        Some(o) if !o.error => r.data(addr, (o.value.max(0) as u64).min(r.arg(LEN))),
        _ => r.pointer(addr),
    }
}

fn cwd_text(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { r.path(addr) }
}

fn length_pair<const I: u8>(r: &mut Render<'_>, _value: u64) {
    let length = r.pair(I);
    r.fmt(format_args!("{length}"));
}

/// A `struct file_handle`: `{handle_bytes=8, handle_type=1, f_handle="\\x…"}`; `before`: the size that the program gave.
fn put_handle(r: &mut Render<'_>, addr: u64, size: u32, before: u32) {
    // MAX_HANDLE_SZ is 128.
    let mut buf = [0; 136];
    let buf = &mut buf[..8 + size.min(128) as usize];
    let whole = r.memory.read(addr, buf) == buf.len();
    if !r.fetch(addr, &mut [0; 8]) {
        return;
    }
    r.fmt(format_args!("{{handle_bytes={before}"));
    if before != size {
        r.fmt(format_args!(" => {size}"));
    }
    r.fmt(format_args!(", handle_type={}, f_handle=", le_i32(buf, 4)));
    if whole {
        r.quoted_hex(&buf[8..])
    } else {
        r.put("???")
    }
    r.put(if whole && size > 128 { "...}" } else { "}" });
}

fn handle_out(r: &mut Render<'_>, addr: u64) {
    let Some(size) = r.memory.u32(addr).filter(|_| addr != 0) else {
        return r.pointer(addr);
    };
    if r.wait() {
        return r.kept.push(u64::from(size));
    }
    let before = r.kept.first().map_or(size, |kept| *kept as u32);
    if r.failed() {
        r.fmt(format_args!("{{handle_bytes={before}"));
        if size != before {
            r.fmt(format_args!(" => {size}"));
        }
        r.put("}");
    } else {
        put_handle(r, addr, size, before);
    }
}

fn handle_in(r: &mut Render<'_>, addr: u64) {
    match r.memory.u32(addr) {
        Some(size) => put_handle(r, addr, size, size),
        None => r.pointer(addr),
    }
}

fn mount_id(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 4];
    if r.fetch(addr, &mut buf) {
        r.fmt(format_args!("[{}]", le_i32(&buf, 0)));
    }
}

/// What a call with `AT_*` flags in argument `flags` does to the path in argument `path`.
pub fn at_wants(call: &RawCall, memory: &dyn Memory, kind: Kind, path: u8, flags: u64, out: &mut Vec<Want>) {
    let dir = call.args[0] as i32;
    let target =
        path_target(memory, dir, call.args[usize::from(path)], flags & AT_NOFOLLOW == 0, flags & AT_EMPTY != 0);
    out.push(Want::new(kind, target));
}

fn faccessat2_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    at_wants(call, memory, Kind::FileStat, 1, call.args[3], out);
}

const OPEN_KINDS: [Kind; 5] = [Kind::FileRead, Kind::FileList, Kind::FileWrite, Kind::FileCreate, Kind::FileStat];

const fn opening(mut row: Row) -> Row {
    let mut i = 0;
    while i < OPEN_KINDS.len() {
        row = row.may(OPEN_KINDS[i]);
        i += 1;
    }
    row.result(ResultKind::Fd).pretend(Pretend::Descriptor(Fake::File))
}

/// The rows.
pub static ROWS: &[Row] = &[
    opening(Row::new(
        "open",
        &[arg("pathname", Show::Path), arg("flags", Show::With(open_flags)), arg("mode", Show::With(open_mode::<1>))],
    ))
    .does(&[Does::With(open_does)])
    .narrow(&[Narrow::bits(1, DECIDING, &[O_DIRECTORY], LISTS), Narrow::bits(1, O_PATH, &[O_PATH], STATS)]),
    opening(Row::new(
        "openat",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("flags", Show::With(open_flags)),
            arg("mode", Show::With(open_mode::<2>)),
        ],
    ))
    .does(&[Does::With(openat_does)])
    .narrow(&[Narrow::bits(2, DECIDING, &[O_DIRECTORY], LISTS), Narrow::bits(2, O_PATH, &[O_PATH], STATS)]),
    opening(Row::new(
        "openat2",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("how", Show::With(open_how)),
            arg("size", Show::Ulong),
        ],
    ))
    .does(&[Does::With(openat2_does)]),
    Row::new("creat", &[arg("pathname", Show::Path), arg("mode", Show::Octal)])
        .does(&[Does::With(creat_does)])
        .may(Kind::FileWrite)
        .may(Kind::FileCreate)
        .result(ResultKind::Fd)
        .pretend(Pretend::Descriptor(Fake::File)),
    Row::new("access", &[arg("pathname", Show::Path), arg("mode", Show::Flags(ACCESS, "?_OK"))])
        .does(&[Does::path(Kind::FileStat, 0)])
        .pretend(Pretend::Value(0)),
    Row::new(
        "faccessat",
        &[arg("dirfd", Show::DirFd), arg("pathname", Show::Path), arg("mode", Show::Flags(ACCESS, "?_OK"))],
    )
    .does(&[Does::path_at(Kind::FileStat, 0, 1)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "faccessat2",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("mode", Show::Flags(ACCESS, "?_OK")),
            arg("flags", Show::Flags(AT_ACCESS, "AT_???")),
        ],
    )
    .does(&[Does::With(faccessat2_does)])
    .may(Kind::FileStat)
    .pretend(Pretend::Value(0)),
    Row::new(
        "readlink",
        &[arg("pathname", Show::Path), out("buf", Show::With(link_text::<2>)), arg("bufsiz", Show::Ulong)],
    )
    .does(&[Does::name(Kind::FileStat, 0)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "readlinkat",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            out("buf", Show::With(link_text::<3>)),
            arg("bufsiz", Show::Ulong),
        ],
    )
    .does(&[Does::name_at(Kind::FileStat, 0, 1)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new("truncate", &[arg("path", Show::Path), arg("length", Show::Ulong)])
        .does(&[Does::path(Kind::FileWrite, 0)])
        .pretend(Pretend::Value(0)),
    Row::new("truncate64", &[arg("path", Show::Path), arg("length", Show::With(length_pair::<1>))])
        .does(&[Does::path(Kind::FileWrite, 0)])
        .pretend(Pretend::Value(0)),
    Row::new("ftruncate", &[arg("fd", Show::Fd), arg("length", Show::Ulong)])
        .does(&[Does::Fd { kind: Kind::Descriptor, fd: 0 }])
        .pretend(Pretend::Value(0)),
    Row::new("ftruncate64", &[arg("fd", Show::Fd), arg("length", Show::With(length_pair::<1>))])
        .does(&[Does::Fd { kind: Kind::Descriptor, fd: 0 }])
        .pretend(Pretend::Value(0)),
    Row::new("chdir", &[arg("path", Show::Path)])
        .does(&[Does::path(Kind::FileList, 0)])
        .pretend(Pretend::No("the program would take its folder for another")),
    Row::new("fchdir", &[arg("fd", Show::Fd)])
        .does(&[Does::Fd { kind: Kind::Descriptor, fd: 0 }])
        .pretend(Pretend::No("the program would take its folder for another")),
    Row::new("getcwd", &[out("buf", Show::With(cwd_text)), arg("size", Show::Ulong)]).pretend(Pretend::No(UNFILLED)),
    Row::new("umask", &[arg("mask", Show::Octal)]).result(ResultKind::Octal),
    Row::new(
        "name_to_handle_at",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("handle", Show::With(handle_out)),
            out("mount_id", Show::With(mount_id)),
            arg("flags", Show::Flags(AT_HANDLE, "AT_???")),
        ],
    )
    .does(&[Does::Plain(Kind::Bypass), Does::path_at(Kind::FileStat, 0, 1)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "open_by_handle_at",
        &[arg("mount_fd", Show::Fd), arg("handle", Show::With(handle_in)), arg("flags", Show::With(open_flags))],
    )
    .result(ResultKind::Fd)
    .does(&[Does::Plain(Kind::Bypass)])
    // What the handle stands for only the machine knows.
    .may(Kind::FileRead)
    .may(Kind::FileWrite)
    .may(Kind::FileStat)
    .pretend(Pretend::Descriptor(Fake::File)),
    Row::new("utime", &[arg("filename", Show::Path), arg("times", Show::With(utimbuf))])
        .does(&[Does::path(Kind::FileAttributes, 0)])
        .pretend(Pretend::Value(0)),
    Row::new("utimes", &[arg("filename", Show::Path), arg("times", Show::With(timevals))])
        .does(&[Does::path(Kind::FileAttributes, 0)])
        .pretend(Pretend::Value(0)),
    Row::new(
        "futimesat",
        &[arg("dirfd", Show::DirFd), arg("pathname", Show::Path), arg("times", Show::With(timevals))],
    )
    .does(&[Does::With(futimes_does)])
    .may(Kind::FileAttributes)
    .pretend(Pretend::Value(0)),
    Row::new(
        "utimensat",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("times", Show::With(timespecs)),
            arg("flags", Show::Flags(AT_FLAGS, "AT_???")),
        ],
    )
    .does(&[Does::With(futimes_does)])
    .may(Kind::FileAttributes)
    .pretend(Pretend::Value(0)),
    Row::new(
        "utimensat_time64",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("times", Show::With(timespecs_wide)),
            arg("flags", Show::Flags(AT_FLAGS, "AT_???")),
        ],
    )
    .does(&[Does::With(futimes_does)])
    .may(Kind::FileAttributes)
    .pretend(Pretend::Value(0)),
];

/// A NULL path means the descriptor itself.
fn futimes_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let at_flags = if call.name() == Some("futimesat") { 0 } else { call.args[3] };
    let empty = if call.args[1] == 0 { AT_EMPTY } else { 0 };
    at_wants(call, memory, Kind::FileAttributes, 1, at_flags | empty, out);
}

fn utimbuf(r: &mut Render<'_>, addr: u64) {
    let word = crate::syscall::decode::time::TimeForm::Native.width(r);
    let mut buf = [0; 16];
    let buf = &mut buf[..2 * word];
    if r.fetch(addr, buf) {
        let at = |i| crate::syscall::decode::bytes::le_long(buf, i, word);
        r.fmt(format_args!("{{actime={}", at(0)));
        crate::syscall::decode::time::put_date(r, at(0), 0, 9);
        r.fmt(format_args!(", modtime={}", at(1)));
        crate::syscall::decode::time::put_date(r, at(1), 0, 9);
        r.put("}");
    }
}

fn timevals(r: &mut Render<'_>, addr: u64) {
    crate::syscall::decode::time::timeval_pair(r, addr, crate::syscall::decode::time::TimeForm::Native);
}

fn timespecs(r: &mut Render<'_>, addr: u64) {
    crate::syscall::decode::time::timespec_pair(r, addr, crate::syscall::decode::time::TimeForm::Native);
}

fn timespecs_wide(r: &mut Render<'_>, addr: u64) {
    crate::syscall::decode::time::timespec_pair(r, addr, crate::syscall::decode::time::TimeForm::Wide);
}
