//! What is Syswall's own: its tasks and their entries in /proc, its files, its program, its terminal; under whatever
//! name a mount gives them.

use std::cell::Cell;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::mounts::{Mount, in_proc, mount_of, names_in, table};

/// What Syswall installs, below a data directory; all names that begin so.
const INSTALLED: [&str; 8] = [
    "applications/io.github.syswall",
    "dbus-1/services/io.github.syswall",
    "mime/packages/io.github.syswall",
    "nautilus-python/extensions/syswall",
    "nautilus-python/extensions/__pycache__/syswall",
    "nautilus/scripts/Run under Syswall",
    "Thunar/sendto/thunar-sendto-syswall",
    "syswall/",
];

/// Its translations: what prompts say is in them.
const TRANSLATIONS: &str = "/LC_MESSAGES/syswall.mo";

/// Everything that is Syswall's.
pub(super) struct Own {
    pid: i32,
    /// Nobody else's: settings, policies, recordings.
    paths: Vec<PathBuf>,
    /// What may be read and run, but not changed; every name that begins so.
    kept: Vec<PathBuf>,
    /// The mounts as they were before the program.
    mounts: Vec<Mount>,
    /// Where proc was mounted by then, but for /proc.
    procs: Vec<PathBuf>,
    /// Whether the program may have made mounts of its own since.
    remounted: Cell<bool>,
    /// The device of the terminal that Syswall asks on.
    pub terminal: Option<u64>,
}

/// The directories of the environment variable, or these.
fn directories(variable: &str, otherwise: &str) -> Vec<PathBuf> {
    let value = std::env::var_os(variable).filter(|v| !v.is_empty()).unwrap_or_else(|| otherwise.into());
    std::env::split_paths(&value).filter(|p| p.is_absolute()).collect()
}

fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// Syswall's own program and what it installs, or what would be run in its place.
fn kept() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|p| p.is_absolute());
    let mut share = directories("XDG_DATA_DIRS", "/usr/local/share:/usr/share");
    share.extend(["/usr/local/share", "/usr/share"].map(PathBuf::from));
    share.extend(directories("XDG_DATA_HOME", ""));
    share.extend(home.iter().map(|h| h.join(".local/share")));
    let program = std::env::current_exe().ok();
    share.extend(program.iter().filter_map(|p| Some(p.parent()?.parent()?.join("share"))));
    let mut bin = directories("PATH", "/usr/local/bin:/usr/bin:/bin");
    bin.extend(home.iter().flat_map(|h| [h.join(".local/bin"), h.join("bin")]));
    let installed = share.iter().flat_map(|s| INSTALLED.map(|name| resolved(s).join(name)));
    let mut all: Vec<PathBuf> = installed.chain(bin.iter().map(|b| resolved(b).join("syswall"))).collect();
    // Those that are there; more of them cannot be made, see `keeps`.
    let languages = share.iter().filter_map(|s| std::fs::read_dir(s.join("locale")).ok()).flatten().flatten();
    all.extend(languages.map(|l| resolved(&l.path()).join("LC_MESSAGES/syswall.mo")).filter(|mo| mo.exists()));
    all.extend(program.map(|p| resolved(&p)));
    all.sort();
    all.dedup();
    all
}

/// The controlling terminal of this process: tty_nr of proc(5), as device numbers are written in `st_rdev`.
fn terminal() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let number: i32 = stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(4)?.parse().ok()?;
    // The kernel's old encoding: minor bits 31-20 and 7-0, major bits 15-8.
    let (major, minor) = (number as u32 >> 8 & 0xfff, number as u32 & 0xff | number as u32 >> 12 & 0xfff00);
    (number != 0).then(|| nix::sys::stat::makedev(major.into(), minor.into()))
}

/// Whether `path` begins with the bytes of one of `beginnings`.
fn begins(path: &Path, beginnings: &[PathBuf]) -> bool {
    let bytes = path.as_os_str().as_bytes();
    beginnings.iter().any(|b| bytes.starts_with(b.as_os_str().as_bytes()))
}

