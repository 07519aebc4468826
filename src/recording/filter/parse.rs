//! Text into a filter.

use super::{Class, Field, FilterError, Node, Order, Test, glob, net};
use crate::i18n::{fill, mark, tr};
use crate::policy::{By, Decision};
use crate::recording::Check;
use crate::syscall::{Abi, Kind, Transport, errno};

/// Deeper brackets and longer filters are refused: SQLite bounds them too.
const DEPTH: usize = 50;
const TERMS: usize = 200;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Quoted(String),
    Op(&'static str),
    Open,
    Close,
    Comma,
}

const OPS: &[&str] = &["!=", "!~", "<=", ">=", "=", "~", "<", ">"];

fn error<T>(column: usize, message: impl Into<String>) -> Result<T, FilterError> {
    Err(FilterError { column, message: message.into() })
}

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, FilterError> {
    let chars: Vec<char> = text.chars().collect();
    let mut out: Vec<(usize, Token)> = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        let start = at;
        let follows_op = matches!(out.last(), Some((_, Token::Op(_))));
        let op = OPS.iter().find(|op| op.chars().enumerate().all(|(i, o)| chars.get(at + i) == Some(&o)));
        let token = match c {
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            '"' => {
                let mut value = String::new();
                at += 1;
                loop {
                    match (chars.get(at), chars.get(at + 1)) {
                        (None, _) => return error(start + 1, tr("this quote is never closed; add \" at the end")),
                        (Some('"'), _) => break,
                        // Only these two: a backslash before anything else belongs to the pattern.
                        (Some('\\'), Some(c @ ('"' | '\\'))) => {
                            value.push(*c);
                            at += 1;
                        }
                        (Some(c), _) => value.push(*c),
                    }
                    at += 1;
                }
                Token::Quoted(value)
            }
            _ => match op {
                Some(op) if !follows_op => {
                    at += op.chars().count() - 1;
                    Token::Op(op)
                }
                _ => {
                    let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '"');
                    let stops = |c: char| ends(c) || (!follows_op && matches!(c, '=' | '~' | '<' | '>' | '!'));
                    // At least one, so that a lone `!` is a word and not an endless loop.
                    at += 1;
                    while chars.get(at).is_some_and(|c| !stops(*c)) {
                        at += 1;
                    }
                    at -= 1;
                    Token::Word(chars[start..=at].iter().collect())
                }
            },
        };
        at += 1;
        out.push((start + 1, token));
    }
    Ok(out)
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    at: usize,
    end: usize,
    terms: usize,
}

