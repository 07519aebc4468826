//! Policies on disk.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;

#[test]
fn saving_makes_the_directory_and_is_for_the_owner_only() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a/b/p.json");
    let policy = policy(r#"{"decision":"allow","path":"/x"}"#);
    policy.save(&file).unwrap();
    assert_eq!(Policy::load(&file).unwrap(), policy);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn saving_over_a_link_keeps_the_link() {
    let dir = tempfile::tempdir().unwrap();
    let (real, link) = (dir.path().join("real.json"), dir.path().join("link.json"));
    fs::write(&real, "old").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    Policy::default().save(&link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(Policy::load(&real).unwrap(), Policy::default());
}

#[test]
fn a_save_that_fails_leaves_the_old_policy_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("p.json");
    // A rename can't replace a directory that is not empty.
    fs::create_dir(&target).unwrap();
    fs::write(target.join("x"), "x").unwrap();
    let error = Policy::default().save(&target).unwrap_err().to_string();
    assert!(error.contains("cannot save the policy: "), "{error}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn what_cannot_be_read_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("none.json");
    let error = Policy::load(&missing).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}: cannot read the policy: No such file", missing.display())), "{error}");
    assert!(Policy::load(dir.path()).unwrap_err().to_string().contains("Is a directory"));
    let latin = dir.path().join("latin.json");
    fs::write(&latin, b"{\"syswall\":1,\n\"program\":\"/\xe4\"}").unwrap();
    assert!(Policy::load(&latin).unwrap_err().to_string().contains("latin.json:2:13: not UTF-8"));
    let huge = dir.path().join("huge.json");
    fs::File::create(&huge).unwrap().set_len(17 << 20).unwrap();
    assert!(Policy::load(&huge).unwrap_err().to_string().contains("larger than 16 MiB"));
}

#[test]
fn saving_keeps_the_order_of_fields_and_what_was_written_without_need() {
    let text = concat!(
        "{\n  \"syswall\": 1,\n  \"default\": \"deny\",\n  \"program\": \"/usr/bin/curl\",\n  \"rules\": [\n",
        "    {\"path\": \"/x\", \"decision\": \"allow\", \"enabled\": true, \"kind\": \"network\"},\n",
        "    {\"note\": \"n\", \"decision\": \"deny\", \"args\": {\"b\": {\"min\": 1}, \"a\": \"X\"}, \"calls\": [\"ptrace\"]}\n",
        "  ]\n}\n"
    );
    // ptrace's arguments have other names than these where they are described.
    let text = if crate::syscall::lookup_name("ptrace").is_some() {
        text.replace("\"b\"", "\"pid\"").replace("\"a\"", "\"request\"").replace("\"request\"", first_arg())
    } else {
        text.to_owned()
    };
    let policy = Policy::parse(&text.replace("kind\": \"network\"", "kind\": \"file\""), "p").unwrap();
    assert_eq!(policy.to_json(), text.replace("kind\": \"network\"", "kind\": \"file\""));
}

/// The name of ptrace's first argument, quoted.
fn first_arg() -> &'static str {
    match crate::syscall::lookup_name("ptrace").and_then(|row| row.args.first()).map(|a| a.name) {
        Some("op") => "\"op\"",
        _ => "\"request\"",
    }
}

#[test]
fn rules_for_one_process_are_not_saved() {
    let mut policy = policy(r#"{"decision":"allow","path":"/x"}"#);
    let mut one = policy.rules[0].clone();
    one.pid = Some(1);
    policy.rules.push(one);
    assert_eq!(Policy::parse(&policy.to_json(), "p").unwrap().rules.len(), 1);
}

#[test]
fn no_two_programs_share_a_policy() {
    let file = |program: &str| Policy::file_for(Path::new("/c"), Path::new(program));
    assert_eq!(file("/usr/bin/photo-sorter"), Path::new("/c/policies/usr+bin+photo-sorter.json"));
    assert_eq!(file("/opt/g++ 1"), Path::new("/c/policies/opt+g%2B%2B%201.json"));
    let names = ["/a/b", "/a+b", "/a%2Fb", "/a%b", "/a/b.json", "/a/./b"];
    let files: std::collections::HashSet<_> = names.iter().map(|n| file(n)).collect();
    assert_eq!(files.len(), names.len());
    let long = file(&format!("/{}", "x/".repeat(1000)));
    assert!(long.components().all(|c| c.as_os_str().len() < 255));
}
