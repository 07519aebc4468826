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
