//! The tables of a recording, and how a file is known to be one.
//!
//! `event` holds one narrow row per event; everything that repeats is in dictionaries beside it. A dictionary may hold
//! the same entry twice (the writer's memory is bounded): readers compare values, never dictionary ids.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rusqlite::Connection;

use super::RecordingError;
use crate::i18n::tr;

/// `PRAGMA application_id` of recordings, "SyRw"; at byte 68 of the file, by which file managers know them.
pub const APPLICATION_ID: i32 = 0x5379_5277;
/// `PRAGMA user_version`: the version of the tables.
pub const VERSION: i32 = 2;
/// The last version without the table `host`; what it made is read as before.
const WITHOUT_HOSTS: i32 = 1;

/// The tables. A file whose tables differ is refused, so that none of its SQL is ever run.
///
/// `shape` holds what few events differ in: `form` is how `event.text` became the result's text (see `code.rs`),
/// `entered` how many arguments were known at the entry (NULL: see `spans`), `kinds` are bits in the contract's order, `abi` and the names are as in events.
pub const TABLES: &[&str] = &[
    // key: argv (each argument ended by NUL), program, cwd, home, started, watch, policy; ended, code, signal, core, failure.
    "CREATE TABLE run(key TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE program(id INTEGER PRIMARY KEY, path)",
    // One row a process, not a PID: PIDs are reused. started, ended: event.seq.
    "CREATE TABLE process(id INTEGER PRIMARY KEY, pid INTEGER, parent INTEGER, parent_pid INTEGER, parent_program INTEGER, \
     started INTEGER, ended INTEGER, code INTEGER, signal INTEGER, core INTEGER, calls INTEGER, denied INTEGER, pretended INTEGER)",
    // What each process ran, from which event on.
    "CREATE TABLE exec(process INTEGER, seq INTEGER, program INTEGER, argv, PRIMARY KEY(process, seq)) WITHOUT ROWID",
    "CREATE TABLE task(id INTEGER PRIMARY KEY, process INTEGER, tid INTEGER, program INTEGER)",
    "CREATE TABLE shape(id INTEGER PRIMARY KEY, event TEXT, abi TEXT, call TEXT, kinds INTEGER, decision TEXT, by TEXT, rule TEXT, \
     errno INTEGER, form INTEGER, verified TEXT, entered INTEGER)",
    "CREATE TABLE text(id INTEGER PRIMARY KEY, text)",
    "CREATE TABLE object(id INTEGER PRIMARY KEY, type TEXT, name, extra, number INTEGER)",
    // A list of what a call did to what; event.does names it.
    "CREATE TABLE access(list INTEGER, n INTEGER, kind TEXT, object INTEGER, PRIMARY KEY(list, n)) WITHOUT ROWID",
    // time: ns since run.started. args, text: text.id. result: also a signal's number, an exit code, a parent's PID.
    "CREATE TABLE event(seq INTEGER PRIMARY KEY, time INTEGER, task INTEGER, shape INTEGER, duration INTEGER, waited INTEGER, \
     result INTEGER, args INTEGER, text INTEGER, does INTEGER)",
    // Where arguments begin and end (pairs of 32 bits), for those few of which the text alone does not tell.
    "CREATE TABLE spans(seq INTEGER PRIMARY KEY, spans BLOB, entry INTEGER)",
    // What the program was told that the first internet address of a call is called, where it was told.
    "CREATE TABLE host(seq INTEGER PRIMARY KEY, name TEXT)",
    // For people with an SQL shell.
    "CREATE VIEW events AS SELECT e.seq, e.time, p.pid, k.tid, g.path AS program, s.event, s.call, a.text AS args, s.kinds, s.decision, \
     s.by, s.rule, e.result, s.errno, e.duration, e.waited FROM event e JOIN task k ON k.id = e.task JOIN process p ON p.id = k.process \
     JOIN program g ON g.id = k.program JOIN shape s ON s.id = e.shape LEFT JOIN text a ON a.id = e.args",
];

/// What a file is, by its first bytes, before SQLite sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// Nothing in it.
    Empty,
    /// A recording with tables of this version.
    Recording(i32),
    /// Something else.
    Foreign,
}

/// Reads what `path` is. Errors where it is no regular file or cannot be read.
pub fn header(path: &Path) -> Result<Header, RecordingError> {
    let fail = |e: std::io::Error| RecordingError::io(path, &e);
    let meta = std::fs::metadata(path).map_err(fail)?;
    if meta.is_dir() {
        return Err(RecordingError::new(path, tr("is a folder, not a recording")));
    }
    if !meta.is_file() {
        return Err(RecordingError::new(path, tr("is not a regular file")));
    }
    let mut bytes = Vec::with_capacity(100);
    File::open(path).map_err(fail)?.take(100).read_to_end(&mut bytes).map_err(fail)?;
    let word = |at: usize| bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map(i32::from_be_bytes);
    Ok(match (bytes.is_empty(), bytes.starts_with(b"SQLite format 3\0"), word(60), word(68)) {
        (true, ..) => Header::Empty,
        (_, true, Some(version), Some(APPLICATION_ID)) => Header::Recording(version),
        _ => Header::Foreign,
    })
}

/// Makes the tables in the new file behind `db`, then turns to write-ahead logging.
pub fn create(db: &Connection) -> rusqlite::Result<()> {
    // Before WAL, so that the main file carries its header from the first moment. Nothing waits for the disk: what the
    // kernel has taken outlives Syswall however that ends, and only the machine's own death is worse than waiting.
    let first = "PRAGMA page_size = 8192; PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; BEGIN;";
    db.execute_batch(&format!(
        "{first} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; {}; COMMIT;",
        TABLES.join("; ")
    ))?;
    db.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))?;
    Ok(())
}

/// Whether recordings of that version have the table `host`.
pub const fn has_hosts(version: i32) -> bool {
    version > WITHOUT_HOSTS
}

/// Whether the tables behind `db` are exactly those of that version.
pub fn is_ours(db: &Connection, version: i32) -> rusqlite::Result<bool> {
    let mut query = db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")?;
    let found = query.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let ours = TABLES.iter().filter(|t| has_hosts(version) || !t.starts_with("CREATE TABLE host("));
    Ok(ours.eq(&found))
}
