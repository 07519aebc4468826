//! Sockets: addresses, messages, options, and what their calls do.

use std::net::IpAddr;

use proptest::prelude::*;

use super::{call, line, line_between, memory};
use crate::syscall::sockaddr::{SocketAddress, UnixName, family_name, parse, text};
use crate::syscall::{
    Abi, Fake, Kind, LocalMemory, Memory, NoMemory, Pretend, RawCall, Target, Want, demultiplex, lookup, lookup_name,
    wants,
};

const INET: [u8; 16] = [2, 0, 0, 80, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];

fn unix(name: &[u8]) -> Vec<u8> {
    [&[1, 0], name].concat()
}

fn done(call: &RawCall, memory: &LocalMemory) -> Vec<Want> {
    wants(call, lookup(call).expect("a row"), memory)
}

#[test]
fn a_socket_is_shown_with_its_flags_and_the_protocol_of_its_family() {
    let none = memory(&[]);
    let shown = |args: &[u64]| line(&call(Abi::X86_64, "socket", args), &none, 3);
    assert_eq!(shown(&[2, 0x80801, 6]), "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_TCP) = 3");
    assert_eq!(shown(&[17, 3, 0x0300]), "socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)) = 3");
    assert_eq!(shown(&[16, 0x80003, 0]), "socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE) = 3");
    assert_eq!(shown(&[99, 9, 7]), "socket(0x63 /* AF_??? */, 0x9 /* SOCK_??? */, 7) = 3");
}

#[test]
fn addresses_of_every_common_family_are_read_as_the_kernel_reads_them() {
    let ip: IpAddr = [127, 0, 0, 1].into();
    assert_eq!(parse(&INET), Some(SocketAddress::Internet { address: ip, port: 80, scope: 0 }));
    assert_eq!(parse(&unix(b"/run/x\0junk")), Some(SocketAddress::Unix(UnixName::Path(b"/run/x".to_vec()))));
    let hidden = SocketAddress::Unix(UnixName::Abstract(b"a\0b".to_vec()));
    assert_eq!(parse(&unix(b"\0a\0b")), Some(hidden));
    assert_eq!(UnixName::Abstract(b"a\0b".to_vec()).to_bytes(), b"@a\0b");
    assert_eq!(parse(&[1, 0]), Some(SocketAddress::Unix(UnixName::Unnamed)));
    assert_eq!(parse(&[2]), None);
    assert_eq!(parse(&INET[..8]), Some(SocketAddress::Other { family: 2, data: INET[2..8].to_vec() }));
}

#[test]
fn an_ipv4_address_mapped_into_ipv6_counts_as_ipv4_for_rules() {
    let mut bytes = vec![10, 0, 1, 187, 0, 0, 0, 0];
    bytes.extend("::ffff:10.1.2.3".parse::<std::net::Ipv6Addr>().expect("an address").octets());
    bytes.extend([0; 4]);
    let address = parse(&bytes).expect("an address");
    assert_eq!(address.canonical_ip(), Some(([10, 1, 2, 3].into(), 443)));
    assert_eq!(address.family_name(), "AF_INET6");
}

#[test]
fn a_connect_is_shown_and_done_to_the_address_it_names() {
    let memory = memory(&[&INET]);
    let connect = call(Abi::X86_64, "connect", &[3, 0x1000, 16]);
    let expected = "connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0";
    assert_eq!(line(&connect, &memory, 0), expected);
    let target = Target::Socket { fd: 3, address: Some(INET.to_vec()) };
    assert_eq!(done(&connect, &memory), [Want::new(Kind::NetworkConnect, target)]);
}

#[test]
fn a_connect_to_no_family_undoes_a_connection_and_is_none() {
    let memory = memory(&[&[0; 16]]);
    let connect = call(Abi::X86_64, "connect", &[3, 0x1000, 16]);
    assert_eq!(done(&connect, &memory), [Want::new(Kind::Descriptor, Target::Fd(3))]);
}

#[test]
fn binding_a_unix_path_makes_a_file_and_lets_others_in() {
    let memory = memory(&[&unix(b"/tmp/s\0")]);
    let kinds: Vec<_> =
        done(&call(Abi::X86_64, "bind", &[3, 0x1000, 9]), &memory).into_iter().map(|w| w.kind).collect();
    assert_eq!(kinds, [Kind::FileCreate, Kind::NetworkListen]);
}

