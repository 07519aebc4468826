//! Events into rows. Lives on the recorder thread.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::Path;

use rusqlite::{Connection, params};

use super::code::{Bytes, Form, entered, guess_spans, join_argv, object_row};
use super::intern::Intern;
use super::{Call, Event, ExitStatus, RunInfo, What, schema};
use crate::policy::Decision;
use crate::syscall::{Access, Object};

/// What is known of a process while it is written about.
struct Process {
    id: i64,
    program: i64,
    calls: u64,
    denied: u64,
    pretended: u64,
}

/// Everything that `shape` holds, as it is hashed and stored.
#[derive(Hash)]
struct Shape<'a> {
    event: &'static str,
    abi: Option<&'static str>,
    call: Option<&'a str>,
    kinds: u32,
    decision: Option<&'static str>,
    by: Option<&'static str>,
    rule: Option<&'a str>,
    errno: Option<i32>,
    form: i64,
    check: Option<&'static str>,
    entered: Option<usize>,
}

impl Shape<'_> {
    const fn plain(event: &'static str) -> Self {
        Shape {
            event,
            abi: None,
            call: None,
            kinds: 0,
            decision: None,
            by: None,
            rule: None,
            errno: None,
            form: 0,
            check: None,
            entered: None,
        }
    }
}

/// The columns of `event` that depend on what happened.
#[derive(Default)]
struct Columns {
    duration: Option<i64>,
    waited: Option<i64>,
    result: Option<i64>,
    args: Option<i64>,
    text: Option<i64>,
    does: Option<i64>,
}

fn write_counts(db: &Connection, p: &Process) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE process SET calls = ?, denied = ?, pretended = ? WHERE id = ?")?.execute(params![
        p.calls as i64,
        p.denied as i64,
        p.pretended as i64,
        p.id
    ])?;
    Ok(())
}

/// Turns events into rows of an open recording.
pub(super) struct Writer {
    db: Connection,
    started: i64,
    programs: Intern,
    tasks: Intern,
    shapes: Intern,
    texts: Intern,
    objects: Intern,
    lists: Intern,
    processes: HashMap<i32, Process>,
    last_process: i64,
    dirty: HashSet<i32>,
    spans: Vec<(u32, u32)>,
}

impl Writer {
    /// Makes the tables in the new, empty file behind `db` and writes down `info`.
    pub fn new(db: Connection, info: &RunInfo) -> rusqlite::Result<Writer> {
        schema::create(&db)?;
        db.set_prepared_statement_cache_capacity(32);
        let put = |key: &str, value: Option<&[u8]>| {
            db.execute("INSERT INTO run VALUES(?, ?)", params![key, value.map(Bytes)]).map(|_| ())
        };
        put("argv", Some(&join_argv(&info.argv)))?;
        put("program", Some(Bytes::of(&info.program).0))?;
        put("cwd", Some(Bytes::of(&info.cwd).0))?;
        put("home", info.home.as_ref().map(|h| Bytes::of(h).0))?;
        put("watch", Some(info.watch.as_bytes()))?;
        put("policy", Some(info.policy.as_bytes()))?;
        db.execute("INSERT INTO run VALUES('started', ?)", [info.started])?;
        Ok(Writer {
            db,
            started: info.started,
            programs: Intern::new(10_000),
            tasks: Intern::new(50_000),
            shapes: Intern::new(10_000),
            texts: Intern::new(200_000),
            objects: Intern::new(100_000),
            lists: Intern::new(100_000),
            processes: HashMap::new(),
            last_process: 0,
            dirty: HashSet::new(),
            spans: Vec::new(),
        })
    }

    /// The connection, for the tests' limits.
    #[cfg(test)]
    pub fn db(&self) -> &Connection {
        &self.db
    }

    /// Opens a transaction. Readers see nothing of it before [`Writer::commit`].
    pub fn begin(&self) -> rusqlite::Result<()> {
        self.db.execute_batch("BEGIN")
    }

    /// Makes what was written since [`Writer::begin`] last, also if Syswall dies.
    pub fn commit(&mut self) -> rusqlite::Result<()> {
        for p in self.dirty.drain().filter_map(|pid| self.processes.get(&pid)) {
            write_counts(&self.db, p)?;
        }
        self.db.execute_batch("COMMIT")
    }

    /// Gives up what was written since [`Writer::begin`].
    pub fn rollback(&self) {
        // Most errors have ended the transaction already; then there is nothing to take back.
        let _ = self.db.execute_batch("ROLLBACK");
    }

