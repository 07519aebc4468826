//! Requests to devices (ioctl(2)).

use super::super::mark;
use super::{Act, Phrase, say};
use crate::syscall::Object;

/// What a known request has a device do.
pub(super) fn phrase(act: &Act<'_>) -> Option<Phrase> {
    let Some(Object::Device { path, request }) = act.access()?.object.as_ref() else { return None };
    let camera = path.to_str().is_some_and(|path| path.starts_with("/dev/video") || path.starts_with("/dev/media"));
    // Where drivers share a code, the request's name is several.
    let mut names = request.split(" or ");
    if camera && names.clone().any(|name| name.starts_with("VIDIOC") || name.starts_with("MEDIA")) {
        return Some(say(
            mark("use the camera {device} ({request})"),
            mark("{program} wants to use the camera {device} ({request})"),
        ));
    }
    names.find_map(known)
}

fn known(request: &str) -> Option<Phrase> {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| request.starts_with(prefix));
    Some(match request {
        "TIOCSTI" => {
            say(mark("type into the terminal {device}"), mark("{program} wants to type into the terminal {device}"))
        }
        "TIOCSCTTY" => say(
            mark("take the terminal {device} away from another session"),
            mark("{program} wants to take the terminal {device} away from another session"),
        ),
        "TIOCLINUX" => say(
            mark("select, paste or log on the console {device}"),
            mark("{program} wants to select, paste or log on the console {device}"),
        ),
        "TIOCCONS" => say(
            mark("receive the computer's messages on {device}"),
            mark("{program} wants to receive the computer's messages on {device}"),
        ),
        "TIOCVHANGUP" => {
            say(mark("hang up the terminal {device}"), mark("{program} wants to hang up the terminal {device}"))
        }
        "TIOCMSET" | "TIOCMBIS" | "TIOCMBIC" | "TIOCSSERIAL" => say(
            mark("control the serial line {device} ({request})"),
            mark("{program} wants to control the serial line {device} ({request})"),
        ),
        "EVIOCGRAB" => say(
            mark("keep all input from {device} to itself"),
            mark("{program} wants to keep all input from {device} to itself"),
        ),
        "BLKDISCARD" | "BLKSECDISCARD" | "BLKZEROOUT" => {
            say(mark("erase parts of the disk {device}"), mark("{program} wants to erase parts of the disk {device}"))
        }
        "BLKRRPART" | "BLKPG" => say(
            mark("change the partitions of the disk {device}"),
            mark("{program} wants to change the partitions of the disk {device}"),
        ),
        "SG_IO" => say(
            mark("send commands straight to the drive {device}"),
            mark("{program} wants to send commands straight to the drive {device}"),
        ),
        "CDROMEJECT" | "CDROMCLOSETRAY" => {
            say(mark("open or close the drive {device}"), mark("{program} wants to open or close the drive {device}"))
        }
        "RTC_SET_TIME" => say(
            mark("set the clock that goes on when the computer is off ({device})"),
            mark("{program} wants to set the clock that goes on when the computer is off ({device})"),
        ),
        "LOOP_SET_FD" | "LOOP_CONFIGURE" => say(
            mark("make a file appear as the disk {device}"),
            mark("{program} wants to make a file appear as the disk {device}"),
        ),
        "LOOP_CLR_FD" => say(
            mark("let the disk {device} be a file no longer"),
            mark("{program} wants to let the disk {device} be a file no longer"),
        ),
        _ if starts(&["UI_"]) => say(
            mark("act as a keyboard or mouse ({request})"),
            mark("{program} wants to act as a keyboard or mouse ({request})"),
        ),
        _ if starts(&["KVM_"]) => {
            say(mark("run a virtual machine ({request})"), mark("{program} wants to run a virtual machine ({request})"))
        }
        _ if starts(&["USBDEVFS_"]) => say(
            mark("control the USB device {device} ({request})"),
            mark("{program} wants to control the USB device {device} ({request})"),
        ),
        _ if starts(&["SNDRV_"]) => say(
            mark("play or record sound with {device} ({request})"),
            mark("{program} wants to play or record sound with {device} ({request})"),
        ),
        _ if starts(&["DRM_IOCTL_"]) => say(
            mark("change what the screen shows ({device}, {request})"),
            mark("{program} wants to change what the screen shows ({device}, {request})"),
        ),
        _ if starts(&["VT_", "KD"]) => say(
            mark("control screens and keyboard of the console ({request})"),
            mark("{program} wants to control screens and keyboard of the console ({request})"),
        ),
        _ if starts(&["DM_"]) => say(
            mark("change encrypted or combined disks ({request})"),
            mark("{program} wants to change encrypted or combined disks ({request})"),
        ),
        _ => return None,
    })
}
