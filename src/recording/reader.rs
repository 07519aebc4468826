//! Reading recordings: finished ones, those still being written, and those whose writer was killed.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, InterruptHandle, OpenFlags, OptionalExtension, Row, params, params_from_iter};

use super::code::{Form, bytes, entry, guess_spans, object, os, split_argv, text};
use super::schema::{self, Header, header};
use super::{Call, Check, Doubt, Event, ExitStatus, Filter, RecordingError, RunInfo, What, filter};
use crate::i18n::tr;
use crate::policy::{By, Decision};
use crate::syscall::{Abi, Access, ArgText, Kind, KindSet};

/// A row of the log.
pub type EventRow = Event;

/// What a recording says about its run as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// What was known before the first event.
    pub run: RunInfo,
    /// When it ended, ns since the epoch. `None`: it is still being written, or Syswall was killed.
    pub ended: Option<i64>,
    /// How the program's first process ended, if that is known.
    pub exit: Option<ExitStatus>,
    /// What went wrong with Syswall itself.
    pub failure: Option<String>,
}

/// From which event on a process ran which program with which arguments.
pub type Ran = (u64, Arc<Path>, Vec<OsString>);

/// One process of a run. PIDs are reused, ids are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessRow {
    /// Counts from 1 in the order of their starts.
    pub id: i64,
    /// Its PID.
    pub pid: i32,
    /// The [`ProcessRow::id`] of who started it; `None` for the first one, and where that is not known.
    pub parent: Option<i64>,
    /// What it runs, first what it started with, then each `execve`: at which event, which program, which arguments
    /// (empty where they are not known, as after a fork).
    pub programs: Vec<Ran>,
    /// What the parent ran when it started this process.
    pub parent_program: Option<Arc<Path>>,
    /// The event that started it, by number.
    pub started: u64,
    /// The event that ended it; `None`: it still runs, or the recording ends before.
    pub ended: Option<u64>,
    /// How it ended.
    pub exit: Option<ExitStatus>,
    /// Calls so far, of all its threads.
    pub calls: u64,
    /// Those of them that were denied.
    pub denied: u64,
    /// Those of them that were pretended.
    pub pretended: u64,
}

impl ProcessRow {
    /// What it runs now (or ran last).
    pub fn program(&self) -> &Path {
        self.programs.last().map_or(Path::new(""), |(_, program, _)| program)
    }

    /// The arguments of the last `execve`, if it made one.
    pub fn argv(&self) -> &[OsString] {
        self.programs.iter().rev().find(|(_, _, argv)| !argv.is_empty()).map_or(&[], |(_, _, argv)| argv)
    }
}

/// A row of `shape`.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub event: String,
    pub abi: Abi,
    pub call: Arc<str>,
    pub kinds: KindSet,
    pub decision: Decision,
    pub by: By,
    pub rule: Option<Arc<str>>,
    pub errno: Option<i32>,
    form: Form,
    check: Check,
    entered: Option<usize>,
}

/// A row of `task`, resolved.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub process: i64,
    pub pid: i32,
    pub tid: i32,
    pub program: Arc<Path>,
}

#[derive(Default)]
struct Caches {
    tasks: HashMap<i64, Arc<Task>>,
    shapes: HashMap<i64, Arc<Shape>>,
    lists: HashMap<i64, Arc<[Access]>>,
}

/// Beyond this many entries a cache starts anew.
const CACHED: usize = 200_000;

/// An open recording. Can be sent to a worker; each thread opens its own.
pub struct Reader {
    path: PathBuf,
    pub(super) db: Connection,
    /// Whether it has the table `host`.
    hosts: bool,
    caches: RefCell<Caches>,
}

impl Reader {
    /// Opens `path`. The error says whether it is missing, empty, foreign, damaged or from a newer Syswall.
    pub fn open(path: &Path) -> Result<Reader, RecordingError> {
        let fail = |message: String| Err(RecordingError::new(path, message));
        let version = match header(path)? {
            Header::Empty => return fail(tr("is empty, so it is no recording")),
            Header::Foreign => return fail(tr("is not a recording made by Syswall")),
            Header::Recording(version) if version > schema::VERSION => {
                return fail(tr("was made by a newer version of Syswall; open it with that"));
            }
            Header::Recording(version) if version < 1 => return fail(tr("is damaged: it has no version")),
            Header::Recording(version) => version,
        };
        let sql = |e: rusqlite::Error| RecordingError::sqlite(path, &e);
        let db = connect(path).map_err(sql)?;
        if !schema::is_ours(&db, version).map_err(sql)? {
            return fail(tr("is damaged, or is not a recording made by Syswall: its tables are others"));
        }
        filter::add_functions(&db).map_err(sql)?;
        Ok(Reader { path: path.to_owned(), db, hosts: schema::has_hosts(version), caches: RefCell::default() })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Ends a query of this reader from another thread; the query returns an error.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        self.db.get_interrupt_handle()
    }

