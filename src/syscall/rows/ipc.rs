//! System V IPC and POSIX message queues.
//!
//! Objects are named by what others find them by: `shm key 0x1234`, or `shm 5` where a call has only the number that
//! the kernel gave; `message queue /name`.

use crate::syscall::access::{Target, Want};
use crate::syscall::decode::bytes::{le_i32, le_long, le_word, le16, le32};
use crate::syscall::decode::signal::sigevent;
use crate::syscall::decode::time::{TimeForm, timespec_in};
use crate::syscall::names::ipc as names;
use crate::syscall::row::{Does, Pretend, ResultKind, Row, Show, arg, out};
use crate::syscall::{Abi, Kind, Memory, RawCall, Render};

const FILLS: Pretend = Pretend::No("the program would read an answer that nobody gave");
const MAKES: Pretend = Pretend::No("the program would go on with an object that is not there");

/// Values of `key` and of commands (linux/ipc.h).
const IPC_PRIVATE: u64 = 0;
const IPC_SET: u64 = 1;
const IPC_STAT: u64 = 2;
const IPC_INFO: u64 = 3;
/// Set by 32-bit libraries: the 64-bit form of the structures.
const IPC_64: u64 = 0x100;

fn key(r: &mut Render<'_>, value: u64) {
    if value as u32 == 0 { r.put("IPC_PRIVATE") } else { r.fmt(format_args!("{:#x}", value as u32)) }
}

/// Flags by name, then the mode in octal: `IPC_CREAT|0600`.
fn ipc_get_flags(r: &mut Render<'_>, value: u64) {
    let value = u64::from(value as u32);
    let bits = value & !0o777;
    if bits != 0 {
        r.flags_bare(bits, names::GET_FLAGS);
        // strace forgets the bar where no bit has a name.
        r.put(if names::GET_FLAGS.iter().any(|(b, _)| bits & b == *b) { "|" } else { "" });
    }
    r.mode(value & 0o777);
}

/// Also the size of huge pages, as a power of two.
fn shm_get_flags(r: &mut Render<'_>, value: u64) {
    const HUGE_SHIFT: u32 = 26;
    let value = u64::from(value as u32);
    let (bits, huge) = (value & !0o777 & ((1 << HUGE_SHIFT) - 1), value >> HUGE_SHIFT);
    if bits != 0 {
        r.flags_bare(bits, names::SHM_GET_FLAGS);
        r.put("|");
    }
    if huge != 0 {
        r.fmt(format_args!("{huge}<<SHM_HUGE_SHIFT|"));
    }
    r.mode(value & 0o777);
}

/// A command, with `IPC_64|` where a 32-bit library set it.
fn command<const WHICH: u8>(r: &mut Render<'_>, value: u64) {
    let value = u64::from(value as u32);
    if value & IPC_64 != 0 {
        r.put("IPC_64|");
    }
    let (names, unknown) = match WHICH {
        0 => (names::SHM_COMMANDS, "SHM_???"),
        1 => (names::SEM_COMMANDS, "SEM_???"),
        _ => (names::MSG_COMMANDS, "MSG_???"),
    };
    r.choice(value & !IPC_64, names, unknown);
}

/// Layouts of `struct ipc64_perm` and of the times behind it, which differ between 32 and 64 bits.
struct Layout {
    /// Offset of `mode`.
    mode: usize,
    /// `sizeof(struct ipc64_perm)`.
    perm: usize,
}

fn layout(word: usize) -> Layout {
    if word == 4 { Layout { mode: 20, perm: 36 } } else { Layout { mode: 20, perm: 48 } }
}

/// `NAME={uid=…}`; `all`: as the kernel gives it, else as IPC_SET takes it.
fn put_perm(r: &mut Render<'_>, b: &[u8], name: &str, all: bool) {
    let word = r.call.abi.word();
    r.put(name);
    r.put("={uid=");
    r.uid(le32(b, 4));
    r.put(", gid=");
    r.uid(le32(b, 8));
    r.put(", mode=");
    r.mode(u64::from(le32(b, layout(word).mode) & 0xffff));
    if all {
        r.fmt(format_args!(", key={}, cuid=", le_i32(b, 0)));
        r.uid(le32(b, 12));
        r.put(", cgid=");
        r.uid(le32(b, 16));
    }
    r.put("}");
}

