//! What concerns the whole computer.

use super::super::mark;
use super::{Act, Phrase, say};

/// Which thing of the whole computer is changed, and how.
pub(super) fn phrase(act: &Act<'_>) -> Option<Phrase> {
    match act.call() {
        "mount" | "umount" | "umount2" | "move_mount" | "mount_setattr" | "open_tree_attr" | "fsmount"
        | "pivot_root" | "chroot" => mounts(act),
        "reboot" => reboot(act),
        "settimeofday" | "stime" | "clock_settime" | "clock_settime64" => {
            Some(say(mark("set the computer's clock"), mark("{program} wants to set the computer's clock")))
        }
        "adjtimex" | "clock_adjtime" | "clock_adjtime64" => Some(say(
            mark("adjust how fast the computer's clock goes"),
            mark("{program} wants to adjust how fast the computer's clock goes"),
        )),
        "init_module" | "finit_module" | "delete_module" | "kexec_load" | "kexec_file_load" | "iopl" | "ioperm"
        | "syslog" => kernel(act),
        _ => settings(act),
    }
}

fn mounts(act: &Act<'_>) -> Option<Phrase> {
    let has = |flag: &str| act.has("mountflags", flag);
    let target = || act.text("target");
    Some(match act.call() {
        "mount" if has("MS_REMOUNT") => {
            say(mark("change how {target} is mounted"), mark("{program} wants to change how {target} is mounted"))
                .with("target", target()?)
        }
        "mount" if has("MS_BIND") => say(
            mark("make {source} appear at {target} as well"),
            mark("{program} wants to make {source} appear at {target} as well"),
        )
        .with("source", act.text("source")?)
        .with("target", target()?),
        "mount" if has("MS_MOVE") => say(
            mark("move the mounted {source} to {target}"),
            mark("{program} wants to move the mounted {source} to {target}"),
        )
        .with("source", act.text("source")?)
        .with("target", target()?),
        "mount" if ["MS_PRIVATE", "MS_SLAVE", "MS_SHARED", "MS_UNBINDABLE"].iter().any(|flag| has(flag)) => say(
            mark("change who sees what is mounted under {target}"),
            mark("{program} wants to change who sees what is mounted under {target}"),
        )
        .with("target", target()?),
        "mount" => say(mark("mount {source} at {target}"), mark("{program} wants to mount {source} at {target}"))
            // What the kernel makes up (proc, tmpfs) needs no source.
            .with("source", act.text("source").or_else(|| act.text("filesystemtype"))?)
            .with("target", target()?),
        "umount" | "umount2" => {
            say(mark("unmount {target}"), mark("{program} wants to unmount {target}")).with("target", target()?)
        }
        "move_mount" => {
            say(mark("mount a file system at {target}"), mark("{program} wants to mount a file system at {target}"))
                .with("target", act.text("to_pathname")?)
        }
        "mount_setattr" => {
            say(mark("change how {target} is mounted"), mark("{program} wants to change how {target} is mounted"))
                .with("target", act.text("pathname")?)
        }
        "pivot_root" => say(
            mark("make {target} the root of all paths"),
            mark("{program} wants to make {target} the root of all paths"),
        )
        .with("target", act.text("new_root")?),
        "chroot" => say(
            mark("make {target} the root of its paths"),
            mark("{program} wants to make {target} the root of its paths"),
        )
        .with("target", act.text("path")?),
        _ => return None,
    })
}

fn reboot(act: &Act<'_>) -> Option<Phrase> {
    Some(match act.arg("op")? {
        "LINUX_REBOOT_CMD_RESTART" | "LINUX_REBOOT_CMD_RESTART2" => {
            say(mark("restart the computer"), mark("{program} wants to restart the computer"))
        }
        "LINUX_REBOOT_CMD_POWER_OFF" | "LINUX_REBOOT_CMD_HALT" => {
            say(mark("turn the computer off"), mark("{program} wants to turn the computer off"))
        }
        "LINUX_REBOOT_CMD_SW_SUSPEND" => {
            say(mark("send the computer to sleep"), mark("{program} wants to send the computer to sleep"))
        }
        "LINUX_REBOOT_CMD_KEXEC" => {
            say(mark("start another kernel at once"), mark("{program} wants to start another kernel at once"))
        }
        "LINUX_REBOOT_CMD_CAD_ON" | "LINUX_REBOOT_CMD_CAD_OFF" => {
            say(mark("change what Ctrl+Alt+Delete does"), mark("{program} wants to change what Ctrl+Alt+Delete does"))
        }
        _ => return None,
    })
}

