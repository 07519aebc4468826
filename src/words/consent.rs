//! What an answer means: the labels of its choices, and the sentence that says what will hold.

use std::path::{Path, PathBuf};

use super::act::OBJECT_MAX;
use super::action::act;
use super::phrase::fill_object;
use super::{action, elide, escape, fill, kind_name, program_name, tr, tr_n};
use crate::policy::answer::{Choice, HowLong, WhatScope, WhoScope, check_pattern};
use crate::policy::{Decision, Place};
use crate::syscall::{Access, Kind, Object};
use crate::tracer::Question;

/// `path` with the home directory as `~`, escaped and at most `max` characters.
pub fn short_path(path: &Path, home: Option<&Path>, max: usize) -> String {
    let in_home = home.filter(|home| home.parent().is_some()).and_then(|home| path.strip_prefix(home).ok());
    elide(&escape(in_home.map_or_else(|| path.to_owned(), |rest| Path::new("~").join(rest))), max)
}

/// The consent sentence: who may do what, and for how long, if the user gives this answer to `question`.
/// `home` is written as `~`.
pub fn consent(question: &Question, choice: &Choice, home: Option<&Path>) -> String {
    let program = program_name(&question.program);
    let action = match question.access() {
        Some(access) if choice.how_long != HowLong::Once => scoped_action(access, &choice.what, home),
        _ => act(question),
    };
    let pid = question.pid.to_string();
    let values = [("program", program.as_str()), ("action", &action), ("pid", &pid)];
    if choice.how_long == HowLong::Once {
        // Translators: {action} is an infinitive, such as "read /etc/passwd".
        return fill(
            &match choice.decision {
                Decision::Allow => tr("{program} may {action}, just this once."),
                Decision::Pretend => tr("{program} will believe that it managed to {action}, just this once."),
                _ => tr("{program} may not {action}, just this once."),
            },
            &values,
        );
    }
    // Translators: {action} is an infinitive, such as "read any file in the folder ~/Pictures".
    let first = match (choice.decision, choice.who) {
        (Decision::Allow, WhoScope::Process) => tr("Process {pid} of {program} may {action}."),
        (Decision::Allow, WhoScope::Program) => tr("{program} and the programs it starts may {action}."),
        (Decision::Allow, WhoScope::Run) => tr("All programs of this run may {action}."),
        (Decision::Pretend, WhoScope::Process) => {
            tr("Process {pid} of {program} will believe that it managed to {action}.")
        }
        (Decision::Pretend, WhoScope::Program) => {
            tr("{program} and the programs it starts will believe that they managed to {action}.")
        }
        (Decision::Pretend, WhoScope::Run) => {
            tr("All programs of this run will believe that they managed to {action}.")
        }
        (_, WhoScope::Process) => tr("Process {pid} of {program} may not {action}."),
        (_, WhoScope::Program) => tr("{program} and the programs it starts may not {action}."),
        (_, WhoScope::Run) => tr("No program of this run may {action}."),
    };
    let second = match choice.how_long {
        HowLong::Once => String::new(),
        HowLong::UntilEnd => tr("This holds until the program ends."),
        HowLong::Minutes(n) => tr_n("This holds for {n} minute.", "This holds for {n} minutes.", n.into()),
        HowLong::Always => tr("This holds in every run: it is saved as a rule."),
    };
    format!("{} {second}", fill(&first, &values))
}

