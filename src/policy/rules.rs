//! All rules of a run, ready to decide.
//!
//! The order, in which the first match decides: rules of the policy, then of the presets, each by
//! [precedence](super::precedence), then the default. Rules of the session (answers) come before every rule of the
//! policy except those with `priority` down to the last one of them that denies or kills; and what a policy, a preset
//! or the default would *ask* is answered by the first rule of the session that matches, wherever it stands.
//! Between equally narrow rules of the session the newest decides.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::matcher::{Case, Compiled};
use super::precedence::{AnswerRank, Rank};
use super::table::{Entry, Hit, Table};
use super::{By, Decision, Place, Policy, PolicyError, Query, Rule, Verdict, defaults, matcher, presets, time};
use crate::i18n::{fill, tr};
use crate::syscall::{Access, KindSet};

/// EACCES, what a denied call returns where its rule does not say.
const EACCES: i32 = 13;
/// Most paths that are remembered as made by the program. What is beyond counts as not made by it.
const MOST_CREATED: usize = 1 << 18;

/// Where a rule comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The policy; its place in the file, from 0.
    Policy(usize),
    /// The preset of that name.
    Preset(&'static str),
    /// An answer in this run; counts from 0.
    Session(usize),
}

impl Origin {
    /// As records say it.
    pub const fn by(&self) -> By {
        match self {
            Origin::Policy(_) => By::Rule,
            Origin::Preset(_) => By::Preset,
            Origin::Session(_) => By::Answer,
        }
    }
}

/// A rule as the window lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct Ordered {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Where it comes from.
    pub origin: Origin,
    /// Its name in records ([`Verdict::rule`]).
    pub id: Option<Arc<str>>,
}

/// Why a call is decided as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// What is decided.
    pub verdict: Verdict,
    /// The rules that match the access that decided, in their order: the one that decides, then those that it beat.
    /// Empty where the default decides.
    pub matching: Vec<Ordered>,
}

/// All rules of a run, ready to decide.
#[derive(Clone, Debug)]
pub struct Rules {
    default: Decision,
    ignore_library_loading: bool,
    place: Place,
    /// The policy's rules that come before the session's.
    first: Table,
    session: Table,
    rest: Table,
    presets: Table,
    /// Answers so far, in their order.
    answers: Vec<(AnswerRank, Entry)>,
    created: BTreeSet<PathBuf>,
    now: Option<i64>,
}

fn in_order(mut ranked: Vec<(Rank, Entry)>) -> Vec<(Rank, Entry)> {
    ranked.sort_by(|(a, _), (b, _)| b.cmp(a));
    ranked
}

fn entries(ranked: Vec<(Rank, Entry)>) -> Vec<Entry> {
    ranked.into_iter().map(|(_, entry)| entry).collect()
}

impl Rules {
    /// The rules of `policy` with its presets and `extra_presets`, for a program at `place`.
    /// Fails where a preset is not known, and where a rule cannot be used here (`~` without a home directory).
    pub fn new(policy: &Policy, extra_presets: &[String], place: &Place) -> Result<Rules, PolicyError> {
        let source = policy
            .program
            .as_deref()
            .map_or_else(|| tr("policy"), |p| fill(&tr("policy of {program}"), &[("program", p)]));
        let mut ranked = Vec::with_capacity(policy.rules.len());
        for (order, rule) in policy.rules.iter().enumerate() {
            let id = rule.id.clone().unwrap_or_else(|| format!("#{}", order + 1));
            let compiled = Compiled::new(Arc::new(rule.clone()), place).map_err(|why| {
                PolicyError::whole(
                    source.as_str(),
                    fill(&tr("rule {id}: {why}"), &[("id", &id), ("why", &why.to_string())]),
                )
            })?;
            let rank = compiled.narrowness().rank(rule.decision, order);
            ranked.push((rank, Entry { compiled, origin: Origin::Policy(order), id: Some(id.into()) }));
        }
        let mut first = in_order(ranked);
        let stays = |(_, entry): &(Rank, Entry)| {
            let rule = &entry.compiled.rule;
            rule.enabled && rule.priority.is_some() && rule.decision >= Decision::Deny
        };
        let rest = first.split_off(first.iter().rposition(stays).map_or(0, |last| last + 1));
        Ok(Rules {
            default: policy.default,
            ignore_library_loading: policy.ignore_library_loading.unwrap_or(true),
            place: place.clone(),
            first: Table::new(entries(first)),
            session: Table::default(),
            rest: Table::new(entries(rest)),
            presets: Rules::preset_table(policy, extra_presets, place)?,
            answers: Vec::new(),
            created: BTreeSet::new(),
            now: None,
        })
    }

