//! The real windows, a real program, and somebody who answers through the desktop's accessibility.
//!
//! Needs a display and a session bus (`tests/run.sh` makes its own); without them every test here fails.

#![cfg(feature = "gui")]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use common::{Dir, Run, Running, need, tracee};

/// One at a time: they share a display, where the keyboard and the pointer are one's own.
static DISPLAY: Mutex<()> = Mutex::new(());

/// A run in the real window, with somebody at it.
struct Window<'a> {
    run: Running<'a>,
    driver: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    _display: MutexGuard<'static, ()>,
}

impl<'a> Window<'a> {
    /// Starts `syswall` so, and finds its windows.
    fn open(run: Run<'a>) -> Window<'a> {
        for name in ["DISPLAY", "DBUS_SESSION_BUS_ADDRESS"] {
            assert!(
                std::env::var_os(name).is_some(),
                "the windows' tests need {name}: run tests/run.sh, or dbus-run-session -- xvfb-run -a cargo test"
            );
        }
        need("xdotool", "xdotool");
        let display = DISPLAY.lock().unwrap_or_else(PoisonError::into_inner);
        let run = run
            .env("GDK_BACKEND", "x11")
            .env("GSK_RENDERER", "cairo")
            .without_env("GTK_A11Y")
            .without_env("NO_AT_BRIDGE")
            .start();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/gui/driver.py");
        let mut driver = Command::new("/usr/bin/python3")
            .args(["-W", "ignore", script, &run.pid().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("/usr/bin/python3 (packages python3-gi, gir1.2-atspi-2.0): {e}"));
        let to = driver.stdin.take().expect("the driver's input");
        let from = BufReader::new(driver.stdout.take().expect("the driver's output"));
        Window { run, driver, to, from, _display: display }
    }

    /// Has the driver do something; panics with all that is on the screen where it cannot.
    #[track_caller]
    fn tell(&mut self, command: Value) -> Value {
        writeln!(self.to, "{command}").expect("telling the driver");
        let mut line = String::new();
        self.from.read_line(&mut line).expect("the driver's answer");
        let answer: Value =
            serde_json::from_str(&line).unwrap_or_else(|e| panic!("{command}: the driver says {line:?}: {e}"));
        if answer.get("error").is_some() {
            panic!("{command}: {answer:#}{}", self.run.give_up());
        }
        answer["ok"].clone()
    }

    /// Waits for a question with this in its sentence; gives everything it says.
    #[track_caller]
    fn question(&mut self, text: &str) -> String {
        self.tell(json!(["prompt", text])).to_string()
    }

    /// Answers the question by one of its actions, as soon as that is possible.
    #[track_caller]
    fn answer(&mut self, action: &str) {
        self.tell(json!(["answer", action]));
    }

    /// Waits until the window says that the program has ended, closes it, and gives the outcome.
    #[track_caller]
    fn close(mut self) -> common::Done {
        self.tell(json!(["no_prompt"]));
        self.tell(json!(["text", "Ended"]));
        self.tell(json!(["close"]));
        drop(self.to);
        drop(self.driver.wait());
        self.run.wait()
    }
}

/// Everything is asked about but what any program reads at its start.
fn asking() -> Value {
    let allow = |path: &str| json!({"decision": "allow", "kind": "file.read", "path": path});
    let start = json!({"decision": "allow", "kind": ["process.execute", "device"]});
    json!({"syswall": 1, "rules": [allow("/usr/**"), allow("/etc/**"), start]})
}

fn window<'a>(dir: &'a Dir, words: &[&str]) -> Window<'a> {
    let policy = asking();
    Window::open(dir.bare().arg("run").policy(&policy).arg("--").args(words))
}

/// The tracee `act` with its own policy, which is empty at first.
fn act<'a>(dir: &'a Dir, words: &[&str]) -> Window<'a> {
    Window::open(dir.bare().arg("run").program(tracee("act")).args(words))
}

