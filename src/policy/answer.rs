//! From an answer in a prompt to a rule: how wide it is, in what, who and how long.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::pattern::{Pattern, Subject, escape, escape_path};
use super::rule::{ArgScalar, ArgTest, Kinds, Ports, ProcessTarget, Rule};
use super::{Decision, Place, address, time};
use crate::syscall::{Access, Kind, Object, lookup_name};

/// Longest extension that is offered as such.
const LONGEST_EXTENSION: usize = 16;

/// To how much an answer applies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum WhatScope {
    /// Just this object.
    Exact,
    /// What is directly in its folder (or, for a folder that is listed, in it).
    Folder,
    /// Everything below its folder (or, for a folder that is listed, it and everything below).
    Tree,
    /// All files of its extension, anywhere.
    Extension,
    /// Everything in the temporary directory that it is in.
    Temp,
    /// Everything in `~/Downloads`.
    Downloads,
    /// Everything in the home directory.
    Home,
    /// This address and port.
    AddressPort,
    /// This address, any port.
    Address,
    /// This port, any address.
    Port,
    /// Anything of this kind.
    AnyOfKind,
    /// What this glob matches; for an address: this network, such as `10.0.0.0/8`.
    Pattern(String),
}

/// Whom an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WhoScope {
    /// The process that asks. In a rule that is saved: its executable, without what it starts.
    Process,
    /// The executable that asks, with whatever it starts.
    Program,
    /// Everything in the run.
    Run,
}

/// How long an answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HowLong {
    /// For this one call.
    Once,
    /// Until the program ends.
    UntilEnd,
    /// So many minutes, but not longer than the program runs.
    Minutes(u32),
    /// In this run and all later ones.
    Always,
}

/// What was asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The executable of the process that asks.
    pub program: &'a Path,
    /// Its PID.
    pub pid: i32,
    /// The call's name.
    pub call: &'a str,
    /// The access that is asked about.
    pub access: &'a Access,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// `Allow`, `Deny`, `Pretend` or `Kill`.
    pub decision: Decision,
    /// For `Deny`; `None`: EACCES.
    pub errno: Option<i32>,
    /// To how much it applies.
    pub what: WhatScope,
    /// For whom.
    pub who: WhoScope,
    /// How long.
    pub how_long: HowLong,
}

const WHAT: [(WhatScope, &str); 11] = [
    (WhatScope::Exact, "exact"),
    (WhatScope::Folder, "folder"),
    (WhatScope::Tree, "tree"),
    (WhatScope::Extension, "extension"),
    (WhatScope::Temp, "temp"),
    (WhatScope::Downloads, "downloads"),
    (WhatScope::Home, "home"),
    (WhatScope::AddressPort, "address-port"),
    (WhatScope::Address, "address"),
    (WhatScope::Port, "port"),
    (WhatScope::AnyOfKind, "any-of-kind"),
];

impl WhatScope {
    /// The state of `prompt.what`: `exact`, `folder`, …; `pattern:` with the pattern behind it.
    pub fn id(&self) -> String {
        match self {
            WhatScope::Pattern(text) => format!("pattern:{text}"),
            simple => {
                WHAT.iter().find(|(scope, _)| scope == simple).map(|(_, id)| (*id).to_owned()).unwrap_or_default()
            }
        }
    }

    /// The reverse of [`WhatScope::id`].
    pub fn from_id(id: &str) -> Option<WhatScope> {
        match id.strip_prefix("pattern:") {
            Some(text) => Some(WhatScope::Pattern(text.to_owned())),
            None => WHAT.iter().find(|(_, name)| *name == id).map(|(scope, _)| scope.clone()),
        }
    }
}

impl WhoScope {
    /// Every scope, narrowest first.
    pub const ALL: [WhoScope; 3] = [WhoScope::Process, WhoScope::Program, WhoScope::Run];

    /// The state of `prompt.who`.
    pub fn id(&self) -> String {
        let id = match self {
            WhoScope::Process => "process",
            WhoScope::Program => "program",
            WhoScope::Run => "run",
        };
        id.to_owned()
    }

    /// The reverse of [`WhoScope::id`].
    pub fn from_id(id: &str) -> Option<WhoScope> {
        WhoScope::ALL.into_iter().find(|who| who.id() == id)
    }
}

impl HowLong {
    /// The state of `prompt.how-long`: `once`, `until-end`, `minutes-15`, `always`.
    pub fn id(&self) -> String {
        match self {
            HowLong::Once => "once".to_owned(),
            HowLong::UntilEnd => "until-end".to_owned(),
            HowLong::Minutes(n) => format!("minutes-{n}"),
            HowLong::Always => "always".to_owned(),
        }
    }

    /// The reverse of [`HowLong::id`].
    pub fn from_id(id: &str) -> Option<HowLong> {
        match id {
            "once" => Some(HowLong::Once),
            "until-end" => Some(HowLong::UntilEnd),
            "always" => Some(HowLong::Always),
            _ => {
                let minutes = id.strip_prefix("minutes-").and_then(|n| n.parse().ok()).filter(|n| *n > 0)?;
                let scope = HowLong::Minutes(minutes);
                (scope.id() == id).then_some(scope)
            }
        }
    }
}

