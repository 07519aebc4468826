//! The sentences of a prompt. The window and the terminal show the same.

use std::path::Path;

use super::act::{Act, OBJECT_MAX};
use super::known::what_with_names;
use super::live;
use super::matters::why_by_arguments;
use super::object::object_of;
use super::phrase::phrase;
use super::{Asker, elide, escape, fill, kind_name, program_name, tr, why_it_matters};
use crate::syscall::{Access, Object};
use crate::tracer::Question;

/// The longest object, in characters, that is shown. What cannot be shown in full cannot be allowed.
pub const SHOWN_MAX: usize = 10_000;
/// How many processes of a chain are named.
const CHAIN_MAX: usize = 6;

/// What a prompt says. Everything is escaped and bounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentences {
    /// One sentence: "curl wants to read /etc/passwd". A long object is cut in its middle.
    pub headline: String,
    /// Who started it, where the program's first process is not itself who asks.
    pub through: Option<String>,
    /// The object whole, at most [`SHOWN_MAX`] characters; empty where there is none.
    pub object: String,
    /// Whether `object` is whole; where not, the call must not be allowed.
    pub complete: bool,
    /// That it was asked before, about something else.
    pub changed: Option<String>,
    /// That the program named it otherwise: "via link ~/x → /etc/passwd".
    pub via: Option<String>,
    /// What it is, where it is something that this computer has for all: "The session bus (D-Bus), …".
    pub what: Option<String>,
    /// Why it may matter; only where it is true.
    pub why: Option<String>,
}

/// The sentences for `question`. `home` is the home directory of the user whose program it is.
pub fn question(question: &Question, home: Option<&Path>) -> Sentences {
    let access = question.access();
    let whole = access.and_then(|a| a.object.as_ref()).map(|o| object_of(o, true)).unwrap_or_default();
    let asker = Asker { pid: question.pid, home };
    let why = access.and_then(|a| why_it_matters(a, &asker)).or_else(|| why_by_arguments(&Act::from(question)));
    let what = access.and_then(|a| a.object.as_ref()).and_then(|o| match o {
        // There the reason says what it is.
        Object::Unix { .. } | Object::Device { .. } if why.is_some() => None,
        Object::Path { path, .. } if why.is_some() && path.starts_with("/dev") => None,
        _ => live::terminal(o, question.pid).or_else(|| what_with_names(o, question.pid, home, live::process_name)),
    });
    Sentences {
        headline: headline(question, access),
        through: through(question),
        complete: whole.chars().count() <= SHOWN_MAX,
        object: elide(&whole, SHOWN_MAX),
        changed: question.changed.then(|| tr("What this call names has changed since you were asked. Look again.")),
        via: access.and_then(|a| a.object.as_ref()).and_then(|o| via(o, question)),
        what,
        why,
    }
}

fn headline(question: &Question, access: Option<&Access>) -> String {
    let program = program_name(&question.program);
    let act = Act::from(question);
    match (phrase(&act), access) {
        (Some(phrase), _) => phrase.asked(&program),
        (None, Some(access)) => {
            let action = kind_name(access.kind);
            // Translators: {action} is an infinitive, such as "read files".
            fill(&tr("{program} wants to {action}"), &[("program", &program), ("action", &action)])
        }
        (None, None) => {
            let values = [("program", &*program), ("call", &act.call_name())];
            fill(&tr("{program} wants to make the call {call}"), &values)
        }
    }
}

/// "Started by make through sh → cc", from the program's first process down to who asks (without it).
fn through(question: &Question) -> Option<String> {
    let (first, between) = question.ancestry.split_last()?;
    let first = program_name(&first.program);
    if between.is_empty() {
        return Some(fill(&tr("Started by {first}"), &[("first", &first)]));
    }
    let mut chain: Vec<String> =
        between.iter().take(CHAIN_MAX).rev().map(|ancestor| program_name(&ancestor.program)).collect();
    if between.len() > CHAIN_MAX {
        chain.insert(0, "…".to_owned());
    }
    Some(fill(&tr("Started by {first} through {chain}"), &[("first", &first), ("chain", &chain.join(" → "))]))
}

/// That the program named the object otherwise than by its resolved path or its address.
fn via(object: &Object, question: &Question) -> Option<String> {
    if let (Object::Address { .. }, Some(host)) = (object, &question.host) {
        return Some(looked_up(host));
    }
    let Object::Path { path, asked } = object else { return None };
    // Lexically the same: relative to the current directory, or with `.` and doubled slashes.
    if asked.is_empty() || question.cwd.join(asked).components().eq(path.components()) {
        return None;
    }
    let (asked, path) = (elide(&escape(asked), 200), elide(&escape(path), 200));
    let by_dots = Path::new(&asked).components().any(|c| c == std::path::Component::ParentDir);
    let template = if by_dots {
        tr("asked for as {asked}, which is {path}")
    } else if Path::new(&asked).is_absolute() {
        tr("via link {asked} → {path}")
    } else {
        tr("asked for as {asked}, which is {path}")
    };
    Some(fill(&template, &[("asked", &asked), ("path", &path)]))
}

