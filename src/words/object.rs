//! What a call acts on, in words.

use std::ffi::OsStr;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use super::{elide, escape, fill, tr};
use crate::syscall::Object;

/// The name of a program in sentences: the file's name, escaped, at most 40 characters.
pub fn program_name(program: &Path) -> String {
    elide(&escape(program.file_name().unwrap_or(OsStr::new("?"))), 40)
}

/// The object whole, as it is shown on its own: escaped, not cut.
pub fn object(object: &Object) -> String {
    match object {
        Object::Path { path, .. } => escape(path),
        Object::Address { address, port, .. } => endpoint(*address, *port),
        Object::Unix { name } if name.is_empty() => tr("a socket without a name"),
        Object::Unix { name } => escape(name),
        Object::Socket { family, text } if text.is_empty() => escape(family),
        Object::Socket { family, text } => format!("{} {}", escape(family), escape(text)),
        Object::Process { pid: -1, .. } => tr("every process that can be reached"),
        Object::Process { pid: 0, .. } => tr("a process that is not known"),
        Object::Process { pid, .. } if *pid < 0 => {
            fill(&tr("process group {pid}"), &[("pid", &pid.unsigned_abs().to_string())])
        }
        Object::Process { pid, .. } => fill(&tr("process {pid}"), &[("pid", &pid.to_string())]),
        Object::Device { path, request } if request.is_empty() => escape(path),
        Object::Device { path, request } => format!("{} {}", escape(path), escape(request)),
        Object::System { name } => super::things::thing(name),
        Object::Descriptor { text } => open_thing(text),
        Object::Unreadable => tr("something whose name cannot be read"),
    }
}

/// What a descriptor without a name is open on, with what the kernel calls it.
fn open_thing(link: &str) -> String {
    let (kind, rest) = link.split_once(':').unwrap_or((link, ""));
    let template = match (kind, rest) {
        ("pipe", _) => tr("a pipe ({link})"),
        ("socket", _) => tr("a socket ({link})"),
        ("anon_inode", "[eventfd]") => tr("an event counter ({link})"),
        ("anon_inode", "[eventpoll]") => tr("a list of what it waits for ({link})"),
        ("anon_inode", "inotify" | "[inotify]") => tr("notices of changed files ({link})"),
        ("anon_inode", "[fanotify]") => tr("notices of what programs do with files ({link})"),
        ("anon_inode", "[timerfd]") => tr("a timer ({link})"),
        ("anon_inode", "[signalfd]") => tr("incoming signals ({link})"),
        ("anon_inode", "[pidfd]") => tr("a process ({link})"),
        ("anon_inode", _) => tr("something of the kernel's ({link})"),
        ("mnt" | "net" | "pid" | "user" | "uts" | "ipc" | "cgroup" | "time", _) if !rest.is_empty() => {
            tr("a namespace ({link})")
        }
        _ => return escape(link),
    };
    fill(&template, &[("link", &escape(link))])
}

/// The same; an address with the name that the program was told, marked as what it is.
pub fn named_object(what: &Object, host: Option<&str>) -> String {
    match (what, host) {
        (Object::Address { .. }, Some(host)) => {
            let host = elide(&escape(host), 80);
            let values = [("address", &*object(what)), ("host", &host)];
            fill(&tr("{address} ({host}, as the program looked it up)"), &values)
        }
        _ => object(what),
    }
}

/// The same; where the process is there now (`live`), with its name.
pub(super) fn object_of(what: &Object, live: bool) -> String {
    match what {
        Object::Process { pid, .. } if live => match super::live::process_name(*pid) {
            Some(name) => fill(&tr("process {pid} ({name})"), &[("pid", &pid.to_string()), ("name", &name)]),
            None => object(what),
        },
        _ => object(what),
    }
}

/// `[::1]:443 (https)`; the address alone where the port is 0.
fn endpoint(address: IpAddr, port: u16) -> String {
    match (port, service(port)) {
        (0, _) => address.to_string(),
        (_, Some(service)) => format!("{} ({service})", SocketAddr::new(address, port)),
        (_, None) => SocketAddr::new(address, port).to_string(),
    }
}

/// What usually listens on `port`, as services(5) names it; `None` where nothing well known does.
pub fn service(port: u16) -> Option<&'static str> {
    const SERVICES: &[(u16, &str)] = &[
        (21, "ftp"),
        (22, "ssh"),
        (23, "telnet"),
        (25, "smtp"),
        (53, "domain"),
        (67, "bootps"),
        (69, "tftp"),
        (80, "http"),
        (88, "kerberos"),
        (110, "pop3"),
        (111, "sunrpc"),
        (119, "nntp"),
        (123, "ntp"),
        (137, "netbios-ns"),
        (139, "netbios-ssn"),
        (143, "imap2"),
        (161, "snmp"),
        (179, "bgp"),
        (389, "ldap"),
        (443, "https"),
        (445, "microsoft-ds"),
        (465, "submissions"),
        (514, "syslog"),
        (515, "printer"),
        (587, "submission"),
        (631, "ipp"),
        (636, "ldaps"),
        (853, "domain-s"),
        (873, "rsync"),
        (989, "ftps-data"),
        (990, "ftps"),
        (993, "imaps"),
        (995, "pop3s"),
        (1080, "socks"),
        (1194, "openvpn"),
        (1433, "ms-sql-s"),
        (1883, "mqtt"),
        (2049, "nfs"),
        (3128, "squid"),
        (3306, "mysql"),
        (3389, "ms-wbt-server"),
        (3690, "svn"),
        (5060, "sip"),
        (5222, "xmpp-client"),
        (5353, "mdns"),
        (5355, "llmnr"),
        (5432, "postgresql"),
        (5672, "amqp"),
        (5900, "vnc"),
        (6000, "x11"),
        (6379, "redis"),
        (6667, "ircd"),
        (8080, "http-alt"),
        (9050, "tor"),
        (9418, "git"),
        (11211, "memcache"),
        (27017, "mongodb"),
        (51820, "wireguard"),
    ];
    SERVICES.binary_search_by_key(&port, |(p, _)| *p).ok().map(|at| SERVICES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syscall::Transport;

    #[test]
    fn well_known_ports_are_named_and_ipv6_has_brackets() {
        let address =
            Object::Address { transport: Transport::Tcp, address: IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]), port: 443 };
        assert_eq!(object(&address), "[::1]:443 (https)");
        assert_eq!(service(51820), Some("wireguard"));
        assert_eq!(service(21), Some("ftp"));
        assert_eq!(service(40000), None);
    }

    #[test]
    fn a_hostile_program_name_is_escaped_and_cut() {
        let name = program_name(Path::new("/tmp/a\x1b]0;x\x07bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"));
        assert!(name.starts_with("a\\x1b]0;x") && name.chars().count() == 40, "{name}");
    }

    #[test]
    fn an_abstract_socket_shows_its_nuls() {
        assert_eq!(object(&Object::Unix { name: "@a\0b".into() }), "@a\\x00b");
    }
}
