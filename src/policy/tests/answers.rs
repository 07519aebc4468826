//! From answers to rules.

use super::*;
use crate::policy::answer::{Asked, Choice, HowLong, WhatScope, WhoScope, check_pattern, make_rule, what_choices};
use crate::policy::{Rule, rule::ProcessTarget};

fn make(access: &Access, call: &str, what: WhatScope, who: WhoScope, how_long: HowLong) -> Option<Rule> {
    let asked = Asked { program: Path::new("/usr/bin/tool"), pid: 100, call, access };
    make_rule(&asked, &Choice { decision: Decision::Allow, errno: None, what, who, how_long }, &place())
}

fn made(access: &Access, what: WhatScope) -> Rule {
    make(access, "openat", what, WhoScope::Run, HowLong::Always).unwrap()
}

fn ids(access: &Access) -> Vec<String> {
    what_choices(access, &place()).iter().map(WhatScope::id).collect()
}

#[test]
fn choices_come_from_the_object_narrowest_first() {
    assert_eq!(
        ids(&path(Kind::FileRead, "/home/ann/Downloads/a/b.jpg")),
        ["exact", "folder", "tree", "extension", "downloads", "home", "any-of-kind"]
    );
    assert_eq!(ids(&path(Kind::FileWrite, "/tmp/x/y")), ["exact", "folder", "tree", "temp", "any-of-kind"]);
    assert_eq!(ids(&path(Kind::FileRead, "/vmlinuz")), ["exact", "any-of-kind"]);
    assert_eq!(ids(&address(Kind::NetworkConnect, "1.2.3.4", 80)), ["address-port", "address", "port", "any-of-kind"]);
    assert_eq!(ids(&unix("/run/x")), ["exact", "any-of-kind"]);
    assert_eq!(ids(&Access { kind: Kind::FileRead, object: Some(Object::Unreadable) }), ["any-of-kind"]);
}

#[test]
fn states_are_read_back() {
    for access in [
        path(Kind::FileRead, "/home/ann/Downloads/a.jpg"),
        path(Kind::FileRead, "/tmp/a"),
        address(Kind::NetworkSend, "::1", 1),
    ] {
        for what in what_choices(&access, &place()) {
            assert_eq!(WhatScope::from_id(&what.id()), Some(what));
        }
    }
    let pattern = WhatScope::Pattern("/x/**".to_owned());
    assert_eq!(WhatScope::from_id(&pattern.id()), Some(pattern));
    for who in WhoScope::ALL {
        assert_eq!(WhoScope::from_id(&who.id()), Some(who));
    }
    for long in [HowLong::Once, HowLong::UntilEnd, HowLong::Minutes(15), HowLong::Always] {
        assert_eq!(HowLong::from_id(&long.id()), Some(long));
    }
    for id in ["minutes-0", "minutes-", "minutes-+5", "minutes-05", "never"] {
        assert_eq!(HowLong::from_id(id), None);
    }
    assert_eq!(WhatScope::from_id(""), None);
}

#[test]
fn paths_become_globs() {
    let file = path(Kind::FileRead, "/home/ann/Downloads/a [1]/b*.jpg");
    let glob = |what| made(&file, what).path.unwrap();
    assert_eq!(glob(WhatScope::Exact), "~/Downloads/a \\[1\\]/b\\*.jpg");
    assert_eq!(glob(WhatScope::Folder), "~/Downloads/a \\[1\\]/*");
    assert_eq!(glob(WhatScope::Tree), "~/Downloads/a \\[1\\]/**");
    assert_eq!(glob(WhatScope::Extension), "**/*.jpg");
    assert_eq!(glob(WhatScope::Downloads), "~/Downloads/**");
    assert_eq!(glob(WhatScope::Home), "~/**");
    assert_eq!(made(&path(Kind::FileList, "/etc/x"), WhatScope::Tree).path.unwrap(), "/etc/x{,/**}");
    assert_eq!(made(&path(Kind::FileRead, "/etc/x"), WhatScope::Folder).path.unwrap(), "/etc/*");
}

#[test]
fn other_objects_become_conditions() {
    let to = address(Kind::NetworkConnect, "1.2.3.4", 80);
    let both = made(&to, WhatScope::AddressPort);
    assert_eq!((both.address.unwrap().to_string(), both.port.unwrap().to_string()), ("1.2.3.4/32".into(), "80".into()));
    assert_eq!(made(&to, WhatScope::Port).address, None);
    assert_eq!(made(&to, WhatScope::Pattern("1.2.0.0/16".into())).address.unwrap().to_string(), "1.2.0.0/16");
    assert_eq!(made(&unix("@a*"), WhatScope::Exact).socket.unwrap(), "@a\\*");
    assert_eq!(made(&process(Kind::ProcessSignal, 1, false), WhatScope::Exact).target, Some(ProcessTarget::Outside));
}

