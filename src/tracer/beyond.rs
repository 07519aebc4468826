//! What a call does beyond what it names: the program that the dynamic loader is told to run, the file behind a handle
//! or behind another process's descriptor, the kernel's settings that are files.

use std::ffi::OsString;
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, open, openat2};
use nix::sys::stat::Mode;

use super::descriptors::look_up;
use super::resolve::{Resolver, pid_of};
use crate::policy::is_loader;
use crate::sys::{HANDLE_MAX, open_handle};
use crate::syscall::access::{AT_FDCWD, PATH_MAX};
use crate::syscall::{Access, Kind, Memory, Object, RawCall};

/// How many arguments of the dynamic loader are looked at.
const ARGUMENTS: u64 = 256;
/// open(2).
const O_ACCMODE: u64 = 3;
const O_CREAT: u64 = 0o100;
const O_TRUNC: u64 = 0o1000;
const O_NOFOLLOW: u64 = 0o400000;
const O_PATH: u64 = 0o10000000;

/// Options of the dynamic loader that take the next argument (ld.so(8)).
const LOADER_TAKES: [&[u8]; 7] = [
    b"--library-path",
    b"--inhibit-rpath",
    b"--audit",
    b"--preload",
    b"--argv0",
    b"--glibc-hwcaps-prepend",
    b"--glibc-hwcaps-mask",
];

fn path_object(path: PathBuf, asked: impl Into<OsString>) -> Option<Object> {
    Some(Object::Path { path, asked: asked.into() })
}

fn add(found: &mut Vec<Access>, kind: Kind, object: Option<Object>) {
    let access = Access { kind, object };
    if !found.contains(&access) {
        found.push(access);
    }
}

/// What a descriptor with these open flags lets one do.
pub(super) fn ways(flags: u64) -> impl Iterator<Item = Kind> {
    let (path, mode) = (flags & O_PATH != 0, flags & O_ACCMODE);
    let reads = (!path && mode != 1).then_some(Kind::FileRead);
    let writes = (!path && (mode != 0 || flags & O_TRUNC != 0)).then_some(Kind::FileWrite);
    [path.then_some(Kind::FileStat), reads, writes].into_iter().flatten()
}

/// The program among the loader's arguments (without its own name), and the directories in which it is looked for.
fn loaded(arguments: &[Vec<u8>]) -> Option<(&[u8], Vec<&[u8]>)> {
    let mut dirs: Vec<&[u8]> = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == b"--library-path" {
            dirs.extend(rest.next()?.split(|b| matches!(b, b':' | b';')));
        } else if LOADER_TAKES.contains(&argument.as_slice()) {
            rest.next()?;
        } else if let Some(path) = argument.strip_prefix(b"--library-path=") {
            dirs.extend(path.split(|b| *b == b':'));
        } else if !argument.starts_with(b"--") {
            return Some((argument, dirs));
        }
    }
    None
}

/// The name of a setting of the kernel's whose file is `path`; `None`: it is none.
fn setting(path: &Path) -> Option<String> {
    if let Ok(name) = path.strip_prefix("/proc/sys") {
        return Some(name.to_string_lossy().replace('/', "."));
    }
    let below = path.strip_prefix("/proc").ok().and_then(|p| p.components().next()?.as_os_str().to_str());
    let machine = below.is_some_and(|name| !name.starts_with(|c: char| c.is_ascii_digit()));
    (machine || path.starts_with("/sys")).then(|| path.to_string_lossy().into_owned())
}

