//! Files, folders and links.

use super::super::mark;
use super::{Act, Phrase, say};
use crate::syscall::{Kind, Object};

/// More than that something is read, written, made, deleted or renamed.
pub(super) fn phrase(act: &Act<'_>) -> Option<Phrase> {
    let access = act.access()?;
    match access.kind {
        Kind::FileRead => reads(act),
        Kind::FileWrite => writes(act),
        Kind::FileCreate => creates(act, access.object.as_ref()?),
        Kind::FileDelete => deletes(act),
        Kind::FileList | Kind::FileStat => looks(act),
        _ => renames(act),
    }
}

fn reads(act: &Act<'_>) -> Option<Phrase> {
    match act.call() {
        "link" | "linkat" => {
            let new = act.nth(Kind::FileCreate, 0)?;
            let phrase = say(
                mark("give {object} another name, {new}"),
                mark("{program} wants to give {object} another name, {new}"),
            );
            Some(phrase.with_object("new", new))
        }
        "mount" => Some(
            say(
                mark("make {object} appear at {target} as well"),
                mark("{program} wants to make {object} appear at {target} as well"),
            )
            .with("target", act.text("target")?),
        ),
        "uselib" => Some(say(mark("load the library {object}"), mark("{program} wants to load the library {object}"))),
        "bpf" => Some(say(
            mark("use the kernel program or table {object}"),
            mark("{program} wants to use the kernel program or table {object}"),
        )),
        _ => None,
    }
}

fn looks(act: &Act<'_>) -> Option<Phrase> {
    Some(match act.call() {
        "chdir" => say(mark("go into the folder {object}"), mark("{program} wants to go into the folder {object}")),
        "readlink" | "readlinkat" => {
            say(mark("see where {object} leads"), mark("{program} wants to see where {object} leads"))
        }
        "access" | "faccessat" | "faccessat2" if act.has("mode", "F_OK") => {
            say(mark("see whether {object} exists"), mark("{program} wants to see whether {object} exists"))
        }
        "access" | "faccessat" | "faccessat2" => {
            say(mark("see whether it may use {object}"), mark("{program} wants to see whether it may use {object}"))
        }
        "inotify_add_watch" | "fanotify_mark" => {
            say(mark("watch {object} for changes"), mark("{program} wants to watch {object} for changes"))
        }
        "statfs" | "statfs64" => say(
            mark("see how full the disk with {object} is"),
            mark("{program} wants to see how full the disk with {object} is"),
        ),
        _ => return None,
    })
}

fn writes(act: &Act<'_>) -> Option<Phrase> {
    let overwrites = || say(mark("overwrite {object}"), mark("{program} wants to overwrite {object}"));
    match act.call() {
        "truncate" | "truncate64" => match act.arg("length")? {
            "0" => Some(say(mark("empty {object}"), mark("{program} wants to empty {object}"))),
            size => Some(
                say(
                    mark("cut or extend {object} to {size} bytes"),
                    mark("{program} wants to cut or extend {object} to {size} bytes"),
                )
                .with("size", size),
            ),
        },
        "creat" => Some(overwrites()),
        "open" | "openat" if act.has("flags", "O_TRUNC") => Some(overwrites()),
        "open" | "openat" if act.has("flags", "O_APPEND") => {
            Some(say(mark("add to the end of {object}"), mark("{program} wants to add to the end of {object}")))
        }
        _ => None,
    }
}

fn creates(act: &Act<'_>, object: &Object) -> Option<Phrase> {
    match act.call() {
        "mkdir" | "mkdirat" => {
            Some(say(mark("create the folder {object}"), mark("{program} wants to create the folder {object}")))
        }
        "link" | "linkat" => {
            let old = act.nth(Kind::FileRead, 0)?;
            let phrase = say(
                mark("create {object} as another name of {target}"),
                mark("{program} wants to create {object} as another name of {target}"),
            );
            Some(phrase.with_object("target", old))
        }
        "symlink" | "symlinkat" => {
            let target = act.text("target")?;
            let phrase = say(
                mark("create the link {object} to {target}"),
                mark("{program} wants to create the link {object} to {target}"),
            );
            Some(phrase.with("target", target))
        }
        "mknod" | "mknodat" => Some(if act.has("mode", "S_IFIFO") {
            say(mark("create the named pipe {object}"), mark("{program} wants to create the named pipe {object}"))
        } else if act.has("mode", "S_IFSOCK") {
            say(mark("create the socket {object}"), mark("{program} wants to create the socket {object}"))
        } else if act.has("mode", "S_IFBLK") || act.has("mode", "S_IFCHR") {
            say(mark("create the device {object}"), mark("{program} wants to create the device {object}"))
        } else {
            return None;
        }),
        "bind" => Some(say(mark("create the socket {object}"), mark("{program} wants to create the socket {object}"))),
        "bpf" => Some(say(
            mark("keep a kernel program or table as {object}"),
            mark("{program} wants to keep a kernel program or table as {object}"),
        )),
        "open" | "openat" if act.has("flags", "O_TMPFILE") && matches!(object, Object::Path { .. }) => Some(say(
            mark("create a file without a name in {object}"),
            mark("{program} wants to create a file without a name in {object}"),
        )),
        _ => None,
    }
}

fn deletes(act: &Act<'_>) -> Option<Phrase> {
    match act.call() {
        "rmdir" => Some(say(mark("delete the folder {object}"), mark("{program} wants to delete the folder {object}"))),
        "unlinkat" if act.has("flags", "AT_REMOVEDIR") => {
            Some(say(mark("delete the folder {object}"), mark("{program} wants to delete the folder {object}")))
        }
        call if call.starts_with("rename") => {
            let old = act.nth(Kind::FileRename, 0)?;
            let phrase = say(mark("replace {object} by {old}"), mark("{program} wants to replace {object} by {old}"));
            Some(phrase.with_object("old", old))
        }
        _ => None,
    }
}

fn renames(act: &Act<'_>) -> Option<Phrase> {
    let (old, new) = (act.nth(Kind::FileRename, 0)?, act.nth(Kind::FileRename, 1)?);
    let phrase = if act.has("flags", "RENAME_EXCHANGE") {
        say(mark("swap {old} and {new}"), mark("{program} wants to swap {old} and {new}"))
    } else {
        say(mark("rename {old} to {new}"), mark("{program} wants to rename {old} to {new}"))
    };
    Some(phrase.with_object("old", old).with_object("new", new))
}
