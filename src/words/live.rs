//! What only the running system knows: what processes are called, whose a terminal is, who has a pipe open. Looked up
//! when a question is shown, never for each call; all of it is a hint, since it can change at once.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::{elide, escape, escape_bytes, fill, object, tr};
use crate::syscall::Object;

/// As many processes are looked at for one answer.
const MOST_PROCESSES: usize = 4096;
/// As many descriptors are looked at for one answer.
const MOST_DESCRIPTORS: usize = 16_384;
/// As many processes are named.
const NAMED: usize = 8;

/// What the kernel calls the process now; a process names itself.
pub(super) fn process_name(pid: i32) -> Option<String> {
    let name = (pid > 0).then(|| std::fs::read(format!("/proc/{pid}/comm")).ok()).flatten()?;
    Some(elide(&escape_bytes(name.trim_ascii_end()), 20))
}

/// Whose terminal it is, if it is one of a terminal window; `asker` is the process that asks.
pub(super) fn terminal(what: &Object, asker: i32) -> Option<String> {
    let (Object::Path { path, .. } | Object::Device { path, .. }) = what else { return None };
    let number: u32 = path.strip_prefix("/dev/pts").ok()?.to_str()?.parse().ok()?;
    let is_its = |pid: i32| stat(pid).is_some_and(|stat| stat.terminal == Some(number));
    if is_its(asker) {
        return Some(tr("The program's own terminal."));
    }
    let leader =
        processes().find(|pid| stat(*pid).is_some_and(|stat| stat.terminal == Some(number) && stat.session == *pid))?;
    let name = process_name(leader).unwrap_or_default();
    Some(fill(&tr("The terminal of process {pid} ({name})."), &[("pid", &leader.to_string()), ("name", &name)]))
}

/// What of proc(5), /proc/PID/stat, is needed here.
struct Stat {
    session: i32,
    /// The number N of its terminal /dev/pts/N.
    terminal: Option<u32>,
}

fn stat(pid: i32) -> Option<Stat> {
    parse_stat(&std::fs::read(format!("/proc/{pid}/stat")).ok()?)
}

fn parse_stat(bytes: &[u8]) -> Option<Stat> {
    // The name in brackets is the process's own choice, brackets and blanks included.
    let behind = bytes.iter().rposition(|b| *b == b')')? + 1;
    let mut fields = std::str::from_utf8(bytes.get(behind..)?).ok()?.split_ascii_whitespace();
    let session = fields.nth(3)?.parse().ok()?;
    let device = fields.next()?.parse::<i32>().ok()? as u32;
    let (major, minor) = (device >> 8 & 0xfff, device & 0xff | device >> 12 & 0xf_ff00);
    // UNIX98 terminals: majors 136 to 143, 2^20 minors in the first of them on today's kernels.
    let terminal = (136..=143).contains(&major).then(|| (major - 136) * 256 + minor);
    Some(Stat { session, terminal })
}

fn processes() -> impl Iterator<Item = i32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).take(MOST_PROCESSES)
}

/// What descriptor `fd` of thread `tid` is open on; for a pipe also which other processes of the program have it open.
pub(super) fn open_file(tid: i32, fd: i32, asker: i32) -> Option<String> {
    let link = std::fs::read_link(format!("/proc/{tid}/fd/{fd}")).ok()?;
    if link.is_absolute() {
        let bytes = link.as_os_str().as_bytes();
        return Some(match bytes.strip_suffix(b" (deleted)") {
            Some(path) => fill(&tr("{path}, which has been deleted"), &[("path", &escape_bytes(path))]),
            None => escape(&link),
        });
    }
    let text = object(&Object::Descriptor { text: link.to_string_lossy().into_owned() });
    let others = if link.as_os_str().as_bytes().starts_with(b"pipe:") { who_has(&link, asker) } else { Vec::new() };
    if others.is_empty() {
        return Some(text);
    }
    Some(fill(&tr("{pipe}, also open in {processes}"), &[("pipe", &text), ("processes", &others.join(", "))]))
}

/// The processes of the program, without `asker`, that have what `link` stands for open.
fn who_has(link: &Path, asker: i32) -> Vec<String> {
    let mut left = MOST_DESCRIPTORS;
    let ours = processes().filter(|pid| *pid != asker && is_traced_by_us(*pid));
    let has = |pid: &i32| {
        let descriptors = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        descriptors.take(left).any(|entry| {
            left = left.saturating_sub(1);
            std::fs::read_link(entry.path()).is_ok_and(|found| found == link)
        })
    };
    let found: Vec<i32> = ours.filter(has).take(NAMED).collect();
    found.into_iter().map(object_name).collect()
}

fn object_name(pid: i32) -> String {
    super::object::object_of(&Object::Process { pid, tree: true }, true)
}

/// Whether one of Syswall's own threads traces the process.
fn is_traced_by_us(pid: i32) -> bool {
    let Ok(status) = std::fs::read_to_string(format!("/proc/{pid}/status")) else { return false };
    let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:")).map(str::trim);
    tracer.is_some_and(|tid| tid != "0" && Path::new("/proc/self/task").join(tid).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_read_from_behind_a_name_with_brackets() {
        let stat = parse_stat(b"12 (a) R 1 (x) S 1 12 77 34819 12 0").unwrap();
        assert_eq!((stat.session, stat.terminal), (77, Some(3)));
        assert_eq!(parse_stat(b"12 (a) S 1 12 77 0 -1 0").unwrap().terminal, None);
        assert_eq!(parse_stat(b"12 (a) S 1 12 77 1025 -1 0").unwrap().terminal, None);
        assert!(parse_stat(b"12 (a").is_none() && parse_stat(b"12 (a) S 1").is_none());
    }

    #[test]
    fn a_deleted_file_is_said_to_be_deleted() {
        use std::os::fd::AsRawFd;
        let file = tempfile::NamedTempFile::new().unwrap();
        let (open, path) = file.into_parts();
        let me = std::process::id() as i32;
        assert_eq!(open_file(me, open.as_raw_fd(), me).unwrap(), escape(&*path));
        let shown = format!("{}, which has been deleted", escape(&*path));
        drop(path);
        assert_eq!(open_file(me, open.as_raw_fd(), me).unwrap(), shown);
        assert_eq!(open_file(me, -1, me), None);
    }
}
