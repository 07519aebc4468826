//! Rules in the order in which they decide, found without looking at all of them.
//!
//! A rule is filed under one thing that its matches have in common, such as few others have: an exact path, the directory
//! that its glob begins with and its ending, a piece of text in it, a network, a port, an executable, a call, a kind. A
//! case looks only where rules about it can be filed, and there only until something later than what it found already.
//! So the cost hardly grows with the number of rules.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

use ipnet::IpNet;

use super::Ports;
use super::globs::Globs;
use super::matcher::{Case, Compiled, Match, path_of};
use super::rules::Origin;
use crate::syscall::{Kind, Object};

#[cfg(test)]
std::thread_local! {
    /// How many rules were looked at on this thread.
    pub(super) static LOOKS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// A rule in its place.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub compiled: Compiled,
    pub origin: Origin,
    /// Its name in records.
    pub id: Option<Arc<str>>,
}

/// Positions in the order in which they decide.
pub(super) type Positions = Vec<u32>;

/// Rules in the order in which they decide, with the ways to find them.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    entries: Vec<Entry>,
    by_program: HashMap<Vec<u8>, Positions>,
    by_call: HashMap<String, Positions>,
    by_kind: HashMap<Kind, Positions>,
    any: Positions,
    paths: Globs,
    sockets: Globs,
    /// Executables that a pattern stands for.
    programs: Globs,
    addresses: Addresses,
    processes: Positions,
}

/// A range of fewer ports is filed under each of them.
const FEW_PORTS: u16 = 64;
/// So many rules under one path are few.
const FEW: usize = 8;

/// Networks (`None`: any) and ports.
#[derive(Clone, Debug, Default)]
struct Addresses {
    rules: HashMap<Option<IpNet>, ByPort>,
    /// The prefix lengths that occur, of IPv4 and of IPv6.
    lengths: [BTreeSet<u8>; 2],
}

/// Rules about one network.
#[derive(Clone, Debug, Default)]
struct ByPort {
    one: HashMap<u16, Positions>,
    /// Of any port, or of a long range.
    any: Positions,
}

impl Addresses {
    fn insert(&mut self, net: Option<IpNet>, ports: Option<Ports>, position: u32) {
        let net = net.map(|n| n.trunc());
        if let Some(net) = net {
            self.lengths[usize::from(net.addr().is_ipv6())].insert(net.prefix_len());
        }
        let rules = self.rules.entry(net).or_default();
        match ports.filter(|p| p.last.saturating_sub(p.first) < FEW_PORTS) {
            Some(ports) => {
                (ports.first..=ports.last).for_each(|port| rules.one.entry(port).or_default().push(position));
            }
            None => rules.any.push(position),
        }
    }

    fn visit<'a>(&'a self, address: IpAddr, port: u16, visit: &mut impl FnMut(&'a Positions)) {
        if self.rules.is_empty() {
            return;
        }
        let address = address.to_canonical();
        let lengths = &self.lengths[usize::from(address.is_ipv6())];
        let nets = lengths.iter().filter_map(|length| IpNet::new(address, *length).ok().map(|n| Some(n.trunc())));
        for rules in nets.chain([None]).filter_map(|net| self.rules.get(&net)) {
            rules.one.get(&port).into_iter().for_each(&mut *visit);
            visit(&rules.any);
        }
    }
}

/// A rule that decides a case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit<'a> {
    pub entry: &'a Entry,
    /// Whether it matched as far as could be seen only.
    pub unseen: bool,
}

impl Table {
    /// Files `entries`, which stand in the order in which they decide.
    pub fn new(entries: Vec<Entry>) -> Table {
        let mut table = Table::default();
        let mut exact: HashMap<&[u8], usize> = HashMap::new();
        for path in entries.iter().filter_map(|e| e.compiled.path.as_ref()).filter(|p| p.is_exact()) {
            *exact.entry(path.prefix()).or_default() += 1;
        }
        for (position, entry) in entries.iter().enumerate() {
            let path = entry.compiled.path.as_ref();
            let crowded = path.is_some_and(|p| exact.get(p.prefix()).is_some_and(|n| *n > FEW));
            table.file(&entry.compiled, u32::try_from(position).unwrap_or(u32::MAX), crowded);
        }
        [&mut table.paths, &mut table.sockets, &mut table.programs].into_iter().for_each(Globs::finish);
        table.entries = entries;
        table
    }

