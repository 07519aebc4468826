//! Scheduling, priorities and limits.

use crate::syscall::access::{Target, Want};
use crate::syscall::decode::bytes::{le_i32, le_word, le32, le64};
use crate::syscall::decode::time::{native_timespec, wide_timespec};
use crate::syscall::names::process::{IOPRIO_CLASS, IOPRIO_WHO, PRIO, RLIMIT, SCHED, SCHED_FLAGS};
use crate::syscall::row::{Does, Narrow, Pretend, ResultKind, Row, Show, arg, out};
use crate::syscall::{Kind, KindSet, Memory, RawCall, Render};

use super::file::UNFILLED;

fn put_limit(r: &mut Render<'_>, value: u64, infinity: u64, name: &str) {
    if value == infinity {
        r.put(name);
    } else if value > 1024 && value.is_multiple_of(1024) {
        r.fmt(format_args!("{}*1024", value / 1024));
    } else {
        r.fmt(format_args!("{value}"));
    }
}

fn put_limits(r: &mut Render<'_>, (soft, hard): (u64, u64), infinity: u64, name: &str) {
    r.put("{rlim_cur=");
    put_limit(r, soft, infinity, name);
    r.put(", rlim_max=");
    put_limit(r, hard, infinity, name);
    r.put("}");
}

/// A `struct rlimit` of the ABI.
fn limits(r: &mut Render<'_>, addr: u64) {
    if r.call.abi.long() == 8 {
        return limits64(r, addr);
    }
    let mut buf = [0; 8];
    if r.fetch(addr, &mut buf) {
        let pair = (u64::from(le32(&buf, 0)), u64::from(le32(&buf, 4)));
        put_limits(r, pair, u64::from(u32::MAX), "RLIM_INFINITY");
    }
}

fn limits_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { limits(r, addr) }
}

/// A `struct rlimit64`.
fn limits64(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 16];
    if r.fetch(addr, &mut buf) {
        put_limits(r, (le64(&buf, 0), le64(&buf, 8)), u64::MAX, "RLIM64_INFINITY");
    }
}

fn limits64_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { limits64(r, addr) }
}

/// Changing another process's limits.
fn prlimit_does(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    if call.args[0] as i32 != 0 && call.args[2] != 0 {
        out.push(Want::new(Kind::ProcessInspect, Target::Process(call.args[0] as i32)));
    }
}

/// Changing how another task is scheduled; 0 is the caller.
fn schedule_does(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    if call.args[0] as i32 != 0 {
        out.push(Want::new(Kind::ProcessInspect, Target::Thread(call.args[0] as i32)));
    }
}

/// Changing the priority of a process, a group (0: the caller's own) or all of a user's processes, which are numbered
/// from `first` on.
fn priority_does<const FIRST: u32>(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    let who = call.args[1] as i32;
    let target = match (call.args[0] as u32).wrapping_sub(FIRST) {
        0 if who == 0 => return,
        0 => Target::Thread(who),
        1 => Target::Process(who.wrapping_neg()),
        _ => Target::Process(-1),
    };
    out.push(Want::new(Kind::ProcessInspect, target));
}

fn sched_param(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 4];
    if r.fetch(addr, &mut buf) {
        r.fmt(format_args!("[{}]", le_i32(&buf, 0)));
    }
}

/// A set of CPUs in `bytes` bytes at `addr`: `[0 1]`. More than 1024 CPUs are not looked at.
fn cpus(r: &mut Render<'_>, addr: u64, bytes: u64) {
    let mut buf = [0; 128];
    let buf = &mut buf[..bytes.min(128) as usize];
    if !r.fetch(addr, buf) {
        return;
    }
    r.put("[");
    let mut first = true;
    for cpu in (0..buf.len() * 8).filter(|cpu| buf[cpu / 8] & 1 << (cpu % 8) != 0) {
        if !first {
            r.put(" ");
        }
        first = false;
        r.fmt(format_args!("{cpu}"));
    }
    if bytes > 128 {
        r.put(if first { "..." } else { " ..." });
    }
    r.put("]");
}

