//! A recording into a report: one pass over equal calls.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::normal::Normal;
use super::role::Roles;
use super::sockets::Sockets;
use super::{Call, Decisions, File, Item, Peer, Process, Program, Report};
use crate::policy::{By, Decision};
use crate::recording::{Filter, Reader, RecordingError, json};
use crate::syscall::{Access, Kind, Object};

/// Which way bytes go in a call whose result counts them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

fn way(call: &str) -> Option<Way> {
    Some(match call {
        "read" | "pread64" | "readv" | "preadv" | "preadv2" | "recvfrom" | "recvmsg" | "recv" | "getdents64"
        | "getdents" => Way::In,
        "write" | "pwrite64" | "writev" | "pwritev" | "pwritev2" | "sendto" | "sendmsg" | "send" => Way::Out,
        _ => return None,
    })
}

/// Equal calls with everything resolved.
struct Done<'a> {
    role: &'a str,
    count: u64,
    /// Bytes in or out.
    bytes: u64,
    way: Option<Way>,
    decision: Decision,
    /// Whether the kernel did it.
    succeeded: bool,
}

impl Done<'_> {
    fn if_done(&self) -> u64 {
        if self.succeeded && self.decision == Decision::Allow { self.count } else { 0 }
    }

    fn if_denied(&self) -> u64 {
        if matches!(self.decision, Decision::Deny | Decision::Kill) { self.count } else { 0 }
    }

    fn if_pretended(&self) -> u64 {
        if self.decision == Decision::Pretend { self.count } else { 0 }
    }

    fn bytes(&self, way: Way) -> u64 {
        if self.way == Some(way) && self.decision == Decision::Allow { self.bytes } else { 0 }
    }
}

#[derive(Default)]
struct Sums {
    files: BTreeMap<String, File>,
    network: BTreeMap<(String, String, String, Option<u16>), Peer>,
    programs: BTreeMap<String, Program>,
    items: BTreeMap<(String, Kind, String), Item>,
}

impl Sums {
    fn access(&mut self, access: &Access, done: &Done<'_>, normal: &Normal<'_>, sockets: &Sockets) {
        let kind = access.kind;
        match &access.object {
            Some(Object::Path { path, .. }) => {
                if kind == Kind::ProcessExecute {
                    self.program(normal.path(path), done);
                } else {
                    self.file(kind, normal.path(path), done);
                }
            }
            Some(object) => self.peer(kind, object, done, normal),
            None => {}
        }
        if let (Kind::Descriptor, Some(Object::Descriptor { text })) = (kind, &access.object)
            && done.bytes > 0
            && let Some((direction, object)) = sockets.peer(text)
        {
            self.talk(direction, object, 0, done, normal);
        }
        if matches!(kind, Kind::Descriptor | Kind::Memory | Kind::Time | Kind::Wait) {
            return;
        }
        let object = access.object.as_ref().map_or_else(String::new, |o| normal.object(kind, o));
        let item = self.items.entry((done.role.to_owned(), kind, object)).or_insert_with_key(|(role, kind, object)| {
            Item { role: role.clone(), kind: kind.name().into(), object: object.clone(), ..Item::default() }
        });
        item.count += done.count;
        item.decisions.insert(done.decision.name().to_owned());
    }

    fn program(&mut self, path: String, done: &Done<'_>) {
        // The shell's search along PATH: what is not there was not run.
        if done.if_done() + done.if_denied() + done.if_pretended() == 0 {
            return;
        }
        let program =
            self.programs.entry(path).or_insert_with_key(|path| Program { path: path.clone(), ..Program::default() });
        program.count += done.if_done();
        program.denied += done.if_denied();
    }

    fn file(&mut self, kind: Kind, path: String, done: &Done<'_>) {
        let told = matches!(
            kind,
            Kind::FileRead
                | Kind::FileWrite
                | Kind::FileCreate
                | Kind::FileDelete
                | Kind::FileRename
                | Kind::FileAttributes
                | Kind::Descriptor
        );
        let stopped = done.if_denied() + done.if_pretended();
        let moved = done.bytes(Way::In).saturating_add(done.bytes(Way::Out));
        if (!told || done.if_done() == 0 || (kind == Kind::Descriptor && moved == 0)) && stopped == 0 {
            return;
        }
        let file = self.files.entry(path).or_insert_with_key(|path| File { path: path.clone(), ..File::default() });
        match kind {
            Kind::FileRead => file.read += done.if_done(),
            Kind::FileWrite | Kind::FileAttributes | Kind::FileRename => file.written += done.if_done(),
            Kind::FileCreate => file.created += done.if_done(),
            Kind::FileDelete => file.deleted += done.if_done(),
            Kind::Descriptor => {
                file.bytes_read = file.bytes_read.saturating_add(done.bytes(Way::In));
                file.bytes_written = file.bytes_written.saturating_add(done.bytes(Way::Out));
            }
            _ => {}
        }
        file.denied += done.if_denied();
        file.pretended += done.if_pretended();
        file.by.insert(done.role.to_owned());
    }

    fn peer(&mut self, kind: Kind, object: &Object, done: &Done<'_>, normal: &Normal<'_>) {
        let direction = match kind {
            Kind::NetworkConnect | Kind::NetworkSend => "out",
            Kind::NetworkListen => "listen",
            // Who came is told by `Sockets`; this is where.
            Kind::NetworkAccept if done.if_denied() + done.if_pretended() > 0 => "in",
            // A socket by itself tells nothing, unless it was not made.
            Kind::NetworkSocket if done.if_denied() + done.if_pretended() > 0 => "socket",
            Kind::Descriptor if done.bytes > 0 => return self.talk("out", object, 0, done, normal),
            _ => return,
        };
        self.talk(direction, object, done.count, done, normal);
    }

