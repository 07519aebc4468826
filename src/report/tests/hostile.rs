//! Recordings that a stranger made: their numbers are whatever the stranger wrote.

use crate::recording::tests::{call, event, happened, path, record};
use crate::recording::{Filter, Matches, Reader};
use crate::report::Report;
use crate::syscall::Kind;

/// A recording of three calls, changed with `sql`.
fn changed(sql: &str) -> (tempfile::TempDir, Reader) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("r.syswall");
    let read = |seq| event(seq, happened(call("read", &["3"], 5, vec![path(Kind::FileRead, "/a")])));
    drop(record(&file, (1..=3).map(read).collect()));
    rusqlite::Connection::open(&file).unwrap().execute_batch(sql).unwrap();
    let reader = Reader::open(&file).unwrap();
    (folder, reader)
}

#[test]
fn an_event_with_the_largest_number_is_reached_without_counting_there() {
    let (_folder, reader) = changed("UPDATE event SET seq = 9223372036854775807 WHERE seq = 3");
    let everything = Filter::default();
    let (mut at, mut seen) = (0, Vec::new());
    while let Some(event) = reader.after(&everything, at, 1).unwrap().pop() {
        at = event.seq;
        seen.push(at);
    }
    assert_eq!(seen, [1, 2, i64::MAX as u64]);
    assert_eq!(Report::of(&reader).unwrap().calls[0].count, 3);
}

#[test]
fn times_and_amounts_that_do_not_add_up_are_no_trouble() {
    let (_folder, reader) = changed(
        "UPDATE event SET time = 9223372036854775807, duration = 9223372036854775807, waited = -1, \
         result = 9223372036854775807; UPDATE process SET calls = -1, denied = 9223372036854775807",
    );
    assert_eq!(reader.calls(&Filter::default()).unwrap()[0].count, 3);
    assert_eq!(Report::of(&reader).unwrap().calls[0].count, 3);
    assert_eq!(reader.rate(&Filter::default(), 10).unwrap().total.iter().sum::<u64>(), 3);
    let mut matches = Matches::new(Filter::parse("call = read").unwrap());
    matches.extend(&reader, u64::MAX).unwrap();
    assert_eq!(matches.len(), 3);
}

#[test]
fn a_signal_to_the_smallest_process_group_is_one_to_a_group() {
    let folder = tempfile::tempdir().unwrap();
    let target = crate::syscall::Object::Process { pid: i32::MIN, tree: false };
    let kill = call(
        "kill",
        &["-2147483648", "SIGTERM"],
        0,
        vec![crate::syscall::Access { kind: Kind::ProcessSignal, object: Some(target) }],
    );
    let reader = record(&folder.path().join("r.syswall"), vec![event(1, happened(kill))]);
    assert_eq!(Report::of(&reader).unwrap().items[0].object, "a process group");
}
