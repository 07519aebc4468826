//! Doors into the kernel beside the usual ones: each is tried on something that a rule forbids.

use std::io::{BufRead, BufReader};
use std::os::fd::AsRawFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::common::attacks::Attacks;
use crate::common::{Dir, Done, is_root, tracee, tracee32};

/// Everything is allowed but this.
fn but(rule: Value) -> Value {
    json!({"syswall": 1, "default": "allow", "rules": [rule]})
}

fn deny(kind: &str, path: &str) -> Value {
    but(json!({"decision": "deny", "kind": kind, "path": path}))
}

fn attack(dir: &Dir, policy: &Value, words: &[&str]) -> Done {
    dir.syswall().policy(policy).program(tracee("doors")).args(words).run()
}

/// The attack, counted; nothing may have gone through.
fn holds(title: &str, least: usize, dir: &Dir, policy: &Value, words: &[&str]) -> Done {
    let done = attack(dir, policy, words).code(0);
    Attacks::new().add(&done.stdout).hold(title, least, &done);
    done
}

fn with_secret() -> Dir {
    let dir = Dir::new();
    dir.file("secret", "words");
    dir
}

#[test]
fn a_file_that_may_not_be_read_has_no_other_name() {
    let dir = with_secret();
    holds("other names of a file", 28, &dir, &deny("file.read", "$CWD/secret"), &["names", "secret"]);
    assert_eq!(dir.read("secret"), "words");
    // What the attacks do is possible where nothing forbids it: else they would show nothing.
    let dir = with_secret();
    let done = attack(&dir, &but(json!({"decision": "allow"})), &["names", "secret"]).code(0);
    assert!(done.stdout.lines().filter(|l| l.ends_with(": ok")).count() > 20, "{done}");
}

#[test]
fn a_name_that_is_no_text_is_a_name() {
    use std::os::unix::ffi::OsStrExt;
    let dir = Dir::new();
    let name = std::ffi::OsStr::from_bytes(b"secret-\xff\xfe\n");
    std::fs::write(dir.work().join(name), "words").expect("a file with such a name");
    let policy = deny("file.read", "$CWD/secret*");
    let done = dir.syswall().policy(&policy).program(tracee("doors")).arg("names").arg(name).run().code(0);
    Attacks::new().add(&done.stdout).hold("other names of a file whose name is no text", 20, &done);
}

#[test]
fn a_folder_does_not_take_forbidden_files_elsewhere() {
    let dir = Dir::new();
    dir.file("folder/secret", "words");
    holds("folders that move", 5, &dir, &deny("file.read", "$CWD/folder/secret"), &["folder", "folder/secret"]);
    assert_eq!(dir.read("folder/secret"), "words");
}

#[test]
fn a_handle_is_the_file_that_it_stands_for() {
    let dir = with_secret();
    let done = attack(&dir, &deny("file.read", "$CWD/secret"), &["handles", "secret"]).code(0);
    Attacks::new().add(&done.stdout).hold("file handles", 1, &done);
    if is_root() && !done.stdout.contains("no handles here") {
        done.line("open_by_handle_at: EACCES");
    }
}

/// A process outside that has `file` open, and the descriptor's number.
fn holder(dir: &Dir, file: &str) -> (std::process::Child, String) {
    let script = format!("exec 5<{file}; echo ready; read -r _");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(dir.work()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = shell.spawn().expect("sh");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    assert_eq!(line, "ready\n");
    let pid = child.id().to_string();
    (child, pid)
}

#[test]
fn a_descriptor_of_another_process_is_what_it_is_open_on() {
    let dir = with_secret();
    let (mut child, pid) = holder(&dir, "secret");
    let done = attack(&dir, &deny("file.read", "$CWD/secret"), &["process", &pid, "5"]).code(0);
    Attacks::new().add(&done.stdout).hold("descriptors of another process", 2, &done);
    drop(child.stdin.take());
    child.wait().expect("its end");
    done.line("pidfd_getfd: EACCES");
}

/// `act`, which must not be run, the loader, and a script that needs it.
fn programs() -> (Dir, String) {
    let dir = Dir::new();
    let forbidden = dir.path("forbidden");
    std::fs::copy(tracee("doors"), &forbidden).expect("a copy");
    dir.script("script", &format!("#!{} exit\n", forbidden.display()));
    let loader = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];
    let loader = loader.into_iter().find(|l| std::path::Path::new(l).exists()).expect("a dynamic loader");
    (dir, loader.to_owned())
}