    pub(super) fn error(&self, error: rusqlite::Error) -> RecordingError {
        RecordingError::sqlite(&self.path, &error)
    }

    fn damaged(&self, message: String) -> RecordingError {
        RecordingError::new(&self.path, message)
    }

    /// What it says about the run as a whole.
    pub fn info(&self) -> Result<Info, RecordingError> {
        let mut values: HashMap<String, Value> = HashMap::new();
        let mut query = self.db.prepare_cached("SELECT key, value FROM run").map_err(|e| self.error(e))?;
        let mut rows = query.query([]).map_err(|e| self.error(e))?;
        while let Some(row) = rows.next().map_err(|e| self.error(e))? {
            let (key, value) = (|| Ok((row.get(0)?, row.get(1)?)))().map_err(|e| self.error(e))?;
            values.insert(key, value);
        }
        let os_of = |key: &str| values.get(key).map_or_else(OsString::new, |v| os(v.into()));
        let text_of = |key: &str| values.get(key).map_or_else(String::new, |v| text(v.into()));
        let int = |key: &str| match values.get(key) {
            Some(Value::Integer(i)) => Some(*i),
            _ => None,
        };
        let home = values.get("home").filter(|v| **v != Value::Null).map(|v| PathBuf::from(os(v.into())));
        Ok(Info {
            run: RunInfo {
                argv: values.get("argv").map_or_else(Vec::new, |v| split_argv(bytes(v.into()))),
                program: os_of("program").into(),
                cwd: os_of("cwd").into(),
                home,
                started: self.started()?,
                watch: text_of("watch"),
                policy: text_of("policy"),
            },
            ended: int("ended"),
            exit: match (int("code"), int("signal")) {
                (Some(code), _) => Some(ExitStatus::Code(code as i32)),
                (_, Some(number)) => Some(ExitStatus::Signal { number: number as i32, core: int("core") == Some(1) }),
                _ => None,
            },
            failure: values.get("failure").map(|v| text(v.into())),
        })
    }

    /// When the run started, ns since the epoch.
    pub(super) fn started(&self) -> Result<i64, RecordingError> {
        self.db
            .prepare_cached("SELECT value FROM run WHERE key = 'started'")
            .and_then(|mut q| q.query_row([], |row| row.get(0)))
            .map_err(|e| self.error(e))
    }

    /// The number of the last event so far; 0 where there is none.
    pub fn last(&self) -> Result<u64, RecordingError> {
        self.db
            .prepare_cached("SELECT coalesce(max(seq), 0) FROM event")
            .and_then(|mut q| q.query_row([], |row| row.get::<_, i64>(0)))
            .map(|n| n.max(0) as u64)
            .map_err(|e| self.error(e))
    }

    /// How many events match. Without a filter at once; with one it looks at every event.
    pub fn count(&self, filter: &Filter) -> Result<u64, RecordingError> {
        if filter.is_everything() {
            return self.last();
        }
        let (condition, values) = filter.sql();
        self.db
            .prepare_cached(&format!("SELECT count(*) FROM event e WHERE {condition}"))
            .and_then(|mut q| q.query_row(params_from_iter(values), |row| row.get::<_, i64>(0)))
            .map(|n| n as u64)
            .map_err(|e| self.error(e))
    }

    /// Up to `limit` matching events from the `offset`th on (from 0), in order. Without a filter at once; with one it
    /// looks at every event up to there: windows keep a [`Matches`](super::Matches) and use [`Reader::events`].
    pub fn page(&self, filter: &Filter, offset: u64, limit: usize) -> Result<Vec<EventRow>, RecordingError> {
        let (condition, mut values) = filter.sql();
        let (condition, skip) = if filter.is_everything() { ("e.seq > ?".to_owned(), 0) } else { (condition, offset) };
        if filter.is_everything() {
            values.push(Value::Integer(offset as i64));
        }
        values.extend([Value::Integer(limit.min(1 << 31) as i64), Value::Integer(skip as i64)]);
        self.select(&format!("{condition} ORDER BY e.seq LIMIT ? OFFSET ?"), values)
    }

