//! Rules: what may happen, what may not, what is asked. Pure; only [`Policy::load`] and [`Policy::save`] touch files.
//!
//! [`Policy`] is what a file holds, [`Rules`] what decides. [`presets`] are shipped rules, [`answer`] makes rules of
//! what the user answers.

mod address;
pub mod answer;
mod arguments;
mod decision;
mod defaults;
mod error;
mod file;
mod globs;
mod json;
mod matcher;
mod names;
mod pattern;
mod place;
#[expect(clippy::module_inception, reason = "the policy itself, among what is about policies")]
mod policy;
mod precedence;
pub mod presets;
mod query;
mod rule;
mod rules;
mod spans;
mod table;
#[cfg(test)]
mod tests;
mod time;
mod write;

pub use decision::{By, Decision};
pub use defaults::is_loader;
pub use error::PolicyError;
pub use place::Place;
pub use policy::Policy;
pub use query::{ArgValue, Args, NoArgs, Query, Verdict};
pub use rule::{ArgScalar, ArgTest, Except, Kinds, Layout, Ports, ProcessTarget, Rule};
pub use rules::{Ordered, Origin, Rules, Why};
