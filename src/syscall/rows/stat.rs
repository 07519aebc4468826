//! What files are: the stat and statfs families.

use crate::syscall::access::Want;
use crate::syscall::decode::bytes::{le_i64, le_word, le16, le32, le64};
use crate::syscall::names::file::{AT_FLAGS, AT_STATX, FILE_TYPE, STATFS_FLAGS, STATX_ATTR, STATX_MASK};
use crate::syscall::names::magic::FILE_SYSTEMS;
use crate::syscall::row::{Does, Pretend, Row, Show, arg, out};
use crate::syscall::{Abi, Kind, Memory, RawCall, Render};

use super::file::{UNFILLED, at_wants};

/// A mode with its type: `S_IFREG|S_ISUID|0755`.
pub fn put_mode(r: &mut Render<'_>, mode: u32) {
    let kind = FILE_TYPE.iter().find(|(value, _)| *value == u64::from(mode & 0o170000));
    let mut bar = match kind {
        Some((_, name)) => {
            r.put(name);
            "|"
        }
        None if mode & 0o170000 != 0 || mode & 0o7000 == 0 => return r.mode(u64::from(mode)),
        None => "",
    };
    for (bit, name) in [(0o4000, "S_ISUID"), (0o2000, "S_ISGID"), (0o1000, "S_ISVTX")] {
        if mode & bit != 0 {
            r.put(bar);
            r.put(name);
            bar = "|";
        }
    }
    r.put("|");
    r.mode(u64::from(mode & 0o777));
}

/// A device as (major, minor).
pub type Device = (u64, u64);

/// The 32-bit encoding that mknod(2) and i386's structures use.
pub const fn old_device(dev: u32) -> Device {
    let dev = dev as u64;
    ((dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00))
}

/// The 64-bit encoding of `struct stat`.
pub const fn device(dev: u64) -> Device {
    (((dev >> 8) & 0xfff) | ((dev >> 32) & 0xffff_f000), (dev & 0xff) | ((dev >> 12) & 0xffff_ff00))
}

/// Writes `makedev(0x8, 0x1)`.
pub fn put_device(r: &mut Render<'_>, (major, minor): Device) {
    r.put("makedev(");
    r.hex(major);
    r.put(", ");
    r.hex(minor);
    r.put(")");
}

/// What of a `struct stat` is shown.
struct Stat {
    mode: u32,
    rdev: Device,
    size: i64,
}

fn put_stat(r: &mut Render<'_>, stat: &Stat) {
    r.put("{st_mode=");
    put_mode(r, stat.mode);
    if matches!(stat.mode & 0o170000, 0o020000 | 0o060000) {
        r.put(", st_rdev=");
        put_device(r, stat.rdev);
    } else {
        r.fmt(format_args!(", st_size={}", stat.size));
    }
    r.put(", ...}");
}

/// `struct stat` of `stat(2)`, `newfstatat(2)` in the ABI's own layout.
fn stat(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 64];
    let stat = match r.call.abi {
        Abi::I386 => {
            if !r.fetch(addr, &mut buf) {
                return;
            }
            Stat { mode: u32::from(le16(&buf, 8)), rdev: old_device(le32(&buf, 16)), size: i64::from(le32(&buf, 20)) }
        }
        abi => {
            // The whole structure must be readable, as it is for strace.
            let mut whole = [0; 144];
            if !r.fetch(addr, &mut whole) {
                return;
            }
            let (mode, rdev) = if abi == Abi::Aarch64 { (16, 32) } else { (24, 40) };
            Stat { mode: le32(&whole, mode), rdev: device(le64(&whole, rdev)), size: le_i64(&whole, 48) }
        }
    };
    put_stat(r, &stat);
}

/// `struct stat64` of i386.
fn stat64(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 96];
    if r.fetch(addr, &mut buf) {
        let stat = Stat { mode: le32(&buf, 16), rdev: device(le64(&buf, 32)), size: le_i64(&buf, 44) };
        put_stat(r, &stat);
    }
}

/// `struct __old_kernel_stat` of i386.
fn old_stat(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 32];
    if r.fetch(addr, &mut buf) {
        let stat = Stat {
            mode: u32::from(le16(&buf, 4)),
            rdev: old_device(u32::from(le16(&buf, 12))),
            size: i64::from(le32(&buf, 16)),
        };
        put_stat(r, &stat);
    }
}

fn statx(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 48];
    if !r.fetch(addr, &mut buf) {
        return;
    }
    r.put("{stx_mask=");
    r.flags(u64::from(le32(&buf, 0)), STATX_MASK, "STATX_???");
    r.put(", stx_attributes=");
    r.flags(le64(&buf, 8), STATX_ATTR, "STATX_ATTR_???");
    r.put(", stx_mode=");
    put_mode(r, u32::from(le16(&buf, 28)));
    r.fmt(format_args!(", stx_size={}, ...}}", le64(&buf, 40)));
}

fn statx_flags(r: &mut Render<'_>, value: u64) {
    const SYNC: u64 = 0x6000;
    let value = u64::from(value as u32);
    r.flags(value & SYNC, AT_STATX, "AT_STATX_???");
    if value & !SYNC != 0 {
        r.put("|");
        if AT_FLAGS.iter().any(|(bit, _)| value & bit == *bit) {
            r.flags(value & !SYNC, AT_FLAGS, "");
        } else {
            r.hex(value & !SYNC);
        }
    }
}

