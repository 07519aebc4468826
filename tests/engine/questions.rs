//! Questions on the terminal, with somebody at it.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::common::pty::Terminal;
use crate::common::{Dir, is_root, tracee};

/// What stands before the cursor.
const PROMPT: &str = "deny once):";

/// Starts `act` with these words, everything that it may be asked about asked about.
fn ask(dir: &Dir, words: &[&str]) -> Terminal {
    dir.syswall().program(tracee("act")).args(words).in_terminal()
}

/// Waits for the next question, answers it, and gives its text.
#[track_caller]
fn answer(terminal: &mut Terminal, keys: &str) -> String {
    let question = terminal.expect(PROMPT);
    terminal.send(&format!("{keys}\n"));
    question
}

/// Answers the next question with the letter, after choosing that it holds always.
#[track_caller]
fn answer_always(terminal: &mut Terminal, letter: &str) {
    terminal.expect(PROMPT);
    terminal.send("t\n");
    terminal.expect("Number:");
    terminal.send("4\n");
    let menu = terminal.expect(PROMPT);
    assert!(menu.contains("lways"), "{menu}");
    terminal.send(&format!("{letter}\n"));
}

#[track_caller]
fn ends(terminal: Terminal, code: i32) -> String {
    let (got, text) = terminal.wait();
    assert_eq!(got, code, "{text}");
    text
}

#[test]
fn a_read_is_denied_once_and_allowed_once() {
    let dir = Dir::new();
    dir.file("file", "content");
    let mut terminal = ask(&dir, &["cat", "file", "cat", "file", "cat", "file", "exit", "4"]);
    let question = answer(&mut terminal, "d");
    assert!(question.contains("wants to read") && question.contains("file"), "{question}");
    terminal.expect("cat: EACCES");
    answer(&mut terminal, "a");
    terminal.expect("cat: 7 content");
    // Enter alone denies.
    answer(&mut terminal, "");
    terminal.expect("cat: EACCES");
    ends(terminal, 4);
    assert_eq!(dir.saved_policies(), Vec::<String>::new());
}

#[test]
fn what_changes_while_the_user_thinks_is_asked_again_and_says_so() {
    let dir = Dir::new();
    for (file, text) in [("first", "content"), ("second", "another")] {
        dir.file(file, text);
    }
    let link = dir.path("link");
    std::os::unix::fs::symlink("first", &link).expect("a link");
    let mut terminal = ask(&dir, &["cat", "link", "exit", "4"]);
    let question = terminal.expect(PROMPT);
    assert!(question.contains("first") && !question.contains("Look again"), "{question}");
    std::fs::remove_file(&link).expect("removing the link");
    std::os::unix::fs::symlink("second", &link).expect("another link");
    terminal.send("a\n");
    let question = answer(&mut terminal, "a");
    assert!(question.contains("second") && question.contains("Look again"), "{question}");
    terminal.expect("cat: 7 another");
    ends(terminal, 4);
}

#[test]
fn the_end_of_input_denies() {
    let dir = Dir::new();
    dir.file("file", "content");
    let mut terminal = ask(&dir, &["cat", "file", "exit", "4"]);
    terminal.expect(PROMPT);
    terminal.send("\u{4}");
    terminal.expect("cat: EACCES");
    ends(terminal, 4);
}

#[test]
fn until_the_end_is_not_asked_again_and_not_saved() {
    let dir = Dir::new();
    dir.file("file", "content");
    let mut terminal = ask(&dir, &["cat", "file", "cat", "file", "in-child", "cat", "file", "exit", "4"]);
    answer(&mut terminal, "A");
    let text = ends(terminal, 0);
    assert_eq!(text.matches(PROMPT).count(), 1, "{text}");
    assert_eq!(text.matches("cat: 7 content").count(), 3, "{text}");
    assert_eq!(dir.saved_policies(), Vec::<String>::new());
}

