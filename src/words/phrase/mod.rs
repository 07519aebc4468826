//! What is done, as whole sentences: for each kind of access in general, and more exactly for calls of which more can
//! be told. A question, the log and an answer's consent say the same.
//!
//! | file | about |
//! |---|---|
//! | `general` | every kind with every type of object |
//! | `files`, `modes` | files, folders, links, permissions |
//! | `processes` | signals, other processes, users and groups, namespaces |
//! | `network` | sockets, connections, being reachable |
//! | `system` | what concerns the whole computer |
//! | `devices`, `descriptors` | requests to devices, input and output |
//! | `ipc`, `bypass` | what is shared between programs, doors around the checks |

mod bypass;
mod descriptors;
mod devices;
mod files;
mod general;
mod ipc;
mod modes;
mod network;
mod processes;
mod system;

use super::act::{Act, OBJECT_MAX};
use super::object::{object, object_of};
use super::{elide, escape, fill, service, tr};
use crate::syscall::{Kind, Object};

/// What is done: as an infinitive, and as the sentence that asks about it; the same words in both.
#[derive(Clone, Debug)]
pub(super) struct Phrase {
    action: &'static str,
    sentence: &'static str,
    values: Vec<(&'static str, String)>,
}

/// Two marked msgids: the infinitive, and the same behind "{program} wants to".
const fn say(action: &'static str, sentence: &'static str) -> Phrase {
    Phrase { action, sentence, values: Vec::new() }
}

impl Phrase {
    /// Puts `value`, made safe to show, into the placeholder `{name}`.
    fn with(mut self, name: &'static str, value: impl Into<String>) -> Phrase {
        self.values.push((name, value.into()));
        self
    }

    /// Puts an object into the placeholder `{name}`.
    fn with_object(self, name: &'static str, value: &Object) -> Phrase {
        self.with(name, elide(&object(value), OBJECT_MAX))
    }

    /// As an infinitive: "read /etc/passwd".
    pub fn infinitive(&self) -> String {
        self.filled(self.action)
    }

    /// As the sentence that asks about it: "cat wants to read /etc/passwd".
    pub fn asked(&self, program: &str) -> String {
        self.clone().with("program", program).filled(self.sentence)
    }

    /// As an infinitive beside a column that names the object: "read …".
    pub fn beside_object(mut self) -> String {
        for (name, value) in &mut self.values {
            if matches!(*name, "object" | "address" | "device" | "old") {
                "…".clone_into(value);
            }
        }
        self.filled(self.action)
    }

    fn filled(&self, template: &'static str) -> String {
        let values: Vec<(&str, &str)> = self.values.iter().map(|(name, value)| (*name, &**value)).collect();
        fill(&tr(template), &values)
    }
}

/// The words for what `act` is about; `None` where it does nothing to anything.
pub(super) fn phrase(act: &Act<'_>) -> Option<Phrase> {
    let access = act.access()?;
    let exact = match access.kind {
        Kind::FileRead
        | Kind::FileList
        | Kind::FileStat
        | Kind::FileWrite
        | Kind::FileCreate
        | Kind::FileDelete
        | Kind::FileRename => files::phrase(act),
        Kind::FileAttributes => modes::phrase(act),
        Kind::NetworkSocket | Kind::NetworkConnect | Kind::NetworkListen => network::phrase(act),
        Kind::ProcessSignal | Kind::ProcessInspect | Kind::ProcessIdentity => processes::phrase(act),
        Kind::System => system::phrase(act),
        Kind::Device => devices::phrase(act),
        Kind::Ipc => ipc::phrase(act),
        Kind::Bypass => bypass::phrase(act),
        Kind::Descriptor | Kind::Memory => descriptors::phrase(act),
        _ => None,
    };
    // What stands for nothing has no sentence about an object.
    let exact = exact.filter(|phrase| access.object.is_some() || !phrase.action.contains("{object}"));
    let phrase = exact.or_else(|| general::phrase(access.kind, access.object.as_ref()))?;
    Some(with_values(phrase, access.object.as_ref(), act.is_live()))
}

/// The same for a kind and an object of which nothing more is known.
pub(super) fn of_kind(kind: Kind, object: Option<&Object>) -> Option<Phrase> {
    general::phrase(kind, object).map(|phrase| with_values(phrase, object, false))
}

/// Fills what stands for an object into `template`.
pub(super) fn fill_object(template: &str, what: &Object) -> String {
    let phrase = with_values(say("", ""), Some(what), false);
    let values: Vec<(&str, &str)> = phrase.values.iter().map(|(name, value)| (*name, &**value)).collect();
    fill(template, &values)
}

/// What the placeholders stand for that every sentence about this object can have.
fn with_values(phrase: Phrase, what: Option<&Object>, live: bool) -> Phrase {
    let Some(what) = what else { return phrase };
    let phrase = phrase.with("object", elide(&object_of(what, live), OBJECT_MAX));
    match what {
        Object::Address { address, port, .. } => {
            let phrase = phrase.with("address", address.to_string()).with("port", port.to_string());
            match service(*port) {
                Some(service) => phrase.with("service", service),
                None => phrase,
            }
        }
        Object::Device { path, request } => {
            phrase.with("device", elide(&escape(path), OBJECT_MAX)).with("request", elide(&escape(request), OBJECT_MAX))
        }
        _ => phrase,
    }
}

#[cfg(test)]
mod tests;