#[test]
fn binding_netlink_to_no_group_lets_nobody_in() {
    let memory = memory(&[&[16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]]);
    let first = done(&call(Abi::X86_64, "bind", &[3, 0x1000, 12]), &memory);
    assert_eq!(first[0].kind, Kind::Descriptor);
    let second = done(&call(Abi::X86_64, "bind", &[3, 0x2000, 12]), &memory);
    assert_eq!(second[0].kind, Kind::NetworkListen);
}

#[test]
fn what_names_an_address_that_cannot_be_read_is_said_to_be_unreadable() {
    let none = memory(&[]);
    let connect = call(Abi::X86_64, "connect", &[3, 0xdead, 16]);
    assert_eq!(done(&connect, &none), [Want::new(Kind::NetworkConnect, Target::Unreadable)]);
    assert_eq!(line(&connect, &none, -14), "connect(3, 0xdead, 16) = -1 EFAULT (Bad address)");
}

#[test]
fn accepted_addresses_show_the_length_before_and_after() {
    let accept = call(Abi::X86_64, "accept4", &[3, 0x1000, 0x2000, 0x80000]);
    let entry = memory(&[&[0; 128], &128u32.to_le_bytes()]);
    let exit = memory(&[&[&INET[..], &[0; 112]].concat(), &16u32.to_le_bytes()]);
    let expected = "accept4(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, \
                    [128 => 16], SOCK_CLOEXEC) = 4";
    assert_eq!(line_between(&accept, &entry, &exit, 4), expected);
    assert_eq!(lookup_name("accept4").map(|r| r.pretend), Some(Pretend::Descriptor(Fake::Socket)));
}

fn message(name: u64, control: u64, control_len: u64) -> Vec<u8> {
    [name, if name == 0 { 0 } else { 16 }, 0x3000, 1, control, control_len, 0]
        .into_iter()
        .flat_map(u64::to_le_bytes)
        .collect()
}

#[test]
fn sending_to_a_named_address_is_a_send_and_without_one_is_output() {
    let iov: Vec<u8> = [0x4000u64, 3].into_iter().flat_map(u64::to_le_bytes).collect();
    let named = memory(&[&message(0x2000, 0, 0), &INET, &iov, b"abc"]);
    let sendmsg = call(Abi::X86_64, "sendmsg", &[3, 0x1000, 0x4000]);
    let target = Target::Socket { fd: 3, address: Some(INET.to_vec()) };
    assert_eq!(done(&sendmsg, &named), [Want::new(Kind::NetworkSend, target)]);
    let expected = "sendmsg(3, {msg_name={sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, \
                    msg_namelen=16, msg_iov=[{iov_base=\"abc\", iov_len=3}], msg_iovlen=1, msg_controllen=0, \
                    msg_flags=0}, MSG_NOSIGNAL) = 3";
    assert_eq!(line(&sendmsg, &named, 3), expected);
    let unnamed = memory(&[&message(0, 0, 0), &INET, &iov, b"abc"]);
    assert_eq!(done(&sendmsg, &unnamed), [Want::new(Kind::Descriptor, Target::Fd(3))]);
}

#[test]
fn fast_open_sends_and_connects() {
    let memory = memory(&[&INET, b"x"]);
    let sendto = call(Abi::X86_64, "sendto", &[3, 0x2000, 1, 0x2000_0000, 0x1000, 16]);
    let kinds: Vec<_> = done(&sendto, &memory).into_iter().map(|w| w.kind).collect();
    assert_eq!(kinds, [Kind::NetworkConnect, Kind::NetworkSend]);
}

#[test]
fn passed_descriptors_are_shown_in_control_messages() {
    let control: Vec<u8> = [20u64.to_le_bytes(), [1, 0, 0, 0, 1, 0, 0, 0], [5, 0, 0, 0, 0, 0, 0, 0]].concat();
    let iov: Vec<u8> = [0u64, 0].into_iter().flat_map(u64::to_le_bytes).collect();
    let memory = memory(&[&message(0, 0x2000, 24), &control, &iov]);
    let shown = line(&call(Abi::X86_64, "sendmsg", &[3, 0x1000, 0]), &memory, 0);
    let part =
        "msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[5]}], msg_controllen=24";
    assert!(shown.contains(part), "{shown}");
}

