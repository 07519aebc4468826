//! Terminals, job control, and signals that reach Syswall.

use nix::sys::signal::Signal;

use crate::common::pty::Terminal;
use crate::common::{Dir, tracee};

/// An interactive bash with a prompt that can be waited for.
fn shell(dir: &Dir, under: bool) -> Terminal {
    let bash = ["bash", "--norc", "--noprofile", "-i"];
    let run = if under { dir.syswall().allow().arg("--").args(bash) } else { dir.alone("env").args(bash) };
    let mut terminal = run
        .env("PS1", "ready> ")
        .env("SYSWALL", env!("CARGO_BIN_EXE_syswall"))
        .env("SIGNALS", tracee("signals"))
        .env("ACT", tracee("act"))
        .env("HISTFILE", "/dev/null")
        .in_terminal();
    terminal.expect("ready> ");
    terminal
}

/// Types a line and waits for the next prompt; gives what came between.
#[track_caller]
fn type_line(terminal: &mut Terminal, line: &str) -> String {
    terminal.send(&format!("{line}\n"));
    // The terminal echoes the line first.
    terminal.expect("\n");
    terminal.expect("ready> ").trim_end_matches("ready> ").trim().to_owned()
}

#[test]
fn a_shell_under_syswall_controls_its_jobs() {
    let dir = Dir::new();
    let mut bash = shell(&dir, true);
    assert_eq!(type_line(&mut bash, "set -o | grep monitor | tr -s '\\t ' ' '"), "monitor on");
    type_line(&mut bash, "sleep 1000 &");
    let jobs = type_line(&mut bash, "jobs");
    assert!(jobs.contains("[1]+  Running") && jobs.contains("sleep 1000"), "{jobs}");
    bash.send("fg\n");
    bash.until_foreground("sleep");
    bash.send("\u{1a}");
    bash.expect("[1]+  Stopped");
    bash.expect("ready> ");
    assert_eq!(type_line(&mut bash, "echo status $?"), "status 148");
    let bg = type_line(&mut bash, "bg");
    assert!(bg.contains("[1]+ sleep 1000 &"), "{bg}");
    let jobs = type_line(&mut bash, "jobs");
    assert!(jobs.contains("[1]+  Running"), "{jobs}");
    type_line(&mut bash, "kill %1");
    let wait = type_line(&mut bash, "wait; jobs; echo none left");
    assert!(wait.contains("none left") && !wait.contains("Running"), "{wait}");
    bash.send("sleep 1000\n");
    bash.until_foreground("sleep");
    bash.send("\u{3}");
    bash.expect("ready> ");
    assert_eq!(type_line(&mut bash, "echo status $?"), "status 130");
    assert_eq!(type_line(&mut bash, "echo a | cat | tr a b"), "b");
    assert_eq!(type_line(&mut bash, "(exit 7) | (exit 8); echo ${PIPESTATUS[*]}"), "7 8");
    let background = type_line(&mut bash, "cat & sleep 0.3; jobs; kill %1; wait");
    assert!(background.contains("Stopped"), "a background job that reads is not stopped: {background}");
    bash.send("exit 9\n");
    let (code, text) = bash.wait();
    assert_eq!(code, 9, "{text}");
    dir.nothing_left_running();
}

