//! Harmless things that pretended sockets really are, so that the kernel itself answers what nobody could make up: poll,
//! epoll, waiting, the end of a connection.
//!
//! All of it is done to a copy of the program's descriptor, in calls of Syswall's own. Where it fails (another network
//! namespace, no loopback), the pretence is a plainer one, see `fakes`.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, SockaddrIn, SockaddrIn6, SockaddrLike, SockaddrStorage, UnixAddr,
    accept, connect as connect_to, getsockname, listen as listen_on, socket,
};
use nix::sys::socket::{bind as bind_to, getsockopt, sockopt};

use crate::sys::{copy_descriptor, refuse_all};

/// How long connecting to a socket of Syswall's own may take, in ms. The kernel does it at once.
const AT_ONCE: u16 = 50;

/// An address that leads nowhere from outside this computer, with a free port or name.
fn nowhere(family: AddressFamily) -> nix::Result<Box<dyn SockaddrLike>> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    Ok(match family {
        AddressFamily::Inet => Box::new(SockaddrIn::new(127, 0, 0, 1, 0)),
        AddressFamily::Inet6 => {
            Box::new(SockaddrIn6::from(std::net::SocketAddrV6::new(std::net::Ipv6Addr::LOCALHOST, 0, 0, 0)))
        }
        AddressFamily::Unix => {
            let name = format!("syswall-nowhere-{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed));
            Box::new(UnixAddr::new_abstract(name.as_bytes())?)
        }
        _ => return Err(Errno::EAFNOSUPPORT),
    })
}

fn family(fd: &OwnedFd) -> nix::Result<AddressFamily> {
    let address: SockaddrStorage = getsockname(fd.as_raw_fd())?;
    address.family().ok_or(Errno::EAFNOSUPPORT)
}

/// Connects descriptor `fd` of process `pid` to a socket that is closed at once: everything is at its end, as it would
/// be with a server that has nothing to say. Whether that is so now.
pub(super) fn connect(pid: i32, fd: i32) -> bool {
    copy_descriptor(pid, fd).and_then(|copy| connect_nowhere(&copy)).is_ok()
}

fn connect_nowhere(fd: &OwnedFd) -> nix::Result<()> {
    if getsockopt(fd, sockopt::SockType)? == SockType::Datagram {
        // Nothing arrives, and that is what the kernel says of one that is not connected.
        return Err(Errno::EOPNOTSUPP);
    }
    let (family, kind) = (family(fd)?, getsockopt(fd, sockopt::SockType)?);
    let listener = socket(family, kind, SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK, None)?;
    bind_to(listener.as_raw_fd(), &*nowhere(family)?)?;
    listen_on(&listener, Backlog::new(1)?)?;
    let address: SockaddrStorage = getsockname(listener.as_raw_fd())?;
    // The tracer must not wait, whatever a firewall does to the loopback.
    let flags = OFlag::from_bits_retain(fcntl(fd, FcntlArg::F_GETFL)?);
    fcntl(fd, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
    let connected = match connect_to(fd.as_raw_fd(), &address) {
        Err(Errno::EINPROGRESS) => {
            let mut wait = [PollFd::new(fd.as_fd(), PollFlags::POLLOUT)];
            match poll(&mut wait, PollTimeout::from(AT_ONCE)) {
                Ok(1) => Ok(()),
                _ => Err(Errno::ETIMEDOUT),
            }
        }
        result => result,
    };
    fcntl(fd, FcntlArg::F_SETFL(flags))?;
    connected?;
    let peer = accept(listener.as_raw_fd())?;
    // Closing ends it in an orderly way: what the program reads is the end.
    nix::unistd::close(peer)
}

/// Binds descriptor `fd` of process `pid` where nobody from outside can reach it, and lets nobody in. Whether that is
/// so now.
pub(super) fn bind(pid: i32, fd: i32) -> bool {
    copy_descriptor(pid, fd).and_then(|copy| bind_nowhere(&copy)).is_ok()
}

fn bind_nowhere(fd: &OwnedFd) -> nix::Result<()> {
    let family = family(fd)?;
    refuse_all(fd)?;
    bind_to(fd.as_raw_fd(), &*nowhere(family)?)
}

/// Makes descriptor `fd` of process `pid` listen to nobody. Whether that is so now.
pub(super) fn listen(pid: i32, fd: i32, backlog: i32) -> bool {
    copy_descriptor(pid, fd).and_then(|copy| listen_to_nobody(&copy, backlog)).is_ok()
}

fn listen_to_nobody(fd: &OwnedFd, backlog: i32) -> nix::Result<()> {
    refuse_all(fd)?;
    let address: SockaddrStorage = getsockname(fd.as_raw_fd())?;
    let port = match (address.as_sockaddr_in(), address.as_sockaddr_in6()) {
        (Some(address), _) => address.port(),
        (_, Some(address)) => address.port(),
        _ => 1,
    };
    if port == 0 {
        bind_nowhere(fd)?;
    }
    listen_on(fd, Backlog::new(backlog.clamp(1, 128))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(kind: SockType, family: AddressFamily) -> OwnedFd {
        socket(family, kind, SockFlag::SOCK_CLOEXEC, None).unwrap()
    }

    #[test]
    fn nobody_can_connect_to_a_decoy_that_listens() {
        for bound in [true, false] {
            let server = own(SockType::Stream, AddressFamily::Inet);
            if bound {
                bind_nowhere(&server).unwrap();
            }
            listen_to_nobody(&server, 5).unwrap();
            let address: SockaddrStorage = getsockname(server.as_raw_fd()).unwrap();
            let name = address.as_sockaddr_in().unwrap();
            assert!(name.ip().is_loopback() && name.port() != 0, "{name}");
            let client = own(SockType::Stream, AddressFamily::Inet);
            fcntl(&client, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
            assert_eq!(connect_to(client.as_raw_fd(), &address), Err(Errno::EINPROGRESS));
            let mut wait = [PollFd::new(client.as_fd(), PollFlags::POLLOUT)];
            assert_eq!(poll(&mut wait, PollTimeout::from(300u16)), Ok(0), "it is connected, or refused");
        }
    }

    #[test]
    fn a_connected_decoy_is_at_its_end_and_leaves_modes_alone() {
        for family in [AddressFamily::Inet, AddressFamily::Inet6, AddressFamily::Unix] {
            let client = own(SockType::Stream, family);
            match connect_nowhere(&client) {
                // A machine without IPv6.
                Err(Errno::EADDRNOTAVAIL | Errno::EAFNOSUPPORT) if family == AddressFamily::Inet6 => continue,
                result => result.unwrap(),
            }
            assert_eq!(nix::unistd::read(&client, &mut [0; 8]), Ok(0));
            let flags = OFlag::from_bits_retain(fcntl(&client, FcntlArg::F_GETFL).unwrap());
            assert!(!flags.contains(OFlag::O_NONBLOCK));
        }
        assert!(connect_nowhere(&own(SockType::Datagram, AddressFamily::Inet)).is_err());
    }
}
