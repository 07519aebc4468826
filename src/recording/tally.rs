//! Figures that grow with a recording: each look adds what is new, so that following a long run costs no more than
//! following a short one. Lives on a worker.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;
use std::path::PathBuf;

use rusqlite::params;

use super::stats::is_denied;
use super::{CallRow, Rate, Reader, RecordingError};
use crate::policy::Decision;
use crate::syscall::{Kind, Object};

/// Beyond so many files, hosts or programs no others are told apart.
const MOST: usize = 1_000_000;
/// Stretches of time that are told apart; when all are used, each two become one.
const STRETCHES: usize = 4096;
/// ns of a stretch at first.
const FIRST_WIDTH: i64 = 1_000_000;

/// What was done to one file, in calls.
#[derive(Default)]
struct Touched {
    read: u64,
    changed: u64,
    deleted: u64,
    denied: u64,
}

/// How many different things a run did something to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Files that were read.
    pub read: u64,
    /// Files that were written or made.
    pub changed: u64,
    /// Files that were removed.
    pub deleted: u64,
    /// Addresses of others.
    pub hosts: u64,
    /// Executables that were run, or would have been.
    pub programs: u64,
}

/// Sums over a recording from its beginning to where it was looked at.
#[derive(Default)]
pub struct Tally {
    seen: u64,
    calls: BTreeMap<String, CallRow>,
    files: HashMap<PathBuf, Touched>,
    hosts: HashSet<IpAddr>,
    programs: HashSet<PathBuf>,
    width: i64,
    last: i64,
    total: Vec<u64>,
    kinds: BTreeMap<Kind, Vec<u64>>,
}

impl Tally {
    /// Adds up to `chunk` more events. Returns whether more are there.
    pub fn extend(&mut self, reader: &Reader, chunk: u64) -> Result<bool, RecordingError> {
        let last = reader.last()?;
        let until = self.seen.saturating_add(chunk).min(last);
        let mut done: HashMap<(i64, i64), u64> = HashMap::new();
        {
            let fail = |e| reader.error(e);
            let mut query = reader
                .db
                .prepare_cached("SELECT time, shape, does, duration FROM event WHERE seq > ? AND seq <= ?")
                .map_err(fail)?;
            let mut rows = query.query(params![self.seen as i64, until as i64]).map_err(fail)?;
            while let Some(row) = rows.next().map_err(fail)? {
                let cell = |at| row.get::<_, Option<i64>>(at).map_err(fail);
                let (time, shape) = (cell(0)?.unwrap_or(0), cell(1)?.unwrap_or(0));
                self.at(reader, time, shape)?;
                if let Some(list) = cell(2)? {
                    *done.entry((list, shape)).or_default() += 1;
                }
                if let Some(duration) = cell(3)? {
                    self.call(reader, shape, duration as u64)?;
                }
            }
        }
        for ((list, shape), count) in done {
            self.done(reader, list, shape, count)?;
        }
        self.seen = until;
        Ok(until < last)
    }

    /// An event at `time`, ns since the run's start.
    fn at(&mut self, reader: &Reader, time: i64, shape: i64) -> Result<(), RecordingError> {
        self.last = self.last.max(time);
        self.width = self.width.max(FIRST_WIDTH);
        while time / self.width >= STRETCHES as i64 {
            self.width *= 2;
            std::iter::once(&mut self.total).chain(self.kinds.values_mut()).for_each(|counts| {
                *counts = counts.chunks(2).map(|two| two.iter().sum()).collect();
            });
        }
        let stretch = (time.max(0) / self.width) as usize;
        let add = |counts: &mut Vec<u64>| {
            if counts.len() <= stretch {
                counts.resize(stretch + 1, 0);
            }
            counts[stretch] += 1;
        };
        add(&mut self.total);
        reader.shape(shape)?.kinds.iter().for_each(|kind| add(self.kinds.entry(kind).or_default()));
        Ok(())
    }

