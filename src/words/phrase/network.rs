//! Sockets, connections, being reachable.

use std::net::IpAddr;

use super::super::{mark, service};
use super::{Act, Phrase, say};
use crate::syscall::{Kind, Object};

/// More than the family of a socket, an address and a port.
pub(super) fn phrase(act: &Act<'_>) -> Option<Phrase> {
    let access = act.access()?;
    match (access.kind, access.object.as_ref()?) {
        (Kind::NetworkConnect, Object::Unix { .. }) if act.call().contains("link") || act.call().contains("rename") => {
            Some(say(
                mark("give the local socket {object} another name"),
                mark("{program} wants to give the local socket {object} another name"),
            ))
        }
        (Kind::NetworkSocket, Object::Socket { family, text }) => socket(act, family, text),
        (Kind::NetworkConnect, Object::Address { address, port, .. }) if address.is_loopback() => Some(local(*port)),
        (Kind::NetworkListen, Object::Address { address, port, .. }) => Some(reachable(*address, *port)),
        // listen(2) of a socket that was bound before.
        (Kind::NetworkListen, Object::Descriptor { .. }) => {
            Some(say(mark("wait for connections"), mark("{program} wants to wait for connections")))
        }
        (Kind::NetworkListen | Kind::NetworkConnect, Object::Socket { family, .. }) => Some(other_family(family)?),
        _ => None,
    }
}

fn local(port: u16) -> Phrase {
    match (port, service(port)) {
        (0, _) => say(mark("connect to this computer"), mark("{program} wants to connect to this computer")),
        (_, Some(_)) => say(
            mark("connect to this computer, port {port} ({service})"),
            mark("{program} wants to connect to this computer, port {port} ({service})"),
        ),
        (_, None) => say(
            mark("connect to this computer, port {port}"),
            mark("{program} wants to connect to this computer, port {port}"),
        ),
    }
}

fn reachable(address: IpAddr, port: u16) -> Phrase {
    match (address, port) {
        (address, 0) if address.is_unspecified() => say(
            mark("be reachable from everywhere, on a free port"),
            mark("{program} wants to be reachable from everywhere, on a free port"),
        ),
        (address, _) if address.is_unspecified() => say(
            mark("be reachable from everywhere, on port {port}"),
            mark("{program} wants to be reachable from everywhere, on port {port}"),
        ),
        (address, 0) if address.is_loopback() => say(
            mark("be reachable from this computer only, on a free port"),
            mark("{program} wants to be reachable from this computer only, on a free port"),
        ),
        (address, _) if address.is_loopback() => say(
            mark("be reachable from this computer only, on port {port}"),
            mark("{program} wants to be reachable from this computer only, on port {port}"),
        ),
        (address, _) if address.is_multicast() => say(
            mark("receive what is sent to the group {address}, port {port}"),
            mark("{program} wants to receive what is sent to the group {address}, port {port}"),
        ),
        (_, 0) => say(
            mark("be reachable at {address} on a free port"),
            mark("{program} wants to be reachable at {address} on a free port"),
        ),
        _ => say(
            mark("be reachable at {address}, port {port}"),
            mark("{program} wants to be reachable at {address}, port {port}"),
        ),
    }
}

fn socket(act: &Act<'_>, family: &str, kind: &str) -> Option<Phrase> {
    Some(match (family, kind) {
        ("AF_INET" | "AF_INET6", "SOCK_RAW") => say(
            mark("send and receive raw network packets"),
            mark("{program} wants to send and receive raw network packets"),
        ),
        ("AF_INET" | "AF_INET6", _) => {
            say(mark("use the network ({object})"), mark("{program} wants to use the network ({object})"))
        }
        ("AF_UNIX", _) => say(
            mark("talk to programs on this computer ({object})"),
            mark("{program} wants to talk to programs on this computer ({object})"),
        ),
        ("AF_NETLINK", _) => return netlink(act),
        _ => return other_family(family),
    })
}

/// What is spoken about with the kernel (netlink(7)).
fn netlink(act: &Act<'_>) -> Option<Phrase> {
    Some(match act.arg("protocol")? {
        "NETLINK_ROUTE" => say(
            mark("ask the system about network addresses and routes, or change them"),
            mark("{program} wants to ask the system about network addresses and routes, or change them"),
        ),
        "NETLINK_KOBJECT_UEVENT" => {
            say(mark("hear of devices that come and go"), mark("{program} wants to hear of devices that come and go"))
        }
        "NETLINK_AUDIT" => {
            say(mark("use the system's audit log"), mark("{program} wants to use the system's audit log"))
        }
        "NETLINK_NETFILTER" => say(
            mark("ask about the system's firewall, or change it"),
            mark("{program} wants to ask about the system's firewall, or change it"),
        ),
        "NETLINK_SOCK_DIAG" => say(
            mark("see which connections all programs have"),
            mark("{program} wants to see which connections all programs have"),
        ),
        "NETLINK_GENERIC" => say(
            mark("talk to drivers of the system (Wi-Fi, for one)"),
            mark("{program} wants to talk to drivers of the system (Wi-Fi, for one)"),
        ),
        protocol => say(
            mark("talk to the system about its settings ({protocol})"),
            mark("{program} wants to talk to the system about its settings ({protocol})"),
        )
        .with("protocol", protocol),
    })
}

fn other_family(family: &str) -> Option<Phrase> {
    Some(match family {
        "AF_PACKET" => say(
            mark("see everything that passes over the network"),
            mark("{program} wants to see everything that passes over the network"),
        ),
        "AF_BLUETOOTH" => say(mark("use Bluetooth"), mark("{program} wants to use Bluetooth")),
        "AF_VSOCK" => say(
            mark("talk to virtual machines, or to the computer that runs this one"),
            mark("{program} wants to talk to virtual machines, or to the computer that runs this one"),
        ),
        "AF_ALG" => say(
            mark("have the system encrypt or decrypt for it"),
            mark("{program} wants to have the system encrypt or decrypt for it"),
        ),
        "AF_CAN" => say(
            mark("use the CAN bus, as in cars and machines"),
            mark("{program} wants to use the CAN bus, as in cars and machines"),
        ),
        "AF_XDP" => say(
            mark("send and receive network packets past the system"),
            mark("{program} wants to send and receive network packets past the system"),
        ),
        _ => return None,
    })
}