/// The infinitive for everything that `what` covers, starting from `access`.
fn scoped_action(access: &Access, what: &WhatScope, home: Option<&Path>) -> String {
    let Some(object) = &access.object else { return kind_name(access.kind) };
    let network = |address: String, port: String| match access.kind {
        Kind::NetworkListen | Kind::NetworkAccept => (
            fill(&tr("be reachable at {address} on any port"), &[("address", &address)]),
            fill(&tr("be reachable at any address on port {port}"), &[("port", &port)]),
        ),
        Kind::NetworkSend => (
            fill(&tr("send data to {address} on any port"), &[("address", &address)]),
            fill(&tr("send data to port {port} of any computer"), &[("port", &port)]),
        ),
        _ => (
            fill(&tr("connect to {address} on any port"), &[("address", &address)]),
            fill(&tr("connect to port {port} of any computer"), &[("port", &port)]),
        ),
    };
    match (what, object) {
        (WhatScope::Address, Object::Address { address, port, .. }) => network(address.to_string(), port.to_string()).0,
        (WhatScope::Port, Object::Address { address, port, .. }) => network(address.to_string(), port.to_string()).1,
        (WhatScope::Exact | WhatScope::AddressPort, _) => action(access.kind, Some(object)),
        (WhatScope::AnyOfKind, _) => kind_name(access.kind),
        _ => match files(what, access.kind, object, home) {
            Some(files) => on_files(access.kind, &files),
            None => action(access.kind, Some(object)),
        },
    }
}

/// The folder that `Folder` and `Tree` are about: for a folder that is listed, itself.
fn folder_of(kind: Kind, path: &Path) -> Option<&Path> {
    if kind == Kind::FileList { Some(path) } else { path.parent() }
}

fn path_of(object: Option<&Object>) -> PathBuf {
    match object {
        Some(Object::Path { path, .. } | Object::Device { path, .. }) => path.clone(),
        _ => PathBuf::new(),
    }
}

/// The directory for temporary files that `path` is in.
fn temp_of(path: &Path) -> &'static str {
    if path.starts_with("/var/tmp") { "/var/tmp" } else { "/tmp" }
}

/// The files that `what` covers, starting from `object`.
fn files(what: &WhatScope, kind: Kind, object: &Object, home: Option<&Path>) -> Option<String> {
    let path = path_of(Some(object));
    let folder = || folder_of(kind, &path).map(|folder| short_path(folder, home, OBJECT_MAX));
    Some(match what {
        // Translators: these stand for {files} in "read {files}", so use the case that fits there.
        WhatScope::Folder => fill(&tr("any file in the folder {folder}"), &[("folder", &folder()?)]),
        WhatScope::Tree => fill(&tr("anything under {folder}"), &[("folder", &folder()?)]),
        WhatScope::Temp => fill(&tr("anything under {folder}"), &[("folder", temp_of(&path))]),
        WhatScope::Downloads => tr("anything in your Downloads folder"),
        WhatScope::Home => tr("anything in your home folder"),
        WhatScope::Extension => fill(&tr("any file ending in .{extension}"), &[("extension", &extension(&path)?)]),
        WhatScope::Pattern(pattern) => {
            fill(&tr("anything that matches {pattern}"), &[("pattern", &elide(&escape(pattern), OBJECT_MAX))])
        }
        _ => return None,
    })
}

fn extension(path: &Path) -> Option<String> {
    path.extension().map(|extension| elide(&escape(extension), 20))
}

/// The infinitive of `kind` for many files.
fn on_files(kind: Kind, files: &str) -> String {
    let template = match kind {
        Kind::FileRead => tr("read {files}"),
        Kind::FileList => tr("list {files}"),
        Kind::FileStat => tr("look at the properties of {files}"),
        Kind::FileWrite => tr("change {files}"),
        Kind::FileCreate => tr("create {files}"),
        Kind::FileDelete => tr("delete {files}"),
        Kind::FileRename => tr("rename {files}"),
        Kind::FileAttributes => tr("change the properties of {files}"),
        Kind::ProcessExecute => tr("run {files}"),
        Kind::NetworkConnect => tr("connect to {files}"),
        Kind::NetworkListen => tr("be reachable at {files}"),
        Kind::NetworkSend => tr("send data to {files}"),
        Kind::Device => tr("control {files}"),
        _ => return fill(&tr("{action}: {files}"), &[("action", &kind_name(kind)), ("files", files)]),
    };
    fill(&template, &[("files", files)])
}

