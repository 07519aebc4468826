//! With whom a socket speaks: reads and writes only name the socket, `socket:[123]`; connect(2) and accept(2) say the rest.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::recording::{Call, Event, Filter, ProcessRow, Reader, RecordingError, What};
use crate::syscall::{Kind, Object, Transport};

/// EINPROGRESS: connect(2) goes on by itself.
const IN_PROGRESS: i32 = 115;
/// How far up the tree a descriptor's opener is looked for.
const GENERATIONS: usize = 8;
/// Events are read in portions of this many.
const PORTION: usize = 50_000;

/// A connection: from which event on, which way, with whom.
struct Opened {
    seq: u64,
    direction: &'static str,
    with: Object,
}

/// The connections of a run.
#[derive(Default)]
pub struct Sockets {
    accepted: Vec<(i32, Object)>,
    by_name: HashMap<String, (&'static str, Object)>,
}

impl Sockets {
    /// Looks for them in the recording.
    pub fn of(reader: &Reader, processes: &[ProcessRow]) -> Result<Sockets, RecordingError> {
        let mut sockets = Sockets::default();
        let mut opened: HashMap<(i32, i32), Vec<Opened>> = HashMap::new();
        let mut at = 0;
        let connections = Filter::calls(&["connect", "accept", "accept4"]);
        loop {
            let events = reader.after(&connections, at, PORTION)?;
            let Some(last) = events.last() else { break };
            at = last.seq;
            for event in events {
                let What::Call(call) = &event.what else { continue };
                let Some((fd, direction, with)) = connection(call) else { continue };
                if direction == "in" {
                    sockets.accepted.push((event.pid, with.clone()));
                }
                opened.entry((event.pid, fd)).or_default().push(Opened { seq: event.seq, direction, with });
            }
        }
        if opened.is_empty() {
            return Ok(sockets);
        }
        let pid_of: HashMap<i64, i32> = processes.iter().map(|p| (p.id, p.pid)).collect();
        let parents: HashMap<i32, i32> =
            processes.iter().filter_map(|p| Some((p.pid, *pid_of.get(&p.parent?)?))).collect();
        for sample in reader.samples(false)? {
            let Some(list) = sample.list else { continue };
            let list = reader.list(list)?;
            let Some(name) = list.iter().find_map(|a| match (&a.kind, &a.object) {
                (Kind::Descriptor, Some(Object::Descriptor { text })) if text.starts_with("socket:[") => Some(text),
                _ => None,
            }) else {
                continue;
            };
            if !sockets.by_name.contains_key(name)
                && let Some(event) = reader.event(sample.seq)?
                && let Some(found) = opener(&event, &opened, &parents)
            {
                sockets.by_name.insert(name.clone(), (found.direction, found.with.clone()));
            }
        }
        Ok(sockets)
    }

    /// Which way, and with whom the socket `socket:[123]` speaks.
    pub fn peer(&self, name: &str) -> Option<(&'static str, &Object)> {
        self.by_name.get(name).map(|(direction, with)| (*direction, with))
    }

    /// Who was let in, by the PID of who let them in.
    pub fn accepted(&self) -> impl Iterator<Item = (i32, &Object)> {
        self.accepted.iter().map(|(pid, object)| (*pid, object))
    }
}

/// The descriptor, which way and with whom, if the call made a connection.
fn connection(call: &Call) -> Option<(i32, &'static str, Object)> {
    if &*call.name == "connect" {
        let made = call.result == Some(0) || call.errno == Some(IN_PROGRESS);
        let fd = call.args.args().next()?.parse().ok()?;
        let with = call.accesses.iter().find(|a| a.kind == Kind::NetworkConnect)?.object.clone()?;
        return made.then_some((fd, "out", with));
    }
    let fd = call.result? as i32;
    Some((fd, "in", caller(call.args.args().nth(1)?)))
}

/// Who was accepted, from the address as it is rendered.
fn caller(text: &str) -> Object {
    // The kernel filled it, so the first quoted text in it is the address.
    let quoted = text.split('"').nth(1).and_then(|a| a.parse::<IpAddr>().ok());
    match quoted {
        Some(address) => {
            let address = match address {
                IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
                v4 => v4,
            };
            Object::Address { transport: Transport::Tcp, address, port: 0 }
        }
        None => Object::Unix { name: "".into() },
    }
}

/// The connection that the event's descriptor (its first argument) stands for: made in its process or inherited.
fn opener<'a>(
    event: &Event,
    opened: &'a HashMap<(i32, i32), Vec<Opened>>,
    parents: &HashMap<i32, i32>,
) -> Option<&'a Opened> {
    let What::Call(call) = &event.what else { return None };
    let fd: i32 = call.args.args().next()?.parse().ok()?;
    let mut pid = event.pid;
    for _ in 0..GENERATIONS {
        let found = opened.get(&(pid, fd)).and_then(|all| all.iter().rev().find(|o| o.seq < event.seq));
        if found.is_some() {
            return found;
        }
        pid = *parents.get(&pid)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::caller;
    use crate::syscall::{Object, Transport};

    #[test]
    fn callers_are_read_from_their_rendered_address() {
        let tcp = |a: &str| Object::Address { transport: Transport::Tcp, address: a.parse().unwrap(), port: 0 };
        let v4 = "{sa_family=AF_INET, sin_port=htons(43376), sin_addr=inet_addr(\"127.0.0.1\")}";
        assert_eq!(caller(v4), tcp("127.0.0.1"));
        let v6 = "{sa_family=AF_INET6, sin6_port=htons(1), inet_pton(AF_INET6, \"::ffff:10.0.0.1\", &sin6_addr)}";
        assert_eq!(caller(v6), tcp("10.0.0.1"));
        assert_eq!(caller("{sa_family=AF_UNIX}"), Object::Unix { name: "".into() });
        assert_eq!(caller("NULL"), Object::Unix { name: "".into() });
    }
}
