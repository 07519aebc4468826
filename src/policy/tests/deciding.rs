//! Which rule decides.

use super::*;
use crate::policy::{Rule, rule::Kinds};

#[test]
fn without_rules_the_default_decides_what_it_is_about() {
    let empty = rules("");
    assert_eq!(said(&ask(&empty, "openat", path(Kind::FileRead, "/etc/passwd"))), (Decision::Ask, By::Default, None));
    assert_eq!(ask(&empty, "stat", path(Kind::FileStat, "/etc/passwd")).decision, Decision::Allow);
    assert_eq!(ask(&empty, "openat", path(Kind::FileList, "/etc")).decision, Decision::Allow);
    assert_eq!(ask(&empty, "brk", Access { kind: Kind::Memory, object: None }).decision, Decision::Allow);
    let nothing = ask_with(&empty, &["/usr/bin/tool"], "getpid", &[], &NoArgs);
    assert_eq!(said(&nothing), (Decision::Allow, By::Default, None));
}

#[test]
fn signals_inside_the_tree_are_not_the_defaults_business() {
    let empty = rules("");
    assert_eq!(ask(&empty, "kill", process(Kind::ProcessSignal, 101, true)).decision, Decision::Allow);
    assert_eq!(ask(&empty, "kill", process(Kind::ProcessSignal, 1, false)).decision, Decision::Ask);
    assert_eq!(ask(&empty, "ptrace", process(Kind::ProcessInspect, 101, true)).decision, Decision::Ask);
    assert_eq!(ask(&empty, "prlimit64", process(Kind::ProcessInspect, 100, true)).decision, Decision::Allow);
}

#[test]
fn harmless_devices_are_allowed_unless_a_rule_says_otherwise() {
    let empty = rules("");
    for node in ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"] {
        assert_eq!(said(&ask(&empty, "openat", path(Kind::FileWrite, node))), (Decision::Allow, By::Default, None));
    }
    assert_eq!(ask(&empty, "openat", path(Kind::FileWrite, "/dev/sda")).decision, Decision::Ask);
    // It can be the terminal of something else.
    assert_eq!(ask(&empty, "openat", path(Kind::FileWrite, "/dev/pts/3")).decision, Decision::Ask);
    assert_eq!(ask(&empty, "unlink", path(Kind::FileDelete, "/dev/null")).decision, Decision::Ask);
    let named = rules(r#"{"decision":"deny","path":"/dev/null"}"#);
    assert_eq!(ask(&named, "openat", path(Kind::FileWrite, "/dev/null")).decision, Decision::Deny);
    let device = |request: &str| Access {
        kind: Kind::Device,
        object: Some(Object::Device { path: "/dev/pts/3".into(), request: request.to_owned() }),
    };
    assert_eq!(ask(&empty, "ioctl", device("TCGETS")).decision, Decision::Allow);
    assert_eq!(ask(&empty, "ioctl", device("TIOCSTI")).decision, Decision::Ask);
}

