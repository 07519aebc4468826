//! Filters find what a slow, obvious evaluator finds.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::{call, event, happened, path, program, record};
use crate::policy::{By, Decision};
use crate::recording::filter::{Field, Node, Order, Test, Word, glob};
use crate::recording::{Event, ExitStatus, Filter, Reader, What};
use crate::syscall::{Access, Kind, Object, Transport, errno};

fn events() -> Vec<Event> {
    let mut whats = vec![
        What::Start { parent: 1, thread: false },
        What::Start { parent: 1, thread: true },
        What::Exec { argv: vec!["prog".into(), "secret".into()] },
        What::Signal { number: 17, text: "SIGCHLD {si_signo=SIGCHLD}".into() },
        What::Note { text: "a note".into() },
        What::Exit { status: ExitStatus::Code(3) },
        What::Exit { status: ExitStatus::Signal { number: 9, core: false } },
        happened(call("getpid", &[], 100, vec![])),
        happened(call(
            "openat",
            &["AT_FDCWD", "\"/home/u/.ssh/id\""],
            3,
            vec![path(Kind::FileRead, "/home/u/.ssh/id")],
        )),
        happened(call("poll", &["[{fd=3}]"], 1, vec![])),
    ];
    let address = |a: &str, port| Object::Address { transport: Transport::Tcp, address: a.parse().unwrap(), port };
    for (i, object) in [
        address("10.1.2.3", 443),
        address("::1", 80),
        Object::Unix { name: "@bus".into() },
        Object::Device { path: "/dev/tty".into(), request: "TIOCSTI".into() },
        Object::Path { path: "/etc/passwd".into(), asked: "../etc/passwd".into() },
    ]
    .into_iter()
    .enumerate()
    {
        let access = Access { kind: Kind::ALL[i * 4], object: Some(object) };
        let mut c = call("connect", &["3"], 0, vec![access, path(Kind::FileWrite, "/tmp/Ünicode")]);
        c.decision = Decision::ALL[i % 5];
        c.by = By::ALL[i % 6];
        c.rule = (i % 2 == 0).then(|| "r1".into());
        c.waited_ns = if i == 3 { 5_000_000 } else { 0 };
        c.duration_ns = 400 * i as u64 * i as u64 * 1000;
        if i % 2 == 1 {
            (c.result, c.errno) = (None, Some(i as i32));
            c.result_text = format!("-1 {} ({})", errno::name(i as i32), errno::text(i as i32));
        } else if i == 4 {
            c.result_text = "0 (Timeout)".into();
        }
        whats.push(happened(c));
    }
    let mut events: Vec<Event> = whats.into_iter().enumerate().map(|(i, w)| event(i as u64 + 1, w)).collect();
    for e in events.iter_mut().skip(9) {
        e.program = program("/usr/bin/python3");
        (e.pid, e.tid) = (200, 201);
    }
    events
}

struct Recorded {
    events: Vec<Event>,
    file: tempfile::TempPath,
}

static RECORDED: LazyLock<Recorded> = LazyLock::new(|| {
    let file = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    drop(record(&file, events()));
    Recorded { events: events(), file }
});

thread_local! {
    static READER: Reader = Reader::open(&RECORDED.file).unwrap();
}

fn found(filter: &Filter) -> Vec<u64> {
    READER.with(|r| r.page(filter, 0, 1000).unwrap()).iter().map(|e| e.seq).collect()
}

fn matches_text(test: &Test, text: &str) -> bool {
    match test {
        Test::Is(value) => value == text,
        Test::Like(pattern) => glob(pattern).unwrap().matches(text.as_bytes()),
        _ => false,
    }
}

fn matches_number(test: &Test, value: i64) -> bool {
    let Test::Number(order, wanted) = test else { return false };
    match order {
        Order::Equal => value == *wanted,
        Order::Less => value < *wanted,
        Order::LessOrEqual => value <= *wanted,
        Order::Greater => value > *wanted,
        Order::GreaterOrEqual => value >= *wanted,
    }
}

/// Path-like name, second text of an object.
fn texts(object: &Object) -> (String, String) {
    let s = |p: &std::ffi::OsStr| p.to_str().unwrap().to_owned();
    match object {
        Object::Path { path, asked } => (s(path.as_os_str()), s(asked)),
        Object::Address { transport, address, .. } => (address.to_string(), transport.name().to_owned()),
        Object::Unix { name } => (s(name), String::new()),
        Object::Device { path, request } => (s(path.as_os_str()), request.clone()),
        _ => unreachable!(),
    }
}

fn args_text(e: &Event) -> Option<String> {
    match &e.what {
        What::Call(c) => (!c.args.text.is_empty()).then(|| c.args.text.clone()),
        What::Signal { text, .. } | What::Note { text } => Some(text.clone()),
        What::Exec { argv } => Some(argv.iter().map(|a| format!("{}\0", a.to_str().unwrap())).collect()),
        _ => None,
    }
}

