//! ioctl(2): requests to what is open.
//!
//! What asks or sets something about an open descriptor alone is `descriptor`: terminal modes, sizes, blocking, sizes
//! of disks, addresses of interfaces. What reaches further is `device` (typing into a terminal, taking it over, writing
//! past the file system) or `system` (network interfaces). A request that is not known counts as `device` where the
//! descriptor is a device node.

use std::borrow::Cow;

use crate::syscall::access::{Condition, Target, Want};
use crate::syscall::names::ioctl as names;
use crate::syscall::row::{Does, Narrow, Pretend, ResultKind, Row, Show, arg};
use crate::syscall::{Abi, Kind, KindSet, Memory, RawCall, Render};

use super::ioctl_form as form;

/// The request's name, several joined by ` or ` where drivers share a code; `None` where it is not known.
pub fn request_name(abi: Abi, code: u32) -> Option<Cow<'static, str>> {
    let own = if abi.word() == 4 && abi != Abi::X32 { names::COMPAT } else { names::LONG };
    [names::COMMON, own]
        .into_iter()
        .find_map(|table| table.binary_search_by_key(&code, |(c, _)| *c).ok().map(|i| table[i].1))
        .map(Cow::Borrowed)
        .or_else(|| input_name(code).map(Cow::Owned))
}

/// Requests of input devices have lengths and numbers in them (linux/input.h).
fn input_name(code: u32) -> Option<String> {
    let (direction, size, kind, number) = (code >> 30, code >> 16 & 0x3fff, code >> 8 & 0xff, code & 0xff);
    if kind != 0x45 {
        return None;
    }
    const EVENTS: [(u32, &str); 12] = [
        (0, "0"),
        (1, "EV_KEY"),
        (2, "EV_REL"),
        (3, "EV_ABS"),
        (4, "EV_MSC"),
        (5, "EV_SW"),
        (0x11, "EV_LED"),
        (0x12, "EV_SND"),
        (0x14, "EV_REP"),
        (0x15, "EV_FF"),
        (0x16, "EV_PWR"),
        (0x17, "EV_FF_STATUS"),
    ];
    match (direction, number) {
        (2, 6) => Some(format!("EVIOCGNAME({size})")),
        (2, 7) => Some(format!("EVIOCGPHYS({size})")),
        (2, 8) => Some(format!("EVIOCGUNIQ({size})")),
        (2, 9) => Some(format!("EVIOCGPROP({size})")),
        (2, 0xa) => Some(format!("EVIOCGMTSLOTS({size})")),
        (2, 0x18) => Some(format!("EVIOCGKEY({size})")),
        (2, 0x19) => Some(format!("EVIOCGLED({size})")),
        (2, 0x1a) => Some(format!("EVIOCGSND({size})")),
        (2, 0x1b) => Some(format!("EVIOCGSW({size})")),
        (2, 0x20..=0x3f) => {
            let event = number - 0x20;
            match EVENTS.iter().find(|(e, _)| *e == event) {
                Some((_, name)) => Some(format!("EVIOCGBIT({name}, {size})")),
                None => Some(format!("EVIOCGBIT({event:#x} /* EV_??? */, {size})")),
            }
        }
        _ => None,
    }
}

/// The request as strace writes it: its name, or `_IOC(_IOC_READ, 0x54, 0x1, 0x2c)`.
pub fn request_text(abi: Abi, code: u32) -> Cow<'static, str> {
    request_name(abi, code).unwrap_or_else(|| {
        let direction = ["_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE"][(code >> 30) as usize];
        let hex = |v: u32| if v == 0 { "0".to_owned() } else { format!("{v:#x}") };
        let (kind, number, size) = (hex(code >> 8 & 0xff), hex(code & 0xff), hex(code >> 16 & 0x3fff));
        Cow::Owned(format!("_IOC({direction}, {kind}, {number}, {size})"))
    })
}

fn request(r: &mut Render<'_>, value: u64) {
    let text = request_text(r.call.abi, value as u32);
    r.put(&text);
}

/// Requests to terminals that reach beyond the descriptor (asm-generic/ioctls.h).
mod tty {
    pub const TIOCSCTTY: u32 = 0x540e;
    pub const TIOCSTI: u32 = 0x5412;
    pub const TIOCMBIS: u32 = 0x5416;
    pub const TIOCMSET: u32 = 0x5418;
    pub const TIOCLINUX: u32 = 0x541c;
    pub const TIOCCONS: u32 = 0x541d;
    pub const TIOCSSERIAL: u32 = 0x541f;
    pub const TIOCSETD: u32 = 0x5423;
    pub const TIOCVHANGUP: u32 = 0x5437;
}