#[test]
fn a_program_that_may_not_be_run_is_not_run_by_others() {
    let (dir, loader) = programs();
    let words = ["programs", "./forbidden", &loader, "./script"];
    let done = holds("ways to run a forbidden program", 10, &dir, &deny("process.execute", "$CWD/forbidden"), &words);
    done.line("the loader: EACCES").line("a script: EACCES");
    let (dir, loader) = programs();
    let words = ["programs", "./forbidden", &loader, "./script"];
    let done = attack(&dir, &but(json!({"decision": "allow"})), &words).code(0);
    assert!(done.stdout.lines().filter(|l| l.ends_with(": ok")).count() > 8, "{done}");
}

#[test]
fn a_program_in_memory_is_a_program() {
    let (dir, _) = programs();
    let policy = but(json!({"decision": "deny", "kind": "process.execute"}));
    holds("programs in memory", 3, &dir, &policy, &["memory", "./forbidden"]);
    let dir = Dir::new();
    let words = ["memory", "/proc/self/exe"];
    let done =
        dir.syswall().policy(&json!({"syswall": 1, "default": "deny"})).program(tracee("doors")).args(words).run();
    done.does_not_say(": ok");
}

#[test]
fn nobody_is_asked_twice_about_a_script() {
    let dir = Dir::new();
    dir.script("script", "#!/bin/sh\nexit 3\n");
    // The interpreter is another program's business only where a rule says so.
    let rules = json!([{"decision": "allow", "kind": "process.execute", "path": "$CWD/script"},
        {"decision": "allow", "kind": ["file", "device", "ipc"]}]);
    let policy = json!({"syswall": 1, "default": "deny", "rules": rules});
    dir.syswall().policy(&policy).program(tracee("act")).args(["run", "./script"]).run().code(0).line("run: exit 3");
    let policy = deny("process.execute", "/{,usr/}bin/{sh,dash,bash}");
    dir.syswall().policy(&policy).program(tracee("act")).args(["run", "./script"]).run().code(0).line("run: exit 113");
}

#[test]
fn an_address_has_many_ways_to_it() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let receiver = std::net::UdpSocket::bind(("127.0.0.1", port)).expect("the same port by UDP");
    let rule =
        json!({"decision": "deny", "kind": ["network.connect", "network.send"], "port": port, "errno": "ENETUNREACH"});
    let options = json!({"decision": "deny", "kind": "bypass"});
    let policy = json!({"syswall": 1, "default": "allow", "rules": [rule, options]});
    let dir = Dir::new();
    holds("ways to an address", 20, &dir, &policy, &["addresses", &port.to_string()]);
    receiver.set_nonblocking(true).expect("not to wait");
    assert!(receiver.recv(&mut [0; 8]).is_err(), "something was received");
    listener.set_nonblocking(true).expect("not to wait");
    assert!(listener.accept().is_err(), "somebody has connected");
}

#[test]
fn a_32_bit_program_has_no_other_way_to_an_address() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let rule = json!({"decision": "deny", "kind": ["network.connect", "network.send"], "port": port});
    let options = json!({"decision": "deny", "kind": "bypass"});
    let policy = json!({"syswall": 1, "default": "allow", "rules": [rule, options]});
    let dir = Dir::new();
    let run = dir.syswall().policy(&policy).program(tracee32("doors")).args(["addresses", &port.to_string()]);
    let done = run.run().code(0);
    Attacks::new().add(&done.stdout).hold("ways to an address, of a 32-bit program", 15, &done);
    let dir = with_secret();
    let run = dir.syswall().policy(&deny("file.read", "$CWD/secret")).program(tracee32("doors"));
    let done = run.args(["names", "secret"]).run().code(0);
    Attacks::new().add(&done.stdout).hold("other names of a file, of a 32-bit program", 25, &done);
}

#[test]
fn nobody_listens_where_a_rule_forbids_it() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("its address").port()
    };
    let policy = but(json!({"decision": "deny", "kind": "network.listen", "port": port}));
    let dir = Dir::new();
    holds("ways to listen", 2, &dir, &policy, &["listening", &port.to_string()]);
}

#[test]
fn a_socket_that_may_not_be_reached_has_no_other_name() {
    let dir = Dir::new();
    let listener = UnixListener::bind(dir.path("socket")).expect("a socket");
    std::fs::set_permissions(dir.path("socket"), std::os::unix::fs::PermissionsExt::from_mode(0o777))
        .expect("its mode");
    let policy = but(json!({"decision": "deny", "kind": "network.connect", "socket": "$CWD/socket"}));
    holds("other names of a socket", 6, &dir, &policy, &["unix", "socket"]);
    listener.set_nonblocking(true).expect("not to wait");
    assert!(listener.accept().is_err(), "somebody has connected");
}