fn read<const N: usize>(r: &mut Render<'_>, addr: u64, len: usize) -> Option<[u8; N]> {
    let mut buf = [0; N];
    r.fetch(addr, &mut buf[..len.min(N)]).then_some(buf)
}

/// A named series of numbers: `name=1, other=2`.
fn series(r: &mut Render<'_>, names: &[&str], value: &mut dyn FnMut(usize) -> i64) {
    for (i, name) in names.iter().enumerate() {
        r.fmt(format_args!("{}{name}={}", if i > 0 { ", " } else { "" }, value(i)));
    }
}

/// As [`series`] for unsigned longs.
fn longs(r: &mut Render<'_>, b: &[u8], names: &[&str]) {
    let word = r.call.abi.word();
    for (i, name) in names.iter().enumerate() {
        r.fmt(format_args!("{}{name}={}", if i > 0 { ", " } else { "" }, le_word(b, i, word)));
    }
}

/// Whether the structure of a command is shown, and when: at the entry what the program gives (IPC_SET), at the exit
/// what the kernel fills.
fn structure(r: &mut Render<'_>, addr: u64, cmd: u64, show: fn(&mut Render<'_>, u64, u64)) {
    if cmd != IPC_SET && r.wait() {
        return;
    }
    if r.failed() && cmd != IPC_SET { r.pointer(addr) } else { show(r, addr, cmd) }
}

/// Two halves of a time on 32 bits, one long on 64; `at` counts from the end of the permissions.
fn time_at(b: &[u8], word: usize, low: usize, high: usize) -> i64 {
    if word == 4 { i64::from(le32(b, low)) | i64::from(le32(b, high)) << 32 } else { le_long(&b[low..], 0, 8) }
}

fn shm_structure(r: &mut Render<'_>, addr: u64) {
    let cmd = r.arg(1) & !IPC_64;
    structure(r, addr, cmd, |r, addr, cmd| {
        let word = r.call.abi.word();
        let p = layout(word).perm;
        match cmd {
            IPC_SET | IPC_STAT | 13 | 15 => {
                let Some(b) = read::<112>(r, addr, if word == 4 { 84 } else { 112 }) else { return };
                r.put("{");
                put_perm(r, &b, "shm_perm", cmd != IPC_SET);
                if cmd != IPC_SET {
                    let size = le_word(&b[p..], 0, word);
                    let [atime, dtime, ctime] = if word == 4 {
                        [(40, 44), (48, 52), (56, 60)].map(|(l, h)| time_at(&b, 4, l, h))
                    } else {
                        [56, 64, 72].map(|at| time_at(&b, 8, at, at))
                    };
                    let pids = if word == 4 { 64 } else { 80 };
                    r.fmt(format_args!(", shm_segsz={size}, shm_cpid={}, ", le_i32(&b, pids)));
                    r.fmt(format_args!("shm_lpid={}, ", le_i32(&b, pids + 4)));
                    r.fmt(format_args!("shm_nattch={}, shm_atime={atime}, ", le_word(&b[pids + 8..], 0, word)));
                    r.fmt(format_args!("shm_dtime={dtime}, shm_ctime={ctime}"));
                }
                r.put("}");
            }
            IPC_INFO => {
                let Some(b) = read::<40>(r, addr, 5 * word) else { return };
                r.put("{");
                longs(r, &b, &["shmmax", "shmmin", "shmmni", "shmseg", "shmall"]);
                r.put("}");
            }
            14 => {
                let Some(b) = read::<48>(r, addr, 6 * word) else { return };
                r.fmt(format_args!("{{used_ids={}, ", le_i32(&b, 0)));
                longs(r, &b[word..], &["shm_tot", "shm_rss", "shm_swp", "swap_attempts", "swap_successes"]);
                r.put("}");
            }
            _ => r.pointer(addr),
        }
    });
}

