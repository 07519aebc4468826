//! Policies obeyed by real programs: denied, pretended, killed, allowed; presets; what cannot be pretended is refused.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::{Value, json};

use crate::common::{Dir, Done, tracee};

fn rules(default: &str, rules: Value) -> Value {
    json!({"syswall": 1, "default": default, "rules": rules})
}

/// Runs `act` with these words under the policy.
fn act(dir: &Dir, policy: &Value, words: &[&str]) -> Done {
    dir.syswall().policy(policy).program(tracee("act")).args(words).run()
}

#[test]
fn a_denied_read_fails_with_eacces_and_others_do_not() {
    let dir = Dir::new();
    dir.file("secret", "words");
    dir.file("open", "all");
    let policy = rules("allow", json!([{"decision": "deny", "kind": "file.read", "path": "$CWD/secret"}]));
    let done =
        act(&dir, &policy, &["cat", "secret", "cat", "open", "stat", "secret", "put", "secret", "new"]).code(0).quiet();
    done.line("cat: EACCES").line("cat: 3 all").line("stat: ok").line("put: ok");
    assert_eq!(dir.read("secret"), "new");
}

#[test]
fn the_errno_can_be_chosen() {
    let dir = Dir::new();
    dir.file("secret", "words");
    for errno in ["ENOENT", "EPERM", "EIO", "ENOSYS", "EINTR"] {
        let policy =
            rules("allow", json!([{"decision": "deny", "kind": "file.read", "path": "$CWD/secret", "errno": errno}]));
        act(&dir, &policy, &["cat", "secret"]).code(0).line(&format!("cat: {errno}"));
    }
}

#[test]
fn a_path_rule_holds_however_the_path_is_written() {
    let dir = Dir::new();
    dir.file("sub/secret", "words");
    std::os::unix::fs::symlink("sub", dir.path("way")).expect("a link");
    std::os::unix::fs::symlink("sub/secret", dir.path("link")).expect("a link");
    let absolute = dir.path("sub/secret");
    let policy = rules("allow", json!([{"decision": "deny", "kind": "file.read", "path": "$CWD/sub/secret"}]));
    let full = absolute.to_string_lossy();
    let ways = [
        "sub/secret",
        "./sub/../sub/./secret",
        "sub//secret",
        "way/secret",
        "link",
        "/proc/self/cwd/sub/secret",
        &full,
    ];
    for way in ways {
        act(&dir, &policy, &["cat", way]).code(0).line("cat: EACCES");
    }
    act(&dir, &policy, &["chdir", "sub", "cat", "secret"]).code(0).line("cat: EACCES");
}

#[test]
fn the_narrower_rule_decides() {
    let dir = Dir::new();
    dir.file("a/one", "1");
    dir.file("a/two", "2");
    let policy = rules(
        "deny",
        json!([
            {"decision": "allow", "kind": "file", "path": "/**"},
            {"decision": "deny", "kind": "file.read", "path": "$CWD/a/**"},
            {"decision": "allow", "kind": "file.read", "path": "$CWD/a/one"}]),
    );
    // Nothing guards what the program starts with: it is allowed by name.
    let mut policy = policy;
    let more = json!({"decision": "allow", "kind": "process"});
    policy["rules"].as_array_mut().expect("rules").push(more);
    act(&dir, &policy, &["cat", "a/one", "cat", "a/two"]).code(0).line("cat: 1 1").line("cat: EACCES");
}

#[test]
fn a_pretended_deletion_leaves_the_file() {
    let dir = Dir::new();
    dir.file("precious", "here");
    let policy = rules("allow", json!([{"decision": "pretend", "kind": "file.delete", "path": "$CWD/precious"}]));
    let done = act(&dir, &policy, &["unlink", "precious", "unlinkat", "precious", "unlink", "missing"]).code(0).quiet();
    done.line("unlink: ok").line("unlinkat: ENOENT").line("unlink: ENOENT");
    assert_eq!(dir.read("precious"), "here");
    // rm(1) believes it too.
    let done = dir.syswall().policy(&policy).program("rm").args(["-v", "precious"]).run();
    done.code(0).says("removed 'precious'").quiet();
    assert_eq!(dir.read("precious"), "here");
}

