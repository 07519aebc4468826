//! Permissions, owners, times and other properties of files.

use super::super::{mark, people};
use super::{Act, Phrase, say};

/// What of a file's properties is changed.
pub(super) fn phrase(act: &Act<'_>) -> Option<Phrase> {
    let call = act.call();
    match call {
        "chmod" | "fchmod" | "fchmodat" | "fchmodat2" => u32::from_str_radix(act.arg("mode")?, 8).ok().map(permissions),
        "chown" | "lchown" | "fchown" | "chown32" | "lchown32" | "fchown32" | "fchownat" => owner(act),
        "utime" | "utimes" | "futimesat" | "utimensat" | "utimensat_time64" => {
            Some(say(mark("change the times of {object}"), mark("{program} wants to change the times of {object}")))
        }
        "setxattr" | "lsetxattr" | "fsetxattr" | "setxattrat" => Some(
            say(
                mark("attach the note {name} to {object}"),
                mark("{program} wants to attach the note {name} to {object}"),
            )
            .with("name", act.text("name")?),
        ),
        "removexattr" | "lremovexattr" | "fremovexattr" | "removexattrat" => Some(
            say(
                mark("remove the note {name} from {object}"),
                mark("{program} wants to remove the note {name} from {object}"),
            )
            .with("name", act.text("name")?),
        ),
        "mount" => Some(say(
            mark("put another folder in the place of {object}"),
            mark("{program} wants to put another folder in the place of {object}"),
        )),
        _ => None,
    }
}

/// What the new permissions mean: what matters most, and the mode as chmod(1) takes it.
fn permissions(mode: u32) -> Phrase {
    let (read, write, run) = (0o444, 0o222, 0o111);
    let phrase = if mode & 0o4000 != 0 && mode & run != 0 {
        say(
            mark("let whoever runs {object} act as its owner (mode {mode})"),
            mark("{program} wants to let whoever runs {object} act as its owner (mode {mode})"),
        )
    } else if mode & 0o777 == 0 {
        say(
            mark("take away everybody's permissions for {object} (mode {mode})"),
            mark("{program} wants to take away everybody's permissions for {object} (mode {mode})"),
        )
    } else if mode & 0o002 != 0 {
        say(
            mark("let everybody change {object} (mode {mode})"),
            mark("{program} wants to let everybody change {object} (mode {mode})"),
        )
    } else if mode & 0o077 == 0 {
        say(
            mark("keep {object} for its owner alone (mode {mode})"),
            mark("{program} wants to keep {object} for its owner alone (mode {mode})"),
        )
    } else if mode & run == run {
        say(
            mark("make {object} executable for everybody (mode {mode})"),
            mark("{program} wants to make {object} executable for everybody (mode {mode})"),
        )
    } else if mode & write == 0 {
        say(
            mark("make {object} read-only (mode {mode})"),
            mark("{program} wants to make {object} read-only (mode {mode})"),
        )
    } else if mode & read == read && mode & run == 0 {
        say(
            mark("let everybody read {object} (mode {mode})"),
            mark("{program} wants to let everybody read {object} (mode {mode})"),
        )
    } else {
        say(
            mark("change the permissions of {object} (mode {mode})"),
            mark("{program} wants to change the permissions of {object} (mode {mode})"),
        )
    };
    phrase.with("mode", format!("{mode:03o}"))
}

/// To whom a file is given; -1 leaves it.
fn owner(act: &Act<'_>) -> Option<Phrase> {
    let phrase = match (act.number("owner").map(people::user), act.number("group").map(people::group)) {
        (Some(user), Some(group)) => say(
            mark("give {object} to the user {user} and the group {group}"),
            mark("{program} wants to give {object} to the user {user} and the group {group}"),
        )
        .with("user", user)
        .with("group", group),
        (Some(user), None) => {
            say(mark("give {object} to the user {user}"), mark("{program} wants to give {object} to the user {user}"))
                .with("user", user)
        }
        (None, Some(group)) => say(
            mark("give {object} to the group {group}"),
            mark("{program} wants to give {object} to the group {group}"),
        )
        .with("group", group),
        (None, None) => return None,
    };
    Some(phrase)
}