/// `struct statfs` as numbers: type, block size, blocks, free, available, files, free files, two id words, name
/// length, fragment size, flags.
fn put_statfs(r: &mut Render<'_>, values: [u64; 12]) {
    let [kind, bsize, blocks, bfree, bavail, files, ffree, id0, id1, namelen, frsize, flags] = values;
    r.put("{f_type=");
    match FILE_SYSTEMS.iter().find(|(value, _)| *value == kind) {
        Some((_, name)) => r.put(name),
        None => r.hex(kind),
    }
    r.fmt(format_args!(", f_bsize={bsize}, f_blocks={blocks}, f_bfree={bfree}, f_bavail={bavail}"));
    r.fmt(format_args!(", f_files={files}, f_ffree={ffree}, f_fsid={{val=["));
    r.hex(id0);
    r.put(", ");
    r.hex(id1);
    r.fmt(format_args!("]}}, f_namelen={namelen}, f_frsize={frsize}, f_flags="));
    r.flags(flags, STATFS_FLAGS, "ST_???");
    r.put("}");
}

fn statfs(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.long();
    let mut buf = [0; 120];
    let buf = &mut buf[..if word == 4 { 64 } else { 120 }];
    if !r.fetch(addr, buf) {
        return;
    }
    let at = |i| le_word(buf, i, word);
    let tail = if word == 4 { 9 } else { 8 };
    // f_fsid is two ints: one long on 64 bits, two on 32.
    let id = if word == 4 { (at(7), at(8)) } else { (at(7) & 0xffff_ffff, at(7) >> 32) };
    let values = [at(0), at(1), at(2), at(3), at(4), at(5), at(6), id.0, id.1, at(tail), at(tail + 1), at(tail + 2)];
    put_statfs(r, values);
}

/// `struct statfs64` of i386, whose size is in argument 1.
fn statfs64(r: &mut Render<'_>, addr: u64) {
    let size = r.arg(1);
    let mut buf = [0; 84];
    if size != 84 && size != 88 {
        return r.pointer(addr);
    }
    if !r.fetch(addr, &mut buf) {
        return;
    }
    let small = |at| u64::from(le32(&buf, at));
    let values = [
        small(0),
        small(4),
        le64(&buf, 8),
        le64(&buf, 16),
        le64(&buf, 24),
        le64(&buf, 32),
        le64(&buf, 40),
        small(48),
        small(52),
        small(56),
        small(60),
        small(64),
    ];
    put_statfs(r, values);
}

fn ustat_device(r: &mut Render<'_>, value: u64) {
    put_device(r, old_device(value as u32));
}

fn newfstatat_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    at_wants(call, memory, Kind::FileStat, 1, call.args[3], out);
}

fn statx_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    at_wants(call, memory, Kind::FileStat, 1, call.args[2], out);
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("stat", &[arg("pathname", Show::Path), out("statbuf", Show::With(stat))])
        .does(&[Does::path(Kind::FileStat, 0)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("lstat", &[arg("pathname", Show::Path), out("statbuf", Show::With(stat))])
        .does(&[Does::name(Kind::FileStat, 0)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("stat64", &[arg("pathname", Show::Path), out("statbuf", Show::With(stat64))])
        .does(&[Does::path(Kind::FileStat, 0)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("lstat64", &[arg("pathname", Show::Path), out("statbuf", Show::With(stat64))])
        .does(&[Does::name(Kind::FileStat, 0)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("oldstat", &[arg("pathname", Show::Path), out("statbuf", Show::With(old_stat))])
        .does(&[Does::path(Kind::FileStat, 0)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("oldlstat", &[arg("pathname", Show::Path), out("statbuf", Show::With(old_stat))])
        .does(&[Does::name(Kind::FileStat, 0)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("fstat", &[arg("fd", Show::Fd), out("statbuf", Show::With(stat))])
        .does(&[Does::io(0)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("fstat64", &[arg("fd", Show::Fd), out("statbuf", Show::With(stat64))])
        .does(&[Does::io(0)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("oldfstat", &[arg("fd", Show::Fd), out("statbuf", Show::With(old_stat))])
        .does(&[Does::io(0)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "newfstatat",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            out("statbuf", Show::With(stat)),
            arg("flags", Show::Flags(AT_FLAGS, "AT_???")),
        ],
    )
    .does(&[Does::With(newfstatat_does)])
    .may(Kind::FileStat)
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "fstatat64",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            out("statbuf", Show::With(stat64)),
            arg("flags", Show::Flags(AT_FLAGS, "AT_???")),
        ],
    )
    .does(&[Does::With(newfstatat_does)])
    .may(Kind::FileStat)
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "statx",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("flags", Show::With(statx_flags)),
            arg("mask", Show::Flags(STATX_MASK, "STATX_???")),
            out("statxbuf", Show::With(statx)),
        ],
    )
    .does(&[Does::With(statx_does)])
    .may(Kind::FileStat)
    .pretend(Pretend::No(UNFILLED)),
    Row::new("statfs", &[arg("path", Show::Path), out("buf", Show::With(statfs))])
        .does(&[Does::path(Kind::FileStat, 0)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("fstatfs", &[arg("fd", Show::Fd), out("buf", Show::With(statfs))])
        .does(&[Does::io(0)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("statfs64", &[arg("path", Show::Path), arg("sz", Show::Ulong), out("buf", Show::With(statfs64))])
        .does(&[Does::path(Kind::FileStat, 0)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("fstatfs64", &[arg("fd", Show::Fd), arg("sz", Show::Ulong), out("buf", Show::With(statfs64))])
        .does(&[Does::io(0)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("ustat", &[arg("dev", Show::With(ustat_device)), out("ubuf", Show::Pointer)])
        .does(&[Does::Plain(Kind::FileStat)])
        .pretend(Pretend::No(UNFILLED)),
];
