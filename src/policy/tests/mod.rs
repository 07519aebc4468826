//! Tests of the room as a whole.

mod answers;
mod deciding;
mod files;
mod many;
mod parsing;
mod presets;
mod properties;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{ArgValue, Args, By, Decision, NoArgs, Place, Policy, Query, Rules, Verdict};
use crate::syscall::{Access, Kind, Object, Transport};

fn place() -> Place {
    Place {
        home: Some(PathBuf::from("/home/ann")),
        cwd: PathBuf::from("/work/project"),
        program_dir: PathBuf::from("/opt/tool"),
    }
}

fn policy(rules: &str) -> Policy {
    Policy::parse(&format!("{{\"syswall\":1,\"default\":\"ask\",\"rules\":[{rules}]}}"), "test").unwrap()
}

fn rules(rules: &str) -> Rules {
    Rules::new(&policy(rules), &[], &place()).unwrap()
}

fn with_presets(names: &[&str]) -> Rules {
    let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
    Rules::new(&Policy::default(), &names, &place()).unwrap()
}

fn path(kind: Kind, path: &str) -> Access {
    Access { kind, object: Some(Object::Path { path: path.into(), asked: path.into() }) }
}

fn address(kind: Kind, address: &str, port: u16) -> Access {
    Access {
        kind,
        object: Some(Object::Address { transport: Transport::Tcp, address: address.parse().unwrap(), port }),
    }
}

fn unix(name: &str) -> Access {
    Access { kind: Kind::NetworkConnect, object: Some(Object::Unix { name: name.into() }) }
}

fn process(kind: Kind, pid: i32, tree: bool) -> Access {
    Access { kind, object: Some(Object::Process { pid, tree }) }
}

/// Arguments given as name, register and text.
struct Given(Vec<(&'static str, u64, &'static str)>);

impl Args for Given {
    fn get(&self, name: &str) -> Option<ArgValue> {
        let (_, raw, text) = self.0.iter().find(|(n, _, _)| *n == name)?;
        Some(ArgValue { raw: *raw, text: (*text).to_owned() })
    }
}

fn ask_with(rules: &Rules, ancestry: &[&str], call: &str, accesses: &[Access], args: &dyn Args) -> Verdict {
    let ancestry: Vec<Arc<Path>> = ancestry.iter().map(|p| Arc::from(Path::new(p))).collect();
    rules.decide(&Query { ancestry: &ancestry, pid: 100, call, accesses, args })
}

fn ask(rules: &Rules, call: &str, access: Access) -> Verdict {
    ask_with(rules, &["/usr/bin/tool"], call, &[access], &NoArgs)
}

fn read(rules: &Rules, file: &str) -> Decision {
    ask(rules, "openat", path(Kind::FileRead, file)).decision
}

/// Who decided, and what.
fn said(verdict: &Verdict) -> (Decision, By, Option<&str>) {
    (verdict.decision, verdict.by, verdict.rule.as_deref())
}