#[test]
fn a_pretended_open_gives_a_harmless_descriptor() {
    let dir = Dir::new();
    dir.file("secret", "words");
    let policy =
        rules("allow", json!([{"decision": "pretend", "kind": ["file.read", "file.write"], "path": "$CWD/secret"}]));
    let words = [
        "open",
        "secret",
        "fstat",
        "read",
        "close",
        "same-fd",
        "open-write",
        "secret",
        "write",
        "lost",
        "fstat",
        "close",
    ];
    let done = act(&dir, &policy, &words).code(0).quiet();
    let seen: Vec<_> = done.stdout.lines().collect();
    let wanted = [
        "open: ok",
        "fstat: ok",
        "read: 0 ",
        "close: ok",
        "same-fd: none",
        "open-write: ok",
        "write: whole",
        "fstat: ok",
        "close: ok",
    ];
    assert_eq!(seen, wanted, "{done}");
    assert_eq!(dir.read("secret"), "words");
}

#[test]
fn two_pretended_opens_give_two_descriptors() {
    let dir = Dir::new();
    dir.file("one", "1");
    dir.file("two", "2");
    let policy = rules("allow", json!([{"decision": "pretend", "kind": "file.read", "path": "$CWD/*"}]));
    let python = "import os\na=os.open('one',0)\nb=os.open('two',0)\nassert a!=b\nassert os.read(a,9)==os.read(b,9)==b''\nos.close(a);os.close(b)\nprint('well')";
    // /usr/bin/python3 opens nothing of the working directory itself.
    let done = dir.syswall().policy(&policy).program("/usr/bin/python3").args(["-I", "-c", python]).run();
    done.code(0).line("well");
}

#[test]
fn pretended_changes_of_files_change_nothing() {
    let dir = Dir::new();
    dir.file("file", "content");
    std::fs::create_dir(dir.path("dir")).expect("a directory");
    let before = dir.files();
    let kinds = json!(["file.create", "file.delete", "file.rename", "file.attributes", "file.write"]);
    let policy = rules("allow", json!([{"decision": "pretend", "kind": kinds, "path": "$CWD/**"}]));
    let words = [
        "mkdir", "new", "rmdir", "dir", "chmod", "file", "truncate", "file", "symlink", "x", "link", "link", "file",
        "hard", "put", "fresh", "text", "rename", "file", "other",
    ];
    let done = act(&dir, &policy, &words).code(0).quiet();
    for name in ["mkdir", "rmdir", "rename", "chmod", "truncate", "symlink", "link", "put"] {
        assert!(done.stdout.lines().any(|l| l == format!("{name}: ok")), "{name}{done}");
    }
    assert_eq!(dir.files(), before);
}

#[test]
fn a_pretended_connection_takes_what_is_sent_and_gives_its_end() {
    let dir = Dir::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let port = listener.local_addr().expect("its address").port().to_string();
    let policy = rules("allow", json!([{"decision": "pretend", "kind": "network.connect", "address": "127.0.0.0/8"}]));
    let words = ["socket", "connect", "127.0.0.1", &port, "send", "hello", "write", "more", "recv", "close"];
    let done = act(&dir, &policy, &words).code(0).quiet();
    let seen: Vec<_> = done.stdout.lines().collect();
    assert_eq!(seen, ["socket: ok", "connect: ok", "send: whole", "write: whole", "recv: end", "close: ok"], "{done}");
    listener.set_nonblocking(true).expect("not waiting");
    assert!(listener.accept().is_err(), "somebody connected{done}");
}

#[test]
fn a_pretended_socket_is_a_descriptor_that_leads_nowhere() {
    let dir = Dir::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let port = listener.local_addr().expect("its address").port().to_string();
    let policy = rules("allow", json!([{"decision": "pretend", "kind": "network"}]));
    let words = ["socket", "fstat", "connect", "127.0.0.1", &port, "send", "hello", "recv", "close", "same-fd"];
    let done = act(&dir, &policy, &words).code(0).quiet();
    let seen: Vec<_> = done.stdout.lines().collect();
    assert_eq!(seen[..4], ["socket: ok", "fstat: ok", "connect: ok", "send: whole"], "{done}");
    assert_eq!(seen[5..], ["close: ok", "same-fd: none"], "{done}");
    listener.set_nonblocking(true).expect("not waiting");
    assert!(listener.accept().is_err(), "somebody connected{done}");
}

