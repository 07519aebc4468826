//! The recording as a whole: what goes in comes out, whatever happens to the writer.

mod filters;
mod lifetime;
mod round_trip;
mod tally;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Call, Check, Event, Reader, Recorder, RunInfo, What};
use crate::policy::{By, Decision};
use crate::syscall::{Abi, Access, ArgText, Kind, KindSet, Object};

/// A run of `/usr/bin/prog -x` by someone whose home is `/home/u`.
pub(crate) fn info() -> RunInfo {
    RunInfo {
        argv: vec!["prog".into(), "-x".into()],
        program: "/usr/bin/prog".into(),
        cwd: "/tmp/work".into(),
        home: Some("/home/u".into()),
        started: 1_700_000_000_000_000_000,
        watch: "all".to_owned(),
        policy: "{}".to_owned(),
    }
}

/// Something that happens in process 100.
pub(crate) fn event(seq: u64, what: What) -> Event {
    Event {
        seq,
        time: info().started + seq as i64 * 1000,
        pid: 100,
        tid: 100,
        program: Path::new("/usr/bin/prog").into(),
        what,
    }
}

/// An allowed call that returned `result`.
pub(crate) fn call(name: &str, args: &[&str], result: i64, accesses: Vec<Access>) -> Call {
    let mut spans = Vec::new();
    let mut text = String::new();
    for (i, arg) in args.iter().enumerate() {
        text.push_str(if i > 0 { ", " } else { "" });
        spans.push((text.len() as u32, (text.len() + arg.len()) as u32));
        text.push_str(arg);
    }
    Call {
        abi: Abi::X86_64,
        name: name.into(),
        args: ArgText::from_parts(text.clone(), &spans, text.len()),
        result_text: result.to_string(),
        host: None,
        kinds: accesses.iter().map(|a| a.kind).collect::<KindSet>(),
        accesses,
        decision: Decision::Allow,
        by: By::Default,
        rule: None,
        result: Some(result),
        errno: None,
        duration_ns: 1500,
        waited_ns: 0,
        check: Check::Verified,
    }
}

/// The same as an event.
pub(crate) fn happened(call: Call) -> What {
    What::Call(Box::new(call))
}

/// A path that was asked for as it is.
pub(crate) fn path(kind: Kind, path: &str) -> Access {
    Access { kind, object: Some(Object::Path { path: PathBuf::from(path), asked: OsString::from(path) }) }
}

/// Records `events` in `file` as one whole run.
pub(crate) fn record(file: &Path, events: Vec<Event>) -> Reader {
    let recorder = Recorder::start(file, &info()).unwrap();
    recorder.sender().send_blocking(events).unwrap();
    recorder.finish(Some(super::ExitStatus::Code(0)), None).unwrap();
    Reader::open(file).unwrap()
}

/// The program's path, shared.
fn program(path: &str) -> Arc<Path> {
    Path::new(path).into()
}
