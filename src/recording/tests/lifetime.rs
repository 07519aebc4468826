//! What happens to the file: made, in the way, growing, cut off, full, foreign.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{call, event, happened, info, path, record};
use crate::recording::{Event, Filter, Reader, Recorder, default_path};
use crate::syscall::Kind;

fn open(n: u64) -> Event {
    let file = format!("/usr/share/doc/package-{}/copyright", n % 500);
    let quoted = format!("\"{file}\"");
    event(n, happened(call("openat", &["AT_FDCWD", &quoted, "O_RDONLY"], 3, vec![path(Kind::FileRead, &file)])))
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        dir.read_dir().unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Waits until `done`, for a minute at most.
fn until(mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < end, "it did not happen within a minute");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn one_private_file_remains() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("new folder/r.syswall");
    drop(record(&file, (1..=1000).map(open).collect()));
    assert_eq!(names(file.parent().unwrap()), ["r.syswall"]);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(bytes[68..72], 0x5379_5277_u32.to_be_bytes());
}

#[test]
fn it_can_be_read_while_it_grows_and_one_file_remains_when_the_last_reader_leaves() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("r.syswall");
    let recorder = Recorder::start(&file, &info()).unwrap();
    let reader = Reader::open(&file).unwrap();
    assert_eq!(reader.last().unwrap(), 0);
    recorder.sender().send_blocking((1..=10).map(open).collect()).unwrap();
    until(|| reader.last().unwrap() == 10);
    recorder.sender().send_blocking((11..=20).map(open).collect()).unwrap();
    until(|| reader.last().unwrap() == 20);
    assert_eq!(reader.info().unwrap().ended, None);
    recorder.finish(None, None).unwrap();
    assert!(reader.info().unwrap().ended.is_some());
    drop(reader);
    assert_eq!(names(dir.path()), ["r.syswall"]);
    assert_eq!(Reader::open(&file).unwrap().last().unwrap(), 20);
}

#[test]
fn a_recording_and_an_empty_file_are_replaced_and_nothing_else_is() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("r.syswall");
    drop(record(&file, (1..=5).map(open).collect()));
    assert_eq!(record(&file, (1..=2).map(open).collect()).last().unwrap(), 2);
    std::fs::write(&file, "").unwrap();
    assert_eq!(record(&file, (1..=3).map(open).collect()).last().unwrap(), 3);

    std::fs::write(&file, "my diary").unwrap();
    let error = Recorder::start(&file, &info()).err().unwrap().to_string();
    assert!(error.contains("left alone"), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), b"my diary");
    for bad in [dir.path(), Path::new("/dev/null"), Path::new("/proc/nowhere/r")] {
        let error = Recorder::start(bad, &info()).err().unwrap().to_string();
        assert!(error.starts_with(bad.to_str().unwrap()) && !error.contains('\n'), "{error}");
    }
}

#[test]
fn a_discarded_recording_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let recorder = Recorder::start(&dir.path().join("r.syswall"), &info()).unwrap();
    recorder.sender().send_blocking(vec![open(1)]).unwrap();
    recorder.discard();
    assert_eq!(names(dir.path()), [] as [&str; 0]);
}

#[test]
fn what_is_no_recording_is_refused_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("x");
    let refusal = |path: &Path| Reader::open(path).err().unwrap().message;
    assert!(refusal(&file).contains("No such file"));
    assert!(refusal(dir.path()).contains("folder"));
    std::fs::write(&file, "").unwrap();
    assert!(refusal(&file).contains("empty"));
    std::fs::write(&file, "SQLite format 3\0").unwrap();
    assert!(refusal(&file).contains("not a recording"));
    std::fs::remove_file(&file).unwrap();
    drop(record(&file, vec![]));
    let good = std::fs::read(&file).unwrap();
    std::fs::write(&file, "no database").unwrap();
    assert!(refusal(&file).contains("not a recording"));

    let mut newer = good.clone();
    newer[63] = super::super::VERSION as u8 + 1;
    std::fs::write(&file, &newer).unwrap();
    assert!(refusal(&file).contains("newer"));
    std::fs::write(&file, &good[..good.len() / 2]).unwrap();
    assert!(refusal(&file).contains("damaged"), "{}", refusal(&file));

    // A file that says to be ours and brings SQL of its own.
    std::fs::remove_file(&file).unwrap();
    let db = rusqlite::Connection::open(&file).unwrap();
    db.execute_batch(
        "PRAGMA application_id = 0x53795277; PRAGMA user_version = 1; CREATE VIEW run AS SELECT 'started' AS key, 1 AS value",
    )
    .unwrap();
    drop(db);
    assert!(refusal(&file).contains("tables"));
}

#[test]
fn damage_anywhere_is_an_error_and_never_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("x");
    drop(record(&file, (1..=300).map(open).collect()));
    let good = std::fs::read(&file).unwrap();
    let mut random = 12345_u64;
    for _ in 0..150 {
        let mut bad = good.clone();
        for _ in 0..40 {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let at = 100 + (random >> 33) as usize % (bad.len() - 100);
            bad[at] = (random >> 24) as u8;
        }
        std::fs::write(&file, &bad).unwrap();
        if let Ok(reader) = Reader::open(&file) {
            let _ = reader.info();
            let _ = reader.processes();
            let _ = reader.page(&Filter::default(), 0, 1000);
            let _ = reader.calls(&Filter::default());
            let _ = reader.count(&Filter::parse("usr and path ~ \"*doc*\"").unwrap());
        }
    }
}

