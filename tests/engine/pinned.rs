//! Honest programs do not notice that arguments are copied, paths led and pages put into them.

use crate::common::{tracee, tracee_same_as_alone, tracee32};

fn unnoticed(what: &str) {
    tracee_same_as_alone(&tracee("pinned"), &[what]).code(0);
}

#[test]
fn threads_that_wait_for_each_other_at_a_fifo() {
    unnoticed("fifo");
}

#[test]
fn more_threads_in_one_call_than_pages_were_put_there_for() {
    unnoticed("crowd");
}

#[test]
fn a_program_that_connects_to_itself() {
    unnoticed("connects");
}

#[test]
fn waits_of_one_thread_are_not_interrupted_by_calls_of_another() {
    unnoticed("waits");
}

#[test]
fn a_call_that_a_handler_interrupts_is_restarted_with_its_own_arguments() {
    unnoticed("restarts");
}

#[test]
fn registers_are_as_before() {
    unnoticed("registers");
}

#[test]
fn names_are_made_changed_and_removed_as_without_syswall() {
    unnoticed("names");
}

#[test]
fn names_are_made_changed_and_removed_by_a_thread_as_without_syswall() {
    unnoticed("names-thread");
}

#[test]
fn names_are_made_changed_and_removed_by_a_32_bit_thread_as_without_syswall() {
    tracee_same_as_alone(&tracee32("pinned"), &["names-thread"]).code(0);
}

#[test]
fn a_program_with_a_filter_of_its_own() {
    unnoticed("filter");
}

#[test]
fn children_that_borrow_the_memory() {
    unnoticed("spawns");
}

#[test]
fn a_program_in_a_user_namespace_of_its_own() {
    unnoticed("namespace");
}

#[test]
fn what_is_below_the_stack_is_as_before() {
    unnoticed("stack");
}

#[test]
fn names_that_lead_to_nameless_objects_or_nowhere() {
    unnoticed("magic");
}

#[test]
fn names_that_lead_to_nameless_objects_or_nowhere_of_a_32_bit_program() {
    tracee_same_as_alone(&tracee32("pinned"), &["magic"]).code(0);
}
