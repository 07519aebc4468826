//! What a run did, summed up so that chance leaves no trace: reports, comparison, exports. From recordings only.
//!
//! PIDs become roles, random parts of names and ports that the kernel picked become marks, lists are sorted by name:
//! two runs of a program that does the same give the same lists.

mod chart;
pub mod compare;
mod html;
mod markdown;
mod normal;
mod role;
mod sockets;
mod sum;
mod text;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use compare::{Comparison, compare};
pub use html::html;
pub use markdown::markdown;
pub use text::text;

use crate::i18n::{fill, tr, tr_n};
use crate::recording::{Reader, RecordingError};

/// As many names of one address are shown; JSON has all.
const HOSTS_SHOWN: usize = 3;

/// A report (contract 7).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The version of the format: 1.
    pub syswall: u32,
    /// The command, program first.
    pub program: Vec<String>,
    /// When it started, ns since the epoch.
    pub started: i64,
    /// When it ended; `None`: the recording ends abruptly.
    pub ended: Option<i64>,
    /// How it ended: `{"code":0}`, `{"signal":"SIGSEGV","core":true}`, or null where that is not known.
    pub exit: serde_json::Value,
    /// What went wrong with Syswall itself, if anything did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// `policy` where only calls that the policy could concern were watched: all others are missing here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<String>,
    /// Who: by role.
    pub processes: Vec<Process>,
    /// Which calls, by name.
    pub calls: Vec<Call>,
    /// Which files, by path.
    pub files: Vec<File>,
    /// With whom.
    pub network: Vec<Peer>,
    /// Which programs were run or were to be, by path.
    pub programs: Vec<Program>,
    /// What was decided, in calls.
    pub decisions: Decisions,
    /// Everything that was done by whom to what: what comparisons are made of.
    pub items: Vec<Item>,
}

/// All processes of one role: the programs from the first one down to it, `make > sh > cc`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Process {
    /// The role.
    pub role: String,
    /// The executable.
    pub program: String,
    /// How many processes had it.
    pub count: u64,
    /// Calls they made.
    pub calls: u64,
    /// Those that were denied.
    pub denied: u64,
    /// Those that were pretended.
    pub pretended: u64,
}

/// All calls of one name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Call {
    /// The name.
    pub call: String,
    /// How often.
    pub count: u64,
    /// How often it failed.
    pub errors: u64,
    /// How often it was denied.
    pub denied: u64,
    /// How often it was pretended.
    pub pretended: u64,
    /// ns in it, all together.
    pub time_ns: u64,
}

/// What was done to one file. Counts are of calls that succeeded, unless their name says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct File {
    /// The path; the home directory is `~`.
    pub path: String,
    /// Opened to read.
    pub read: u64,
    /// Opened to write, or changed.
    pub written: u64,
    /// Made.
    pub created: u64,
    /// Removed.
    pub deleted: u64,
    /// Kept from it.
    pub denied: u64,
    /// Only seemingly done.
    pub pretended: u64,
    /// Bytes read from it.
    pub bytes_read: u64,
    /// Bytes written to it.
    pub bytes_written: u64,
    /// Roles of who did.
    pub by: BTreeSet<String>,
}

/// What was done with one address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Peer {
    /// `tcp`, `udp`, `raw`, `unix`, or another family.
    pub transport: String,
    /// `out` (connected or sent to), `in` (accepted from), `listen` (waited on), `socket` (made, no address yet).
    pub direction: String,
    /// IP address, or the name of a unix socket.
    pub address: String,
    /// What the program was told that the address is called: its own word. Left out of JSON where there is nothing.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub hosts: BTreeSet<String>,
    /// Port; null where there is none or the kernel picked it.
    pub port: Option<u16>,
    /// How often.
    pub count: u64,
    /// Bytes sent there.
    pub bytes_sent: u64,
    /// Bytes received from there.
    pub bytes_received: u64,
    /// How often that was denied.
    pub denied: u64,
    /// How often that was pretended.
    pub pretended: u64,
    /// Roles of who did.
    pub by: BTreeSet<String>,
}

/// A program that was run or was to be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Program {
    /// The executable.
    pub path: String,
    /// How often it was run.
    pub count: u64,
    /// How often that was denied.
    pub denied: u64,
}

/// Calls by what was decided about them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Decisions {
    /// Made.
    pub allow: u64,
    /// Failed with an errno instead.
    pub deny: u64,
    /// Seemingly succeeded instead.
    pub pretend: u64,
    /// Ended the program instead.
    pub kill: u64,
    /// Decided by an answer, or held for one.
    pub asked: u64,
}

