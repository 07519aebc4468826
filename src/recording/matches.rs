//! Which events match a filter, found piece by piece while a window already shows the first of them.

use super::{Filter, Reader, RecordingError};

/// The numbers of the matching events of one recording, in order. Lives on a worker; grows with the recording.
#[derive(Clone, Debug)]
pub struct Matches {
    filter: Filter,
    // Four bytes an event: 40 MB at ten million.
    seqs: Vec<u32>,
    seen: u64,
}

impl Matches {
    /// Of `filter`, with nothing found yet.
    pub fn new(filter: Filter) -> Matches {
        Matches { filter, seqs: Vec::new(), seen: 0 }
    }

    /// The filter.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Looks at up to `chunk` more events; for filters about objects at as many as were seen before, if that is more:
    /// each piece costs a look at all objects. Returns whether more are there to be looked at.
    pub fn extend(&mut self, reader: &Reader, chunk: u64) -> Result<bool, RecordingError> {
        let last = reader.last()?;
        let chunk = if self.filter.asks_objects() { chunk.max(self.seen) } else { chunk };
        let until = self.seen.saturating_add(chunk).min(last);
        if until > self.seen {
            if !self.filter.is_everything() {
                self.seqs.extend(reader.seqs(&self.filter, self.seen, until)?);
            }
            self.seen = until;
        }
        Ok(self.seen < last)
    }

    /// How many were found so far.
    pub fn len(&self) -> usize {
        if self.filter.is_everything() { self.seen as usize } else { self.seqs.len() }
    }

    /// Whether none was found so far.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many events were looked at so far.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// The number of the `row`th matching event (from 0).
    pub fn get(&self, row: usize) -> Option<u64> {
        if self.filter.is_everything() {
            return ((row as u64) < self.seen).then_some(row as u64 + 1);
        }
        self.seqs.get(row).map(|seq| u64::from(*seq))
    }

    /// The row at which the event of that number is, or the first after it.
    pub fn row_of(&self, seq: u64) -> usize {
        if self.filter.is_everything() {
            return seq.saturating_sub(1).min(self.seen) as usize;
        }
        self.seqs.partition_point(|s| u64::from(*s) < seq)
    }
}

impl Reader {
    /// The numbers of the matching events after number `after` up to number `until`.
    fn seqs(&self, filter: &Filter, after: u64, until: u64) -> Result<Vec<u32>, RecordingError> {
        use rusqlite::{params_from_iter, types::Value};
        let (condition, mut values) = filter.sql();
        values.extend([Value::Integer(after as i64), Value::Integer(until as i64)]);
        self.db
            .prepare_cached(&format!(
                "SELECT e.seq FROM event e WHERE ({condition}) AND e.seq > ? AND e.seq <= ? ORDER BY e.seq"
            ))
            .and_then(|mut q| q.query_map(params_from_iter(values), |row| row.get(0))?.collect())
            .map_err(|e| self.error(e))
    }
}
