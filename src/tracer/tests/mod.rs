//! The engine on real programs, without a front end: the test is the front end, and can be a bad one.

mod front_end;

use std::path::{Path, PathBuf};
use std::sync::Once;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{Message, Question, Setup, TraceText, Tracer, Watch, start};
use crate::policy::{Decision, Place, Policy, Rules};
use crate::recording::{Call, Event, What};
use crate::sys::launch::Launch;
use crate::syscall::{Kind, Object};

/// As long as anything here may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// A run whose front end is the test.
struct Bench {
    dir: tempfile::TempDir,
    patience: Duration,
    trace: Option<TraceText>,
    /// The recorder fails after so many events, as one whose disk is full.
    disk: usize,
}

impl Bench {
    fn new() -> Bench {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| crate::sys::initial::block_signals(false).unwrap());
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("in")).unwrap();
        Bench { dir, patience: LIMIT, trace: None, disk: usize::MAX }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join(name)
    }

    fn file(&self, name: &str) {
        std::fs::write(self.path(name), "content").unwrap();
    }

    /// Runs a script of sh(1) in the directory. What it reads below `in` is asked about; all else is allowed.
    fn start(&mut self, script: &str) -> (Tracer, JoinHandle<Vec<Event>>) {
        let cwd = self.path("");
        let text = format!(
            r#"{{"syswall": 1, "default": "allow", "rules": [{{"decision": "ask", "kind": "file.read", "path": "{}/**"}}]}}"#,
            self.path("in").display()
        );
        let policy = Policy::parse(&text, "policy").unwrap();
        let place = Place { home: None, cwd: cwd.clone(), program_dir: PathBuf::from("/bin") };
        let (events, received) = async_channel::bounded::<Vec<Event>>(64);
        let disk = self.disk;
        let recorder = std::thread::spawn(move || {
            let mut all = Vec::new();
            while let Ok(batch) = received.recv_blocking() {
                all.extend(batch);
                if all.len() >= disk {
                    break;
                }
            }
            all
        });
        let launch = Launch {
            program: "/bin/sh".into(),
            argv: ["sh", "-c", script].map(Into::into).to_vec(),
            cwd: Some(cwd),
            terminal: None,
            filter: None,
            env: Vec::new(),
        };
        let tracer = start(Setup {
            launch,
            rules: Rules::new(&policy, &[], &place).unwrap(),
            events: Some(events),
            trace: self.trace.take(),
            protected: Vec::new(),
            accessibility: None,
            watch: Watch::All,
            answer: None,
            forward_signals: false,
            patience: self.patience,
        })
        .unwrap();
        (tracer, recorder)
    }

    /// Waits until a file holds `text`.
    fn until(&self, name: &str, text: &str) {
        let end = Instant::now() + LIMIT;
        while !self.read(name).contains(text) {
            assert!(Instant::now() < end, "{name} holds only {:?}", self.read(name));
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }
}

impl Tracer {
    /// The next message, if one comes in time.
    fn next(&self) -> Message {
        let end = Instant::now() + LIMIT;
        loop {
            match self.messages.try_recv() {
                Ok(message) => return message,
                Err(error) if error.is_closed() || Instant::now() > end => panic!("no message came: {error}"),
                Err(_) => std::thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    /// The next question; heartbeats are answered.
    fn question(&self) -> Box<Question> {
        loop {
            match self.next() {
                Message::Question(question) => return question,
                Message::Heartbeat => self.handle.alive(),
                Message::Ended(ended) => panic!("it ended before it asked: {ended:?}"),
                _ => {}
            }
        }
    }

    fn answer(&self, question: &Question, decision: Decision) {
        self.handle.answer(question.id, super::Answered { decision, errno: None, rule: None });
    }

    /// Takes everything up to the end.
    fn end(self) -> super::Ended {
        loop {
            match self.next() {
                Message::Ended(ended) => {
                    self.thread.join().unwrap();
                    return ended;
                }
                Message::Heartbeat => self.handle.alive(),
                _ => {}
            }
        }
    }
}

/// The calls that would read `path`.
fn reads_of<'a>(events: &'a [Event], path: &Path) -> Vec<&'a Call> {
    let names = |call: &Call| {
        call.accesses
            .iter()
            .filter(|a| a.kind == Kind::FileRead)
            .any(|a| matches!(&a.object, Some(Object::Path { path: p, .. }) if p == path))
    };
    events
        .iter()
        .filter_map(|e| match &e.what {
            What::Call(call) if names(call) => Some(&**call),
            _ => None,
        })
        .collect()
}

fn notes(events: &[Event]) -> Vec<&str> {
    events
        .iter()
        .filter_map(|e| match &e.what {
            What::Note { text } => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

/// Waits until process `pid` is gone (a zombie of ours is as gone as can be).
fn gone(pid: i32) {
    let end = Instant::now() + LIMIT;
    let is_there = || match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => !matches!(stat.rsplit_once(") ").map(|(_, rest)| &rest[..1]), Some("Z" | "X") | None),
        Err(_) => false,
    };
    while is_there() {
        assert!(Instant::now() < end, "process {pid} lives on");
        std::thread::sleep(Duration::from_millis(1));
    }
}