#[test]
fn always_is_saved_and_the_second_run_is_not_asked() {
    let dir = Dir::new();
    dir.file("file", "content");
    let mut terminal = ask(&dir, &["cat", "file", "exit", "4"]);
    answer_always(&mut terminal, "A");
    terminal.expect("cat: 7 content");
    ends(terminal, 4);
    let saved = dir.saved_policies();
    assert_eq!(saved.len(), 1, "{saved:?}");
    let policy: Value = serde_json::from_str(&saved[0]).expect("a policy");
    assert_eq!(policy["syswall"], 1);
    assert_eq!(policy["rules"].as_array().map(Vec::len), Some(1), "{policy:#}");
    assert_eq!(policy["rules"][0]["decision"], "allow", "{policy:#}");
    let text = ends(ask(&dir, &["cat", "file", "exit", "5"]), 5);
    assert!(text.contains("cat: 7 content") && !text.contains(PROMPT), "{text}");
    // Without a terminal it holds as well, and what was not answered is denied.
    dir.file("other", "x");
    let done = dir.syswall().program(tracee("act")).args(["cat", "file", "cat", "other"]).run().code(0);
    done.line("cat: 7 content").line("cat: EACCES");
    // And where the policy is left out, it does not.
    let done = dir.syswall().arg("--no-policy").program(tracee("act")).args(["cat", "file"]).run().code(0);
    done.line("cat: EACCES");
}

#[test]
fn always_deny_is_saved_too() {
    let dir = Dir::new();
    dir.file("file", "content");
    let mut terminal = ask(&dir, &["cat", "file"]);
    answer_always(&mut terminal, "D");
    terminal.expect("cat: EACCES");
    ends(terminal, 0);
    // The saved answer is an answer: nobody can be in doubt about it.
    let done = dir.syswall().allow().program(tracee("act")).args(["cat", "file"]).run().code(0);
    done.line("cat: EACCES");
}

#[test]
fn save_policy_says_where() {
    let dir = Dir::new();
    dir.file("file", "content");
    let old = json!({"syswall": 1, "rules": [{"decision": "deny", "kind": "device", "note": "kept"}]});
    let saved = dir.root().join("saved.json");
    let run = dir.syswall().policy(&old).arg("--save-policy").arg(&saved).program(tracee("act")).args(["cat", "file"]);
    let mut terminal = run.in_terminal();
    answer_always(&mut terminal, "A");
    terminal.expect("cat: 7 content");
    ends(terminal, 0);
    let policy: Value =
        serde_json::from_str(&std::fs::read_to_string(&saved).expect("the saved policy")).expect("a policy");
    let rules = policy["rules"].as_array().expect("rules");
    assert!(rules.iter().any(|r| r["note"] == "kept"), "{policy:#}");
    assert!(rules.iter().any(|r| r["decision"] == "allow"), "{policy:#}");
    assert_eq!(dir.saved_policies(), Vec::<String>::new());
    dir.bare().args(["policy", "check"]).arg(&saved).run().code(0);
}

#[test]
fn a_pretended_deletion_leaves_the_file() {
    let dir = Dir::new();
    dir.file("precious", "here");
    let mut terminal = ask(&dir, &["unlink", "precious", "exit", "4"]);
    let question = answer(&mut terminal, "p");
    assert!(question.contains("precious"), "{question}");
    terminal.expect("unlink: ok");
    ends(terminal, 4);
    assert_eq!(dir.read("precious"), "here");
}

#[test]
fn what_cannot_be_pretended_is_not_offered() {
    let dir = Dir::new();
    let mut terminal = ask(&dir, &["exec", "/bin/true"]);
    let question = answer(&mut terminal, "p");
    assert!(!question.contains("pretend once"), "{question}");
    answer(&mut terminal, "d");
    terminal.expect("exec: EACCES");
    ends(terminal, 0);
}

#[test]
fn the_program_can_be_stopped() {
    let dir = Dir::new();
    dir.file("file", "content");
    let mut terminal = ask(&dir, &["say", "before", "cat", "file", "say", "after"]);
    answer(&mut terminal, "k");
    let text = ends(terminal, 137);
    assert!(text.contains("before") && !text.contains("after"), "{text}");
    dir.nothing_left_running();
}

#[test]
fn a_folder_can_be_answered_for() {
    let dir = Dir::new();
    for name in ["docs/one", "docs/two", "docs/sub/three", "other"] {
        dir.file(name, "content");
    }
    let words = ["cat", "docs/one", "cat", "docs/two", "cat", "docs/sub/three", "cat", "other"];
    let mut terminal = ask(&dir, &words);
    terminal.expect(PROMPT);
    terminal.send("w\n");
    let choices = terminal.expect("Number:");
    let line =
        choices.lines().find(|l| l.contains("docs") && l.contains("nder")).unwrap_or_else(|| panic!("{choices}"));
    let number = line.trim_start().split(' ').next().expect("a number").to_owned();
    terminal.send(&format!("{number}\n"));
    answer(&mut terminal, "A");
    let question = answer(&mut terminal, "d");
    assert!(question.contains("other"), "{question}");
    let text = ends(terminal, 0);
    assert_eq!(text.matches("cat: 7 content").count(), 3, "{text}");
    assert_eq!(text.matches("cat: EACCES").count(), 1, "{text}");
}

