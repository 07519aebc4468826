//! Policies as JSON: one rule a line, fields in the order in which they were read.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use serde_json::{Map, Value, json};

use super::json::{POLICY_FIELDS, RULE_FIELDS, VERSION};
use super::presets::Preset;
use super::rule::{ArgScalar, ArgTest, Except, Rule};
use super::{Policy, time};
use crate::syscall::errno;

/// One line with a blank after each colon and comma.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }
    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }
    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

fn line(value: &Value) -> String {
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut out, Spaced);
    // Values have only string keys and are written to memory: nothing can fail.
    let _ = value.serialize(&mut serializer);
    String::from_utf8(out).unwrap_or_default()
}

fn number(n: i128) -> Value {
    match (i64::try_from(n), u64::try_from(n)) {
        (Ok(n), _) => n.into(),
        (_, Ok(n)) => n.into(),
        _ => n.to_string().into(),
    }
}

fn scalar(value: &ArgScalar) -> Value {
    match value {
        ArgScalar::Number(n) => number(*n),
        ArgScalar::Text(text) => json!(text),
    }
}

fn test(test: &ArgTest) -> Value {
    match test {
        ArgTest::Is(value) => scalar(value),
        ArgTest::Has(flag) => json!({ "has": flag }),
        ArgTest::In(values) => json!({ "in": values.iter().map(scalar).collect::<Vec<_>>() }),
        ArgTest::Glob(glob) => json!({ "glob": glob }),
        ArgTest::Range { min, max } => {
            let bounds = [("min", min), ("max", max)];
            let bounds = bounds.into_iter().filter_map(|(name, n)| Some((name.to_owned(), number((*n)?))));
            Value::Object(bounds.collect())
        }
    }
}

fn one_or_more(names: &[String]) -> Option<Value> {
    match names {
        [] => None,
        [one] => Some(json!(one)),
        several => Some(json!(several)),
    }
}

/// What the field says; `None`: nothing. The flag tells whether it says what its absence would say as well.
fn rule_field(rule: &Rule, name: &str) -> Option<(Value, bool)> {
    let said = |value: Option<Value>| value.map(|v| (v, false));
    let text = |text: &Option<String>| text.as_ref().map(|t| (json!(t), false));
    match name {
        "decision" => said(Some(json!(rule.decision.name()))),
        "program" => text(&rule.program),
        "children" => Some((json!(rule.children), rule.children)),
        "kind" => said(one_or_more(rule.kinds.names())),
        "calls" => said((!rule.calls.is_empty()).then(|| json!(rule.calls))),
        "path" => text(&rule.path),
        "address" => said(rule.address.map(|net| {
            let host = net.prefix_len() == net.max_prefix_len();
            if host { json!(net.addr().to_string()) } else { json!(net.to_string()) }
        })),
        "port" => said(rule.port.map(|p| if p.first == p.last { json!(p.first) } else { json!(p.to_string()) })),
        "socket" => text(&rule.socket),
        "target" => said(rule.target.map(|t| json!(t.name()))),
        "args" => said(
            (!rule.args.is_empty())
                .then(|| Value::Object(rule.args.iter().map(|(name, t)| (name.clone(), test(t))).collect())),
        ),
        "errno" => said(rule.errno.map(|e| {
            let name = errno::name(e);
            if errno::number(&name) == Some(e) { json!(name) } else { json!(e) }
        })),
        "value" => said(rule.value.map(|v| json!(v))),
        "id" => text(&rule.id),
        "enabled" => Some((json!(rule.enabled), rule.enabled)),
        "expires" => said(rule.expires.map(|e| json!(time::format(e)))),
        "priority" => said(rule.priority.map(|p| json!(p))),
        "origin" => text(&rule.origin),
        "note" => text(&rule.note),
        _ => None,
    }
}

/// The names in `layout` first, then those of `known` that are missing there and say something.
fn in_order(
    layout: &[&'static str],
    known: &[&'static str],
    field: impl Fn(&str) -> Option<(Value, bool)>,
) -> Vec<(&'static str, Value)> {
    let written = layout.iter().filter_map(|name| Some((*name, field(name)?.0)));
    let added = known.iter().filter(|name| !layout.contains(name)).filter_map(|name| {
        let (value, idle) = field(name)?;
        (!idle).then_some((*name, value))
    });
    written.chain(added).collect()
}

/// A rule as JSON, without its process.
pub(super) fn rule(rule: &Rule) -> Value {
    let fields = in_order(&rule.layout.0, &RULE_FIELDS, |name| rule_field(rule, name));
    let mut fields: Map<_, _> = fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
    if !rule.except.is_empty() {
        fields.insert("except".to_owned(), except(&rule.except));
    }
    Value::Object(fields)
}

fn except(except: &Except) -> Value {
    let mut out = Map::new();
    let mut list = |name: &str, items: Vec<String>| {
        if !items.is_empty() {
            out.insert(name.to_owned(), json!(items));
        }
    };
    list("paths", except.paths.clone());
    list("addresses", except.addresses.iter().map(ToString::to_string).collect());
    list("families", except.families.clone());
    for (name, said) in [("made_by_program", except.made_by_program), ("library_loading", except.library_loading)] {
        if said {
            out.insert(name.to_owned(), json!(true));
        }
    }
    Value::Object(out)
}

/// A preset as JSON.
pub(super) fn preset(preset: &Preset) -> Value {
    let rules: Vec<Value> = preset.rules.iter().map(rule).collect();
    json!({ "name": preset.name, "title": preset.title, "description": preset.description, "rules": rules })
}

/// A policy as JSON text, with a newline at its end. Rules for one process are left out.
pub(super) fn policy(policy: &Policy) -> String {
    let fields = in_order(&policy.layout.0, &POLICY_FIELDS, |name| match name {
        "syswall" => Some((json!(VERSION), false)),
        "program" => policy.program.as_ref().map(|p| (json!(p), false)),
        "default" => Some((json!(policy.default.name()), false)),
        "ignore_library_loading" => policy.ignore_library_loading.map(|b| (json!(b), false)),
        "presets" => Some((json!(policy.presets), policy.presets.is_empty())),
        "rules" => {
            let rules = policy.rules.iter().filter(|r| r.pid.is_none());
            Some((Value::Array(rules.map(rule).collect()), false))
        }
        _ => None,
    });
    let mut out = String::from("{");
    for (i, (name, value)) in fields.iter().enumerate() {
        out.push_str(if i == 0 { "\n  " } else { ",\n  " });
        out.push_str(&format!("{}: ", json!(name)));
        match value {
            Value::Array(rules) if *name == "rules" && !rules.is_empty() => {
                let lines: Vec<String> = rules.iter().map(|r| format!("    {}", line(r))).collect();
                out.push_str(&format!("[\n{}\n  ]", lines.join(",\n")));
            }
            value => out.push_str(&line(value)),
        }
    }
    out.push_str("\n}\n");
    out
}