fn kernel(act: &Act<'_>) -> Option<Phrase> {
    Some(match act.call() {
        "init_module" | "finit_module" => say(
            mark("load a kernel module: code with all rights"),
            mark("{program} wants to load a kernel module: code with all rights"),
        ),
        "delete_module" => {
            say(mark("unload the kernel module {name}"), mark("{program} wants to unload the kernel module {name}"))
                .with("name", act.text("name")?)
        }
        "kexec_load" | "kexec_file_load" => say(
            mark("load another kernel in the place of this one"),
            mark("{program} wants to load another kernel in the place of this one"),
        ),
        "iopl" | "ioperm" => say(
            mark("control hardware directly, past the system"),
            mark("{program} wants to control hardware directly, past the system"),
        ),
        _ => match act.access()?.object.as_ref()? {
            crate::syscall::Object::System { name } if name == "kernel log" => say(
                mark("read the kernel's log of the whole computer"),
                mark("{program} wants to read the kernel's log of the whole computer"),
            ),
            _ => say(mark("change how the kernel logs"), mark("{program} wants to change how the kernel logs")),
        },
    })
}

fn settings(act: &Act<'_>) -> Option<Phrase> {
    Some(match act.call() {
        "sethostname" => {
            say(mark("rename the computer to {name}"), mark("{program} wants to rename the computer to {name}"))
                .with("name", act.text("name")?)
        }
        "setdomainname" => say(
            mark("change the computer's NIS domain to {name}"),
            mark("{program} wants to change the computer's NIS domain to {name}"),
        )
        .with("name", act.text("name")?),
        "swapon" => say(
            mark("use {path} as additional memory (swap)"),
            mark("{program} wants to use {path} as additional memory (swap)"),
        )
        .with("path", act.text("path")?),
        "swapoff" => say(
            mark("no longer use {path} as additional memory (swap)"),
            mark("{program} wants to no longer use {path} as additional memory (swap)"),
        )
        .with("path", act.text("path")?),
        "acct" => match act.text("filename") {
            Some(path) => say(
                mark("have every program that ends written down in {path}"),
                mark("{program} wants to have every program that ends written down in {path}"),
            )
            .with("path", path),
            None => say(
                mark("stop writing down programs that end"),
                mark("{program} wants to stop writing down programs that end"),
            ),
        },
        "quotactl" | "quotactl_fd" => say(
            mark("see or change how much disk users may fill"),
            mark("{program} wants to see or change how much disk users may fill"),
        ),
        "vhangup" => say(mark("hang up its terminal"), mark("{program} wants to hang up its terminal")),
        "fanotify_init" => say(
            mark("watch what all programs do with files"),
            mark("{program} wants to watch what all programs do with files"),
        ),
        "setsockopt" => say(
            mark("change the system's packet filter or multicast routes"),
            mark("{program} wants to change the system's packet filter or multicast routes"),
        ),
        "ioctl" => match act.access()?.object.as_ref()? {
            crate::syscall::Object::System { name } => match name.strip_prefix("network interface ") {
                Some(interface) => say(
                    mark("change the network interface {name} ({request})"),
                    mark("{program} wants to change the network interface {name} ({request})"),
                )
                .with("name", super::elide(&super::escape(interface), 20)),
                None => say(
                    mark("change the computer's network ({request})"),
                    mark("{program} wants to change the computer's network ({request})"),
                ),
            }
            .with("request", act.arg("request")?),
            _ => return None,
        },
        "prctl" => say(
            mark("be treated as a part of the system's disks (PR_SET_IO_FLUSHER)"),
            mark("{program} wants to be treated as a part of the system's disks (PR_SET_IO_FLUSHER)"),
        ),
        _ => return None,
    })
}
