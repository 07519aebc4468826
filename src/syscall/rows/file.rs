//! Files by path.

use crate::syscall::access::{Condition, Target, Want, path_target};
use crate::syscall::row::{Does, Fake, Pretend, ResultKind, Row, Show, arg};
use crate::syscall::{Kind, Memory, RawCall};

/// `open(2)` flags that matter for what an open does (asm-generic/fcntl.h, x86 values).
const O_ACCMODE: u64 = 3;
const O_CREAT: u64 = 0o100;
const O_TRUNC: u64 = 0o1000;
const O_NOFOLLOW: u64 = 0o400000;
const O_PATH: u64 = 0o10000000;

/// What opening `target` with `flags` does.
fn open_wants(target: Target, flags: u64, out: &mut Vec<Want>) {
    let reads = flags & O_ACCMODE != 1;
    let writes = flags & O_ACCMODE != 0 || flags & O_TRUNC != 0;
    if flags & O_PATH != 0 {
        out.push(Want::new(Kind::FileStat, target));
        return;
    }
    if flags & O_CREAT != 0 {
        out.push(Want::new(Kind::FileCreate, target.clone()).when(Condition::Absent));
    }
    if reads {
        out.push(Want::new(Kind::FileList, target.clone()).when(Condition::Directory));
        out.push(Want::new(Kind::FileRead, target.clone()).when(Condition::NotDirectory));
    }
    if writes {
        out.push(Want::new(Kind::FileWrite, target).when(Condition::Exists));
    }
}

fn openat_wants(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let flags = call.args[2];
    open_wants(path_target(memory, call.args[0] as i32, call.args[1], flags & O_NOFOLLOW == 0, false), flags, out);
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new(
        "openat",
        &[arg("dirfd", Show::DirFd), arg("pathname", Show::Path), arg("flags", Show::Hex), arg("mode", Show::Octal)],
    )
    .result(ResultKind::Fd)
    .does(&[Does::With(openat_wants)])
    .may(Kind::FileRead)
    .may(Kind::FileList)
    .may(Kind::FileWrite)
    .may(Kind::FileCreate)
    .pretend(Pretend::Descriptor(Fake::File)),
    Row::new("unlink", &[arg("pathname", Show::Path)])
        .does(&[Does::Path { kind: Kind::FileDelete, dir: None, path: 0, follow: false, when: Condition::Always }])
        .pretend(Pretend::Value(0)),
    Row::new("close", &[arg("fd", Show::Fd)]).does(&[Does::Plain(Kind::Descriptor)]),
];
