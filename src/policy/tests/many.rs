//! Deciding among many rules.

use std::time::{Duration, Instant};

use super::*;
use crate::policy::{Rule, rule::Kinds};

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

fn cost(rules: &Rules, accesses: &[Access]) -> Duration {
    let ancestry = [Arc::from(Path::new("/usr/bin/tool"))];
    (0..9)
        .map(|_| {
            let start = Instant::now();
            for access in accesses {
                for _ in 0..100 {
                    let accesses = std::slice::from_ref(access);
                    let query = Query { ancestry: &ancestry, pid: 1, call: "openat", accesses, args: &NoArgs };
                    std::hint::black_box(rules.decide(&query));
                }
            }
            start.elapsed()
        })
        .min()
        .unwrap()
}

#[test]
fn ten_thousand_rules_decide_about_as_fast_as_ten() {
    let (few, lots) = (many(10), many(10_000));
    for access in [
        path(Kind::FileRead, "/srv/d5/deep/below/file.c"),
        path(Kind::FileRead, "/usr/share/x.txt"),
        address(Kind::NetworkConnect, "192.0.2.1", 80),
        unix("/run/x/bus"),
        Access { kind: Kind::Ipc, object: None },
    ] {
        let one = [access];
        let (few, lots) = (cost(&few, &one), cost(&lots, &one));
        // Looking at each of them costs a thousand times as much; the bound leaves room for a busy machine.
        assert!(lots < few * 8, "{one:?}: {few:?} with ten rules, {lots:?} with ten thousand");
    }
}
