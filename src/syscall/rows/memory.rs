//! The program's own memory.

use crate::syscall::access::{Target, Want};
use crate::syscall::decode::bytes::{le_i32, le_word, le32};
use crate::syscall::decode::iovec::{Iov, iovec};
use crate::syscall::names::memory::{
    GET_MEMPOLICY, MADVISE, MAP_TYPE, MBIND, MCL, MEMBARRIER, MEMBARRIER_FLAGS, MLOCK2, MMAP, MOVE_PAGES, MPOL,
    MPOL_MODE, MREMAP, MSYNC, PKEY_RIGHTS, PROT,
};
use crate::syscall::row::{Does, Pretend, ResultKind, Row, Show, arg, out};
use crate::syscall::{Abi, Kind, Memory, RawCall, Render};

use super::file::UNFILLED;

/// Why memory cannot be pretended. A msgid.
const CRASH: &str = "the program would use memory that is not there and crash";

/// i386's first mmap(2) takes all its arguments through one pointer.
fn old_args(r: &Render<'_>) -> Option<[u64; 6]> {
    let mut buf = [0; 24];
    (r.memory.read(r.arg(0), &mut buf) == 24).then(|| std::array::from_fn(|i| u64::from(le32(&buf, i * 4))))
}

/// Argument `I` of mmap(2) in whatever way the ABI passes it.
fn mmap_arg<const I: usize>(r: &mut Render<'_>, value: u64) {
    let value = if r.call.abi == Abi::I386 && r.call.name() == Some("mmap") {
        match old_args(r) {
            Some(args) => args[I],
            None if I == 0 => return r.pointer(value),
            None => return r.omit(),
        }
    } else {
        value
    };
    match I {
        0 => r.pointer(value),
        1 => r.fmt(format_args!("{value}")),
        2 => r.flags(value, PROT, "PROT_???"),
        3 => map_flags(r, value),
        4 => r.fmt(format_args!("{}", value as i32)),
        // mmap2 counts pages; what is shown counts bytes.
        _ if r.call.name() == Some("mmap2") => r.hex(value << 12),
        _ => r.hex(value),
    }
}

fn map_flags(r: &mut Render<'_>, value: u64) {
    const TYPE: u64 = 0xf;
    const HUGE_SHIFT: u32 = 26;
    let value = u64::from(value as u32);
    match value & TYPE {
        0 => r.put("MAP_FILE"),
        kind => r.choice(kind, MAP_TYPE, "MAP_???"),
    }
    put_map_bits(r, value & !TYPE & ((1 << HUGE_SHIFT) - 1));
    if value >> HUGE_SHIFT != 0 {
        r.fmt(format_args!("|{}<<MAP_HUGE_SHIFT", value >> HUGE_SHIFT));
    }
}

fn put_map_bits(r: &mut Render<'_>, bits: u64) {
    if bits == 0 {
        return;
    }
    r.put("|");
    if MMAP.iter().any(|(bit, _)| bits & bit == *bit) { r.flags(bits, MMAP, "") } else { r.hex(bits) }
}

fn remap_flags(r: &mut Render<'_>, value: u64) {
    map_flags(r, value);
}

/// The new address of mremap(2), which it only has with MREMAP_FIXED (2) or MREMAP_DONTUNMAP (4).
fn new_address(r: &mut Render<'_>, value: u64) {
    if r.arg(3) & 3 == 3 { r.pointer(value) } else { r.omit() }
}

/// A bit mask of NUMA nodes of `bits` bits: `[0x00000000000005]`.
fn nodes(r: &mut Render<'_>, addr: u64, bits: u64) {
    let word = r.call.abi.word();
    if addr != 0 && bits == 0 {
        return r.put("[]");
    }
    // The kernel takes one bit more than it uses.
    let count = bits.saturating_sub(1).div_ceil(8 * word as u64);
    if addr == 0 || count == 0 {
        return r.pointer(addr);
    }
    r.array(addr, count, word, &mut |r, e| {
        let value = le_word(e.bytes, 0, word);
        let width = 2 * word;
        if value == 0 {
            r.fmt(format_args!("{:0width$}", 0));
        } else {
            r.fmt(format_args!("{value:#0width$x}"));
        }
    });
}

fn nodes_in<const BITS: u8>(r: &mut Render<'_>, addr: u64) {
    let bits = r.arg(BITS);
    nodes(r, addr, bits);
}

fn nodes_out<const BITS: u8>(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { nodes_in::<BITS>(r, addr) }
}

