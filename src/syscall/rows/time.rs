//! Clocks and timers.

use crate::syscall::access::{Target, Want};
use crate::syscall::decode::bytes::{le_i32, le_long, le32};
use crate::syscall::decode::signal::sigevent;
use crate::syscall::decode::time::{
    TimeForm, interval, native_timespec, native_timeval, put_date, put_time, seconds, timespec_in, wide_timespec,
};
use crate::syscall::names::time::{ADJ, CLOCKS, ITIMER, STA, TIME_STATE, TIMER_FLAGS};
use crate::syscall::row::{Does, Pretend, ResultKind, Row, Show, arg, out};
use crate::syscall::{Kind, Memory, RawCall, Render};

use super::file::UNFILLED;

fn native_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { native_timespec(r, addr) }
}

fn wide_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { wide_timespec(r, addr) }
}

fn timeval_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { native_timeval(r, addr) }
}

/// What is left of a sleep: the kernel only says so when a signal has cut it short.
fn remaining(r: &mut Render<'_>, addr: u64, form: TimeForm) {
    match r.outcome.and_then(|o| o.errno()) {
        Some(errno) if errno == EINTR || crate::syscall::errno::is_restart(errno) => timespec_in(r, addr, form),
        _ => r.pointer(addr),
    }
}

/// `EINTR` (errno.h).
const EINTR: i32 = 4;

fn remaining_native(r: &mut Render<'_>, addr: u64) {
    remaining(r, addr, TimeForm::Native);
}

fn remaining_wide(r: &mut Render<'_>, addr: u64) {
    remaining(r, addr, TimeForm::Wide);
}

fn itimerspec(r: &mut Render<'_>, addr: u64) {
    interval(r, addr, TimeForm::Native, "tv_nsec");
}

fn itimerspec_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { itimerspec(r, addr) }
}

fn itimerspec_wide(r: &mut Render<'_>, addr: u64) {
    interval(r, addr, TimeForm::Wide, "tv_nsec");
}

fn itimerspec_wide_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { itimerspec_wide(r, addr) }
}

fn itimerval(r: &mut Render<'_>, addr: u64) {
    interval(r, addr, TimeForm::Native, "tv_usec");
}

fn itimerval_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { itimerval(r, addr) }
}

fn timer_id(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 4];
    if r.fetch(addr, &mut buf) {
        r.fmt(format_args!("[{}]", le_i32(&buf, 0)));
    }
}

fn put_zone(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 8];
    if r.fetch(addr, &mut buf) {
        let (west, dst) = (le_i32(&buf, 0), le_i32(&buf, 4));
        r.fmt(format_args!("{{tz_minuteswest={west}, tz_dsttime={dst}}}"));
    }
}

fn zone_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { put_zone(r, addr) }
}

fn time_out(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { time_at(r, addr) }
}

fn time_at(r: &mut Render<'_>, addr: u64) {
    if let Some(value) = seconds(r, addr) {
        r.fmt(format_args!("[{value}"));
        put_date(r, value, 0, 9);
        r.put("]");
    }
}

fn time_result(r: &mut Render<'_>, value: i64) {
    let start = r.out.len();
    put_date(r, value, 0, 9);
    // The same date as behind an argument, in the brackets of a result.
    let date = r.out[start..].trim_start_matches(" /* ").trim_end_matches(" */").to_owned();
    r.out.truncate(start);
    if !date.is_empty() {
        r.fmt(format_args!(" ({date})"));
    }
}

fn ticks(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.long();
    let mut buf = [0; 32];
    let buf = &mut buf[..4 * word];
    if r.fetch(addr, buf) {
        let at = |i| le_long(buf, i, word);
        let (user, system, cuser, csystem) = (at(0), at(1), at(2), at(3));
        r.fmt(format_args!("{{tms_utime={user}, tms_stime={system}, tms_cutime={cuser}, tms_cstime={csystem}}}"));
    }
}