/// A host name, marked as what it is: whoever answered the program can have lied.
fn looked_up(host: &str) -> String {
    // Translators: {host} is a host name, such as "example.org".
    fill(&tr("{host}, as the program looked it up"), &[("host", &elide(&escape(host), OBJECT_MAX))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syscall::{Abi, Kind};
    use crate::tracer::Ancestor;

    fn ask(call: &str, accesses: Vec<Access>) -> Question {
        Question {
            id: 1,
            pid: 100,
            tid: 100,
            program: Path::new("/usr/bin/photo-sorter").into(),
            argv: vec!["photo-sorter".into()],
            ancestry: Vec::new(),
            cwd: "/home/anna".into(),
            abi: Abi::X86_64,
            call: call.to_owned(),
            args: crate::syscall::ArgText::default(),
            host: None,
            accesses,
            asked: 0,
            can_pretend: true,
            why_not_pretend: None,
            changed: false,
            since: 0,
            waiting: 1,
        }
    }

    fn path(kind: Kind, path: &str, asked: &str) -> Access {
        Access { kind, object: Some(Object::Path { path: path.into(), asked: asked.into() }) }
    }

    #[test]
    fn the_headline_says_who_wants_what() {
        let q = ask("openat", vec![path(Kind::FileRead, "/home/anna/holiday.jpg", "holiday.jpg")]);
        let said = question(&q, Some(Path::new("/home/anna")));
        assert_eq!(said.headline, "photo-sorter wants to read /home/anna/holiday.jpg");
        assert_eq!((said.via, said.through, said.why), (None, None, None));
    }

    #[test]
    fn a_link_is_told() {
        let q = ask("openat", vec![path(Kind::FileRead, "/etc/passwd", "/home/anna/x")]);
        assert_eq!(question(&q, None).via.as_deref(), Some("via link /home/anna/x → /etc/passwd"));
        let q = ask("openat", vec![path(Kind::FileRead, "/etc/passwd", "../../etc/passwd")]);
        assert_eq!(question(&q, None).via.as_deref(), Some("asked for as ../../etc/passwd, which is /etc/passwd"));
    }

    #[test]
    fn what_it_is_is_told_and_not_twice() {
        let read = |name: &str| question(&ask("openat", vec![path(Kind::FileRead, name, name)]), None);
        assert_eq!(read("/etc/passwd").what.as_deref(), Some("The names of all users of this computer; no passwords."));
        assert_eq!(read("/home/anna/notes.txt").what, None);
        // Only where there is no reason that says it.
        let camera = read("/dev/video0");
        assert_eq!((camera.what, camera.why.as_deref()), (None, Some("A camera.")));
        let object = Some(Object::Unix { name: "/run/user/1000/bus".into() });
        let bus = question(&ask("connect", vec![Access { kind: Kind::NetworkConnect, object }]), None);
        assert!(bus.what.is_none() && bus.why.is_some());
    }

    #[test]
    fn a_name_that_the_program_looked_up_is_told_as_its_word() {
        let address = [203, 0, 113, 7].into();
        let object = Object::Address { transport: crate::syscall::Transport::Tcp, address, port: 443 };
        let mut q = ask("connect", vec![Access { kind: Kind::NetworkConnect, object: Some(object) }]);
        q.host = Some("example\u{202e}.org".into());
        let said = question(&q, None);
        assert_eq!(said.headline, "photo-sorter wants to connect to 203.0.113.7, port 443 (https)");
        let via = said.via.unwrap();
        assert!(via.ends_with(", as the program looked it up") && !via.contains('\u{202e}'), "{via}");
    }

    #[test]
    fn a_rename_names_both() {
        let q = ask("rename", vec![path(Kind::FileRename, "/a", "/a"), path(Kind::FileRename, "/b", "/b")]);
        assert_eq!(question(&q, None).headline, "photo-sorter wants to rename /a to /b");
    }

    #[test]
    fn the_chain_runs_from_the_first_process_down() {
        let mut q = ask("openat", vec![path(Kind::FileRead, "/a", "/a")]);
        let ancestor = |pid, program: &str| Ancestor { pid, program: Path::new(program).into() };
        q.ancestry = vec![ancestor(3, "/bin/cc"), ancestor(2, "/bin/sh"), ancestor(1, "/bin/make")];
        assert_eq!(question(&q, None).through.as_deref(), Some("Started by make through sh → cc"));
        q.ancestry.truncate(1);
        assert_eq!(question(&q, None).through.as_deref(), Some("Started by cc"));
    }

    #[test]
    fn hostile_names_cannot_write_to_the_screen_or_flood_it() {
        let evil = format!("/tmp/\x1b[2J\u{202e}{}", "x".repeat(20_000));
        let said = question(&ask("unlink", vec![path(Kind::FileDelete, &evil, &evil)]), None);
        assert!(!said.complete);
        assert!(said.object.chars().count() <= SHOWN_MAX && !said.object.contains(['\x1b', '\u{202e}']));
        assert!(said.headline.chars().count() < 200 && !said.headline.contains('\x1b'));
    }

    #[test]
    fn a_call_without_an_access_is_named() {
        assert_eq!(
            question(&ask("kexec_load", vec![]), None).headline,
            "photo-sorter wants to make the call kexec_load"
        );
    }
}
