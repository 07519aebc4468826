//! One run: policy, recording and tracer started together, answered and ended together. Both front ends use it.
//!
//! Lives on the front end's thread.

mod answers;
mod dirs;
mod failure;
mod find;

pub use dirs::Dirs;
pub use failure::RunError;
pub use find::{Found, find_program};

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_channel::Receiver;

use crate::i18n::{Text, fill, io_error, mark, system_error, tr};
use crate::policy::{Decision, Place, Policy, Rules};
use crate::recording::{Recorder, RunInfo};
use crate::sys::launch::Launch;
pub use crate::tracer::Watch;
use crate::tracer::{self, Ended, Handle, Message, Setup, TraceText, Tracer};

/// How long a front end may hang before its questions are denied. Longer than any disk or display that is merely slow.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the windows begin with.
#[derive(Debug, Default)]
pub enum Start {
    /// An empty window.
    #[default]
    Nothing,
    /// A run from the command line: the process ends with the program's exit status.
    Run(Box<Options>),
    /// A program that a file manager named.
    Program(PathBuf),
    /// A recording.
    Recording(PathBuf),
}

/// Blocks the signals that the engine takes over. Call it in main, before any thread starts. `forward`: those that are
/// for the program too, where Syswall stands in for it in a terminal.
pub fn prepare(forward: bool) -> Result<(), RunError> {
    crate::sys::initial::block_signals(forward)
        .map_err(|e| failed(fill(&tr("cannot block signals: {error}"), &[("error", &system_error(e as i32))])))
}

/// Which policy a run starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyChoice {
    /// The program's own, if there is one.
    Own,
    /// This file; it must exist.
    File(PathBuf),
    /// An empty one.
    Empty,
}

/// Where the recording goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordChoice {
    /// Into the user's recordings.
    Default,
    /// To this file.
    File(PathBuf),
    /// Nowhere.
    No,
}

/// What to run, and how (contract 2).
#[derive(Debug)]
pub struct Options {
    /// The program and its arguments.
    pub argv: Vec<OsString>,
    /// Its working directory; `None`: Syswall's.
    pub cwd: Option<PathBuf>,
    /// Which policy.
    pub policy: PolicyChoice,
    /// Presets beyond those that the policy names.
    pub presets: Vec<String>,
    /// Where the policy with the `always` answers is written; `None`: the program's own.
    pub save_policy: Option<PathBuf>,
    /// Where the recording goes.
    pub record: RecordChoice,
    /// Where text lines go as they happen; `-`: standard error.
    pub trace: Option<PathBuf>,
    /// Which calls stop.
    pub watch: Watch,
    /// Overrides the policy's `ignore_library_loading`.
    pub ignore_library_loading: Option<bool>,
    /// What every question is answered with, without asking; never saved.
    pub answer: Option<Decision>,
    /// A pseudo-terminal's end for the program; `None`: it keeps Syswall's terminal.
    pub terminal: Option<OwnedFd>,
    /// Whether INT, TERM, … that reach Syswall go to the program.
    pub forward_signals: bool,
    /// Whether the program is told where the display of the user's session is. See [`Options::without_display`].
    pub display: bool,
    /// Sockets that lead to Syswall's own buttons; see [`Setup::accessibility`]. `None`: it has no windows.
    pub accessibility: Option<Vec<OsString>>,
}

impl Options {
    /// A run of `argv` with everything at its default.
    pub fn new(argv: Vec<OsString>) -> Options {
        Options {
            argv,
            cwd: None,
            policy: PolicyChoice::Own,
            presets: Vec::new(),
            save_policy: None,
            record: RecordChoice::Default,
            trace: None,
            watch: Watch::All,
            ignore_library_loading: None,
            answer: None,
            terminal: None,
            forward_signals: false,
            display: true,
            accessibility: None,
        }
    }
}

impl Options {
    /// Keeps the program from the display: it is neither told where that is nor let through to it.
    pub fn without_display(&mut self) {
        self.display = false;
        self.presets.push("no-display".to_owned());
    }
}

