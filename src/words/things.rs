//! What belongs to the whole computer, or is shared between programs, by name.

use super::{elide, escape, fill, mark, tr};

/// Longest name of a thing that is shown.
const NAME_MAX: usize = 200;

/// As rows name them (src/syscall/rows).
const THINGS: &[(&str, &str)] = &[
    ("I/O ports", mark("direct access to the hardware")),
    ("accounting", mark("the list of programs that ended")),
    ("capabilities", mark("capabilities, parts of the administrator's rights")),
    ("chroot", mark("the root of its paths")),
    ("clock", mark("the computer's clock")),
    ("domainname", mark("the computer's NIS domain")),
    ("fanotify", mark("what all programs do with files")),
    ("hostname", mark("the computer's name")),
    ("kernel log", mark("the kernel's log")),
    ("kernel log settings", mark("how the kernel logs")),
    ("kernel module", mark("the kernel's modules")),
    ("kexec", mark("the kernel that runs")),
    ("mount", mark("mounted file systems")),
    ("multicast routing", mark("the computer's multicast routes")),
    ("namespace", mark("namespaces")),
    ("network", mark("the computer's network")),
    ("packet filter", mark("the computer's packet filter")),
    ("quota", mark("how much disk users may fill")),
    ("reboot", mark("whether the computer runs")),
    ("swap", mark("additional memory on disk (swap)")),
    ("terminal", mark("its terminal")),
];

/// Where a name follows.
const NAMED: &[(&str, &str)] = &[
    ("network interface ", mark("the network interface {name}")),
    ("message queue ", mark("the message queue {name}")),
    ("key ", mark("the key {name}")),
    ("shm key ", mark("the shared memory with the key {name}")),
    ("sem key ", mark("the semaphores with the key {name}")),
    ("msg key ", mark("the message queue with the key {name}")),
    ("shm private", mark("new shared memory of its own")),
    ("sem private", mark("new semaphores of its own")),
    ("msg private", mark("a new message queue of its own")),
    ("shm ", mark("the shared memory number {name}")),
    ("sem ", mark("the semaphores number {name}")),
    ("msg ", mark("the message queue number {name}")),
];

/// The thing that a row calls `name`; what is not known, as it is called.
pub(super) fn thing(name: &str) -> String {
    if let Ok(at) = THINGS.binary_search_by_key(&name, |(name, _)| name) {
        return tr(THINGS[at].1);
    }
    let named = NAMED.iter().find_map(|(prefix, text)| name.strip_prefix(prefix).map(|rest| (rest, text)));
    match named {
        Some((rest, text)) => fill(&tr(text), &[("name", &elide(&escape(rest), NAME_MAX))]),
        None => escape(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_found_by_what_rows_call_them() {
        assert!(THINGS.is_sorted_by_key(|(name, _)| *name));
        assert_eq!(thing("clock"), "the computer's clock");
        assert_eq!(thing("shm key 0x2a"), "the shared memory with the key 0x2a");
        assert_eq!(thing("sem private"), "new semaphores of its own");
        assert_eq!(thing("msg 7"), "the message queue number 7");
        assert_eq!(thing("message queue /a\x1b"), "the message queue /a\\x1b");
        assert_eq!(thing("PR_SET_MM"), "PR_SET_MM");
    }
}
