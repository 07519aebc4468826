//! Enforces what `src/lib.rs` promises: the direction of imports, where unsafe code and the operating system may
//! be known, no panics for want of a better idea, and files that one can read in a sitting.
//!
//! It reads the sources as text, with comments, strings and test code blanked out first; that is enough for
//! sources that rustfmt has been over, and needs no parser.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room, and the rooms it may import. What is not here does not exist: a new room must be added on purpose.
const ROOMS: [(&str, &[&str]); 11] = [
    ("i18n", &[]),
    ("syscall", &[]),
    ("policy", &["syscall", "i18n"]),
    ("recording", &["policy", "syscall", "i18n"]),
    ("report", &["recording", "policy", "syscall", "i18n"]),
    ("sys", &["syscall"]),
    ("tracer", &["sys", "recording", "policy", "syscall", "i18n"]),
    ("words", &["tracer", "recording", "policy", "syscall", "i18n"]),
    ("session", &["words", "tracer", "report", "recording", "policy", "sys", "syscall", "i18n"]),
    ("cli", &["session", "words", "tracer", "report", "recording", "policy", "syscall", "i18n"]),
    ("ui", &["session", "words", "tracer", "report", "recording", "policy", "syscall", "i18n"]),
];

/// What only the operating system can do. Names and numbers of the kernel are facts, and in `syscall` itself.
const OPERATING_SYSTEM: [&str; 6] = ["libc", "nix", "std::process", "std::thread", "std::env", "std::fs"];

/// Files may have this many lines; what is longer needs a reason, below.
const LINES: usize = 600;

/// Where more lines are fine, and why.
const LONG: [(&str, &str); 2] = [
    ("src/syscall/names/", "tables of the kernel's names and numbers: one line each, nothing to follow"),
    ("src/syscall/rows/", "one declarative row for each call: looked up, not read through"),
];

/// A source file of the project: its path from the project's folder, its text, and the text that counts.
struct Source {
    path: String,
    lines: usize,
    /// Without comments and the insides of strings.
    code: String,
    /// Without what is only compiled for tests, either.
    shipped: String,
}

impl Source {
    /// The room that the file is in, such as `policy` for `src/policy/rule.rs` and `src/policy.rs`.
    fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let room = inside.split('/').next()?.trim_end_matches(".rs");
        (!matches!(room, "lib" | "main")).then_some(room)
    }

    /// How many modules lie between the file's own module and the crate's root, itself included.
    fn depth(&self) -> usize {
        let inside = self.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        inside.split('/').count()
    }
}

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below `folder`.
fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            // What cargo builds for the fuzz targets is not ours.
            if !path.ends_with("target") {
                rust_files(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The sources below the named folders, in the order of their paths; modules that are compiled for tests only
/// (`#[cfg(test)] mod tests;`) have no shipped text.
fn sources(folders: &[&str]) -> Vec<Source> {
    let mut paths = Vec::new();
    for folder in folders {
        rust_files(&project().join(folder), &mut paths);
    }
    paths.sort();
    assert!(!paths.is_empty(), "no source found in {folders:?} of {}", project().display());

    let mut of_tests = BTreeSet::new();
    let mut sources: Vec<Source> = paths
        .iter()
        .map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let code = without_comments_and_strings(&text);
            let (shipped, test_modules) = without_tests(&code);
            let beside =
                if path.ends_with("mod.rs") { path.parent().unwrap().to_owned() } else { path.with_extension("") };
            of_tests.extend(test_modules.iter().map(|module| beside.join(module)));
            let path = path.strip_prefix(project()).unwrap().to_str().unwrap().to_owned();
            Source { path, lines: text.lines().count(), code, shipped }
        })
        .collect();
    for source in &mut sources {
        let path = project().join(&source.path);
        if of_tests.iter().any(|module| path.starts_with(module) || path == module.with_extension("rs")) {
            source.shipped.clear();
        }
    }
    sources
}

