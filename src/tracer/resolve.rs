//! From what a call names to what that is: through the task's own directories, descriptors, root and links, at the
//! moment of the stop. Nothing of the kernel's state is mirrored here.

use std::cell::Cell;
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD as HERE, OFlag, OpenHow, ResolveFlag, open, openat2, readlink};
use nix::sys::stat::{Mode, SFlag};

use super::descriptors::look_up;
use super::engine::Engine;
use crate::sys::{file_type, file_type_at};
use crate::syscall::access::{AT_FDCWD, Condition, Target, Want};
use crate::syscall::{Access, Kind, Object};

/// Links that are followed before a name counts as a loop (path_resolution(7)).
pub(super) const LINKS: usize = 40;
/// How often a path is walked anew that changes meanwhile.
const AGAIN: usize = 4;

/// Fail with EAGAIN rather than wait (openat2(2), Linux 5.12); nix has no name for it.
const CACHED: ResolveFlag = ResolveFlag::from_bits_retain(libc::RESOLVE_CACHED);

/// Where a name leads.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Absolute, as Syswall's own root sees it.
    pub path: PathBuf,
    /// The file type bits, if something is there and may be looked at.
    pub kind: Option<SFlag>,
    /// Whether something has that name.
    pub exists: bool,
    /// What was looked at, kept open; `None`: only its path is known.
    pub hold: Option<Hold>,
    /// Why there is nothing to hold: the kernel does not get there.
    pub lost: Option<Errno>,
}

/// What a path led to, by a descriptor of Syswall's: whoever goes on from there cannot be led elsewhere.
#[derive(Debug, Clone)]
pub(super) struct Hold {
    /// The object itself, or the directory in which it has (or will have) `name`.
    pub fd: Rc<OwnedFd>,
    /// The last component, with the slash that may have stood behind it.
    pub name: Option<OsString>,
}

/// A path of a call and what is held of it.
#[derive(Debug)]
pub(super) struct Held {
    /// As the call has it: the directory's descriptor and the path.
    pub dir: i32,
    pub path: Vec<u8>,
    /// Whether a link as the last component would be followed.
    pub follow: bool,
    pub exists: bool,
    pub hold: Option<Hold>,
    /// See [`Place::lost`].
    pub lost: Option<Errno>,
}

impl Place {
    fn holds(&self, when: Condition) -> bool {
        let directory = self.kind == Some(SFlag::S_IFDIR);
        match when {
            Condition::Always => true,
            Condition::Absent => !self.exists,
            Condition::Exists => self.exists,
            Condition::Directory => directory,
            Condition::NotDirectory => !directory,
            Condition::DeviceNode => matches!(self.kind, Some(SFlag::S_IFCHR | SFlag::S_IFBLK)),
        }
    }
}

/// Resolves what one task's call names.
pub(super) struct Resolver<'a> {
    pub engine: &'a mut Engine,
    pub tid: i32,
    pub pid: i32,
    /// The paths that were resolved.
    pub held: Vec<Held>,
    /// How an openat2 wants its path walked (RESOLVE_…).
    pub resolve: u64,
    /// Whether the call opens something.
    pub opens: bool,
    /// Why the kernel's last walk failed.
    pub failed: Cell<Option<Errno>>,
}

