//! /dev.

use std::path::Path;

use super::super::mark;

const DISK: &str = mark("A disk, or a part of one.");
const SERIAL: &str = mark("A serial line.");
const GRAPHICS: &str = mark("The graphics card.");
const CONSOLE: &str = mark("The computer's console.");
const RANDOM: &str = mark("Random numbers.");
const CAMERA: &str = mark("A camera.");
const MEMORY: &str = mark("The memory of the whole computer.");
const CHIP: &str = mark("The computer's security chip, which keeps keys.");

/// Names, and folders with everything in them.
const NAMES: &[(&str, &str)] = &[
    ("null", mark("Nothing: what is written there is gone.")),
    ("zero", mark("Zeros without end.")),
    ("full", mark("A disk that is always full, for tests.")),
    ("random", RANDOM),
    ("urandom", RANDOM),
    ("hwrng", RANDOM),
    ("tty", mark("The program's own terminal.")),
    ("ptmx", mark("Makes new terminals.")),
    ("pts", mark("A terminal.")),
    ("console", CONSOLE),
    ("snd", mark("Sound: speakers and microphones.")),
    ("input", mark("Keyboards, mice and other input.")),
    ("uinput", mark("Acts as a keyboard or mouse.")),
    ("uhid", mark("Acts as a keyboard or mouse.")),
    ("dri", GRAPHICS),
    ("kfd", GRAPHICS),
    ("mapper", DISK),
    ("disk", DISK),
    ("loop-control", mark("Makes files appear as disks.")),
    ("mem", MEMORY),
    ("kmem", MEMORY),
    ("port", mark("The ports of the computer's hardware.")),
    ("kvm", mark("Runs virtual machines.")),
    ("vhost-net", mark("The network of virtual machines.")),
    ("vhost-vsock", mark("The network of virtual machines.")),
    ("fuse", mark("Lets a program provide a file system.")),
    ("cuse", mark("Lets a program provide a device.")),
    ("net/tun", mark("Makes network interfaces of a program's own, as for a VPN.")),
    ("ppp", mark("Makes network connections over serial lines.")),
    ("shm", mark("Memory that programs share.")),
    ("mqueue", mark("Message queues, by which programs talk.")),
    ("bus/usb", mark("A device at the USB port, directly.")),
    ("rfkill", mark("Switches Wi-Fi and Bluetooth on and off.")),
    ("kmsg", mark("The kernel's log.")),
    ("log", mark("The system's log.")),
    ("watchdog", mark("Restarts the computer when nobody writes to it any more.")),
    ("userfaultfd", mark("Lets a program decide what memory holds while it is read.")),
    ("udmabuf", mark("Memory for the graphics card.")),
    ("dma_heap", mark("Memory for the graphics card.")),
    ("nvram", mark("The settings of the computer's firmware.")),
    ("cpu_dma_latency", mark("How deeply the processor may sleep.")),
];

/// Names that a number (or, for disks, a letter) follows.
const NUMBERED: &[(&str, &str)] = &[
    ("video", CAMERA),
    ("media", CAMERA),
    ("v4l-subdev", CAMERA),
    ("nvidia", GRAPHICS),
    ("fb", mark("What the screen shows.")),
    ("ttyS", SERIAL),
    ("ttyUSB", SERIAL),
    ("ttyACM", SERIAL),
    ("rfcomm", mark("A serial line over Bluetooth.")),
    ("tty", mark("A text console of the computer.")),
    ("vcs", mark("What a text console shows.")),
    ("nvme", DISK),
    ("mmcblk", DISK),
    ("dm-", DISK),
    ("md", DISK),
    ("zram", mark("Compressed memory that serves as a disk.")),
    ("loop", mark("A file that serves as a disk.")),
    ("sr", mark("A CD or DVD drive.")),
    ("sg", mark("A drive, directly.")),
    ("hidraw", mark("A keyboard, mouse, game controller or security key, directly.")),
    ("rtc", mark("The clock that goes on when the computer is off.")),
    ("watchdog", mark("Restarts the computer when nobody writes to it any more.")),
    ("tpmrm", CHIP),
    ("tpm", CHIP),
    ("i2c-", mark("A bus to chips inside the computer.")),
    ("gpiochip", mark("Pins of the computer's hardware.")),
    ("lp", mark("A printer.")),
];

/// What the device with that path is.
pub(super) fn is(path: &Path) -> Option<&'static str> {
    let name = path.strip_prefix("/dev").ok()?;
    super::lookup(NAMES, name).or_else(|| {
        let first = name.components().next()?.as_os_str().to_str()?;
        let numbered = |(prefix, _): &&(&str, &str)| {
            let rest = first.strip_prefix(prefix);
            rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        NUMBERED.iter().find(numbered).map(|(_, text)| *text).or_else(|| lettered(first).then_some(DISK))
    })
}

/// sda, vdb1, xvdc, hdd2.
fn lettered(name: &str) -> bool {
    ["sd", "vd", "xvd", "hd"].iter().filter_map(|prefix| name.strip_prefix(prefix)).any(|rest| {
        let letters = rest.bytes().take_while(u8::is_ascii_lowercase).count();
        (1..=2).contains(&letters) && rest[letters..].bytes().all(|b| b.is_ascii_digit())
    })
}
