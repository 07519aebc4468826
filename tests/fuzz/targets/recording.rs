//! A recording by a stranger: bytes changed in the file, or values changed in its tables.

#![no_main]

use std::io::Write;
use std::sync::LazyLock;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use rusqlite::types::Value;
use shared::recording::{Sample, sample};
use syswall::recording::{Filter, Matches, Reader, json};
use syswall::report::{Report, html, markdown, text};

static SAMPLE: LazyLock<Sample> = LazyLock::new(sample);
static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| std::fs::read(SAMPLE.path()).expect("the sample"));

/// Every column of every table.
const COLUMNS: [&str; 44] = [
    "run.value", "program.path", "program.id", "process.id", "process.pid", "process.parent", "process.parent_pid",
    "process.parent_program", "process.started", "process.ended", "process.code", "process.signal", "process.core",
    "process.calls", "process.denied", "exec.process", "exec.seq", "exec.program", "exec.argv", "task.id", "task.process",
    "task.tid", "task.program", "shape.event", "shape.abi", "shape.call", "shape.kinds", "shape.decision", "shape.by",
    "shape.errno", "shape.form", "shape.verified", "shape.entered", "text.text", "object.type", "object.name",
    "object.extra", "object.number", "access.kind", "access.object", "event.seq", "event.time", "event.result", "spans.spans",
];

#[derive(Arbitrary, Debug)]
enum Cell<'a> {
    Null,
    Integer(i64),
    Small(u8),
    Real(f64),
    Text(&'a str),
    Blob(&'a [u8]),
}

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    /// Column, row (counted from the first), value.
    Values(Vec<(u8, u8, Cell<'a>)>),
    /// Where in the file, and what.
    Bytes(Vec<(u32, &'a [u8])>),
}

fn changed(input: &Input<'_>, file: &mut std::fs::File) -> bool {
    match input {
        Input::Bytes(changes) => {
            let mut bytes = BYTES.clone();
            for (at, new) in changes {
                let at = *at as usize % bytes.len();
                let end = bytes.len().min(at + new.len());
                bytes[at..end].copy_from_slice(&new[..end - at]);
            }
            file.write_all(&bytes).is_ok()
        }
        Input::Values(_) => file.write_all(&BYTES).is_ok(),
    }
}

fuzz_target!(|input: Input<'_>| {
    let mut file = tempfile::NamedTempFile::new_in("/dev/shm").expect("a file");
    if !changed(&input, file.as_file_mut()) {
        return;
    }
    if let Input::Values(changes) = &input {
        let db = rusqlite::Connection::open(file.path()).expect("the sample");
        for (column, row, cell) in changes.iter().take(20) {
            let (table, column) = COLUMNS[usize::from(*column) % COLUMNS.len()].split_once('.').expect("a dot");
            let value = match cell {
                Cell::Null => Value::Null,
                Cell::Integer(i) => Value::Integer(*i),
                Cell::Small(i) => Value::Integer(i64::from(*i)),
                Cell::Real(r) => Value::Real(*r),
                Cell::Text(t) => Value::Text((*t).to_owned()),
                Cell::Blob(b) => Value::Blob(b.to_vec()),
            };
            let key = match table {
                "run" => "key",
                "exec" => "seq",
                "access" => "list",
                _ => "rowid",
            };
            // A value that the table refuses is left out.
            let _ = db.execute(
                &format!("UPDATE {table} SET {column} = ?1 WHERE {key} = (SELECT {key} FROM {table} LIMIT 1 OFFSET ?2)"),
                rusqlite::params![value, row % 16],
            );
        }
    }
    read(file.path());
});

/// Everything that the commands and windows do with a recording. Errors are fine; what comes out must be harmless.
fn read(path: &std::path::Path) {
    let Ok(reader) = Reader::open(path) else { return };
    let _ = reader.info();
    let _ = reader.processes();
    let everything = Filter::default();
    let _ = reader.count(&everything);
    let Ok(filter) = Filter::parse("kind = file and not decision = deny or path ~ e") else { panic!("the filter") };
    for filter in [&everything, &filter] {
        let _ = reader.page(filter, 0, 100);
        let _ = reader.after(filter, 0, 1000);
        let _ = reader.calls(filter);
        let _ = reader.rate(filter, 50);
        let _ = reader.files(filter, 100);
        let _ = reader.network(filter, 100);
        let _ = reader.programs(filter, 100);
        let mut matches = Matches::new(filter.clone());
        let _ = matches.extend(&reader, 1000);
    }
    for seq in [0, 1, 2, u64::MAX] {
        if let Ok(Some(event)) = reader.event(seq) {
            let _ = json::event(&event).to_string();
        }
    }
    if let Ok(report) = Report::of(&reader) {
        let _ = (text(&report), markdown(&report), html(&report));
    }
}