    /// `crowded`: many rules are about its very path, so that its executable says more, if it has one.
    fn file(&mut self, compiled: &Compiled, position: u32, crowded: bool) {
        let rule = &compiled.rule;
        let program = compiled.program.as_ref().filter(|p| p.is_exact());
        if let Some(program) = program.filter(|_| crowded) {
            self.by_program.entry(program.prefix().to_vec()).or_default().push(position);
        } else if let Some(pattern) = &compiled.path {
            self.paths.insert(pattern, position);
        } else if let Some(pattern) = &compiled.socket {
            self.sockets.insert(pattern, position);
        } else if rule.address.is_some() || rule.port.is_some() {
            self.addresses.insert(rule.address, rule.port, position);
        } else if rule.target.is_some() {
            self.processes.push(position);
        } else if let Some(program) = program {
            self.by_program.entry(program.prefix().to_vec()).or_default().push(position);
        } else if let Some(pattern) = &compiled.program {
            self.programs.insert(pattern, position);
        } else if !rule.calls.is_empty() {
            for (i, call) in rule.calls.iter().enumerate() {
                if !rule.calls[..i].contains(call) {
                    self.by_call.entry(call.clone()).or_default().push(position);
                }
            }
        } else if !rule.kinds.is_empty() {
            for kind in rule.kinds.set().iter() {
                self.by_kind.entry(kind).or_default().push(position);
            }
        } else {
            self.any.push(position);
        }
    }

    /// The rules in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How `entry` decides the case; `None`: it does not.
    pub fn hit<'a>(entry: &'a Entry, case: &Case<'_>) -> Option<Hit<'a>> {
        #[cfg(test)]
        LOOKS.with(|n| n.set(n.get() + 1));
        match entry.compiled.matches(case) {
            Match::Yes => Some(Hit { entry, unseen: false }),
            Match::Unknown if entry.compiled.holds_unseen() => Some(Hit { entry, unseen: true }),
            _ => None,
        }
    }

    /// The first rule, in order, that decides the case. Looks at every rule: what [`Table::first`] must agree with.
    pub fn first_of_all(&self, case: &Case<'_>) -> Option<Hit<'_>> {
        self.entries.iter().find_map(|entry| Table::hit(entry, case))
    }

    /// The first rule, in order, that decides the case.
    pub fn first(&self, case: &Case<'_>) -> Option<Hit<'_>> {
        if case.object() == Some(&Object::Unreadable) || case.gives_another_name() {
            // It can be anything that a rule is about, or hold it.
            return self.first_of_all(case);
        }
        let mut best: Option<(u32, Hit<'_>)> = None;
        let mut visit = |positions: &Positions| {
            for position in positions {
                if best.as_ref().is_some_and(|(found, _)| found <= position) {
                    break;
                }
                let Some(entry) = self.entries.get(*position as usize) else { break };
                if let Some(hit) = Table::hit(entry, case) {
                    best = Some((*position, hit));
                    break;
                }
            }
        };
        visit(&self.any);
        if let Some(access) = case.access {
            self.by_kind.get(&access.kind).into_iter().for_each(&mut visit);
        }
        if !self.by_program.is_empty() || !self.programs.is_empty() {
            for program in case.query.ancestry {
                let program = program.as_os_str().as_bytes();
                self.by_program.get(program).into_iter().for_each(&mut visit);
                self.programs.visit(program, &mut visit);
            }
        }
        self.by_call.get(case.query.call).into_iter().for_each(&mut visit);
        if let Some(path) = path_of(case.object()) {
            self.paths.visit(path.as_os_str().as_bytes(), &mut visit);
        }
        match case.object() {
            Some(Object::Unix { name }) => self.sockets.visit(name.as_bytes(), &mut visit),
            Some(Object::Address { address, port, .. }) => self.addresses.visit(*address, *port, &mut visit),
            Some(Object::Process { .. }) => visit(&self.processes),
            _ => {}
        }
        best.map(|(_, hit)| hit)
    }
}
