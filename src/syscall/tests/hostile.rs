//! Calls that fuzzing found, and what every line must be whatever memory holds: short, and made of printable ASCII.

use std::cell::Cell;

use proptest::prelude::*;

use super::{call, line, memory};
use crate::syscall::{
    Abi, ArgText, LocalMemory, Memory, Outcome, RawCall, X32_BIT, demultiplex, enter, leave, lookup, result_text, wants,
};

/// More than this no line may hold.
const MOST_TEXT: usize = 64 * 1024;
/// More often than this no call may read: each read of a stopped task is a system call of Syswall's.
const MOST_READS: usize = 20_000;

/// Memory that is different at each look: another thread writes it. Counts the looks.
struct Changing {
    bytes: Vec<u8>,
    reads: Cell<usize>,
}

impl Memory for Changing {
    fn interface_name(&self, _index: u32) -> Option<String> {
        Some("\u{202e}\u{1b}]0;é\"".to_owned())
    }

    fn netlink_protocol(&self, fd: i32) -> Option<u32> {
        Some(fd as u32 % 24)
    }

    fn read(&self, addr: u64, buf: &mut [u8]) -> usize {
        self.reads.set(self.reads.get() + 1);
        for (i, b) in buf.iter_mut().enumerate() {
            let at = (addr as usize).wrapping_add(i).wrapping_add(self.reads.get() * 3);
            *b = self.bytes[at % self.bytes.len()];
        }
        buf.len()
    }
}

fn decoded(call: &RawCall, memory: &dyn Memory, outcome: Outcome) -> String {
    let call = &demultiplex(call, memory);
    let row = lookup(call);
    let (mut text, mut tail) = (ArgText::default(), String::new());
    enter(call, row, memory, &mut text);
    if let Some(row) = row {
        wants(call, row, memory);
    }
    leave(call, row, memory, outcome, &mut text);
    result_text(call, row, memory, outcome, &mut text, &mut tail);
    format!("{} = {tail}", text.text)
}

fn register() -> impl Strategy<Value = u64> {
    prop_oneof![0u64..80, any::<u64>(), any::<u32>().prop_map(u64::from), Just(0x1000), Just(i64::MIN as u64)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn lines_are_printable_and_short_while_memory_changes(
        args in prop::array::uniform6(register()),
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 1..300),
            // Small numbers: lengths, types and counts that fit.
            prop::collection::vec(prop_oneof![3 => Just(0u8), 2 => 1u8..40, 1 => any::<u8>()], 64..300),
            "[\u{1b}\u{202e}\u{2066}é\u{7f}\n\"\\\\]{1,80}".prop_map(String::into_bytes),
        ],
        value in prop_oneof![Just(i64::MIN), Just(i64::MAX), -4200i64..5000],
    ) {
        for abi in [Abi::X86_64, Abi::I386, Abi::X32, Abi::Aarch64] {
            for nr in (0..560).chain([1023, 1024, u64::from(u32::MAX), u64::MAX]) {
                let args = if abi.word() == 4 { args.map(|a| a & 0xffff_ffff) } else { args };
                let nr = if abi == Abi::X32 { nr | X32_BIT } else { nr };
                let call = RawCall { abi, nr, args };
                let memory = Changing { bytes: bytes.clone(), reads: Cell::new(0) };
                let text = decoded(&call, &memory, Outcome { value, error: (-4095..0).contains(&value) });
                prop_assert!(text.len() <= MOST_TEXT, "{abi} {:?}: {} bytes", call.name(), text.len());
                prop_assert!(text.bytes().all(|b| matches!(b, 0x20..=0x7e)), "{abi} {:?}: {text:?}", call.name());
                prop_assert!(memory.reads.get() <= MOST_READS, "{abi} {:?}: {} reads", call.name(), memory.reads.get());
            }
        }
    }

    #[test]
    fn what_ends_at_a_page_is_shown_as_far_as_it_goes_or_as_an_address(
        left in 1usize..40, name in prop::sample::select(vec!["openat", "execve", "write", "connect", "sendmsg", "poll", "clone3", "rt_sigaction", "futex_waitv"])
    ) {
        let page = LocalMemory::new(vec![(0x2000 - left as u64, vec![b'a'; left])]);
        let at = 0x2000 - left as u64;
        let text = line(&call(Abi::X86_64, name, &[at, at, at, 64, at, at]), &page, 0);
        prop_assert!(text.contains("0x") || text.contains("aaaa") , "{text}");
        prop_assert!(!text.contains(&"a".repeat(left + 1)), "more than was there: {text}");
    }
}

/// Many control messages, each as short as they come.
#[test]
fn thousands_of_control_messages_end_in_dots() {
    let control = [&16u64.to_le_bytes()[..], &[0; 4], &[1, 0, 0, 0]].concat().repeat(1200);
    let mut header = [0u8; 56];
    header[32..40].copy_from_slice(&0x2000u64.to_le_bytes());
    header[40..48].copy_from_slice(&(control.len() as u64).to_le_bytes());
    let m = LocalMemory::new(vec![(0x1000, header.to_vec()), (0x2000, control)]);
    let text = line(&call(Abi::X86_64, "sendmsg", &[3, 0x1000, 0]), &m, 0);
    assert!(text.len() < 20_000, "{} bytes", text.len());
    assert!(text.contains(", ...], msg_controllen=19200, msg_flags=0}"), "{}", &text[text.len() - 200..]);
}

/// A policy can pretend any result.
#[test]
fn the_smallest_number_is_a_result_too() {
    let text = line(&call(Abi::X86_64, "getpid", &[]), &memory(&[]), i64::MIN);
    assert_eq!(text, "getpid() = -9223372036854775808");
}

/// `error` in the answer of a netlink socket is the program's to write.
#[test]
fn the_smallest_error_in_a_netlink_message_is_a_number() {
    struct Route<'a>(&'a LocalMemory);
    impl Memory for Route<'_> {
        fn netlink_protocol(&self, _fd: i32) -> Option<u32> {
            Some(0)
        }
        fn read(&self, addr: u64, buf: &mut [u8]) -> usize {
            self.0.read(addr, buf)
        }
    }
    let message = [&20u32.to_le_bytes()[..], &[2, 0, 0, 0], &[0; 8], &i32::MIN.to_le_bytes()].concat();
    let m = memory(&[&message]);
    let text = decoded(
        &call(Abi::X86_64, "sendto", &[3, 0x1000, 20, 0, 0, 0]),
        &Route(&m),
        Outcome { value: 20, error: false },
    );
    assert!(text.contains("{error=-2147483648}"), "{text}");
}