#[test]
fn library_loading_is_ignored_only_as_long_as_the_policy_says_so() {
    let mut ignoring = rules("");
    for file in [
        "/etc/ld.so.cache",
        "/usr/lib/x86_64-linux-gnu/libc.so.6",
        "/lib64/ld-linux-x86-64.so.2",
        "/usr/local/lib/libx.so",
    ] {
        assert_eq!(read(&ignoring, file), Decision::Allow, "{file}");
    }
    for file in ["/home/ann/libc.so.6", "/usr/lib/secret.so.key", "/usr/lib/.so", "/usr/lib/libx.so.", "/etc/passwd"] {
        assert_eq!(read(&ignoring, file), Decision::Ask, "{file}");
    }
    assert_eq!(ask(&ignoring, "openat", path(Kind::FileWrite, "/usr/lib/libc.so.6")).decision, Decision::Ask);
    ignoring.set_ignore_library_loading(false);
    assert_eq!(read(&ignoring, "/etc/ld.so.cache"), Decision::Ask);
    let denied = rules(r#"{"decision":"deny","path":"/usr/lib/**"}"#);
    assert_eq!(read(&denied, "/usr/lib/libc.so.6"), Decision::Deny);
}

#[test]
fn the_narrower_object_decides() {
    let r = rules(
        r#"{"id":"all","decision":"deny","path":"**"}, {"id":"etc","decision":"allow","path":"/etc/**"},
           {"id":"ssl","decision":"deny","path":"/etc/ssl/**"}, {"id":"one","decision":"allow","path":"/etc/ssl/openssl.cnf"},
           {"id":"certs","decision":"allow","path":"/etc/ssl/certs/**"},
           {"id":"none","decision":"kill"}"#,
    );
    let id = |file: &str| ask(&r, "openat", path(Kind::FileRead, file)).rule.unwrap().to_string();
    assert_eq!(id("/var/x"), "all");
    assert_eq!(id("/etc/x"), "etc");
    assert_eq!(id("/etc/ssl/x"), "ssl");
    assert_eq!(id("/etc/ssl/openssl.cnf"), "one");
    assert_eq!(id("/etc/ssl/certs/ca"), "certs");
    assert_eq!(ask(&r, "connect", unix("/run/x")).decision, Decision::Kill);
}

#[test]
fn networks_and_ports_decide_from_narrow_to_wide() {
    let r = rules(
        r#"{"id":"any","decision":"deny","kind":"network"}, {"id":"net","decision":"allow","address":"10.0.0.0/8"},
           {"id":"sub","decision":"deny","address":"10.1.0.0/16"}, {"id":"host","decision":"allow","address":"10.1.1.1"},
           {"id":"host-port","decision":"deny","address":"10.1.1.1","port":22}, {"id":"ports","decision":"allow","port":"8000-8099"},
           {"id":"port","decision":"deny","port":8080}, {"id":"six","decision":"allow","address":"fc00::/7"}"#,
    );
    let id =
        |to: &str, port: u16| ask(&r, "connect", address(Kind::NetworkConnect, to, port)).rule.unwrap().to_string();
    assert_eq!(id("1.2.3.4", 80), "any");
    assert_eq!(id("10.2.3.4", 80), "net");
    assert_eq!(id("10.1.3.4", 80), "sub");
    assert_eq!(id("10.1.1.1", 80), "host");
    assert_eq!(id("10.1.1.1", 22), "host-port");
    assert_eq!(id("1.2.3.4", 8099), "ports");
    assert_eq!(id("1.2.3.4", 8080), "port");
    assert_eq!(id("fc00::1", 80), "six");
    assert_eq!(id("::ffff:10.2.3.4", 80), "net");
}

#[test]
fn who_comes_before_object_and_priority_before_all() {
    let r = rules(
        r#"{"id":"exact","decision":"deny","path":"/etc/passwd"},
           {"id":"who","decision":"allow","program":"/usr/bin/tool"},
           {"id":"who-glob","decision":"kill","program":"/usr/bin/*"}"#,
    );
    assert_eq!(ask(&r, "openat", path(Kind::FileRead, "/etc/passwd")).rule.as_deref(), Some("who"));
    let r = rules(
        r#"{"id":"exact","decision":"deny","path":"/etc/passwd"},
           {"id":"low","decision":"deny","priority":-5}, {"id":"high","decision":"allow","priority":7}"#,
    );
    assert_eq!(ask(&r, "openat", path(Kind::FileRead, "/etc/passwd")).rule.as_deref(), Some("high"));
}

#[test]
fn arguments_come_before_calls_and_calls_before_kinds() {
    let r = rules(
        r#"{"id":"kind","decision":"deny","kind":"file.read"}, {"id":"group","decision":"kill","kind":"file"},
           {"id":"call","decision":"pretend","calls":["openat"]},
           {"id":"args","decision":"allow","calls":["openat"],"args":{"flags":{"has":"O_NOFOLLOW"}}}"#,
    );
    let with = |flags| Given(vec![("flags", 0, flags)]);
    let access = [path(Kind::FileRead, "/x")];
    let id =
        |call: &str, flags| ask_with(&r, &["/usr/bin/tool"], call, &access, &with(flags)).rule.unwrap().to_string();
    assert_eq!(id("openat", "O_RDONLY|O_NOFOLLOW"), "args");
    assert_eq!(id("openat", "O_RDONLY"), "call");
    assert_eq!(id("open", "O_RDONLY"), "kind");
}

#[test]
fn children_are_meant_unless_the_rule_says_no() {
    let r = rules(
        r#"{"decision":"deny","program":"/usr/bin/make","kind":"file.write"},
           {"decision":"deny","program":"/usr/bin/make","children":false,"kind":"file.delete"},
           {"decision":"deny","children":false,"kind":"network"}"#,
    );
    let by = |ancestry: &[&str], access: Access| ask_with(&r, ancestry, "x", &[access], &NoArgs).decision;
    let child = ["/usr/bin/cc", "/usr/bin/make"];
    assert_eq!(by(&child, path(Kind::FileWrite, "/x")), Decision::Deny);
    assert_eq!(by(&child, path(Kind::FileDelete, "/x")), Decision::Ask);
    assert_eq!(by(&["/usr/bin/make"], path(Kind::FileDelete, "/x")), Decision::Deny);
    assert_eq!(by(&["/usr/bin/cc"], path(Kind::FileWrite, "/x")), Decision::Ask);
    assert_eq!(by(&["/usr/bin/cc"], unix("/x")), Decision::Deny);
    assert_eq!(by(&child, unix("/x")), Decision::Ask);
}

#[test]
fn a_call_is_as_bad_as_its_worst_access() {
    let r = rules(r#"{"decision":"allow","path":"/a"}, {"id":"b","decision":"deny","path":"/b","errno":"EPERM"}"#);
    let accesses = [path(Kind::FileRename, "/a"), path(Kind::FileRename, "/b"), path(Kind::FileDelete, "/c")];
    let verdict = ask_with(&r, &["/usr/bin/tool"], "rename", &accesses, &NoArgs);
    assert_eq!((verdict.decision, verdict.access, verdict.errno), (Decision::Deny, 1, 1));
    assert_eq!(verdict.rule.as_deref(), Some("b"));
    let both = ask_with(&r, &["/usr/bin/tool"], "rename", &accesses[2..], &NoArgs);
    assert_eq!((both.decision, both.access), (Decision::Ask, 0));
    // Of several as bad, the first is named.
    let same = [accesses[0].clone(), accesses[2].clone(), accesses[2].clone()];
    assert_eq!(ask_with(&r, &["/usr/bin/tool"], "rename", &same, &NoArgs).access, 1);
}

#[test]
fn a_call_that_does_nothing_to_anything_is_matched_by_its_name() {
    let r = rules(
        r#"{"decision":"deny","calls":["getpid"]}, {"decision":"kill","kind":"file"}, {"decision":"kill","path":"**"}"#,
    );
    assert_eq!(ask_with(&r, &["/x"], "getpid", &[], &NoArgs).decision, Decision::Deny);
    assert_eq!(ask_with(&r, &["/x"], "getppid", &[], &NoArgs).decision, Decision::Allow);
}

#[test]
fn what_cannot_be_read_is_denied_where_a_rule_could_restrict_it() {
    let unreadable = || Access { kind: Kind::FileRead, object: Some(Object::Unreadable) };
    let r = rules(r#"{"decision":"allow","path":"/etc/**"}"#);
    assert_eq!(ask(&r, "openat", unreadable()).decision, Decision::Ask);
    let r = rules(r#"{"id":"no","decision":"ask","path":"/etc/**"}, {"decision":"allow"}"#);
    let verdict = ask(&r, "openat", unreadable());
    assert_eq!((verdict.decision, verdict.errno, verdict.rule.as_deref()), (Decision::Deny, 13, Some("no")));
    let r = rules(r#"{"decision":"deny","kind":"network","address":"10.0.0.0/8"}, {"decision":"allow"}"#);
    assert_eq!(ask(&r, "openat", unreadable()).decision, Decision::Allow);
    let r = rules(r#"{"decision":"deny","path":"/etc/**"}, {"decision":"allow","priority":1}"#);
    assert_eq!(ask(&r, "openat", unreadable()).decision, Decision::Allow);
}

#[test]
fn a_cut_or_unreadable_argument_never_allows() {
    let r = rules(
        r#"{"decision":"allow","calls":["execve"],"args":{"pathname":{"glob":"/bin/*"}}},
           {"decision":"deny","calls":["symlink"],"args":{"target":"/etc/x"}}"#,
    );
    let exec = |text| {
        let access = [path(Kind::ProcessExecute, "/bin/sh")];
        ask_with(&r, &["/x"], "execve", &access, &Given(vec![("pathname", 0, text)])).decision
    };
    assert_eq!(exec("\"/bin/sh\""), Decision::Allow);
    assert_eq!(exec("\"/bin/s\"..."), Decision::Ask);
    let link = |text| {
        let access = [path(Kind::FileCreate, "/y")];
        ask_with(&r, &["/x"], "symlink", &access, &Given(vec![("target", 0, text)])).decision
    };
    assert_eq!(link("\"/etc\"..."), Decision::Deny);
    assert_eq!(link("\"/etc/x\""), Decision::Deny);
    assert_eq!(link("\"/etc/y\""), Decision::Ask);
}

#[test]
fn arguments_are_compared_as_the_kernel_sees_them() {
    let deny = |test: &str, raw, text| {
        let r = rules(&format!(r#"{{"decision":"deny","calls":["ioctl"],"args":{{"request":{test}}}}}"#));
        let access = [Access { kind: Kind::Device, object: None }];
        ask_with(&r, &["/x"], "ioctl", &access, &Given(vec![("request", raw, text)])).decision == Decision::Deny
    };
    assert!(deny("\"TIOCSTI\"", 0x5412, "TIOCSTI"));
    assert!(deny("21522", 0x5412, "TIOCSTI"));
    assert!(deny("21522", 0x5412, "0x5412"));
    assert!(deny("-1", 0xffff_ffff_ffff_ffff, "-1"));
    assert!(deny(r#"{"in":["TIOCLINUX","TIOCSTI"]}"#, 0x5412, "TIOCSTI"));
    assert!(deny(r#"{"min":1,"max":9}"#, 9, "9"));
    assert!(!deny(r#"{"min":1,"max":9}"#, 10, "10"));
    assert!(deny(r#"{"has":"O_CREAT"}"#, 0o100, "O_RDWR|O_CREAT"));
    assert!(!deny(r#"{"has":"O_CREAT"}"#, 0, "O_RDWR|O_CREATE"));
    assert!(deny("\"O_CREAT|O_RDWR\"", 0, "O_RDWR|O_CREAT"));
    assert!(!deny("\"O_RDWR\"", 0, "O_RDWR|O_CREAT"));
    assert!(deny(r#"{"glob":"/tmp/*"}"#, 0, r#""/tmp/\"a\"""#));
    assert!(!deny("\"TIOCSTI\"", 1, "TCGETS"));
}

#[test]
fn globs_match_paths_as_documented() {
    let hit = |glob: &str, file: &str| {
        let r = rules(&format!("{{\"decision\":\"kill\",\"path\":{glob:?}}}"));
        read(&r, file) == Decision::Kill
    };
    assert!(hit("/x/**", "/x/a") && hit("/x/**", "/x/a/b") && !hit("/x/**", "/x") && !hit("/x/**", "/xa"));
    assert!(hit("/x/*", "/x/a") && !hit("/x/*", "/x/a/b") && !hit("/x/*", "/x"));
    assert!(hit("/x{,/**}", "/x") && hit("/x{,/**}", "/x/a/b") && !hit("/x{,/**}", "/xy"));
    assert!(hit("/x/?", "/x/a") && !hit("/x/?", "/x/ab") && hit("/x/[ab].c", "/x/b.c") && hit("/{a,b}/c", "/b/c"));
    assert!(hit("**/*.jpg", "/a/b/c.jpg") && hit("**/*.jpg", "/c.jpg") && !hit("**/*.jpg", "/c.jpgx"));
    assert!(hit("/a/**/z", "/a/z") && hit("/a/**/z", "/a/b/c/z"));
    assert!(hit("~/.ssh/**", "/home/ann/.ssh/id") && hit("~", "/home/ann") && !hit("~/.ssh/**", "/home/bob/.ssh/id"));
    assert!(hit("$CWD/**", "/work/project/a") && hit("$PROGRAM_DIR/*", "/opt/tool/a"));
    assert!(hit("/x/\\*", "/x/*") && !hit("/x/\\*", "/x/a"));
    assert!(hit("/x/*", "/x/a\nb") && hit("/**", "/") && hit("**", "/a"));
}

#[test]
fn paths_that_are_not_utf8_are_matched() {
    use std::os::unix::ffi::OsStrExt;
    let file = Path::new(std::ffi::OsStr::from_bytes(b"/x/\xff\xfe.jpg"));
    let access =
        || Access { kind: Kind::FileRead, object: Some(Object::Path { path: file.into(), asked: file.into() }) };
    for glob in ["/x/**", "/x/*", "**/*.jpg", "/x/??.jpg"] {
        let r = rules(&format!("{{\"decision\":\"kill\",\"path\":{glob:?}}}"));
        assert_eq!(ask(&r, "openat", access()).decision, Decision::Kill, "{glob}");
    }
}

#[test]
fn sockets_are_matched_by_name() {
    let r =
        rules(r#"{"decision":"deny","socket":"/run/user/*/bus"}, {"decision":"deny","socket":"@/tmp/.X11-unix/*"}"#);
    assert_eq!(ask(&r, "connect", unix("/run/user/1000/bus")).decision, Decision::Deny);
    assert_eq!(ask(&r, "connect", unix("@/tmp/.X11-unix/X0")).decision, Decision::Deny);
    assert_eq!(ask(&r, "connect", unix("/tmp/.X11-unix/X0")).decision, Decision::Ask);
}

#[test]
fn targets_tell_itself_the_tree_and_the_rest() {
    let r = rules(
        r#"{"decision":"allow","target":"self"}, {"decision":"deny","target":"tree"}, {"decision":"kill","target":"outside"}"#,
    );
    let decided = |pid, tree| ask(&r, "kill", process(Kind::ProcessSignal, pid, tree)).decision;
    assert_eq!(decided(100, true), Decision::Allow);
    assert_eq!(decided(101, true), Decision::Deny);
    assert_eq!(decided(1, false), Decision::Kill);
}

#[test]
fn rules_that_are_off_or_over_do_not_count() {
    let mut r = rules(
        r#"{"decision":"deny","enabled":false,"path":"/a"}, {"decision":"deny","expires":"2026-01-01T00:00:00Z","path":"/b"}"#,
    );
    r.set_now(Some(1_767_225_599));
    assert_eq!((read(&r, "/a"), read(&r, "/b")), (Decision::Ask, Decision::Deny));
    r.set_now(Some(1_767_225_600));
    assert_eq!(read(&r, "/b"), Decision::Ask);
}

fn answer(decision: Decision, glob: &str) -> Rule {
    Rule { kinds: Kinds::of(Kind::FileRead), path: Some(glob.to_owned()), ..Rule::new(decision) }
}

#[test]
fn an_answer_is_stronger_than_the_policy_but_not_than_a_denial_with_priority() {
    let mut r = rules(
        r#"{"decision":"deny","path":"/a"}, {"decision":"deny","path":"/b","priority":1}, {"decision":"ask","path":"/c","priority":5}"#,
    );
    for file in ["/a", "/b", "/c"] {
        assert!(r.add_session(answer(Decision::Allow, file)));
    }
    let verdict = ask(&r, "openat", path(Kind::FileRead, "/a"));
    assert_eq!((verdict.decision, verdict.by), (Decision::Allow, By::Answer));
    assert_eq!(read(&r, "/b"), Decision::Deny);
    assert_eq!(read(&r, "/c"), Decision::Allow);
}

#[test]
fn the_newer_of_two_equally_narrow_answers_holds() {
    let mut r = rules("");
    r.add_session(answer(Decision::Deny, "/a"));
    r.add_session(answer(Decision::Allow, "/a"));
    assert_eq!(read(&r, "/a"), Decision::Allow);
    r.add_session(answer(Decision::Deny, "/a"));
    assert_eq!(read(&r, "/a"), Decision::Deny);
    r.add_session(answer(Decision::Allow, "/**"));
    assert_eq!((read(&r, "/a"), read(&r, "/b")), (Decision::Deny, Decision::Allow));
    let mut fresh = rules("");
    fresh.carry_over(&r);
    assert_eq!((read(&fresh, "/a"), read(&fresh, "/b")), (Decision::Deny, Decision::Allow));
}

#[test]
fn an_answer_for_one_process_is_for_no_other() {
    let mut r = rules("");
    r.add_session(Rule { pid: Some(7), ..answer(Decision::Allow, "/a") });
    assert_eq!(read(&r, "/a"), Decision::Ask);
    r.add_session(Rule { pid: Some(100), ..answer(Decision::Allow, "/a") });
    assert_eq!(read(&r, "/a"), Decision::Allow);
}

#[test]
fn why_names_the_rule_and_those_that_it_beat() {
    let mut r =
        rules(r#"{"id":"wide","decision":"allow","path":"/etc/**"}, {"id":"narrow","decision":"ask","path":"/etc/x"}"#);
    let why = |r: &Rules| {
        let ancestry = [Arc::from(Path::new("/usr/bin/tool"))];
        let accesses = [path(Kind::FileRead, "/etc/x")];
        let query = Query { ancestry: &ancestry, pid: 100, call: "openat", accesses: &accesses, args: &NoArgs };
        assert_eq!(r.why(&query).verdict, r.decide(&query));
        r.why(&query)
            .matching
            .into_iter()
            .map(|o| o.id.map_or("answer".to_owned(), |i| i.to_string()))
            .collect::<Vec<_>>()
    };
    assert_eq!(why(&r), ["narrow", "wide"]);
    r.add_session(answer(Decision::Deny, "/**"));
    assert_eq!(why(&r), ["answer", "narrow", "wide"]);
    assert_eq!(r.ordered().len(), 3);
}

#[test]
fn what_needs_no_look_is_told() {
    use crate::syscall::KindSet;
    let r = Rules::new(
        &Policy { default: Decision::Allow, ..policy(r#"{"decision":"deny","kind":"network"}"#) },
        &[],
        &place(),
    )
    .unwrap();
    assert!(r.concerns("connect", KindSet::of(Kind::NetworkConnect), true));
    assert!(!r.concerns("openat", KindSet::of(Kind::FileRead), true));
    assert!(rules("").concerns("openat", KindSet::of(Kind::FileRead), true));
    assert!(!rules("").concerns("brk", KindSet::of(Kind::Memory), true));
    let path = rules(r#"{"decision":"deny","path":"/x/**"}"#);
    assert!(path.concerns("read", KindSet::of(Kind::Descriptor), true), "of a descriptor that is open on it");
    assert!(!path.concerns("brk", KindSet::of(Kind::Memory), false), "what names nothing is not about a path");
}
