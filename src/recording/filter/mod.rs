//! Which events: the language of `events --where` and of the window's search, and the same built from fields.
//!
//! ```text
//! pid = 123 and kind = file.write and path ~ "*.ssh*" and decision = deny
//! call in (open, openat) and errno = ENOENT
//! duration > 1ms and not program ~ "*python*"
//! passwd denied-by-me                      plain words: both occur somewhere in the event's text
//! ```
//!
//! `=` of text compares whole values (of a program also its file name alone), `~` takes a glob whose `*` also crosses
//! `/`, or without wildcards looks for the text anywhere. `and` may be left out. Of a call that does something to
//! several objects, any may match. What an event does not have does not match; `not` turns that round.

mod parse;
mod sql;

use std::fmt;
use std::net::IpAddr;

use crate::policy::Decision;
use crate::syscall::KindSet;

pub(super) use sql::add_functions;

/// What a filter can look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// Whole numbers of `event`.
    Seq,
    /// Since the run's start.
    Time,
    Pid,
    Tid,
    Program,
    Event,
    Abi,
    Call,
    Kind,
    Path,
    Asked,
    Address,
    Port,
    Transport,
    Socket,
    Object,
    Decision,
    By,
    Rule,
    Result,
    Errno,
    Duration,
    Waited,
    Check,
    Args,
}

/// What values a field takes, and with it what can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Whole numbers; ordered.
    Number,
    /// Nanoseconds, written with a unit; ordered.
    Span,
    /// Text; globs.
    Text,
    /// One of a few names.
    Name,
    /// An IP address or network.
    Net,
}

impl Field {
    pub(super) const ALL: &[(Field, &str, Class)] = &[
        (Field::Seq, "seq", Class::Number),
        (Field::Time, "time", Class::Span),
        (Field::Pid, "pid", Class::Number),
        (Field::Tid, "tid", Class::Number),
        (Field::Program, "program", Class::Text),
        (Field::Event, "event", Class::Name),
        (Field::Abi, "abi", Class::Name),
        (Field::Call, "call", Class::Text),
        (Field::Kind, "kind", Class::Name),
        (Field::Path, "path", Class::Text),
        (Field::Asked, "asked", Class::Text),
        (Field::Address, "address", Class::Net),
        (Field::Port, "port", Class::Number),
        (Field::Transport, "transport", Class::Name),
        (Field::Socket, "socket", Class::Text),
        (Field::Object, "object", Class::Text),
        (Field::Decision, "decision", Class::Name),
        (Field::By, "by", Class::Name),
        (Field::Rule, "rule", Class::Text),
        (Field::Result, "result", Class::Number),
        (Field::Errno, "errno", Class::Name),
        (Field::Duration, "duration", Class::Span),
        (Field::Waited, "waited", Class::Span),
        (Field::Check, "check", Class::Name),
        (Field::Args, "args", Class::Text),
    ];

    /// The field of that name.
    fn named(name: &str) -> Option<(Field, Class)> {
        Field::ALL.iter().find(|(_, n, _)| *n == name).map(|(field, _, class)| (*field, *class))
    }
}

/// How two ordered values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// One thing asked of a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// A number or span compares so.
    Number(Order, i64),
    /// The text is this, whole.
    Is(String),
    /// The text matches this glob, or contains it where it has no wildcard.
    Like(String),
    /// The kinds have one of these.
    Kinds(KindSet),
    /// The address is in this network.
    Net(ipnet::IpNet),
}

/// A filter taken apart.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// All of them; none: everything.
    And(Vec<Node>),
    /// Any of them; none: nothing.
    Or(Vec<Node>),
    Not(Box<Node>),
    Test(Field, Test),
    /// A plain word, anywhere, capital or small.
    Word(String),
}

/// Which events. The default is all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter(pub(super) Node);

impl Default for Filter {
    fn default() -> Filter {
        Filter(Node::And(Vec::new()))
    }
}

impl Filter {
    /// Reads the language above. Blank text is everything.
    pub fn parse(text: &str) -> Result<Filter, FilterError> {
        parse::parse(text).map(Filter)
    }

    /// Events of any of these processes, by PID.
    pub fn pids(pids: &[i32]) -> Filter {
        let one = |pid: &i32| Node::Test(Field::Pid, Test::Number(Order::Equal, i64::from(*pid)));
        Filter(Node::Or(pids.iter().map(one).collect()))
    }

    /// Calls that have any of these kinds.
    pub fn kinds(kinds: KindSet) -> Filter {
        Filter(Node::Test(Field::Kind, Test::Kinds(kinds)))
    }

