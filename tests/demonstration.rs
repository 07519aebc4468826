//! The demonstration that `sh data/run.sh` runs: alone, everything that it tries works; under its own policy, each
//! decision shows in what it says, in what is left on disk, and in the report.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const DEMONSTRATION: &str = env!("CARGO_BIN_EXE_syswall-demo");
const SYSWALL: &str = env!("CARGO_BIN_EXE_syswall");

/// A command whose home and temporary files are in `folder`.
fn in_folder(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .stdin(Stdio::null())
        .env("HOME", folder)
        .env("TMPDIR", folder)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("XDG_STATE_HOME", folder.join("state"))
        .env("LC_ALL", "C");
    command
}

/// The demonstration under the policy that comes with it, recorded in `run.syswall` in `folder`.
fn under_its_policy(folder: &Path) -> Output {
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo/policy.json");
    in_folder(SYSWALL, folder)
        .args(["run", "--no-gui", "--policy"])
        .arg(policy)
        .arg("--record")
        .arg(folder.join("run.syswall"))
        .args(["--", DEMONSTRATION])
        .output()
        .unwrap()
}

/// What the demonstration says it got in the step that `what` names.
fn got<'a>(said: &'a str, what: &str) -> &'a str {
    let line = said.lines().find(|line| line.contains(what)).unwrap_or_else(|| panic!("no step {what:?} in:\n{said}"));
    line.split_once(what).unwrap().1.trim()
}

#[test]
fn alone_everything_works() {
    let folder = tempfile::tempdir().unwrap();
    let output = in_folder(DEMONSTRATION, folder.path()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for what in
        ["list of accounts", "read it back", "delete a precious file", "(one it made up)", "talk to it", "uname"]
    {
        assert!(got(&said, what).starts_with("worked"), "{what}:\n{said}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "it left something behind");
}

#[test]
fn under_its_policy_some_is_allowed_some_denied_and_some_pretended() {
    let folder = tempfile::tempdir().unwrap();
    let output = under_its_policy(folder.path());
    let said = String::from_utf8(output.stdout).unwrap();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}\n{complained}");

    for allowed in
        ["make its own folder", "write a file", "read it back", "rename it", "delete it", "talk to it", "uname"]
    {
        assert!(got(&said, allowed).starts_with("worked"), "{allowed}:\n{said}\n{complained}");
    }
    for denied in ["list of accounts", "(one it made up)", "number 1"] {
        assert!(got(&said, denied).contains("Permission denied"), "{denied}:\n{said}\n{complained}");
    }
    assert!(got(&said, "internet").contains("Connection refused"), "{said}");
    assert!(got(&said, "precious file").contains("pretended"), "{said}");

    // Believed or not: the file is there, and so is the folder that holds it.
    let own = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let own = own.into_iter().find(|path| path.to_string_lossy().contains("syswall-demo-")).unwrap();
    assert_eq!(fs::read_to_string(own.join("precious.txt")).unwrap(), "The only copy.\n");
}

#[test]
fn the_report_of_the_demonstration_tells_what_was_denied_and_pretended() {
    let folder = tempfile::tempdir().unwrap();
    under_its_policy(folder.path());
    let recording = folder.path().join("run.syswall");
    let output =
        in_folder(SYSWALL, folder.path()).args(["report", "--format", "json"]).arg(&recording).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();

    let decisions = &report["decisions"];
    for decision in ["allow", "deny", "pretend"] {
        assert!(decisions[decision].as_u64().unwrap() > 0, "{decision}: {decisions}");
    }
    let list = |name: &str| report[name].as_array().unwrap().clone();
    let file = |end: &str| {
        let found =
            list("files").into_iter().find(|file| file["path"].as_str().is_some_and(|path| path.ends_with(end)));
        found.unwrap_or_else(|| panic!("{end} is not in {}", report["files"]))
    };
    assert!(file("/etc/passwd")["denied"].as_u64().unwrap() > 0);
    assert!(file("/.ssh/id_demo")["denied"].as_u64().unwrap() > 0);
    assert!(list("network").iter().any(|peer| peer["address"] == "192.0.2.1" && peer["denied"].as_u64().unwrap() > 0));
    assert!(list("network").iter().any(|peer| peer["address"] == "127.0.0.1"));
    assert!(list("programs").iter().any(|program| program["path"].as_str().unwrap().ends_with("/uname")));

    let output = in_folder(SYSWALL, folder.path()).arg("report").arg(&recording).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.contains("/etc/passwd"), "{text}");
}
