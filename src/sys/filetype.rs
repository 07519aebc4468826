//! What kind of file something is, without ever waiting for whoever serves its file system.

use std::ffi::CString;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::sys::stat::SFlag;

/// statx(2) with AT_STATX_DONT_SYNC: a FUSE server may be the very program that is traced, and would never answer.
fn statx(dir: i32, path: &CString, flags: i32) -> nix::Result<libc::statx> {
    let mut buf = std::mem::MaybeUninit::<libc::statx>::zeroed();
    // SAFETY: `path` is NUL-terminated and lives through the call; `buf` has room for one statx.
    let result = unsafe {
        libc::statx(dir, path.as_ptr(), flags | libc::AT_STATX_DONT_SYNC, libc::STATX_BASIC_STATS, buf.as_mut_ptr())
    };
    Errno::result(result)?;
    // SAFETY: it was zeroed, and every bit pattern is a valid statx.
    Ok(unsafe { buf.assume_init() })
}

fn kind(found: libc::statx) -> SFlag {
    SFlag::from_bits_truncate(u32::from(found.stx_mode) & SFlag::S_IFMT.bits())
}

/// The type of what `fd` (also an O_PATH one) is open on.
pub fn file_type(fd: &OwnedFd) -> nix::Result<SFlag> {
    statx(fd.as_raw_fd(), &CString::default(), libc::AT_EMPTY_PATH).map(kind)
}

/// The type of what `path` names, links followed. For links in /proc/PID/fd, whose walk cannot wait for anybody.
pub fn file_type_at(path: &Path) -> nix::Result<SFlag> {
    let path = CString::new(path.as_os_str().as_bytes()).map_err(|_| Errno::EINVAL)?;
    statx(libc::AT_FDCWD, &path, 0).map(kind)
}

/// Whose it is, and its mode with the bits of its type. For links in /proc/PID/fd.
pub fn file_owner_at(path: &Path) -> nix::Result<(u32, u32)> {
    let path = CString::new(path.as_os_str().as_bytes()).map_err(|_| Errno::EINVAL)?;
    statx(libc::AT_FDCWD, &path, 0).map(|found| (found.stx_uid, u32::from(found.stx_mode)))
}
