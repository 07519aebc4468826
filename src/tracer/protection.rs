//! What no rule can loosen: Syswall's own processes, settings, policies, recordings, program and terminal are out of
//! the program's reach, and nothing takes the program out of Syswall's sight.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::stat::{makedev, stat};
use nix::unistd::{AccessFlags, access as access_file};

use super::entry::allow;
use super::own::{Own, entry_of};
use super::task::{InCall, process_group};
use crate::policy::{By, Decision, Rules, Verdict};
use crate::syscall::{Access, Kind, Object};

pub(super) struct Protection {
    own: Own,
    /// Whether the kernel lets Syswall look at everything.
    privileged: bool,
    /// Whether Syswall has windows, with buttons that the accessibility bus could press.
    windows: bool,
    /// Sockets of the accessibility bus that do not say so in their name.
    buses: Vec<OsString>,
}

/// linux/sched.h.
const CLONE_UNTRACED: u64 = 0x0080_0000;
/// linux/mount.h: MS_REMOUNT, MS_BIND, the flags that change how a mount spreads, and what flags began with before 2.4.
const MS_REMOUNT: u64 = 0x20;
const MS_BIND: u64 = 0x1000;
const MS_PROPAGATION: u64 = 0x1e_0000;
const MS_MAGIC: u64 = 0xc0ed_0000;
const MS_MAGIC_MASK: u64 = 0xffff_0000;
/// linux/userfaultfd.h.
const UFFD_USER_MODE_ONLY: u64 = 1;
const USERFAULTFD_IOC_NEW: u32 = 0xaa00;
/// The major and minor number of /dev/tty (Documentation/admin-guide/devices.txt).
const DEV_TTY: (u64, u64) = (5, 0);

/// Calls after which a path may name what Syswall has under another.
const REMOUNTS: [&str; 8] =
    ["mount", "move_mount", "open_tree", "open_tree_attr", "fsmount", "setns", "pivot_root", "chroot"];

fn is_unreadable_program(access: &Access) -> bool {
    match &access.object {
        Some(Object::Path { path, .. }) if access.kind == Kind::ProcessExecute => {
            access_file(path, AccessFlags::R_OK) == Err(Errno::EACCES) && access_file(path, AccessFlags::X_OK).is_ok()
        }
        _ => false,
    }
}

/// What everybody may read of every process, as ps(1) and top(1) do: their lists would lack Syswall.
fn is_public(entry: &Path) -> bool {
    let name = entry.to_str().unwrap_or("");
    matches!(name, "stat" | "statm" | "status" | "cmdline" | "comm" | "cgroup" | "loginuid" | "sessionid" | "oom_score")
}

/// Whether mount(2) with these flags puts anything in its place.
const fn mounts(flags: u64) -> bool {
    let flags = if flags & MS_MAGIC_MASK == MS_MAGIC { flags & !MS_MAGIC_MASK } else { flags };
    flags & MS_REMOUNT == 0 && (flags & MS_PROPAGATION == 0 || flags & MS_BIND != 0)
}

/// Whether `kind` changes what a path names.
const fn changes(kind: Kind) -> bool {
    matches!(kind, Kind::FileWrite | Kind::FileCreate | Kind::FileDelete | Kind::FileRename | Kind::FileAttributes)
}

impl Protection {
    /// `paths`: absolute, resolved. `buses`: see [`Setup::accessibility`](super::Setup::accessibility). Call it before
    /// the program starts.
    pub fn new(paths: Vec<PathBuf>, buses: Option<Vec<OsString>>) -> Protection {
        Protection {
            own: Own::new(paths),
            privileged: nix::unistd::geteuid().is_root(),
            windows: buses.is_some(),
            buses: buses.unwrap_or_default(),
        }
    }

    /// See [`Own::names_before`].
    pub fn names_before(&self, tid: i32, path: &Path) -> Vec<PathBuf> {
        self.own.names_before(tid, path)
    }