/// The path that an object has, if it is one that rules can name.
fn path_of(object: &Object) -> Option<&Path> {
    match object {
        Object::Path { path, .. } | Object::Device { path, .. } if path.is_absolute() => Some(path),
        _ => None,
    }
}

/// The directory that folder and tree are about.
fn folder_of(kind: Kind, path: &Path) -> Option<&Path> {
    if kind == Kind::FileList { Some(path) } else { path.parent() }
}

fn extension_of(path: &Path) -> Option<&str> {
    let extension = path.extension()?.to_str()?;
    let plain = extension.len() <= LONGEST_EXTENSION && extension.bytes().all(|b| b.is_ascii_alphanumeric());
    (plain && !extension.is_empty()).then_some(extension)
}

fn temp_of(path: &Path) -> Option<&'static str> {
    ["/tmp", "/var/tmp"].into_iter().find(|temp| path.starts_with(temp) && path != Path::new(temp))
}

fn is_below(path: &Path, dir: &Path) -> bool {
    dir.parent().is_some() && path != dir && path.starts_with(dir)
}

/// `path` as a glob for just itself; below the home directory it begins with `~`.
fn glob(path: &Path, place: &Place) -> String {
    match place.home.as_deref().filter(|home| home.parent().is_some() && home.to_str().is_some()) {
        Some(home) if path == home => "~".to_owned(),
        Some(home) => match path.strip_prefix(home) {
            Ok(rest) => format!("~/{}", escape_path(rest)),
            Err(_) => escape_path(path),
        },
        None => escape_path(path),
    }
}

/// `dir` with `rest` (a pattern) below it.
fn below(dir: &Path, rest: &str, place: &Place) -> String {
    let dir = glob(dir, place);
    format!("{}/{rest}", dir.trim_end_matches('/'))
}

/// To how much an answer about `access` can apply, the narrowest first. Never empty.
pub fn what_choices(access: &Access, place: &Place) -> Vec<WhatScope> {
    use WhatScope::{Address, AddressPort, AnyOfKind, Downloads, Exact, Extension, Folder, Home, Port, Temp, Tree};
    match access.object.as_ref() {
        // It is not known what an exact answer would be about.
        None | Some(Object::Unreadable) => vec![AnyOfKind],
        Some(Object::Address { .. }) => vec![AddressPort, Address, Port, AnyOfKind],
        Some(object @ Object::Path { .. }) => {
            let Some(path) = path_of(object) else { return vec![AnyOfKind] };
            let mut choices = vec![Exact];
            if folder_of(access.kind, path).is_some_and(|dir| dir.parent().is_some()) {
                choices.extend([Folder, Tree]);
            }
            let home = place.home.as_deref().filter(|home| is_below(path, home));
            if access.kind != Kind::FileList && extension_of(path).is_some() {
                choices.push(Extension);
            }
            if temp_of(path).is_some() {
                choices.push(Temp);
            }
            if home.is_some_and(|home| is_below(path, &home.join("Downloads"))) {
                choices.push(Downloads);
            }
            if home.is_some() {
                choices.push(Home);
            }
            choices.push(AnyOfKind);
            choices
        }
        Some(_) => vec![Exact, AnyOfKind],
    }
}

/// The rule's conditions for just this object.
fn exact(rule: &mut Rule, asked: &Asked<'_>, object: Option<&Object>, place: &Place) -> Option<()> {
    let has_arg = |name: &str| lookup_name(asked.call).is_some_and(|row| row.arg_index(name).is_some());
    let is = |text: &str| ArgTest::Is(ArgScalar::Text(text.to_owned()));
    match object {
        None => rule.calls = vec![asked.call.to_owned()],
        Some(Object::Path { path, .. }) => rule.path = Some(glob(path, place)),
        Some(Object::Device { path, request }) => {
            rule.path = Some(glob(path, place));
            if !request.is_empty() {
                if !has_arg("request") {
                    return None;
                }
                rule.calls = vec![asked.call.to_owned()];
                rule.args = vec![("request".to_owned(), is(request))];
            }
        }
        Some(Object::Unix { name }) => rule.socket = Some(escape(name.to_str().filter(|n| !n.is_empty())?)),
        Some(Object::Address { address, port, .. }) => {
            rule.address = Some(address::host(*address));
            rule.port = Some(Ports::one(*port));
        }
        Some(Object::Process { pid, tree }) => {
            rule.target = Some(match (*pid == asked.pid, *tree) {
                (true, _) => ProcessTarget::Itself,
                (false, true) => ProcessTarget::Tree,
                (false, false) => ProcessTarget::Outside,
            });
        }
        Some(Object::Socket { family, .. }) => {
            rule.calls = vec![asked.call.to_owned()];
            if asked.access.kind == Kind::NetworkSocket && has_arg("domain") {
                rule.args = vec![("domain".to_owned(), is(family))];
            }
        }
        Some(Object::System { .. } | Object::Descriptor { .. }) => rule.calls = vec![asked.call.to_owned()],
        Some(Object::Unreadable) => return None,
    }
    Some(())
}

