//! Every event comes back as it was.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use super::{call, event, happened, info, path, program, record};
use crate::policy::{By, Decision};
use crate::recording::{Check, Doubt, Event, ExitStatus, Filter, Matches, Reader, Recorder, What};
use crate::syscall::{Abi, Access, ArgText, Kind, Object, Transport};

fn hostile() -> OsString {
    OsString::from_vec(b"a\0b\xff\n\x1b[31m\xe2\x80\xae;'\"--\\".to_vec())
}

fn every_object() -> Vec<Access> {
    let objects = [
        Object::Path { path: PathBuf::from(hostile()), asked: hostile() },
        Object::Path { path: "/etc/passwd".into(), asked: "../etc/passwd".into() },
        Object::Path { path: "/a".into(), asked: "".into() },
        Object::Address { transport: Transport::Tcp, address: IpAddr::V4(Ipv4Addr::LOCALHOST), port: 80 },
        Object::Address { transport: Transport::Udp, address: IpAddr::V6(Ipv6Addr::LOCALHOST), port: 65535 },
        Object::Address { transport: Transport::Raw, address: IpAddr::V4(Ipv4Addr::BROADCAST), port: 0 },
        Object::Address { transport: Transport::Other, address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), port: 1 },
        Object::Unix { name: hostile() },
        Object::Unix { name: OsString::new() },
        Object::Socket { family: "AF_NETLINK".into(), text: "nl_pid=0, nl_groups=00000000".into() },
        Object::Process { pid: -1, tree: false },
        Object::Process { pid: 7, tree: true },
        Object::Device { path: "/dev/tty".into(), request: "TIOCSTI".into() },
        Object::Device { path: "/dev/sda".into(), request: String::new() },
        Object::System { name: "hostname".into() },
        Object::Descriptor { text: "pipe:[123]".into() },
        Object::Unreadable,
    ];
    let mut out: Vec<Access> = objects.into_iter().map(|o| Access { kind: Kind::FileRead, object: Some(o) }).collect();
    out.push(Access { kind: Kind::Wait, object: None });
    out
}

fn every_event() -> Vec<Event> {
    let mut whats = vec![
        What::Start { parent: 1, thread: false },
        What::Exec { argv: vec!["prog".into(), OsString::new(), "ü\n".into()] },
        What::Exec { argv: vec![] },
        What::Start { parent: 100, thread: true },
        What::Signal { number: 34, text: "SIGRT_2 {si_signo=SIGRT_2, si_code=SI_QUEUE}".into() },
        What::Note { text: "the clock \u{202e} stood still".into() },
        What::Exit { status: ExitStatus::Code(255) },
        What::Exit { status: ExitStatus::Signal { number: 11, core: true } },
        What::Exit { status: ExitStatus::Signal { number: 9, core: false } },
        happened(call("getpid", &[], 100, vec![])),
        happened(call("openat", &["AT_FDCWD", "\"a, b\"", "O_RDONLY"], 3, every_object())),
    ];
    let mut odd = call("weird", &[], 0, vec![]);
    // A string that looks like two arguments to who only sees the text.
    odd.args = ArgText::from_parts("a, b, [c".to_owned(), &[(0, 4), (6, 8)], 1);
    odd.host = Some("example.org".into());
    odd.result_text = String::new();
    whats.push(happened(odd));
    for entry in [0, 3, 6, 7] {
        let mut read = call("read", &["3", "\"\"", "4096"], 0, vec![]);
        let spans: Vec<_> = read.args.spans().collect();
        read.args = ArgText::from_parts(read.args.text.clone(), &spans, entry);
        whats.push(happened(read));
    }
    for decision in Decision::ALL {
        for by in By::ALL {
            for check in
                [Check::Verified, Check::Unverified(Doubt::Name), Check::Unverified(Doubt::Memory), Check::Race]
            {
                for abi in [Abi::X86_64, Abi::I386, Abi::X32, Abi::Aarch64] {
                    let mut c = call("unlink", &["\"/x\""], 0, vec![path(Kind::FileDelete, "/x")]);
                    (c.decision, c.by, c.check, c.abi) = (decision, by, check, abi);
                    (c.result, c.errno, c.result_text) =
                        (None, Some(2), "-1 ENOENT (No such file or directory)".into());
                    c.rule = Some("keep-secrets/1".into());
                    c.waited_ns = 5_000_000_000;
                    whats.push(happened(c));
                }
            }
        }
    }
    for (result, errno, text) in [
        (None, None, "?"),
        (None, Some(512), "? ERESTARTSYS (To be restarted if SA_RESTART is set)"),
        (Some(i64::MIN), None, "-9223372036854775808"),
        (Some(0x7f00_0000_0000), None, "0x7f0000000000"),
        (Some(1), None, "1 ([{fd=3, revents=POLLIN}])"),
    ] {
        let mut c = call("mmap", &["NULL"], 0, vec![]);
        (c.result, c.errno, c.result_text) = (result, errno, text.to_owned());
        whats.push(happened(c));
    }
    let mut events: Vec<Event> = whats.into_iter().enumerate().map(|(i, w)| event(i as u64 + 1, w)).collect();
    events[5].program = PathBuf::from(hostile()).into();
    events[7].tid = 101;
    // Began before the run was said to have started.
    events[3].time = info().started - 5;
    events
}