/// The label of a choice of "what", such as "This file" or "Everything under ~/Pictures".
pub fn what_label(what: &WhatScope, access: &Access, home: Option<&Path>) -> String {
    let object = access.object.as_ref();
    let path = path_of(object);
    let folder = folder_of(access.kind, &path).map(|folder| short_path(folder, home, 40)).unwrap_or_default();
    match what {
        WhatScope::Exact => match (access.kind, object) {
            (Kind::ProcessExecute, Some(Object::Path { .. })) => tr("This program"),
            (Kind::FileList, Some(Object::Path { .. })) => tr("This folder"),
            (_, Some(Object::Path { .. })) => tr("This file"),
            (_, Some(Object::Address { .. })) => tr("This address and port"),
            (_, Some(Object::Unix { .. } | Object::Socket { .. })) => tr("This socket"),
            (_, Some(Object::Process { .. })) => tr("This process"),
            (_, Some(Object::Device { request, .. })) if !request.is_empty() => tr("This request to this device"),
            (_, Some(Object::Device { .. })) => tr("This device"),
            (_, Some(Object::System { .. })) => tr("This setting"),
            _ => tr("Exactly this"),
        },
        WhatScope::Folder => fill(&tr("Files in {folder}"), &[("folder", &folder)]),
        WhatScope::Tree => fill(&tr("Everything under {folder}"), &[("folder", &folder)]),
        WhatScope::Extension => {
            fill(&tr("All .{extension} files"), &[("extension", &extension(&path).unwrap_or_default())])
        }
        WhatScope::Temp => fill(&tr("Everything under {folder}"), &[("folder", temp_of(&path))]),
        WhatScope::Downloads => tr("Everything in your Downloads folder"),
        WhatScope::Home => tr("Everything in your home folder"),
        WhatScope::AddressPort => tr("This address and port"),
        WhatScope::Address => with_object(&tr("{address}, any port"), object),
        WhatScope::Port => with_object(&tr("Port {port} of any computer"), object),
        WhatScope::AnyOfKind => {
            // Translators: {action} is an infinitive, such as "read files".
            fill(&tr("Anything of this kind: {action}"), &[("action", &kind_name(access.kind))])
        }
        WhatScope::Pattern(_) => tr("What matches a pattern"),
    }
}

fn with_object(template: &str, object: Option<&Object>) -> String {
    object.map_or_else(|| template.to_owned(), |object| fill_object(template, object))
}

/// The label of a choice of "who".
pub fn who_label(who: WhoScope, question: &Question) -> String {
    let program = program_name(&question.program);
    match who {
        WhoScope::Process => fill(&tr("Only this process ({pid})"), &[("pid", &question.pid.to_string())]),
        WhoScope::Program => fill(&tr("{program} and the programs it starts"), &[("program", &program)]),
        WhoScope::Run => tr("All programs of this run"),
    }
}

/// The label of a choice of "how long".
pub fn how_long_label(how_long: HowLong) -> String {
    match how_long {
        HowLong::Once => tr("Just this once"),
        HowLong::UntilEnd => tr("Until the program ends"),
        HowLong::Minutes(n) => tr_n("For {n} minute", "For {n} minutes", n.into()),
        HowLong::Always => tr("Always"),
    }
}

/// Whether a pattern of the user's can be the answer to what an access is about.
pub fn takes_pattern(access: &Access) -> bool {
    use Object::{Address, Device, Path, Unix};
    matches!(access.object, Some(Path { .. } | Device { .. } | Unix { .. } | Address { .. }))
}