    /// Writes one event. Must be within a transaction.
    pub fn write(&mut self, event: &Event) -> rusqlite::Result<()> {
        let program = self.program(&event.program)?;
        let process = self.process(event, program)?;
        let (task, new) = self.tasks.id(&(process, event.tid, program));
        if new {
            self.db
                .prepare_cached("INSERT INTO task VALUES(?, ?, ?, ?)")?
                .execute(params![task, process, event.tid, program])?;
        }
        let (shape, columns) = self.what(event, process, program)?;
        self.db.prepare_cached("INSERT INTO event VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?.execute(params![
            event.seq as i64,
            event.time.wrapping_sub(self.started),
            task,
            shape,
            columns.duration,
            columns.waited,
            columns.result,
            columns.args,
            columns.text,
            columns.does
        ])?;
        Ok(())
    }

    /// Writes how the run ended, within a transaction.
    pub fn end(&self, ended: i64, exit: Option<ExitStatus>, failure: Option<&str>) -> rusqlite::Result<()> {
        let put =
            |key: &str, value: i64| self.db.execute("INSERT OR REPLACE INTO run VALUES(?, ?)", params![key, value]);
        put("ended", ended)?;
        match exit {
            Some(ExitStatus::Code(code)) => {
                put("code", i64::from(code))?;
            }
            Some(ExitStatus::Signal { number, core }) => {
                put("signal", i64::from(number))?;
                put("core", i64::from(core))?;
            }
            None => {}
        }
        if let Some(failure) = failure {
            self.db.execute("INSERT OR REPLACE INTO run VALUES('failure', ?)", [failure])?;
        }
        Ok(())
    }

    /// Leaves one file: moves everything from the write-ahead log into it.
    pub fn close(self) -> rusqlite::Result<()> {
        drop(self.processes);
        self.db.flush_prepared_statement_cache();
        let mode = self.db.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get::<_, String>(0));
        if !matches!(mode.as_deref(), Ok("delete")) {
            // A window reads it right now; the last reader to close then removes the empty log.
            self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        self.db.close().map_err(|(_, e)| e)
    }

    fn program(&mut self, path: &Path) -> rusqlite::Result<i64> {
        let (id, new) = self.programs.id(path.as_os_str());
        if new {
            self.db.prepare_cached("INSERT INTO program VALUES(?, ?)")?.execute(params![id, Bytes::of(path)])?;
        }
        Ok(id)
    }

    /// The id of the event's process; makes one where a process starts or was not heard of.
    fn process(&mut self, event: &Event, program: i64) -> rusqlite::Result<i64> {
        let parent_pid = match event.what {
            What::Start { parent, thread: false } => Some(parent),
            _ => None,
        };
        if let (None, Some(known)) = (parent_pid, self.processes.get_mut(&event.pid)) {
            known.program = program;
            return Ok(known.id);
        }
        self.last_process += 1;
        let id = self.last_process;
        let parent = parent_pid.and_then(|p| self.processes.get(&p));
        self.db
            .prepare_cached("INSERT INTO process VALUES(?, ?, ?, ?, ?, ?, NULL, NULL, NULL, NULL, 0, 0, 0)")?
            .execute(params![
                id,
                event.pid,
                parent.map(|p| p.id),
                parent_pid,
                parent.map(|p| p.program),
                event.seq as i64
            ])?;
        self.exec(id, event.seq, program, None)?;
        let new = Process { id, program, calls: 0, denied: 0, pretended: 0 };
        if let Some(gone) = self.processes.insert(event.pid, new) {
            write_counts(&self.db, &gone)?;
        }
        Ok(id)
    }

    fn exec(&self, process: i64, seq: u64, program: i64, argv: Option<&[u8]>) -> rusqlite::Result<()> {
        self.db.prepare_cached("INSERT OR REPLACE INTO exec VALUES(?, ?, ?, ?)")?.execute(params![
            process,
            seq as i64,
            program,
            argv.map(Bytes)
        ])?;
        Ok(())
    }

    fn what(&mut self, event: &Event, process: i64, program: i64) -> rusqlite::Result<(i64, Columns)> {
        let mut columns = Columns::default();
        let shape = match &event.what {
            What::Call(call) => return self.call(event, call),
            What::Signal { number, text } => {
                columns.result = Some(i64::from(*number));
                columns.args = self.text(text.as_bytes())?;
                Shape::plain("signal")
            }
            What::Start { parent, thread } => {
                columns.result = Some(i64::from(*parent));
                Shape::plain(if *thread { "thread" } else { "start" })
            }
            What::Exec { argv } => {
                let argv: &[OsString] = argv;
                let joined = join_argv(argv);
                columns.args = self.text(&joined)?;
                self.exec(process, event.seq, program, Some(&joined))?;
                Shape::plain("exec")
            }
            What::Exit { status } => {
                let (event_name, code, signal, core) = match *status {
                    ExitStatus::Code(code) => ("exit", Some(code), None, None),
                    ExitStatus::Signal { number, core: false } => ("killed", None, Some(number), Some(false)),
                    ExitStatus::Signal { number, core: true } => ("dumped", None, Some(number), Some(true)),
                };
                columns.result = code.or(signal).map(i64::from);
                if event.tid == event.pid {
                    self.db
                        .prepare_cached("UPDATE process SET ended = ?, code = ?, signal = ?, core = ? WHERE id = ?")?
                        .execute(params![event.seq as i64, code, signal, core, process])?;
                }
                Shape::plain(event_name)
            }
            What::Note { text } => {
                columns.args = self.text(text.as_bytes())?;
                Shape::plain("note")
            }
        };
        Ok((self.shape(&shape)?, columns))
    }

    fn call(&mut self, event: &Event, call: &Call) -> rusqlite::Result<(i64, Columns)> {
        let form = Form::of(&call.result_text, call.result, call.errno);
        let args = &call.args;
        guess_spans(&args.text, &mut self.spans);
        let entry = args.at_entry().len();
        let entered = entered(&self.spans, &args.text, entry).filter(|_| args.spans().eq(self.spans.iter().copied()));
        if entered.is_none() {
            let blob: Vec<u8> = args.spans().flat_map(|(a, b)| [a.to_le_bytes(), b.to_le_bytes()]).flatten().collect();
            self.db.prepare_cached("INSERT INTO spans VALUES(?, ?, ?)")?.execute(params![
                event.seq as i64,
                blob,
                entry as i64
            ])?;
        }
        if let Some(host) = &call.host {
            self.db.prepare_cached("INSERT INTO host VALUES(?, ?)")?.execute(params![event.seq as i64, host])?;
        }
        let shape = self.shape(&Shape {
            event: "call",
            abi: Some(call.abi.name()),
            call: Some(&call.name),
            kinds: call.kinds.bits(),
            decision: Some(call.decision.name()),
            by: Some(call.by.name()),
            rule: call.rule.as_deref(),
            errno: call.errno,
            form: form as i64,
            check: Some(call.check.stored()),
            entered,
        })?;
        if let Some(p) = self.processes.get_mut(&event.pid) {
            p.calls += 1;
            p.denied += u64::from(matches!(call.decision, Decision::Deny | Decision::Kill));
            p.pretended += u64::from(call.decision == Decision::Pretend);
            self.dirty.insert(event.pid);
        }
        let columns = Columns {
            duration: Some(call.duration_ns as i64),
            waited: (call.waited_ns != 0).then_some(call.waited_ns as i64),
            result: call.result,
            args: self.text(call.args.text.as_bytes())?,
            text: if form == Form::Text { self.always_text(call.result_text.as_bytes())? } else { None },
            does: self.list(&call.accesses)?,
        };
        Ok((shape, columns))
    }

    fn shape(&mut self, shape: &Shape<'_>) -> rusqlite::Result<i64> {
        let (id, new) = self.shapes.id(shape);
        if new {
            self.db.prepare_cached("INSERT INTO shape VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?.execute(
                params![
                    id,
                    shape.event,
                    shape.abi,
                    shape.call,
                    shape.kinds,
                    shape.decision,
                    shape.by,
                    shape.rule,
                    shape.errno,
                    shape.form,
                    shape.check,
                    shape.entered.map(|n| n as i64)
                ],
            )?;
        }
        Ok(id)
    }

    fn text(&mut self, text: &[u8]) -> rusqlite::Result<Option<i64>> {
        if text.is_empty() { Ok(None) } else { self.always_text(text) }
    }

    fn always_text(&mut self, text: &[u8]) -> rusqlite::Result<Option<i64>> {
        let (id, new) = self.texts.id(text);
        if new {
            self.db.prepare_cached("INSERT INTO text VALUES(?, ?)")?.execute(params![id, Bytes(text)])?;
        }
        Ok(Some(id))
    }

    fn list(&mut self, accesses: &[Access]) -> rusqlite::Result<Option<i64>> {
        if accesses.is_empty() {
            return Ok(None);
        }
        let (list, new) = self.lists.id(accesses);
        if new {
            for (n, access) in accesses.iter().enumerate() {
                let object = access.object.as_ref().map(|o| self.object(o)).transpose()?;
                self.db.prepare_cached("INSERT INTO access VALUES(?, ?, ?, ?)")?.execute(params![
                    list,
                    n as i64,
                    access.kind.name(),
                    object
                ])?;
            }
        }
        Ok(Some(list))
    }

    fn object(&mut self, object: &Object) -> rusqlite::Result<i64> {
        let (id, new) = self.objects.id(object);
        if new {
            let row = object_row(object);
            self.db.prepare_cached("INSERT INTO object VALUES(?, ?, ?, ?, ?)")?.execute(params![
                id,
                object.type_name(),
                Bytes(&row.name),
                row.extra.as_deref().map(Bytes),
                row.number
            ])?;
        }
        Ok(id)
    }
}
