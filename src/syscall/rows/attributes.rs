//! Modes, owners and extended attributes.

use crate::syscall::access::Want;
use crate::syscall::decode::bytes::{le32, le64};
use crate::syscall::names::file::{AT_FLAGS, XATTR};
use crate::syscall::row::{Does, Pretend, Row, Show, arg, out};
use crate::syscall::{Abi, Kind, Memory, RawCall, Render};

use super::file::{UNFILLED, at_wants};

/// A user or group as the calls without `32` in their names take it: 16 bits on i386.
pub fn id(r: &mut Render<'_>, value: u64) {
    if r.call.abi != Abi::I386 {
        r.uid(value as u32);
    } else if value as u16 == u16::MAX {
        r.put("-1");
    } else {
        r.fmt(format_args!("{}", value as u16));
    }
}

/// What the kernel filled, as many bytes as the result says; asked with size 0 it only tells how many there are.
fn filled<const SIZE: u8>(r: &mut Render<'_>, addr: u64) {
    match r.outcome {
        Some(o) if !o.error && r.arg(SIZE) != 0 => r.data(addr, o.value.max(0) as u64),
        _ => r.pointer(addr),
    }
}

/// `struct xattr_args`.
fn xattr_args(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 16];
    if !r.fetch(addr, &mut buf) {
        return;
    }
    let (value, size) = (le64(&buf, 0), le32(&buf, 8));
    r.put("{value=");
    match r.outcome {
        Some(o) if o.error => r.pointer(value),
        Some(o) => r.data(value, o.value.max(0) as u64),
        None => r.data(value, u64::from(size)),
    }
    r.fmt(format_args!(", size={size}, flags="));
    r.flags(u64::from(le32(&buf, 12)), XATTR, "XATTR_???");
    r.put("}");
}

/// `struct file_attr`.
fn file_attr(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 24];
    if !r.fetch(addr, &mut buf) {
        return;
    }
    r.put("{fa_xflags=");
    r.hex(le64(&buf, 0));
    let (extent, count, project, cow) = (le32(&buf, 8), le32(&buf, 12), le32(&buf, 16), le32(&buf, 20));
    r.fmt(format_args!(", fa_extsize={extent}, fa_nextents={count}, fa_projid={project}, fa_cowextsize={cow}}}"));
}

fn fchmodat2_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    at_wants(call, memory, Kind::FileAttributes, 1, call.args[3], out);
}

fn fchownat_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    at_wants(call, memory, Kind::FileAttributes, 1, call.args[4], out);
}

fn xattrat_changes(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    at_wants(call, memory, Kind::FileAttributes, 1, call.args[2], out);
}

fn xattrat_asks(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    at_wants(call, memory, Kind::FileStat, 1, call.args[2], out);
}

fn file_getattr_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    at_wants(call, memory, Kind::FileStat, 1, call.args[4], out);
}

fn file_setattr_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    at_wants(call, memory, Kind::FileAttributes, 1, call.args[4], out);
}

