//! Any call of any ABI, known or not, with any registers, any memory at the entry and any other at the exit.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use shared::{Hostile, Layout, abi, decode};
use syswall::syscall::{Outcome, RawCall, X32_BIT, siginfo_text};

#[derive(Arbitrary, Debug)]
enum Register {
    Any(u64),
    Small(u8),
    Negative(u8),
    Inside(u8),
}

impl Register {
    fn value(&self) -> u64 {
        match *self {
            Register::Any(value) => value,
            Register::Small(value) => u64::from(value),
            Register::Negative(value) => u64::MAX - u64::from(value),
            Register::Inside(offset) => 0x1000 + u64::from(offset),
        }
    }
}

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    abi: u8,
    nr: u16,
    registers: [Register; 6],
    layout: Layout,
    netlink: Option<u8>,
    result: Register,
    other: Option<&'a [u8]>,
    bytes: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let abi = abi(input.abi);
    let nr = u64::from(input.nr % 600) | if abi == syswall::syscall::Abi::X32 { X32_BIT } else { 0 };
    let mut args = [0; 6];
    for (arg, register) in args.iter_mut().zip(&input.registers) {
        *arg = if abi.word() == 4 { register.value() & 0xffff_ffff } else { register.value() };
    }
    let netlink = input.netlink.map(|n| u32::from(n % 24));
    let entry = Hostile::new(input.bytes, input.layout, netlink);
    let exit = Hostile::new(input.other.unwrap_or(input.bytes), input.layout, netlink);
    let value = input.result.value() as i64;
    decode(&RawCall { abi, nr, args }, &entry, &exit, Outcome { value, error: (-4095..0).contains(&value) });
    if let Some(info) = input.bytes.first_chunk() {
        shared::only_plain("siginfo", &siginfo_text(info));
    }
});