    /// What would take the program, or its memory, out of Syswall's sight.
    pub fn blinds(&self, call: &InCall) -> Option<Verdict> {
        let deny = |errno| Verdict { decision: Decision::Deny, errno, ..allow(By::Protection) };
        let args = &call.raw.args;
        match call.raw.name()? {
            // ptrace(2): the options that follow new tasks do not hold for those made so.
            "clone" if args[0] & CLONE_UNTRACED != 0 => Some(deny(libc::EPERM)),
            "clone3" if call.args.text.contains("CLONE_UNTRACED") => Some(deny(libc::EPERM)),
            // An unprivileged tracer could read no path and no address any more; ssh-agent and others do this, and go
            // on as well when it only seems to have worked.
            "prctl" if !self.privileged && args[0] as i32 == libc::PR_SET_DUMPABLE && args[1] != 1 => {
                Some(Verdict { decision: Decision::Pretend, value: Some(0), ..allow(By::Protection) })
            }
            // The same happens to a program that one may run but not read (execve(2)).
            "execve" | "execveat" if !self.privileged && call.accesses.iter().any(is_unreadable_program) => {
                Some(deny(libc::EACCES))
            }
            // Looking at memory that the program itself fills would wait for it. Where only its own faults are handed
            // to it, the look fails instead (userfaultfd(2)).
            "userfaultfd" if args[0] & UFFD_USER_MODE_ONLY == 0 => Some(deny(libc::EPERM)),
            "ioctl" if args[1] as u32 == USERFAULTFD_IOC_NEW && args[2] & UFFD_USER_MODE_ONLY == 0 => {
                Some(deny(libc::EPERM))
            }
            _ => None,
        }
    }

    /// What is closed although nothing forbids it: io_uring opens, connects and writes without a call, so where a rule
    /// keeps the program from anything, that rule would not be asked. Programs go on without it where it is not there.
    pub fn closes(&self, call: &str, verdict: &Verdict, rules: &Rules) -> Option<Verdict> {
        let unseen = matches!(call, "io_uring_setup" | "io_uring_enter" | "io_uring_register");
        (unseen && verdict.decision == Decision::Allow && verdict.by == By::Default && rules.restrict())
            .then(|| Verdict { decision: Decision::Deny, errno: libc::ENOSYS, ..allow(By::Protection) })
    }

    /// The errno with which `call` of task `tid` of process `pid` is refused; `None`: it concerns nothing of Syswall's.
    pub fn forbids(&self, tid: i32, pid: i32, call: &InCall) -> Option<i32> {
        let name = call.raw.name().unwrap_or("");
        if self.remounts(name, call) {
            self.own.note_remount();
        }
        if name == "pivot_root" && self.own.shares_mounts(tid) {
            // Syswall's own root directory would be another.
            return Some(libc::EPERM);
        }
        call.accesses.iter().find_map(|access| match (&access.object, access.kind) {
            (_, Kind::FileStat | Kind::FileList) => None,
            (Some(Object::Path { path, .. }), kind) => self.forbids_path(tid, path, kind, name, call),
            (Some(Object::Unix { name }), _) => self.forbids_socket(tid, name),
            (Some(Object::Device { path, request }), _) => {
                self.forbids_typing(tid, path, request, call).then_some(libc::EPERM)
            }
            (Some(Object::Process { pid: target, .. }), Kind::ProcessSignal) => {
                let signal = call.row.and_then(|r| r.arg_value(&call.raw, "sig")).map(|s| s as i32);
                // Where the call does not say which (fcntl), it can be any.
                let harmful = signal.is_none_or(crate::sys::poke::is_harmful);
                (self.own.is_task(*target) || harmful && self.is_group(pid, *target)).then_some(libc::EPERM)
            }
            (Some(Object::Process { pid: target, .. }), _) => {
                let group = matches!(name, "setpriority" | "ioprio_set") && self.is_group(pid, *target);
                (self.own.is_task(*target) || group).then_some(libc::EPERM)
            }
            _ => None,
        })
    }

