//! Reports and comparisons of recordings made for the purpose.

mod hostile;

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use super::{Report, compare, html, json, markdown, text};
use crate::policy::{By, Decision};
use crate::recording::tests::{call, event, happened, path, record};
use crate::recording::{Call, Event, ExitStatus, What};
use crate::syscall::{Access, Kind, Object, Transport};

/// What differs from run to run though the program does the same.
struct Chance {
    pid: i32,
    random: &'static str,
    port: u16,
}

const ONCE: Chance = Chance { pid: 1000, random: "aB3dE9", port: 41234 };
const AGAIN: Chance = Chance { pid: 7654, random: "Zq81xK", port: 59999 };

fn address(kind: Kind, address: &str, port: u16) -> Access {
    let object = Object::Address { transport: Transport::Tcp, address: address.parse().unwrap(), port };
    Access { kind, object: Some(object) }
}

fn decided(decision: Decision, mut call: Call) -> Call {
    call.decision = decision;
    call.by = By::Rule;
    if decision == Decision::Deny {
        (call.result, call.errno, call.result_text) = (None, Some(13), "-1 EACCES (Permission denied)".into());
    }
    call
}

/// The same by who was told what the address is called.
fn looked_up(mut call: Call) -> Call {
    call.host = Some("example.org".into());
    call
}

/// A shell that runs a program; both do a bit of everything.
fn run(chance: &Chance) -> Vec<Event> {
    let (sh, tool) = ("/bin/sh", "/usr/bin/tool");
    let (shell, child) = (chance.pid, chance.pid + 7);
    let temporary = format!("/tmp/tool.{}/part-{child}", chance.random);
    let c = |name: &str, result, accesses| call(name, &["…"], result, accesses);
    let whats = vec![
        (shell, sh, What::Start { parent: 1, thread: false }),
        (shell, sh, happened(c("openat", 3, vec![path(Kind::FileRead, "/home/u/notes")]))),
        (shell, sh, happened(c("read", 100, vec![path(Kind::Descriptor, "/home/u/notes")]))),
        (child, sh, What::Start { parent: shell, thread: false }),
        (child, sh, happened(c("dup2", 1, vec![]))),
        (child, tool, What::Exec { argv: vec!["tool".into()] }),
        (child, tool, happened(c("execve", 0, vec![path(Kind::ProcessExecute, tool)]))),
        (child, tool, happened(c("openat", 3, vec![path(Kind::FileCreate, &temporary)]))),
        (child, tool, happened(c("write", 50, vec![path(Kind::Descriptor, &temporary)]))),
        (child, tool, happened(c("unlink", 0, vec![path(Kind::FileDelete, &temporary)]))),
        (child, tool, happened(c("openat", 4, vec![path(Kind::FileRead, &format!("/proc/{shell}/stat"))]))),
        (child, tool, happened(c("connect", 0, vec![address(Kind::NetworkConnect, "127.0.0.1", chance.port)]))),
        (child, tool, happened(looked_up(c("connect", 0, vec![address(Kind::NetworkConnect, "192.0.2.1", 443)])))),
        (child, tool, happened(c("sendto", 30, vec![address(Kind::NetworkSend, "192.0.2.1", 443)]))),
        (child, tool, happened(decided(Decision::Deny, c("openat", 0, vec![path(Kind::FileRead, "/home/u/.ssh/id")])))),
        (child, tool, happened(decided(Decision::Pretend, c("unlink", 0, vec![path(Kind::FileDelete, "/home/u/a")])))),
        (
            child,
            tool,
            happened(c(
                "kill",
                0,
                vec![Access { kind: Kind::ProcessSignal, object: Some(Object::Process { pid: shell, tree: true }) }],
            )),
        ),
        (child, tool, What::Exit { status: ExitStatus::Code(0) }),
        (shell, sh, What::Exit { status: ExitStatus::Code(0) }),
    ];
    whats
        .into_iter()
        .enumerate()
        .map(|(i, (pid, program, what))| Event {
            pid,
            tid: pid,
            program: Path::new(program).into(),
            ..event(i as u64 + 1, what)
        })
        .collect()
}

fn report(events: Vec<Event>) -> Report {
    let file = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    Report::of(&record(&file, events)).unwrap()
}

#[test]
fn two_runs_of_the_same_give_the_same_report_but_for_times() {
    let (mut once, mut again) = (report(run(&ONCE)), report(run(&AGAIN)));
    (once.ended, again.ended) = (None, None);
    assert_eq!(json(&once), json(&again));
    let comparison = compare(&once, &again);
    assert!(!comparison.differs());
    assert_eq!(comparison.same, once.items.len() as u64);
    let printed = json(&once);
    for chance in ["1000", "1007", "aB3dE9", "41234"] {
        assert!(!printed.contains(chance), "{chance} is in {printed}");
    }
}

