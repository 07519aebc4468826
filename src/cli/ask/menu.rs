//! The letters of the terminal prompt and what they do.

use super::Asking;
use crate::policy::Decision;
use crate::policy::answer::{Choice, HowLong, WhatScope, WhoScope};
use crate::words::{self, fill, tr, tr_n};

/// What a line of input leads to.
pub(super) enum Step {
    /// The question is answered.
    Answer(Choice),
    /// This is shown, and asking goes on.
    Say(String),
}

/// A choice that is being made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Choosing {
    What,
    Who,
    HowLong,
    Pattern,
}

const WHO: [WhoScope; 3] = [WhoScope::Process, WhoScope::Program, WhoScope::Run];
const HOW_LONG: [HowLong; 4] = [HowLong::UntilEnd, HowLong::Minutes(15), HowLong::Minutes(60), HowLong::Always];

impl Asking<'_> {
    /// The question and its answers.
    pub(super) fn text(&self) -> String {
        let said = &self.said;
        let mut lines = vec![String::new(), format!("── Syswall ── {}", said.headline)];
        lines.extend(said.through.iter().map(|line| format!("   {line}")));
        if !said.object.is_empty() && !said.headline.contains(&said.object) {
            lines.push(format!("   {}", said.object));
        }
        lines.extend(
            said.changed.iter().chain(&said.via).chain(&said.what).chain(&said.why).map(|line| format!("   {line}")),
        );
        if self.question.waiting > 1 {
            let more = u64::try_from(self.question.waiting - 1).unwrap_or(u64::MAX);
            lines.push(format!("   {}", waiting_more(more)));
        }
        lines.push(self.menu());
        lines.join("\n") + "\n"
    }

    fn menu(&self) -> String {
        let mut lines = Vec::new();
        if self.said.complete {
            lines.push(format!("  a  {}", tr("allow once")));
        } else {
            lines.push(format!("     {}", tr("The name is too long to be shown whole, so this cannot be allowed.")));
        }
        lines.push(format!("  d  {}", tr("deny once")));
        if self.question.can_pretend {
            lines.push(format!("  p  {}", tr("pretend once")));
        }
        lines.push(format!("  {}", tr("A, D, P: the same, and not only this once:")));
        lines.push(format!("     {}", self.scope()));
        lines.push(format!("  {}", tr("w what, s who, t how long, i details, k stop the program, ? help")));
        lines.join("\n")
    }

    /// The chosen scope in one line.
    fn scope(&self) -> String {
        let what = self.question.access().map(|access| match &self.what {
            WhatScope::Pattern(pattern) => words::escape(pattern),
            what => words::what_label(what, access, self.home),
        });
        let parts = what
            .into_iter()
            .chain([words::who_label(self.who, self.question), words::how_long_label(self.how_long)])
            .collect::<Vec<_>>();
        parts.join(" · ")
    }

    /// What stands before the cursor.
    pub(super) fn prompt(&self) -> String {
        match self.choosing {
            None => format!("{} ", tr("Your answer (Enter: deny once):")),
            Some(Choosing::Pattern) => format!("{} ", tr("Pattern (* within a folder, ** across folders):")),
            Some(_) => format!("{} ", tr("Number:")),
        }
    }

    /// What the line that the user has typed leads to.
    pub(super) fn step(&mut self, line: &str) -> Step {
        let line = line.trim();
        match self.choosing.take() {
            Some(Choosing::Pattern) => self.pattern(line),
            Some(choosing) => self.numbered(choosing, line),
            None => self.letter(line),
        }
    }

    fn letter(&mut self, line: &str) -> Step {
        match line {
            "" | "d" => Step::Answer(self.once(Decision::Deny)),
            "D" => Step::Answer(self.choice(Decision::Deny)),
            "a" if self.said.complete => Step::Answer(self.once(Decision::Allow)),
            "A" if self.said.complete => Step::Answer(self.choice(Decision::Allow)),
            "p" if self.question.can_pretend => Step::Answer(self.once(Decision::Pretend)),
            "P" if self.question.can_pretend => Step::Answer(self.choice(Decision::Pretend)),
            "p" | "P" => {
                let call = words::escape(&self.question.call);
                Step::Say(words::why_not_pretended(&call, self.question.why_not_pretend) + "\n")
            }
            "k" => Step::Answer(self.once(Decision::Kill)),
            "w" => self.choose(Choosing::What),
            "s" => self.choose(Choosing::Who),
            "t" => self.choose(Choosing::HowLong),
            "i" => Step::Say(self.details()),
            "?" | "h" => Step::Say(self.help()),
            _ => Step::Say(format!("{}\n{}\n", tr("That is none of the answers."), self.menu())),
        }
    }

    fn labels(&self, choosing: Choosing) -> Vec<String> {
        match choosing {
            Choosing::Who => WHO.iter().map(|who| words::who_label(*who, self.question)).collect(),
            Choosing::HowLong => HOW_LONG.iter().map(|how_long| words::how_long_label(*how_long)).collect(),
            Choosing::What | Choosing::Pattern => {
                let Some(access) = self.question.access() else { return Vec::new() };
                self.whats.iter().map(|what| words::what_label(what, access, self.home)).collect()
            }
        }
    }

    fn choose(&mut self, choosing: Choosing) -> Step {
        self.choosing = Some(choosing);
        let lines = self.labels(choosing).into_iter().enumerate().map(|(n, label)| format!("  {}  {label}\n", n + 1));
        Step::Say(lines.collect())
    }

    fn numbered(&mut self, choosing: Choosing, line: &str) -> Step {
        let at = line.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        let Some(at) = at.filter(|at| *at < self.labels(choosing).len()) else {
            return Step::Say(format!("{}\n{}\n", tr("Nothing was changed."), self.menu()));
        };
        match choosing {
            Choosing::Who => self.who = WHO[at],
            Choosing::HowLong => self.how_long = HOW_LONG[at],
            Choosing::What | Choosing::Pattern => match self.whats[at] {
                WhatScope::Pattern(_) => {
                    self.choosing = Some(Choosing::Pattern);
                    return Step::Say(String::new());
                }
                ref what => self.what = what.clone(),
            },
        }
        if self.who == WhoScope::Process && self.how_long == HowLong::Always {
            // A process does not outlive the run.
            self.who = if choosing == Choosing::Who { WhoScope::Process } else { WhoScope::Program };
            self.how_long = if choosing == Choosing::Who { HowLong::UntilEnd } else { HowLong::Always };
        }
        Step::Say(self.menu() + "\n")
    }

    fn pattern(&mut self, line: &str) -> Step {
        if line.is_empty() {
            return Step::Say(format!("{}\n{}\n", tr("Nothing was changed."), self.menu()));
        }
        let problem = self.question.access().and_then(|access| words::pattern_problem(line, access, self.place));
        if let Some(problem) = problem {
            return Step::Say(format!("{problem}\n{}\n", self.menu()));
        }
        self.what = WhatScope::Pattern(line.to_owned());
        Step::Say(self.menu() + "\n")
    }

    fn details(&self) -> String {
        words::details(self.question).into_iter().map(|(name, value)| format!("  {name}: {value}\n")).collect()
    }

    fn help(&self) -> String {
        let mut lines = vec![
            tr("a, d and p answer this one call; the next of the same kind is asked again."),
            tr("A, D and P also answer what comes later, as wide as the line under them says."),
            tr("Change that line with w, s and t. \"Always\" is saved as a rule of this program."),
            tr("Allow: the call is made. Deny: it is not made, and the program gets an error."),
        ];
        lines.push(match self.question.access().filter(|_| self.question.can_pretend) {
            Some(access) => fill(
                &tr("Pretend: it is not made. {what_it_believes}"),
                &[("what_it_believes", &words::pretended(access.kind))],
            ),
            None => words::why_not_pretended(&words::escape(&self.question.call), self.question.why_not_pretend),
        });
        lines.push(tr("Enter alone, or the end of input, denies once and saves nothing."));
        lines.iter().map(|line| format!("  {line}\n")).collect::<String>() + &self.menu() + "\n"
    }
}

fn waiting_more(more: u64) -> String {
    tr_n("{n} more waits for this same answer.", "{n} more wait for this same answer.", more)
}
