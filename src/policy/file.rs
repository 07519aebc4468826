//! Policies on disk: where, how read, how saved.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::{Policy, PolicyError};
use crate::i18n::{fill, io_error, tr};

/// Largest policy that is read, in bytes.
pub(super) const LARGEST: u64 = 16 << 20;
/// Longest part of a file name that a program's path is cut to; the kernel takes 255.
const PART: usize = 200;

fn failed(path: &Path, template: &str, error: &io::Error) -> PolicyError {
    PolicyError::whole(path.display().to_string(), fill(template, &[("error", &io_error(error))]))
}

/// Reads the text of a policy.
pub(super) fn read(path: &Path) -> Result<String, PolicyError> {
    let cannot = |error: io::Error| failed(path, &tr("cannot read the policy: {error}"), &error);
    let mut bytes = Vec::new();
    File::open(path).map_err(cannot)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(cannot)?;
    let source = path.display().to_string();
    if bytes.len() as u64 > LARGEST {
        return Err(PolicyError::whole(
            source,
            fill(&tr("larger than {limit} MiB, the most a policy can be"), &[("limit", &(LARGEST >> 20).to_string())]),
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let sound = String::from_utf8_lossy(&error.as_bytes()[..at]);
        PolicyError::at(&source, &sound, at, tr("not UTF-8 from here; save the file as UTF-8 text"))
    })
}

/// Removes a file that was not moved to its place.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // After the rename nothing has that name, which is no trouble.
        let _ = fs::remove_file(&self.0);
    }
}

/// Puts `text` where `path` says: all of it or nothing, for its owner only.
pub(super) fn save(path: &Path, text: &str) -> Result<(), PolicyError> {
    write(path, text).map_err(|error| failed(path, &tr("cannot save the policy: {error}"), &error))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    // Where the name is a link, what it points to is replaced and the link stays.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
    let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let (mut file, temporary) = create_beside(dir, name)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary.0, &path)?;
    // So that the name, too, is there after a power cut.
    File::open(dir)?.sync_all()
}

fn create_beside(dir: &Path, name: &std::ffi::OsStr) -> io::Result<(File, Temporary)> {
    for attempt in 0..100 {
        let mut hidden = std::ffi::OsString::from(".");
        // Keeps the name short enough where the policy's own is as long as names can be.
        hidden.push(std::ffi::OsStr::from_bytes(name.as_bytes().get(..PART).unwrap_or(name.as_bytes())));
        hidden.push(format!(".{}.{attempt}", std::process::id()));
        let path = dir.join(hidden);
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => return Ok((file, Temporary(path))),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::from(io::ErrorKind::AlreadyExists))
}

/// See [`Policy::file_for`].
pub(super) fn file_for(config_dir: &Path, program: &Path) -> PathBuf {
    let bytes = program.as_os_str().as_bytes();
    let mut name = String::new();
    for byte in bytes.strip_prefix(b"/").unwrap_or(bytes) {
        match byte {
            b'/' => name.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => name.push(char::from(*byte)),
            other => name.push_str(&format!("%{other:02X}")),
        }
    }
    let mut path = config_dir.join("policies");
    let mut rest = name.as_str();
    // A directory's name ends in a bare %, which no policy's does.
    while rest.len() > PART {
        path.push(format!("{}%", &rest[..PART]));
        rest = &rest[PART..];
    }
    path.push(format!("{rest}.json"));
    path
}

impl Policy {
    /// Reads the policy in the file `path`. Errors name the file, and the line and column where there is one.
    pub fn load(path: &Path) -> Result<Policy, PolicyError> {
        let text = read(path)?;
        Policy::parse(&text, &path.display().to_string())
    }

    /// Writes the policy to the file `path`, for its owner only: whole or not at all. Makes its directory.
    pub fn save(&self, path: &Path) -> Result<(), PolicyError> {
        save(path, &self.to_json())
    }

    /// Where the policy of the executable `program` is kept: below `policies` in `config_dir`, which is Syswall's own
    /// directory (`$XDG_CONFIG_HOME/syswall`). Two programs never share one.
    pub fn file_for(config_dir: &Path, program: &Path) -> PathBuf {
        file_for(config_dir, program)
    }
}