#[test]
fn a_read_only_recording_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a b%?#.syswall");
    drop(record(&file, (1..=5).map(open).collect()));
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o400)).unwrap();
    assert_eq!(Reader::open(&file).unwrap().last().unwrap(), 5);
}

/// The name by which this test binary is told to be the writer that gets killed.
const VICTIM: &str = "SYSWALL_TEST_RECORD_INTO";

#[test]
fn writer_that_gets_killed() {
    // Runs only as the child of the next test; by itself there is nothing to write into.
    let Some(file) = std::env::var_os(VICTIM) else { return };
    let recorder = Recorder::start(Path::new(&file), &info()).unwrap();
    let mut next = 1;
    loop {
        let batch: Vec<Event> = (next..next + 100).map(open).collect();
        next += 100;
        if recorder.sender().send_blocking(batch).is_err() {
            return;
        }
    }
}

#[test]
fn a_killed_writer_leaves_all_that_was_committed() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("r.syswall");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "recording::tests::lifetime::writer_that_gets_killed", "--nocapture"])
        .env(VICTIM, &file)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until(|| Reader::open(&file).is_ok_and(|r| r.last().unwrap() > 3000));
    let seen = Reader::open(&file).unwrap().last().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();

    let reader = Reader::open(&file).unwrap();
    let last = reader.last().unwrap();
    assert!(last >= seen, "{last} of at least {seen}");
    assert_eq!(reader.event(last).unwrap(), Some(open(last)));
    assert_eq!(reader.count(&Filter::parse("call = openat").unwrap()).unwrap(), last);
    assert_eq!(reader.info().unwrap().ended, None);
    drop(reader);
    assert_eq!(names(dir.path()), ["r.syswall"]);
}

#[test]
fn on_a_full_disk_the_channel_closes_and_what_was_committed_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("r.syswall");
    let limit = |w: &super::super::writer::Writer| w.db().pragma_update(None, "max_page_count", 60);
    let recorder = Recorder::start_with(&file, &info(), limit).unwrap();
    let sender = recorder.sender();
    let unique = |n: u64| {
        let text = format!("\"/a/rather/long/name/that/is/never/used/twice/{n}\"");
        event(n, happened(call("open", &[&text], 3, vec![])))
    };
    let mut next = 1;
    while sender.send_blocking((next..next + 100).map(unique).collect()).is_ok() {
        next += 100;
        assert!(next < 10_000_000, "it never filled");
        let reader = Reader::open(&file).unwrap();
        // One transaction each, so that some are whole before the disk is full.
        until(|| reader.last().unwrap() == next - 1 || recorder.failure().is_some());
    }
    assert!(recorder.failure().unwrap().message.contains("full"));
    assert!(recorder.finish(None, None).unwrap_err().to_string().contains("full"));
    let reader = Reader::open(&file).unwrap();
    let last = reader.last().unwrap();
    assert!(last >= 100 && last < next, "{last}");
    assert_eq!(reader.event(last).unwrap(), Some(unique(last)));
}

#[test]
fn an_event_takes_about_a_hundred_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("r.syswall");
    const COUNT: u64 = 50_000;
    let events = (1..=COUNT).map(|n| {
        let address = format!("{:#x}", 0x7f00_0000_0000 + n * 4096);
        // A tenth open files, three tenths never say the same twice, the rest are reads and writes of what was seen before.
        match n % 10 {
            0 => open(n),
            1..=3 => event(n, happened(call("mmap", &[&address, "8192", "PROT_READ|PROT_WRITE"], n as i64, vec![]))),
            m => event(n, happened(call("read", &[&m.to_string(), "\"\"...", "4096"], (n % 4096) as i64, vec![]))),
        }
    });
    drop(record(&file, events.collect()));
    let each = file.metadata().unwrap().len() / COUNT;
    assert!(each < 110, "{each} bytes an event");
}

#[test]
fn default_names_say_program_and_time_and_never_clash() {
    let dir = tempfile::tempdir().unwrap();
    let first = default_path(dir.path(), Path::new("/usr/bin/curl"));
    let name = first.file_name().unwrap().to_str().unwrap();
    let stamp = name.strip_prefix("curl-").and_then(|n| n.strip_suffix(".syswall")).unwrap();
    assert!(stamp.len() == 15 && stamp.chars().all(|c| c.is_ascii_digit() || c == '-'), "{name}");
    std::fs::create_dir_all(first.parent().unwrap()).unwrap();
    // Taken for this second and some to come, so that the clock does not matter.
    let folder = first.parent().unwrap();
    std::fs::write(&first, "").unwrap();
    let second = default_path(dir.path(), Path::new("/usr/bin/curl"));
    assert!(second != first && second.parent() == Some(folder));
}
