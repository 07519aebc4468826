//! Socket options: names by level, values by name.

use crate::syscall::access::{Target, Want};
use crate::syscall::decode::bytes::{le_i32, le_word, le16, le32};
use crate::syscall::names::socket as names;
use crate::syscall::names::socket_option::RARE;
use crate::syscall::pieces::array_at;
use crate::syscall::row::Names;
use crate::syscall::sockaddr::put_sockaddr;
use crate::syscall::{Kind, Memory, RawCall, Render};

/// Levels (bits/socket.h).
mod level {
    pub const IP: u32 = 0;
    pub const SOCKET: u32 = 1;
    pub const TCP: u32 = 6;
    pub const UDP: u32 = 17;
    pub const VSOCK: u32 = 40;
    pub const IPV6: u32 = 41;
    pub const SCTP: u32 = 132;
    pub const RAW: u32 = 255;
    pub const PACKET: u32 = 263;
    pub const NETLINK: u32 = 270;
    pub const ALG: u32 = 279;
    pub const TLS: u32 = 282;
    pub const XDP: u32 = 283;
}

/// The option that asks for a socket's error.
const SO_ERROR: u32 = 4;

/// Options of SOL_SOCKET that are an `int` whatever their length.
static INTS: &[u32] = &[
    1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 18, 19, 27, 29, 30, 32, 33, 34, 35, 36, 37, 40, 41, 42, 43, 44, 45,
    46, 49, 53, 56, 60, 63, 64, 65, 68, 69, 70, 73, 75,
];

/// Names that only getsockopt has.
static IP_GET: Names = &[
    (0x40, "IPT_SO_GET_INFO"),
    (0x41, "IPT_SO_GET_ENTRIES"),
    (0x42, "IPT_SO_GET_REVISION_MATCH"),
    (0x43, "IPT_SO_GET_REVISION_TARGET"),
    (0x60, "ARPT_SO_GET_INFO"),
    (0x61, "ARPT_SO_GET_ENTRIES"),
    (0x63, "ARPT_SO_GET_REVISION_TARGET"),
];
static IPV6_GET: Names = &[
    (0x40, "IP6T_SO_GET_INFO"),
    (0x41, "IP6T_SO_GET_ENTRIES"),
    (0x44, "IP6T_SO_GET_REVISION_MATCH"),
    (0x45, "IP6T_SO_GET_REVISION_TARGET"),
];
/// Names that only setsockopt has.
static IP_SET: Names = &[
    (0x40, "IPT_SO_SET_REPLACE"),
    (0x41, "IPT_SO_SET_ADD_COUNTERS"),
    (0x60, "ARPT_SO_SET_REPLACE"),
    (0x61, "ARPT_SO_SET_ADD_COUNTERS"),
];
static IPV6_SET: Names = &[(0x40, "IP6T_SO_SET_REPLACE"), (0x41, "IP6T_SO_SET_ADD_COUNTERS")];

fn put_name(r: &mut Render<'_>, value: u64, ip: Names, ipv6: Names) {
    let value = u64::from(value as u32);
    let (names, unknown): (Names, &str) = match r.arg(1) as u32 {
        level::SOCKET => (names::SO_OPTIONS, "SO_???"),
        level::IP if ip.iter().any(|(v, _)| *v == value) => (ip, ""),
        level::IPV6 if ipv6.iter().any(|(v, _)| *v == value) => (ipv6, ""),
        level::IP => (names::IP_OPTIONS, "IP_???"),
        level::IPV6 => (names::IPV6_OPTIONS, "IPV6_???"),
        level::TCP => (names::TCP_OPTIONS, "TCP_???"),
        level::UDP => (names::UDP_OPTIONS, "UDP_???"),
        level::PACKET => (names::PACKET_OPTIONS, "PACKET_???"),
        level::NETLINK => (names::NETLINK_OPTIONS, "NETLINK_???"),
        level::RAW => (names::RAW_OPTIONS, "RAW_???"),
        level::SCTP => (names::SCTP_OPTIONS, "SCTP_???"),
        level::TLS => (names::TLS_OPTIONS, "TLS_???"),
        level::ALG => (names::ALG_OPTIONS, "ALG_???"),
        level::XDP => (names::XDP_OPTIONS, "XDP_???"),
        level::VSOCK => (names::VSOCK_OPTIONS, "SO_VM_???"),
        level => match RARE.iter().find(|(l, ..)| *l == level) {
            Some((_, names, unknown)) => (names, unknown),
            None => return r.fmt(format_args!("{value}")),
        },
    };
    r.choice(value, names, unknown);
}