#[test]
fn every_kind_of_event_comes_back_as_it_was_also_hostile_strings() {
    let dir = tempfile::tempdir().unwrap();
    let events = every_event();
    let reader = record(&dir.path().join("r.syswall"), events.clone());
    let back = reader.page(&Filter::default(), 0, events.len()).unwrap();
    for (was, is) in events.iter().zip(&back) {
        assert_eq!(was, is);
        if let (What::Call(was), What::Call(is)) = (&was.what, &is.what) {
            assert_eq!(was.args.args().collect::<Vec<_>>(), is.args.args().collect::<Vec<_>>());
        }
    }
    assert_eq!(back.len(), events.len());
    assert_eq!(reader.event(2).unwrap().as_ref(), Some(&events[1]));
    assert_eq!(reader.event(9999).unwrap(), None);
    assert_eq!(reader.page(&Filter::default(), 3, 2).unwrap(), events[3..5]);
}

#[test]
fn what_is_known_of_the_run_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("r.syswall");
    let mut run = info();
    (run.program, run.cwd, run.home) = (hostile().into(), hostile().into(), None);
    let recorder = Recorder::start(&file, &run).unwrap();
    let status = ExitStatus::Signal { number: 9, core: true };
    recorder.finish(Some(status), Some("no more memory".into())).unwrap();
    let info = Reader::open(&file).unwrap().info().unwrap();
    assert_eq!(info.run, run);
    assert_eq!(info.exit, Some(status));
    assert_eq!(info.failure.as_deref(), Some("no more memory"));
    assert!(info.ended.unwrap() > run.started);
}

#[test]
fn processes_form_a_tree_and_reused_pids_are_two_processes() {
    let dir = tempfile::tempdir().unwrap();
    let at = |seq, pid, prog: &str, what| Event { pid, tid: pid, program: program(prog), ..event(seq, what) };
    let mut denied = call("unlink", &["\"/x\""], 0, vec![]);
    denied.decision = Decision::Deny;
    let reader = record(
        &dir.path().join("r.syswall"),
        vec![
            at(1, 100, "/bin/sh", What::Start { parent: 1, thread: false }),
            at(2, 101, "/bin/sh", What::Start { parent: 100, thread: false }),
            at(3, 101, "/bin/ls", What::Exec { argv: vec!["ls".into(), "/".into()] }),
            at(4, 101, "/bin/ls", happened(denied)),
            at(5, 101, "/bin/ls", What::Exit { status: ExitStatus::Code(2) }),
            at(6, 101, "/bin/sh", What::Start { parent: 100, thread: false }),
            at(7, 101, "/bin/sh", What::Exit { status: ExitStatus::Signal { number: 15, core: false } }),
        ],
    );
    let rows = reader.processes().unwrap();
    let told: Vec<_> = rows.iter().map(|p| (p.id, p.pid, p.parent, p.program().to_str().unwrap(), p.exit)).collect();
    assert_eq!(
        told,
        [
            (1, 100, None, "/bin/sh", None),
            (2, 101, Some(1), "/bin/ls", Some(ExitStatus::Code(2))),
            (3, 101, Some(1), "/bin/sh", Some(ExitStatus::Signal { number: 15, core: false })),
        ]
    );
    assert_eq!(rows[1].argv(), ["ls", "/"]);
    assert_eq!((rows[1].calls, rows[1].denied, rows[1].ended), (1, 1, Some(5)));
    assert_eq!(rows[2].parent_program.as_deref(), Some(std::path::Path::new("/bin/sh")));
}

