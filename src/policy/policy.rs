//! A policy: the rules for one program.

use super::rule::{Layout, Rule};
use super::{Decision, PolicyError, json, write};
use crate::i18n::{fill, tr};

/// The rules for one program (contract 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The executable that it is for.
    pub program: Option<String>,
    /// What happens where no rule and no preset decides, to what `default` is about (contract 4). Never `pretend`.
    pub default: Decision,
    /// Whether the dynamic loader's own reads are allowed where nothing else decides; `None`: not said, which means yes.
    pub ignore_library_loading: Option<bool>,
    /// Names of presets.
    pub presets: Vec<String>,
    /// The rules, in the order written, which decides nothing.
    pub rules: Vec<Rule>,
    /// How its fields were written.
    pub layout: Layout,
}

impl Default for Policy {
    /// No rules, and everything that matters is asked.
    fn default() -> Policy {
        Policy {
            program: None,
            default: Decision::Ask,
            ignore_library_loading: None,
            presets: Vec::new(),
            rules: Vec::new(),
            layout: Layout::default(),
        }
    }
}

impl Policy {
    /// Reads a policy from JSON `text`; errors call it `source_name`.
    pub fn parse(text: &str, source_name: &str) -> Result<Policy, PolicyError> {
        if text.len() as u64 > super::file::LARGEST {
            let message = fill(
                &tr("larger than {limit} MiB, the most a policy can be"),
                &[("limit", &(super::file::LARGEST >> 20).to_string())],
            );
            return Err(PolicyError::whole(source_name, message));
        }
        json::policy(text, source_name)
    }

    /// An empty policy for `program`.
    pub fn for_program(program: &std::path::Path) -> Policy {
        Policy { program: Some(program.to_string_lossy().into_owned()), ..Policy::default() }
    }

    /// As JSON text: one rule a line, fields in the order in which they were read. Rules for one process are left out.
    pub fn to_json(&self) -> String {
        write::policy(self)
    }
}
