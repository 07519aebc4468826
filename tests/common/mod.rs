//! What every end-to-end test needs: a place of its own, the `syswall` binary and other programs run in it with a limit,
//! C tracees, a pseudo-terminal, and panics that show everything there was to see.
//!
//! Nothing here uses the library: these tests see Syswall as a user or a script does.

#![allow(dead_code)]

pub mod attacks;
mod dir;
pub mod pty;
pub mod tracees;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

#[allow(unused_imports, reason = "not every test target has 32-bit tracees")]
pub use tracees::{tracee, tracee32};

pub use dir::Dir;

/// No honest run takes this long, even on a busy machine; `SYSWALL_TEST_LIMIT` (seconds) for who waits for a failure.
pub fn limit() -> Duration {
    let seconds = std::env::var("SYSWALL_TEST_LIMIT").ok().and_then(|s| s.parse().ok());
    Duration::from_secs(seconds.unwrap_or(120))
}

/// The text, cut after `most` characters, then with a digest of the whole.
fn show(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}… digest {:016x}", &text[..end], tracees::digest(text.as_bytes())),
    }
}

/// A command that is about to be run in a [`Dir`].
#[derive(Clone)]
pub struct Run<'a> {
    dir: &'a Dir,
    argv: Vec<OsString>,
    env: Vec<(OsString, Option<OsString>)>,
    input: Vec<u8>,
    limit: Duration,
}

impl<'a> Run<'a> {
    /// One more argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.argv.push(arg.as_ref().to_owned());
        self
    }

    /// More arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.argv.extend(args.into_iter().map(|a| a.as_ref().to_owned()));
        self
    }

    /// `--answer allow`: every question is answered so.
    pub fn allow(self) -> Self {
        self.args(["--answer", "allow"])
    }

    /// `--policy`, with this one.
    pub fn policy(self, policy: &serde_json::Value) -> Self {
        let path = self.dir.policy(policy);
        self.arg("--policy").arg(path)
    }

    /// `--`, and the program that Syswall is to run.
    pub fn program(self, program: impl AsRef<OsStr>) -> Self {
        self.arg("--").arg(program)
    }

    /// One more variable of the environment.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_owned(), Some(value.as_ref().to_owned())));
        self
    }

    /// One variable fewer.
    pub fn without_env(mut self, name: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_owned(), None));
        self
    }

    /// What it reads on its standard input; else that is empty.
    pub fn input(mut self, input: impl AsRef<[u8]>) -> Self {
        self.input = input.as_ref().to_owned();
        self
    }

    /// The command line, for messages.
    pub fn line(&self) -> String {
        self.argv.iter().map(|a| format!("{a:?}")).collect::<Vec<_>>().join(" ")
    }

    /// The command in a session of its own, so that no terminal of the tester's is in reach, with its own environment.
    fn command(&self, controlling: bool) -> Command {
        // Not a process group of its own: then setsid(1) need not fork, and the PID is the program's.
        let mut command = Command::new("setsid");
        if controlling {
            command.arg("--ctty");
        }
        command.args(&self.argv).current_dir(self.dir.work());
        for (variable, _) in std::env::vars_os() {
            let name = variable.to_string_lossy();
            if name.starts_with("XDG_")
                || name.starts_with("LC_")
                || name.starts_with("GIT_")
                || name.starts_with("CARGO")
            {
                command.env_remove(&variable);
            }
        }
        let root = self.dir.root();
        command
            .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", root.join("home"))
            .env("PWD", self.dir.work())
            .env("XDG_CONFIG_HOME", root.join("config"))
            .env("XDG_STATE_HOME", root.join("state"))
            .env("XDG_DATA_HOME", root.join("data"))
            .env("XDG_CACHE_HOME", root.join("cache"))
            .env("XDG_RUNTIME_DIR", root.join("runtime"))
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env("TERM", "dumb")
            .env("SYSWALL_TEST", &self.dir.mark)
            .env_remove("LANG")
            .env_remove("LANGUAGE")
            .env_remove("LD_LIBRARY_PATH")
            .env_remove("MAKEFLAGS")
            .env_remove("OLDPWD");
        for (name, value) in &self.env {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    /// Starts it, with pipes.
    pub fn start(&self) -> Running<'a> {
        let mut command = self.command(false);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|e| panic!("setsid {}: {e}", self.line()));
        let mut stdin = child.stdin.take().expect("the pipe to it");
        let input = self.input.clone();
        // It may end without having read everything: that is its right.
        std::thread::spawn(move || drop(stdin.write_all(&input)));
        let out = collect(child.stdout.take().expect("its output"));
        let err = collect(child.stderr.take().expect("its errors"));
        Running {
            dir: self.dir,
            line: self.line(),
            child: Some(child),
            out: Some(out),
            err: Some(err),
            limit: self.limit,
        }
    }

    /// Runs it to its end.
    pub fn run(&self) -> Done {
        self.start().wait()
    }

    /// Starts it on a pseudo-terminal that is its controlling terminal.
    pub fn in_terminal(&self) -> pty::Terminal {
        pty::Terminal::start(self.command(true), self.line())
    }
}

