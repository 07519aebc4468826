//! A walk by reading links, where the kernel cannot walk for us: through /proc/self, which is another for the task, and
//! through the magic links of processes.

use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD as HERE, OFlag, OpenHow, ResolveFlag, open, openat2, readlink};
use nix::sys::stat::{Mode, SFlag};

use super::resolve::{Hold, LINKS, Place, Resolver, split};
use crate::sys::file_type;

impl Resolver<'_> {
    /// Walks by reading links, component by component: through /proc/self and magic links, and as far as is allowed.
    /// With whether what is held is what was found.
    pub(super) fn by_hand(&mut self, dir: i32, path: &Path, follow: bool) -> (Place, bool) {
        let root = match self.is_plain() {
            true => PathBuf::new(),
            false => std::fs::read_link(format!("/proc/{}/root", self.tid)).unwrap_or_default(),
        };
        let mut walk = match path.is_absolute() {
            true => Walk::at(root.clone()),
            false => Walk {
                at: std::fs::read_link(self.directory(dir)).unwrap_or_else(|_| PathBuf::from("/")),
                real: self.directory(dir),
                nameless: None,
            },
        };
        let mut todo: Vec<OsString> = components(path);
        let mut links = 0;
        let served = self.engine.mounts.served();
        let is_served = |path: &Path| served.iter().any(|m| path.starts_with(m));
        while let Some(name) = todo.pop() {
            if name == ".." {
                if walk.at != root {
                    walk.at.pop();
                }
                walk.step(OsStr::new(".."));
                continue;
            }
            let next = if walk.at.as_os_str().is_empty() { Path::new("/").join(&name) } else { walk.at.join(&name) };
            if is_served(&next) || !follow && todo.is_empty() {
                walk.go(next, &name);
                continue;
            }
            let target = match next.as_os_str().as_bytes() {
                b"/proc/self" => Some(PathBuf::from(self.pid.to_string())),
                b"/proc/thread-self" => Some(PathBuf::from(format!("{}/task/{}", self.pid, self.tid))),
                _ => std::fs::read_link(&next).ok(),
            };
            match target {
                Some(target) if links < LINKS => {
                    links += 1;
                    if is_magic(&next) {
                        // It leads to the object itself, whatever its text.
                        walk.step(&name);
                        walk.nameless = (!target.is_absolute()).then(|| target.clone());
                        walk.at = if target.is_absolute() { target } else { next };
                        continue;
                    }
                    if target.is_absolute() {
                        walk = Walk::at(root.clone());
                    }
                    todo.extend(components(&target));
                }
                _ => walk.go(next, &name),
            }
        }
        if walk.at.as_os_str().is_empty() {
            walk = Walk::at(PathBuf::from("/"));
        }
        let at = walk.at.clone();
        if is_served(&at) {
            // Only its server could say more.
            return (Place { path: at, kind: None, exists: true, hold: None, lost: None }, true);
        }
        if root.as_os_str().is_empty() && served.is_empty() {
            return self.held_by_hand(walk, path, follow);
        }
        let found = if follow { std::fs::metadata(&at) } else { std::fs::symlink_metadata(&at) };
        let kind = found.as_ref().ok().map(|m| {
            use std::os::unix::fs::MetadataExt;
            SFlag::from_bits_truncate(m.mode() & SFlag::S_IFMT.bits())
        });
        // What we may not look at may be there.
        let exists = !matches!(found.map_err(|e| e.kind()), Err(std::io::ErrorKind::NotFound));
        (Place { path: at, kind, exists, hold: None, lost: None }, true)
    }

    /// What was found by reading links, held; and whether it still was what was found.
    fn held_by_hand(&self, walk: Walk, path: &Path, follow: bool) -> (Place, bool) {
        let lost = |error: Errno| {
            let exists = !matches!(error, Errno::ENOENT | Errno::ENOTDIR);
            Place { path: walk.at.clone(), kind: None, exists, hold: None, lost: Some(error) }
        };
        let name_of = |fd: &OwnedFd| {
            use std::os::fd::AsRawFd;
            readlink(format!("/proc/self/fd/{}", fd.as_raw_fd()).as_str()).map(PathBuf::from).unwrap_or_default()
        };
        let (_, last, slash) = split(path);
        if follow || last.is_none() {
            match walk.open(&walk.at, &walk.real, OFlag::empty()) {
                Ok(fd) => {
                    let stands = name_of(&fd) == *walk.nameless.as_ref().unwrap_or(&walk.at);
                    let kind = file_type(&fd).ok();
                    let place = match kind {
                        Some(SFlag::S_IFLNK) => lost(Errno::ELOOP),
                        kind if slash && kind != Some(SFlag::S_IFDIR) => lost(Errno::ENOTDIR),
                        kind => {
                            let hold = Some(Hold { fd: Rc::new(fd), name: None });
                            Place { path: walk.at.clone(), kind, exists: true, hold, lost: None }
                        }
                    };
                    return (place, stands);
                }
                Err(Errno::ENOENT) if last.is_some() => {}
                Err(error) => return (lost(error), true),
            }
        }
        let (Some(name), Some(parent)) = (walk.at.file_name(), walk.at.parent()) else {
            return (lost(Errno::ENOENT), true);
        };
        if walk.real.file_name() != Some(name) {
            return (lost(Errno::ENOENT), true);
        }
        let real = walk.real.parent().unwrap_or(Path::new("/"));
        match walk.open(parent, real, OFlag::O_DIRECTORY) {
            Ok(directory) => {
                let stands = name_of(&directory) == parent;
                (self.in_directory(directory, name, slash).unwrap_or_else(|| lost(Errno::ENOENT)), stands)
            }
            Err(error) => (lost(error), true),
        }
    }
}

/// How far a walk by hand has come.
struct Walk {
    /// As a name without links.
    at: PathBuf,
    /// As the kernel gets there from Syswall: through magic links.
    real: PathBuf,
    /// What the kernel calls it, where it has no name.
    nameless: Option<PathBuf>,
}

impl Walk {
    fn at(at: PathBuf) -> Walk {
        Walk { real: at.clone(), at, nameless: None }
    }

    fn step(&mut self, name: &OsStr) {
        if self.real.as_os_str().is_empty() {
            self.real.push("/");
        }
        self.real.push(name);
    }

    fn go(&mut self, next: PathBuf, name: &OsStr) {
        self.at = next;
        self.step(name);
    }

    /// Opens what is `at`, which the kernel reaches by `real`.
    fn open(&self, at: &Path, real: &Path, flags: OFlag) -> nix::Result<OwnedFd> {
        let flags = flags | OFlag::O_PATH | OFlag::O_CLOEXEC;
        if at != real || self.nameless.is_some() {
            return open(real, flags, Mode::empty());
        }
        // No link is left in it.
        let how = OpenHow::new().flags(flags | OFlag::O_NOFOLLOW).resolve(ResolveFlag::RESOLVE_NO_SYMLINKS);
        openat2(HERE, at, how)
    }
}

/// Whether `path`, a link, is one of a process in /proc, which leads to an object and not to a name.
fn is_magic(path: &Path) -> bool {
    let mut parts = path.strip_prefix("/proc").map(Path::components).into_iter().flatten();
    let first = parts.next().and_then(|c| c.as_os_str().to_str()).unwrap_or("");
    !first.is_empty() && first.bytes().all(|b| b.is_ascii_digit()) && parts.next().is_some()
}

/// The names of `path`, last first, without `.` and the root.
fn components(path: &Path) -> Vec<OsString> {
    path.components()
        .rev()
        .filter_map(|c| match c {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some(OsString::from("..")),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
        })
        .collect()
}
