//! Rules in words: what, who, how long, whose.

use crate::policy::{ArgScalar, ArgTest, Decision, ProcessTarget, Rule};
use crate::syscall::Kind;
use crate::words::{elide, escape, fill, kind_name, program_name, tr};

/// Most characters of one pattern in a row.
const MOST: usize = 80;

/// What is decided, as a word: "Allow".
pub fn decision(decision: Decision) -> String {
    match decision {
        Decision::Allow => tr("Allow"),
        Decision::Ask => tr("Ask"),
        Decision::Pretend => tr("Pretend"),
        Decision::Deny => tr("Deny"),
        Decision::Kill => tr("Stop the program"),
    }
}

/// A group of kinds as a phrase; `None` if `name` is no group.
pub fn group_name(name: &str) -> Option<String> {
    match name {
        "file" => Some(tr("use files in any way")),
        "network" => Some(tr("use the network in any way")),
        "process" => Some(tr("deal with processes in any way")),
        _ => None,
    }
}

/// What the rule is about: "read files: ~/Pictures/**".
pub fn what(rule: &Rule) -> String {
    let mut doing: Vec<String> = rule
        .kinds
        .names()
        .iter()
        .map(|name| Kind::from_name(name).map(kind_name).or_else(|| group_name(name)).unwrap_or_else(|| escape(name)))
        .collect();
    doing.extend(rule.calls.iter().map(|call| fill(&tr("the call {call}"), &[("call", &escape(call))])));
    if doing.is_empty() {
        doing.push(tr("anything"));
    }
    let mut objects = Vec::new();
    objects.extend(rule.path.as_ref().map(|path| elide(&escape(path), MOST)));
    objects
        .extend(rule.socket.as_ref().map(|name| fill(&tr("socket {name}"), &[("name", &elide(&escape(name), MOST))])));
    objects.extend(rule.address.as_ref().map(ToString::to_string));
    objects.extend(rule.port.map(|port| fill(&tr("port {port}"), &[("port", &port.to_string())])));
    objects.extend(rule.target.map(|target| match target {
        ProcessTarget::Itself => tr("its own process"),
        ProcessTarget::Tree => tr("processes of the program"),
        ProcessTarget::Outside => tr("processes of others"),
    }));
    objects.extend(rule.args.iter().map(|(name, test)| format!("{} {}", escape(name), argument(test))));
    let doing = doing.join(", ");
    if objects.is_empty() { doing } else { format!("{doing}: {}", objects.join(", ")) }
}

fn argument(test: &ArgTest) -> String {
    let scalar = |value: &ArgScalar| match value {
        ArgScalar::Number(number) => number.to_string(),
        ArgScalar::Text(text) => elide(&escape(text), MOST),
    };
    match test {
        ArgTest::Is(value) => format!("= {}", scalar(value)),
        ArgTest::Has(flag) => format!("∋ {}", escape(flag)),
        ArgTest::In(values) => format!("∈ {}", values.iter().map(scalar).collect::<Vec<_>>().join(" ")),
        ArgTest::Glob(glob) => format!("~ {}", elide(&escape(glob), MOST)),
        ArgTest::Range { min, max } => {
            let bound = |value: &Option<i128>| value.map(|v| v.to_string()).unwrap_or_default();
            format!("{}…{}", bound(min), bound(max))
        }
    }
}

/// Whom the rule is about.
pub fn who(rule: &Rule) -> String {
    let name = rule.program.as_ref().map(|glob| {
        if glob.contains(['*', '?', '[', '{']) { elide(&escape(glob), MOST) } else { program_name(glob.as_ref()) }
    });
    match (rule.pid, name, rule.children) {
        (Some(pid), ..) => fill(&tr("only process {pid}"), &[("pid", &pid.to_string())]),
        (None, Some(name), true) => fill(&tr("{program} and what it starts"), &[("program", &name)]),
        (None, Some(name), false) => fill(&tr("{program} itself"), &[("program", &name)]),
        (None, None, true) => tr("every program of the run"),
        (None, None, false) => tr("the program itself"),
    }
}

/// How long the rule holds; `session`: it is not saved.
pub fn how_long(rule: &Rule, session: bool) -> String {
    match (rule.expires, session) {
        (Some(seconds), _) => {
            let at = super::text::date_and_time(seconds.saturating_mul(1_000_000_000));
            fill(&tr("until {time}"), &[("time", &at)])
        }
        (None, true) => tr("until the program ends"),
        (None, false) => tr("always"),
    }
}

/// Where the rule came from.
pub fn origin(rule: &Rule) -> String {
    match rule.origin.as_deref() {
        Some("answer") => tr("from an answer"),
        Some("window") => tr("made in the window"),
        Some(other) => elide(&escape(other), MOST),
        None => tr("from the policy file"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Kinds;

    #[test]
    fn a_rule_says_what_it_is_about() {
        let mut rule = Rule::new(Decision::Deny);
        assert_eq!(what(&rule), "anything");
        rule.kinds = Kinds::of(Kind::FileRead);
        rule.path = Some("~/a\u{202e}b/**".to_owned());
        let text = what(&rule);
        assert!(text.starts_with("read files: ~/a"), "{text}");
        assert!(!text.contains('\u{202e}'), "a character that turns the text around is made visible: {text}");
    }

    #[test]
    fn a_rule_of_one_process_is_not_shown_as_one_of_the_program() {
        let mut rule = Rule::new(Decision::Allow);
        rule.program = Some("/usr/bin/curl".to_owned());
        assert_eq!(who(&rule), "curl and what it starts");
        rule.pid = Some(7);
        assert_eq!(who(&rule), "only process 7");
    }
}
