//! Paths that somebody could lead elsewhere between our look and the kernel's: the kernel is given the very directory or
//! file that was looked at, as `/proc/SYSWALL/fd/N`, and no link is left to follow.
//!
//! Done for calls that change something, and for opening where another task could use the descriptor before it can be
//! looked at. All else is compared afterwards (`verify`).

use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::rc::Rc;

use super::engine::Engine;
use super::resolve::{Held, Hold};
use super::task::InCall;
use super::vm::Slot;
use crate::sys::ptrace;
use crate::sys::{Registers, RemoteMemory};
use crate::syscall::access::AT_FDCWD;
use crate::syscall::{Abi, Kind, Memory, RawCall, Row, Show, When};

const O_CREAT: u64 = 0o100;
const O_WRONLY: u64 = 1;
const O_TRUNC: u64 = 0o1000;
const O_NOFOLLOW: u64 = 0o400000;
/// Below it, a signal handler's frame and the ABI's red zone (System V ABI, x86-64) end.
const RED_ZONE: u64 = 128;

/// Calls whose paths are not led: the program would notice (execve's becomes AT_EXECFN and a script's `$0`), or the text
/// is not looked up now.
fn is_left(call: &str, register: u8) -> bool {
    matches!((call, register), ("execve" | "execveat", _) | ("symlink" | "symlinkat", 0))
}

pub(super) fn is_open(call: &str) -> bool {
    matches!(call, "open" | "openat" | "openat2" | "creat")
}

/// A path to put in the place of another.
struct Led {
    register: u8,
    text: Vec<u8>,
    /// Whether a link that has come to stand there would be followed.
    may_follow: bool,
    /// The register with its length, and that.
    length: Option<(u8, u64)>,
}

fn text(hold: &Hold) -> Vec<u8> {
    let mut text = format!("/proc/{}/fd/{}", super::task::own_pid(), hold.fd.as_raw_fd()).into_bytes();
    if let Some(name) = &hold.name {
        text.push(b'/');
        text.extend_from_slice(name.as_bytes());
    }
    text.push(0);
    text
}

/// The directory that the path in argument `index` of `row` is relative to.
fn directory(row: &Row, call: &RawCall, index: usize) -> i32 {
    let before = index.checked_sub(1).and_then(|i| row.args.get(i).map(|a| (i, a)));
    match before {
        Some((i, arg)) if matches!(arg.show, Show::DirFd) => {
            call.args.get(usize::from(arg.register.unwrap_or(i as u8))).map_or(AT_FDCWD, |fd| *fd as i32)
        }
        _ => AT_FDCWD,
    }
}

/// What is done with a call's paths.
#[derive(Default)]
pub(super) struct Anchors {
    led: Vec<Led>,
    /// A result that follows from what was looked at: the kernel is not to look again.
    pub result: Option<i64>,
}

impl Anchors {
    pub fn is_empty(&self) -> bool {
        self.led.is_empty()
    }

    /// The call fails as Syswall's own way there did, and not otherwise.
    fn fails(&mut self, held: &Held) {
        self.result = self.result.or(held.lost.map(|error| -i64::from(error as i32)));
    }
}

