//! What a user is told when a run cannot begin.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use nix::errno::Errno;

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
    let shown = program.display();
    let (step, errno) = match error {
        StartError::Engine(text) => return RunError { message: text.clone(), exit_code: 125 },
        StartError::Program(step, errno) => (*step, *errno),
    };
    let (message, exit_code) = match (step, errno) {
        (Step::Directory, e) => (format!("cannot change to {}: {}", cwd.display(), e.desc()), 125),
        (Step::Terminal, e) => (format!("cannot give the program its terminal: {}", e.desc()), 125),
        (Step::Filter, e) => {
            (format!("cannot install the seccomp filter of --watch policy: {}; run without it", e.desc()), 125)
        }
        (Step::Execute, Errno::ENOENT) => match interpreter(program) {
            Some(name) => (
                format!(
                    "cannot run {shown}: its interpreter {name} does not exist; install it, or mend the script's first line"
                ),
                126,
            ),
            None => (format!("cannot run {shown}: it, or the loader it needs, does not exist"), 127),
        },
        (Step::Execute, Errno::ENOEXEC) => (
            format!(
                "cannot run {shown}: it is empty or in a format that the kernel cannot execute; a script needs a first line such as #!/bin/sh"
            ),
            126,
        ),
        (Step::Execute, Errno::EACCES) => match interpreter(program) {
            Some(name) => (format!("cannot run {shown}: its interpreter {name} is not executable for you"), 126),
            None => (
                format!(
                    "cannot run {shown}: you may not execute it (its permissions, or a file system mounted noexec)"
                ),
                126,
            ),
        },
        (Step::Execute, e) => (format!("cannot run {shown}: {}", e.desc()), 126),
    };
    RunError { message, exit_code }
}
