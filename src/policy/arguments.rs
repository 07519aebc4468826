//! Conditions on arguments.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::matcher::Match;
use super::pattern::{Pattern, Subject};
use super::rule::{ArgScalar, ArgTest};
use super::{ArgValue, Place, Query};
use crate::syscall::row::Show;
use crate::syscall::{Row, lookup_name};

/// A test with its glob compiled.
#[derive(Clone, Debug)]
pub(super) enum ArgMatcher {
    /// Everything but globs.
    Plain(ArgTest),
    /// A glob.
    Glob(Pattern),
}

/// What rendering says of an argument: its text without quotation marks, and whether all of it is there.
struct Seen<'a> {
    text: std::borrow::Cow<'a, str>,
    /// The text is an address because the memory could not be read, or was cut.
    partly: bool,
}

/// The argument's row entry.
fn shown(row: Option<&'static Row>, name: &str) -> Option<(Show, u32)> {
    let row = row?;
    let index = row.arg_index(name)?;
    Some((row.args[index].show, u32::try_from(index).ok()?))
}

/// Undoes the quoting of strace's strings: octal, hexadecimal and letter escapes.
fn unquote(inner: &str) -> String {
    let mut out = Vec::with_capacity(inner.len());
    let bytes = inner.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&kind) = bytes.get(at) else { break };
        at += 1;
        let digits = |radix: u32, most: usize, from: usize| {
            let end = bytes[from..].iter().take(most).take_while(|b| char::from(**b).is_digit(radix)).count() + from;
            let value = std::str::from_utf8(&bytes[from..end]).ok().and_then(|t| u32::from_str_radix(t, radix).ok());
            (value.unwrap_or(0) as u8, end)
        };
        match kind {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'v' => out.push(0x0b),
            b'f' => out.push(0x0c),
            b'x' => {
                let (value, end) = digits(16, 2, at);
                out.push(value);
                at = end;
            }
            b'0'..=b'7' => {
                let (value, end) = digits(8, 3, at - 1);
                out.push(value);
                at = end;
            }
            other => out.push(other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn seen<'a>(value: &'a ArgValue, show: Option<Show>) -> Seen<'a> {
    let text = value.text.as_str();
    let cut = text.ends_with("\"...");
    let quoted = text.strip_suffix("...").unwrap_or(text);
    if let Some(inner) = quoted.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
        return Seen { text: unquote(inner).into(), partly: cut };
    }
    let is_text = matches!(show, Some(Show::Path | Show::Str | Show::Data { .. }));
    Seen { text: text.into(), partly: is_text && text != "NULL" }
}

/// The number that rendering shows, or else the register as wide as the argument is.
fn number(value: &ArgValue, show: Option<Show>) -> i128 {
    let text = value.text.trim();
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let parsed = if let Some(hex) = digits.strip_prefix("0x") {
        i128::from_str_radix(hex, 16).ok()
    } else if digits.len() > 1 && digits.starts_with('0') {
        i128::from_str_radix(digits, 8).ok()
    } else {
        digits.parse().ok()
    };
    if let Some(parsed) = parsed {
        return sign * parsed;
    }
    match show {
        Some(Show::Int | Show::Fd | Show::DirFd | Show::Pid | Show::Signal) => i128::from(value.raw as u32 as i32),
        Some(Show::Uint | Show::Hex | Show::Octal | Show::Uid) => i128::from(value.raw as u32),
        Some(Show::Long) => i128::from(value.raw as i64),
        _ => i128::from(value.raw),
    }
}

/// Whether the number means the argument, however wide the reader takes it to be: -1 and 0xffffffff are one for a
/// register of which the call sees 32 bits.
fn is_number(wanted: i128, value: &ArgValue, show: Option<Show>) -> bool {
    if wanted == number(value, show) {
        return true;
    }
    let narrow = matches!(
        show,
        Some(
            Show::Int
                | Show::Uint
                | Show::Hex
                | Show::Octal
                | Show::Fd
                | Show::DirFd
                | Show::Pid
                | Show::Signal
                | Show::Uid
        )
    );
    if narrow {
        wanted == i128::from(value.raw as u32) || wanted == i128::from(value.raw as u32 as i32)
    } else {
        wanted == i128::from(value.raw) || wanted == i128::from(value.raw as i64)
    }
}

/// Flags and alternatives as strace writes them, one by one.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(['|', ' ']).map(str::trim).filter(|part| !part.is_empty() && *part != "or")
}

fn is_scalar(wanted: &ArgScalar, value: &ArgValue, show: Option<Show>) -> Match {
    match wanted {
        ArgScalar::Number(n) => yes(is_number(*n, value, show)),
        ArgScalar::Text(wanted) => {
            let seen = seen(value, show);
            if seen.partly {
                return Match::Unknown;
            }
            let alternatives = value.text.contains(" or ") && parts(&value.text).any(|p| p == wanted);
            let same_flags = || {
                let mut left: Vec<&str> = parts(&value.text).collect();
                let mut right: Vec<&str> = parts(wanted).collect();
                left.sort_unstable();
                right.sort_unstable();
                !right.is_empty() && wanted.contains('|') && left == right
            };
            yes(seen.text == *wanted || value.text == *wanted || alternatives || same_flags())
        }
    }
}

const fn yes(found: bool) -> Match {
    if found { Match::Yes } else { Match::No }
}

fn has_flag(flag: &str, value: &ArgValue, show: Option<Show>) -> bool {
    let bits = match show {
        Some(Show::Flags(names, _)) => names.iter().find(|(_, name)| *name == flag).map_or(0, |(bits, _)| *bits),
        _ => 0,
    };
    // A flag of several bits can be set and yet be shown as part of another.
    bits != 0 && value.raw & bits == bits || parts(&value.text).any(|p| p == flag)
}

impl ArgMatcher {
    /// Compiles `test`.
    pub fn new(test: &ArgTest) -> Result<ArgMatcher, String> {
        match test {
            ArgTest::Glob(glob) => Pattern::new(glob, Subject::Text, &Place::default()).map(ArgMatcher::Glob),
            other => Ok(ArgMatcher::Plain(other.clone())),
        }
    }

    /// Whether the argument `name` of the call is as wanted. A call without such an argument is not.
    pub fn matches(&self, query: &Query<'_>, name: &str) -> Match {
        let Some(value) = query.args.get(name) else { return Match::No };
        let show = shown(lookup_name(query.call), name).map(|(show, _)| show);
        match self {
            ArgMatcher::Glob(pattern) => {
                let seen = seen(&value, show);
                if seen.partly {
                    return Match::Unknown;
                }
                yes(pattern.matches(Path::new(seen.text.as_ref()).as_os_str().as_bytes()))
            }
            ArgMatcher::Plain(ArgTest::Is(wanted)) => is_scalar(wanted, &value, show),
            ArgMatcher::Plain(ArgTest::In(list)) => {
                let found = list.iter().map(|wanted| is_scalar(wanted, &value, show));
                found.fold(Match::No, |all, one| match (all, one) {
                    (Match::Yes, _) | (_, Match::Yes) => Match::Yes,
                    (Match::Unknown, _) | (_, Match::Unknown) => Match::Unknown,
                    _ => Match::No,
                })
            }
            ArgMatcher::Plain(ArgTest::Has(flag)) => yes(has_flag(flag, &value, show)),
            ArgMatcher::Plain(ArgTest::Range { min, max }) => {
                let n = number(&value, show);
                yes(min.is_none_or(|min| min <= n) && max.is_none_or(|max| n <= max))
            }
            ArgMatcher::Plain(ArgTest::Glob(_)) => Match::No,
        }
    }
}
