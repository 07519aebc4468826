//! A filter as SQL. Values are bound, never written into the text. No condition is ever NULL, so that `not` means not.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value;

use super::{Field, Filter, Glob, Node, Order, Test, Word, glob};
use crate::recording::code::{Form, bytes};

impl Filter {
    /// The condition on `event e`, and what to bind to it.
    pub(in crate::recording) fn sql(&self) -> (String, Vec<Value>) {
        let (mut sql, mut values) = (String::new(), Vec::new());
        node(&self.0, &mut sql, &mut values);
        (sql, values)
    }
}

fn node(n: &Node, sql: &mut String, values: &mut Vec<Value>) {
    let mut join = |nodes: &[Node], word: &str, none: &str, sql: &mut String| {
        if nodes.is_empty() {
            sql.push_str(none);
        }
        for (i, n) in nodes.iter().enumerate() {
            sql.push_str(if i > 0 { word } else { "(" });
            node(n, sql, values);
        }
        if !nodes.is_empty() {
            sql.push(')');
        }
    };
    match n {
        Node::And(nodes) => join(nodes, " AND ", "1", sql),
        Node::Or(nodes) => join(nodes, " OR ", "0", sql),
        Node::Not(inner) => {
            sql.push_str("NOT ");
            node(inner, sql, values);
        }
        Node::Word(word) => {
            let has = |value: &str| format!("has(?, {value})");
            sql.push_str(&format!(
                "({task} OR {shape} OR {args} OR {text} OR {object})",
                task = task(&has("g.path")),
                shape = shape(&format!("{} OR {}", has("call"), has("error_text(errno, form)"))),
                args = has("(SELECT text FROM text WHERE id = e.args)"),
                text = has("(SELECT text FROM text WHERE id = e.text)"),
                object = object(&format!("{} OR {}", has("o.name"), has("o.extra"))),
            ));
            values.extend(std::iter::repeat_n(Value::Text(word.clone()), 7));
        }
        Node::Test(field, test) => {
            let start = values.len();
            let condition = compare(*field, test, values);
            debug_assert_eq!(condition.matches('?').count(), values.len() - start);
            sql.push_str(&condition);
        }
    }
}

fn task(condition: &str) -> String {
    format!(
        "e.task IN (SELECT k.id FROM task k JOIN process p ON p.id = k.process JOIN program g ON g.id = k.program \
         WHERE {condition})"
    )
}

fn shape(condition: &str) -> String {
    format!("e.shape IN (SELECT id FROM shape WHERE {condition})")
}

fn object(condition: &str) -> String {
    format!("coalesce(e.does IN (SELECT a.list FROM access a JOIN object o ON o.id = a.object WHERE {condition}), 0)")
}

/// The condition on the column `value` (which may be an expression that occurs once).
fn of(value: &str, test: &Test, values: &mut Vec<Value>) -> String {
    match test {
        Test::Number(order, number) => {
            values.push(Value::Integer(*number));
            let op = match order {
                Order::Equal => "=",
                Order::Less => "<",
                Order::LessOrEqual => "<=",
                Order::Greater => ">",
                Order::GreaterOrEqual => ">=",
            };
            format!("coalesce({value} {op} ?, 0)")
        }
        Test::Is(text) => {
            values.push(Value::Text(text.clone()));
            format!("is_text(?, {value})")
        }
        Test::Like(pattern) => {
            values.push(Value::Text(pattern.clone()));
            format!("like_text(?, {value})")
        }
        Test::Kinds(kinds) => {
            values.push(Value::Integer(i64::from(kinds.bits())));
            format!("coalesce({value} & ? <> 0, 0)")
        }
        Test::Net(net) => {
            values.push(Value::Text(net.to_string()));
            format!("in_net(?, {value})")
        }
    }
}