/// Whether there is anything whose name begins so: what is not there cannot be moved away.
fn is_there(beginning: &Path) -> bool {
    let (Some(dir), Some(start)) = (beginning.parent(), beginning.file_name()) else { return false };
    let begins = |name: std::ffi::OsString| name.as_bytes().starts_with(start.as_bytes());
    std::fs::read_dir(dir).is_ok_and(|entries| entries.flatten().any(|e| begins(e.file_name())))
}

impl Own {
    /// `paths`: absolute, resolved. Call it before the program starts.
    pub fn new(paths: Vec<PathBuf>) -> Own {
        let mounts = table("self");
        // One file system can be mounted in several places.
        let everywhere = |paths: Vec<PathBuf>| {
            let others: Vec<PathBuf> = paths.iter().flat_map(|p| names_in(&mounts, &mounts, p)).collect();
            let mut all = [paths, others].concat();
            all.sort();
            all.dedup();
            all
        };
        let procs = mounts.iter().filter(|m| m.proc && m.point != Path::new("/proc"));
        Own {
            pid: std::process::id() as i32,
            paths: everywhere(paths),
            kept: everywhere(kept()),
            procs: procs.map(|m| m.point.clone()).collect(),
            mounts,
            remounted: Cell::new(false),
            terminal: terminal(),
        }
    }

    /// Whether `tid` is a task of Syswall's.
    pub fn is_task(&self, tid: i32) -> bool {
        tid == self.pid || tid > 0 && Path::new(&format!("/proc/{}/task/{tid}", self.pid)).exists()
    }

    /// Syswall's PID.
    pub const fn pid(&self) -> i32 {
        self.pid
    }

    /// Says that from now on mounts must be looked at: the program makes some, or goes where others are.
    pub fn note_remount(&self) {
        self.remounted.set(true);
    }

    /// The tables in which `path` of task `tid` may have to be looked up, each with the path as it begins there.
    fn views(&self, tid: i32, path: &Path) -> Vec<(Vec<Mount>, PathBuf)> {
        if !self.remounted.get() {
            return Vec::new();
        }
        let theirs = table(&tid.to_string());
        let mut views = vec![(table("self"), path.to_path_buf()), (theirs.clone(), path.to_path_buf())];
        // A task's table begins at its own root directory.
        let root = std::fs::read_link(format!("/proc/{tid}/root")).unwrap_or_default();
        if let Ok(inner) = path.strip_prefix(&root) {
            views.push((theirs, Path::new("/").join(inner)));
        }
        views
    }

    /// Every name that Syswall has for what `path` names to task `tid`; `path` itself first.
    fn names(&self, tid: i32, path: &Path) -> Vec<PathBuf> {
        let mut names = vec![path.to_path_buf()];
        for (table, path) in self.views(tid, path) {
            names.extend(names_in(&self.mounts, &table, &path));
        }
        names
    }

    /// What `path` of task `tid` was called before the program made mounts of its own; empty where it is called so
    /// still, or where it was not there.
    pub fn names_before(&self, tid: i32, path: &Path) -> Vec<PathBuf> {
        if !self.remounted.get() {
            return Vec::new();
        }
        let mut views = self.views(tid, path);
        // The first is Syswall's view, the rest are the task's own.
        let views = if self.shares_mounts(tid) { views.drain(..1) } else { views.drain(1..) };
        let mut names: Vec<PathBuf> = views.flat_map(|(table, path)| names_in(&self.mounts, &table, &path)).collect();
        names.sort();
        names.dedup();
        if names.iter().any(|name| name == path) { Vec::new() } else { names }
    }

    /// What `path` is called in /proc, if it is in a proc file system.
    pub fn proc_name(&self, tid: i32, path: &Path) -> Option<PathBuf> {
        if path.starts_with("/proc") {
            return Some(path.to_path_buf());
        }
        let before = self.procs.iter().any(|p| path.starts_with(p)).then(|| in_proc(&self.mounts, path)).flatten();
        before.or_else(|| self.views(tid, path).iter().find_map(|(table, path)| in_proc(table, path)))
    }