/// A run under way.
pub struct Session {
    /// What the tracer says; ends after [`Message::Ended`].
    pub messages: Receiver<Message>,
    /// How to tell it.
    pub handle: Handle,
    /// The recording's file, if there is one.
    pub recording: Option<PathBuf>,
    /// What `~`, `$CWD` and `$PROGRAM_DIR` stand for.
    pub place: Place,
    /// The executable, links resolved.
    pub program: PathBuf,
    /// Which calls are watched.
    pub watch: Watch,
    thread: std::thread::JoinHandle<()>,
    recorder: Option<Recorder>,
    policy: Policy,
    presets: Vec<String>,
    own_policy: PathBuf,
    /// Where edits of the rules go: the file that the run was given, or the program's own.
    edited_policy: PathBuf,
    save_policy: Option<PathBuf>,
    answers: usize,
    /// Whether the user has been told that the policy cannot be saved.
    unsaved: bool,
}

/// What is left to say where the last message is missing.
pub const ENGINE_DIED: Text = Text::new(mark("the engine died; this is a bug in Syswall"));

fn failed(text: impl Into<String>) -> RunError {
    RunError { message: text.into(), exit_code: 125 }
}

fn nothing_run(error: &dyn std::fmt::Display) -> RunError {
    failed(fill(&tr("{error}; nothing was run"), &[("error", &error.to_string())]))
}

/// `file`, absolute. An error where the folder for it is missing: only Syswall's own folders are made.
fn in_a_folder(file: &Path) -> Result<PathBuf, RunError> {
    let path = absolute(file);
    match path.parent() {
        Some(folder) if !folder.is_dir() => {
            let text = tr(
                "the recording cannot be written to {file}: there is no folder {folder}; make it, or choose another file with --record",
            );
            Err(failed(fill(&text, &[("file", &file.to_string_lossy()), ("folder", &folder.to_string_lossy())])))
        }
        _ => Ok(path),
    }
}

/// `path` with its directory's links resolved: the file itself need not exist.
fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    match (path.parent().and_then(|p| p.canonicalize().ok()), path.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => path,
    }
}

/// The variables that say where the display is (X(7), the Wayland protocol).
const DISPLAY_VARIABLES: [&str; 4] = ["DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"];
/// Starts the program. Signals must have been blocked in main (`sys::initial::block_signals`).
/// An error leaves nothing running and nothing written.
pub fn start(options: Options) -> Result<Session, RunError> {
    let dirs = Dirs::of_user().ok_or_else(|| failed(tr("no home directory is known; set HOME")))?;
    let cwd = match &options.cwd {
        Some(dir) => dir.canonicalize().map_err(|e| {
            let text = tr("cannot change to {directory}: {error}; give a directory that exists");
            failed(fill(&text, &[("directory", &dir.to_string_lossy()), ("error", &io_error(&e))]))
        })?,
        None => std::env::current_dir().map_err(|e| {
            failed(fill(&tr("cannot tell the working directory: {error}"), &[("error", &io_error(&e))]))
        })?,
    };
    let found = find_program(&options.argv, &cwd)?;
    let program = found.path.canonicalize().unwrap_or_else(|_| found.path.clone());
    let place = Place {
        home: Some(dirs.home.clone()),
        cwd: cwd.clone(),
        program_dir: program.parent().unwrap_or(Path::new("/")).to_path_buf(),
    };
    let own_policy = Policy::file_for(&dirs.config, &program);
    let mut policy = match &options.policy {
        PolicyChoice::Own if own_policy.exists() => Policy::load(&own_policy).map_err(|e| nothing_run(&e))?,
        PolicyChoice::File(file) => Policy::load(file).map_err(|e| nothing_run(&e))?,
        PolicyChoice::Own | PolicyChoice::Empty => Policy::for_program(&program),
    };
    if let Some(ignore) = options.ignore_library_loading {
        policy.ignore_library_loading = Some(ignore);
    }
    let rules = Rules::new(&policy, &options.presets, &place).map_err(|e| nothing_run(&e))?;
    let trace = options.trace.as_deref().map(open_trace).transpose()?;
    let recording = match &options.record {
        RecordChoice::Default => Some(crate::recording::default_path(&dirs.state, &program)),
        RecordChoice::File(file) => Some(in_a_folder(file)?),
        RecordChoice::No => None,
    };
    let info = RunInfo {
        argv: options.argv.clone(),
        program: program.clone(),
        cwd: cwd.clone(),
        home: Some(dirs.home.clone()),
        started: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as i64),
        watch: match options.watch {
            Watch::All => "all".into(),
            Watch::Policy => "policy".into(),
        },
        policy: policy.to_json(),
    };
    let recorder =
        recording.as_deref().map(|path| Recorder::start(path, &info)).transpose().map_err(|e| nothing_run(&e))?;
    let mut protected = vec![absolute(&dirs.config), absolute(&dirs.state)];
    let files = [recording.as_ref(), options.save_policy.as_ref(), options.trace.as_ref()];
    protected.extend(files.into_iter().flatten().filter(|f| f.as_os_str() != "-").map(|f| absolute(f)));
    if let PolicyChoice::File(file) = &options.policy {
        protected.push(absolute(file));
    }
    let launch = Launch {
        program: found.execute,
        argv: options.argv.clone(),
        cwd: options.cwd.is_some().then(|| cwd.clone()),
        terminal: options.terminal,
        filter: None,
        env: match options.display {
            true => Vec::new(),
            false => DISPLAY_VARIABLES.iter().map(|name| (name.into(), None)).collect(),
        },
    };
    let setup = Setup {
        launch,
        rules,
        events: recorder.as_ref().map(Recorder::sender),
        trace,
        protected,
        accessibility: options.accessibility,
        answer: options.answer,
        watch: options.watch,
        forward_signals: options.forward_signals,
        patience: PATIENCE,
    };
    match tracer::start(setup) {
        Ok(Tracer { handle, messages, thread }) => Ok(Session {
            messages,
            handle,
            recording,
            place,
            program,
            watch: options.watch,
            thread,
            recorder,
            policy,
            presets: options.presets,
            edited_policy: match &options.policy {
                PolicyChoice::File(file) => absolute(file),
                PolicyChoice::Own | PolicyChoice::Empty => own_policy.clone(),
            },
            own_policy,
            save_policy: options.save_policy.map(|f| absolute(&f)),
            answers: 0,
            unsaved: false,
        }),
        Err(error) => {
            if let Some(recorder) = recorder {
                recorder.discard();
            }
            Err(failure::start_error(&error, &found.path, &cwd))
        }
    }
}

