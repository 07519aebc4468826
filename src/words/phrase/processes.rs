//! Signals, other processes, and who a process is.

use super::super::{mark, people, tr};
use super::{Act, Phrase, say};
use crate::syscall::{Kind, Object};

/// More than that a signal is sent, a process looked into, rights changed.
pub(super) fn phrase(act: &Act<'_>) -> Option<Phrase> {
    match act.access()?.kind {
        Kind::ProcessSignal => signal(act),
        Kind::ProcessInspect => inspect(act),
        _ => identity(act),
    }
}

fn signal(act: &Act<'_>) -> Option<Phrase> {
    if act.call().starts_with("fcntl") {
        return Some(say(
            mark("have the system send signals to {object} about what it has open"),
            mark("{program} wants to have the system send signals to {object} about what it has open"),
        ));
    }
    let signal = act.arg("sig")?;
    let own_group = act.is(&["kill"]) && act.arg("pid") == Some("0");
    let phrase = match signal {
        _ if own_group => say(
            mark("send {signal} to every process of its own group"),
            mark("{program} wants to send {signal} to every process of its own group"),
        ),
        "SIGSTOP" | "SIGTSTP" => {
            say(mark("stop {object} ({signal})"), mark("{program} wants to stop {object} ({signal})"))
        }
        "SIGCONT" => {
            say(mark("let {object} go on ({signal})"), mark("{program} wants to let {object} go on ({signal})"))
        }
        _ => say(mark("send {signal} to {object}"), mark("{program} wants to send {signal} to {object}")),
    };
    Some(phrase.with("signal", signal))
}

fn inspect(act: &Act<'_>) -> Option<Phrase> {
    Some(match act.call() {
        "ptrace" => match act.arg("op")? {
            "PTRACE_TRACEME" => say(
                mark("be debugged by the process that started it"),
                mark("{program} wants to be debugged by the process that started it"),
            ),
            "PTRACE_ATTACH" | "PTRACE_SEIZE" => say(
                mark("take control of {object}, as a debugger does"),
                mark("{program} wants to take control of {object}, as a debugger does"),
            ),
            request => say(
                mark("control {object} as a debugger does ({request})"),
                mark("{program} wants to control {object} as a debugger does ({request})"),
            )
            .with("request", request),
        },
        "process_vm_readv" => {
            say(mark("read the memory of {object}"), mark("{program} wants to read the memory of {object}"))
        }
        "process_vm_writev" => {
            say(mark("change the memory of {object}"), mark("{program} wants to change the memory of {object}"))
        }
        "process_mrelease" => say(
            mark("take the memory of {object}, which is ending, away"),
            mark("{program} wants to take the memory of {object}, which is ending, away"),
        ),
        "process_madvise" | "move_pages" | "migrate_pages" => say(
            mark("tell the system how to keep the memory of {object}"),
            mark("{program} wants to tell the system how to keep the memory of {object}"),
        ),
        "pidfd_getfd" => say(
            mark("take a copy of what {object} has open"),
            mark("{program} wants to take a copy of what {object} has open"),
        ),
        "kcmp" => say(
            mark("compare what {object} has open with what another process has"),
            mark("{program} wants to compare what {object} has open with what another process has"),
        ),
        "prlimit64" => say(
            mark("change how much {object} may use of the computer"),
            mark("{program} wants to change how much {object} may use of the computer"),
        ),
        "setpriority" | "sched_setattr" | "sched_setscheduler" | "sched_setparam" | "sched_setaffinity" => say(
            mark("change how much of the processors {object} gets"),
            mark("{program} wants to change how much of the processors {object} gets"),
        ),
        "ioprio_set" => say(
            mark("change how much of the disks {object} gets"),
            mark("{program} wants to change how much of the disks {object} gets"),
        ),
        "perf_event_open" => {
            say(mark("measure what {object} does"), mark("{program} wants to measure what {object} does"))
        }
        "prctl" => match act.access()?.object.as_ref()? {
            Object::Process { pid: 0, .. } => say(
                mark("let nobody but its ancestors debug it"),
                mark("{program} wants to let nobody but its ancestors debug it"),
            ),
            Object::Process { pid: -1, .. } => {
                say(mark("let every process debug it"), mark("{program} wants to let every process debug it"))
            }
            _ => say(mark("let {object} debug it"), mark("{program} wants to let {object} debug it")),
        },
        _ => return None,
    })
}

