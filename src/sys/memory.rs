//! Reading and writing the memory of a stopped task.

use nix::sys::uio::{RemoteIoVec, process_vm_readv, process_vm_writev};
use nix::unistd::Pid;
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

impl Memory for RemoteMemory {
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
