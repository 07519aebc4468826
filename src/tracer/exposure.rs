//! Which memory can change without a task of its own: shared mappings, mapped files that somebody may write, calls
//! that the kernel completes later.

use std::path::Path;

use super::engine::Engine;
use super::task::InCall;
use crate::sys::file_owner_at;
use crate::syscall::{Abi, Access, Kind, Object, RawCall};

/// `MAP_TYPE`: MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE.
const MAP_TYPE: u64 = 0xf;
const MAP_PRIVATE: u64 = 2;
const MAP_ANONYMOUS: u64 = 0x20;
const PROT_WRITE: u64 = 2;
/// i386's mmap with its arguments in memory.
const OLD_MMAP: u64 = 90;
/// Where even root's programs change files only when software is installed.
const SYSTEM: [&str; 8] = ["/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/etc", "/opt"];

/// userfaultfd(2) by way of /dev/userfaultfd.
const USERFAULTFD_IOC_NEW: u32 = 0xaa00;

fn is_of_system(path: &Path) -> bool {
    SYSTEM.iter().any(|s| path.starts_with(s))
}

/// Whether a program of root's changes what counts as unchanging.
fn changes_system(access: &Access) -> bool {
    let changes = matches!(access.kind, Kind::FileWrite | Kind::FileCreate | Kind::FileRename);
    // A mount can bring what is somewhere else.
    matches!(&access.object, Some(Object::Path { path, .. })
        if changes && is_of_system(path) || access.kind == Kind::FileAttributes && path.is_dir() && is_of_system(path))
}

impl Engine {
    /// Whether nobody who is not trusted with everything can change what `fd` of `tid` is open on, which is `path`.
    fn is_settled(&self, tid: i32, fd: i32, path: &Path) -> bool {
        let us = nix::unistd::geteuid();
        let others = match us.is_root() {
            true => !self.system_changes && is_of_system(path),
            false => true,
        };
        // The file itself: the path may name another by now.
        others
            && file_owner_at(Path::new(&format!("/proc/{tid}/fd/{fd}"))).is_ok_and(|(owner, mode)| {
                let regular = mode & libc::S_IFMT == libc::S_IFREG;
                regular && (us.is_root() || owner != us.as_raw()) && mode & 0o022 == 0
            })
    }

    /// Others may change the memory of every process.
    pub fn expose_all(&mut self) {
        for process in self.processes.values() {
            process.vm.borrow_mut().exposed = true;
        }
    }

    /// process_vm_writev: whether it has to wait for a call of the process that it writes to, whose arguments were
    /// looked at when nobody could change them.
    pub fn writes_under_a_call(&mut self, tid: i32, pid: i32, call: &InCall) -> bool {
        if call.raw.name() != Some("process_vm_writev") {
            return false;
        }
        let namespace = |who: &str| std::fs::read_link(format!("/proc/{who}/ns/pid")).ok();
        let target = call.raw.args[0] as i32;
        // In another namespace numbers mean others.
        let known = namespace(&tid.to_string()) == namespace("self");
        let target = known.then(|| self.tasks.get(&target).map_or(target, |t| t.pid));
        let is_target = |p: i32| p != pid && target.is_none_or(|t| t == p);
        let busy = self.tasks.values().any(|task| {
            let unsafe_now = |call: &InCall| call.slot.is_none() && !call.accesses.is_empty();
            is_target(task.pid) && !task.vm.borrow().exposed && task.call.as_ref().is_some_and(unsafe_now)
        });
        for (_, process) in self.processes.iter().filter(|(p, _)| is_target(**p)) {
            process.vm.borrow_mut().exposed = true;
        }
        busy
    }

    /// Notes what a call that is about to be made lets others do to the memory of its process.
    pub fn note_exposure(&mut self, tid: i32, pid: i32, call: &InCall) {
        let exposes = match call.raw.name() {
            Some("mmap" | "mmap2") => self.maps_what_may_change(tid, pid, &call.raw),
            Some("shmat" | "io_setup" | "io_uring_setup" | "io_uring_enter" | "userfaultfd" | "remap_file_pages") => {
                true
            }
            Some("ioctl") => call.raw.args[1] as u32 == USERFAULTFD_IOC_NEW,
            _ => false,
        };
        if nix::unistd::geteuid().is_root() && !self.system_changes && call.accesses.iter().any(changes_system) {
            self.system_changes = true;
            self.expose_all();
        }
        if exposes && let Some(vm) = self.vm(pid) {
            vm.borrow_mut().exposed = true;
        }
    }

    fn maps_what_may_change(&mut self, tid: i32, pid: i32, call: &RawCall) -> bool {
        if call.abi == Abi::I386 && call.nr == OLD_MMAP {
            return true;
        }
        let (flags, fd) = (call.args[3], call.args[4] as i32);
        if flags & MAP_ANONYMOUS != 0 {
            return flags & MAP_TYPE != MAP_PRIVATE;
        }
        if flags & MAP_TYPE != MAP_PRIVATE && call.args[2] & PROT_WRITE != 0 {
            return true;
        }
        match self.descriptor(tid, pid, fd) {
            Some(Object::Path { path, .. }) => !self.is_settled(tid, fd, &path),
            _ => true,
        }
    }
}
