//! What is pretended is believed: an ordinary program that looks closely goes on.

use std::net::{TcpListener, TcpStream, UdpSocket};

use serde_json::{Value, json};

use crate::common::{Dir, Done, need, tracee};

/// Everything is allowed but what the rule says.
fn but(rule: Value) -> Value {
    json!({"syswall": 1, "default": "allow", "rules": [rule]})
}

#[track_caller]
fn goes_on(dir: &Dir, rule: Value, words: &[&str]) -> Done {
    let done = dir.syswall().policy(&but(rule)).program(tracee("pretend")).args(words).run();
    done.code(0).quiet().line("it went on")
}

#[test]
fn a_pretended_file_does_all_that_a_file_does() {
    let dir = Dir::new();
    for (kind, name) in [("file.create", "new"), ("file.write", "old")] {
        dir.file("old", "precious");
        goes_on(&dir, json!({"decision": "pretend", "kind": ["file.read", kind], "path": "$CWD/*"}), &["file", name]);
        assert!(!dir.has("new"));
        assert_eq!(dir.read("old"), "precious");
    }
}

#[test]
fn a_pretended_connection_is_connected_and_at_its_end() {
    let dir = Dir::new();
    let server = TcpListener::bind("127.0.0.1:0").expect("a server");
    server.set_nonblocking(true).expect("not waiting");
    let port = server.local_addr().expect("its address").port().to_string();
    // One that is there, and one that can't be.
    for (host, port) in [("127.0.0.1", port.as_str()), ("192.0.2.1", "443")] {
        goes_on(&dir, json!({"decision": "pretend", "kind": "network.connect"}), &["tcp", host, port]);
    }
    assert!(server.accept().is_err(), "somebody came");
}

#[test]
fn a_pretended_datagram_socket_sends_and_hears_nothing() {
    let dir = Dir::new();
    let server = UdpSocket::bind("127.0.0.1:0").expect("a server");
    server.set_nonblocking(true).expect("not waiting");
    let port = server.local_addr().expect("its address").port().to_string();
    let rule = json!({"decision": "pretend", "kind": ["network.connect", "network.send"]});
    goes_on(&dir, rule, &["udp", "127.0.0.1", &port]);
    assert!(server.recv(&mut [0; 10]).is_err(), "something came");
}

#[test]
fn a_pretended_server_waits_for_nobody() {
    let dir = Dir::new();
    // A port that nobody has: it stays free.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    let rule = json!({"decision": "pretend", "kind": "network.listen"});
    goes_on(&dir, rule, &["server", "127.0.0.1", &port.to_string()]);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn address_rules_hold_for_listen_and_accept() {
    let dir = Dir::new();
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    // bind is left alone; what it was about counts for what follows.
    let rule = json!({"decision": "deny", "calls": ["listen"], "port": port, "errno": "EADDRINUSE"});
    let policy = but(rule);
    let act = |port: u16| {
        let words = ["socket", "bind", "127.0.0.1", &port.to_string(), "listen"].map(str::to_owned);
        dir.syswall().policy(&policy).program(tracee("act")).args(words).run().code(0)
    };
    act(port).line("bind: ok").line("listen: EADDRINUSE");
    act(0).line("bind: ok").line("listen: ok");
}

#[test]
fn what_is_gone_stays_gone_for_the_program_and_is_there() {
    let dir = Dir::new();
    for name in ["precious", "sub/one", "sub/two", "old"] {
        dir.file(name, "here");
    }
    goes_on(&dir, json!({"decision": "pretend", "kind": ["file.delete", "file.rename"], "path": "$CWD/**"}), &["gone"]);
    for name in ["precious", "sub/one", "sub/two", "old"] {
        assert_eq!(dir.read(name), "here", "{name}");
    }
    assert!(!dir.has("new"));
}

#[test]
fn requests_that_ask_are_denied_where_those_that_set_are_pretended() {
    let dir = Dir::new();
    let policy = json!({"syswall": 1, "default": "allow", "rules": [
        {"decision": "pretend", "calls": ["ioctl"]}, {"decision": "pretend", "calls": ["prctl"]}]});
    let done = dir.syswall().policy(&policy).program(tracee("pretend")).arg("requests").run();
    done.code(0).quiet().line("it went on");
}

#[test]
fn real_programs_go_on() {
    need("python3", "python3");
    let dir = Dir::new();
    dir.file("data/one", "1");
    dir.file("data/two", "2");
    let network = json!({"decision": "pretend", "kind": ["network.connect", "network.send"]});
    let python = "import socket, urllib.request\n\
        s = socket.create_connection(('192.0.2.7', 80), timeout=5)\n\
        s.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n' * 1000); s.settimeout(5)\n\
        print(s.getpeername(), s.recv(100))\n\
        try: urllib.request.urlopen('http://192.0.2.7/', timeout=5)\n\
        except Exception as e: print(type(e).__name__)\n\
        import asyncio\n\
        async def main():\n\
        \x20   r, w = await asyncio.open_connection('192.0.2.7', 443)\n\
        \x20   w.write(b'x' * 10); await w.drain(); print(await asyncio.wait_for(r.read(), 5))\n\
        asyncio.run(main())\n";
    let done = dir.syswall().policy(&but(network)).program("/usr/bin/python3").args(["-I", "-c", python]).run();
    done.code(0).quiet().line("('192.0.2.7', 80) b''").line("RemoteDisconnected").line("b''");
    // What a shell and its tools do with files that they believe to have changed.
    let files = json!({"decision": "pretend", "kind": ["file.delete", "file.rename"], "path": "$CWD/data/**"});
    let line = "set -e; rm data/one; test ! -e data/one; mv data/two data/three; test ! -e data/two; echo well";
    dir.syswall().policy(&but(files)).program("sh").args(["-c", line]).run().code(0).quiet().line("well");
    assert_eq!((dir.read("data/one"), dir.read("data/two")), ("1".into(), "2".into()));
    let writes = json!({"decision": "pretend", "kind": ["file.write", "file.create"], "path": "$CWD/**"});
    let line =
        "echo new > data/one; cp data/two data/three; echo more >> data/two; tee data/four < data/two; echo well";
    dir.syswall().policy(&but(writes)).program("sh").args(["-c", line]).run().code(0).quiet().line("2well");
    assert!(!dir.has("data/three") && !dir.has("data/four"));
    assert_eq!((dir.read("data/one"), dir.read("data/two")), ("1".into(), "2".into()));
}
