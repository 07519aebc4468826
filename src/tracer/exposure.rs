//! Which memory can change without a task of its own: shared mappings, mapped files that somebody may write, calls
//! that the kernel completes later.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::engine::Engine;
use super::task::InCall;
use crate::syscall::{Abi, Object, RawCall};

/// `MAP_TYPE`: MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE.
const MAP_TYPE: u64 = 0xf;
const MAP_PRIVATE: u64 = 2;
const MAP_ANONYMOUS: u64 = 0x20;
/// i386's mmap with its arguments in memory.
const OLD_MMAP: u64 = 90;
/// Files that are remembered.
const MOST: usize = 4096;
/// Where even root's programs change files only when software is installed.
const SYSTEM: [&str; 8] = ["/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/etc", "/opt"];

/// Files of which it is known whether the program may write to them.
#[derive(Default)]
pub(super) struct Settled(HashMap<PathBuf, bool>);

impl Settled {
    /// Whether nobody who is not trusted with everything can change what is in `path`.
    fn is_settled(&mut self, path: &Path) -> bool {
        if let Some(known) = self.0.get(path) {
            return *known;
        }
        let us = nix::unistd::geteuid();
        let settled = std::fs::metadata(path).is_ok_and(|file| {
            let others =
                if us.is_root() { SYSTEM.iter().any(|s| path.starts_with(s)) } else { file.uid() != us.as_raw() };
            file.is_file() && others && file.mode() & 0o022 == 0
        });
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.insert(path.to_path_buf(), settled);
        settled
    }
}

impl Engine {
    /// Notes what a call that is about to be made lets others do to the memory of its process.
    pub fn note_exposure(&mut self, tid: i32, pid: i32, call: &InCall) {
        let exposes = match call.raw.name() {
            Some("mmap" | "mmap2") => self.maps_what_may_change(tid, pid, &call.raw),
            Some("shmat" | "io_setup" | "io_uring_setup" | "userfaultfd" | "remap_file_pages") => true,
            Some("process_vm_writev") => {
                // Written to by another process, whenever that runs.
                if let Some(vm) = self.vm(call.raw.args[0] as i32) {
                    vm.borrow_mut().exposed = true;
                }
                false
            }
            Some("seccomp" | "prctl") => {
                let installs = super::pin::prepares(&call.raw);
                if let Some(process) = self.processes.get_mut(&pid).filter(|_| installs) {
                    process.filtered = true;
                }
                false
            }
            _ => false,
        };
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
        match self.descriptor(tid, pid, fd) {
            Some(Object::Path { path, .. }) => !self.settled.is_settled(&path),
            _ => true,
        }
    }
}