/// The text with comments, and what is between quotes, left out. Lines stay where they are.
fn without_comments_and_strings(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let mut kept = String::with_capacity(text.len());
    let keep_lines = |from: usize, to: usize, kept: &mut String| {
        kept.extend(chars[from..to.min(chars.len())].iter().filter(|&&c| c == '\n'));
    };
    let mut i = 0;
    while i < chars.len() {
        let start = i;
        let in_word = i > 0 && (chars[i - 1].is_alphanumeric() || chars[i - 1] == '_');
        if at(i) == '/' && at(i + 1) == '/' {
            while i < chars.len() && chars[i] != '\n' {
                i += 1;
            }
        } else if at(i) == '/' && at(i + 1) == '*' {
            let mut depth = 0;
            while i < chars.len() {
                if at(i) == '/' && at(i + 1) == '*' {
                    depth += 1;
                    i += 2;
                } else if at(i) == '*' && at(i + 1) == '/' {
                    depth -= 1;
                    i += 2;
                    if depth == 0 {
                        break;
                    }
                } else {
                    i += 1;
                }
            }
            keep_lines(start, i, &mut kept);
        } else if let Some(hashes) = raw_string(&chars[i..]).filter(|_| !in_word || matches!(at(i - 1), 'b' | 'c')) {
            let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            i += hashes + 2;
            while i < chars.len() && !chars[i..].starts_with(&end) {
                i += 1;
            }
            i += end.len();
            kept.push_str("\"\"");
            keep_lines(start, i, &mut kept);
        } else if at(i) == '"' {
            i += 1;
            while i < chars.len() && chars[i] != '"' {
                i += if chars[i] == '\\' { 2 } else { 1 };
            }
            i += 1;
            kept.push_str("\"\"");
            keep_lines(start, i, &mut kept);
        } else if at(i) == '\'' && (at(i + 1) == '\\' || at(i + 2) == '\'') {
            // A character; otherwise it is a lifetime.
            i += if at(i + 1) == '\\' { 3 } else { 2 };
            while i < chars.len() && chars[i] != '\'' {
                i += 1;
            }
            i += 1;
            kept.push_str("' '");
        } else {
            kept.push(chars[i]);
            i += 1;
        }
    }
    kept
}

/// The number of `#` of the raw string that starts here, if one does.
fn raw_string(chars: &[char]) -> Option<usize> {
    let after_r = chars.strip_prefix(&['r'])?;
    let hashes = after_r.iter().take_while(|&&c| c == '#').count();
    (after_r.get(hashes) == Some(&'"')).then_some(hashes)
}

/// The code without the items that are compiled for tests only, and the names of modules left out whose text is
/// in a file of its own.
fn without_tests(code: &str) -> (String, Vec<String>) {
    let mut kept = String::new();
    let mut modules = Vec::new();
    let mut rest = code;
    while let Some(start) = rest.find("#[cfg(") {
        let attribute = &rest[start..start + rest[start..].find(']').map_or(rest.len() - start, |end| end + 1)];
        let is_test = words(attribute).any(|word| word == "test") && !attribute.contains("not(test");
        if !is_test {
            kept.push_str(&rest[..start + attribute.len()]);
            rest = &rest[start + attribute.len()..];
            continue;
        }
        kept.push_str(&rest[..start]);
        let item = &rest[start + attribute.len()..];
        let end = item.find(['{', ';']).unwrap_or(item.len());
        rest = if item[end..].starts_with('{') {
            &item[end + braces(&item[end..])..]
        } else {
            if let Some((_, name)) = item[..end].rsplit_once("mod ") {
                modules.push(name.trim().to_owned());
            }
            item.get(end + 1..).unwrap_or_default()
        };
    }
    kept.push_str(rest);
    (kept, modules)
}

/// The length of the balanced braces that the code starts with.
fn braces(code: &str) -> usize {
    let mut depth = 0;
    for (index, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return index + 1;
        }
    }
    code.len()
}

/// The identifiers of the code.
fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// The rooms that the code names by a path from the crate's root, in a module `depth` below it.
fn imported_rooms(code: &str, depth: usize) -> BTreeSet<String> {
    let from_root = format!("{}::", vec!["super"; depth].join("::"));
    let mut rooms = BTreeSet::new();
    for root in ["crate::", &from_root] {
        for (index, _) in code.match_indices(root) {
            let longer_word =
                code[..index].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$' || c == ':');
            if longer_word {
                continue;
            }
            let path = &code[index + root.len()..];
            let names: Vec<&str> = if path.starts_with('{') {
                top_level(&path[1..braces(path).saturating_sub(1).max(1)])
            } else {
                words(path).take(1).collect()
            };
            rooms.extend(names.into_iter().map(str::to_owned));
        }
    }
    rooms
}

