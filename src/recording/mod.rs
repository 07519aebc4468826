//! The recording: an SQLite file that holds everything a run did. Written by one thread, read by anyone, also while it grows.
//!
//! [`Recorder`] writes, [`Reader`] reads, [`Filter`] chooses. `schema.rs` says what the tables hold.

mod code;
mod error;
mod event;
pub mod filter;
mod intern;
pub mod json;
mod matches;
mod reader;
mod recorder;
mod schema;
mod stats;
mod tally;
mod writer;

use std::path::{Path, PathBuf};

pub use error::RecordingError;
pub use event::{Call, Check, Doubt, Event, ExitStatus, RunInfo, What};
pub use filter::{Filter, FilterError};
pub use matches::Matches;
pub use reader::{EventRow, Info, ProcessRow, Ran, Reader};
pub use recorder::Recorder;
pub use schema::{APPLICATION_ID, VERSION};
pub use stats::{CallRow, FileRow, NetworkRow, ProgramRow, Rate};
pub use tally::{Reached, Tally};

/// Where the recording of a run of `program` goes if nobody says otherwise: `recordings/NAME-YYYYMMDD-HHMMSS.syswall` in
/// `state_dir` (such as `~/.local/state/syswall`), local time; with `-2` and so on where that is taken.
pub fn default_path(state_dir: &Path, program: &Path) -> PathBuf {
    let name: String = program.file_name().map_or("program".into(), |n| n.to_string_lossy()).chars().take(64).collect();
    // Control characters in a file name help nobody.
    let name = name.replace(|c: char| c.is_control() || c == '/', "_");
    let stamp = rusqlite::Connection::open_in_memory()
        .and_then(|db| {
            db.query_row("SELECT strftime('%Y%m%d-%H%M%S', 'now', 'localtime')", [], |r| r.get::<_, String>(0))
        })
        .unwrap_or_else(|_| "undated".to_owned());
    let folder = state_dir.join("recordings");
    let mut path = folder.join(format!("{name}-{stamp}.syswall"));
    let mut n = 2;
    while path.symlink_metadata().is_ok() {
        path = folder.join(format!("{name}-{stamp}-{n}.syswall"));
        n += 1;
    }
    path
}

#[cfg(test)]
pub(crate) mod tests;
