//! Rendering calls as strace renders them by default. Text goes into one reusable buffer; nothing is interpreted.

use std::fmt::Write;

use super::row::{Names, ResultKind, Row, Show, When};
use super::{ArgText, Memory, RawCall};

/// How many bytes of a string and how many elements of an array strace shows by default.
pub const SHOWN: usize = 32;

/// Arrays are cut short in a line that is longer than this many bytes: hostile arrays of arrays would be without end.
const LONG: usize = 16 * 1024;

/// A line ends here, whatever a decoder still has to say. No honest call comes near.
const END: usize = 48 * 1024;

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
        self.error.then(|| self.value.wrapping_neg() as i32)
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
    /// Set by a decoder whose argument this call does not have (the mode of an `open` that makes no file): it is
    /// left out with its comma. What the decoder wrote before is dropped.
    pub omitted: bool,
    /// Set by a decoder at the entry: this argument and all after it can only be shown at the exit.
    pub later: bool,
    /// Set by a decoder at the entry: its text goes on at the exit, when the decoder is called again and appends.
    pub more: bool,
}

/// One element of an array in the task's memory.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    /// Which, from 0.
    pub index: usize,
    /// Where it is.
    pub addr: u64,
    /// What it holds.
    pub bytes: &'a [u8],
}

impl<'a> Render<'a> {
    /// For decoders: nothing left out, nothing put off.
    pub fn new(
        out: &'a mut String,
        call: &'a RawCall,
        memory: &'a dyn Memory,
        outcome: Option<Outcome>,
        kept: &'a mut Vec<u64>,
    ) -> Render<'a> {
        Render { out, call, memory, outcome, kept, omitted: false, later: false, more: false }
    }
}