/// The first word of each part of a `use` list, not of the lists inside it.
fn top_level(list: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (index, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts.into_iter().filter_map(|part| words(part).next()).collect()
}

/// Whether the code has the path, not merely something that contains its letters.
fn names(code: &str, path: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(path).any(|(index, _)| {
        !code[..index].ends_with(|c: char| part_of_word(c) || c == ':')
            && !code[index + path.len()..].starts_with(part_of_word)
    })
}

/// Fails with all that was found, so that one run shows everything there is to mend.
fn none(what: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

#[test]
fn every_room_is_on_the_map() {
    let known: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    let sources = sources(&["src"]);
    let rooms: BTreeSet<&str> = sources.iter().filter_map(Source::room).collect();
    none("rooms that tests/architecture.rs and src/lib.rs do not know", {
        rooms.difference(&known).map(|room| (*room).to_owned()).collect()
    });
}

#[test]
fn rooms_import_in_one_direction() {
    let mut wrong = Vec::new();
    for source in sources(&["src"]) {
        let Some(room) = source.room() else { continue };
        let allowed = ROOMS.iter().find(|(name, _)| *name == room).map_or(&[] as &[&str], |(_, allowed)| allowed);
        for imported in imported_rooms(&source.code, source.depth()) {
            let is_room = ROOMS.iter().any(|(name, _)| *name == imported);
            if is_room && imported != room && !allowed.contains(&imported.as_str()) {
                wrong.push(format!("{} imports {imported}", source.path));
            }
        }
    }
    none("imports against the direction of src/lib.rs", wrong);
}

#[test]
fn the_map_has_no_circle() {
    for (index, (room, allowed)) in ROOMS.iter().enumerate() {
        for import in *allowed {
            let at = ROOMS.iter().position(|(name, _)| name == import).unwrap();
            assert!(at < index, "{room} may import {import}, which comes after it");
        }
    }
}

#[test]
fn only_sys_has_unsafe_code() {
    let sources = sources(&["src", "data"]);
    let wrong =
        sources.iter().filter(|source| source.room() != Some("sys") && words(&source.code).any(|w| w == "unsafe"));
    none("unsafe code outside src/sys", wrong.map(|source| source.path.clone()).collect());
}

#[test]
fn what_calls_mean_and_the_policy_know_no_operating_system() {
    let sources = sources(&["src/syscall", "src/policy"]);
    let mut wrong = Vec::new();
    let mut load_and_save = BTreeSet::new();
    for source in &sources {
        for path in OPERATING_SYSTEM.iter().filter(|path| names(&source.shipped, path)) {
            if source.room() == Some("policy") && path.starts_with("std::") {
                load_and_save.insert(&source.path);
            } else {
                wrong.push(format!("{} names {path}", source.path));
            }
        }
    }
    none("the operating system, in a room that is pure", wrong);
    assert!(load_and_save.len() <= 1, "policies are loaded and saved in one place, not in {load_and_save:?}");
}

#[test]
fn nothing_that_is_shipped_gives_up_by_panicking() {
    let mut wrong = Vec::new();
    for source in sources(&["src", "data"]) {
        for (number, line) in source.shipped.lines().enumerate() {
            for panic in [".unwrap()", ".expect(\"", "todo!(", "unimplemented!("] {
                if line.contains(panic) {
                    wrong.push(format!("{}: {panic} (about line {})", source.path, number + 1));
                }
            }
        }
    }
    none("panics outside tests", wrong);
}

#[test]
fn files_can_be_read_in_a_sitting() {
    let sources = sources(&["src", "tests", "data"]);
    let long = sources.iter().filter(|source| source.lines > LINES);
    let wrong = long.filter(|source| !LONG.iter().any(|(place, _)| source.path.starts_with(place)));
    none(
        "files over 600 lines with no reason in LONG",
        wrong.map(|source| format!("{}: {} lines", source.path, source.lines)).collect(),
    );
}

#[test]
fn the_reader_sees_imports_in_every_form() {
    let all = |code: &str, depth| imported_rooms(code, depth).into_iter().collect::<Vec<_>>();
    assert_eq!(all("use crate::ui::Window;", 2), ["ui"]);
    assert_eq!(all("use crate::{policy::{Rule, cli}, tracer};", 2), ["policy", "tracer"]);
    assert_eq!(all("let a = crate::cli::run();", 2), ["cli"]);
    assert_eq!(all("use super::super::ui;", 2), ["ui"]);
    assert_eq!(all("use super::rule;", 2), [""; 0]);
    assert_eq!(all("use super::ui;", 1), ["ui"]);
    assert_eq!(all("use other_crate::ui;", 1), [""; 0]);
}

#[test]
fn the_reader_is_not_taken_in_by_comments_strings_and_tests() {
    let strip = |text: &str| without_comments_and_strings(text);
    assert_eq!(strip("a // unsafe\nb"), "a \nb");
    assert_eq!(strip("a /* x /* unsafe */ y */ b"), "a  b");
    assert_eq!(strip(r#"f("un\"safe", '"', 'x', '\'')"#), r#"f("", ' ', ' ', ' ')"#);
    assert_eq!(strip("g(r#\"unsafe \" }\"#, br\"x\")"), "g(\"\", b\"\")");
    assert_eq!(strip("fn f<'a>(x: &'a str) {}"), "fn f<'a>(x: &'a str) {}");

    let (kept, modules) = without_tests("a();\n#[cfg(test)]\nmod tests { fn f() { x.unwrap() } }\nb();");
    assert_eq!((kept.split_whitespace().collect::<Vec<_>>(), modules.len()), (vec!["a();", "b();"], 0));
    let (kept, modules) = without_tests("#[cfg(all(test, feature))]\nmod tests;\n#[cfg(not(test))] c();");
    assert_eq!((kept.trim(), modules), ("#[cfg(not(test))] c();", vec!["tests".to_owned()]));
    assert!(names("use libc::c_int;", "libc") && !names("use mylibc::x;", "libc") && !names("a::std::fs", "std::fs"));
}
