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
pub fn copy_descriptor(pid: i32, fd: i32) -> nix::Result<OwnedFd> {
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
    let fd = copy_descriptor(pid, fd)?;
    let mut address = vec![0u8; size_of::<libc::sockaddr_storage>()];
    let mut len = address.len() as libc::socklen_t;
    // SAFETY: `address` has `len` bytes and both live through the call.
    let result = unsafe { libc::getpeername(fd.as_raw_fd(), address.as_mut_ptr().cast(), &raw mut len) };
    Errno::result(result)?;
    address.truncate(len as usize);
    Ok(address)
}

/// Makes socket `fd` drop whatever arrives, connections too, and keeps its owner from changing that (socket(7),
/// SO_ATTACH_FILTER and SO_LOCK_FILTER). Where the kernel leaves filters to the privileged, TCP connections are dropped
/// by their hop limit instead, which nobody sets so high by chance; what is sent to other sockets then still arrives.
pub fn refuse_all(fd: &OwnedFd) -> nix::Result<()> {
    // A program of one instruction: keep 0 bytes.
    let mut drop_all = [libc::sock_filter { code: (libc::BPF_RET | libc::BPF_K) as u16, jt: 0, jf: 0, k: 0 }];
    let program = libc::sock_fprog { len: 1, filter: drop_all.as_mut_ptr() };
    let set = |level: i32, name: i32, value: *const libc::c_void, len: usize| {
        // SAFETY: `value` points to a live object of `len` bytes of the type that the option takes, and what that
        // points to is live too.
        let result = unsafe { libc::setsockopt(fd.as_raw_fd(), level, name, value, len as libc::socklen_t) };
        Errno::result(result).map(drop)
    };
    let lock: i32 = 1;
    let attach = (&raw const program).cast();
    match set(libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, attach, size_of::<libc::sock_fprog>()) {
        // It is locked already: by an earlier call of this.
        Err(Errno::EPERM) if option(fd, libc::SO_LOCK_FILTER) == Ok(1) => return Ok(()),
        Err(Errno::EPERM) => {
            let most = 255i32;
            let (level, name) = match option(fd, libc::SO_DOMAIN)? {
                libc::AF_INET => (libc::IPPROTO_IP, libc::IP_MINTTL),
                // linux/in6.h; libc has no name for it.
                libc::AF_INET6 => (libc::IPPROTO_IPV6, 73),
                _ => return Ok(()),
            };
            return set(level, name, (&raw const most).cast(), size_of::<i32>());
        }
        result => result?,
    }
    set(libc::SOL_SOCKET, libc::SO_LOCK_FILTER, (&raw const lock).cast(), size_of::<i32>())
}

/// Family, type and protocol of socket `fd` of process `pid`. ENOTSOCK for anything else.
pub fn socket_info(pid: i32, fd: i32) -> nix::Result<SocketInfo> {
    let fd = copy_descriptor(pid, fd)?;
    Ok(SocketInfo {
        family: option(&fd, libc::SO_DOMAIN)?,
        kind: option(&fd, libc::SO_TYPE)?,
        protocol: option(&fd, libc::SO_PROTOCOL)?,
    })
}

/// The `struct sockaddr` that socket `fd` of process `pid` is bound to, as getsockname(2) gives it.
pub fn socket_name(pid: i32, fd: i32) -> nix::Result<Vec<u8>> {
    let fd = copy_descriptor(pid, fd)?;
    let mut name = [0u8; size_of::<libc::sockaddr_storage>()];
    let mut len = name.len() as libc::socklen_t;
    // SAFETY: `name` is live and `len` is its length; the kernel writes no more.
    let result = unsafe { libc::getsockname(fd.as_raw_fd(), name.as_mut_ptr().cast(), &raw mut len) };
    Errno::result(result)?;
    Ok(name[..(len as usize).min(name.len())].to_vec())
}