impl Resolver<'_> {
    /// The accesses that stand.
    pub fn resolve(&mut self, wants: Vec<Want>) -> Vec<Access> {
        let mut out: Vec<Access> = Vec::with_capacity(wants.len());
        // A call's wants often name the same path several times under different conditions.
        let mut last: Option<(Target, Place, OsString)> = None;
        for want in wants {
            let Want { kind, target, when } = want;
            let mut besides = Vec::new();
            let object = match target {
                Target::Nothing => None,
                Target::Path { dir, ref path, follow } => {
                    // With a slash behind it a link is followed whatever the flags say, but where the name itself is
                    // made, removed or changed (path_resolution(7)).
                    let names = matches!(kind, Kind::FileCreate | Kind::FileDelete | Kind::FileRename);
                    let follow = follow || path.ends_with(b"/") && (self.opens || !names);
                    let known = last.take().filter(|(t, _, _)| *t == target);
                    let (place, asked) = match known {
                        Some((_, place, asked)) => (place, asked),
                        None => {
                            let place = self.locate(dir, path, follow);
                            let (exists, hold, lost) = (place.exists, place.hold.clone(), place.lost);
                            self.held.push(Held { dir, path: path.clone(), follow, exists, hold, lost });
                            (place, OsString::from_vec(path.clone()))
                        }
                    };
                    let holds = place.holds(when);
                    let object = Object::Path { path: place.path.clone(), asked: asked.clone() };
                    if kind == Kind::ProcessExecute {
                        besides = self.interpreters(&place);
                    }
                    last = Some((target, place, asked));
                    if !holds {
                        continue;
                    }
                    Some(object)
                }
                Target::Fd(fd) if kind == Kind::Descriptor => self.engine.descriptor(self.tid, self.pid, fd),
                Target::Fd(fd) => match look_up(self.tid, fd) {
                    Some(Object::Path { path, .. }) if when != Condition::Always => {
                        let place = self.place_of_descriptor(path, fd);
                        if !place.holds(when) {
                            continue;
                        }
                        Some(Object::Path { asked: place.path.clone().into_os_string(), path: place.path })
                    }
                    found => found,
                },
                Target::CurrentDirectory => {
                    let path = std::fs::read_link(format!("/proc/{}/cwd", self.tid)).unwrap_or_default();
                    Some(Object::Path { asked: path.clone().into_os_string(), path })
                }
                Target::Socket { fd, address } => {
                    let address = address.or_else(|| self.engine.fakes.own_address(kind, self.pid, fd));
                    match super::resolve_socket::peer(self.tid, self.pid, fd, address.as_deref()) {
                        Some(Object::Unix { name }) => Some(Object::Unix { name: self.unix_name(name) }),
                        Some(object) => Some(object),
                        None => continue,
                    }
                }
                Target::NewSocket { family, kind, protocol } => {
                    Some(super::resolve_socket::new_socket(family, kind, protocol))
                }
                Target::Process(pid) | Target::Thread(pid) => Some(self.process(pid)),
                Target::PidFd(fd) => Some(self.process(pid_of(self.tid, fd).unwrap_or(0))),
                Target::Device { fd, request } => match self.device(fd, request, when) {
                    Some(object) => Some(object),
                    None => {
                        // A request on something that is no device is input and output on what is open.
                        let object = self.engine.descriptor(self.tid, self.pid, fd);
                        out.push(Access { kind: Kind::Descriptor, object });
                        continue;
                    }
                },
                Target::System(name) => Some(Object::System { name }),
                Target::Unreadable => Some(Object::Unreadable),
            };
            let access = Access { kind, object };
            if !out.contains(&access) {
                out.push(access);
            }
            out.append(&mut besides);
        }
        out
    }

    /// The programs that the kernel runs for a script (execve(2), "Interpreter scripts"): it names them itself.
    fn interpreters(&mut self, script: &Place) -> Vec<Access> {
        let mut out = Vec::new();
        if self.engine.mounts.served().iter().any(|m| script.path.starts_with(m)) {
            // Reading it would wait for whoever serves it. What is executed in the end is compared.
            return out;
        }
        let mut next = script.hold.as_ref().and_then(super::script::interpreter);
        while let Some(asked) = next.filter(|_| out.len() < super::script::NESTED) {
            let place = self.locate(AT_FDCWD, &asked, true);
            next = place.hold.as_ref().and_then(super::script::interpreter);
            let object = Some(Object::Path { path: place.path, asked: OsString::from_vec(asked) });
            out.push(Access { kind: Kind::ProcessExecute, object });
        }
        out
    }

    fn place_of_descriptor(&self, path: PathBuf, fd: i32) -> Place {
        let kind = file_type_at(Path::new(&format!("/proc/{}/fd/{fd}", self.tid))).ok();
        Place { path, kind, exists: true, hold: None, lost: None }
    }

    /// A device behind a descriptor; `None` if it is not one (and only devices count).
    fn device(&self, fd: i32, request: String, when: Condition) -> Option<Object> {
        let object = look_up(self.tid, fd)?;
        let Object::Path { path, .. } = object else {
            return (when == Condition::Always)
                .then(|| Object::Device { path: PathBuf::from(format!("fd {fd}")), request });
        };
        let place = self.place_of_descriptor(path, fd);
        place.holds(when).then_some(Object::Device { path: place.path, request })
    }

    fn process(&self, pid: i32) -> Object {
        let own_group = || super::task::process_group(self.pid);
        let tree = match pid {
            0 => own_group().is_some_and(|g| self.group_is_ours(g)),
            -1 => false,
            // No group has the number that the smallest one would be.
            pid if pid < 0 => pid.checked_neg().is_some_and(|group| self.group_is_ours(group)),
            // One that its parent has just made is there before its first stop has come.
            pid => {
                let engine = &self.engine;
                let known = engine.processes.contains_key(&pid) || engine.tasks.contains_key(&pid);
                known || engine.expected.contains_key(&pid)
            }
        };
        Object::Process { pid, tree }
    }

    /// Whether a process group is led by a process of the program (so all its members are, or were started by it).
    /// The group that Syswall itself was started in counts: `kill 0` in a script means the script's own.
    fn group_is_ours(&self, group: i32) -> bool {
        self.engine.processes.contains_key(&group) || super::task::process_group(super::task::own_pid()) == Some(group)
    }

    /// The path of a unix socket's name: relative ones start at the task's directory. Abstract ones stay.
    fn unix_name(&mut self, name: OsString) -> OsString {
        if name.is_empty() || name.as_bytes().first() == Some(&b'@') {
            return name;
        }
        let place = self.locate(AT_FDCWD, name.as_bytes(), true);
        let (exists, hold, lost) = (place.exists, place.hold, place.lost);
        self.held.push(Held { dir: AT_FDCWD, path: name.into_vec(), follow: true, exists, hold, lost });
        place.path.into_os_string()
    }

    pub(super) fn is_plain(&mut self) -> bool {
        let known = self.engine.processes.get(&self.pid).and_then(|p| p.plain_root);
        known.unwrap_or_else(|| {
            let ns = |who: &str| std::fs::read_link(format!("/proc/{who}/ns/mnt")).ok();
            let root = std::fs::read_link(format!("/proc/{}/root", self.tid)).ok();
            let plain = root.as_deref() == Some(Path::new("/")) && ns(&self.tid.to_string()) == ns("self");
            if let Some(process) = self.engine.processes.get_mut(&self.pid) {
                process.plain_root = Some(plain);
            }
            plain
        })
    }

    /// Where `path` relative to `dir` leads the task.
    pub fn locate(&mut self, dir: i32, path: &[u8], follow: bool) -> Place {
        let path = Path::new(OsStr::from_bytes(path));
        if path.as_os_str().is_empty() {
            // The kernel says ENOENT; there is nothing there.
            return Place { path: PathBuf::new(), kind: None, exists: false, hold: None, lost: None };
        }
        let plain = self.is_plain();
        if let Some(place) = self.by_kernel(dir, path, follow, plain, 0) {
            return place;
        }
        if self.resolve != 0 {
            // By hand it is not walked as the call wants it; what the kernel said is what it says to the call.
            let lost = self.failed.get().filter(|e| *e != Errno::EAGAIN);
            let (place, _) = self.by_hand(dir, path, follow);
            return Place { hold: None, lost, ..place };
        }
        for _ in 0..AGAIN {
            let (place, stands) = self.by_hand(dir, path, follow);
            if stands {
                return place;
            }
        }
        let (place, _) = self.by_hand(dir, path, follow);
        // Somebody changes it all the time.
        Place { hold: None, lost: Some(Errno::ELOOP), ..place }
    }

    pub(super) fn directory(&self, dir: i32) -> PathBuf {
        match dir {
            AT_FDCWD => PathBuf::from(format!("/proc/{}/cwd", self.tid)),
            fd => PathBuf::from(format!("/proc/{}/fd/{fd}", self.tid)),
        }
    }

    /// Lets the kernel walk. `None`: it cannot for us, or would walk through our own /proc entries.
    fn by_kernel(&mut self, dir: i32, path: &Path, follow: bool, plain: bool, depth: usize) -> Option<Place> {
        if depth > LINKS {
            return None;
        }
        let flags = OFlag::O_PATH | OFlag::O_CLOEXEC;
        let asked = ResolveFlag::from_bits_retain(self.resolve) - CACHED;
        let below = asked.intersects(ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_BENEATH);
        let start: Option<OwnedFd> = if path.is_absolute() && !below {
            match plain {
                true => None,
                false => Some(open(format!("/proc/{}/root", self.tid).as_str(), flags, Mode::empty()).ok()?),
            }
        } else {
            Some(open(&self.directory(dir), flags | OFlag::O_DIRECTORY, Mode::empty()).ok()?)
        };
        let walk = |path: &Path, follow: bool| -> nix::Result<OwnedFd> {
            let mut how = ResolveFlag::RESOLVE_NO_MAGICLINKS | asked;
            if path.is_absolute() && !plain {
                how |= ResolveFlag::RESOLVE_IN_ROOT;
            }
            let flags = if follow { flags } else { flags | OFlag::O_NOFOLLOW };
            let open = |how: ResolveFlag| {
                let how = OpenHow::new().flags(flags).resolve(how);
                match &start {
                    Some(start) => openat2(start.as_fd(), path, how),
                    None => openat2(HERE, path, how),
                }
            };
            let found = match open(how | CACHED) {
                // Not in the kernel's cache: asking a file system that the program itself serves (an AppImage does)
                // would wait for a task that waits for us.
                Err(Errno::EAGAIN) if self.engine.mounts.served().is_empty() => open(how),
                // A kernel before 5.12 does not know RESOLVE_CACHED.
                Err(Errno::EINVAL) => open(how),
                result => result,
            };
            self.failed.set(found.as_ref().err().copied());
            found
        };
        let (parent, last, slash) = split(path);
        if !follow && let Some(name) = last {
            // The name itself is what counts: it is looked up in the directory that is held.
            return self.in_directory(walk(parent, true).ok()?, name, slash);
        }
        match walk(path, follow) {
            Ok(fd) => {
                let mut place = self.named(&fd)?;
                place.hold = Some(Hold { fd: Rc::new(fd), name: None });
                Some(place)
            }
            Err(Errno::ENOENT) => {
                // A link that leads nowhere yet: what it names would be made.
                if follow && let Ok(link) = walk(path, false) {
                    let place = self.named(&link)?;
                    if place.kind == Some(SFlag::S_IFLNK) {
                        let target = std::fs::read_link(&place.path).ok()?;
                        let joined = place.path.parent()?.join(target);
                        return self.by_kernel(AT_FDCWD, &joined, true, plain, depth + 1);
                    }
                }
                self.in_directory(walk(parent, true).ok()?, last?, slash)
            }
            Err(_) => None,
        }
    }

    /// The place of `name` in a directory.
    pub(super) fn in_directory(&self, directory: OwnedFd, name: &OsStr, slash: bool) -> Option<Place> {
        let parent = self.named(&directory)?;
        let look = |how: ResolveFlag| {
            let flags = OFlag::O_PATH | OFlag::O_CLOEXEC | OFlag::O_NOFOLLOW;
            openat2(directory.as_fd(), name, OpenHow::new().flags(flags).resolve(how))
        };
        let found = match look(CACHED) {
            Err(Errno::EAGAIN) if self.engine.mounts.served().is_empty() => look(ResolveFlag::empty()),
            // Looking would wait for whoever serves it.
            Err(Errno::EAGAIN) => return None,
            Err(Errno::EINVAL) => look(ResolveFlag::empty()),
            found => found,
        };
        let exists = !matches!(found, Err(Errno::ENOENT));
        let kind = found.ok().and_then(|fd| file_type(&fd).ok());
        let mut held = name.to_owned();
        if slash {
            held.push("/");
        }
        let hold = Some(Hold { fd: Rc::new(directory), name: Some(held) });
        Some(Place { path: parent.path.join(name), kind, exists, hold, lost: None })
    }

    fn named(&self, fd: &OwnedFd) -> Option<Place> {
        use std::os::fd::AsRawFd;
        let path = PathBuf::from(readlink(format!("/proc/self/fd/{}", fd.as_raw_fd()).as_str()).ok()?);
        // /proc/self meant us, not the task.
        let in_proc = path.strip_prefix("/proc").ok().and_then(|p| p.components().next());
        if in_proc.is_some_and(|p| p.as_os_str() == super::task::own_pid().to_string().as_str()) {
            return None;
        }
        let kind = file_type(fd).ok();
        Some(Place { path, kind, exists: true, hold: None, lost: None })
    }
}

