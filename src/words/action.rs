//! What is done, in words: infinitives, so that they can stand in a list and after "may".

use super::{elide, escape, fill, object, service, tr};
use crate::syscall::{Kind, Object};

/// Most characters of an object inside a sentence; the whole object is shown elsewhere.
pub(super) const OBJECT_MAX: usize = 72;

/// What `kind` does to `object`, as an infinitive: "read /etc/passwd", "connect to 10.0.0.1, port 443 (https)".
/// Without an object, what the kind does in general: "read a file".
pub fn action(kind: Kind, object: Option<&Object>) -> String {
    let Some(object) = object else { return kind_name(kind) };
    let template = match (kind, object) {
        (Kind::FileRead, Object::Path { .. }) => tr("read {object}"),
        (Kind::FileRead, _) => tr("read from {object}"),
        (Kind::FileList, _) => tr("list the folder {object}"),
        (Kind::FileStat, _) => tr("look at the properties of {object}"),
        (Kind::FileWrite, Object::Path { .. }) => tr("change {object}"),
        (Kind::FileWrite, _) => tr("write to {object}"),
        (Kind::FileCreate, _) => tr("create {object}"),
        (Kind::FileDelete, _) => tr("delete {object}"),
        (Kind::FileRename, _) => tr("rename {object}"),
        (Kind::FileAttributes, _) => tr("change the properties of {object}"),
        (Kind::NetworkSocket, _) => tr("make a socket ({object})"),
        (Kind::NetworkConnect, Object::Address { port, .. }) => match (*port, service(*port)) {
            (0, _) => tr("connect to {address}"),
            (_, Some(_)) => tr("connect to {address}, port {port} ({service})"),
            (_, None) => tr("connect to {address}, port {port}"),
        },
        (Kind::NetworkConnect, Object::Unix { .. }) => tr("connect to the local socket {object}"),
        (Kind::NetworkConnect, _) => tr("connect to {object}"),
        (Kind::NetworkListen, Object::Address { port: 0, .. }) => tr("be reachable at {address} on a free port"),
        (Kind::NetworkListen, Object::Address { .. }) => tr("be reachable at {address}, port {port}"),
        (Kind::NetworkListen, Object::Unix { .. }) => tr("be reachable at the local socket {object}"),
        (Kind::NetworkListen, _) => tr("be reachable at {object}"),
        (Kind::NetworkAccept, _) => tr("accept a connection at {object}"),
        (Kind::NetworkSend, Object::Address { port, .. }) => match (*port, service(*port)) {
            (0, _) => tr("send data to {address}"),
            (_, Some(_)) => tr("send data to {address}, port {port} ({service})"),
            (_, None) => tr("send data to {address}, port {port}"),
        },
        (Kind::NetworkSend, Object::Unix { .. }) => tr("send data to the local socket {object}"),
        (Kind::NetworkSend, _) => tr("send data to {object}"),
        (Kind::ProcessExecute, _) => tr("run {object}"),
        (Kind::ProcessSpawn, _) => tr("start another process"),
        (Kind::ProcessSignal, _) => tr("send a signal to {object}"),
        (Kind::ProcessInspect, _) => tr("look into or change {object}"),
        (Kind::ProcessIdentity, _) => tr("change its rights ({object})"),
        (Kind::Ipc, _) => tr("share memory or messages through {object}"),
        (Kind::Device, Object::Device { request, .. }) if !request.is_empty() => {
            tr("send {request} to the device {device}")
        }
        (Kind::Device, _) => tr("control the device {object}"),
        (Kind::System, _) => tr("change the whole system ({object})"),
        (Kind::Bypass, _) => tr("open a way around single calls ({object})"),
        (Kind::Descriptor, _) => tr("use the open {object}"),
        (Kind::Memory, _) => tr("manage its memory"),
        (Kind::Time, _) => tr("use a clock or timer"),
        (Kind::Wait, _) => tr("wait"),
    };
    fill_object(&template, object, &[])
}