#[test]
fn address_and_port_rules_tell_connections_apart() {
    let dir = Dir::new();
    let (one, two) = (TcpListener::bind("127.0.0.1:0").expect("one"), TcpListener::bind("127.0.0.1:0").expect("two"));
    let port = |l: &TcpListener| l.local_addr().expect("its address").port();
    let rule = json!({"decision": "deny", "kind": "network.connect", "address": "127.0.0.1", "port": port(&one), "errno": "ECONNREFUSED"});
    let policy = rules("allow", json!([rule]));
    let (first, second) = (port(&one).to_string(), port(&two).to_string());
    let words =
        ["socket", "connect", "127.0.0.1", &first, "close", "socket", "connect", "127.0.0.1", &second, "send", "hi"];
    let done = act(&dir, &policy, &words).code(0).quiet();
    let seen: Vec<_> = done.stdout.lines().filter(|l| l.starts_with("connect")).collect();
    assert_eq!(seen, ["connect: ECONNREFUSED", "connect: ok"], "{done}");
    let mut text = String::new();
    two.accept().expect("the allowed connection").0.read_to_string(&mut text).expect("what it sent");
    assert_eq!(text, "hi");
}

#[test]
fn a_write_to_a_path_can_be_pretended() {
    let dir = Dir::new();
    dir.file("log", "kept");
    let policy = rules("allow", json!([{"decision": "pretend", "calls": ["write"], "path": "$CWD/log"}]));
    let done =
        act(&dir, &policy, &["open-append", "log", "write", "lost", "close", "put", "other", "x"]).code(0).quiet();
    done.line("open-append: ok").line("write: whole").line("close: ok").line("put: ok");
    assert_eq!(dir.read("log"), "kept");
    assert_eq!(dir.read("other"), "x");
}

#[test]
fn a_value_can_be_chosen_for_a_pretended_call() {
    let dir = Dir::new();
    let policy = rules("allow", json!([{"decision": "pretend", "calls": ["getpid"], "value": 4711}]));
    act(&dir, &policy, &["pid"]).code(0).line("pid: 4711").quiet();
}

#[test]
fn kill_ends_the_program_before_the_call_is_made() {
    let dir = Dir::new();
    dir.file("precious", "here");
    let policy = rules("allow", json!([{"decision": "kill", "kind": "file.delete", "path": "$CWD/precious"}]));
    let done = act(&dir, &policy, &["say", "before", "unlink", "precious", "say", "after"]).code(137);
    done.line("before").does_not_say("after").does_not_say("unlink");
    assert!(dir.has("precious"));
    dir.nothing_left_running();
}

#[test]
fn arguments_decide() {
    let dir = Dir::new();
    dir.file("file", "content");
    let policy = rules(
        "allow",
        json!([{"decision": "deny", "calls": ["open", "openat"], "path": "$CWD/**", "args": {"flags": {"has": "O_TRUNC"}}},
               {"decision": "deny", "calls": ["kill"], "args": {"sig": "SIGTERM"}, "errno": "EPERM"}]),
    );
    let done =
        act(&dir, &policy, &["cat", "file", "put", "file", "x", "kill", "1000000", "15", "kill", "1000000", "12"])
            .code(0)
            .quiet();
    let seen: Vec<_> = done.stdout.lines().collect();
    assert_eq!(seen, ["cat: 7 content", "put: EACCES", "kill: EPERM", "kill: ESRCH"], "{done}");
    assert_eq!(dir.read("file"), "content");
}

#[test]
fn a_rule_for_one_program_leaves_others_alone() {
    let dir = Dir::new();
    dir.file("secret", "words");
    let program = std::fs::canonicalize("/usr/bin/head").expect("head");
    let policy =
        rules("allow", json!([{"decision": "deny", "kind": "file.read", "path": "$CWD/secret", "program": program}]));
    let done = dir
        .syswall()
        .policy(&policy)
        .program("sh")
        .args(["-c", "cat secret; head -1 secret; echo; tail -1 secret"])
        .run();
    assert_eq!(done.stdout, "words\nwords", "{done}");
    done.complains("head: cannot open 'secret' for reading: Permission denied");
}

