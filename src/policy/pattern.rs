//! Globs on paths, socket names and executables, with the places that they can begin with.
//!
//! Most patterns are one path, all below a directory, or all in one: those are compared as bytes, so that thousands
//! of them cost little memory; globset does the rest.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::Place;
use crate::i18n::{fill, tr};

/// Longest pattern. Twice what the kernel takes as a path.
const LONGEST: usize = 8192;
/// Characters that mean something in a glob.
const META: &[u8] = b"*?[{\\";

/// A compiled glob.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    form: Form,
    /// What every match begins with.
    prefix: Vec<u8>,
    ending: Ending,
    pieces: Vec<Vec<u8>>,
}

/// What every match ends with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// This last component.
    Name(Vec<u8>),
    /// This after the last dot of the last component.
    Extension(Vec<u8>),
    /// It is not known.
    Any,
}

#[derive(Clone, Debug)]
enum Form {
    /// Just this.
    Exact,
    /// Everything below the prefix, which ends in a slash.
    Tree,
    /// Everything directly in the prefix, which ends in a slash.
    Folder,
    /// Everything.
    Any,
    /// What globset says.
    Glob(Box<GlobSet>),
}

/// What a pattern is matched against; tells how it may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// A path of a file or an executable.
    Path,
    /// A unix socket's name.
    Socket,
    /// Any text.
    Text,
}

/// Writes `text` so that as a glob it matches just itself.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() && META.contains(&(c as u8)) || matches!(c, ']' | '}' | ',') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// `path` as a glob that matches it. Bytes that are not UTF-8 become `?`, which is wider, but cannot be written.
pub(super) fn escape_path(path: &Path) -> String {
    path.as_os_str().as_bytes().utf8_chunks().fold(String::new(), |mut out, chunk| {
        out.push_str(&escape(chunk.valid()));
        out.extend(std::iter::repeat_n('?', chunk.invalid().len()));
        out
    })
}

/// What the directory `dir` is as the beginning of a glob: no slash at its end.
fn directory(dir: &Path, name: &str) -> Result<String, String> {
    let text = dir.to_str().ok_or_else(|| {
        fill(
            &tr("{name} is {dir}, which is not UTF-8 and can't stand in a rule"),
            &[("name", name), ("dir", &format!("{dir:?}"))],
        )
    })?;
    if !text.starts_with('/') {
        return Err(fill(&tr("{name} is not known here; write the whole path"), &[("name", name)]));
    }
    Ok(escape(text.trim_end_matches('/')))
}

/// Puts what `~`, `$CWD` and `$PROGRAM_DIR` stand for at the beginning of `text`.
fn expand(text: &str, place: &Place) -> Result<String, String> {
    type Find = fn(&Place) -> Option<&Path>;
    const NAMES: [(&str, Find); 3] = [
        ("~", |p| p.home.as_deref()),
        ("$CWD", |p| Some(p.cwd.as_path())),
        ("$PROGRAM_DIR", |p| Some(p.program_dir.as_path())),
    ];
    for (name, find) in NAMES {
        let Some(rest) = text.strip_prefix(name) else { continue };
        if !rest.is_empty() && !rest.starts_with(['/', '{']) {
            return Err(fill(
                &tr("after {name} comes a slash or nothing; write the whole path instead"),
                &[("name", name)],
            ));
        }
        let dir = find(place)
            .ok_or_else(|| fill(&tr("no home directory is known for {name}; set HOME"), &[("name", name)]))?;
        let whole = directory(dir, name)? + rest;
        return Ok(if whole.is_empty() { "/".to_owned() } else { whole });
    }
    Ok(text.to_owned())
}

/// How `text` must begin.
fn check_beginning(text: &str, subject: Subject) -> Result<(), String> {
    let begins = |list: &[&str]| list.iter().any(|b| text.starts_with(b));
    match subject {
        Subject::Path if !begins(&["/", "~", "$CWD", "$PROGRAM_DIR", "**", "{"]) => Err(fill(
            &tr("{text} can match nothing, as paths are absolute; begin with /, ~, $CWD, $PROGRAM_DIR or **/"),
            &[("text", &format!("{text:?}"))],
        )),
        Subject::Socket if !begins(&["/", "~", "$CWD", "$PROGRAM_DIR", "**", "{", "@"]) => Err(fill(
            &tr(
                "{text} can match nothing; begin with / (or ~, $CWD, $PROGRAM_DIR, **/), or with @ for an abstract name",
            ),
            &[("text", &format!("{text:?}"))],
        )),
        _ => Ok(()),
    }
}

/// Refuses `**` that is not alone between slashes: globset would take it for `*`.
fn check_stars(text: &str) -> Result<(), String> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(2).position(|w| w == b"**") {
        let start = at + found;
        let escaped = bytes[..start].iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1;
        let before = start.checked_sub(1).map(|i| bytes[i]);
        let after = bytes.get(start + 2).copied();
        let alone =
            matches!(before, None | Some(b'/' | b'{' | b',')) && matches!(after, None | Some(b'/' | b'}' | b','));
        if !(escaped || alone) {
            return Err(tr("** must be alone between slashes, as in /x/**/*.txt"));
        }
        at = start + 2;
    }
    Ok(())
}

