//! Processes: starting, running programs, ending, waiting, namespaces, looking into others.

use crate::syscall::access::{AT_FDCWD, Target, Want, path_target};
use crate::syscall::decode::bytes::{le_i32, le_i64, le_word, le32, le64};
use crate::syscall::decode::iovec::{Iov, iovec, iovec_in, iovec_out};
use crate::syscall::decode::signal::put_signal;
use crate::syscall::decode::time::{TimeForm, put_time};
use crate::syscall::names::file::AT_FLAGS;
use crate::syscall::names::process::{CLONE, IDTYPE, KCMP, PIDFD_OPEN, RUSAGE, SETNS, UNSHARE, WAIT};
use crate::syscall::row::{Does, Narrow, Pretend, ResultKind, Row, Show, arg, out};
use crate::syscall::{Abi, Kind, KindSet, Memory, RawCall, Render};

use super::file::{AT_EMPTY, AT_NOFOLLOW, UNFILLED};

/// Why starting cannot be pretended. A msgid.
const NO_CHILD: &str = "a process that was never started can neither run nor be waited for";
/// Why running a program cannot be pretended. A msgid.
const NO_RETURN: &str = "a call that succeeds never returns";
/// Why waiting cannot be pretended. A msgid.
const NO_STATUS: &str = "the program would take a child that still runs for ended";

const CLONE_PIDFD: u64 = 0x1000;
const CLONE_SETTLS: u64 = 0x80000;
const CLONE_PARENT_SETTID: u64 = 0x10_0000;
const CLONE_CHILD_CLEARTID: u64 = 0x20_0000;
const CLONE_UNTRACED: u64 = 0x80_0000;
const CLONE_CHILD_SETTID: u64 = 0x100_0000;
const CLONE_INTO_CGROUP: u64 = 0x2_0000_0000;
/// The namespaces that give capabilities over what is in them, and those that hide the machine.
const NEW_NAMESPACES: u64 = 0x7e02_0080;

/// Pointers of an `argv` at most counted.
const MOST_POINTERS: u64 = 65_536;

/// How many pointers there are before the NULL, and whether there is one.
fn count_pointers(r: &Render<'_>, addr: u64) -> Option<(u64, bool)> {
    const CHUNK: usize = 1024;
    let word = r.call.abi.word();
    let mut buf = [0; CHUNK];
    let (mut at, mut count) = (addr, 0u64);
    while count < MOST_POINTERS {
        // Not across a page's end, so that one read tells all that can be read.
        let wanted = (CHUNK - (at as usize & (CHUNK - 1))).next_multiple_of(word).min(CHUNK);
        let got = r.memory.read(at, &mut buf[..wanted]) / word;
        if let Some(end) = (0..got).find(|i| le_word(&buf, *i, word) == 0) {
            return Some((count + end as u64, true));
        }
        count += got as u64;
        if got * word < wanted {
            return (count > 0).then_some((count, false));
        }
        at = at.checked_add(wanted as u64)?;
    }
    Some((count, false))
}

fn argv(r: &mut Render<'_>, addr: u64) {
    if addr == 0 {
        return r.put("NULL");
    }
    let word = r.call.abi.word();
    let mut buf = [0; 8 * (crate::syscall::render::SHOWN + 1)];
    let buf = &mut buf[..word * (crate::syscall::render::SHOWN + 1)];
    let got = r.memory.read(addr, buf) / word;
    if got == 0 {
        return r.pointer(addr);
    }
    r.put("[");
    for i in 0..got {
        let pointer = le_word(buf, i, word);
        if pointer == 0 {
            return r.put("]");
        }
        r.put(if i > 0 { ", " } else { "" });
        if i == crate::syscall::render::SHOWN {
            return r.put("...]");
        }
        r.string(pointer);
    }
    let at = addr.wrapping_add((got * word) as u64);
    r.fmt(format_args!(", ... /* {at:#x} */]"));
}

