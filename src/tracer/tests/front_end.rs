//! Front ends that hang, are slow, or are gone; a recorder that is gone; a tracer thread that dies.

use std::io::Write;

use super::*;
use crate::policy::By;

/// Tries to read files below `in`, and writes down how it went.
const READS: &str = "exec 2>/dev/null; try() { if true < in/$1; then echo yes $1; else echo no $1; fi >> out; }
    until_there() { while ! test -e $1; do sleep 0.01; done; }\n";

#[test]
fn what_waits_for_a_front_end_that_hangs_is_denied_until_it_reacts_again() {
    let mut bench = Bench::new();
    bench.patience = Duration::from_millis(200);
    ["in/1", "in/2", "in/3"].iter().for_each(|name| bench.file(name));
    let (tracer, recorder) = bench.start(&format!("{READS} try 1; try 2; until_there go; try 3"));
    let question = loop {
        if let Message::Question(question) = tracer.next() {
            break question;
        }
    };
    // Nothing is answered, the heartbeat neither.
    bench.until("out", "no 2");
    assert_eq!(bench.read("out"), "no 1\nno 2\n");
    // It is back. The late answer to the first question changes nothing.
    tracer.answer(&question, Decision::Allow);
    tracer.handle.alive();
    bench.file("go");
    let question = loop {
        match tracer.next() {
            Message::Question(question) => break question,
            Message::Ended(ended) => panic!("{ended:?}"),
            _ => {}
        }
    };
    tracer.answer(&question, Decision::Allow);
    let ended = tracer.end();
    assert!(ended.failure.is_none(), "{ended:?}");
    assert_eq!(bench.read("out"), "no 1\nno 2\nyes 3\n");
    let events = recorder.join().unwrap();
    for (file, decision, by) in [
        ("in/1", Decision::Deny, By::Protection),
        ("in/2", Decision::Deny, By::Protection),
        ("in/3", Decision::Allow, By::Answer),
    ] {
        let calls = reads_of(&events, &bench.path(file));
        assert!(!calls.is_empty() && calls.iter().all(|c| c.decision == decision && c.by == by), "{file}: {calls:?}");
    }
    let said = notes(&events);
    assert!(said[0].contains("does not react") && said[1].contains("reacts again"), "{said:?}");
}

#[test]
fn a_user_who_thinks_for_long_is_no_front_end_that_hangs() {
    let mut bench = Bench::new();
    bench.patience = Duration::from_millis(200);
    bench.file("in/1");
    let (tracer, _recorder) = bench.start(&format!("{READS} try 1"));
    let question = tracer.question();
    for _ in 0..6 {
        while !matches!(tracer.next(), Message::Heartbeat) {}
        tracer.handle.alive();
    }
    tracer.answer(&question, Decision::Allow);
    tracer.end();
    assert_eq!(bench.read("out"), "yes 1\n");
}

#[test]
fn a_front_end_that_is_gone_ends_the_program() {
    let mut bench = Bench::new();
    bench.file("in/1");
    let (tracer, recorder) = bench.start(&format!("{READS} until_there go; try 1; echo on >> out"));
    let Message::Started { pid } = tracer.next() else { panic!("it did not start") };
    drop(tracer.messages);
    bench.file("go");
    gone(pid);
    tracer.thread.join().unwrap();
    let events = recorder.join().unwrap();
    assert_eq!(bench.read("out"), "");
    assert!(notes(&events).iter().any(|n| n.contains("the front end is gone")), "{:?}", notes(&events));
}

#[test]
fn a_recorder_that_is_gone_ends_the_program() {
    let mut bench = Bench::new();
    bench.disk = 5000;
    let (tracer, recorder) = bench.start("while :; do /bin/true; echo x >> out; done");
    let Message::Started { pid } = tracer.next() else { panic!("it did not start") };
    gone(pid);
    assert!(recorder.join().unwrap().len() >= 5000);
    let ended = tracer.end();
    assert!(ended.failure.is_some_and(|f| f.to_string().contains("recording")));
    let out = bench.read("out");
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(bench.read("out"), out, "something of it lives on");
}

