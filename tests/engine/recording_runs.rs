//! What a run leaves behind: the recording, read by the commands, and the text lines.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::common::{Dir, Done, first_difference, need, tracee};

/// Runs `act` with these words under the policy (none: everything allowed) and gives the recording.
fn record(dir: &Dir, name: &str, policy: Option<&Value>, words: &[&str]) -> (Done, PathBuf) {
    let path = dir.root().join(name);
    let run = dir.syswall().arg("--record").arg(&path);
    let run = match policy {
        Some(policy) => run.policy(policy),
        None => run.allow(),
    };
    let done = run.program(tracee("act")).args(words).run();
    assert!(path.exists(), "there is no recording{done}");
    (done, path)
}

fn events(dir: &Dir, recording: &PathBuf, more: &[&str]) -> Vec<Value> {
    dir.bare().args(["events", "--format", "jsonl"]).args(more).arg(recording).run().code(0).quiet().json_lines()
}

#[test]
fn every_call_is_recorded_exactly_once() {
    let dir = Dir::new();
    let (done, recording) = record(&dir, "run.syswall", None, &["getppid", "1234"]);
    done.code(0);
    let all = events(&dir, &recording, &[]);
    assert_eq!(all.iter().filter(|e| e["call"] == "getppid").count(), 1234);
    let numbers: Vec<_> = all.iter().map(|e| e["seq"].as_u64().expect("a number")).collect();
    assert!(numbers.windows(2).all(|w| w[1] == w[0] + 1), "numbers are missing or out of order");
    assert_eq!(numbers[0], 1);
    let report = dir.bare().args(["report", "--format", "json"]).arg(&recording).run().code(0).json();
    let calls = report["calls"].as_array().expect("the calls");
    let getppid = calls.iter().find(|c| c["call"] == "getppid").expect("getppid");
    assert_eq!(getppid["count"], 1234);
}

#[test]
fn nothing_is_lost_when_the_program_is_faster_than_the_disk() {
    let dir = Dir::new();
    let line = format!("for i in 1 2 3 4; do {} getppid 10000 & done; wait", tracee("act").display());
    let path = dir.root().join("run.syswall");
    dir.syswall().allow().arg("--record").arg(&path).program("sh").args(["-c", &line]).run().code(0);
    let report = dir.bare().args(["report", "--format", "json"]).arg(&path).run().code(0).json();
    let calls = report["calls"].as_array().expect("the calls");
    let getppid = calls.iter().find(|c| c["call"] == "getppid").expect("getppid");
    assert!(getppid["count"].as_u64() >= Some(40_000), "{getppid}");
}

#[test]
fn an_event_has_what_the_contract_names() {
    let dir = Dir::new();
    dir.file("secret", "words");
    let policy = json!({"syswall": 1, "default": "allow", "rules": [{"decision": "deny", "kind": "file.read", "path": "$CWD/secret", "id": "no-secrets"}]});
    let (done, recording) = record(&dir, "run.syswall", Some(&policy), &["cat", "./secret"]);
    done.code(0).line("cat: EACCES");
    let all = events(&dir, &recording, &[]);
    let secret = |e: &&Value| e["objects"].to_string().contains("/secret");
    let found: Vec<_> = all.iter().filter(secret).collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    let event = found[0];
    assert_eq!(event["call"], "openat");
    assert_eq!(event["abi"], "x86_64");
    assert_eq!(event["decision"], "deny");
    assert_eq!(event["by"], "rule");
    assert_eq!(event["rule"], "no-secrets");
    assert_eq!(event["errno"], "EACCES");
    assert_eq!(event["kinds"], json!(["file.read"]));
    let object = &event["objects"][0];
    assert_eq!(object["type"], "path");
    assert_eq!(object["path"], dir.path("secret").canonicalize().expect("the file").to_string_lossy().as_ref());
    assert_eq!(object["asked"], "./secret");
    let text = event["text"].as_str().expect("the text");
    assert!(text.starts_with("openat(AT_FDCWD, \"./secret\", O_RDONLY)"), "{text}");
    assert!(text.ends_with("= -1 EACCES (Permission denied) (DENIED)"), "{text}");
    for field in ["seq", "time", "pid", "tid", "program", "args", "result", "duration_ns", "waited_ns", "check"] {
        assert!(event.get(field).is_some(), "{field} is missing in {event:#}");
    }
    assert_eq!(event["program"], tracee("act").canonicalize().expect("the program").to_string_lossy().as_ref());
}

