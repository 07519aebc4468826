//! Whether one rule is about one access.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arguments::ArgMatcher;
use super::pattern::{Pattern, Subject};
use super::precedence::Narrowness;
use super::rule::{ProcessTarget, Rule};
use super::{Decision, Place, Query};
use crate::i18n::{fill, tr};
use crate::syscall::{Access, Kind, Object};

/// `renameat2(2)`: both names are there and change places.
const RENAME_EXCHANGE: u64 = 2;

/// Whether a rule matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// It does not.
    No,
    /// It does.
    Yes,
    /// What it looks at can't be seen; all else matches.
    Unknown,
}

/// One access of one call, with what rules look at.
pub(super) struct Case<'a> {
    pub query: &'a Query<'a>,
    /// `None` for a call that does nothing to anything.
    pub access: Option<&'a Access>,
    /// Seconds since the epoch.
    pub now: i64,
    /// What the program made.
    pub created: &'a BTreeSet<PathBuf>,
    /// Whether it is a read of the dynamic loader that the policy ignores.
    pub ignored_loading: bool,
}

impl<'a> Case<'a> {
    /// Whether the access is to what has another name after the call: what is renamed, linked or mounted elsewhere.
    pub fn gives_another_name(&self) -> bool {
        let Some(access) = self.access else { return false };
        match (access.kind, self.query.call) {
            // A tree that is mounted has names that can be told; one that is only open has none.
            (Kind::FileRead, "link" | "linkat" | "open_tree" | "open_tree_attr") => true,
            (Kind::FileRename, "renameat2")
                if self.query.args.get("flags").is_some_and(|f| f.raw & RENAME_EXCHANGE != 0) =>
            {
                true
            }
            // The old name comes first.
            (Kind::FileRename, _) => self.query.accesses.iter().find(|a| a.kind == Kind::FileRename) == Some(access),
            _ => false,
        }
    }

    /// What it is done to.
    pub fn object(&self) -> Option<&'a Object> {
        self.access.and_then(|a| a.object.as_ref())
    }
}

/// What `path` conditions look at.
pub(super) fn path_of(object: Option<&Object>) -> Option<&Path> {
    match object? {
        Object::Path { path, .. } | Object::Device { path, .. } => Some(path),
        _ => None,
    }
}

/// Whether `path` or a directory above it is in `created`.
pub(super) fn is_made(created: &BTreeSet<PathBuf>, path: &Path) -> bool {
    !created.is_empty() && path.ancestors().any(|p| created.contains(p))
}

/// Whether `path` is the free name that the call gives to something that the program made. The accesses of a rename
/// begin with the old name; that something is there already shows in a `file.delete` of it, or in an exchange.
fn is_new_name(case: &Case<'_>, path: &Path) -> bool {
    let accesses = case.query.accesses;
    let names = |kind: Kind| accesses.iter().filter(move |a| a.kind == kind).map(|a| path_of(a.object.as_ref()));
    let old = names(Kind::FileRename).next().flatten();
    case.access.is_some_and(|a| a.kind == Kind::FileRename)
        && old.is_some_and(|old| old != path && is_made(case.created, old))
        && !names(Kind::FileDelete).any(|gone| gone.is_none_or(|gone| gone == path))
        && case.query.args.get("flags").is_none_or(|flags| flags.raw & RENAME_EXCHANGE == 0)
}

/// A rule with its globs compiled.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub rule: Arc<Rule>,
    /// Of the executable.
    pub program: Option<Pattern>,
    /// Of the path.
    pub path: Option<Pattern>,
    /// Of the socket.
    pub socket: Option<Pattern>,
    except_paths: Vec<Pattern>,
    args: Vec<(String, ArgMatcher)>,
}

impl Compiled {
    /// Compiles `rule`. The error says which field is wrong and why.
    pub fn new(rule: Arc<Rule>, place: &Place) -> Result<Compiled, String> {
        let pattern = |field: &str, text: &Option<String>, subject: Subject| -> Result<Option<Pattern>, String> {
            let compiled = text.as_ref().map(|text| Pattern::new(text, subject, place)).transpose();
            compiled.map_err(|why| {
                fill(
                    &tr("{field} {text}: {why}"),
                    &[("field", field), ("text", &format!("{:?}", text.as_deref().unwrap_or_default())), ("why", &why)],
                )
            })
        };
        let program = pattern("program", &rule.program, Subject::Path)?;
        let path = pattern("path", &rule.path, Subject::Path)?;
        let socket = pattern("socket", &rule.socket, Subject::Socket)?;
        let mut except_paths = Vec::new();
        for text in &rule.except.paths {
            except_paths.extend(pattern("except", &Some(text.clone()), Subject::Path)?);
        }
        let mut args = Vec::new();
        for (name, test) in &rule.args {
            args.push((
                name.clone(),
                ArgMatcher::new(test)
                    .map_err(|why| fill(&tr("args {name}: {why}"), &[("name", &format!("{name:?}")), ("why", &why)]))?,
            ));
        }
        Ok(Compiled { rule, program, path, socket, except_paths, args })
    }

    /// How narrow it is.
    pub fn narrowness(&self) -> Narrowness {
        Narrowness::new(&self.rule, self.program.as_ref(), self.path.as_ref().or(self.socket.as_ref()))
    }