    fn preset_table(policy: &Policy, extra: &[String], place: &Place) -> Result<Table, PolicyError> {
        let mut ranked = Vec::new();
        let mut taken: Vec<&str> = Vec::new();
        for name in policy.presets.iter().chain(extra) {
            let preset = presets::find(name)?;
            if taken.contains(&preset.name) {
                continue;
            }
            taken.push(preset.name);
            for rule in &preset.rules {
                let id = format!("{}/{}", preset.name, rule.id.as_deref().unwrap_or_default());
                let compiled = Compiled::new(Arc::new(rule.clone()), place).map_err(|why| {
                    PolicyError::whole(
                        fill(&tr("preset {name}"), &[("name", name)]),
                        fill(&tr("rule {id}: {why}"), &[("id", &id), ("why", &why.to_string())]),
                    )
                })?;
                let rank = compiled.narrowness().rank(rule.decision, ranked.len());
                ranked.push((rank, Entry { compiled, origin: Origin::Preset(preset.name), id: Some(id.into()) }));
            }
        }
        Ok(Table::new(entries(in_order(ranked))))
    }

    /// Adds a rule for the rest of the run. False, and nothing is added, if its globs can't be compiled:
    /// what it was about is then asked again.
    pub fn add_session(&mut self, rule: Rule) -> bool {
        let added = self.push_answer(Arc::new(rule));
        if added {
            self.order_answers();
        }
        added
    }

    fn push_answer(&mut self, rule: Arc<Rule>) -> bool {
        let order = self.answers.len();
        let id = rule.id.as_deref().map(Arc::from);
        let Ok(compiled) = Compiled::new(rule, &self.place) else { return false };
        let rank = (compiled.narrowness(), order);
        self.answers.push((rank, Entry { compiled, origin: Origin::Session(order), id }));
        true
    }

    fn order_answers(&mut self) {
        let mut sorted: Vec<&(AnswerRank, Entry)> = self.answers.iter().collect();
        sorted.sort_by(|(a, _), (b, _)| b.cmp(a));
        self.session = Table::new(sorted.into_iter().map(|(_, entry)| entry.clone()).collect());
    }

    /// Takes over the answers of `old` and what the program made so far, where rules are changed during a run.
    pub fn carry_over(&mut self, old: &Rules) {
        for (_, entry) in &old.answers {
            self.push_answer(Arc::clone(&entry.compiled.rule));
        }
        self.order_answers();
        self.created.extend(old.created.iter().take(MOST_CREATED).cloned());
    }

    /// Says whether the dynamic loader's own reads are allowed where nothing else decides, whatever the policy says.
    pub fn set_ignore_library_loading(&mut self, yes: bool) {
        self.ignore_library_loading = yes;
    }

    /// Decides as of this moment (seconds since the epoch) instead of now: for records of the past.
    pub fn set_now(&mut self, now: Option<i64>) {
        self.now = now;
    }

    /// Says that the program made what `path` (resolved) names: by an `open` that created it, mkdir, mknod or symlink.
    /// What is below a directory that it made counts as made as well. Never call it for link or rename: what these
    /// name was there before; for a rename there is [`Rules::note_renamed`].
    pub fn note_created(&mut self, path: &Path) {
        if self.created.len() < MOST_CREATED && !matcher::is_made(&self.created, path) {
            self.created.insert(path.to_owned());
        }
    }

    /// Says that `path` is gone, so that what somebody else puts there is not taken for made by the program.
    pub fn note_removed(&mut self, path: &Path) {
        self.take_made(path);
    }

    /// Says that `from` is now `to`: it stays made by the program, or not, with all that is below it.
    pub fn note_renamed(&mut self, from: &Path, to: &Path) {
        let was_made = matcher::is_made(&self.created, from);
        let below = self.take_made(from);
        self.take_made(to);
        if was_made {
            self.note_created(to);
        }
        for path in below {
            if let Ok(rest) = path.strip_prefix(from) {
                self.note_created(&to.join(rest));
            }
        }
    }

    /// Forgets `path` and what is below it; returns what was below.
    fn take_made(&mut self, path: &Path) -> Vec<PathBuf> {
        let found = self.created.range(path.to_owned()..).take_while(|p| p.starts_with(path));
        let found: Vec<PathBuf> = found.cloned().collect();
        for path in &found {
            self.created.remove(path);
        }
        found
    }

    fn case<'a>(&'a self, query: &'a Query<'a>, access: Option<&'a Access>, now: i64) -> Case<'a> {
        let ignored_loading = self.ignore_library_loading && access.is_some_and(defaults::is_loading);
        Case { query, access, now, created: &self.created, ignored_loading }
    }

    fn verdict(hit: &Hit<'_>, access: usize) -> Verdict {
        let rule = &hit.entry.compiled.rule;
        Verdict {
            // What restricts although the object can't be seen, denies: nobody can be asked about the unknown.
            decision: if hit.unseen { Decision::Deny } else { rule.decision },
            errno: rule.errno.filter(|_| !hit.unseen).unwrap_or(EACCES),
            value: rule.value.filter(|_| !hit.unseen),
            by: hit.entry.origin.by(),
            rule: hit.entry.id.clone(),
            access,
        }
    }

