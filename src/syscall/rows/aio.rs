//! Asynchronous input and output of the older kind (io_setup(2)). Its requests name open descriptors only.

use crate::syscall::access::{Target, Want};
use crate::syscall::decode::bytes::{le_i32, le_word, le16, le32, le64};
use crate::syscall::decode::iovec::{Iov, iovec};
use crate::syscall::decode::signal::sigset;
use crate::syscall::decode::time::{TimeForm, timespec_in};
use crate::syscall::names::io_uring as names;
use crate::syscall::row::{Does, Names, Pretend, Row, Show, arg, out};
use crate::syscall::{Kind, Memory, RawCall, Render};

const DESCRIPTOR: &[Does] = &[Does::Plain(Kind::Descriptor)];
const NO: Pretend = Pretend::No("the program would wait for an end that never comes");

fn context_out(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let mut b = [0; 8];
    let b = &mut b[..word];
    if r.fetch(addr, b) {
        let value = le_word(b, 0, word);
        r.put("[");
        if value == 0 {
            r.put("NULL")
        } else {
            r.hex(value)
        }
        r.put("]");
    }
}

/// `struct iocb`; `whole`: with what the command takes.
fn control_block(r: &mut Render<'_>, addr: u64, whole: bool) {
    let mut b = [0; 64];
    if !r.fetch(addr, &mut b) {
        return;
    }
    r.put("{aio_data=");
    r.hex(le64(&b, 0));
    if le32(&b, 8) != 0 {
        r.fmt(format_args!(", aio_key={}", le32(&b, 8)));
    }
    if le32(&b, 12) != 0 {
        r.put(", aio_rw_flags=");
        r.flags(u64::from(le32(&b, 12)), RW_FLAGS, "RWF_???");
    }
    let command = le16(&b, 16);
    r.put(", aio_lio_opcode=");
    match names::AIO_COMMANDS.iter().find(|(v, _)| *v == u64::from(command)) {
        Some((_, name)) => r.put(name),
        None => r.fmt(format_args!("{command} /* IOCB_CMD_??? */")),
    }
    if le16(&b, 18) != 0 {
        r.fmt(format_args!(", aio_reqprio={}", le16(&b, 18) as i16));
    }
    r.fmt(format_args!(", aio_fildes={}", le_i32(&b, 20)));
    if whole {
        command_arguments(r, command, &b);
    }
    r.put("}");
}

fn command_arguments(r: &mut Render<'_>, command: u16, b: &[u8]) {
    let (buf, bytes, offset) = (le64(b, 24), le64(b, 32), le64(b, 40) as i64);
    match command {
        // Read, write, and their vectors; what is read is not there yet.
        0 | 1 => {
            r.put(", aio_buf=");
            if command == 1 {
                r.data(buf, bytes)
            } else {
                r.pointer(buf)
            }
            r.fmt(format_args!(", aio_nbytes={bytes}, aio_offset={offset}"));
        }
        7 | 8 => {
            r.put(", aio_buf=");
            iovec(r, buf, bytes, if command == 8 { Iov::Data } else { Iov::Addresses });
            r.fmt(format_args!(", aio_offset={offset}"));
        }
        5 => {
            r.put(", aio_buf=");
            r.flags(buf, POLL, "POLL???");
        }
        2 | 3 | 6 => {}
        _ => {
            r.put(", aio_buf=");
            r.pointer(buf);
            r.fmt(format_args!(", aio_nbytes={bytes}, aio_offset={offset}"));
        }
    }
    let flags = u64::from(le32(b, 56));
    if flags != 0 {
        r.put(", aio_flags=");
        r.flags(flags, names::AIO_FLAGS, "IOCB_FLAG_???");
        if flags & 1 != 0 {
            r.fmt(format_args!(", aio_resfd={}", le_i32(b, 60)));
        }
    }
}

/// Flags of preadv2 (linux/fs.h).
static RW_FLAGS: Names =
    &[(1, "RWF_HIPRI"), (2, "RWF_DSYNC"), (4, "RWF_SYNC"), (8, "RWF_NOWAIT"), (0x10, "RWF_APPEND")];

/// Events of poll (asm-generic/poll.h).
static POLL: Names = &[
    (1, "POLLIN"),
    (2, "POLLPRI"),
    (4, "POLLOUT"),
    (0x40, "POLLRDNORM"),
    (0x80, "POLLRDBAND"),
    (0x100, "POLLWRNORM"),
    (0x200, "POLLWRBAND"),
    (0x400, "POLLMSG"),
    (0x2000, "POLLRDHUP"),
    (8, "POLLERR"),
    (0x10, "POLLHUP"),
    (0x20, "POLLNVAL"),
];

