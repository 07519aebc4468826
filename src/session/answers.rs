//! From the user's choice to the rule it makes, and to where `always` is kept.

use super::{RunError, Session, failed};
use crate::i18n::{fill, tr};
use crate::policy::answer::{Asked, Choice, HowLong, make_rule};
use crate::policy::{Policy, PolicyError, Rule, Rules};
use crate::tracer::{Answered, Question};

impl Session {
    /// Answers `question`. With `always`, the rule is saved as well: an error says why that failed, and the answer
    /// then holds until the program ends.
    pub fn answer(&mut self, question: &Question, choice: &Choice) -> Result<(), RunError> {
        let rule = question.access().and_then(|access| {
            let asked = Asked { program: &question.program, pid: question.pid, call: &question.call, access };
            make_rule(&asked, choice, &self.place)
        });
        let saved = match (&rule, choice.how_long) {
            (Some(rule), HowLong::Always) => {
                let saved = self.keep(rule.clone());
                self.unsaved = saved.is_err();
                saved
            }
            _ => Ok(()),
        };
        self.handle.answer(question.id, Answered { decision: choice.decision, errno: choice.errno, rule });
        saved
    }

    /// Adds `rule` to the policy, on disk as well.
    fn keep(&mut self, mut rule: Rule) -> Result<(), RunError> {
        self.answers += 1;
        rule.pid = None;
        self.policy.rules.push(rule.clone());
        let problem = |e: PolicyError| {
            let text = tr("the answer holds until the program ends, but is not saved: {error}");
            failed(fill(&text, &[("error", &e.to_string())]))
        };
        match &self.save_policy {
            Some(file) => self.policy.save(file).map_err(problem),
            None => {
                // Whatever this run started with: what the user always wants is added to what is there.
                let mut own = match self.own_policy.exists() {
                    true => Policy::load(&self.own_policy).map_err(problem)?,
                    false => Policy::for_program(&self.program),
                };
                own.rules.push(rule);
                own.save(&self.own_policy).map_err(problem)
            }
        }
    }

    /// Puts an edited policy in force and saves it where `--save-policy` says, else where it came from.
    pub fn set_policy(&mut self, policy: Policy) -> Result<(), RunError> {
        let rules = Rules::new(&policy, &self.presets, &self.place).map_err(|e| failed(e.to_string()))?;
        policy.save(self.save_policy.as_ref().unwrap_or(&self.edited_policy)).map_err(|e| failed(e.to_string()))?;
        self.policy = policy;
        self.handle.set_rules(rules);
        Ok(())
    }

    /// How many `always` answers this run has saved.
    pub fn kept(&self) -> usize {
        self.answers
    }
}