/// Reads a filter.
pub(super) fn parse(text: &str) -> Result<Node, FilterError> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, end: text.chars().count() + 1, terms: 0 };
    if parser.tokens.is_empty() {
        return Ok(Node::And(Vec::new()));
    }
    let node = parser.any(0)?;
    match parser.tokens.get(parser.at) {
        None => Ok(node),
        Some((column, Token::Close)) => error(*column, tr("this bracket was never opened")),
        Some((column, _)) => error(*column, tr("a field, a word, `and` or `or` is expected here")),
    }
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn column(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end, |(column, _)| *column)
    }

    fn keyword(&self, ahead: usize, word: &str) -> bool {
        matches!(self.tokens.get(self.at + ahead), Some((_, Token::Word(w))) if w.eq_ignore_ascii_case(word))
    }

    fn skip(&mut self, word: &str) -> bool {
        let found = self.keyword(0, word);
        self.at += usize::from(found);
        found
    }

    fn any(&mut self, depth: usize) -> Result<Node, FilterError> {
        let first = self.all(depth)?;
        let mut nodes = vec![first];
        while self.skip("or") {
            nodes.push(self.all(depth)?);
        }
        Ok(one_or(nodes, Node::Or))
    }

    fn all(&mut self, depth: usize) -> Result<Node, FilterError> {
        let mut nodes = vec![self.one(depth)?];
        while self.skip("and") || !(matches!(self.peek(), None | Some(Token::Close)) || self.keyword(0, "or")) {
            nodes.push(self.one(depth)?);
        }
        Ok(one_or(nodes, Node::And))
    }

    fn one(&mut self, depth: usize) -> Result<Node, FilterError> {
        let column = self.column();
        self.terms += 1;
        if depth > DEPTH || self.terms > TERMS {
            return error(column, tr("the filter is too long"));
        }
        let token = self.peek().cloned();
        let field_follows = matches!(self.tokens.get(self.at + 1), Some((_, Token::Op(_))))
            || self.keyword(1, "in")
            || (self.keyword(1, "not") && self.keyword(2, "in"));
        match token {
            Some(Token::Word(name)) if field_follows && self.is_test(&name) => self.test(column, &name),
            Some(Token::Word(w)) if w.eq_ignore_ascii_case("not") => {
                self.at += 1;
                Ok(Node::Not(Box::new(self.one(depth + 1)?)))
            }
            Some(Token::Word(w)) if w.eq_ignore_ascii_case("and") || w.eq_ignore_ascii_case("or") => error(
                column,
                fill(&tr("`{w}` joins two conditions; to look for the word, write \"{w}\""), &[("w", &w)]),
            ),
            Some(Token::Word(word) | Token::Quoted(word)) => {
                self.at += 1;
                Ok(Node::Word(word))
            }
            Some(Token::Open) => {
                self.at += 1;
                let node = self.any(depth + 1)?;
                if self.peek() != Some(&Token::Close) {
                    return error(
                        self.column(),
                        fill(
                            &tr("the bracket opened at column {column} is not closed"),
                            &[("column", &column.to_string())],
                        ),
                    );
                }
                self.at += 1;
                Ok(node)
            }
            Some(Token::Op(op)) => {
                error(column, fill(&tr("`{op}` needs a field before it, such as `pid` or `path`"), &[("op", op)]))
            }
            Some(Token::Comma) => error(column, tr("a comma only stands between the values of `in (…)`")),
            Some(Token::Close) | None => error(column, tr("a condition is missing here")),
        }
    }

    /// Whether what follows `name` makes it a field: an operator does; `in` only behind the name of a field, as it is
    /// also a word.
    fn is_test(&self, name: &str) -> bool {
        matches!(self.tokens.get(self.at + 1), Some((_, Token::Op(_)))) || Field::named(name).is_some()
    }

    fn test(&mut self, column: usize, name: &str) -> Result<Node, FilterError> {
        let Some((field, class)) = Field::named(name) else {
            let names: Vec<&str> = Field::ALL.iter().map(|(_, name, _)| *name).collect();
            return error(
                column,
                fill(
                    &tr("there is no field `{name}`; fields are {names}"),
                    &[("name", name), ("names", &names.join(", "))],
                ),
            );
        };
        self.at += 1;
        let negated = self.skip("not");
        if self.skip("in") {
            let list = self.list(field, class)?;
            return Ok(if negated { Node::Not(Box::new(list)) } else { list });
        }
        let column = self.column();
        let Some(Token::Op(op)) = self.peek().cloned() else {
            return error(column, tr("an operator is expected here: = != ~ !~ < <= > >= in"));
        };
        self.at += 1;
        let (value_column, value) = self.value()?;
        let test = test(field, class, op, column, value_column, &value)?;
        let node = Node::Test(field, test);
        Ok(if op.starts_with('!') { Node::Not(Box::new(node)) } else { node })
    }

    fn value(&mut self) -> Result<(usize, String), FilterError> {
        let column = self.column();
        match self.peek().cloned() {
            Some(Token::Word(value) | Token::Quoted(value)) => {
                self.at += 1;
                Ok((column, value))
            }
            _ => error(column, tr("a value is expected here; put it in \"…\" if it has blanks or brackets")),
        }
    }

    fn list(&mut self, field: Field, class: Class) -> Result<Node, FilterError> {
        let column = self.column();
        if self.peek() != Some(&Token::Open) {
            return error(column, tr("a list is expected here, such as (open, openat)"));
        }
        self.at += 1;
        let mut nodes = Vec::new();
        loop {
            let (column, value) = self.value()?;
            self.terms += 1;
            if self.terms > TERMS {
                return error(column, tr("the filter is too long"));
            }
            nodes.push(Node::Test(field, test(field, class, "=", column, column, &value)?));
            match self.peek() {
                Some(Token::Comma) => self.at += 1,
                Some(Token::Close) => break,
                _ => return error(self.column(), tr("`,` or `)` is expected here")),
            }
        }
        self.at += 1;
        Ok(one_or(nodes, Node::Or))
    }
}

fn one_or(mut nodes: Vec<Node>, make: fn(Vec<Node>) -> Node) -> Node {
    match nodes.len() {
        1 => nodes.remove(0),
        _ => make(nodes),
    }
}

