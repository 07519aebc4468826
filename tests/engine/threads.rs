//! Threads: many, ending in every way.

use crate::common::{tracee, tracee_same_as_alone};

#[test]
fn fifty_threads_with_locks_conditions_and_children() {
    let done = tracee_same_as_alone(&tracee("threads"), &["pool"]).code(0);
    done.line("50 threads counted to 10000").line("a robust mutex: EOWNERDEAD").line("500 short threads");
}

#[test]
fn a_leader_that_ends_before_its_threads() {
    tracee_same_as_alone(&tracee("threads"), &["leader-ends"]).code(21);
}

#[test]
fn exit_group_while_other_threads_make_calls() {
    tracee_same_as_alone(&tracee("threads"), &["exit-races", "60"]).code(0).line("exit races: 60");
}