    /// What is decided about one access, with the rule that does if one does.
    fn decide_case<'a>(
        &'a self,
        case: &Case<'_>,
        access: usize,
        first: impl Fn(&'a Table, &Case<'_>) -> Option<Hit<'a>>,
    ) -> (Verdict, Option<&'a Entry>) {
        let tables = [&self.first, &self.session, &self.rest, &self.presets];
        let hit = tables.into_iter().find_map(|table| first(table, case));
        let (verdict, entry) = match hit {
            Some(hit) => (Rules::verdict(&hit, access), Some(hit.entry)),
            None => {
                let decision = defaults::decide(self.default, case.access, case.query, case.ignored_loading);
                let (errno, by) = (EACCES, By::Default);
                (Verdict { decision, errno, value: None, by, rule: None, access }, None)
            }
        };
        if verdict.decision == Decision::Ask
            && verdict.by != By::Answer
            && let Some(hit) = first(&self.session, case)
        {
            return (Rules::verdict(&hit, access), Some(hit.entry));
        }
        (verdict, entry)
    }

    /// Over the accesses that are not in `granted`; `None`: all are.
    fn strictest<'a>(
        &'a self,
        query: &Query<'_>,
        granted: &[Access],
        first: impl Fn(&'a Table, &Case<'_>) -> Option<Hit<'a>>,
    ) -> Option<(Verdict, Option<&'a Entry>)> {
        let now = self.now.unwrap_or_else(time::now);
        if query.accesses.is_empty() {
            return Some(self.decide_case(&self.case(query, None, now), 0, &first));
        }
        let open = query.accesses.iter().enumerate().filter(|(_, access)| !granted.contains(access));
        let decided = open.map(|(index, access)| self.decide_case(&self.case(query, Some(access), now), index, &first));
        decided.reduce(|found, next| if next.0.decision > found.0.decision { next } else { found })
    }

    /// What is to be done with a call: the strictest of what is decided about each of its accesses.
    pub fn decide(&self, query: &Query<'_>) -> Verdict {
        self.decide_rest(query, &[])
    }

    /// The same where the user has allowed some of the call's accesses just for this once: those no longer count, but
    /// they are still seen by rules for which it matters what else the call does (a rename's other name).
    /// Where all are allowed, so is the call.
    pub fn decide_rest(&self, query: &Query<'_>, granted: &[Access]) -> Verdict {
        match self.strictest(query, granted, Table::first) {
            Some((verdict, _)) => verdict,
            None => {
                let (decision, errno, by) = (Decision::Allow, EACCES, By::Answer);
                Verdict { decision, errno, value: None, by, rule: None, access: 0 }
            }
        }
    }

    /// The same by looking at every rule, and why: with the same matching, so that it explains what happens.
    pub fn why(&self, query: &Query<'_>) -> Why {
        let Some((verdict, winner)) = self.strictest(query, &[], Table::first_of_all) else {
            return Why { verdict: self.decide(query), matching: Vec::new() };
        };
        let case = self.case(query, query.accesses.get(verdict.access), self.now.unwrap_or_else(time::now));
        let mut matching: Vec<&Entry> = self.all().filter(|e| Table::hit(e, &case).is_some()).collect();
        if let Some(place) = winner.and_then(|w| matching.iter().position(|e| std::ptr::eq(*e, w))) {
            matching[..=place].rotate_right(1);
        }
        Why { verdict, matching: matching.into_iter().map(Rules::listed).collect() }
    }

    fn all(&self) -> impl Iterator<Item = &Entry> {
        [&self.first, &self.session, &self.rest, &self.presets].into_iter().flat_map(Table::entries)
    }

    fn listed(entry: &Entry) -> Ordered {
        Ordered { rule: Arc::clone(&entry.compiled.rule), origin: entry.origin.clone(), id: entry.id.clone() }
    }

    /// Every rule, in the order in which the first match decides.
    pub fn ordered(&self) -> Vec<Ordered> {
        self.all().map(Rules::listed).collect()
    }

    /// Whether there is a rule that keeps the program from anything.
    pub fn restrict(&self) -> bool {
        self.all().any(|entry| entry.compiled.rule.enabled && entry.compiled.rule.decision != Decision::Allow)
    }

    /// What happens where nothing else decides.
    pub const fn default_decision(&self) -> Decision {
        self.default
    }

    /// Whether a call of that name with these kinds can be decided otherwise than by `allow`: if not, nobody needs to
    /// look at it. `objects`: whether it can do them to something that has a name. Says yes where it does not know.
    pub fn concerns(&self, call: &str, kinds: KindSet, objects: bool) -> bool {
        let guarded = self.default != Decision::Allow && kinds.iter().any(crate::syscall::Kind::is_guarded);
        guarded
            || self.all().any(|entry| {
                let rule = &entry.compiled.rule;
                rule.enabled
                    && rule.decision != Decision::Allow
                    && (rule.calls.is_empty() || rule.calls.iter().any(|c| c == call))
                    && (rule.kinds.is_empty() || !rule.kinds.set().intersection(kinds).is_empty())
                    && (objects || !rule.has_object())
            })
    }
}
