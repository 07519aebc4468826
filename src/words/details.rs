//! What only those who look closer want to know.

use std::os::unix::ffi::OsStrExt;

use super::{elide, escape, escape_bytes, fill, live, tr};
use crate::syscall::{Show, lookup_name};
use crate::tracer::Question;

/// Most characters of one detail.
const DETAIL_MAX: usize = 2000;

/// Names and values: the call, the ABI, who asks, since when. Escaped and bounded.
pub fn details(question: &Question) -> Vec<(String, String)> {
    let argv: Vec<String> = question.argv.iter().map(|arg| quoted(arg.as_bytes())).collect();
    let parents: Vec<String> =
        question.ancestry.iter().map(|a| format!("{} ({})", escape(&*a.program), a.pid)).collect();
    let mut details = vec![
        (tr("Call"), escape(question.text())),
        (tr("Calling convention"), question.abi.name().to_owned()),
        (tr("Process"), question.pid.to_string()),
        (tr("Thread"), question.tid.to_string()),
        (tr("Program"), escape(&*question.program)),
        (tr("Arguments"), argv.join(" ")),
        (tr("Folder"), escape(&question.cwd)),
    ];
    details.extend(open_files(question));
    if !parents.is_empty() {
        details.push((tr("Started by"), parents.join(" ← ")));
    }
    details.push((tr("Time"), clock(question.since)));
    details.into_iter().map(|(name, value)| (name, elide(&value, DETAIL_MAX))).collect()
}

/// What the descriptors are open on that the call names, and who of the program has the same pipe open.
fn open_files(question: &Question) -> Vec<(String, String)> {
    let Some(row) = lookup_name(&question.call) else { return Vec::new() };
    let numbers = row.args.iter().enumerate().filter(|(_, arg)| matches!(arg.show, Show::Fd | Show::DirFd));
    let descriptors = numbers.filter_map(|(n, _)| question.args.get(n)?.parse::<i32>().ok()).take(2);
    let told = descriptors.filter_map(|fd| {
        let open = live::open_file(question.tid, fd, question.pid)?;
        Some((fill(&tr("Descriptor {number}"), &[("number", &fd.to_string())]), open))
    });
    told.collect()
}

/// An argument, in quotes where it would not be one word.
fn quoted(argument: &[u8]) -> String {
    let text = escape_bytes(argument);
    if text.is_empty() || text.contains([' ', '\'', '"']) { format!("'{text}'") } else { text }
}

/// The time of day in the user's time zone, given ns since the epoch.
fn clock(since: i64) -> String {
    let seconds = since.div_euclid(1_000_000_000);
    let millis = since.rem_euclid(1_000_000_000) / 1_000_000;
    // UTC: the library that knows time zones is only there in windows.
    let day = seconds.rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}.{millis:03} UTC", day / 3600, day / 60 % 60, day % 60)
}
