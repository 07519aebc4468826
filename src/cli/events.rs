//! `syswall events`: what a recording holds, event by event (contract 3 and 6).

use std::collections::HashSet;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::output::{self, Stop, flushed};
use crate::recording::{Call, Event, Filter, Matches, Reader, What, json};
use crate::tracer::TraceText;

/// Events are read in portions of this many.
const PORTION: usize = 5_000;

/// What to print of which recording.
#[derive(Args, Debug)]
pub struct EventsArgs {
    /// Text lines as strace writes them, or one JSON object a line
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// Only events that match, such as 'path ~ "*.ssh*" and decision = deny'
    #[arg(long = "where", value_name = "FILTER", long_help = FILTER_HELP)]
    pub filter: Option<String>,
    /// The recording
    #[arg(value_name = "RECORDING")]
    pub recording: PathBuf,
}

const FILTER_HELP: &str = "\
Only events that match.

  pid = 123 and kind = file.write and path ~ \"*.ssh*\"
  call in (open, openat) and errno = ENOENT
  duration > 1ms and not program ~ \"*python*\"
  passwd

`=` compares whole values, `~` takes a glob whose * also crosses /, or looks for the text anywhere if it has no \
wildcard; < <= > >= compare numbers and times (ns, us, ms, s). Plain words are looked for everywhere. `and` may be left \
out; `or`, `not` and brackets work as expected.

Fields: seq time pid tid program event abi call kind path asked address port transport socket object decision by rule \
result errno duration waited check args";

/// How events are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Lines as strace writes them
    Text,
    /// One JSON object a line
    Jsonl,
}

/// Runs the command; returns its exit status.
pub fn main(args: &EventsArgs) -> i32 {
    let opened = || -> Result<(Reader, Filter), Stop> {
        let filter = args.filter.as_deref().map_or(Ok(Filter::default()), Filter::parse)?;
        Ok((Reader::open(&args.recording)?, filter))
    };
    match opened() {
        Err(stop) => output::status(Err(stop)),
        Ok((reader, filter)) => match args.format {
            Format::Jsonl => output::printing(|out| jsonl(&reader, &filter, out)),
            Format::Text => output::status(text(&reader, &filter, Box::new(BufWriter::new(io::stdout())))),
        },
    }
}

/// Every matching event, in portions.
fn each(reader: &Reader, filter: &Filter, mut show: impl FnMut(Event) -> Result<(), Stop>) -> Result<(), Stop> {
    if !filter.is_everything() {
        let mut matches = Matches::new(filter.clone());
        matches.extend(reader, u64::MAX)?;
        for row in 0..matches.len() {
            if let Some(event) = matches.get(row).map(|seq| reader.event(seq)).transpose()?.flatten() {
                show(event)?;
            }
        }
        return Ok(());
    }
    let last = reader.last()?;
    let mut at = 0;
    loop {
        let events = reader.after(filter, at, PORTION)?;
        let Some(end) = events.last() else { return Ok(()) };
        at = end.seq;
        // What a run adds while its events are shown would never end.
        for event in events.into_iter().take_while(|event| event.seq <= last) {
            show(event)?;
        }
        if at >= last {
            return Ok(());
        }
    }
}

fn jsonl(reader: &Reader, filter: &Filter, out: &mut dyn Write) -> Result<i32, Stop> {
    each(reader, filter, |event| flushed(json::write(out, &json::event(&event), false)))?;
    Ok(0)
}

/// When the event's line ends, ns since the epoch.
fn end(event: &Event) -> i64 {
    match &event.what {
        What::Call(call) => event.time.saturating_add_unsigned(call.waited_ns.saturating_add(call.duration_ns)),
        _ => event.time,
    }
}

fn text(reader: &Reader, filter: &Filter, to: Box<dyn Write + Send>) -> Result<i32, Stop> {
    let mut beginnings = reader.overlapping(filter)?.into_iter().peekable();
    let mut lines = TraceText::new(to);
    // Calls, by number, and threads whose first half is printed.
    let (mut begun, mut inside) = (HashSet::new(), HashSet::new());
    each(reader, filter, |event| {
        let call = match &event.what {
            What::Call(call) => Some(&**call),
            _ => None,
        };
        let over = end(&event);
        let mut own = call.filter(|_| !begun.remove(&event.seq));
        while let Some((time, seq)) = beginnings.next_if(|(time, _)| *time <= over) {
            if time >= event.time
                && let Some(call) = own.take()
            {
                lines.enter(event.tid, &call.name, call.args.at_entry());
            }
            if seq <= event.seq {
                continue;
            }
            if let Some(Event { tid, what: What::Call(other), .. }) = reader.event(seq)?
                && tid != event.tid
                && inside.insert(tid)
            {
                lines.enter(tid, &other.name, other.args.at_entry());
                begun.insert(seq);
            }
        }
        if let Some(call) = own {
            lines.enter(event.tid, &call.name, call.args.at_entry());
        }
        match &event.what {
            What::Call(call) if never_returned(call) => lines.gone(event.tid, &call.name, call.args.is_pending()),
            What::Call(call) => {
                lines.leave(event.tid, &call.name, call.args.at_exit(), &call.result_text, call.decision);
            }
            What::Signal { text, .. } => lines.signal(event.tid, text),
            What::Exit { status } => lines.exit(event.tid, *status),
            What::Note { text } => lines.signal(event.tid, &format!("syswall: {text}")),
            // strace has no lines for these: the calls that cause them say it.
            What::Start { .. } | What::Exec { .. } => {}
        }
        if call.is_some() {
            inside.remove(&event.tid);
        }
        written(&lines)
    })?;
    lines.flush();
    written(&lines)?;
    Ok(0)
}

/// Whether the task died in the call. Calls that end it return as little, and strace tells them apart too.
fn never_returned(call: &Call) -> bool {
    call.result.is_none() && call.errno.is_none() && !matches!(&*call.name, "exit" | "exit_group")
}

fn written(lines: &TraceText) -> Result<(), Stop> {
    lines.failure().map_or(Ok(()), |e| flushed(Err(io::Error::new(e.kind(), e.to_string()))))
}