fn msg_structure(r: &mut Render<'_>, addr: u64) {
    let cmd = r.arg(1) & !IPC_64;
    structure(r, addr, cmd, |r, addr, cmd| {
        let word = r.call.abi.word();
        match cmd {
            IPC_SET | IPC_STAT | 11 | 13 => {
                let Some(b) = read::<120>(r, addr, if word == 4 { 88 } else { 120 }) else { return };
                let (counts, pids) = if word == 4 { (64, 72) } else { (80, 96) };
                r.put("{");
                put_perm(r, &b, "msg_perm", cmd != IPC_SET);
                let [qnum, qbytes] = [0, 1].map(|i| le_word(&b[counts..], i, word));
                if cmd == IPC_SET {
                    r.fmt(format_args!(", msg_qbytes={qbytes}}}"));
                    return;
                }
                let [stime, rtime, ctime] = if word == 4 {
                    [(36, 40), (44, 48), (52, 56)].map(|(l, h)| time_at(&b, 4, l, h))
                } else {
                    [48, 56, 64].map(|at| time_at(&b, 8, at, at))
                };
                r.fmt(format_args!(", msg_stime={stime}, msg_rtime={rtime}, msg_ctime={ctime}, "));
                r.fmt(format_args!("msg_qnum={qnum}, msg_qbytes={qbytes}, "));
                r.fmt(format_args!("msg_lspid={}, msg_lrpid={}}}", le_i32(&b, pids), le_i32(&b, pids + 4)));
            }
            IPC_INFO | 12 => {
                let Some(b) = read::<32>(r, addr, 30) else { return };
                r.put("{");
                let names = ["msgpool", "msgmap", "msgmax", "msgmnb", "msgmni", "msgssz", "msgtql"];
                series(r, &names, &mut |i| i64::from(le_i32(&b, i * 4)));
                r.fmt(format_args!(", msgseg={}}}", le16(&b, 28)));
            }
            _ => r.pointer(addr),
        }
    });
}

fn sem_structure(r: &mut Render<'_>, addr: u64) {
    let cmd = r.arg(2) & !IPC_64;
    // The others take a number, an array or nothing, which strace shows as the pointer that it is not.
    if !matches!(cmd, IPC_SET | IPC_STAT | IPC_INFO | 18..=20) {
        // Inside i386's `ipc` the argument was behind a pointer.
        if crate::syscall::demultiplex::is_inner(r.call) {
            r.put("[");
            r.hex(addr);
            return r.put("]");
        }
        return r.pointer(addr);
    }
    structure(r, addr, cmd, |r, addr, cmd| {
        let word = r.call.abi.word();
        match cmd {
            IPC_INFO | 19 => {
                let Some(b) = read::<40>(r, addr, 40) else { return };
                r.put("{");
                let names = [
                    "semmap", "semmni", "semmns", "semmnu", "semmsl", "semopm", "semume", "semusz", "semvmx", "semaem",
                ];
                series(r, &names, &mut |i| i64::from(le_i32(&b, i * 4)));
                r.put("}");
            }
            _ => {
                let Some(b) = read::<104>(r, addr, if word == 4 { 64 } else { 104 }) else { return };
                r.put("{");
                put_perm(r, &b, "sem_perm", cmd != IPC_SET);
                if cmd != IPC_SET {
                    let (otime, ctime, count) = if word == 4 {
                        (time_at(&b, 4, 36, 40), time_at(&b, 4, 44, 48), le_word(&b[52..], 0, 4))
                    } else {
                        (time_at(&b, 8, 48, 48), time_at(&b, 8, 64, 64), le_word(&b[80..], 0, 8))
                    };
                    r.fmt(format_args!(", sem_otime={otime}, sem_ctime={ctime}, sem_nsems={count}"));
                }
                r.put("}");
            }
        }
    });
}

fn operations(r: &mut Render<'_>, addr: u64) {
    let count = u64::from(r.arg(2) as u32);
    r.array(addr, count, 6, &mut |r, e| {
        r.fmt(format_args!("{{sem_num={}, sem_op={}, sem_flg=", le16(e.bytes, 0), le16(e.bytes, 2) as i16));
        r.flags(u64::from(le16(e.bytes, 4)), names::SEM_FLAGS, "SEM_???");
        r.put("}");
    });
}

