//! The only file that crosses threads.
//!
//! Messages of the tracer come in batches, at most one a frame; questions about a recording go to two threads of its
//! own, each with a [`Reader`]: one for what a list shows next, one for what takes long; other slow work goes to GLib's
//! thread pool. All results come back on the main thread.

use std::path::PathBuf;
use std::time::Duration;

use async_channel::{Receiver, Sender};
use gtk::{gio, glib};

use crate::recording::Reader;
use crate::tracer::Message;

/// Between two batches: one frame at 60 Hz.
const FRAME: Duration = Duration::from_millis(16);

/// Calls `take` on the main thread with all messages there are, at most once a frame, until the channel closes.
pub fn listen(messages: Receiver<Message>, mut take: impl FnMut(Vec<Message>) + 'static) {
    glib::spawn_future_local(async move {
        while let Ok(first) = messages.recv().await {
            let mut batch = vec![first];
            while let Ok(next) = messages.try_recv() {
                batch.push(next);
            }
            take(batch);
            glib::timeout_future(FRAME).await;
        }
    });
}

type Job = Box<dyn FnOnce(&Reader) + Send>;

/// A recording that is read on threads of its own. Clones share them; they end with the last.
#[derive(Clone)]
pub struct Queries {
    jobs: Sender<Job>,
    long: Sender<Job>,
}

impl Queries {
    /// Opens the recording. The error is one line for the user.
    pub async fn open(path: PathBuf) -> Result<Queries, String> {
        Ok(Queries { jobs: reader_thread(path.clone()).await?, long: reader_thread(path).await? })
    }

    /// Runs `job` on a reader's thread. `None` if that thread is gone.
    pub async fn ask<T: Send + 'static>(&self, job: impl FnOnce(&Reader) -> T + Send + 'static) -> Option<T> {
        ask(&self.jobs, job).await
    }

    /// The same for what takes long: nothing that is about to be shown waits for it.
    pub async fn ask_long<T: Send + 'static>(&self, job: impl FnOnce(&Reader) -> T + Send + 'static) -> Option<T> {
        ask(&self.long, job).await
    }
}

/// Starts a thread that opens the recording and does jobs on it until nobody is left to ask.
async fn reader_thread(path: PathBuf) -> Result<Sender<Job>, String> {
    let (jobs, todo) = async_channel::unbounded::<Job>();
    let (opened, answer) = async_channel::bounded(1);
    std::thread::Builder::new()
        .name("recording-reader".to_owned())
        .spawn(move || {
            let reader = match Reader::open(&path) {
                Ok(reader) => reader,
                Err(error) => {
                    let _ = opened.send_blocking(Err(error.to_string()));
                    return;
                }
            };
            if opened.send_blocking(Ok(())).is_err() {
                return;
            }
            while let Ok(job) = todo.recv_blocking() {
                job(&reader);
            }
        })
        .map_err(|error| error.to_string())?;
    match answer.recv().await {
        Ok(Ok(())) => Ok(jobs),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(crate::words::tr("The recording cannot be read: its reader ended.")),
    }
}

async fn ask<T: Send + 'static>(jobs: &Sender<Job>, job: impl FnOnce(&Reader) -> T + Send + 'static) -> Option<T> {
    let (done, answer) = async_channel::bounded(1);
    let job: Job = Box::new(move |reader| {
        // Nobody waits any more when the window has closed.
        let _ = done.send_blocking(job(reader));
    });
    jobs.send(job).await.ok()?;
    answer.recv().await.ok()
}

/// Runs `job` in GLib's thread pool. `None` if it panicked.
pub async fn work<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    gio::spawn_blocking(job).await.ok()
}