fn policy(r: &mut Render<'_>, value: u64) {
    const FLAGS: u64 = 0xe000;
    // mbind(2) takes a long.
    let value = if r.call.name() == Some("mbind") { value } else { u64::from(value as u32) };
    let known = MPOL.iter().any(|(mode, _)| *mode == value & !FLAGS);
    match (known, value & FLAGS) {
        (false, _) => r.flags(value, MPOL_MODE, "MPOL_???"),
        (true, 0) => r.choice(value, MPOL, "MPOL_???"),
        (true, flags) => {
            r.choice(value & !FLAGS, MPOL, "MPOL_???");
            r.put("|");
            r.flags(flags, MPOL_MODE, "MPOL_???");
        }
    }
}

fn policy_out(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 4];
    if r.fetch(addr, &mut buf) {
        r.put("[");
        r.choice(u64::from(le32(&buf, 0)), MPOL, "MPOL_???");
        r.put("]");
    }
}

fn pages(r: &mut Render<'_>, addr: u64) {
    let (count, word) = (r.arg(1), r.call.abi.word());
    r.array(addr, count, word, &mut |r, e| {
        let value = le_word(e.bytes, 0, word);
        r.pointer(value);
    });
}

fn node_numbers(r: &mut Render<'_>, addr: u64) {
    let count = r.arg(1);
    r.array(addr, count, 4, &mut |r, e| r.fmt(format_args!("{}", le_i32(e.bytes, 0))));
}

fn page_states(r: &mut Render<'_>, addr: u64) {
    if r.failed() {
        return r.pointer(addr);
    }
    let count = r.arg(1);
    r.array(addr, count, 4, &mut |r, e| {
        let value = le_i32(e.bytes, 0);
        match crate::syscall::errno::known_name(value.saturating_neg()) {
            Some(name) if value < 0 => r.fmt(format_args!("-{name}")),
            _ => r.fmt(format_args!("{value}")),
        }
    });
}

/// One bit a page, the lowest of a byte.
fn resident(r: &mut Render<'_>, addr: u64) {
    if r.failed() || addr == 0 {
        return r.pointer(addr);
    }
    let count = r.arg(1).div_ceil(4096);
    r.array(addr, count, 1, &mut |r, e| r.put(if e.bytes[0] & 1 != 0 { "1" } else { "0" }));
}

fn ranges(r: &mut Render<'_>, addr: u64) {
    let count = r.arg(2);
    iovec(r, addr, count, Iov::Addresses);
}

fn barrier_result(r: &mut Render<'_>, value: i64) {
    if r.arg(0) as u32 == 0 && value != 0 {
        r.hex(value as u64);
        r.put(" (");
        r.flags(value as u64, MEMBARRIER, "MEMBARRIER_CMD_???");
        r.put(")");
    } else {
        r.fmt(format_args!("{value}"));
    }
}

fn barrier_cpu(r: &mut Render<'_>, value: u64) {
    if r.arg(1) & 1 != 0 { r.show(Show::Int, value) } else { r.omit() }
}

fn mmap_does(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    const SHARED: u64 = 1;
    const ANONYMOUS: u64 = 0x20;
    const WRITE: u64 = 2;
    let old = call.abi == Abi::I386 && call.name() == Some("mmap");
    let (prot, flags, fd) = if old {
        let word = |i: u64| memory.u32(call.args[0].wrapping_add(i * 4)).map_or(u64::MAX, u64::from);
        (word(2), word(3), word(4))
    } else {
        (call.args[2], call.args[3], call.args[4])
    };
    out.push(Want::new(Kind::Memory, Target::Nothing));
    if flags & SHARED != 0 && flags & ANONYMOUS == 0 && prot & WRITE != 0 {
        out.push(Want::new(Kind::Descriptor, Target::Fd(fd as i32)));
    }
}

/// process_madvise works on another process through its pidfd.
fn process_madvise_does(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    out.push(Want::new(Kind::ProcessInspect, Target::PidFd(call.args[0] as i32)));
}