#[test]
fn questions_wait_together_and_hold_nobody_else() {
    let dir = Dir::new();
    for name in ["one", "two"] {
        dir.file(name, "content");
    }
    let act = tracee("act");
    let act = act.display();
    let line = format!(
        "{act} cat one note log first & {act} cat two note log second & {act} getppid 2000 until go; echo third; wait"
    );
    let mut terminal = dir
        .syswall()
        .args(["--preset", "observe"])
        .policy(&json!({"syswall": 1, "rules": [
        {"decision": "ask", "kind": "file.read", "path": "$CWD/*"}]}))
        .program("sh")
        .args(["-c", &line])
        .in_terminal();
    terminal.expect(PROMPT);
    // While the question waits, the third runs to its end.
    dir.file("go", "");
    terminal.expect("third");
    terminal.send("a\n");
    answer(&mut terminal, "d");
    let text = ends(terminal, 0);
    assert_eq!(text.matches("cat: 7 content").count(), 1, "{text}");
    assert_eq!(text.matches("cat: EACCES").count(), 1, "{text}");
    let mut log: Vec<_> = dir.read("log").lines().map(|l| l.split(' ').next().expect("a word").to_owned()).collect();
    log.sort();
    assert_eq!(log, ["first", "second"]);
}

#[test]
fn identical_questions_are_one() {
    let dir = Dir::new();
    dir.file("file", "content");
    let act = tracee("act");
    let act = act.display();
    let policy = json!({"syswall": 1, "default": "allow", "rules": [{"decision": "ask", "kind": "file.read", "path": "$CWD/file"}]});
    // Four of one program ask the same; the answer for the program settles all.
    let line = format!("for i in 1 2 3 4; do {act} note log asks cat file & done; {act} until go; wait");
    let mut terminal = dir.syswall().policy(&policy).program("sh").args(["-c", &line]).in_terminal();
    terminal.expect(PROMPT);
    while std::fs::read_to_string(dir.path("log")).unwrap_or_default().lines().count() < 4 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    dir.file("go", "");
    terminal.send("A\n");
    let text = ends(terminal, 0);
    assert_eq!(text.matches("cat: 7 content").count(), 4, "{text}");
    assert_eq!(text.matches(PROMPT).count(), 1, "{text}");
}

#[test]
fn a_question_goes_when_its_process_dies() {
    let dir = Dir::new();
    dir.file("file", "content");
    let act = tracee("act");
    let policy = json!({"syswall": 1, "default": "allow", "rules": [{"decision": "ask", "kind": "file.read", "path": "$CWD/file"}]});
    let line = format!("{0} note log asks cat file; echo status $?", act.display());
    let mut terminal = dir.syswall().policy(&policy).program("sh").args(["-c", &line]).in_terminal();
    terminal.expect(PROMPT);
    let pid: i32 = dir.read("log").trim().rsplit(' ').next().and_then(|p| p.parse().ok()).expect("its PID");
    kill(Pid::from_raw(pid), Signal::SIGKILL).expect("killing who asks");
    let text = ends(terminal, 0);
    assert!(text.contains("No answer is needed any more.") && text.contains("status 137"), "{text}");
}

#[test]
fn ctrl_c_at_a_question_ends_the_program() {
    let dir = Dir::new();
    dir.file("file", "content");
    let mut terminal = ask(&dir, &["cat", "file", "say", "after"]);
    terminal.expect(PROMPT);
    terminal.send("\u{3}");
    let text = ends(terminal, 130);
    assert!(!text.contains("after"), "{text}");
    dir.nothing_left_running();
}