impl Render<'_> {
    /// Leaves this argument out of the line.
    pub fn omit(&mut self) {
        self.omitted = true;
    }

    /// Whether the call has not ended: then this argument and those after it wait for the exit.
    /// `if r.wait() { return }` is the first line of a decoder that shows what the kernel filled for some commands.
    pub fn wait(&mut self) -> bool {
        self.later = self.outcome.is_none();
        self.later
    }

    /// Whether longs and pointers have 32 bits.
    pub fn is_32(&self) -> bool {
        self.call.abi.word() == 4
    }

    /// Whether it is a call of the i386 table.
    pub fn is_i386(&self) -> bool {
        self.call.abi == super::Abi::I386
    }

    /// A 64-bit value that i386 passes in registers `i` (low half) and `i + 1`; one register elsewhere.
    pub fn pair(&self, i: u8) -> u64 {
        if self.call.abi == super::Abi::I386 {
            let half = |i: u8| self.call.args.get(usize::from(i)).copied().unwrap_or(0) & 0xffff_ffff;
            half(i) | half(i + 1) << 32
        } else {
            self.arg(i)
        }
    }

    /// Fills `buf` from `addr`. Where that cannot be done (NULL, unreadable, or at the exit of a failed call, where the
    /// kernel filled nothing) writes the address and returns false.
    pub fn fetch(&mut self, addr: u64, buf: &mut [u8]) -> bool {
        if self.failed() {
            self.pointer(addr);
            return false;
        }
        self.fetch_in(addr, buf)
    }

    /// [`Render::fetch`] for what the program gave, also where the call failed and it is shown only at the exit.
    pub fn fetch_in(&mut self, addr: u64, buf: &mut [u8]) -> bool {
        if addr != 0 && self.memory.read(addr, buf) == buf.len() {
            return true;
        }
        self.pointer(addr);
        false
    }

    /// A number in hexadecimal as C's `%#x` writes it: `0` has no prefix.
    pub fn hex(&mut self, value: u64) {
        if value == 0 { self.put("0") } else { self.fmt(format_args!("{value:#x}")) }
    }

    /// A number in octal with a leading zero and at least three digits, as modes are written.
    pub fn mode(&mut self, value: u64) {
        // `%#03o`: the leading zero counts among the three.
        if value == 0 { self.put("000") } else { self.fmt(format_args!("0{value:02o}")) }
    }

    /// An array of `count` elements of `size` bytes each (at most 256) at `addr`: `[a, b, ...]`, shown by `element`.
    /// Reads no more than the first elements and never more than a few KiB.
    pub fn array(&mut self, addr: u64, count: u64, size: usize, element: &mut dyn FnMut(&mut Self, Element<'_>)) {
        self.array_of(addr, count, size, SHOWN, element);
    }

    /// [`Render::array`] that shows at most `most` elements.
    pub fn array_of(
        &mut self,
        addr: u64,
        count: u64,
        size: usize,
        most: usize,
        element: &mut dyn FnMut(&mut Self, Element<'_>),
    ) {
        if addr == 0 {
            return self.put("NULL");
        }
        if count == 0 {
            return self.put("[]");
        }
        let shown = usize::try_from(count).unwrap_or(usize::MAX).min(most);
        let mut small = [0u8; 1024];
        let mut large = Vec::new();
        let bytes = if shown * size <= small.len() {
            &mut small[..shown * size]
        } else {
            large.resize(shown * size, 0);
            &mut large[..]
        };
        let readable = self.memory.read(addr, bytes) / size;
        if readable == 0 {
            return self.pointer(addr);
        }
        self.put("[");
        for (index, piece) in bytes.chunks_exact(size).take(readable).enumerate() {
            if index > 0 {
                self.put(", ");
            }
            if self.is_long() {
                self.put("...]");
                return;
            }
            element(self, Element { index, addr: addr.wrapping_add((index * size) as u64), bytes: piece });
        }
        if readable < shown {
            let at = addr.wrapping_add((readable * size) as u64);
            self.fmt(format_args!(", ... /* {at:#x} */"));
        } else if (shown as u64) < count {
            self.put(", ...");
        }
        self.put("]");
    }

    /// What a structure of `size` bytes at `addr` holds behind the `known` ones that were shown: nothing where it is zero.
    pub fn behind(&mut self, addr: u64, known: usize, size: u64) {
        const PAGE: u64 = 4096;
        let mut buf = vec![0; (size.min(PAGE) as usize).saturating_sub(known)];
        if buf.is_empty() {
            return;
        }
        if self.memory.read(addr.wrapping_add(known as u64), &mut buf) != buf.len() {
            return self.put(", ???");
        }
        if buf.iter().any(|b| *b != 0) {
            self.fmt(format_args!(", /* bytes {known}..{} */ ", size - 1));
            self.quoted_hex(&buf[..buf.len().min(SHOWN)]);
            self.put(if buf.len() > SHOWN || size > PAGE { "..." } else { "" });
        } else if size > PAGE {
            self.put(", ...");
        }
    }

    /// `len` bytes at `addr`, the first 32 of them shown.
    pub fn data(&mut self, addr: u64, len: u64) {
        if addr == 0 {
            return self.put("NULL");
        }
        let mut buf = [0; SHOWN];
        let shown = &mut buf[..len.min(SHOWN as u64) as usize];
        if !shown.is_empty() && self.memory.read(addr, shown) != shown.len() {
            return self.pointer(addr);
        }
        self.quoted(shown);
        if len > SHOWN as u64 {
            self.put("...");
        }
    }

    /// The NUL-terminated string at `addr`, the first 32 bytes of it shown.
    pub fn string(&mut self, addr: u64) {
        if addr == 0 {
            return self.put("NULL");
        }
        let mut buf = [0; SHOWN + 1];
        let got = self.memory.read(addr, &mut buf);
        match buf[..got].iter().position(|b| *b == 0) {
            Some(end) => self.quoted(&buf[..end]),
            None if got == buf.len() => {
                self.quoted(&buf[..SHOWN]);
                self.put("...");
            }
            None => self.pointer(addr),
        }
    }

    /// The path at `addr`, shown whole.
    pub fn path(&mut self, addr: u64) {
        if addr == 0 {
            return self.put("NULL");
        }
        let start = self.out.len();
        self.put("\"");
        let (mut at, mut left) = (addr, super::access::PATH_MAX - 1);
        let mut line = [0; 256];
        loop {
            // Reads end where no page can: a short path before an unreadable page costs one read.
            let wanted = (line.len() - (at % 256) as usize).min(left + 1);
            let got = self.memory.read(at, &mut line[..wanted]);
            if let Some(end) = line[..got].iter().position(|b| *b == 0) {
                self.escaped(&line[..end], 0);
                return self.put("\"");
            }
            // An escape's length depends on the byte behind it, which begins the next line.
            let next = at.wrapping_add(got as u64);
            let mut behind = [0; 1];
            if got < wanted || self.memory.read(next, &mut behind) == 0 && left >= got {
                self.out.truncate(start);
                return self.pointer(addr);
            }
            self.escaped(&line[..got.min(left)], behind[0]);
            if got > left {
                return self.put("\"...");
            }
            left -= got;
            at = next;
        }
    }

    /// A fixed array of characters within a structure: up to its NUL, or whole.
    pub fn chars(&mut self, bytes: &[u8]) {
        let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
        self.quoted(&bytes[..end]);
    }

    /// A descriptor of a directory: `AT_FDCWD` by name.
    pub fn dir_fd(&mut self, value: u64) {
        if value as i32 == super::access::AT_FDCWD {
            self.put("AT_FDCWD");
        } else {
            self.fmt(format_args!("{}", value as i32));
        }
    }

    /// A user or group; -1 as such.
    pub fn uid(&mut self, value: u32) {
        if value == u32::MAX { self.put("-1") } else { self.fmt(format_args!("{value}")) }
    }

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
        if self.out.len() < END {
            self.out.push_str(text);
        }
    }

    /// Whether the line is so long that arrays end early.
    pub fn is_long(&self) -> bool {
        self.out.len() > LONG
    }

    /// Writes formatted text.
    pub fn fmt(&mut self, text: std::fmt::Arguments<'_>) {
        if self.out.len() < END {
            // Writing to a String cannot fail.
            let _ = self.out.write_fmt(text);
        }
    }

    /// An address: `NULL` or hexadecimal.
    pub fn pointer(&mut self, value: u64) {
        if value == 0 { self.put("NULL") } else { self.fmt(format_args!("{value:#x}")) }
    }

    /// Bits by name (`unknown` in a comment when only unknown bits are set).
    pub fn flags(&mut self, value: u64, names: Names, unknown: &str) {
        self.flags_of(value, names.iter(), unknown);
    }

    /// [`Render::flags`] with some of the names of a list.
    pub fn flags_of<'n>(&mut self, value: u64, names: impl Iterator<Item = &'n (u64, &'n str)>, unknown: &str) {
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
            None => {
                self.hex(value);
                self.fmt(format_args!(" /* {unknown} */"));
            }
        }
    }

    /// Bytes as a C string literal in strace's escapes, whole, with its quotes.
    pub fn quoted(&mut self, bytes: &[u8]) {
        self.put("\"");
        self.escaped(bytes, 0);
        self.put("\"");
    }

    /// The inside of [`Render::quoted`]; `behind`: the byte that follows.
    fn escaped(&mut self, bytes: &[u8], behind: u8) {
        let mut plain = 0;
        for (i, b) in bytes.iter().enumerate() {
            let escape = match b {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'\t' => "\\t",
                b'\n' => "\\n",
                0x0b => "\\v",
                0x0c => "\\f",
                b'\r' => "\\r",
                0x20..=0x7e => continue,
                _ => "",
            };
            self.plain(&bytes[plain..i]);
            plain = i + 1;
            if !escape.is_empty() {
                self.put(escape);
            } else if matches!(bytes.get(i + 1).unwrap_or(&behind), b'0'..=b'7') {
                // A digit behind a short escape would be read as part of it.
                self.fmt(format_args!("\\{b:03o}"));
            } else {
                self.fmt(format_args!("\\{b:o}"));
            }
        }
        self.plain(&bytes[plain..]);
    }

    /// Printable ASCII as it is.
    fn plain(&mut self, bytes: &[u8]) {
        self.put(std::str::from_utf8(bytes).unwrap_or_default());
    }

    /// Shows `value` in form `show`.
    pub fn show(&mut self, show: Show, value: u64) {
        let long = |v: u64| if self.call.abi.word() == 4 { i64::from(v as i32) } else { v as i64 };
        match show {
            Show::Int | Show::Fd | Show::Pid => self.fmt(format_args!("{}", value as i32)),
            Show::Signal => super::decode::signal::put_signal(self, u64::from(value as u32)),
            Show::Uint => self.fmt(format_args!("{}", value as u32)),
            Show::Uid => self.uid(value as u32),
            Show::Long => {
                let v = long(value);
                self.fmt(format_args!("{v}"));
            }
            Show::Ulong => self.fmt(format_args!("{value}")),
            Show::Hex => self.hex(u64::from(value as u32)),
            Show::LongHex => self.hex(value),
            Show::Octal => self.mode(u64::from(value as u16)),
            Show::DirFd => self.dir_fd(value),
            Show::Pointer => self.pointer(value),
            Show::Path => self.path(value),
            Show::Str => self.string(value),
            Show::Data { len } => match self.outcome {
                Some(o) if o.error => self.pointer(value),
                Some(o) => self.data(value, o.value.max(0) as u64),
                None => self.data(value, self.arg(len)),
            },
            Show::Flags(names, unknown) => self.flags(u64::from(value as u32), names, unknown),
            Show::Choice(names, unknown) => self.choice(u64::from(value as u32), names, unknown),
            Show::With(f) => f(self, value),
        }
    }
}

