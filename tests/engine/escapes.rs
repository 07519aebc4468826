//! Attackers who mislead Syswall about who shares memory, about its own calls in their processes, and about where names
//! lead: they get nowhere, and the counts are printed.

use crate::common::{Done, tracee, tracee32};
use crate::races::{forbids, nothing_reached, place};

fn attack(what: &str, times: &str) -> Done {
    let dir = place();
    let done = dir.syswall().policy(&forbids()).program(tracee("escapes")).args([what, times]).run();
    assert_eq!(dir.read("secret"), "words");
    assert_eq!(dir.read("closed/file"), "words");
    nothing_reached(done)
}

#[test]
fn a_task_whose_maker_hides_that_it_shares_memory() {
    attack("liar", "1000");
}

#[test]
fn a_mapped_file_whose_name_is_another_files_now() {
    attack("settled", "1000");
}

#[test]
fn pages_that_a_filter_keeps_from_being_sealed() {
    attack("unsealed", "500");
}

#[test]
fn a_forbidden_descriptor_that_a_filter_keeps_open() {
    attack("unclosed", "30");
}

#[test]
fn links_swapped_by_a_program_with_a_filter() {
    attack("filter", "300");
}

#[test]
fn a_folder_that_is_not_there_when_it_is_looked_at() {
    attack("absent", "1500");
}

#[test]
fn links_swapped_behind_a_magic_link() {
    attack("magic", "500");
}

#[test]
fn links_swapped_behind_a_magic_link_by_a_32_bit_program() {
    let dir = place();
    let program = tracee32("escapes");
    nothing_reached(dir.syswall().policy(&forbids()).program(program).args(["magic", "200"]).run());
    assert_eq!(dir.read("closed/file"), "words");
}

#[test]
fn a_slash_behind_a_link_makes_it_no_other_object() {
    attack("slash", "4");
}
