//! Mounts, by the old calls and the new.

use crate::syscall::access::{Target, Want, path_target};
use crate::syscall::decode::bytes::{le32, le64};
use crate::syscall::names::mount::{
    FSCONFIG, FSMOUNT, FSOPEN, FSPICK, MOUNT, MOUNT_ATTR, MOUNT_SETATTR, MOVE_MOUNT, OPEN_TREE, UMOUNT,
};
use crate::syscall::row::{Does, Pretend, ResultKind, Row, Show, arg, out};
use crate::syscall::{Kind, Memory, RawCall, Render};

use super::file::{AT_EMPTY, AT_NOFOLLOW, UNFILLED};

const MS_REMOUNT: u64 = 32;
const MS_BIND: u64 = 4096;
const MS_MOVE: u64 = 8192;
/// MS_UNBINDABLE, MS_PRIVATE, MS_SLAVE, MS_SHARED.
const MS_PROPAGATION: u64 = 0x1e_0000;
/// `MS_MGC_VAL` and its mask: what flags began with before 2.4.
const MS_MAGIC: u64 = 0xc0ed_0000;
const MS_MAGIC_MASK: u64 = 0xffff_0000;

fn mount_bits(value: u64) -> u64 {
    if value & MS_MAGIC_MASK == MS_MAGIC { value & !MS_MAGIC_MASK } else { value }
}

fn mount_flags(r: &mut Render<'_>, value: u64) {
    let bits = mount_bits(value);
    if bits != value {
        r.put(if bits == 0 { "MS_MGC_VAL" } else { "MS_MGC_VAL|" });
    }
    if bits != 0 || bits == value {
        r.flags(bits, MOUNT, "MS_???");
    }
}

/// The type, which the kernel does not look at for these.
fn mount_type(r: &mut Render<'_>, addr: u64) {
    let flags = mount_bits(r.arg(3));
    if flags & (MS_REMOUNT | MS_BIND | MS_MOVE | MS_PROPAGATION) != 0 { r.pointer(addr) } else { r.string(addr) }
}

fn mount_data(r: &mut Render<'_>, addr: u64) {
    let flags = mount_bits(r.arg(3));
    if flags & (MS_BIND | MS_MOVE | MS_PROPAGATION) != 0 { r.pointer(addr) } else { r.string(addr) }
}

/// `struct mount_attr`.
fn mount_attr(r: &mut Render<'_>, addr: u64) {
    let size = r.arg(4);
    let mut buf = [0; 32];
    if size < 32 {
        return r.pointer(addr);
    }
    if r.fetch(addr, &mut buf) {
        r.put("{attr_set=");
        r.flags(le64(&buf, 0), MOUNT_ATTR, "MOUNT_ATTR_???");
        r.put(", attr_clr=");
        r.flags(le64(&buf, 8), MOUNT_ATTR, "MOUNT_ATTR_???");
        r.put(", propagation=");
        r.choice(le64(&buf, 16), MOUNT, "MS_???");
        r.fmt(format_args!(", userns_fd={}", le64(&buf, 24)));
        r.behind(addr, 32, size);
        r.put("}");
    }
}

/// fsconfig(2) commands (linux/mount.h).
const SET_STRING: u32 = 1;
const SET_BINARY: u32 = 2;
const SET_PATH: u32 = 3;
const SET_PATH_EMPTY: u32 = 4;
const LAST_COMMAND: u32 = 7;

fn config_key(r: &mut Render<'_>, addr: u64) {
    if r.arg(1) as u32 <= LAST_COMMAND { r.string(addr) } else { r.pointer(addr) }
}

fn config_value(r: &mut Render<'_>, addr: u64) {
    match r.arg(1) as u32 {
        SET_STRING => r.string(addr),
        SET_PATH | SET_PATH_EMPTY => r.path(addr),
        SET_BINARY if addr != 0 => {
            let len = r.arg(4);
            let mut buf = [0; 32];
            let shown = &mut buf[..len.min(32) as usize];
            if r.fetch(addr, shown) {
                r.quoted_hex(shown);
                r.put(if len > 32 { "..." } else { "" });
            }
        }
        _ => r.pointer(addr),
    }
}

