//! What a call's pointers lead to and what decides what the call does: paths, addresses, structures of flags. Whoever
//! enforces a decision copies it to where the program cannot change it, and decides about the copy: the kernel reads the
//! same bytes that were looked at (Watson, "Exploiting Concurrency Vulnerabilities in System Call Wrappers", WOOT'07).

use super::access::PATH_MAX;
use super::row::{Show, When};
use super::{Abi, Memory, RawCall, Row};

/// `sizeof(struct sockaddr_storage)`: the kernel refuses longer addresses.
const ADDRESS_MAX: u64 = 128;
/// Most bytes of a structure that is copied: the kernel refuses more than a page (copy_struct_from_user).
const STRUCT_MAX: u64 = 4096;

/// What one pointer of a call leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// The register that holds the pointer (0 to 5).
    pub register: u8,
    /// What is there; `None`: it cannot be read, and must not become readable.
    pub bytes: Option<Vec<u8>>,
    /// Pointers within `bytes`: where, and what they lead to.
    pub inner: Vec<(usize, Vec<u8>)>,
}

impl Pinned {
    fn new(register: u8, bytes: Option<Vec<u8>>) -> Pinned {
        Pinned { register, bytes, inner: Vec::new() }
    }

    /// Bytes that a copy takes, each part at a multiple of 8.
    pub fn size(&self) -> usize {
        let parts = self.bytes.iter().chain(self.inner.iter().map(|(_, bytes)| bytes));
        parts.map(|bytes| bytes.len().next_multiple_of(8)).sum()
    }

    /// Lays the copy out at address `at`, with the pointers within it set, for an ABI with pointers of `word` bytes.
    pub fn lay_out(&self, at: u64, word: usize) -> Vec<u8> {
        let mut out = self.bytes.clone().unwrap_or_default();
        out.resize(out.len().next_multiple_of(8), 0);
        for (offset, bytes) in &self.inner {
            let pointer = (at + out.len() as u64).to_le_bytes();
            if let Some(place) = out.get_mut(*offset..*offset + word) {
                place.copy_from_slice(&pointer[..word]);
            }
            out.extend_from_slice(bytes);
            out.resize(out.len().next_multiple_of(8), 0);
        }
        out
    }
}

fn string(memory: &dyn Memory, at: u64) -> Option<Vec<u8>> {
    match memory.c_string(at, PATH_MAX) {
        Ok(mut bytes) => {
            bytes.push(0);
            Some(bytes)
        }
        // No NUL: too long, whatever comes behind it.
        Err(bytes) if bytes.len() >= PATH_MAX => Some(bytes),
        Err(_) => None,
    }
}

fn exactly(memory: &dyn Memory, at: u64, len: u64) -> Option<Vec<u8>> {
    memory.up_to(at, len as usize).filter(|bytes| bytes.len() as u64 == len)
}

/// A `struct msghdr` with the address that it names.
fn message(memory: &dyn Memory, register: u8, at: u64, abi: Abi) -> Pinned {
    let word = abi.word();
    // name, namelen, iov, iovlen, control, controllen, flags.
    let bytes = exactly(memory, at, if word == 4 { 28 } else { 56 });
    let mut pinned = Pinned::new(register, bytes);
    let Some(header) = &pinned.bytes else { return pinned };
    let number = |from: usize, len: usize| {
        header.get(from..from + len).map_or(0, |b| b.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)))
    };
    let (name, len) = (number(0, word), number(word, 4));
    if name != 0 && len > 0 {
        match exactly(memory, name, len.min(ADDRESS_MAX)) {
            Some(address) => pinned.inner.push((0, address)),
            None => pinned.bytes = None,
        }
    }
    pinned
}

