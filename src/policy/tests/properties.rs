//! What holds for all policies.

use proptest::prelude::*;

use super::*;
use crate::policy::rule::{ArgScalar, ArgTest, Kinds, Ports, ProcessTarget};
use crate::policy::{Except, Layout, Rule};
use crate::syscall::errno;

fn pick<T: Clone + std::fmt::Debug + 'static>(from: &'static [T]) -> impl Strategy<Value = T> {
    proptest::sample::select(from)
}

fn maybe<S: Strategy>(strategy: S) -> impl Strategy<Value = Option<S::Value>>
where
    S::Value: Clone,
{
    proptest::option::of(strategy)
}

#[derive(Clone, Debug, Default)]
struct What {
    path: Option<String>,
    address: Option<ipnet::IpNet>,
    port: Option<Ports>,
    socket: Option<String>,
    target: Option<ProcessTarget>,
}

const GLOBS: &[&str] = &[
    "/a",
    "/a/b",
    "/a/b/c.jpg",
    "/a/*",
    "/a/**",
    "/a/b/**",
    "**",
    "/**",
    "**/*.jpg",
    "/a/?",
    "/{a,x}/b",
    "~/**",
    "~",
    "$CWD/*",
    "/a/[bc]",
    "/a/**/b",
    "**/c.jpg",
    "**/b",
    "/a/{b,c.x}",
    "/a/**/*.{jpg,png}",
    "{/a/c.d,/a/b}",
    "/a/{b/c,x}.jpg",
    "/a/*\\.jpg",
];
const NETS: &[&str] = &["10.0.0.1/32", "10.0.0.0/8", "10.0.0.0/24", "0.0.0.0/0", "::1/128", "fc00::/7", "::/0"];

fn what() -> impl Strategy<Value = What> {
    let port = pick(&[(80, 80), (443, 443), (1, 1000), (0, 65535)]).prop_map(|(first, last)| Ports { first, last });
    prop_oneof![
        2 => Just(What::default()),
        4 => pick(GLOBS).prop_map(|p| What { path: Some(p.to_owned()), ..What::default() }),
        3 => (maybe(pick(NETS)), maybe(port)).prop_map(|(net, port)| What {
            address: net.map(|n| n.parse().unwrap()), port, ..What::default()
        }),
        1 => pick(&["/run/*", "/run/a", "@x", "@*", "**"]).prop_map(|s| What { socket: Some(s.to_owned()), ..What::default() }),
        1 => pick(&ProcessTarget::ALL).prop_map(|t| What { target: Some(t), ..What::default() }),
    ]
}

fn scalar() -> impl Strategy<Value = ArgScalar> {
    prop_oneof![
        (i128::from(i64::MIN)..=i128::from(u64::MAX)).prop_map(ArgScalar::Number),
        pick(&["O_RDONLY", "O_CREAT", "O_RDWR|O_CREAT", "x"]).prop_map(|t| ArgScalar::Text(t.to_owned())),
    ]
}

