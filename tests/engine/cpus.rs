//! CPUs: the tracer and who stops for it share one, and the program knows nothing of it.

use std::time::Instant;

use nix::sys::signal::Signal;

use crate::common::{Dir, limit, tracee, tracee_same_as_alone};

#[test]
fn masks_are_as_they_are_alone_also_in_proc_in_threads_children_and_programs() {
    tracee_same_as_alone(&tracee("cpus"), &["family"]).code(0).says("its program ").says("the child's thread ");
}

#[test]
fn a_mask_that_the_program_sets_is_kept_and_inherited() {
    tracee_same_as_alone(&tracee("cpus"), &["pinned"]).code(0).says("changed by its parent ").says("free again ");
}

#[test]
fn threads_that_compute_run_on_two_cpus_at_once() {
    tracee_same_as_alone(&tracee("cpus"), &["parallel"]).code(0).line("on two CPUs, or there is but one");
}

/// A line of `/proc/PID/status`.
fn status(pid: &str, name: &str) -> String {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a process that is alive");
    text.lines().find_map(|l| l.strip_prefix(name)).expect("the line").trim().to_owned()
}

#[test]
fn a_program_with_many_calls_is_on_the_tracers_cpu() {
    let own = status("self", "Cpus_allowed_list:");
    if !own.contains(['-', ',']) {
        return; // There is but one CPU.
    }
    let dir = Dir::new();
    let mut run = dir.syswall().allow().program(tracee("cpus")).arg("calls").start();
    let pid = run.until_lines("pid", 1).remove(0);
    let end = Instant::now() + limit();
    while status(&pid, "Cpus_allowed_list:").contains(['-', ',']) {
        assert!(Instant::now() < end, "it was never held on one CPU, of {own}");
        std::thread::yield_now();
    }
    run.signal(Signal::SIGTERM);
    run.wait().code(143);
}