fn order(op: &str) -> Option<Order> {
    Some(match op {
        "=" | "!=" => Order::Equal,
        "<" => Order::Less,
        "<=" => Order::LessOrEqual,
        ">" => Order::Greater,
        ">=" => Order::GreaterOrEqual,
        _ => return None,
    })
}

fn test(
    field: Field,
    class: Class,
    op: &str,
    op_column: usize,
    column: usize,
    value: &str,
) -> Result<Test, FilterError> {
    let no_op = |what: &str| {
        error(op_column, fill(&tr("`{op}` cannot be asked of {what}"), &[("op", op), ("what", &tr(what))]))
    };
    let order = order(op);
    let equal = order == Some(Order::Equal);
    match class {
        Class::Number => match (order, number(value)) {
            (None, _) => no_op(mark("a number")),
            (_, None) => error(column, fill(&tr("`{value}` is not a whole number"), &[("value", value)])),
            (Some(order), Some(number)) => Ok(Test::Number(order, number)),
        },
        Class::Span => match (order, span(value)) {
            (None, _) => no_op(mark("a time")),
            (_, None) => {
                error(column, fill(&tr("`{value}` is not a time, such as 500us, 1.5ms or 2s"), &[("value", value)]))
            }
            (Some(order), Some(ns)) => Ok(Test::Number(order, ns)),
        },
        Class::Text if equal => Ok(Test::Is(value.to_owned())),
        Class::Text if op.ends_with('~') => match glob(value) {
            Ok(_) => Ok(Test::Like(value.to_owned())),
            Err(why) => error(column, fill(&tr("this pattern cannot be read: {why}"), &[("why", &why)])),
        },
        Class::Text => no_op(mark("text; `=` and `~` can")),
        Class::Net if !equal => no_op(mark("an address; `=` can, also with a network such as 10.0.0.0/8")),
        Class::Net => match net(value) {
            Some(net) => Ok(Test::Net(net)),
            None => error(
                column,
                fill(&tr("`{value}` is not an IP address or a network such as 10.0.0.0/8"), &[("value", value)]),
            ),
        },
        Class::Name if !equal => no_op(mark("a name; `=` and `in` can")),
        Class::Name => name(field, column, value),
    }
}

fn name(field: Field, column: usize, value: &str) -> Result<Test, FilterError> {
    let known: Vec<&str> = match field {
        Field::Kind => {
            let kinds = Kind::named(value);
            if !kinds.is_empty() {
                return Ok(Test::Kinds(kinds));
            }
            Kind::ALL.iter().map(|k| k.name()).collect()
        }
        Field::Errno => {
            return match number(value).or_else(|| errno::number(&value.to_ascii_uppercase()).map(i64::from)) {
                Some(number) => Ok(Test::Number(Order::Equal, number)),
                None => error(column, fill(&tr("`{value}` is not an errno such as ENOENT"), &[("value", value)])),
            };
        }
        Field::Event => vec!["call", "signal", "start", "exec", "exit", "note"],
        Field::Abi => [Abi::X86_64, Abi::I386, Abi::X32, Abi::Aarch64].map(Abi::name).to_vec(),
        Field::Transport => {
            [Transport::Tcp, Transport::Udp, Transport::Raw, Transport::Other].map(Transport::name).to_vec()
        }
        Field::Decision => Decision::ALL.map(Decision::name).to_vec(),
        Field::By => By::ALL.map(By::name).to_vec(),
        Field::Check => Check::NAMES.to_vec(),
        _ => Vec::new(),
    };
    if known.contains(&value) {
        return Ok(Test::Is(value.to_owned()));
    }
    error(column, fill(&tr("`{value}` is none of {known}"), &[("value", value), ("known", &known.join(", "))]))
}

fn number(text: &str) -> Option<i64> {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok().map(|n| n as i64),
        None => text.parse().ok(),
    }
}

/// Nanoseconds of a number with a unit; without one it is nanoseconds already.
fn span(text: &str) -> Option<i64> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-').unwrap_or(text.len());
    let (value, unit) = text.split_at(digits);
    let factor = match unit {
        "" | "ns" => 1.0,
        "us" | "µs" | "μs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" | "min" => 60e9,
        "h" => 3600e9,
        _ => return None,
    };
    value.parse::<f64>().ok().map(|v| (v * factor).round() as i64)
}