#[test]
fn starts_execs_signals_and_ends_are_events() {
    let dir = Dir::new();
    let path = dir.root().join("run.syswall");
    let line = "kill -USR1 $$; /bin/true; exit 3";
    let run = dir.syswall().allow().arg("--record").arg(&path).program("sh");
    run.args(["-c", &format!("trap 'echo caught' USR1; {line}")]).run().code(3).line("caught");
    let all = events(&dir, &path, &[]);
    let count = |kind: &str| all.iter().filter(|e| e["event"] == kind).count();
    let kinds: std::collections::BTreeSet<_> = all.iter().filter_map(|e| e["event"].as_str()).collect();
    assert!(count("exec") >= 2, "{kinds:?}");
    assert!(count("exit") >= 2, "{kinds:?}");
    assert!(count("start") >= 2, "{kinds:?}");
    let signals: Vec<_> = all.iter().filter(|e| e["event"] == "signal").map(|e| e.to_string()).collect();
    assert_eq!(signals.iter().filter(|s| s.contains("SIGUSR1")).count(), 1, "{signals:#?}");
    assert_eq!(signals.iter().filter(|s| s.contains("SIGCHLD")).count(), 1, "{signals:#?}");
}

#[test]
fn an_interrupted_and_restarted_call_is_one_event() {
    let dir = Dir::new();
    let path = dir.root().join("run.syswall");
    // read(2) with SA_RESTART: a SIGCHLD comes while the shell waits in it, and it goes on.
    let python = "import os,signal,sys\n\
        signal.signal(signal.SIGUSR1, lambda *a: None)\n\
        signal.siginterrupt(signal.SIGUSR1, False)\n\
        r,w = os.pipe()\n\
        me = os.getpid()\n\
        pid = os.fork()\n\
        if pid == 0:\n\
        \x20   import time\n\
        \x20   for i in range(5):\n\
        \x20       while open(f'/proc/{me}/stat').read().rsplit(')',1)[1].split()[0] != 'S': time.sleep(0.01)\n\
        \x20       os.kill(me, signal.SIGUSR1); time.sleep(0.1)\n\
        \x20   os.write(w, b'x'*4711)\n\
        \x20   os._exit(0)\n\
        got = os.read(r, 5000)\n\
        os.waitpid(pid, 0)\n\
        print(len(got))";
    let run = dir.syswall().allow().arg("--record").arg(&path).program("/usr/bin/python3").args(["-I", "-c", python]);
    run.run().code(0).line("4711").quiet();
    let all = events(&dir, &path, &[]);
    let whole = all.iter().filter(|e| e["call"] == "read" && e["result"] == 4711).count();
    let restarted = all
        .iter()
        .filter(|e| e["text"].as_str().is_some_and(|t| t.starts_with("read(") && t.contains("ERESTART")))
        .count();
    let reads = all
        .iter()
        .filter(|e| e["text"].as_str().is_some_and(|t| t.starts_with("read(") && t.contains(", 5000)")))
        .count();
    assert_eq!((whole, restarted, reads), (1, 0, 1));
}

#[test]
fn two_runs_of_the_same_do_the_same() {
    let dir = Dir::new();
    let words = ["put", "new", "x", "cat", "new", "unlink", "new", "run", "/bin/true", "fork"];
    let (_, one) = record(&dir, "one.syswall", None, &words);
    let (_, two) = record(&dir, "two.syswall", None, &words);
    let done = dir.bare().args(["compare", "--format", "json"]).args([&one, &two]).run().code(0);
    let compared = done.json();
    assert_eq!((&compared["only_before"], &compared["only_after"]), (&json!([]), &json!([])), "{done}");
    assert!(compared["same"].as_u64() > Some(3), "{done}");
    // Saved reports compare as the recordings do.
    for (recording, name) in [(&one, "one.json"), (&two, "two.json")] {
        let report = dir.bare().args(["report", "--format", "json"]).arg(recording).run().code(0);
        dir.file(name, &report.stdout);
    }
    dir.bare().args(["compare", "one.json", "two.json"]).run().code(0);
}