#[test]
fn who_and_how_long_are_kept() {
    let file = path(Kind::FileRead, "/x/y");
    let rule = |who, long| make(&file, "openat", WhatScope::Exact, who, long);
    assert_eq!(rule(WhoScope::Run, HowLong::Once), None);
    assert_eq!(rule(WhoScope::Process, HowLong::UntilEnd).unwrap().pid, Some(100));
    let saved = rule(WhoScope::Process, HowLong::Always).unwrap();
    assert_eq!((saved.pid, saved.program.as_deref(), saved.children), (None, Some("/usr/bin/tool"), false));
    let program = rule(WhoScope::Program, HowLong::UntilEnd).unwrap();
    assert_eq!((program.program.as_deref(), program.children), (Some("/usr/bin/tool"), true));
    assert!(rule(WhoScope::Run, HowLong::Minutes(15)).unwrap().expires.unwrap() > 1_700_000_000);
}

#[test]
fn every_offered_answer_settles_the_question_and_can_be_saved() {
    let accesses = [
        path(Kind::FileRead, "/home/ann/Downloads/a [1]/b{*}\\.jpg"),
        path(Kind::FileList, "/"),
        path(Kind::FileList, "/home/ann"),
        path(Kind::FileWrite, "/tmp/x,y"),
        path(Kind::ProcessExecute, "/bin/sh"),
        address(Kind::NetworkConnect, "1.2.3.4", 80),
        address(Kind::NetworkConnect, "::1", 0),
        unix("/run/user/1000/bus"),
        unix("@/tmp/[x]"),
        process(Kind::ProcessSignal, 1, false),
        process(Kind::ProcessInspect, 101, true),
        Access { kind: Kind::Ipc, object: None },
        Access { kind: Kind::System, object: Some(Object::System { name: "hostname".into() }) },
        Access {
            kind: Kind::NetworkSocket,
            object: Some(Object::Socket { family: "AF_NETLINK".into(), text: String::new() }),
        },
        Access { kind: Kind::FileRead, object: Some(Object::Unreadable) },
    ];
    for access in &accesses {
        for what in what_choices(access, &place()) {
            for who in WhoScope::ALL {
                for long in [HowLong::UntilEnd, HowLong::Minutes(1), HowLong::Always] {
                    let rule = make(access, "socket", what.clone(), who, long)
                        .unwrap_or_else(|| panic!("{access:?} {what:?}"));
                    let args = Given(vec![("domain", 16, "AF_NETLINK")]);
                    let decide =
                        |r: &Rules| ask_with(r, &["/usr/bin/tool"], "socket", std::slice::from_ref(access), &args);
                    let mut r = rules("");
                    assert!(r.add_session(rule.clone()));
                    assert_eq!(decide(&r).decision, Decision::Allow, "{access:?} {rule:?}");
                    let policy = Policy { rules: vec![rule.clone()], ..Policy::default() };
                    let read = Policy::parse(&policy.to_json(), "saved").unwrap();
                    if long == HowLong::Always {
                        assert_eq!(read, policy);
                        assert_eq!(decide(&Rules::new(&read, &[], &place()).unwrap()).decision, Decision::Allow);
                    }
                }
            }
        }
    }
}

#[test]
fn a_pattern_is_checked_while_it_is_typed() {
    let object = path(Kind::FileRead, "/x/y.c").object.unwrap();
    assert_eq!(check_pattern("/x/*.c", &object, &place()), Ok(()));
    assert!(check_pattern("/x/*.h", &object, &place()).unwrap_err().contains("does not match"));
    assert!(check_pattern("/x/[", &object, &place()).is_err());
    let object = address(Kind::NetworkConnect, "1.2.3.4", 80).object.unwrap();
    assert_eq!(check_pattern("1.0.0.0/8", &object, &place()), Ok(()));
    assert!(check_pattern("2.0.0.0/8", &object, &place()).is_err());
    let asked = path(Kind::FileRead, "/x/y.c");
    assert_eq!(make(&asked, "openat", WhatScope::Pattern("/x/[".into()), WhoScope::Run, HowLong::Always), None);
}