impl Engine {
    /// How the paths of a call that is to be made are led to what was looked at. `shared`: whether others could use or
    /// change what the call is about before its exit is seen.
    pub fn anchors(&mut self, tid: i32, call: &InCall, shared: bool) -> Anchors {
        let mut anchors = Anchors::default();
        let Some(row) = call.row else { return anchors };
        let changes = call.accesses.iter().any(|a| {
            use Kind::*;
            matches!(a.kind, FileWrite | FileCreate | FileDelete | FileRename | FileAttributes)
        });
        let address = match row.name {
            "connect" => Some((1, 2)),
            "sendto" => Some((4, 5)),
            _ => None,
        };
        let leads = changes || shared && is_open(row.name) || address.is_some();
        if call.held.is_empty() || !leads || !self.can_lead(tid) {
            return anchors;
        }
        if let Some((register, length)) = address {
            for held in &call.held {
                match (socket(held, register, length), &held.hold) {
                    (Some(led), _) => anchors.led.push(led),
                    (None, Some(_)) => anchors.result = Some(-i64::from(libc::ENOENT)),
                    (None, None) => anchors.fails(held),
                }
            }
            return anchors;
        }
        // Nothing can be made, removed or renamed by the names `.` and `..`.
        let within =
            is_open(row.name) || call.accesses.iter().any(|a| matches!(a.kind, Kind::FileAttributes | Kind::FileWrite));
        for (index, arg) in row.args.iter().enumerate() {
            let register = arg.register.unwrap_or(index as u8);
            if !matches!(arg.show, Show::Path) || arg.when != When::Entry || is_left(row.name, register) {
                continue;
            }
            let dir = directory(row, &call.looked, index);
            let memory = RemoteMemory::new(tid);
            let memory: &dyn Memory = &memory;
            let path = call.looked.args.get(usize::from(register)).copied().unwrap_or(0);
            let Ok(path) = memory.c_string(path, crate::syscall::access::PATH_MAX) else { continue };
            let Some(held) = call.held.iter().find(|h| h.path == path && h.dir == dir) else { continue };
            let Some(hold) = &held.hold else {
                anchors.fails(held);
                continue;
            };
            match lead(held, hold, is_open(row.name)) {
                Lead::Within if within => {
                    let hold = Hold { fd: Rc::clone(&hold.fd), name: Some(".".into()) };
                    anchors.led.push(Led { register, text: text(&hold), may_follow: false, length: None });
                }
                Lead::Within => {}
                Lead::To(may_follow) => {
                    anchors.led.push(Led { register, text: text(hold), may_follow, length: None });
                }
                Lead::Nowhere => anchors.result = Some(-i64::from(libc::ENOENT)),
            }
        }
        anchors
    }

    /// Whether what Syswall holds can be reached by the task through /proc, as whom it runs and in the root that it has.
    fn can_lead(&mut self, tid: i32) -> bool {
        let Some(pid) = self.tasks.get(&tid).map(|t| t.pid) else { return false };
        let Some(process) = self.processes.get_mut(&pid) else { return false };
        if process.plain_root != Some(true) || process.restricted {
            return false;
        }
        match process.like_us {
            Some(known) => known,
            None => {
                let like_us = crate::sys::credentials::reaches_us(tid);
                process.like_us = Some(like_us);
                like_us
            }
        }
    }

    /// Points the call that the task is at the entry of to what was pinned and led. EFAULT: there is no place for it.
    pub fn commit(&mut self, tid: i32, call: &mut InCall, anchors: &Anchors) -> nix::Result<()> {
        // A multiplexed call has its arguments in memory: the call that it stands for is made.
        let mut made = if call.slot.is_some() || !anchors.is_empty() { call.looked } else { call.asked };
        if made == call.asked && anchors.is_empty() {
            return Ok(());
        }
        let saved = ptrace::registers(tid)?;
        if !anchors.is_empty() {
            if call.slot.is_none() {
                // Where pages are, they are used: what is below the stack may not be mapped.
                let pid = self.tasks.get(&tid).map_or(tid, |t| t.pid);
                call.slot = self.vm(pid).and_then(|vm| Slot::take(&vm));
            }
            place(tid, call, &saved, anchors, &mut made)?;
        }
        let mut regs = saved;
        if made.nr != call.asked.nr {
            regs.set_call(made.nr);
        }
        for index in 0..6 {
            if made.nr != call.asked.nr || made.args[index] != call.asked.args[index] {
                *regs.argument(made.abi, index) = made.args[index];
            }
        }
        ptrace::set_registers(tid, &regs)?;
        call.saved = Some(Box::new(saved));
        Ok(())
    }
}

/// The address of the unix socket that is held, in the place of the one in `register`, whose length is in `length`.
fn socket(held: &Held, register: u8, length: u8) -> Option<Led> {
    let hold = held.hold.as_ref().filter(|hold| held.exists && hold.name.is_none())?;
    let mut address = (libc::AF_UNIX as u16).to_le_bytes().to_vec();
    address.extend(text(hold));
    let bytes = address.len() as u64;
    Some(Led { register, text: address, may_follow: false, length: Some((length, bytes)) })
}