#[test]
fn a_denied_read_makes_the_program_print_the_access_error() {
    let dir = Dir::new();
    dir.file("letter", "dear reader\n");
    let mut window = window(&dir, &["cat", "letter"]);
    let question = window.question("letter");
    assert!(question.contains("cat wants to read"), "{question}");
    assert_eq!(window.tell(json!(["modal"])), true);
    window.answer("prompt.deny");
    let done = window.close().code(1).complains("cat: letter: Permission denied");
    assert_eq!(done.stdout, "");
    dir.nothing_left_running();
}

#[test]
fn an_allowed_read_is_a_read() {
    let dir = Dir::new();
    dir.file("letter", "dear reader\n");
    let mut window = window(&dir, &["cat", "letter"]);
    window.question("letter");
    window.answer("prompt.allow");
    window.close().code(0).line("dear reader");
    assert_eq!(dir.saved_policies(), Vec::<String>::new());
}

#[test]
fn allowed_always_is_saved_and_a_second_run_is_not_asked() {
    let dir = Dir::new();
    dir.file("letter", "text");
    let mut first = act(&dir, &["cat", "letter", "exit", "4"]);
    first.question("letter");
    first.tell(json!(["choose", "Always"]));
    let question = first.question("letter");
    assert!(question.contains("saved"), "the consent sentence does not say that it is saved: {question}");
    first.answer("prompt.allow");
    first.close().code(4).line("cat: 4 text");
    let saved = dir.saved_policies();
    assert_eq!(saved.len(), 1, "{saved:?}");
    let policy: Value = serde_json::from_str(&saved[0]).expect("a policy");
    assert_eq!(policy["rules"][0]["decision"], "allow", "{policy:#}");
    // Not asked: the program ends by itself.
    let second = act(&dir, &["cat", "letter", "exit", "5"]);
    second.close().code(5).line("cat: 4 text");
}

#[test]
fn a_pretended_deletion_leaves_the_file() {
    let dir = Dir::new();
    dir.file("precious", "here");
    let mut window = window(&dir, &["rm", "-v", "precious"]);
    let question = window.question("precious");
    assert!(question.contains("delete"), "{question}");
    window.answer("prompt.pretend");
    window.close().code(0).says("removed 'precious'");
    assert_eq!(dir.read("precious"), "here");
}

#[test]
fn two_programs_that_ask_at_once_are_answered_one_by_one() {
    let dir = Dir::new();
    dir.file("one", "1");
    dir.file("two", "2");
    let act = tracee("act");
    let line = format!("{0} cat one & {0} cat two & wait", act.display());
    let mut window = window(&dir, &["sh", "-c", &line]);
    let question = window.question("wants to read");
    let first = if question.contains("/one") { "one" } else { "two" };
    window.question(first);
    // Both wait: the second is behind the first.
    window.tell(json!(["text", "2 Questions"]));
    window.answer("prompt.deny");
    let other = if first == "one" { "two" } else { "one" };
    window.question(other);
    window.answer("prompt.allow");
    let done = window.close().code(0).line("cat: EACCES");
    assert!(done.stdout.contains(if other == "one" { "cat: 1 1" } else { "cat: 1 2" }), "{done}");
}

#[test]
fn a_question_goes_when_its_process_dies() {
    let dir = Dir::new();
    dir.file("letter", "text");
    let line = format!("{} note ../log asks cat letter; echo status $?", tracee("act").display());
    let mut window = Window::open(
        dir.bare()
            .arg("run")
            .policy(&json!({"syswall": 1, "default": "allow", "rules": [{"decision": "ask", "kind": "file.read", "path": "$CWD/letter"}]}))
            .arg("--")
            .args(["sh", "-c", &line]),
    );
    window.question("letter");
    let log = std::fs::read_to_string(dir.root().join("log")).expect("what it noted");
    let pid = log.trim().rsplit(' ').next().and_then(|p| p.parse().ok()).expect("its PID");
    kill(Pid::from_raw(pid), Signal::SIGKILL).expect("killing who asks");
    window.tell(json!(["no_prompt"]));
    window.close().code(0).line("status 137");
}