/// One thing that one role did to one object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Item {
    /// Who.
    pub role: String,
    /// What, as in events.
    pub kind: String,
    /// To what; empty where the kind has no object.
    pub object: String,
    /// How often.
    pub count: u64,
    /// What was decided about it.
    pub decisions: BTreeSet<String>,
}

/// The report as JSON (contract 7), as `syswall compare` reads it. Ends with a newline.
pub fn json(report: &Report) -> String {
    let mut out = Vec::new();
    // Neither writing to memory nor these types can fail.
    let _ = crate::recording::json::write(&mut out, report, true);
    String::from_utf8_lossy(&out).into_owned()
}

impl Report {
    /// The report of a recording; one that still grows is summed up as far as it is.
    pub fn of(reader: &Reader) -> Result<Report, RecordingError> {
        sum::sum(reader)
    }

    /// Reads a saved report. The error says what is wrong and where.
    pub fn parse(json: &str) -> Result<Report, String> {
        #[derive(Deserialize)]
        struct Version {
            syswall: u32,
        }
        let version: Version = serde_json::from_str(json).map_err(|e| wrong(&e))?;
        if version.syswall != 1 {
            return Err(tr("1:1: this report is of another version of Syswall; make it again with this one"));
        }
        serde_json::from_str(json).map_err(|e| wrong(&e))
    }

    /// The program's name in sentences, escaped.
    fn name(&self) -> String {
        let program = self.program.first().map_or("", String::as_str);
        let file = std::path::Path::new(program).file_name().unwrap_or(std::ffi::OsStr::new("?"));
        crate::syscall::escape::elide(&crate::syscall::escape::escape(file), 40)
    }

    /// What stands above every form of the report.
    fn title(&self) -> String {
        fill(&tr("What {program} did"), &[("program", &self.name())])
    }

    /// How it ended.
    fn ending(&self) -> String {
        let time = self.ended.map(|ended| span(ended.saturating_sub(self.started).max(0) as u64));
        let signal = self.exit.get("signal").and_then(|s| s.as_str()).map(crate::syscall::escape::escape);
        let code = self.exit.get("code").map(|code| crate::syscall::escape::escape(code.to_string()));
        let template = match (&time, &code, &signal) {
            (None, ..) => tr("{program} had not ended when the recording broke off."),
            (_, Some(code), _) if code == "0" => tr("{program} ended well (status 0) after {time}."),
            (_, Some(_), _) => tr("{program} ended with status {code} after {time}."),
            (_, _, Some(_)) => tr("{program} was ended by {signal} after {time}."),
            _ => tr("{program} ended after {time} in a way that is not known."),
        };
        let [time, signal, code] = [time, signal, code].map(Option::unwrap_or_default);
        let values = [("program", &*self.name()), ("time", &time), ("code", &code), ("signal", &signal)];
        fill(&template, &values)
    }

    /// What it did, in a few sentences: the head of every form of the report.
    fn sentences(&self) -> Vec<String> {
        // A report may come from anybody: its numbers need not add up to one.
        let calls = total(self.calls.iter().map(|c| c.count));
        let processes = total(self.processes.iter().map(|p| p.count));
        let programs = self.programs.iter().filter(|p| p.count > 0).count() as u64;
        let count = |f: &dyn Fn(&File) -> bool| self.files.iter().filter(|file| f(file)).count() as u64;
        let read = count(&|f| f.read > 0);
        let number = |f: &dyn Fn(&File) -> bool| count(f).to_string();
        let peers: BTreeSet<&str> = self
            .network
            .iter()
            .filter(|p| p.direction == "out" && p.transport != "unix")
            .map(|p| &*p.address)
            .collect();
        let files = tr_n(
            "It read {n} file, changed {changed}, made {made} and removed {removed}.",
            "It read {n} files, changed {changed}, made {made} and removed {removed}.",
            read,
        );
        let mut out = vec![
            self.ending(),
            tr_n("It made {n} system call.", "It made {n} system calls.", calls),
            tr_n("It ran in {n} process.", "It ran in {n} processes.", processes),
            tr_n("It ran {n} program.", "It ran {n} programs.", programs),
            fill(
                &files,
                &[
                    ("changed", &number(&|f| f.written > 0)),
                    ("made", &number(&|f| f.created > 0)),
                    ("removed", &number(&|f| f.deleted > 0)),
                ],
            ),
            match peers.len() as u64 {
                0 => tr("It contacted nobody over the network."),
                n => tr_n(
                    "It contacted {n} address over the network.",
                    "It contacted {n} addresses over the network.",
                    n,
                ),
            },
        ];
        if self.watch.is_some() {
            out.insert(
                1,
                tr("Only calls that the policy could concern were watched; all others ran unseen and are not counted here."),
            );
        }
        let d = &self.decisions;
        if total([d.deny, d.kill, d.pretend]) == 0 {
            out.push(tr("Nothing was denied or pretended."));
        } else {
            let stopped = total([d.deny, d.kill]);
            let said = [
                (stopped, tr_n("{n} call was denied.", "{n} calls were denied.", stopped)),
                (d.pretend, tr_n("{n} call only seemed to succeed.", "{n} calls only seemed to succeed.", d.pretend)),
                (d.asked, tr_n("{n} call was put to you.", "{n} calls were put to you.", d.asked)),
            ];
            out.extend(said.into_iter().filter(|(n, _)| *n > 0).map(|(_, sentence)| sentence));
        }
        if let Some(failure) = &self.failure {
            let failure = crate::syscall::escape::escape(failure);
            out.push(fill(&tr("Syswall itself failed: {failure}."), &[("failure", &failure)]));
        }
        out
    }
}