fn slow(node: &Node, e: &Event) -> bool {
    let call = match &e.what {
        What::Call(c) => Some(&**c),
        _ => None,
    };
    let (field, test) = match node {
        Node::And(nodes) => return nodes.iter().all(|n| slow(n, e)),
        Node::Or(nodes) => return nodes.iter().any(|n| slow(n, e)),
        Node::Not(n) => return !slow(n, e),
        Node::Word(word) => {
            let mut texts_of: Vec<String> = vec![e.program.to_str().unwrap().to_owned()];
            texts_of.extend(args_text(e));
            if let Some(c) = call {
                texts_of.push(c.name.to_string());
                if c.errno.is_some() || c.result_text != c.result.unwrap().to_string() {
                    texts_of.push(c.result_text.clone());
                }
                texts_of.extend(c.accesses.iter().filter_map(|a| a.object.as_ref()).flat_map(|o| {
                    let (a, b) = texts(o);
                    [a, b]
                }));
            }
            return texts_of.iter().any(|t| Word::new(word).occurs(t.as_bytes()));
        }
        Node::Test(field, test) => (*field, test),
    };
    let objects: Vec<&Object> = call.iter().flat_map(|c| &c.accesses).filter_map(|a| a.object.as_ref()).collect();
    let any = |f: &dyn Fn(&Object) -> bool| objects.iter().any(|o| f(o));
    match field {
        Field::Seq => matches_number(test, e.seq as i64),
        Field::Time => matches_number(test, e.time - super::info().started),
        Field::Pid => matches_number(test, e.pid.into()),
        Field::Tid => matches_number(test, e.tid.into()),
        Field::Program => {
            matches_text(test, e.program.to_str().unwrap())
                || matches!(test, Test::Is(n) if e.program.file_name().unwrap() == n.as_str())
        }
        Field::Event => matches_text(
            test,
            match e.what {
                What::Call(_) => "call",
                What::Signal { .. } => "signal",
                What::Start { .. } => "start",
                What::Exec { .. } => "exec",
                What::Exit { .. } => "exit",
                What::Note { .. } => "note",
            },
        ),
        Field::Abi => call.is_some_and(|c| matches_text(test, c.abi.name())),
        Field::Call => call.is_some_and(|c| matches_text(test, &c.name)),
        Field::Kind => call.is_some_and(|c| matches!(test, Test::Kinds(k) if !k.intersection(c.kinds).is_empty())),
        Field::Decision => call.is_some_and(|c| matches_text(test, c.decision.name())),
        Field::By => call.is_some_and(|c| matches_text(test, c.by.name())),
        Field::Rule => call.and_then(|c| c.rule.as_ref()).is_some_and(|r| matches_text(test, r)),
        Field::Errno => call.and_then(|c| c.errno).is_some_and(|n| matches_number(test, n.into())),
        Field::Result => call.and_then(|c| c.result).is_some_and(|n| matches_number(test, n)),
        Field::Duration => call.is_some_and(|c| matches_number(test, c.duration_ns as i64)),
        Field::Waited => call.is_some_and(|c| matches_number(test, c.waited_ns as i64)),
        Field::Check => call.is_some_and(|c| matches_text(test, c.check.name())),
        Field::Args => args_text(e).is_some_and(|t| matches_text(test, &t)),
        Field::Path => {
            any(&|o| matches!(o, Object::Path { .. } | Object::Device { .. }) && matches_text(test, &texts(o).0))
        }
        Field::Asked => any(&|o| matches!(o, Object::Path { .. }) && matches_text(test, &texts(o).1)),
        Field::Object => any(&|o| matches_text(test, &texts(o).0)),
        Field::Socket => any(&|o| matches!(o, Object::Unix { .. }) && matches_text(test, &texts(o).0)),
        Field::Transport => any(&|o| matches!(o, Object::Address { .. }) && matches_text(test, &texts(o).1)),
        Field::Port => any(&|o| matches!(o, Object::Address { port, .. } if matches_number(test, i64::from(*port)))),
        Field::Address => any(&|o| match (o, test) {
            (Object::Address { address, .. }, Test::Net(net)) => net.contains(address),
            _ => false,
        }),
    }
}

fn agree(text: &str) -> Vec<u64> {
    let filter = Filter::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    let wanted: Vec<u64> = RECORDED.events.iter().filter(|e| slow(&filter.0, e)).map(|e| e.seq).collect();
    assert_eq!(found(&filter), wanted, "{text}: {filter:?}");
    wanted
}

