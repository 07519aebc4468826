//! Deciding among many rules.

use super::*;
use crate::policy::{Rule, rule::Kinds, table::LOOKS};

/// `n` rules of all sorts, none of which is about what is asked below, and a few that are.
fn many(n: usize) -> Rules {
    let mut all = Vec::new();
    for i in 0..n {
        let mut rule = Rule::new(Decision::Deny);
        match i % 8 {
            0 => rule.path = Some(format!("/srv/d{i}/file")),
            1 => rule.path = Some(format!("/srv/d{i}/**")),
            2 => rule.path = Some(format!("/srv/*/f{i}.txt")),
            3 => rule.path = Some(format!("**/*.e{i}")),
            4 => rule.address = format!("10.{}.{}.0/24", i / 256 % 256, i % 256).parse().ok(),
            5 => rule.port = Some(crate::policy::Ports::one(u16::try_from(1000 + i).unwrap())),
            6 => rule.socket = Some(format!("/run/s{i}/*")),
            _ => (rule.kinds, rule.program) = (Kinds::of(Kind::Ipc), Some(format!("/opt/p{i}/bin"))),
        }
        all.push(rule);
    }
    Rules::new(&Policy { rules: all, ..Policy::default() }, &[], &place()).unwrap()
}

/// How many rules are looked at to decide about `access`.
fn looks(rules: &Rules, access: Access) -> usize {
    let before = LOOKS.get();
    assert_eq!(ask(rules, "openat", access).by, By::Default);
    LOOKS.get() - before
}

#[test]
fn of_ten_thousand_rules_hardly_any_is_looked_at() {
    let lots = many(10_000);
    for access in [
        path(Kind::FileRead, "/srv/d5/deep/below/file.c"),
        path(Kind::FileRead, "/srv/d7/f9.txt"),
        path(Kind::FileRead, "/usr/share/x.txt"),
        address(Kind::NetworkConnect, "192.0.2.1", 80),
        address(Kind::NetworkConnect, "10.1.3.1", 80),
        unix("/run/x/bus"),
        Access { kind: Kind::Ipc, object: None },
    ] {
        let looked = looks(&lots, access.clone());
        assert!(looked <= 3, "{access:?}: {looked} rules looked at");
    }
    let before = LOOKS.get();
    assert_eq!(ask(&lots, "openat", path(Kind::FileRead, "/srv/d9/below/x")).decision, Decision::Deny);
    assert_eq!(LOOKS.get() - before, 1);
}

/// A sort of rule, and something that the `i`th of that sort is about.
type Sort = (&'static str, fn(usize, &mut Rule), fn(usize) -> Access);

#[test]
fn one_of_a_thousand_is_found_whatever_it_is_about_and_hardly_any_other_looked_at() {
    let connect = |text: String, port| address(Kind::NetworkConnect, &text, port);
    let read = |text: String| path(Kind::FileRead, &text);
    let sorts: [Sort; 12] = [
        ("path", |i, r| r.path = Some(format!("/srv/d{i}/file")), |i| path(Kind::FileRead, &format!("/srv/d{i}/file"))),
        ("tree", |i, r| r.path = Some(format!("/srv/d{i}/**")), |i| path(Kind::FileRead, &format!("/srv/d{i}/a/b"))),
        ("name", |i, r| r.path = Some(format!("**/name{i}")), |i| path(Kind::FileRead, &format!("/a/b/name{i}"))),
        ("extension", |i, r| r.path = Some(format!("**/*.e{i}")), |i| path(Kind::FileRead, &format!("/a/b/c.e{i}"))),
        (
            "part",
            |i, r| r.path = Some(format!("**/*(part{i})*")),
            |i| path(Kind::FileRead, &format!("/a/x(part{i})y.c")),
        ),
        (
            "folder",
            |i, r| r.path = Some(format!("/h/*/(f{i})/config")),
            |i| path(Kind::FileRead, &format!("/h/u/(f{i})/config")),
        ),
        (
            "program",
            |i, r| (r.path, r.program) = (Some("/etc/hosts".to_owned()), Some(format!("/opt/p{i}/tool"))),
            |_| path(Kind::FileRead, "/etc/hosts"),
        ),
        (
            "program's folder",
            |i, r| (r.kinds, r.program) = (Kinds::of(Kind::FileRead), Some(format!("/opt/p{i}/**"))),
            |_| path(Kind::FileRead, "/etc/hosts"),
        ),
        (
            "network",
            |i, r| r.address = format!("10.{}.{}.{}/{}", i / 256, i % 256, i % 8 * 32, 27 + i % 6).parse().ok(),
            |i| address(Kind::NetworkConnect, &format!("10.{}.{}.{}", i / 256, i % 256, i % 8 * 32), 80),
        ),
        (
            "network of IPv6",
            |i, r| r.address = format!("2001:db8:{i:x}::/{}", 48 + i % 60).parse().ok(),
            |i| address(Kind::NetworkConnect, &format!("2001:db8:{i:x}::"), 80),
        ),
        (
            "ports",
            |i, r| r.port = Some(crate::policy::Ports { first: 1000 + 6 * i as u16, last: 1003 + 6 * i as u16 }),
            |i| address(Kind::NetworkConnect, "192.0.2.7", 1002 + 6 * i as u16),
        ),
        ("socket", |i, r| r.socket = Some(format!("/run/*/(s{i})*")), |i| unix(&format!("/run/x/(s{i}).socket"))),
    ];
    for (name, make, about) in sorts {
        let rule = |i: usize| {
            let mut rule = Rule::new(Decision::Deny);
            make(i, &mut rule);
            rule.id = Some(format!("r{i}"));
            rule
        };
        let rules =
            Rules::new(&Policy { rules: (0..1_000).map(rule).collect(), ..Policy::default() }, &[], &place()).unwrap();
        for i in [0, 1, 9, 777, 999] {
            let ancestry: [Arc<Path>; 1] = [Arc::from(PathBuf::from(format!("/opt/p{i}/tool")))];
            let accesses = [about(i)];
            let query = Query { ancestry: &ancestry, pid: 100, call: "openat", accesses: &accesses, args: &NoArgs };
            let before = LOOKS.get();
            let verdict = rules.decide(&query);
            let looked = LOOKS.get() - before;
            assert_eq!(verdict.rule.as_deref(), Some(format!("r{i}").as_str()), "{name}");
            assert!(looked <= 3, "{name}: {looked} rules looked at");
        }
        // What nothing is about costs no more.
        for access in [read("/usr/share/x(y)z.txt".to_owned()), connect("192.0.2.1".to_owned(), 80), unix("/run/x/bus")]
        {
            assert!(looks(&rules, access) <= 3, "{name}");
        }
    }
}