#[test]
fn control_messages_that_point_at_themselves_end() {
    // cmsg_len 0 would make no progress.
    let memory = memory(&[&message(0, 0x2000, 48), &[0; 48], &[0; 16]]);
    let shown = line(&call(Abi::X86_64, "sendmsg", &[3, 0x1000, 0]), &memory, 0);
    assert!(shown.contains("cmsg_len=0"), "{shown}");
    assert!(shown.len() < 400, "{shown}");
}

#[test]
fn options_are_shown_by_level_and_name() {
    let memory = memory(&[&1u32.to_le_bytes()]);
    let set = |args: &[u64]| line(&call(Abi::X86_64, "setsockopt", args), &memory, 0);
    assert_eq!(set(&[3, 1, 2, 0x1000, 4]), "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0");
    assert_eq!(set(&[3, 6, 1, 0x1000, 4]), "setsockopt(3, SOL_TCP, TCP_NODELAY, [1], 4) = 0");
    assert_eq!(set(&[3, 41, 26, 0x1000, 4]), "setsockopt(3, SOL_IPV6, IPV6_V6ONLY, [1], 4) = 0");
}

#[test]
fn a_pending_error_is_told_by_name() {
    let memory = memory(&[&111u32.to_le_bytes(), &4u32.to_le_bytes()]);
    let get = call(Abi::X86_64, "getsockopt", &[3, 1, 4, 0x1000, 0x2000]);
    assert_eq!(line(&get, &memory, 0), "getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0");
}

#[test]
fn packet_filter_tables_belong_to_the_machine() {
    let none = memory(&[]);
    let set = done(&call(Abi::X86_64, "setsockopt", &[3, 0, 0x40, 0x1000, 4]), &none);
    assert_eq!(set, [Want::new(Kind::System, Target::System("packet filter".into()))]);
    let set = done(&call(Abi::X86_64, "setsockopt", &[3, 6, 1, 0x1000, 4]), &none);
    assert_eq!(set, [Want::new(Kind::Descriptor, Target::Fd(3))]);
}

fn words(values: &[u32]) -> Vec<u8> {
    values.iter().copied().flat_map(u32::to_le_bytes).collect()
}

#[test]
fn socketcall_is_the_call_that_it_stands_for() {
    let memory = memory(&[&words(&[3, 0x2000, 16]), &INET]);
    let outer = call(Abi::I386, "socketcall", &[3, 0x1000]);
    let inner = demultiplex(&outer, &memory);
    assert_eq!((inner.name(), &inner.args[..3]), (Some("connect"), &[3, 0x2000, 16][..]));
    assert!(line(&inner, &memory, 0).starts_with("connect(3, {sa_family=AF_INET"));
    assert_eq!(done(&inner, &memory)[0].kind, Kind::NetworkConnect);
    let send = demultiplex(
        &call(Abi::I386, "socketcall", &[9, 0x3000]),
        &LocalMemory::new(vec![(0x3000, words(&[4, 0, 0, 0]))]),
    );
    assert_eq!(send.name(), Some("send"));
    assert!(lookup(&send).is_some());
}

#[test]
fn a_socketcall_whose_arguments_cannot_be_read_stays_what_it_is() {
    let outer = call(Abi::I386, "socketcall", &[3, 0x1000]);
    assert_eq!(demultiplex(&outer, &NoMemory), outer);
    // It is still guarded by what it asked for: a moment later the arguments may be there.
    assert_eq!(done(&outer, &memory(&[])), [Want::new(Kind::NetworkConnect, Target::Unreadable)]);
    let strange = call(Abi::I386, "socketcall", &[77, 0x1000]);
    assert_eq!(demultiplex(&strange, &memory(&[&[0; 64]])), strange);
}

#[test]
fn ipc_is_the_call_that_it_stands_for() {
    let none = memory(&[]);
    let get = demultiplex(&call(Abi::I386, "ipc", &[23, 0x1234, 4096, 0o1600, 0, 0]), &none);
    assert_eq!(line(&get, &none, 5), "shmget(0x1234, 4096, IPC_CREAT|0600) = 5");
    assert_eq!(done(&get, &none), [Want::new(Kind::Ipc, Target::System("shm key 0x1234".into()))]);
    let op = demultiplex(&call(Abi::I386, "ipc", &[1, 7, 1, 0, 0x1000, 0]), &none);
    assert_eq!((op.name(), &op.args[..3]), (Some("semop"), &[7, 0x1000, 1][..]));
    // shmat through ipc returns its address behind a pointer.
    let at = demultiplex(&call(Abi::I386, "ipc", &[21, 5, 0, 0x1000, 0, 0]), &none);
    assert_eq!(line(&at, &memory(&[&words(&[0xf7f0_b000])]), 0), "shmat(5, NULL, 0) = 0xf7f0b000");
}

