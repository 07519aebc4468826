//! Names without what chance put into them: PIDs, the random parts of temporary names, the home directory, ports that
//! the kernel picked.

use std::ffi::OsStr;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::role::Roles;
use crate::syscall::{Kind, Object};

/// `net.ipv4.ip_local_port_range` as kernels come: from here the kernel picks ports.
const FIRST_PICKED: u16 = 32768;
/// Directories in which names are made up.
const TEMPORARY: &[&str] = &["tmp", "temp", "shm", "run", "lock"];
/// What temporary names begin with: mkstemp(3) users that are met everywhere (tempfile libraries, sed, gcc, SQLite, sort).
const PREFIXES: &[&str] = &["tmp", ".tmp", "temp", "sed", "cc", "etilqs_", "sort", "pip-", "npm-", "go-build", "rustc"];

/// Takes chance out of names of one run.
pub struct Normal<'a> {
    home: Option<PathBuf>,
    roles: &'a Roles,
}

impl Normal<'_> {
    /// For a run with these processes, of somebody with that home directory.
    pub fn new(home: Option<PathBuf>, roles: &Roles) -> Normal<'_> {
        Normal { home: home.filter(|h| h.parent().is_some()), roles }
    }

    /// The path as reports write it. Bytes that are not UTF-8 are replaced.
    pub fn path(&self, path: &Path) -> String {
        let below_home = self.home.as_ref().and_then(|home| path.strip_prefix(home).ok());
        let text = match below_home {
            Some(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
            Some(rest) => format!("~/{}", rest.to_string_lossy()),
            None => path.to_string_lossy().into_owned(),
        };
        self.text(&text)
    }

    fn text(&self, text: &str) -> String {
        without_chance(text, &|number| self.roles.is_pid(number))
    }

    /// The port, or `None` where the kernel picked it.
    pub fn port(&self, kind: Kind, address: IpAddr, port: u16) -> Option<u16> {
        let picked = match kind {
            // The other side's port.
            Kind::NetworkAccept => true,
            Kind::NetworkListen => port == 0 || port >= FIRST_PICKED,
            // A server of its own, on a port that it was given.
            _ => port == 0 || (address.is_loopback() && port >= FIRST_PICKED),
        };
        (!picked).then_some(port)
    }

    /// The object in one text that is the same in every run.
    pub fn object(&self, kind: Kind, object: &Object) -> String {
        match object {
            Object::Path { path, .. } => self.path(path),
            Object::Address { transport, address, port } => {
                let port = self.port(kind, *address, *port).map_or_else(|| "*".to_owned(), |p| p.to_string());
                match address {
                    IpAddr::V4(a) => format!("{} {a}:{port}", transport.name()),
                    IpAddr::V6(a) => format!("{} [{a}]:{port}", transport.name()),
                }
            }
            Object::Unix { name } => self.unix(name),
            Object::Socket { family, text } => format!("{family} {}", self.numbers(text)),
            Object::Process { pid, tree } => match pid {
                0 => "a process".to_owned(),
                -1 => "every process".to_owned(),
                ..-1 => self
                    .roles
                    .of_pid(pid.wrapping_neg())
                    .map_or_else(|| "a process group".into(), |r| format!("group of {r}")),
                _ => match self.roles.of_pid(*pid) {
                    Some(role) => role,
                    None if *tree => "a process of its own".to_owned(),
                    None => "a process outside".to_owned(),
                },
            },
            Object::Device { path, request } if request.is_empty() => self.path(path),
            Object::Device { path, request } => format!("{} {request}", self.path(path)),
            Object::System { name } => name.clone(),
            Object::Descriptor { text } => self.numbers(text),
            Object::Unreadable => "unreadable".to_owned(),
        }
    }

    /// The name of a unix socket.
    pub fn unix(&self, name: &OsStr) -> String {
        let text = name.to_string_lossy();
        match text.strip_prefix('@') {
            // The kernel's own: five hexadecimal digits (unix(7), autobind).
            Some(digits) if digits.len() == 5 && digits.bytes().all(|b| b.is_ascii_hexdigit()) => {
                "@[random]".to_owned()
            }
            Some(rest) => format!("@{}", self.text(&rest.replace('\0', "@"))),
            None if text.is_empty() => "unnamed".to_owned(),
            None => self.path(Path::new(name)),
        }
    }

    /// Inode numbers in brackets and PIDs out of the text.
    fn numbers(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
            let (head, tail) = rest.split_at(at);
            let end = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
            let number = &tail[..end];
            out.push_str(head);
            let inode = head.ends_with(":[");
            let pid = number.len() >= 3 && number.parse().is_ok_and(|n| self.roles.is_pid(n));
            out.push_str(if inode || pid { "*" } else { number });
            rest = &tail[end..];
        }
        out + rest
    }
}

/// A path or name without PIDs (of which `is_pid` knows) and made-up parts.
pub fn without_chance(text: &str, is_pid: &dyn Fn(i32) -> bool) -> String {
    let mut out: Vec<String> = Vec::new();
    // Within the file systems of the kernel numbers are processes; below temporary directories names are made up.
    let mut temporary = false;
    for part in text.split('/') {
        let above = out.last().map_or("", String::as_str);
        let number = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let new = match (above, number) {
            ("proc", true) => "[pid]".to_owned(),
            ("task", true) => "[tid]".to_owned(),
            ("fd" | "fdinfo", true) if text.starts_with("/proc/") => part.to_owned(),
            ("pts", true) => "[n]".to_owned(),
            _ => name(part, temporary, is_pid),
        };
        temporary |= TEMPORARY.contains(&part);
        out.push(new);
    }
    out.join("/")
}

