//! Why an access may matter: at most one line, from a small table, and only where it is true.

use std::ffi::OsStr;
use std::net::IpAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::act::Act;
use super::{mark, tr};
use crate::syscall::{Access, Kind, Object};

/// Who asks, as far as it changes what matters.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// The process.
    pub pid: i32,
    /// The user's home directory.
    pub home: Option<&'a Path>,
}

const SECRETS: &str = mark("Holds passwords or secret keys.");
const BROWSER: &str = mark("Holds a browser's saved logins, cookies and history.");
const MAIL: &str = mark("Holds your mail.");
const STARTUP: &str = mark("Runs by itself at login or start-up, also after this program has ended.");
const LOOKS: &str = mark("Changes how programs look, the questions of Syswall too.");
const LOGIN: &str = mark("Decides who can log in to this computer.");
const OUTSIDE_RUN: &str = mark("Not part of what you started: another program.");
const OUTLIVES: &str = mark("Can start programs that Syswall does not see.");
const X11: &str = mark(
    "The X11 display: can watch the screen and the keyboard, and press Syswall's own buttons, unless it is run without the display.",
);
const WAYLAND: &str = mark("The Wayland display: can show windows and read what is typed into them.");
const SERVICES: &str = mark("Can make changes to this computer as its administrator.");
const SESSION_BUS: &str = mark("The session bus: can make other programs act for it, unseen by Syswall.");
const SYSTEM_BUS: &str = mark("The system bus: can make system services act for it, unseen by Syswall.");
const ACCESSIBILITY: &str = mark("The accessibility bus: can read the screen and press Syswall's own buttons.");
const CONTAINERS: &str = mark("Controls containers, which is as good as being the administrator.");
const AGENT: &str = mark("Can use your secret keys without reading them.");
const SOUND: &str = mark("Can play sound and listen to the microphone.");

/// Below the home directory: secrets, whoever touches them.
const HOME_PRIVATE: &[(&str, &str)] = &[
    (".ssh", SECRETS),
    (".gnupg", SECRETS),
    (".password-store", SECRETS),
    (".local/share/keyrings", SECRETS),
    (".local/share/kwalletd", SECRETS),
    (".netrc", SECRETS),
    (".pgpass", SECRETS),
    (".my.cnf", SECRETS),
    (".git-credentials", SECRETS),
    (".config/git/credentials", SECRETS),
    (".aws", SECRETS),
    (".azure", SECRETS),
    (".config/gcloud", SECRETS),
    (".config/gh", SECRETS),
    (".kube", SECRETS),
    (".docker/config.json", SECRETS),
    (".npmrc", SECRETS),
    (".pypirc", SECRETS),
    (".cargo/credentials.toml", SECRETS),
    (".mozilla", BROWSER),
    (".config/google-chrome", BROWSER),
    (".config/chromium", BROWSER),
    (".config/BraveSoftware", BROWSER),
    (".config/microsoft-edge", BROWSER),
    (".config/vivaldi", BROWSER),
    (".config/opera", BROWSER),
    (".thunderbird", MAIL),
    (".local/share/evolution", MAIL),
    ("Maildir", MAIL),
];

/// Below the home directory: matters where it is changed.
const HOME_STARTUP: &[(&str, &str)] = &[
    (".ssh/authorized_keys", LOGIN),
    (".bashrc", STARTUP),
    (".bash_profile", STARTUP),
    (".bash_login", STARTUP),
    (".bash_logout", STARTUP),
    (".bash_aliases", STARTUP),
    (".profile", STARTUP),
    (".zshrc", STARTUP),
    (".zshenv", STARTUP),
    (".zprofile", STARTUP),
    (".zlogin", STARTUP),
    (".config/fish", STARTUP),
    (".config/autostart", STARTUP),
    (".config/autostart-scripts", STARTUP),
    (".config/systemd/user", STARTUP),
    (".config/environment.d", STARTUP),
    (".local/share/systemd/user", STARTUP),
    (".xprofile", STARTUP),
    (".xinitrc", STARTUP),
    (".xsession", STARTUP),
    (".xsessionrc", STARTUP),
    (".pam_environment", STARTUP),
    (".config/gtk-4.0", LOOKS),
    (".local/share/themes", LOOKS),
    (".themes", LOOKS),
];