#[test]
fn no_program_can_ask_for_the_numbers_of_inner_calls() {
    for nr in [0x1_0000_0000u64, 0x1_0000_0005] {
        assert!(Abi::I386.call_name(nr).is_some());
        assert!(Abi::X86_64.call_name(nr).is_none());
        assert!(Abi::I386.call_name(nr & 0xffff_ffff) != Abi::I386.call_name(nr));
    }
}

/// Memory of a task whose descriptors are all netlink sockets.
struct Netlink(Vec<u8>);

impl Memory for Netlink {
    fn read(&self, addr: u64, buf: &mut [u8]) -> usize {
        LocalMemory::new(vec![(0x1000, self.0.clone())]).read(addr, buf)
    }
    fn netlink_protocol(&self, _fd: i32) -> Option<u32> {
        Some(0)
    }
}

fn netlink_text(bytes: Vec<u8>) -> String {
    let len = bytes.len() as u64;
    let memory = Netlink(bytes);
    let call = call(Abi::X86_64, "sendto", &[3, 0x1000, len, 0, 0, 0]);
    let mut out = crate::syscall::ArgText::default();
    crate::syscall::enter(&call, lookup(&call), &memory, &mut out);
    out.text
}

#[test]
fn netlink_messages_are_shown_with_their_headers() {
    let mut bytes = words(&[20, 0x0301_0016, 1, 0]);
    bytes.extend([0, 0, 0, 0]);
    let expected = "3, [{nlmsg_len=20, nlmsg_type=RTM_GETADDR, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, nlmsg_seq=1, \
                    nlmsg_pid=0}, {ifa_family=AF_UNSPEC, ...}], 20, 0, NULL, 0";
    assert_eq!(netlink_text(bytes), expected);
}

proptest! {
    #[test]
    fn any_address_is_read_and_written_within_bounds(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let parsed = parse(&bytes);
        prop_assert_eq!(parsed.is_none(), bytes.len() < 2);
        if let Some(address) = parsed {
            prop_assert!(address.family_name().starts_with("AF_"));
        }
        prop_assert!(text(&bytes, &NoMemory).len() < 3000);
    }

    #[test]
    fn any_address_of_a_known_family_is_written_in_one_line(family in 0u16..50, rest in prop::collection::vec(any::<u8>(), 0..130)) {
        let bytes = [&family.to_le_bytes()[..], &rest].concat();
        let shown = text(&bytes, &NoMemory);
        prop_assert!(shown.bytes().all(|b| (0x20..0x7f).contains(&b)), "{}", shown);
        prop_assert!(family_name(family).starts_with("AF_"));
    }

    #[test]
    fn any_netlink_message_is_written_within_bounds(bytes in prop::collection::vec(any::<u8>(), 16..2000)) {
        prop_assert!(netlink_text(bytes).len() < 100_000);
    }

    #[test]
    fn lengths_in_netlink_messages_never_lead_outside(lengths in prop::collection::vec(0u32..80, 1..40), kind in 16u16..24) {
        let mut bytes = Vec::new();
        for len in lengths {
            bytes.extend(words(&[len, u32::from(kind), 1, 0, len, len << 16 | 5, 7, 9]));
        }
        prop_assert!(netlink_text(bytes).len() < 100_000);
    }

    #[test]
    fn any_multiplexed_call_has_an_inner_call_or_stays(args in prop::array::uniform6(any::<u32>()), which in 0u32..30, bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let memory = LocalMemory::new(vec![(0x1000, bytes)]);
        for name in ["socketcall", "ipc"] {
            let mut outer = call(Abi::I386, name, &args.map(u64::from));
            outer.args[0] = u64::from(which);
            for pointer in [1, 4] {
                outer.args[pointer] = 0x1000;
            }
            let inner = demultiplex(&outer, &memory);
            prop_assert!(inner == outer || inner.name().is_some_and(|n| n != name && lookup_name(n).is_some()));
        }
    }
}
