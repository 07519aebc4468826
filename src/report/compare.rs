//! Two runs, or two saved reports, side by side: five groups of what was done by whom to what.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Item, Report};
use crate::i18n::{fill, tr, tr_n};
use crate::syscall::escape::escape;

/// Amounts count as different from twice as many on, if it is at least this many more: calls are also made by chance.
const MORE: u64 = 5;

/// What differs between two reports (contract 7).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Comparison {
    /// How many items are the same.
    pub same: u64,
    /// What only the first did.
    pub only_before: Vec<Key>,
    /// What only the second did.
    pub only_after: Vec<Key>,
    /// What both did, with other decisions.
    pub different_decision: Vec<OtherDecision>,
    /// What both did, one at least twice as often.
    pub different_amount: Vec<OtherAmount>,
}

/// Who did what to what.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Key {
    /// Who: the programs from the run's first one down.
    pub role: String,
    /// What, as in events.
    pub kind: String,
    /// To what; empty where the kind has no object.
    pub object: String,
}

/// An item that was decided in other ways.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OtherDecision {
    /// The item.
    #[serde(flatten)]
    pub key: Key,
    /// What was decided in the first run.
    pub before: BTreeSet<String>,
    /// What was decided in the second run.
    pub after: BTreeSet<String>,
}

/// An item that occurred more or less often.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OtherAmount {
    /// The item.
    #[serde(flatten)]
    pub key: Key,
    /// How often in the first run.
    pub before: u64,
    /// How often in the second run.
    pub after: u64,
}

impl Comparison {
    /// Whether anything differs.
    pub fn differs(&self) -> bool {
        !(self.only_before.is_empty()
            && self.only_after.is_empty()
            && self.different_decision.is_empty()
            && self.different_amount.is_empty())
    }

    /// The five groups in plain words, what is new first. Escaped; ends with a newline.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for sentence in self.sentences() {
            out.push_str(&sentence);
            out.push('\n');
        }
        let key = |k: &Key| match k.object.is_empty() {
            true => format!("{:<18} [{}]", escape(&k.kind), escape(&k.role)),
            false => format!("{:<18} {} [{}]", escape(&k.kind), escape(&k.object), escape(&k.role)),
        };
        let set = |s: &BTreeSet<String>| s.iter().map(escape).collect::<Vec<_>>().join(", ");
        let mut group = |title: String, lines: Vec<String>| {
            if !lines.is_empty() {
                let title = fill(&title, &[("count", &lines.len().to_string())]);
                out.push_str(&format!("\n{title}\n"));
                lines.iter().for_each(|line| out.push_str(&format!("  {line}\n")));
            }
        };
        group(tr("Only in AFTER ({count})"), self.only_after.iter().map(key).collect());
        group(tr("Only in BEFORE ({count})"), self.only_before.iter().map(key).collect());
        let was = tr("{what}: was {before}, now {after}");
        let decision = |d: &OtherDecision| {
            fill(&was, &[("what", &key(&d.key)), ("before", &set(&d.before)), ("after", &set(&d.after))])
        };
        group(tr("Decided differently ({count})"), self.different_decision.iter().map(decision).collect());
        let times = tr("{what}: {before} times, now {after}");
        let amount = |a: &OtherAmount| {
            let (before, after) = (a.before.to_string(), a.after.to_string());
            fill(&times, &[("what", &key(&a.key)), ("before", &before), ("after", &after)])
        };
        group(tr("Much more or less often ({count})"), self.different_amount.iter().map(amount).collect());
        out.push_str(&format!("\n{}\n", fill(&tr("The same: {count}"), &[("count", &self.same.to_string())])));
        out
    }

    /// What is new, in sentences.
    fn sentences(&self) -> Vec<String> {
        if !self.differs() {
            return vec![tr("Both did the same.")];
        }
        let new = &self.only_after;
        let objects = |kinds: &[&str]| -> u64 {
            let of = |k: &&Key| kinds.iter().any(|kind| k.kind == *kind);
            new.iter().filter(of).map(|k| &k.object).collect::<BTreeSet<_>>().len() as u64
        };
        let mut out = Vec::new();
        let read = objects(&["file.read", "file.list"]);
        if read > 0 {
            out.push(tr_n(
                "AFTER reads {n} file that BEFORE did not.",
                "AFTER reads {n} files that BEFORE did not.",
                read,
            ));
        }
        let changed = objects(&["file.write", "file.create", "file.delete", "file.rename", "file.attributes"]);
        if changed > 0 {
            out.push(tr_n(
                "AFTER changes {n} file that BEFORE did not.",
                "AFTER changes {n} files that BEFORE did not.",
                changed,
            ));
        }
        let contacted = objects(&["network.connect", "network.send"]);
        if contacted > 0 {
            out.push(tr_n(
                "AFTER contacts {n} address that BEFORE did not.",
                "AFTER contacts {n} addresses that BEFORE did not.",
                contacted,
            ));
        }
        let run = objects(&["process.execute"]);
        if run > 0 {
            out.push(tr_n(
                "AFTER runs {n} program that BEFORE did not.",
                "AFTER runs {n} programs that BEFORE did not.",
                run,
            ));
        }
        if new.is_empty() {
            out.push(tr("AFTER did nothing that BEFORE did not do."));
        } else if out.is_empty() {
            out.push(tr_n(
                "AFTER did {n} thing that BEFORE did not do.",
                "AFTER did {n} things that BEFORE did not do.",
                new.len() as u64,
            ));
        }
        out
    }
}

/// Compares two reports.
pub fn compare(before: &Report, after: &Report) -> Comparison {
    fn keyed(report: &Report) -> BTreeMap<Key, &Item> {
        let key = |i: &Item| Key { role: i.role.clone(), kind: i.kind.clone(), object: i.object.clone() };
        report.items.iter().map(|i| (key(i), i)).collect()
    }
    let mut out = Comparison::default();
    let (mut old, mut new) = (keyed(before).into_iter().peekable(), keyed(after).into_iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return out,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((a, _)), Some((b, _))) => a.cmp(b),
        };
        match order {
            Ordering::Less => out.only_before.extend(old.next().map(|(key, _)| key)),
            Ordering::Greater => out.only_after.extend(new.next().map(|(key, _)| key)),
            Ordering::Equal => {
                let (Some((key, a)), Some((_, b))) = (old.next(), new.next()) else { return out };
                let (less, more) = (a.count.min(b.count), a.count.max(b.count));
                if a.decisions != b.decisions {
                    let (before, after) = (a.decisions.clone(), b.decisions.clone());
                    out.different_decision.push(OtherDecision { key, before, after });
                } else if more >= less.saturating_mul(2) && more - less >= MORE {
                    out.different_amount.push(OtherAmount { key, before: a.count, after: b.count });
                } else {
                    out.same += 1;
                }
            }
        }
    }
}
