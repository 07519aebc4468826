//! However much a program does of one thing, Syswall keeps no more of it than what goes on.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::{Dir, tracee};

/// What Syswall may hold at the most, in MiB: its own start, the recorder's cache and the queues between them.
const MOST: u64 = 160;

/// A field of /proc/PID/status, in MiB.
fn status(pid: i32, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let kib: u64 = text.lines().find_map(|l| l.strip_prefix(name))?.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib / 1024)
}

/// Runs it; gives the most that Syswall's resident memory was, in MiB, and the report.
#[track_caller]
fn flood(words: &[&str]) -> (u64, Value) {
    let dir = Dir::new();
    let record = dir.root().join("run.syswall");
    let run = dir.bare().args(["run", "--no-gui", "--answer", "allow", "--record"]).arg(&record);
    let running = run.arg("--").arg(tracee("flood")).args(words).start();
    let pid = running.pid();
    let watch = std::thread::spawn(move || {
        let mut most = 0;
        while let Some(now) = status(pid, "VmHWM:") {
            most = most.max(now);
            std::thread::sleep(Duration::from_millis(20));
        }
        most
    });
    let done = running.wait().code(0);
    done.line(&format!("{}: all of it", words[0]));
    let most = watch.join().expect("the watcher");
    dir.nothing_left_running();
    let report = dir.bare().args(["report", "--format", "json"]).arg(&record).run().code(0).json();
    println!("{words:?}: {most} MiB at the most");
    assert!(most > 0 && most <= MOST, "{words:?}: {most} MiB");
    (most, report)
}

fn calls(report: &Value, name: &str) -> u64 {
    let all = report["calls"].as_array().expect("calls");
    all.iter().filter(|c| c["call"] == name).filter_map(|c| c["count"].as_u64()).sum()
}

#[test]
fn processes_one_after_the_other() {
    let (_, report) = flood(&["processes", "3000"]);
    assert!(calls(&report, "exit_group") >= 3000);
}

#[test]
fn processes_all_at_once() {
    flood(&["at-once", "600"]);
}

#[test]
fn a_chain_of_processes() {
    flood(&["chain", "400"]);
}

#[test]
fn threads_one_after_the_other() {
    flood(&["threads", "3000"]);
}

#[test]
fn arguments_and_environments_as_long_as_they_may_be() {
    flood(&["arguments", "60"]);
}

#[test]
fn names_that_are_very_long_and_all_different() {
    let (_, report) = flood(&["paths", "4000"]);
    assert!(calls(&report, "access") >= 4000);
}

#[test]
fn vectors_of_a_thousand_pieces() {
    flood(&["vectors", "300"]);
}

#[test]
fn a_storm_of_signals() {
    flood(&["signals", "4000"]);
}

#[test]
fn a_storm_of_stops() {
    flood(&["stops", "3000"]);
}

/// The long run is `SYSWALL_SOAK=SECONDS cargo test --release --no-default-features --test engine soak -- --nocapture`.
#[test]
fn a_long_busy_run_holds_no_more_memory_at_its_end_than_in_its_midst() {
    let seconds = std::env::var("SYSWALL_SOAK").ok().and_then(|s| s.parse().ok()).unwrap_or(6);
    let dir = Dir::new();
    let record = dir.root().join("run.syswall");
    let run = dir.bare().args(["run", "--no-gui", "--answer", "allow", "--record"]).arg(&record);
    let running = run.arg("--").arg(tracee("busy")).args(["0", "4"]).start();
    let (began, mut samples) = (Instant::now(), Vec::new());
    while began.elapsed() < Duration::from_secs(seconds) {
        std::thread::sleep(Duration::from_millis(200));
        let now = status(running.pid(), "VmRSS:").expect("Syswall's memory");
        samples.push(now);
    }
    dir.file("stop", "");
    running.wait().code(0);
    dir.nothing_left_running();
    let size = std::fs::metadata(&record).expect("the recording").len() >> 20;
    let report = dir.bare().args(["report", "--format", "json"]).arg(&record).run().code(0).json();
    let all = report["calls"].as_array().expect("calls");
    let count: u64 = all.iter().filter_map(|c| c["count"].as_u64()).sum();
    let processes: u64 = ["fork", "vfork", "clone", "clone3"].iter().map(|c| calls(&report, c)).sum();
    let third = samples.len() / 3;
    let most = |part: &[u64]| part.iter().copied().max().unwrap_or(0);
    let (first, second, last) =
        (most(&samples[..third]), most(&samples[third..2 * third]), most(&samples[2 * third..]));
    println!(
        "{seconds} s: {count} calls, {processes} processes and threads, recording {size} MiB; memory at the most {first}, {second}, {last} MiB in the thirds of the run"
    );
    assert!(last <= second + second / 5 + 16, "{first}, {second}, {last} MiB");
    assert!(last <= MOST, "{last} MiB");
}