#[test]
fn a_report_says_who_did_what() {
    let report = report(run(&ONCE));
    let roles: Vec<_> = report.processes.iter().map(|p| (&*p.role, p.count, p.denied)).collect();
    assert_eq!(roles, [("sh", 1, 0), ("sh > tool", 1, 1)]);
    let file = |end: &str| report.files.iter().find(|f| f.path.ends_with(end)).unwrap_or_else(|| panic!("{end}"));
    assert_eq!((file("~/notes").read, file("~/notes").bytes_read), (1, 100));
    let temporary = file("/tmp/tool.[random]/part-[pid]");
    assert_eq!((temporary.created, temporary.deleted, temporary.bytes_written), (1, 1, 50));
    assert_eq!((file("~/.ssh/id").read, file("~/.ssh/id").denied), (0, 1));
    assert_eq!((file("~/a").deleted, file("~/a").pretended), (0, 1));
    let far = report.network.iter().find(|p| p.address == "192.0.2.1").unwrap();
    assert_eq!((far.port, far.count, far.bytes_sent, &*far.direction), (Some(443), 2, 30, "out"));
    assert_eq!(far.hosts.iter().map(|h| &**h).collect::<Vec<_>>(), ["example.org"]);
    let near = report.network.iter().find(|p| p.address == "127.0.0.1").unwrap();
    assert!(near.port.is_none() && near.hosts.is_empty());
    let told = "192.0.2.1 (example.org, as the program looked it up)";
    assert!(text(&report).contains(told), "{}", text(&report));
    assert_eq!((report.programs[0].path.as_str(), report.programs[0].count), ("/usr/bin/tool", 1));
    assert_eq!((report.decisions.deny, report.decisions.pretend, report.decisions.allow), (1, 1, 12));
    assert_eq!(report.exit["code"], 0);
    assert!(report.items.iter().any(|i| i.kind == "process.signal" && i.object == "sh"));
    // The shell's fork acts as the shell until it becomes the tool.
    assert!(report.items.iter().all(|i| i.role == "sh" || i.role == "sh > tool"), "{:?}", report.items);
}

#[test]
fn bytes_on_sockets_belong_to_whom_they_were_connected_with() {
    let socket = |n: u32| {
        let object = Object::Descriptor { text: format!("socket:[{n}]") };
        Access { kind: Kind::Descriptor, object: Some(object) }
    };
    let came = "{sa_family=AF_INET, sin_port=htons(43376), sin_addr=inet_addr(\"10.0.0.7\")}";
    let calls = [
        call("connect", &["3", "…", "16"], 0, vec![address(Kind::NetworkConnect, "192.0.2.1", 443)]),
        call("write", &["3", "\"…\"", "20"], 20, vec![socket(11)]),
        call("read", &["3", "\"…\"", "99"], 50, vec![socket(11)]),
        call("accept4", &["4", came, "[16]", "0"], 5, vec![socket(12)]),
        call("recvfrom", &["5", "\"…\"", "9"], 9, vec![socket(13)]),
        // The same socket under another number, as after dup(2).
        call("write", &["9", "\"…\"", "1"], 1, vec![socket(11)]),
    ];
    let events = calls.into_iter().enumerate().map(|(i, c)| event(i as u64 + 1, happened(c))).collect();
    let report = report(events);
    let told: Vec<_> = report
        .network
        .iter()
        .map(|p| (&*p.direction, &*p.address, p.port, p.count, p.bytes_sent, p.bytes_received))
        .collect();
    assert_eq!(told, [("in", "10.0.0.7", None, 1, 0, 9), ("out", "192.0.2.1", Some(443), 1, 21, 50)]);
}

#[test]
fn a_saved_report_comes_back_and_what_is_none_is_refused_with_its_place() {
    let report = report(run(&ONCE));
    assert_eq!(Report::parse(&json(&report)).unwrap(), report);
    for (text, start) in [("", "1:0:"), ("{}", "1:2:"), ("{\n\"syswall\": x", "2:12:"), ("{\"syswall\": 2}", "1:1:")] {
        let error = Report::parse(text).unwrap_err();
        assert!(error.starts_with(start), "{text}: {error}");
    }
}

#[test]
fn the_five_groups_of_a_comparison() {
    let before = report(run(&ONCE));
    let mut events = run(&AGAIN);
    // Not any more: the notes. New: a secret. Decided otherwise: the key. Far more often: the far address.
    events[1].what = happened(call("openat", &[], 3, vec![path(Kind::FileRead, "/home/u/secret")]));
    events[14].what = happened(call("openat", &[], 3, vec![path(Kind::FileRead, "/home/u/.ssh/id")]));
    let connect = events[12].clone();
    for _ in 0..9 {
        let seq = events.len() as u64 + 1;
        events.push(Event { seq, ..connect.clone() });
    }
    let comparison = compare(&before, &report(events));
    let objects = |keys: &[compare::Key]| keys.iter().map(|k| k.object.clone()).collect::<Vec<_>>();
    assert_eq!(objects(&comparison.only_before), ["~/notes"]);
    assert_eq!(objects(&comparison.only_after), ["~/secret"]);
    assert_eq!(comparison.different_decision.len(), 1);
    assert_eq!(comparison.different_decision[0].key.object, "~/.ssh/id");
    assert_eq!((comparison.different_amount[0].before, comparison.different_amount[0].after), (1, 10));
    assert_eq!(comparison.same, before.items.len() as u64 - 3);
    let told = comparison.text();
    assert!(told.starts_with("AFTER reads 1 file that BEFORE did not.\n\nOnly in AFTER (1)\n"), "{told}");
    let value = serde_json::to_value(&comparison).unwrap();
    let names: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["same", "only_before", "only_after", "different_decision", "different_amount"]);
    let item: Vec<_> = value["only_after"][0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(item, ["role", "kind", "object"]);
}

