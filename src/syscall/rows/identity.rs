//! Who a process is: users, groups, capabilities, sessions, personality.

use crate::syscall::access::{Target, Want};
use crate::syscall::decode::bytes::{le_i32, le16, le32};
use crate::syscall::names::process::{CAP_VERSION, CAPS, PERSONALITY_FLAGS, PERSONAS};
use crate::syscall::row::{Does, Pretend, ResultKind, Row, Show, arg, out};
use crate::syscall::{Abi, Kind, Memory, RawCall, Render};

use super::attributes::id;
use super::file::UNFILLED;

/// Why giving up rights cannot be pretended. A msgid.
const BELIEF: &str = "the program would believe that it has given up rights that it still has";

/// The size of a user or group id in memory: calls without `32` in their names have 16 bits on i386.
fn id_size(call: &RawCall) -> usize {
    if call.abi == Abi::I386 && !call.name().is_some_and(|n| n.ends_with("32")) { 2 } else { 4 }
}

fn put_id(r: &mut Render<'_>, bytes: &[u8]) {
    if bytes.len() == 2 { id(r, u64::from(le16(bytes, 0))) } else { r.uid(le32(bytes, 0)) }
}

fn id_out(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 4];
    let buf = &mut buf[..id_size(r.call)];
    if r.fetch(addr, buf) {
        r.put("[");
        put_id(r, buf);
        r.put("]");
    }
}

/// The kernel has at most this many supplementary groups (NGROUPS_MAX).
const MOST_GROUPS: u64 = 65_536;

fn groups(r: &mut Render<'_>, addr: u64, count: u64) {
    let size = id_size(r.call);
    r.array(addr, count, size, &mut |r, e| put_id(r, e.bytes));
}

fn groups_in(r: &mut Render<'_>, addr: u64) {
    let count = u64::from(r.arg(0) as u32);
    if count > MOST_GROUPS { r.pointer(addr) } else { groups(r, addr, count) }
}

fn groups_out(r: &mut Render<'_>, addr: u64) {
    match r.outcome {
        Some(o) if !o.error => groups(r, addr, o.value.max(0) as u64),
        _ => r.pointer(addr),
    }
}

fn cap_header(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 8];
    if r.fetch(addr, &mut buf) {
        r.put("{version=");
        r.choice(u64::from(le32(&buf, 0)), CAP_VERSION, "_LINUX_CAPABILITY_VERSION_???");
        r.fmt(format_args!(", pid={}}}", le_i32(&buf, 4)));
    }
}

/// A set of capabilities: `1<<CAP_CHOWN|1<<CAP_KILL`. `wide`: the second half counts.
fn put_caps(r: &mut Render<'_>, low: u32, high: u32, wide: bool) {
    let mut any = false;
    let bits = u64::from(low) | if wide { u64::from(high) << 32 } else { 0 };
    let mut rest = bits;
    for (number, name) in CAPS {
        if bits & 1 << number != 0 {
            r.put(if any { "|1<<" } else { "1<<" });
            r.put(name);
            rest &= !(1 << number);
            any = true;
        }
    }
    // The two halves are words of their own; what has no name is only in the second.
    let rest = if rest >> 32 != 0 { rest >> 32 } else { rest };
    match (any, rest) {
        (true, 0) => {}
        (true, _) => r.fmt(format_args!("|{rest:#x}")),
        (false, 0) => r.put("0"),
        (false, _) => r.fmt(format_args!("{rest:#x} /* CAP_??? */")),
    }
}

fn cap_data(r: &mut Render<'_>, addr: u64) {
    const WIDE_VERSIONS: [u32; 2] = [0x2007_1026, 0x2008_0522];
    let Some(version) = r.memory.u32(r.arg(0)) else { return r.pointer(addr) };
    let wide = WIDE_VERSIONS.contains(&version);
    let mut buf = [0; 24];
    let buf = &mut buf[..if wide { 24 } else { 12 }];
    if !r.fetch(addr, buf) {
        return;
    }
    for (i, name) in ["{effective=", ", permitted=", ", inheritable="].iter().enumerate() {
        r.put(name);
        put_caps(r, le32(buf, i * 4), le32(buf, 12 + i * 4), wide);
    }
    r.put("}");
}

/// capset(2) reads what capget(2) fills.
fn cap_data_in(r: &mut Render<'_>, addr: u64) {
    cap_data(r, addr);
}

fn put_persona(r: &mut Render<'_>, value: u64) {
    r.choice(value & 0xff, PERSONAS, "PER_???");
    if value & !0xff != 0 {
        r.put("|");
        let named = PERSONALITY_FLAGS.iter().any(|(bit, _)| value & bit != 0);
        if named { r.flags(value & !0xff, PERSONALITY_FLAGS, "") } else { r.hex(value & !0xff) }
    }
}

fn persona(r: &mut Render<'_>, value: u64) {
    let value = u64::from(value as u32);
    if value == 0xffff_ffff { r.put("0xffffffff") } else { put_persona(r, value) }
}

