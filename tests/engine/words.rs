//! What questions say about calls and what they act on, as real programs make them.

use serde_json::json;

use crate::common::pty::Terminal;
use crate::common::{Dir, tracee};

const PROMPT: &str = "deny once):";

/// Runs `act` with these words, asking only about what the rule (without its decision) is about.
fn ask(dir: &Dir, mut rule: serde_json::Value, program: &str, words: &[&str]) -> Terminal {
    rule["decision"] = "ask".into();
    let policy = json!({"syswall": 1, "default": "allow", "rules": [rule]});
    dir.syswall().policy(&policy).program(program).args(words).in_terminal()
}

fn act(dir: &Dir, rule: serde_json::Value, words: &[&str]) -> Terminal {
    ask(dir, rule, &tracee("act").display().to_string(), words)
}

#[track_caller]
fn asks(terminal: &mut Terminal, sentences: &[&str]) {
    let question = terminal.expect(PROMPT);
    for sentence in sentences {
        assert!(question.contains(sentence), "{sentence}: {question}");
    }
    terminal.send("d\n");
}

#[test]
fn what_a_file_of_another_process_holds_is_told() {
    let mut other = std::process::Command::new("sleep").arg("1000").spawn().expect("sleep (coreutils)");
    let dir = Dir::new();
    let path = format!("/proc/{}/environ", other.id());
    let mut terminal = act(&dir, json!({"kind": "file.read", "path": path}), &["cat", &path]);
    let told = format!("The environment of process {} (sleep): it can hold passwords.", other.id());
    asks(&mut terminal, &[&format!("wants to read {path}"), &told, "Belongs to another process."]);
    terminal.expect("cat: EACCES");
    assert_eq!(terminal.wait().0, 0);
    other.kill().expect("a child of the test");
    other.wait().expect("a child of the test");
}

#[test]
fn permissions_links_and_identity_are_told_by_what_they_mean() {
    let dir = Dir::new();
    dir.file("file", "x");
    let words = ["chmod", "file", "symlink", "../elsewhere", "link", "truncate", "file"];
    let rules = json!({"kind": ["file.attributes", "file.create", "file.write"], "path": "$CWD/**"});
    let mut terminal = act(&dir, rules, &words);
    asks(&mut terminal, &["wants to keep ", "/file for its owner alone (mode 600)"]);
    asks(&mut terminal, &["wants to create the link ", "/link to ../elsewhere"]);
    asks(&mut terminal, &["wants to empty ", "/file"]);
    assert_eq!(terminal.wait().0, 0);
    let mut terminal = act(&dir, json!({"kind": "process.identity"}), &["setuid"]);
    let user = nix::unistd::getuid();
    asks(&mut terminal, &["wants to become the user ", &format!("{user}")]);
    assert_eq!(terminal.wait().0, 0);
}

#[test]
fn a_terminal_is_told_by_whose_it_is() {
    let dir = Dir::new();
    let line = format!("exec {} cat $(tty)", tracee("act").display());
    let mut terminal = ask(&dir, json!({"kind": "file.read", "path": "/dev/pts/**"}), "sh", &["-c", &line]);
    asks(&mut terminal, &["wants to read /dev/pts/", "The program's own terminal."]);
    terminal.expect("cat: EACCES");
    assert_eq!(terminal.wait().0, 0);
}

#[test]
fn the_details_tell_who_else_has_a_pipe_open() {
    let dir = Dir::new();
    let line = format!("sleep 1000 | {} tcgets", tracee("act").display());
    let mut terminal = ask(&dir, json!({"calls": ["ioctl"], "args": {"request": "TCGETS"}}), "sh", &["-c", &line]);
    let question = terminal.expect(PROMPT);
    assert!(question.contains("wants to ask or set up a pipe (pipe:["), "{question}");
    terminal.send("i\n");
    let details = terminal.expect(PROMPT);
    assert!(details.contains("also open in process ") && details.contains("(sleep)"), "{details}");
    terminal.send("k\n");
    assert_ne!(terminal.wait().0, 0);
}