#[test]
fn an_interrupted_call_is_asked_about_once() {
    let dir = Dir::new();
    // A FIFO: the open waits until somebody writes, and meanwhile signals whose handlers are SA_RESTART restart it.
    let python = "import os, signal, time\n\
        signal.signal(signal.SIGUSR1, lambda *a: None)\n\
        signal.siginterrupt(signal.SIGUSR1, False)\n\
        os.mkfifo('fifo')\n\
        me = os.getpid()\n\
        if os.fork() == 0:\n\
        \x20   for i in range(3):\n\
        \x20       while open(f'/proc/{me}/stat').read().rsplit(')', 1)[1].split()[0] != 'S': time.sleep(0.01)\n\
        \x20       os.kill(me, signal.SIGUSR1); time.sleep(0.1)\n\
        \x20   open('fifo', 'w').write('words')\n\
        \x20   os._exit(0)\n\
        print('got', open('fifo').read())";
    let policy = json!({"syswall": 1, "default": "allow", "rules": [{"decision": "ask", "kind": "file.read", "path": "$CWD/fifo"}]});
    let mut terminal =
        dir.syswall().policy(&policy).program("/usr/bin/python3").args(["-I", "-c", python]).in_terminal();
    answer(&mut terminal, "a");
    let text = ends(terminal, 0);
    assert_eq!(text.matches(PROMPT).count(), 1, "{text}");
    assert!(text.contains("got words"), "{text}");
}

#[test]
fn what_was_typed_before_the_question_does_not_answer_it() {
    let dir = Dir::new();
    dir.file("file", "content");
    let mut terminal = ask(&dir, &["say", "started", "sleep", "500", "cat", "file"]);
    terminal.expect("started");
    terminal.send("a\na\na\n");
    answer(&mut terminal, "d");
    terminal.expect("cat: EACCES");
    ends(terminal, 0);
}

#[test]
fn the_programs_own_input_is_left_to_it() {
    let dir = Dir::new();
    dir.file("file", "content");
    let policy = json!({"syswall": 1, "default": "allow", "rules": [{"decision": "ask", "kind": "file.read", "path": "$CWD/file"}]});
    let line = "read before; cat file; read after; echo $before and $after";
    let mut terminal = dir.syswall().policy(&policy).program("sh").args(["-c", line]).in_terminal();
    terminal.send("one\n");
    answer(&mut terminal, "a");
    terminal.expect("content");
    terminal.send("two\n");
    terminal.expect("one and two");
    ends(terminal, 0);
}

#[test]
fn who_reads_the_terminal_meanwhile_does_not_get_the_answer() {
    let dir = Dir::new();
    dir.file("file", "content");
    let act = tracee("act");
    let act = act.display();
    let policy = json!({"syswall": 1, "default": "allow", "rules": [{"decision": "ask", "kind": "file.read", "path": "$CWD/file"}]});
    // One that reads before the question comes, and one that begins to read while it is there.
    for order in ["(sleep 0.3; A) & read x", "A & sleep 0.3; read x"] {
        let line = format!(
            "{}; wait; echo got $x; rm -f began",
            order.replace('A', &format!("{act} note began asks cat file"))
        );
        let mut terminal = dir.syswall().policy(&policy).program("sh").args(["-c", &line]).in_terminal();
        terminal.expect(PROMPT);
        terminal.send("a\n");
        terminal.expect("cat: 7 content");
        terminal.send("a line\n");
        terminal.expect("got a line");
        ends(terminal, 0);
    }
}

#[test]
fn a_job_that_reads_the_terminal_is_not_stopped_by_a_question() {
    let dir = Dir::new();
    dir.file("file", "content");
    let policy = json!({"syswall": 1, "default": "allow", "rules": [{"decision": "ask", "kind": "file.read", "path": "$CWD/file"}]});
    let act = tracee("act");
    // A shell with jobs of their own groups: the one in the foreground reads, the one in the background asks.
    let line =
        format!("set -m; (sleep 0.3; {} cat file) & head -n 1 > first; cat first; wait; echo status $?", act.display());
    let mut terminal = dir.syswall().policy(&policy).program("bash").args(["-c", &line]).in_terminal();
    terminal.expect(PROMPT);
    terminal.send("a\n");
    terminal.expect("cat: 7 content");
    terminal.send("words\n");
    terminal.expect("words");
    let text = ends(terminal, 0);
    assert!(!text.contains("Stopped"), "{text}");
    assert_eq!(dir.read("first"), "words\n");
}

