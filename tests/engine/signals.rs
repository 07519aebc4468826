//! Signals, timers, stops: each delivered exactly once, and calls interrupted and restarted as without Syswall.

use crate::common::{tracee, tracee_same_as_alone};

#[test]
fn each_signal_comes_exactly_once() {
    tracee_same_as_alone(&tracee("signals"), &["each"]).code(0).line("once: 120");
}

#[test]
fn queued_signals_keep_their_number_their_order_and_their_values() {
    tracee_same_as_alone(&tracee("signals"), &["queued"]).code(0).line("RT+3 value 4 code -1");
}

#[test]
fn five_thousand_queued_signals_arrive_in_order() {
    tracee_same_as_alone(&tracee("signals"), &["storm", "5000"]).code(0).says("5000 received, 0 out of order");
}

#[test]
fn faults_reach_their_handlers_on_their_own_stack() {
    tracee_same_as_alone(&tracee("signals"), &["faults"]).code(0).says("single step: 5");
}

#[test]
fn interrupted_calls_end_or_go_on_as_the_kernel_says() {
    let done = tracee_same_as_alone(&tracee("signals"), &["interrupted"]).code(0);
    done.line("read from a pipe: -1 EINTR, handler 1").line("read from a pipe with SA_RESTART: 1 , handler 1");
}

#[test]
fn stopped_and_continued_processes_sleep_as_long_as_they_wanted() {
    let done = tracee_same_as_alone(&tracee("signals"), &["stops"]).code(0);
    done.line("stopped 19, continued, exit 42").line("SIGTERM while stopped: still there").line("then: signal 15");
}

#[test]
fn each_signal_does_by_default_what_it_does_without_syswall() {
    tracee_same_as_alone(&tracee("signals"), &["deaths"]).code(0).line("9: signal 9").line("64: signal 64");
}

#[test]
fn every_kind_of_timer_goes_off() {
    tracee_same_as_alone(&tracee("signals"), &["timers"]).code(0).line("calls under a timer: all well");
}

#[test]
fn signals_reach_the_thread_they_are_meant_for() {
    tracee_same_as_alone(&tracee("signals"), &["threads"]).code(0).line("sigwaitinfo: the sum is 4950");
}

#[test]
fn a_parent_is_told_of_each_child_once() {
    tracee_same_as_alone(&tracee("signals"), &["children"]).code(0).line("SIGCHLD: one for each");
}
