//! File systems that are served by programs: looking into one can wait for a task that waits for the tracer.

use std::collections::HashSet;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// One line of mountinfo: the mount's ID, its point, and whether a program serves its file system.
#[derive(Debug, PartialEq, Eq)]
struct Mount {
    id: Vec<u8>,
    point: PathBuf,
    fuse: bool,
}

/// Knows which mounts were there before the program: those are served by others, who do not wait for us.
pub(super) struct Mounts {
    before: HashSet<Vec<u8>>,
}

impl Mounts {
    /// Call it before the program starts.
    pub fn new() -> Mounts {
        Mounts { before: mounts().into_iter().map(|m| m.id).collect() }
    }

    /// Where file systems are mounted that the program may serve itself. Empty in most runs.
    pub fn served(&self) -> Vec<PathBuf> {
        mounts().into_iter().filter(|m| m.fuse && !self.before.contains(&m.id)).map(|m| m.point).collect()
    }
}

fn mounts() -> Vec<Mount> {
    let text = std::fs::read("/proc/self/mountinfo").unwrap_or_default();
    text.split(|b| *b == b'\n').filter_map(mount).collect()
}

/// Reads a line (proc(5), /proc/PID/mountinfo).
fn mount(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|b| *b == b' ');
    let id = fields.next()?.to_vec();
    let point = fields.nth(3)?;
    let kind = fields.skip_while(|f| *f != b"-").nth(1)?;
    let fuse = kind.starts_with(b"fuse") && kind != b"fusectl";
    Some(Mount { id, point: PathBuf::from(std::ffi::OsString::from_vec(unescape(point))), fuse })
}

/// Spaces, tabs, newlines and backslashes stand as `\040` and so on.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, tail)) = rest.split_first() {
        let octal = tail.get(..3).filter(|_| *first == b'\\').and_then(|d| std::str::from_utf8(d).ok());
        match octal.and_then(|d| u8::from_str_radix(d, 8).ok()) {
            Some(byte) => {
                out.push(byte);
                rest = &tail[3..];
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fuse_mount_is_told_from_the_rest() {
        let served = |line: &[u8]| mount(line).filter(|m| m.fuse).map(|m| m.point);
        let fuse = b"36 35 98:0 / /mnt/my\\040app rw,noatime shared:1 - fuse.squashfuse squashfuse ro";
        assert_eq!(served(fuse), Some(PathBuf::from("/mnt/my app")));
        assert_eq!(served(b"36 35 98:0 / /mnt/fuse rw,noatime master:1 - ext4 /dev/root rw"), None);
        assert_eq!(served(b"41 24 0:36 / /sys/fs/fuse/connections rw - fusectl none rw"), None);
    }
}
