//! Names and folders: making, removing, renaming, linking, listing.

use crate::syscall::access::{AT_FDCWD, Condition, Target, Want, path_target};
use crate::syscall::decode::bytes::le16;
use crate::syscall::names::file::{AT_FLAGS, RENAME};
use crate::syscall::row::{Does, Pretend, Row, Show, arg, out};
use crate::syscall::{Kind, Memory, RawCall, Render};

use super::file::UNFILLED;
use super::stat::{old_device, put_device, put_mode};

/// `RENAME_EXCHANGE` (linux/fs.h).
const EXCHANGE: u64 = 2;
/// `AT_REMOVEDIR`, `AT_SYMLINK_FOLLOW` (linux/fcntl.h).
const AT_FOLLOW: u64 = 0x400;

fn rename_wants(memory: &dyn Memory, from: (i32, u64), to: (i32, u64), flags: u64, out: &mut Vec<Want>) {
    let to = path_target(memory, to.0, to.1, false, false);
    out.push(Want::new(Kind::FileRename, path_target(memory, from.0, from.1, false, false)));
    out.push(Want::new(Kind::FileRename, to.clone()));
    if flags & EXCHANGE == 0 {
        out.push(Want::new(Kind::FileDelete, to).when(Condition::Exists));
    }
}

fn rename_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    rename_wants(memory, (AT_FDCWD, call.args[0]), (AT_FDCWD, call.args[1]), 0, out);
}

fn renameat_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let [a, b, c, d, flags, _] = call.args;
    let flags = if call.name() == Some("renameat2") { flags } else { 0 };
    rename_wants(memory, (a as i32, b), (c as i32, d), flags, out);
}

fn link_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    out.push(Want::new(Kind::FileRead, path_target(memory, AT_FDCWD, call.args[0], false, false)));
    out.push(Want::new(Kind::FileCreate, path_target(memory, AT_FDCWD, call.args[1], false, false)));
}

fn linkat_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let [old_dir, old, new_dir, new, flags, _] = call.args;
    let (follow, empty) = (flags & AT_FOLLOW != 0, flags & super::file::AT_EMPTY != 0);
    out.push(Want::new(Kind::FileRead, path_target(memory, old_dir as i32, old, follow, empty)));
    out.push(Want::new(Kind::FileCreate, path_target(memory, new_dir as i32, new, false, false)));
}

/// A node of a device is another name for the device, wherever it is made.
fn node_wants(dir: i32, path: u64, mode: u64, dev: u64, memory: &dyn Memory, out: &mut Vec<Want>) {
    out.push(Want::new(Kind::FileCreate, path_target(memory, dir, path, false, false)));
    // Character device 0:0 is what overlay file systems take for a removed file.
    if matches!(mode & 0o170000, 0o020000 | 0o060000) && dev as u32 != 0 {
        out.push(Want::new(Kind::Bypass, Target::System("device node".to_owned())));
    }
}

fn mknod_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    node_wants(AT_FDCWD, call.args[0], call.args[1], call.args[2], memory, out);
}

fn mknodat_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    node_wants(call.args[0] as i32, call.args[1], call.args[2], call.args[3], memory, out);
}

fn mode(r: &mut Render<'_>, value: u64) {
    put_mode(r, value as u32 & 0xffff);
}

/// The device number, which only block and character devices have.
fn device<const MODE: u8>(r: &mut Render<'_>, value: u64) {
    if matches!(r.arg(MODE) & 0o170000, 0o020000 | 0o060000) {
        put_device(r, old_device(value as u32));
    } else {
        r.omit();
    }
}

/// How many entries are in the first `len` bytes at `addr`, whose record length is `at` bytes into each.
fn entries(memory: &dyn Memory, addr: u64, len: u64, at: usize) -> Option<u64> {
    const CHUNK: usize = 4096;
    let mut buf = [0; CHUNK];
    let (mut offset, mut count) = (0u64, 0u64);
    // A buffer that a program gives is rarely above 32 KiB; more is not looked at.
    let len = len.min(1 << 20);
    'reading: while offset < len {
        let wanted = (len - offset).min(CHUNK as u64) as usize;
        if memory.read(addr.wrapping_add(offset), &mut buf[..wanted]) != wanted {
            return None;
        }
        let mut inner = 0;
        while inner < wanted {
            if inner + at + 2 > wanted {
                if inner == 0 {
                    break 'reading;
                }
                break;
            }
            let record = usize::from(le16(&buf, inner + at));
            if record <= at {
                break 'reading;
            }
            count += 1;
            inner += record;
        }
        offset += inner as u64;
    }
    Some(count)
}

fn listing(r: &mut Render<'_>, addr: u64, record_length: usize) {
    let total = match r.outcome {
        Some(o) if !o.error => o.value.max(0) as u64,
        _ => return r.pointer(addr),
    };
    r.pointer(addr);
    if let Some(count) = entries(r.memory, addr, total, record_length) {
        r.fmt(format_args!(" /* {count} entries */"));
    }
}

fn dirents(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    listing(r, addr, 2 * word);
}

fn dirents64(r: &mut Render<'_>, addr: u64) {
    listing(r, addr, 16);
}