/// Everything behind pointers that decides what `call` does. Empty for most calls. Reads at most some pages.
pub fn pinned(call: &RawCall, row: &Row, memory: &dyn Memory) -> Vec<Pinned> {
    let mut out = Vec::new();
    let args = &call.args;
    for (i, arg) in row.args.iter().enumerate() {
        let register = arg.register.unwrap_or(i as u8);
        let at = args.get(usize::from(register)).copied().unwrap_or(0);
        if matches!(arg.show, Show::Path | Show::Str) && arg.when == When::Entry && at != 0 {
            out.push(Pinned::new(register, string(memory, at)));
        }
    }
    let mut structure = |register: u8, len: u64, most: u64| {
        let at = args[usize::from(register)];
        if at != 0 && (1..=most).contains(&len) {
            out.push(Pinned::new(register, exactly(memory, at, len)));
        }
    };
    match row.name {
        "connect" | "bind" => structure(1, u64::from(args[2] as u32), ADDRESS_MAX),
        "sendto" => structure(4, u64::from(args[5] as u32), ADDRESS_MAX),
        "openat2" => structure(2, args[3], STRUCT_MAX),
        "clone3" => structure(0, args[1], STRUCT_MAX),
        "mq_open" | "mq_unlink" if args[0] != 0 => out.push(Pinned::new(0, string(memory, args[0]))),
        // Of sendmmsg only the first message is pinned: whoever does it makes the call a sendmsg.
        "sendmsg" | "sendmmsg" if args[1] != 0 => out.push(message(memory, 1, args[1], call.abi)),
        _ => {}
    }
    out
}

/// An address that no task of `abi` can ever make readable: a pointer that could not be followed stays so.
pub const fn never_readable(abi: Abi) -> u64 {
    match abi {
        // IA32_PAGE_OFFSET (arch/x86/include/asm/page_64_types.h) is the end of a 32-bit task's memory.
        Abi::I386 => 0xffff_f000,
        Abi::X86_64 | Abi::X32 | Abi::Aarch64 => 0xffff_ffff_ffff_f000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syscall::{LocalMemory, lookup_name};

    fn call(name: &str, nr: u64, args: [u64; 6]) -> (RawCall, &'static Row) {
        let call = RawCall { abi: Abi::X86_64, nr, args };
        assert_eq!(call.name(), Some(name));
        (call, lookup_name(name).expect("a row"))
    }

    #[test]
    fn both_names_of_a_rename_are_copied_with_their_ends() {
        let memory = LocalMemory::new(vec![(0x1000, b"old\0more".to_vec()), (0x2000, b"new\0".to_vec())]);
        let (raw, row) = call("rename", 82, [0x1000, 0x2000, 0, 0, 0, 0]);
        let found = pinned(&raw, row, &memory);
        let bytes: Vec<_> = found.iter().map(|p| (p.register, p.bytes.as_deref())).collect();
        assert_eq!(bytes, [(0, Some(b"old\0".as_slice())), (1, Some(b"new\0".as_slice()))]);
    }

    #[test]
    fn what_cannot_be_read_is_kept_unreadable_and_null_stays_null() {
        let (raw, row) = call("rename", 82, [0x1000, 0, 0, 0, 0, 0]);
        let found = pinned(&raw, row, &LocalMemory::default());
        assert_eq!(found, [Pinned::new(0, None)]);
        assert_eq!(found[0].size(), 0);
    }

    #[test]
    fn a_message_points_to_the_copy_of_its_address() {
        let mut header = vec![0; 56];
        header[..8].copy_from_slice(&0x5000u64.to_le_bytes());
        header[8..12].copy_from_slice(&16u32.to_le_bytes());
        let memory = LocalMemory::new(vec![(0x1000, header), (0x5000, vec![7; 16])]);
        let (raw, row) = call("sendmsg", 46, [3, 0x1000, 0, 0, 0, 0]);
        let found = pinned(&raw, row, &memory);
        assert_eq!(found[0].size(), 56 + 16);
        let copy = found[0].lay_out(0x9000, 8);
        assert_eq!(copy[..8], (0x9000u64 + 56).to_le_bytes());
        assert_eq!(copy[56..], [7; 16]);
    }
}
