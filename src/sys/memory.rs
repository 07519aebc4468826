//! Reading and writing the memory of a stopped task.

use nix::sys::uio::{RemoteIoVec, process_vm_readv, process_vm_writev};
use nix::unistd::Pid;
use std::ffi::CStr;
use std::io::{IoSlice, IoSliceMut};

use crate::syscall::Memory;

const PAGE: u64 = 4096;

/// The memory of one stopped task.
#[derive(Clone, Copy, Debug)]
pub struct RemoteMemory {
    tid: i32,
}

impl RemoteMemory {
    /// The memory of `tid`.
    pub fn new(tid: i32) -> RemoteMemory {
        RemoteMemory { tid }
    }

    /// Writes all of `bytes` at `addr`, or fails.
    pub fn write(&self, addr: u64, bytes: &[u8]) -> nix::Result<()> {
        let remote = [RemoteIoVec { base: addr as usize, len: bytes.len() }];
        let written = process_vm_writev(Pid::from_raw(self.tid), &[IoSlice::new(bytes)], &remote)?;
        if written == bytes.len() { Ok(()) } else { Err(nix::errno::Errno::EFAULT) }
    }
}

/// Tries mseal(2) on nothing. ENOSYS: this kernel (before 6.10) does not know it.
pub fn seal_nothing() -> nix::Result<()> {
    /// One number on every machine; libc has no name for it on all of them.
    const MSEAL: libc::c_long = 462;
    // SAFETY: three numbers; no memory is named.
    nix::errno::Errno::result(unsafe { libc::syscall(MSEAL, 0, 0, 0) }).map(drop)
}

impl Memory for RemoteMemory {
    fn interface_name(&self, index: u32) -> Option<String> {
        let mut name = [0u8; libc::IF_NAMESIZE];
        // SAFETY: if_indextoname(3) writes at most IF_NAMESIZE bytes, NUL included, into the buffer of that size.
        let found = unsafe { libc::if_indextoname(index, name.as_mut_ptr().cast()) };
        let name = CStr::from_bytes_until_nul(&name).ok().filter(|_| !found.is_null())?;
        Some(name.to_string_lossy().into_owned())
    }

    fn netlink_protocol(&self, fd: i32) -> Option<u32> {
        // The inode of `socket:[123]` stands in the last column, the protocol in the second.
        let link = std::fs::read_link(format!("/proc/{}/fd/{fd}", self.tid)).ok()?;
        let inode = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
        let table = std::fs::read_to_string(format!("/proc/{}/net/netlink", self.tid)).ok()?;
        let row = table.lines().skip(1).find(|line| line.split_whitespace().next_back() == Some(inode))?;
        row.split_whitespace().nth(1)?.parse().ok()
    }

    fn read(&self, addr: u64, buf: &mut [u8]) -> usize {
        // A remote vector that ends in an unmapped page fails whole: one vector a page gives what is there.
        let mut remote: Vec<RemoteIoVec> = Vec::with_capacity(2 + buf.len() / PAGE as usize);
        let mut at = addr;
        let mut left = buf.len();
        while left > 0 {
            let len = left.min((PAGE - at % PAGE) as usize);
            remote.push(RemoteIoVec { base: at as usize, len });
            left -= len;
            let Some(next) = at.checked_add(len as u64) else { break };
            at = next;
        }
        // IOV_MAX is 1024; no decoder reads 4 MiB at once.
        remote.truncate(1024);
        process_vm_readv(Pid::from_raw(self.tid), &mut [IoSliceMut::new(buf)], &remote).unwrap_or(0)
    }
}