#[test]
fn what_a_policy_cannot_pretend_is_refused_before_anything_runs() {
    let dir = Dir::new();
    for call in ["fork", "clone", "execve", "mmap", "brk", "exit_group", "rt_sigreturn"] {
        let policy = rules("allow", json!([{"decision": "pretend", "calls": [call]}]));
        let done = act(&dir, &policy, &["put", "ran", "x"]);
        assert!([2, 125].contains(&done.code), "{call}{done}");
        done.complains(call).in_one_line();
        assert!(!dir.has("ran"), "{call}");
    }
}

#[test]
fn denied_forks_and_execs_fail_and_the_program_goes_on() {
    let dir = Dir::new();
    let policy = rules(
        "allow",
        json!([{"decision": "deny", "kind": "process.spawn", "errno": "EAGAIN"},
               {"decision": "deny", "kind": "process.execute", "path": "/usr/bin/true"}]),
    );
    act(&dir, &policy, &["fork", "say", "on"]).code(0).line("fork: EAGAIN").line("on");
    let policy = rules("allow", json!([{"decision": "deny", "kind": "process.execute", "path": "/usr/bin/true"}]));
    act(&dir, &policy, &["exec", "/bin/true", "run", "/bin/false"]).code(0).line("exec: EACCES").line("run: exit 1");
}

#[test]
fn default_deny_stops_what_no_rule_allows() {
    let dir = Dir::new();
    dir.file("file", "content");
    // The program itself must start: running it is the user's wish, and its libraries are the loader's work.
    let policy = json!({"syswall": 1, "default": "deny", "ignore_library_loading": true});
    let done = act(&dir, &policy, &["say", "started", "cat", "file", "stat", "file", "socket", "fork"]).code(0).quiet();
    let seen: Vec<_> = done.stdout.lines().collect();
    assert_eq!(seen, ["started", "cat: EACCES", "stat: ok", "socket: EACCES", "fork: ok"], "{done}");
}

#[test]
fn signals_outside_the_tree_are_guarded_and_those_inside_are_not() {
    let dir = Dir::new();
    let mut other = std::process::Command::new("sleep").arg("1000").spawn().expect("a process outside");
    let policy = json!({"syswall": 1, "default": "deny", "ignore_library_loading": true});
    let done = act(&dir, &policy, &["kill", &other.id().to_string(), "9", "in-child", "kill-parent", "0", "exit", "4"]);
    let alive = other.try_wait().expect("its state").is_none();
    drop((other.kill(), other.wait()));
    let done = done.code(0).line("kill: EACCES").line("kill-parent: ok").line("in-child: exit 4");
    assert!(alive, "it was killed{done}");
}

#[test]
fn answers_given_in_advance_answer_everything_and_are_never_saved() {
    let dir = Dir::new();
    for (answer, line, after) in
        [("allow", "unlink: ok", false), ("deny", "unlink: EACCES", true), ("pretend", "unlink: ok", true)]
    {
        dir.file("precious", "here");
        let done = dir.syswall().args(["--answer", answer]).program(tracee("act")).args(["unlink", "precious"]).run();
        done.code(0).line(line).quiet();
        assert_eq!(dir.has("precious"), after, "{answer}");
        assert_eq!(dir.saved_policies(), Vec::<String>::new(), "{answer}");
    }
    // Nor where the user says where to save.
    let file = dir.root().join("saved.json");
    dir.syswall()
        .allow()
        .arg("--save-policy")
        .arg(&file)
        .program(tracee("act"))
        .args(["unlink", "precious"])
        .run()
        .code(0);
    let saved = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(!saved.contains("precious") && !saved.contains("delete"), "{saved}");
}

#[test]
fn pretend_in_advance_denies_what_cannot_be_pretended() {
    let dir = Dir::new();
    let done = dir
        .syswall()
        .args(["--answer", "pretend"])
        .program(tracee("act"))
        .args(["exec", "/bin/true", "say", "on"])
        .run();
    done.code(0).line("exec: EACCES").line("on");
}