/// What is wrong with `pattern` as "what" of an answer about `access`, in one sentence; `None`: nothing.
pub fn pattern_problem(pattern: &str, access: &Access, place: &Place) -> Option<String> {
    let object = access.object.as_ref()?;
    check_pattern(pattern, object, place).err()?;
    Some(match object {
        Object::Address { .. } => tr("This is not a network, such as 10.0.0.0/8, that the address is in."),
        Object::Path { .. } | Object::Device { .. } if !pattern.starts_with(['/', '~', '$', '*']) => {
            tr("A pattern for files begins with / or ~.")
        }
        _ => tr("This is not a pattern that covers what is asked."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::answer::{Asked, make_rule, what_choices};
    use crate::syscall::{Abi, Transport};

    fn ask(kind: Kind, object: Object) -> Question {
        Question {
            id: 1,
            pid: 100,
            tid: 100,
            program: Path::new("/usr/bin/photo-sorter").into(),
            argv: Vec::new(),
            ancestry: Vec::new(),
            cwd: "/home/anna".into(),
            abi: Abi::X86_64,
            call: "openat".into(),
            args: crate::syscall::ArgText::default(),
            host: None,
            accesses: vec![Access { kind, object: Some(object) }],
            asked: 0,
            can_pretend: true,
            why_not_pretend: None,
            changed: false,
            since: 0,
            waiting: 1,
        }
    }

    fn file(path: &str) -> Object {
        Object::Path { path: path.into(), asked: path.into() }
    }

    fn place() -> Place {
        Place { home: Some("/home/anna".into()), cwd: "/home/anna".into(), program_dir: "/usr/bin".into() }
    }

    fn sentence(question: &Question, decision: Decision, what: WhatScope, who: WhoScope, how_long: HowLong) -> String {
        consent(question, &Choice { decision, errno: None, what, who, how_long }, Some(Path::new("/home/anna")))
    }

    #[test]
    fn the_sentence_says_who_what_and_how_long() {
        let q = ask(Kind::FileRead, file("/home/anna/Pictures/a.jpg"));
        assert_eq!(
            sentence(&q, Decision::Allow, WhatScope::Tree, WhoScope::Program, HowLong::UntilEnd),
            "photo-sorter and the programs it starts may read anything under ~/Pictures. This holds until the program ends."
        );
        assert_eq!(
            sentence(&q, Decision::Deny, WhatScope::Tree, WhoScope::Process, HowLong::Once),
            "photo-sorter may not read /home/anna/Pictures/a.jpg, just this once."
        );
        assert_eq!(
            sentence(&q, Decision::Pretend, WhatScope::Extension, WhoScope::Process, HowLong::Minutes(15)),
            "Process 100 of photo-sorter will believe that it managed to read any file ending in .jpg. This holds for 15 minutes."
        );
    }

    #[test]
    fn every_offered_choice_makes_a_rule_and_a_sentence_without_holes() {
        let objects = [
            file("/home/anna/Downloads/a.jpg"),
            file("/tmp/x"),
            Object::Address { transport: Transport::Tcp, address: [10, 0, 0, 1].into(), port: 443 },
            Object::Unix { name: "/run/x".into() },
            Object::Process { pid: 1, tree: false },
        ];
        for object in objects {
            for kind in [Kind::FileRead, Kind::FileList, Kind::NetworkConnect, Kind::NetworkListen, Kind::ProcessSignal]
            {
                let q = ask(kind, object.clone());
                let access = &q.accesses[0];
                for what in what_choices(access, &place()) {
                    let text = sentence(&q, Decision::Allow, what.clone(), WhoScope::Run, HowLong::Always);
                    let label = what_label(&what, access, None);
                    assert!(!(text.clone() + &label).contains(['{', '}']), "{text} {label}");
                    let choice = Choice {
                        decision: Decision::Allow,
                        errno: None,
                        what,
                        who: WhoScope::Run,
                        how_long: HowLong::Always,
                    };
                    let asked = Asked { program: &q.program, pid: q.pid, call: &q.call, access };
                    assert!(make_rule(&asked, &choice, &place()).is_some());
                }
            }
        }
    }

    #[test]
    fn a_pattern_must_cover_what_is_asked() {
        let access = Access { kind: Kind::FileRead, object: Some(file("/home/anna/Pictures/a.jpg")) };
        assert_eq!(pattern_problem("~/Pictures/*.jpg", &access, &place()), None);
        assert!(pattern_problem("~/Pictures/*.png", &access, &place()).is_some());
        assert!(pattern_problem("~/Pictures/[", &access, &place()).is_some());
    }
}
