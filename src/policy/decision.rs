//! What can be decided about a call, and on whose word.

use std::fmt;

/// The order is that of precedence between equally narrow rules: the last wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Decision {
    /// The call is made.
    Allow,
    /// The user is asked.
    Ask,
    /// The call is not made; the program gets a believable success.
    Pretend,
    /// The call is not made; the program gets an errno.
    Deny,
    /// The call is not made; the program is ended.
    Kill,
}

impl Decision {
    /// Every decision.
    pub const ALL: [Decision; 5] = [Decision::Allow, Decision::Ask, Decision::Pretend, Decision::Deny, Decision::Kill];

    /// The name in policies and records.
    pub const fn name(self) -> &'static str {
        match self {
            Decision::Allow => "allow",
            Decision::Ask => "ask",
            Decision::Pretend => "pretend",
            Decision::Deny => "deny",
            Decision::Kill => "kill",
        }
    }

    /// The reverse of [`Decision::name`].
    pub fn from_name(name: &str) -> Option<Decision> {
        Decision::ALL.into_iter().find(|d| d.name() == name)
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// On whose word a decision stands (contract 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum By {
    /// A rule of the policy.
    Rule,
    /// A rule of a preset.
    Preset,
    /// The user's answer in this run.
    Answer,
    /// No rule matched.
    Default,
    /// Syswall's own protection.
    Protection,
    /// Nobody looked.
    Unwatched,
}

impl By {
    /// Every origin.
    pub const ALL: [By; 6] = [By::Rule, By::Preset, By::Answer, By::Default, By::Protection, By::Unwatched];

    /// The name in records.
    pub const fn name(self) -> &'static str {
        match self {
            By::Rule => "rule",
            By::Preset => "preset",
            By::Answer => "answer",
            By::Default => "default",
            By::Protection => "protection",
            By::Unwatched => "unwatched",
        }
    }

    /// The reverse of [`By::name`].
    pub fn from_name(name: &str) -> Option<By> {
        By::ALL.into_iter().find(|b| b.name() == name)
    }
}