#[test]
fn a_question_with_nobody_to_answer_is_denied() {
    let dir = Dir::new();
    dir.file("file", "content");
    // In a session without a terminal, even though there is something to read on standard input.
    let done = dir.syswall().program(tracee("act")).args(["cat", "file", "say", "on"]).input("allow\na\ny\n").run();
    done.code(0).line("cat: EACCES").line("on");
    assert_eq!(dir.saved_policies(), Vec::<String>::new());
}

#[test]
fn the_programs_own_policy_is_found_and_no_policy_leaves_it_out() {
    let dir = Dir::new();
    dir.file("file", "content");
    let program = tracee("act").canonicalize().expect("the program");
    // The name is Syswall's affair: it saves one from an answer given at a terminal (see questions.rs); here it is asked to.
    let policy = json!({"syswall": 1, "program": program, "default": "allow", "rules": [{"decision": "deny", "kind": "file.read", "path": "$CWD/file"}]});
    let done = act(&dir, &policy, &["cat", "file"]).code(0);
    drop(done.line("cat: EACCES"));
    dir.syswall()
        .allow()
        .arg("--no-policy")
        .program(&program)
        .args(["cat", "file"])
        .run()
        .code(0)
        .line("cat: 7 content");
}

#[test]
fn presets_do_what_their_names_say() {
    let dir = Dir::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let port = listener.local_addr().expect("its address").port().to_string();
    std::fs::write(dir.home().join("note"), "private").expect("a file of the home");
    let home_note = dir.home().join("note").to_string_lossy().into_owned();
    let outside = dir.root().join("outside").to_string_lossy().into_owned();
    let run = |preset: &str, words: &[&str]| {
        dir.file("file", "content");
        dir.syswall().allow().args(["--no-policy", "--preset", preset]).program(tracee("act")).args(words).run().code(0)
    };
    let connect = ["socket", "connect", "127.0.0.1", &port];
    let done = run("no-network", &connect);
    assert!(!done.stdout.contains("connect: ok"), "{done}");
    run("local-network", &connect).line("connect: ok");
    let done = run("block-sockets", &["put", "new", "x", "cat", "file", "socket", "socket-unix"]);
    let done = done.line("put: ok").line("cat: 7 content");
    assert!(!done.stdout.contains("socket: ok") && !done.stdout.contains("socket-unix: ok"), "{done}");
    let words = ["cat", "file", "put", "file", "x", "unlink", "file", "mkdir", "d", "chmod", "file"];
    let done = run("read-only-files", &words).line("cat: 7 content");
    assert!(done.stdout.lines().filter(|l| l.ends_with(": ok")).count() == 0, "{done}");
    let done = run("no-new-programs", &["run", "/bin/true", "fork", "cat", "file"]);
    let done = done.line("fork: ok").line("cat: 7 content");
    assert!(!done.stdout.contains("run: exit 0"), "{done}");
    let done = run("home-protected", &["cat", &home_note, "put", &home_note, "x", "cat", "file"]);
    let done = done.line("cat: 7 content");
    assert!(!done.stdout.contains("private") && !done.stdout.contains("put: ok"), "{done}");
    let done = run("contained", &["put", "inside", "x", "put", &outside, "x", "cat", &home_note]);
    done.line("put: ok").line("cat: 7 private");
    assert!(dir.has("inside") && !std::path::Path::new(&outside).exists());
    run("observe", &["cat", "file", "put", "file", "x", "unlink", "file"]).line("cat: 7 content").line("unlink: ok");
}

#[test]
fn the_preset_for_secrets_keeps_keys() {
    let dir = Dir::new();
    std::fs::create_dir(dir.home().join(".ssh")).expect("~/.ssh");
    std::fs::write(dir.home().join(".ssh/id_ed25519"), "KEY").expect("a key");
    std::fs::write(dir.home().join(".bashrc"), "alias x=y").expect("a start-up file");
    std::fs::write(dir.home().join("note"), "text").expect("a file");
    let path = |name: &str| dir.home().join(name).to_string_lossy().into_owned();
    let (key, rc, note) = (path(".ssh/id_ed25519"), path(".bashrc"), path("note"));
    let run = dir.syswall().allow().args(["--no-policy", "--preset", "keep-secrets"]).program(tracee("act"));
    let done = run.args(["cat", &key, "put", &rc, "evil", "cat", &note, "unlink", &key]).run().code(0);
    let done = done.line("cat: 4 text").does_not_say("KEY");
    assert!(!done.stdout.contains("put: ok"), "{done}");
    assert_eq!(std::fs::read_to_string(&rc).expect("the start-up file"), "alias x=y");
    assert_eq!(std::fs::read_to_string(&key).expect("the key"), "KEY");
}