fn envp(r: &mut Render<'_>, addr: u64) {
    r.pointer(addr);
    if addr == 0 {
        return;
    }
    if let Some((count, ended)) = count_pointers(r, addr) {
        let plural = if count == 1 { "" } else { "s" };
        let unterminated = if ended { "" } else { ", unterminated" };
        r.fmt(format_args!(" /* {count} var{plural}{unterminated} */"));
    }
}

/// A clone's flags: the low byte is the signal that its end sends.
fn put_clone_flags(r: &mut Render<'_>, value: u64) {
    let (flags, signal) = (value & !0xff, value & 0xff);
    if flags != 0 {
        let names = CLONE.iter().filter(|(bit, _)| *bit <= u64::from(u32::MAX));
        r.flags_of(flags, names, "CLONE_???");
    }
    if signal != 0 {
        r.put(if flags != 0 { "|" } else { "" });
        put_signal(r, signal);
    } else if flags == 0 {
        r.put("0");
    }
}

fn clone_stack(r: &mut Render<'_>, value: u64) {
    r.put("child_stack=");
    r.pointer(value);
}

fn clone_flags(r: &mut Render<'_>, value: u64) {
    r.put("flags=");
    put_clone_flags(r, value);
}

fn clone_parent_tid(r: &mut Render<'_>, addr: u64) {
    if r.arg(0) & (CLONE_PARENT_SETTID | CLONE_PIDFD) == 0 {
        return r.omit();
    }
    if r.wait() {
        return;
    }
    r.put("parent_tid=");
    let mut buf = [0; 4];
    if r.fetch(addr, &mut buf) {
        r.fmt(format_args!("[{}]", le_i32(&buf, 0)));
    }
}

/// i386 has the TLS before the child's TID.
fn clone_registers(call: &RawCall) -> (u64, u64) {
    if call.abi == Abi::I386 { (call.args[3], call.args[4]) } else { (call.args[4], call.args[3]) }
}

fn clone_tls(r: &mut Render<'_>, _value: u64) {
    if r.arg(0) & CLONE_SETTLS == 0 {
        return r.omit();
    }
    if r.wait() {
        return;
    }
    let (tls, _) = clone_registers(r.call);
    r.put("tls=");
    put_tls(r, tls);
}

/// i386 gives a descriptor of a segment, others an address.
fn put_tls(r: &mut Render<'_>, tls: u64) {
    if r.call.abi == Abi::I386 { super::obsolete::user_desc(r, tls) } else { r.pointer(tls) }
}

fn clone_child_tid(r: &mut Render<'_>, _value: u64) {
    if r.arg(0) & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID) == 0 {
        return r.omit();
    }
    if r.wait() {
        return;
    }
    let (_, tid) = clone_registers(r.call);
    r.put("child_tidptr=");
    r.pointer(tid);
}

/// `struct clone_args`.
fn clone3_args(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 88];
    let size = r.arg(1).min(88) as usize;
    if size < 64 {
        return r.pointer(addr);
    }
    if r.outcome.is_some() {
        return clone3_filled(r);
    }
    if !r.fetch(addr, &mut buf[..size]) {
        return;
    }
    let at = |i: usize| le64(&buf, i * 8);
    let flags = at(0);
    r.put("{flags=");
    r.flags(flags, CLONE, "CLONE_???");
    if flags & CLONE_PIDFD != 0 {
        r.put(", pidfd=");
        r.pointer(at(1));
    }
    if flags & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID) != 0 {
        r.put(", child_tid=");
        r.pointer(at(2));
    }
    if flags & CLONE_PARENT_SETTID != 0 {
        r.put(", parent_tid=");
        r.pointer(at(3));
    }
    r.put(", exit_signal=");
    put_signal(r, at(4));
    r.put(", stack=");
    r.pointer(at(5));
    r.put(", stack_size=");
    r.hex(at(6));
    if flags & CLONE_SETTLS != 0 {
        r.put(", tls=");
        put_tls(r, at(7));
    }
    if at(8) != 0 || at(9) != 0 {
        r.put(", set_tid=");
        r.array(at(8), at(9), 4, &mut |r, e| r.fmt(format_args!("{}", le_i32(e.bytes, 0))));
        r.fmt(format_args!(", set_tid_size={}", at(9)));
    }
    if flags & CLONE_INTO_CGROUP != 0 {
        r.fmt(format_args!(", cgroup={}", at(10)));
    }
    r.put("}");
    if flags & (CLONE_PIDFD | CLONE_PARENT_SETTID) != 0 {
        r.kept.extend([flags, at(1), at(3)]);
        r.more = true;
    }
}