/// serde's message with line and column in front, as compilers write them.
fn wrong(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text);
    let values = [("line", &*error.line().to_string()), ("column", &error.column().to_string()), ("error", message)];
    fill(&tr("{line}:{column}: this is no saved report: {error}"), &values)
}

/// The sum, or the largest number where there is none.
fn total(numbers: impl IntoIterator<Item = u64>) -> u64 {
    numbers.into_iter().fold(0, u64::saturating_add)
}

/// ns for people: `850 ns`, `1.2 ms`, `3.4 s`, `2 min 5 s`.
fn span(ns: u64) -> String {
    let with = |template: String, n: String| fill(&template, &[("n", &n)]);
    match ns {
        0..1_000 => with(tr("{n} ns"), ns.to_string()),
        1_000..1_000_000 => with(tr("{n} µs"), format!("{:.1}", ns as f64 / 1e3)),
        1_000_000..1_000_000_000 => with(tr("{n} ms"), format!("{:.1}", ns as f64 / 1e6)),
        1_000_000_000..60_000_000_000 => with(tr("{n} s"), format!("{:.1}", ns as f64 / 1e9)),
        _ => {
            let (minutes, seconds) = (ns / 60_000_000_000, ns / 1_000_000_000 % 60);
            let values = [("minutes", &*minutes.to_string()), ("seconds", &*seconds.to_string())];
            fill(&tr("{minutes} min {seconds} s"), &values)
        }
    }
}

/// Bytes for people: `17 B`, `4.0 kB`, `1.3 MB`.
fn size(bytes: u64) -> String {
    let with = |template: String, n: String| fill(&template, &[("n", &n)]);
    match bytes {
        0..1_000 => with(tr("{n} B"), bytes.to_string()),
        1_000..1_000_000 => with(tr("{n} kB"), format!("{:.1}", bytes as f64 / 1e3)),
        1_000_000..1_000_000_000 => with(tr("{n} MB"), format!("{:.1}", bytes as f64 / 1e6)),
        _ => with(tr("{n} GB"), format!("{:.1}", bytes as f64 / 1e9)),
    }
}

/// A column's head.
#[derive(Clone)]
struct Head {
    name: String,
    is_number: bool,
}

/// A table of a report, ready for every form: its title, its column heads, its rows.
struct Table {
    title: String,
    heads: Vec<Head>,
    rows: Vec<Vec<String>>,
}