/// The rule's condition for what a pattern of the user's matches.
fn pattern(rule: &mut Rule, text: &str, object: Option<&Object>) -> Option<()> {
    match object? {
        Object::Path { .. } | Object::Device { .. } => rule.path = Some(text.to_owned()),
        Object::Unix { .. } => rule.socket = Some(text.to_owned()),
        Object::Address { .. } => {
            rule.address = Some(address::parse(text)?);
        }
        _ => return None,
    }
    Some(())
}

/// The rule's conditions on the object. `None`: the scope does not fit the object.
fn narrow(rule: &mut Rule, asked: &Asked<'_>, what: &WhatScope, place: &Place) -> Option<()> {
    let object = asked.access.object.as_ref();
    let kind = asked.access.kind;
    let path = object.and_then(path_of);
    match (what, object) {
        (WhatScope::AnyOfKind, _) => {}
        (WhatScope::Exact, _) => exact(rule, asked, object, place)?,
        (WhatScope::Pattern(text), _) => pattern(rule, text, object)?,
        (WhatScope::Folder, _) => rule.path = Some(below(folder_of(kind, path?)?, "*", place)),
        (WhatScope::Tree, _) if kind == Kind::FileList => {
            rule.path = Some(format!("{}{{,/**}}", glob(path?, place).trim_end_matches('/')));
        }
        (WhatScope::Tree, _) => rule.path = Some(below(folder_of(kind, path?)?, "**", place)),
        (WhatScope::Extension, _) => rule.path = Some(format!("**/*.{}", extension_of(path?)?)),
        (WhatScope::Temp, _) => rule.path = Some(format!("{}/**", temp_of(path?)?)),
        (WhatScope::Downloads, _) => rule.path = Some("~/Downloads/**".to_owned()),
        (WhatScope::Home, _) => rule.path = Some("~/**".to_owned()),
        (WhatScope::AddressPort, Some(Object::Address { .. })) => exact(rule, asked, object, place)?,
        (WhatScope::Address, Some(Object::Address { address, .. })) => rule.address = Some(address::host(*address)),
        (WhatScope::Port, Some(Object::Address { port, .. })) => rule.port = Some(Ports::one(*port)),
        _ => return None,
    }
    Some(())
}

/// The rule that an answer makes. `None` for an answer that holds once, and where no rule can say it: then, too, it
/// holds once. A rule for one process carries its PID, unless it is to be saved.
pub fn make_rule(asked: &Asked<'_>, choice: &Choice, place: &Place) -> Option<Rule> {
    if choice.how_long == HowLong::Once {
        return None;
    }
    let mut rule = Rule::new(choice.decision);
    rule.errno = choice.errno.filter(|_| choice.decision == Decision::Deny);
    rule.kinds = Kinds::of(asked.access.kind);
    narrow(&mut rule, asked, &choice.what, place)?;
    for (text, subject) in [(&rule.path, Subject::Path), (&rule.socket, Subject::Socket)] {
        if let Some(text) = text {
            Pattern::new(text, subject, place).ok()?;
        }
    }
    match choice.who {
        WhoScope::Process if choice.how_long == HowLong::Always => {
            rule.program = Some(glob(asked.program, place));
            rule.children = false;
        }
        WhoScope::Process => rule.pid = Some(asked.pid),
        WhoScope::Program => rule.program = Some(glob(asked.program, place)),
        WhoScope::Run => {}
    }
    if let HowLong::Minutes(minutes) = choice.how_long {
        rule.expires = Some(time::now().saturating_add(i64::from(minutes) * 60).min(time::LAST));
    }
    rule.origin = Some("answer".to_owned());
    Some(rule)
}

/// Whether a pattern that the user types can be used for this object and matches it; the error says why not.
pub fn check_pattern(text: &str, object: &Object, place: &Place) -> Result<(), String> {
    let (bytes, subject) = match object {
        Object::Path { path, .. } | Object::Device { path, .. } => (path.as_os_str().as_bytes(), Subject::Path),
        Object::Unix { name } => (name.as_bytes(), Subject::Socket),
        Object::Address { address, .. } => {
            let net = address::parse(text).ok_or_else(|| format!("{text:?} is neither an IP address nor a network"))?;
            return if net.contains(&address.to_canonical()) {
                Ok(())
            } else {
                Err(format!("{address} is not in {net}"))
            };
        }
        _ => return Err("there is nothing here that a pattern could match".to_owned()),
    };
    let compiled = Pattern::new(text, subject, place)?;
    if compiled.matches(bytes) { Ok(()) } else { Err("it does not match what is asked about".to_owned()) }
}
