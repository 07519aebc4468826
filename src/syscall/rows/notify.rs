//! Being told what happens to files: inotify, fanotify.

use crate::syscall::access::{Target, Want, path_target};
use crate::syscall::names::descriptor::{FANOTIFY_EVENTS, FANOTIFY_INIT, FANOTIFY_MARK, INOTIFY, INOTIFY_INIT};
use crate::syscall::row::{Does, Pretend, ResultKind, Row, Show, arg};
use crate::syscall::{Abi, Kind, Memory, RawCall, Render};

use super::file::open_flags;

/// `FAN_CLASS_*` are a two-bit number, the rest are bits (linux/fanotify.h).
fn fanotify_flags(r: &mut Render<'_>, value: u64) {
    const CLASS: u64 = 0xc;
    let value = u64::from(value as u32);
    match value & CLASS {
        0 => r.put("FAN_CLASS_NOTIF"),
        4 => r.put("FAN_CLASS_CONTENT"),
        8 => r.put("FAN_CLASS_PRE_CONTENT"),
        _ => r.put("0xc /* FAN_CLASS_??? */"),
    }
    if value & !CLASS != 0 {
        r.put("|");
        r.flags(value & !CLASS, FANOTIFY_INIT, "FAN_???");
    }
}

/// i386 passes the 64-bit mask in two registers and moves what follows by one.
fn moved(call: &RawCall, register: usize) -> u64 {
    call.args[register + usize::from(call.abi == Abi::I386)]
}

fn mask(r: &mut Render<'_>, _value: u64) {
    let mask = r.pair(2);
    r.flags(mask, FANOTIFY_EVENTS, "FAN_???");
}

fn mark_dir(r: &mut Render<'_>, _value: u64) {
    let fd = moved(r.call, 3);
    if fd as i32 == -1 { r.put("FAN_NOFD") } else { r.dir_fd(fd) }
}

fn mark_path(r: &mut Render<'_>, _value: u64) {
    let addr = moved(r.call, 4);
    r.path(addr);
}

fn mark_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let (dir, path) = (moved(call, 3) as i32, moved(call, 4));
    let target = if path == 0 { Target::Fd(dir) } else { path_target(memory, dir, path, true, false) };
    out.push(Want::new(Kind::FileStat, target));
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("inotify_init", &[])
        .result(ResultKind::Fd)
        .does(&[Does::Plain(Kind::Descriptor)])
        .pretend(Pretend::No(super::NEXT)),
    Row::new("inotify_init1", &[arg("flags", Show::Flags(INOTIFY_INIT, "IN_???"))])
        .result(ResultKind::Fd)
        .does(&[Does::Plain(Kind::Descriptor)])
        .pretend(Pretend::No(super::NEXT)),
    Row::new(
        "inotify_add_watch",
        &[arg("fd", Show::Fd), arg("pathname", Show::Path), arg("mask", Show::Flags(INOTIFY, "IN_???"))],
    )
    .does(&[Does::path(Kind::FileStat, 1)])
    .pretend(Pretend::No("the program would wait for news of a watch that is not there")),
    Row::new("inotify_rm_watch", &[arg("fd", Show::Fd), arg("wd", Show::Int)])
        .does(&[Does::Plain(Kind::Descriptor)])
        .pretend(Pretend::Value(0)),
    Row::new(
        "fanotify_init",
        &[arg("flags", Show::With(fanotify_flags)), arg("event_f_flags", Show::With(open_flags))],
    )
    .result(ResultKind::Fd)
    .does(&[Does::System(Kind::System, "fanotify")])
    .pretend(Pretend::No(super::NEXT)),
    Row::new(
        "fanotify_mark",
        &[
            arg("fanotify_fd", Show::Fd),
            arg("flags", Show::Flags(FANOTIFY_MARK, "FAN_MARK_???")),
            arg("mask", Show::With(mask)),
            arg("dirfd", Show::With(mark_dir)),
            arg("pathname", Show::With(mark_path)),
        ],
    )
    .does(&[Does::With(mark_does)])
    .may(Kind::FileStat)
    .pretend(Pretend::Value(0)),
];
