//! Which calls stop, and which nobody needs to see (`--watch policy`).

use super::handle::Watch;
use crate::policy::Rules;
use crate::sys::filter::Filter;
use crate::sys::ptrace::Resume;
use crate::syscall::{Row, rows};

/// Seen whatever the policy says: `clone` can make tasks that are not traced; without the ends of handlers and
/// restarts, calls that a signal interrupts cannot be told from those that it ends.
const ALWAYS: [&str; 5] = ["clone", "clone3", "rt_sigreturn", "sigreturn", "restart_syscall"];

impl Watch {
    /// How a task goes on that is not in a call that has been looked at.
    pub(super) fn free(self) -> Resume {
        match self {
            Watch::All => Resume::Syscall,
            Watch::Policy => Resume::Continue,
        }
    }
}

/// The filter for a run under `rules`.
pub(super) fn filter(rules: &Rules) -> Result<Filter, String> {
    let passes = |row: &&Row| {
        let kinds = row.all_kinds();
        !ALWAYS.contains(&row.name) && !kinds.iter().any(|k| k.is_guarded()) && !rules.concerns(row.name, kinds)
    };
    Filter::passing(rows::ALL.iter().copied().flatten().filter(passes).map(|row| row.name))
}