#[test]
fn matches_grow_with_the_recording() {
    let dir = tempfile::tempdir().unwrap();
    let events: Vec<Event> = (1..=100)
        .map(|n| event(n, happened(call(if n % 3 == 0 { "read" } else { "write" }, &["3"], 1, vec![]))))
        .collect();
    let reader = record(&dir.path().join("r.syswall"), events);
    let mut matches = Matches::new(Filter::parse("call = read").unwrap());
    assert!(matches.extend(&reader, 50).unwrap());
    assert_eq!((matches.len(), matches.seen()), (16, 50));
    assert!(!matches.extend(&reader, 50).unwrap());
    assert_eq!((matches.len(), matches.get(0), matches.get(32), matches.get(33)), (33, Some(3), Some(99), None));
    assert_eq!((matches.row_of(3), matches.row_of(4), matches.row_of(100)), (0, 1, 33));
    assert_eq!(reader.count(matches.filter()).unwrap(), 33);
    assert_eq!(reader.page(matches.filter(), 32, 10).unwrap()[0].seq, 99);

    let mut all = Matches::new(Filter::default());
    all.extend(&reader, 1000).unwrap();
    assert_eq!((all.len(), all.get(99), all.row_of(100)), (100, Some(100), 99));
}

#[test]
fn counts_over_time_add_up() {
    let dir = tempfile::tempdir().unwrap();
    let events: Vec<Event> =
        (1..=100).map(|n| event(n, happened(call("read", &["3"], 1, vec![path(Kind::FileRead, "/a")])))).collect();
    let reader = record(&dir.path().join("r.syswall"), events);
    let rate = reader.rate(&Filter::default(), 7).unwrap();
    assert_eq!(rate.total.iter().sum::<u64>(), 100);
    assert_eq!((rate.kinds[0].0, rate.kinds[0].1.iter().sum::<u64>()), (Kind::FileRead, 100));
    let calls = reader.calls(&Filter::default()).unwrap();
    assert_eq!((calls[0].count, calls[0].average_ns(), calls[0].min_ns), (100, 1500, 1500));
    assert_eq!(reader.files(&Filter::default(), 5).unwrap()[0].read, 100);
}

#[test]
fn what_the_first_version_recorded_is_read_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("old.syswall");
    drop(record(&file, every_event()));
    let db = rusqlite::Connection::open(&file).unwrap();
    db.execute_batch("DROP TABLE host; PRAGMA user_version = 1").unwrap();
    drop(db);
    let events = Reader::open(&file).unwrap().page(&Filter::text(""), 0, 1000).unwrap();
    let hosts = |e: &Event| match &e.what {
        What::Call(call) => call.host.clone(),
        _ => None,
    };
    assert_eq!(events.len(), every_event().len());
    assert!(events.iter().all(|e| hosts(e).is_none()));
    // A table more or less than its version has is no recording.
    let db = rusqlite::Connection::open(&file).unwrap();
    db.execute_batch("PRAGMA user_version = 2").unwrap();
    drop(db);
    assert!(Reader::open(&file).is_err());
}
