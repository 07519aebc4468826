//! What is wrong with a policy, and where.

use std::fmt;

/// Why a policy can't be used. Displays as `file:line:column: message`, or `file: message` where no place is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// The file, or what stands for it.
    pub source: String,
    /// Counts from 1; 0 where no place is to blame.
    pub line: usize,
    /// Counts characters from 1; 0 where no place is to blame.
    pub column: usize,
    /// One line that says what is wrong and how to mend it.
    pub message: String,
}

impl PolicyError {
    /// An error that no place in the text is to blame for.
    pub fn whole(source: impl Into<String>, message: impl Into<String>) -> PolicyError {
        PolicyError { source: source.into(), line: 0, column: 0, message: message.into() }
    }

    /// An error at byte `offset` of `text`.
    pub(super) fn at(source: &str, text: &str, offset: usize, message: impl Into<String>) -> PolicyError {
        let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
        let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |p| p + 1);
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        // Characters, not bytes: every byte but UTF-8's continuation bytes begins one.
        let column = before[line_start..].iter().filter(|b| **b & 0xc0 != 0x80).count() + 1;
        PolicyError { source: source.to_owned(), line, column, message: message.into() }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "{}: {}", self.source, self.message)
        } else {
            write!(f, "{}:{}:{}: {}", self.source, self.line, self.column, self.message)
        }
    }
}

impl std::error::Error for PolicyError {}
