//! What is asked of the rules about one call, and what they say.

use std::path::Path;
use std::sync::Arc;

use super::{By, Decision};
use crate::syscall::Access;

/// The value of one argument, for `args` conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgValue {
    /// The register, cut to the ABI's width.
    pub raw: u64,
    /// As rendered: `O_RDONLY|O_CREAT`, `"/etc/passwd"`, `TIOCSTI`.
    pub text: String,
}

/// The arguments of a call by name. Rendered only when a rule looks at them.
pub trait Args {
    /// The argument of that name (as the man page names it), or `None` if the call has none such.
    fn get(&self, name: &str) -> Option<ArgValue>;
}

/// No arguments at all.
pub struct NoArgs;

impl Args for NoArgs {
    fn get(&self, _name: &str) -> Option<ArgValue> {
        None
    }
}

/// One call, to be decided.
pub struct Query<'a> {
    /// The executables: of the process that calls, of the one that started it, and so on up to the program's first.
    pub ancestry: &'a [Arc<Path>],
    /// Who calls; session rules can be for one process only.
    pub pid: i32,
    /// As the kernel names it.
    pub call: &'a str,
    /// What it is about to do.
    pub accesses: &'a [Access],
    /// Its arguments.
    pub args: &'a dyn Args,
}

/// What the rules say about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The strictest decision over all accesses (a call is one: it is made or not).
    pub decision: Decision,
    /// For `deny`: the errno, positive.
    pub errno: i32,
    /// For `pretend`: the result to return instead of the row's own.
    pub value: Option<i64>,
    /// On whose word.
    pub by: By,
    /// The rule's id, if it is a rule of the policy or a preset (`preset-name/id`).
    pub rule: Option<Arc<str>>,
    /// Which access decided, as an index into [`Query::accesses`]; 0 where there is none.
    pub access: usize,
}