fn cpus_in(r: &mut Render<'_>, addr: u64) {
    let size = r.arg(1);
    cpus(r, addr, size);
}

fn cpus_out(r: &mut Render<'_>, addr: u64) {
    match r.outcome {
        Some(o) if !o.error => cpus(r, addr, o.value.max(0) as u64),
        _ => r.pointer(addr),
    }
}

fn policy_result(r: &mut Render<'_>, value: i64) {
    r.put(" (");
    r.choice(value as u64, SCHED, "SCHED_???");
    r.put(")");
}

/// A `struct sched_attr`, whose size is its first field (in) or in argument 2 (out).
fn put_sched_attr(r: &mut Render<'_>, addr: u64, size: u64) {
    let mut buf = [0; 56];
    let whole = size;
    let size = size.min(56) as usize;
    if size < 48 {
        let mut given = [0; 4];
        if r.fetch(addr, &mut given) {
            r.fmt(format_args!("{{size={}}}", le32(&given, 0)));
        }
        return;
    }
    if !r.fetch(addr, &mut buf[..size]) {
        return;
    }
    r.fmt(format_args!("{{size={}, sched_policy=", le32(&buf, 0)));
    r.choice(u64::from(le32(&buf, 4)), SCHED, "SCHED_???");
    r.put(", sched_flags=");
    r.flags(le64(&buf, 8), SCHED_FLAGS, "SCHED_FLAG_???");
    let (nice, priority) = (le_i32(&buf, 16), le32(&buf, 20));
    r.fmt(format_args!(", sched_nice={nice}, sched_priority={priority}, sched_runtime={}", le64(&buf, 24)));
    r.fmt(format_args!(", sched_deadline={}, sched_period={}", le64(&buf, 32), le64(&buf, 40)));
    if size >= 56 {
        r.fmt(format_args!(", sched_util_min={}, sched_util_max={}", le32(&buf, 48), le32(&buf, 52)));
    }
    r.put(if whole > 56 { ", ...}" } else { "}" });
}

fn sched_attr(r: &mut Render<'_>, addr: u64) {
    let size = r.memory.u32(addr).unwrap_or(0);
    put_sched_attr(r, addr, if size == 0 { 48 } else { u64::from(size) });
}

fn sched_attr_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() {
        return r.pointer(addr);
    }
    let size = r.arg(2).min(u64::from(r.memory.u32(addr).unwrap_or(0)));
    put_sched_attr(r, addr, size);
}

fn put_ioprio(r: &mut Render<'_>, value: u64) {
    r.put("IOPRIO_PRIO_VALUE(");
    r.choice(value >> 13, IOPRIO_CLASS, "IOPRIO_CLASS_???");
    r.fmt(format_args!(", {})", value & 0x1fff));
}

fn ioprio(r: &mut Render<'_>, value: u64) {
    put_ioprio(r, u64::from(value as u32));
}

fn ioprio_result(r: &mut Render<'_>, value: i64) {
    r.hex(value as u32 as u64);
    r.put(" (");
    put_ioprio(r, value as u32 as u64);
    r.put(")");
}

/// The C type `long` in memory, in brackets.
pub fn long_at(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let mut buf = [0; 8];
    let buf = &mut buf[..word];
    if r.fetch(addr, buf) {
        r.fmt(format_args!("[{}]", le_word(buf, 0, word)));
    }
}