fn collect(mut from: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut all = Vec::new();
        drop(from.read_to_end(&mut all));
        all
    })
}

/// A command that runs.
pub struct Running<'a> {
    dir: &'a Dir,
    line: String,
    child: Option<Child>,
    out: Option<JoinHandle<Vec<u8>>>,
    err: Option<JoinHandle<Vec<u8>>>,
    limit: Duration,
}

impl Running<'_> {
    /// Its PID.
    pub fn pid(&self) -> i32 {
        self.child.as_ref().expect("a child that was not waited for").id() as i32
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.pid()), signal).unwrap_or_else(|e| panic!("{signal} to {}: {e}", self.line));
    }

    /// Waits until a file of the working directory has `lines` lines, and gives them.
    pub fn until_lines(&mut self, name: &str, lines: usize) -> Vec<String> {
        let end = Instant::now() + self.limit;
        loop {
            let text = std::fs::read_to_string(self.dir.path(name)).unwrap_or_default();
            let whole = text.rfind('\n').map_or("", |end| &text[..end]);
            if !whole.is_empty() && whole.lines().count() >= lines {
                return whole.lines().map(str::to_owned).collect();
            }
            let ended = self.child.as_mut().is_some_and(|c| c.try_wait().expect("waiting for it").is_some());
            if ended || Instant::now() > end {
                panic!("{name} never had {lines} lines, only {text:?}\n{}", self.finish(!ended));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Done {
        let end = Instant::now() + self.limit;
        let child = self.child.as_mut().expect("a child that was not waited for");
        loop {
            if child.try_wait().expect("waiting for it").is_some() {
                return self.finish(false);
            }
            if Instant::now() > end {
                let (state, limit) = (stuck(child.id()), self.limit);
                panic!("it did not end in {limit:?}; then:\n{state}\n{}", self.finish(true));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends it, if it has not ended, and gives all there is: for the message of a test that fails.
    pub fn give_up(&mut self) -> Done {
        self.finish(true)
    }

    fn finish(&mut self, kill_it: bool) -> Done {
        let mut child = self.child.take().expect("a child that was not waited for");
        if kill_it {
            kill_session(child.id());
        }
        let status = child.wait().expect("its status");
        let join = |t: &mut Option<JoinHandle<Vec<u8>>>| {
            let bytes = t.take().map(|t| t.join().expect("the reader")).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let (stdout, stderr) = (join(&mut self.out), join(&mut self.err));
        Done { line: self.line.clone(), code: shell_code(status), stdout, stderr, files: listing(self.dir) }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            kill_session(child.id());
            drop(child.wait());
        }
    }
}

/// The processes of the session `leader`, for the message of a test that hangs.
fn stuck(leader: u32) -> String {
    let output =
        Command::new("ps").args(["-L", "-o", "pid,tid,ppid,stat,wchan:24,args", "-g", &leader.to_string()]).output();
    output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default()
}

/// Kills a session that [`Run::command`] made, and with Syswall the program.
fn kill_session(leader: u32) {
    let leader = Pid::from_raw(leader as i32);
    // Whatever is already gone is as wanted.
    let _gone = (nix::sys::signal::killpg(leader, Signal::SIGKILL), kill(leader, Signal::SIGKILL));
}

/// As a shell shows it.
pub fn shell_code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

fn listing(dir: &Dir) -> String {
    let mut text = String::new();
    for name in dir.files().keys().take(60) {
        text.push_str(&format!("  {name}\n"));
    }
    text
}

/// A command that has ended. Shown, it tells everything there is to know.
pub struct Done {
    line: String,
    /// As a shell shows it: the code, or 128 + the signal.
    pub code: i32,
    /// Its output.
    pub stdout: String,
    /// Its errors.
    pub stderr: String,
    files: String,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n---- {}\n---- exit status {}", self.line, self.code)?;
        writeln!(f, "---- stdout\n{}", tail(&self.stdout))?;
        writeln!(f, "---- stderr\n{}", tail(&self.stderr))?;
        writeln!(f, "---- files\n{}----", self.files)
    }
}

/// The end of a long text.
fn tail(text: &str) -> &str {
    let mut from = text.len().saturating_sub(16_000);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}

impl Done {
    /// Panics unless this is the exit status.
    #[track_caller]
    pub fn code(self, wanted: i32) -> Done {
        assert!(self.code == wanted, "the exit status is not {wanted}{self}");
        self
    }

    /// Panics unless the output has it.
    #[track_caller]
    pub fn says(self, wanted: &str) -> Done {
        assert!(self.stdout.contains(wanted), "the output lacks {wanted:?}{self}");
        self
    }

    /// Panics if the output has it.
    #[track_caller]
    pub fn does_not_say(self, unwanted: &str) -> Done {
        assert!(!self.stdout.contains(unwanted), "the output has {unwanted:?}{self}");
        self
    }

    /// Panics unless the output has exactly this line.
    #[track_caller]
    pub fn line(self, wanted: &str) -> Done {
        assert!(self.stdout.lines().any(|l| l == wanted), "the output lacks the line {wanted:?}{self}");
        self
    }

    /// Panics unless the errors have it.
    #[track_caller]
    pub fn complains(self, wanted: &str) -> Done {
        assert!(self.stderr.contains(wanted), "the errors lack {wanted:?}{self}");
        self
    }

    /// Panics unless the errors are one line, and no crash.
    #[track_caller]
    pub fn in_one_line(self) -> Done {
        assert!(self.stderr.trim_end().lines().count() == 1, "the errors are not one line{self}");
        assert!(!self.stderr.contains("panicked"), "Syswall crashed{self}");
        self
    }

    /// Panics unless nothing was written to standard error.
    #[track_caller]
    pub fn quiet(self) -> Done {
        assert!(self.stderr.is_empty(), "there are errors{self}");
        self
    }

    /// The output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("not JSON: {e}{self}"))
    }

    /// The output as JSON, one value a line.
    #[track_caller]
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        let value = |l| serde_json::from_str(l).unwrap_or_else(|e| panic!("not JSON: {l}: {e}{self}"));
        self.stdout.lines().map(value).collect()
    }
}

/// Runs a program alone and under `--answer allow`, each in a fresh place that `prepare` fills, and panics unless output,
/// errors, exit status and files are the same. Gives the run under Syswall.
///
/// `words` is the program and its arguments; `edit` takes out what differs between any two runs.
#[track_caller]
pub fn same_as_alone(words: &[&OsStr], prepare: impl Fn(&Dir), edit: impl Fn(String) -> String) -> Done {
    let run = |under: bool| {
        let dir = Dir::new();
        prepare(&dir);
        let base = if under { dir.syswall().allow().arg("--") } else { dir.alone("env").arg("--") };
        let done = base.args(words).run();
        dir.nothing_left_running();
        // The two places differ in their random names only.
        let place = dir.root().to_string_lossy().into_owned();
        let edit = |text: &str| edit(text.replace(&place, "PLACE"));
        let files: BTreeMap<_, _> = dir.files().into_iter().map(|(name, what)| (edit(&name), edit(&what))).collect();
        (edit(&done.stdout), edit(&done.stderr), files, done)
    };
    let (out, err, files, alone) = run(false);
    let (under_out, under_err, under_files, under) = run(true);
    assert!(alone.code == under.code, "the exit status differs: {} alone, {}{alone}{under}", alone.code, under.code);
    assert!(out == under_out, "the output differs: {}{alone}{under}", first_difference(&out, &under_out));
    assert!(err == under_err, "the errors differ: {}{alone}{under}", first_difference(&err, &under_err));
    let differ: Vec<_> = files
        .keys()
        .chain(under_files.keys())
        .filter(|name| files.get(*name) != under_files.get(*name))
        .map(|name| format!("{name}\n   alone: {:?}\n   under: {:?}", files.get(name), under_files.get(name)))
        .collect();
    assert!(differ.is_empty(), "files differ:\n{}{under}", differ.join("\n"));
    under
}

/// [`same_as_alone`] for a tracee that needs no files and says nothing that changes.
#[track_caller]
pub fn tracee_same_as_alone(program: &Path, args: &[&str]) -> Done {
    let mut words = vec![program.as_os_str()];
    words.extend(args.iter().map(OsStr::new));
    same_as_alone(&words, |_| {}, |text| text)
}

/// The first lines that differ.
pub fn first_difference(one: &str, other: &str) -> String {
    let (mut a, mut b) = (one.lines(), other.lines());
    for line in 1.. {
        match (a.next(), b.next()) {
            (None, None) => break,
            (x, y) if x == y => {}
            (x, y) => return format!("line {line}: {x:?} and {y:?}"),
        }
    }
    "only the ends of lines".to_owned()
}

/// Panics unless the program is there; names the Debian package that has it.
#[track_caller]
pub fn need(program: &str, package: &str) {
    let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let there = path.split(':').any(|dir| Path::new(dir).join(program).exists());
    assert!(there, "this test needs {program}: install the package {package} (tests/run.sh does)");
}

/// Whether the tests run as root.
pub fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}
