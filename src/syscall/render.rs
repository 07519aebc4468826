//! Rendering calls as strace renders them by default. Text goes into one reusable buffer; nothing is interpreted.

use std::fmt::Write;

use super::row::{Names, ResultKind, Row, Show, When};
use super::{Memory, RawCall};

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What the register held; a negative errno where `error`.
    pub value: i64,
    /// Whether it is an error.
    pub error: bool,
}

impl Outcome {
    /// The errno (positive), if it is one.
    pub fn errno(&self) -> Option<i32> {
        self.error.then_some(-self.value as i32)
    }
}

/// The rendered arguments of one call; kept from entry to exit and reusable from call to call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArgText {
    /// Joined by `, `.
    pub text: String,
    /// Where each argument ends in `text`.
    ends: Vec<u32>,
    /// What the entry left for the exit (such as a length before the kernel changed it).
    kept: Vec<u64>,
}

impl ArgText {
    /// The arguments one by one.
    pub fn args(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let text = &self.text[start..*end as usize];
            start = *end as usize + 2;
            text
        })
    }

    /// How many arguments are rendered so far.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Empties it, keeping the buffers.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.kept.clear();
    }
}

/// Where decoders write, and what they may look at.
pub struct Render<'a> {
    /// The text so far.
    pub out: &'a mut String,
    /// The call.
    pub call: &'a RawCall,
    /// The task's memory.
    pub memory: &'a dyn Memory,
    /// `None` at the entry.
    pub outcome: Option<Outcome>,
    /// What the entry keeps for the exit.
    pub kept: &'a mut Vec<u64>,
}

impl Render<'_> {
    /// Argument `i`, raw.
    pub fn arg(&self, i: u8) -> u64 {
        self.call.args[usize::from(i)]
    }

    /// Whether the call has ended with an error.
    pub fn failed(&self) -> bool {
        self.outcome.is_some_and(|o| o.error)
    }

    /// Writes text as it is; it must be free of what the program chose.
    pub fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Writes formatted text.
    pub fn fmt(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.out.write_fmt(text);
    }

    /// An address: `NULL` or hexadecimal.
    pub fn pointer(&mut self, value: u64) {
        if value == 0 { self.put("NULL") } else { self.fmt(format_args!("{value:#x}")) }
    }

    /// Bits by name (`unknown` in a comment when only unknown bits are set).
    pub fn flags(&mut self, value: u64, names: Names, unknown: &str) {
        let mut rest = value;
        let mut any = false;
        for (bits, name) in names {
            if (*bits == 0 && value == 0) || (*bits != 0 && rest & bits == *bits) {
                if any {
                    self.put("|");
                }
                self.put(name);
                rest &= !bits;
                any = true;
                if value == 0 {
                    return;
                }
            }
        }
        match (any, rest) {
            (true, 0) => {}
            (true, _) => self.fmt(format_args!("|{rest:#x}")),
            (false, 0) => self.put("0"),
            (false, _) => self.fmt(format_args!("{rest:#x} /* {unknown} */")),
        }
    }

    /// One value by name.
    pub fn choice(&mut self, value: u64, names: Names, unknown: &str) {
        match names.iter().find(|(v, _)| *v == value) {
            Some((_, name)) => self.put(name),
            None => self.fmt(format_args!("{value:#x} /* {unknown} */")),
        }
    }

    /// Bytes as a C string literal in strace's escapes, whole, with its quotes.
    pub fn quoted(&mut self, bytes: &[u8]) {
        self.put("\"");
        for (i, b) in bytes.iter().enumerate() {
            match b {
                b'"' => self.put("\\\""),
                b'\\' => self.put("\\\\"),
                b'\t' => self.put("\\t"),
                b'\n' => self.put("\\n"),
                0x0b => self.put("\\v"),
                0x0c => self.put("\\f"),
                b'\r' => self.put("\\r"),
                0x20..=0x7e => self.out.push(char::from(*b)),
                _ if bytes.get(i + 1).is_some_and(u8::is_ascii_digit) => self.fmt(format_args!("\\{b:03o}")),
                _ => self.fmt(format_args!("\\{b:o}")),
            }
        }
        self.put("\"");
    }

    fn c_string(&mut self, addr: u64, max: usize) {
        if addr == 0 {
            return self.put("NULL");
        }
        match self.memory.c_string(addr, max) {
            Ok(bytes) => self.quoted(&bytes),
            Err(bytes) if bytes.is_empty() => self.pointer(addr),
            Err(bytes) if bytes.len() >= max => {
                self.quoted(&bytes);
                self.put("...");
            }
            Err(_) => self.pointer(addr),
        }
    }

    /// Shows `value` in form `show`.
    pub fn show(&mut self, show: Show, value: u64) {
        let long = |v: u64| if self.call.abi.word() == 4 { i64::from(v as i32) } else { v as i64 };
        match show {
            Show::Int | Show::Fd | Show::Pid | Show::Signal => self.fmt(format_args!("{}", value as i32)),
            Show::Uint => self.fmt(format_args!("{}", value as u32)),
            Show::Uid if value as u32 == u32::MAX => self.put("-1"),
            Show::Uid => self.fmt(format_args!("{}", value as u32)),
            Show::Long => {
                let v = long(value);
                self.fmt(format_args!("{v}"));
            }
            Show::Ulong => self.fmt(format_args!("{value}")),
            Show::Hex if value as u32 == 0 => self.put("0"),
            Show::Hex => self.fmt(format_args!("{:#x}", value as u32)),
            Show::LongHex if value == 0 => self.put("0"),
            Show::LongHex => self.fmt(format_args!("{value:#x}")),
            Show::Octal => self.fmt(format_args!("{:#03o}", value as u32 & 0o7777)),
            Show::DirFd if value as i32 == super::access::AT_FDCWD => self.put("AT_FDCWD"),
            Show::DirFd => self.fmt(format_args!("{}", value as i32)),
            Show::Pointer => self.pointer(value),
            Show::Path => self.c_string(value, super::access::PATH_MAX),
            Show::Str => self.c_string(value, 32),
            Show::Data { len } => {
                let bound = match self.outcome {
                    Some(o) if !o.error => o.value.max(0) as u64,
                    _ => self.arg(len),
                };
                match self.memory.up_to(value, bound.min(32) as usize) {
                    Some(bytes) if value != 0 => {
                        self.quoted(&bytes);
                        if bound > 32 {
                            self.put("...");
                        }
                    }
                    _ => self.pointer(value),
                }
            }
            Show::Flags(names, unknown) => self.flags(value, names, unknown),
            Show::Choice(names, unknown) => self.choice(value, names, unknown),
            Show::With(f) => f(self, value),
        }
    }
}

