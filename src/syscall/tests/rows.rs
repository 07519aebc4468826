//! The rows as a whole.

use std::collections::HashSet;

use crate::syscall::row::Does;
use crate::syscall::{
    Abi, ArgText, Fake, Kind, KindSet, LocalMemory, Outcome, Pretend, RawCall, ResultKind, Row, Target, demultiplex,
    enter, leave, lookup, lookup_name, result_text, rows, wants,
};

fn all() -> impl Iterator<Item = &'static Row> {
    rows::ALL.iter().copied().flatten()
}

#[test]
fn every_row_has_a_name_of_its_own() {
    let mut seen = HashSet::new();
    let twice: Vec<_> = all().filter(|row| !seen.insert(row.name)).map(|row| row.name).collect();
    assert!(twice.is_empty(), "rows that are there twice: {twice:?}");
}

#[test]
fn every_row_is_a_call_of_some_abi() {
    let names: HashSet<_> = [Abi::X86_64, Abi::I386, Abi::X32, Abi::Aarch64]
        .into_iter()
        .flat_map(|abi| (0..1024).filter_map(move |nr| abi.call_name(nr)))
        .collect();
    // socketcall(2) of i386 names two calls that have no number of their own.
    let inner = ["send", "recv"];
    let strangers: Vec<_> =
        all().map(|row| row.name).filter(|name| !names.contains(name) && !inner.contains(name)).collect();
    assert!(strangers.is_empty(), "rows of calls that no kernel has: {strangers:?}");
}

#[test]
fn arguments_have_names_of_their_own_and_registers_that_exist() {
    for row in all() {
        assert!(row.args.len() <= 6, "{} has too many arguments", row.name);
        let names: HashSet<_> = row.args.iter().map(|a| a.name).collect();
        assert_eq!(names.len(), row.args.len(), "{} has two arguments of one name", row.name);
        assert!(row.args.iter().all(|a| a.register.is_none_or(|r| r < 6)), "{}", row.name);
    }
}

#[test]
fn every_number_of_every_abi_has_a_row() {
    let missing: Vec<_> = [Abi::X86_64, Abi::I386, Abi::X32, Abi::Aarch64]
        .into_iter()
        .flat_map(|abi| (0..1024).filter_map(move |nr| abi.call_name(nr)))
        .filter(|name| lookup_name(name).is_none())
        .collect::<HashSet<_>>()
        .into_iter()
        .collect();
    assert!(missing.is_empty(), "calls without a row: {missing:?}");
}

/// Memory for samples: a path, small numbers, and pointers to both, in 32 and in 64 bits.
fn sample_memory() -> LocalMemory {
    let longs = |words: &[u64]| words.iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<u8>>();
    let pointers = longs(&[0x1000, 6, 0x2000, 16, 0x1000, 6, 0, 0, 0x1000, 6, 0x2000, 16]);
    let small: Vec<u8> = (0..128u32).flat_map(|i| (i % 9).to_le_bytes()).collect();
    let address = [2u8, 0, 0, 80, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0].to_vec();
    let pieces = [
        b"/path\0and more of it".to_vec(),
        small,
        pointers,
        address,
        vec![0; 512],
        vec![0xff; 512],
        b"\x01\0/path\0".to_vec(),
        b"\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec(),
        // A message with IP_RETOPTS, behind its header.
        longs(&[0x4000, 16, 0x3000, 1, 0x9000 + 64, 32, 0, 0, 24, 7 << 32, 0, 0]),
    ];
    LocalMemory::new(pieces.into_iter().enumerate().map(|(i, p)| (0x1000 * (i as u64 + 1), p)).collect())
}

/// Kinds that rows declare and only the machine can tell, which knows what descriptors, handles and names stand for.
const ELSEWHERE: &[(&[&str], &[Kind])] = &[
    (&["open_by_handle_at"], &[Kind::FileRead, Kind::FileStat, Kind::FileWrite]),
    (&["pidfd_getfd"], &[Kind::FileRead, Kind::FileStat, Kind::FileWrite, Kind::NetworkConnect]),
    (&["rename", "renameat", "renameat2", "link", "linkat"], &[Kind::NetworkConnect]),
];

/// Values that only this call looks for.
fn own_values(name: &str) -> &'static [u64] {
    match name {
        "reboot" => &[0xa1b2_c3d4],
        "prctl" => &[57, 0x5961_6d61],
        // FS_IOC_SETFLAGS, SIOCSPGRP, SIOCSIFFLAGS.
        "ioctl" => &[0x4008_6602, 0x8902, 0x8914],
        "bpf" => &[6, 7],
        "bind" => &[0x7000, 0x8000],
        "socketcall" => &[14],
        "sendmsg" | "sendmmsg" => &[0x9000],
        // SOL_SCTP with its bind and connect.
        "setsockopt" => &[132, 100, 110, 0x4000],
        _ => &[],
    }
}