/// For `Show::With`: the option's name in setsockopt.
pub fn name(r: &mut Render<'_>, value: u64) {
    put_name(r, value, IP_SET, IPV6_SET);
}

/// For `Show::With`: the option's name in getsockopt.
pub fn get_name(r: &mut Render<'_>, value: u64) {
    // SO_ATTACH_FILTER's number asks for the filter.
    if r.arg(1) as u32 == level::SOCKET && value as u32 == 26 {
        return r.put("SO_GET_FILTER");
    }
    put_name(r, value, IP_GET, IPV6_GET);
}

/// A structure: its size, and what writes it.
type Fixed = (usize, fn(&mut Render<'_>, &[u8]));

/// For `Show::With`: the value in setsockopt.
pub fn set_value(r: &mut Render<'_>, addr: u64) {
    let (option, len) = (r.arg(2) as u32, r.arg(4) as i32);
    let word = r.call.abi.word();
    let fixed: Option<Fixed> = match (r.arg(1) as u32, option) {
        (level::SOCKET, 13) => Some((8, linger)),
        (level::SOCKET, 26 | 51) => Some((2 * word, filter)),
        (level::SOCKET, _) if INTS.contains(&option) => Some((4, int)),
        (level::IP, 35 | 36) => Some((8, mreq)),
        (level::IPV6, 20 | 21 | 27 | 28) => Some((20, mreq6)),
        (level::IP | level::IPV6, 42 | 45) => Some((if word == 4 { 132 } else { 136 }, group)),
        (level::PACKET, 1 | 2) => Some((16, packet_mreq)),
        (level::RAW, 1) => Some((4, icmp_filter)),
        (level::SOCKET, 74) => Some((4, rehash)),
        (level::PACKET, 5 | 13) => {
            return if len == 16 { sized(r, addr, 16, ring) } else { r.pointer(addr) };
        }
        _ => None,
    };
    match fixed {
        Some((size, put)) if len >= 0 && len as usize >= size => sized(r, addr, size, put),
        Some(_) => r.pointer(addr),
        None if len == 4 => r.int_at(addr),
        None => r.data(addr, len as u32 as u64),
    }
}

fn sized(r: &mut Render<'_>, addr: u64, size: usize, put: fn(&mut Render<'_>, &[u8])) {
    let mut buf = [0; 136];
    let buf = &mut buf[..size];
    if r.fetch(addr, buf) {
        put(r, buf);
    }
}

/// For `Show::With`: the value that getsockopt fills. Keeps the length that the program offers.
pub fn get_value(r: &mut Render<'_>, addr: u64) {
    if r.outcome.is_none() {
        let len_addr = r.arg(4);
        let len = r.memory.u32(len_addr).filter(|_| len_addr != 0);
        r.kept.push(len.map_or(u64::MAX, u64::from));
    }
    if r.wait() {
        return;
    }
    let len = r.memory.u32(r.arg(4)).unwrap_or(0) as i32;
    if r.failed() || len <= 0 {
        return r.pointer(addr);
    }
    let mut buf = [0; 64];
    let whole = len as u64;
    let got = &mut buf[..whole.min(64) as usize];
    let option = r.arg(2) as u32;
    let known = match (r.arg(1) as u32, option) {
        (level::SOCKET, 13) => Some(&[("l_onoff", false), ("l_linger", false)][..]),
        (level::SOCKET, 17) => Some(&[("pid", false), ("uid", true), ("gid", true)][..]),
        (level::PACKET, 6) => Some(&[("tp_packets", false), ("tp_drops", false)][..]),
        (level::SOCKET, _) if INTS.contains(&option) => Some(&[][..]),
        _ => None,
    };
    if (r.arg(1) as u32, option, whole) == (level::SOCKET, SO_ERROR, 4) {
        return pending_error(r, addr);
    }
    match known {
        Some([]) if whole < 4 => {
            if r.fetch(addr, got) {
                r.quoted_hex(got);
            }
        }
        Some([]) => r.int_at(addr),
        Some(fields) => {
            if r.fetch(addr, got) {
                partial(r, got, fields);
            }
        }
        None if whole == 4 && !(r.arg(1) as u32 == level::SOCKET && option == 26) => r.int_at(addr),
        None => r.data(addr, whole),
    }
}

/// What went wrong with the socket, by name.
fn pending_error(r: &mut Render<'_>, addr: u64) {
    let mut b = [0; 4];
    if r.fetch(addr, &mut b) {
        let errno = i32::from_le_bytes(b);
        match crate::syscall::errno::known_name(errno) {
            Some(name) => r.fmt(format_args!("[{name}]")),
            None => r.fmt(format_args!("[{errno}]")),
        }
    }
}

/// A structure of `int`s of which `bytes` may be only the beginning. A field is (name, whether it is a user).
fn partial(r: &mut Render<'_>, bytes: &[u8], fields: &[(&str, bool)]) {
    r.put("{");
    for (i, (piece, (name, user))) in bytes.chunks(4).zip(fields).enumerate() {
        r.fmt(format_args!("{}{name}=", if i > 0 { ", " } else { "" }));
        match (piece.len(), user) {
            (4, true) => r.uid(le32(piece, 0)),
            (4, false) => r.fmt(format_args!("{}", le_i32(piece, 0))),
            _ => r.quoted_hex(piece),
        }
    }
    r.put("}");
}

fn int(r: &mut Render<'_>, b: &[u8]) {
    r.fmt(format_args!("[{}]", le_i32(b, 0)));
}

fn rehash(r: &mut Render<'_>, b: &[u8]) {
    static NAMES: Names =
        &[(0, "SOCK_TXREHASH_DISABLED"), (1, "SOCK_TXREHASH_ENABLED"), (0xffff_ffff, "SOCK_TXREHASH_DEFAULT")];
    r.put("[");
    r.choice(u64::from(le32(b, 0)), NAMES, "SOCK_TXREHASH_???");
    r.put("]");
}

fn linger(r: &mut Render<'_>, b: &[u8]) {
    r.fmt(format_args!("{{l_onoff={}, l_linger={}}}", le_i32(b, 0), le_i32(b, 4)));
}

fn filter(r: &mut Render<'_>, b: &[u8]) {
    let word = r.call.abi.word();
    r.fmt(format_args!("{{len={}, filter=", le16(b, 0)));
    r.pointer(le_word(b, 1, word));
    r.put("}");
}

fn mreq(r: &mut Render<'_>, b: &[u8]) {
    r.put("{imr_multiaddr=");
    r.inet_addr(array_at(b, 0));
    r.put(", imr_interface=");
    r.inet_addr(array_at(b, 4));
    r.put("}");
}

fn mreq6(r: &mut Render<'_>, b: &[u8]) {
    r.put("{");
    r.inet_pton6(array_at(b, 0), "ipv6mr_multiaddr");
    r.put(", ipv6mr_interface=");
    r.interface(le32(b, 16));
    r.put("}");
}

fn group(r: &mut Render<'_>, b: &[u8]) {
    r.put("{gr_interface=");
    r.interface(le32(b, 0));
    r.put(", gr_group=");
    let word = r.call.abi.word();
    put_sockaddr(r, &b[word..]);
    r.put("}");
}

/// Kinds of packet memberships (linux/if_packet.h).
static PACKET_MR: Names =
    &[(0, "PACKET_MR_MULTICAST"), (1, "PACKET_MR_PROMISC"), (2, "PACKET_MR_ALLMULTI"), (3, "PACKET_MR_UNICAST")];

fn packet_mreq(r: &mut Render<'_>, b: &[u8]) {
    r.put("{mr_ifindex=");
    r.interface(le32(b, 0));
    r.put(", mr_type=");
    r.choice(u64::from(le16(b, 4)), PACKET_MR, "PACKET_MR_???");
    let len = le16(b, 6);
    r.fmt(format_args!(", mr_alen={len}, mr_address="));
    for (i, byte) in b[8..].iter().take(usize::from(len)).enumerate() {
        r.fmt(format_args!("{}{byte:02x}", if i > 0 { ":" } else { "" }));
    }
    r.put("}");
}

fn ring(r: &mut Render<'_>, b: &[u8]) {
    let [size, blocks, frame, frames] = [0, 4, 8, 12].map(|at| le32(b, at));
    r.fmt(format_args!("{{tp_block_size={size}, tp_block_nr={blocks}, "));
    r.fmt(format_args!("tp_frame_size={frame}, tp_frame_nr={frames}}}"));
}

/// ICMP messages (linux/icmp.h).
static ICMP: Names = &[
    (0, "ICMP_ECHOREPLY"),
    (3, "ICMP_DEST_UNREACH"),
    (4, "ICMP_SOURCE_QUENCH"),
    (5, "ICMP_REDIRECT"),
    (8, "ICMP_ECHO"),
    (11, "ICMP_TIME_EXCEEDED"),
    (12, "ICMP_PARAMETERPROB"),
    (13, "ICMP_TIMESTAMP"),
    (14, "ICMP_TIMESTAMPREPLY"),
    (15, "ICMP_INFO_REQUEST"),
    (16, "ICMP_INFO_REPLY"),
    (17, "ICMP_ADDRESS"),
    (18, "ICMP_ADDRESSREPLY"),
];

fn icmp_filter(r: &mut Render<'_>, b: &[u8]) {
    let bits = le32(b, 0);
    let inverted = bits.count_ones() > 16;
    let shown = if inverted { !bits } else { bits };
    r.put(if inverted { "~[" } else { "[" });
    for (i, bit) in (0..32u64).filter(|n| shown & (1 << n) != 0).enumerate() {
        if i > 0 {
            r.put(" ");
        }
        r.choice(bit, ICMP, "ICMP_???");
    }
    r.put("]");
}

/// `IPPROTO_SCTP`.
const SCTP: u32 = 132;

/// What sends by way of another address than the one that the call names: options of IP (IP_OPTIONS, IP_RETOPTS) and
/// routing headers of IPv6, old and new.
pub fn source_routing() -> Want {
    Want::new(Kind::Bypass, Target::System("source routing".to_owned()))
}

/// The one address at `addr`; of several, nobody can say which it will be.
fn packed_address(memory: &dyn Memory, fd: i32, addr: u64, len: u64) -> Target {
    let family = memory.u32(addr).map(|f| f & 0xffff);
    match (family, len as u32) {
        (Some(2), 16) | (Some(10), 28) => super::network::address_target(memory, fd, addr, len),
        _ => Target::Unreadable,
    }
}

/// What setting an option does: packet filter tables and multicast routing belong to the machine, what names addresses
/// is what it names, all else belongs to a socket that is open.
pub fn set_wants(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let (level, option) = (call.args[1] as u32, call.args[2] as u32);
    let (fd, value, len) = (call.args[0] as i32, call.args[3], call.args[4]);
    match (level, option) {
        // Clearing them is what servers do.
        (level::IP, 4) | (level::IPV6, 5 | 6 | 57) if value != 0 && len as i32 != 0 => {
            return out.push(source_routing());
        }
        // SCTP connects and binds by options too, to one address after the other (sctp(7)).
        (SCTP, 110 | 107) => return out.push(Want::new(Kind::NetworkConnect, packed_address(memory, fd, value, len))),
        (SCTP, 100) => return out.push(Want::new(Kind::NetworkListen, packed_address(memory, fd, value, len))),
        _ => {}
    }
    let system = match (level, option) {
        (level::IP | level::IPV6, 0x40 | 0x41 | 0x60 | 0x61) => Some("packet filter"),
        (level::IP | level::IPV6, 0xc8..=0xd4) => Some("multicast routing"),
        _ => None,
    };
    out.push(match system {
        Some(name) => Want::new(Kind::System, Target::System(name.to_owned())),
        None => Want::new(Kind::Descriptor, Target::Fd(call.args[0] as i32)),
    });
}