#[test]
fn a_difference_is_told_and_is_the_exit_status() {
    let dir = Dir::new();
    dir.file("file", "x");
    let (_, one) = record(&dir, "one.syswall", None, &["cat", "file"]);
    let (_, two) = record(&dir, "two.syswall", None, &["cat", "file", "put", "another", "x", "run", "/bin/true"]);
    let done = dir.bare().args(["compare", "--format", "json"]).args([&one, &two]).run().code(1);
    let compared = done.json();
    assert_eq!(compared["only_before"], json!([]), "{done}");
    assert!(compared["only_after"].to_string().contains("another"), "{done}");
    dir.bare().arg("compare").args([&one, &two]).run().code(1).says("another");
    let policy = json!({"syswall": 1, "default": "allow", "rules": [{"decision": "deny", "kind": "file.read", "path": "$CWD/file"}]});
    let (_, three) = record(&dir, "three.syswall", Some(&policy), &["cat", "file"]);
    let done = dir.bare().args(["compare", "--format", "json"]).args([&one, &three]).run().code(1);
    assert!(done.json()["different_decision"].to_string().contains("file"), "{done}");
}

#[test]
fn the_report_tells_what_was_done_and_what_was_not() {
    let dir = Dir::new();
    dir.file("read-me", "12345");
    dir.file("delete-me", "x");
    dir.file("keep-me", "x");
    let policy = json!({"syswall": 1, "default": "allow", "rules": [
        {"decision": "pretend", "kind": "file.delete", "path": "$CWD/keep-me"},
        {"decision": "deny", "kind": "network.connect", "address": "127.0.0.1", "port": 9}]});
    let words = [
        "cat",
        "read-me",
        "put",
        "new",
        "123",
        "unlink",
        "delete-me",
        "unlink",
        "keep-me",
        "socket",
        "connect",
        "127.0.0.1",
        "9",
        "run",
        "/bin/true",
        "exit",
        "6",
    ];
    let (done, recording) = record(&dir, "run.syswall", Some(&policy), &words);
    done.code(6);
    let done = dir.bare().args(["report", "--format", "json"]).arg(&recording).run().code(0);
    let report = done.json();
    assert_eq!(report["syswall"], 1);
    let file = |name: &str| {
        let files = report["files"].as_array().unwrap_or_else(|| panic!("no files{done}"));
        let is_it = |f: &&Value| f["path"].as_str().is_some_and(|p| p.ends_with(name));
        files.iter().find(is_it).unwrap_or_else(|| panic!("{name} is missing{done}")).clone()
    };
    let yes = |value: &Value| value.as_bool() == Some(true) || value.as_u64().is_some_and(|n| n > 0);
    assert!(yes(&file("/read-me")["read"]) && file("/read-me")["bytes_read"] == 5, "{done}");
    assert!(yes(&file("/new")["created"]) && file("/new")["bytes_written"] == 3, "{done}");
    assert!(yes(&file("/delete-me")["deleted"]), "{done}");
    assert!(!yes(&file("/keep-me")["deleted"]), "{done}");
    let network = report["network"].as_array().expect("the network");
    assert!(network.iter().any(|n| n["address"] == "127.0.0.1" && n["port"] == 9 && yes(&n["denied"])), "{done}");
    assert!(report["programs"].to_string().contains("/true"), "{done}");
    assert_eq!(report["decisions"]["deny"], 1, "{done}");
    assert_eq!(report["decisions"]["pretend"], 1, "{done}");
    assert!(report["exit"].to_string().contains('6'), "{done}");
    for format in ["text", "markdown", "html"] {
        let done = dir.bare().args(["report", "--format", format]).arg(&recording).run().code(0).quiet();
        // Markdown escapes punctuation.
        let text = done.stdout.replace('\\', "");
        assert!(text.contains("keep-me") && text.contains("read-me"), "{format}{done}");
    }
}

#[test]
fn a_filter_picks_events() {
    let dir = Dir::new();
    dir.file("one", "1");
    dir.file("two", "2");
    let (_, recording) = record(&dir, "run.syswall", None, &["cat", "one", "cat", "two", "unlink", "two"]);
    let some = events(&dir, &recording, &["--where", "call = unlink"]);
    assert_eq!(some.len(), 1, "{some:#?}");
    assert!(some[0]["objects"].to_string().contains("/two"), "{some:#?}");
}