/// Panics when it is written to for the nth time.
struct Panics(usize);

impl Write for Panics {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self.0.checked_sub(1).expect("this panic is what the test is about");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_tracer_thread_that_panics_takes_the_program_with_it() {
    for after in [2000, 2001, 2002, 2003, 2010] {
        let mut bench = Bench::new();
        bench.trace = Some(TraceText::new(Box::new(Panics(after))));
        let (tracer, recorder) = bench.start("while :; do /bin/true; echo x >> out; done");
        let Message::Started { pid } = tracer.next() else { panic!("it did not start") };
        assert!(tracer.thread.join().is_err());
        gone(pid);
        recorder.join().unwrap();
        assert!(tracer.messages.is_closed());
        let out = bench.read("out");
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(bench.read("out"), out, "something of it lives on");
    }
}

#[test]
fn hundreds_of_questions_at_once_are_all_answered_and_few_are_shown_at_a_time() {
    let mut bench = Bench::new();
    let count = 300;
    (0..count).for_each(|n| bench.file(&format!("in/{n}")));
    let script = format!(
        "i=0; while [ $i -lt {count} ]; do (if true < in/$i; then echo yes; else echo no; fi >> out) 2>/dev/null & i=$((i+1)); done; wait"
    );
    let (tracer, recorder) = bench.start(&script);
    let mut shown = std::collections::BTreeMap::new();
    let (mut most, mut answered) = (0, 0);
    let ended = loop {
        // Nobody is quick: the answer comes when nothing new does.
        match tracer.messages.try_recv() {
            Ok(Message::Question(question)) => drop(shown.insert(question.id, question)),
            Ok(Message::Withdrawn { id, .. }) => drop(shown.remove(&id)),
            Ok(Message::Heartbeat) => tracer.handle.alive(),
            Ok(Message::Ended(ended)) => break ended,
            Ok(_) => {}
            Err(error) if error.is_closed() => panic!("closed"),
            Err(_) => {
                most = most.max(shown.len());
                match shown.pop_first() {
                    Some((_, question)) => {
                        let decision = if answered % 2 == 0 { Decision::Allow } else { Decision::Deny };
                        answered += 1;
                        tracer.answer(&question, decision);
                    }
                    None => std::thread::sleep(Duration::from_millis(1)),
                }
            }
        }
    };
    assert!(ended.failure.is_none(), "{ended:?}");
    assert_eq!(answered, count);
    assert!((2..=64).contains(&most), "{most} questions were shown at a time");
    let out = bench.read("out");
    assert_eq!((out.matches("yes").count(), out.matches("no").count()), (count / 2, count / 2), "{out}");
    recorder.join().unwrap();
}

#[test]
fn questions_whose_askers_do_not_wait_do_not_flood_the_front_end() {
    let mut bench = Bench::new();
    let count = 500;
    // Between the start of each and its death, the parent makes some calls of its own.
    let pause = "[ -e no ]; ".repeat(12);
    let script = format!(
        "exec 2>/dev/null; i=0; while [ $i -lt {count} ]; do (true < in/$i; echo reached >> out) & {pause} kill -KILL $!; wait $!; i=$((i+1)); done"
    );
    let began = Instant::now();
    let (tracer, recorder) = bench.start(&script);
    let mut questions = 0;
    let ended = loop {
        match tracer.next() {
            Message::Question(_) => questions += 1,
            Message::Heartbeat => tracer.handle.alive(),
            Message::Ended(ended) => break ended,
            _ => {}
        }
    };
    let most = 64 + 20 * (began.elapsed().as_secs() + 1);
    assert!(ended.failure.is_none(), "{ended:?}");
    assert!(questions <= most, "{questions} questions, where {most} are the most");
    assert_eq!(bench.read("out"), "");
    let events = recorder.join().unwrap();
    let asked = (0..count).map(|n| reads_of(&events, &bench.path(&format!("in/{n}"))).len()).sum::<usize>();
    // More than would be shown if nothing held them back.
    assert!(asked > 100, "only {asked} of {count} got as far as asking");
}
