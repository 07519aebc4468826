//! Asking on the terminal: the same sentences and choices as the window, on `/dev/tty`, never the program's stdin.

mod menu;
mod tty;

use std::fs::File;
use std::path::Path;

use crate::policy::answer::{Choice, HowLong, WhatScope, WhoScope};
use crate::policy::{Decision, Place, answer};
use crate::tracer::Question;
use crate::words;
use menu::Step;
use tty::{Line, Tty};

/// Asks on a terminal.
pub struct TerminalAsker {
    tty: Tty,
}

impl TerminalAsker {
    /// The controlling terminal; `None` where there is none (the caller then denies).
    pub fn open() -> Option<TerminalAsker> {
        let file = File::options().read(true).write(true).open("/dev/tty").ok()?;
        Some(TerminalAsker::on(file))
    }

    /// Asks on `terminal` instead.
    pub fn on(terminal: File) -> TerminalAsker {
        TerminalAsker { tty: Tty::new(terminal) }
    }

    /// Asks `question` and waits for the answer. `withdrawn` is called about ten times a second; when it says
    /// yes, the question is taken back and `None` is returned. An empty line, end of input or any failure of the
    /// terminal denies once. The decision `Kill` means that the user wants the whole program stopped.
    ///
    /// Only for the thread that owns the front end: it blocks, and it takes the terminal's foreground while it asks.
    pub fn ask(&self, question: &Question, place: &Place, withdrawn: &mut dyn FnMut() -> bool) -> Option<Choice> {
        let mut asking = Asking::new(question, place);
        let Some(_foreground) = self.tty.take(withdrawn) else { return self.gone(withdrawn) };
        self.tty.write(&asking.text());
        self.tty.drain(withdrawn);
        loop {
            self.tty.write(&asking.prompt());
            let step = match self.tty.line(withdrawn) {
                Line::Text(line) => asking.step(&line),
                Line::Withdrawn => return self.gone(withdrawn),
                Line::End => Step::Answer(asking.once(Decision::Deny)),
            };
            match step {
                Step::Answer(choice) => {
                    self.tty.write(&format!("{}\n", words::consent(question, &choice, asking.home)));
                    return Some(choice);
                }
                Step::Say(text) => self.tty.write(&text),
            }
        }
    }

    /// Says that there is nothing left to answer. Where the terminal failed instead, denies once.
    fn gone(&self, withdrawn: &mut dyn FnMut() -> bool) -> Option<Choice> {
        if !withdrawn() {
            return Some(deny_once());
        }
        self.tty.write(&format!("\n{}\n", words::tr("No answer is needed any more.")));
        None
    }
}

/// The answer that changes nothing for later.
fn deny_once() -> Choice {
    Choice {
        decision: Decision::Deny,
        errno: None,
        what: WhatScope::Exact,
        who: WhoScope::Process,
        how_long: HowLong::Once,
    }
}

/// One question while it is being answered.
struct Asking<'a> {
    question: &'a Question,
    place: &'a Place,
    home: Option<&'a Path>,
    said: words::Sentences,
    whats: Vec<WhatScope>,
    what: WhatScope,
    who: WhoScope,
    how_long: HowLong,
    /// Which of the choices is being made; `None`: the answer itself.
    choosing: Option<menu::Choosing>,
}

impl<'a> Asking<'a> {
    fn new(question: &'a Question, place: &'a Place) -> Asking<'a> {
        let home = place.home.as_deref();
        let mut whats = question.access().map(|access| answer::what_choices(access, place)).unwrap_or_default();
        if question.access().is_some_and(words::takes_pattern) {
            whats.push(WhatScope::Pattern(String::new()));
        }
        Asking {
            question,
            place,
            home,
            said: words::question(question, home),
            what: whats.first().cloned().unwrap_or(WhatScope::Exact),
            whats,
            who: WhoScope::Program,
            how_long: HowLong::UntilEnd,
            choosing: None,
        }
    }

    /// The answer with the scope as it is now.
    fn choice(&self, decision: Decision) -> Choice {
        Choice { decision, errno: None, what: self.what.clone(), who: self.who, how_long: self.how_long }
    }

    fn once(&self, decision: Decision) -> Choice {
        Choice { how_long: HowLong::Once, ..self.choice(decision) }
    }
}

#[cfg(test)]
mod tests;
