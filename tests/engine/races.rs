//! Attackers that change what Syswall looked at before the kernel looks: they get nowhere, and the counts are printed.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};

use crate::common::{Dir, Done, tracee, tracee32};

/// Nobody may do anything to `secret`, to what is in `closed`, nor execute `forbidden`.
pub fn forbids() -> Value {
    let files =
        json!(["file.read", "file.list", "file.write", "file.create", "file.delete", "file.rename", "file.attributes"]);
    json!({"syswall": 1, "default": "allow", "rules": [
        {"decision": "deny", "kind": files, "path": "$CWD/secret"},
        {"decision": "deny", "kind": files, "path": "$CWD/closed/**"},
        {"decision": "deny", "kind": "process.execute", "path": "$CWD/forbidden"},
    ]})
}

fn program(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a program");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("its mode");
}

pub fn place() -> Dir {
    let dir = Dir::new();
    dir.file("secret", "words");
    dir.file("allowed", "plain");
    for folder in ["open", "closed"] {
        std::fs::create_dir(dir.path(folder)).expect("a folder");
        let text = if folder == "open" { "plain" } else { "words" };
        let file = dir.path(folder).join("file");
        std::fs::write(&file, text).expect("a file");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).expect("its mode");
    }
    std::fs::create_dir(dir.path("closed/inner")).expect("a folder");
    std::os::unix::fs::symlink("open", dir.path("folder")).expect("a link");
    std::os::unix::fs::symlink("allowed", dir.path("way")).expect("a link");
    // Real programs: a script would execute its interpreter.
    std::fs::copy("/bin/true", dir.path("harmless_")).expect("a program");
    program(&dir.path("forbidden"), "#!/bin/sh\nexit 7\n");
    dir
}

/// Prints what was tried, and fails where anything was reached.
pub fn nothing_reached(done: Done) -> Done {
    let done = done.code(0);
    let counts: Vec<&str> = done.stdout.lines().filter(|l| l.ends_with(" reached")).collect();
    assert!(!counts.is_empty(), "{done}");
    for line in &counts {
        println!("{line}");
        assert!(line.ends_with(", 0 reached"), "{line}\n{done}");
    }
    done
}

fn attack(words: &[&str]) -> Done {
    let dir = place();
    let done = dir.syswall().policy(&forbids()).program(tracee("races")).args(words).run();
    assert_eq!(dir.read("secret"), "words");
    assert_eq!(dir.read("closed/file"), "words");
    nothing_reached(done)
}

#[test]
fn paths_rewritten_by_another_thread() {
    attack(&["thread", "1500"]);
}

#[test]
fn paths_rewritten_by_another_thread_of_a_32_bit_program() {
    let dir = place();
    let program = tracee32("races");
    nothing_reached(dir.syswall().policy(&forbids()).program(program).args(["thread", "400"]).run());
    assert_eq!(dir.read("secret"), "words");
}

#[test]
fn paths_rewritten_in_memory_that_processes_share() {
    attack(&["shared", "600"]);
}

#[test]
fn paths_rewritten_by_process_vm_writev() {
    attack(&["vm_writev", "400"]);
}

#[test]
fn paths_rewritten_through_proc_pid_mem() {
    attack(&["procmem", "400"]);
}

#[test]
fn links_and_folders_swapped_by_another_thread() {
    attack(&["links", "1500"]);
}

#[test]
fn links_and_folders_swapped_by_another_process() {
    attack(&["links-process", "1500"]);
}

#[test]
fn a_descriptor_is_of_no_use_before_it_was_looked_at() {
    attack(&["early", "3000"]);
}

#[test]
fn the_pages_with_checked_arguments_cannot_be_written_or_taken_away() {
    attack(&["pages"]).says("regions: 1");
}

#[test]
fn addresses_rewritten_by_another_thread() {
    let dir = Dir::new();
    // Two ports that are free now.
    let free = || TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let (open, closed) = (free(), free());
    let rule = json!({"decision": "deny", "kind": ["network.connect", "network.send"], "port": closed});
    let policy = json!({"syswall": 1, "default": "allow", "rules": [rule]});
    let ports = [open.to_string(), closed.to_string()];
    let run = dir.syswall().policy(&policy).program(tracee("races")).args(["addresses", "800"]).args(ports);
    nothing_reached(run.run());
}
