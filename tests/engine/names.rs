//! Host names: what the program was told that an address is called.

use serde_json::Value;

use crate::common::{Dir, tracee, tracee32};

const WAYS: [&str; 5] = ["recvfrom", "recvmsg", "read", "recvmmsg", "readv"];

#[test]
fn an_address_has_the_name_that_the_program_looked_up() {
    for program in [tracee("names"), tracee32("names")] {
        let dir = Dir::new();
        let path = dir.root().join("run.syswall");
        dir.syswall()
            .allow()
            .arg("--record")
            .arg(&path)
            .program(program)
            .arg("127.0.53.1")
            .args(WAYS)
            .run()
            .code(0)
            .quiet();
        let events = dir.bare().args(["events", "--format", "jsonl"]).arg(&path).run().code(0).json_lines();
        let connects = |port: u16| -> Vec<&Value> {
            let objects = events.iter().filter(|e| e["kinds"][0] == "network.connect").map(|e| &e["objects"][0]);
            objects.filter(|o| o["port"] == port).collect()
        };
        let named: Vec<_> = connects(4433).iter().map(|o| (o["address"].clone(), o["host"].clone())).collect();
        let wanted: Vec<(Value, Value)> =
            (1..).zip(WAYS).map(|(n, way)| (format!("127.9.9.{n}").into(), format!("{way}.test").into())).collect();
        assert_eq!(named, wanted);
        // Nobody has told what the server itself is called.
        assert!(connects(5355).iter().all(|o| o.get("host").is_none()));
    }
}

#[test]
fn a_question_tells_the_name_as_the_programs_own_word() {
    let dir = Dir::new();
    let policy = serde_json::json!({"syswall": 1, "default": "allow", "rules": [
        {"decision": "ask", "kind": "network.connect", "port": 4433}]});
    let mut terminal =
        dir.syswall().policy(&policy).program(tracee("names")).args(["127.0.53.2", "recvfrom"]).in_terminal();
    let question = terminal.expect("deny once):");
    assert!(question.contains("wants to connect to this computer, port 4433"), "{question}");
    assert!(question.contains("recvfrom.test, as the program looked it up"), "{question}");
    terminal.send("d\n");
    terminal.expect("recvfrom EACCES");
    assert_eq!(terminal.wait().0, 0);
}
