//! What happens where no rule and no preset decides.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::{Decision, Query};
use crate::syscall::{Access, Kind, Object};

/// Device nodes that hold nothing and change nothing.
const HARMLESS: [&str; 6] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"];

/// Device requests that ask for what the program can see anyway, or set what is its own.
const HARMLESS_REQUESTS: [&str; 18] = [
    "TCGETS",
    "TCGETS2",
    "TCGETA",
    "TIOCGWINSZ",
    "TIOCGPGRP",
    "TIOCGSID",
    "TIOCGETD",
    "TIOCGPTN",
    "TIOCGPTLCK",
    "TIOCOUTQ",
    "TIOCINQ",
    "FIONREAD",
    "FIONBIO",
    "FIOASYNC",
    "FIOCLEX",
    "FIONCLEX",
    "FIOQSIZE",
    "FIGETBSZ",
];

/// What else a program does to the terminal that it runs in: modes, size, foreground group, flushing.
const TERMINAL_REQUESTS: [&str; 13] = [
    "TCSETS",
    "TCSETSW",
    "TCSETSF",
    "TCSETS2",
    "TCSETSW2",
    "TCSETSF2",
    "TCSETA",
    "TCSETAW",
    "TCSETAF",
    "TCFLSH",
    "TCSBRK",
    "TIOCSPGRP",
    "TIOCSWINSZ",
];

/// Calls that look into nothing: among its own, a program may share the processors out as it likes.
const SCHEDULING: [&str; 6] =
    ["setpriority", "ioprio_set", "sched_setparam", "sched_setscheduler", "sched_setaffinity", "sched_setattr"];

/// Directories that the dynamic loader takes libraries from by itself.
const LIBRARY_DIRS: [&str; 9] = [
    "/lib/",
    "/lib32/",
    "/lib64/",
    "/libx32/",
    "/usr/lib/",
    "/usr/lib32/",
    "/usr/lib64/",
    "/usr/libx32/",
    "/usr/local/lib",
];

fn is_terminal(path: &Path) -> bool {
    let bytes = path.as_os_str().as_bytes();
    bytes == b"/dev/tty" || bytes.starts_with(b"/dev/pts/")
}

fn is_harmless(kind: Kind, object: &Object) -> bool {
    let node = |path: &Path| HARMLESS.iter().any(|h| path == Path::new(h));
    match object {
        Object::Path { path, .. } => matches!(kind, Kind::FileRead | Kind::FileWrite) && node(path),
        Object::Device { path, request } if request.is_empty() => node(path),
        Object::Device { path, request } => {
            HARMLESS_REQUESTS.contains(&request.as_str())
                || is_terminal(path) && TERMINAL_REQUESTS.contains(&request.as_str())
        }
        // Already open, and without a name.
        Object::Descriptor { .. } => matches!(kind, Kind::FileRead | Kind::FileWrite),
        _ => false,
    }
}

/// Whether `name` is that of a shared library: `libc.so`, `libc.so.6`, `libX.so.1.2.3`.
fn is_library(name: &[u8]) -> bool {
    let numbered = |rest: &[u8]| rest.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    name.windows(3).enumerate().any(|(i, w)| {
        let rest = &name[i + 3..];
        i > 0 && w == b".so" && (rest.is_empty() || rest.starts_with(b".") && rest.len() > 1 && numbered(rest))
    })
}

/// Whether the access is what the dynamic loader does to start a program: reading its cache and system libraries,
/// and looking for them.
pub(super) fn is_loading(access: &Access) -> bool {
    let Some(Object::Path { path, .. }) = &access.object else { return false };
    if !matches!(access.kind, Kind::FileRead | Kind::FileStat) {
        return false;
    }
    if path == Path::new("/etc/ld.so.cache") || path == Path::new("/etc/ld.so.preload") {
        return true;
    }
    let bytes = path.as_os_str().as_bytes();
    let name = bytes.rsplit(|b| *b == b'/').next().unwrap_or_default();
    LIBRARY_DIRS.iter().any(|dir| bytes.starts_with(dir.as_bytes()))
        && (access.kind == Kind::FileStat || is_library(name))
}

/// Whether `path` is that of the dynamic loader, which runs whatever program it is told to.
pub fn is_loader(path: &Path) -> bool {
    let name = path.file_name().map_or(&b""[..], |n| n.as_bytes());
    name.starts_with(b"ld-") && name.windows(3).any(|w| w == b".so")
        || name.starts_with(b"ld.so")
        || name.starts_with(b"ld64.so")
}

/// Whether the access only says again, in other words, what another access of the call is: rules can be about either,
/// but nobody is asked twice.
fn is_said(access: &Access, query: &Query<'_>) -> bool {
    let path = |a: &Access| match &a.object {
        Some(Object::Path { path, .. }) => Some(path.clone()),
        _ => None,
    };
    match access.kind {
        // The interpreter of a script that the user lets run.
        Kind::ProcessExecute => {
            let first = query.accesses.iter().find(|a| a.kind == Kind::ProcessExecute);
            first.is_some_and(|first| first != access && !path(first).is_some_and(|p| is_loader(&p)))
        }
        // A setting of the kernel's that is a file.
        Kind::System => {
            let setting = |p: &Path| p.starts_with("/proc") || p.starts_with("/sys");
            query
                .accesses
                .iter()
                .any(|a| a.kind != Kind::System && a.kind.is_guarded() && path(a).is_some_and(|p| setting(&p)))
        }
        _ => false,
    }
}

/// Whether a policy's `default` is about the access (contract 4).
fn is_guarded(access: &Access, query: &Query<'_>) -> bool {
    let kind = access.kind;
    match &access.object {
        _ if !kind.is_guarded() || is_said(access, query) => false,
        Some(Object::Process { pid, tree }) => match kind {
            Kind::ProcessSignal => !*tree && *pid != query.pid,
            Kind::ProcessInspect if SCHEDULING.contains(&query.call) => !*tree && *pid != query.pid,
            Kind::ProcessInspect => *pid != query.pid,
            _ => true,
        },
        Some(object) => !is_harmless(kind, object),
        None => true,
    }
}

/// What happens to the access where no rule and no preset decides.
pub(super) fn decide(default: Decision, access: Option<&Access>, query: &Query<'_>, ignored_loading: bool) -> Decision {
    match access {
        Some(access) if !ignored_loading && is_guarded(access, query) => default,
        _ => Decision::Allow,
    }
}