    /// Whether paths can mean something else to the caller, or to everybody, after the call.
    fn remounts(&self, name: &str, call: &InCall) -> bool {
        const NEWNS: u64 = libc::CLONE_NEWNS as u64;
        match name {
            "unshare" | "clone" => call.raw.args[0] & NEWNS != 0,
            "clone3" => call.args.text.contains("CLONE_NEWNS"),
            name => REMOUNTS.contains(&name),
        }
    }

    fn forbids_path(&self, tid: i32, path: &Path, kind: Kind, call: &str, made: &InCall) -> Option<i32> {
        let own = &self.own;
        if path.as_os_str().is_empty() {
            // An empty name names nothing, though every path starts with it.
            return None;
        }
        if let Some(entry) = own.proc_name(tid, path)
            && let Some((target, entry)) = entry_of(&entry)
        {
            let reads = matches!(kind, Kind::FileRead | Kind::Descriptor);
            if own.is_task(target) && !(reads && is_public(entry)) {
                return Some(libc::EACCES);
            }
            // It writes what is read-only too: what Syswall keeps there to be what was checked (proc(5)).
            if kind == Kind::FileWrite && entry == Path::new("mem") {
                return Some(libc::EACCES);
            }
        }
        // Another name is as good as writing to it, sooner or later.
        let other_name = matches!(call, "link" | "linkat");
        let moved = || matches!(kind, Kind::FileRename | Kind::FileDelete) && own.is_in(tid, path);
        let planted = || {
            let link = kind == Kind::FileCreate && call.starts_with("symlink");
            (link || kind == Kind::FileRename) && own.is_place_for_own(tid, path) && (link || !path.exists())
        };
        if own.has(tid, path) || (changes(kind) || other_name) && own.keeps(tid, path) || moved() || planted() {
            return Some(libc::EACCES);
        }
        let covers = kind == Kind::FileAttributes
            && match call {
                "mount" => mounts(made.raw.args[3]),
                "move_mount" | "umount" | "umount2" => true,
                _ => false,
            };
        (covers && own.is_in(tid, path) && own.sees_mount_on(tid, path)).then_some(libc::EPERM)
    }

    /// Sockets in Syswall's folders, and those of the bus on which buttons are pressed.
    fn forbids_socket(&self, tid: i32, name: &OsStr) -> Option<i32> {
        let bytes = name.as_bytes();
        let accessibility = || bytes.split(|b| *b == b'/').any(|part| part.starts_with(b"at-spi"));
        if self.windows && (self.buses.iter().any(|b| b == name) || accessibility()) {
            return Some(libc::ECONNREFUSED);
        }
        (bytes.starts_with(b"/") && self.own.has(tid, Path::new(name))).then_some(libc::EACCES)
    }

    /// Whether it would type into the terminal on which Syswall asks.
    fn forbids_typing(&self, tid: i32, path: &Path, request: &str, call: &InCall) -> bool {
        let Some(terminal) = self.own.terminal else { return false };
        if !matches!(request, "TIOCSTI" | "TIOCLINUX") {
            return false;
        }
        // Elsewhere there are no terminals but those that root makes; and a file system that the program serves itself
        // must not be asked.
        if !path.starts_with("/dev") {
            return true;
        }
        let link = format!("/proc/{tid}/fd/{}", call.raw.args[0] as i32);
        stat(link.as_str()).map_or(true, |s| s.st_rdev == terminal || s.st_rdev == makedev(DEV_TTY.0, DEV_TTY.1))
    }

    /// Whether `target`, as kill(2) takes it, is a group that Syswall is in. It blocks what signals it can, so most may
    /// go to such a group: scripts say `kill 0`.
    fn is_group(&self, pid: i32, target: i32) -> bool {
        let group = match target {
            0 => process_group(pid),
            -1 => Some(-1),
            group if group < 0 => group.checked_neg(),
            _ => None,
        };
        group.is_some_and(|g| g == -1 || Some(g) == process_group(self.own.pid()))
    }
}
