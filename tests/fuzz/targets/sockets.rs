//! Socket addresses, netlink messages, control messages and options: what calls about sockets read from memory.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use shared::{Hostile, Layout, abi, decode, only_plain};
use syswall::syscall::{Abi, NoMemory, Outcome, RawCall, X32_BIT, sockaddr};

const CALLS: [&str; 14] = [
    "connect", "bind", "sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg", "recvmmsg", "setsockopt", "getsockopt",
    "getsockname", "socket", "ioctl", "accept4",
];

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    abi: u8,
    call: u8,
    netlink: u8,
    registers: [u16; 6],
    result: i32,
    bytes: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    if let Some(address) = sockaddr::parse(input.bytes) {
        address.family_name();
        address.canonical_ip();
    }
    only_plain("address", &sockaddr::text(input.bytes, &NoMemory));

    let abi = abi(input.abi);
    let name = CALLS[usize::from(input.call) % CALLS.len()];
    let Some(nr) = (0..1024).find(|nr| abi.call_name(*nr) == Some(name)) else { return };
    let nr = if abi == Abi::X32 { nr | X32_BIT } else { nr };
    // Small registers: descriptors, lengths, levels, options; from 0x1000 on they point into the memory.
    let args = input.registers.map(|r| if r >= 0xff00 { u64::from(r) - 0xff00 + 0x1000 } else { u64::from(r) });
    let args = if abi.word() == 4 { args.map(|a| a & 0xffff_ffff) } else { args };
    for layout in [Layout::Once, Layout::Everywhere] {
        let entry = Hostile::new(input.bytes, layout, Some(u32::from(input.netlink % 24)));
        let exit = Hostile::new(input.bytes, layout, Some(u32::from(input.netlink % 24)));
        let value = i64::from(input.result);
        decode(&RawCall { abi, nr, args }, &entry, &exit, Outcome { value, error: (-4095..0).contains(&value) });
    }
});
