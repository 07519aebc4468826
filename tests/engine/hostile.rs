//! Programs that try to get around the rules by another door.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::common::{Dir, Done, is_root, tracee, tracee_same_as_alone};

/// Nobody may read `secret`.
fn no_secret() -> Value {
    json!({"syswall": 1, "default": "allow", "rules": [{"decision": "deny", "kind": "file.read", "path": "$CWD/secret"}]})
}

fn hostile(policy: &Value, words: &[&str]) -> (Dir, Done) {
    let dir = Dir::new();
    dir.file("secret", "words");
    let done = dir.syswall().policy(policy).program(tracee("hostile")).args(words).run();
    (dir, done)
}

#[test]
fn a_program_that_hides_its_memory_reads_no_more_than_others() {
    let (_dir, done) = hostile(&no_secret(), &["undumpable", "secret"]);
    done.code(0).says("undumpable: E").does_not_say("words");
}

#[test]
fn a_program_that_may_be_run_but_not_read_reads_no_more_than_others() {
    let dir = Dir::new();
    dir.file("secret", "words");
    let copy = dir.path("unreadable");
    std::fs::copy(tracee("act"), &copy).expect("a copy");
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o111)).expect("its mode");
    let done = dir.syswall().policy(&no_secret()).program("./unreadable").args(["cat", "secret", "say", "on"]).run();
    let done = done.does_not_say("words");
    if is_root() {
        done.code(0).line("cat: EACCES").line("on");
    }
}

#[test]
fn a_child_that_wants_to_be_untraced_is_traced() {
    let (_dir, done) = hostile(&no_secret(), &["untraced", "secret"]);
    done.code(0).says("clone untraced: E").says("clone3 untraced: E").does_not_say("words");
}

#[test]
fn no_other_name_of_a_file_is_another_file() {
    let (_dir, done) = hostile(&no_secret(), &["names", "secret"]);
    let done = done.code(0).does_not_say("words").says("openat: EACCES").says("openat2: EACCES");
    let open: Vec<_> = done.stdout.lines().filter(|l| !l.ends_with(": EACCES") && *l != "O_PATH: ok").collect();
    assert!(open.is_empty(), "{open:?}{done}");
}

#[test]
fn what_may_not_be_deleted_or_written_is_not_destroyed() {
    let kinds = json!(["file.delete", "file.write", "file.rename"]);
    let rule = json!({"decision": "deny", "kind": kinds, "path": "$CWD/secret"});
    let (dir, done) = hostile(&json!({"syswall": 1, "default": "allow", "rules": [rule]}), &["destroy", "secret"]);
    let done = done.code(0);
    assert!(done.stdout.lines().all(|l| l.ends_with(": EACCES")), "{done}");
    assert_eq!(dir.read("secret"), "words");
    assert_eq!(dir.read("other"), "other");
}

#[test]
fn what_may_not_be_deleted_is_not_renamed_over() {
    let rule = json!({"decision": "deny", "kind": "file.delete", "path": "$CWD/secret"});
    let policy = json!({"syswall": 1, "default": "allow", "rules": [rule]});
    let dir = Dir::new();
    dir.file("secret", "words");
    dir.file("other", "x");
    let done = dir.syswall().policy(&policy).program(tracee("act")).args(["rename", "other", "secret"]).run();
    done.code(0).line("rename: EACCES");
    assert_eq!(dir.read("secret"), "words");
}

#[test]
fn every_way_to_reach_an_address_is_one() {
    let rule = json!({"decision": "deny", "kind": "network", "address": "127.0.0.0/8", "errno": "ENETUNREACH"});
    let (_dir, done) = hostile(&json!({"syswall": 1, "default": "allow", "rules": [rule]}), &["connections", "9"]);
    let done = done.code(0);
    let seen: Vec<_> = done.stdout.lines().collect();
    let ways = ["mapped", "fast open", "sendto", "sendmsg", "sendmmsg", "socketcall"];
    assert_eq!(seen, ways.map(|way| format!("{way}: ENETUNREACH")), "{done}");
}

#[test]
fn nothing_can_be_done_to_syswall_itself() {
    let (dir, done) = hostile(&json!({"syswall": 1, "default": "allow"}), &["tracer"]);
    let done = done.code(0).line("still there");
    assert!(done.stdout.lines().all(|l| !l.ends_with(": ok")), "{done}");
    dir.nothing_left_running();
}

#[test]
fn signals_to_the_own_process_group_come_once_and_leave_syswall_alone() {
    let done = tracee_same_as_alone(&tracee("hostile"), &["group"]).code(0);
    done.line("10: 2").line("15: 2").line("2: 2");
}

#[test]
fn doors_around_the_check_are_closed_where_nothing_opens_them() {
    let (_dir, done) = hostile(&json!({"syswall": 1, "default": "deny"}), &["io_uring"]);
    assert!(done.stdout == "io_uring: EACCES\n" || done.stdout == "io_uring: ENOSYS\n", "{done}");
}