    /// Up to `limit` matching events that follow number `after`, in order; none where no more follow. Whoever walks
    /// through a recording goes on from the last one: numbers are what the file says, and it may say any.
    pub fn after(&self, filter: &Filter, after: u64, limit: usize) -> Result<Vec<EventRow>, RecordingError> {
        let (condition, mut values) = filter.sql();
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        values.extend([Value::Integer(after), Value::Integer(limit.min(1 << 31) as i64)]);
        self.select(&format!("({condition}) AND e.seq > ? ORDER BY e.seq LIMIT ?"), values)
    }

    /// The event of that number.
    pub fn event(&self, seq: u64) -> Result<Option<EventRow>, RecordingError> {
        Ok(self.select("e.seq = ?", vec![Value::Integer(seq as i64)])?.pop())
    }

    /// The events of those numbers, in the order asked for; numbers that do not exist are left out.
    pub fn events(&self, seqs: &[u64]) -> Result<Vec<EventRow>, RecordingError> {
        seqs.iter().filter_map(|seq| self.event(*seq).transpose()).collect()
    }

    fn select(&self, condition: &str, values: Vec<Value>) -> Result<Vec<Event>, RecordingError> {
        let mut out = Vec::new();
        let started = self.started()?;
        let (name, join) = if self.hosts { ("h.name", "LEFT JOIN host h ON h.seq = e.seq") } else { ("NULL", "") };
        let mut query = self
            .db
            .prepare_cached(&format!(
                "SELECT e.seq, e.time, e.task, e.shape, e.duration, e.waited, e.result, a.text, t.text, e.does, {name} \
                 FROM event e LEFT JOIN text a ON a.id = e.args LEFT JOIN text t ON t.id = e.text {join} WHERE {condition}"
            ))
            .map_err(|e| self.error(e))?;
        let mut rows = query.query(params_from_iter(values)).map_err(|e| self.error(e))?;
        while let Some(row) = rows.next().map_err(|e| self.error(e))? {
            out.push(self.decode(row, started)?);
        }
        Ok(out)
    }

    fn decode(&self, row: &Row<'_>, started: i64) -> Result<Event, RecordingError> {
        let fail = |e| self.error(e);
        let int = |at: usize| row.get::<_, Option<i64>>(at).map_err(fail);
        let raw = |at: usize| row.get_ref(at).map_err(fail);
        let seq = int(0)?.unwrap_or(0) as u64;
        let task = self.task(int(2)?.unwrap_or(0))?;
        let shape = self.shape(int(3)?.unwrap_or(0))?;
        let result = int(6)?;
        let number = result.unwrap_or(0) as i32;
        let what = match shape.event.as_str() {
            "call" => {
                let args = text(raw(7)?);
                let shown = shape.form.show(result, shape.errno);
                What::Call(Box::new(Call {
                    abi: shape.abi,
                    name: Arc::clone(&shape.call),
                    args: self.arguments(seq, args, shape.entered)?,
                    result_text: match shown {
                        Some(shown) => shown.into_owned(),
                        None => text(raw(8)?),
                    },
                    kinds: shape.kinds,
                    accesses: match int(9)? {
                        Some(list) => self.list(list)?.to_vec(),
                        None => Vec::new(),
                    },
                    host: row.get::<_, Option<String>>(10).map_err(fail)?.map(Arc::from),
                    decision: shape.decision,
                    by: shape.by,
                    rule: shape.rule.clone(),
                    result,
                    errno: shape.errno,
                    duration_ns: int(4)?.unwrap_or(0) as u64,
                    waited_ns: int(5)?.unwrap_or(0) as u64,
                    check: shape.check,
                }))
            }
            "signal" => What::Signal { number, text: text(raw(7)?) },
            "start" => What::Start { parent: number, thread: false },
            "thread" => What::Start { parent: number, thread: true },
            "exec" => What::Exec { argv: split_argv(bytes(raw(7)?)) },
            "exit" => What::Exit { status: ExitStatus::Code(number) },
            "killed" => What::Exit { status: ExitStatus::Signal { number, core: false } },
            "dumped" => What::Exit { status: ExitStatus::Signal { number, core: true } },
            "note" => What::Note { text: text(raw(7)?) },
            _ => return Err(self.damaged(tr("is damaged: an event is of no known kind"))),
        };
        Ok(Event {
            seq,
            time: started.wrapping_add(int(1)?.unwrap_or(0)),
            pid: task.pid,
            tid: task.tid,
            program: Arc::clone(&task.program),
            what,
        })
    }

