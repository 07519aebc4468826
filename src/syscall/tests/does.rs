//! What calls are said to do, and to what.

use super::{call, memory, number};
use crate::syscall::access::AT_FDCWD;
use crate::syscall::{Abi, Condition, Kind, LocalMemory, Pretend, Target, Want, lookup, lookup_name, rows, wants};

const CWD: u64 = -100i64 as u64;

fn does(abi: Abi, name: &str, args: &[u64], memory: &LocalMemory) -> Vec<Want> {
    let call = call(abi, name, args);
    wants(&call, lookup(&call).expect(name), memory)
}

fn path(path: &[u8], follow: bool) -> Target {
    Target::Path { dir: AT_FDCWD, path: path.to_vec(), follow }
}

fn kinds(wants: &[Want]) -> Vec<Kind> {
    wants.iter().map(|w| w.kind).collect()
}

#[test]
fn open_reads_writes_or_makes_by_its_flags() {
    let m = memory(&[b"f\0"]);
    let open = |flags: u64| does(Abi::X86_64, "openat", &[CWD, 0x1000, flags], &m);
    let read = [
        Want::new(Kind::FileList, path(b"f", true)).when(Condition::Directory),
        Want::new(Kind::FileRead, path(b"f", true)).when(Condition::NotDirectory),
    ];
    assert_eq!(open(0), read);
    assert_eq!(kinds(&open(0o1)), [Kind::FileWrite]);
    assert_eq!(kinds(&open(0o2)), [Kind::FileList, Kind::FileRead, Kind::FileWrite]);
    assert_eq!(kinds(&open(0o1000)), [Kind::FileList, Kind::FileRead, Kind::FileWrite], "O_TRUNC writes");
    assert_eq!(kinds(&open(0o101)), [Kind::FileCreate, Kind::FileWrite]);
    assert_eq!(open(0o101)[0].when, Condition::Absent);
    assert_eq!(open(0o301)[0].target, path(b"f", false), "O_CREAT|O_EXCL follows no link");
    assert_eq!(kinds(&open(0o10000000)), [Kind::FileStat], "O_PATH opens nothing");
    assert_eq!(kinds(&open(0o200000)), [Kind::FileList], "O_DIRECTORY opens nothing else");
    assert_eq!(kinds(&open(0o200100)), [Kind::FileCreate, Kind::FileList, Kind::FileRead], "but may make it");
    assert_eq!(kinds(&open(0o20200002)), [Kind::FileCreate], "O_TMPFILE makes a file in the folder");
    assert_eq!(does(Abi::X86_64, "openat", &[CWD, 0x9000, 0], &m)[0].target, Target::Unreadable);
}

#[test]
fn openat2_takes_its_flags_from_memory_and_fears_the_worst_without() {
    let m = memory(&[b"f\0", &[0o1u64.to_le_bytes(), [0; 8], [0; 8]].concat()]);
    assert_eq!(kinds(&does(Abi::X86_64, "openat2", &[CWD, 0x1000, 0x2000, 24], &m)), [Kind::FileWrite]);
    let blind = does(Abi::X86_64, "openat2", &[CWD, 0x1000, 0x7000, 24], &m);
    assert_eq!(kinds(&blind), [Kind::FileCreate, Kind::FileList, Kind::FileRead, Kind::FileWrite]);
    assert!(blind.iter().all(|w| w.target == Target::Unreadable));
}

#[test]
fn rename_is_about_both_names_and_deletes_what_it_replaces() {
    let m = memory(&[b"a\0", b"b\0"]);
    let rename = does(Abi::X86_64, "rename", &[0x1000, 0x2000], &m);
    let expected = [
        Want::new(Kind::FileRename, path(b"a", false)),
        Want::new(Kind::FileRename, path(b"b", false)),
        Want::new(Kind::FileDelete, path(b"b", false)).when(Condition::Exists),
    ];
    assert_eq!(rename, expected);
    let exchange = does(Abi::X86_64, "renameat2", &[CWD, 0x1000, CWD, 0x2000, 2], &m);
    assert_eq!(kinds(&exchange), [Kind::FileRename, Kind::FileRename], "an exchange deletes nothing");
}

#[test]
fn a_link_reads_the_old_name_and_makes_the_new() {
    let m = memory(&[b"a\0", b"b\0"]);
    let link = does(Abi::X86_64, "link", &[0x1000, 0x2000], &m);
    assert_eq!(link[0], Want::new(Kind::FileRead, path(b"a", false)));
    assert_eq!(link[1], Want::new(Kind::FileCreate, path(b"b", false)));
    let by_fd = does(Abi::X86_64, "linkat", &[5, 0x3000, CWD, 0x2000, 0x1000], &memory(&[b"", b"b\0", b"\0"]));
    assert_eq!(by_fd[0].target, Target::Fd(5), "AT_EMPTY_PATH links the descriptor itself");
}

