//! `--watch policy`: what stops is right, what does not stop is told.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};

use crate::common::{Dir, Done, tracee, tracee32};

fn no_secret() -> Value {
    json!({"syswall": 1, "default": "allow", "presets": ["no-network"],
        "rules": [{"decision": "deny", "kind": "file.read", "path": "**/secret", "errno": "EROFS"}]})
}

fn watched(dir: &Dir, program: &Path, verb: &str) -> Done {
    let secret = dir.file("secret", "words");
    let record = dir.root().join("run.syswall");
    let run = dir.syswall().policy(&no_secret()).args(["--watch", "policy"]).arg("--record").arg(record);
    run.program(program).arg(verb).arg(secret).run().code(0)
}

fn events(dir: &Dir) -> Vec<Value> {
    let record = dir.root().join("run.syswall");
    dir.bare().args(["events", "--format", "jsonl"]).arg(record).run().code(0).json_lines()
}

#[test]
fn what_no_rule_can_concern_does_not_stop_and_what_one_concerns_does() {
    for program in [tracee("watch"), tracee32("watch")] {
        let dir = Dir::new();
        watched(&dir, &program, "everyday").line("everyday: done").line("read: EROFS");
        let events = events(&dir);
        let calls: Vec<&str> = events.iter().filter_map(|e| e["call"].as_str()).collect();
        let count = |name: &str| calls.iter().filter(|c| **c == name).count();
        for unseen in ["fcntl", "fcntl64", "ioctl", "prctl", "prlimit64", "close"] {
            assert_eq!(count(unseen), 0, "{unseen} stopped: {calls:?}");
        }
        assert!((1..20).contains(&count("openat")), "files stop, directories do not: {calls:?}");
    }
}

#[test]
fn a_filter_of_the_programs_own_works_beside_that_of_syswall() {
    for program in [tracee("watch"), tracee32("watch")] {
        let dir = Dir::new();
        watched(&dir, &program, "filter").line("filter: ok").line("getppid: ENOANO").line("read: EROFS");
    }
}

#[test]
fn a_listener_of_the_programs_own_cannot_take_syswalls_place() {
    let dir = Dir::new();
    watched(&dir, &tracee("watch"), "listener").line("listener: EBUSY").line("read: EROFS");
    let refused = events(&dir).into_iter().find(|e| e["call"] == "seccomp").expect("the call is in the record");
    assert_eq!((&refused["decision"], &refused["by"]), (&json!("deny"), &json!("protection")));
    // Where every call is seen, the listener comes second.
    let dir = Dir::new();
    let secret = dir.file("secret", "words");
    let run = dir.syswall().policy(&no_secret()).program(tracee("watch")).arg("listener").arg(secret);
    run.run().code(0).line("listener: ok").line("read: EROFS");
}

#[test]
fn a_set_user_id_program_obeys() {
    let dir = Dir::new();
    let root = nix::unistd::geteuid().is_root();
    let open = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    let program = dir.root().join("watch");
    std::fs::copy(tracee("watch"), &program).unwrap();
    open(&program, 0o4755);
    let secret = dir.file("secret", "words");
    let run = dir.syswall().policy(&no_secret()).args(["--watch", "policy"]);
    let done = if root {
        dir.root().ancestors().take_while(|d| *d != Path::new("/tmp")).for_each(|d| open(d, 0o755));
        let user = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
        run.program("setpriv").args(user).arg(&program).arg("everyday").arg(secret).run()
    } else {
        run.program(&program).arg("everyday").arg(secret).run()
    };
    // Who is root may trace what has other rights; so it keeps them (ptrace(2)).
    done.code(0).line(if root { "user: set" } else { "user: same" }).line("read: EROFS");
}

#[test]
fn a_report_says_that_not_every_call_was_watched() {
    let dir = Dir::new();
    watched(&dir, &tracee("watch"), "everyday");
    let record = dir.root().join("run.syswall");
    let says = "Only calls that the policy could concern were watched";
    for format in ["text", "markdown", "html"] {
        dir.bare().args(["report", "--format", format]).arg(&record).run().code(0).says(says);
    }
    let json = dir.bare().args(["report", "--format", "json"]).arg(&record).run().code(0).json();
    assert_eq!(json["watch"], "policy");
    let all = dir.root().join("all.syswall");
    dir.syswall().policy(&no_secret()).arg("--record").arg(&all).program("true").run().code(0);
    dir.bare().arg("report").arg(&all).run().code(0).does_not_say(says);
}
