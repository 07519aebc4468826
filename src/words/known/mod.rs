//! What a path or a socket is, in one sentence, where this computer and every other Linux agree. Pure: from the name
//! alone, so that recordings tell the same; what only the running system knows is in `live`.
//!
//! | file | about |
//! |---|---|
//! | `devices` | /dev |
//! | `kernel` | /proc and /sys |
//! | `files` | /etc, /run, /var and the home directory |
//! | `sockets` | unix sockets |

mod devices;
mod files;
mod kernel;
mod sockets;

use std::path::Path;

use super::{fill, tr};
use crate::syscall::Object;

/// A sentence (msgid), and the PID that it names, if it names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Known {
    text: &'static str,
    pid: Option<i32>,
}

impl From<&'static str> for Known {
    fn from(text: &'static str) -> Known {
        Known { text, pid: None }
    }
}

/// What `object` is, in one sentence. `pid` is the process that asks, `home` the user's home directory.
pub fn what_it_is(object: &Object, pid: i32, home: Option<&Path>) -> Option<String> {
    what_with_names(object, pid, home, |_| None)
}

/// The same; `name` says what a process is called, where that is known.
pub(super) fn what_with_names(
    object: &Object,
    pid: i32,
    home: Option<&Path>,
    name: impl Fn(i32) -> Option<String>,
) -> Option<String> {
    let known = match object {
        Object::Path { path, .. } | Object::Device { path, .. } => path_is(path, pid, home)?,
        Object::Unix { name } => sockets::is(name)?.into(),
        _ => return None,
    };
    let Some(pid) = known.pid else { return Some(tr(known.text)) };
    let process = match name(pid) {
        Some(name) => format!("{pid} ({name})"),
        None => pid.to_string(),
    };
    Some(fill(&tr(known.text), &[("process", &process)]))
}

fn path_is(path: &Path, pid: i32, home: Option<&Path>) -> Option<Known> {
    // Elsewhere a file of such a name is just a file.
    let in_run = (path.starts_with("/run") || path.starts_with("/var/run")).then_some(());
    kernel::is(path, pid)
        .or_else(|| devices::is(path).map(Known::from))
        .or_else(|| in_run.and_then(|()| sockets::is(path.as_os_str())).map(Known::from))
        .or_else(|| files::is(path, home).map(Known::from))
}

/// The sentence of the first entry that `path` is, or is in.
fn lookup(table: &[(&str, &'static str)], path: &Path) -> Option<&'static str> {
    table.iter().find(|(prefix, _)| path.starts_with(prefix)).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(path: &str) -> Option<String> {
        let object = Object::Path { path: path.into(), asked: path.into() };
        what_with_names(&object, 7, Some(Path::new("/home/anna")), |pid| (pid == 8).then(|| "firefox".to_owned()))
    }

    #[track_caller]
    fn is(path: &str, text: &str) {
        assert_eq!(what(path).as_deref(), Some(text), "{path}");
    }

    #[test]
    fn files_of_processes_name_the_process() {
        is("/proc/8/environ", "The environment of process 8 (firefox): it can hold passwords.");
        is("/proc/9/task/9/environ", "The environment of process 9: it can hold passwords.");
        is("/proc/7/environ", "The program's own environment.");
        is("/proc/8/mem", "The memory of process 8 (firefox).");
        is("/proc/8/fd/3", "What process 8 (firefox) has open.");
        is("/proc/8/whatever", "About process 8 (firefox).");
        is("/proc/99999999999/x", "Something the kernel tells about the computer.");
    }

    #[test]
    fn the_kernels_files_are_told() {
        is("/proc/net/tcp", "The network connections of all programs on this computer.");
        is("/proc/7/net/tcp", "The network connections of all programs on this computer.");
        is("/proc/sys/net/ipv4/ip_forward", "A setting of the kernel's network.");
        is("/proc/sys/kernel/core_pattern", "Which program the kernel runs when another one crashes.");
        is("/sys/class/net/eth0/address", "The computer's network interfaces.");
        is("/sys/devices/x", "The computer's devices, as the kernel sees them.");
    }

    #[test]
    fn devices_are_told_by_what_they_are() {
        is("/dev/video0", "A camera.");
        is("/dev/snd/pcmC0D0c", "Sound: speakers and microphones.");
        is("/dev/nvme0n1p2", "A disk, or a part of one.");
        is("/dev/sda1", "A disk, or a part of one.");
        is("/dev/pts/3", "A terminal.");
        is("/dev/net/tun", "Makes network interfaces of a program's own, as for a VPN.");
        is("/dev/dri/renderD128", "The graphics card.");
        assert_eq!(what("/dev/foo"), None);
        assert_eq!(what("/dev/sdk-of-somebody/x"), None);
    }

    #[test]
    fn files_of_the_system_and_of_the_user_are_told() {
        is("/etc/passwd", "The names of all users of this computer; no passwords.");
        is("/home/anna/.ssh/id_ed25519", "A secret SSH key.");
        is("/home/anna/.ssh/id_ed25519.pub", "A public SSH key, which everybody may know.");
        is("/home/anna/.mozilla/firefox/x/cookies.sqlite", "Data of the browser Firefox.");
        is("/home/anna/.cache/x", "Files that programs can make again.");
        assert_eq!(what("/home/bert/.ssh/id_rsa"), None);
        assert_eq!(what("/home/anna/notes.txt"), None);
    }

    #[test]
    fn sockets_are_told_by_who_listens() {
        let is = |name: &str, text: &str| {
            let object = Object::Unix { name: name.into() };
            assert_eq!(what_it_is(&object, 7, None).as_deref(), Some(text), "{name}");
        };
        is("@/tmp/.X11-unix/X0", "The X11 display.");
        is("/run/user/1000/wayland-0", "The Wayland display.");
        is("/run/user/1000/bus", "The session bus (D-Bus), by which programs of the desktop talk.");
        is("/run/dbus/system_bus_socket", "The system bus (D-Bus), by which programs talk to system services.");
        is("/run/user/1000/pulse/native", "The sound service (PulseAudio).");
        is("/var/run/docker.sock", "The service that runs containers.");
        is("/run/cups/cups.sock", "The printing service (CUPS).");
        is("/run/systemd/journal/dev-log", "The system's log.");
        let object = Object::Unix { name: "/tmp/x".into() };
        assert_eq!(what_it_is(&object, 7, None), None);
    }

    #[test]
    fn a_socket_that_is_opened_as_a_file_is_told_too_and_no_other_file_of_its_name() {
        is("/run/docker.sock", "The service that runs containers.");
        assert_eq!(what("/home/anna/wayland-1"), None);
        assert_eq!(what("/srv/docker.sock"), None);
    }
}