#[test]
fn no_door_is_open_where_nothing_opens_it() {
    let dir = Dir::new();
    let allow = json!({"decision": "allow", "kind": ["file.read", "file.create"], "path": "/proc/self/**"});
    let execute = json!({"decision": "allow", "kind": "file.read", "path": "/proc/*/ns/*"});
    let policy = json!({"syswall": 1, "default": "deny", "rules": [allow, execute]});
    holds("doors with a kind of their own", 60, &dir, &policy, &["closed"]);
}

#[test]
fn a_file_that_may_not_be_written_is_not_written_by_other_calls() {
    let dir = with_secret();
    holds("ways to write a file", 12, &dir, &deny("file.write", "$CWD/secret"), &["writes", "secret"]);
    assert_eq!(dir.read("secret"), "words");
}

#[test]
fn filters_of_the_program_and_odd_tasks_hide_nothing() {
    for watch in ["all", "policy"] {
        let dir = with_secret();
        let run = |verb: &str| {
            let run = dir.syswall().policy(&deny("file.read", "$CWD/secret")).args(["--watch", watch]);
            run.program(tracee("doors")).args([verb, "secret"]).run().code(0)
        };
        let done = run("filters");
        Attacks::new().add(&done.stdout).hold(&format!("the program's own filters, --watch {watch}"), 2, &done);
        let done = run("tasks");
        Attacks::new().add(&done.stdout).hold(&format!("odd tasks, --watch {watch}"), 10, &done);
        dir.nothing_left_running();
    }
}

#[test]
fn io_uring_is_no_way_around_a_rule() {
    let dir = with_secret();
    let run = |policy: &Value| dir.syswall().policy(policy).program(tracee("hostile")).arg("io_uring").run().code(0);
    run(&deny("file.read", "$CWD/secret")).line("io_uring: ENOSYS");
    // A rule that names it decides.
    let allow = json!({"decision": "allow", "kind": "bypass"});
    let rule = json!({"decision": "deny", "kind": "file.read", "path": "$CWD/secret"});
    let done = run(&json!({"syswall": 1, "default": "allow", "rules": [rule, allow]}));
    let alone = dir.alone(tracee("hostile")).arg("io_uring").run();
    assert_eq!(done.stdout, alone.stdout);
}

#[test]
fn settings_of_the_kernel_that_are_files_are_the_systems() {
    let dir = Dir::new();
    let policy = but(json!({"decision": "deny", "kind": "system", "errno": "EPERM"}));
    let run = dir.syswall().policy(&policy).program(tracee("act"));
    let done = run.args(["open-append", "/proc/sys/kernel/hostname", "open-append", "/proc/self/comm"]).run();
    let done = done.code(0);
    let lines: Vec<_> = done.stdout.lines().collect();
    assert_eq!(lines, ["open-append: EPERM", "open-append: ok"], "{done}");
}

/// Sends descriptor `fd` to whoever connects.
fn hand_over(stream: &UnixStream, fd: i32) {
    use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};
    let fds = [fd];
    let rights = [ControlMessage::ScmRights(&fds)];
    let piece = [std::io::IoSlice::new(b"x")];
    sendmsg::<()>(stream.as_raw_fd(), &piece, &rights, MsgFlags::empty(), None).expect("a descriptor is sent");
}

#[test]
fn what_is_handed_in_through_a_socket_is_closed_where_a_rule_forbids_it_and_recorded() {
    let dir = with_secret();
    let listener = UnixListener::bind(dir.path("socket")).expect("a socket");
    std::fs::set_permissions(dir.path("socket"), std::os::unix::fs::PermissionsExt::from_mode(0o777))
        .expect("its mode");
    let file = std::fs::File::open(dir.path("secret")).expect("the file");
    let server = std::thread::spawn(move || {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().expect("a connection");
            hand_over(&stream, file.as_raw_fd());
            // Until it is gone.
            let _ = std::io::Read::read(&mut stream, &mut [0]);
        }
    });
    let record = dir.root().join("run.syswall");
    let done = attack(&dir, &deny("file.read", "$CWD/secret"), &["handed", "socket"]).code(0);
    Attacks::new().add(&done.stdout).hold("descriptors that are handed in", 1, &done);
    done.line("SCM_RIGHTS: EBADF");
    let run = dir.syswall().policy(&but(json!({"decision": "allow"}))).arg("--record").arg(&record);
    run.program(tracee("doors")).args(["handed", "socket"]).run().code(0).line("SCM_RIGHTS: ok");
    server.join().expect("the server");
    let events = dir.bare().args(["events", "--format", "jsonl"]).arg(&record).run().code(0).json_lines();
    let received = events.iter().find(|e| e["call"] == "recvmsg").expect("the recvmsg");
    let text = received["objects"].to_string();
    assert!(text.contains("secret"), "{received}");
}
