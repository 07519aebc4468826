//! What every end-to-end test needs: a place of its own, the `syswall` binary and other programs run in it with a limit,
//! C tracees, a pseudo-terminal, and panics that show everything there was to see.
//!
//! Nothing here uses the library: these tests see Syswall as a user or a script does.

#![allow(dead_code)]

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

/// No honest run takes this long, even on a busy machine; `SYSWALL_TEST_LIMIT` (seconds) for who waits for a failure.
pub fn limit() -> Duration {
    let seconds = std::env::var("SYSWALL_TEST_LIMIT").ok().and_then(|s| s.parse().ok());
    Duration::from_secs(seconds.unwrap_or(120))
}

/// A place of its own for one test: `work` for the program's files, and the user's directories beside it.
pub struct Dir {
    temp: tempfile::TempDir,
    mark: String,
}

impl Dir {
    /// A fresh, empty place.
    pub fn new() -> Dir {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let temp = tempfile::Builder::new().prefix("syswall-test-").tempdir().expect("a temporary directory");
        for sub in ["work", "home", "config", "state", "data", "cache", "runtime"] {
            std::fs::create_dir(temp.path().join(sub)).expect("a directory in the temporary one");
        }
        let mode = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(temp.path().join("runtime"), mode).expect("the mode of XDG_RUNTIME_DIR");
        let mark = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Dir { temp, mark }
    }

    /// The place itself: for what neither the program nor the user's settings should see.
    pub fn root(&self) -> &Path {
        self.temp.path()
    }

    /// The working directory of programs.
    pub fn work(&self) -> PathBuf {
        self.root().join("work")
    }

    /// The user's home.
    pub fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    /// A path in the working directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.work().join(name)
    }

    /// Writes a file of the working directory.
    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("the file's directory");
        }
        std::fs::write(&path, content).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        path
    }

    /// Writes an executable file of the working directory.
    pub fn script(&self, name: &str, content: &str) -> PathBuf {
        let path = self.file(name, content);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("the script's mode");
        path
    }

    /// The content of a file of the working directory.
    pub fn read(&self, name: &str) -> String {
        let path = self.path(name);
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// Whether the working directory has it.
    pub fn has(&self, name: &str) -> bool {
        self.path(name).symlink_metadata().is_ok()
    }

    /// Where the saved policies of programs are.
    pub fn policies(&self) -> PathBuf {
        self.root().join("config/syswall/policies")
    }

    /// The saved policies, as text, one after the other.
    pub fn saved_policies(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.policies()) else { return Vec::new() };
        let mut paths: Vec<_> =
            entries.flatten().map(|e| e.path()).filter(|p| p.extension() == Some("json".as_ref())).collect();
        paths.sort();
        paths.iter().map(|p| std::fs::read_to_string(p).expect("a saved policy")).collect()
    }

    /// The recordings made by default.
    pub fn recordings(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.root().join("state/syswall/recordings")) else { return Vec::new() };
        entries.flatten().map(|e| e.path()).collect()
    }

    /// `syswall run --no-gui …`, recording where it does by default.
    pub fn syswall(&self) -> Run<'_> {
        self.bare().arg("run").arg("--no-gui")
    }

    /// `syswall …`.
    pub fn bare(&self) -> Run<'_> {
        self.alone(env!("CARGO_BIN_EXE_syswall"))
    }

    /// A program without Syswall.
    pub fn alone(&self, program: impl AsRef<OsStr>) -> Run<'_> {
        Run { dir: self, argv: vec![program.as_ref().to_owned()], env: Vec::new(), input: Vec::new(), limit: limit() }
    }

    /// Writes a policy where no program looks, and gives its path.
    pub fn policy(&self, policy: &serde_json::Value) -> PathBuf {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let path = self.root().join(format!("policy-{}.json", NEXT.fetch_add(1, Ordering::Relaxed)));
        let text = serde_json::to_string_pretty(policy).expect("a policy as text");
        std::fs::write(&path, text).expect("the policy file");
        path
    }

    /// The processes that this test started and that are still there: PID and command line.
    pub fn left_running(&self) -> Vec<String> {
        let wanted = format!("SYSWALL_TEST={}", self.mark);
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc").expect("/proc").flatten() {
            let environ = std::fs::read(entry.path().join("environ")).unwrap_or_default();
            if environ.split(|b| *b == 0).any(|v| v == wanted.as_bytes()) {
                let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
                let line = String::from_utf8_lossy(&line).replace('\0', " ");
                found.push(format!("{} {line}", entry.file_name().to_string_lossy()));
            }
        }
        found
    }

    /// Waits until nothing that this test started is there any more; panics where something stays.
    pub fn nothing_left_running(&self) {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let left = self.left_running();
            if left.is_empty() {
                return;
            }
            assert!(Instant::now() < end, "left running: {left:#?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Everything under the working directory and the home: path, mode, and content or target, where this place is PLACE.
    pub fn files(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for start in ["work", "home"] {
            list(&self.root().join(start), start, &self.root().to_string_lossy(), &mut found);
        }
        found
    }
}

fn list(dir: &Path, name: &str, place: &str, found: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display())).flatten() {
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        let meta = entry.path().symlink_metadata().expect("a file that was just listed");
        let what = if meta.is_dir() {
            list(&entry.path(), &name, place, found);
            "directory".to_owned()
        } else if meta.is_symlink() {
            format!("-> {}", std::fs::read_link(entry.path()).expect("a link's target").display())
        } else if meta.is_file() {
            let content = std::fs::read(entry.path()).expect("a file's content");
            // Binary files name no places here, and lossy decoding is the same for the same bytes.
            let text = String::from_utf8_lossy(&content).replace(place, "PLACE");
            format!("{} bytes, {}", content.len(), show(&text, 300))
        } else {
            "special".to_owned()
        };
        found.insert(name, format!("{:o} {what}", meta.mode()));
    }
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