fn test() -> impl Strategy<Value = ArgTest> {
    prop_oneof![
        scalar().prop_map(ArgTest::Is),
        pick(&["O_CREAT", "O_RDWR"]).prop_map(|f| ArgTest::Has(f.to_owned())),
        proptest::collection::vec(scalar(), 1..3).prop_map(ArgTest::In),
        pick(&["*", "O_*"]).prop_map(|g| ArgTest::Glob(g.to_owned())),
        (-5i128..5, 5i128..500).prop_map(|(min, max)| ArgTest::Range { min: Some(min), max: Some(max) }),
        (0i128..100).prop_map(|max| ArgTest::Range { min: None, max: Some(max) }),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    const KINDS: &[&[&str]] = &[
        &[],
        &["file.read"],
        &[],
        &[],
        &[],
        &["file"],
        &["network"],
        &["file.read", "network.connect"],
        &["process.signal"],
    ];
    const CALLS: &[&[&str]] = &[&[], &[], &[], &["openat"], &["openat", "unlink"], &["connect"]];
    let who = (
        proptest::option::weighted(0.3, pick(&["/usr/bin/tool", "/usr/bin/*", "/usr/**", "**/sh", "**"])),
        any::<bool>(),
        maybe(pick(&[-1i64, 1, 2])),
    );
    let house = (any::<bool>(), maybe(pick(&["n", "ä\"\\\n\u{202e}"])), maybe(0i64..4_000_000_000), 0u8..10);
    let args = prop_oneof![3 => Just(Vec::new()), 1 => test().prop_map(|t| vec![("flags".to_owned(), t)])];
    (pick(&Decision::ALL), who, pick(KINDS), pick(CALLS), what(), args, house, 1i32..133).prop_map(
        |(
            decision,
            (program, children, priority),
            kinds,
            calls,
            what,
            args,
            (errno_given, note, expires, enabled),
            errno,
        )| {
            let pretends = decision == Decision::Pretend;
            // What can be pretended depends on the call; a rule about anything can.
            let calls: &[&str] = if pretends { &[] } else { calls };
            let kinds: &[&str] = if pretends { &["file.delete"] } else { kinds };
            Rule {
                decision,
                errno: (errno_given && decision == Decision::Deny && errno::number(&errno::name(errno)) == Some(errno))
                    .then_some(errno),
                value: (errno_given && pretends).then_some(i64::from(errno)),
                program: program.map(str::to_owned),
                children,
                kinds: Kinds::from_names(kinds).unwrap(),
                calls: calls.iter().map(|c| (*c).to_owned()).collect(),
                path: what.path,
                address: what.address,
                port: what.port,
                socket: what.socket,
                target: what.target,
                args: if calls == ["openat"] { args } else { Vec::new() },
                id: None,
                enabled: enabled > 0,
                expires: expires.filter(|_| enabled > 6),
                priority: priority.filter(|_| enabled > 6),
                origin: None,
                note: note.map(str::to_owned),
                pid: None,
                except: Except::default(),
                layout: Layout::default(),
            }
        },
    )
}

fn a_policy() -> impl Strategy<Value = Policy> {
    let default = pick(&[Decision::Allow, Decision::Ask, Decision::Deny, Decision::Kill]);
    let presets = proptest::sample::subsequence(vec!["no-network", "contained", "observe", "keep-secrets"], 0..=2);
    (default, proptest::collection::vec(rule(), 0..8), presets, maybe(any::<bool>()), maybe(pick(&["/usr/bin/a b"])))
        .prop_map(|(default, rules, presets, ignore, program)| Policy {
            program: program.map(str::to_owned),
            default,
            ignore_library_loading: ignore,
            presets: presets.into_iter().map(str::to_owned).collect(),
            rules,
            layout: Layout::default(),
        })
}

fn access() -> impl Strategy<Value = Access> {
    let kind = pick(&[
        Kind::FileRead,
        Kind::FileWrite,
        Kind::FileDelete,
        Kind::NetworkConnect,
        Kind::ProcessSignal,
        Kind::Memory,
    ]);
    let object = prop_oneof![
        6 => pick(&["/a", "/a/b", "/a/b/c.jpg", "/x/b", "/", "/home/ann/x", "/home/ann", "/work/project/y", "/lib/libc.so.6", "/dev/null"])
            .prop_map(|p| Some(Object::Path { path: p.into(), asked: p.into() })),
        4 => (pick(&["10.0.0.1", "10.0.0.2", "10.9.9.9", "8.8.8.8", "::1", "fd00::1", "::ffff:10.0.0.1"]), pick(&[80u16, 443, 999, 2000]))
            .prop_map(|(a, port)| Some(Object::Address { transport: Transport::Tcp, address: a.parse().unwrap(), port })),
        2 => pick(&["/run/a", "/run/b/c", "@x", "@xy", ""]).prop_map(|n| Some(Object::Unix { name: n.into() })),
        2 => (pick(&[1, 100, 101]), any::<bool>()).prop_map(|(pid, tree)| Some(Object::Process { pid, tree })),
        1 => Just(Some(Object::Unreadable)),
        1 => Just(None),
    ];
    (kind, object).prop_map(|(kind, object)| Access { kind, object })
}

#[derive(Clone, Debug)]
struct Call {
    ancestry: Vec<Arc<Path>>,
    name: &'static str,
    accesses: Vec<Access>,
    flags: (u64, &'static str),
}

fn call() -> impl Strategy<Value = Call> {
    let exe = pick(&["/usr/bin/tool", "/bin/sh", "/usr/bin/x"]).prop_map(|p| Arc::from(Path::new(p)));
    (
        proptest::collection::vec(exe, 1..3),
        pick(&["openat", "unlink", "connect", "getpid"]),
        proptest::collection::vec(access(), 0..3),
        pick(&[(0, "O_RDONLY"), (0o102, "O_RDWR|O_CREAT"), (7, "7")]),
    )
        .prop_map(|(ancestry, name, accesses, flags)| Call { ancestry, name, accesses, flags })
}

fn with_query<T>(call: &Call, f: impl FnOnce(&Query<'_>) -> T) -> T {
    let args = Given(vec![("flags", call.flags.0, call.flags.1)]);
    f(&Query { ancestry: &call.ancestry, pid: 100, call: call.name, accesses: &call.accesses, args: &args })
}

fn decide(rules: &Rules, call: &Call) -> Verdict {
    with_query(call, |query| rules.decide(query))
}

fn built(policy: &Policy) -> Rules {
    let mut rules = Rules::new(policy, &[], &place()).unwrap();
    rules.set_now(Some(2_000_000_000));
    rules
}

/// Whether the one rule, alone and without its presets, decides something about the call.
fn matches(rule: &Rule, call: &Call) -> bool {
    let alone = built(&Policy { rules: vec![rule.clone()], default: Decision::Allow, ..Policy::default() });
    (0..call.accesses.len().max(1)).any(|i| {
        let one = Call { accesses: call.accesses.get(i).cloned().into_iter().collect(), ..call.clone() };
        decide(&alone, &one).by == By::Rule
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_is_saved_is_what_is_loaded(policy in a_policy()) {
        let again = Policy::parse(&policy.to_json(), "saved").unwrap();
        prop_assert_eq!(&again, &policy);
        prop_assert_eq!(again.to_json(), policy.to_json());
    }

    #[test]
    fn the_quick_way_decides_as_looking_at_every_rule_does(
        policy in a_policy(), answers in proptest::collection::vec(rule(), 0..3), call in call()
    ) {
        let mut rules = built(&policy);
        for answer in answers {
            rules.add_session(answer);
        }
        let why = with_query(&call, |query| rules.why(query));
        prop_assert_eq!(&decide(&rules, &call), &why.verdict);
        if let Some(winner) = why.matching.first().filter(|_| why.verdict.by != By::Default) {
            prop_assert_eq!(&winner.id, &why.verdict.rule);
        }
    }

    #[test]
    fn denial_beats_allowance_where_all_else_is_equal(one in rule(), call in call(), order in any::<bool>()) {
        prop_assume!(one.decision != Decision::Pretend);
        let with = |decision| Rule { decision, errno: None, value: None, ..one.clone() };
        let mut pair = vec![with(Decision::Allow), with(Decision::Deny)];
        if order {
            pair.reverse();
        }
        let both = built(&Policy { rules: pair, ..Policy::default() });
        let alone = built(&Policy { rules: vec![with(Decision::Deny)], ..Policy::default() });
        prop_assert_eq!(decide(&both, &call).decision, decide(&alone, &call).decision);
    }

    #[test]
    fn a_rule_changes_nothing_that_it_does_not_match(policy in a_policy(), more in rule(), call in call()) {
        prop_assume!(!matches(&more, &call));
        let before = decide(&built(&policy), &call);
        let mut larger = policy;
        larger.rules.push(more);
        prop_assert_eq!(decide(&built(&larger), &call), before);
    }

    #[test]
    fn the_order_in_the_file_decides_no_decision(policy in a_policy(), call in call()) {
        let mut turned = policy.clone();
        turned.rules.reverse();
        prop_assert_eq!(decide(&built(&turned), &call).decision, decide(&built(&policy), &call).decision);
    }

    #[test]
    fn a_denial_with_priority_outlasts_every_answer(
        policy in a_policy(), kind in pick(&["", "file", "network"]), kill in any::<bool>(), answer in rule(), call in call()
    ) {
        let mut policy = policy;
        let decision = if kill { Decision::Kill } else { Decision::Deny };
        let kinds = if kind.is_empty() { Kinds::default() } else { Kinds::from_names(&[kind]).unwrap() };
        policy.rules.push(Rule { priority: Some(3), kinds, ..Rule::new(decision) });
        let id = format!("#{}", policy.rules.len());
        let mut rules = built(&policy);
        let before = decide(&rules, &call);
        rules.add_session(answer);
        if before.rule.as_deref() == Some(id.as_str()) {
            prop_assert!(decide(&rules, &call).decision >= before.decision);
        }
    }

    #[test]
    fn listed_in_deciding_order_the_first_match_decides(policy in a_policy(), one in access()) {
        let call = Call { ancestry: vec![Arc::from(Path::new("/usr/bin/tool"))], name: "openat", accesses: vec![one], flags: (0, "O_RDONLY") };
        let rules = built(&policy);
        let first = rules.ordered().into_iter().find(|o| o.origin.by() == By::Rule && matches(&o.rule, &call));
        let verdict = decide(&rules, &call);
        if let (By::Rule, Some(first)) = (verdict.by, &first) {
            // A rule that allows does not hold for what can't be seen, alone or among others.
            prop_assert_eq!(&verdict.rule, &first.id);
        }
        prop_assert_eq!(verdict.by == By::Rule, first.is_some());
    }

    #[test]
    fn no_text_makes_reading_panic(text in "\\PC*") {
        let _ = Policy::parse(&text, "text");
    }

    #[test]
    fn no_broken_policy_makes_reading_panic(policy in a_policy(), cut in 0usize..2000, put in "[\\[\\]{}\",:\\\\0-9a-zé*]{0,3}", drop in 0usize..4) {
        let mut text = policy.to_json();
        let from = (0..=cut.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap();
        let to = (from + drop..=text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(from);
        text.replace_range(from..to, &put);
        if let Err(error) = Policy::parse(&text, "text") {
            let lines = text.lines().count().max(1) + 1;
            prop_assert!(error.line >= 1 && error.line <= lines && error.column >= 1, "{}", error);
        }
    }

    #[test]
    fn the_short_forms_of_globs_agree_with_globset(file in "(/[a-c*.]{1,3}){1,4}", glob in pick(&["/a/*", "/a/**", "/a/b/**", "/**", "/a", "**"])) {
        let quick = rules(&format!("{{\"decision\":\"kill\",\"path\":{glob:?}}}"));
        let set = globset::GlobBuilder::new(glob).literal_separator(true).build().unwrap().compile_matcher();
        prop_assert_eq!(read(&quick, &file) == Decision::Kill, set.is_match(&file));
    }
}
