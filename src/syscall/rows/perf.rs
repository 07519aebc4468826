//! Performance counters: they see what other processes and the kernel do.

use crate::syscall::Render;
use crate::syscall::access::{Target, Want};
use crate::syscall::decode::bytes::{le32, le64};
use crate::syscall::names::io_uring as names;
use crate::syscall::row::{Does, Names, Pretend, ResultKind, Row, Show, arg};
use crate::syscall::{Kind, Memory, RawCall};

/// Sizes that `struct perf_event_attr` had (linux/perf_event.h).
static SIZES: Names = &[
    (64, "PERF_ATTR_SIZE_VER0"),
    (72, "PERF_ATTR_SIZE_VER1"),
    (80, "PERF_ATTR_SIZE_VER2"),
    (96, "PERF_ATTR_SIZE_VER3"),
    (104, "PERF_ATTR_SIZE_VER4"),
    (112, "PERF_ATTR_SIZE_VER5"),
    (120, "PERF_ATTR_SIZE_VER6"),
    (128, "PERF_ATTR_SIZE_VER7"),
];

/// The bits behind `read_format` that are shown where they are set: before `precise_ip` and behind it.
static BITS: [&str; 15] = [
    "disabled",
    "inherit",
    "pinned",
    "exclusive",
    "exclude_user",
    "exclude_kernel",
    "exclude_hv",
    "exclude_idle",
    "mmap",
    "comm",
    "freq",
    "inherit_stat",
    "enable_on_exec",
    "task",
    "watermark",
];
static MORE_BITS: [&str; 20] = [
    "mmap_data",
    "sample_id_all",
    "exclude_host",
    "exclude_guest",
    "exclude_callchain_kernel",
    "exclude_callchain_user",
    "mmap2",
    "comm_exec",
    "use_clockid",
    "context_switch",
    "write_backward",
    "namespaces",
    "ksymbol",
    "bpf_event",
    "aux_output",
    "cgroup",
    "text_poke",
    "build_id",
    "inherit_thread",
    "remove_on_exec",
];

/// `struct perf_event_attr`, as far as strace shows it unless asked for everything.
fn attributes(r: &mut Render<'_>, addr: u64) {
    let mut b = [0; 64];
    if !r.fetch(addr, &mut b) {
        return;
    }
    let (kind, size, config) = (le32(&b, 0), le32(&b, 4), le64(&b, 8));
    if (1..64).contains(&size) {
        return r.pointer(addr);
    }
    r.put("{type=");
    r.choice(u64::from(kind), names::PERF_TYPES, "PERF_TYPE_???");
    r.put(", size=");
    r.choice(u64::from(size), SIZES, "PERF_ATTR_SIZE_???");
    r.put(", config=");
    put_config(r, kind, config);
    let bits = le64(&b, 40);
    r.fmt(format_args!(", sample_{}={}", if bits & 1 << 10 != 0 { "freq" } else { "period" }, le64(&b, 16)));
    r.put(", sample_type=");
    r.flags(le64(&b, 24), names::PERF_SAMPLE, "PERF_SAMPLE_???");
    r.put(", read_format=");
    r.flags(le64(&b, 32), names::PERF_READ, "PERF_FORMAT_???");
    for (i, name) in BITS.iter().enumerate() {
        if bits & 1 << i != 0 {
            r.fmt(format_args!(", {name}=1"));
        }
    }
    let precise = bits >> 15 & 3;
    let skid = ["arbitrary skid", "constant skid", "requested to have 0 skid", "must have 0 skid"][precise as usize];
    r.fmt(format_args!(", precise_ip={precise} /* {skid} */"));
    for (i, name) in MORE_BITS.iter().enumerate() {
        if bits & 1 << (17 + i) != 0 {
            r.fmt(format_args!(", {name}=1"));
        }
    }
    if bits >> 38 != 0 {
        r.fmt(format_args!(", __reserved_1={:#x} /* Bits 63..38 */", bits >> 38));
    }
    r.put(", ...}");
}

fn put_config(r: &mut Render<'_>, kind: u32, config: u64) {
    match kind {
        0 => {
            // The upper half is the kind of CPU.
            if config >> 32 != 0 {
                r.fmt(format_args!("{:#x}<<32|", config >> 32));
            }
            r.choice(config & 0xffff_ffff, names::PERF_HARDWARE, "PERF_COUNT_HW_???");
        }
        1 => r.choice(config, names::PERF_SOFTWARE, "PERF_COUNT_SW_???"),
        2 => r.fmt(format_args!("{config}")),
        3 => {
            if config >> 24 != 0 {
                r.fmt(format_args!("{:#x}<<24|", config >> 24));
            }
            r.choice(config >> 16 & 0xff, names::PERF_CACHE_RESULT, "PERF_COUNT_HW_CACHE_RESULT_???");
            r.put("<<16|");
            r.choice(config >> 8 & 0xff, names::PERF_CACHE_OPERATION, "PERF_COUNT_HW_CACHE_OP_???");
            r.put("<<8|");
            r.choice(config & 0xff, names::PERF_CACHE, "PERF_COUNT_HW_CACHE_???");
        }
        _ => r.hex(config),
    }
}

fn wants(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    out.push(Want::new(Kind::Bypass, Target::Nothing));
    // 0 is the caller itself, -1 everybody.
    let pid = call.args[1] as i32;
    if pid != 0 {
        out.push(Want::new(Kind::ProcessInspect, Target::Process(pid)));
    }
}

/// The rows.
pub static ROWS: &[Row] = &[Row::new(
    "perf_event_open",
    &[
        arg("attr", Show::With(attributes)),
        arg("pid", Show::Int),
        arg("cpu", Show::Int),
        arg("group_fd", Show::Fd),
        arg("flags", Show::With(|r, v| r.flags(v, names::PERF_FLAGS, "PERF_FLAG_???"))),
    ],
)
.result(ResultKind::Fd)
.does(&[Does::With(wants)])
.may(Kind::Bypass)
.may(Kind::ProcessInspect)
.pretend(Pretend::No(super::NEXT))];
