//! /proc and /sys.

use std::path::Path;

use super::super::mark;
use super::Known;

/// Files of a process: of another one, and of its own.
const PROCESS: &[(&str, &str, &str)] = &[
    (
        "environ",
        mark("The environment of process {process}: it can hold passwords."),
        mark("The program's own environment."),
    ),
    ("cmdline", mark("The command line of process {process}."), mark("The program's own command line.")),
    ("mem", mark("The memory of process {process}."), mark("The program's own memory.")),
    ("maps", mark("What the memory of process {process} is used for."), mark("What its own memory is used for.")),
    ("smaps", mark("What the memory of process {process} is used for."), mark("What its own memory is used for.")),
    (
        "smaps_rollup",
        mark("What the memory of process {process} is used for."),
        mark("What its own memory is used for."),
    ),
    ("pagemap", mark("Where the memory of process {process} is."), mark("Where its own memory is.")),
    ("map_files", mark("What process {process} has mapped."), mark("What the program itself has mapped.")),
    ("fd", mark("What process {process} has open."), mark("What the program itself has open.")),
    ("fdinfo", mark("What process {process} has open."), mark("What the program itself has open.")),
    ("exe", mark("The program that process {process} runs."), mark("The program itself.")),
    ("cwd", mark("The folder that process {process} is in."), mark("The folder that the program is in.")),
    ("root", mark("All files, as process {process} sees them."), mark("All files, as the program sees them.")),
    ("comm", mark("The name of process {process}."), mark("The program's own name.")),
    ("stat", mark("What process {process} is doing."), mark("What the program itself is doing.")),
    ("status", mark("What process {process} is doing."), mark("What the program itself is doing.")),
    ("statm", mark("How much memory process {process} uses."), mark("How much memory the program itself uses.")),
    ("io", mark("How much process {process} reads and writes."), mark("How much the program itself reads and writes.")),
    ("ns", mark("The namespaces of process {process}."), mark("The program's own namespaces.")),
    (
        "uid_map",
        mark("Which users the namespace of process {process} has."),
        mark("Which users the program's own namespace has."),
    ),
    (
        "gid_map",
        mark("Which groups the namespace of process {process} has."),
        mark("Which groups the program's own namespace has."),
    ),
    (
        "setgroups",
        mark("Whether process {process} may change its groups."),
        mark("Whether the program itself may change its groups."),
    ),
    (
        "oom_score_adj",
        mark("How soon process {process} is ended when memory runs out."),
        mark("How soon the program itself is ended when memory runs out."),
    ),
    ("limits", mark("How much process {process} may use."), mark("How much the program itself may use.")),
    ("mounts", mark("Which file systems are mounted."), mark("Which file systems are mounted.")),
    ("mountinfo", mark("Which file systems are mounted."), mark("Which file systems are mounted.")),
    ("cgroup", mark("Which group of processes {process} is in."), mark("Which group of processes it is in.")),
    ("attr", mark("The security label of process {process}."), mark("The program's own security label.")),
    ("syscall", mark("Which call process {process} is in."), mark("Which call the program itself is in.")),
];

const CONNECTIONS: &str = mark("The network connections of all programs on this computer.");

/// Below /proc, or /proc/PID: the network, as the process sees it.
const NETWORK: &[(&str, &str)] = &[
    ("net/tcp", CONNECTIONS),
    ("net/tcp6", CONNECTIONS),
    ("net/udp", CONNECTIONS),
    ("net/udp6", CONNECTIONS),
    ("net/raw", CONNECTIONS),
    ("net/unix", mark("The local sockets of all programs on this computer.")),
    ("net/route", mark("Which ways the computer's network packets go.")),
    ("net/ipv6_route", mark("Which ways the computer's network packets go.")),
    ("net/arp", mark("Other computers in your network.")),
    ("net/dev", mark("The computer's network interfaces.")),
    ("net/if_inet6", mark("The computer's network interfaces.")),
    ("net/wireless", mark("The computer's Wi-Fi.")),
    ("net", mark("The computer's network.")),
];

