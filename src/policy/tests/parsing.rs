//! What is read, what is refused, and where the mistake is said to be.

use super::*;
use crate::policy::{ArgScalar, ArgTest, Ports, ProcessTarget};

/// The message for the policy, which must be refused.
fn refused(text: &str) -> String {
    Policy::parse(text, "p.json").unwrap_err().to_string()
}

/// The message for a policy of one rule that stands on line 3 from column 1.
fn rule_refused(rule: &str) -> String {
    refused(&format!("{{\"syswall\":1,\n\"rules\":[\n{rule}\n]}}"))
}

#[test]
fn the_contracts_example_is_read() {
    let text = r#"{
      "syswall": 1,
      "program": "/usr/bin/curl",
      "default": "ask",
      "ignore_library_loading": true,
      "presets": ["read-only-files"],
      "rules": [
        {"decision": "allow",   "kind": ["file.read", "file.stat"], "path": "/usr/share/**"},
        {"decision": "deny",    "kind": "network", "address": "10.0.0.0/8", "port": 443, "errno": "ECONNREFUSED"},
        {"decision": "pretend", "calls": ["unlink", "unlinkat"], "path": "~/Documents/**"},
        {"decision": "ask",     "calls": ["ioctl"], "args": {"request": "TIOCSTI"}},
        {"decision": "allow",   "calls": ["openat"]}
      ]
    }"#;
    let policy = Policy::parse(text, "p.json").unwrap();
    assert_eq!(policy.program.as_deref(), Some("/usr/bin/curl"));
    assert_eq!(policy.presets, ["read-only-files"]);
    assert_eq!(policy.ignore_library_loading, Some(true));
    assert_eq!(policy.rules.len(), 5);
    assert_eq!(policy.rules[1].kinds.names(), ["network"]);
    assert_eq!(policy.rules[1].kinds.set().len(), 5);
    assert_eq!(policy.rules[1].errno, Some(111));
    assert_eq!(policy.rules[1].port, Some(Ports::one(443)));
    assert_eq!(policy.rules[3].args, [("request".to_owned(), ArgTest::Is(ArgScalar::Text("TIOCSTI".into())))]);
    assert_eq!(Policy::parse(&policy.to_json(), "again").unwrap(), policy);
}

#[test]
fn every_field_of_a_rule_is_read() {
    let rule = r#"{"decision":"deny","errno":"EPERM","program":"~/bin/*","children":false,"kind":"process.signal",
        "calls":["kill"],"target":"outside","args":{"sig":{"in":[9,"SIGTERM"]}},"id":"a","enabled":false,
        "expires":"2030-01-01T00:00:00Z","priority":-3,"origin":"answer","note":"n"}"#;
    let policy = policy(rule);
    let rule = &policy.rules[0];
    assert_eq!(rule.target, Some(ProcessTarget::Outside));
    assert_eq!((rule.errno, rule.children, rule.enabled, rule.priority), (Some(1), false, false, Some(-3)));
    assert_eq!(rule.expires, Some(1_893_456_000));
    assert_eq!(Policy::parse(&policy.to_json(), "again").unwrap(), policy);
}

#[test]
fn mistakes_in_the_syntax_are_placed() {
    assert!(
        refused("{\n  \"syswall\": 1,,\n}").starts_with("p.json:2:16: not valid JSON: "),
        "{}",
        refused("{\n  \"syswall\": 1,,\n}")
    );
    assert!(refused("").starts_with("p.json:1:1: not valid JSON: "));
    assert!(refused("{\"syswall\":1}}").starts_with("p.json:1:14: not valid JSON: trailing characters"));
    assert!(refused("{\"syswall\":1,\n\"default\":\"ask").starts_with("p.json:2:"));
    assert_eq!(refused("[]"), "p.json:1:1: a policy, an object in {} is expected here, not a list");
    assert!(refused(&("[".repeat(100) + &"]".repeat(100))).contains("nested too deeply"));
    assert!(
        refused("{\"syswall\":1,\"rules\":[{\"decision\":\"deny\",\"decision\":\"allow\"}]}").contains("is here twice")
    );
}