fn render_from(call: &RawCall, row: &Row, memory: &dyn Memory, outcome: Option<Outcome>, text: &mut ArgText) {
    let ArgText { text: out, spans, kept, entry, pending, begun } = text;
    let resumed = std::mem::take(pending);
    let mut render = Render::new(out, call, memory, outcome, kept);
    for (i, a) in row.args.iter().enumerate().skip(spans.len()) {
        let before = render.out.len();
        // The entry wrote the comma before what it left for the exit.
        let comma = before > 0 && !(resumed && before == *entry && (begun.is_some() || render.out.ends_with(", ")));
        if outcome.is_none() && a.when == When::Exit {
            *pending = true;
            if comma {
                render.put(", ");
            }
            break;
        }
        if comma {
            render.put(", ");
        }
        let start = begun.take().unwrap_or(render.out.len() as u32);
        render.show(a.show, call.args.get(usize::from(a.register.unwrap_or(i as u8))).copied().unwrap_or(0));
        let omitted = std::mem::take(&mut render.omitted);
        let later = std::mem::take(&mut render.later) && outcome.is_none();
        let more = std::mem::take(&mut render.more) && outcome.is_none();
        if later {
            *pending = true;
            render.out.truncate(before);
            if comma {
                render.put(", ");
            }
            break;
        }
        if more {
            *pending = true;
            *begun = Some(start);
            break;
        }
        if omitted {
            render.out.truncate(before);
        }
        spans.push((!omitted).then_some((start, render.out.len() as u32)));
    }
    if outcome.is_none() {
        *entry = out.len();
    } else if resumed && out.len() == *entry && out.ends_with(", ") {
        // Everything that the entry had put off turned out to be left out.
        out.truncate(*entry - 2);
        *entry = out.len();
    }
}