#[test]
fn hostile_names_are_shown_harmlessly() {
    let dir = Dir::new();
    let name = "x\u{1b}[2J\u{1b}]0;title\u{7}\n\u{202e}evil\u{200b}";
    dir.file(name, "content");
    let mut terminal = ask(&dir, &["cat", name]);
    let question = answer(&mut terminal, "i");
    let details = answer(&mut terminal, "d");
    for text in [question, details] {
        assert!(
            !text.contains('\u{1b}')
                && !text.contains('\u{202e}')
                && !text.contains('\u{7}')
                && !text.contains('\u{200b}'),
            "{text:?}"
        );
    }
    ends(terminal, 0);
}

#[test]
fn an_answer_that_cannot_be_saved_holds_for_this_run_and_the_old_policy_stays() {
    let dir = Dir::new();
    dir.file("file", "content");
    let policy = r#"{"syswall": 1, "rules": [{"decision": "deny", "kind": "device"}]}"#;
    let (run, place) = if is_root() {
        // A full disk of its own under the policy.
        let small = dir.root().join("small");
        std::fs::create_dir(&small).expect("the mount point");
        let line = "mount -t tmpfs -o size=16k tmpfs \"$1\" && printf %s \"$2\" > \"$1/policy.json\" && { dd if=/dev/zero of=\"$1/filler\" bs=1k 2>/dev/null; shift 2; \"$@\"; echo status $?; cat \"$0/policy.json\"; ls -A \"$0\"; }";
        let run = dir
            .alone("unshare")
            .args(["--mount", "--propagation", "private", "sh", "-c", line])
            .arg(&small)
            .arg(&small)
            .arg(policy);
        (run.arg(env!("CARGO_BIN_EXE_syswall")).args(["run", "--no-gui"]), small)
    } else {
        // A directory that cannot be written to.
        let closed = dir.root().join("closed");
        std::fs::create_dir(&closed).expect("the directory");
        std::fs::write(closed.join("policy.json"), policy).expect("the policy");
        std::fs::set_permissions(&closed, std::os::unix::fs::PermissionsExt::from_mode(0o555)).expect("its mode");
        let line = "\"$@\"; echo status $?; cat \"$0/policy.json\"; ls -A \"$0\"";
        let run = dir.alone("sh").args(["-c", line]).arg(&closed);
        (run.arg(env!("CARGO_BIN_EXE_syswall")).args(["run", "--no-gui"]), closed)
    };
    let file = place.join("policy.json");
    let run = run.arg("--policy").arg(&file).arg("--save-policy").arg(&file).arg("--").arg(tracee("act"));
    let mut terminal = run.args(["cat", "file", "cat", "file", "exit", "4"]).in_terminal();
    answer_always(&mut terminal, "A");
    let text = ends(terminal, 0);
    assert_eq!(text.matches("cat: 7 content").count(), 2, "{text}");
    assert!(text.contains("syswall: "), "nothing was said of it: {text}");
    assert!(text.contains("status 4") && text.contains(policy), "{text}");
    let left = text.rsplit(policy).next().unwrap_or_default();
    assert!(
        left.split_whitespace().all(|name| ["policy.json", "filler"].contains(&name)),
        "half-written files: {left}"
    );
}

#[test]
fn a_question_tells_the_signal_and_whom_it_goes_to_and_another_signal_is_another_question() {
    let mut other = std::process::Command::new("sleep").arg("1000").spawn().expect("sleep (coreutils)");
    let dir = Dir::new();
    let act = tracee("act").display().to_string();
    // Both are ignored by who gets them.
    let line = format!("{act} kill {pid} 23 & {act} kill {pid} 28 & wait", pid = other.id());
    let policy = json!({"syswall": 1, "default": "allow", "rules": [{"decision": "ask", "kind": "process.signal"}]});
    let mut terminal = dir.syswall().policy(&policy).program("sh").args(["-c", &line]).in_terminal();
    let questions = [answer(&mut terminal, "d"), answer(&mut terminal, "a")].join("");
    for signal in ["SIGURG", "SIGWINCH"] {
        let sentence = format!("wants to send {signal} to process {} (sleep)", other.id());
        assert_eq!(questions.matches(&sentence).count(), 1, "{sentence}: {questions}");
    }
    let text = ends(terminal, 0);
    other.kill().expect("a child of the test");
    other.wait().expect("a child of the test");
    let all = questions + &text;
    assert!(all.contains("kill: EACCES") && all.contains("kill: ok"), "{all}");
}
