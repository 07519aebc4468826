//! What leaves the tracer thread: events to the recorder in batches, messages to the front end without waiting, text lines.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use async_channel::{Sender, TrySendError};

use super::message::{Message, Progress};
use super::trace_text::TraceText;
use crate::recording::{Event, What};

/// A batch goes out when it is this long …
const BATCH: usize = 512;
/// … or this old.
const AGE: Duration = Duration::from_millis(50);
/// How often the front end hears how it goes.
const PROGRESS: Duration = Duration::from_millis(100);

pub(super) struct Output {
    recorder: Option<Sender<Vec<Event>>>,
    batch: Vec<Event>,
    seq: u64,
    flushed: Instant,
    front_end: Sender<Message>,
    waiting: VecDeque<Message>,
    pub progress: Progress,
    told: Instant,
    told_progress: Progress,
    pub trace: Option<TraceText>,
}

/// Somebody who must hear is gone.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// The recorder: the disk is full, or its thread died.
    Recorder,
    /// The front end.
    FrontEnd,
}

impl Output {
    pub fn new(recorder: Option<Sender<Vec<Event>>>, front_end: Sender<Message>, trace: Option<TraceText>) -> Output {
        let now = Instant::now();
        Output {
            recorder,
            batch: Vec::with_capacity(BATCH),
            seq: 0,
            flushed: now,
            front_end,
            waiting: VecDeque::new(),
            progress: Progress::default(),
            told: now,
            told_progress: Progress::default(),
            trace,
        }
    }

    /// Adds an event to the batch.
    pub fn event(&mut self, time: i64, pid: i32, tid: i32, program: std::sync::Arc<std::path::Path>, what: What) {
        self.seq += 1;
        self.progress.events = self.seq;
        if self.recorder.is_some() {
            self.batch.push(Event { seq: self.seq, time, pid, tid, program, what });
        }
    }

    /// Queues a message for the front end.
    pub fn message(&mut self, message: Message) {
        self.waiting.push_back(message);
    }

    /// Sends what is due, everything if `all`. Waits only for a recorder that has fallen behind.
    pub fn flush(&mut self, all: bool) -> Result<(), Lost> {
        let now = Instant::now();
        if !self.batch.is_empty() && (all || self.batch.len() >= BATCH || now - self.flushed >= AGE) {
            self.flushed = now;
            let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
            if let Some(recorder) = &self.recorder
                && recorder.send_blocking(batch).is_err()
            {
                self.recorder = None;
                return Err(Lost::Recorder);
            }
            if let Some(trace) = &mut self.trace {
                trace.flush();
            }
        }
        if now - self.told >= PROGRESS && self.progress != self.told_progress {
            self.told = now;
            self.told_progress = self.progress.clone();
            // Only the newest counts: replace one that still waits.
            self.waiting.retain(|m| !matches!(m, Message::Progress(_)));
            self.waiting.push_back(Message::Progress(self.progress.clone()));
        }
        while let Some(message) = self.waiting.pop_front() {
            match self.front_end.try_send(message) {
                Ok(()) => {}
                Err(TrySendError::Full(message)) => {
                    self.waiting.push_front(message);
                    break;
                }
                Err(TrySendError::Closed(_)) => return Err(Lost::FrontEnd),
            }
        }
        Ok(())
    }

    /// Whether a full batch waits.
    pub fn batch_is_full(&self) -> bool {
        self.batch.len() >= BATCH
    }

    /// Whether `flush` will have something to do soon, even if nothing happens.
    pub fn is_due(&self) -> bool {
        !self.waiting.is_empty() || !self.batch.is_empty() || self.progress != self.told_progress
    }

    /// The last words: everything, waiting for both.
    pub fn finish(&mut self, last: Message) {
        // Whoever is gone cannot be told.
        let _ = self.flush(true);
        if let Some(trace) = &mut self.trace {
            trace.flush();
        }
        for message in self.waiting.drain(..).chain([last]) {
            if self.front_end.send_blocking(message).is_err() {
                break;
            }
        }
        self.recorder = None;
    }
}