/// A `struct timex`; `wide`: the layout of 64-bit ABIs on every ABI.
fn put_timex(r: &mut Render<'_>, addr: u64, wide: bool) {
    let word = if wide { 8 } else { TimeForm::Native.width(r) };
    let mut buf = [0; 208];
    let size = if word == 8 { 208 } else { 128 };
    if !r.fetch(addr, &mut buf[..size]) {
        return;
    }
    // Longs, with two ints (modes, status) that fill a long each.
    let at = |i: usize| le_long(&buf, i, word);
    r.put("{modes=");
    r.flags(u64::from(le32(&buf, 0)), ADJ, "ADJ_???");
    r.fmt(format_args!(", offset={}, freq={}, maxerror={}, esterror={}, status=", at(1), at(2), at(3), at(4)));
    r.flags(u64::from(le32(&buf, 5 * word)), STA, "STA_???");
    r.fmt(format_args!(", constant={}, precision={}, tolerance={}, time=", at(6), at(7), at(8)));
    put_time(r, &buf[9 * word..11 * word], word, "tv_usec");
    r.fmt(format_args!(", tick={}, ppsfreq={}, jitter={}, shift={}", at(11), at(12), at(13), le_i32(&buf, 14 * word)));
    r.fmt(format_args!(", stabil={}, jitcnt={}, calcnt={}", at(15), at(16), at(17)));
    r.fmt(format_args!(", errcnt={}, stbcnt={}, tai={}}}", at(18), at(19), le_i32(&buf, 20 * word)));
}

fn timex(r: &mut Render<'_>, addr: u64) {
    put_timex(r, addr, false);
}

fn timex_wide(r: &mut Render<'_>, addr: u64) {
    put_timex(r, addr, true);
}

fn state_result(r: &mut Render<'_>, value: i64) {
    if let Some((_, name)) = TIME_STATE.iter().find(|(v, _)| *v == value as u64) {
        r.fmt(format_args!(" ({name})"));
    }
}

/// adjtimex(2) without modes only asks.
fn adjust(call: &RawCall, memory: &dyn Memory, register: usize, out: &mut Vec<Want>) {
    if memory.u32(call.args[register]) == Some(0) {
        out.push(Want::new(Kind::Time, Target::Nothing));
    } else {
        out.push(Want::new(Kind::System, Target::System("clock".to_owned())));
    }
}

fn adjtimex_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    adjust(call, memory, 0, out);
}

