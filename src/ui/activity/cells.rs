//! What the log and the details say about an event. Everything that comes from the program is escaped.

use super::super::rule_text;
use super::super::text::{duration, time_of_day};
use crate::policy::{By, Decision};
use crate::recording::{Call, Check, Doubt, EventRow, ExitStatus, What};
use crate::syscall::{Object, errno};
use crate::words::{self, elide, escape, fill, kind_name, program_name, tr};

/// Longest text of one field of the details, in characters.
const MOST: usize = 4096;

/// When it began.
pub fn time(row: &EventRow) -> String {
    time_of_day(row.time)
}

/// The executable's name.
pub fn program(row: &EventRow) -> String {
    program_name(&row.program)
}

/// The process.
pub fn pid(row: &EventRow) -> String {
    row.pid.to_string()
}

fn call(row: &EventRow) -> Option<&Call> {
    match &row.what {
        What::Call(call) => Some(call),
        _ => None,
    }
}

/// What happened, in plain words.
pub fn action(row: &EventRow) -> String {
    match &row.what {
        What::Call(call) => words::act_beside_object(&**call),
        What::Signal { .. } => tr("get a signal"),
        What::Start { thread: true, .. } => tr("start (a thread)"),
        What::Start { .. } => tr("start (a process)"),
        What::Exec { .. } => tr("become another program"),
        What::Exit { .. } if row.tid == row.pid => tr("end (the process)"),
        What::Exit { .. } => tr("end (a thread)"),
        What::Note { .. } => tr("note by Syswall"),
    }
}

/// What it was done to.
pub fn object(row: &EventRow) -> String {
    match &row.what {
        What::Call(call) => match acted_on(call) {
            Some(object) => words::named_object(object, call.host.as_deref()),
            None => elide(&escape(format!("{}({})", call.name, call.args.text)), 200),
        },
        What::Signal { text, .. } => elide(&escape(text), 200),
        What::Start { parent, .. } => fill(&tr("by process {pid}"), &[("pid", &parent.to_string())]),
        What::Exec { argv } => {
            let words: Vec<_> = argv.iter().take(32).map(escape).collect();
            elide(&words.join(" "), 200)
        }
        What::Exit { status } => exit_text(*status),
        What::Note { text } => elide(&escape(text), 200),
    }
}

/// What the action is about, else the first object that the call names.
fn acted_on(call: &Call) -> Option<&Object> {
    let spoken_of = words::Act::from(call).access().and_then(|access| access.object.as_ref());
    spoken_of.or_else(|| call.accesses.iter().find_map(|access| access.object.as_ref()))
}

/// What was decided; nothing for what is not a call.
pub fn decision(row: &EventRow) -> String {
    call(row).map(|c| rule_text::decision(c.decision)).unwrap_or_default()
}

/// On whose word.
pub fn why(row: &EventRow) -> String {
    let Some(call) = call(row) else { return String::new() };
    let name = call.rule.as_deref().map(|id| elide(&escape(id), 60));
    match (call.by, name) {
        (By::Rule, Some(id)) => fill(&tr("rule {id}"), &[("id", &id)]),
        (By::Rule, None) => tr("a rule"),
        (By::Preset, Some(id)) => fill(&tr("preset {id}"), &[("id", &id)]),
        (By::Preset, None) => tr("a preset"),
        (By::Answer, _) => tr("you"),
        (By::Default, _) => tr("no rule"),
        (By::Protection, _) => tr("Syswall protects itself"),
        (By::Unwatched, _) => tr("not watched"),
    }
}

/// How it came out.
pub fn result(row: &EventRow) -> String {
    match call(row) {
        Some(call) => match call.errno {
            Some(number) => errno::name(number),
            None => elide(&escape(&call.result_text), 60),
        },
        None => String::new(),
    }
}

/// Every way in which a row can stand out.
pub const CLASSES: [&str; 3] = ["denied", "pretended", "failed"];

