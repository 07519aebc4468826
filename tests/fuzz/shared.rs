//! What several targets share: memory that behaves badly, and what must hold of every decoded call.

pub mod recording;

use std::cell::Cell;

use arbitrary::Arbitrary;
use syswall::syscall::{Abi, ArgText, Memory, Outcome, RawCall, demultiplex, enter, leave, lookup, result_text, wants};

/// More than this no line may hold.
pub const MOST_TEXT: usize = 64 * 1024;
/// More than this no call may read.
pub const MOST_READ: usize = 4 << 20;
/// More often than this no call may read: each read of a stopped task costs a system call.
pub const MOST_READS: usize = 20_000;

/// How memory is laid out.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Layout {
    /// The bytes lie once, at 0x1000, and end there.
    Once,
    /// The bytes fill all memory over and over, so that every pointer leads somewhere, in circles too.
    Everywhere,
    /// The same, but only from the first address to the second.
    Between(u64, u64),
    /// The same, and different at each look.
    Changing,
}

/// Memory made of a few bytes, which counts what is read of it.
pub struct Hostile<'a> {
    /// What it is made of.
    pub bytes: &'a [u8],
    /// How.
    pub layout: Layout,
    /// What every descriptor's netlink protocol is.
    pub netlink: Option<u32>,
    /// Bytes read so far.
    pub read: Cell<usize>,
    /// Reads so far.
    pub reads: Cell<usize>,
}

impl<'a> Hostile<'a> {
    /// Nothing of it is read yet.
    pub fn new(bytes: &'a [u8], layout: Layout, netlink: Option<u32>) -> Hostile<'a> {
        Hostile { bytes, layout, netlink, read: Cell::new(0), reads: Cell::new(0) }
    }
}

impl Memory for Hostile<'_> {
    fn interface_name(&self, index: u32) -> Option<String> {
        // A name that a container may have chosen.
        (index % 3 == 0).then(|| "\u{202e}\x1b[2J\"\\é".to_owned())
    }

    fn netlink_protocol(&self, _fd: i32) -> Option<u32> {
        self.netlink
    }

    fn read(&self, addr: u64, buf: &mut [u8]) -> usize {
        self.reads.set(self.reads.get() + 1);
        let (first, last) = match self.layout {
            Layout::Once => (0x1000, 0x1000 + self.bytes.len() as u64),
            Layout::Between(first, last) => (first, last),
            Layout::Everywhere | Layout::Changing => (0, u64::MAX),
        };
        if self.bytes.is_empty() || addr < first || addr >= last {
            return 0;
        }
        let shift = match self.layout {
            Layout::Changing => self.reads.get() as u64 * 7,
            Layout::Once => 0x1000u64.wrapping_neg(),
            _ => 0,
        };
        let there = usize::try_from(last - addr).unwrap_or(usize::MAX).min(buf.len());
        for (i, b) in buf[..there].iter_mut().enumerate() {
            let at = addr.wrapping_add(i as u64).wrapping_add(shift);
            *b = self.bytes[(at % self.bytes.len() as u64) as usize];
        }
        self.read.set(self.read.get() + there);
        there
    }
}

/// Panics where a line, or the text within it, could do something to whoever shows it.
pub fn only_plain(what: &str, text: &str) {
    assert!(text.bytes().all(|b| matches!(b, 0x20..=0x7e)), "{what}: not plain: {text:?}");
}

/// Decodes the call at its entry and exit, as the tracer does, and checks what must hold of every call.
pub fn decode(call: &RawCall, entry: &Hostile<'_>, exit: &Hostile<'_>, outcome: Outcome) {
    let call = &demultiplex(call, entry);
    let row = lookup(call);
    let mut text = ArgText::default();
    enter(call, row, entry, &mut text);
    let before = text.at_entry().to_owned();
    if let Some(row) = row {
        let wants = wants(call, row, entry);
        assert!(wants.len() <= 4096, "{}: {} things", row.name, wants.len());
        for want in wants {
            assert!(row.all_kinds().contains(want.kind), "{}: {} is not declared", row.name, want.kind);
        }
    }
    leave(call, row, exit, outcome, &mut text);
    let mut result = String::new();
    result_text(call, row, exit, outcome, &mut text, &mut result);
    let name = call.name().unwrap_or("?");
    let entered = before.trim_end_matches(", ");
    assert!(text.text.starts_with(entered), "{name}: {before:?} became {:?}", text.text);
    assert!(text.text.len() + result.len() <= MOST_TEXT, "{name}: {} bytes of text", text.text.len() + result.len());
    for memory in [entry, exit] {
        assert!(memory.read.get() <= MOST_READ, "{name}: {} bytes read", memory.read.get());
        assert!(memory.reads.get() <= MOST_READS, "{name}: {} reads", memory.reads.get());
    }
    only_plain(name, &text.text);
    only_plain(name, &result);
    let args: usize = text.args().map(str::len).sum();
    assert!(args <= text.text.len(), "{name}");
}

/// The ABI for a byte.
pub fn abi(byte: u8) -> Abi {
    [Abi::X86_64, Abi::I386, Abi::X32, Abi::Aarch64][usize::from(byte % 4)]
}
