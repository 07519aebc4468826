//! A policy's text: read, written, read again, compiled, asked. The index over the rules must agree with looking at each.

#![no_main]

use std::path::Path;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use syswall::policy::{ArgValue, Args, Decision, Place, Policy, Query, Rules};
use syswall::syscall::{Access, Kind, KindSet, Object, Transport};

struct Flags;

impl Args for Flags {
    fn get(&self, name: &str) -> Option<ArgValue> {
        (name == "flags").then(|| ArgValue { raw: 0o102, text: "O_RDWR|O_CREAT".to_owned() })
    }
}

static PLACE: LazyLock<Place> = LazyLock::new(|| Place {
    home: Some("/home/ann".into()),
    cwd: "/work/project".into(),
    program_dir: "/usr/bin".into(),
});

static ANCESTRY: LazyLock<Vec<Arc<Path>>> =
    LazyLock::new(|| vec![Path::new("/bin/sh").into(), Path::new("/usr/bin/tool").into()]);

fn path(kind: Kind, path: &str) -> Access {
    Access { kind, object: Some(Object::Path { path: path.into(), asked: path.into() }) }
}

fn address(kind: Kind, address: &str, port: u16) -> Access {
    let address = address.parse().expect("an address");
    Access { kind, object: Some(Object::Address { transport: Transport::Tcp, address, port }) }
}

static CALLS: LazyLock<Vec<(&str, Vec<Access>)>> = LazyLock::new(|| {
    vec![
        ("openat", vec![path(Kind::FileRead, "/home/ann/.ssh/id_rsa")]),
        ("openat", vec![path(Kind::FileCreate, "/work/project/a b.txt"), path(Kind::FileWrite, "/work/project/a b.txt")]),
        ("rename", vec![path(Kind::FileRename, "/tmp/x"), path(Kind::FileRename, "/usr/share/y"), path(Kind::FileDelete, "/")]),
        ("execve", vec![path(Kind::ProcessExecute, "/bin/sh")]),
        ("connect", vec![address(Kind::NetworkConnect, "10.1.2.3", 443)]),
        ("bind", vec![address(Kind::NetworkListen, "::1", 0)]),
        ("connect", vec![Access { kind: Kind::NetworkConnect, object: Some(Object::Unix { name: "@x".into() }) }]),
        ("kill", vec![Access { kind: Kind::ProcessSignal, object: Some(Object::Process { pid: 7, tree: false }) }]),
        ("kill", vec![Access { kind: Kind::ProcessSignal, object: Some(Object::Unreadable) }]),
        ("ioctl", vec![Access {
            kind: Kind::Device,
            object: Some(Object::Device { path: "/dev/tty".into(), request: "TIOCSTI".to_owned() }),
        }]),
        ("mount", vec![Access { kind: Kind::System, object: Some(Object::System { name: "mounts".to_owned() }) }]),
        ("getpid", vec![]),
    ]
});

fuzz_target!(|text: &str| {
    let policy = match Policy::parse(text, "fuzz") {
        Ok(policy) => policy,
        Err(error) => {
            assert!(error.line >= 1 && error.column >= 1, "{error}");
            return;
        }
    };
    let written = policy.to_json();
    match Policy::parse(&written, "written") {
        Ok(again) => {
            assert_eq!(again, policy, "{written}");
            assert_eq!(again.to_json(), written);
        }
        Err(error) => panic!("{error}\n{written}"),
    }
    let Ok(mut rules) = Rules::new(&policy, &[], &PLACE) else { return };
    rules.set_now(Some(2_000_000_000));
    for (call, accesses) in CALLS.iter() {
        let query = Query { ancestry: &ANCESTRY, pid: 100, call, accesses, args: &Flags };
        let verdict = rules.decide(&query);
        let why = rules.why(&query);
        assert_eq!(verdict, why.verdict, "{call}: the index and the list disagree");
        let kinds: KindSet = accesses.iter().map(|a| a.kind).collect();
        assert!(
            verdict.decision == Decision::Allow || rules.concerns(call, kinds, true),
            "{call}: {verdict:?}, but it would not be looked at"
        );
    }
    rules.ordered();
});