#[test]
fn an_empty_path_means_the_descriptor_where_the_flags_say_so() {
    let m = memory(&[b"\0"]);
    let stat = |dir: u64, flags: u64| does(Abi::X86_64, "newfstatat", &[dir, 0x1000, 0, flags], &m)[0].target.clone();
    assert_eq!(stat(7, 0x1000), Target::Fd(7));
    assert_eq!(stat(CWD, 0x1000), Target::CurrentDirectory);
    assert_eq!(stat(7, 0), Target::Path { dir: 7, path: vec![], follow: true });
}

#[test]
fn upper_halves_of_ints_are_not_looked_at() {
    let m = memory(&[b"f\0"]);
    let dirty = does(Abi::X86_64, "unlinkat", &[0xdead_beef_ffff_ff9c, 0x1000, 0], &m);
    assert_eq!(dirty, [Want::new(Kind::FileDelete, path(b"f", false))]);
}

#[test]
fn doors_around_the_checks_are_named_as_such() {
    let m = memory(&[&0x80_0000u64.to_le_bytes()]);
    assert!(kinds(&does(Abi::X86_64, "clone3", &[0x1000, 88], &m)).contains(&Kind::Bypass), "CLONE_UNTRACED");
    assert!(kinds(&does(Abi::X86_64, "clone", &[0x80_0011], &m)).contains(&Kind::Bypass));
    assert_eq!(kinds(&does(Abi::X86_64, "clone", &[0x11], &m)), [Kind::ProcessSpawn]);
    assert_eq!(kinds(&does(Abi::X86_64, "prctl", &[4, 0], &m)), [Kind::Bypass], "PR_SET_DUMPABLE");
    assert_eq!(kinds(&does(Abi::X86_64, "prctl", &[15, 0x1000], &m)), [], "PR_SET_NAME");
    for name in ["open_by_handle_at", "fsopen", "name_to_handle_at"] {
        assert!(lookup_name(name).expect(name).all_kinds().contains(Kind::Bypass), "{name}");
    }
}

#[test]
fn a_shared_writable_mapping_is_output_to_its_file() {
    let m = memory(&[]);
    let map = |prot: u64, flags: u64| kinds(&does(Abi::X86_64, "mmap", &[0, 4096, prot, flags, 5, 0], &m));
    assert_eq!(map(3, 1), [Kind::Memory, Kind::Descriptor]);
    assert_eq!(map(1, 1), [Kind::Memory]);
    assert_eq!(map(3, 2), [Kind::Memory]);
    let words: Vec<u8> = [0u32, 4096, 3, 1, 5, 0].iter().flat_map(|w| w.to_le_bytes()).collect();
    let old = does(Abi::I386, "mmap", &[0x1000], &memory(&[&words]));
    assert_eq!(old[1].target, Target::Fd(5), "i386 passes them through memory");
}

#[test]
fn looking_into_another_process_is_told_from_looking_at_oneself() {
    let m = memory(&[]);
    assert_eq!(kinds(&does(Abi::X86_64, "prlimit64", &[0, 7, 0x1000, 0], &m)), []);
    assert_eq!(kinds(&does(Abi::X86_64, "prlimit64", &[9, 7, 0x1000, 0], &m)), [Kind::ProcessInspect]);
    let read = does(Abi::X86_64, "process_vm_readv", &[9, 0, 0, 0, 0, 0], &m);
    assert_eq!(read, [Want::new(Kind::ProcessInspect, Target::Process(9))]);
    assert_eq!(kinds(&does(Abi::X86_64, "personality", &[0xffff_ffff], &m)), []);
    assert_eq!(kinds(&does(Abi::X86_64, "personality", &[0x40000], &m)), [Kind::ProcessIdentity]);
}

#[test]
fn what_a_call_does_is_among_the_kinds_its_row_declares() {
    let m = memory(&[&[1; 64], &[0xff; 64], b"path\0"]);
    for row in rows::ALL.iter().copied().flatten() {
        for abi in [Abi::X86_64, Abi::I386] {
            if !(0..1024).any(|nr| abi.call_name(nr) == Some(row.name)) {
                continue;
            }
            for value in [0, 1, 2, 4, 0x1000, 0x2000, 0x3000, u64::from(u32::MAX)] {
                let call = crate::syscall::RawCall { abi, nr: number(abi, row.name), args: [value; 6] };
                for want in wants(&call, row, &m) {
                    assert!(row.all_kinds().contains(want.kind), "{}: {} is not declared", row.name, want.kind);
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_believed_cannot_be_pretended() {
    for name in [
        "fork",
        "clone",
        "clone3",
        "vfork",
        "execve",
        "mmap",
        "brk",
        "munmap",
        "close",
        "setuid",
        "capset",
        "stat",
        "wait4",
        "poll",
        "exit_group",
    ] {
        let row = lookup_name(name).expect(name);
        assert!(matches!(row.pretend, Pretend::No(_)), "{name}");
    }
    for (name, expected) in [
        ("unlink", Pretend::Value(0)),
        ("write", Pretend::Argument(2)),
        ("writev", Pretend::Iovec(1, 2)),
        ("read", Pretend::Value(0)),
    ] {
        assert_eq!(lookup_name(name).expect(name).pretend, expected, "{name}");
    }
}