/// The directory of `path`, its last component unless that is `.` or `..` (which `std::path` leaves out), and whether a
/// slash stands behind it.
pub(super) fn split(path: &Path) -> (&Path, Option<&OsStr>, bool) {
    let bytes = path.as_os_str().as_bytes();
    let end = bytes.iter().rposition(|b| *b != b'/').map_or(0, |last| last + 1);
    let begin = bytes[..end].iter().rposition(|b| *b == b'/').map_or(0, |slash| slash + 1);
    let name = match &bytes[begin..end] {
        b"" | b"." | b".." => None,
        name => Some(OsStr::from_bytes(name)),
    };
    let parent = if begin == 0 { b".".as_slice() } else { &bytes[..begin] };
    (Path::new(OsStr::from_bytes(parent)), name, end < bytes.len())
}

/// The process behind a pidfd of task `tid` (proc(5), fdinfo), or behind its directory in a proc file system, which
/// pidfd_send_signal(2) takes as well.
pub(super) fn pid_of(tid: i32, fd: i32) -> Option<i32> {
    let info = std::fs::read_to_string(format!("/proc/{tid}/fdinfo/{fd}")).ok()?;
    if let Some(pid) = info.lines().find_map(|l| l.strip_prefix("Pid:")) {
        return pid.trim().parse().ok();
    }
    let directory = std::fs::read_link(format!("/proc/{tid}/fd/{fd}")).ok()?;
    directory.file_name()?.to_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_split_as_the_kernel_does() {
        let split = |text: &'static str| {
            let (parent, name, slash) = split(Path::new(text));
            (parent.to_str().unwrap_or("?"), name.and_then(OsStr::to_str), slash)
        };
        assert_eq!(split("a"), (".", Some("a"), false));
        assert_eq!(split("/a"), ("/", Some("a"), false));
        assert_eq!(split("a/b//"), ("a/", Some("b"), true));
        assert_eq!(split("a/."), ("a/", None, false));
        assert_eq!(split("../.."), ("../", None, false));
        assert_eq!(split("/"), (".", None, true));
    }
}
