//! What a user is told when a run cannot begin.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use nix::errno::Errno;

use crate::i18n::{fill, system_error, tr};
use crate::sys::launch::Step;
use crate::tracer::StartError;

/// One line for the user, and the exit status (contract 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunError {
    /// What happened and what to do about it; without the program's name in front.
    pub message: String,
    /// 2, 125, 126 or 127.
    pub exit_code: i32,
}

impl std::fmt::Display for RunError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RunError {}

/// The interpreter that a script names (execve(2): at most 255 bytes of the first line count).
fn interpreter(path: &Path) -> Option<String> {
    let file = std::fs::File::open(path).ok()?;
    let mut line = Vec::new();
    BufReader::new(file.take(256)).read_until(b'\n', &mut line).ok()?;
    let line = String::from_utf8_lossy(line.strip_prefix(b"#!")?).into_owned();
    line.split_whitespace().next().map(|name| name.escape_debug().to_string())
}

pub(super) fn start_error(error: &StartError, program: &Path, cwd: &Path) -> RunError {
    let (step, errno) = match error {
        StartError::Engine(text) => return RunError { message: text.shown(), exit_code: 125 },
        StartError::Program(step, errno) => (*step, *errno),
    };
    let interpreter = interpreter(program).filter(|_| matches!(errno, Errno::ENOENT | Errno::EACCES));
    let (template, exit_code) = match (step, errno, &interpreter) {
        (Step::Directory, ..) => (tr("cannot change to {directory}: {error}"), 125),
        (Step::Terminal, ..) => (tr("cannot give the program its terminal: {error}"), 125),
        (Step::Filter, ..) => (tr("cannot install the seccomp filter of --watch policy: {error}; run without it"), 125),
        (Step::Execute, Errno::ENOENT, Some(_)) => (
            tr(
                "cannot run {program}: its interpreter {interpreter} does not exist; install it, or mend the script's first line",
            ),
            126,
        ),
        (Step::Execute, Errno::ENOENT, None) => {
            (tr("cannot run {program}: it, or the loader it needs, does not exist"), 127)
        }
        (Step::Execute, Errno::ENOEXEC, _) => (
            tr(
                "cannot run {program}: it is empty or in a format that the kernel cannot execute; a script needs a first line such as #!/bin/sh",
            ),
            126,
        ),
        (Step::Execute, Errno::EACCES, Some(_)) => {
            (tr("cannot run {program}: its interpreter {interpreter} is not executable for you"), 126)
        }
        (Step::Execute, Errno::EACCES, None) => {
            (tr("cannot run {program}: you may not execute it (its permissions, or a file system mounted noexec)"), 126)
        }
        (Step::Execute, ..) => (tr("cannot run {program}: {error}"), 126),
    };
    let values = [
        ("program", &*program.to_string_lossy()),
        ("directory", &*cwd.to_string_lossy()),
        ("interpreter", interpreter.as_deref().unwrap_or_default()),
        ("error", &system_error(errno as i32)),
    ];
    RunError { message: fill(&template, &values), exit_code }
}