    /// Calls that were decided in any of these ways.
    pub fn decisions(decisions: &[Decision]) -> Filter {
        let one = |d: &Decision| Node::Test(Field::Decision, Test::Is(d.name().to_owned()));
        Filter(Node::Or(decisions.iter().map(one).collect()))
    }

    /// Calls of any of these names.
    pub fn calls(names: &[&str]) -> Filter {
        let one = |name: &&str| Node::Test(Field::Call, Test::Is((*name).to_owned()));
        Filter(Node::Or(names.iter().map(one).collect()))
    }

    /// Events with this text somewhere, capital or small.
    pub fn text(text: &str) -> Filter {
        Filter(if text.is_empty() { Node::And(Vec::new()) } else { Node::Word(text.to_owned()) })
    }

    /// Events that match both.
    pub fn and(self, other: Filter) -> Filter {
        Filter(match (self.0, other.0) {
            (Node::And(a), b) if a.is_empty() => b,
            (a, Node::And(b)) if b.is_empty() => a,
            (Node::And(mut a), b) => {
                a.push(b);
                Node::And(a)
            }
            (a, b) => Node::And(vec![a, b]),
        })
    }

    /// Events that match either.
    pub fn or(self, other: Filter) -> Filter {
        Filter(Node::Or(vec![self.0, other.0]))
    }

    /// Whether it asks something of objects, of which there can be many.
    pub(super) fn asks_objects(&self) -> bool {
        fn any(node: &Node) -> bool {
            match node {
                Node::And(nodes) | Node::Or(nodes) => nodes.iter().any(any),
                Node::Not(node) => any(node),
                Node::Word(_) => true,
                Node::Test(field, _) => matches!(
                    field,
                    Field::Path
                        | Field::Asked
                        | Field::Address
                        | Field::Port
                        | Field::Transport
                        | Field::Socket
                        | Field::Object
                ),
            }
        }
        any(&self.0)
    }

    /// Whether every event matches.
    pub fn is_everything(&self) -> bool {
        matches!(&self.0, Node::And(nodes) if nodes.is_empty())
    }
}

/// Events that don't match.
impl std::ops::Not for Filter {
    type Output = Filter;

    fn not(self) -> Filter {
        Filter(Node::Not(Box::new(self.0)))
    }
}

/// A filter that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// Where, in characters from 1.
    pub column: usize,
    /// What is wrong there, and what would be right.
    pub message: String,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "filter:1:{}: {}", self.column, self.message)
    }
}

impl std::error::Error for FilterError {}

/// Whether `text` matches `pattern` as `~` does.
pub(super) fn glob(pattern: &str) -> Result<Glob, String> {
    if !pattern.contains(['*', '?', '[', '{']) {
        return Ok(Glob::Part(pattern.as_bytes().to_vec()));
    }
    globset::GlobBuilder::new(pattern)
        .literal_separator(false)
        .build()
        .map(|g| Glob::Pattern(g.compile_matcher()))
        .map_err(|e| e.kind().to_string())
}

/// What `~` looks for.
pub(super) enum Glob {
    Part(Vec<u8>),
    Pattern(globset::GlobMatcher),
}

impl Glob {
    /// Whether the text matches.
    pub(super) fn matches(&self, text: &[u8]) -> bool {
        use std::os::unix::ffi::OsStrExt;
        match self {
            Glob::Part(part) => contains(text, part),
            Glob::Pattern(pattern) => pattern.is_match(std::ffi::OsStr::from_bytes(text)),
        }
    }
}

/// Whether `part` occurs in `text`.
fn contains(text: &[u8], part: &[u8]) -> bool {
    part.is_empty() || text.windows(part.len()).any(|w| w == part)
}

/// A word as it is searched for: without regard to capitals.
pub(super) struct Word(String);

impl Word {
    /// From what the user wrote.
    pub(super) fn new(word: &str) -> Word {
        Word(word.to_lowercase())
    }

    /// Whether it occurs in the text. Bytes that are not UTF-8 match nothing but themselves.
    pub(super) fn occurs(&self, text: &[u8]) -> bool {
        if self.0.is_ascii() {
            let part = self.0.as_bytes();
            return part.is_empty() || text.windows(part.len()).any(|w| w.eq_ignore_ascii_case(part));
        }
        contains(String::from_utf8_lossy(text).to_lowercase().as_bytes(), self.0.as_bytes())
    }
}

/// The network that is exactly `address`, or the one in CIDR form.
fn net(text: &str) -> Option<ipnet::IpNet> {
    text.parse::<IpAddr>().map(ipnet::IpNet::from).ok().or_else(|| text.parse().ok())
}
