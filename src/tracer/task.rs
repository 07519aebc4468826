//! What the tracer knows about each traced thread and process.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use super::message::Ancestor;
use super::pin::Injection;
use super::resolve::Held;
use super::vm::{SharedVm, Slot};
use crate::policy::Verdict;
use crate::recording::Check;
use crate::sys::Registers;
use crate::syscall::{Access, ArgText, KindSet, Object, RawCall, Row};

/// What is done with a call between its entry and its exit.
pub(super) enum Plan {
    /// The kernel makes it.
    Pass,
    /// It is not made; the program gets this result (a negative errno for a failure).
    Skip(i64),
    /// It is not made now: a signal that waits for the task comes first, and the kernel restarts the call.
    Interrupt,
    /// Another, harmless call is made in its place; at the exit the registers are put back but for the result.
    Replace {
        /// As they were at the entry.
        saved: Box<Registers>,
        /// Whether the result is a socket that stands in for another.
        socket: bool,
    },
}

/// A call between entry and exit.
pub(super) struct InCall {
    /// As made; multiplexed calls of i386 are told apart.
    pub raw: RawCall,
    /// As the registers had it.
    pub asked: RawCall,
    /// What was decided about: `raw`, or what is made in its place so that it stays what was looked at.
    pub looked: RawCall,
    /// Where its arguments were copied to; free again at the exit.
    pub slot: Option<Slot>,
    /// Its paths, with what they lead to.
    pub held: Vec<Held>,
    /// The registers as the program set them, where the kernel was given others.
    pub saved: Option<Box<Registers>>,
    /// What was below the stack where its paths were put: where, and the bytes.
    pub under: Option<(u64, Vec<u8>)>,
    /// Whether its paths were led through what Syswall holds.
    pub led: bool,
    /// Whether its arguments can be changed by others and could not be copied.
    pub unpinned: bool,
    /// Whether what it names changed while it waited for an answer.
    pub changed: bool,
    /// Whether O_NOFOLLOW was added to an open.
    pub no_follow: bool,
    /// `resolve` of an openat2 (RESOLVE_…).
    pub resolve_flags: u64,
    /// The flags of a clone3, read before the kernel writes through pointers that may lead to them.
    pub clone_flags: Option<u64>,
    /// Behind the instruction.
    pub ip: u64,
    pub row: Option<&'static Row>,
    pub args: ArgText,
    pub kinds: KindSet,
    pub accesses: Vec<Access>,
    pub verdict: Verdict,
    /// Accesses that the user has allowed in this very call.
    pub granted: Vec<Access>,
    pub plan: Plan,
    /// ns since the epoch.
    pub time: i64,
    /// Monotonic ns when the task was resumed into the call.
    pub resumed: u64,
    /// ns held for an answer.
    pub waited: u64,
    pub check: Check,
}

/// Where a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Resumed; the kernel has it.
    Running,
    /// In a group stop (PTRACE_LISTEN).
    Listening,
    /// At a call's entry, until this question is answered.
    Asking(u64),
    /// At the entry of a call that reads from the terminal, until no question has it.
    Reading,
}

/// One traced thread.
pub(super) struct Task {
    pub tid: i32,
    pub pid: i32,
    pub state: State,
    pub call: Option<InCall>,
    /// Calls that a signal interrupted and that may be restarted, innermost last.
    pub interrupted: Vec<InCall>,
    /// Still our own code between fork and execve.
    pub launching: bool,
    /// A call of Syswall's that the task makes before its own.
    pub injection: Option<Injection>,
    /// The address space that it runs in.
    pub vm: SharedVm,
    /// Whether it waits for a child that borrows it (vfork(2)).
    pub suspended: bool,
}

impl Task {
    pub fn new(tid: i32, pid: i32, vm: SharedVm) -> Task {
        Task {
            tid,
            pid,
            state: State::Running,
            call: None,
            interrupted: Vec::new(),
            launching: false,
            injection: None,
            vm,
            suspended: false,
        }
    }

    /// It waits no more for a child that borrowed its memory.
    pub fn runs_again(&mut self) {
        if std::mem::take(&mut self.suspended) {
            let mut vm = self.vm.borrow_mut();
            vm.suspended = vm.suspended.saturating_sub(1);
        }
    }

    /// It leaves its address space: it is gone, or executes another program.
    pub fn leaves_vm(&mut self) {
        self.runs_again();
        let mut vm = self.vm.borrow_mut();
        vm.tasks = vm.tasks.saturating_sub(1);
    }
}