    /// Whether `path` is a file or directory of Syswall's, or below one.
    pub fn has(&self, tid: i32, path: &Path) -> bool {
        self.names(tid, path).iter().any(|name| self.paths.iter().any(|p| name.starts_with(p)))
    }

    /// Whether `path` is what may be read but not changed.
    pub fn keeps(&self, tid: i32, path: &Path) -> bool {
        let translation = |name: &Path| name.as_os_str().as_bytes().ends_with(TRANSLATIONS.as_bytes());
        self.names(tid, path).iter().any(|name| begins(name, &self.kept) || translation(name))
    }

    /// Whether a folder that comes by that name may bring what counts as installed with Syswall.
    pub fn is_place_for_own(&self, tid: i32, path: &Path) -> bool {
        self.names(tid, path).iter().any(|name| {
            let language = name.parent().is_some_and(|p| p.ends_with("share/locale"));
            language || name.ends_with("LC_MESSAGES") || self.kept.iter().any(|k| k != name && k.starts_with(name))
        })
    }

    /// Whether moving, removing or covering `path` would take something of Syswall's with it.
    pub fn is_in(&self, tid: i32, path: &Path) -> bool {
        self.names(tid, path).iter().any(|name| {
            let kept = || self.kept.iter().filter(|p| p.parent().is_some_and(|dir| dir.starts_with(name)));
            self.paths.iter().any(|p| p.starts_with(name)) || kept().any(|p| is_there(p))
        })
    }

    /// Whether task `tid` sees the mounts that Syswall sees.
    pub fn shares_mounts(&self, tid: i32) -> bool {
        let namespace = |who: &str| std::fs::read_link(format!("/proc/{who}/ns/mnt")).ok();
        namespace(&tid.to_string()) == namespace("self")
    }

    /// Whether a mount on `path` made by task `tid` can be seen where Syswall looks for its files.
    pub fn sees_mount_on(&self, tid: i32, path: &Path) -> bool {
        if self.shares_mounts(tid) {
            return true;
        }
        let theirs = table(&tid.to_string());
        mount_of(&theirs, path).is_none_or(|m| m.shared)
    }
}

/// The task that `path` (below /proc) is an entry of, and what of it.
pub(super) fn entry_of(path: &Path) -> Option<(i32, &Path)> {
    let below = path.strip_prefix("/proc").ok()?;
    let mut parts = below.components();
    let number = |name: Option<&OsStr>| name.and_then(OsStr::to_str).and_then(|n| n.parse::<i32>().ok());
    let pid = number(parts.next().map(|c| c.as_os_str()))?;
    let rest = parts.as_path();
    let Ok(task) = rest.strip_prefix("task") else { return Some((pid, rest)) };
    let mut parts = task.components();
    match number(parts.next().map(|c| c.as_os_str())) {
        Some(tid) => Some((tid, parts.as_path())),
        None => Some((pid, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_processes_and_threads_are_told() {
        let entry = |path: &'static str| entry_of(Path::new(path)).map(|(pid, rest)| (pid, rest.to_path_buf()));
        assert_eq!(entry("/proc/12/mem"), Some((12, "mem".into())));
        assert_eq!(entry("/proc/12/task/13/mem"), Some((13, "mem".into())));
        assert_eq!(entry("/proc/12/task"), Some((12, "task".into())));
        assert_eq!(entry("/proc/meminfo"), None);
    }

    #[test]
    fn names_that_begin_like_syswalls_own_are_kept() {
        let own = Own::new(vec!["/home/anna/.config/syswall".into()]);
        let pid = std::process::id() as i32;
        assert!(own.keeps(pid, Path::new("/usr/share/applications/io.github.syswall.Syswall.desktop")));
        assert!(own.keeps(pid, Path::new("/usr/bin/syswall")));
        assert!(own.keeps(pid, Path::new("/opt/x/share/locale/ru/LC_MESSAGES/syswall.mo")));
        assert!(!own.keeps(pid, Path::new("/usr/share/applications/firefox.desktop")));
        assert!(own.has(pid, Path::new("/home/anna/.config/syswall/policies/x.json")));
        assert!(own.is_in(pid, Path::new("/home/anna")) && !own.is_in(pid, Path::new("/home/otto")));
    }
}