enum Lead {
    /// To what is held; `true`: a link there would be followed.
    To(bool),
    /// Nothing was there, so that the call fails.
    Nowhere,
    /// To the directory that is held, by its name within itself: links are not followed there.
    Within,
}

fn lead(held: &Held, hold: &Hold, opens: bool) -> Lead {
    match (held.follow, hold.name.is_some(), held.exists) {
        // The object itself.
        // With a slash behind it even who follows no links gets to it.
        (true, false, _) if held.path.ends_with(b"/") => Lead::Within,
        (true, false, _) => Lead::To(false),
        // It will be made by an open, which must not follow what somebody else puts there.
        (true, true, _) if opens => Lead::To(true),
        (true, true, _) => Lead::Nowhere,
        (false, true, _) => Lead::To(false),
        (false, false, _) => Lead::Within,
    }
}

/// Writes the paths to where the kernel will read them: behind what is pinned, or, where nobody shares the memory,
/// below the stack.
fn place(tid: i32, call: &mut InCall, saved: &Registers, anchors: &Anchors, made: &mut RawCall) -> nix::Result<()> {
    let fault = nix::errno::Errno::EFAULT;
    let creates = anchors.led.iter().any(|l| l.may_follow);
    let mut block = Vec::new();
    let mut offsets = Vec::new();
    for led in &anchors.led {
        offsets.push((led.register, block.len() as u64));
        block.extend_from_slice(&led.text);
        block.resize(block.len().next_multiple_of(8), 0);
    }
    let how = (call.row.is_some_and(|row| row.name == "openat2") && (creates || call.resolve_flags != 0))
        .then_some(block.len() as u64);
    if how.is_some() {
        let size = (made.args[3] as usize).min(4096);
        let memory = RemoteMemory::new(tid);
        let memory: &dyn Memory = &memory;
        let mut bytes = memory.up_to(made.args[2], size).filter(|b| b.len() == size).ok_or(fault)?;
        let flags = bytes.first_chunk::<8>().map(|b| u64::from_le_bytes(*b)).ok_or(fault)?;
        if let (true, Some(place)) = (creates, bytes.first_chunk_mut::<8>()) {
            *place = (flags | O_NOFOLLOW).to_le_bytes();
        }
        if let Some(place) = bytes.get_mut(16..24) {
            // It was walked so already; the way through /proc is another.
            place.fill(0);
        }
        block.extend_from_slice(&bytes);
    }
    let base = match &mut call.slot {
        Some(slot) => slot.put(tid, &block).map_err(|_| fault)?,
        None => {
            let at = (saved.stack().wrapping_sub(RED_ZONE + block.len() as u64)) & !15;
            let memory = RemoteMemory::new(tid);
            let under = (&memory as &dyn Memory).up_to(at, block.len()).filter(|b| b.len() == block.len());
            call.under = Some((at, under.ok_or(fault)?));
            memory.write(at, &block)?;
            at
        }
    };
    for (register, offset) in offsets {
        made.args[usize::from(register)] = base + offset;
    }
    for (register, length) in anchors.led.iter().filter_map(|led| led.length) {
        made.args[usize::from(register)] = length;
    }
    if let Some(offset) = how {
        made.args[2] = base + offset;
    } else if creates {
        do_not_follow(made);
    }
    call.no_follow = creates;
    Ok(())
}

/// Adds O_NOFOLLOW to an open; creat(2) is one without a place for it.
fn do_not_follow(made: &mut RawCall) {
    match made.name() {
        Some("open") => made.args[1] |= O_NOFOLLOW,
        Some("openat") => made.args[2] |= O_NOFOLLOW,
        Some("creat") => {
            let mode = made.args[1];
            made.nr = match made.abi {
                Abi::I386 => 5,
                Abi::X32 => 2 | crate::syscall::X32_BIT,
                // aarch64 has no creat.
                Abi::X86_64 | Abi::Aarch64 => 2,
            };
            made.args[1] = O_CREAT | O_WRONLY | O_TRUNC | O_NOFOLLOW;
            made.args[2] = mode;
        }
        _ => {}
    }
}
