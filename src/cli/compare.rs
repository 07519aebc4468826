//! `syswall compare`: what differs between two runs (contract 7). Status 0: nothing, 1: something, 2: trouble.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{self, Stop, flushed, shown};
use crate::i18n::{fill, io_error, tr};
use crate::recording::{Reader, json};
use crate::report::{Report, compare};

/// Larger files are no saved reports.
const LARGEST: u64 = 1 << 30;

/// What to compare.
#[derive(Args, Debug)]
pub struct CompareArgs {
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub format: super::policy::Format,
    /// The earlier run: a recording, or a report saved with `syswall report --format json`
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    /// The later run
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,
}

/// Runs the command; returns its exit status.
pub fn main(args: &CompareArgs) -> i32 {
    output::printing(|out| {
        let comparison = compare(&load(&args.before)?, &load(&args.after)?);
        match args.format {
            super::policy::Format::Json => flushed(json::write(out, &comparison, true))?,
            super::policy::Format::Text => flushed(out.write_all(comparison.text().as_bytes()))?,
        }
        Ok(i32::from(comparison.differs()))
    })
}

/// The report of a recording, or a saved one.
fn load(path: &Path) -> Result<Report, Stop> {
    let fail = |e: &std::io::Error| Stop::Failure(format!("{}: {}", shown(path), io_error(e)));
    let wrong = |template: String| Stop::Failure(fill(&template, &[("file", &shown(path))]));
    let mut file = File::open(path).map_err(|e| fail(&e))?;
    if file.metadata().map_err(|e| fail(&e))?.is_dir() {
        return Err(wrong(tr("{file}: is a folder; give a recording or a saved report")));
    }
    let mut start = [0; 16];
    let got = file.read(&mut start).map_err(|e| fail(&e))?;
    if start[..got].starts_with(b"SQLite format 3\0") {
        return Ok(Report::of(&Reader::open(path)?)?);
    }
    // Not read again from the path: it may be a pipe.
    let mut text = start[..got].to_vec();
    file.take(LARGEST).read_to_end(&mut text).map_err(|e| fail(&e))?;
    if text.is_empty() {
        return Err(wrong(tr("{file}: is empty; give a recording or a saved report")));
    }
    let text = String::from_utf8(text).map_err(|_| wrong(tr("{file}: is neither a recording nor a saved report")))?;
    Report::parse(&text).map_err(|e| Stop::Failure(format!("{}:{e}", shown(path))))
}