fn config_aux(r: &mut Render<'_>, value: u64) {
    match r.arg(1) as u32 {
        SET_PATH | SET_PATH_EMPTY => r.dir_fd(value),
        _ => r.fmt(format_args!("{}", value as i32)),
    }
}

/// `struct mnt_id_req` (linux/mount.h).
fn mount_request(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 24];
    if r.fetch(addr, &mut buf) {
        r.fmt(format_args!("{{size={}, mnt_id=", le32(&buf, 0)));
        r.hex(le64(&buf, 8));
        r.put(", param=");
        r.hex(le64(&buf, 16));
        r.put("}");
    }
}

/// The identifiers that listmount(2) fills.
fn mount_ids(r: &mut Render<'_>, addr: u64) {
    match r.outcome {
        Some(o) if !o.error => {
            r.array(addr, o.value.max(0) as u64, 8, &mut |r, e| r.hex(le64(e.bytes, 0)));
        }
        _ => r.pointer(addr),
    }
}

fn mount_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    out.push(Want::new(Kind::System, Target::System("mount".to_owned())));
    let flags = mount_bits(call.args[3]);
    let dir = crate::syscall::access::AT_FDCWD;
    out.push(Want::new(Kind::FileAttributes, path_target(memory, dir, call.args[1], true, false)));
    if flags & (MS_BIND | MS_MOVE) != 0 && flags & MS_REMOUNT == 0 {
        out.push(Want::new(Kind::FileRead, path_target(memory, dir, call.args[0], true, false)));
    }
}

/// A tree that is opened as a copy is what a bind mount makes: its files under other names.
fn open_tree_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    const CLONE: u64 = 1;
    let flags = call.args[2];
    let (follow, empty) = (flags & AT_NOFOLLOW == 0, flags & AT_EMPTY != 0);
    let kind = if flags & CLONE != 0 { Kind::FileRead } else { Kind::FileStat };
    out.push(Want::new(kind, path_target(memory, call.args[0] as i32, call.args[1], follow, empty)));
}