fn open_trace(path: &Path) -> Result<TraceText, RunError> {
    if path.as_os_str() == "-" {
        return Ok(TraceText::new(Box::new(BufWriter::new(std::io::stderr()))));
    }
    let file = File::create(path).map_err(|e| {
        let text = tr("cannot write the trace to {file}: {error}; nothing was run");
        failed(fill(&text, &[("file", &path.to_string_lossy()), ("error", &io_error(&e))]))
    })?;
    let writer: Box<dyn Write + Send> = Box::new(BufWriter::with_capacity(1 << 16, file));
    Ok(TraceText::new(writer))
}

impl Session {
    /// The policy as it is now, with the `always` answers of this run.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The file of the program's own policy, whether it exists or not.
    pub fn own_policy(&self) -> &Path {
        &self.own_policy
    }

    /// Puts the run to rest after [`Message::Ended`]: the recording is complete when this returns.
    /// Returns the exit status of the command (contract 2) and what went wrong, if anything.
    pub fn finish(self, ended: &Ended) -> (i32, Option<String>) {
        // A tracer thread that panicked has ended its program by its death; its last message is missing.
        let panicked = self.thread.join().is_err();
        let mut failure = ended.failure.clone();
        if panicked {
            failure.get_or_insert(ENGINE_DIED);
        }
        let mut shown = failure.as_ref().map(Text::shown);
        if let Some(recorder) = self.recorder {
            let problem = recorder.failure();
            if let Err(error) = recorder.finish(ended.status, failure.as_ref().map(Text::to_string)) {
                shown = Some(problem.map_or_else(|| error.to_string(), |p| p.to_string()));
            }
        }
        let code = match (&shown, ended.status) {
            (None, Some(status)) => status.shell_code(),
            _ => 125,
        };
        if let Some(file) = &self.save_policy
            && !self.unsaved
            && let Err(error) = self.policy.save(file)
        {
            shown.get_or_insert(error.to_string());
        }
        (code, shown)
    }
}