    /// Whether it is about this access.
    pub fn matches(&self, case: &Case<'_>) -> Match {
        let rule = &*self.rule;
        if !rule.enabled || rule.expires.is_some_and(|end| end <= case.now) {
            return Match::No;
        }
        if !rule.calls.is_empty() && !rule.calls.iter().any(|c| c == case.query.call) {
            return Match::No;
        }
        let other_name = self.would_be_evaded(case);
        if !rule.kinds.is_empty() && !case.access.is_some_and(|a| rule.kinds.set().contains(a.kind)) && !other_name {
            return Match::No;
        }
        if !self.is_who(case.query) {
            return Match::No;
        }
        let object = if other_name { Match::Yes } else { self.object(case) };
        if object == Match::No || self.is_excepted(case) {
            return Match::No;
        }
        let args = self.arguments(case.query);
        if args == Match::No {
            Match::No
        } else if args == Match::Unknown {
            args
        } else {
            object
        }
    }

    /// Whether the access gives another name to what a rule keeps the program from: by that name the rule would not
    /// know it.
    fn would_be_evaded(&self, case: &Case<'_>) -> bool {
        let rule = &*self.rule;
        let Some(pattern) = self.path.as_ref().or(self.socket.as_ref()) else { return false };
        if rule.decision == Decision::Allow || !rule.calls.is_empty() || !case.gives_another_name() {
            return false;
        }
        // A rule about making something says nothing about what is there.
        if !rule.kinds.is_empty() && rule.kinds.set().iter().all(|kind| kind == Kind::FileCreate) {
            return false;
        }
        path_of(case.object()).is_some_and(|path| {
            let path = path.as_os_str().as_bytes();
            // With a folder goes what is in it.
            let inside = pattern.prefix().strip_prefix(path).is_some_and(|rest| path == b"/" || rest.starts_with(b"/"));
            let inside = inside && pattern.prefix() != [path, b"/"].concat();
            inside || self.path.is_some() && pattern.matches(path)
        })
    }

    fn is_who(&self, query: &Query<'_>) -> bool {
        let rule = &*self.rule;
        if rule.pid.is_some_and(|pid| pid != query.pid) {
            return false;
        }
        let matches = |pattern: &Pattern, exe: &Arc<Path>| pattern.matches(exe.as_os_str().as_bytes());
        match (&self.program, rule.children) {
            (None, true) => true,
            (None, false) => query.ancestry.len() <= 1,
            (Some(pattern), true) => query.ancestry.iter().any(|exe| matches(pattern, exe)),
            (Some(pattern), false) => query.ancestry.first().is_some_and(|exe| matches(pattern, exe)),
        }
    }

    fn object(&self, case: &Case<'_>) -> Match {
        let rule = &*self.rule;
        if !rule.has_object() {
            return Match::Yes;
        }
        let object = case.object();
        if object == Some(&Object::Unreadable) {
            return Match::Unknown;
        }
        let yes = |found: bool| if found { Match::Yes } else { Match::No };
        if let Some(pattern) = &self.path {
            return yes(path_of(object).is_some_and(|p| pattern.matches(p.as_os_str().as_bytes())));
        }
        match object {
            Some(Object::Unix { name }) => {
                yes(self.socket.as_ref().is_some_and(|pattern| pattern.matches(name.as_bytes())))
            }
            Some(Object::Address { address, port, .. }) if rule.address.is_some() || rule.port.is_some() => {
                let in_net = rule.address.is_none_or(|net| net.contains(&address.to_canonical()));
                yes(in_net && rule.port.is_none_or(|ports| ports.contains(*port)))
            }
            Some(Object::Process { pid, tree }) => yes(match rule.target {
                Some(ProcessTarget::Itself) => *pid == case.query.pid,
                Some(ProcessTarget::Tree) => *tree || *pid == case.query.pid,
                Some(ProcessTarget::Outside) => !*tree && *pid != case.query.pid,
                None => false,
            }),
            _ => Match::No,
        }
    }

    fn is_excepted(&self, case: &Case<'_>) -> bool {
        let except = &self.rule.except;
        if except.library_loading && case.ignored_loading {
            return true;
        }
        match case.object() {
            Some(Object::Path { path, .. } | Object::Device { path, .. }) => {
                self.except_paths.iter().any(|p| p.matches(path.as_os_str().as_bytes()))
                    || except.made_by_program && (is_made(case.created, path) || is_new_name(case, path))
            }
            Some(Object::Address { address, .. }) => {
                except.addresses.iter().any(|net| net.contains(&address.to_canonical()))
            }
            Some(Object::Unix { .. }) => except.families.iter().any(|f| f == "AF_UNIX"),
            Some(Object::Socket { family, .. }) => except.families.contains(family),
            _ => false,
        }
    }

    fn arguments(&self, query: &Query<'_>) -> Match {
        let mut all = Match::Yes;
        for (name, test) in &self.args {
            match test.matches(query, name) {
                Match::No => return Match::No,
                Match::Unknown => all = Match::Unknown,
                Match::Yes => {}
            }
        }
        all
    }

    /// Whether it counts although what it looks at can't be seen: what restricts does, what allows does not.
    pub fn holds_unseen(&self) -> bool {
        self.rule.decision != Decision::Allow
    }
}