    fn arguments(&self, seq: u64, text: String, entered: Option<usize>) -> Result<ArgText, RecordingError> {
        let mut spans = Vec::new();
        if let Some(entered) = entered {
            guess_spans(&text, &mut spans);
            let entry = entry(&spans, &text, entered);
            return Ok(ArgText::from_parts(text, &spans, entry));
        }
        let (blob, entry) = self
            .db
            .prepare_cached("SELECT spans, entry FROM spans WHERE seq = ?")
            .and_then(|mut q| q.query_row([seq as i64], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?))))
            .map_err(|e| self.error(e))?;
        let words: Vec<u32> = blob.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)).collect();
        spans.extend(words.as_chunks::<2>().0.iter().map(|[start, end]| (*start, *end)));
        Ok(ArgText::from_parts(text, &spans, usize::try_from(entry).unwrap_or(0)))
    }

    /// The task of that dictionary id.
    pub(crate) fn task(&self, id: i64) -> Result<Arc<Task>, RecordingError> {
        if let Some(task) = self.caches.borrow().tasks.get(&id) {
            return Ok(Arc::clone(task));
        }
        let task = self
            .db
            .prepare_cached(
                "SELECT p.id, p.pid, k.tid, g.path FROM task k JOIN process p ON p.id = k.process \
                 JOIN program g ON g.id = k.program WHERE k.id = ?",
            )
            .and_then(|mut q| {
                q.query_row([id], |row| {
                    Ok(Task {
                        process: row.get(0)?,
                        pid: row.get(1)?,
                        tid: row.get(2)?,
                        program: path(row.get_ref(3)?),
                    })
                })
                .optional()
            })
            .map_err(|e| self.error(e))?;
        let task = Arc::new(task.ok_or_else(|| self.damaged(tr("is damaged: an event has no process")))?);
        keep(&mut self.caches.borrow_mut().tasks, id, &task);
        Ok(task)
    }

    /// The shape of that dictionary id.
    pub(crate) fn shape(&self, id: i64) -> Result<Arc<Shape>, RecordingError> {
        if let Some(shape) = self.caches.borrow().shapes.get(&id) {
            return Ok(Arc::clone(shape));
        }
        let shape = self
            .db
            .prepare_cached(
                "SELECT event, abi, call, kinds, decision, by, rule, errno, form, verified, entered FROM shape WHERE id = ?",
            )
            .and_then(|mut q| {
                q.query_row([id], |row| {
                    let text_of = |at| row.get_ref(at).map(text);
                    Ok(Shape {
                        event: text_of(0)?,
                        abi: Abi::from_name(&text_of(1)?).unwrap_or(Abi::X86_64),
                        call: text_of(2)?.into(),
                        kinds: KindSet::from_bits(row.get::<_, i64>(3)? as u32),
                        decision: Decision::from_name(&text_of(4)?).unwrap_or(Decision::Allow),
                        by: By::from_name(&text_of(5)?).unwrap_or(By::Unwatched),
                        rule: row.get::<_, Option<String>>(6)?.map(Arc::from),
                        errno: row.get(7)?,
                        form: Form::from_number(row.get(8)?),
                        check: Check::from_stored(&text_of(9)?).unwrap_or(Check::Unverified(Doubt::Memory)),
                        entered: row.get::<_, Option<i64>>(10)?.map(|n| n as usize),
                    })
                })
                .optional()
            })
            .map_err(|e| self.error(e))?;
        let shape = Arc::new(shape.ok_or_else(|| self.damaged(tr("is damaged: an event has no kind")))?);
        keep(&mut self.caches.borrow_mut().shapes, id, &shape);
        Ok(shape)
    }

    /// The accesses of that list.
    pub(crate) fn list(&self, id: i64) -> Result<Arc<[Access]>, RecordingError> {
        if let Some(list) = self.caches.borrow().lists.get(&id) {
            return Ok(Arc::clone(list));
        }
        let read = || -> rusqlite::Result<Arc<[Access]>> {
            let mut query = self.db.prepare_cached(
                "SELECT a.kind, o.type, o.name, o.extra, o.number FROM access a LEFT JOIN object o ON o.id = a.object \
                 WHERE a.list = ? ORDER BY a.n",
            )?;
            let rows = query.query_map([id], |row| {
                let kind = Kind::from_name(&row.get_ref(0).map(text)?);
                let object = match row.get_ref(1)? {
                    ValueRef::Null => None,
                    name => Some(object(&text(name), row.get_ref(2)?, row.get_ref(3)?, row.get(4)?)),
                };
                Ok(kind.map(|kind| Access { kind, object }))
            })?;
            rows.filter_map(Result::transpose).collect()
        };
        let list = read().map_err(|e| self.error(e))?;
        keep(&mut self.caches.borrow_mut().lists, id, &list);
        Ok(list)
    }

    /// What the program was told that addresses are called: address and name, each pair once.
    pub(crate) fn hosts(&self) -> Result<Vec<(String, String)>, RecordingError> {
        if !self.hosts {
            return Ok(Vec::new());
        }
        // A call's name is that of the first address.
        let first = "SELECT o.name FROM access a JOIN object o ON o.id = a.object \
                     WHERE a.list = e.does AND o.type = 'address' ORDER BY a.n LIMIT 1";
        let sql = format!("SELECT DISTINCT ({first}), h.name FROM host h JOIN event e ON e.seq = h.seq ORDER BY 1, 2");
        let read = || -> rusqlite::Result<Vec<(String, String)>> {
            let mut query = self.db.prepare_cached(&sql)?;
            let rows = query.query_map([], |row| Ok((text(row.get_ref(0)?), text(row.get_ref(1)?))))?;
            rows.collect()
        };
        read().map_err(|e| self.error(e))
    }

    /// Every process so far, in the order of their starts; `parent` makes it a tree.
    pub fn processes(&self) -> Result<Vec<ProcessRow>, RecordingError> {
        let read = || -> rusqlite::Result<Vec<ProcessRow>> {
            let mut programs: HashMap<i64, Vec<Ran>> = HashMap::new();
            let mut query = self.db.prepare_cached(
                "SELECT x.process, x.seq, g.path, x.argv FROM exec x JOIN program g ON g.id = x.program ORDER BY 1, 2",
            )?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                programs.entry(row.get(0)?).or_default().push((
                    row.get::<_, i64>(1)? as u64,
                    path(row.get_ref(2)?),
                    split_argv(bytes(row.get_ref(3)?)),
                ));
            }
            let mut query = self.db.prepare_cached(
                "SELECT p.id, p.pid, p.parent, g.path, p.started, p.ended, p.code, p.signal, p.core, p.calls, p.denied, \
                 p.pretended FROM process p LEFT JOIN program g ON g.id = p.parent_program ORDER BY p.id",
            )?;
            let rows = query.query_map(params![], |row| {
                let count = |at| row.get::<_, i64>(at).map(|n| n as u64);
                let id = row.get(0)?;
                Ok(ProcessRow {
                    id,
                    pid: row.get(1)?,
                    parent: row.get(2)?,
                    programs: programs.remove(&id).unwrap_or_default(),
                    parent_program: match row.get_ref(3)? {
                        ValueRef::Null => None,
                        value => Some(path(value)),
                    },
                    started: count(4)?,
                    ended: row.get::<_, Option<i64>>(5)?.map(|n| n as u64),
                    exit: match (row.get(6)?, row.get(7)?) {
                        (Some(code), _) => Some(ExitStatus::Code(code)),
                        (_, Some(number)) => Some(ExitStatus::Signal { number, core: row.get::<_, i64>(8)? != 0 }),
                        _ => None,
                    },
                    calls: count(9)?,
                    denied: count(10)?,
                    pretended: count(11)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(|e| self.error(e))
    }
}

fn path(value: ValueRef<'_>) -> Arc<Path> {
    PathBuf::from(os(value)).into()
}

fn keep<T: ?Sized>(cache: &mut HashMap<i64, Arc<T>>, id: i64, value: &Arc<T>) {
    if cache.len() >= CACHED {
        cache.clear();
    }
    cache.insert(id, Arc::clone(value));
}

/// Opens the file so that nothing in it is obeyed and nothing in it can be changed.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    use rusqlite::config::DbConfig;
    let ready = |db: Connection| -> rusqlite::Result<Connection> {
        db.busy_timeout(Duration::from_secs(5))?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        db.execute_batch("PRAGMA query_only = ON; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0")?;
        db.set_prepared_statement_cache_capacity(64);
        // Reads a page, so that a log that cannot be opened is noticed here.
        db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(db)
    };
    // Writable for SQLite's own log and index: the last one to close them leaves one file. SQL can change nothing.
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    match Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_READ_WRITE).and_then(ready) {
        Err(e)
            if matches!(
                e.sqlite_error_code(),
                Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly)
            ) =>
        {
            // A folder that cannot be written, such as a mounted snapshot.
            let mut uri = String::from("file:");
            for b in path.as_os_str().as_encoded_bytes() {
                match b {
                    b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => uri.push(char::from(*b)),
                    _ => uri.push_str(&format!("%{b:02x}")),
                }
            }
            uri.push_str("?immutable=1");
            let flags = flags | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            Connection::open_with_flags(uri, flags).and_then(ready)
        }
        result => result,
    }
}