fn time_limit<const WIDE: bool>(r: &mut Render<'_>, addr: u64) {
    timespec_in(r, addr, if WIDE { TimeForm::Wide } else { TimeForm::Native });
}

fn put_message(r: &mut Render<'_>, addr: u64, len: u64) {
    let word = r.call.abi.word();
    match r.memory.word(addr, word) {
        Some(kind) if addr != 0 => {
            let kind = if word == 4 { i64::from(kind as i32) } else { kind as i64 };
            r.fmt(format_args!("{{mtype={kind}, mtext="));
            r.data(addr.wrapping_add(word as u64), len);
            r.put("}");
        }
        _ => r.pointer(addr),
    }
}

fn message_sent(r: &mut Render<'_>, addr: u64) {
    let len = r.arg(2);
    put_message(r, addr, len);
}

fn message_received(r: &mut Render<'_>, addr: u64) {
    if r.failed() {
        return r.pointer(addr);
    }
    let len = r.arg(2);
    put_message(r, addr, len);
}

fn name_text(r: &mut Render<'_>, addr: u64) {
    r.path(addr);
}

/// `struct mq_attr`; the flags of mq_open are bare, elsewhere they have names.
fn put_attributes(r: &mut Render<'_>, addr: u64, named: bool) {
    let word = r.call.abi.word();
    let Some(b) = read::<64>(r, addr, 4 * word) else { return };
    let flags = le_word(&b, 0, word);
    let [most, size, now] = [1, 2, 3].map(|i| le_long(&b, i, word));
    r.put("{mq_flags=");
    if named {
        r.flags(flags, &[(0o4000, "O_NONBLOCK")], "O_???");
    } else {
        r.hex(flags);
    }
    r.fmt(format_args!(", mq_maxmsg={most}, mq_msgsize={size}, mq_curmsgs={now}}}"));
}

const O_CREAT: u64 = 0o100;

fn open_mode(r: &mut Render<'_>, value: u64) {
    if r.arg(1) & O_CREAT == 0 { r.omit() } else { r.mode(u64::from(value as u16)) }
}

fn open_attributes(r: &mut Render<'_>, addr: u64) {
    if r.arg(1) & O_CREAT == 0 { r.omit() } else { put_attributes(r, addr, false) }
}

fn set_attributes(r: &mut Render<'_>, addr: u64) {
    put_attributes(r, addr, true);
}

fn old_attributes(r: &mut Render<'_>, addr: u64) {
    if r.failed() { r.pointer(addr) } else { put_attributes(r, addr, true) }
}

fn priority_out(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 4];
    if r.fetch(addr, &mut buf) {
        r.fmt(format_args!("[{}]", u32::from_le_bytes(buf)));
    }
}

fn event(r: &mut Render<'_>, addr: u64) {
    // SIGEV_SIGNAL and SIGEV_NONE carry no value here.
    let word = r.call.abi.word();
    let mut buf = [0; 16];
    let buf = &mut buf[..word + 8];
    if addr != 0 && r.memory.read(addr, buf) == buf.len() && le32(buf, word + 4) == 0 && le_word(buf, 0, word) == 0 {
        r.put("{sigev_signo=");
        crate::syscall::decode::signal::put_signal(r, u64::from(le32(buf, word)));
        return r.put(", sigev_notify=SIGEV_SIGNAL}");
    }
    sigevent(r, addr);
}

fn named(what: &str, key: u64) -> String {
    if key == IPC_PRIVATE { format!("{what} private") } else { format!("{what} key {key:#x}") }
}

fn get_wants(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    let what = match call.name() {
        Some("shmget") => "shm",
        Some("semget") => "sem",
        _ => "msg",
    };
    let key = u64::from(call.args[0] as u32);
    // A private object of its own is not shared with anybody until its number is given away.
    out.push(Want::new(Kind::Ipc, Target::System(named(what, key))));
}

fn use_wants(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    let what = match call.name().and_then(|n| n.get(..3)) {
        Some("shm") => "shm",
        Some("sem") => "sem",
        _ => "msg",
    };
    out.push(Want::new(Kind::Ipc, Target::System(format!("{what} {}", call.args[0] as i32))));
}

