//! Calls by other doors than the usual table, and what a traced program may not do.

use serde_json::json;

use crate::common::{Dir, tracee, tracee_same_as_alone, tracee32};

fn denies_unlink() -> serde_json::Value {
    json!({"syswall": 1, "default": "allow", "rules": [{"decision": "deny", "calls": ["unlink", "unlinkat"], "errno": "EROFS"}]})
}

#[test]
fn int_80_in_a_64_bit_program_is_judged_by_its_own_table() {
    let dir = Dir::new();
    let file = dir.file("precious", "here");
    let record = dir.root().join("run.syswall");
    let run = dir.syswall().policy(&denies_unlink()).arg("--record").arg(&record);
    let done = run.program(tracee("abi")).arg("int80").arg(&file).run().code(0).quiet();
    done.line("getpid by int 0x80: 1")
        .line("unlink by int 0x80: EROFS")
        .line("number 10 of its own table, mprotect: ok");
    assert!(dir.has("precious"));
    let events = dir.bare().args(["events", "--format", "jsonl"]).arg(&record).run().code(0).json_lines();
    let of_call = |call: &str, abi: &str| events.iter().filter(|e| e["call"] == call && e["abi"] == abi).count();
    assert_eq!(of_call("unlink", "i386"), 1);
    assert_eq!(of_call("getpid", "i386"), 1);
    assert_eq!(of_call("writev", "x86_64"), 0, "i386's getpid was taken for x86-64's number 20");
    assert!(of_call("mprotect", "x86_64") >= 1);
}

#[test]
fn int_80_works_as_without_syswall() {
    tracee_same_as_alone(&tracee("abi"), &["int80", "/no/such/file"]).code(0).line("unlink by int 0x80: ENOENT");
}

#[test]
fn a_32_bit_program_runs_and_obeys() {
    let dir = Dir::new();
    let file = dir.file("precious", "here");
    let program = tracee32("abi");
    let done = dir.syswall().policy(&denies_unlink()).program(&program).arg("plain").arg(&file).run();
    done.code(0).line("unlink: EROFS").quiet();
    assert!(dir.has("precious"));
    let done = dir.syswall().allow().program(&program).arg("plain").arg(&file).run();
    done.code(0).line("unlink: ok").quiet();
    assert!(!dir.has("precious"));
}

#[test]
fn a_32_bit_program_reads_writes_and_connects_by_path_and_address() {
    let dir = Dir::new();
    dir.file("secret", "words");
    let policy = json!({"syswall": 1, "default": "allow", "rules": [
        {"decision": "deny", "kind": "file.read", "path": "$CWD/secret"},
        {"decision": "deny", "kind": "network.connect", "address": "127.0.0.1", "port": 9, "errno": "ENETUNREACH"}]});
    let done = dir.syswall().policy(&policy).program(tracee32("act"));
    let done =
        done.args(["cat", "secret", "put", "new", "x", "cat", "new", "socket", "connect", "127.0.0.1", "9"]).run();
    done.code(0).line("cat: EACCES").line("cat: 1 x").line("connect: ENETUNREACH").quiet();
}

#[test]
fn rubbish_above_32_bits_changes_nothing() {
    let dir = Dir::new();
    let file = dir.file("precious", "here");
    let run = dir.syswall().policy(&denies_unlink()).program(tracee("abi")).arg("dirty").arg("precious").run();
    run.code(0).line("unlinkat with rubbish in the upper half: EROFS");
    assert!(file.exists());
    let rule = json!({"decision": "deny", "kind": "file.delete", "path": "$CWD/precious"});
    let policy = json!({"syswall": 1, "default": "allow", "rules": [rule]});
    let run = dir.syswall().policy(&policy).program(tracee("abi")).arg("dirty").arg("precious").run();
    run.code(0).line("unlinkat with rubbish in the upper half: EACCES");
    assert!(file.exists());
}

#[test]
fn x32_calls_cannot_slip_through() {
    let dir = Dir::new();
    let file = dir.file("precious", "here");
    let done = dir.syswall().policy(&denies_unlink()).program(tracee("abi")).arg("x32").arg(&file).run();
    // Where the kernel has no x32, the call does not exist, and denying it does no harm either.
    assert!(done.stdout == "unlink of x32: EROFS\n" || done.stdout == "unlink of x32: ENOSYS\n", "{done}");
    assert!(dir.has("precious"));
}

#[test]
fn calls_that_do_not_exist_fail_as_without_syswall() {
    tracee_same_as_alone(&tracee("abi"), &["unknown"]).code(0).line("call -1: ENOSYS");
}

#[test]
fn a_program_that_wants_to_trace_is_told_that_it_cannot() {
    let dir = Dir::new();
    let done = dir.syswall().allow().program(tracee("abi")).arg("ptrace").run();
    done.code(0).line("traceme: EPERM").line("attach: EPERM").line("seize: EPERM").line("child signal 9").quiet();
}
