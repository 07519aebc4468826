//! The rows as a whole.

use std::collections::HashSet;

use crate::syscall::{Abi, Row, lookup_name, rows};

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
fn every_number_of_x86_has_a_row() {
    let missing: Vec<_> = [Abi::X86_64, Abi::I386, Abi::X32]
        .into_iter()
        .flat_map(|abi| (0..1024).filter_map(move |nr| abi.call_name(nr)))
        .filter(|name| lookup_name(name).is_none())
        .collect::<HashSet<_>>()
        .into_iter()
        .collect();
    assert!(missing.is_empty(), "calls without a row: {missing:?}");
}