/// What the kernel wrote where the arguments said: ` => {parent_tid=[12]}`.
fn clone3_filled(r: &mut Render<'_>) {
    let [flags, pidfd, parent_tid] = r.kept[..] else {
        return;
    };
    if r.failed() {
        return;
    }
    let mut shown = false;
    for (bit, name, addr) in [(CLONE_PIDFD, "pidfd", pidfd), (CLONE_PARENT_SETTID, "parent_tid", parent_tid)] {
        if flags & bit != 0 {
            r.put(if shown { ", " } else { " => {" });
            shown = true;
            r.put(name);
            r.put("=");
            let mut buf = [0; 4];
            if r.fetch(addr, &mut buf) {
                r.fmt(format_args!("[{}]", le_i32(&buf, 0)));
            }
        }
    }
    if shown {
        r.put("}");
    }
}

/// Whether the wait found somebody.
fn found(r: &Render<'_>) -> bool {
    r.outcome.is_some_and(|o| !o.error && o.value != 0)
}

/// A wait status: `[{WIFEXITED(s) && WEXITSTATUS(s) == 0}]`.
fn wait_status(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 4];
    if !found(r) {
        return r.pointer(addr);
    }
    if !r.fetch(addr, &mut buf) {
        return;
    }
    let status = le32(&buf, 0);
    let (low, high) = (status & 0x7f, status >> 8 & 0xff);
    r.put("[");
    if status == 0xffff {
        r.put("{WIFCONTINUED(s)}");
    } else if status & 0xff == 0x7f {
        r.put("{WIFSTOPPED(s) && WSTOPSIG(s) == ");
        put_signal(r, u64::from(high & 0x7f));
        r.put(if high & 0x80 != 0 { " | 0x80}" } else { "}" });
        if status >> 16 != 0 {
            put_event(r, status >> 16);
        }
    } else if low == 0 {
        r.fmt(format_args!("{{WIFEXITED(s) && WEXITSTATUS(s) == {high}}}"));
    } else {
        r.put("{WIFSIGNALED(s) && WTERMSIG(s) == ");
        put_signal(r, u64::from(low));
        r.put(if status & 0x80 != 0 { " && WCOREDUMP(s)}" } else { "}" });
    }
    r.put("]");
}

/// What PTRACE_EVENT_* a traced child stopped for (linux/ptrace.h).
fn put_event(r: &mut Render<'_>, event: u32) {
    const EVENTS: [&str; 8] = ["", "FORK", "VFORK", "CLONE", "EXEC", "VFORK_DONE", "EXIT", "SECCOMP"];
    match EVENTS.get(event as usize).copied().or((event == 128).then_some("STOP")) {
        Some(name) => r.fmt(format_args!(" | PTRACE_EVENT_{name} << 16")),
        None => r.fmt(format_args!(" | {event:#x} << 16")),
    }
}

/// A `struct rusage`, shortened as strace shortens it.
fn put_rusage(r: &mut Render<'_>, addr: u64) {
    let width = TimeForm::Native.width(r);
    let mut buf = [0; 32];
    let buf = &mut buf[..4 * width];
    if r.fetch(addr, buf) {
        r.put("{ru_utime=");
        put_time(r, &buf[..2 * width], width, "tv_usec");
        r.put(", ru_stime=");
        put_time(r, &buf[2 * width..], width, "tv_usec");
        r.put(", ...}");
    }
}

fn rusage(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { put_rusage(r, addr) }
}

fn waited_rusage(r: &mut Render<'_>, addr: u64) {
    if found(r) { put_rusage(r, addr) } else { r.pointer(addr) }
}