fn render_from(call: &RawCall, row: &Row, memory: &dyn Memory, outcome: Option<Outcome>, text: &mut ArgText) {
    let ArgText { text: out, ends, kept } = text;
    let mut render = Render { out, call, memory, outcome, kept };
    for (i, a) in row.args.iter().enumerate().skip(ends.len()) {
        if outcome.is_none() && a.when == When::Exit {
            break;
        }
        if i > 0 {
            render.put(", ");
        }
        render.show(a.show, call.args[i]);
        ends.push(render.out.len() as u32);
    }
}

/// Renders what can be said at the entry into `text`, which is emptied first.
pub fn enter(call: &RawCall, row: Option<&Row>, memory: &dyn Memory, text: &mut ArgText) {
    text.clear();
    match row {
        Some(row) => render_from(call, row, memory, None, text),
        None => {
            for (i, value) in call.args.iter().enumerate() {
                let _ = write!(text.text, "{}{value:#x}", if i > 0 { ", " } else { "" });
                text.ends.push(text.text.len() as u32);
            }
        }
    }
}

/// Renders the rest at the exit.
pub fn leave(call: &RawCall, row: Option<&Row>, memory: &dyn Memory, outcome: Outcome, text: &mut ArgText) {
    if let Some(row) = row {
        render_from(call, row, memory, Some(outcome), text);
    }
}

/// The result as strace writes it behind `= `: `3`, `-1 ENOENT (No such file or directory)`, `0x7f…`, `? ERESTARTSYS (…)`.
pub fn render_result(call: &RawCall, row: Option<&Row>, memory: &dyn Memory, outcome: Outcome) -> String {
    let mut out = String::new();
    if let Some(errno) = outcome.errno() {
        let _ = write!(out, "-1 {} ({})", super::errno::name(errno), super::errno::text(errno));
        return out;
    }
    let mut kept = Vec::new();
    let mut render = Render { out: &mut out, call, memory, outcome: Some(outcome), kept: &mut kept };
    match row.map_or(ResultKind::Int, |r| r.result) {
        ResultKind::Int | ResultKind::Fd => render.fmt(format_args!("{}", outcome.value)),
        ResultKind::Hex => render.fmt(format_args!("{:#x}", outcome.value)),
        ResultKind::Octal => render.fmt(format_args!("{:#03o}", outcome.value)),
        ResultKind::Never => render.put("?"),
        ResultKind::With(f) => {
            render.fmt(format_args!("{}", outcome.value));
            f(&mut render, outcome.value);
        }
    }
    out
}

/// The name of the call as strace writes it, also where the number is unknown.
pub fn call_name(call: &RawCall) -> String {
    call.name().map_or_else(|| format!("syscall_{:#x}", call.nr), str::to_owned)
}

/// `name(args)` padded to strace's column 40, `= ` and the result. No PID, no newline.
pub fn call_line(call: &RawCall, args: &ArgText, result: &str) -> String {
    let head = format!("{}({})", call_name(call), args.text);
    format!("{head:<39} = {result}")
}
