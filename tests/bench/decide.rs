//! What a decision costs among 10 rules and among 10,000: one line for each sort of rule, ns a decision and the ratio.
//! `cargo bench --bench decide`.

#![allow(clippy::unwrap_used, reason = "a measure that cannot go on fails")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use syswall::policy::{Decision, NoArgs, Place, Policy, Query, Rule, Rules};
use syswall::syscall::{Access, Kind, Object, Transport};

/// Decisions in one measure at most …
const ROUNDS: u32 = 5_000;
/// … and how long one takes at most.
const LONGEST: Duration = Duration::from_millis(20);
/// Measures, of which the fastest counts.
const MEASURES: usize = 5;

/// A sort of rule: its name, and how the `i`th is made.
type Sort = (&'static str, fn(usize, &mut Rule));

const SORTS: [Sort; 12] = [
    ("one path", |i, r| r.path = Some(format!("/srv/d{i}/file"))),
    ("all below a directory", |i, r| r.path = Some(format!("/srv/d{i}/**"))),
    ("name below a directory", |i, r| r.path = Some(format!("/srv/*/f{i}.txt"))),
    ("name anywhere", |i, r| r.path = Some(format!("**/name{i}"))),
    ("extension anywhere", |i, r| r.path = Some(format!("**/*.e{i}"))),
    ("part of a name", |i, r| r.path = Some(format!("**/*part{i}*"))),
    ("part of a name in one directory", |i, r| r.path = Some(format!("/srv/*-{i}-*.log"))),
    ("one path, many programs", |i, r| {
        r.path = Some("/usr/share/x.txt".to_owned());
        r.program = Some(format!("/opt/p{i}/bin/tool"));
    }),
    ("networks of all sizes", |i, r| {
        let net = format!("10.{}.{}.{}/{}", i / 256 % 256, i % 256, i % 200, 12 + i % 21);
        r.address = net.parse().ok();
    }),
    ("ports", |i, r| r.port = Some(syswall::policy::Ports::one(1000 + (i % 60_000) as u16))),
    ("sockets", |i, r| r.socket = Some(format!("/run/s{i}/*"))),
    ("programs", |i, r| {
        r.kinds = syswall::policy::Kinds::of(Kind::FileRead);
        r.program = Some(format!("/opt/p{i}/**"));
    }),
];

fn rules(count: usize, sorts: &[Sort]) -> Rules {
    let place = Place { home: Some("/home/u".into()), cwd: "/work".into(), program_dir: "/usr/bin".into() };
    let make = |i: usize| {
        let mut rule = Rule::new(Decision::Deny);
        (sorts[i % sorts.len()].1)(i, &mut rule);
        rule
    };
    let policy = Policy { default: Decision::Allow, rules: (0..count).map(make).collect(), ..Policy::default() };
    Rules::new(&policy, &[], &place).unwrap()
}

fn accesses() -> Vec<Access> {
    let path = |kind, path: &str| Access { kind, object: Some(Object::Path { path: path.into(), asked: path.into() }) };
    let address =
        |text: &str, port| Object::Address { transport: Transport::Tcp, address: text.parse().unwrap(), port };
    vec![
        path(Kind::FileRead, "/usr/share/x.txt"),
        path(Kind::FileWrite, "/srv/data/deep/below/file.c"),
        path(Kind::FileRead, "/srv/www/index.html"),
        Access { kind: Kind::NetworkConnect, object: Some(address("192.0.2.1", 80)) },
        Access { kind: Kind::NetworkConnect, object: Some(Object::Unix { name: "/run/x/bus".into() }) },
        Access { kind: Kind::Memory, object: None },
    ]
}

/// ns a decision.
fn measure(rules: &Rules) -> f64 {
    let ancestry: [Arc<Path>; 2] = ["/usr/bin/cc", "/usr/bin/make"].map(|p| Arc::from(PathBuf::from(p)));
    let accesses = accesses();
    let once = || {
        let began = Instant::now();
        let mut rounds = 0;
        // Whole rounds over all accesses: they do not cost the same.
        while rounds < ROUNDS && (rounds % accesses.len() as u32 != 0 || began.elapsed() < LONGEST) {
            let accesses = std::slice::from_ref(&accesses[rounds as usize % accesses.len()]);
            let query = Query { ancestry: &ancestry, pid: 7, call: "openat", accesses, args: &NoArgs };
            black_box(rules.decide(black_box(&query)));
            rounds += 1;
        }
        began.elapsed().as_nanos() as f64 / f64::from(rounds)
    };
    (0..MEASURES).map(|_| once()).fold(f64::INFINITY, f64::min)
}

fn main() {
    println!("{:<34} {:>9} {:>9} {:>6}", "decisions among rules about", "10: ns", "10000: ns", "ratio");
    let line = |name: &str, sorts: &[Sort]| {
        let (few, many) = (measure(&rules(10, sorts)), measure(&rules(10_000, sorts)));
        println!("{name:<34} {few:>9.0} {many:>9.0} {:>6.2}", many / few);
    };
    for sort in SORTS {
        line(sort.0, &[sort]);
    }
    line("all of these", &SORTS);
}