/// The `siginfo_t` that waitid(2) fills: always that of a SIGCHLD.
fn child_info(r: &mut Render<'_>, addr: u64) {
    const CODES: [&str; 6] = ["CLD_EXITED", "CLD_KILLED", "CLD_DUMPED", "CLD_TRAPPED", "CLD_STOPPED", "CLD_CONTINUED"];
    let word = r.call.abi.word();
    let mut buf = [0; 128];
    if !r.fetch(addr, &mut buf) {
        return;
    }
    let (signo, errno, code) = (le32(&buf, 0), le32(&buf, 4), le_i32(&buf, 8));
    if signo == 0 && errno == 0 && code == 0 {
        return r.put("{}");
    }
    r.put("{si_signo=");
    put_signal(r, u64::from(signo));
    r.put(", si_code=");
    match CODES.get((code as usize).wrapping_sub(1)) {
        Some(name) => r.put(name),
        None => r.hex(u64::from(code as u32)),
    }
    let at = if word == 4 { 12 } else { 16 };
    let (pid, uid, status) = (le_i32(&buf, at), le32(&buf, at + 4), le_i32(&buf, at + 8));
    r.fmt(format_args!(", si_pid={pid}, si_uid={uid}, si_status="));
    if code == 1 {
        r.fmt(format_args!("{status}"))
    } else {
        put_signal(r, u64::from(status as u32))
    }
    let (user, system) = if word == 4 {
        (i64::from(le_i32(&buf, 24)), i64::from(le_i32(&buf, 28)))
    } else {
        (le_i64(&buf, 32), le_i64(&buf, 40))
    };
    r.fmt(format_args!(", si_utime={user}, si_stime={system}}}"));
}

fn waitid_rusage(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { put_rusage(r, addr) }
}

/// The index arguments of kcmp(2), which only some types have.
fn kcmp_index<const I: u8>(r: &mut Render<'_>, value: u64) {
    const FILE: u32 = 0;
    const EPOLL_TFD: u32 = 7;
    match (r.arg(2) as u32, I) {
        (FILE, _) | (EPOLL_TFD, 3) => r.fmt(format_args!("{}", value as i32)),
        (EPOLL_TFD, _) => {
            let mut buf = [0; 12];
            if r.fetch(value, &mut buf) {
                let (efd, tfd, off) = (le32(&buf, 0), le32(&buf, 4), le32(&buf, 8));
                r.fmt(format_args!("{{efd={}, tfd={}, toff={off}}}", efd as i32, tfd as i32));
            }
        }
        (0..EPOLL_TFD, _) => r.omit(),
        _ => r.hex(value),
    }
}

fn remote(r: &mut Render<'_>, addr: u64) {
    let count = r.arg(4);
    iovec(r, addr, count, Iov::Addresses);
}

fn one_uint(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 4];
    if r.fetch(addr, &mut buf) {
        r.fmt(format_args!("[{}]", le32(&buf, 0)));
    }
}

fn execveat_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let flags = call.args[4];
    let target =
        path_target(memory, call.args[0] as i32, call.args[1], flags & AT_NOFOLLOW == 0, flags & AT_EMPTY != 0);
    out.push(Want::new(Kind::ProcessExecute, target));
}

fn spawn_wants(flags: u64, out: &mut Vec<Want>) {
    out.push(Want::new(Kind::ProcessSpawn, Target::Nothing));
    if flags & CLONE_UNTRACED != 0 {
        out.push(Want::new(Kind::Bypass, Target::System("CLONE_UNTRACED".to_owned())));
    }
    if flags & NEW_NAMESPACES != 0 {
        out.push(Want::new(Kind::ProcessIdentity, Target::System("namespace".to_owned())));
    }
}

fn clone_does(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    spawn_wants(call.args[0] & !0xff, out);
}

fn clone3_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    // Unreadable flags make the call fail; until then it may be anything.
    spawn_wants(memory.u64(call.args[0]).unwrap_or(CLONE_UNTRACED), out);
}

fn unshare_does(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    if call.args[0] & NEW_NAMESPACES != 0 {
        out.push(Want::new(Kind::ProcessIdentity, Target::System("namespace".to_owned())));
    }
}