fn move_mount_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let [from_dir, from, to_dir, to, flags, _] = call.args;
    // MOVE_MOUNT_F_… and MOVE_MOUNT_T_… (linux/mount.h): links are followed, and empty paths mean the descriptor.
    let target = |dir: u64, path, at: u64| path_target(memory, dir as i32, path, flags & at != 0, flags & at << 2 != 0);
    let source = target(from_dir, from, 1);
    if !matches!(source, Target::Fd(_)) {
        out.push(Want::new(Kind::FileRead, source));
    }
    out.push(Want::new(Kind::FileAttributes, target(to_dir, to, 0x10)));
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new(
        "mount",
        &[
            arg("source", Show::Path),
            arg("target", Show::Path),
            arg("filesystemtype", Show::With(mount_type)),
            arg("mountflags", Show::With(mount_flags)),
            arg("data", Show::With(mount_data)),
        ],
    )
    .does(&[Does::With(mount_does)])
    .may(Kind::System)
    .may(Kind::FileAttributes)
    .may(Kind::FileRead)
    .pretend(Pretend::Value(0)),
    Row::new("umount", &[arg("target", Show::Path)])
        .does(&[Does::System(Kind::System, "mount"), Does::path(Kind::FileAttributes, 0)])
        .pretend(Pretend::Value(0)),
    Row::new("umount2", &[arg("target", Show::Path), arg("flags", Show::Flags(UMOUNT, "MNT_???"))])
        .does(&[Does::System(Kind::System, "mount"), Does::path(Kind::FileAttributes, 0)])
        .pretend(Pretend::Value(0)),
    Row::new("fsopen", &[arg("fsname", Show::Str), arg("flags", Show::Flags(FSOPEN, "FSOPEN_???"))])
        .result(ResultKind::Fd)
        .does(&[Does::Plain(Kind::Bypass)])
        .pretend(Pretend::No(super::NEXT)),
    Row::new(
        "fsconfig",
        &[
            arg("fd", Show::Fd),
            arg("cmd", Show::Choice(FSCONFIG, "FSCONFIG_???")),
            arg("key", Show::With(config_key)),
            arg("value", Show::With(config_value)),
            arg("aux", Show::With(config_aux)),
        ],
    )
    .does(&[Does::Plain(Kind::Bypass)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "fsmount",
        &[
            arg("fsfd", Show::Fd),
            arg("flags", Show::Flags(FSMOUNT, "FSMOUNT_???")),
            arg("attr_flags", Show::Flags(MOUNT_ATTR, "MOUNT_ATTR_???")),
        ],
    )
    .result(ResultKind::Fd)
    .does(&[Does::Plain(Kind::Bypass), Does::System(Kind::System, "mount")])
    .pretend(Pretend::No(super::NEXT)),
    Row::new(
        "fspick",
        &[arg("dirfd", Show::DirFd), arg("pathname", Show::Path), arg("flags", Show::Flags(FSPICK, "FSPICK_???"))],
    )
    .result(ResultKind::Fd)
    .does(&[Does::Plain(Kind::Bypass)])
    .pretend(Pretend::No(super::NEXT)),
    Row::new(
        "move_mount",
        &[
            arg("from_dirfd", Show::DirFd),
            arg("from_pathname", Show::Path),
            arg("to_dirfd", Show::DirFd),
            arg("to_pathname", Show::Path),
            arg("flags", Show::Flags(MOVE_MOUNT, "MOVE_MOUNT_???")),
        ],
    )
    .does(&[Does::Plain(Kind::Bypass), Does::System(Kind::System, "mount"), Does::With(move_mount_does)])
    .may(Kind::FileAttributes)
    .may(Kind::FileRead)
    .pretend(Pretend::Value(0)),
    Row::new(
        "open_tree",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("flags", Show::Flags(OPEN_TREE, "OPEN_TREE_???")),
        ],
    )
    .result(ResultKind::Fd)
    .does(&[Does::Plain(Kind::Bypass), Does::With(open_tree_does)])
    .may(Kind::FileRead)
    .may(Kind::FileStat)
    .pretend(Pretend::No(super::NEXT)),
    Row::new(
        "open_tree_attr",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("flags", Show::Flags(OPEN_TREE, "OPEN_TREE_???")),
            arg("uattr", Show::With(mount_attr)).at(3),
            arg("usize", Show::Ulong),
        ],
    )
    .result(ResultKind::Fd)
    .does(&[Does::Plain(Kind::Bypass), Does::With(open_tree_does)])
    .may(Kind::FileRead)
    .may(Kind::FileStat)
    .pretend(Pretend::No(super::NEXT)),
    Row::new(
        "mount_setattr",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("flags", Show::Flags(MOUNT_SETATTR, "AT_???")),
            arg("attr", Show::With(mount_attr)),
            arg("size", Show::Ulong),
        ],
    )
    .does(&[Does::System(Kind::System, "mount")])
    .pretend(Pretend::Value(0)),
    Row::new(
        "statmount",
        &[
            arg("req", Show::With(mount_request)),
            out("buf", Show::Pointer),
            arg("bufsize", Show::Ulong),
            arg("flags", Show::Hex),
        ],
    )
    .does(&[Does::Plain(Kind::FileStat)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "listmount",
        &[
            arg("req", Show::With(mount_request)),
            out("mnt_ids", Show::With(mount_ids)),
            arg("nr_mnt_ids", Show::Ulong),
            arg("flags", Show::Hex),
        ],
    )
    .does(&[Does::Plain(Kind::FileStat)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new("pivot_root", &[arg("new_root", Show::Path), arg("put_old", Show::Path)])
        .does(&[Does::System(Kind::System, "mount")])
        .pretend(Pretend::Value(0)),
    Row::new("chroot", &[arg("path", Show::Path)])
        .does(&[Does::System(Kind::System, "chroot")])
        .pretend(Pretend::No("the program would take the whole file system for its own")),
];
