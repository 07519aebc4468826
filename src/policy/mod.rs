//! Rules: what may happen, what may not, what is asked. Pure; only [`Policy::load`] and [`Policy::save`] touch files.

mod decision;
mod query;
mod rule;

pub use decision::{By, Decision};
pub use query::{ArgValue, Args, NoArgs, Query, Verdict};
pub use rule::Rule;
