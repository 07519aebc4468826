//! Birth, exec and death of tasks.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::engine::KILLED_EARLY;
use super::engine::{Engine, now};
use super::handle::{StartError, Watch};
use super::message::Message;
use super::task::{CLONE_VM, Process, Task, command_line, executable, parent, thread_group};
use super::vm::{SharedVm, Vm};
use crate::i18n::Text;
use crate::recording::{ExitStatus, What};
use crate::sys::launch::Launch;
use crate::sys::{Status, ptrace};
use crate::syscall::RawCall;

/// The flags of clone(2) that vfork(2) is made of.
const VFORK: u64 = CLONE_VM | libc::CLONE_VFORK as u64;

/// How a task comes into being.
pub(super) struct Birth {
    /// The TID of the task that makes it.
    pub parent: i32,
    /// The flags of clone(2); `None`: not known.
    pub clone: Option<u64>,
    /// The call as its maker asked for it, and as it was made for pinned arguments.
    pub pinned: Option<(RawCall, RawCall)>,
}

impl Engine {
    /// The held first process: launching until its execve.
    pub fn adopt_root(&mut self, launch: &Launch) {
        let program: Arc<Path> = Arc::from(launch.program.as_path());
        let vm = Vm::new(self.watch == Watch::Policy);
        self.processes.insert(
            self.root,
            Process {
                ancestry: vec![program],
                ancestors: Vec::new(),
                argv: launch.argv.clone(),
                threads: 1,
                descriptors: HashMap::new(),
                plain_root: None,
                like_us: None,
                restricted: false,
                vm: SharedVm::clone(&vm),
            },
        );
        let mut task = Task::new(self.root, self.root, vm);
        task.launching = true;
        self.tasks.insert(self.root, task);
        self.out.progress.processes = 1;
    }

    /// A parent's event (PTRACE_EVENT_FORK, _VFORK or _CLONE) names its new child. Its first stop may have come before.
    pub fn born(&mut self, parent: i32, child: i32, event: i32) {
        let birth = self.birth(parent, event);
        if birth.clone.is_some_and(|flags| flags & VFORK == VFORK)
            && let Some(task) = self.tasks.get_mut(&parent)
            && task.call.is_some()
        {
            task.suspended = true;
            task.vm.borrow_mut().suspended += 1;
        }
        match self.orphans.remove(&child) {
            Some(stop) => {
                self.adopt(child, birth);
                self.serve(child, stop);
            }
            None if !self.tasks.contains_key(&child) => {
                self.expected.insert(child, birth);
            }
            None => {}
        }
    }

    /// How the child is made that `parent` is about to be told of.
    fn birth(&self, parent: i32, event: i32) -> Birth {
        let call = self.tasks.get(&parent).and_then(|t| t.call.as_ref());
        let by_call = call.and_then(|call| match call.raw.name()? {
            "clone" => Some(call.looked.args[0]),
            "clone3" => call.clone_flags,
            "vfork" => Some(VFORK),
            "fork" => Some(0),
            _ => None,
        });
        let by_event = match event {
            libc::PTRACE_EVENT_FORK => Some(0),
            libc::PTRACE_EVENT_VFORK => Some(VFORK),
            _ => None,
        };
        let pinned = call.filter(|call| call.saved.is_some()).map(|call| (call.asked, call.looked));
        Birth { parent, clone: by_call.or(by_event), pinned }
    }

    /// Takes in a task that has stopped for the first time.
    pub fn adopt(&mut self, tid: i32, birth: Birth) {
        let parent_pid = self.tasks.get(&birth.parent).map_or(self.root, |t| t.pid);
        self.follow.born(tid, birth.parent);
        let pid = match birth.clone {
            Some(flags) if flags & libc::CLONE_THREAD as u64 != 0 => parent_pid,
            Some(_) => tid,
            None => thread_group(tid).unwrap_or(tid),
        };
        if let Some((asked, made)) = birth.pinned {
            // It starts with its parent's registers, which point to what was pinned.
            let changed = Self::change(tid, |regs| {
                for index in (0..6).filter(|i| asked.args[*i] != made.args[*i]) {
                    *regs.argument(asked.abi, index) = asked.args[index];
                }
            });
            if let Err(error) = changed {
                self.not_enforced(tid, error);
            }
        }
        self.adopt_as(tid, pid, parent_pid, birth.clone);
    }

    fn adopt_as(&mut self, tid: i32, pid: i32, parent_pid: i32, clone: Option<u64>) {
        let thread = tid != pid;
        if !self.processes.contains_key(&pid) {
            let process = match self.processes.get(&parent_pid).or_else(|| self.processes.get(&self.root)) {
                Some(parent) => parent.child(parent_pid, clone.unwrap_or(0)),
                None => Process {
                    ancestry: executable(pid).into_iter().collect(),
                    ancestors: Vec::new(),
                    argv: command_line(pid),
                    threads: 0,
                    descriptors: HashMap::new(),
                    plain_root: None,
                    like_us: None,
                    restricted: false,
                    vm: Vm::new(true),
                },
            };
            if clone.is_none() {
                // Nobody has told what it shares with whom.
                process.vm.borrow_mut().exposed = true;
            }
            self.processes.insert(pid, process);
        } else if let Some(process) = self.processes.get(&pid) {
            process.vm.borrow_mut().tasks += 1;
        }
        let Some(vm) = self.vm(pid) else { return };
        self.tasks.insert(tid, Task::new(tid, pid, vm));
        let Some(process) = self.processes.get_mut(&pid) else { return };
        process.threads += 1;
        let program = process.program();
        self.out.progress.processes = self.processes.len() as u64;
        self.out.event(now(), pid, tid, program, What::Start { parent: parent_pid, thread });
        if self.stopping {
            self.kill_all();
        }
    }

