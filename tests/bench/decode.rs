//! What decoding and rendering all arguments of typical calls costs on top of the stop: `cargo bench --no-default-features
//! --bench decode`. The goal is 3 µs a call. `here`: the memory is at hand, which leaves the decoder alone; `process`:
//! it is read as that of a traced task is, by process_vm_readv(2) (from this very process) through the tracer's cache of
//! pages. Allocations are counted.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use divan::Bencher;
use syswall::sys::RemoteMemory;
use syswall::syscall::{
    Abi, ArgText, LocalMemory, Memory, Outcome, PageCache, RawCall, enter, leave, lookup, result_text, wants,
};

#[global_allocator]
static ALLOCATIONS: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

/// Pieces of memory that stay where they are, so that a call can point to them here and in the process.
#[derive(Default)]
struct Pieces(Vec<Box<[u8]>>);

impl Pieces {
    fn put(&mut self, bytes: impl AsRef<[u8]>) -> u64 {
        let piece: Box<[u8]> = bytes.as_ref().into();
        let address = piece.as_ptr() as u64;
        self.0.push(piece);
        address
    }

    fn text(&mut self, text: &str) -> u64 {
        self.put([text.as_bytes(), b"\0"].concat())
    }

    fn words(&mut self, words: &[u64]) -> u64 {
        self.put(words.iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<u8>>())
    }
}

struct Case {
    call: RawCall,
    result: i64,
    pieces: Pieces,
}

fn case(name: &str, result: i64, make: impl FnOnce(&mut Pieces) -> Vec<u64>) -> Case {
    let mut pieces = Pieces::default();
    let mut args = [0; 6];
    for (register, value) in args.iter_mut().zip(make(&mut pieces)) {
        *register = value;
    }
    let nr = (0..1024).find(|nr| Abi::X86_64.call_name(*nr) == Some(name)).expect("a call of that name");
    Case { call: RawCall { abi: Abi::X86_64, nr, args }, result, pieces }
}

const CWD: u64 = -100i64 as u64;

