//! What is done, in words: infinitives, so that they can stand in a list and after "may".

use super::act::Act;
use super::phrase::{of_kind, phrase};
use super::{fill, tr};
use crate::syscall::{Kind, Object};

/// What `kind` does to `object`, as an infinitive: "read /etc/passwd", "connect to 10.0.0.1, port 443 (https)".
/// Without an object, what the kind does in general: "read a file".
pub fn action(kind: Kind, object: Option<&Object>) -> String {
    of_kind(kind, object).map_or_else(|| kind_name(kind), |phrase| phrase.infinitive())
}

/// What a call does, as an infinitive, in the words that ask about it.
pub fn act<'a>(act: impl Into<Act<'a>>) -> String {
    let act = act.into();
    phrase(&act).map_or_else(|| without_words(&act), |phrase| phrase.infinitive())
}

/// The same for a column beside one that names the object: "read …".
pub fn act_beside_object<'a>(act: impl Into<Act<'a>>) -> String {
    let act = act.into();
    phrase(&act).map_or_else(|| without_words(&act), |phrase| phrase.beside_object())
}

fn without_words(act: &Act<'_>) -> String {
    match act.access() {
        Some(access) => kind_name(access.kind),
        None => fill(&tr("make the call {call}"), &[("call", &act.call_name())]),
    }
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
