//! `struct iovec` arrays.

use super::bytes::le_word;
use crate::syscall::render::Element;
use crate::syscall::{Memory, RawCall, Render};

/// What of an `iovec` array is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Iov {
    /// The bytes that the call takes from the memory.
    Data,
    /// The bytes that the call put there, this many in all.
    Filled(u64),
    /// Addresses and lengths only.
    Addresses,
}

/// The array of `count` entries at `addr`: `[{iov_base="abc", iov_len=3}]`.
pub fn iovec(r: &mut Render<'_>, addr: u64, count: u64, show: Iov) {
    let word = r.call.abi.word();
    let mut left = match show {
        Iov::Filled(total) => total,
        _ => u64::MAX,
    };
    r.array(addr, count, 2 * word, &mut |r: &mut Render<'_>, e: Element<'_>| {
        let (base, len) = (le_word(e.bytes, 0, word), le_word(e.bytes, 1, word));
        r.put("{iov_base=");
        match show {
            Iov::Addresses => r.pointer(base),
            Iov::Data | Iov::Filled(_) => {
                let shown = len.min(left);
                r.data(base, shown);
                if show != Iov::Data {
                    left -= shown;
                }
            }
        }
        r.fmt(format_args!(", iov_len={len}}}"));
    });
}

/// For `Show::With`: an array that the call reads, whose count is in argument `COUNT`.
pub fn iovec_in<const COUNT: u8>(r: &mut Render<'_>, addr: u64) {
    let count = r.arg(COUNT);
    iovec(r, addr, count, Iov::Data);
}

/// For `Show::With` at the exit: an array that the call fills, as far as its result says.
pub fn iovec_out<const COUNT: u8>(r: &mut Render<'_>, addr: u64) {
    let count = r.arg(COUNT);
    let show = match r.outcome {
        Some(o) if !o.error => Iov::Filled(o.value.max(0) as u64),
        _ => Iov::Addresses,
    };
    iovec(r, addr, count, show);
}

/// How many bytes an array of `count` entries at `addr` stands for; `None` where it cannot be read.
pub fn total(call: &RawCall, memory: &dyn Memory, addr: u64, count: u64) -> Option<u64> {
    // UIO_MAXIOV: the kernel takes no more.
    let count = usize::try_from(count).ok().filter(|c| *c <= 1024)?;
    let word = call.abi.word();
    let bytes = memory.up_to(addr, count * 2 * word)?;
    (bytes.len() == count * 2 * word)
        .then(|| bytes.chunks_exact(2 * word).fold(0u64, |sum, e| sum.saturating_add(le_word(e, 1, word))))
}

/// The first `len` bytes of what an array of `count` entries at `addr` stands for, as far as they can be read.
pub fn gather(call: &RawCall, memory: &dyn Memory, addr: u64, count: u64, len: usize) -> Vec<u8> {
    let word = call.abi.word();
    let mut out = Vec::new();
    // UIO_MAXIOV: the kernel takes no more.
    let array = memory.up_to(addr, count.min(1024) as usize * 2 * word).unwrap_or_default();
    for entry in array.chunks_exact(2 * word) {
        let (base, has) = (le_word(entry, 0, word), le_word(entry, 1, word));
        let wanted = usize::try_from(has).unwrap_or(usize::MAX).min(len - out.len());
        let Some(part) = memory.up_to(base, wanted) else { break };
        out.extend_from_slice(&part);
        if part.len() < wanted || out.len() == len {
            break;
        }
    }
    out
}