/// Anywhere: secrets.
const SYSTEM_PRIVATE: &[(&str, &str)] = &[
    ("/etc/shadow", SECRETS),
    ("/etc/gshadow", SECRETS),
    ("/etc/ssl/private", SECRETS),
    ("/etc/NetworkManager/system-connections", SECRETS),
    ("/root/.ssh", SECRETS),
    ("/dev/mem", mark("The memory of the whole computer.")),
    ("/dev/kmem", mark("The memory of the whole computer.")),
    ("/proc/kcore", mark("The memory of the whole computer.")),
    ("/dev/input", mark("Keyboard and mouse: sees everything you type.")),
    ("/dev/uinput", mark("Can type and click as if you did.")),
    ("/dev/snd", SOUND),
];

/// Anywhere: matters where it is changed.
const SYSTEM_STARTUP: &[(&str, &str)] = &[
    ("/etc/passwd", LOGIN),
    ("/etc/group", LOGIN),
    ("/etc/sudoers", LOGIN),
    ("/etc/sudoers.d", LOGIN),
    ("/etc/pam.d", LOGIN),
    ("/etc/ssh", LOGIN),
    ("/etc/profile", STARTUP),
    ("/etc/profile.d", STARTUP),
    ("/etc/environment", STARTUP),
    ("/etc/ld.so.preload", STARTUP),
    ("/etc/ld.so.conf.d", STARTUP),
    ("/etc/systemd", STARTUP),
    ("/etc/init.d", STARTUP),
    ("/etc/crontab", STARTUP),
    ("/etc/cron.d", STARTUP),
    ("/etc/cron.daily", STARTUP),
    ("/etc/cron.hourly", STARTUP),
    ("/etc/xdg/autostart", STARTUP),
    ("/etc/udev/rules.d", STARTUP),
    ("/var/spool/cron", STARTUP),
    ("/lib/systemd", STARTUP),
    ("/usr/lib/systemd", STARTUP),
    ("/boot", STARTUP),
];

/// Why `access` may matter, in one sentence; `None` where the table knows nothing.
pub fn why_it_matters(access: &Access, asker: &Asker<'_>) -> Option<String> {
    reason(access, asker).map(tr)
}