/// One traced process (thread group).
pub(super) struct Process {
    /// The executables: its own, its parent's, and so on.
    pub ancestry: Vec<Arc<Path>>,
    /// The processes behind `ancestry[1..]`.
    pub ancestors: Vec<Ancestor>,
    pub argv: Vec<OsString>,
    /// How many threads are alive.
    pub threads: usize,
    /// What descriptors were seen to be open on; see `descriptors`.
    pub descriptors: HashMap<i32, Object>,
    /// Whether its root directory and mount namespace are Syswall's; `None`: to be looked up.
    pub plain_root: Option<bool>,
    /// Whether it may follow Syswall's links in /proc; `None`: to be looked up.
    pub like_us: Option<bool>,
    /// Whether it has restricted itself by Landlock, which also forbids it to follow Syswall's links in /proc.
    pub restricted: bool,
    /// Its address space.
    pub vm: SharedVm,
}

impl Process {
    /// Its executable.
    pub fn program(&self) -> Arc<Path> {
        self.ancestry.first().cloned().unwrap_or_else(|| Arc::from(Path::new("?")))
    }

    /// Remembers what `fd` is open on.
    pub fn remember(&mut self, fd: i32, object: Object) {
        // A program can have a million; what was first is as good as what is last.
        if self.descriptors.len() >= 4096 {
            self.descriptors.clear();
        }
        self.descriptors.insert(fd, object);
    }

    /// What a child starts with: the same program, with this process among its ancestors. `clone`: as its birth says.
    pub fn child(&self, pid: i32, clone: u64) -> Process {
        let mut ancestry = self.ancestry.clone();
        ancestry.insert(0, self.program());
        let mut ancestors = self.ancestors.clone();
        ancestors.insert(0, Ancestor { pid, program: self.program() });
        // A chain as long as this is a fork loop, and its far end the same program over and over.
        ancestry.truncate(64);
        ancestors.truncate(63);
        Process {
            ancestry,
            ancestors,
            argv: self.argv.clone(),
            threads: 0,
            descriptors: HashMap::new(),
            plain_root: None,
            like_us: None,
            restricted: self.restricted,
            vm: self.vm_of_child(clone),
        }
    }

    fn vm_of_child(&self, clone: u64) -> SharedVm {
        if clone & CLONE_VM != 0 {
            self.vm.borrow_mut().tasks += 1;
            return SharedVm::clone(&self.vm);
        }
        if clone & CLONE_FILES != 0 {
            // What one of them opens, the other can use before anybody has looked at it.
            self.vm.borrow_mut().exposed = true;
        }
        self.vm.borrow().copy()
    }
}

/// Flags of clone(2) that matter here.
pub(super) const CLONE_VM: u64 = 0x100;
const CLONE_FILES: u64 = 0x400;

/// Syswall's own PID; the C library asks the kernel each time.
pub(super) fn own_pid() -> i32 {
    static PID: std::sync::OnceLock<i32> = std::sync::OnceLock::new();
    *PID.get_or_init(|| std::process::id() as i32)
}

/// The thread group of `tid`, from /proc (proc(5)). `None`: it is gone.
pub(super) fn thread_group(tid: i32) -> Option<i32> {
    status_field(tid, "Tgid:")
}

/// The parent of process `pid`.
pub(super) fn parent(pid: i32) -> Option<i32> {
    status_field(pid, "PPid:")
}

/// Who traces `pid`; 0: nobody.
pub(super) fn tracer_of(pid: i32) -> Option<i32> {
    status_field(pid, "TracerPid:")
}

fn status_field(tid: i32, name: &str) -> Option<i32> {
    let status = std::fs::read_to_string(format!("/proc/{tid}/status")).ok()?;
    status.lines().find_map(|l| l.strip_prefix(name))?.trim().parse().ok()
}

/// The arguments of `pid`, at most 64 of them and 4 KiB, as the kernel shows them.
pub(super) fn command_line(pid: i32) -> Vec<OsString> {
    use std::io::Read;
    use std::os::unix::ffi::OsStringExt;
    let mut bytes = Vec::new();
    if let Ok(file) = std::fs::File::open(format!("/proc/{pid}/cmdline")) {
        // A partial read is as good as none here: it is shown, never decided on.
        let _ = file.take(4096).read_to_end(&mut bytes);
    }
    if bytes.last() == Some(&0) {
        bytes.pop();
    }
    if bytes.is_empty() {
        return Vec::new();
    }
    bytes.split(|b| *b == 0).take(64).map(|a| OsString::from_vec(a.to_vec())).collect()
}

/// The executable of `pid`.
pub(super) fn executable(pid: i32) -> Option<Arc<Path>> {
    let path = std::fs::read_link(format!("/proc/{pid}/exe")).ok()?;
    Some(Arc::from(path))
}

/// The process group of `pid`.
pub(super) fn process_group(pid: i32) -> Option<i32> {
    nix::unistd::getpgid(Some(nix::unistd::Pid::from_raw(pid))).ok().map(nix::unistd::Pid::as_raw)
}
