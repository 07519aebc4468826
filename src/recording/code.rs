//! How events become rows and rows become events, losslessly.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::net::IpAddr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

use crate::syscall::{Object, Transport, errno};

/// Bytes as SQLite sees them: TEXT where they are UTF-8, so that people can read them; else BLOB.
pub(super) struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    /// The bytes of `text`.
    pub fn of(text: &'a (impl AsRef<OsStr> + ?Sized)) -> Bytes<'a> {
        Bytes(text.as_ref().as_bytes())
    }
}

impl ToSql for Bytes<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match std::str::from_utf8(self.0) {
            Ok(_) => ValueRef::Text(self.0),
            Err(_) => ValueRef::Blob(self.0),
        }))
    }
}

/// The bytes of a TEXT or BLOB value; empty for anything else.
pub(super) fn bytes(value: ValueRef<'_>) -> &[u8] {
    match value {
        ValueRef::Text(b) | ValueRef::Blob(b) => b,
        _ => b"",
    }
}

/// The same as an owned system string.
pub(super) fn os(value: ValueRef<'_>) -> OsString {
    OsString::from_vec(bytes(value).to_vec())
}

/// The same as text; bytes that are not UTF-8 are replaced.
pub(super) fn text(value: ValueRef<'_>) -> String {
    String::from_utf8_lossy(bytes(value)).into_owned()
}

/// Arguments as /proc/PID/cmdline holds them: each ended by NUL.
pub(super) fn join_argv(argv: &[OsString]) -> Vec<u8> {
    argv.iter().flat_map(|a| a.as_bytes().iter().copied().chain([0])).collect()
}

/// The reverse of [`join_argv`].
pub(super) fn split_argv(bytes: &[u8]) -> Vec<OsString> {
    let Some(bytes) = bytes.strip_suffix(b"\0") else { return Vec::new() };
    bytes.split(|b| *b == 0).map(|a| OsString::from_vec(a.to_vec())).collect()
}

/// How a result's text follows from result and errno. The discriminants are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// It does not: it is stored.
    Text = 0,
    /// Decimal.
    Decimal = 1,
    /// `0x…`.
    Hex = 2,
    /// `-1 ENOENT (No such file or directory)`.
    Error = 3,
    /// `?`.
    Never = 4,
}

impl Form {
    /// The form that makes `shown` again.
    pub fn of(shown: &str, result: Option<i64>, errno: Option<i32>) -> Form {
        [Form::Decimal, Form::Error, Form::Hex, Form::Never]
            .into_iter()
            .find(|form| form.show(result, errno).as_deref() == Some(shown))
            .unwrap_or(Form::Text)
    }

    /// The form of that number.
    pub fn from_number(number: i64) -> Form {
        [Form::Decimal, Form::Hex, Form::Error, Form::Never]
            .into_iter()
            .find(|f| *f as i64 == number)
            .unwrap_or(Form::Text)
    }

    /// The text, or `None` where it is stored.
    pub fn show(self, result: Option<i64>, errno: Option<i32>) -> Option<Cow<'static, str>> {
        match (self, result, errno) {
            (Form::Decimal, Some(value), _) => Some(value.to_string().into()),
            (Form::Hex, Some(value), _) => Some(format!("{value:#x}").into()),
            (Form::Error, _, Some(e)) => Some(format!("-1 {} ({})", errno::name(e), errno::text(e)).into()),
            (Form::Never, None, None) => Some("?".into()),
            _ => None,
        }
    }
}

/// Where the arguments in `text` begin and end, told from the text alone: at commas outside quotes, brackets and comments.
pub(super) fn guess_spans(text: &str, spans: &mut Vec<(u32, u32)>) {
    spans.clear();
    let (mut start, mut depth, mut quoted, mut escaped) = (0, 0i32, false, false);
    for (at, b) in text.bytes().enumerate() {
        match b {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth -= 1,
            b',' if depth == 0 && text.as_bytes().get(at + 1) == Some(&b' ') => {
                spans.push((start, at as u32));
                start = at as u32 + 2;
            }
            _ => {}
        }
    }
    if (start as usize) < text.len() {
        spans.push((start, text.len() as u32));
    }
}

/// How many arguments were there at the entry, if `entry` (a length of `text`) is where one of them begins or all end.
pub(super) fn entered(spans: &[(u32, u32)], text: &str, entry: usize) -> Option<usize> {
    if entry == text.len() {
        return Some(spans.len());
    }
    spans.iter().position(|(start, _)| *start as usize == entry)
}

/// The reverse of [`entered`].
pub(super) fn entry(spans: &[(u32, u32)], text: &str, entered: usize) -> usize {
    spans.get(entered).map_or(text.len(), |(start, _)| *start as usize)
}

