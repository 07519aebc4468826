//! Looking at a descriptor of a traced process by taking a copy of it (pidfd_getfd(2), Linux 5.6).

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use nix::errno::Errno;

/// What a socket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketInfo {
    /// AF_….
    pub family: i32,
    /// SOCK_….
    pub kind: i32,
    /// Protocol.
    pub protocol: i32,
}

fn own(fd: libc::c_long) -> nix::Result<OwnedFd> {
    let fd = Errno::result(fd)?;
    // SAFETY: the kernel has just made this descriptor for us; nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

/// A copy of descriptor `fd` of process `pid` (a thread group's ID).
fn copy(pid: i32, fd: i32) -> nix::Result<OwnedFd> {
    // SAFETY: pidfd_open takes two numbers.
    let pidfd = own(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) })?;
    // SAFETY: pidfd_getfd takes three numbers.
    own(unsafe { libc::syscall(libc::SYS_pidfd_getfd, pidfd.as_raw_fd(), fd, 0) })
}

fn option(fd: &OwnedFd, name: i32) -> nix::Result<i32> {
    let mut value: i32 = 0;
    let mut len = size_of::<i32>() as libc::socklen_t;
    // SAFETY: `value` and `len` are live and of the size that these options have.
    let result =
        unsafe { libc::getsockopt(fd.as_raw_fd(), libc::SOL_SOCKET, name, (&raw mut value).cast(), &raw mut len) };
    Errno::result(result).map(|_| value)
}

/// The address that socket `fd` of process `pid` is connected to, as `struct sockaddr`. ENOTCONN: to none.
pub fn socket_peer(pid: i32, fd: i32) -> nix::Result<Vec<u8>> {
    let fd = copy(pid, fd)?;
    let mut address = vec![0u8; size_of::<libc::sockaddr_storage>()];
    let mut len = address.len() as libc::socklen_t;
    // SAFETY: `address` has `len` bytes and both live through the call.
    let result = unsafe { libc::getpeername(fd.as_raw_fd(), address.as_mut_ptr().cast(), &raw mut len) };
    Errno::result(result)?;
    address.truncate(len as usize);
    Ok(address)
}

/// Family, type and protocol of socket `fd` of process `pid`. ENOTSOCK for anything else.
pub fn socket_info(pid: i32, fd: i32) -> nix::Result<SocketInfo> {
    let fd = copy(pid, fd)?;
    Ok(SocketInfo {
        family: option(&fd, libc::SO_DOMAIN)?,
        kind: option(&fd, libc::SO_TYPE)?,
        protocol: option(&fd, libc::SO_PROTOCOL)?,
    })
}