fn compare(field: Field, test: &Test, values: &mut Vec<Value>) -> String {
    match field {
        Field::Seq => of("e.seq", test, values),
        Field::Time => of("e.time", test, values),
        Field::Duration => of("e.duration", test, values),
        // Not stored where it is 0; of events other than calls there is none.
        Field::Waited => of("CASE WHEN e.duration IS NULL THEN NULL ELSE coalesce(e.waited, 0) END", test, values),
        Field::Result => format!("({} AND {})", shape("event = 'call'"), of("e.result", test, values)),
        Field::Pid => task(&of("p.pid", test, values)),
        Field::Tid => task(&of("k.tid", test, values)),
        Field::Program => match test {
            Test::Is(name) if !name.contains('/') => {
                values.push(Value::Text(name.clone()));
                task("is_text(?, file_name(g.path))")
            }
            _ => task(&of("g.path", test, values)),
        },
        Field::Event => shape(&of(
            "CASE event WHEN 'thread' THEN 'start' WHEN 'killed' THEN 'exit' WHEN 'dumped' THEN 'exit' ELSE event END",
            test,
            values,
        )),
        Field::Abi => shape(&of("abi", test, values)),
        Field::Call => shape(&of("call", test, values)),
        Field::Kind => shape(&of("kinds", test, values)),
        Field::Decision => shape(&of("decision", test, values)),
        Field::By => shape(&of("by", test, values)),
        Field::Rule => shape(&of("rule", test, values)),
        Field::Errno => shape(&of("errno", test, values)),
        // What could have come between stands behind a blank.
        Field::Check => shape(&of("substr(verified, 1, instr(verified || ' ', ' ') - 1)", test, values)),
        Field::Path => object(&format!("o.type IN ('path', 'device') AND {}", of("o.name", test, values))),
        Field::Asked => object(&format!("o.type = 'path' AND {}", of("coalesce(o.extra, o.name)", test, values))),
        Field::Address => object(&format!("o.type = 'address' AND {}", of("o.name", test, values))),
        Field::Port => object(&format!("o.type = 'address' AND {}", of("o.number", test, values))),
        Field::Transport => object(&format!("o.type = 'address' AND {}", of("o.extra", test, values))),
        Field::Socket => object(&format!("o.type = 'unix' AND {}", of("o.name", test, values))),
        Field::Object => object(&of("o.name", test, values)),
        Field::Args => of("(SELECT text FROM text WHERE id = e.args)", test, values),
    }
}

/// Teaches SQLite what filters ask, on bytes: none of it is ever NULL, and NULL matches nothing.
pub(in crate::recording) fn add_functions(db: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    let fail = |e: String| rusqlite::Error::UserFunctionError(e.into());
    db.create_scalar_function("has", 2, flags, |ctx| {
        let word = ctx.get_or_create_aux(0, |v| Ok::<_, rusqlite::Error>(Word::new(v.as_str()?)))?;
        Ok(word.occurs(bytes(ctx.get_raw(1))) && ctx.get_raw(1) != rusqlite::types::ValueRef::Null)
    })?;
    db.create_scalar_function("is_text", 2, flags, |ctx| {
        Ok(ctx.get_raw(1) != rusqlite::types::ValueRef::Null && bytes(ctx.get_raw(0)) == bytes(ctx.get_raw(1)))
    })?;
    db.create_scalar_function("like_text", 2, flags, move |ctx| {
        let pattern = ctx.get_or_create_aux(0, |v| glob(v.as_str().map_err(|e| fail(e.to_string()))?).map_err(fail))?;
        let pattern: &Glob = &pattern;
        Ok(ctx.get_raw(1) != rusqlite::types::ValueRef::Null && pattern.matches(bytes(ctx.get_raw(1))))
    })?;
    db.create_scalar_function("in_net", 2, flags, |ctx| {
        let net = ctx.get_or_create_aux(0, |v| {
            v.as_str()
                .ok()
                .and_then(super::net)
                .ok_or_else(|| rusqlite::Error::UserFunctionError("not a network".into()))
        })?;
        let address = std::str::from_utf8(bytes(ctx.get_raw(1))).ok().and_then(|a| a.parse().ok());
        Ok(address.is_some_and(|a: std::net::IpAddr| net.contains(&a)))
    })?;
    db.create_scalar_function("file_name", 1, flags, |ctx| {
        let path = bytes(ctx.get_raw(0));
        Ok(Value::Blob(path.rsplit(|b| *b == b'/').next().unwrap_or_default().to_vec()))
    })?;
    db.create_scalar_function("error_text", 2, flags, |ctx| {
        let errno = ctx.get::<Option<i32>>(0)?;
        Ok(Form::from_number(ctx.get(1)?).show(None, errno).filter(|_| errno.is_some()).map(|t| t.into_owned()))
    })
}