    /// Tasks whose parent died before it could name them (called when nothing else happens).
    pub fn adopt_strays(&mut self) {
        for (tid, stop) in std::mem::take(&mut self.orphans) {
            let Some(pid) = thread_group(tid) else { continue };
            // With whom it shares memory, only its maker could have told.
            self.expose_all();
            let parent = parent(pid).filter(|p| self.processes.contains_key(p)).unwrap_or(self.root);
            self.follow.born(tid, parent);
            self.adopt_as(tid, pid, parent, None);
            self.serve(tid, stop);
        }
    }

    /// PTRACE_EVENT_EXEC: `tid` (always a leader's) runs another program now.
    pub fn executed(&mut self, tid: i32) {
        let old = ptrace::event_message(tid).map_or(tid, |old| old as i32);
        if old != tid
            && let Some(mut task) = self.tasks.remove(&old)
        {
            // The caller takes the leader's PID; the leader vanishes without a word of its own.
            if let Some(mut leader) = self.tasks.remove(&tid) {
                leader.leaves_vm();
                self.forget_waiter(tid);
                self.close_calls(leader);
                if let Some(process) = self.processes.get_mut(&tid) {
                    process.threads = process.threads.saturating_sub(1);
                }
                if let Some(trace) = &mut self.out.trace {
                    trace.superseded(tid, old);
                }
            }
            task.tid = tid;
            task.pid = tid;
            self.tasks.insert(tid, task);
        }
        let program = executable(tid);
        if !self.check_executed(tid, program.as_deref()) {
            return;
        }
        let vm = Vm::new(self.watch == Watch::Policy);
        if let Some(task) = self.tasks.get_mut(&tid) {
            task.leaves_vm();
            task.vm = SharedVm::clone(&vm);
            if let Some(call) = &mut task.call {
                // There is nothing to put back: the registers are the new program's.
                (call.saved, call.slot) = (None, None);
            }
        }
        let Some(process) = self.processes.get_mut(&tid) else { return };
        process.vm = vm;
        process.like_us = None;
        if let Some(program) = program {
            match process.ancestry.first_mut() {
                Some(own) => *own = program,
                None => process.ancestry.push(program),
            }
        }
        process.argv = command_line(tid);
        process.descriptors.clear();
        let (program, argv) = (process.program(), process.argv.clone());
        let first = tid == self.root && self.started.is_some();
        if first {
            let parent = std::process::id() as i32;
            self.out.event(now(), tid, tid, Arc::clone(&program), What::Start { parent, thread: false });
        }
        self.out.event(now(), tid, tid, program, What::Exec { argv });
        if first {
            self.held = None;
            self.out.message(Message::Started { pid: tid });
            if let Some(started) = self.started.take() {
                // A caller that is gone is noticed when messages are sent.
                let _ = started.send(Ok(()));
            }
        }
    }

    /// A task is gone.
    pub fn ended(&mut self, tid: i32, status: Status) {
        let status = match status {
            Status::Exited(code) => ExitStatus::Code(code),
            Status::Signaled { signal, core } => ExitStatus::Signal { number: signal, core },
            Status::Stopped { .. } | Status::Continued => return,
        };
        self.orphans.remove(&tid);
        self.expected.remove(&tid);
        self.parked.retain(|(parked, _, _)| *parked != tid);
        self.forget_waiter(tid);
        if tid == self.root && self.started.is_some() {
            return self.launch_failed();
        }
        let Some(mut task) = self.tasks.remove(&tid) else { return };
        let pid = task.pid;
        task.leaves_vm();
        self.close_calls(task);
        let program = self.processes.get(&pid).map_or_else(|| Arc::from(Path::new("")), Process::program);
        if let Some(trace) = &mut self.out.trace {
            trace.exit(tid, status);
        }
        self.out.event(now(), pid, tid, program, What::Exit { status });
        if let Some(process) = self.processes.get_mut(&pid) {
            process.threads = process.threads.saturating_sub(1);
            if process.threads == 0 {
                self.processes.remove(&pid);
            }
        }
        self.out.progress.processes = self.processes.len() as u64;
        if tid == self.root {
            self.status = Some(status);
        }
    }

    fn launch_failed(&mut self) {
        self.tasks.clear();
        self.processes.clear();
        let failure = self.held.take().and_then(|h| h.failure());
        let error = match failure {
            Some((step, errno)) => StartError::Program(step, errno),
            None => StartError::Engine(Text::new(KILLED_EARLY)),
        };
        if let Some(started) = self.started.take() {
            // Nobody waits any more if this fails.
            let _ = started.send(Err(error));
        }
    }

    /// Records the calls that a dead task leaves unfinished.
    fn close_calls(&mut self, mut task: Task) {
        for call in task.interrupted.drain(..) {
            self.record_unfinished(task.tid, task.pid, call);
        }
        if let Some(call) = task.call.take() {
            if let Some(trace) = &mut self.out.trace {
                trace.gone(task.tid, &crate::syscall::call_name(&call.raw), call.args.is_pending());
            }
            self.record_unfinished(task.tid, task.pid, call);
        }
    }

    /// Ends the whole program. New tasks that appear meanwhile are ended too.
    pub fn kill_all(&mut self) {
        self.stopping = true;
        for pid in self.processes.keys() {
            // Whoever is gone needs no signal.
            let _ = kill(Pid::from_raw(*pid), Signal::SIGKILL);
        }
        for tid in self.orphans.keys() {
            let _ = kill(Pid::from_raw(*tid), Signal::SIGKILL);
        }
        self.withdraw_all();
    }
}