/// Fills the placeholders that stand for `what`, cut to fit a sentence, and `more`.
pub(super) fn fill_object(template: &str, what: &Object, more: &[(&str, &str)]) -> String {
    let whole = elide(&object(what), OBJECT_MAX);
    let mut values = vec![("object", whole.as_str())];
    let (address, port, device, request);
    match what {
        Object::Address { address: ip, port: number, .. } => {
            (address, port) = (ip.to_string(), number.to_string());
            values.extend([("address", address.as_str()), ("port", &port)]);
            values.extend(service(*number).map(|service| ("service", service)));
        }
        Object::Device { path, request: name } => {
            (device, request) = (elide(&escape(path), OBJECT_MAX), elide(&escape(name), OBJECT_MAX));
            values.extend([("device", device.as_str()), ("request", &request)]);
        }
        _ => {}
    }
    values.extend_from_slice(more);
    fill(template, &values)
}

/// What a kind does in general, as an infinitive for lists: "read files", "connect".
pub fn kind_name(kind: Kind) -> String {
    match kind {
        Kind::FileRead => tr("read files"),
        Kind::FileList => tr("list folders"),
        Kind::FileStat => tr("look at the properties of files"),
        Kind::FileWrite => tr("change files"),
        Kind::FileCreate => tr("create files"),
        Kind::FileDelete => tr("delete files"),
        Kind::FileRename => tr("rename files"),
        Kind::FileAttributes => tr("change the properties of files"),
        Kind::NetworkSocket => tr("make sockets"),
        Kind::NetworkConnect => tr("connect to others"),
        Kind::NetworkListen => tr("be reachable for others"),
        Kind::NetworkAccept => tr("accept connections"),
        Kind::NetworkSend => tr("send data to others"),
        Kind::ProcessExecute => tr("run programs"),
        Kind::ProcessSpawn => tr("start processes and threads"),
        Kind::ProcessSignal => tr("send signals"),
        Kind::ProcessInspect => tr("look into or change processes"),
        Kind::ProcessIdentity => tr("change its rights"),
        Kind::Ipc => tr("share memory or messages"),
        Kind::Device => tr("control devices"),
        Kind::System => tr("change the whole system"),
        Kind::Bypass => tr("open ways around single calls"),
        Kind::Descriptor => tr("use what is already open"),
        Kind::Memory => tr("manage its memory"),
        Kind::Time => tr("use clocks and timers"),
        Kind::Wait => tr("wait"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syscall::Transport;

    fn every_object() -> Vec<Object> {
        vec![
            Object::Path { path: "/a".into(), asked: "/a".into() },
            Object::Address { transport: Transport::Tcp, address: [10, 0, 0, 1].into(), port: 443 },
            Object::Address { transport: Transport::Udp, address: [10, 0, 0, 1].into(), port: 0 },
            Object::Address { transport: Transport::Udp, address: [10, 0, 0, 1].into(), port: 4433 },
            Object::Unix { name: "@x".into() },
            Object::Socket { family: "AF_NETLINK".into(), text: "SOCK_RAW".into() },
            Object::Process { pid: 1, tree: false },
            Object::Device { path: "/dev/tty".into(), request: "TIOCSTI".into() },
            Object::System { name: "hostname".into() },
            Object::Descriptor { text: "pipe:[1]".into() },
            Object::Unreadable,
        ]
    }

    #[test]
    fn no_action_keeps_a_placeholder_whatever_kind_meets_whatever_object() {
        for kind in Kind::ALL {
            for object in every_object() {
                let text = action(*kind, Some(&object));
                assert!(!text.contains(['{', '}']), "{kind} {object:?}: {text}");
            }
        }
    }

    #[test]
    fn a_connection_names_the_service() {
        let object = Object::Address { transport: Transport::Tcp, address: [10, 0, 0, 1].into(), port: 443 };
        assert_eq!(action(Kind::NetworkConnect, Some(&object)), "connect to 10.0.0.1, port 443 (https)");
    }

    #[test]
    fn a_long_object_is_cut_in_a_sentence() {
        let path = format!("/{}/end", "x".repeat(4000));
        let text = action(Kind::FileRead, Some(&Object::Path { path: path.clone().into(), asked: path.into() }));
        assert!(text.chars().count() < 100 && text.ends_with("/end"), "{text}");
    }
}
