//! Finding the program as execvp(3) would.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, access};

use super::RunError;
use crate::i18n::{fill, tr};

/// Where a program is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What execve(2) is given in `cwd`, as execvp(3) would: scripts see it as their name.
    pub execute: PathBuf,
    /// The same, absolute.
    pub path: PathBuf,
}

/// The executable that `argv` names: as it is if it holds a slash (relative to `cwd`), else along PATH.
/// Errors: 127 nothing of that name; 126 found, but it cannot be executed.
pub fn find_program(argv: &[OsString], cwd: &Path) -> Result<Found, RunError> {
    let Some(name) = argv.first().filter(|n| !n.is_empty()) else {
        return Err(RunError { message: tr("no program was given; name one behind `run`"), exit_code: 2 });
    };
    let refusal = |path: &Path, (exit_code, why): (i32, String)| RunError {
        message: fill(&tr("cannot run {program}: {why}"), &[("program", &path.to_string_lossy()), ("why", &why)]),
        exit_code,
    };
    if name.as_bytes().contains(&b'/') {
        let path = cwd.join(name);
        return match why_not(&path) {
            None => Ok(Found { execute: PathBuf::from(name), path }),
            Some(why) => Err(refusal(Path::new(name), why)),
        };
    }
    let mut refused = None;
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/bin:/usr/bin".into());
    for dir in std::env::split_paths(&path) {
        // An empty element means the working directory (execvp(3)).
        let execute = dir.join(name);
        let candidate = cwd.join(&execute);
        match why_not(&candidate) {
            None => return Ok(Found { execute, path: candidate }),
            // A directory that may not be searched says nothing about what is in it.
            Some(why) if why.0 == 126 && candidate.exists() => refused = refused.or(Some((candidate, why))),
            Some(_) => {}
        }
    }
    Err(match refused {
        Some((path, why)) => refusal(&path, why),
        None => RunError {
            message: fill(
                &tr("cannot run {program}: no such program in PATH; check the name, or give its path"),
                &[("program", &name.to_string_lossy())],
            ),
            exit_code: 127,
        },
    })
}

fn why_not(path: &Path) -> Option<(i32, String)> {
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(e) if e.kind() == std::io::ErrorKind::PermissionDenied => {
            return Some((126, tr("its directory may not be searched by you")));
        }
        Err(_) => return Some((127, tr("no such file; check the path"))),
    };
    if meta.is_dir() {
        Some((126, tr("it is a directory; name a program in it")))
    } else if !meta.is_file() {
        Some((126, tr("it is not a regular file")))
    } else if access(path, AccessFlags::X_OK).is_err() {
        Some((126, tr("it is not executable for you; chmod +x makes it so")))
    } else {
        None
    }
}