/// They say who gets the signals of a descriptor (asm-generic/sockios.h).
const FIOSETOWN: u32 = 0x8901;
const SIOCSPGRP: u32 = 0x8902;

/// Where a request belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// The open descriptor.
    Descriptor,
    /// Attributes of the open file.
    Attributes,
    /// A device, always.
    Device,
    /// The machine's network.
    Network,
    /// Nobody knows.
    Unknown,
}

fn reach(abi: Abi, code: u32, argument: u64) -> Reach {
    let Some(name) = request_name(abi, code) else { return Reach::Unknown };
    match code {
        // Becoming the controlling terminal of the caller's own session is what every login does; with 1 it is taken
        // from another session.
        tty::TIOCSCTTY if argument as u32 == 0 => Reach::Descriptor,
        tty::TIOCSCTTY
        | tty::TIOCSTI
        | tty::TIOCMBIS..=tty::TIOCMSET
        | tty::TIOCLINUX
        | tty::TIOCCONS
        | tty::TIOCSSERIAL
        | tty::TIOCSETD
        | tty::TIOCVHANGUP => Reach::Device,
        // Every other terminal request, FIONREAD, FIONBIO, FIOCLEX and their like.
        0x5401..=0x547f => Reach::Descriptor,
        _ => by_name(&name),
    }
}

fn by_name(name: &str) -> Reach {
    // Where drivers share a code, the widest reach counts.
    name.split(" or ")
        .map(one_name)
        .max_by_key(|reach| match reach {
            Reach::Descriptor => 0,
            Reach::Attributes => 1,
            Reach::Unknown => 2,
            Reach::Device => 3,
            Reach::Network => 4,
        })
        .unwrap_or(Reach::Unknown)
}

fn one_name(name: &str) -> Reach {
    let is = |prefixes: &[&str]| prefixes.iter().any(|p| name.starts_with(p));
    if is(&["FS_IOC_SETFLAGS", "FS_IOC_FSSETXATTR", "FS_IOC_SETVERSION", "FS_IOC32_SETFLAGS", "FS_IOC_ENABLE_VERITY"]) {
        return Reach::Attributes;
    }
    if is(&["SIOCG", "SIOCINQ", "SIOCOUTQ", "SIOCATMARK", "SIOCSPGRP", "FIOSETOWN", "FIOGETOWN", "TUNGET"]) {
        return Reach::Descriptor;
    }
    if is(&["SIOC", "TUNSET", "TUNATTACH", "TUNDETACH", "PPPIOC", "BRCTL"]) {
        return Reach::Network;
    }
    let asks = [
        "TC",
        "TIOCG",
        "FIO",
        "FIGETBSZ",
        "FIBMAP",
        "FICLONE",
        "FIDEDUPE",
        "FS_IOC_GET",
        "FS_IOC_FSGET",
        "FS_IOC_FIEMAP",
        "FS_IOC32_GET",
        "BTRFS_IOC_CLONE",
        "BTRFS_IOC_FILE_EXTENT_SAME",
        "NS_GET",
        "PERF_EVENT_IOC",
        "UFFDIO",
        "USERFAULTFD_IOC",
        "RNDGETENTCNT",
        "EVIOCG",
        "FUSE_DEV_IOC_CLONE",
        "SECCOMP_IOCTL",
        "LOOP_GET_STATUS",
        "LOOP_CTL_GET_FREE",
        "HDIO_GET",
        "RTC_RD_TIME",
        "KDGETMODE",
        "KDGKB",
        "VT_GETMODE",
        "VT_GETSTATE",
        "KVM_GET_API",
        "KVM_CHECK",
        "DMA_BUF_IOCTL_SYNC",
        "SYNC_IOC",
        "CDROM_DRIVE_STATUS",
        "CDROM_GET_CAPABILITY",
        "CDROM_DISC_STATUS",
        "PIDFD_GET",
        "EPIOC",
        "WDIOC_GET",
    ];
    if is(&asks) {
        return Reach::Descriptor;
    }
    let block =
        ["BLKGETSIZE", "BLKSSZGET", "BLKBSZGET", "BLKROGET", "BLKPBSZGET", "BLKIOMIN", "BLKIOOPT", "BLKALIGNOFF"];
    if is(&block) || is(&["BLKDISCARDZEROES", "BLKROTATIONAL", "BLKSECTGET", "BLKRAGET", "BLKFRAGET", "BLKGET"]) {
        return Reach::Descriptor;
    }
    // Drawing goes through the graphics card that is open; only what the screen shows is the machine's.
    if is(&["DRM_IOCTL_MODE_GET", "DRM_IOCTL_MODE_CREATE_DUMB", "DRM_IOCTL_MODE_MAP_DUMB"])
        || is(&["DRM_IOCTL_"]) && !is(&["DRM_IOCTL_MODE", "DRM_IOCTL_SET_MASTER", "DRM_IOCTL_DROP_MASTER"])
    {
        return Reach::Descriptor;
    }
    Reach::Device
}