fn persona_result(r: &mut Render<'_>, value: i64) {
    r.hex(value as u32 as u64);
    r.put(" (");
    put_persona(r, value as u32 as u64);
    r.put(")");
}

fn personality_does(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    // 0xffffffff only asks, 0 goes back to the usual.
    if !matches!(call.args[0] as u32, 0 | u32::MAX) {
        out.push(Want::new(Kind::ProcessIdentity, Target::Nothing));
    }
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("getuid", &[]).pretend(Pretend::No(UNFILLED)),
    Row::new("getuid32", &[]).pretend(Pretend::No(UNFILLED)),
    Row::new("geteuid", &[]).pretend(Pretend::No(UNFILLED)),
    Row::new("geteuid32", &[]).pretend(Pretend::No(UNFILLED)),
    Row::new("getgid", &[]).pretend(Pretend::No(UNFILLED)),
    Row::new("getgid32", &[]).pretend(Pretend::No(UNFILLED)),
    Row::new("getegid", &[]).pretend(Pretend::No(UNFILLED)),
    Row::new("getegid32", &[]).pretend(Pretend::No(UNFILLED)),
    Row::new("setuid", &[arg("uid", Show::With(id))])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("setuid32", &[arg("uid", Show::Uid)])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("setgid", &[arg("gid", Show::With(id))])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("setgid32", &[arg("gid", Show::Uid)])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("setfsuid", &[arg("fsuid", Show::With(id))])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("setfsuid32", &[arg("fsuid", Show::Uid)])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("setfsgid", &[arg("fsgid", Show::With(id))])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("setfsgid32", &[arg("fsgid", Show::Uid)])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("setreuid", &[arg("ruid", Show::With(id)), arg("euid", Show::With(id))])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("setreuid32", &[arg("ruid", Show::Uid), arg("euid", Show::Uid)])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("setregid", &[arg("rgid", Show::With(id)), arg("egid", Show::With(id))])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("setregid32", &[arg("rgid", Show::Uid), arg("egid", Show::Uid)])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("setresuid", &[arg("ruid", Show::With(id)), arg("euid", Show::With(id)), arg("suid", Show::With(id))])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("setresuid32", &[arg("ruid", Show::Uid), arg("euid", Show::Uid), arg("suid", Show::Uid)])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("setresgid", &[arg("rgid", Show::With(id)), arg("egid", Show::With(id)), arg("sgid", Show::With(id))])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("setresgid32", &[arg("rgid", Show::Uid), arg("egid", Show::Uid), arg("sgid", Show::Uid)])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new(
        "getresuid",
        &[out("ruid", Show::With(id_out)), out("euid", Show::With(id_out)), out("suid", Show::With(id_out))],
    )
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "getresuid32",
        &[out("ruid", Show::With(id_out)), out("euid", Show::With(id_out)), out("suid", Show::With(id_out))],
    )
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "getresgid",
        &[out("rgid", Show::With(id_out)), out("egid", Show::With(id_out)), out("sgid", Show::With(id_out))],
    )
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "getresgid32",
        &[out("rgid", Show::With(id_out)), out("egid", Show::With(id_out)), out("sgid", Show::With(id_out))],
    )
    .pretend(Pretend::No(UNFILLED)),
    Row::new("getgroups", &[arg("size", Show::Int), out("list", Show::With(groups_out))])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("getgroups32", &[arg("size", Show::Int), out("list", Show::With(groups_out))])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("setgroups", &[arg("size", Show::Int), arg("list", Show::With(groups_in))])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("setgroups32", &[arg("size", Show::Int), arg("list", Show::With(groups_in))])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("getpgrp", &[]).pretend(Pretend::No(UNFILLED)),
    Row::new("getpgid", &[arg("pid", Show::Pid)]).pretend(Pretend::No(UNFILLED)),
    Row::new("getsid", &[arg("pid", Show::Pid)]).pretend(Pretend::No(UNFILLED)),
    Row::new("setpgid", &[arg("pid", Show::Pid), arg("pgid", Show::Pid)]).pretend(Pretend::Value(0)),
    Row::new("setsid", &[]).does(&[Does::Plain(Kind::ProcessIdentity)]).pretend(Pretend::No(BELIEF)),
    Row::new("capget", &[arg("hdrp", Show::With(cap_header)), out("datap", Show::With(cap_data))])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("capset", &[arg("hdrp", Show::With(cap_header)), arg("datap", Show::With(cap_data_in))])
        .does(&[Does::Plain(Kind::ProcessIdentity)])
        .pretend(Pretend::No(BELIEF)),
    Row::new("personality", &[arg("persona", Show::With(persona))])
        .result(ResultKind::Whole(persona_result))
        .does(&[Does::With(personality_does)])
        .may(Kind::ProcessIdentity)
        .pretend(Pretend::Value(0)),
];
