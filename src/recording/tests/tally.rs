//! What is added up piece by piece is what a look at everything finds.

use super::{call, event, happened, path, record};
use crate::policy::Decision;
use crate::recording::tally::{Reached, Tally};
use crate::recording::{Event, Filter};
use crate::syscall::{Access, Kind, Object, Transport};

fn events() -> Vec<Event> {
    let mut out = Vec::new();
    for i in 0..3000u64 {
        let file = format!("/d/f{}", i % 700);
        let mut done = match i % 6 {
            0 => call("openat", &["1"], 3, vec![path(Kind::FileRead, &file)]),
            1 => call("openat", &["2"], 3, vec![path(Kind::FileWrite, &file), path(Kind::FileCreate, &file)]),
            2 => call("unlink", &["3"], 0, vec![path(Kind::FileDelete, &file)]),
            3 => call("execve", &["4"], 0, vec![path(Kind::ProcessExecute, &format!("/bin/p{}", i % 9))]),
            4 => {
                let address = format!("192.0.2.{}", i % 50).parse().unwrap();
                let object = Object::Address { transport: Transport::Tcp, address, port: 80 };
                call("connect", &["5"], 0, vec![Access { kind: Kind::NetworkConnect, object: Some(object) }])
            }
            _ => call("getppid", &[], 1, vec![]),
        };
        if i % 7 == 0 {
            (done.result, done.errno) = (None, Some(2));
        }
        if i % 11 == 0 {
            (done.decision, done.errno) = (Decision::Deny, Some(13));
        }
        if i % 13 == 0 {
            done.decision = Decision::Pretend;
        }
        done.duration_ns = i * 10;
        let mut event = event(i + 1, happened(done));
        event.time += i as i64 * 3_000_000;
        out.push(event);
    }
    out
}

#[test]
fn adding_up_piece_by_piece_gives_what_a_look_at_everything_gives() {
    let dir = tempfile::tempdir().unwrap();
    let reader = record(&dir.path().join("r.syswall"), events());
    let all = Filter::default();
    let mut tally = Tally::default();
    let mut looks = 1;
    while tally.extend(&reader, 170).unwrap() {
        looks += 1;
    }
    assert_eq!((looks, tally.seen()), (3000_u64.div_ceil(170), 3000));
    assert_eq!(tally.calls(), reader.calls(&all).unwrap());
    let files = reader.files(&all, usize::MAX).unwrap();
    let count = |done: fn(&crate::recording::FileRow) -> bool| files.iter().filter(|f| done(f)).count() as u64;
    let expected = Reached {
        read: count(|f| f.read > 0),
        changed: count(|f| f.written + f.created > 0),
        deleted: count(|f| f.deleted > 0),
        hosts: reader.network(&all, usize::MAX).unwrap().len() as u64,
        programs: reader.programs(&all, usize::MAX).unwrap().len() as u64,
    };
    assert_eq!(tally.reached(), expected);
    assert!(expected.read > 100 && expected.hosts > 10 && expected.programs == 3);
    // 9 s in stretches of some ms: what falls on a border may be one off.
    let (rate, exact) = (tally.rate(10), reader.rate(&all, 10).unwrap());
    assert_eq!((rate.width_ns, rate.total.iter().sum::<u64>()), (exact.width_ns, 3000));
    for (one, other) in std::iter::zip(&rate.total, &exact.total) {
        assert!(one.abs_diff(*other) <= 2, "{rate:?} {exact:?}");
    }
    assert_eq!(rate.kinds.len(), exact.kinds.len());
}