#[test]
fn the_text_lines_are_straces() {
    need("strace", "strace");
    let dir = Dir::new();
    dir.file("file", "content");
    let words = [
        "cat", "file", "put", "new", "x", "stat", "file", "unlink", "new", "mkdir", "d", "kill", "0", "0", "socket",
        "exit", "3",
    ];
    dir.alone("strace").args(["-f", "-o", "../strace"]).arg(tracee("act")).args(words).run().code(3);
    std::fs::remove_dir(dir.path("d")).expect("the directory it made");
    dir.syswall().allow().args(["--trace", "../trace"]).program(tracee("act")).args(words).run().code(3);
    let lines = |name: &str| {
        let text = std::fs::read_to_string(dir.root().join(name)).expect("the lines");
        // PIDs and addresses differ from run to run; so do the C library's random bytes, its thread's number, and the first exec.
        let edit = |line: &str| {
            let line = line.split_once(' ').map_or(line, |(_, rest)| rest.trim_start());
            let words = line.split_inclusive([' ', ',', '(', ')', '=', '{', '}', '*', '"']);
            words.map(|w| if w.starts_with("0x") && w.len() > 8 { "ADDRESS" } else { w }).collect::<String>()
        };
        let skip = |l: &String| !["execve(", "getrandom(", "set_tid_address("].iter().any(|call| l.starts_with(call));
        text.lines().map(edit).filter(skip).collect::<Vec<_>>().join("\n")
    };
    let (ours, straces) = (lines("trace"), lines("strace"));
    assert!(ours == straces, "{}\n---- ours\n{ours}\n---- strace's\n{straces}", first_difference(&ours, &straces));
}

#[test]
fn text_lines_can_go_to_standard_error() {
    let dir = Dir::new();
    let done = dir.syswall().allow().args(["--trace", "-"]).program(tracee("act")).args(["say", "hello"]).run().code(0);
    assert_eq!(done.stdout, "hello\n");
    done.complains("write(1, \"hello\\n\", 6)").complains("+++ exited with 0 +++");
}

#[test]
fn without_a_name_a_recording_goes_to_the_users_state() {
    let dir = Dir::new();
    dir.syswall().allow().program("true").run().code(0);
    dir.syswall().allow().program("true").run().code(0);
    let all = dir.recordings();
    assert_eq!(all.len(), 2, "{all:?}");
    for one in all {
        dir.bare().arg("report").arg(&one).run().code(0).says("true");
    }
    let other = Dir::new();
    other.syswall().allow().arg("--no-record").program("true").run().code(0);
    assert_eq!(other.recordings(), Vec::<PathBuf>::new());
}

#[test]
fn the_recording_of_a_program_with_hostile_names_stays_whole() {
    let dir = Dir::new();
    let name = "a\u{1b}[31m\n\"quote\" \u{202e}back\u{200b}";
    let (done, recording) = record(&dir, "run.syswall", None, &["put", name, "x", "cat", name]);
    done.code(0);
    let text = dir.bare().args(["events", "--format", "text"]).arg(&recording).run().code(0).stdout;
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
    let report = dir.bare().arg("report").arg(&recording).run().code(0).stdout;
    assert!(!report.contains('\u{1b}') && !report.contains('\u{202e}'), "{report:?}");
    let all = events(&dir, &recording, &[]);
    let found = all.iter().flat_map(|e| e["objects"].as_array().cloned().unwrap_or_default());
    assert!(found.into_iter().any(|o| o["path"].as_str().is_some_and(|p| p.ends_with(name))));
}

#[test]
fn explain_tells_which_rule_decided() {
    let dir = Dir::new();
    dir.file("secret", "words");
    let (_, recording) = record(&dir, "run.syswall", None, &["cat", "secret"]);
    let rule = json!({"decision": "deny", "kind": "file.read", "path": "$CWD/secret", "id": "no-secrets"});
    let policy = dir.policy(&json!({"syswall": 1, "default": "allow", "rules": [rule]}));
    let run = dir.bare().args(["policy", "explain", "--policy"]).arg(&policy).arg(&recording);
    run.run().code(0).says("no-secrets");
}

#[test]
fn presets_are_listed() {
    let dir = Dir::new();
    let done = dir.bare().args(["policy", "presets"]).run().code(0).quiet();
    let names = [
        "no-network",
        "local-network",
        "block-sockets",
        "no-display",
        "read-only-files",
        "no-new-programs",
        "home-protected",
        "keep-secrets",
        "contained",
        "ask-everything",
        "observe",
    ];
    for name in names {
        assert!(done.stdout.contains(name), "{name}{done}");
    }
    let json = dir.bare().args(["policy", "presets", "--format", "json"]).run().code(0).json();
    assert!(json.as_array().is_some_and(|all| all.len() >= names.len()), "{json}");
}
