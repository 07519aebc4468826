//! Programs that attack Syswall itself: its processes, its files, its terminal, what it has open.

use serde_json::{Value, json};

use crate::common::attacks::Attacks;
use crate::common::{Dir, Done, tracee};

/// Nothing but protection is in the attacker's way.
fn allow() -> Value {
    json!({"syswall": 1, "default": "allow"})
}

fn attack(dir: &Dir, words: &[&str]) -> Done {
    dir.syswall().policy(&allow()).program(tracee("selfdefence")).args(words).run()
}

#[test]
fn no_task_of_syswalls_is_signalled_traced_read_or_slowed() {
    let dir = Dir::new();
    let done = attack(&dir, &["processes"]).code(0);
    Attacks::new().add(&done.stdout).hold("tasks of Syswall", 50, &done);
    done.line("still there");
    dir.nothing_left_running();
}

#[test]
fn settings_policies_and_recordings_have_no_other_name() {
    let dir = Dir::new();
    let config = dir.root().join("config/syswall/policies");
    std::fs::create_dir_all(&config).expect("a folder of policies");
    let policy = config.join("other.json");
    std::fs::write(&policy, "{}").expect("a policy");
    let used = dir.policy(&allow());
    let record = dir.root().join("run.syswall");
    let run = dir.syswall().arg("--policy").arg(&used).arg("--record").arg(&record).program(tracee("selfdefence"));
    let done = run.arg("own").args([&policy, &used, &record]).run().code(0);
    Attacks::new().add(&done.stdout).hold("settings, policies, recordings", 25, &done);
    assert_eq!(std::fs::read_to_string(&policy).expect("the policy"), "{}");
    let events = dir.bare().args(["events", "--format", "jsonl"]).arg(&record).run().code(0).json_lines();
    assert!(events.iter().any(|e| e["by"] == "protection"), "nothing was recorded as protected");
}

#[test]
fn what_starts_syswall_is_not_changed() {
    let dir = Dir::new();
    let data = dir.root().join("data");
    let names = [
        "applications/io.github.syswall.Syswall.desktop",
        "nautilus-python/extensions/syswall.py",
        "nautilus/scripts/Run under Syswall",
        "Thunar/sendto/thunar-sendto-syswall.desktop",
        "locale/ru/LC_MESSAGES/syswall.mo",
    ];
    let mut files: Vec<_> = names.iter().map(|name| data.join(name)).collect();
    files.push(dir.home().join(".local/bin/syswall"));
    for file in &files {
        std::fs::create_dir_all(file.parent().expect("its folder")).expect("the folder of an installed file");
        std::fs::write(file, "as it was").expect("an installed file");
    }
    let run = dir.syswall().policy(&allow()).program(tracee("selfdefence")).arg("kept");
    let done = run.args(&files).arg(env!("CARGO_BIN_EXE_syswall")).run().code(0);
    Attacks::new().add(&done.stdout).hold("what starts Syswall", 20, &done);
    for file in &files {
        assert_eq!(std::fs::read_to_string(file).expect("an installed file"), "as it was", "{}", file.display());
    }
}

#[test]
fn an_entry_that_is_not_installed_cannot_be_planted() {
    let dir = Dir::new();
    let applications = dir.root().join("data/applications");
    std::fs::create_dir_all(&applications).expect("a folder of desktop entries");
    let entry = applications.join("io.github.syswall.Syswall.desktop");
    let done = dir.syswall().policy(&allow()).program(tracee("act")).arg("put").arg(&entry).arg("x").run();
    done.code(0).line("put: EACCES");
    // Nor does it come with a folder.
    dir.file("folder/io.github.syswall.Syswall.desktop", "x");
    dir.file("messages/syswall.mo", "x");
    let made = dir.home().join(".local/share");
    std::fs::create_dir_all(made.join("locale/xx")).expect("a folder of data");
    let rename = |from: &str, to: &str| {
        dir.syswall().policy(&allow()).program(tracee("act")).args(["rename", from]).arg(made.join(to)).run()
    };
    rename("folder", "applications").code(0).line("rename: EACCES");
    rename("messages", "locale/xx/LC_MESSAGES").code(0).line("rename: EACCES");
    let link = dir.syswall().policy(&allow()).program(tracee("act")).args(["symlink", "folder"]);
    link.arg(made.join("applications")).run().code(0).line("symlink: EACCES");
    let other = applications.join("another.desktop");
    let done = dir.syswall().policy(&allow()).program(tracee("act")).arg("put").arg(&other).arg("x").run();
    done.code(0).line("put: ok");
}

#[test]
fn no_mount_gives_syswalls_files_another_name() {
    let dir = Dir::new();
    let config = dir.root().join("config/syswall/policies");
    std::fs::create_dir_all(&config).expect("a folder of policies");
    let policy = config.join("other.json");
    std::fs::write(&policy, "{}").expect("a policy");
    std::fs::set_permissions(&policy, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("its mode");
    let run = dir.syswall().policy(&allow()).program(tracee("selfdefence")).arg("mounts").arg(&policy).run().code(0);
    let mut attacks = Attacks::new();
    attacks.add(&run.stdout).hold("mounts of Syswall's files", 1, &run);
    assert_eq!(std::fs::read_to_string(&policy).expect("the policy"), "{}");
}

#[test]
fn no_descriptor_of_syswalls_is_left_open_in_the_program() {
    let dir = Dir::new();
    // What the tester's own shell left open is the program's with Syswall and without.
    let alone = dir.alone(tracee("selfdefence")).arg("descriptors").run().code(0).line("open: 2");
    let record = dir.root().join("run.syswall");
    let all = dir.syswall().policy(&allow()).arg("--record").arg(&record).arg("--trace").arg(dir.root().join("trace"));
    let few = dir.syswall().policy(&allow()).args(["--watch", "policy"]);
    for run in [all, few] {
        let done = run.program(tracee("selfdefence")).arg("descriptors").run().code(0);
        let count = |done: &Done| done.stdout.lines().count();
        assert_eq!(count(&alone), count(&done), "alone:\n{}{done}", alone.stdout);
    }
}

#[test]
fn read_only_memory_is_not_written_through_proc() {
    let dir = Dir::new();
    let done = attack(&dir, &["memory"]).code(0);
    Attacks::new().add(&done.stdout).hold("/proc/PID/mem of the program", 8, &done);
    done.line("to read: yes");
}

#[test]
fn nothing_is_typed_into_the_terminal_that_syswall_asks_on() {
    let dir = Dir::new();
    let run = dir.syswall().policy(&allow()).program(tracee("selfdefence")).arg("terminal");
    let (code, said) = run.in_terminal().wait();
    Attacks::new().add(&said).hold("typing into Syswall's terminal", 3, &said);
    assert_eq!(code, 0, "{said}");
}