    fn talk(&mut self, direction: &str, object: &Object, count: u64, done: &Done<'_>, normal: &Normal<'_>) {
        let (transport, address, port) = match object {
            Object::Address { transport, address, port } => {
                let kind = match direction {
                    "in" => Kind::NetworkAccept,
                    "listen" => Kind::NetworkListen,
                    _ => Kind::NetworkConnect,
                };
                (transport.name().to_owned(), address.to_string(), normal.port(kind, *address, *port))
            }
            Object::Unix { name } => ("unix".to_owned(), normal.unix(name), None),
            Object::Socket { family, text } => (family.clone(), text.clone(), None),
            _ => return,
        };
        let key = (direction.to_owned(), transport, address, port);
        let peer = self.network.entry(key).or_insert_with_key(|(direction, transport, address, port)| Peer {
            transport: transport.clone(),
            direction: direction.clone(),
            address: address.clone(),
            port: *port,
            ..Peer::default()
        });
        peer.count += count;
        peer.bytes_sent = peer.bytes_sent.saturating_add(done.bytes(Way::Out));
        peer.bytes_received = peer.bytes_received.saturating_add(done.bytes(Way::In));
        peer.denied += done.if_denied();
        peer.pretended += done.if_pretended();
        peer.by.insert(done.role.to_owned());
    }
}

/// The report of a recording.
pub fn sum(reader: &Reader) -> Result<Report, RecordingError> {
    let info = reader.info()?;
    let rows = reader.processes()?;
    let roles = Roles::new(&rows);
    let normal = Normal::new(info.run.home.clone(), &roles);
    let sockets = Sockets::of(reader, &rows)?;
    let mut sums = Sums::default();
    for (pid, object) in sockets.accepted() {
        let role = roles.of_pid(pid).unwrap_or_default();
        let (count, decision) = (1, Decision::Allow);
        let done = Done { role: &role, count, bytes: 0, way: None, decision, succeeded: true };
        sums.talk("in", object, 1, &done, &normal);
    }
    let mut decisions = Decisions::default();
    let mut role_of: HashMap<i64, String> = HashMap::new();
    reader.groups(|group| {
        let shape = reader.shape(group.shape)?;
        if shape.event != "call" {
            return Ok(());
        }
        *match shape.decision {
            Decision::Allow | Decision::Ask => &mut decisions.allow,
            Decision::Deny => &mut decisions.deny,
            Decision::Pretend => &mut decisions.pretend,
            Decision::Kill => &mut decisions.kill,
        } += group.count;
        decisions.asked += if shape.by == By::Answer { group.count } else { group.asked };
        let Some(list) = group.list else { return Ok(()) };
        let task = reader.task(group.task)?;
        let role = match role_of.get(&group.task) {
            Some(role) => role,
            None => role_of.entry(group.task).or_insert(roles.of(task.process, &task.program)),
        };
        let way = way(&shape.call).filter(|_| shape.errno.is_none());
        let done = Done {
            role,
            count: group.count,
            bytes: if way.is_some() { group.result.max(0) as u64 } else { 0 },
            way,
            decision: shape.decision,
            succeeded: shape.errno.is_none(),
        };
        for access in reader.list(list)?.iter() {
            sums.access(access, &done, &normal, &sockets);
        }
        Ok(())
    })?;
    for (address, host) in reader.hosts()? {
        for peer in sums.network.values_mut().filter(|peer| peer.address == address && peer.direction == "out") {
            peer.hosts.insert(host.clone());
        }
    }
    let mut calls: Vec<Call> = reader
        .calls(&Filter::default())?
        .into_iter()
        .map(|c| Call {
            call: c.call,
            count: c.count,
            errors: c.errors,
            denied: c.denied,
            pretended: c.pretended,
            time_ns: c.total_ns,
        })
        .collect();
    calls.sort_by(|a, b| a.call.cmp(&b.call));
    Ok(Report {
        syswall: 1,
        program: info.run.argv.iter().map(|a| normal.path(Path::new(a))).collect(),
        started: info.run.started,
        ended: info.ended,
        exit: info.exit.map_or(serde_json::Value::Null, json::exit),
        failure: info.failure,
        watch: Some(info.run.watch).filter(|watch| watch == "policy"),
        processes: processes(&rows, &roles, &normal),
        calls,
        files: sums.files.into_values().collect(),
        network: sums.network.into_values().collect(),
        programs: sums.programs.into_values().collect(),
        decisions,
        items: sums.items.into_values().collect(),
    })
}

fn processes(rows: &[crate::recording::ProcessRow], roles: &Roles, normal: &Normal<'_>) -> Vec<Process> {
    let mut out: BTreeMap<String, Process> = BTreeMap::new();
    for row in rows {
        let role = roles.of(row.id, row.program());
        let process = out.entry(role).or_insert_with_key(|role| Process {
            role: role.clone(),
            program: normal.path(row.program()),
            ..Process::default()
        });
        process.count += 1;
        process.calls = process.calls.saturating_add(row.calls);
        process.denied = process.denied.saturating_add(row.denied);
        process.pretended = process.pretended.saturating_add(row.pretended);
    }
    out.into_values().collect()
}
