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

/// Writes the date and time of `seconds` since the epoch behind a value, as a comment, in UTC. `fraction` is below one
/// second and has `digits` digits. Nothing for 0 and for what is no time.
pub fn put_date(r: &mut Render<'_>, seconds: i64, fraction: i64, digits: usize) {
    let limit = 10i64.pow(digits as u32);
    if (seconds == 0 && fraction == 0) || !(0..limit).contains(&fraction) || seconds.unsigned_abs() > 1 << 40 {
        return;
    }
    let (days, rest) = (seconds.div_euclid(86400), seconds.rem_euclid(86400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    r.fmt(format_args!(" /* {year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"));
    if fraction != 0 {
        r.fmt(format_args!(".{fraction:0digits$}"));
    }
    r.put("+0000 */");
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar. Years are counted from March, so
/// that the leap day is a year's last.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted_month + 2) / 5 + 1)
}

/// Writes `{tv_sec=1, tv_nsec=0}` from `bytes`, two values of `width` bytes. `fraction`: `tv_nsec` or `tv_usec`.
pub fn put_time(r: &mut Render<'_>, bytes: &[u8], width: usize, fraction: &str) {
    let (sec, frac) = (le_long(bytes, 0, width), le_long(bytes, 1, width));
    r.fmt(format_args!("{{tv_sec={sec}, {fraction}="));
    // Nanoseconds are unsigned to strace, microseconds are not.
    if fraction == "tv_nsec" && width == 4 {
        r.fmt(format_args!("{}}}", frac as u32));
    } else if fraction == "tv_nsec" {
        r.fmt(format_args!("{}}}", frac as u64));
    } else {
        r.fmt(format_args!("{frac}}}"))
    }
}

/// A time of a file, as utimensat(2) takes it: with its date, or one of the two special values.
fn put_file_time(r: &mut Render<'_>, bytes: &[u8], width: usize, fraction: &str) {
    let (sec, frac) = (le_long(bytes, 0, width), le_long(bytes, 1, width));
    match (fraction, frac) {
        ("tv_nsec", UTIME_NOW) => r.put("UTIME_NOW"),
        ("tv_nsec", UTIME_OMIT) => r.put("UTIME_OMIT"),
        _ => {
            put_time(r, bytes, width, fraction);
            put_date(r, sec, frac, if fraction == "tv_nsec" { 9 } else { 6 });
        }
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
        put_file_time(r, piece, width, fraction);
    }
    r.put("]");
}

/// A `struct timespec` at `addr`.
pub fn timespec(r: &mut Render<'_>, addr: u64, form: TimeForm) {
    times::<1>(r, addr, form, "tv_nsec");
}

/// [`timespec`] that the program gave: shown also where the call failed.
pub fn timespec_in(r: &mut Render<'_>, addr: u64, form: TimeForm) {
    let width = form.width(r);
    let mut buf = [0; 16];
    let buf = &mut buf[..2 * width];
    if r.fetch_in(addr, buf) {
        put_time(r, buf, width, "tv_nsec");
    }
}

/// A `struct timeval` at `addr`.
pub fn timeval(r: &mut Render<'_>, addr: u64, form: TimeForm) {
    times::<1>(r, addr, form, "tv_usec");
}

/// Two `struct timespec` at `addr`, in brackets: the times of a file.
pub fn timespec_pair(r: &mut Render<'_>, addr: u64, form: TimeForm) {
    times::<2>(r, addr, form, "tv_nsec");
}

/// Two `struct timeval` at `addr`, in brackets: the times of a file.
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

/// The `time_t` of the ABI at `addr`. Where it cannot be read writes the address and returns `None`.
pub fn seconds(r: &mut Render<'_>, addr: u64) -> Option<i64> {
    let width = TimeForm::Native.width(r);
    let mut buf = [0; 8];
    let buf = &mut buf[..width];
    r.fetch(addr, buf).then(|| if width == 4 { i64::from(le32(buf, 0) as i32) } else { le_long(buf, 0, 8) })
}
