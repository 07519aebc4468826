//! What a policy would decide about what was recorded: with the evaluator that decides in a run.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::output::Stop;
use crate::policy::{ArgValue, Args, By, Place, Policy, Query, Rules};
use crate::recording::{Call, ProcessRow, Reader, What, json};
use crate::syscall::{Access, Kind, Object, Show, lookup_name};
use crate::words::escape;

/// What the policy says about one kind of access of one program to one object.
#[derive(Debug, Serialize)]
pub struct Line {
    /// Who.
    pub program: String,
    /// Did what; empty for calls that do nothing to anything.
    pub kind: &'static str,
    /// To what.
    pub object: serde_json::Value,
    /// The same for people.
    #[serde(skip)]
    pub shown: String,
    /// By which calls.
    pub calls: BTreeSet<String>,
    /// How often.
    pub count: u64,
    /// What was decided in the run.
    pub was: Vec<&'static str>,
    /// What the policy decides.
    pub decision: &'static str,
    /// On whose word.
    pub by: &'static str,
    /// Which rule.
    pub rule: Option<String>,
    /// The last two for people.
    #[serde(skip)]
    pub why: String,
}

/// The arguments of a recorded call by name. Numbers come back from their text where it says them.
struct Recorded<'a>(&'a Call);

impl Args for Recorded<'_> {
    fn get(&self, name: &str) -> Option<ArgValue> {
        let row = lookup_name(&self.0.name)?;
        let index = row.arg_index(name)?;
        let text = self.0.args.args().nth(index)?.to_owned();
        let named = |names: &[(u64, &str)]| {
            text.split('|').try_fold(0, |bits, part| {
                let value = names.iter().find(|(_, n)| *n == part).map(|(v, _)| *v);
                value.or_else(|| number(part)).map(|v| bits | v)
            })
        };
        let raw = number(&text).or_else(|| match row.args.get(index)?.show {
            Show::Flags(names, _) | Show::Choice(names, _) => named(names),
            Show::DirFd if text == "AT_FDCWD" => Some(crate::syscall::access::AT_FDCWD as u64),
            Show::Pointer if text == "NULL" => Some(0),
            _ => None,
        });
        // Flags of other forms are told by their text, which rules look at too.
        Some(ArgValue { raw: raw.unwrap_or(0), text })
    }
}

fn number(text: &str) -> Option<u64> {
    let text = text.split(" /*").next()?;
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None if text.starts_with('0') && text.len() > 1 => u64::from_str_radix(text, 8).ok(),
        None => text.parse::<i64>().map(|n| n as u64).or_else(|_| text.parse()).ok(),
    }
}

/// The executables from the process upwards: what it runs, then what its parent ran when it started it, and so on.
fn ancestry(processes: &HashMap<i64, ProcessRow>, id: i64, program: &Arc<Path>) -> Vec<Arc<Path>> {
    let mut out = vec![Arc::clone(program)];
    let mut at = processes.get(&id);
    while let Some(process) = at {
        out.extend(process.parent_program.clone());
        // Ids grow from parent to child, also in a file that somebody has made up.
        at = process.parent.filter(|p| *p < process.id).and_then(|p| processes.get(&p));
    }
    out
}

/// What `policy` would have decided in the run: one line for each program, kind and object, the strictest first.
pub fn explain(policy: &Policy, reader: &Reader) -> Result<Vec<Line>, Stop> {
    let run = reader.info()?.run;
    let place = Place {
        home: run.home.clone(),
        cwd: run.cwd.clone(),
        program_dir: run.program.parent().unwrap_or(Path::new("/")).to_owned(),
    };
    let mut rules = Rules::new(policy, &[], &place)?;
    rules.set_now(Some(run.started / 1_000_000_000));
    let processes: HashMap<i64, ProcessRow> = reader.processes()?.into_iter().map(|p| (p.id, p)).collect();
    let by_arguments = rules.ordered().iter().any(|o| !o.rule.args.is_empty());
    let mut lines: BTreeMap<_, Line> = BTreeMap::new();
    for sample in reader.samples(by_arguments)? {
        let Some(event) = reader.event(sample.seq)? else { continue };
        let What::Call(call) = &event.what else { continue };
        let task = reader.task(sample.task)?;
        let ancestry = ancestry(&processes, task.process, &task.program);
        let nothing = [None];
        let each: Vec<Option<&Access>> =
            if call.accesses.is_empty() { nothing.to_vec() } else { call.accesses.iter().map(Some).collect() };
        for access in each {
            let query = Query {
                ancestry: &ancestry,
                pid: event.pid,
                call: &call.name,
                accesses: access.map_or(&[], std::slice::from_ref),
                args: &Recorded(call),
            };
            let verdict = rules.decide(&query);
            // What a policy lets pass because nothing is at stake would fill pages.
            let guarded = access.is_some_and(|a| a.kind.is_guarded());
            if !guarded && verdict.by == By::Default {
                continue;
            }
            let rule = verdict.rule.as_deref().map(str::to_owned);
            let object = access.and_then(|a| a.object.as_ref());
            let key = (
                std::cmp::Reverse(verdict.decision),
                Arc::clone(&task.program),
                access.map(|a| a.kind),
                object.cloned(),
                verdict.by,
                rule.clone(),
            );
            let line = lines.entry(key).or_insert_with(|| Line {
                program: escape(&*task.program),
                kind: access.map_or("", |a| a.kind.name()),
                object: object.map_or(serde_json::Value::Null, json::object),
                shown: object.map_or_else(|| (*call.name).to_owned(), crate::words::object),
                calls: BTreeSet::new(),
                count: 0,
                was: Vec::new(),
                decision: verdict.decision.name(),
                by: verdict.by.name(),
                why: match &rule {
                    Some(rule) => format!("{} {}", verdict.by.name(), escape(OsStr::new(rule))),
                    None => verdict.by.name().to_owned(),
                },
                rule,
            });
            line.count += sample.count;
            line.calls.insert(call.name.to_string());
            if !line.was.contains(&call.decision.name()) {
                line.was.push(call.decision.name());
            }
        }
        if call.result.is_some() {
            for access in &call.accesses {
                match (access.kind, &access.object) {
                    (Kind::FileCreate, Some(Object::Path { path, .. })) => rules.note_created(path),
                    (Kind::FileDelete, Some(Object::Path { path, .. })) => rules.note_removed(path),
                    _ => {}
                }
            }
        }
    }
    Ok(lines.into_values().collect())
}