#[test]
fn syswalls_own_files_and_processes_are_out_of_reach_whatever_the_policy_says() {
    let dir = Dir::new();
    std::fs::create_dir_all(dir.policies()).expect("the policies' directory");
    let own = dir.policies().join("other.json");
    std::fs::write(&own, "{}").expect("a policy");
    let record = dir.root().join("run.syswall");
    let policy = rules(
        "allow",
        json!([{"decision": "allow", "kind": "file", "path": "/**"}, {"decision": "allow", "calls": ["kill"]}]),
    );
    let (file, recording) = (own.to_string_lossy().into_owned(), record.to_string_lossy().into_owned());
    let run = dir.syswall().policy(&policy).arg("--record").arg(&record).program(tracee("act"));
    // The program's parent is Syswall.
    let done = run
        .args([
            "put",
            &file,
            "evil",
            "unlink",
            &file,
            "truncate",
            &recording,
            "unlink",
            &recording,
            "kill-parent",
            "9",
            "say",
            "on",
        ])
        .run();
    let done = done.code(0).line("on");
    assert!(done.stdout.lines().all(|l| !l.ends_with(": ok")), "{done}");
    assert_eq!(std::fs::read_to_string(&own).expect("the policy"), "{}");
    assert!(record.exists());
}

#[test]
fn a_program_that_talks_to_a_server_can_do_so() {
    let dir = Dir::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let port = listener.local_addr().expect("its address").port().to_string();
    let server = std::thread::spawn(move || {
        let (mut peer, _) = listener.accept().expect("a client");
        let mut text = [0; 5];
        peer.read_exact(&mut text).expect("its words");
        peer.write_all(&text).expect("an answer");
    });
    let script = format!("exec 3<>/dev/tcp/127.0.0.1/{port}; printf hello >&3; head -c 5 <&3");
    dir.syswall().allow().program("bash").args(["-c", &script]).run().code(0).says("hello").quiet();
    server.join().expect("the server");
}

#[test]
fn library_loading_is_asked_about_only_where_one_wants_it() {
    let dir = Dir::new();
    let count = |option: &str| {
        let record = dir.root().join(format!("{option}.syswall"));
        let run = dir
            .syswall()
            .allow()
            .args(["--no-policy", "--ignore-library-loading", option])
            .arg("--record")
            .arg(&record);
        run.program(tracee("act")).args(["say", "x"]).run().code(0);
        let events = dir.bare().args(["events", "--format", "jsonl"]).arg(&record).run().code(0).json_lines();
        let of_libc = |e: &&Value| e["objects"].to_string().contains("libc.so.6") && e["call"] == "openat";
        let opens: Vec<_> = events.iter().filter(of_libc).cloned().collect();
        assert!(!opens.is_empty(), "{option}");
        opens.iter().filter(|e| e["by"] == "answer").count()
    };
    assert_eq!(count("yes"), 0);
    assert!(count("no") >= 1);
}

#[test]
fn watching_only_what_the_policy_concerns_still_denies() {
    let dir = Dir::new();
    dir.file("secret", "words");
    let policy = rules("allow", json!([{"decision": "deny", "kind": "file.read", "path": "$CWD/secret"}]));
    let run = dir.syswall().policy(&policy).args(["--watch", "policy"]).program(tracee("act"));
    let done = run.args(["cat", "secret", "in-child", "getppid", "1000", "cat", "secret", "exit", "5"]).run().code(0);
    assert_eq!(done.stdout.lines().filter(|l| *l == "cat: EACCES").count(), 2, "{done}");
    done.line("in-child: exit 5");
}
