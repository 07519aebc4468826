//! The recorder thread: takes batches of events, writes them in transactions, leaves one file.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, JoinHandle, Thread};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_channel::{Receiver, Sender};
use rusqlite::{Connection, OpenFlags};

use super::schema::{Header, header};
use super::writer::Writer;
use super::{Event, ExitStatus, RecordingError, RunInfo};
use crate::i18n::{fill, tr};

/// How many batches may wait before the sender, and with it the program, is slowed.
const BATCHES: usize = 64;
/// At most this much of a run is lost if Syswall is killed.
const COMMIT_EVERY: Duration = Duration::from_millis(100);
/// A transaction holds no more events than these (and one batch).
const COMMIT_EVENTS: usize = 50_000;

/// How a run ended, for the thread to write down.
type End = (Option<ExitStatus>, Option<String>);

#[derive(Default)]
struct Shared {
    failure: Mutex<Option<RecordingError>>,
    end: Mutex<Option<End>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes one run into one file, on a thread of its own. Dropped without [`Recorder::finish`], it keeps what it was sent,
/// and the recording says that it ends abruptly.
pub struct Recorder {
    path: PathBuf,
    sender: Sender<Vec<Event>>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    /// Makes the file `path` (mode 0600) and starts the thread. Folders above it are made. A recording that is already
    /// there, or an empty file, is replaced; any other file is left alone and the error says so.
    pub fn start(path: &Path, info: &RunInfo) -> Result<Recorder, RecordingError> {
        Recorder::start_with(path, info, |_| Ok(()))
    }

    /// The same, with `prepare` run on the connection first.
    pub(super) fn start_with(
        path: &Path,
        info: &RunInfo,
        prepare: impl FnOnce(&Writer) -> rusqlite::Result<()>,
    ) -> Result<Recorder, RecordingError> {
        make_room(path)?;
        let sql = |e: rusqlite::Error| RecordingError::sqlite(path, &e);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags).map_err(sql)?;
        let writer = Writer::new(db, info).map_err(sql)?;
        prepare(&writer).map_err(sql)?;
        let (sender, receiver) = async_channel::bounded(BATCHES);
        let shared = Arc::new(Shared::default());
        let thread = thread::Builder::new()
            .name("recorder".to_owned())
            .spawn({
                let (shared, path) = (Arc::clone(&shared), path.to_owned());
                move || {
                    if let Err(e) = record(writer, &receiver, &shared) {
                        // In this order: whoever finds the channel closed finds the reason too.
                        *lock(&shared.failure) = Some(RecordingError::sqlite(&path, &e));
                        receiver.close();
                    }
                }
            })
            .map_err(|e| RecordingError::io(path, &e))?;
        Ok(Recorder { path: path.to_owned(), sender, shared, thread: Some(thread) })
    }

    /// Where events go, in batches. Full: the sender waits. Closed: the recorder has failed (see [`Recorder::failure`]).
    pub fn sender(&self) -> Sender<Vec<Event>> {
        self.sender.clone()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Why the recorder has stopped writing, if it has. What was committed before is kept.
    pub fn failure(&self) -> Option<RecordingError> {
        lock(&self.shared.failure).clone()
    }

    /// Writes what was sent, and how the run ended (`failure`: what went wrong with Syswall itself); one file remains.
    /// Blocks until then. Senders find the channel closed.
    pub fn finish(mut self, exit: Option<ExitStatus>, failure: Option<String>) -> Result<(), RecordingError> {
        *lock(&self.shared.end) = Some((exit, failure));
        self.join();
        self.failure().map_or(Ok(()), Err)
    }

    /// Takes the file away again: the program never ran.
    pub fn discard(mut self) {
        self.join();
        // Nothing was promised, so nothing is missed if it cannot be removed.
        let _ = remove(&self.path);
    }

    fn join(&mut self) {
        self.sender.close();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            *lock(&self.shared.failure) = Some(RecordingError::new(&self.path, tr("the recorder has crashed")));
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.join();
    }
}

/// Makes `path` a new, empty file that only the user can read.
fn make_room(path: &Path) -> Result<(), RecordingError> {
    let fail = |e: std::io::Error| {
        RecordingError::new(
            path,
            fill(
                &tr("the recording cannot be written there ({error}); choose another file with --record"),
                &[("error", &e.to_string())],
            ),
        )
    };
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    match std::fs::symlink_metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        Err(e) => return Err(fail(e)),
        Ok(_) if header(path)? == Header::Foreign => {
            return Err(RecordingError::new(
                path,
                tr("is there already and is not a recording, so it is left alone; choose another file with --record"),
            ));
        }
        Ok(_) => remove(path).map_err(fail)?,
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(fail)?;
    Ok(())
}

/// Removes a recording with its log and index: those of a run that was killed must not be taken for another file's.
fn remove(path: &Path) -> std::io::Result<()> {
    for suffix in ["-wal", "-shm", "-journal", ""] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(name) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    Ok(())
}

/// The thread. Returns when the channel is closed and empty, or at the first error.
fn record(mut writer: Writer, receiver: &Receiver<Vec<Event>>, shared: &Shared) -> rusqlite::Result<()> {
    let mut open = true;
    while open {
        let Ok(first) = receiver.recv_blocking() else { break };
        let deadline = Instant::now() + COMMIT_EVERY;
        let mut batch = Some(first);
        let mut count = 0;
        let written = (|| {
            writer.begin()?;
            while let Some(events) = batch.take() {
                for event in &events {
                    writer.write(event)?;
                }
                count += events.len();
                if count < COMMIT_EVENTS {
                    (batch, open) = receive_until(receiver, deadline);
                }
            }
            writer.commit()
        })();
        if let Err(e) = written {
            writer.rollback();
            return Err(e);
        }
    }
    let end = lock(&shared.end).take();
    if let Some((exit, failure)) = end {
        writer.begin()?;
        writer.end(now(), exit, failure.as_deref())?;
        writer.commit()?;
    }
    writer.close()
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as i64)
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The next batch, unless none comes before `deadline`; and whether the channel is still open.
fn receive_until(receiver: &Receiver<Vec<Event>>, deadline: Instant) -> (Option<Vec<Event>>, bool) {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut next = pin!(receiver.recv());
    loop {
        if let Poll::Ready(received) = next.as_mut().poll(&mut context) {
            let open = received.is_ok();
            return (received.ok(), open);
        }
        let Some(left) = deadline.checked_duration_since(Instant::now()) else { return (None, true) };
        thread::park_timeout(left);
    }
}
