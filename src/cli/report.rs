//! `syswall report`: what a run did, summed up (contract 7).

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::output::{self, Stop, flushed};
use crate::recording::Reader;
use crate::report::{self, Report};

/// Which report of which recording.
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// How to print it; `json` can be compared later
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// The recording
    #[arg(value_name = "RECORDING")]
    pub recording: PathBuf,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a terminal
    Text,
    /// For a bug tracker
    Markdown,
    /// One file for a browser
    Html,
    /// For programs, and for `syswall compare`
    Json,
}

/// Runs the command; returns its exit status.
pub fn main(args: &ReportArgs) -> i32 {
    output::printing(|out| {
        let report = Report::of(&Reader::open(&args.recording)?).map_err(Stop::from)?;
        let text = match args.format {
            Format::Json => report::json(&report),
            Format::Text => report::text(&report),
            Format::Markdown => report::markdown(&report),
            Format::Html => report::html(&report),
        };
        flushed(out.write_all(text.as_bytes())).map(|()| 0)
    })
}
