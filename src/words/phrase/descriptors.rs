//! Input and output on what is already open, and files in memory.

use super::super::mark;
use super::{Act, Phrase, say};

/// Which way it goes.
pub(super) fn phrase(act: &Act<'_>) -> Option<Phrase> {
    let call = act.call();
    Some(match call {
        "read"
        | "readv"
        | "pread64"
        | "preadv"
        | "preadv2"
        | "recv"
        | "recvfrom"
        | "recvmsg"
        | "recvmmsg"
        | "recvmmsg_time64"
        | "mq_timedreceive"
        | "mq_timedreceive_time64" => say(mark("read from {object}"), mark("{program} wants to read from {object}")),
        "write"
        | "writev"
        | "pwrite64"
        | "pwritev"
        | "pwritev2"
        | "send"
        | "sendto"
        | "sendmsg"
        | "sendmmsg"
        | "mq_timedsend"
        | "mq_timedsend_time64" => say(mark("write to {object}"), mark("{program} wants to write to {object}")),
        // Only a mapping that is shared and can be written does something to what is open.
        "mmap" | "mmap2" => say(
            mark("change {object} through its memory"),
            mark("{program} wants to change {object} through its memory"),
        ),
        "ftruncate" | "ftruncate64" | "fallocate" => {
            say(mark("change the size of {object}"), mark("{program} wants to change the size of {object}"))
        }
        "ioctl" => say(
            mark("ask or set up {object} ({request})"),
            mark("{program} wants to ask or set up {object} ({request})"),
        )
        .with("request", act.arg("request")?),
        "memfd_create" | "memfd_secret" => {
            say(mark("create a file in memory only"), mark("{program} wants to create a file in memory only"))
        }
        _ => return None,
    })
}