/// Waits until a process of this test runs the program: a shell that stands in vfork(2) until then cannot be stopped.
fn until_runs(dir: &Dir, program: &str) {
    let end = std::time::Instant::now() + crate::common::limit();
    let comm =
        |line: &String| std::fs::read_to_string(format!("/proc/{}/comm", line.split(' ').next().expect("a PID")));
    while !dir.left_running().iter().any(|line| comm(line).is_ok_and(|c| c.trim_end() == program)) {
        assert!(std::time::Instant::now() < end, "{program} never ran");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

/// Waits until everything that this test started stands still, but for the shell.
fn until_all_stopped(dir: &Dir) {
    let end = std::time::Instant::now() + crate::common::limit();
    loop {
        let state = |line: &String| {
            let pid = line.split(' ').next().expect("a PID");
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.rsplit_once(") ").map_or('?', |(_, rest)| rest.chars().next().unwrap_or('?'))
        };
        let all: Vec<_> = dir.left_running().into_iter().filter(|l| !l.contains("--norc")).collect();
        if all.len() >= 2 && all.iter().all(|l| "Tt".contains(state(l))) {
            return;
        }
        let states: Vec<_> = all.iter().map(|l| (state(l), l)).collect();
        assert!(std::time::Instant::now() < end, "not stopped: {states:#?}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[test]
fn ctrl_z_stops_syswall_and_the_program_and_fg_goes_on() {
    let dir = Dir::new();
    let mut bash = shell(&dir, false);
    bash.send(
        "\"$SYSWALL\" run --no-gui --no-record --answer allow -- sh -c 'echo started; sleep 1000; echo went on'\n",
    );
    bash.expect("started\r\n");
    until_runs(&dir, "sleep");
    bash.send("\u{1a}");
    bash.expect("Stopped");
    bash.expect("ready> ");
    until_all_stopped(&dir);
    bash.send("fg\n");
    bash.expect("started; sleep 1000");
    bash.until_foreground("syswall");
    bash.send("\u{3}");
    bash.expect("ready> ");
    assert_eq!(type_line(&mut bash, "echo status $?"), "status 130");
    dir_is_clear_but_for_bash(&dir);
    bash.send("exit\n");
    assert_eq!(bash.wait().0, 0);
}

fn dir_is_clear_but_for_bash(dir: &Dir) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let left: Vec<_> = dir.left_running().into_iter().filter(|l| !l.contains("--norc")).collect();
        if left.is_empty() {
            return;
        }
        assert!(std::time::Instant::now() < end, "left running: {left:#?}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn a_program_can_be_stopped_and_continued_twice() {
    let dir = Dir::new();
    let mut bash = shell(&dir, false);
    bash.send(
        "\"$SYSWALL\" run --no-gui --no-record --answer allow -- \"$ACT\" say first until go say second exit 6\n",
    );
    bash.expect("first\r\n");
    for _ in 0..2 {
        bash.until_foreground("syswall");
        bash.send("\u{1a}");
        bash.expect("Stopped");
        bash.expect("ready> ");
        until_all_stopped(&dir);
        bash.send("fg\n");
        bash.expect("until go");
    }
    bash.until_foreground("syswall");
    dir.file("go", "");
    bash.expect("second\r\n");
    bash.expect("ready> ");
    assert_eq!(type_line(&mut bash, "echo status $?"), "status 6");
    bash.send("exit\n");
    bash.wait();
}

#[test]
fn one_ctrl_c_is_one_sigint() {
    let dir = Dir::new();
    let mut terminal = dir.syswall().allow().program(tracee("signals")).args(["report", "log"]).in_terminal();
    wait_for_lines(&dir, 1);
    terminal.send("\u{3}");
    wait_for_lines(&dir, 2);
    terminal.send("\u{1c}");
    let lines = wait_for_lines(&dir, 3);
    // Anything that came twice would be there by now, or come before this one.
    let program: i32 = lines[0].strip_prefix("ready ").and_then(|p| p.parse().ok()).expect("its PID");
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(program), Signal::SIGUSR1).expect("ending it");
    let (code, text) = terminal.wait();
    assert_eq!(code, 3, "{text}");
    assert_eq!(dir.read("log").lines().skip(1).collect::<Vec<_>>(), ["2 1", "3 1"]);
}

fn wait_for_lines(dir: &Dir, count: usize) -> Vec<String> {
    let end = std::time::Instant::now() + crate::common::limit();
    loop {
        let text = std::fs::read_to_string(dir.path("log")).unwrap_or_default();
        if text.lines().count() >= count && text.ends_with('\n') {
            return text.lines().map(str::to_owned).collect();
        }
        assert!(std::time::Instant::now() < end, "the log has only {text:?}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[test]
fn signals_to_syswall_reach_the_program_once_each() {
    let dir = Dir::new();
    let mut run = dir.syswall().allow().program(tracee("signals")).args(["report", "log"]).start();
    run.until_lines("log", 1);
    let all = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT];
    for (n, signal) in all.into_iter().enumerate() {
        run.signal(signal);
        run.until_lines("log", n + 2);
    }
    let lines = run.until_lines("log", 5);
    assert_eq!(lines[1..], ["2 1", "15 1", "1 1", "3 1"]);
    let program: i32 = lines[0].strip_prefix("ready ").and_then(|p| p.parse().ok()).expect("its PID");
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(program), Signal::SIGUSR1).expect("ending it");
    run.wait().code(3).quiet();
    assert_eq!(dir.read("log").lines().count(), 5);
}

#[test]
fn a_signal_to_syswall_ends_a_program_that_does_not_catch_it() {
    for (signal, code) in [(Signal::SIGTERM, 143), (Signal::SIGINT, 130), (Signal::SIGHUP, 129), (Signal::SIGQUIT, 131)]
    {
        let dir = Dir::new();
        let mut run = dir.syswall().allow().program(tracee("act")).args(["note", "log", "ready", "pause"]).start();
        run.until_lines("log", 1);
        run.signal(signal);
        run.wait().code(code);
        dir.nothing_left_running();
    }
}

#[test]
fn a_hangup_of_the_terminal_reaches_the_program() {
    let dir = Dir::new();
    let terminal = dir.syswall().allow().program(tracee("signals")).args(["report", "log"]).in_terminal();
    wait_for_lines(&dir, 1);
    let pid = terminal.pid();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), Signal::SIGHUP).expect("a hangup");
    let lines = wait_for_lines(&dir, 2);
    assert_eq!(lines[1], "1 1");
    drop(terminal);
    dir.nothing_left_running();
}
