//! What descriptors are open on. Looked up in /proc; for input and output on open descriptors, which no rule about
//! opening concerns, remembered until the number can mean something else.

use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use super::beyond::{open_flags, ways};
use super::engine::Engine;
use super::handle::Watch;
use super::task::InCall;
use crate::policy::{By, Decision, NoArgs, Query};
use crate::sys::RemoteMemory;
use crate::syscall::{self, Access, Kind, Object, Outcome};

/// What `fd` of thread `tid` is open on, now. `None`: it is not open.
pub(super) fn look_up(tid: i32, fd: i32) -> Option<Object> {
    let target = std::fs::read_link(format!("/proc/{tid}/fd/{fd}")).ok()?;
    Some(from_link(target))
}

fn from_link(target: PathBuf) -> Object {
    if target.is_absolute() {
        let bytes = target.into_os_string().into_vec();
        let path = match bytes.strip_suffix(b" (deleted)") {
            Some(path) => path.to_vec(),
            None => bytes,
        };
        let asked = std::ffi::OsString::from_vec(path);
        Object::Path { path: PathBuf::from(&asked), asked }
    } else {
        Object::Descriptor { text: target.to_string_lossy().into_owned() }
    }
}

impl Engine {
    /// What `fd` is open on, as it was when last looked.
    pub fn descriptor(&mut self, tid: i32, pid: i32, fd: i32) -> Option<Object> {
        if self.watch == Watch::Policy {
            // Nothing can be remembered where closing is not seen.
            return look_up(tid, fd);
        }
        if let Some(known) = self.processes.get(&pid).and_then(|p| p.descriptors.get(&fd)) {
            return Some(known.clone());
        }
        let object = look_up(tid, fd)?;
        if let Some(process) = self.processes.get_mut(&pid) {
            process.remember(fd, object.clone());
        }
        Some(object)
    }

    /// Adds to the record of a receiving call what the descriptors are open on that came with the message. Returns those
    /// that a rule forbids, to be closed; what nobody decides, its sender did.
    fn received(&self, tid: i32, pid: i32, call: &mut InCall, messages: u64) -> Vec<i32> {
        let memory = RemoteMemory::new(tid);
        let mut forbidden = Vec::new();
        for fd in syscall::rows::network::received_descriptors(&call.raw, &memory, messages) {
            let Some(object) = look_up(tid, fd) else { continue };
            let kinds: Vec<Kind> = match &object {
                Object::Path { .. } => ways(open_flags(pid, fd)).collect(),
                _ => vec![Kind::Descriptor],
            };
            for kind in kinds {
                let access = Access { kind, object: Some(object.clone()) };
                if self.forbids_received(pid, call, &access) && !forbidden.contains(&fd) {
                    forbidden.push(fd);
                }
                if !call.accesses.contains(&access) {
                    call.kinds.insert(kind);
                    call.accesses.push(access);
                }
            }
        }
        forbidden
    }

    /// Whether a rule or preset says that a received descriptor may not be had.
    fn forbids_received(&self, pid: i32, call: &InCall, access: &Access) -> bool {
        let Some(Object::Path { path, .. }) = &access.object else { return false };
        // Memory that has no name in any folder.
        if path.as_os_str().as_bytes().starts_with(b"/memfd:") {
            return false;
        }
        let Some(process) = self.processes.get(&pid) else { return true };
        let name = call.raw.name().unwrap_or("");
        let accesses = std::slice::from_ref(access);
        let query = Query { ancestry: &process.ancestry, pid, call: name, accesses, args: &NoArgs };
        let verdict = self.rules.decide(&query);
        verdict.decision > Decision::Ask && verdict.by != By::Default
    }

    /// Forgets what a call that has ended may have changed.
    ///
    /// Returns received descriptors that the task may not have.
    pub fn after(&mut self, tid: i32, pid: i32, call: &mut InCall, outcome: Outcome) -> Vec<i32> {
        let forbidden = match call.raw.name() {
            Some("recvmsg") if !outcome.error => self.received(tid, pid, call, 1),
            Some("recvmmsg" | "recvmmsg_time64") if !outcome.error => {
                self.received(tid, pid, call, outcome.value.max(0) as u64)
            }
            _ => Vec::new(),
        };
        self.forget_changed(pid, call, outcome);
        forbidden
    }

    fn forget_changed(&mut self, pid: i32, call: &InCall, outcome: Outcome) {
        let Some(process) = self.processes.get_mut(&pid) else { return };
        let Some(name) = call.raw.name() else { return };
        match name {
            // A close that fails has closed all the same (close(2)).
            "close" => {
                process.descriptors.remove(&(call.raw.args[0] as i32));
            }
            "dup2" | "dup3" => {
                process.descriptors.remove(&(call.raw.args[1] as i32));
            }
            "close_range" | "unshare" | "recvmsg" | "recvmmsg" => process.descriptors.clear(),
            _ => {}
        }
        if matches!(name, "chroot" | "pivot_root" | "unshare" | "setns") {
            process.plain_root = None;
        }
        process.restricted |= name == "landlock_restrict_self";
        if call.kinds.contains(Kind::ProcessIdentity) {
            process.like_us = None;
        }
        if !outcome.error && matches!(call.row.map(|r| r.result), Some(crate::syscall::ResultKind::Fd)) {
            process.descriptors.remove(&(outcome.value as i32));
        }
        if !outcome.error && call.verdict.decision == Decision::Allow {
            self.note_made(name, &call.accesses);
            self.fakes.made(call);
        }
    }

    /// Tells the rules what the program made, removed or renamed: some presets allow it what is its own.
    fn note_made(&mut self, call: &str, accesses: &[Access]) {
        let path = |kind: Kind, nth: usize| {
            accesses.iter().filter(|a| a.kind == kind).nth(nth).and_then(|a| match &a.object {
                Some(Object::Path { path, .. }) => Some(path.as_path()),
                _ => None,
            })
        };
        if let (Some(from), Some(to)) = (path(Kind::FileRename, 0), path(Kind::FileRename, 1)) {
            return self.rules.note_renamed(from, to);
        }
        // A hard link gives another name to what was there before.
        if let Some(made) = path(Kind::FileCreate, 0)
            && !matches!(call, "link" | "linkat")
        {
            self.rules.note_created(made);
        }
        if let Some(gone) = path(Kind::FileDelete, 0) {
            self.rules.note_removed(gone);
        }
    }
}
