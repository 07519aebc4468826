//! Processes: every way to make one, many at once, and every way that they end.

use nix::sys::signal::Signal;

use crate::common::{Dir, tracee, tracee_same_as_alone};

#[test]
fn every_way_to_make_a_process_is_followed() {
    tracee_same_as_alone(&tracee("spawns"), &["each"]).code(0).line("no children left: ECHILD");
}

#[test]
fn children_that_stop_before_their_parents_event_are_followed() {
    tracee_same_as_alone(&tracee("spawns"), &["storm", "4", "250"]).code(0).says("worker exit 55");
}

#[test]
fn one_pid_for_process_after_process() {
    tracee_same_as_alone(&tracee("spawns"), &["reuse"]).code(0);
}

#[test]
fn processes_killed_at_any_moment_are_forgotten() {
    tracee_same_as_alone(&tracee("spawns"), &["killed", "100"]).code(0).line("killed 100 times");
}

#[test]
fn what_goes_on_in_the_background_goes_on_and_the_status_is_the_programs() {
    let dir = Dir::new();
    let done = dir.syswall().allow().program(tracee("spawns")).args(["daemon", "later"]).run();
    done.code(5).line("gone").quiet();
    dir.nothing_left_running();
    assert_eq!(dir.read("later"), "still here\n");
}

#[test]
fn the_exit_status_is_the_programs() {
    let dir = Dir::new();
    for code in [0, 1, 2, 77, 125, 126, 127, 255] {
        let done = dir.syswall().allow().program(tracee("act")).args(["exit", &code.to_string()]).run();
        done.code(code).quiet();
    }
}

#[test]
fn a_signal_that_ends_the_program_is_128_and_its_number() {
    let dir = Dir::new();
    for number in [1, 2, 3, 6, 9, 11, 15, 34, 37, 64] {
        let done = dir.syswall().allow().program(tracee("signals")).args(["die", &number.to_string()]).run();
        done.code(128 + number).quiet();
    }
}

#[test]
fn what_the_program_reads_and_writes_passes_untouched() {
    let dir = Dir::new();
    let input: Vec<u8> = (0..300_000_u32).map(|i| b"the quick brown fox\n"[i as usize % 20]).collect();
    let done = dir.syswall().allow().program("cat").input(&input).run().code(0).quiet();
    assert_eq!(done.stdout.as_bytes(), input);
}

#[test]
fn if_syswall_is_killed_the_program_goes_with_it() {
    let dir = Dir::new();
    let act = tracee("act");
    // The program, its child and its grandchild, each of which says so before it waits for ever.
    let line = format!("{0} note pids one in-child note pids two in-child note pids three pause", act.display());
    let mut run = dir.syswall().allow().program("sh").args(["-c", &format!("{line} & wait")]).start();
    run.until_lines("pids", 3);
    assert!(dir.left_running().len() >= 5);
    run.signal(Signal::SIGKILL);
    assert_eq!(run.wait().code, 128 + 9);
    dir.nothing_left_running();
}

#[test]
fn if_syswall_is_killed_amid_many_calls_the_program_goes_with_it() {
    let dir = Dir::new();
    let act = tracee("act");
    let line = format!("for i in 1 2 3 4; do {0} note pids x fill 100000000 & done; wait", act.display());
    let mut run = dir.syswall().allow().program("sh").args(["-c", &line]).start();
    run.until_lines("pids", 4);
    run.signal(Signal::SIGKILL);
    run.wait();
    dir.nothing_left_running();
}
