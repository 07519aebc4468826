//! i386's `socketcall` and `ipc`: one number for many calls, told apart by the first argument. Their inner calls are
//! what everybody means, so that the tracer puts those in their place at the entry, before it looks up a row.

use super::{Abi, Memory, RawCall};

/// Numbers of inner calls that i386 has no number of its own for start here: beyond what a 32-bit register holds, so
/// that no program can ask for one.
const OWN: u64 = 1 << 32;

/// Inner calls without a number of their own.
const OWN_NAMES: [&str; 7] = ["accept", "send", "recv", "semop", "semtimedop", "shmat", "semctl"];

/// The call behind a number that [`demultiplex`] made up.
pub(super) fn own_name(nr: u64) -> Option<&'static str> {
    OWN_NAMES.get(usize::try_from(nr.checked_sub(OWN)?).ok()?).copied()
}

/// Where the kernel puts the result of a call of i386's `ipc` that returns an address; `None` for all others.
pub fn result_pointer(call: &RawCall) -> Option<u64> {
    (call.nr == own(5)).then_some(call.args[3])
}

/// Whether `call` is one that [`demultiplex`] took out of another and that has no number of its own.
pub fn is_inner(call: &RawCall) -> bool {
    call.nr >= OWN
}

const fn own(index: u64) -> u64 {
    OWN + index
}

/// i386 numbers of the two (arch/x86/entry/syscalls/syscall_32.tbl).
const SOCKETCALL: u64 = 102;
const IPC: u64 = 117;

/// What `socketcall` numbers (linux/net.h) stand for: i386's own number, and how many arguments.
const SOCKET_CALLS: [(u64, usize); 20] = [
    (359, 3),    // socket
    (361, 3),    // bind
    (362, 3),    // connect
    (363, 2),    // listen
    (own(0), 3), // accept
    (367, 3),    // getsockname
    (368, 3),    // getpeername
    (360, 4),    // socketpair
    (own(1), 4), // send
    (own(2), 4), // recv
    (369, 6),    // sendto
    (371, 6),    // recvfrom
    (373, 2),    // shutdown
    (366, 5),    // setsockopt
    (365, 5),    // getsockopt
    (370, 3),    // sendmsg
    (372, 3),    // recvmsg
    (364, 4),    // accept4
    (337, 5),    // recvmmsg
    (345, 4),    // sendmmsg
];

/// The call that `call` stands for: `call` itself but for i386's `socketcall` and `ipc`, whose inner call it returns,
/// with its arguments in their order. `call` itself too where its inner arguments cannot be read (the kernel fails with
/// EFAULT then) or the subcall is unknown (EINVAL); then its row says that it is unreadable.
///
/// A thread that shares the memory can change the arguments of a socketcall between this look and the kernel's: whoever
/// enforces a decision must make the call with the registers of the inner call, or hold the other threads.
pub fn demultiplex(call: &RawCall, memory: &dyn Memory) -> RawCall {
    if call.abi != Abi::I386 {
        return *call;
    }
    match call.nr {
        SOCKETCALL => socket_call(call, memory),
        IPC => ipc_call(call, memory),
        _ => None,
    }
    .unwrap_or(*call)
}

fn socket_call(call: &RawCall, memory: &dyn Memory) -> Option<RawCall> {
    let index = usize::try_from(call.args[0].checked_sub(1)?).ok()?;
    let (nr, count) = *SOCKET_CALLS.get(index)?;
    let mut buf = [0; 24];
    let buf = &mut buf[..4 * count];
    (memory.read(call.args[1], buf) == buf.len()).then_some(())?;
    let mut args = [0; 6];
    for (arg, bytes) in args.iter_mut().zip(buf.chunks_exact(4)) {
        *arg = u64::from(super::decode::bytes::le32(bytes, 0));
    }
    Some(RawCall { abi: Abi::I386, nr, args })
}

fn ipc_call(call: &RawCall, memory: &dyn Memory) -> Option<RawCall> {
    let [which, first, second, third, ptr, fifth] = call.args;
    // The upper half is the version of the calling convention.
    let (which, version) = (which & 0xffff, which >> 16 & 0xffff);
    let (nr, args) = match which {
        1 => (own(3), [first, ptr, second, 0, 0, 0]),
        2 => (393, [first, second, third, 0, 0, 0]),
        // The argument itself is behind the pointer.
        3 => (own(6), [first, second, third, u64::from(memory.u32(ptr)?), 0, 0]),
        4 => (own(4), [first, ptr, second, fifth, 0, 0]),
        11 => (400, [first, ptr, second, third, 0, 0]),
        // Before version 1 the pointer and the type are in a structure.
        12 if version == 0 => {
            let (msg, kind) = (memory.u32(ptr)?, memory.u32(ptr.wrapping_add(4))?);
            (401, [first, u64::from(msg), second, u64::from(kind), third, 0])
        }
        12 => (401, [first, ptr, second, fifth, third, 0]),
        13 => (399, [first, second, 0, 0, 0, 0]),
        14 => (402, [first, second, ptr, 0, 0, 0]),
        // The address comes back behind the pointer `third`, which `result_pointer` gives.
        21 => (own(5), [first, ptr, second, third, 0, 0]),
        22 => (398, [ptr, 0, 0, 0, 0, 0]),
        23 => (395, [first, second, third, 0, 0, 0]),
        24 => (396, [first, second, ptr, 0, 0, 0]),
        _ => return None,
    };
    Some(RawCall { abi: Abi::I386, nr, args })
}
