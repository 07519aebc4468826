//! Scripts: which program the kernel runs in their place.

use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;

use super::resolve::Hold;
use crate::sys::file_type;

/// Interpreters that are scripts themselves, at most (fs/exec.c).
pub(super) const NESTED: usize = 5;
/// As much of a file as the kernel looks at (BINPRM_BUF_SIZE).
const LOOKED_AT: u64 = 256;

/// The interpreter that the first line of what is held names; `None`: it is no script, or cannot be read.
pub(super) fn interpreter(hold: &Hold) -> Option<Vec<u8>> {
    // Opening a FIFO or a device would do something to it.
    let regular = hold.name.is_none() && file_type(&hold.fd) == Ok(nix::sys::stat::SFlag::S_IFREG);
    if !regular {
        return None;
    }
    let link = format!("/proc/self/fd/{}", hold.fd.as_raw_fd());
    // Only the owner may leave the time of access as it is.
    let quietly = std::fs::OpenOptions::new().read(true).custom_flags(libc::O_NOATIME).open(&link);
    let file = quietly.or_else(|_| std::fs::File::open(&link)).ok()?;
    let mut head = Vec::with_capacity(LOOKED_AT as usize);
    file.take(LOOKED_AT).read_to_end(&mut head).ok()?;
    named(&head)
}

/// The name in `#!NAME [ARG]`.
fn named(head: &[u8]) -> Option<Vec<u8>> {
    let line = head.strip_prefix(b"#!")?.split(|b| *b == b'\n').next()?;
    let blank = |b: &u8| matches!(b, b' ' | b'\t');
    let name = line.split(|b| blank(b) || *b == 0).find(|word| !word.is_empty())?;
    Some(name.to_vec())
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn the_interpreter_is_the_first_word_behind_the_mark() {
        assert_eq!(named(b"#!/bin/sh\nexit").as_deref(), Some(b"/bin/sh".as_slice()));
        assert_eq!(named(b"#! \t/usr/bin/env python3\n").as_deref(), Some(b"/usr/bin/env".as_slice()));
        assert_eq!(named(b"#!\n/bin/sh"), None);
        assert_eq!(named(b"\x7fELF"), None);
    }
}
