//! What is wrong gets one clear message and the right exit status, and leaves nothing running and nothing half-written.

use std::os::unix::fs::PermissionsExt;

use nix::sys::signal::Signal;
use serde_json::json;

use crate::common::{Dir, Done, is_root, need, tracee};

/// One line on standard error that names `subject`, nothing on standard output, this status, nothing left.
#[track_caller]
fn fails(dir: &Dir, done: Done, code: i32, subject: &str) -> Done {
    let done = done.code(code).complains(subject).in_one_line();
    assert!(done.stdout.is_empty(), "there is output{done}");
    dir.nothing_left_running();
    done
}

#[test]
fn a_program_that_does_not_exist() {
    let dir = Dir::new();
    fails(&dir, dir.syswall().program("no-such-program-anywhere").run(), 127, "no-such-program-anywhere");
    fails(&dir, dir.syswall().program("./missing").run(), 127, "missing");
    fails(&dir, dir.syswall().program("/no/such/dir/program").run(), 127, "/no/such/dir/program");
    assert_eq!(dir.recordings(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_program_that_is_not_executable_is_empty_or_a_directory() {
    let dir = Dir::new();
    dir.file("plain", "not a program");
    fails(&dir, dir.syswall().program("./plain").run(), 126, "plain");
    fails(&dir, dir.syswall().program("./").run(), 126, "./");
    fails(&dir, dir.syswall().program("/usr").run(), 126, "/usr");
    dir.script("empty", "");
    fails(&dir, dir.syswall().program("./empty").run(), 126, "empty");
    dir.script("rubbish", "\u{1}\u{2}\u{3} this is no program");
    fails(&dir, dir.syswall().program("./rubbish").run(), 126, "rubbish");
    assert_eq!(dir.recordings(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_script_whose_interpreter_is_missing() {
    let dir = Dir::new();
    dir.script("script", "#!/no/such/interpreter\n");
    let done = dir.syswall().program("./script").run();
    assert!([126, 127].contains(&done.code), "{done}");
    let code = done.code;
    fails(&dir, done, code, "/no/such/interpreter");
}

#[test]
fn a_program_in_path_that_may_not_be_executed() {
    let dir = Dir::new();
    dir.file("tools/tool-of-this-test", "#!/bin/sh\n");
    let run =
        dir.syswall().program("tool-of-this-test").env("PATH", format!("{}:/usr/bin", dir.path("tools").display()));
    fails(&dir, run.run(), 126, "tool-of-this-test");
}

#[test]
fn wrong_usage() {
    let dir = Dir::new();
    for words in [
        &["run"][..],
        &["run", "--no-gui"],
        &["run", "--no-such-option", "true"],
        &["run", "--answer", "maybe", "true"],
    ] {
        let done = dir.bare().args(words).run().code(2);
        assert!(!done.stderr.is_empty() && !done.stderr.contains("panicked"), "{done}");
    }
    let done = dir.syswall().args(["--preset", "no-such-preset"]).program("true").run();
    assert!([2, 125].contains(&done.code), "{done}");
    done.complains("no-such-preset").in_one_line();
}

#[test]
fn a_broken_policy_names_file_line_and_column() {
    let dir = Dir::new();
    let write = |text: &str| {
        let path = dir.root().join("broken.json");
        std::fs::write(&path, text).expect("the policy");
        path
    };
    let run = |path: &std::path::Path| {
        dir.syswall().arg("--policy").arg(path).program(tracee("act")).args(["put", "ran", "x"]).run()
    };
    for (text, place) in [
        ("{\n  \"syswall\": 1,\n  \"default\": \"maybe\"\n}", ":3:14"),
        ("{\n  \"syswall\": 1,\n  \"colour\": 3\n}", ":3:"),
        ("{\n  \"syswall\": 1,\n  \"rules\": [\n    {\"decision\": \"deny\", \"kind\": \"file.reed\"}\n  ]\n}", ":4:"),
        ("{\n  \"syswall\": 1,\n  \"rules\": [\n", ":"),
        ("", ":1:"),
        ("not JSON at all", ":1:"),
        ("[]", ":1:"),
        ("{\"syswall\": 1, \"rules\": [{\"decision\": \"deny\", \"errno\": \"ENOTHING\"}]}", ":1:"),
        ("{\"syswall\": 1, \"rules\": [{\"decision\": \"deny\", \"address\": \"10.0.0.0/99\"}]}", ":1:"),
        ("{\"syswall\": 1, \"default\": \"allow\", \"default\": \"deny\"}", ":1:"),
    ] {
        let path = write(text);
        let done = run(&path);
        assert!([2, 125].contains(&done.code), "{text}{done}");
        let code = done.code;
        fails(&dir, done, code, &format!("broken.json{place}"));
        assert!(!dir.has("ran"), "{text}");
        assert_eq!(std::fs::read_to_string(&path).expect("the policy"), text, "it was changed");
        let check = dir.bare().args(["policy", "check"]).arg(&path).run().code(2);
        check.complains(&format!("broken.json{place}"));
    }
}

#[test]
fn a_policy_of_a_newer_version_is_not_guessed_at() {
    let dir = Dir::new();
    let done = dir
        .syswall()
        .policy(&json!({"syswall": 2, "default": "allow"}))
        .program(tracee("act"))
        .args(["put", "ran", "x"])
        .run();
    assert!([2, 125].contains(&done.code), "{done}");
    let code = done.code;
    let done = fails(&dir, done, code, "policy-");
    assert!(done.stderr.contains("newer") || done.stderr.contains("version"), "{done}");
    assert!(!dir.has("ran"));
}

#[test]
fn a_policy_that_cannot_be_read() {
    let dir = Dir::new();
    let run = |path: &std::path::Path| {
        dir.syswall().arg("--policy").arg(path).program(tracee("act")).args(["put", "ran", "x"]).run()
    };
    let check = |done: Done, name: &str| {
        assert!([2, 125].contains(&done.code), "{done}");
        let code = done.code;
        fails(&dir, done, code, name);
        assert!(!dir.has("ran"));
    };
    check(run(&dir.root().join("missing.json")), "missing.json");
    check(run(dir.root()), &dir.root().to_string_lossy());
    let bytes = dir.root().join("bytes.json");
    std::fs::write(&bytes, b"{\"syswall\": 1, \"program\": \"\xff\xfe\"}").expect("the policy");
    check(run(&bytes), "bytes.json");
    if !is_root() {
        let hidden = dir.policy(&json!({"syswall": 1}));
        std::fs::set_permissions(&hidden, std::fs::Permissions::from_mode(0o000)).expect("its mode");
        check(run(&hidden), "policy-");
    }
}

#[test]
fn a_recording_that_cannot_be_written() {
    let dir = Dir::new();
    let run = |path: &str| {
        dir.bare()
            .args(["run", "--no-gui", "--answer", "allow", "--record", path, "--"])
            .arg(tracee("act"))
            .args(["put", "ran", "x"])
            .run()
    };
    dir.file("file", "x");
    let missing = dir.root().join("missing/dir/run.syswall").to_string_lossy().into_owned();
    for path in [&missing, "/proc/run.syswall", "file/run.syswall", "/"] {
        let done = run(path);
        fails(&dir, done, 125, path);
        assert!(!dir.has("ran"), "{path}");
    }
}

#[test]
fn a_working_directory_that_is_not_there() {
    let dir = Dir::new();
    let done = dir.syswall().allow().args(["-C", "nowhere"]).program("true").run();
    fails(&dir, done, 125, "nowhere");
}

#[test]
fn a_trace_that_cannot_be_written() {
    let dir = Dir::new();
    let done = dir
        .syswall()
        .allow()
        .args(["--trace", "missing/dir/trace"])
        .program(tracee("act"))
        .args(["put", "ran", "x"])
        .run();
    fails(&dir, done, 125, "missing/dir/trace");
    assert!(!dir.has("ran"));
}

/// What a run must be like whose recording could no longer be written: the program is not left running, and one line says why.
#[track_caller]
fn ended_for_want_of_space(dir: &Dir, done: Done) {
    let done = done.code(125).in_one_line();
    assert!(
        done.stderr.contains("space") || done.stderr.contains("full") || done.stderr.contains("recording"),
        "{done}"
    );
    dir.nothing_left_running();
}

#[test]
fn a_disk_that_fills_up_during_a_run() {
    let dir = Dir::new();
    let program = tracee("act");
    if is_root() {
        // A file system of its own, in a mount namespace of its own.
        let line = "mount -t tmpfs -o size=600k tmpfs \"$1\" && shift && exec \"$@\"";
        std::fs::create_dir(dir.root().join("small")).expect("the mount point");
        let run = dir
            .alone("unshare")
            .args(["--mount", "--propagation", "private", "sh", "-c", line, "sh"])
            .arg(dir.root().join("small"));
        let run = run.arg(env!("CARGO_BIN_EXE_syswall")).args(["run", "--no-gui", "--answer", "allow", "--record"]);
        ended_for_want_of_space(
            &dir,
            run.arg(dir.root().join("small/run.syswall")).arg("--").arg(&program).args(["fill", "2000000"]).run(),
        );
    }
    // The limit on a file's size: no signal may come of it, and the program's own limit is what it was.
    let line = "ulimit -f 400; exec \"$@\"";
    let run = dir.alone("bash").args(["-c", line, "bash"]).arg(env!("CARGO_BIN_EXE_syswall"));
    let run = run.args(["run", "--no-gui", "--answer", "allow", "--record"]).arg(dir.root().join("limited.syswall"));
    ended_for_want_of_space(&dir, run.arg("--").arg(&program).args(["fill", "2000000"]).run());
}

#[test]
fn no_display_and_no_bus() {
    let dir = Dir::new();
    let run = dir.bare().arg("run").arg("--").arg(tracee("act")).args(["put", "ran", "x"]);
    let run = run.without_env("DISPLAY").without_env("WAYLAND_DISPLAY").without_env("DBUS_SESSION_BUS_ADDRESS");
    let done = run.run();
    fails(&dir, done, 125, "--no-gui");
    assert!(!dir.has("ran"));
    let done =
        dir.bare().without_env("DISPLAY").without_env("WAYLAND_DISPLAY").without_env("DBUS_SESSION_BUS_ADDRESS").run();
    assert!(done.code != 0 && !done.stderr.contains("panicked"), "{done}");
    assert!(done.stderr.contains("display") || done.stderr.contains("no windows"), "{done}");
}

#[test]
fn no_terminal_is_no_reason_to_fail() {
    let dir = Dir::new();
    dir.syswall()
        .arg("--no-policy")
        .args(["--preset", "observe"])
        .program("echo")
        .arg("hello")
        .run()
        .code(0)
        .line("hello")
        .quiet();
}

#[test]
fn a_recording_that_is_none() {
    let dir = Dir::new();
    let text = dir.file("text", "this is no recording, whatever its name says, and long enough to be looked at\n");
    let empty = dir.file("empty", "");
    for command in [&["report"][..], &["events"], &["report", "--format", "json"], &["events", "--format", "jsonl"]] {
        for path in [text.as_path(), empty.as_path(), "/no/such/recording".as_ref(), dir.root(), "/dev/null".as_ref()] {
            let done = dir.bare().args(command).arg(path).run().code(2);
            done.in_one_line().complains(&path.to_string_lossy());
        }
    }
    let done = dir.bare().arg("compare").args([&text, &empty]).run().code(2);
    done.in_one_line();
    assert_eq!(dir.read("empty"), "", "it was written to");
}

#[test]
fn a_filter_that_is_none() {
    let dir = Dir::new();
    let record = dir.root().join("run.syswall");
    dir.bare()
        .args(["run", "--no-gui", "--answer", "allow", "--record"])
        .arg(&record)
        .args(["--", "true"])
        .run()
        .code(0);
    let done = dir.bare().args(["events", "--where", "colour = blue and ((("]).arg(&record).run().code(2);
    done.in_one_line();
}

#[test]
fn under_strace_syswall_says_that_it_cannot_trace() {
    need("strace", "strace");
    let dir = Dir::new();
    let run = dir.alone("strace").args(["-f", "-o", "/dev/null"]).arg(env!("CARGO_BIN_EXE_syswall"));
    let done = run
        .args(["run", "--no-gui", "--no-record", "--answer", "allow", "--"])
        .arg(tracee("act"))
        .args(["put", "ran", "x"])
        .run();
    fails(&dir, done, 125, "trac");
    assert!(!dir.has("ran"));
}

#[test]
fn under_gdb_without_following_children_it_works() {
    need("gdb", "gdb");
    let dir = Dir::new();
    // A debugger that holds Syswall alone is no obstacle: the program is not its tracee.
    let run = dir.alone("gdb").args([
        "-q",
        "-nx",
        "-batch",
        "-ex",
        "set debuginfod enabled off",
        "-ex",
        "handle all nostop noprint pass",
        "-ex",
        "run",
        "-ex",
        "quit $_exitcode",
        "--args",
    ]);
    let run =
        run.arg(env!("CARGO_BIN_EXE_syswall")).args(["run", "--no-gui", "--no-record", "--answer", "allow", "--"]);
    run.arg(tracee("act")).args(["put", "ran", "x", "exit", "5"]).run().code(5);
    assert_eq!(dir.read("ran"), "x");
    dir.nothing_left_running();
}

#[test]
fn where_yama_forbids_tracing_the_message_names_it() {
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").unwrap_or_default();
    if scope.trim() != "3" && (scope.trim() != "2" || is_root()) {
        eprintln!(
            "not run: kernel.yama.ptrace_scope is {:?} here, which lets Syswall trace its own children",
            scope.trim()
        );
        return;
    }
    let dir = Dir::new();
    let done = dir.syswall().allow().program(tracee("act")).args(["put", "ran", "x"]).run();
    fails(&dir, done, 125, "yama");
    assert!(!dir.has("ran"));
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let dir = Dir::new();
    let record = dir.root().join("run.syswall");
    let run = dir.bare().args(["run", "--no-gui", "--answer", "allow", "--record"]).arg(&record).arg("--");
    run.arg(tracee("act")).args(["fill", "3000"]).run().code(0);
    let line = "\"$0\" events \"$1\" | head -1; echo ${PIPESTATUS[0]}";
    let done = dir.alone("bash").args(["-c", line, env!("CARGO_BIN_EXE_syswall")]).arg(&record).run().code(0).quiet();
    assert_eq!(done.stdout.lines().count(), 2, "{done}");
}

#[test]
fn termination_during_a_run_leaves_a_recording_that_opens() {
    let dir = Dir::new();
    let record = dir.root().join("run.syswall");
    let run = dir.bare().args(["run", "--no-gui", "--answer", "allow", "--record"]).arg(&record).arg("--");
    let mut run = run.arg(tracee("act")).args(["fill", "5000", "note", "log", "ready", "pause"]).start();
    run.until_lines("log", 1);
    let accesses = || {
        let events = dir.bare().args(["events", "--format", "jsonl"]).arg(&record).run().code(0).json_lines();
        events.iter().filter(|e| e["call"] == "access").count()
    };
    // It can be read while it grows; what is in it once is in it for good.
    let end = std::time::Instant::now() + crate::common::limit();
    while accesses() < 5000 {
        assert!(std::time::Instant::now() < end, "only {} calls are recorded", accesses());
    }
    run.signal(Signal::SIGKILL);
    run.wait();
    dir.nothing_left_running();
    dir.bare().args(["report", "--format", "json"]).arg(&record).run().code(0).json();
    assert!(accesses() >= 5000);
}