/// The tables of a report, those without rows left out. Cells are escaped against hiding, not yet for their form.
fn tables(report: &Report) -> Vec<Table> {
    let e = |s: &str| crate::syscall::escape::escape(s);
    let n = |n: u64| if n == 0 { String::new() } else { n.to_string() };
    let b = |n: u64| if n == 0 { String::new() } else { size(n) };
    let by = |by: &BTreeSet<String>| by.iter().map(|r| e(r)).collect::<Vec<_>>().join(", ");
    let stopped = |denied: u64, pretended: u64| match (denied, pretended) {
        (0, 0) => String::new(),
        (d, 0) => tr_n("{n} denied", "{n} denied", d),
        (0, p) => tr_n("{n} pretended", "{n} pretended", p),
        (d, p) => {
            let values = [("denied", &*d.to_string()), ("pretended", &*p.to_string())];
            fill(&tr("denied: {denied}, pretended: {pretended}"), &values)
        }
    };
    let words = |name: String| Head { name, is_number: false };
    let number = |name: String| Head { name, is_number: true };
    let kept = Table {
        title: tr("What was denied or pretended"),
        heads: vec![
            words(tr("Role")),
            words(tr("What")),
            words(tr("To what")),
            words(tr("Decided")),
            number(tr("Times")),
        ],
        rows: report
            .items
            .iter()
            .filter(|i| i.decisions.iter().any(|d| d != "allow" && d != "ask"))
            .map(|i| {
                let decided = i.decisions.iter().map(|d| e(d)).collect::<Vec<_>>().join(", ");
                vec![e(&i.role), e(&i.kind), e(&i.object), decided, n(i.count)]
            })
            .collect(),
    };
    let changed = |f: &&File| [f.written, f.created, f.deleted, f.bytes_written].iter().any(|n| *n > 0);
    let file = |f: &File| {
        vec![
            e(&f.path),
            n(f.read),
            n(f.written),
            n(f.created),
            n(f.deleted),
            b(f.bytes_read),
            b(f.bytes_written),
            stopped(f.denied, f.pretended),
            by(&f.by),
        ]
    };
    let address = |p: &Peer| {
        let hosts: Vec<String> = p.hosts.iter().take(HOSTS_SHOWN).map(|host| e(host)).collect();
        if hosts.is_empty() {
            return e(&p.address);
        }
        let values = [("address", &*e(&p.address)), ("host", &hosts.join(", "))];
        fill(&tr("{address} ({host}, as the program looked it up)"), &values)
    };
    let heads = vec![
        words(tr("Path")),
        number(tr("Read")),
        number(tr("Changed")),
        number(tr("Made")),
        number(tr("Removed")),
        number(tr("Bytes read")),
        number(tr("Bytes written")),
        words(tr("Not done")),
        words(tr("By")),
    ];
    let all = vec![
        kept,
        Table {
            title: tr("Files it changed"),
            heads: heads.clone(),
            rows: report.files.iter().filter(changed).map(file).collect(),
        },
        Table {
            title: tr("Files it only read, or was kept from"),
            heads,
            rows: report.files.iter().filter(|f| !changed(f)).map(file).collect(),
        },
        Table {
            title: tr("Network"),
            heads: vec![
                words(tr("Transport")),
                words(tr("Direction")),
                words(tr("Address")),
                number(tr("Port")),
                number(tr("Times")),
                number(tr("Sent")),
                number(tr("Received")),
                words(tr("Not done")),
                words(tr("By")),
            ],
            rows: report
                .network
                .iter()
                .map(|p| {
                    let port = p.port.map_or_else(String::new, |p| p.to_string());
                    let (sent, received) = (b(p.bytes_sent), b(p.bytes_received));
                    let not = stopped(p.denied, p.pretended);
                    vec![e(&p.transport), e(&p.direction), address(p), port, n(p.count), sent, received, not, by(&p.by)]
                })
                .collect(),
        },
        Table {
            title: tr("Programs it ran"),
            heads: vec![words(tr("Program")), number(tr("Times")), number(tr("Denied"))],
            rows: report.programs.iter().map(|p| vec![e(&p.path), n(p.count), n(p.denied)]).collect(),
        },
        Table {
            title: tr("Processes"),
            heads: vec![words(tr("Role")), number(tr("Processes")), number(tr("Calls")), words(tr("Not done"))],
            rows: report
                .processes
                .iter()
                .map(|p| vec![e(&p.role), n(p.count), n(p.calls), stopped(p.denied, p.pretended)])
                .collect(),
        },
        Table {
            title: tr("System calls"),
            heads: vec![
                words(tr("Call")),
                number(tr("Times")),
                number(tr("Failed")),
                words(tr("Not done")),
                number(tr("Time")),
            ],
            rows: report
                .calls
                .iter()
                .map(|c| vec![e(&c.call), n(c.count), n(c.errors), stopped(c.denied, c.pretended), span(c.time_ns)])
                .collect(),
        },
    ];
    all.into_iter().filter(|t| !t.rows.is_empty()).collect()
}

#[cfg(test)]
mod tests;
