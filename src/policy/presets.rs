//! The shipped presets, JSON files in `data/presets/`.
//!
//! What a preset promises holds whatever other presets are added: its denials have priority 10, its questions 5 and its
//! allowances none. So a preset never loosens another, and exceptions of a denial are part of it (`except`), not rules
//! of their own. Rules of the policy come before all of them.

use std::sync::OnceLock;

use super::json::{Author, Reader};
use super::spans::{self, Value};
use super::{PolicyError, Rule};
use crate::i18n::{fill, mark, tr};

/// A named, shipped set of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its name in policies and on the command line.
    pub name: &'static str,
    /// A few words (msgid).
    pub title: String,
    /// What it does and what it does not do, in sentences (msgid).
    pub description: String,
    /// Its rules; each has an id.
    pub rules: Vec<Rule>,
}

impl Preset {
    /// `{"name", "title", "description", "rules"}`; rules as policies have them, with their exceptions.
    pub fn to_json(&self) -> serde_json::Value {
        super::write::preset(self)
    }
}

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../data/presets/", $name, ".json")))),*]
    };
}

/// Names and texts, in the order in which they are offered.
const SHIPPED: &[(&str, &str)] = shipped![
    "no-network",
    "local-network",
    "block-sockets",
    "no-display",
    "read-only-files",
    "no-new-programs",
    "home-protected",
    "keep-secrets",
    "contained",
    "ask-everything",
    "observe",
];

/// The names of all presets.
pub(super) fn names() -> impl Iterator<Item = &'static str> + Clone {
    SHIPPED.iter().map(|(name, _)| *name)
}

fn read(name: &'static str, text: &str) -> Result<Preset, PolicyError> {
    let source = fill(&tr("preset {name}"), &[("name", name)]);
    let root = spans::read(&source, text)?;
    let reader = Reader::new(&source, text, Author::Preset);
    let mut preset = Preset { name, title: String::new(), description: String::new(), rules: Vec::new() };
    for member in reader.members(&root, mark("a preset"), &["title", "description", "rules"])? {
        match (member.key.as_str(), &member.node.value) {
            ("rules", _) => preset.rules = reader.rules(&member.node)?,
            ("title", Value::String(title)) => preset.title.clone_from(title),
            (_, Value::String(text)) => preset.description.clone_from(text),
            _ => return Err(reader.error(member.node.at, tr("a text is expected here"))),
        }
    }
    Ok(preset)
}

/// All presets, in the order in which they are offered.
pub fn all() -> &'static [Preset] {
    static ALL: OnceLock<Vec<Preset>> = OnceLock::new();
    // A test reads every one; should one be broken all the same, a policy that names it is refused.
    ALL.get_or_init(|| SHIPPED.iter().filter_map(|(name, text)| read(name, text).ok()).collect())
}

/// The preset of that name. The error says which there are.
pub fn find(name: &str) -> Result<&'static Preset, PolicyError> {
    all().iter().find(|p| p.name == name).ok_or_else(|| {
        let known: Vec<&str> = names().collect();
        PolicyError::whole(
            fill(&tr("preset {name}"), &[("name", name)]),
            fill(&tr("there is no such preset; there are {known}"), &[("known", &known.join(", "))]),
        )
    })
}