impl Resolver<'_> {
    /// Adds to what `call` was found to do.
    pub fn beyond(&mut self, call: &RawCall, memory: &dyn Memory, found: &mut Vec<Access>) {
        self.names_before(found);
        let args = &call.args;
        match call.name() {
            Some("execve") => self.executes(call, args[1], memory, found),
            Some("execveat") => self.executes(call, args[2], memory, found),
            Some("pidfd_getfd") => self.takes(args[0] as i32, args[1] as i32, found),
            Some("open_by_handle_at") => self.opens_handle(call, memory, found),
            Some("openat2") => self.opens_in_root(call, memory, found),
            Some("link" | "linkat" | "rename" | "renameat" | "renameat2") => self.names_socket(found),
            _ => {}
        }
        let changed = found.iter().filter(|a| {
            matches!(
                a.kind,
                Kind::FileWrite | Kind::FileCreate | Kind::FileDelete | Kind::FileRename | Kind::FileAttributes
            )
        });
        let settings: Vec<String> = changed
            .filter_map(|a| match &a.object {
                Some(Object::Path { path, .. }) => setting(path),
                _ => None,
            })
            .collect();
        for name in settings {
            add(found, Kind::System, Some(Object::System { name }));
        }
    }

    /// A mount that the program has made gives files other names than those that rules are about.
    fn names_before(&self, found: &mut Vec<Access>) {
        let mut more = Vec::new();
        for access in found.iter_mut() {
            let Some(Object::Path { path, .. }) = &mut access.object else { continue };
            let mut names = self.engine.protection.names_before(self.tid, path);
            let Some(name) = names.pop() else { continue };
            *path = name;
            more.extend(names.into_iter().map(|name| (access.kind, path_object(name.clone(), name))));
        }
        for (kind, object) in more {
            add(found, kind, object);
        }
    }

    /// A socket by another name would be another one to rules about it.
    fn names_socket(&mut self, found: &mut Vec<Access>) {
        let served = self.engine.mounts.served();
        let sockets: Vec<PathBuf> = found
            .iter()
            .filter(|a| matches!(a.kind, Kind::FileRead | Kind::FileRename))
            .filter_map(|a| match &a.object {
                Some(Object::Path { path, .. }) if !served.iter().any(|m| path.starts_with(m)) => Some(path.clone()),
                _ => None,
            })
            .filter(|path| path.symlink_metadata().is_ok_and(|m| m.file_type().is_socket()))
            .collect();
        for path in sockets {
            add(found, Kind::NetworkConnect, Some(Object::Unix { name: path.into_os_string() }));
        }
    }

    /// With RESOLVE_IN_ROOT a path begins at the given directory even where it is absolute, and no `..` leaves it
    /// (openat2(2)).
    fn opens_in_root(&mut self, call: &RawCall, memory: &dyn Memory, found: &mut Vec<Access>) {
        let [dir, path, how, ..] = call.args;
        let (flags, resolve) = (memory.u64(how), memory.u64(how.wrapping_add(16)));
        let (Some(flags), Some(resolve)) = (flags, resolve) else { return };
        if resolve & ResolveFlag::RESOLVE_IN_ROOT.bits() == 0 {
            return;
        }
        found.retain(|a| !matches!(a.object, Some(Object::Path { .. })));
        let Ok(asked) = memory.c_string(path, PATH_MAX) else { return };
        let place = self.in_root(dir as i32, Path::new(std::ffi::OsStr::from_bytes(&asked)), flags & O_NOFOLLOW == 0);
        let object = |path: PathBuf| path_object(path, std::ffi::OsStr::from_bytes(&asked));
        let Some((path, exists)) = place else {
            return ways(flags).for_each(|kind| add(found, kind, Some(Object::Unreadable)));
        };
        if flags & O_CREAT != 0 && !exists {
            add(found, Kind::FileCreate, object(path.clone()));
        }
        ways(flags).for_each(|kind| add(found, kind, object(path.clone())));
    }

    /// Where `path` leads in `dir` as if that were the root, and whether anything is there.
    fn in_root(&self, dir: i32, path: &Path, follow: bool) -> Option<(PathBuf, bool)> {
        let root = match dir {
            AT_FDCWD => format!("/proc/{}/cwd", self.tid),
            fd => format!("/proc/{}/fd/{fd}", self.tid),
        };
        if !self.engine.mounts.served().is_empty() {
            // Who serves a file system may wait for us.
            return None;
        }
        let flags = OFlag::O_PATH | OFlag::O_CLOEXEC;
        let root = open(root.as_str(), flags | OFlag::O_DIRECTORY, Mode::empty()).ok()?;
        let walk = |path: &Path, follow: bool| {
            let flags = if follow { flags } else { flags | OFlag::O_NOFOLLOW };
            let how = OpenHow::new().flags(flags);
            let how = how.resolve(ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS);
            openat2(root.as_fd(), path, how)
        };
        let named = |fd: OwnedFd| std::fs::read_link(format!("/proc/self/fd/{}", fd.as_raw_fd())).ok();
        match walk(path, follow) {
            Ok(fd) => Some((named(fd)?, true)),
            // What would be made: not by a link that leads nowhere yet.
            Err(Errno::ENOENT) if walk(path, false).is_err() => {
                let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
                Some((named(walk(parent, true).ok()?)?.join(path.file_name()?), false))
            }
            Err(_) => None,
        }
    }

    fn executes(&mut self, call: &RawCall, argv: u64, memory: &dyn Memory, found: &mut Vec<Access>) {
        let first = found.iter().find_map(|a| match (a.kind, &a.object) {
            (Kind::ProcessExecute, Some(Object::Path { path, .. })) => Some(path.clone()),
            _ => None,
        });
        if first.is_some_and(|path| is_loader(&path)) {
            self.loads(call, argv, memory, found);
        }
    }

    /// The dynamic loader as a program: what it is told to run is what is run.
    fn loads(&mut self, call: &RawCall, argv: u64, memory: &dyn Memory, found: &mut Vec<Access>) {
        let word = call.abi.word();
        let mut arguments = Vec::new();
        for i in 1..ARGUMENTS {
            let read = memory.word(argv.wrapping_add(i * word as u64), word);
            match read.map(|pointer| (pointer, memory.c_string(pointer, PATH_MAX))) {
                Some((0, _)) => break,
                Some((_, Ok(argument))) => arguments.push(argument),
                _ => return add(found, Kind::ProcessExecute, Some(Object::Unreadable)),
            }
        }
        let Some((program, dirs)) = loaded(&arguments) else { return };
        let mut names = vec![program.to_vec()];
        if !program.contains(&b'/') {
            names.extend(dirs.iter().map(|dir| [dir, &b"/"[..], program].concat()));
        }
        for name in names {
            let place = self.locate(AT_FDCWD, &name, true);
            add(found, Kind::ProcessExecute, path_object(place.path, std::ffi::OsStr::from_bytes(&name)));
        }
    }

    /// A descriptor taken from another process is like opening what it is open on.
    fn takes(&mut self, pidfd: i32, fd: i32, found: &mut Vec<Access>) {
        let Some(pid) = pid_of(self.tid, pidfd) else { return };
        let Some(object) = look_up(pid, fd) else { return };
        match object {
            Object::Path { .. } => {
                for kind in ways(open_flags(pid, fd)) {
                    add(found, kind, Some(object.clone()));
                }
            }
            // A socket is connected, or may be.
            Object::Descriptor { ref text } if text.starts_with("socket:") => {
                let peer = crate::sys::socket_peer(pid, fd).ok();
                let peer = peer.and_then(|address| super::resolve_socket::peer(pid, pid, fd, Some(&address)));
                add(found, Kind::NetworkConnect, Some(peer.unwrap_or(object)));
            }
            _ => {}
        }
    }

    fn opens_handle(&mut self, call: &RawCall, memory: &dyn Memory, found: &mut Vec<Access>) {
        let [mount, handle, flags, ..] = call.args;
        let place = self.behind_handle(mount as i32, handle, memory);
        let object = place.map_or(Some(Object::Unreadable), |path| path_object(path.clone(), path));
        for kind in ways(flags) {
            add(found, kind, object.clone());
        }
    }

    fn behind_handle(&self, mount: i32, handle: u64, memory: &dyn Memory) -> Option<PathBuf> {
        let size = memory.u32(handle)? as usize;
        let mut bytes = vec![0; size.checked_add(8).filter(|len| *len <= HANDLE_MAX)?];
        if memory.read(handle, &mut bytes) != bytes.len() {
            return None;
        }
        let of = match mount {
            AT_FDCWD => format!("/proc/{}/cwd", self.tid),
            fd => format!("/proc/{}/fd/{fd}", self.tid),
        };
        // Any descriptor of the file system will do, but opening it anew must not do anything.
        let kind = std::fs::metadata(&of).ok()?.file_type();
        let directory = kind.is_dir();
        if !directory && !kind.is_file() {
            return None;
        }
        let mount = File::options().read(true).custom_flags(libc::O_NONBLOCK).open(&of).ok()?;
        let fd = open_handle(mount.as_fd(), &bytes).ok()?;
        std::fs::read_link(format!("/proc/self/fd/{}", fd.as_raw_fd())).ok()
    }
}

