//! Counts and sums over a recording, for charts and tables.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::reader::Shape;
use super::{Filter, Reader, RecordingError};
use crate::policy::Decision;
use crate::syscall::{Access, Kind, Object};

/// How often one call was made, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallRow {
    /// Its name.
    pub call: String,
    /// How often.
    pub count: u64,
    /// How often it failed, denials included.
    pub errors: u64,
    /// How often it was denied (or the program killed for it).
    pub denied: u64,
    /// How often it was pretended.
    pub pretended: u64,
    /// ns in it, all together, without waiting for answers.
    pub total_ns: u64,
    /// ns of the shortest.
    pub min_ns: u64,
    /// ns of the longest.
    pub max_ns: u64,
}

impl CallRow {
    /// ns on average.
    pub fn average_ns(&self) -> u64 {
        self.total_ns.checked_div(self.count).unwrap_or(0)
    }
}

/// How many events of each kind there were in equal stretches of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// ns since the run's start at which the first stretch begins.
    pub start_ns: i64,
    /// ns of each stretch.
    pub width_ns: i64,
    /// All events, one number a stretch.
    pub total: Vec<u64>,
    /// The kinds that occur, in the contract's order, each with one number a stretch. A call counts for each kind it has.
    pub kinds: Vec<(Kind, Vec<u64>)>,
}

/// What was done to one file: calls that the kernel made and that succeeded, unless a field says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileRow {
    /// The path.
    pub path: PathBuf,
    /// Accesses of any kind and outcome.
    pub count: u64,
    /// Opened to read.
    pub read: u64,
    /// Opened to write.
    pub written: u64,
    /// Made.
    pub created: u64,
    /// Removed.
    pub deleted: u64,
    /// Denied.
    pub denied: u64,
    /// Only seemingly done.
    pub pretended: u64,
}

/// What was done with one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkRow {
    /// The address, unix name or family.
    pub object: Object,
    /// The first in the alphabet of the names that the program was told the address has: its own word.
    pub host: Option<String>,
    /// Accesses of any kind.
    pub count: u64,
    /// Denied.
    pub denied: u64,
}

/// A program that was started or was to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgramRow {
    /// The executable.
    pub path: PathBuf,
    /// How often.
    pub count: u64,
    /// How often that was denied.
    pub denied: u64,
}

/// Equal calls, and the first of them.
pub(crate) struct Sample {
    pub task: i64,
    pub list: Option<i64>,
    pub seq: u64,
    pub count: u64,
}

/// Equal calls: one line of a table, before it is added to others.
pub(crate) struct Group {
    pub task: i64,
    pub shape: i64,
    pub list: Option<i64>,
    pub count: u64,
    pub result: i64,
    pub asked: u64,
}