/// The single entry that `readdir(2)` of i386 fills.
fn old_dirent(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 10];
    if !r.fetch(addr, &mut buf) {
        return;
    }
    let ino = crate::syscall::decode::bytes::le32(&buf, 0);
    let (off, len) = (crate::syscall::decode::bytes::le32(&buf, 4), le16(&buf, 8));
    r.fmt(format_args!("{{d_ino={ino}, d_off={off}, d_reclen={len}, d_name="));
    r.data(addr.wrapping_add(10), u64::from(len.min(255)));
    r.put("}");
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("mkdir", &[arg("pathname", Show::Path), arg("mode", Show::Octal)])
        .does(&[Does::name(Kind::FileCreate, 0)])
        .pretend(Pretend::Value(0)),
    Row::new("mkdirat", &[arg("dirfd", Show::DirFd), arg("pathname", Show::Path), arg("mode", Show::Octal)])
        .does(&[Does::name_at(Kind::FileCreate, 0, 1)])
        .pretend(Pretend::Value(0)),
    Row::new("rmdir", &[arg("pathname", Show::Path)])
        .does(&[Does::name(Kind::FileDelete, 0)])
        .pretend(Pretend::Value(0)),
    Row::new("unlink", &[arg("pathname", Show::Path)])
        .does(&[Does::name(Kind::FileDelete, 0)])
        .pretend(Pretend::Value(0)),
    Row::new(
        "unlinkat",
        &[arg("dirfd", Show::DirFd), arg("pathname", Show::Path), arg("flags", Show::Flags(AT_FLAGS, "AT_???"))],
    )
    .does(&[Does::name_at(Kind::FileDelete, 0, 1)])
    .pretend(Pretend::Value(0)),
    Row::new("rename", &[arg("oldpath", Show::Path), arg("newpath", Show::Path)])
        .does(&[Does::With(rename_does)])
        .may(Kind::FileRename)
        .may(Kind::NetworkConnect)
        .may(Kind::FileDelete)
        .pretend(Pretend::Value(0)),
    Row::new(
        "renameat",
        &[
            arg("olddirfd", Show::DirFd),
            arg("oldpath", Show::Path),
            arg("newdirfd", Show::DirFd),
            arg("newpath", Show::Path),
        ],
    )
    .does(&[Does::With(renameat_does)])
    .may(Kind::FileRename)
    .may(Kind::NetworkConnect)
    .may(Kind::FileDelete)
    .pretend(Pretend::Value(0)),
    Row::new(
        "renameat2",
        &[
            arg("olddirfd", Show::DirFd),
            arg("oldpath", Show::Path),
            arg("newdirfd", Show::DirFd),
            arg("newpath", Show::Path),
            arg("flags", Show::Flags(RENAME, "RENAME_??")),
        ],
    )
    .does(&[Does::With(renameat_does)])
    .may(Kind::FileRename)
    .may(Kind::NetworkConnect)
    .may(Kind::FileDelete)
    .pretend(Pretend::Value(0)),
    Row::new("link", &[arg("oldpath", Show::Path), arg("newpath", Show::Path)])
        .does(&[Does::With(link_does)])
        .may(Kind::FileRead)
        .may(Kind::NetworkConnect)
        .may(Kind::FileCreate)
        .pretend(Pretend::Value(0)),
    Row::new(
        "linkat",
        &[
            arg("olddirfd", Show::DirFd),
            arg("oldpath", Show::Path),
            arg("newdirfd", Show::DirFd),
            arg("newpath", Show::Path),
            arg("flags", Show::Flags(AT_FLAGS, "AT_???")),
        ],
    )
    .does(&[Does::With(linkat_does)])
    .may(Kind::FileRead)
    .may(Kind::NetworkConnect)
    .may(Kind::FileCreate)
    .pretend(Pretend::Value(0)),
    Row::new("symlink", &[arg("target", Show::Path), arg("linkpath", Show::Path)])
        .does(&[Does::name(Kind::FileCreate, 1)])
        .pretend(Pretend::Value(0)),
    Row::new("symlinkat", &[arg("target", Show::Path), arg("newdirfd", Show::DirFd), arg("linkpath", Show::Path)])
        .does(&[Does::name_at(Kind::FileCreate, 1, 2)])
        .pretend(Pretend::Value(0)),
    Row::new(
        "mknod",
        &[arg("pathname", Show::Path), arg("mode", Show::With(mode)), arg("dev", Show::With(device::<1>))],
    )
    .does(&[Does::With(mknod_does)])
    .may(Kind::FileCreate)
    .may(Kind::Bypass)
    .pretend(Pretend::Value(0)),
    Row::new(
        "mknodat",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("mode", Show::With(mode)),
            arg("dev", Show::With(device::<2>)),
        ],
    )
    .does(&[Does::With(mknodat_does)])
    .may(Kind::FileCreate)
    .may(Kind::Bypass)
    .pretend(Pretend::Value(0)),
    Row::new("getdents", &[arg("fd", Show::Fd), out("dirp", Show::With(dirents)), arg("count", Show::Uint)])
        .does(&[Does::io(0)])
        .pretend(Pretend::Value(0)),
    Row::new("getdents64", &[arg("fd", Show::Fd), out("dirp", Show::With(dirents64)), arg("count", Show::Uint)])
        .does(&[Does::io(0)])
        .pretend(Pretend::Value(0)),
    Row::new("readdir", &[arg("fd", Show::Fd), out("dirp", Show::With(old_dirent)), arg("count", Show::Uint)])
        .does(&[Does::io(0)])
        .pretend(Pretend::No(UNFILLED)),
];
