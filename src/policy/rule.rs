//! One rule.

use crate::syscall::KindSet;

use super::Decision;

/// One rule of a policy, a preset, or a session (contract 5).
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What is decided.
    pub decision: Decision,
    /// Of these kinds; empty: of any.
    pub kinds: KindSet,
}