/// Moving pages of another process looks into it; 0 is the caller.
fn other_process(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    let pid = call.args[0] as i32;
    if pid == 0 {
        out.push(Want::new(Kind::Memory, Target::Nothing));
    } else {
        out.push(Want::new(Kind::ProcessInspect, Target::Process(pid)));
    }
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("brk", &[arg("addr", Show::Pointer)])
        .result(ResultKind::Hex)
        .does(&[Does::Plain(Kind::Memory)])
        .pretend(Pretend::No(CRASH)),
    Row::new(
        "mmap",
        &[
            arg("addr", Show::With(mmap_arg::<0>)),
            arg("length", Show::With(mmap_arg::<1>)),
            arg("prot", Show::With(mmap_arg::<2>)),
            arg("flags", Show::With(mmap_arg::<3>)),
            arg("fd", Show::With(mmap_arg::<4>)),
            arg("offset", Show::With(mmap_arg::<5>)),
        ],
    )
    .result(ResultKind::Hex)
    .does(&[Does::With(mmap_does)])
    .may(Kind::Memory)
    .may(Kind::Descriptor)
    .pretend(Pretend::No(CRASH)),
    Row::new(
        "mmap2",
        &[
            arg("addr", Show::With(mmap_arg::<0>)),
            arg("length", Show::With(mmap_arg::<1>)),
            arg("prot", Show::With(mmap_arg::<2>)),
            arg("flags", Show::With(mmap_arg::<3>)),
            arg("fd", Show::With(mmap_arg::<4>)),
            arg("offset", Show::With(mmap_arg::<5>)),
        ],
    )
    .result(ResultKind::Hex)
    .does(&[Does::With(mmap_does)])
    .may(Kind::Memory)
    .may(Kind::Descriptor)
    .pretend(Pretend::No(CRASH)),
    Row::new("munmap", &[arg("addr", Show::Pointer), arg("length", Show::Ulong)])
        .does(&[Does::Plain(Kind::Memory)])
        .pretend(Pretend::No(CRASH)),
    Row::new(
        "mprotect",
        &[
            arg("addr", Show::Pointer),
            arg("len", Show::Ulong),
            arg("prot", Show::With(|r, v| r.flags(v, PROT, "PROT_???"))),
        ],
    )
    .does(&[Does::Plain(Kind::Memory)])
    .pretend(Pretend::No(CRASH)),
    Row::new(
        "pkey_mprotect",
        &[
            arg("addr", Show::Pointer),
            arg("len", Show::Ulong),
            arg("prot", Show::With(|r, v| r.flags(v, PROT, "PROT_???"))),
            arg("pkey", Show::Int),
        ],
    )
    .does(&[Does::Plain(Kind::Memory)])
    .pretend(Pretend::No(CRASH)),
    Row::new(
        "pkey_alloc",
        &[arg("flags", Show::LongHex), arg("access_rights", Show::With(|r, v| r.flags(v, PKEY_RIGHTS, "PKEY_???")))],
    )
    .does(&[Does::Plain(Kind::Memory)])
    .pretend(Pretend::No(CRASH)),
    Row::new("pkey_free", &[arg("pkey", Show::Int)]).does(&[Does::Plain(Kind::Memory)]).pretend(Pretend::Value(0)),
    Row::new(
        "mremap",
        &[
            arg("old_address", Show::Pointer),
            arg("old_size", Show::Ulong),
            arg("new_size", Show::Ulong),
            arg("flags", Show::With(|r, v| r.flags(v, MREMAP, "MREMAP_???"))),
            arg("new_address", Show::With(new_address)),
        ],
    )
    .result(ResultKind::Hex)
    .does(&[Does::Plain(Kind::Memory)])
    .pretend(Pretend::No(CRASH)),
    Row::new(
        "remap_file_pages",
        &[
            arg("addr", Show::Pointer),
            arg("size", Show::Ulong),
            arg("prot", Show::With(|r, v| r.flags(v, PROT, "PROT_???"))),
            arg("pgoff", Show::Ulong),
            arg("flags", Show::With(remap_flags)),
        ],
    )
    .does(&[Does::Plain(Kind::Memory)])
    .pretend(Pretend::No(CRASH)),
    Row::new(
        "madvise",
        &[arg("addr", Show::Pointer), arg("length", Show::Ulong), arg("advice", Show::Choice(MADVISE, "MADV_???"))],
    )
    .does(&[Does::Plain(Kind::Memory)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "process_madvise",
        &[
            arg("pidfd", Show::Fd),
            arg("iovec", Show::With(ranges)),
            arg("vlen", Show::Ulong),
            arg("advice", Show::Choice(MADVISE, "MADV_???")),
            arg("flags", Show::Hex),
        ],
    )
    .does(&[Does::With(process_madvise_does)])
    .may(Kind::ProcessInspect)
    .pretend(Pretend::Value(0)),
    Row::new("process_mrelease", &[arg("pidfd", Show::Fd), arg("flags", Show::Hex)])
        .does(&[Does::With(process_madvise_does)])
        .may(Kind::ProcessInspect)
        .pretend(Pretend::Value(0)),
    Row::new(
        "msync",
        &[arg("addr", Show::Pointer), arg("length", Show::Ulong), arg("flags", Show::Flags(MSYNC, "MS_???"))],
    )
    .does(&[Does::Plain(Kind::Memory)])
    .pretend(Pretend::Value(0)),
    Row::new("mlock", &[arg("addr", Show::Pointer), arg("len", Show::Ulong)])
        .does(&[Does::Plain(Kind::Memory)])
        .pretend(Pretend::Value(0)),
    Row::new(
        "mlock2",
        &[arg("addr", Show::Pointer), arg("len", Show::Ulong), arg("flags", Show::Flags(MLOCK2, "MLOCK_???"))],
    )
    .does(&[Does::Plain(Kind::Memory)])
    .pretend(Pretend::Value(0)),
    Row::new("munlock", &[arg("addr", Show::Pointer), arg("len", Show::Ulong)])
        .does(&[Does::Plain(Kind::Memory)])
        .pretend(Pretend::Value(0)),
    Row::new("mlockall", &[arg("flags", Show::Flags(MCL, "MCL_???"))])
        .does(&[Does::Plain(Kind::Memory)])
        .pretend(Pretend::Value(0)),
    Row::new("munlockall", &[]).does(&[Does::Plain(Kind::Memory)]).pretend(Pretend::Value(0)),
    Row::new("mincore", &[arg("addr", Show::Pointer), arg("length", Show::Ulong), out("vec", Show::With(resident))])
        .does(&[Does::Plain(Kind::Memory)])
        .pretend(Pretend::No(UNFILLED)),
    Row::new("mseal", &[arg("addr", Show::Pointer), arg("len", Show::Ulong), arg("flags", Show::LongHex)])
        .does(&[Does::Plain(Kind::Memory)])
        .pretend(Pretend::Value(0)),
    Row::new("map_shadow_stack", &[arg("addr", Show::Pointer), arg("size", Show::Ulong), arg("flags", Show::Hex)])
        .result(ResultKind::Hex)
        .does(&[Does::Plain(Kind::Memory)])
        .pretend(Pretend::No(CRASH)),
    Row::new(
        "membarrier",
        &[
            arg("cmd", Show::Choice(MEMBARRIER, "MEMBARRIER_CMD_???")),
            arg("flags", Show::Flags(MEMBARRIER_FLAGS, "MEMBARRIER_CMD_FLAG_???")),
            arg("cpu_id", Show::With(barrier_cpu)),
        ],
    )
    .result(ResultKind::Whole(barrier_result))
    .does(&[Does::Plain(Kind::Memory)])
    .pretend(Pretend::No(CRASH)),
    Row::new(
        "mbind",
        &[
            arg("addr", Show::Pointer),
            arg("len", Show::Ulong),
            arg("mode", Show::With(policy)),
            arg("nodemask", Show::With(nodes_in::<4>)),
            arg("maxnode", Show::Ulong),
            arg("flags", Show::Flags(MBIND, "MPOL_???")),
        ],
    )
    .does(&[Does::Plain(Kind::Memory)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "set_mempolicy",
        &[arg("mode", Show::With(policy)), arg("nodemask", Show::With(nodes_in::<2>)), arg("maxnode", Show::Ulong)],
    )
    .does(&[Does::Plain(Kind::Memory)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "get_mempolicy",
        &[
            out("mode", Show::With(policy_out)),
            out("nodemask", Show::With(nodes_out::<2>)),
            arg("maxnode", Show::Ulong),
            arg("addr", Show::Pointer),
            arg("flags", Show::With(|r, v| r.flags(v, GET_MEMPOLICY, "MPOL_???"))),
        ],
    )
    .does(&[Does::Plain(Kind::Memory)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "set_mempolicy_home_node",
        &[
            arg("start", Show::Pointer),
            arg("len", Show::Ulong),
            arg("home_node", Show::Ulong),
            arg("flags", Show::LongHex),
        ],
    )
    .does(&[Does::Plain(Kind::Memory)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "migrate_pages",
        &[
            arg("pid", Show::Pid),
            arg("maxnode", Show::Ulong),
            arg("old_nodes", Show::With(nodes_in::<1>)),
            arg("new_nodes", Show::With(nodes_in::<1>)),
        ],
    )
    .does(&[Does::With(other_process)])
    .may(Kind::Memory)
    .may(Kind::ProcessInspect)
    .pretend(Pretend::Value(0)),
    Row::new(
        "move_pages",
        &[
            arg("pid", Show::Pid),
            arg("count", Show::Ulong),
            arg("pages", Show::With(pages)),
            arg("nodes", Show::With(node_numbers)),
            out("status", Show::With(page_states)),
            arg("flags", Show::Flags(MOVE_PAGES, "MPOL_???")),
        ],
    )
    .does(&[Does::With(other_process)])
    .may(Kind::Memory)
    .may(Kind::ProcessInspect)
    .pretend(Pretend::No("the program would read an answer that is not there")),
];