/// The flags with which descriptor `fd` of process `pid` is open (proc(5), fdinfo). What cannot be told is open for both.
pub(super) fn open_flags(pid: i32, fd: i32) -> u64 {
    let info = std::fs::read_to_string(format!("/proc/{pid}/fdinfo/{fd}")).unwrap_or_default();
    let flags = info.lines().find_map(|l| l.strip_prefix("flags:")).map(str::trim);
    flags.and_then(|f| u64::from_str_radix(f, 8).ok()).unwrap_or(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loaders_program_is_told_from_its_options() {
        let words = |text: &str| text.split(' ').map(|w| w.as_bytes().to_vec()).collect::<Vec<_>>();
        let program = |text: &str| loaded(&words(text)).map(|(p, _)| p.to_vec());
        assert_eq!(program("./x"), Some(b"./x".to_vec()));
        assert_eq!(program("--preload y.so --inhibit-cache ./x z"), Some(b"./x".to_vec()));
        assert_eq!(program("--argv0 ./x /bin/y"), Some(b"/bin/y".to_vec()));
        assert_eq!(program("--version"), None);
        assert_eq!(loaded(&words("--library-path /a:/b x")).map(|(_, d)| d.len()), Some(2));
    }

    #[test]
    fn settings_of_the_kernel_are_told_from_processes() {
        assert_eq!(setting(Path::new("/proc/sys/kernel/hostname")).as_deref(), Some("kernel.hostname"));
        assert_eq!(setting(Path::new("/proc/sysrq-trigger")).as_deref(), Some("/proc/sysrq-trigger"));
        assert_eq!(setting(Path::new("/proc/12/oom_score_adj")), None);
        assert_eq!(setting(Path::new("/home/anna/sys")), None);
    }
}
