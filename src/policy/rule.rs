//! One rule.

use std::fmt;

use ipnet::IpNet;

use super::Decision;
use crate::syscall::{Kind, KindSet};

/// The kinds that a rule is about, with the names as they were written (`network` stays `network`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    names: Vec<String>,
    set: KindSet,
}

impl Kinds {
    /// Just `kind`.
    pub fn of(kind: Kind) -> Kinds {
        Kinds { names: vec![kind.name().to_owned()], set: KindSet::of(kind) }
    }

    /// The kinds of these names; the error is the first name that means none.
    pub fn from_names<S: AsRef<str>>(names: &[S]) -> Result<Kinds, String> {
        let mut kinds = Kinds::default();
        for name in names.iter().map(AsRef::as_ref) {
            let set = Kind::named(name);
            if set.is_empty() {
                return Err(name.to_owned());
            }
            kinds.set = kinds.set.union(set);
            kinds.names.push(name.to_owned());
        }
        Ok(kinds)
    }

    /// What they mean; empty: any kind.
    pub const fn set(&self) -> KindSet {
        self.set
    }

    /// As written.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether the rule names no kind, and so is about any.
    pub const fn is_empty(&self) -> bool {
        self.set.is_empty()
    }
}

impl From<KindSet> for Kinds {
    fn from(set: KindSet) -> Kinds {
        Kinds { names: set.iter().map(|k| k.name().to_owned()).collect(), set }
    }
}

/// One port or several in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    /// The lowest.
    pub first: u16,
    /// The highest; equal to `first` for one port.
    pub last: u16,
}

impl Ports {
    /// Just `port`.
    pub const fn one(port: u16) -> Ports {
        Ports { first: port, last: port }
    }

    /// Whether `port` is one of them.
    pub const fn contains(self, port: u16) -> bool {
        self.first <= port && port <= self.last
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}-{}", self.first, self.last) }
    }
}

/// Which processes a rule about processes means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessTarget {
    /// The process that calls.
    Itself,
    /// Any of the program, the caller too.
    Tree,
    /// Any that is not of the program.
    Outside,
}

impl ProcessTarget {
    /// Every target.
    pub const ALL: [ProcessTarget; 3] = [ProcessTarget::Itself, ProcessTarget::Tree, ProcessTarget::Outside];

    /// The name in policies.
    pub const fn name(self) -> &'static str {
        match self {
            ProcessTarget::Itself => "self",
            ProcessTarget::Tree => "tree",
            ProcessTarget::Outside => "outside",
        }
    }

    /// The reverse of [`ProcessTarget::name`].
    pub fn from_name(name: &str) -> Option<ProcessTarget> {
        ProcessTarget::ALL.into_iter().find(|t| t.name() == name)
    }
}

/// A value that an argument is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgScalar {
    /// A number; -2⁶³ to 2⁶⁴-1.
    Number(i128),
    /// A name such as `TIOCSTI`, flags such as `O_WRONLY|O_CREAT` (in any order), or a text without its quotation marks.
    Text(String),
}

/// What an argument must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgTest {
    /// This.
    Is(ArgScalar),
    /// A set of flags with this one among them.
    Has(String),
    /// One of these.
    In(Vec<ArgScalar>),
    /// A text that this glob matches; `*` stops at slashes.
    Glob(String),
    /// A number within these bounds, both included.
    Range {
        /// The lowest.
        min: Option<i128>,
        /// The highest.
        max: Option<i128>,
    },
}

/// What a rule of a preset does not match although its other conditions hold. Only shipped presets have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Except {
    /// Paths, as globs.
    pub paths: Vec<String>,
    /// Internet addresses.
    pub addresses: Vec<IpNet>,
    /// Families of sockets, such as `AF_UNIX`: of those that are made, or that have no internet address.
    pub families: Vec<String>,
    /// What the program itself made (see [`Rules::note_created`](super::Rules::note_created)).
    pub made_by_program: bool,
    /// What the dynamic loader reads, as long as the policy ignores that.
    pub library_loading: bool,
}

impl Except {
    /// Whether it takes nothing out.
    pub fn is_empty(&self) -> bool {
        *self == Except::default()
    }
}

/// The order in which a rule's or a policy's fields were written, so that saving keeps it.
/// It has no meaning: all layouts are equal. The default is the contract's order.
#[derive(Clone, Debug, Default)]
pub struct Layout(pub(super) Vec<&'static str>);

impl PartialEq for Layout {
    fn eq(&self, _: &Layout) -> bool {
        true
    }
}

impl Eq for Layout {}

/// One rule of a policy, a preset, or a session (contract 5). Every condition that is there must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What is decided.
    pub decision: Decision,
    /// For `deny`: the errno, positive; `None`: EACCES.
    pub errno: Option<i32>,
    /// For `pretend`: the result to return; `None`: the call's own idea of success.
    pub value: Option<i64>,
    /// The executable, as a glob; `None`: any in the run.
    pub program: Option<String>,
    /// With `program`: also whatever it started, however far down. Without: also processes other than those that the
    /// program's first process became.
    pub children: bool,
    /// Of these kinds; empty: of any.
    pub kinds: Kinds,
    /// These calls; empty: any.
    pub calls: Vec<String>,
    /// Paths of files and device nodes, as a glob; `~`, `$CWD` and `$PROGRAM_DIR` at its beginning.
    /// `*` and `?` stop at slashes, `**` does not; `/x/**` is what is below `/x`, not `/x` itself.
    /// Unix sockets are matched by `socket` only.
    pub path: Option<String>,
    /// Internet addresses.
    pub address: Option<IpNet>,
    /// Ports.
    pub port: Option<Ports>,
    /// Unix sockets by name, as a glob like `path`; `@` begins an abstract name.
    pub socket: Option<String>,
    /// Processes.
    pub target: Option<ProcessTarget>,
    /// Arguments by name, in the order written.
    pub args: Vec<(String, ArgTest)>,
    /// Its name in records; unique in its policy.
    pub id: Option<String>,
    /// Whether it counts.
    pub enabled: bool,
    /// When it ends to count, in seconds since the epoch. Written as `"2026-12-31T23:59:59Z"`.
    pub expires: Option<i64>,
    /// Rules with one come before rules without; higher before lower.
    pub priority: Option<i64>,
    /// Where it came from, such as `answer`; for the reader.
    pub origin: Option<String>,
    /// For the reader.
    pub note: Option<String>,
    /// For one process only. Never saved.
    pub pid: Option<i32>,
    /// What it leaves out. Only in presets.
    pub except: Except,
    /// How its fields were written.
    pub layout: Layout,
}

impl Rule {
    /// A rule without conditions.
    pub fn new(decision: Decision) -> Rule {
        Rule {
            decision,
            errno: None,
            value: None,
            program: None,
            children: true,
            kinds: Kinds::default(),
            calls: Vec::new(),
            path: None,
            address: None,
            port: None,
            socket: None,
            target: None,
            args: Vec::new(),
            id: None,
            enabled: true,
            expires: None,
            priority: None,
            origin: None,
            note: None,
            pid: None,
            except: Except::default(),
            layout: Layout::default(),
        }
    }

    /// As policies have it. A preset's exceptions are added; the process that it may be for is left out.
    pub fn to_json(&self) -> serde_json::Value {
        super::write::rule(self)
    }

    /// Whether it has a condition on the object.
    pub const fn has_object(&self) -> bool {
        self.path.is_some()
            || self.address.is_some()
            || self.port.is_some()
            || self.socket.is_some()
            || self.target.is_some()
    }
}
