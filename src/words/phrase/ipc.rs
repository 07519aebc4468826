//! Shared memory, semaphores, message queues and keys.

use super::super::mark;
use super::{Act, Phrase, say};

/// How something is used that programs share.
pub(super) fn phrase(act: &Act<'_>) -> Option<Phrase> {
    let removes = act.has("cmd", "IPC_RMID");
    Some(match act.call() {
        "shmget" | "semget" | "msgget" => {
            say(mark("open or create {object}"), mark("{program} wants to open or create {object}"))
        }
        "shmctl" | "semctl" | "msgctl" if removes => {
            say(mark("remove {object}"), mark("{program} wants to remove {object}"))
        }
        "shmctl" | "semctl" | "msgctl" => say(
            mark("ask about {object}, or change its properties"),
            mark("{program} wants to ask about {object}, or change its properties"),
        ),
        "shmat" => say(mark("read and change {object}"), mark("{program} wants to read and change {object}")),
        "msgsnd" => {
            say(mark("send a message through {object}"), mark("{program} wants to send a message through {object}"))
        }
        "msgrcv" => say(
            mark("receive a message through {object}"),
            mark("{program} wants to receive a message through {object}"),
        ),
        "semop" | "semtimedop" | "semtimedop_time64" => {
            say(mark("signal or wait with {object}"), mark("{program} wants to signal or wait with {object}"))
        }
        "mq_open" => say(mark("open or create {object}"), mark("{program} wants to open or create {object}")),
        "mq_unlink" => say(mark("remove {object}"), mark("{program} wants to remove {object}")),
        "add_key" => {
            say(mark("have the system keep {object}"), mark("{program} wants to have the system keep {object}"))
        }
        "request_key" => {
            say(mark("ask the system for {object}"), mark("{program} wants to ask the system for {object}"))
        }
        "keyctl" => match act.arg("operation")? {
            "KEYCTL_READ" => say(mark("read {object}"), mark("{program} wants to read {object}")),
            "KEYCTL_SEARCH" => say(mark("search in {object}"), mark("{program} wants to search in {object}")),
            "KEYCTL_REVOKE" | "KEYCTL_INVALIDATE" | "KEYCTL_UNLINK" | "KEYCTL_CLEAR" => {
                say(mark("remove {object}"), mark("{program} wants to remove {object}"))
            }
            operation => say(mark("use {object} ({operation})"), mark("{program} wants to use {object} ({operation})"))
                .with("operation", operation),
        },
        _ => return None,
    })
}