impl Reader {
    /// Calls by name, the most frequent first.
    pub fn calls(&self, filter: &Filter) -> Result<Vec<CallRow>, RecordingError> {
        let mut by_name: BTreeMap<String, CallRow> = BTreeMap::new();
        let columns = "e.shape, count(*), total(e.duration), min(e.duration), max(e.duration)";
        self.grouped(columns, "e.duration IS NOT NULL", "e.shape", filter, |row| {
            let shape = self.shape(row[0])?;
            let [count, total, min, max] = [row[1], row[2], row[3], row[4]].map(|n| n as u64);
            let entry = by_name.entry(shape.call.to_string()).or_insert_with(|| CallRow {
                call: shape.call.to_string(),
                min_ns: u64::MAX,
                ..CallRow::default()
            });
            entry.count += count;
            entry.errors += if shape.errno.is_some() { count } else { 0 };
            entry.denied += if is_denied(shape.decision) { count } else { 0 };
            entry.pretended += if shape.decision == Decision::Pretend { count } else { 0 };
            entry.total_ns = entry.total_ns.saturating_add(total);
            entry.min_ns = entry.min_ns.min(min);
            entry.max_ns = entry.max_ns.max(max);
            Ok(())
        })?;
        let mut rows: Vec<CallRow> = by_name.into_values().collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.count));
        Ok(rows)
    }

    /// Events over time, in `buckets` (at least 1) equal stretches from the run's start to its last event.
    pub fn rate(&self, filter: &Filter, buckets: usize) -> Result<Rate, RecordingError> {
        let buckets = buckets.max(1);
        let last: i64 = self
            .db
            .prepare_cached("SELECT time FROM event ORDER BY seq DESC LIMIT 1")
            .and_then(|mut q| q.query_row([], |row| row.get(0)))
            .or_else(|e| if e == rusqlite::Error::QueryReturnedNoRows { Ok(0) } else { Err(e) })
            .map_err(|e| self.error(e))?;
        // The last event may have begun before others did; those fall into the last stretch.
        let width = (last.max(0) / buckets as i64 + 1).max(1);
        let mut rate = Rate { start_ns: 0, width_ns: width, total: vec![0; buckets], kinds: Vec::new() };
        let mut kinds: BTreeMap<Kind, Vec<u64>> = BTreeMap::new();
        let columns = format!("min(max(e.time, 0) / {width}, {}), e.shape, count(*)", buckets - 1);
        self.grouped(&columns, "1", "1, 2", filter, |row| {
            let (bucket, count) = (row[0] as usize, row[2] as u64);
            rate.total[bucket] += count;
            for kind in self.shape(row[1])?.kinds.iter() {
                kinds.entry(kind).or_insert_with(|| vec![0; buckets])[bucket] += count;
            }
            Ok(())
        })?;
        rate.kinds = kinds.into_iter().collect();
        Ok(rate)
    }

    /// The files with the most accesses, up to `limit`.
    pub fn files(&self, filter: &Filter, limit: usize) -> Result<Vec<FileRow>, RecordingError> {
        let mut files: BTreeMap<PathBuf, FileRow> = BTreeMap::new();
        self.accesses(filter, |access, count, shape| {
            let Some(Object::Path { path, .. }) = &access.object else { return };
            let row = files.entry(path.clone()).or_insert_with(|| FileRow { path: path.clone(), ..FileRow::default() });
            row.count += count;
            match (shape.decision, shape.errno) {
                (Decision::Deny | Decision::Kill, _) => return row.denied += count,
                (Decision::Pretend, _) => return row.pretended += count,
                (_, Some(_)) => return,
                _ => {}
            }
            match access.kind {
                Kind::FileRead => row.read += count,
                Kind::FileWrite => row.written += count,
                Kind::FileCreate => row.created += count,
                Kind::FileDelete => row.deleted += count,
                _ => {}
            }
        })?;
        Ok(top(files.into_values().collect(), limit, |f| f.count))
    }

    /// The addresses with the most accesses, up to `limit`.
    pub fn network(&self, filter: &Filter, limit: usize) -> Result<Vec<NetworkRow>, RecordingError> {
        let mut rows: BTreeMap<Object, NetworkRow> = BTreeMap::new();
        self.accesses(filter, |access, count, shape| {
            let Some(object) = access.object.as_ref().filter(|_| access.kind.group() == "network") else { return };
            let row = rows.entry(object.clone()).or_insert_with(|| NetworkRow {
                object: object.clone(),
                host: None,
                count: 0,
                denied: 0,
            });
            row.count += count;
            row.denied += if is_denied(shape.decision) { count } else { 0 };
        })?;
        let mut rows = top(rows.into_values().collect(), limit, |n| n.count);
        let hosts = self.hosts()?;
        for row in &mut rows {
            if let Object::Address { address, .. } = &row.object {
                let address = address.to_string();
                row.host = hosts.iter().find(|(named, _)| *named == address).map(|(_, host)| host.clone());
            }
        }
        Ok(rows)
    }

    /// The programs that were started most often, up to `limit`.
    pub fn programs(&self, filter: &Filter, limit: usize) -> Result<Vec<ProgramRow>, RecordingError> {
        let mut rows: BTreeMap<PathBuf, ProgramRow> = BTreeMap::new();
        self.accesses(filter, |access, count, shape| {
            let (Kind::ProcessExecute, Some(Object::Path { path, .. })) = (access.kind, &access.object) else { return };
            // A search along PATH: what is not there is not run.
            if shape.errno.is_some() && !is_denied(shape.decision) {
                return;
            }
            let row =
                rows.entry(path.clone()).or_insert_with(|| ProgramRow { path: path.clone(), ..ProgramRow::default() });
            row.count += count;
            row.denied += if is_denied(shape.decision) { count } else { 0 };
        })?;
        Ok(top(rows.into_values().collect(), limit, |p| p.count))
    }

    fn accesses(&self, filter: &Filter, mut each: impl FnMut(&Access, u64, &Shape)) -> Result<(), RecordingError> {
        self.grouped("e.does, e.shape, count(*)", "e.does IS NOT NULL", "1, 2", filter, |row| {
            let shape = self.shape(row[1])?;
            for access in self.list(row[0])?.iter() {
                each(access, row[2] as u64, &shape);
            }
            Ok(())
        })
    }

    /// Calls that are equal but for time and arguments, added up.
    pub(crate) fn groups(
        &self,
        mut each: impl FnMut(Group) -> Result<(), RecordingError>,
    ) -> Result<(), RecordingError> {
        let columns = "e.task, e.shape, coalesce(e.does, 0), count(*), coalesce(total(e.result), 0), count(e.waited)";
        self.grouped(columns, "1", "1, 2, 3", &Filter::default(), |row| {
            each(Group {
                task: row[0],
                shape: row[1],
                list: (row[2] != 0).then_some(row[2]),
                count: row[3] as u64,
                result: row[4],
                asked: row[5] as u64,
            })
        })
    }

    /// Calls that are equal but for time and results (and arguments, unless `by_arguments`), in the order of their firsts.
    pub(crate) fn samples(&self, by_arguments: bool) -> Result<Vec<Sample>, RecordingError> {
        let by = if by_arguments { "e.task, e.shape, e.does, e.args" } else { "e.task, e.shape, e.does" };
        let mut out = Vec::new();
        let columns = "e.task, min(e.seq), count(*), coalesce(e.does, 0)";
        self.grouped(columns, "e.duration IS NOT NULL", by, &Filter::default(), |row| {
            let list = (row[3] != 0).then_some(row[3]);
            out.push(Sample { task: row[0], list, seq: row[1] as u64, count: row[2] as u64 });
            Ok(())
        })?;
        out.sort_by_key(|s| s.seq);
        Ok(out)
    }

    /// The matching calls that began before a matching event with a smaller number was over: when each began (ns since
    /// the epoch) and its number, in the order of their beginnings. Text lines show these in two halves.
    pub(crate) fn overlapping(&self, filter: &Filter) -> Result<Vec<(i64, u64)>, RecordingError> {
        let (condition, values) = filter.sql();
        let started = self.started()?;
        let sql = format!(
            "SELECT e.seq, e.time, e.time + coalesce(e.waited, 0) + coalesce(e.duration, 0), e.duration FROM event e \
             WHERE {condition} ORDER BY e.seq"
        );
        let mut out = Vec::new();
        let mut over = i64::MIN;
        let mut query = self.db.prepare_cached(&sql).map_err(|e| self.error(e))?;
        let mut rows = query.query(params_from_iter(values)).map_err(|e| self.error(e))?;
        while let Some(row) = rows.next().map_err(|e| self.error(e))? {
            let cell = |i| row.get::<_, Option<i64>>(i).map(|n| n.unwrap_or(0)).map_err(|e| self.error(e));
            let (seq, time, end) = (cell(0)?, cell(1)?, cell(2)?);
            if time < over && row.get_ref(3).is_ok_and(|d| d != rusqlite::types::ValueRef::Null) {
                out.push((started.wrapping_add(time), seq as u64));
            }
            over = over.max(end);
        }
        out.sort_unstable();
        Ok(out)
    }

    fn grouped(
        &self,
        columns: &str,
        only: &str,
        by: &str,
        filter: &Filter,
        mut each: impl FnMut(&[i64]) -> Result<(), RecordingError>,
    ) -> Result<(), RecordingError> {
        let (condition, values) = filter.sql();
        let sql = format!("SELECT {columns} FROM event e WHERE {only} AND ({condition}) GROUP BY {by}");
        let mut query = self.db.prepare_cached(&sql).map_err(|e| self.error(e))?;
        let width = query.column_count();
        let mut rows = query.query(params_from_iter(values)).map_err(|e| self.error(e))?;
        let mut line = vec![0; width];
        while let Some(row) = rows.next().map_err(|e| self.error(e))? {
            for (i, cell) in line.iter_mut().enumerate() {
                // Sums of the program's own numbers can pass 2^63; those come as floating point.
                *cell = match row.get::<_, Value>(i).map_err(|e| self.error(e))? {
                    Value::Integer(n) => n,
                    Value::Real(n) => n as i64,
                    _ => 0,
                };
            }
            each(&line)?;
        }
        Ok(())
    }
}

/// Whether the call was kept from the kernel with an error or the program's end.
pub(crate) fn is_denied(decision: Decision) -> bool {
    matches!(decision, Decision::Deny | Decision::Kill)
}

fn top<T>(mut rows: Vec<T>, limit: usize, count: impl Fn(&T) -> u64) -> Vec<T> {
    // Stable: equal ones stay in the order of their names.
    rows.sort_by_key(|row| std::cmp::Reverse(count(row)));
    rows.truncate(limit);
    rows
}