fn reason(access: &Access, asker: &Asker<'_>) -> Option<&'static str> {
    let by_object = match access.object.as_ref() {
        Some(Object::Path { path, .. }) => path_reason(access.kind, path, asker),
        Some(Object::Device { path, request }) => device_reason(path, request),
        Some(Object::Unix { name }) => socket_reason(name),
        Some(Object::Address { address, .. }) => address_reason(access.kind, *address),
        Some(Object::Socket { family, .. }) if family == "AF_PACKET" => {
            Some(mark("Sees what other programs on this computer send and receive."))
        }
        Some(Object::Process { tree: false, .. }) => Some(OUTSIDE_RUN),
        _ => None,
    };
    by_object.or(match access.kind {
        Kind::Bypass => Some(mark("What goes through it afterwards is not seen call by call.")),
        Kind::System => Some(mark("Concerns the whole computer, not only this program.")),
        _ => None,
    })
}

/// Why what a call does may matter, where its arguments tell more than what it does to what.
pub(super) fn why_by_arguments(act: &Act<'_>) -> Option<String> {
    let mode = || act.arg("mode").and_then(|mode| u32::from_str_radix(mode, 8).ok());
    let namespaces = || act.arg("flags").or_else(|| act.arg("cl_args")).unwrap_or_default();
    match act.access()?.kind {
        // Set-user-ID, and executable by others than the owner.
        Kind::FileAttributes if act.call().contains("chmod") && mode().is_some_and(|m| m & 0o4011 > 0o4000) => {
            Some(tr("Whoever runs it has its owner's rights then, also after this program has ended."))
        }
        Kind::ProcessIdentity if namespaces().contains("CLONE_NEWUSER") => {
            Some(tr("There it reaches parts of the kernel that are otherwise for the administrator alone."))
        }
        _ => None,
    }
}

/// Whether `kind` changes what a path names.
const fn changes(kind: Kind) -> bool {
    matches!(kind, Kind::FileWrite | Kind::FileCreate | Kind::FileDelete | Kind::FileRename | Kind::FileAttributes)
}

fn lookup(table: &[(&str, &'static str)], path: &Path) -> Option<&'static str> {
    table.iter().find(|(prefix, _)| path.starts_with(prefix)).map(|(_, why)| *why)
}

fn path_reason(kind: Kind, path: &Path, asker: &Asker<'_>) -> Option<&'static str> {
    if kind == Kind::ProcessExecute {
        let outlives = ["at", "batch", "crontab", "systemd-run", "dbus-send", "gdbus", "busctl", "docker", "podman"];
        return outlives.iter().any(|name| path.file_name() == Some(OsStr::new(name))).then_some(OUTLIVES);
    }
    let in_home = asker.home.filter(|home| home.parent().is_some()).and_then(|home| path.strip_prefix(home).ok());
    let startup = || in_home.and_then(|p| lookup(HOME_STARTUP, p)).or_else(|| lookup(SYSTEM_STARTUP, path));
    let private = || {
        let vault = path.extension().is_some_and(|e| e == "kdbx").then_some(SECRETS);
        // Everybody may read these two of ~/.ssh, and programs do.
        let public = in_home.is_some_and(|p| p == Path::new(".ssh/config") || p.starts_with(".ssh/known_hosts"))
            || path.extension().is_some_and(|e| e == "pub");
        let home = in_home.filter(|_| !public).and_then(|p| lookup(HOME_PRIVATE, p));
        home.or_else(|| lookup(SYSTEM_PRIVATE, path)).or(vault)
    };
    let special = || device_reason(path, "").or_else(|| other_process(path, asker.pid));
    let outside = || {
        let elsewhere = in_home.is_none() && asker.home.is_some();
        let harmless = ["/tmp", "/var/tmp", "/dev", "/proc", "/run/user"].iter().any(|p| path.starts_with(p));
        (elsewhere && !harmless).then_some(mark("Outside your home folder."))
    };
    if changes(kind) {
        startup().or_else(private).or_else(special).or_else(outside)
    } else {
        private().or_else(special)
    }
}

/// Another process's files in /proc: its memory, its environment, its descriptors.
fn other_process(path: &Path, own: i32) -> Option<&'static str> {
    let mut parts = path.strip_prefix("/proc").ok()?.components();
    let pid: i32 = parts.next()?.as_os_str().to_str()?.parse().ok()?;
    (pid != own).then_some(mark("Belongs to another process."))
}

fn device_reason(path: &Path, request: &str) -> Option<&'static str> {
    if matches!(request, "TIOCSTI" | "TIOCLINUX") {
        return Some(mark("Can type into the terminal as if you did."));
    }
    let name = path.strip_prefix("/dev").ok()?.as_os_str().as_bytes();
    let starts = |prefixes: &[&str]| prefixes.iter().any(|p| name.starts_with(p.as_bytes()));
    if starts(&["sd", "nvme", "vd", "mmcblk", "xvd", "dm-", "mapper/", "md", "loop", "sr"]) {
        return Some(mark("A whole disk: every file on it, past all permissions."));
    }
    if starts(&["video", "media"]) {
        return Some(mark("A camera."));
    }
    lookup(SYSTEM_PRIVATE, path)
}

fn socket_reason(name: &OsStr) -> Option<&'static str> {
    let name = name.as_bytes();
    let name = name.strip_prefix(b"@").unwrap_or(name);
    let has = |part: &str| name.windows(part.len()).any(|w| w == part.as_bytes());
    if has(".X11-unix/X") {
        Some(X11)
    } else if has("/wayland-") {
        Some(WAYLAND)
    } else if has("at-spi") {
        Some(ACCESSIBILITY)
    } else if has("system_bus_socket") {
        Some(SYSTEM_BUS)
    } else if name.ends_with(b"/bus") || has("/dbus-") {
        Some(SESSION_BUS)
    } else if has("docker.sock") || has("podman.sock") || has("containerd.sock") || has("lxd/unix.socket") {
        Some(CONTAINERS)
    } else if has("snapd.socket") || has("snapd-snap.socket") || has("libvirt/") || has("PackageKit") {
        Some(SERVICES)
    } else if name.ends_with(b"systemd/private") || has("/systemd/io.systemd.") {
        Some(OUTLIVES)
    } else if has("S.gpg-agent")
        || has("ssh-agent")
        || has("keyring/")
        || has("gcr/ssh")
        || has("/ssh-")
        || has("kwallet")
        || has("p11-kit/")
    {
        Some(AGENT)
    } else if has("pulse/native") || has("pipewire-") {
        Some(SOUND)
    } else {
        None
    }
}

fn address_reason(kind: Kind, address: IpAddr) -> Option<&'static str> {
    let local_network = match address {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    };
    match kind {
        Kind::NetworkListen if !address.is_loopback() => Some(mark("Other computers can connect to it.")),
        Kind::NetworkConnect | Kind::NetworkSend if local_network => {
            Some(mark("A computer in your own network, such as a router or a printer."))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(kind: Kind, path: &str) -> Option<&'static str> {
        let object = Object::Path { path: path.into(), asked: path.into() };
        let asker = Asker { pid: 7, home: Some(Path::new("/home/anna")) };
        reason(&Access { kind, object: Some(object) }, &asker)
    }

    #[test]
    fn keys_and_passwords_are_pointed_out() {
        assert_eq!(why(Kind::FileRead, "/home/anna/.ssh/id_ed25519"), Some(SECRETS));
        assert_eq!(why(Kind::FileRead, "/etc/shadow"), Some(SECRETS));
        assert_eq!(why(Kind::FileRead, "/home/anna/.ssh/known_hosts"), None);
        assert_eq!(why(Kind::FileRead, "/home/anna/.sshfs/x"), None);
    }

    #[test]
    fn startup_files_matter_only_where_they_are_changed() {
        assert_eq!(why(Kind::FileWrite, "/home/anna/.bashrc"), Some(STARTUP));
        assert_eq!(why(Kind::FileRead, "/home/anna/.bashrc"), None);
        assert_eq!(why(Kind::FileCreate, "/home/anna/.config/autostart/x.desktop"), Some(STARTUP));
    }

    #[test]
    fn writing_outside_home_matters_but_not_to_tmp() {
        assert_eq!(why(Kind::FileWrite, "/opt/x"), Some("Outside your home folder."));
        assert_eq!(why(Kind::FileWrite, "/tmp/x"), None);
        assert_eq!(why(Kind::FileWrite, "/home/anna/notes.txt"), None);
    }

    #[test]
    fn another_process_is_told_from_its_own() {
        assert_eq!(why(Kind::FileRead, "/proc/8/mem"), Some("Belongs to another process."));
        assert_eq!(why(Kind::FileRead, "/proc/7/maps"), None);
        assert_eq!(why(Kind::FileRead, "/proc/meminfo"), None);
    }

    #[test]
    fn rights_that_others_get_are_pointed_out() {
        let why = |call: &str, args: &[&str], kind| {
            let access = [Access { kind, object: None }];
            why_by_arguments(&Act::test(call, &crate::syscall::ArgText::of(args), &access)).is_some()
        };
        assert!(why("chmod", &["\"/f\"", "04755"], Kind::FileAttributes));
        assert!(!why("chmod", &["\"/f\"", "0755"], Kind::FileAttributes));
        assert!(!why("chmod", &["\"/f\"", "04700"], Kind::FileAttributes));
        assert!(why("unshare", &["CLONE_NEWNS|CLONE_NEWUSER"], Kind::ProcessIdentity));
        assert!(!why("unshare", &["CLONE_NEWNS"], Kind::ProcessIdentity));
    }

    #[test]
    fn doors_to_the_desktop_are_pointed_out() {
        assert_eq!(socket_reason(OsStr::new("@/tmp/.X11-unix/X0")), Some(X11));
        assert_eq!(socket_reason(OsStr::new("/run/user/1000/bus")), Some(SESSION_BUS));
        assert_eq!(socket_reason(OsStr::new("/run/user/1000/at-spi/bus_0")), Some(ACCESSIBILITY));
        assert_eq!(socket_reason(OsStr::new("/run/user/1000/wayland-0")), Some(WAYLAND));
        assert_eq!(socket_reason(OsStr::new("/run/user/1000/gcr/ssh")), Some(AGENT));
        assert_eq!(socket_reason(OsStr::new("/run/user/1000/systemd/private")), Some(OUTLIVES));
        assert_eq!(socket_reason(OsStr::new("/run/snapd.socket")), Some(SERVICES));
        assert_eq!(socket_reason(OsStr::new("/run/nscd/socket")), None);
    }
}
