//! Policies from JSON: every field checked, every mistake named with its place and how to mend it.

use std::path::PathBuf;

use ipnet::IpNet;

use super::pattern::{Pattern, Subject};
use super::rule::{ArgScalar, ArgTest, Except, Kinds, Layout, Ports, ProcessTarget, Rule};
use super::spans::{Member, Node, Value};
use super::{Decision, Place, Policy, PolicyError, names, spans, time};
use crate::i18n::{fill, mark, tr};
use crate::syscall::errno;

/// The version that is read and written.
pub(super) const VERSION: u64 = 1;
/// A policy's fields in the contract's order.
pub(super) const POLICY_FIELDS: [&str; 6] =
    ["syswall", "program", "default", "ignore_library_loading", "presets", "rules"];
/// A rule's fields in the contract's order.
pub(super) const RULE_FIELDS: [&str; 19] = [
    "decision", "program", "children", "kind", "calls", "path", "address", "port", "socket", "target", "args", "errno",
    "value", "id", "enabled", "expires", "priority", "origin", "note",
];
const EXCEPT_FIELDS: [&str; 5] = ["paths", "addresses", "families", "made_by_program", "library_loading"];
const TEST_FIELDS: [&str; 5] = ["has", "in", "glob", "min", "max"];

/// Who wrote the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Author {
    /// Anybody.
    User,
    /// A shipped preset, which may have exceptions.
    Preset,
}

/// Reads from one text.
pub(super) struct Reader<'a> {
    pub source: &'a str,
    pub text: &'a str,
    pub author: Author,
    place: Place,
}

type Result<T> = std::result::Result<T, PolicyError>;