/// The columns of an object beside its type.
pub(super) struct ObjectRow<'a> {
    /// Path, address, name, text.
    pub name: Cow<'a, [u8]>,
    /// What the path was asked as, the transport, the family, the request.
    pub extra: Option<Cow<'a, [u8]>>,
    /// Port, PID.
    pub number: Option<i64>,
}

/// What is stored of `object`.
pub(super) fn object_row(object: &Object) -> ObjectRow<'_> {
    let row = |name: &'_ [u8], extra, number| ObjectRow { name: Cow::Owned(name.to_vec()), extra, number };
    let borrowed = |b| Some(Cow::Borrowed(b));
    match object {
        Object::Path { path, asked } => {
            let (path, asked) = (path.as_os_str().as_bytes(), asked.as_bytes());
            ObjectRow { name: path.into(), extra: (path != asked).then_some(asked.into()), number: None }
        }
        Object::Address { transport, address, port } => {
            row(address.to_string().as_bytes(), borrowed(transport.name().as_bytes()), Some(i64::from(*port)))
        }
        Object::Unix { name } => ObjectRow { name: name.as_bytes().into(), extra: None, number: None },
        Object::Socket { family, text } => {
            ObjectRow { name: text.as_bytes().into(), extra: borrowed(family.as_bytes()), number: None }
        }
        Object::Process { pid, tree } => row(b"", tree.then_some(b"tree".as_slice().into()), Some(i64::from(*pid))),
        Object::Device { path, request } => {
            ObjectRow { name: path.as_os_str().as_bytes().into(), extra: borrowed(request.as_bytes()), number: None }
        }
        Object::System { name } => ObjectRow { name: name.as_bytes().into(), extra: None, number: None },
        Object::Descriptor { text } => ObjectRow { name: text.as_bytes().into(), extra: None, number: None },
        Object::Unreadable => row(b"", None, None),
    }
}

/// The reverse of [`object_row`]; what cannot be read so is [`Object::Unreadable`].
pub(super) fn object(kind: &str, name: ValueRef<'_>, extra: ValueRef<'_>, number: Option<i64>) -> Object {
    let number = number.unwrap_or(0);
    match kind {
        "path" => Object::Path {
            path: PathBuf::from(os(name)),
            asked: if extra == ValueRef::Null { os(name) } else { os(extra) },
        },
        "address" => {
            let Ok(address) = text(name).parse::<IpAddr>() else { return Object::Unreadable };
            let transport = [Transport::Tcp, Transport::Udp, Transport::Raw]
                .into_iter()
                .find(|t| t.name().as_bytes() == bytes(extra))
                .unwrap_or(Transport::Other);
            Object::Address { transport, address, port: number as u16 }
        }
        "unix" => Object::Unix { name: os(name) },
        "socket" => Object::Socket { family: text(extra), text: text(name) },
        "process" => Object::Process { pid: number as i32, tree: extra != ValueRef::Null },
        "device" => Object::Device { path: PathBuf::from(os(name)), request: text(extra) },
        "system" => Object::System { name: text(name) },
        "descriptor" => Object::Descriptor { text: text(name) },
        _ => Object::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, guess_spans, join_argv, split_argv};
    use std::ffi::OsString;

    #[test]
    fn arguments_are_told_apart_at_commas_outside_of_strings_and_structs() {
        let mut spans = Vec::new();
        for (text, count) in [
            ("", 0),
            ("NULL", 1),
            // The task died before the rest was known.
            ("AT_FDCWD, \"x\", ", 2),
            ("3, \"a, \\\"b, \", 4", 3),
            ("AT_FDCWD, {st_mode=S_IFREG|0644, st_size=1, ...}, 0", 3),
            ("\"/bin/sh\", [\"sh\", \"-c\"], 0x7ffc /* 39 vars */", 3),
        ] {
            guess_spans(text, &mut spans);
            assert_eq!(spans.len(), count, "{text}");
        }
    }

    #[test]
    fn result_texts_follow_from_the_values_where_they_can() {
        assert_eq!(Form::of("3", Some(3), None), Form::Decimal);
        assert_eq!(Form::of("0x7f00", Some(0x7f00), None), Form::Hex);
        assert_eq!(Form::of("-1 ENOENT (No such file or directory)", None, Some(2)), Form::Error);
        assert_eq!(Form::of("?", None, None), Form::Never);
        assert_eq!(Form::of("1 ([{fd=3}])", Some(1), None), Form::Text);
    }

    #[test]
    fn argument_lists_come_back_also_empty_ones() {
        for argv in [vec![], vec![""], vec!["a"], vec!["a", "", "b\n"]] {
            let argv: Vec<OsString> = argv.into_iter().map(OsString::from).collect();
            assert_eq!(split_argv(&join_argv(&argv)), argv);
        }
    }
}