fn clock_adjtime_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    adjust(call, memory, 1, out);
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("clock_gettime", &[arg("clockid", Show::Choice(CLOCKS, "CLOCK_???")), out("tp", Show::With(native_out))])
        .does(&[Does::Plain(Kind::Time)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("clock_gettime64", &[arg("clockid", Show::Choice(CLOCKS, "CLOCK_???")), out("tp", Show::With(wide_out))])
        .does(&[Does::Plain(Kind::Time)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("clock_getres", &[arg("clockid", Show::Choice(CLOCKS, "CLOCK_???")), out("res", Show::With(native_out))])
        .does(&[Does::Plain(Kind::Time)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "clock_getres_time64",
        &[arg("clockid", Show::Choice(CLOCKS, "CLOCK_???")), out("res", Show::With(wide_out))],
    )
    .does(&[Does::Plain(Kind::Time)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "clock_settime",
        &[arg("clockid", Show::Choice(CLOCKS, "CLOCK_???")), arg("tp", Show::With(native_timespec))],
    )
    .does(&[Does::System(Kind::System, "clock")])
    .pretend(Pretend::Value(0)),
    Row::new(
        "clock_settime64",
        &[arg("clockid", Show::Choice(CLOCKS, "CLOCK_???")), arg("tp", Show::With(wide_timespec))],
    )
    .does(&[Does::System(Kind::System, "clock")])
    .pretend(Pretend::Value(0)),
    Row::new("clock_adjtime", &[arg("clockid", Show::Choice(CLOCKS, "CLOCK_???")), out("buf", Show::With(timex))])
        .result(ResultKind::With(state_result))
        .does(&[Does::With(clock_adjtime_does)])
        .may(Kind::Time)
        .may(Kind::System)
        .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "clock_adjtime64",
        &[arg("clockid", Show::Choice(CLOCKS, "CLOCK_???")), out("buf", Show::With(timex_wide))],
    )
    .result(ResultKind::With(state_result))
    .does(&[Does::With(clock_adjtime_does)])
    .may(Kind::Time)
    .may(Kind::System)
    .pretend(Pretend::No(UNFILLED)),
    Row::new("adjtimex", &[out("buf", Show::With(timex))])
        .result(ResultKind::With(state_result))
        .does(&[Does::With(adjtimex_does)])
        .may(Kind::Time)
        .may(Kind::System)
        .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "clock_nanosleep",
        &[
            arg("clockid", Show::Choice(CLOCKS, "CLOCK_???")),
            arg("flags", Show::Flags(TIMER_FLAGS, "TIMER_???")),
            arg("t", Show::With(native_timespec)),
            out("remain", Show::With(remaining_native)),
        ],
    )
    .does(&[Does::Plain(Kind::Wait)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "clock_nanosleep_time64",
        &[
            arg("clockid", Show::Choice(CLOCKS, "CLOCK_???")),
            arg("flags", Show::Flags(TIMER_FLAGS, "TIMER_???")),
            arg("t", Show::With(wide_timespec)),
            out("remain", Show::With(remaining_wide)),
        ],
    )
    .does(&[Does::Plain(Kind::Wait)])
    .pretend(Pretend::Value(0)),
    Row::new("nanosleep", &[arg("req", Show::With(native_timespec)), out("rem", Show::With(remaining_native))])
        .does(&[Does::Plain(Kind::Wait)])
        .pretend(Pretend::Value(0)),
    Row::new(
        "timer_create",
        &[
            arg("clockid", Show::Choice(CLOCKS, "CLOCK_???")),
            arg("sevp", Show::With(sigevent)),
            out("timerid", Show::With(timer_id)),
        ],
    )
    .does(&[Does::Plain(Kind::Time)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "timer_settime",
        &[
            arg("timerid", Show::Int),
            arg("flags", Show::Flags(TIMER_FLAGS, "TIMER_???")),
            arg("new_value", Show::With(itimerspec)),
            out("old_value", Show::With(itimerspec_out)),
        ],
    )
    .does(&[Does::Plain(Kind::Time)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "timer_settime64",
        &[
            arg("timerid", Show::Int),
            arg("flags", Show::Flags(TIMER_FLAGS, "TIMER_???")),
            arg("new_value", Show::With(itimerspec_wide)),
            out("old_value", Show::With(itimerspec_wide_out)),
        ],
    )
    .does(&[Does::Plain(Kind::Time)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new("timer_gettime", &[arg("timerid", Show::Int), out("curr_value", Show::With(itimerspec_out))])
        .does(&[Does::Plain(Kind::Time)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("timer_gettime64", &[arg("timerid", Show::Int), out("curr_value", Show::With(itimerspec_wide_out))])
        .does(&[Does::Plain(Kind::Time)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("timer_getoverrun", &[arg("timerid", Show::Int)])
        .does(&[Does::Plain(Kind::Time)])
        .pretend(Pretend::Value(0)),
    Row::new("timer_delete", &[arg("timerid", Show::Int)]).does(&[Does::Plain(Kind::Time)]).pretend(Pretend::Value(0)),
    Row::new(
        "setitimer",
        &[
            arg("which", Show::Choice(ITIMER, "ITIMER_???")),
            arg("new_value", Show::With(itimerval)),
            out("old_value", Show::With(itimerval_out)),
        ],
    )
    .does(&[Does::Plain(Kind::Time)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "getitimer",
        &[arg("which", Show::Choice(ITIMER, "ITIMER_???")), out("curr_value", Show::With(itimerval_out))],
    )
    .does(&[Does::Plain(Kind::Time)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new("alarm", &[arg("seconds", Show::Uint)]).does(&[Does::Plain(Kind::Time)]).pretend(Pretend::Value(0)),
    Row::new("times", &[out("buf", Show::With(ticks))]).does(&[Does::Plain(Kind::Time)]).pretend(Pretend::No(UNFILLED)),
    Row::new("time", &[out("tloc", Show::With(time_out))])
        .result(ResultKind::With(time_result))
        .does(&[Does::Plain(Kind::Time)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("stime", &[arg("t", Show::With(time_at))])
        .does(&[Does::System(Kind::System, "clock")])
        .pretend(Pretend::Value(0)),
    Row::new("gettimeofday", &[out("tv", Show::With(timeval_out)), out("tz", Show::With(zone_out))])
        .does(&[Does::Plain(Kind::Time)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("settimeofday", &[arg("tv", Show::With(native_timeval)), arg("tz", Show::With(put_zone))])
        .does(&[Does::System(Kind::System, "clock")])
        .pretend(Pretend::Value(0)),
];
