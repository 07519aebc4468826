//! The names that rules may use, and which is nearest to one that is not known.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::syscall::{Abi, Kind, KindSet, Pretend, lookup_name, rows};

/// Kinds and groups of kinds.
pub(super) fn kinds() -> impl Iterator<Item = &'static str> + Clone {
    let groups = ["file", "network", "process"];
    Kind::ALL.iter().map(|k| k.name()).chain(groups)
}

fn all_calls() -> &'static BTreeSet<&'static str> {
    static CALLS: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    CALLS.get_or_init(|| {
        let abis = [Abi::X86_64, Abi::I386, Abi::X32, Abi::Aarch64];
        let tables = abis.into_iter().flat_map(|abi| (0..1024).filter_map(move |nr| abi.call_name(nr)));
        let rows = rows::ALL.iter().copied().flatten().map(|row| row.name);
        tables.chain(rows).collect()
    })
}

/// Every call of every ABI.
pub(super) fn calls() -> impl Iterator<Item = &'static str> + Clone {
    all_calls().iter().copied()
}

/// Whether some ABI has a call of that name.
pub(super) fn is_call(name: &str) -> bool {
    all_calls().contains(name)
}

/// The names of the arguments of all these calls together; `None` where one of them is not described,
/// or there are no calls, so that any name may be right.
pub(super) fn args_of(calls: &[String]) -> Option<Vec<&'static str>> {
    if calls.is_empty() {
        let known = rows::ALL.iter().copied().flatten().flat_map(|row| row.args.iter().map(|a| a.name));
        return Some(known.collect::<BTreeSet<_>>().into_iter().collect());
    }
    let mut names = Vec::new();
    for call in calls {
        names.extend(lookup_name(call)?.args.iter().map(|a| a.name));
    }
    Some(names)
}

/// Why no success of the call can be made up; `None`: one can.
pub(super) fn why_not_pretend(call: &str) -> Option<&'static str> {
    match lookup_name(call).map(|row| row.pretend) {
        Some(Pretend::No(why)) => Some(why),
        Some(_) => None,
        None => Some("it is not known what a success of it looks like"),
    }
}

/// Calls without which nothing runs on, whatever they are said to have returned.
const VITAL: &[&str] = &[
    "exit",
    "exit_group",
    "rt_sigreturn",
    "sigreturn",
    "restart_syscall",
    "close",
    "arch_prctl",
    "set_thread_area",
    "set_tid_address",
    "rseq",
    "rt_sigaction",
    "rt_sigprocmask",
    "futex",
];

/// Why a call can't be pretended even where the rule says what it returns; `None`: it can.
pub(super) fn why_not_value(call: &str) -> Option<&'static str> {
    let kinds = [Kind::ProcessSpawn, Kind::ProcessExecute, Kind::ProcessIdentity, Kind::Memory];
    let kinds: KindSet = kinds.into_iter().collect();
    if VITAL.contains(&call) {
        return Some("the program cannot go on without it");
    }
    match lookup_name(call) {
        Some(row) if row.all_kinds().intersection(kinds).is_empty() => None,
        _ => why_not_pretend(call),
    }
}

/// Whether a success can be made up for some call of the kind or group of that name.
pub(super) fn kind_can_be_pretended(name: &str) -> bool {
    let wanted: KindSet = Kind::named(name);
    let mut all = rows::ALL.iter().copied().flatten();
    all.any(|row| !matches!(row.pretend, Pretend::No(_)) && !row.all_kinds().intersection(wanted).is_empty())
}

/// How many letters must change, come or go to make `a` of `b`.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let change = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// The known name that was most likely meant.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let letters = name.chars().count();
    if letters > 64 {
        return None;
    }
    let name = name.to_lowercase();
    let best = known.map(|k| (distance(&name, k), k)).min_by_key(|(d, _)| *d)?;
    (best.0 <= 1 + letters / 4 && best.0 < letters).then_some(best.1)
}
