//! The choices of a prompt: what, who, how long, and the pattern.

use std::path::Path;

use super::choices::Choosable;
use crate::policy::Place;
use crate::policy::answer::{self, HowLong, WhatScope, WhoScope};
use crate::syscall::Object;
use crate::tracer::Question;
use crate::words;

/// The state of `prompt.what` while a pattern is typed.
pub const PATTERN: &str = "pattern";
/// How many choices of "what" are shown at once; broader ones are under "More".
const SHOWN: usize = 3;

/// The choices of "what", narrowest first.
pub fn whats(question: &Question, place: &Place) -> Vec<Choosable> {
    let Some(access) = question.access() else { return Vec::new() };
    let mut choices = answer::what_choices(access, place);
    if words::takes_pattern(access) {
        choices.push(WhatScope::Pattern(String::new()));
    }
    use WhatScope::{AnyOfKind, Downloads, Extension, Home, Pattern, Temp};
    let broad = |what: &WhatScope| matches!(what, AnyOfKind | Pattern(_) | Extension | Temp | Home | Downloads);
    choices
        .iter()
        .enumerate()
        .map(|(n, what)| Choosable {
            id: if matches!(what, WhatScope::Pattern(_)) { PATTERN.to_owned() } else { what.id() },
            label: words::what_label(what, access, place.home.as_deref()),
            more: n > 0 && (n >= SHOWN || broad(what)),
        })
        .collect()
}

/// The choices of "who".
pub fn whos(question: &Question) -> Vec<Choosable> {
    [WhoScope::Process, WhoScope::Program, WhoScope::Run]
        .map(|who| Choosable { id: who.id(), label: words::who_label(who, question), more: false })
        .to_vec()
}

/// The choices of "how long".
pub fn how_longs() -> Vec<Choosable> {
    [
        (HowLong::Once, false),
        (HowLong::UntilEnd, false),
        (HowLong::Always, false),
        (HowLong::Minutes(15), true),
        (HowLong::Minutes(60), true),
    ]
    .map(|(how_long, more)| Choosable { id: how_long.id(), label: words::how_long_label(how_long), more })
    .to_vec()
}

/// The path, if the object has one.
fn named(question: &Question) -> Option<&Path> {
    match question.access()?.object.as_ref()? {
        Object::Path { path, .. } | Object::Device { path, .. } => Some(path),
        _ => None,
    }
}

/// What the pattern's entry starts with: everything in the object's folder, or the address.
pub fn suggested_pattern(question: &Question, home: Option<&Path>) -> String {
    if let Some(Object::Address { address, .. }) = question.access().and_then(|access| access.object.as_ref()) {
        return address.to_string();
    }
    let folder = named(question).and_then(Path::parent);
    // What cannot be shown as it is would be a pattern for something else.
    folder
        .and_then(Path::to_str)
        .filter(|folder| words::escape(folder) == *folder)
        .map(|folder| {
            let short = words::short_path(Path::new(folder), home, usize::MAX);
            format!("{}/*", short.trim_end_matches('/'))
        })
        .unwrap_or_default()
}

/// What is wrong with `pattern` as an answer to `question`, in one sentence.
pub fn pattern_problem(pattern: &str, question: &Question, place: &Place) -> Option<String> {
    words::pattern_problem(pattern, question.access()?, place)
}
