//! Events as JSON (contract 6). What is not UTF-8 is given twice: readable, and exactly, in hexadecimal, under `…_hex`.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use serde_json::{Map, Value, json};

use super::{Call, Event, ExitStatus, What};
use crate::syscall::{Object, errno, signal_name};

/// The event as an object of the contract's fields.
pub fn event(event: &Event) -> Value {
    let mut out = Map::new();
    out.insert("seq".into(), event.seq.into());
    out.insert("time".into(), event.time.into());
    out.insert("pid".into(), event.pid.into());
    out.insert("tid".into(), event.tid.into());
    put(&mut out, "program", event.program.as_os_str());
    let mut set = |key: &str, value: Value| drop(out.insert(key.to_owned(), value));
    match &event.what {
        What::Call(call) => {
            set("event", "call".into());
            set("abi", call.abi.name().into());
            set("call", (*call.name).into());
            set("args", call.args.args().collect());
            set("text", call.line().into());
            set("kinds", call.kinds.iter().map(|k| k.name()).collect());
            set("objects", objects(call));
            set("decision", call.decision.name().into());
            set("by", call.by.name().into());
            set("rule", call.rule.as_deref().into());
            set("result", call.result.into());
            set("errno", call.errno.map(errno::name).into());
            set("duration_ns", call.duration_ns.into());
            set("waited_ns", call.waited_ns.into());
            set("check", call.check.name().into());
            if let Some(doubt) = call.check.doubt() {
                set("doubt", doubt.name().into());
            }
        }
        What::Signal { number, text } => {
            set("event", "signal".into());
            set("signal", signal_name(*number).to_string().into());
            set("text", format!("--- {text} ---").into());
        }
        What::Start { parent, thread } => {
            set("event", "start".into());
            set("parent", (*parent).into());
            set("thread", (*thread).into());
        }
        What::Exec { argv } => {
            set("event", "exec".into());
            set("argv", argv.iter().map(|a| a.to_string_lossy()).collect());
        }
        What::Exit { status } => {
            set("event", "exit".into());
            set("exit", exit(*status));
        }
        What::Note { text } => {
            set("event", "note".into());
            set("text", text.as_str().into());
        }
    }
    Value::Object(out)
}

/// The objects of a call; an address with the name that the program was told.
fn objects(call: &Call) -> Value {
    let named = call.accesses.iter().find_map(|a| match a.object {
        Some(Object::Address { address, .. }) => Some(address),
        _ => None,
    });
    let objects = call.accesses.iter().filter_map(|a| a.object.as_ref()).map(|o| {
        let mut value = object(o);
        if let (Object::Address { address, .. }, Some(host), Value::Object(fields)) = (o, &call.host, &mut value)
            && Some(*address) == named
        {
            fields.insert("host".into(), (**host).into());
        }
        value
    });
    objects.collect()
}

/// `{"code":0}` or `{"signal":"SIGSEGV","core":true}`.
pub fn exit(status: ExitStatus) -> Value {
    match status {
        ExitStatus::Code(code) => json!({"code": code}),
        ExitStatus::Signal { number, core } => json!({"signal": signal_name(number).to_string(), "core": core}),
    }
}

/// The object with its `type`.
pub fn object(object: &Object) -> Value {
    let mut out = Map::new();
    out.insert("type".into(), object.type_name().into());
    match object {
        Object::Path { path, asked } => {
            put(&mut out, "path", path.as_os_str());
            put(&mut out, "asked", asked);
        }
        Object::Address { transport, address, port } => {
            out.insert("transport".into(), transport.name().into());
            out.insert("address".into(), address.to_string().into());
            out.insert("port".into(), (*port).into());
        }
        Object::Unix { name } => put(&mut out, "name", name),
        Object::Socket { family, text } => {
            out.insert("family".into(), family.as_str().into());
            out.insert("text".into(), text.as_str().into());
        }
        Object::Process { pid, tree } => {
            out.insert("pid".into(), (*pid).into());
            out.insert("tree".into(), (*tree).into());
        }
        Object::Device { path, request } => {
            put(&mut out, "path", path.as_os_str());
            out.insert("request".into(), request.as_str().into());
        }
        Object::System { name } => drop(out.insert("name".into(), name.as_str().into())),
        Object::Descriptor { text } => drop(out.insert("text".into(), text.as_str().into())),
        Object::Unreadable => {}
    }
    Value::Object(out)
}

fn put(out: &mut Map<String, Value>, key: &str, value: &OsStr) {
    out.insert(key.into(), value.to_string_lossy().into());
    if value.to_str().is_none() {
        let hex: String = value.as_bytes().iter().map(|b| format!("{b:02x}")).collect();
        out.insert(format!("{key}_hex"), hex.into());
    }
}

/// Writes JSON in which nothing hides: control, bidi and zero-width characters are escaped. One line, or `pretty`.
pub fn write(to: &mut dyn io::Write, value: &impl Serialize, pretty: bool) -> io::Result<()> {
    let result = if pretty {
        value.serialize(&mut serde_json::Serializer::with_formatter(&mut *to, Plain(PrettyFormatter::new())))
    } else {
        value.serialize(&mut serde_json::Serializer::with_formatter(&mut *to, Plain(CompactFormatter)))
    };
    result.map_err(io::Error::from)?;
    to.write_all(b"\n")
}

/// A formatter that escapes what cannot be seen.
struct Plain<F>(F);

fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

macro_rules! pass {
    ($($name:ident($($arg:ident: $type:ty),*);)*) => {
        $(fn $name<W: ?Sized + io::Write>(&mut self, to: &mut W $(, $arg: $type)*) -> io::Result<()> {
            self.0.$name(to $(, $arg)*)
        })*
    };
}

impl<F: Formatter> Formatter for Plain<F> {
    pass! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, to: &mut W, fragment: &str) -> io::Result<()> {
        let mut plain = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| hides(*c)) {
            to.write_all(&fragment.as_bytes()[plain..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(to, "\\u{unit:04x}")?;
            }
            plain = at + c.len_utf8();
        }
        to.write_all(&fragment.as_bytes()[plain..])
    }
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn nothing_hides_and_everything_comes_back() {
        let text = "a\u{202e}b\u{200b}c\u{7f}\u{85}\u{e0041}\u{1b}\n\"\\ü日";
        for pretty in [false, true] {
            let mut out = Vec::new();
            write(&mut out, &serde_json::json!({ "k": [text] }), pretty).unwrap();
            let shown = String::from_utf8(out).unwrap();
            assert!(!shown.trim_end().chars().any(|c| super::hides(c) && c != '\n'), "{shown:?}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap()["k"][0], text);
        }
    }
}
