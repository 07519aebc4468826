//! After the call: whether what happened is what was decided about, and taking it back where it is not.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::descriptors::look_up;
use super::engine::Engine;
use super::task::InCall;
use crate::policy::{Decision, Verdict};
use crate::recording::{Check, Doubt};
use crate::syscall::{Access, Kind, Object, Outcome, ResultKind};

/// What became of a call whose result was looked at.
pub(super) enum Opened {
    /// It stands, or there is nothing to look at.
    Stands,
    /// Something else was opened, which the program may not have.
    Forbidden(Verdict),
    /// Something else was opened, which is to be asked about: the call is made again.
    Again,
}

fn opens(kind: Kind) -> bool {
    matches!(kind, Kind::FileRead | Kind::FileList | Kind::FileWrite | Kind::FileCreate)
}

fn path(access: &Access) -> Option<&Path> {
    match &access.object {
        Some(Object::Path { path, .. }) => Some(path),
        _ => None,
    }
}

/// The accesses as they are if `path` is what they were about.
fn about(accesses: &[Access], kinds: impl Fn(Kind) -> bool, path: &Path) -> Vec<Access> {
    let change = |access: &Access| match &access.object {
        Some(Object::Path { asked, .. }) if kinds(access.kind) => {
            Access { kind: access.kind, object: Some(Object::Path { path: path.to_path_buf(), asked: asked.clone() }) }
        }
        _ => access.clone(),
    };
    accesses.iter().map(change).collect()
}

/// How sure it is, before the call is made, that it will do what was decided about. `shared`: whether others can write
/// to the memory and use the descriptors of its process.
pub(super) fn certainty(call: &InCall, shared: bool) -> Check {
    // Their structures are read by the kernel from where the program has them.
    const UNCOPIED: [&str; 7] = ["bpf", "io_submit", "keyctl", "add_key", "request_key", "fsconfig", "ipc"];
    let names_something = call.accesses.iter().any(|a| !matches!(a.object, None | Some(Object::System { .. })));
    if call.led || call.accesses.is_empty() {
        Check::Verified
    } else if shared && call.raw.name().is_some_and(|name| UNCOPIED.contains(&name)) {
        Check::Unverified(Doubt::Memory)
    } else if !call.held.is_empty() {
        Check::Unverified(Doubt::Name)
    } else if shared && names_something && !call.accesses.iter().any(is_told_by_value) {
        Check::Unverified(Doubt::Descriptor)
    } else {
        Check::Verified
    }
}

/// Whether the registers, or what was copied, say what it is about.
fn is_told_by_value(access: &Access) -> bool {
    matches!(access.object, Some(Object::Process { .. } | Object::Address { .. } | Object::Socket { .. }))
}

impl Engine {
    /// Compares what a call has opened with what was decided about. The task is at the call's exit.
    pub fn check_opened(&mut self, tid: i32, pid: i32, call: &mut InCall, outcome: Outcome) -> Opened {
        let is_open = matches!(call.row.map(|r| r.result), Some(ResultKind::Fd))
            && call.accesses.iter().any(|a| opens(a.kind) && path(a).is_some());
        if !is_open {
            return Opened::Stands;
        }
        if outcome.error {
            // Nothing was opened.
            call.check = Check::Verified;
            return Opened::Stands;
        }
        let fd = outcome.value as i32;
        let found = look_up(tid, fd);
        if let (Some(object), Some(process)) = (&found, self.processes.get_mut(&pid)) {
            process.remember(fd, object.clone());
        }
        let Some(Object::Path { path: found, .. }) = found else {
            // A pipe or the like, reached through /proc/self/fd: it has no name that a rule could be about.
            return Opened::Stands;
        };
        let expected = |a: &Access| {
            // A nameless file (O_TMPFILE) is in the directory that was named.
            path(a).is_some_and(|p| p == found || a.kind == Kind::FileCreate && found.parent() == Some(p))
        };
        if call.led || call.accesses.iter().any(expected) {
            call.check = Check::Verified;
            return Opened::Stands;
        }
        let plain = self.processes.get(&pid).is_some_and(|p| p.plain_root == Some(true));
        if !plain {
            // Seen from another root, a name says nothing.
            return Opened::Stands;
        }
        call.accesses = about(&call.accesses, opens, &found);
        let verdict = self.decide(tid, call);
        match verdict.decision {
            Decision::Allow => {
                call.check = Check::Verified;
                Opened::Stands
            }
            Decision::Ask if self.answer.is_none() => Opened::Again,
            Decision::Ask if self.answer == Some(Decision::Allow) => Opened::Stands,
            _ => Opened::Forbidden(verdict),
        }
    }

    /// Compares what `tid` executes now with what was decided about; ends its process where it may not. Returns whether
    /// it goes on.
    pub fn check_executed(&mut self, tid: i32, program: Option<&Path>) -> bool {
        if self.started.is_some() {
            return true;
        }
        let Some(pid) = self.tasks.get(&tid).map(|t| t.pid) else { return true };
        let plain = self.processes.get(&pid).is_some_and(|p| p.plain_root == Some(true));
        let Some(mut call) = self.tasks.get_mut(&tid).and_then(|t| t.call.take()) else { return true };
        let program = program.map(|p| match p.as_os_str().as_bytes().strip_suffix(b" (deleted)") {
            Some(name) => Path::new(OsStr::from_bytes(name)),
            None => p,
        });
        let executes = |kind| kind == Kind::ProcessExecute;
        let known = |p: &Path| call.accesses.iter().any(|a| executes(a.kind) && path(a) == Some(p));
        let goes_on = match program {
            Some(program) if known(program) => {
                call.check = Check::Verified;
                true
            }
            Some(program) if plain => {
                call.accesses = about(&call.accesses, executes, program);
                let verdict = self.decide(tid, &call);
                let allowed = match verdict.decision {
                    // The administrator may have set it for files of some kind, which nobody can be asked about now.
                    Decision::Ask => self.answer == Some(Decision::Allow) || is_format_interpreter(program),
                    decided => decided == Decision::Allow,
                };
                if !allowed {
                    call.check = Check::Race;
                    call.verdict = Verdict { decision: Decision::Kill, ..verdict };
                }
                allowed
            }
            // From another root, names say nothing.
            _ => true,
        };
        if !goes_on {
            self.note("another program was executed than the one that was allowed; its process was ended");
            // Whoever is gone needs no signal.
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.call = Some(call);
        }
        goes_on
    }
}

/// Whether `program` runs files of some kind for the kernel (binfmt_misc; Documentation/admin-guide/binfmt-misc.rst).
fn is_format_interpreter(program: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir("/proc/sys/fs/binfmt_misc") else { return false };
    let interpreter = |entry: PathBuf| {
        let text = std::fs::read_to_string(entry).ok()?;
        let path = text.lines().find_map(|l| l.strip_prefix("interpreter "))?;
        std::fs::canonicalize(path.trim()).ok()
    };
    entries.flatten().any(|entry| interpreter(entry.path()).is_some_and(|p| p == program))
}
