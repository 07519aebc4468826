//! Programs that become other programs.

use crate::common::{Dir, tracee, tracee_same_as_alone};

#[test]
fn exec_by_a_thread_that_is_not_the_leader() {
    let done = tracee_same_as_alone(&tracee("threads"), &["exec", "45"]).code(0);
    done.line("a thread's exec of nothing: ENOENT").line("exec from threads: 45 times");
}

#[test]
fn exec_by_a_thread_whose_leader_has_ended() {
    tracee_same_as_alone(&tracee("threads"), &["leader-ends-exec"]).code(33);
}

#[test]
fn scripts_run_by_their_interpreter() {
    let dir = Dir::new();
    let script = dir.script("hello", "#!/bin/sh -e\necho \"$0 says $1\"\nexit 4\n");
    let done = dir.syswall().allow().program("./hello").arg("hi").run();
    done.code(4).line("./hello says hi").quiet();
    let done = dir.syswall().allow().program(&script).arg("hi").run();
    done.code(4).line(&format!("{} says hi", script.display()));
}

#[test]
fn a_bare_name_is_looked_for_in_path() {
    let dir = Dir::new();
    dir.script("tools/tool-of-this-test", "#!/bin/sh\necho found\n");
    let path = format!("{}:/usr/bin:/bin", dir.path("tools").display());
    dir.syswall().allow().program("tool-of-this-test").env("PATH", path).run().code(0).line("found").quiet();
}

#[test]
fn the_working_directory_can_be_chosen() {
    let dir = Dir::new();
    dir.script("sub/here", "#!/bin/sh\npwd\n");
    let done = dir.syswall().allow().args(["-C", "sub"]).program("./here").run();
    done.code(0).line(&dir.path("sub").canonicalize().expect("the directory").to_string_lossy()).quiet();
}

#[test]
fn hundreds_of_programs_one_after_the_other() {
    let dir = Dir::new();
    let line = "i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done; echo $i";
    dir.syswall().allow().program("sh").args(["-c", line]).run().code(0).line("300").quiet();
}
