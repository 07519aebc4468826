//! Mounts: what is the same file under another name, and file systems that are served by programs (looking into one
//! can wait for a task that waits for the tracer).

use std::cell::RefCell;
use std::collections::HashSet;
use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// One line of mountinfo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    id: Vec<u8>,
    /// Which file system, as `major:minor`.
    device: Vec<u8>,
    /// What of it is mounted.
    root: PathBuf,
    /// Where, as whoever reads the table sees it.
    pub point: PathBuf,
    /// Whether what is mounted below it also appears elsewhere.
    pub shared: bool,
    /// Whether it is a proc file system.
    pub proc: bool,
    /// Whether a program serves the file system.
    fuse: bool,
}

/// Knows which mounts were there before the program: those are served by others, who do not wait for us.
pub(super) struct Mounts {
    before: HashSet<Vec<u8>>,
    /// Tells when the table has changed (proc(5), mountinfo).
    changes: Option<File>,
    served: RefCell<Option<Vec<PathBuf>>>,
}

impl Mounts {
    /// Call it before the program starts.
    pub fn new() -> Mounts {
        let changes = File::open("/proc/self/mountinfo").ok();
        Mounts { before: table("self").into_iter().map(|m| m.id).collect(), changes, served: RefCell::default() }
    }

    /// Where file systems are mounted that the program may serve itself. Empty in most runs.
    pub fn served(&self) -> Vec<PathBuf> {
        let changed = self.changes.as_ref().is_none_or(|table| {
            let mut table = [PollFd::new(table.as_fd(), PollFlags::POLLPRI)];
            poll(&mut table, PollTimeout::ZERO) != Ok(0)
        });
        let mut served = self.served.borrow_mut();
        if changed {
            // What changes from now on is told by the next poll.
            *served = None;
        }
        let look = || table("self").into_iter().filter(|m| m.fuse && !self.before.contains(&m.id)).map(|m| m.point);
        served.get_or_insert_with(|| look().collect()).clone()
    }
}

/// The mounts that `who` (a PID, `self`) sees, later ones over earlier ones. Empty: nobody is there.
pub(super) fn table(who: &str) -> Vec<Mount> {
    let text = std::fs::read(format!("/proc/{who}/mountinfo")).unwrap_or_default();
    text.split(|b| *b == b'\n').filter_map(mount).collect()
}

/// The mount that `path` is in. Mounts of one point lie on each other, and the last is on top.
pub(super) fn mount_of<'a>(table: &'a [Mount], path: &Path) -> Option<&'a Mount> {
    let holds = table.iter().filter(|m| path.starts_with(&m.point));
    holds.max_by_key(|m| m.point.components().count())
}

/// The names that `there` has for what `path` names in `here`.
pub(super) fn names_in(there: &[Mount], here: &[Mount], path: &Path) -> Vec<PathBuf> {
    let Some(mount) = mount_of(here, path) else { return Vec::new() };
    let Ok(rest) = path.strip_prefix(&mount.point) else { return Vec::new() };
    let inner = join(&mount.root, rest);
    let same = there.iter().filter(|m| m.device == mount.device);
    same.filter_map(|m| Some(join(&m.point, inner.strip_prefix(&m.root).ok()?))).collect()
}

/// What a path in a proc file system is called below /proc; `None`: it is in none.
pub(super) fn in_proc(table: &[Mount], path: &Path) -> Option<PathBuf> {
    let mount = mount_of(table, path).filter(|m| m.proc)?;
    let inner = join(&mount.root, path.strip_prefix(&mount.point).ok()?);
    Some(Path::new("/proc").join(inner.strip_prefix("/").ok()?))
}

/// Without the slash that an empty rest would leave at the end.
fn join(path: &Path, rest: &Path) -> PathBuf {
    if rest.as_os_str().is_empty() { path.to_path_buf() } else { path.join(rest) }
}

/// Reads a line (proc(5), /proc/PID/mountinfo).
fn mount(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|b| *b == b' ');
    let id = fields.next()?.to_vec();
    let device = fields.nth(1)?.to_vec();
    let path = |field: &[u8]| PathBuf::from(std::ffi::OsString::from_vec(unescape(field)));
    let root = path(fields.next()?);
    let point = path(fields.next()?);
    let mut fields = fields.skip(1);
    let optional: Vec<&[u8]> = fields.by_ref().take_while(|f| *f != b"-").collect();
    let shared = optional.iter().any(|f| f.starts_with(b"shared:"));
    let kind = fields.next()?;
    let fuse = kind.starts_with(b"fuse") && kind != b"fusectl";
    Some(Mount { id, device, root, point, shared, proc: kind == b"proc", fuse })
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

    fn read(lines: &[&str]) -> Vec<Mount> {
        lines.iter().filter_map(|l| mount(l.as_bytes())).collect()
    }

    #[test]
    fn what_is_mounted_twice_has_two_names() {
        let ours = read(&["1 0 8:1 / / rw shared:1 - ext4 a rw", "2 1 8:2 /home /home rw - ext4 b rw"]);
        let theirs = read(&["9 0 8:1 / / rw - ext4 a rw", "10 9 8:2 / /mnt rw - ext4 b rw"]);
        let names = |path: &str| names_in(&ours, &theirs, Path::new(path));
        assert_eq!(names("/mnt/home/anna/x"), [PathBuf::from("/home/anna/x")]);
        assert_eq!(names("/mnt/home"), [PathBuf::from("/home")]);
        assert_eq!(names("/mnt/other"), Vec::<PathBuf>::new());
        assert_eq!(names("/etc/passwd"), [PathBuf::from("/etc/passwd")]);
        assert!(ours[0].shared && !ours[1].shared);
    }

    #[test]
    fn proc_is_known_wherever_it_is_mounted() {
        let table = read(&[
            "1 0 8:1 / / rw - ext4 a rw",
            "2 1 0:5 / /proc rw shared:3 master:1 - proc proc rw",
            "3 1 0:5 /77 /mnt/x rw - proc proc rw",
        ]);
        assert_eq!(in_proc(&table, Path::new("/mnt/x/mem")), Some("/proc/77/mem".into()));
        assert_eq!(in_proc(&table, Path::new("/proc/1/mem")), Some("/proc/1/mem".into()));
        assert_eq!(in_proc(&table, Path::new("/mnt/y/mem")), None);
    }
}
