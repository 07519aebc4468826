//! Input and output on descriptors.

use crate::syscall::decode::bytes::le_i64;
use crate::syscall::decode::iovec::{Iov, iovec, iovec_in, iovec_out};
use crate::syscall::names::descriptor::{FADVISE, FALLOCATE, GETRANDOM, RWF, SPLICE, SYNC_RANGE, WHENCE};
use crate::syscall::row::{Does, Pretend, Row, Show, arg, out};
use crate::syscall::{Abi, Kind, Render};

use super::file::UNFILLED;

/// A signed 64-bit offset in register `I`, on i386 in two.
pub fn offset<const I: u8>(r: &mut Render<'_>, _value: u64) {
    let value = r.pair(I) as i64;
    r.fmt(format_args!("{value}"));
}

/// A signed offset whose two halves are in registers `I` and `I + 1` on every ABI; where a long has 64 bits the first
/// holds it all.
fn split_offset<const I: u8>(r: &mut Render<'_>, _value: u64) {
    let (low, high) = (r.arg(I), r.arg(I + 1));
    let value = if r.call.abi == Abi::I386 { (low & 0xffff_ffff) | high << 32 } else { low };
    r.fmt(format_args!("{}", value as i64));
}

/// A signed 64-bit offset in memory, in brackets.
fn wide_offset_at(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 8];
    if r.fetch(addr, &mut buf) {
        r.fmt(format_args!("[{}]", le_i64(&buf, 0)));
    }
}

fn put_moved(r: &mut Render<'_>, addr: u64, now: Option<u64>) {
    let Some(now) = now.filter(|_| addr != 0) else {
        if r.outcome.is_none() {
            r.pointer(addr);
        }
        return;
    };
    if r.outcome.is_none() {
        r.kept.push(now);
        r.more = true;
        r.fmt(format_args!("[{now}]"));
    } else if r.kept.first().is_some_and(|before| *before != now) {
        r.fmt(format_args!(" => [{now}]"));
    }
}

/// The offset that `sendfile(2)` moves: `[1] => [6]`.
fn moved_offset(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let now = r.memory.word(addr, word);
    put_moved(r, addr, now);
}

fn moved_wide_offset(r: &mut Render<'_>, addr: u64) {
    let now = r.memory.u64(addr);
    put_moved(r, addr, now);
}

/// The result of `_llseek(2)`, which the kernel writes to memory.
fn llseek_result(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 8];
    if r.fetch(addr, &mut buf) {
        r.fmt(format_args!("[{}]", le_i64(&buf, 0)));
    }
}

/// The offset of `_llseek(2)`: two halves, the high one first.
fn llseek_offset(r: &mut Render<'_>, _value: u64) {
    let value = (r.arg(1) << 32 | r.arg(2) & 0xffff_ffff) as i64;
    r.fmt(format_args!("{value}"));
}

fn random(r: &mut Render<'_>, addr: u64) {
    let Some(len) = r.outcome.filter(|o| !o.error).map(|o| o.value.max(0) as usize).filter(|_| addr != 0) else {
        return r.pointer(addr);
    };
    let mut buf = [0; 32];
    let shown = &mut buf[..len.min(32)];
    if r.memory.read(addr, shown) != shown.len() {
        return r.pointer(addr);
    }
    r.quoted_hex(shown);
    if len > 32 {
        r.put("...");
    }
}

/// vmsplice(2) moves in either direction; strace shows the data as what is written.
fn spliced(r: &mut Render<'_>, addr: u64) {
    let count = r.arg(2);
    iovec(r, addr, count, Iov::Data);
}

/// The register that follows `I` 64-bit values which start at register 1: each of them takes two on i386.
fn after_pairs(r: &Render<'_>, pairs: u8) -> u64 {
    let step = if r.call.abi == Abi::I386 { 2 } else { 1 };
    r.arg((1 + pairs * step).min(5))
}

fn second_pair(r: &mut Render<'_>, _value: u64) {
    let value = if r.call.abi == Abi::I386 { r.pair(3) } else { r.arg(2) } as i64;
    r.fmt(format_args!("{value}"));
}

fn sync_range_flags(r: &mut Render<'_>, _value: u64) {
    let flags = u64::from(after_pairs(r, 2) as u32);
    r.flags(flags, SYNC_RANGE, "SYNC_FILE_RANGE_???");
}

fn fadvise_len(r: &mut Render<'_>, _value: u64) {
    // On i386 fadvise64 has a 32-bit length, fadvise64_64 a 64-bit one.
    let wide = r.call.name() == Some("fadvise64_64");
    let value = match (r.call.abi, wide) {
        (Abi::I386, true) => r.pair(3) as i64,
        (Abi::I386, false) => i64::from(r.arg(3) as u32),
        _ => r.arg(2) as i64,
    };
    r.fmt(format_args!("{value}"));
}

