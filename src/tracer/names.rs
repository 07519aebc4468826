//! Host names: what the program itself was told that an address is called.
//!
//! Read from the answers that it receives from the name servers it asks. Whoever answers can lie, and the program can
//! ask a server of its own: so a name is shown as the program's word, beside the address, and decides nothing.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

use super::engine::Engine;
use super::task::{InCall, Plan};
use crate::sys::RemoteMemory;
use crate::syscall::decode::dns::{Answer, dns, resolved};
use crate::syscall::decode::iovec::gather;
use crate::syscall::rows::network_message::{iov_of, mmsghdr_size};
use crate::syscall::{Access, Kind, Memory, Object, Outcome, RawCall};

/// Addresses whose names are remembered; the oldest go first.
const MOST_NAMES: usize = 4096;
/// Sockets to name servers that are remembered.
const MOST_SOCKETS: usize = 1024;
/// The largest answer that is read: the longest DNS message.
const ANSWER: usize = 65_535;
/// DNS, multicast DNS, LLMNR.
const PORTS: [u16; 3] = [53, 5353, 5355];
/// The socket of systemd-resolved, which nss-resolve(8) asks.
const RESOLVED: &[u8] = b"/run/systemd/resolve/io.systemd.Resolve";

/// How a name server answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaks {
    Dns,
    Resolved,
}

/// What the program was told.
#[derive(Default)]
pub(super) struct Names {
    /// Sockets to name servers, by their link in /proc/PID/fd: it survives dup and fork.
    sockets: HashMap<String, Speaks>,
    names: HashMap<IpAddr, Arc<str>>,
    order: VecDeque<IpAddr>,
}

impl Names {
    /// What the program was last told the address is called.
    pub fn of(&self, address: IpAddr) -> Option<Arc<str>> {
        self.names.get(&address).cloned()
    }

    /// The same for the first internet address in `accesses`.
    pub fn of_first(&self, accesses: &[Access]) -> Option<Arc<str>> {
        if self.names.is_empty() {
            return None;
        }
        accesses
            .iter()
            .find_map(|access| match access.object {
                Some(Object::Address { address, .. }) => Some(address),
                _ => None,
            })
            .and_then(|address| self.of(address))
    }

    fn add(&mut self, answer: Answer) {
        let name: Arc<str> = answer.name.into();
        for address in answer.addresses {
            if self.names.insert(address, Arc::clone(&name)).is_none() {
                self.order.push_back(address);
            }
        }
        while self.order.len() > MOST_NAMES {
            if let Some(oldest) = self.order.pop_front() {
                self.names.remove(&oldest);
            }
        }
    }
}

/// What whoever is spoken to by `access` speaks, if it is a name server.
fn name_server(access: &Access) -> Option<Speaks> {
    if !matches!(access.kind, Kind::NetworkConnect | Kind::NetworkSend) {
        return None;
    }
    match access.object.as_ref()? {
        Object::Address { port, .. } if PORTS.contains(port) => Some(Speaks::Dns),
        Object::Unix { name } if name.as_bytes() == RESOLVED => Some(Speaks::Resolved),
        _ => None,
    }
}

/// The messages that the ended `call` received.
fn received(call: &RawCall, memory: &dyn Memory, outcome: Outcome) -> Vec<Vec<u8>> {
    let arg = |i: usize| call.args[i];
    let length = usize::try_from(outcome.value).unwrap_or(0).min(ANSWER);
    let message =
        |at: u64, length: usize| iov_of(call, memory, at).map(|(iov, count)| gather(call, memory, iov, count, length));
    match call.name() {
        Some("read" | "recv" | "recvfrom") => memory.up_to(arg(1), length).into_iter().collect(),
        Some("readv") => vec![gather(call, memory, arg(1), arg(2), length)],
        Some("recvmsg") => message(arg(1), length).into_iter().collect(),
        Some("recvmmsg" | "recvmmsg_time64") => {
            let size = mmsghdr_size(call) as u64;
            let one = |n: u64| {
                let at = arg(1).wrapping_add(n * size);
                let length = memory.u32(at.wrapping_add(size - call.abi.word() as u64))? as usize;
                message(at, length.min(ANSWER))
            };
            (0..length.min(16) as u64).filter_map(one).collect()
        }
        _ => Vec::new(),
    }
}

impl Engine {
    /// Learns names from what a call that has ended received.
    pub fn learn_names(&mut self, tid: i32, call: &InCall, outcome: Outcome) {
        if !matches!(call.plan, Plan::Pass) {
            return;
        }
        if let Some(speaks) = call.accesses.iter().find_map(name_server) {
            let link = std::fs::read_link(format!("/proc/{tid}/fd/{}", call.raw.args[0] as i32));
            if let Ok(link) = link
                && self.names.sockets.len() < MOST_SOCKETS
            {
                self.names.sockets.insert(link.to_string_lossy().into_owned(), speaks);
            }
            return;
        }
        if self.names.sockets.is_empty() || outcome.error || outcome.value <= 0 {
            return;
        }
        let Some(Access { object: Some(Object::Descriptor { text }), .. }) = call.accesses.first() else { return };
        let Some(speaks) = self.names.sockets.get(text).copied() else { return };
        for bytes in received(&call.raw, &RemoteMemory::new(tid), outcome) {
            let answer = match speaks {
                Speaks::Dns => dns(&bytes),
                Speaks::Resolved => resolved(&bytes),
            };
            if let Some(answer) = answer {
                self.names.add(answer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_names_are_forgotten_first() {
        let mut names = Names::default();
        let address = |n: usize| IpAddr::from((n as u32 + 0x0a00_0000).to_be_bytes());
        for n in 0..=MOST_NAMES {
            names.add(Answer { name: format!("{n}.test"), addresses: vec![address(n)] });
        }
        assert_eq!(names.of(address(0)), None);
        assert_eq!(names.of(address(1)).as_deref(), Some("1.test"));
        assert_eq!((names.names.len(), names.order.len()), (MOST_NAMES, MOST_NAMES));
    }

    #[test]
    fn the_last_answer_counts() {
        let mut names = Names::default();
        for name in ["old.test", "new.test"] {
            names.add(Answer { name: name.into(), addresses: vec![[10, 0, 0, 1].into()] });
        }
        assert_eq!(names.of([10, 0, 0, 1].into()).as_deref(), Some("new.test"));
        assert_eq!(names.order.len(), 1);
    }
}