    fn call(&mut self, reader: &Reader, shape: i64, duration: u64) -> Result<(), RecordingError> {
        let shape = reader.shape(shape)?;
        let row = match self.calls.get_mut(&*shape.call) {
            Some(row) => row,
            None => self.calls.entry(shape.call.to_string()).or_insert_with(|| CallRow {
                call: shape.call.to_string(),
                min_ns: u64::MAX,
                ..CallRow::default()
            }),
        };
        row.count += 1;
        row.errors += u64::from(shape.errno.is_some());
        row.denied += u64::from(is_denied(shape.decision));
        row.pretended += u64::from(shape.decision == Decision::Pretend);
        row.total_ns += duration;
        row.min_ns = row.min_ns.min(duration);
        row.max_ns = row.max_ns.max(duration);
        Ok(())
    }

    /// Equal calls, with all that they did.
    fn done(&mut self, reader: &Reader, list: i64, shape: i64, count: u64) -> Result<(), RecordingError> {
        let shape = reader.shape(shape)?;
        let denied = is_denied(shape.decision);
        for access in reader.list(list)?.iter() {
            match (&access.object, access.kind) {
                (Some(Object::Path { path, .. }), Kind::ProcessExecute)
                    if (shape.errno.is_none() || denied)
                        && self.programs.len() < MOST
                        && !self.programs.contains(path) =>
                {
                    self.programs.insert(path.clone());
                }
                (Some(Object::Address { address, .. }), kind)
                    if kind.group() == "network" && self.hosts.len() < MOST =>
                {
                    self.hosts.insert(*address);
                }
                _ => {}
            }
            let Some(Object::Path { path, .. }) = &access.object else { continue };
            let changes = matches!(access.kind, Kind::FileWrite | Kind::FileCreate);
            let counts = denied || changes || matches!(access.kind, Kind::FileRead | Kind::FileDelete);
            if !counts || shape.decision == Decision::Pretend || !denied && shape.errno.is_some() {
                continue;
            }
            if !self.files.contains_key(path) {
                if self.files.len() >= MOST {
                    continue;
                }
                self.files.insert(path.clone(), Touched::default());
            }
            let Some(file) = self.files.get_mut(path) else { continue };
            match access.kind {
                _ if denied => file.denied += count,
                Kind::FileRead => file.read += count,
                Kind::FileDelete => file.deleted += count,
                _ => file.changed += count,
            }
        }
        Ok(())
    }

    /// How many events were added up.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// As [`Reader::calls`] says of all events.
    pub fn calls(&self) -> Vec<CallRow> {
        let mut rows: Vec<CallRow> = self.calls.values().cloned().collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.count));
        rows
    }

    /// How many different things something was done to.
    pub fn reached(&self) -> Reached {
        let count = |done: fn(&Touched) -> u64| self.files.values().filter(|f| done(f) > 0).count() as u64;
        Reached {
            read: count(|f| f.read),
            changed: count(|f| f.changed),
            deleted: count(|f| f.deleted),
            hosts: self.hosts.len() as u64,
            programs: self.programs.len() as u64,
        }
    }

    /// As [`Reader::rate`] says of all events, as exactly as 4096 stretches of the time can be dealt out.
    pub fn rate(&self, buckets: usize) -> Rate {
        let buckets = buckets.max(1);
        let width = (self.last.max(0) / buckets as i64 + 1).max(1);
        let deal = |counts: &Vec<u64>| {
            let mut out = vec![0; buckets];
            for (stretch, count) in counts.iter().enumerate() {
                // By its middle.
                let middle = stretch as i64 * self.width + self.width / 2;
                out[((middle / width) as usize).min(buckets - 1)] += count;
            }
            out
        };
        let kinds = self.kinds.iter().map(|(kind, counts)| (*kind, deal(counts))).collect();
        Rate { start_ns: 0, width_ns: width, total: deal(&self.total), kinds }
    }
}