#[test]
fn columns_count_characters() {
    let message = rule_refused("{\"note\":\"äöü\",\"decision\":\"alow\"}");
    assert!(message.starts_with("p.json:3:26: unknown decision \"alow\"; did you mean \"allow\"?"), "{message}");
}

#[test]
fn the_version_is_checked_before_anything_else() {
    assert_eq!(
        refused("{\"shiny\": true,\n \"syswall\": 2}"),
        "p.json:2:13: from a newer version of Syswall (format 2, this one reads 1); update Syswall"
    );
    assert_eq!(refused("{}"), "p.json:1:1: no version is given; add \"syswall\": 1");
    assert!(refused("{\"syswall\": 0}").contains("1:13"));
    assert!(refused("{\"syswall\": \"1\"}").contains("not a text"));
}

#[test]
fn unknown_names_are_placed_and_a_near_one_is_offered() {
    let cases = [
        ("{\"decision\":\"deny\",\"pth\":\"/x\"}", "3:20: unknown field \"pth\"; did you mean \"path\"?"),
        (
            "{\"decision\":\"deny\",\"kind\":[\"file.read\",\"file.wrte\"]}",
            "3:40: unknown kind \"file.wrte\"; did you mean \"file.write\"?",
        ),
        ("{\"decision\":\"deny\",\"calls\":[\"opennat\"]}", "3:29: unknown call \"opennat\"; did you mean \"openat\"?"),
        (
            "{\"decision\":\"deny\",\"calls\":[\"openat\"],\"args\":{\"flgs\":1}}",
            "3:47: unknown argument of openat \"flgs\"; did you mean \"flags\"?",
        ),
        ("{\"decision\":\"deny\",\"target\":\"slf\"}", "3:29: unknown target \"slf\"; did you mean \"self\"?"),
        ("{\"decision\":\"deny\",\"errno\":\"EACCESS\"}", "3:28: \"EACCESS\" is no errno"),
        ("{\"decision\":\"deny\",\"except\":{}}", "3:20: unknown field \"except\""),
    ];
    for (rule, expected) in cases {
        let message = rule_refused(rule);
        assert!(message.starts_with(&format!("p.json:{expected}")), "{rule}\n{message}");
    }
    assert!(
        refused("{\"syswall\":1,\"presets\":[\"no-netwrk\"]}")
            .ends_with("1:25: unknown preset \"no-netwrk\"; did you mean \"no-network\"?")
    );
    assert!(refused("{\"syswall\":1,\"defualt\":\"ask\"}").contains("did you mean \"default\"?"));
}