fn name(name: &str, temporary: bool, is_pid: &dyn Fn(i32) -> bool) -> String {
    let mut out = String::new();
    let mut rest = name;
    while !rest.is_empty() {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = rest.find(|c: char| !word(c)).unwrap_or(rest.len());
        let (run, tail) = rest.split_at(length);
        let dotted = out == ".";
        out.push_str(&self::run(run, dotted, temporary, is_pid));
        let separator = tail.find(word).unwrap_or(tail.len());
        out.push_str(&tail[..separator]);
        rest = &tail[separator..];
    }
    out
}

/// A run of letters and digits within a name.
fn run(run: &str, dotted: bool, temporary: bool, is_pid: &dyn Fn(i32) -> bool) -> String {
    let prefix = PREFIXES.iter().find_map(|p| {
        let p = if dotted { p.strip_prefix('.')? } else { *p };
        run.strip_prefix(p).filter(|rest| rest.len() >= 6).map(|rest| (p, rest))
    });
    if let Some((prefix, rest)) = prefix
        && (temporary || is_random(rest))
    {
        return format!("{prefix}[random]");
    }
    if temporary && run.len() >= 3 && run.parse().is_ok_and(is_pid) {
        return "[pid]".to_owned();
    }
    if !temporary {
        return run.to_owned();
    }
    // mkstemp(3): six or more at the end; what comes before was chosen by the program.
    if let Some((chosen, _)) = run.rsplit_once('_').filter(|(_, m)| m.len() >= 6 && is_random(m)) {
        return format!("{chosen}_[random]");
    }
    if run.len() >= 6 && is_random(run) { "[random]".to_owned() } else { run.to_owned() }
}

/// Whether the letters look drawn rather than chosen: digits among letters, or capitals after small ones more than once.
fn is_random(run: &str) -> bool {
    let kind = |b: u8| match b {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        _ => 2,
    };
    let kinds: Vec<u8> = run.bytes().map(kind).collect();
    let changes = kinds.windows(2).filter(|w| w[0] != w[1]).count();
    // A word with a number behind it, and Words With Capitals, change less often than drawn letters do.
    let words = kinds.windows(2).filter(|w| w[0] == 2 && w[1] == 1).count();
    match run.len() {
        0..6 => false,
        6..=8 => changes >= 2 && (words > 0 || kinds.contains(&0)) || (kinds.contains(&1) && kinds.contains(&0)),
        _ => changes >= 4 || (changes >= 3 && kinds.contains(&0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::ProcessRow;

    fn roles() -> Roles {
        Roles::new(&[ProcessRow {
            id: 1,
            pid: 4321,
            parent: None,
            programs: vec![(1, Path::new("/bin/sh").into(), vec![])],
            parent_program: None,
            started: 1,
            ended: None,
            exit: None,
            calls: 0,
            denied: 0,
            pretended: 0,
        }])
    }

    #[test]
    fn chance_goes_and_chosen_names_stay() {
        let roles = roles();
        let normal = Normal::new(Some("/home/u".into()), &roles);
        for (path, shown) in [
            ("/home/u/.ssh/id", "~/.ssh/id"),
            ("/home/u", "~"),
            ("/home/user/x", "/home/user/x"),
            ("/proc/4711/task/4712/stat", "/proc/[pid]/task/[tid]/stat"),
            ("/proc/4711/fd/3", "/proc/[pid]/fd/3"),
            ("/dev/pts/7", "/dev/pts/[n]"),
            ("/tmp/tmp1a_b2c3d", "/tmp/tmp[random]"),
            ("/tmp/tmpabcdefgh", "/tmp/tmp[random]"),
            ("/tmp/tmp.Ab3dEf9hIj/x", "/tmp/tmp.[random]/x"),
            ("/tmp/.tmpAb3dEf/read-me", "/tmp/.tmp[random]/read-me"),
            ("/tmp/ccXy12Zw.o", "/tmp/cc[random].o"),
            ("/var/tmp/vi.AbC9xY", "/var/tmp/vi.[random]"),
            ("/tmp/name_aB3dE9", "/tmp/name_[random]"),
            ("/tmp/sock-4321.lock", "/tmp/sock-[pid].lock"),
            ("/tmp/report.backup", "/tmp/report.backup"),
            ("/tmp/another", "/tmp/another"),
            ("/tmp/Makefile.am", "/tmp/Makefile.am"),
            ("/tmp/version2/README", "/tmp/version2/README"),
            ("/srv/sedAb3dE9", "/srv/sed[random]"),
            ("/usr/share/tmpfiles.d/x", "/usr/share/tmpfiles.d/x"),
            ("/usr/lib/ccache/gcc", "/usr/lib/ccache/gcc"),
            ("/usr/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libc.so.6"),
            ("/usr/bin/4321", "/usr/bin/4321"),
        ] {
            assert_eq!(normal.path(Path::new(path)), shown);
        }
    }

    #[test]
    fn ports_that_the_kernel_picked_are_marks() {
        let roles = roles();
        let normal = Normal::new(None, &roles);
        let here: IpAddr = "127.0.0.1".parse().unwrap();
        let there: IpAddr = "192.0.2.1".parse().unwrap();
        assert_eq!(normal.port(Kind::NetworkConnect, here, 9), Some(9));
        assert_eq!(normal.port(Kind::NetworkConnect, here, 40000), None);
        assert_eq!(normal.port(Kind::NetworkConnect, there, 40000), Some(40000));
        assert_eq!(normal.port(Kind::NetworkAccept, here, 80), None);
        assert_eq!(normal.port(Kind::NetworkListen, here, 0), None);
        assert_eq!(normal.numbers("pipe:[12345] and 4321, 7"), "pipe:[*] and *, 7");
    }
}