const SCHEDULES: &[Does] = &[Does::With(schedule_does)];

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("getrlimit", &[arg("resource", Show::Choice(RLIMIT, "RLIMIT_???")), out("rlim", Show::With(limits_out))])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("ugetrlimit", &[arg("resource", Show::Choice(RLIMIT, "RLIMIT_???")), out("rlim", Show::With(limits_out))])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("setrlimit", &[arg("resource", Show::Choice(RLIMIT, "RLIMIT_???")), arg("rlim", Show::With(limits))])
        .pretend(Pretend::Value(0)),
    Row::new(
        "prlimit64",
        &[
            arg("pid", Show::Pid),
            arg("resource", Show::Choice(RLIMIT, "RLIMIT_???")),
            arg("new_limit", Show::With(limits64)),
            out("old_limit", Show::With(limits64_out)),
        ],
    )
    .does(&[Does::With(prlimit_does)])
    .may(Kind::ProcessInspect)
    // The caller's own.
    .narrow(&[Narrow::int(0, &[0], KindSet::EMPTY)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new("getpriority", &[arg("which", Show::Choice(PRIO, "PRIO_???")), arg("who", Show::Int)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "setpriority",
        &[arg("which", Show::Choice(PRIO, "PRIO_???")), arg("who", Show::Int), arg("prio", Show::Int)],
    )
    .does(&[Does::With(priority_does::<0>)])
    .may(Kind::ProcessInspect)
    .pretend(Pretend::Value(0)),
    Row::new("nice", &[arg("inc", Show::Int)]).pretend(Pretend::Value(0)),
    Row::new("ioprio_get", &[arg("which", Show::Choice(IOPRIO_WHO, "IOPRIO_WHO_???")), arg("who", Show::Int)])
        .result(ResultKind::Whole(ioprio_result))
        .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "ioprio_set",
        &[
            arg("which", Show::Choice(IOPRIO_WHO, "IOPRIO_WHO_???")),
            arg("who", Show::Int),
            arg("ioprio", Show::With(ioprio)),
        ],
    )
    .does(&[Does::With(priority_does::<1>)])
    .may(Kind::ProcessInspect)
    .pretend(Pretend::Value(0)),
    Row::new("sched_yield", &[]).pretend(Pretend::Value(0)),
    Row::new("sched_setparam", &[arg("pid", Show::Pid), arg("param", Show::With(sched_param))])
        .does(SCHEDULES)
        .may(Kind::ProcessInspect)
        .pretend(Pretend::Value(0)),
    Row::new("sched_getparam", &[arg("pid", Show::Pid), out("param", Show::With(sched_param))])
        .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "sched_setscheduler",
        &[
            arg("pid", Show::Pid),
            arg("policy", Show::Choice(SCHED, "SCHED_???")),
            arg("param", Show::With(sched_param)),
        ],
    )
    .does(SCHEDULES)
    .may(Kind::ProcessInspect)
    .pretend(Pretend::Value(0)),
    Row::new("sched_getscheduler", &[arg("pid", Show::Pid)])
        .result(ResultKind::With(policy_result))
        .pretend(Pretend::No(UNFILLED)),
    Row::new("sched_get_priority_max", &[arg("policy", Show::Choice(SCHED, "SCHED_???"))])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("sched_get_priority_min", &[arg("policy", Show::Choice(SCHED, "SCHED_???"))])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("sched_rr_get_interval", &[arg("pid", Show::Pid), out("tp", Show::With(native_timespec))])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("sched_rr_get_interval_time64", &[arg("pid", Show::Pid), out("tp", Show::With(wide_timespec))])
        .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "sched_setaffinity",
        &[arg("pid", Show::Pid), arg("cpusetsize", Show::Uint), arg("mask", Show::With(cpus_in))],
    )
    .does(SCHEDULES)
    .may(Kind::ProcessInspect)
    .pretend(Pretend::Value(0)),
    Row::new(
        "sched_getaffinity",
        &[arg("pid", Show::Pid), arg("cpusetsize", Show::Uint), out("mask", Show::With(cpus_out))],
    )
    .pretend(Pretend::No(UNFILLED)),
    Row::new("sched_setattr", &[arg("pid", Show::Pid), arg("attr", Show::With(sched_attr)), arg("flags", Show::Uint)])
        .does(SCHEDULES)
        .may(Kind::ProcessInspect)
        .pretend(Pretend::Value(0)),
    Row::new(
        "sched_getattr",
        &[
            arg("pid", Show::Pid),
            out("attr", Show::With(sched_attr_out)),
            arg("size", Show::Uint),
            arg("flags", Show::Uint),
        ],
    )
    .pretend(Pretend::No(UNFILLED)),
];