/// Renders what can be said at the entry into `text`, which is emptied first.
pub fn enter(call: &RawCall, row: Option<&Row>, memory: &dyn Memory, text: &mut ArgText) {
    text.clear();
    match row {
        Some(row) => render_from(call, row, memory, None, text),
        None => {
            for value in call.args {
                let out = &mut text.text;
                if !out.is_empty() {
                    out.push_str(", ");
                }
                let start = out.len();
                // C's %#x: no prefix for 0.
                let _ = if value == 0 { out.write_str("0") } else { write!(out, "{value:#x}") };
                text.spans.push(Some((start as u32, text.text.len() as u32)));
            }
            text.entry = text.text.len();
        }
    }
}

/// Renders the rest at the exit.
pub fn leave(call: &RawCall, row: Option<&Row>, memory: &dyn Memory, outcome: Outcome, text: &mut ArgText) {
    if let Some(row) = row.filter(|_| text.pending) {
        render_from(call, row, memory, Some(outcome), text);
    }
}

/// The result as strace writes it behind `= `: `3`, `-1 ENOENT (No such file or directory)`, `0x7f…`, `? ERESTARTSYS (…)`.
/// Without what the entry kept; [`result_text`] has it.
pub fn render_result(call: &RawCall, row: Option<&Row>, memory: &dyn Memory, outcome: Outcome) -> String {
    let mut out = String::new();
    put_result(call, row, memory, outcome, &mut Vec::new(), &mut out);
    out
}

/// The result as strace writes it behind `= `, appended to `out`. `args`: what [`enter`] and [`leave`] made of the call.
pub fn result_text(
    call: &RawCall,
    row: Option<&Row>,
    memory: &dyn Memory,
    outcome: Outcome,
    args: &mut ArgText,
    out: &mut String,
) {
    put_result(call, row, memory, outcome, &mut args.kept, out);
}

fn put_result(
    call: &RawCall,
    row: Option<&Row>,
    memory: &dyn Memory,
    outcome: Outcome,
    kept: &mut Vec<u64>,
    out: &mut String,
) {
    let kind = row.map_or(ResultKind::Int, |r| r.result);
    if let Some(errno) = outcome.errno().filter(|_| !matches!(kind, ResultKind::Never)) {
        out.push_str(if super::errno::is_restart(errno) { "? " } else { "-1 " });
        match super::errno::known_name(errno) {
            Some(name) => out.push_str(name),
            None => {
                let _ = write!(out, "ERRNO_{errno}");
            }
        }
        out.push_str(" (");
        out.push_str(&super::errno::describe(errno));
        out.push(')');
        return;
    }
    // The register of a 32-bit task holds 32 bits, however the kernel extended them.
    let unsigned = if call.abi.word() == 4 { outcome.value as u32 as u64 } else { outcome.value as u64 };
    let shown = if call.abi == super::Abi::I386 { i64::from(outcome.value as u32) } else { outcome.value };
    let mut render = Render::new(out, call, memory, Some(outcome), kept);
    match kind {
        ResultKind::Int | ResultKind::Fd => render.fmt(format_args!("{shown}")),
        ResultKind::Hex => render.hex(unsigned),
        ResultKind::Octal => render.mode(unsigned),
        ResultKind::Never => render.put("?"),
        ResultKind::With(f) => {
            render.fmt(format_args!("{shown}"));
            f(&mut render, shown);
        }
        ResultKind::Whole(f) => f(&mut render, outcome.value),
    }
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