/// Calls of `row` in the first ABI that has it, with registers that make sense to one decoder or another.
fn samples(row: &'static Row) -> impl Iterator<Item = RawCall> {
    let abis = [Abi::X86_64, Abi::I386, Abi::X32, Abi::Aarch64];
    let found =
        abis.into_iter().find_map(|abi| Some((abi, (0..1024).find(|nr| abi.call_name(*nr) == Some(row.name))?)));
    let common = [
        0,
        1,
        2,
        3,
        4,
        5,
        8,
        16,
        0x1000,
        0x2000,
        0x3000,
        0x4000,
        0x5000,
        0x6000,
        0x5401,
        0x5412,
        u64::from(u32::MAX),
        64,
        0x42,
        0x241,
        0x80_0000,
    ];
    let values = [&common[..], own_values(row.name), own_values(row.name)].concat();
    let mut chance = 1u64;
    let mut calls = Vec::new();
    if let Some((abi, nr)) = found {
        let mut next = || {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            values[(chance >> 33) as usize % values.len()]
        };
        calls.extend((0..6000).map(|_| RawCall { abi, nr, args: std::array::from_fn(|_| next()) }));
    }
    calls.into_iter()
}

#[test]
fn each_rows_text_has_its_arguments() {
    let memory = sample_memory();
    for row in all() {
        let mut most = 0;
        for call in samples(row).take(200) {
            for value in [0, 1, -22] {
                let (mut text, mut tail) = (ArgText::default(), String::new());
                enter(&call, Some(row), &memory, &mut text);
                leave(&call, Some(row), &memory, Outcome { value, error: value < 0 }, &mut text);
                result_text(&call, Some(row), &memory, Outcome { value, error: value < 0 }, &mut text, &mut tail);
                assert!(!text.is_pending() || value < 0 || text.len() <= row.args.len(), "{}: {text:?}", row.name);
                assert!(!tail.is_empty() || matches!(row.result, ResultKind::Whole(_)), "{}: no result", row.name);
                assert!(text.args().all(|a| !a.is_empty()), "{}: an argument without text: {text:?}", row.name);
                most = most.max(text.len());
            }
        }
        let called = samples(row).next().is_some();
        assert!(
            most == row.args.len() || !called,
            "{}: never more than {most} of {} arguments",
            row.name,
            row.args.len()
        );
    }
}

#[test]
fn each_rows_kinds_and_objects_come_out() {
    let memory = sample_memory();
    let mut never = Vec::new();
    for row in all().filter(|row| samples(row).next().is_some()) {
        let mut seen = KindSet::EMPTY;
        for call in samples(row) {
            let call = demultiplex(&call, &memory);
            let Some(row) = lookup(&call) else { continue };
            for (want, does) in wants(&call, row, &memory).iter().zip(row.does.iter().filter(|_| row.does.len() == 1)) {
                // Where the row declares the object, it is that one.
                match (does, &want.target) {
                    (Does::Path { path, .. }, Target::Path { path: bytes, .. })
                        if call.args[usize::from(*path)] == 0x1000 =>
                    {
                        assert_eq!(bytes, b"/path", "{}", row.name);
                    }
                    (Does::Path { path, .. }, other) => {
                        assert_ne!(call.args[usize::from(*path)], 0x1000, "{}: {other:?}", row.name);
                    }
                    (Does::Fd { fd, .. }, other) => {
                        assert_eq!(*other, Target::Fd(call.args[usize::from(*fd)] as i32), "{}", row.name);
                    }
                    (Does::Process { pid, .. }, other) => {
                        assert_eq!(*other, Target::Process(call.args[usize::from(*pid)] as i32), "{}", row.name);
                    }
                    (Does::System(_, name), other) => assert_eq!(*other, Target::System((*name).to_owned())),
                    _ => {}
                }
            }
            seen = wants(&call, row, &memory).iter().fold(seen, |set, want| set.union(KindSet::of(want.kind)));
            if seen == row.all_kinds() {
                break;
            }
        }
        let seen = ELSEWHERE
            .iter()
            .filter(|(names, _)| names.contains(&row.name))
            .fold(seen, |s, (_, k)| k.iter().fold(s, |s, kind| s.union(KindSet::of(*kind))));
        let missing: Vec<_> = row.all_kinds().iter().filter(|kind| !seen.contains(*kind)).map(|k| k.name()).collect();
        if !missing.is_empty() {
            never.push(format!("{}: {}", row.name, missing.join(", ")));
        }
    }
    assert!(never.is_empty(), "kinds that are declared and never come out: {never:#?}");
}

#[test]
fn arguments_are_named_as_man_pages_name_them_and_rows_name_real_ones() {
    for row in all() {
        for arg in row.args {
            let good = arg.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            assert!(
                good && !arg.name.is_empty() && !arg.name.as_bytes()[0].is_ascii_digit(),
                "{}: {}",
                row.name,
                arg.name
            );
        }
        let registers = row.args.len() as u8;
        let real = |register: u8| assert!(register < registers.max(1), "{}: no argument {register}", row.name);
        for does in row.does {
            match *does {
                Does::Path { dir, path, .. } => {
                    dir.into_iter().for_each(real);
                    real(path);
                }
                Does::Fd { fd, .. } => real(fd),
                Does::Address { fd, addr, len, .. } => [fd, addr, len].into_iter().for_each(real),
                Does::Process { pid, .. } => real(pid),
                Does::Plain(_) | Does::System(..) | Does::With(_) => {}
            }
        }
        match row.pretend {
            Pretend::Argument(i) | Pretend::Message(i) => real(i),
            Pretend::Iovec(a, b) => [a, b].into_iter().for_each(real),
            Pretend::No(why) => assert!(!why.is_empty(), "{}", row.name),
            Pretend::Value(_) | Pretend::Setting | Pretend::Descriptor(Fake::File | Fake::Socket) => {}
        }
        row.narrow.iter().for_each(|narrow| real(narrow.arg));
    }
}
