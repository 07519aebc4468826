//! Whatever the program puts into registers and memory, decoding ends soon and says little.

use std::cell::Cell;

use proptest::prelude::*;

use crate::syscall::{Abi, ArgText, Memory, Outcome, PageCache, RawCall, enter, leave, lookup, result_text, wants};

/// More than this no line may hold.
const MOST_TEXT: usize = 64 * 1024;
/// More than this no call may read.
const MOST_READ: usize = 4 << 20;

/// Memory in which everything from `start` to `end` is readable and made of `bytes` over and over; counts what is read.
struct Endless {
    bytes: Vec<u8>,
    start: u64,
    end: u64,
    read: Cell<usize>,
}

impl Memory for Endless {
    fn read(&self, addr: u64, buf: &mut [u8]) -> usize {
        if addr < self.start || addr >= self.end {
            return 0;
        }
        let n = usize::try_from(self.end - addr).unwrap_or(usize::MAX).min(buf.len());
        for (i, b) in buf[..n].iter_mut().enumerate() {
            *b = self.bytes[(addr as usize).wrapping_add(i) % self.bytes.len()];
        }
        self.read.set(self.read.get() + n);
        n
    }
}

fn register() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u64>(), 0u64..64, any::<u32>().prop_map(u64::from), Just(0x1000), Just(u64::MAX), Just(0x10_0000)]
}

fn decode(call: &RawCall, memory: &Endless, outcome: Outcome) -> (usize, usize) {
    let row = lookup(call);
    let mut text = ArgText::default();
    enter(call, row, memory, &mut text);
    leave(call, row, memory, outcome, &mut text);
    let mut tail = String::new();
    result_text(call, row, memory, outcome, &mut text, &mut tail);
    if let Some(row) = row {
        wants(call, row, memory);
    }
    assert!(text.args().map(str::len).sum::<usize>() <= text.text.len());
    (text.text.len() + tail.len(), memory.read.get())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_call_with_any_memory_is_decoded_within_bounds(
        args in prop::array::uniform6(register()),
        bytes in prop::collection::vec(any::<u8>(), 1..200),
        start in prop_oneof![Just(0u64), Just(0x1000), any::<u32>().prop_map(u64::from)],
        length in prop_oneof![Just(u64::MAX), 0u64..10_000],
        value in prop_oneof![any::<i64>(), -600i64..100_000],
    ) {
        for abi in [Abi::X86_64, Abi::I386, Abi::X32, Abi::Aarch64] {
            for nr in 0..600 {
                let args = if abi.word() == 4 { args.map(|a| a & 0xffff_ffff) } else { args };
                let call = RawCall { abi, nr, args };
                let end = start.saturating_add(length);
                let memory = Endless { bytes: bytes.clone(), start, end, read: Cell::new(0) };
                let outcome = Outcome { value, error: (-4095..0).contains(&value) };
                let (text, read) = decode(&call, &memory, outcome);
                prop_assert!(text <= MOST_TEXT, "{abi} {:?}: {text} bytes of text", call.name());
                prop_assert!(read <= MOST_READ, "{abi} {:?}: {read} bytes read", call.name());
            }
        }
    }
}

/// Pages that are readable where their number is even, and hold their own addresses; counts the reads.
struct Striped(Cell<usize>);

impl Memory for Striped {
    fn read(&self, addr: u64, buf: &mut [u8]) -> usize {
        self.0.set(self.0.get() + 1);
        for (i, b) in buf.iter_mut().enumerate() {
            let at = addr.wrapping_add(i as u64);
            if at >> 12 & 1 == 1 {
                return i;
            }
            *b = (at ^ at >> 8) as u8;
        }
        buf.len()
    }
}

proptest! {
    #[test]
    fn memory_through_the_cache_is_the_same_memory(reads in prop::collection::vec((0u64..100_000, 0usize..9_000), 1..40)) {
        let (cache, inner) = (PageCache::new(), Striped(Cell::new(0)));
        for (addr, len) in reads {
            let (mut cached, mut direct) = (vec![0; len], vec![0; len]);
            let got = cache.over(&inner).read(addr, &mut cached);
            prop_assert_eq!(got, inner.read(addr, &mut direct));
            prop_assert_eq!(&cached[..got], &direct[..got]);
        }
    }
}

#[test]
fn a_page_is_read_once_until_it_is_forgotten() {
    let (cache, inner) = (PageCache::new(), Striped(Cell::new(0)));
    let mut buf = [0; 100];
    for at in 0..20 {
        assert_eq!(cache.over(&inner).read(at * 100, &mut buf), 100);
    }
    assert_eq!(inner.0.get(), 1);
    cache.forget();
    assert_eq!(cache.over(&inner).read(5, &mut buf), 100);
    assert_eq!(inner.0.get(), 2);
}
