//! Which calls stop, and which nobody needs to see (`--watch policy`).
//!
//! A call passes unseen where its row says that it does nothing guarded and no rule can decide it otherwise than by
//! `allow`. Where that is so for some values of an argument only, these pass: the row declares them (`Narrow`).

use super::entry::allow;
use super::handle::Watch;
use super::task::InCall;
use crate::policy::{By, Decision, Rules, Verdict};
use crate::sys::filter::{Equal, Filter, Pass};
use crate::sys::ptrace::Resume;
use crate::syscall::{Kind, KindSet, Row, rows};

/// Seen whatever the policy says: without the ends of handlers and restarts, calls that a signal interrupts cannot be
/// told from those that it ends; a filter of the program's own can hand calls to another task instead of to Syswall; who
/// is restricted by Landlock cannot follow paths that lead through Syswall.
const ALWAYS: [&str; 5] = ["rt_sigreturn", "sigreturn", "restart_syscall", "seccomp", "landlock_restrict_self"];

/// Seen where the kernel does not keep the pages with pinned arguments (mseal(2), Linux 6.10).
const UNMAPS: [&str; 9] =
    ["munmap", "mprotect", "pkey_mprotect", "madvise", "remap_file_pages", "mremap", "mmap", "mmap2", "shmat"];

/// seccomp(2): `SECCOMP_SET_MODE_FILTER` with `SECCOMP_FILTER_FLAG_NEW_LISTENER`.
const SET_MODE_FILTER: u32 = 1;
const NEW_LISTENER: u64 = 1 << 3;

impl Watch {
    /// How a task goes on that is not in a call that has been looked at.
    pub(super) fn free(self) -> Resume {
        match self {
            Watch::All => Resume::Syscall,
            Watch::Policy => Resume::Continue,
        }
    }

    /// What would take calls away from the filter: where a filter of the program's own sends them to a listener, the
    /// kernel asks that one (SECCOMP_RET_USER_NOTIF goes before SECCOMP_RET_TRACE), which may let them go on. EBUSY is
    /// what seccomp(2) says where there is a listener already.
    pub(super) fn blinds(self, call: &InCall) -> Option<Verdict> {
        let listener = self == Watch::Policy
            && call.raw.name() == Some("seccomp")
            && call.raw.args[0] as u32 == SET_MODE_FILTER
            && call.raw.args[1] & NEW_LISTENER != 0;
        listener.then(|| Verdict { decision: Decision::Deny, errno: libc::EBUSY, ..allow(By::Protection) })
    }
}

/// What of `row`'s calls passes under `rules`.
fn passes(row: &'static Row, rules: &Rules, seals: bool) -> Vec<Pass<'static>> {
    let unseen =
        |kinds: KindSet| !kinds.iter().any(Kind::is_guarded) && !rules.concerns(row.name, kinds, !row.is_plain());
    if ALWAYS.contains(&row.name) || !seals && UNMAPS.contains(&row.name) {
        return Vec::new();
    }
    if unseen(row.all_kinds()) {
        return vec![Pass { name: row.name, when: None }];
    }
    let narrow = row.narrow.iter().filter(|narrow| unseen(narrow.kinds));
    let equal = narrow.flat_map(|n| n.values.iter().map(|value| Equal { arg: n.arg, mask: n.mask, value: *value }));
    equal.map(|equal| Pass { name: row.name, when: Some(equal) }).collect()
}

/// The filter for a run under `rules`.
pub(super) fn filter(rules: &Rules) -> Result<Filter, String> {
    let seals = super::pin::kernel_seals();
    let all: Vec<Pass<'_>> = rows::ALL.iter().copied().flatten().flat_map(|row| passes(row, rules, seals)).collect();
    Filter::passing(&all)
}

#[cfg(test)]
mod tests;