/// The value that is set: strace shows it only where all of it is readable.
fn value_in(r: &mut Render<'_>, addr: u64) {
    let size = r.arg(3);
    let last = addr.wrapping_add(size).wrapping_sub(1);
    if addr != 0 && size > 0 && r.memory.read(last, &mut [0; 1]) == 0 {
        return r.pointer(addr);
    }
    let mut shown = [0; 32];
    let shown = &mut shown[..size.min(32) as usize];
    // Without the NUL that ends it (or that the text is cut at).
    match shown.len().checked_sub(1) {
        Some(end) if r.memory.read(addr, shown) == shown.len() && shown[end] == 0 => r.quoted(&shown[..end]),
        _ => r.data(addr, size),
    }
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("chmod", &[arg("pathname", Show::Path), arg("mode", Show::Octal)])
        .does(&[Does::path(Kind::FileAttributes, 0)])
        .pretend(Pretend::Value(0)),
    Row::new("fchmod", &[arg("fd", Show::Fd), arg("mode", Show::Octal)])
        .does(&[Does::Fd { kind: Kind::FileAttributes, fd: 0 }])
        .pretend(Pretend::Value(0)),
    Row::new("fchmodat", &[arg("dirfd", Show::DirFd), arg("pathname", Show::Path), arg("mode", Show::Octal)])
        .does(&[Does::path_at(Kind::FileAttributes, 0, 1)])
        .pretend(Pretend::Value(0)),
    Row::new(
        "fchmodat2",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("mode", Show::Octal),
            arg("flags", Show::Flags(AT_FLAGS, "AT_???")),
        ],
    )
    .does(&[Does::With(fchmodat2_does)])
    .may(Kind::FileAttributes)
    .pretend(Pretend::Value(0)),
    Row::new("chown", &[arg("pathname", Show::Path), arg("owner", Show::With(id)), arg("group", Show::With(id))])
        .does(&[Does::path(Kind::FileAttributes, 0)])
        .pretend(Pretend::Value(0)),
    Row::new("lchown", &[arg("pathname", Show::Path), arg("owner", Show::With(id)), arg("group", Show::With(id))])
        .does(&[Does::name(Kind::FileAttributes, 0)])
        .pretend(Pretend::Value(0)),
    Row::new("fchown", &[arg("fd", Show::Fd), arg("owner", Show::With(id)), arg("group", Show::With(id))])
        .does(&[Does::Fd { kind: Kind::FileAttributes, fd: 0 }])
        .pretend(Pretend::Value(0)),
    Row::new("chown32", &[arg("pathname", Show::Path), arg("owner", Show::Uid), arg("group", Show::Uid)])
        .does(&[Does::path(Kind::FileAttributes, 0)])
        .pretend(Pretend::Value(0)),
    Row::new("lchown32", &[arg("pathname", Show::Path), arg("owner", Show::Uid), arg("group", Show::Uid)])
        .does(&[Does::name(Kind::FileAttributes, 0)])
        .pretend(Pretend::Value(0)),
    Row::new("fchown32", &[arg("fd", Show::Fd), arg("owner", Show::Uid), arg("group", Show::Uid)])
        .does(&[Does::Fd { kind: Kind::FileAttributes, fd: 0 }])
        .pretend(Pretend::Value(0)),
    Row::new(
        "fchownat",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("owner", Show::Uid),
            arg("group", Show::Uid),
            arg("flags", Show::Flags(AT_FLAGS, "AT_???")),
        ],
    )
    .does(&[Does::With(fchownat_does)])
    .may(Kind::FileAttributes)
    .pretend(Pretend::Value(0)),
    Row::new(
        "setxattr",
        &[
            arg("path", Show::Path),
            arg("name", Show::Str),
            arg("value", Show::With(value_in)),
            arg("size", Show::Ulong),
            arg("flags", Show::Flags(XATTR, "XATTR_???")),
        ],
    )
    .does(&[Does::path(Kind::FileAttributes, 0)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "getxattr",
        &[
            arg("path", Show::Path),
            arg("name", Show::Str),
            out("value", Show::With(filled::<3>)),
            arg("size", Show::Ulong),
        ],
    )
    .does(&[Does::path(Kind::FileStat, 0)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new("listxattr", &[arg("path", Show::Path), out("list", Show::With(filled::<2>)), arg("size", Show::Ulong)])
        .does(&[Does::path(Kind::FileStat, 0)])
        .pretend(Pretend::Value(0)),
    Row::new("removexattr", &[arg("path", Show::Path), arg("name", Show::Str)])
        .does(&[Does::path(Kind::FileAttributes, 0)])
        .pretend(Pretend::Value(0)),
    Row::new(
        "lsetxattr",
        &[
            arg("path", Show::Path),
            arg("name", Show::Str),
            arg("value", Show::With(value_in)),
            arg("size", Show::Ulong),
            arg("flags", Show::Flags(XATTR, "XATTR_???")),
        ],
    )
    .does(&[Does::name(Kind::FileAttributes, 0)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "lgetxattr",
        &[
            arg("path", Show::Path),
            arg("name", Show::Str),
            out("value", Show::With(filled::<3>)),
            arg("size", Show::Ulong),
        ],
    )
    .does(&[Does::name(Kind::FileStat, 0)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new("llistxattr", &[arg("path", Show::Path), out("list", Show::With(filled::<2>)), arg("size", Show::Ulong)])
        .does(&[Does::name(Kind::FileStat, 0)])
        .pretend(Pretend::Value(0)),
    Row::new("lremovexattr", &[arg("path", Show::Path), arg("name", Show::Str)])
        .does(&[Does::name(Kind::FileAttributes, 0)])
        .pretend(Pretend::Value(0)),
    Row::new(
        "fsetxattr",
        &[
            arg("fd", Show::Fd),
            arg("name", Show::Str),
            arg("value", Show::With(value_in)),
            arg("size", Show::Ulong),
            arg("flags", Show::Flags(XATTR, "XATTR_???")),
        ],
    )
    .does(&[Does::Fd { kind: Kind::FileAttributes, fd: 0 }])
    .pretend(Pretend::Value(0)),
    Row::new(
        "fgetxattr",
        &[arg("fd", Show::Fd), arg("name", Show::Str), out("value", Show::With(filled::<3>)), arg("size", Show::Ulong)],
    )
    .does(&[Does::Fd { kind: Kind::FileStat, fd: 0 }])
    .pretend(Pretend::No(UNFILLED)),
    Row::new("flistxattr", &[arg("fd", Show::Fd), out("list", Show::With(filled::<2>)), arg("size", Show::Ulong)])
        .does(&[Does::Fd { kind: Kind::FileStat, fd: 0 }])
        .pretend(Pretend::Value(0)),
    Row::new("fremovexattr", &[arg("fd", Show::Fd), arg("name", Show::Str)])
        .does(&[Does::Fd { kind: Kind::FileAttributes, fd: 0 }])
        .pretend(Pretend::Value(0)),
    Row::new(
        "setxattrat",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("at_flags", Show::Flags(AT_FLAGS, "AT_???")),
            arg("name", Show::Str),
            arg("args", Show::With(xattr_args)),
            arg("size", Show::Ulong),
        ],
    )
    .does(&[Does::With(xattrat_changes)])
    .may(Kind::FileAttributes)
    .pretend(Pretend::Value(0)),
    Row::new(
        "getxattrat",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("at_flags", Show::Flags(AT_FLAGS, "AT_???")),
            arg("name", Show::Str),
            out("args", Show::With(xattr_args)),
            arg("size", Show::Ulong),
        ],
    )
    .does(&[Does::With(xattrat_asks)])
    .may(Kind::FileStat)
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "listxattrat",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("at_flags", Show::Flags(AT_FLAGS, "AT_???")),
            out("list", Show::With(filled::<4>)),
            arg("size", Show::Ulong),
        ],
    )
    .does(&[Does::With(xattrat_asks)])
    .may(Kind::FileStat)
    .pretend(Pretend::Value(0)),
    Row::new(
        "removexattrat",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("at_flags", Show::Flags(AT_FLAGS, "AT_???")),
            arg("name", Show::Str),
        ],
    )
    .does(&[Does::With(xattrat_changes)])
    .may(Kind::FileAttributes)
    .pretend(Pretend::Value(0)),
    Row::new(
        "file_getattr",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            out("attr", Show::With(file_attr)),
            arg("size", Show::Ulong),
            arg("at_flags", Show::Flags(AT_FLAGS, "AT_???")),
        ],
    )
    .does(&[Does::With(file_getattr_does)])
    .may(Kind::FileStat)
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "file_setattr",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("attr", Show::With(file_attr)),
            arg("size", Show::Ulong),
            arg("at_flags", Show::Flags(AT_FLAGS, "AT_???")),
        ],
    )
    .does(&[Does::With(file_setattr_does)])
    .may(Kind::FileAttributes)
    .pretend(Pretend::Value(0)),
];