fn submitted(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let count = r.arg(1);
    if count as i64 <= 0 {
        return r.pointer(addr);
    }
    r.array(addr, count, word, &mut |r, e| control_block(r, le_word(e.bytes, 0, word), true));
}

fn cancelled(r: &mut Render<'_>, addr: u64) {
    control_block(r, addr, false);
}

fn put_event(r: &mut Render<'_>, b: &[u8]) {
    r.put("{data=");
    r.hex(le64(b, 0));
    r.put(", obj=");
    r.pointer(le64(b, 8));
    r.fmt(format_args!(", res={}, res2={}}}", le64(b, 16) as i64, le64(b, 24) as i64));
}

fn event_out(r: &mut Render<'_>, addr: u64) {
    let mut b = [0; 32];
    if r.fetch(addr, &mut b) {
        put_event(r, &b);
    }
}

fn events_out(r: &mut Render<'_>, addr: u64) {
    match r.outcome {
        Some(o) if !o.error => r.array(addr, o.value.max(0) as u64, 32, &mut |r, e| put_event(r, e.bytes)),
        _ => r.pointer(addr),
    }
}

fn time_limit<const WIDE: bool>(r: &mut Render<'_>, addr: u64) {
    timespec_in(r, addr, if WIDE { TimeForm::Wide } else { TimeForm::Native });
}

/// A pointer to a signal set with its size, as io_pgetevents has it.
fn sized_set(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let mut b = [0; 16];
    let b = &mut b[..2 * word];
    if r.fetch_in(addr, b) {
        let (set, size) = (le_word(b, 0, word), le_word(b, 1, word));
        r.put("{sigmask=");
        if size == 8 {
            sigset(r, set, 8)
        } else {
            r.pointer(set)
        }
        r.fmt(format_args!(", sigsetsize={size}}}"));
    }
}

const CONTEXT: Show = Show::Pointer;

/// What the requests of an io_submit are on. More of them than are looked at can be on anything.
fn submit_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    const MOST: u64 = 256;
    let word = call.abi.word();
    let count = call.args[1];
    for i in 0..count.min(MOST) {
        let block = memory.word(call.args[2].wrapping_add(i * word as u64), word);
        let target = block.and_then(|b| memory.u32(b.wrapping_add(20))).map(|fd| Target::Fd(fd as i32));
        let want = Want::new(Kind::Descriptor, target.clone().unwrap_or(Target::Unreadable));
        if !out.contains(&want) {
            out.push(want);
        }
        if target.is_none() {
            // The kernel stops there too.
            return;
        }
    }
    if count > MOST {
        out.push(Want::new(Kind::Descriptor, Target::Unreadable));
    }
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("io_setup", &[arg("nr_events", Show::Uint), out("ctx_idp", Show::With(context_out))])
        .does(DESCRIPTOR)
        .pretend(NO),
    Row::new("io_destroy", &[arg("ctx_id", CONTEXT)]).does(DESCRIPTOR).pretend(NO),
    Row::new("io_submit", &[arg("ctx_id", CONTEXT), arg("nr", Show::Long), arg("iocbpp", Show::With(submitted))])
        .does(&[Does::With(submit_does)])
        .may(Kind::Descriptor)
        .pretend(NO),
    Row::new(
        "io_cancel",
        &[arg("ctx_id", CONTEXT), arg("iocb", Show::With(cancelled)), out("result", Show::With(event_out))],
    )
    .does(DESCRIPTOR)
    .pretend(NO),
    Row::new(
        "io_getevents",
        &[
            arg("ctx_id", CONTEXT),
            arg("min_nr", Show::Long),
            arg("nr", Show::Long),
            out("events", Show::With(events_out)),
            out("timeout", Show::With(time_limit::<false>)),
        ],
    )
    .does(DESCRIPTOR)
    .pretend(NO),
    Row::new(
        "io_pgetevents",
        &[
            arg("ctx_id", CONTEXT),
            arg("min_nr", Show::Long),
            arg("nr", Show::Long),
            out("events", Show::With(events_out)),
            out("timeout", Show::With(time_limit::<false>)),
            out("usig", Show::With(sized_set)),
        ],
    )
    .does(DESCRIPTOR)
    .pretend(NO),
    Row::new(
        "io_pgetevents_time64",
        &[
            arg("ctx_id", CONTEXT),
            arg("min_nr", Show::Long),
            arg("nr", Show::Long),
            out("events", Show::With(events_out)),
            out("timeout", Show::With(time_limit::<true>)),
            out("usig", Show::With(sized_set)),
        ],
    )
    .does(DESCRIPTOR)
    .pretend(NO),
];