#[test]
fn unusable_values_are_placed_and_explained() {
    let cases = [
        ("{\"path\":\"/x\"}", "3:1: this rule decides nothing"),
        ("{\"decision\":1}", "3:13: a decision such as \"allow\" is expected here, not a number"),
        ("{\"decision\":\"deny\",\"path\":\"/x/[ab\"}", "3:27: \"/x/[ab\" is no usable pattern: "),
        ("{\"decision\":\"deny\",\"path\":\"x/y\"}", "3:27: \"x/y\" is no usable pattern: \"x/y\" can match nothing"),
        ("{\"decision\":\"deny\",\"path\":\"~bob/y\"}", "3:27: \"~bob/y\" is no usable pattern: after ~ comes a slash"),
        ("{\"decision\":\"deny\",\"path\":\"/x/**.c\"}", "3:27: \"/x/**.c\" is no usable pattern: ** must be alone"),
        ("{\"decision\":\"deny\",\"path\":\"\"}", "3:27: \"\" is no usable pattern: an empty text"),
        ("{\"decision\":\"deny\",\"socket\":\"bus\"}", "3:29: \"bus\" is no usable pattern"),
        ("{\"decision\":\"deny\",\"address\":\"10.0.0.0/33\"}", "3:30: \"10.0.0.0/33\" is neither"),
        ("{\"decision\":\"deny\",\"address\":\"example.org\"}", "3:30: \"example.org\" is neither"),
        ("{\"decision\":\"deny\",\"port\":70000}", "3:27: a port is a number from 0"),
        ("{\"decision\":\"deny\",\"port\":\"9-8\"}", "3:27: no port is in"),
        ("{\"decision\":\"deny\",\"port\":true}", "3:27: a port such as"),
        ("{\"decision\":\"deny\",\"calls\":[]}", "3:28: an empty list matches nothing"),
        ("{\"decision\":\"deny\",\"expires\":\"tomorrow\"}", "3:30: \"tomorrow\" is no moment"),
        ("{\"decision\":\"deny\",\"priority\":1.5}", "3:31: 1.5 is not a whole number"),
        ("{\"decision\":\"deny\",\"args\":{\"data\":{\"min\":3,\"max\":1}},\"calls\":[\"ptrace\"]}", "3:3"),
        ("{\"decision\":\"allow\",\"errno\":\"EPERM\"}", "3:21: \"errno\" belongs to rules that deny"),
        ("{\"decision\":\"deny\",\"value\":0}", "3:20: \"value\" belongs to rules that pretend"),
        ("{\"decision\":\"deny\",\"path\":\"/x\",\"port\":1}", "3:32: no object has both \"path\" and \"port\""),
        ("{\"decision\":\"deny\",\"id\":\"\"}", "3:25: an empty id"),
        (
            "{\"decision\":\"deny\",\"id\":\"a\"},\n{\"decision\":\"deny\",\"id\":\"a\"}",
            "4:25: the id \"a\" names two rules",
        ),
        ("7", "3:1: a rule is expected here, not a number"),
    ];
    for (rule, expected) in cases {
        let message = rule_refused(rule);
        assert!(message.starts_with(&format!("p.json:{expected}")), "{rule}\n{message}");
    }
    assert!(refused("{\"syswall\":1,\"default\":\"pretend\"}").contains("1:24: not everything can be pretended"));
    assert!(refused("{\"syswall\":1,\"program\":\"curl\"}").contains("1:24: \"curl\" is not a whole path"));
}

#[test]
fn what_cannot_be_pretended_is_refused_with_the_reason() {
    let message = rule_refused("{\"decision\":\"pretend\",\"calls\":[\"unlink\",\"clone\"]}");
    assert!(message.starts_with("p.json:3:41: cannot pretend clone: "), "{message}");
    let message = rule_refused("{\"decision\":\"pretend\",\"kind\":\"process.spawn\"}");
    assert!(message.starts_with("p.json:3:30: cannot pretend process.spawn: "), "{message}");
    assert_eq!(policy("{\"decision\":\"pretend\",\"kind\":\"file.delete\",\"value\":0}").rules[0].value, Some(0));
}

#[test]
fn a_policy_that_is_too_large_is_refused() {
    let text = format!("{{\"syswall\":1,\"program\":\"/{}\"}}", "x".repeat(16 << 20));
    assert_eq!(refused(&text), "p.json: larger than 16 MiB, the most a policy can be");
}

#[test]
fn an_unknown_preset_from_the_command_line_is_refused() {
    let error = Rules::new(&Policy::default(), &["no-such".to_owned()], &place()).unwrap_err().to_string();
    assert!(error.starts_with("preset no-such: there is no such preset; there are no-network, "), "{error}");
}

#[test]
fn a_rule_about_home_is_refused_where_there_is_none() {
    let nowhere = Place { home: None, ..place() };
    let error = Rules::new(&policy("{\"decision\":\"deny\",\"path\":\"~/x\"}"), &[], &nowhere).unwrap_err().to_string();
    assert_eq!(error, "policy: rule #1: path \"~/x\": no home directory is known for ~; set HOME");
}

#[test]
fn a_home_with_special_characters_means_itself() {
    let odd = Place { home: Some("/home/[a]*".into()), ..place() };
    let r = Rules::new(&policy("{\"decision\":\"kill\",\"path\":\"~/**/x?\"}"), &[], &odd).unwrap();
    assert_eq!(read(&r, "/home/[a]*/b/x1"), Decision::Kill);
    assert_eq!(read(&r, "/home/a/b/x1"), Decision::Ask);
}
