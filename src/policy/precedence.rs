//! Which of several rules decides (contract 5).
//!
//! Rules with `priority` first, higher before lower. Then the narrower *who*: one process, then an exact executable,
//! then a longer fixed beginning of its glob, then any glob, then no `program`; where that is equal, `children: false`
//! before `true`. Then the narrower *object*: exact, then a longer fixed beginning (or network prefix), then any
//! pattern, then none; an address counts before a port, and a port before a range. Then the narrower *what*: more
//! arguments, then calls (fewer before more), then kinds (fewer before more). Where all that is equal, `kill` before
//! `deny` before `pretend` before `ask` before `allow`, and then the order in the file, in which only errno and value
//! can differ.

use std::cmp::Reverse;

use super::Decision;
use super::pattern::Pattern;
use super::rule::{ProcessTarget, Rule};

/// How narrow a pattern is; more is narrower. 0: no pattern, 1: no fixed beginning, 2: a fixed beginning, 3: exact.
type Width = (u8, usize);

/// How narrow a rule is, without what it decides; more is narrower. Its order is that of precedence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Narrowness {
    priority: Option<i64>,
    one_process: bool,
    program: Width,
    alone: bool,
    object: Width,
    port: u32,
    args: usize,
    calls: Reverse<usize>,
    kinds: Reverse<u32>,
}

/// The place of a rule among others; the greatest decides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub narrowness: Narrowness,
    decision: Decision,
    order: Reverse<usize>,
}

/// The same for answers: between equally narrow ones the newest decides, whatever it says.
pub(super) type AnswerRank = (Narrowness, usize);

fn width(pattern: Option<&Pattern>) -> Width {
    match pattern {
        None => (0, 0),
        Some(p) if p.is_exact() => (3, 0),
        Some(p) if p.prefix().is_empty() => (1, 0),
        Some(p) => (2, p.prefix().len()),
    }
}

/// No list at all is wider than any list.
fn none_is_widest<T: TryFrom<usize>>(length: usize, widest: T) -> T {
    if length == 0 { widest } else { T::try_from(length).unwrap_or(widest) }
}

impl Narrowness {
    /// Of a rule whose globs are compiled; `object` is that of its path or its socket.
    pub fn new(rule: &Rule, program: Option<&Pattern>, object: Option<&Pattern>) -> Narrowness {
        let object = match (rule.address, rule.target) {
            (Some(net), _) if net.prefix_len() == net.max_prefix_len() => (3, 0),
            (Some(net), _) if net.prefix_len() == 0 => (1, 0),
            (Some(net), _) => (2, usize::from(net.prefix_len())),
            (None, Some(ProcessTarget::Itself)) => (3, 0),
            (None, Some(_)) => (1, 0),
            (None, None) if rule.port.is_some() => (1, 0),
            (None, None) => width(object),
        };
        let port = rule.port.map_or(0, |p| 65_536 - u32::from(p.last - p.first));
        Narrowness {
            priority: rule.priority,
            one_process: rule.pid.is_some(),
            program: width(program),
            alone: !rule.children,
            object,
            port,
            args: rule.args.len(),
            calls: Reverse(none_is_widest(rule.calls.len(), usize::MAX)),
            kinds: Reverse(if rule.kinds.is_empty() { u32::MAX } else { rule.kinds.set().len() }),
        }
    }

    /// The rank of a rule of that narrowness that stands at `order` in its file.
    pub fn rank(self, decision: Decision, order: usize) -> Rank {
        Rank { narrowness: self, decision, order: Reverse(order) }
    }
}
