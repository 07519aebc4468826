//! What the commands print, and how they fail: one line on standard error, status 2. A reader that leaves is no failure.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

use crate::i18n::{fill, io_error, tr};

/// Why a command stops.
pub enum Stop {
    /// With this line on standard error, and status 2.
    Failure(String),
    /// Nobody reads any more.
    NoReader,
}

impl<E: Display> From<E> for Stop {
    fn from(error: E) -> Stop {
        Stop::Failure(error.to_string())
    }
}

/// Runs a command that prints to standard output; `Ok` is its exit status.
pub fn printing(command: impl FnOnce(&mut dyn Write) -> Result<i32, Stop>) -> i32 {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let result = command(&mut out).and_then(|status| flushed(out.flush()).map(|()| status));
    status(result)
}

/// The exit status; a failure is printed.
pub fn status(result: Result<i32, Stop>) -> i32 {
    match result {
        Ok(status) => status,
        Err(Stop::NoReader) => 0,
        Err(Stop::Failure(message)) => {
            // One line, whatever is in a file name.
            eprintln!("syswall: {}", message.replace('\n', " "));
            2
        }
    }
}

/// The result of writing to standard output.
pub fn flushed(result: io::Result<()>) -> Result<(), Stop> {
    result.map_err(|e| match e.kind() {
        ErrorKind::BrokenPipe => Stop::NoReader,
        _ => Stop::Failure(fill(&tr("standard output: {error}"), &[("error", &io_error(&e))])),
    })
}

/// A file's name in messages.
pub fn shown(path: &Path) -> String {
    crate::words::escape(path)
}
