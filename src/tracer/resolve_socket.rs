//! What socket calls name.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::ffi::OsStringExt;

use crate::sys::socket_info;
use crate::syscall::{Object, Transport};

fn family_name(family: i32) -> String {
    let name = match family {
        libc::AF_UNSPEC => "AF_UNSPEC",
        libc::AF_UNIX => "AF_UNIX",
        libc::AF_INET => "AF_INET",
        libc::AF_INET6 => "AF_INET6",
        libc::AF_NETLINK => "AF_NETLINK",
        libc::AF_PACKET => "AF_PACKET",
        libc::AF_VSOCK => "AF_VSOCK",
        libc::AF_ALG => "AF_ALG",
        libc::AF_BLUETOOTH => "AF_BLUETOOTH",
        libc::AF_CAN => "AF_CAN",
        libc::AF_TIPC => "AF_TIPC",
        libc::AF_XDP => "AF_XDP",
        libc::AF_KEY => "AF_KEY",
        other => return format!("AF_{other}"),
    };
    name.to_owned()
}

fn type_name(kind: i32) -> String {
    let name = match kind & 0xf {
        libc::SOCK_STREAM => "SOCK_STREAM",
        libc::SOCK_DGRAM => "SOCK_DGRAM",
        libc::SOCK_RAW => "SOCK_RAW",
        libc::SOCK_RDM => "SOCK_RDM",
        libc::SOCK_SEQPACKET => "SOCK_SEQPACKET",
        libc::SOCK_DCCP => "SOCK_DCCP",
        other => return format!("SOCK_{other}"),
    };
    name.to_owned()
}

fn transport(kind: i32) -> Transport {
    match kind & 0xf {
        libc::SOCK_STREAM => Transport::Tcp,
        libc::SOCK_DGRAM => Transport::Udp,
        libc::SOCK_RAW => Transport::Raw,
        _ => Transport::Other,
    }
}

/// What socket(2) makes.
pub(super) fn new_socket(family: i32, kind: i32, _protocol: i32) -> Object {
    Object::Socket { family: family_name(family), text: type_name(kind) }
}

/// What socket `fd` of process `pid` is about to speak with. `None`: no object (an AF_UNSPEC connect, which only ends a connection).
pub(super) fn peer(tid: i32, pid: i32, fd: i32, address: Option<&[u8]>) -> Option<Object> {
    let Some(bytes) = address else {
        let link = super::descriptors::look_up(tid, fd);
        return Some(link.unwrap_or(Object::Descriptor { text: format!("fd {fd}") }));
    };
    let (Some(low), Some(high)) = (bytes.first(), bytes.get(1)) else { return Some(Object::Unreadable) };
    let family = i32::from(u16::from_le_bytes([*low, *high]));
    let transport = || socket_info(pid, fd).map_or(Transport::Other, |s| transport(s.kind));
    let port = || bytes.get(2..4).and_then(|p| p.try_into().ok()).map_or(0, u16::from_be_bytes);
    match family {
        libc::AF_UNSPEC => None,
        libc::AF_INET => {
            let octets: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
            let address = IpAddr::V4(Ipv4Addr::from(octets));
            Some(Object::Address { transport: transport(), address, port: port() })
        }
        libc::AF_INET6 => {
            let octets: [u8; 16] = bytes.get(8..24)?.try_into().ok()?;
            let address = Ipv6Addr::from(octets);
            let address = address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4);
            Some(Object::Address { transport: transport(), address, port: port() })
        }
        libc::AF_UNIX => {
            let path = &bytes[2..];
            let name = match path.first() {
                None => Vec::new(),
                Some(0) => [b"@", &path[1..]].concat(),
                Some(_) => path.iter().copied().take_while(|b| *b != 0).collect(),
            };
            Some(Object::Unix { name: OsString::from_vec(name) })
        }
        family => Some(Object::Socket { family: family_name(family), text: hex(&bytes[2..]) }),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(32).map(|b| format!("{b:02x}")).collect()
}