#[test]
fn escape_denies_once_and_saves_nothing() {
    let dir = Dir::new();
    dir.file("letter", "text");
    let mut window = act(&dir, &["cat", "letter", "cat", "letter", "exit", "4"]);
    window.question("letter");
    window.tell(json!(["armed"]));
    window.tell(json!(["key", "Escape"]));
    // Once: the same is asked again.
    window.tell(json!(["answer", "prompt.allow"]));
    window.close().code(4).line("cat: EACCES").line("cat: 4 text");
    assert_eq!(dir.saved_policies(), Vec::<String>::new());
}

#[test]
fn what_comes_before_the_question_was_seen_answers_nothing() {
    let dir = Dir::new();
    let names: Vec<String> = (0..4).map(|n| format!("letter{n}")).collect();
    let mut words = vec!["until", "go"];
    for name in &names {
        dir.file(name, "text");
        words.extend(["cat", name]);
    }
    words.extend(["exit", "4"]);
    let mut window = act(&dir, &words);
    window.tell(json!(["text", "Running"]));
    dir.file("go", "");
    // On a busy machine the driver may itself come too late to be early: then the next question is tried.
    let mut early = 0;
    for name in &names {
        let actions = ["prompt.allow", "prompt.deny", "prompt.pretend", "prompt.stop-program", "prompt.dismiss"];
        if window.tell(json!(["early", name, actions, ["Escape", "Return", "alt+a"]])) == true {
            early += 1;
        }
        window.tell(json!(["answer_if", name, "prompt.deny"]));
    }
    assert!(early > 0, "no question stayed as it was{}", window.run.give_up());
    let done = window.close().code(4);
    assert!(done.stdout.lines().filter(|l| *l == "cat: EACCES").count() >= early, "{done}");
}

#[test]
fn the_program_can_be_stopped_from_the_question() {
    let dir = Dir::new();
    dir.file("letter", "text");
    let mut window = act(&dir, &["in-child", "cat", "letter", "say", "went on"]);
    window.question("letter");
    window.answer("prompt.stop-program");
    window.close().code(137).does_not_say("went on");
    dir.nothing_left_running();
}

#[test]
fn answers_for_the_program_settle_what_waits() {
    let dir = Dir::new();
    dir.file("letter", "text");
    let act = tracee("act");
    let line = format!("for i in 1 2 3; do {0} cat letter & done; wait", act.display());
    let mut window = window(&dir, &["sh", "-c", &line]);
    window.question("letter");
    window.answer("prompt.allow");
    let done = window.close().code(0);
    assert_eq!(done.stdout.matches("cat: 4 text").count(), 3, "{done}");
}

#[test]
fn the_window_shows_what_happens_and_ends_in_a_report() {
    let dir = Dir::new();
    dir.file("letter", "text");
    let run = dir.bare().arg("run").args(["--no-policy", "--preset", "observe"]).program(tracee("act"));
    let mut window = Window::open(run.args(["cat", "letter", "put", "another", "x", "until", "go", "exit", "6"]));
    window.tell(json!(["text", "Running"]));
    window.tell(json!(["row", "letter"]));
    window.tell(json!(["win", "win.show-statistics"]));
    window.tell(json!(["win", "win.show-rules"]));
    dir.file("go", "");
    window.tell(json!(["text", "Ended"]));
    window.tell(json!(["win", "win.show-report"]));
    window.tell(json!(["row", "another"]));
    window.close().code(6);
}

#[test]
fn stopping_the_program_from_the_window_ends_all_of_it() {
    let dir = Dir::new();
    let line = format!("{0} note ../log ready in-child note ../log ready pause", tracee("act").display());
    let run = dir.bare().arg("run").args(["--no-policy", "--preset", "observe"]).arg("--").args(["sh", "-c", &line]);
    let mut window = Window::open(run);
    window.run.until_lines("../log", 2);
    window.tell(json!(["win", "win.stop-program"]));
    window.close().code(137);
    dir.nothing_left_running();
}

#[test]
fn if_syswall_is_killed_amid_a_question_the_program_is_gone_and_nothing_was_done() {
    let dir = Dir::new();
    dir.file("precious", "here");
    let mut window = act(&dir, &["unlink", "precious"]);
    window.question("precious");
    window.run.signal(Signal::SIGKILL);
    dir.nothing_left_running();
    assert_eq!(dir.read("precious"), "here");
}