fn wants(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let (fd, code, argument) = (call.args[0] as i32, call.args[1] as u32, call.args[2]);
    let request = || request_text(call.abi, code).into_owned();
    let want = match reach(call.abi, code, argument) {
        Reach::Descriptor => Want::new(Kind::Descriptor, Target::Fd(fd)),
        Reach::Attributes => Want::new(Kind::FileAttributes, Target::Fd(fd)),
        Reach::Device => Want::new(Kind::Device, Target::Device { fd, request: request() }),
        Reach::Unknown => {
            out.push(Want::new(Kind::Descriptor, Target::Fd(fd)));
            Want::new(Kind::Device, Target::Device { fd, request: request() }).when(Condition::DeviceNode)
        }
        Reach::Network => {
            let name = super::ioctl_network::interface_name(memory, argument);
            let what = name.map_or_else(|| "network".to_owned(), |name| format!("network interface {name}"));
            Want::new(Kind::System, Target::System(what))
        }
    };
    out.push(want);
    if matches!(code, FIOSETOWN | SIOCSPGRP) {
        // As fcntl's F_SETOWN: who gets the descriptor's signals.
        let target = memory.u32(argument).map_or(Target::Unreadable, |pid| Target::Process(pid as i32));
        out.push(Want::new(Kind::ProcessSignal, target));
    }
}

/// Whether a request only sets something: it gives 0, and fills nothing that the program would read.
pub(in crate::syscall) fn only_sets(abi: Abi, code: u32) -> bool {
    form::only_sets(code).unwrap_or_else(|| {
        // Where the number tells (asm-generic/ioctl.h), it tells which way the data goes; sockets' requests are named for it.
        const WRITE: u32 = 1;
        let named = |starts: &[&str]| starts.iter().any(|s| request_text(abi, code).starts_with(s));
        code >> 30 == WRITE || named(&["SIOCS", "SIOCADD", "SIOCDEL"])
    })
}

/// NS_GET_NSTYPE's answer is a flag of clone(2).
fn result(r: &mut Render<'_>, value: i64) {
    if r.arg(1) as u32 == 0xb703 {
        r.put(" (");
        r.choice(value as u64, form::NAMESPACES, "CLONE_???");
        r.put(")");
    }
}

/// Requests that programs make all the time and that end at the descriptor: modes, sizes and queues of terminals,
/// blocking, close-on-exec, what is to be read, copies by reference, addresses of interfaces.
const OWN: &[Narrow] = &[Narrow::int(
    1,
    &[
        0x5401,
        0x5402,
        0x5403,
        0x5404,
        0x5405,
        0x5409,
        0x540a,
        0x540b,
        0x540f,
        0x5411,
        0x5413,
        0x541b,
        0x5421,
        0x5424,
        0x5425,
        0x5429,
        0x802c_542a,
        0x402c_542b,
        0x402c_542c,
        0x402c_542d,
        0x5450,
        0x5451,
        0x5452,
        0x5460,
        0x8905,
        0x8912,
        0x8913,
        0x8915,
        0x8919,
        0x891b,
        0x8921,
        0x8927,
        0x8933,
    ],
    KindSet::of(Kind::Descriptor),
)];

/// The row.
pub static ROWS: &[Row] = &[Row::new(
    "ioctl",
    &[arg("fd", Show::Fd), arg("request", Show::With(request)), arg("argp", Show::With(form::argument))],
)
.result(ResultKind::With(result))
.does(&[Does::With(wants)])
.may(Kind::Descriptor)
.may(Kind::FileAttributes)
.may(Kind::Device)
.may(Kind::ProcessSignal)
.may(Kind::System)
.narrow(OWN)
.pretend(Pretend::Setting)];
