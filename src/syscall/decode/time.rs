//! `struct timespec`, `struct timeval` and their pairs, in 32-bit and 64-bit forms.

use super::bytes::{le_long, le32};
use crate::syscall::Render;

/// How a pair of seconds and a fraction is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeForm {
    /// Two `long`s of the ABI (`struct timespec`, `struct timeval`; `old_timespec32` on i386).
    Native,
    /// Two 64-bit values on every ABI (`struct __kernel_timespec`, the `*_time64` calls).
    Wide,
}

impl TimeForm {
    /// Bytes of one of the two values. x32 has 64-bit times everywhere.
    pub fn width(self, render: &Render<'_>) -> usize {
        match self {
            TimeForm::Native if render.call.abi == crate::syscall::Abi::I386 => 4,
            _ => 8,
        }
    }
}

/// Writes `{tv_sec=1, tv_nsec=0}` from `bytes`, two values of `width` bytes. `fraction`: `tv_nsec` or `tv_usec`.
pub fn put_time(r: &mut Render<'_>, bytes: &[u8], width: usize, fraction: &str) {
    let (sec, frac) = (le_long(bytes, 0, width), le_long(bytes, 1, width));
    match (fraction, frac) {
        ("tv_nsec", UTIME_NOW | UTIME_OMIT) => {
            let name = if frac == UTIME_NOW { "UTIME_NOW" } else { "UTIME_OMIT" };
            r.fmt(format_args!("{{tv_sec={sec}, tv_nsec={name}}}"));
        }
        ("tv_nsec", 0..) | ("tv_usec", _) => r.fmt(format_args!("{{tv_sec={sec}, {fraction}={frac}}}")),
        _ => r.fmt(format_args!("{{tv_sec={sec}, {fraction}={}}}", frac as u64)),
    }
}

/// `UTIME_NOW` and `UTIME_OMIT` (linux/stat.h).
const UTIME_NOW: i64 = 0x3fff_ffff;
const UTIME_OMIT: i64 = 0x3fff_fffe;

fn times<const COUNT: usize>(r: &mut Render<'_>, addr: u64, form: TimeForm, fraction: &str) {
    let width = form.width(r);
    let mut buf = [0; 32];
    let buf = &mut buf[..2 * width * COUNT];
    if !r.fetch(addr, buf) {
        return;
    }
    let one = 2 * width;
    if COUNT == 1 {
        return put_time(r, buf, width, fraction);
    }
    r.put("[");
    for (i, piece) in buf.chunks_exact(one).enumerate() {
        r.put(if i > 0 { ", " } else { "" });
        put_time(r, piece, width, fraction);
    }
    r.put("]");
}

/// A `struct timespec` at `addr`.
pub fn timespec(r: &mut Render<'_>, addr: u64, form: TimeForm) {
    times::<1>(r, addr, form, "tv_nsec");
}

/// A `struct timeval` at `addr`.
pub fn timeval(r: &mut Render<'_>, addr: u64, form: TimeForm) {
    times::<1>(r, addr, form, "tv_usec");
}

/// Two `struct timespec` at `addr`, in brackets.
pub fn timespec_pair(r: &mut Render<'_>, addr: u64, form: TimeForm) {
    times::<2>(r, addr, form, "tv_nsec");
}

/// Two `struct timeval` at `addr`, in brackets.
pub fn timeval_pair(r: &mut Render<'_>, addr: u64, form: TimeForm) {
    times::<2>(r, addr, form, "tv_usec");
}

/// For `Show::With`: a `struct timespec` in the ABI's own form.
pub fn native_timespec(r: &mut Render<'_>, addr: u64) {
    timespec(r, addr, TimeForm::Native);
}

/// For `Show::With`: a 64-bit `struct timespec` (`*_time64` calls).
pub fn wide_timespec(r: &mut Render<'_>, addr: u64) {
    timespec(r, addr, TimeForm::Wide);
}

/// For `Show::With`: a `struct timeval` in the ABI's own form.
pub fn native_timeval(r: &mut Render<'_>, addr: u64) {
    timeval(r, addr, TimeForm::Native);
}

/// Writes `{it_interval={…}, it_value={…}}` of the structure at `addr`.
pub fn interval(r: &mut Render<'_>, addr: u64, form: TimeForm, fraction: &str) {
    let width = form.width(r);
    let mut buf = [0; 32];
    let buf = &mut buf[..4 * width];
    if r.fetch(addr, buf) {
        r.put("{it_interval=");
        put_time(r, &buf[..2 * width], width, fraction);
        r.put(", it_value=");
        put_time(r, &buf[2 * width..], width, fraction);
        r.put("}");
    }
}

/// A 32-bit `time_t` or a 64-bit one at `addr`, in brackets, with no date behind it.
pub fn raw_seconds(r: &mut Render<'_>, addr: u64) -> Option<i64> {
    let width = TimeForm::Native.width(r);
    let mut buf = [0; 8];
    let buf = &mut buf[..width];
    r.fetch(addr, buf).then(|| if width == 4 { i64::from(le32(buf, 0) as i32) } else { le_long(buf, 0, 8) })
}