fn identity(act: &Act<'_>) -> Option<Phrase> {
    let first = |names: &[&str]| names.iter().find_map(|name| act.number(name));
    let user = |number: u32| {
        say(mark("become the user {user}"), mark("{program} wants to become the user {user}"))
            .with("user", people::user(number))
    };
    let group = |number: u32| {
        say(
            mark("change to the rights of the group {group}"),
            mark("{program} wants to change to the rights of the group {group}"),
        )
        .with("group", people::group(number))
    };
    Some(match act.call() {
        // The effective one is what counts; -1 leaves one as it is.
        "setuid" | "setuid32" | "setreuid" | "setreuid32" | "setresuid" | "setresuid32" => {
            user(first(&["uid", "euid", "ruid", "suid"])?)
        }
        "setfsuid" | "setfsuid32" => {
            say(mark("open files as the user {user}"), mark("{program} wants to open files as the user {user}"))
                .with("user", people::user(act.number("fsuid")?))
        }
        "setgid" | "setgid32" | "setregid" | "setregid32" | "setresgid" | "setresgid32" => {
            group(first(&["gid", "egid", "rgid", "sgid"])?)
        }
        "setfsgid" | "setfsgid32" => group(act.number("fsgid")?),
        "setgroups" | "setgroups32" => groups(act)?,
        "capset" => say(
            mark("change its capabilities, parts of the administrator's rights"),
            mark("{program} wants to change its capabilities, parts of the administrator's rights"),
        ),
        "setsid" => say(
            mark("leave its terminal for a session of its own"),
            mark("{program} wants to leave its terminal for a session of its own"),
        ),
        "personality" => say(
            mark("have the system treat it otherwise ({persona})"),
            mark("{program} wants to have the system treat it otherwise ({persona})"),
        )
        .with("persona", act.arg("persona")?),
        "lsm_set_self_attr" => {
            say(mark("change its security label"), mark("{program} wants to change its security label"))
        }
        "prctl" => match act.arg("option")? {
            "PR_CAPBSET_DROP" => say(
                mark("give up a right of the administrator ({capability})"),
                mark("{program} wants to give up a right of the administrator ({capability})"),
            )
            .with("capability", act.arg("arg2")?),
            "PR_SET_KEEPCAPS" => say(
                mark("keep its rights when it becomes another user"),
                mark("{program} wants to keep its rights when it becomes another user"),
            ),
            "PR_CAP_AMBIENT" => say(
                mark("change which of its rights the programs get that it runs"),
                mark("{program} wants to change which of its rights the programs get that it runs"),
            ),
            _ => say(
                mark("change how it gets and loses rights of the administrator"),
                mark("{program} wants to change how it gets and loses rights of the administrator"),
            ),
        },
        "unshare" => namespaces(act, act.arg("flags")?)?,
        "clone" => namespaces(act, act.arg("flags")?.strip_prefix("flags=")?)?,
        // `{flags=CLONE_NEWUSER|…, …}`
        "clone3" => namespaces(act, act.arg("cl_args")?.strip_prefix("{flags=")?.split([',', '}']).next()?)?,
        "setns" => namespaces(act, act.arg("nstype")?).unwrap_or_else(|| {
            say(
                mark("enter the namespaces of another process"),
                mark("{program} wants to enter the namespaces of another process"),
            )
        }),
        _ => return None,
    })
}

fn groups(act: &Act<'_>) -> Option<Phrase> {
    // `[0, 29]`: numbers, as many as are shown.
    let list = act.arg("list")?;
    let inside = list.strip_prefix('[').and_then(|l| l.strip_suffix(']')).unwrap_or_default();
    let mut names: Vec<String> = inside.split(", ").filter_map(|n| n.parse().ok()).take(8).map(people::group).collect();
    if act.number("size") == Some(0) || names.is_empty() {
        return Some(say(mark("leave all additional groups"), mark("{program} wants to leave all additional groups")));
    }
    if act.number("size").is_some_and(|size| size as usize > names.len()) {
        names.push("…".to_owned());
    }
    let phrase = say(
        mark("be in these groups and no others: {groups}"),
        mark("{program} wants to be in these groups and no others: {groups}"),
    );
    Some(phrase.with("groups", names.join(", ")))
}

/// Entering namespaces: what is the program's own afterwards (namespaces(7)). `None`: none is named.
fn namespaces(act: &Act<'_>, flags: &str) -> Option<Phrase> {
    const NAMES: [(&str, &str); 8] = [
        ("CLONE_NEWUSER", mark("users and rights")),
        ("CLONE_NEWNS", mark("mounted file systems")),
        ("CLONE_NEWNET", mark("network")),
        ("CLONE_NEWPID", mark("processes")),
        ("CLONE_NEWIPC", mark("shared memory and queues")),
        ("CLONE_NEWUTS", mark("host name")),
        ("CLONE_NEWCGROUP", mark("limits (cgroups)")),
        ("CLONE_NEWTIME", mark("clocks")),
    ];
    let names: Vec<String> =
        NAMES.iter().filter(|(flag, _)| flags.split('|').any(|f| f == *flag)).map(|(_, name)| tr(name)).collect();
    let phrase = match (act.call(), flags) {
        _ if names.is_empty() => return None,
        // The usual first step: everything else needs rights that this one gives.
        ("unshare", "CLONE_NEWUSER") => say(
            mark("enter a new user namespace, where it has all rights"),
            mark("{program} wants to enter a new user namespace, where it has all rights"),
        ),
        // Translators: {namespaces} is a list, such as "network, processes".
        ("setns", _) => say(
            mark("enter another process's namespaces: {namespaces}"),
            mark("{program} wants to enter another process's namespaces: {namespaces}"),
        ),
        ("unshare", _) => say(
            mark("enter new namespaces of its own: {namespaces}"),
            mark("{program} wants to enter new namespaces of its own: {namespaces}"),
        ),
        _ => say(
            mark("start a process in new namespaces: {namespaces}"),
            mark("{program} wants to start a process in new namespaces: {namespaces}"),
        ),
    };
    Some(phrase.with("namespaces", names.join(", ")))
}