fn queue_wants(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let target = match memory.c_string(call.args[0], 256) {
        // The library cuts the leading slash that mq_open(3) wants.
        Ok(name) => Target::System(format!("message queue /{}", String::from_utf8_lossy(&name))),
        Err(_) => Target::Unreadable,
    };
    out.push(Want::new(Kind::Ipc, target));
}

const DESCRIPTOR: &[Does] = &[Does::Fd { kind: Kind::Descriptor, fd: 0 }];
const GET: &[Does] = &[Does::With(get_wants)];
const USE: &[Does] = &[Does::With(use_wants)];
const QUEUE: &[Does] = &[Does::With(queue_wants)];

fn attach_result(r: &mut Render<'_>, value: i64) {
    let value = match crate::syscall::demultiplex::result_pointer(r.call) {
        Some(at) => r.memory.u32(at).map_or(0, u64::from),
        None if r.call.abi == Abi::I386 => u64::from(value as u32),
        None => value as u64,
    };
    r.hex(value);
}

/// i386's multiplexer where its subcall is unknown or unreadable.
fn multiplexed(_call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    out.push(Want::new(Kind::Ipc, Target::Unreadable));
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new(
        "ipc",
        &[
            arg(
                "call",
                Show::With(|r, v| {
                    let (version, call) = (v as u32 >> 16, v as u16);
                    if version != 0 {
                        r.fmt(format_args!("{version}<<16|"));
                    }
                    r.fmt(format_args!("{call}"));
                }),
            ),
            arg("first", Show::Hex),
            arg("second", Show::Hex),
            arg("third", Show::Hex),
            arg("ptr", Show::LongHex),
            arg("fifth", Show::LongHex),
        ],
    )
    .does(&[Does::With(multiplexed)])
    .may(Kind::Ipc)
    .pretend(MAKES),
    Row::new(
        "shmget",
        &[arg("key", Show::With(key)), arg("size", Show::Ulong), arg("shmflg", Show::With(shm_get_flags))],
    )
    .does(GET)
    .may(Kind::Ipc)
    .pretend(MAKES),
    Row::new(
        "shmat",
        &[
            arg("shmid", Show::Int),
            arg("shmaddr", Show::Pointer),
            arg("shmflg", Show::Flags(names::SHM_FLAGS, "SHM_???")),
        ],
    )
    .result(ResultKind::Whole(attach_result))
    .does(USE)
    .may(Kind::Ipc)
    .pretend(MAKES),
    Row::new("shmdt", &[arg("shmaddr", Show::Pointer)]).does(&[Does::Plain(Kind::Memory)]).pretend(MAKES),
    Row::new(
        "shmctl",
        &[arg("shmid", Show::Int), arg("cmd", Show::With(command::<0>)), arg("buf", Show::With(shm_structure))],
    )
    .does(USE)
    .may(Kind::Ipc)
    .pretend(FILLS),
    Row::new(
        "semget",
        &[arg("key", Show::With(key)), arg("nsems", Show::Int), arg("semflg", Show::With(ipc_get_flags))],
    )
    .does(GET)
    .may(Kind::Ipc)
    .pretend(MAKES),
    Row::new("semop", &[arg("semid", Show::Int), arg("sops", Show::With(operations)), arg("nsops", Show::Uint)])
        .does(USE)
        .may(Kind::Ipc)
        .pretend(Pretend::Value(0)),
    Row::new(
        "semtimedop",
        &[
            arg("semid", Show::Int),
            arg("sops", Show::With(operations)),
            arg("nsops", Show::Uint),
            arg("timeout", Show::With(time_limit::<false>)),
        ],
    )
    .does(USE)
    .may(Kind::Ipc)
    .pretend(Pretend::Value(0)),
    Row::new(
        "semtimedop_time64",
        &[
            arg("semid", Show::Int),
            arg("sops", Show::With(operations)),
            arg("nsops", Show::Uint),
            arg("timeout", Show::With(time_limit::<true>)),
        ],
    )
    .does(USE)
    .may(Kind::Ipc)
    .pretend(Pretend::Value(0)),
    Row::new(
        "semctl",
        &[
            arg("semid", Show::Int),
            arg("semnum", Show::Int),
            arg("cmd", Show::With(command::<1>)),
            arg("arg", Show::With(sem_structure)),
        ],
    )
    .does(USE)
    .may(Kind::Ipc)
    .pretend(FILLS),
    Row::new("msgget", &[arg("key", Show::With(key)), arg("msgflg", Show::With(ipc_get_flags))])
        .does(GET)
        .may(Kind::Ipc)
        .pretend(MAKES),
    Row::new(
        "msgsnd",
        &[
            arg("msqid", Show::Int),
            arg("msgp", Show::With(message_sent)),
            arg("msgsz", Show::Ulong),
            arg("msgflg", Show::Flags(names::MSG_FLAGS, "MSG_???")),
        ],
    )
    .does(USE)
    .may(Kind::Ipc)
    .pretend(Pretend::Value(0)),
    Row::new(
        "msgrcv",
        &[
            arg("msqid", Show::Int),
            out("msgp", Show::With(message_received)),
            out("msgsz", Show::Ulong),
            out("msgtyp", Show::Long),
            out("msgflg", Show::Flags(names::MSG_FLAGS, "MSG_???")),
        ],
    )
    .does(USE)
    .may(Kind::Ipc)
    .pretend(FILLS),
    Row::new(
        "msgctl",
        &[arg("msqid", Show::Int), arg("cmd", Show::With(command::<2>)), arg("buf", Show::With(msg_structure))],
    )
    .does(USE)
    .may(Kind::Ipc)
    .pretend(FILLS),
    Row::new(
        "mq_open",
        &[
            arg("name", Show::With(name_text)),
            arg("oflag", Show::With(super::file::open_flags)),
            arg("mode", Show::With(open_mode)),
            arg("attr", Show::With(open_attributes)),
        ],
    )
    .result(ResultKind::Fd)
    .does(QUEUE)
    .may(Kind::Ipc)
    .pretend(Pretend::No(super::NEXT)),
    Row::new("mq_unlink", &[arg("name", Show::With(name_text))]).does(QUEUE).may(Kind::Ipc).pretend(Pretend::Value(0)),
    Row::new(
        "mq_timedsend",
        &[
            arg("mqdes", Show::Fd),
            arg("msg_ptr", Show::Data { len: 2 }),
            arg("msg_len", Show::Ulong),
            arg("msg_prio", Show::Uint),
            arg("abs_timeout", Show::With(time_limit::<false>)),
        ],
    )
    .does(DESCRIPTOR)
    .pretend(Pretend::Value(0)),
    Row::new(
        "mq_timedsend_time64",
        &[
            arg("mqdes", Show::Fd),
            arg("msg_ptr", Show::Data { len: 2 }),
            arg("msg_len", Show::Ulong),
            arg("msg_prio", Show::Uint),
            arg("abs_timeout", Show::With(time_limit::<true>)),
        ],
    )
    .does(DESCRIPTOR)
    .pretend(Pretend::Value(0)),
    Row::new(
        "mq_timedreceive",
        &[
            arg("mqdes", Show::Fd),
            out("msg_ptr", Show::Data { len: 2 }),
            out("msg_len", Show::Ulong),
            out("msg_prio", Show::With(priority_out)),
            out("abs_timeout", Show::With(time_limit::<false>)),
        ],
    )
    .does(DESCRIPTOR)
    .pretend(FILLS),
    Row::new(
        "mq_timedreceive_time64",
        &[
            arg("mqdes", Show::Fd),
            out("msg_ptr", Show::Data { len: 2 }),
            out("msg_len", Show::Ulong),
            out("msg_prio", Show::With(priority_out)),
            out("abs_timeout", Show::With(time_limit::<true>)),
        ],
    )
    .does(DESCRIPTOR)
    .pretend(FILLS),
    Row::new("mq_notify", &[arg("mqdes", Show::Fd), arg("sevp", Show::With(event))])
        .does(DESCRIPTOR)
        .pretend(Pretend::Value(0)),
    Row::new(
        "mq_getsetattr",
        &[
            arg("mqdes", Show::Fd),
            arg("newattr", Show::With(set_attributes)),
            out("oldattr", Show::With(old_attributes)),
        ],
    )
    .does(DESCRIPTOR)
    .pretend(FILLS),
];