/// Calls as traces of ls, git, curl, python and make have them.
fn cases() -> BTreeMap<&'static str, Case> {
    let address =
        [2u16.to_le_bytes(), 443u16.to_be_bytes(), [93, 184], [215, 14], [0; 2], [0; 2], [0; 2], [0; 2]].concat();
    BTreeMap::from([
        ("openat", case("openat", 3, |m| vec![CWD, m.text("/etc/ld.so.cache"), 0o2000000])),
        (
            "openat long",
            case("openat", -2, |m| {
                vec![
                    CWD,
                    m.text(&format!("/usr/lib/python3/dist-packages/{}.py", "module_of_many/".repeat(12))),
                    0o2000000,
                ]
            }),
        ),
        ("read", case("read", 832, |m| vec![3, m.put([b"\x7fELF\x02\x01\x01\x03", &[0; 824][..]].concat()), 832])),
        ("write", case("write", 14, |m| vec![1, m.text("Hello, world!\n"), 14])),
        ("close", case("close", 0, |_| vec![3])),
        ("mmap", case("mmap", 0x7f1c_8a20_0000, |_| vec![0, 163_840, 5, 0x802, 3, 0x1000])),
        (
            "newfstatat",
            case("newfstatat", 0, |m| {
                let stat = [
                    2049u64,
                    1234,
                    1,
                    0o100_644,
                    0,
                    0,
                    4096,
                    4096,
                    8,
                    1_700_000_000,
                    5,
                    1_700_000_000,
                    6,
                    1_700_000_000,
                    7,
                    0,
                    0,
                    0,
                ];
                vec![CWD, m.text("/etc/passwd"), m.words(&stat), 0]
            }),
        ),
        ("statx", case("statx", 0, |m| vec![CWD, m.text("."), 0, 0xfff, m.put([0x11; 256])])),
        ("connect", case("connect", -115, |m| vec![4, m.put(&address), 16])),
        (
            "sendmsg",
            case("sendmsg", 30, |m| {
                let (data, name) = (m.put([0x41; 30]), m.put(&address));
                let iov = m.words(&[data, 30]);
                vec![5, m.words(&[name, 16, iov, 1, 0, 0, 0]), 0x4000]
            }),
        ),
        (
            "poll",
            case("poll", 1, |m| vec![m.put([[3u8, 0, 0, 0, 1, 0, 1, 0], [4, 0, 0, 0, 4, 0, 0, 0]].concat()), 2, 5000]),
        ),
        (
            "epoll_wait",
            case("epoll_wait", 2, |m| {
                vec![6, m.put([[1u8, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]; 2].concat()), 64, u64::MAX]
            }),
        ),
        (
            "clone3",
            case("clone3", 4321, |m| {
                vec![
                    m.words(&[0x3d_0f00, 0, 0x7f00_1000, 0x7f00_1000, 0, 0x7f00_0000, 0x8000, 0x7f00_2000, 0, 0, 0]),
                    88,
                ]
            }),
        ),
        ("ioctl TCGETS", case("ioctl", 0, |m| vec![0, 0x5401, m.put([0x05; 60])])),
        (
            "execve 40 args",
            case("execve", 0, |m| {
                let words: Vec<u64> = (0..40).map(|i| m.text(&format!("--option-number={i}"))).chain([0]).collect();
                let argv = m.words(&words);
                let environment: Vec<u64> =
                    (0..30).map(|i| m.text(&format!("VARIABLE_{i}=value"))).chain([0]).collect();
                let environment = m.words(&environment);
                vec![m.text("/usr/lib/gcc/x86_64-linux-gnu/12/cc1"), argv, environment]
            }),
        ),
        ("futex", case("futex", 0, |m| vec![m.put([0; 4]), 0x80, 2, 0])),
        (
            "rt_sigaction",
            case("rt_sigaction", 0, |m| {
                vec![17, m.words(&[0x5555_1000, 0x1400_0004, 0x7f00_3000, 0]), m.words(&[0; 4]), 8]
            }),
        ),
        (
            "getdents64",
            case("getdents64", 240, |m| {
                let entry =
                    [[1u8, 0, 0, 0, 0, 0, 0, 0], [9, 0, 0, 0, 0, 0, 0, 0], [24, 0, 8, b'a', b'b', 0, 0, 0]].concat();
                vec![3, m.put(entry.repeat(10)), 32768]
            }),
        ),
    ])
}

static CASES: LazyLock<BTreeMap<&'static str, Case>> = LazyLock::new(cases);

#[derive(Clone)]
struct Name(&'static str);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

fn names() -> Vec<Name> {
    CASES.keys().map(|name| Name(name)).collect()
}

/// Entry and exit as the tracer has them: deciding and rendering look at the same memory.
fn decode(case: &Case, memory: &dyn Memory, text: &mut ArgText, result: &mut String) -> usize {
    let row = lookup(&case.call);
    let outcome = Outcome { value: case.result, error: case.result < 0 && case.result > -4096 };
    let wanted = row.map_or(0, |row| wants(&case.call, row, memory).len());
    enter(&case.call, row, memory, text);
    leave(&case.call, row, memory, outcome, text);
    result.clear();
    result_text(&case.call, row, memory, outcome, text, result);
    wanted + text.text.len() + result.len()
}

#[divan::bench(args = names())]
fn here(bencher: Bencher<'_, '_>, name: &Name) {
    let case = &CASES[name.0];
    let pieces = case.pieces.0.iter().map(|piece| (piece.as_ptr() as u64, piece.to_vec())).collect();
    let memory = LocalMemory::new(pieces);
    let (mut text, mut result) = (ArgText::default(), String::new());
    bencher.bench_local(|| decode(case, &memory, &mut text, &mut result));
}

#[divan::bench(args = names())]
fn process(bencher: Bencher<'_, '_>, name: &Name) {
    let case = &CASES[name.0];
    let memory = RemoteMemory::new(std::process::id() as i32);
    let cache = PageCache::new();
    let (mut text, mut result) = (ArgText::default(), String::new());
    bencher.bench_local(|| {
        cache.forget();
        decode(case, &cache.over(&memory), &mut text, &mut result)
    });
}
