//! Unix sockets, by who listens.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::super::mark;

const X11: &str = mark("The X11 display.");
const SESSION_BUS: &str = mark("The session bus (D-Bus), by which programs of the desktop talk.");
const CONTAINERS: &str = mark("The service that runs containers.");
const SOUND: &str = mark("The sound service (PipeWire).");
const SSH_AGENT: &str = mark("The SSH agent, which uses your secret keys for programs.");
const LOG: &str = mark("The system's log.");

/// The last names of the path.
const ENDS: &[(&str, &str)] = &[
    ("system_bus_socket", mark("The system bus (D-Bus), by which programs talk to system services.")),
    ("/pulse/native", mark("The sound service (PulseAudio).")),
    ("docker.sock", CONTAINERS),
    ("podman.sock", CONTAINERS),
    ("containerd.sock", CONTAINERS),
    ("lxd/unix.socket", CONTAINERS),
    ("cups/cups.sock", mark("The printing service (CUPS).")),
    ("avahi-daemon/socket", mark("The service that finds computers in your network (Avahi).")),
    ("nscd/socket", mark("The service that looks up names of users and computers (nscd).")),
    ("io.systemd.Resolve", mark("The service that looks up names of computers (systemd-resolved).")),
    ("io.systemd.DynamicUser", mark("The service that knows users (systemd).")),
    ("io.systemd.Multiplexer", mark("The service that knows users (systemd).")),
    ("systemd/private", mark("The service that starts other services (systemd).")),
    ("systemd/notify", mark("The service that starts other services (systemd).")),
    ("systemd/journal/socket", LOG),
    ("systemd/journal/stdout", LOG),
    ("systemd/journal/dev-log", LOG),
    ("/dev/log", LOG),
    ("pcscd.comm", mark("The service for smart cards.")),
    ("bluetooth/audio", mark("Sound over Bluetooth.")),
    ("mysqld.sock", mark("The database MySQL.")),
    ("keyring/ssh", SSH_AGENT),
    ("keyring/control", mark("The keyring, which keeps your passwords.")),
];

/// What the last name begins with.
const BEGINS: &[(&str, &str)] = &[
    ("wayland-", mark("The Wayland display.")),
    ("pipewire-", SOUND),
    ("dbus-", SESSION_BUS),
    ("S.gpg-agent", mark("The PGP agent, which uses your secret keys for programs.")),
    (".s.PGSQL.", mark("The database PostgreSQL.")),
];

/// Parts of the name.
const PARTS: &[(&str, &str)] = &[
    ("/.X11-unix/X", X11),
    ("/.ICE-unix/", mark("The desktop session.")),
    ("/at-spi", mark("The accessibility bus, by which screen readers read and press.")),
    ("/ssh-agent", SSH_AGENT),
];

/// Who listens at the socket with that name: a path, or `@` and an abstract name.
pub(super) fn is(name: &OsStr) -> Option<&'static str> {
    let name = name.as_bytes();
    let last = name.rsplit(|b| *b == b'/').next()?;
    let has = |part: &str| name.windows(part.len()).any(|w| w == part.as_bytes());
    let bus = (last == b"bus" && name.starts_with(b"/run/user/")).then_some(SESSION_BUS);
    bus.or_else(|| PARTS.iter().find(|(part, _)| has(part)).map(|(_, text)| *text))
        .or_else(|| BEGINS.iter().find(|(begin, _)| last.starts_with(begin.as_bytes())).map(|(_, text)| *text))
        .or_else(|| ENDS.iter().find(|(end, _)| name.ends_with(end.as_bytes())).map(|(_, text)| *text))
}
