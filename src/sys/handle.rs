//! What a file handle (name_to_handle_at(2)) stands for.

use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use nix::errno::Errno;

/// `MAX_HANDLE_SZ` (linux/exportfs.h), and the two integers before it.
pub const HANDLE_MAX: usize = 8 + 128;

/// Finds what the `struct file_handle` in `handle` (its length, its type, its bytes) names on the file system of
/// `mount`; not to read it (O_PATH). EINVAL: it is too short or too long. EPERM: this process may not.
pub fn open_handle(mount: BorrowedFd<'_>, handle: &[u8]) -> nix::Result<OwnedFd> {
    #[repr(C, align(8))]
    struct Handle([u8; HANDLE_MAX]);
    let mut own = Handle([0; HANDLE_MAX]);
    let said = handle.first_chunk::<4>().map_or(usize::MAX, |b| u32::from_le_bytes(*b) as usize);
    if handle.len() > HANDLE_MAX || said.checked_add(8).is_none_or(|len| len > handle.len()) {
        return Err(Errno::EINVAL);
    }
    own.0[..handle.len()].copy_from_slice(handle);
    // SAFETY: `own` lives through the call, is aligned, and holds as many bytes as it says.
    let fd = unsafe {
        libc::syscall(
            libc::SYS_open_by_handle_at,
            mount.as_raw_fd(),
            own.0.as_mut_ptr(),
            libc::O_PATH | libc::O_CLOEXEC,
        )
    };
    let fd = Errno::result(fd)?;
    // SAFETY: the kernel has just made this descriptor for us; nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}