/// How a row stands out: one of [`CLASSES`].
pub fn class(row: &EventRow) -> Option<&'static str> {
    let call = call(row)?;
    match (call.decision, call.errno) {
        (Decision::Deny | Decision::Kill, _) => Some("denied"),
        (Decision::Pretend, _) => Some("pretended"),
        (_, Some(_)) => Some("failed"),
        _ => None,
    }
}

fn exit_text(status: ExitStatus) -> String {
    match status {
        ExitStatus::Code(code) => fill(&tr("status {code}"), &[("code", &code.to_string())]),
        ExitStatus::Signal { number, core: true } => {
            fill(&tr("signal {number}, core dumped"), &[("number", &number.to_string())])
        }
        ExitStatus::Signal { number, .. } => fill(&tr("signal {number}"), &[("number", &number.to_string())]),
    }
}

/// The event as one sentence.
pub fn headline(row: &EventRow) -> String {
    let what = match call(row) {
        Some(call) => words::act(call),
        None => format!("{}: {}", action(row), object(row)),
    };
    format!("{}: {what}", program(row))
}

/// The event as strace writes it.
pub fn line(row: &EventRow) -> String {
    let text = match &row.what {
        What::Call(call) => call.line(),
        What::Signal { text, .. } => format!("--- {text} ---"),
        What::Exit { status: ExitStatus::Code(code) } => format!("+++ exited with {code} +++"),
        What::Exit { status: ExitStatus::Signal { number, core } } => {
            format!("+++ killed by signal {number}{} +++", if *core { " (core dumped)" } else { "" })
        }
        What::Start { .. } | What::Exec { .. } | What::Note { .. } => object(row),
    };
    elide(&escape(text), MOST)
}

/// Everything that is known, as names and values.
pub fn fields(row: &EventRow) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let mut add = |name: String, value: String| {
        if !value.is_empty() {
            fields.push((name, elide(&value, MOST)));
        }
    };
    add(tr("Number"), row.seq.to_string());
    add(tr("Time"), super::super::text::date_and_time(row.time));
    add(tr("Program"), escape(&*row.program));
    add(tr("Process"), row.pid.to_string());
    if row.tid != row.pid {
        add(tr("Thread"), row.tid.to_string());
    }
    if let Some(call) = call(row) {
        let names: Vec<&str> = call.kinds.iter().map(|k| k.name()).collect();
        add(tr("System call"), format!("{} ({})", escape(&*call.name), call.abi.name()));
        add(tr("Kinds"), names.join(", "));
        let objects: Vec<_> = call
            .accesses
            .iter()
            .take(16)
            .map(|access| match &access.object {
                Some(object) => {
                    format!("{}: {}", kind_name(access.kind), words::named_object(object, call.host.as_deref()))
                }
                None => kind_name(access.kind),
            })
            .collect();
        add(tr("Objects"), objects.join("\n"));
        let home = gtk::glib::home_dir();
        let what = acted_on(call).and_then(|object| words::what_it_is(object, row.pid, Some(&home)));
        add(tr("What it is"), what.unwrap_or_default());
        add(tr("Decision"), format!("{} ({})", decision(row), why(row)));
        if let Some(number) = call.errno {
            add(tr("Error"), format!("{} ({})", errno::name(number), errno::text(number)));
        }
        add(tr("Duration"), duration(call.duration_ns));
        if call.waited_ns > 0 {
            add(tr("Waited for an answer"), duration(call.waited_ns));
        }
        add(
            tr("Check"),
            match call.check {
                Check::Verified => tr("what happened is what was checked"),
                Check::Unverified(Doubt::Name) => tr("the name could have been led elsewhere in between"),
                Check::Unverified(Doubt::Descriptor) => {
                    tr("another thread could have exchanged the descriptor in between")
                }
                Check::Unverified(Doubt::Memory) => tr("memory could have been changed by others in between"),
                Check::Race => tr("it changed after it was checked, and was stopped or taken back"),
            },
        );
    }
    fields
}
