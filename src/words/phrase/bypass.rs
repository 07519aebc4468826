//! Doors around the checking of single calls.

use super::super::mark;
use super::{Act, Phrase, say};

/// What lies behind the door.
pub(super) fn phrase(act: &Act<'_>) -> Option<Phrase> {
    Some(match act.call() {
        "io_uring_setup" | "io_uring_enter" | "io_uring_register" => say(
            mark("have the system read, write and connect for it unseen (io_uring)"),
            mark("{program} wants to have the system read, write and connect for it unseen (io_uring)"),
        ),
        "bpf" => say(
            mark("run code of its own inside the kernel ({command})"),
            mark("{program} wants to run code of its own inside the kernel ({command})"),
        )
        .with("command", act.arg("cmd")?),
        "userfaultfd" => say(
            mark("decide what memory holds while it is being read (userfaultfd)"),
            mark("{program} wants to decide what memory holds while it is being read (userfaultfd)"),
        ),
        "perf_event_open" => say(
            mark("measure what programs and the processor do"),
            mark("{program} wants to measure what programs and the processor do"),
        ),
        "name_to_handle_at" | "open_by_handle_at" => say(
            mark("open files by number instead of by name"),
            mark("{program} wants to open files by number instead of by name"),
        ),
        "fsopen" | "fsconfig" | "fsmount" | "fspick" | "open_tree" | "open_tree_attr" | "move_mount" => say(
            mark("prepare a file system to be mounted ({call})"),
            mark("{program} wants to prepare a file system to be mounted ({call})"),
        )
        .with("call", act.call_name()),
        "pidfd_getfd" => say(
            mark("take a copy of what {object} has open"),
            mark("{program} wants to take a copy of what {object} has open"),
        ),
        "prctl" if act.has("option", "PR_SET_DUMPABLE") => say(
            mark("hide its memory, so that Syswall may not see what it names"),
            mark("{program} wants to hide its memory, so that Syswall may not see what it names"),
        ),
        "prctl" if act.has("option", "PR_SET_MM") => say(
            mark("change what the system shows of its memory and its program"),
            mark("{program} wants to change what the system shows of its memory and its program"),
        ),
        "mknod" | "mknodat" => say(
            mark("make another name for a device, past the rules about the device"),
            mark("{program} wants to make another name for a device, past the rules about the device"),
        ),
        "setsockopt" | "sendmsg" | "sendmmsg" => say(
            mark("send its packets by way of a computer of its choice"),
            mark("{program} wants to send its packets by way of a computer of its choice"),
        ),
        "clone" | "clone3" => say(
            mark("start a process that Syswall may not see"),
            mark("{program} wants to start a process that Syswall may not see"),
        ),
        _ => say(
            mark("use {call}, a way around the checking of single calls"),
            mark("{program} wants to use {call}, a way around the checking of single calls"),
        )
        .with("call", act.call_name()),
    })
}