/// Below /proc.
const PROC: &[(&str, &str)] = &[
    ("sys/kernel/core_pattern", mark("Which program the kernel runs when another one crashes.")),
    ("sys/kernel/modprobe", mark("Which program the kernel runs to load modules.")),
    ("sys/kernel/hostname", mark("The computer's name.")),
    ("sys/kernel/random", mark("Random numbers, and a number for each start of the computer.")),
    ("sys/kernel/yama", mark("Who may debug whom.")),
    ("sys/kernel", mark("A setting of the kernel.")),
    ("sys/net", mark("A setting of the kernel's network.")),
    ("sys/vm", mark("A setting of the kernel's memory.")),
    ("sys/fs", mark("A setting of the kernel's file systems.")),
    ("sys", mark("A setting of the kernel.")),
    ("sysrq-trigger", mark("Restarts or stops the whole computer at once.")),
    ("kcore", mark("The memory of the whole computer.")),
    ("kmsg", mark("The kernel's log.")),
    ("kallsyms", mark("Where the kernel's parts are in memory: of use to attack it.")),
    ("modules", mark("Which kernel modules are loaded.")),
    ("keys", mark("Which keys the kernel keeps.")),
    ("cpuinfo", mark("The computer's processor.")),
    ("meminfo", mark("How much memory the computer has, and has left.")),
    ("vmstat", mark("How the computer's memory is used.")),
    ("stat", mark("What the computer's processors are doing.")),
    ("loadavg", mark("How busy the computer is.")),
    ("uptime", mark("How long the computer has been running.")),
    ("version", mark("Which kernel runs.")),
    ("cmdline", mark("How the kernel was started.")),
    ("config.gz", mark("How the kernel was built.")),
    ("filesystems", mark("Which file systems the kernel knows.")),
    ("partitions", mark("The computer's disks.")),
    ("diskstats", mark("How the computer's disks are used.")),
    ("swaps", mark("Additional memory on disk (swap).")),
    ("interrupts", mark("How often each device has called for attention.")),
    ("bus", mark("The computer's devices.")),
];

/// Below /sys.
const SYS: &[(&str, &str)] = &[
    ("class/net", mark("The computer's network interfaces.")),
    ("class/backlight", mark("How bright the screen is.")),
    ("class/leds", mark("The computer's lights.")),
    ("class/power_supply", mark("Battery and power.")),
    ("class/thermal", mark("Temperatures and fans.")),
    ("class/hwmon", mark("Temperatures and fans.")),
    ("class/dmi", mark("The computer's make and serial numbers.")),
    ("devices/virtual/dmi", mark("The computer's make and serial numbers.")),
    ("devices/system/cpu", mark("The computer's processors.")),
    ("devices/system/node", mark("The computer's processors and memory.")),
    ("class/drm", mark("Graphics cards and screens.")),
    ("class/input", mark("Keyboards, mice and other input.")),
    ("class/sound", mark("Sound devices.")),
    ("class/bluetooth", mark("The computer's Bluetooth.")),
    ("bus/usb", mark("Devices at the USB ports.")),
    ("bus/pci", mark("The computer's extension cards.")),
    ("block", mark("The computer's disks.")),
    ("class/block", mark("The computer's disks.")),
    ("fs/cgroup", mark("How much groups of processes may use.")),
    ("fs/bpf", mark("Programs inside the kernel.")),
    ("fs/selinux", mark("The system's security rules.")),
    ("kernel/security", mark("The system's security rules.")),
    ("kernel/debug", mark("The inside of the kernel.")),
    ("kernel/tracing", mark("The inside of the kernel.")),
    ("kernel/mm", mark("A setting of the kernel's memory.")),
    ("module", mark("Kernel modules and their settings.")),
    ("firmware/efi", mark("The settings of the computer's firmware.")),
    ("firmware", mark("What the computer's firmware tells.")),
    ("power", mark("Sleep and standby.")),
    ("", mark("The computer's devices, as the kernel sees them.")),
];

/// What the file of the kernel's with that path is, to process `own`.
pub(super) fn is(path: &Path, own: i32) -> Option<Known> {
    if let Ok(below) = path.strip_prefix("/sys") {
        return super::lookup(SYS, below).map(Known::from);
    }
    let below = path.strip_prefix("/proc").ok()?;
    let mut parts = below.components();
    let pid = parts.next()?.as_os_str().to_str()?.parse::<i32>().ok().filter(|pid| *pid > 0);
    let Some(pid) = pid else {
        const OTHER: &str = mark("Something the kernel tells about the computer.");
        return super::lookup(NETWORK, below).or_else(|| super::lookup(PROC, below)).or(Some(OTHER)).map(Known::from);
    };
    let mut rest = parts.as_path();
    if let Ok(task) = rest.strip_prefix("task") {
        let mut parts = task.components();
        parts.next();
        rest = parts.as_path();
    }
    if let Some(text) = super::lookup(NETWORK, rest) {
        return Some(text.into());
    }
    let found = PROCESS.iter().find(|(name, ..)| rest.starts_with(name));
    let (other, itself) = found.map_or_else(
        || (mark("About process {process}."), mark("About the program itself.")),
        |(_, other, itself)| (*other, *itself),
    );
    Some(if pid == own { itself.into() } else { Known { text: other, pid: Some(pid) } })
}
