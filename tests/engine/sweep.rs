//! Every call number of every ABI with extreme arguments, under policies that let nothing dangerous happen: Syswall
//! must come to the program's own end, with a record in which nothing is missing.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::common::{Dir, tracee, tracee32};

/// Calls with each number.
const TRIES: &str = "6";

fn storm(program: &Path, seed: &str, policy: &Value) {
    let dir = Dir::new();
    let done =
        dir.syswall().policy(policy).args(["--record", "run.syswall"]).program(program).args([seed, TRIES]).run();
    let done = done.code(7).quiet();
    let made = done.stdout.strip_suffix(" calls\n").and_then(|n| n.parse::<usize>().ok());
    let made = made.unwrap_or_else(|| panic!("no number of calls{done}"));
    assert!(made > 1000, "{done}");
    dir.nothing_left_running();

    let events = dir.alone(env!("CARGO_BIN_EXE_syswall")).args(["events", "--format", "jsonl", "run.syswall"]).run();
    let events = events.code(0).json_lines();
    let of = |what: &str| events.iter().filter(|e| e["event"] == what).count();
    assert!(of("call") >= made, "{} calls recorded of {made}", of("call"));
    // Whoever started has ended, and numbers run on without a gap.
    let mut alive: BTreeMap<i64, i64> = BTreeMap::new();
    for (event, seq) in events.iter().zip(1..) {
        assert_eq!(event["seq"], seq, "{event}");
        let tid = event["tid"].as_i64().unwrap_or_else(|| panic!("no task: {event}"));
        match event["event"].as_str() {
            Some("start" | "thread") => *alive.entry(tid).or_default() += 1,
            Some("exit" | "killed") => *alive.entry(tid).or_default() -= 1,
            _ => {}
        }
    }
    alive.retain(|_, count| *count != 0);
    assert!(alive.is_empty(), "tasks without a start or an end: {alive:?}");
    let report =
        dir.alone(env!("CARGO_BIN_EXE_syswall")).args(["report", "--format", "json", "run.syswall"]).run().code(0);
    assert_eq!(report.json()["exit"], json!({"code": 7}));
    assert_eq!(report.json()["failure"], Value::Null);
}

/// Whatever is guarded is refused.
fn refusing() -> Value {
    json!({"syswall": 1, "default": "deny", "rules": [
        // The storm's own start, and the list of its children.
        {"decision": "allow", "kind": "file.read", "path": "/proc/**"},
        {"decision": "allow", "calls": ["setgroups", "setgid", "setuid", "setgroups32", "setgid32", "setuid32", "prctl"]},
    ]})
}

/// What can be pretended is.
fn pretending() -> Value {
    let mut policy = refusing();
    let guarded = json!([
        "file.write",
        "file.create",
        "file.delete",
        "file.rename",
        "file.attributes",
        "network",
        "ipc",
        "device"
    ]);
    policy["rules"].as_array_mut().expect("rules").push(json!({"decision": "pretend", "kind": guarded}));
    policy
}

#[test]
fn every_call_with_extreme_arguments_is_survived() {
    storm(&tracee("storm"), "1", &refusing());
}

#[test]
fn every_call_of_a_32_bit_program_with_extreme_arguments_is_survived() {
    storm(&tracee32("storm"), "2", &refusing());
}

#[test]
fn every_call_with_extreme_arguments_is_pretended_where_that_can_be() {
    storm(&tracee("storm"), "3", &pretending());
}