impl<'a> Reader<'a> {
    /// A reader of `text`, which errors call `source`.
    pub fn new(source: &'a str, text: &'a str, author: Author) -> Reader<'a> {
        // Whether a glob is sound does not depend on where it begins.
        let root = PathBuf::from("/");
        let place = Place { home: Some(root.clone()), cwd: root.clone(), program_dir: root };
        Reader { source, text, author, place }
    }

    /// An error at `at`.
    pub fn error(&self, at: usize, message: impl Into<String>) -> PolicyError {
        PolicyError::at(self.source, self.text, at, message)
    }

    /// The same with the placeholders of `template` filled.
    fn told(&self, at: usize, template: &str, values: &[(&str, &str)]) -> PolicyError {
        self.error(at, fill(template, values))
    }

    fn expected(&self, node: &Node, what: &str) -> PolicyError {
        self.told(
            node.at,
            &tr("{what} is expected here, not {found}"),
            &[("what", &tr(what)), ("found", &tr(node.value.what()))],
        )
    }

    /// The members of an object, each of them known.
    pub fn members<'n>(&self, node: &'n Node, what: &str, known: &[&'static str]) -> Result<&'n [Member]> {
        let Value::Object(members) = &node.value else { return Err(self.expected(node, what)) };
        for member in members {
            if !known.contains(&member.key.as_str()) {
                return Err(self.unknown(member.at, mark("unknown field {name}"), &member.key, known.iter().copied()));
            }
        }
        Ok(members)
    }

    /// `problem` is the marked sentence, with `{name}` and perhaps `{call}` in it.
    fn unknown<'n>(&self, at: usize, problem: &str, name: &str, known: impl Iterator<Item = &'n str>) -> PolicyError {
        let known: Vec<&str> = known.collect();
        let problem = fill(&tr(problem), &[("name", &format!("{name:?}"))]);
        let message = match names::nearest(name, known.iter().copied()) {
            Some(near) => {
                fill(&tr("{problem}; did you mean {near}?"), &[("problem", &problem), ("near", &format!("{near:?}"))])
            }
            None if known.len() <= 40 => {
                fill(&tr("{problem}; there are {known}"), &[("problem", &problem), ("known", &known.join(", "))])
            }
            None => problem,
        };
        self.error(at, message)
    }

    pub fn string<'n>(&self, node: &'n Node, what: &str) -> Result<&'n str> {
        match &node.value {
            Value::String(text) => Ok(text),
            _ => Err(self.expected(node, what)),
        }
    }

    fn boolean(&self, node: &Node) -> Result<bool> {
        match node.value {
            Value::Bool(value) => Ok(value),
            _ => Err(self.expected(node, mark("true or false"))),
        }
    }

    fn integer(&self, node: &Node, what: &str) -> Result<i128> {
        let Value::Number(number) = &node.value else { return Err(self.expected(node, what)) };
        let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
        whole.ok_or_else(|| {
            self.told(
                node.at,
                &tr("{number} is not a whole number of at most 64 bits"),
                &[("number", &number.to_string())],
            )
        })
    }

    fn items<'n>(&self, node: &'n Node, what: &str) -> Result<&'n [Node]> {
        match &node.value {
            Value::Array(items) => Ok(items),
            _ => Err(self.expected(node, what)),
        }
    }

    /// One text or a list of them; never an empty list.
    fn one_or_more<'n>(&self, node: &'n Node, what: &str) -> Result<Vec<(usize, &'n str)>> {
        if let Value::String(text) = &node.value {
            return Ok(vec![(node.at, text)]);
        }
        let items = self.items(node, what)?;
        if items.is_empty() {
            return Err(self.error(node.at, tr("an empty list matches nothing; leave the field out to mean any")));
        }
        items.iter().map(|item| Ok((item.at, self.string(item, what)?))).collect()
    }

    pub fn decision(&self, node: &Node) -> Result<Decision> {
        let what = mark("a decision such as \"allow\"");
        let name = self.string(node, what)?;
        Decision::from_name(name).ok_or_else(|| {
            self.unknown(node.at, mark("unknown decision {name}"), name, Decision::ALL.iter().map(|d| d.name()))
        })
    }

    fn glob(&self, node: &Node, subject: Subject, what: &str) -> Result<String> {
        let text = self.string(node, what)?;
        Pattern::new(text, subject, &self.place).map_err(|why| {
            self.told(
                node.at,
                &tr("{text} is no usable pattern: {why}"),
                &[("text", &format!("{text:?}")), ("why", &why)],
            )
        })?;
        Ok(text.to_owned())
    }

    fn kinds(&self, node: &Node) -> Result<Kinds> {
        let given = self.one_or_more(node, mark("a kind such as \"file.read\", or a list of kinds"))?;
        let names: Vec<&str> = given.iter().map(|(_, name)| *name).collect();
        Kinds::from_names(&names).map_err(|bad| {
            let at = given.iter().find(|(_, name)| *name == bad).map_or(node.at, |(at, _)| *at);
            self.unknown(at, mark("unknown kind {name}"), &bad, names::kinds())
        })
    }

    fn calls(&self, node: &Node) -> Result<Vec<String>> {
        let given = self.one_or_more(node, mark("a list of calls such as [\"openat\"]"))?;
        for (at, name) in &given {
            if !names::is_call(name) {
                return Err(self.unknown(*at, mark("unknown call {name}"), name, names::calls()));
            }
        }
        Ok(given.into_iter().map(|(_, name)| name.to_owned()).collect())
    }

    fn address(&self, node: &Node) -> Result<IpNet> {
        let text = self.string(node, mark("an address such as \"192.0.2.1\" or \"10.0.0.0/8\""))?;
        let bad = || {
            let examples = "192.0.2.1, 10.0.0.0/8, 2001:db8::1 or fc00::/7";
            self.told(
                node.at,
                &tr("{text} is neither an IP address nor a network; write {examples}"),
                &[("text", &format!("{text:?}")), ("examples", examples)],
            )
        };
        super::address::parse(text).ok_or_else(bad)
    }

    fn port(&self, node: &Node) -> Result<Ports> {
        const WHAT: &str = mark("a port such as 443 or \"8000-8099\"");
        let bad = || self.error(node.at, tr("a port is a number from 0 to 65535, or two as in \"8000-8099\""));
        match &node.value {
            Value::Number(number) => {
                let port = number.as_u64().and_then(|n| u16::try_from(n).ok()).ok_or_else(bad)?;
                Ok(Ports::one(port))
            }
            Value::String(text) => {
                let (first, last) = text.split_once('-').unwrap_or((text, text));
                let number = |t: &str| t.bytes().all(|b| b.is_ascii_digit()).then(|| t.parse::<u16>().ok()).flatten();
                let (first, last) = (number(first).ok_or_else(bad)?, number(last).ok_or_else(bad)?);
                if first > last {
                    return Err(self.told(
                        node.at,
                        &tr("no port is in {text}; the lower number comes first"),
                        &[("text", &format!("{text:?}"))],
                    ));
                }
                Ok(Ports { first, last })
            }
            _ => Err(self.expected(node, WHAT)),
        }
    }

    fn scalar(&self, node: &Node) -> Result<ArgScalar> {
        match &node.value {
            Value::String(text) => Ok(ArgScalar::Text(text.clone())),
            _ => Ok(ArgScalar::Number(self.integer(node, mark("a number or a text"))?)),
        }
    }

    fn arg_test(&self, node: &Node) -> Result<ArgTest> {
        let Value::Object(_) = node.value else { return Ok(ArgTest::Is(self.scalar(node)?)) };
        let members = self.members(node, mark("a test"), &TEST_FIELDS)?;
        let shape = || {
            self.error(
                node.at,
                tr("a test has one of \"has\", \"in\" and \"glob\", or \"min\" and \"max\" (or one of them)"),
            )
        };
        let bound = |name: &str| {
            let found = members.iter().find(|m| m.key == name);
            found.map(|m| self.integer(&m.node, mark("a number"))).transpose()
        };
        let (min, max) = (bound("min")?, bound("max")?);
        if min.is_some() || max.is_some() {
            if members.len() != usize::from(min.is_some()) + usize::from(max.is_some()) {
                return Err(shape());
            }
            if let (Some(min), Some(max)) = (min, max)
                && min > max
            {
                return Err(self.error(node.at, tr("no number is in this range; \"min\" is the lower one")));
            }
            return Ok(ArgTest::Range { min, max });
        }
        let [member] = members else { return Err(shape()) };
        match member.key.as_str() {
            "has" => Ok(ArgTest::Has(self.string(&member.node, mark("a flag such as \"O_CREAT\""))?.to_owned())),
            "glob" => Ok(ArgTest::Glob(self.glob(&member.node, Subject::Text, mark("a pattern"))?)),
            _ => {
                let items = self.items(&member.node, mark("a list of numbers or texts"))?;
                if items.is_empty() {
                    return Err(self.error(member.node.at, tr("nothing is in an empty list")));
                }
                Ok(ArgTest::In(items.iter().map(|item| self.scalar(item)).collect::<Result<_>>()?))
            }
        }
    }

    fn args(&self, node: &Node, calls: &[String]) -> Result<Vec<(String, ArgTest)>> {
        let Value::Object(members) = &node.value else {
            return Err(self.expected(node, mark("an object such as {\"request\": \"TIOCSTI\"}")));
        };
        if members.is_empty() {
            return Err(self.error(node.at, tr("an empty \"args\" tests nothing; leave it out")));
        }
        let mut tests = Vec::new();
        for member in members {
            if let Some(known) = names::args_of(calls)
                && !known.contains(&member.key.as_str())
            {
                let call = calls.join(", ");
                return Err(self.unknown(
                    member.at,
                    &fill(&tr("unknown argument of {call} {name}"), &[("call", &call)]),
                    &member.key,
                    known.iter().copied(),
                ));
            }
            tests.push((member.key.clone(), self.arg_test(&member.node)?));
        }
        Ok(tests)
    }

    fn expires(&self, node: &Node) -> Result<i64> {
        let text = self.string(node, mark("a moment such as \"2026-12-31T23:59:59Z\""))?;
        time::parse(text).ok_or_else(|| {
            self.told(
                node.at,
                &tr("{text} is no moment; write it in UTC as 2026-12-31T23:59:59Z"),
                &[("text", &format!("{text:?}"))],
            )
        })
    }

    fn errno(&self, node: &Node) -> Result<i32> {
        let bad = |given: &str| {
            self.told(
                node.at,
                &tr("{given} is no errno; write its name, such as \"EACCES\" or \"ENOENT\""),
                &[("given", given)],
            )
        };
        match &node.value {
            Value::String(name) => errno::number(name).ok_or_else(|| bad(&format!("{name:?}"))),
            _ => {
                let number = self.integer(node, mark("an errno such as \"EACCES\""))?;
                i32::try_from(number).ok().filter(|n| (1..=133).contains(n)).ok_or_else(|| bad(&number.to_string()))
            }
        }
    }

    fn except(&self, node: &Node) -> Result<Except> {
        let mut except = Except::default();
        for member in self.members(node, mark("an object"), &EXCEPT_FIELDS)? {
            let node = &member.node;
            match member.key.as_str() {
                "paths" => {
                    for item in self.items(node, mark("a list of paths"))? {
                        except.paths.push(self.glob(item, Subject::Path, mark("a path"))?);
                    }
                }
                "addresses" => {
                    for item in self.items(node, mark("a list of addresses"))? {
                        except.addresses.push(self.address(item)?);
                    }
                }
                "families" => {
                    for item in self.items(node, mark("a list of socket families"))? {
                        except.families.push(self.string(item, mark("a family"))?.to_owned());
                    }
                }
                "made_by_program" => except.made_by_program = self.boolean(node)?,
                _ => except.library_loading = self.boolean(node)?,
            }
        }
        Ok(except)
    }

    /// One rule.
    pub fn rule(&self, node: &Node) -> Result<Rule> {
        let mut known = RULE_FIELDS.to_vec();
        if self.author == Author::Preset {
            known.push("except");
        }
        let members = self.members(node, mark("a rule"), &known)?;
        let find = |name: &str| members.iter().find(|m| m.key == name);
        let Some(decision) = find("decision") else {
            return Err(self.error(node.at, tr("this rule decides nothing; add \"decision\": \"allow\" (or another)")));
        };
        let mut rule = Rule::new(self.decision(&decision.node)?);
        // The names of arguments are those of the calls.
        if let Some(calls) = find("calls") {
            rule.calls = self.calls(&calls.node)?;
        }
        for member in members {
            let node = &member.node;
            let text = |what: &str| self.string(node, what).map(|text| Some(text.to_owned()));
            match member.key.as_str() {
                "errno" => rule.errno = Some(self.errno(node)?),
                "value" => {
                    let value = self.integer(node, mark("a number"))?;
                    let fits = i64::try_from(value).ok().filter(|v| *v >= 0);
                    rule.value = Some(fits.ok_or_else(|| {
                        self.error(node.at, tr("a success is 0 or more; for an error use \"deny\" with \"errno\""))
                    })?);
                }
                "program" => {
                    rule.program = Some(self.glob(node, Subject::Path, mark("a path such as \"/usr/bin/curl\""))?)
                }
                "children" => rule.children = self.boolean(node)?,
                "kind" => rule.kinds = self.kinds(node)?,
                "path" => {
                    rule.path = Some(self.glob(node, Subject::Path, mark("a path such as \"~/Documents/**\""))?)
                }
                "address" => rule.address = Some(self.address(node)?),
                "port" => rule.port = Some(self.port(node)?),
                "socket" => {
                    rule.socket = Some(self.glob(node, Subject::Socket, mark("a name such as \"/run/dbus/*\""))?)
                }
                "target" => {
                    let name = self.string(node, mark("\"self\", \"tree\" or \"outside\""))?;
                    let known = || ProcessTarget::ALL.iter().map(|t| t.name());
                    let target = ProcessTarget::from_name(name);
                    rule.target = Some(
                        target.ok_or_else(|| self.unknown(node.at, mark("unknown target {name}"), name, known()))?,
                    );
                }
                "args" => rule.args = self.args(node, &rule.calls)?,
                "id" => rule.id = text(mark("a name"))?,
                "enabled" => rule.enabled = self.boolean(node)?,
                "expires" => rule.expires = Some(self.expires(node)?),
                "priority" => {
                    let value = self.integer(node, mark("a number"))?;
                    let bad = || self.error(node.at, tr("a priority is a whole number of at most 63 bits"));
                    rule.priority = Some(i64::try_from(value).map_err(|_| bad())?);
                }
                "origin" => rule.origin = text(mark("a text"))?,
                "note" => rule.note = text(mark("a text"))?,
                "except" => rule.except = self.except(node)?,
                _ => {}
            }
        }
        self.agree(&rule, members)?;
        rule.layout = Layout(layout(members, &RULE_FIELDS));
        Ok(rule)
    }

    /// Whether what the fields say fits together.
    fn agree(&self, rule: &Rule, members: &[Member]) -> Result<()> {
        let find = |name: &str| members.iter().find(|m| m.key == name);
        if let Some(member) = find("errno").filter(|_| rule.decision != Decision::Deny) {
            return Err(self.error(member.at, tr("\"errno\" belongs to rules that deny; remove it")));
        }
        if let Some(member) = find("value").filter(|_| rule.decision != Decision::Pretend) {
            return Err(self.error(member.at, tr("\"value\" belongs to rules that pretend; remove it")));
        }
        if let Some(member) = find("id").filter(|_| rule.id.as_deref() == Some("")) {
            return Err(self.error(member.node.at, tr("an empty id names nothing; leave it out")));
        }
        let mut objects = ["path", "address", "port", "socket", "target"].into_iter().filter_map(find);
        if let (Some(first), Some(other)) = (objects.next(), objects.next())
            && (first.key.as_str(), other.key.as_str()) != ("address", "port")
        {
            let message = fill(
                &tr("no object has both {first} and {other}; make two rules of it"),
                &[("first", &format!("{:?}", first.key)), ("other", &format!("{:?}", other.key))],
            );
            return Err(self.error(first.at.max(other.at), message));
        }
        if let Some(third) = objects.next() {
            return Err(self.told(
                third.at,
                &tr("no object has an address and {field}; make two rules of it"),
                &[("field", &format!("{:?}", third.key))],
            ));
        }
        if rule.decision == Decision::Pretend {
            self.can_pretend(members)?;
        }
        Ok(())
    }

    /// Refuses a rule that wants a success that can't be made up.
    fn can_pretend(&self, members: &[Member]) -> Result<()> {
        let given = |name: &str| match members.iter().find(|m| m.key == name) {
            Some(member) => self.one_or_more(&member.node, mark("a text")),
            None => Ok(Vec::new()),
        };
        let has_value = members.iter().any(|m| m.key == "value");
        for (at, call) in given("calls")? {
            let why = if has_value { names::why_not_value(call) } else { names::why_not_pretend(call) };
            if let Some(why) = why {
                return Err(self.told(
                    at,
                    &tr("cannot pretend {call}: {why}; use \"deny\""),
                    &[("call", call), ("why", why)],
                ));
            }
        }
        for (at, kind) in given("kind")? {
            if !names::kind_can_be_pretended(kind) {
                return Err(self.told(
                    at,
                    &tr("cannot pretend {kind}: no call of that kind can be made to look done; use \"deny\""),
                    &[("kind", kind)],
                ));
            }
        }
        Ok(())
    }

    /// A whole policy.
    pub fn policy(&self, root: &Node) -> Result<Policy> {
        let Value::Object(all) = &root.value else {
            return Err(self.expected(root, mark("a policy, an object in {}")));
        };
        // First, as a newer version can have fields and values that this one does not know.
        let Some(version) = all.iter().find(|m| m.key == "syswall") else {
            return Err(self.told(
                root.at,
                &tr("no version is given; add \"syswall\": {version}"),
                &[("version", &VERSION.to_string())],
            ));
        };
        match self.integer(&version.node, mark("the version, a number"))? {
            v if v == i128::from(VERSION) => {}
            v if v > i128::from(VERSION) => {
                return Err(self.told(
                    version.node.at,
                    &tr("from a newer version of Syswall (format {found}, this one reads {version}); update Syswall"),
                    &[("found", &v.to_string()), ("version", &VERSION.to_string())],
                ));
            }
            v => {
                return Err(self.told(
                    version.node.at,
                    &tr("there is no format {found}; write \"syswall\": {version}"),
                    &[("found", &v.to_string()), ("version", &VERSION.to_string())],
                ));
            }
        }
        let mut policy = Policy::default();
        for member in self.members(root, mark("a policy"), &POLICY_FIELDS)? {
            let node = &member.node;
            match member.key.as_str() {
                "program" => {
                    let path = self.string(node, mark("a path such as \"/usr/bin/curl\""))?;
                    if !path.starts_with('/') {
                        return Err(self.told(
                            node.at,
                            &tr("{path} is not a whole path; begin with /"),
                            &[("path", &format!("{path:?}"))],
                        ));
                    }
                    policy.program = Some(path.to_owned());
                }
                "default" => policy.default = self.default(node)?,
                "ignore_library_loading" => policy.ignore_library_loading = Some(self.boolean(node)?),
                "presets" => policy.presets = self.presets(node)?,
                "rules" => policy.rules = self.rules(node)?,
                _ => {}
            }
        }
        policy.layout = Layout(layout(all, &POLICY_FIELDS));
        Ok(policy)
    }

    fn default(&self, node: &Node) -> Result<Decision> {
        match self.decision(node)? {
            Decision::Pretend => Err(self.error(
                node.at,
                tr("not everything can be pretended; let \"default\" be \"ask\", \"deny\", \"allow\" or \"kill\""),
            )),
            decision => Ok(decision),
        }
    }

    fn presets(&self, node: &Node) -> Result<Vec<String>> {
        let mut found: Vec<String> = Vec::new();
        for item in self.items(node, mark("a list of presets"))? {
            let name = self.string(item, mark("a preset's name"))?;
            let known = || super::presets::names();
            if !known().any(|n| n == name) {
                return Err(self.unknown(item.at, mark("unknown preset {name}"), name, known()));
            }
            if found.iter().any(|n| n == name) {
                return Err(self.told(
                    item.at,
                    &tr("the preset {name} is here twice; remove one"),
                    &[("name", &format!("{name:?}"))],
                ));
            }
            found.push(name.to_owned());
        }
        Ok(found)
    }

    /// A list of rules.
    pub fn rules(&self, node: &Node) -> Result<Vec<Rule>> {
        let items = self.items(node, mark("a list of rules"))?;
        let mut ids = std::collections::HashSet::new();
        let mut rules = Vec::with_capacity(items.len());
        for item in items {
            let rule = self.rule(item)?;
            if let Some(id) = rule.id.as_ref().filter(|id| !ids.insert((*id).clone())) {
                let at = match &item.value {
                    Value::Object(members) => members.iter().find(|m| m.key == "id").map_or(item.at, |m| m.node.at),
                    _ => item.at,
                };
                return Err(self.told(
                    at,
                    &tr("the id {id} names two rules; change one"),
                    &[("id", &format!("{id:?}"))],
                ));
            }
            rules.push(rule);
        }
        Ok(rules)
    }
}

/// The known names in the order in which the members have them.
fn layout(members: &[Member], known: &[&'static str]) -> Vec<&'static str> {
    members.iter().filter_map(|m| known.iter().copied().find(|name| *name == m.key)).collect()
}

/// Reads a policy.
pub(super) fn policy(text: &str, source: &str) -> Result<Policy> {
    let root = spans::read(source, text)?;
    Reader::new(source, text, Author::User).policy(&root)
}
