//! The prompt on a pseudo-terminal, typed at as a user would.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::pty::openpty;

use super::*;
use crate::syscall::{Abi, Access, Kind, Object};

fn question(path: &str) -> Question {
    let object = Object::Path { path: path.into(), asked: path.into() };
    Question {
        id: 1,
        pid: 4242,
        tid: 4242,
        program: Path::new("/usr/bin/curl").into(),
        argv: vec!["curl".into()],
        ancestry: Vec::new(),
        cwd: PathBuf::from("/home/anna"),
        abi: Abi::X86_64,
        call: "openat".into(),
        args: crate::syscall::ArgText::of(&["AT_FDCWD", "\"x\""]),
        host: None,
        accesses: vec![Access { kind: Kind::FileRead, object: Some(object) }],
        asked: 0,
        can_pretend: false,
        why_not_pretend: None,
        changed: false,
        since: 0,
        waiting: 1,
    }
}

fn place() -> Place {
    Place { home: Some("/home/anna".into()), cwd: "/home/anna".into(), program_dir: "/usr/bin".into() }
}

/// Asks; each time the terminal shows the text before it, types the line. Returns the answer and all that was shown.
fn talk(question: &Question, early: &str, lines: &[(&str, &str)]) -> (Option<Choice>, String) {
    let pty = openpty(None, None).unwrap();
    let mut master = File::from(pty.master);
    master.write_all(early.as_bytes()).unwrap();
    let asker = TerminalAsker::on(File::from(pty.slave));
    std::thread::scope(|scope| {
        let place = place();
        let answer = scope.spawn(move || (asker.ask(question, &place, &mut || false), asker));
        let mut shown = Vec::new();
        let mut from = 0;
        for (expected, typed) in lines {
            let mut byte = [0];
            while !String::from_utf8_lossy(&shown[from..]).contains(expected) {
                assert_eq!(master.read(&mut byte).unwrap(), 1);
                shown.push(byte[0]);
            }
            from = shown.len();
            master.write_all(typed.as_bytes()).unwrap();
        }
        // The asker lives until all is read: a closed slave loses what is still in the pty.
        let (choice, asker) = answer.join().unwrap();
        asker.tty.write("\u{4}");
        let mut byte = [0];
        while master.read(&mut byte).is_ok_and(|n| n == 1) && byte[0] != 4 {
            shown.push(byte[0]);
        }
        (choice, String::from_utf8_lossy(&shown).into_owned())
    })
}

const PROMPT: &str = "deny once):";

#[test]
fn a_allows_once() {
    let (choice, shown) = talk(&question("/etc/passwd"), "", &[(PROMPT, "a\n")]);
    let choice = choice.unwrap();
    assert_eq!((choice.decision, choice.how_long), (Decision::Allow, HowLong::Once));
    assert!(shown.contains("curl wants to read /etc/passwd"), "{shown}");
    assert!(shown.contains("curl may read /etc/passwd, just this once."), "{shown}");
}

#[test]
fn an_empty_line_and_the_end_of_input_deny_once() {
    for typed in ["\n", "\u{4}"] {
        let choice = talk(&question("/etc/passwd"), "", &[(PROMPT, typed)]).0.unwrap();
        assert_eq!((choice.decision, choice.how_long), (Decision::Deny, HowLong::Once));
    }
}

#[test]
fn what_was_typed_before_the_question_does_not_answer_it() {
    let (choice, _) = talk(&question("/etc/passwd"), "a\na\na", &[(PROMPT, "d\n")]);
    assert_eq!(choice.unwrap().decision, Decision::Deny);
}

#[test]
fn the_scope_can_be_widened_before_the_answer() {
    let lines = [(PROMPT, "w\n"), ("Number:", "2\n"), (PROMPT, "t\n"), ("Number:", "4\n"), (PROMPT, "A\n")];
    let (choice, shown) = talk(&question("/home/anna/Pictures/x.jpg"), "", &lines);
    let choice = choice.unwrap();
    assert_eq!((choice.decision, choice.what, choice.how_long), (Decision::Allow, WhatScope::Folder, HowLong::Always));
    assert!(shown.contains("curl and the programs it starts may read any file in the folder ~/Pictures."), "{shown}");
}

#[test]
fn pretending_is_refused_with_the_reason_where_it_is_not_possible() {
    let (choice, shown) = talk(&question("/etc/passwd"), "", &[(PROMPT, "p\n"), (PROMPT, "d\n")]);
    assert_eq!(choice.unwrap().decision, Decision::Deny);
    assert!(shown.contains("Pretending is not possible for openat."), "{shown}");
}

#[test]
fn a_hostile_name_writes_no_escapes_to_the_terminal() {
    let (_, shown) = talk(&question("/tmp/\x1b[2J\x07\u{202e}x"), "", &[(PROMPT, "d\n")]);
    assert!(!shown.contains(['\x1b', '\x07', '\u{202e}']), "{shown:?}");
    assert!(shown.contains("\\x1b[2J\\x07\\u{202e}x"), "{shown}");
}

#[test]
fn a_name_too_long_to_be_shown_cannot_be_allowed() {
    let question = question(&format!("/{}", "x".repeat(20_000)));
    let choice = talk(&question, "", &[(PROMPT, "a\n"), (PROMPT, "A\n"), (PROMPT, "d\n")]).0;
    assert_eq!(choice.unwrap().decision, Decision::Deny);
}

#[test]
fn a_withdrawn_question_ends_the_asking_and_the_modes_are_restored() {
    let pty = openpty(None, None).unwrap();
    let mut raw = nix::sys::termios::tcgetattr(&pty.slave).unwrap();
    nix::sys::termios::cfmakeraw(&mut raw);
    nix::sys::termios::tcsetattr(&pty.slave, nix::sys::termios::SetArg::TCSANOW, &raw).unwrap();
    let asker = TerminalAsker::on(File::from(pty.slave.try_clone().unwrap()));
    let asked = AtomicBool::new(false);
    let choice = asker.ask(&question("/etc/passwd"), &place(), &mut || asked.swap(true, Ordering::Relaxed));
    assert_eq!(choice, None);
    let after = nix::sys::termios::tcgetattr(&pty.slave).unwrap();
    assert_eq!(after.local_flags, raw.local_flags);
}

#[test]
fn a_terminal_that_hangs_up_denies_once() {
    let pty = openpty(None, None).unwrap();
    drop(pty.master);
    let asker = TerminalAsker::on(File::from(pty.slave));
    let choice = asker.ask(&question("/etc/passwd"), &place(), &mut || false).unwrap();
    assert_eq!((choice.decision, choice.how_long), (Decision::Deny, HowLong::Once));
}
