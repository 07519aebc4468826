//! Calls that the kernel keeps numbers for but that few or none make, and the segments of i386.

use crate::syscall::decode::bytes::{le_i32, le_word, le32};
use crate::syscall::row::{Does, Pretend, ResultKind, Row, Show, arg, out};
use crate::syscall::{Kind, Render};

use super::file::UNFILLED;

/// Why the kernel's own calls cannot be pretended. A msgid.
const NEVER: &str = "only the kernel's own code in the program makes this call";

/// A `struct user_desc` (asm/ldt.h): `{entry_number=12, base_addr=…}`.
pub fn user_desc(r: &mut Render<'_>, addr: u64) {
    put_user_desc(r, addr, None);
}

/// `before`: the entry number that the program gave, where the kernel has chosen another.
fn put_user_desc(r: &mut Render<'_>, addr: u64, before: Option<i32>) {
    let mut buf = [0; 16];
    if !r.fetch_in(addr, &mut buf) {
        return;
    }
    let (entry, base, limit, bits) = (le_i32(&buf, 0), le32(&buf, 4), le32(&buf, 8), le32(&buf, 12));
    r.fmt(format_args!("{{entry_number={}", before.unwrap_or(entry)));
    let padded = |r: &mut Render<'_>, value: u32| {
        if value == 0 { r.put("00000000") } else { r.fmt(format_args!("{value:#08x}")) }
    };
    r.put(", base_addr=");
    padded(r, base);
    r.put(", limit=");
    padded(r, limit);
    let bit = |n: u32| bits >> n & 1;
    r.fmt(format_args!(", seg_32bit={}, contents={}, read_exec_only={}", bit(0), bits >> 1 & 3, bit(3)));
    r.fmt(format_args!(", limit_in_pages={}, seg_not_present={}, useable={}", bit(4), bit(5), bit(6)));
    if !r.is_32() {
        r.fmt(format_args!(", lm={}", bit(7)));
    }
    r.put("}");
}

fn ldt_entry(r: &mut Render<'_>, addr: u64) {
    if r.arg(2) != 16 || r.failed() { r.pointer(addr) } else { user_desc(r, addr) }
}

/// modify_ldt(2) returns an int where others return a long.
fn ldt_result(r: &mut Render<'_>, value: i64) {
    r.fmt(format_args!("{}", value as u32));
    // The kernel returns an int in a long: to strace no error by its value, and yet named as one.
    let errno = (value as i32).wrapping_neg();
    if (1..4096).contains(&errno)
        && let Some(name) = crate::syscall::errno::known_name(errno)
    {
        r.fmt(format_args!(" {name} ({})", crate::syscall::errno::describe(errno)));
    }
}

/// The kernel chooses the entry where the program gave -1, and says which behind the result.
fn thread_area(r: &mut Render<'_>, addr: u64) {
    if r.call.name() == Some("get_thread_area") && r.failed() {
        return r.pointer(addr);
    }
    let chosen = r.call.name() == Some("set_thread_area") && !r.failed();
    put_user_desc(r, addr, chosen.then_some(-1));
}

fn area_result(r: &mut Render<'_>, _value: i64) {
    let addr = r.arg(0);
    if let Some(entry) = r.memory.u32(addr) {
        r.fmt(format_args!(" (entry_number={})", entry as i32));
    }
}

