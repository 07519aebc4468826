//! What can go wrong with a recording, in one line for the user.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::i18n::{fill, io_error, tr};

/// A recording that cannot be made or read. Displays as one line: the file, what is wrong, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it, and how to mend it.
    pub message: String,
}

impl RecordingError {
    /// An error about `path`.
    pub fn new(path: &Path, message: impl Into<String>) -> RecordingError {
        RecordingError { path: path.to_owned(), message: message.into() }
    }

    /// What SQLite said about `path`, in plain words where the usual causes have some.
    pub(super) fn sqlite(path: &Path, error: &rusqlite::Error) -> RecordingError {
        use rusqlite::ErrorCode as Code;
        let detailed = |template: String| fill(&template, &[("error", &error.to_string())]);
        let message = match error.sqlite_error_code() {
            Some(Code::DiskFull) => tr("the disk is full; what was recorded before is kept"),
            Some(Code::SystemIoFailure) => {
                detailed(tr("the disk failed or is full ({error}); what was recorded before is kept"))
            }
            Some(Code::NotADatabase | Code::DatabaseCorrupt) => {
                detailed(tr("the file is damaged or not a recording ({error})"))
            }
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => {
                tr("another program holds the recording locked; close it and try again")
            }
            Some(Code::CannotOpen | Code::PermissionDenied | Code::ReadOnly) => {
                detailed(tr("cannot be opened; check the permissions of the file and of its folder ({error})"))
            }
            _ => error.to_string(),
        };
        RecordingError::new(path, message)
    }

    /// What the system said about `path`.
    pub(super) fn io(path: &Path, error: &std::io::Error) -> RecordingError {
        RecordingError::new(path, io_error(error))
    }
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A file name can hold anything; Debug of a path escapes what a terminal would obey.
        write!(f, "{}: {}", self.path.to_string_lossy().escape_debug(), self.message)
    }
}

impl std::error::Error for RecordingError {}