/// The bytes before the first special character, without escapes, and what is left from there.
fn fixed_prefix(text: &str) -> (Vec<u8>, &str) {
    let mut prefix = Vec::new();
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => match bytes.next() {
                Some((_, next)) => prefix.push(next),
                None => return (prefix, &text[at..]),
            },
            b if META.contains(&b) => return (prefix, &text[at..]),
            b => prefix.push(b),
        }
    }
    (prefix, "")
}

/// What the matches of the glob `text` end with. What stands behind the last slash or dot and has nothing special in it
/// stands in no braces and no class, as these would end behind it.
fn ending(text: &str) -> Ending {
    let plain = |end: &str| !end.is_empty() && !end.contains(['*', '?', '[', ']', '{', '}', ',', '\\', '!']);
    let name = text.rsplit('/').next().unwrap_or_default();
    if text.contains('/') && plain(name) {
        return Ending::Name(name.as_bytes().to_vec());
    }
    match name.rsplit_once('.') {
        Some((_, extension)) if plain(extension) => Ending::Extension(extension.as_bytes().to_vec()),
        _ => Ending::Any,
    }
}

/// Shorter pieces are in every other path.
const SHORTEST_PIECE: usize = 3;

/// The fixed texts within components of the glob `text`: all of them are in whatever matches. What stands behind braces
/// or a class is left out: only a parser knows where these end.
fn pieces(text: &str) -> Vec<Vec<u8>> {
    let mut found = vec![Vec::new()];
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => break,
            b'*' | b'?' | b'/' => found.push(Vec::new()),
            b'\\' => found.last_mut().into_iter().for_each(|piece| piece.extend(bytes.next())),
            byte => found.last_mut().into_iter().for_each(|piece| piece.push(byte)),
        }
    }
    found.retain(|piece| piece.len() >= SHORTEST_PIECE);
    found
}

impl Pattern {
    /// Compiles `text`. The error says what is wrong with it.
    pub fn new(text: &str, subject: Subject, place: &Place) -> Result<Pattern, String> {
        if text.is_empty() && subject != Subject::Text {
            return Err(tr("an empty text matches nothing; leave the field out"));
        }
        if text.len() > LONGEST {
            return Err(fill(&tr("longer than {limit} bytes"), &[("limit", &LONGEST.to_string())]));
        }
        let whole = if subject == Subject::Text { text.to_owned() } else { expand(text, place)? };
        check_beginning(text, subject)?;
        check_stars(&whole)?;
        let (prefix, rest) = fixed_prefix(&whole);
        let in_folder = prefix.ends_with(b"/");
        let form = match rest {
            "" => Form::Exact,
            "**" if prefix.is_empty() => Form::Any,
            "**" if in_folder => Form::Tree,
            "*" if in_folder => Form::Folder,
            _ => Form::Glob(Box::new(compile(&whole)?)),
        };
        let pieces = if matches!(form, Form::Glob(_)) { pieces(&whole) } else { Vec::new() };
        Ok(Pattern { form, prefix, ending: ending(&whole), pieces })
    }

    /// Whether it matches just one text.
    pub const fn is_exact(&self) -> bool {
        matches!(self.form, Form::Exact)
    }

    /// What every match begins with; all of it for an exact pattern.
    pub fn prefix(&self) -> &[u8] {
        &self.prefix
    }

    /// What every match ends with.
    pub const fn ending(&self) -> &Ending {
        &self.ending
    }

    /// What stands in every match somewhere. None for patterns that need no search.
    pub fn pieces(&self) -> &[Vec<u8>] {
        &self.pieces
    }

    /// Whether `bytes` match.
    pub fn matches(&self, bytes: &[u8]) -> bool {
        match &self.form {
            Form::Exact => bytes == self.prefix,
            Form::Any => true,
            // `/**` is everything there is, `/` too.
            Form::Tree => bytes.starts_with(&self.prefix) && (bytes.len() > self.prefix.len() || bytes == b"/"),
            Form::Folder => {
                bytes.strip_prefix(&self.prefix[..]).is_some_and(|rest| !rest.is_empty() && !rest.contains(&b'/'))
            }
            Form::Glob(set) => bytes.starts_with(&self.prefix) && set.is_match(Path::new(OsStr::from_bytes(bytes))),
        }
    }
}

/// A set of the one glob: unlike a matcher, it is an error and not a panic when the glob grows too large.
fn compile(text: &str) -> Result<GlobSet, String> {
    let glob = GlobBuilder::new(text)
        .literal_separator(true)
        .backslash_escape(true)
        .empty_alternates(true)
        .build()
        .map_err(|e| e.kind().to_string())?;
    GlobSetBuilder::new().add(glob).build().map_err(|e| e.kind().to_string())
}