fn fadvise_advice(r: &mut Render<'_>, _value: u64) {
    let register = match (r.call.abi, r.call.name()) {
        (Abi::I386, Some("fadvise64_64")) => 5,
        (Abi::I386, _) => 4,
        _ => 3,
    };
    let advice = u64::from(r.arg(register) as u32);
    r.choice(advice, FADVISE, "POSIX_FADV_???");
}

fn readahead_count(r: &mut Render<'_>, _value: u64) {
    let count = after_pairs(r, 1);
    r.fmt(format_args!("{count}"));
}

fn fallocate_len(r: &mut Render<'_>, _value: u64) {
    let value = if r.call.abi == Abi::I386 { r.pair(4) } else { r.arg(3) } as i64;
    r.fmt(format_args!("{value}"));
}

/// `struct cachestat_range`.
fn cache_range(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 16];
    if r.fetch(addr, &mut buf) {
        let (off, len) = (le_i64(&buf, 0) as u64, le_i64(&buf, 8) as u64);
        r.fmt(format_args!("{{off={off}, len={len}}}"));
    }
}

/// `struct cachestat`.
fn cache_counts(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 40];
    if r.fetch(addr, &mut buf) {
        let names = ["nr_cache", "nr_dirty", "nr_writeback", "nr_evicted", "nr_recently_evicted"];
        for (i, name) in names.iter().enumerate() {
            let before = if i == 0 { "{" } else { ", " };
            r.fmt(format_args!("{before}{name}={}", le_i64(&buf, i * 8) as u64));
        }
        r.put("}");
    }
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("read", &[arg("fd", Show::Fd), out("buf", Show::Data { len: 2 }), arg("count", Show::Ulong)])
        .does(&[Does::io(0)])
        .pretend(Pretend::Value(0)),
    Row::new("write", &[arg("fd", Show::Fd), arg("buf", Show::Data { len: 2 }), arg("count", Show::Ulong)])
        .does(&[Does::io(0)])
        .pretend(Pretend::Argument(2)),
    Row::new(
        "pread64",
        &[
            arg("fd", Show::Fd),
            out("buf", Show::Data { len: 2 }),
            arg("count", Show::Ulong),
            arg("offset", Show::With(offset::<3>)),
        ],
    )
    .does(&[Does::io(0)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "pwrite64",
        &[
            arg("fd", Show::Fd),
            arg("buf", Show::Data { len: 2 }),
            arg("count", Show::Ulong),
            arg("offset", Show::With(offset::<3>)),
        ],
    )
    .does(&[Does::io(0)])
    .pretend(Pretend::Argument(2)),
    Row::new("readv", &[arg("fd", Show::Fd), out("iov", Show::With(iovec_out::<2>)), arg("iovcnt", Show::Ulong)])
        .does(&[Does::io(0)])
        .pretend(Pretend::Value(0)),
    Row::new("writev", &[arg("fd", Show::Fd), arg("iov", Show::With(iovec_in::<2>)), arg("iovcnt", Show::Ulong)])
        .does(&[Does::io(0)])
        .pretend(Pretend::Iovec(1, 2)),
    Row::new(
        "preadv",
        &[
            arg("fd", Show::Fd),
            out("iov", Show::With(iovec_out::<2>)),
            arg("iovcnt", Show::Ulong),
            arg("offset", Show::With(split_offset::<3>)),
        ],
    )
    .does(&[Does::io(0)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "pwritev",
        &[
            arg("fd", Show::Fd),
            arg("iov", Show::With(iovec_in::<2>)),
            arg("iovcnt", Show::Ulong),
            arg("offset", Show::With(split_offset::<3>)),
        ],
    )
    .does(&[Does::io(0)])
    .pretend(Pretend::Iovec(1, 2)),
    Row::new(
        "preadv2",
        &[
            arg("fd", Show::Fd),
            out("iov", Show::With(iovec_out::<2>)),
            arg("iovcnt", Show::Ulong),
            arg("offset", Show::With(split_offset::<3>)),
            arg("flags", Show::Flags(RWF, "RWF_???")).at(5),
        ],
    )
    .does(&[Does::io(0)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "pwritev2",
        &[
            arg("fd", Show::Fd),
            arg("iov", Show::With(iovec_in::<2>)),
            arg("iovcnt", Show::Ulong),
            arg("offset", Show::With(split_offset::<3>)),
            arg("flags", Show::Flags(RWF, "RWF_???")).at(5),
        ],
    )
    .does(&[Does::io(0)])
    .pretend(Pretend::Iovec(1, 2)),
    Row::new(
        "lseek",
        &[arg("fd", Show::Fd), arg("offset", Show::Long), arg("whence", Show::Choice(WHENCE, "SEEK_???"))],
    )
    .does(&[Does::io(0)])
    .pretend(Pretend::No("the program would go on at a wrong place of the file")),
    Row::new(
        "_llseek",
        &[
            arg("fd", Show::Fd),
            arg("offset", Show::With(llseek_offset)).at(1),
            out("result", Show::With(llseek_result)).at(3),
            arg("whence", Show::Choice(WHENCE, "SEEK_???")).at(4),
        ],
    )
    .does(&[Does::io(0)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "sendfile",
        &[
            arg("out_fd", Show::Fd),
            arg("in_fd", Show::Fd),
            arg("offset", Show::With(moved_offset)),
            arg("count", Show::Ulong),
        ],
    )
    .does(&[Does::io(0), Does::io(1)])
    .pretend(Pretend::No(super::ENDLESS)),
    Row::new(
        "sendfile64",
        &[
            arg("out_fd", Show::Fd),
            arg("in_fd", Show::Fd),
            arg("offset", Show::With(moved_wide_offset)),
            arg("count", Show::Ulong),
        ],
    )
    .does(&[Does::io(0), Does::io(1)])
    .pretend(Pretend::No(super::ENDLESS)),
    Row::new(
        "splice",
        &[
            arg("fd_in", Show::Fd),
            arg("off_in", Show::With(wide_offset_at)),
            arg("fd_out", Show::Fd),
            arg("off_out", Show::With(wide_offset_at)),
            arg("len", Show::Ulong),
            arg("flags", Show::Flags(SPLICE, "SPLICE_F_???")),
        ],
    )
    .does(&[Does::io(0), Does::io(2)])
    .pretend(Pretend::No(super::ENDLESS)),
    Row::new(
        "tee",
        &[
            arg("fd_in", Show::Fd),
            arg("fd_out", Show::Fd),
            arg("len", Show::Ulong),
            arg("flags", Show::Flags(SPLICE, "SPLICE_F_???")),
        ],
    )
    .does(&[Does::io(0), Does::io(1)])
    .pretend(Pretend::No(super::ENDLESS)),
    Row::new(
        "vmsplice",
        &[
            arg("fd", Show::Fd),
            arg("iov", Show::With(spliced)),
            arg("nr_segs", Show::Ulong),
            arg("flags", Show::Flags(SPLICE, "SPLICE_F_???")),
        ],
    )
    .does(&[Does::io(0)])
    .pretend(Pretend::Iovec(1, 2)),
    Row::new(
        "copy_file_range",
        &[
            arg("fd_in", Show::Fd),
            arg("off_in", Show::With(wide_offset_at)),
            arg("fd_out", Show::Fd),
            arg("off_out", Show::With(wide_offset_at)),
            arg("len", Show::Ulong),
            arg("flags", Show::Uint),
        ],
    )
    .does(&[Does::io(0), Does::io(2)])
    .pretend(Pretend::No(super::ENDLESS)),
    Row::new("fsync", &[arg("fd", Show::Fd)]).does(&[Does::io(0)]).pretend(Pretend::Value(0)),
    Row::new("fdatasync", &[arg("fd", Show::Fd)]).does(&[Does::io(0)]).pretend(Pretend::Value(0)),
    Row::new("sync", &[]).does(&[Does::Plain(Kind::Descriptor)]).pretend(Pretend::Value(0)),
    Row::new("syncfs", &[arg("fd", Show::Fd)]).does(&[Does::io(0)]).pretend(Pretend::Value(0)),
    Row::new(
        "sync_file_range",
        &[
            arg("fd", Show::Fd),
            arg("offset", Show::With(offset::<1>)),
            arg("nbytes", Show::With(second_pair)),
            arg("flags", Show::With(sync_range_flags)),
        ],
    )
    .does(&[Does::io(0)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "fallocate",
        &[
            arg("fd", Show::Fd),
            arg("mode", Show::Flags(FALLOCATE, "FALLOC_FL_???")),
            arg("offset", Show::With(offset::<2>)),
            arg("len", Show::With(fallocate_len)),
        ],
    )
    .does(&[Does::io(0)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "fadvise64",
        &[
            arg("fd", Show::Fd),
            arg("offset", Show::With(offset::<1>)),
            arg("len", Show::With(fadvise_len)),
            arg("advice", Show::With(fadvise_advice)),
        ],
    )
    .does(&[Does::io(0)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "fadvise64_64",
        &[
            arg("fd", Show::Fd),
            arg("offset", Show::With(offset::<1>)),
            arg("len", Show::With(fadvise_len)),
            arg("advice", Show::With(fadvise_advice)),
        ],
    )
    .does(&[Does::io(0)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "readahead",
        &[arg("fd", Show::Fd), arg("offset", Show::With(offset::<1>)), arg("count", Show::With(readahead_count))],
    )
    .does(&[Does::io(0)])
    .pretend(Pretend::Value(0)),
    Row::new(
        "cachestat",
        &[
            arg("fd", Show::Fd),
            arg("cstat_range", Show::With(cache_range)),
            out("cstat", Show::With(cache_counts)),
            arg("flags", Show::Hex),
        ],
    )
    .does(&[Does::io(0)])
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "getrandom",
        &[out("buf", Show::With(random)), arg("buflen", Show::Ulong), arg("flags", Show::Flags(GETRANDOM, "GRND_???"))],
    )
    .pretend(Pretend::No(UNFILLED)),
];