#[test]
fn the_examples_of_the_language_find_what_they_say() {
    assert_eq!(agree("path ~ \"*.ssh*\" and kind = file.read and decision = allow"), [9]);
    assert_eq!(agree("call in (open, openat)"), [9]);
    assert_eq!(agree("call not in (open, openat) event = call").len(), 7);
    assert_eq!(agree("errno = EPERM"), [12]);
    assert_eq!(agree("errno = 3"), [14]);
    assert_eq!(agree("duration > 1ms and waited >= 5ms"), [14]);
    assert_eq!(agree("address = 10.0.0.0/8 port = 443"), [11]);
    assert_eq!(agree("address = ::1"), [12]);
    assert_eq!(agree("socket = @bus"), [13]);
    assert_eq!(agree("program = python3").len(), 6);
    assert_eq!(agree("program ~ \"*python*\" or pid=100").len(), 15);
    assert_eq!(agree("SECRET"), [3]);
    assert_eq!(agree("ünicode bus"), [13]);
    assert_eq!(agree("\"a note\""), [5]);
    assert_eq!(agree("not (event = call or event = exit)").len(), 5);
    assert_eq!(agree("timeout"), [15]);
    assert_eq!(agree("asked = ../etc/passwd"), [15]);
    assert_eq!(agree("path ~ passwd"), [15]);
    assert_eq!(agree("kind = network").len(), 2);
    assert_eq!(agree("").len(), 15);
    assert_eq!(agree("in"), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
}

#[test]
fn errors_name_the_column_and_what_would_be_right() {
    for (text, column, part) in [
        ("pid = abc", 7, "whole number"),
        ("foo = 1", 1, "no field `foo`"),
        ("pid ~ 1", 5, "cannot"),
        ("kind = file.eat", 8, "file.read"),
        ("path = \"abc", 8, "never closed"),
        ("(pid = 1", 9, "not closed"),
        ("pid = 1)", 8, "never opened"),
        ("pid =", 6, "value"),
        ("and", 1, "joins"),
        ("path ~ \"[\"", 8, "pattern"),
        ("pid in 3", 8, "list"),
        ("ключ = 1", 1, "no field"),
        ("x = 1 и", 1, "no field"),
        ("address = 300.1.1.1", 11, "IP address"),
        ("duration > 3 parsecs", 14, "word"),
    ] {
        match Filter::parse(text) {
            Err(e) => {
                assert_eq!(e.column, column, "{text}: {e}");
                assert!(e.message.contains(part), "{text}: {e}");
            }
            // A number without a unit and a plain word are both right.
            Ok(_) => assert!(text.contains("parsecs"), "{text}"),
        }
    }
}

#[test]
fn a_filter_is_data_and_never_sql() {
    for text in
        ["path = \"'; DROP TABLE event; --\"", "\"' OR 1=1 --\"", "call ~ \"%' OR '1'='1\"", "rule = \"x') OR 1=1 --\""]
    {
        assert_eq!(agree(text), [] as [u64; 0]);
    }
}

#[test]
fn filters_built_from_fields_combine() {
    let both = Filter::pids(&[200, 7]).and(Filter::decisions(&[Decision::Deny, Decision::Kill]));
    assert_eq!(found(&both), [14, 15]);
    assert_eq!(found(&!both.clone()).len(), 13);
    assert_eq!(found(&both.or(Filter::text("secret"))), [3, 14, 15]);
    assert!(Filter::text("").is_everything());
    assert_eq!(found(&Filter::pids(&[])).len(), 0);
}

fn term() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "1",
        "3",
        "100",
        "200",
        "0",
        "ENOENT",
        "EPERM",
        "call",
        "exit",
        "deny",
        "allow",
        "rule",
        "file",
        "file.write",
        "network",
        "x86_64",
        "tcp",
        "/tmp/*",
        "*python*",
        "openat",
        "1ms",
        "400us",
        "5ms",
        "10.0.0.0/8",
        "::1",
        "r1",
        "verified",
        "secret",
        "\"a note\"",
        "[ab]*",
        "prog",
        "443",
        "@bus",
        "*",
        "\"\"",
    ]);
    let op = prop::sample::select(vec!["=", "!=", "~", "!~", "<", "<=", ">", ">="]);
    let field = prop::sample::select(Field::ALL.iter().map(|(_, name, _)| *name).collect::<Vec<_>>());
    prop_oneof![
        4 => (field, op, value.clone()).prop_map(|(f, o, v)| format!("{f} {o} {v}")),
        1 => value.prop_map(str::to_owned),
    ]
}

fn expression() -> impl Strategy<Value = String> {
    term().prop_recursive(4, 20, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} and {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_text_is_a_filter_or_an_error_within_it(text in ".{0,60}") {
        match Filter::parse(&text) {
            Ok(filter) => drop(found(&filter)),
            Err(e) => prop_assert!(e.column >= 1 && e.column <= text.chars().count() + 1),
        }
    }

    #[test]
    fn sql_finds_what_the_slow_evaluator_finds(text in expression()) {
        if Filter::parse(&text).is_ok() {
            agree(&text);
        }
    }
}