/// A run in which every name is a trap for whoever prints it.
fn hostile() -> Report {
    let name =
        "/tmp/\u{1b}[31m<img src=x onerror=alert(1)>\u{202e}\n| `*_[x](http://evil.example)&quot;' www.evil.example";
    let mut events = run(&ONCE);
    for e in &mut events {
        e.program = Path::new(name).into();
        if let What::Call(call) = &mut e.what {
            call.accesses = vec![
                path(Kind::FileWrite, name),
                path(Kind::ProcessExecute, name),
                Access { kind: Kind::NetworkConnect, object: Some(Object::Unix { name: OsString::from(name) }) },
            ];
        }
    }
    report(events)
}

#[test]
fn hostile_names_are_harmless_in_every_form() {
    let report = hostile();
    let forms = [text(&report), markdown(&report), html(&report), compare(&Report::default(), &report).text()];
    for form in &forms {
        assert!(form.contains("onerror"), "the name is missing in {form}");
        assert!(!form.contains(['\u{1b}', '\u{202e}']), "{form}");
        // A newline within a name would tear its line apart.
        assert!(!form.contains("\u{202e}\n|"), "{form}");
    }
    assert!(!forms[1].contains("<img") && !forms[2].contains("<img"));
    let rows: Vec<&str> = forms[1].lines().filter(|l| l.contains("onerror") && l.starts_with('|')).collect();
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    assert!(rows.iter().all(|row| [10, 4, 5, 6].contains(&cells(row))), "{rows:#?}");
    assert!(!forms[1].contains("](http:") && !forms[1].contains("http://") && !forms[1].contains("www."));
    let back = Report::parse(&json(&report)).unwrap();
    assert_eq!(back, report);
    assert!(!json(&report).contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn a_saved_report_of_a_stranger_neither_overflows_nor_reaches_the_terminal() {
    let largest = u64::MAX;
    let saved = format!(
        r#"{{"syswall":1,"program":["a"],"started":-9223372036854775808,"ended":9223372036854775807,
        "exit":{{"code":"\u001b[2J\u202e"}},"processes":[{{"count":{largest}}},{{"count":2}}],
        "calls":[{{"call":"a","count":{largest}}},{{"call":"b","count":7}}],
        "files":[{{"path":"/a","read":{largest},"written":{largest},"created":1,"bytes_read":{largest}}}],
        "network":[],"programs":[],"decisions":{{"allow":1,"deny":{largest},"pretend":{largest},"kill":{largest}}},
        "items":[{{"role":"a","kind":"file.read\u001b[2J\u202e","object":"x","count":{largest}}}]}}"#
    );
    let report = Report::parse(&saved).unwrap();
    for form in [text(&report), markdown(&report), html(&report), compare(&Report::default(), &report).text()] {
        assert!(form.contains("u{202e}"), "{form}");
        assert!(!form.contains(['\u{1b}', '\u{202e}']), "{form}");
    }
    assert!(text(&report).contains(&largest.to_string()));
}

#[test]
fn the_web_page_is_one_file_without_scripts() {
    let page = html(&report(run(&ONCE)));
    for forbidden in ["<script", "http-equiv=\"refresh", "<link", "<img", "javascript:", "@import"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("<svg") && page.contains("default-src 'none'"));
    let loads = page.matches("http").filter(|_| true).count();
    let names = page.matches("http://www.w3.org/2000/svg").count() + page.matches("http-equiv").count();
    assert_eq!(loads, names, "something may be loaded from elsewhere");
}

#[test]
fn the_text_has_the_sentences_and_the_tables() {
    let told = text(&report(run(&ONCE)));
    for part in [
        "What prog did",
        "prog ended well (status 0) after",
        "It ran in 2 processes.\nIt ran 1 program.",
        "It read 2 files, changed 0, made 1 and removed 1.",
        "It contacted 2 addresses over the network.",
        "1 call was denied.\n1 call only seemed to succeed.",
        "What was denied or pretended",
        "~/.ssh/id",
    ] {
        assert!(told.contains(part), "{part} is missing in:\n{told}");
    }
}

#[test]
fn amounts_for_people() {
    assert_eq!(super::size(999), "999 B");
    assert_eq!(super::size(4096), "4.1 kB");
    assert_eq!(super::span(Duration::from_millis(1500).as_nanos() as u64), "1.5 s");
    assert_eq!(super::span(Duration::from_secs(125).as_nanos() as u64), "2 min 5 s");
}
