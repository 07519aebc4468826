//! What a program finds when it starts is what it finds without Syswall.

use crate::common::{Dir, same_as_alone, tracee};

/// The variable by which the tests know their processes is another in each run.
fn without_mark(text: String) -> String {
    text.lines().filter(|l| !l.contains("SYSWALL_TEST")).map(|l| format!("{l}\n")).collect()
}

#[test]
fn environment_descriptors_limits_mask_and_the_rest_are_as_alone() {
    let program = tracee("surroundings");
    let words = [program.as_os_str(), "a b".as_ref(), "".as_ref(), "-x".as_ref(), "--".as_ref(), "--answer".as_ref()];
    let done = same_as_alone(&words, |_| {}, without_mark).code(0);
    done.line("argc 6 argv [a b] [] [-x] [--] [--answer]").says("fd 0 ").says("NoNewPrivs:\t0");
}

/// Runs the tracee below a shell that first changes what is handed down.
fn below_a_shell(change: &str) {
    let program = tracee("surroundings");
    let line = |front: &str| format!("{change}; exec {front} \"$PROGRAM\"");
    let outputs = ["", "\"$SYSWALL\" run --no-gui --no-record --answer allow --"].map(|front| {
        let dir = Dir::new();
        let run = dir.alone("bash").args(["-c", &line(front)]).env("PROGRAM", &program);
        let done = run.env("SYSWALL", env!("CARGO_BIN_EXE_syswall")).run().code(0);
        let place = dir.root().to_string_lossy().into_owned();
        done.stdout.replace(&place, "PLACE").replace(&std::process::id().to_string(), "PID")
    });
    let [alone, under] =
        outputs.map(|o| o.lines().filter(|l| !l.contains("SYSWALL_TEST")).collect::<Vec<_>>().join("\n"));
    assert_eq!(alone, under);
}

#[test]
fn ignored_signals_and_umask_are_handed_down() {
    below_a_shell("trap '' HUP QUIT USR2; umask 027");
}

#[test]
fn limits_and_niceness_are_handed_down() {
    below_a_shell("ulimit -c 0; ulimit -n 200; ulimit -Ss 4096; renice -n 5 $$ >/dev/null");
}

#[test]
fn descriptors_beyond_the_first_three_are_handed_down_and_none_of_syswalls() {
    below_a_shell("exec 3</dev/null 9>>\"$HOME/log\" 21<&3");
}

#[test]
fn closed_standard_descriptors_stay_closed() {
    below_a_shell("exec 0<&-");
}

#[test]
fn a_blocked_signal_mask_is_handed_down() {
    // env(1) can block signals for what it runs.
    let program = tracee("surroundings");
    let outputs =
        [vec![], vec![env!("CARGO_BIN_EXE_syswall"), "run", "--no-gui", "--no-record", "--answer", "allow", "--"]].map(
            |front| {
                let dir = Dir::new();
                let run = dir
                    .alone("env")
                    .args(["--block-signal=USR1,TERM,CHLD", "--ignore-signal=PIPE"])
                    .args(front)
                    .arg(&program);
                run.run()
                    .code(0)
                    .stdout
                    .lines()
                    .filter(|l| l.starts_with("Sig") || l.starts_with("signal"))
                    .collect::<Vec<_>>()
                    .join("\n")
            },
        );
    assert!(outputs[0].contains("SigBlk:\t0000000000014200"), "{}", outputs[0]);
    assert_eq!(outputs[0], outputs[1]);
}

#[test]
fn the_terminal_is_the_programs() {
    let dir = Dir::new();
    let (code, text) = dir.syswall().allow().program(tracee("surroundings")).in_terminal().wait();
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("controlling terminal there, in the foreground 1, of my session 1"), "{text}");
    assert!(text.contains("fd 0 flags 0 mode 8002 type 20000 at 0 tty 1") || text.contains("tty 1"), "{text}");
}