fn pidfd_getfd_does(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    out.push(Want::new(Kind::ProcessInspect, Target::PidFd(call.args[0] as i32)));
    out.push(Want::new(Kind::Bypass, Target::PidFd(call.args[0] as i32)));
}

fn kcmp_does(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    out.push(Want::new(Kind::ProcessInspect, Target::Process(call.args[0] as i32)));
    out.push(Want::new(Kind::ProcessInspect, Target::Process(call.args[1] as i32)));
}

fn uselib_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    out.push(Want::new(Kind::FileRead, path_target(memory, AT_FDCWD, call.args[0], true, false)));
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("execve", &[arg("pathname", Show::Path), arg("argv", Show::With(argv)), arg("envp", Show::With(envp))])
        .does(&[Does::path(Kind::ProcessExecute, 0)])
        .pretend(Pretend::No(NO_RETURN)),
    Row::new(
        "execveat",
        &[
            arg("dirfd", Show::DirFd),
            arg("pathname", Show::Path),
            arg("argv", Show::With(argv)),
            arg("envp", Show::With(envp)),
            arg("flags", Show::Flags(AT_FLAGS, "AT_???")),
        ],
    )
    .does(&[Does::With(execveat_does)])
    .may(Kind::ProcessExecute)
    .pretend(Pretend::No(NO_RETURN)),
    Row::new("uselib", &[arg("library", Show::Path)])
        .does(&[Does::With(uselib_does)])
        .may(Kind::FileRead)
        .pretend(Pretend::No("the program would use code that is not there")),
    Row::new("fork", &[]).does(&[Does::Plain(Kind::ProcessSpawn)]).pretend(Pretend::No(NO_CHILD)),
    Row::new("vfork", &[]).does(&[Does::Plain(Kind::ProcessSpawn)]).pretend(Pretend::No(NO_CHILD)),
    Row::new(
        "clone",
        &[
            arg("stack", Show::With(clone_stack)).at(1),
            arg("flags", Show::With(clone_flags)).at(0),
            arg("parent_tid", Show::With(clone_parent_tid)).at(2),
            arg("tls", Show::With(clone_tls)).at(4),
            arg("child_tid", Show::With(clone_child_tid)).at(3),
        ],
    )
    .does(&[Does::With(clone_does)])
    .may(Kind::ProcessSpawn)
    .may(Kind::Bypass)
    .may(Kind::ProcessIdentity)
    .narrow(&[Narrow::bits(0, CLONE_UNTRACED | NEW_NAMESPACES & !0xff, &[0], KindSet::of(Kind::ProcessSpawn))])
    .pretend(Pretend::No(NO_CHILD)),
    Row::new("clone3", &[arg("cl_args", Show::With(clone3_args)), arg("size", Show::Ulong)])
        .does(&[Does::With(clone3_does)])
        .may(Kind::ProcessSpawn)
        .may(Kind::Bypass)
        .may(Kind::ProcessIdentity)
        .pretend(Pretend::No(NO_CHILD)),
    Row::new("exit", &[arg("status", Show::Int)]).result(ResultKind::Never).pretend(Pretend::No(NO_RETURN)),
    Row::new("exit_group", &[arg("status", Show::Int)]).result(ResultKind::Never).pretend(Pretend::No(NO_RETURN)),
    Row::new(
        "wait4",
        &[
            arg("pid", Show::Int),
            out("wstatus", Show::With(wait_status)),
            arg("options", Show::Flags(WAIT, "W???")),
            arg("rusage", Show::With(waited_rusage)),
        ],
    )
    .does(&[Does::Plain(Kind::Wait)])
    .pretend(Pretend::No(NO_STATUS)),
    Row::new(
        "waitpid",
        &[arg("pid", Show::Int), out("wstatus", Show::With(wait_status)), arg("options", Show::Flags(WAIT, "W???"))],
    )
    .does(&[Does::Plain(Kind::Wait)])
    .pretend(Pretend::No(NO_STATUS)),
    Row::new(
        "waitid",
        &[
            arg("idtype", Show::Choice(IDTYPE, "P_???")),
            arg("id", Show::Int),
            out("infop", Show::With(child_info)),
            arg("options", Show::Flags(WAIT, "W???")),
            arg("rusage", Show::With(waitid_rusage)),
        ],
    )
    .does(&[Does::Plain(Kind::Wait)])
    .pretend(Pretend::No(NO_STATUS)),
    Row::new("getrusage", &[arg("who", Show::Choice(RUSAGE, "RUSAGE_???")), out("usage", Show::With(rusage))])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("unshare", &[arg("flags", Show::With(|r, v| r.flags(v, UNSHARE, "CLONE_???")))])
        .does(&[Does::With(unshare_does)])
        .may(Kind::ProcessIdentity)
        .pretend(Pretend::Value(0)),
    Row::new("setns", &[arg("fd", Show::Fd), arg("nstype", Show::Flags(SETNS, "CLONE_NEW???"))])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::Value(0)),
    Row::new("pidfd_open", &[arg("pid", Show::Pid), arg("flags", Show::Flags(PIDFD_OPEN, "PIDFD_???"))])
        .result(ResultKind::Fd)
        .does(&[Does::Plain(Kind::Descriptor)])
        .pretend(Pretend::No(super::NEXT)),
    Row::new("pidfd_getfd", &[arg("pidfd", Show::Fd), arg("targetfd", Show::Fd), arg("flags", Show::Hex)])
        .result(ResultKind::Fd)
        .does(&[Does::With(pidfd_getfd_does)])
        .may(Kind::ProcessInspect)
        // It is like opening what the descriptor is open on, which only the machine knows.
        .may(Kind::FileRead)
        .may(Kind::FileWrite)
        .may(Kind::FileStat)
        .may(Kind::NetworkConnect)
        .may(Kind::Bypass)
        .pretend(Pretend::No(super::NEXT)),
    Row::new(
        "kcmp",
        &[
            arg("pid1", Show::Pid),
            arg("pid2", Show::Pid),
            arg("type", Show::Choice(KCMP, "KCMP_???")),
            arg("idx1", Show::With(kcmp_index::<3>)),
            arg("idx2", Show::With(kcmp_index::<4>)),
        ],
    )
    .does(&[Does::With(kcmp_does)])
    .may(Kind::ProcessInspect)
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "process_vm_readv",
        &[
            arg("pid", Show::Pid),
            out("local_iov", Show::With(iovec_out::<2>)),
            arg("liovcnt", Show::Ulong),
            arg("remote_iov", Show::With(remote)),
            arg("riovcnt", Show::Ulong),
            arg("flags", Show::Ulong),
        ],
    )
    .does(&[Does::Process { kind: Kind::ProcessInspect, pid: 0 }])
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "process_vm_writev",
        &[
            arg("pid", Show::Pid),
            arg("local_iov", Show::With(iovec_in::<2>)),
            arg("liovcnt", Show::Ulong),
            arg("remote_iov", Show::With(remote)),
            arg("riovcnt", Show::Ulong),
            arg("flags", Show::Ulong),
        ],
    )
    .does(&[Does::Process { kind: Kind::ProcessInspect, pid: 0 }])
    .pretend(Pretend::Iovec(1, 2)),
    Row::new("set_tid_address", &[arg("tidptr", Show::Pointer)]).pretend(Pretend::No(NO_CHILD)),
    Row::new(
        "rseq",
        &[arg("rseq", Show::LongHex), arg("rseq_len", Show::Hex), arg("flags", Show::Hex), arg("sig", Show::Hex)],
    )
    .pretend(Pretend::No(NO_CHILD)),
    Row::new(
        "getcpu",
        &[out("cpu", Show::With(one_uint)), out("node", Show::With(one_uint)), arg("tcache", Show::Pointer)],
    )
    .pretend(Pretend::No(UNFILLED)),
    Row::new("getpid", &[]).pretend(Pretend::No(NO_CHILD)),
    Row::new("getppid", &[]).pretend(Pretend::No(NO_CHILD)),
    Row::new("gettid", &[]).pretend(Pretend::No(NO_CHILD)),
];
