//! JSON that remembers where each value stands, so that an error can name its line and column.
//!
//! serde_json judges the syntax; what follows walks text that is known to be sound and only notes offsets.

use serde::de::IgnoredAny;
use serde_json::Number;

use super::PolicyError;
use crate::i18n::{fill, mark, tr};

/// Deepest nesting that is read. A policy needs five.
const DEPTH: usize = 32;

/// A value and where it begins.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Byte offset of its first character.
    pub at: usize,
    /// What it is.
    pub value: Value,
}

/// A key, where it begins, and its value.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// Byte offset of the key's quotation mark.
    pub at: usize,
    /// The key.
    pub key: String,
    /// What it stands for.
    pub node: Node,
}

/// JSON's values.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Node>),
    Object(Vec<Member>),
}

impl Value {
    /// What it is, for messages.
    pub fn what(&self) -> &'static str {
        match self {
            Value::Null => mark("null"),
            Value::Bool(_) => mark("true or false"),
            Value::Number(_) => mark("a number"),
            Value::String(_) => mark("a text"),
            Value::Array(_) => mark("a list"),
            Value::Object(_) => mark("an object"),
        }
    }
}

/// Reads `text`. The error names the place of the first mistake.
pub(super) fn read(source: &str, text: &str) -> Result<Node, PolicyError> {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        let offset = byte_offset(text, error.line(), error.column());
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(before, _)| before);
        return Err(PolicyError::at(
            source,
            text,
            offset,
            fill(&tr("not valid JSON: {message}"), &[("message", message)]),
        ));
    }
    let mut reader = Reader { source, text, at: 0 };
    reader.node(0)
}

/// serde_json counts lines from 1 and bytes in them from 1, and stands on the byte that it did not expect;
/// at the end of the text it can stand behind it.
fn byte_offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (start + column.saturating_sub(1)).min(text.len())
}

struct Reader<'a> {
    source: &'a str,
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn error(&self, at: usize, message: impl Into<String>) -> PolicyError {
        PolicyError::at(self.source, self.text, at, message)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Steps over `byte`, with the space around it; false if something else stands there.
    fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        if found {
            self.at += 1;
            self.skip_space();
        }
        found
    }

    fn node(&mut self, depth: usize) -> Result<Node, PolicyError> {
        self.skip_space();
        let at = self.at;
        if depth > DEPTH {
            return Err(self.error(at, tr("nested too deeply")));
        }
        let value = match self.peek() {
            Some(b'{') => Value::Object(self.members(depth)?),
            Some(b'[') => Value::Array(self.items(depth)?),
            Some(b'"') => Value::String(self.string()?),
            Some(b't') => self.word(4, Value::Bool(true)),
            Some(b'f') => self.word(5, Value::Bool(false)),
            Some(b'n') => self.word(4, Value::Null),
            _ => Value::Number(self.number()?),
        };
        Ok(Node { at, value })
    }

    fn word(&mut self, length: usize, value: Value) -> Value {
        self.at += length;
        value
    }

    fn number(&mut self) -> Result<Number, PolicyError> {
        let at = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        serde_json::from_str(&self.text[at..self.at]).map_err(|_| self.error(at, tr("this number is out of range")))
    }

    fn string(&mut self) -> Result<String, PolicyError> {
        let at = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'\\') => self.at += 2,
                Some(b'"') => break,
                Some(_) => self.at += 1,
                None => return Err(self.error(at, tr("this text has no end"))),
            }
        }
        self.at += 1;
        let quoted = self.text.get(at..self.at).unwrap_or_default();
        serde_json::from_str(quoted)
            .map_err(|_| self.error(at, tr("this text has an escape that stands for no character")))
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Node>, PolicyError> {
        let mut items = Vec::new();
        self.at += 1;
        if self.take(b']') {
            return Ok(items);
        }
        loop {
            items.push(self.node(depth + 1)?);
            if !self.take(b',') {
                break;
            }
        }
        self.take(b']');
        Ok(items)
    }

    fn members(&mut self, depth: usize) -> Result<Vec<Member>, PolicyError> {
        let mut members: Vec<Member> = Vec::new();
        self.at += 1;
        if self.take(b'}') {
            return Ok(members);
        }
        loop {
            self.skip_space();
            let at = self.at;
            let key = self.string()?;
            if members.iter().any(|m| m.key == key) {
                return Err(self.error(
                    at,
                    fill(&tr("the field {key} is here twice; remove one"), &[("key", &format!("{key:?}"))]),
                ));
            }
            self.take(b':');
            let node = self.node(depth + 1)?;
            members.push(Member { at, key, node });
            if !self.take(b',') {
                break;
            }
        }
        self.take(b'}');
        Ok(members)
    }
}