/// `struct __sysctl_args`.
fn sysctl(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let mut buf = [0; 48];
    let buf = &mut buf[..6 * word];
    if !r.fetch_in(addr, buf) {
        return;
    }
    let at = |i| le_word(buf, i, word);
    r.put("{name=");
    let (name, length) = (at(0), at(1) as i32);
    r.array(name, u64::from(length.clamp(0, 32) as u32), 4, &mut |r, e| r.hex(u64::from(le32(e.bytes, 0))));
    r.fmt(format_args!(", nlen={length}, oldval="));
    r.pointer(at(2));
    r.put(", oldlenp=");
    r.pointer(at(3));
    r.put(", newval=");
    r.pointer(at(4));
    r.fmt(format_args!(", newlen={}}}", at(5)));
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("modify_ldt", &[arg("func", Show::Int), out("ptr", Show::With(ldt_entry)), arg("bytecount", Show::Ulong)])
        .result(ResultKind::Whole(ldt_result))
        .does(&[Does::Plain(Kind::Memory)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("set_thread_area", &[out("u_info", Show::With(thread_area))])
        .result(ResultKind::With(area_result))
        .does(&[Does::Plain(Kind::Memory)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("get_thread_area", &[out("u_info", Show::With(thread_area))]).pretend(Pretend::No(UNFILLED)),
    Row::new("_sysctl", &[arg("args", Show::With(sysctl))])
        .does(&[Does::System(Kind::System, "sysctl")])
        .pretend(Pretend::Value(0)),
    Row::new("sysfs", &[arg("option", Show::LongHex), arg("arg1", Show::LongHex), arg("arg2", Show::LongHex)])
        .does(&[Does::Plain(Kind::FileStat)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("oldolduname", &[out("buf", Show::Pointer)]).pretend(Pretend::No(UNFILLED)),
    Row::new("olduname", &[out("buf", Show::Pointer)]).pretend(Pretend::No(UNFILLED)),
    Row::new("uretprobe", &[]).pretend(Pretend::No(NEVER)),
    Row::new("uprobe", &[]).pretend(Pretend::No(NEVER)),
    Row::new("create_module", &[arg("arg1", Show::LongHex), arg("arg2", Show::LongHex)]).pretend(Pretend::No(UNFILLED)),
    Row::new("get_kernel_syms", &[arg("arg1", Show::LongHex)]).pretend(Pretend::No(UNFILLED)),
    Row::new(
        "query_module",
        &[
            arg("arg1", Show::LongHex),
            arg("arg2", Show::LongHex),
            arg("arg3", Show::LongHex),
            arg("arg4", Show::LongHex),
            arg("arg5", Show::LongHex),
        ],
    )
    .pretend(Pretend::No(UNFILLED)),
    Row::new("nfsservctl", &[arg("arg1", Show::LongHex), arg("arg2", Show::LongHex), arg("arg3", Show::LongHex)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "getpmsg",
        &[
            arg("arg1", Show::LongHex),
            arg("arg2", Show::LongHex),
            arg("arg3", Show::LongHex),
            arg("arg4", Show::LongHex),
            arg("arg5", Show::LongHex),
        ],
    )
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "putpmsg",
        &[
            arg("arg1", Show::LongHex),
            arg("arg2", Show::LongHex),
            arg("arg3", Show::LongHex),
            arg("arg4", Show::LongHex),
            arg("arg5", Show::LongHex),
        ],
    )
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "afs_syscall",
        &[
            arg("arg1", Show::LongHex),
            arg("arg2", Show::LongHex),
            arg("arg3", Show::LongHex),
            arg("arg4", Show::LongHex),
            arg("arg5", Show::LongHex),
        ],
    )
    .pretend(Pretend::No(UNFILLED)),
    Row::new("tuxcall", &[arg("arg1", Show::LongHex), arg("arg2", Show::LongHex), arg("arg3", Show::LongHex)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("security", &[arg("arg1", Show::LongHex), arg("arg2", Show::LongHex), arg("arg3", Show::LongHex)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "vserver",
        &[
            arg("arg1", Show::LongHex),
            arg("arg2", Show::LongHex),
            arg("arg3", Show::LongHex),
            arg("arg4", Show::LongHex),
            arg("arg5", Show::LongHex),
        ],
    )
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "epoll_ctl_old",
        &[
            arg("arg1", Show::LongHex),
            arg("arg2", Show::LongHex),
            arg("arg3", Show::LongHex),
            arg("arg4", Show::LongHex),
        ],
    )
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "epoll_wait_old",
        &[
            arg("arg1", Show::LongHex),
            arg("arg2", Show::LongHex),
            arg("arg3", Show::LongHex),
            arg("arg4", Show::LongHex),
        ],
    )
    .pretend(Pretend::No(UNFILLED)),
    Row::new("stty", &[arg("arg1", Show::LongHex), arg("arg2", Show::LongHex)]).pretend(Pretend::No(UNFILLED)),
    Row::new("gtty", &[arg("arg1", Show::LongHex), arg("arg2", Show::LongHex)]).pretend(Pretend::No(UNFILLED)),
    Row::new("ftime", &[]).pretend(Pretend::No(UNFILLED)),
    Row::new("prof", &[]).pretend(Pretend::No(UNFILLED)),
    Row::new("lock", &[]).pretend(Pretend::No(UNFILLED)),
    Row::new("mpx", &[]).pretend(Pretend::No(UNFILLED)),
    Row::new("ulimit", &[arg("arg1", Show::LongHex), arg("arg2", Show::LongHex)]).pretend(Pretend::No(UNFILLED)),
    Row::new(
        "profil",
        &[
            arg("arg1", Show::LongHex),
            arg("arg2", Show::LongHex),
            arg("arg3", Show::LongHex),
            arg("arg4", Show::LongHex),
        ],
    )
    .pretend(Pretend::No(UNFILLED)),
    Row::new("idle", &[]).pretend(Pretend::No(UNFILLED)),
    Row::new("bdflush", &[arg("arg1", Show::LongHex), arg("arg2", Show::LongHex)]).pretend(Pretend::No(UNFILLED)),
    Row::new("vm86old", &[arg("arg1", Show::LongHex)])
        .does(&[Does::System(Kind::System, "vm86")])
        .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "vm86",
        &[
            arg("arg1", Show::LongHex),
            arg("arg2", Show::LongHex),
            arg("arg3", Show::LongHex),
            arg("arg4", Show::LongHex),
            arg("arg5", Show::LongHex),
        ],
    )
    .does(&[Does::System(Kind::System, "vm86")])
    .pretend(Pretend::No(UNFILLED)),
    Row::new("break", &[]).pretend(Pretend::No(UNFILLED)),
];
