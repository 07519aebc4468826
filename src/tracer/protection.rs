//! What no rule can loosen: Syswall's own processes, settings, policies, recordings are out of the program's reach.

use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::unistd::{AccessFlags, access as access_file};

use super::entry::allow;
use super::task::{InCall, process_group};
use crate::policy::{By, Decision, Verdict};
use crate::syscall::{Access, Kind, Object};

pub(super) struct Protection {
    paths: Vec<PathBuf>,
    own: i32,
    own_proc: PathBuf,
    /// Whether the kernel lets Syswall look at everything.
    privileged: bool,
}

/// linux/sched.h.
const CLONE_UNTRACED: u64 = 0x0080_0000;

fn is_unreadable_program(access: &Access) -> bool {
    match &access.object {
        Some(Object::Path { path, .. }) if access.kind == Kind::ProcessExecute => {
            access_file(path, AccessFlags::R_OK) == Err(Errno::EACCES) && access_file(path, AccessFlags::X_OK).is_ok()
        }
        _ => false,
    }
}

impl Protection {
    /// `paths`: absolute, resolved.
    pub fn new(paths: Vec<PathBuf>) -> Protection {
        let own = std::process::id() as i32;
        Protection {
            paths,
            own,
            own_proc: PathBuf::from(format!("/proc/{own}")),
            privileged: nix::unistd::geteuid().is_root(),
        }
    }

    fn is_own_path(&self, path: &Path) -> bool {
        path.starts_with(&self.own_proc) || self.paths.iter().any(|p| path.starts_with(p))
    }

    /// Whether `path` is what everybody may read of every process, as ps(1) and top(1) do: their lists would lack
    /// Syswall.
    fn is_public(&self, path: &Path) -> bool {
        let Ok(below) = path.strip_prefix(&self.own_proc) else { return false };
        let name = below.file_name().and_then(|n| n.to_str()).unwrap_or("");
        let depth = below.components().count();
        matches!(
            name,
            "stat" | "statm" | "status" | "cmdline" | "comm" | "cgroup" | "loginuid" | "sessionid" | "oom_score"
        ) && (depth == 1 || depth == 3 && below.starts_with("task"))
    }

    /// Whether removing or renaming `path` would take something of Syswall's with it.
    fn holds_own(&self, path: &Path) -> bool {
        // An empty name names nothing, though every path starts with it.
        !path.as_os_str().is_empty() && self.paths.iter().any(|p| p.starts_with(path))
    }

    /// What would take the program, or its memory, out of Syswall's sight.
    pub fn blinds(&self, call: &InCall) -> Option<Verdict> {
        let deny = |errno| Verdict { decision: Decision::Deny, errno, ..allow(By::Protection) };
        match call.raw.name()? {
            // ptrace(2): the options that follow new tasks do not hold for those made so.
            "clone" if call.raw.args[0] & CLONE_UNTRACED != 0 => Some(deny(libc::EPERM)),
            "clone3" if call.args.text.contains("CLONE_UNTRACED") => Some(deny(libc::EPERM)),
            // An unprivileged tracer could read no path and no address any more; ssh-agent and others do this, and go
            // on as well when it only seems to have worked.
            "prctl"
                if !self.privileged && call.raw.args[0] as i32 == libc::PR_SET_DUMPABLE && call.raw.args[1] != 1 =>
            {
                Some(Verdict { decision: Decision::Pretend, value: Some(0), ..allow(By::Protection) })
            }
            // The same happens to a program that one may run but not read (execve(2)).
            "execve" | "execveat" if !self.privileged && call.accesses.iter().any(is_unreadable_program) => {
                Some(deny(libc::EACCES))
            }
            _ => None,
        }
    }

    /// The errno with which `call` of process `pid` is refused; `None`: it concerns nothing of Syswall's.
    pub fn forbids(&self, pid: i32, call: &InCall) -> Option<i32> {
        call.accesses.iter().find_map(|access| match (&access.object, access.kind) {
            (_, Kind::FileStat | Kind::FileList) => None,
            (Some(Object::Path { path, .. }), kind) => {
                let forbidden = self.is_own_path(path)
                    && !(matches!(kind, Kind::FileRead | Kind::Descriptor) && self.is_public(path))
                    || matches!(kind, Kind::FileRename | Kind::FileDelete) && self.holds_own(path);
                forbidden.then_some(libc::EACCES)
            }
            (Some(Object::Unix { name }), _) => self.is_own_path(Path::new(name)).then_some(libc::EACCES),
            (Some(Object::Process { pid: target, .. }), Kind::ProcessSignal) => {
                self.forbids_signal(pid, *target, call).then_some(libc::EPERM)
            }
            (Some(Object::Process { pid: target, .. }), _) => (*target == self.own).then_some(libc::EPERM),
            _ => None,
        })
    }

    /// Syswall blocks what it can, so most signals may go to a group that it is in: scripts say `kill 0`.
    fn forbids_signal(&self, pid: i32, target: i32, call: &InCall) -> bool {
        if target == self.own {
            return true;
        }
        let group = match target {
            0 => process_group(pid),
            -1 => Some(-1),
            group if group < 0 => group.checked_neg(),
            _ => None,
        };
        let concerns = group.is_some_and(|g| g == -1 || Some(g) == process_group(self.own));
        let signal = call.row.and_then(|r| r.arg_value(&call.raw, "sig")).unwrap_or(0) as i32;
        concerns && crate::sys::poke::is_harmful(signal)
    }
}
