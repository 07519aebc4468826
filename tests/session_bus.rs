//! What a program with the session bus can do to Syswall's windows: nothing.
//!
//! Needs a display and a session bus (`tests/run.sh` makes its own); without them every test here fails.

#![cfg(feature = "gui")]

mod common;

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use common::{Dir, Run, limit, need, tracee};

fn gdbus(words: &[&str]) -> Option<String> {
    let done = Command::new("gdbus").args(words).output().expect("gdbus (package libglib2.0-bin)");
    done.status.success().then(|| String::from_utf8_lossy(&done.stdout).into_owned())
}

fn bus(method: &str, argument: Option<&str>) -> Option<String> {
    let method = format!("org.freedesktop.DBus.{method}");
    let mut words =
        vec!["call", "--session", "--dest", "org.freedesktop.DBus", "--object-path", "/", "--method", &method];
    words.extend(argument);
    gdbus(&words)
}

/// The bus's names for the connections of process `pid`.
fn names(pid: i32) -> Vec<String> {
    let all = bus("ListNames", None).expect("the names on the bus");
    let unique = all.split('\'').filter(|name| name.starts_with(':')).map(str::to_owned);
    let of = |name: &String| bus("GetConnectionUnixProcessID", Some(name)).unwrap_or_default();
    unique.filter(|name| of(name).contains(&format!(" {pid},"))).collect()
}

fn on_a_desktop(run: Run<'_>) -> Run<'_> {
    for name in ["DISPLAY", "DBUS_SESSION_BUS_ADDRESS"] {
        assert!(
            std::env::var_os(name).is_some(),
            "the windows' tests need {name}: run tests/run.sh, or dbus-run-session -- xvfb-run -a cargo test"
        );
    }
    run.env("GDK_BACKEND", "x11").env("GSK_RENDERER", "cairo").without_env("GTK_A11Y").without_env("NO_AT_BRIDGE")
}

/// Looks until there is something.
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + limit();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "{what}: not within the limit");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn no_command_of_the_windows_is_on_the_session_bus() {
    need("gdbus", "libglib2.0-bin");
    let dir = Dir::new();
    let policy = json!({"syswall": 1, "default": "allow", "rules": [{"decision": "ask", "calls": ["unlink"]}]});
    dir.file("precious", "here");
    let run = dir.bare().arg("run").policy(&policy).program(tracee("act")).args(["unlink", "precious"]);
    let mut running = on_a_desktop(run).start();
    // The window is there as soon as its object is.
    let window = "/io/github/syswall/Syswall/window/1";
    let introspect =
        |name: &str, path: &str| gdbus(&["introspect", "--session", "--dest", name, "--object-path", path]);
    let name = until("the window on the bus, or its application", || {
        names(running.pid())
            .into_iter()
            .find(|name| introspect(name, window).is_some_and(|text| text.contains("org.gtk.Actions")))
    });
    for path in ["/io/github/syswall/Syswall", window, "/io/github/syswall/Syswall/window/2"] {
        let call = |method: &str, arguments: &[&str]| {
            let mut words = vec!["call", "--session", "--dest", &name, "--object-path", path, "--method", method];
            words.extend(arguments);
            gdbus(&words)
        };
        let listed = call("org.gtk.Actions.List", &[]).unwrap_or_else(|| "(@as [],)".into());
        assert!(listed.trim() == "(@as [],)", "{path} offers {listed}");
        for action in ["stop-program", "prompt.allow", "allow", "pause", "quit", "run", "close"] {
            call("org.gtk.Actions.Activate", &[action, "[]", "{}"]);
            call("org.freedesktop.Application.ActivateAction", &[action, "[]", "{}"]);
        }
    }
    // Whatever was activated, the question still stands.
    assert!(dir.has("precious"));
    running.signal(nix::sys::signal::Signal::SIGTERM);
    let _ = running.give_up();
    assert!(dir.has("precious"), "the question was answered over the bus");
}

#[test]
fn the_accessibility_bus_is_out_of_the_programs_reach() {
    need("gdbus", "libglib2.0-bin");
    let method = ["--dest", "org.a11y.Bus", "--object-path", "/org/a11y/bus", "--method", "org.a11y.Bus.GetAddress"];
    let told = gdbus(&[&["call", "--session"], &method[..]].concat()).expect("the accessibility bus");
    let path = told.split("unix:path=").nth(1).and_then(|rest| rest.split([',', '\'']).next());
    let Some(path) = path else { panic!("the accessibility bus is elsewhere: {told}") };
    let dir = Dir::new();
    let policy = json!({"syswall": 1, "default": "allow"});
    let record = dir.root().join("run.syswall");
    let run = |gui: bool| {
        let base = if gui { dir.bare().arg("run") } else { dir.syswall() };
        let run = base.policy(&policy).arg("--record").arg(&record).program(tracee("act"));
        on_a_desktop(run.args(["socket-unix", "connect-unix", path]))
    };
    let running = run(true).start();
    until("the end of the program", || {
        let events = dir.bare().args(["events", "--format", "jsonl"]).arg(&record).run();
        let connects =
            events.stdout.lines().find(|l| l.contains(r#""call":"connect""#) && l.contains("decision"))?.to_owned();
        assert!(connects.contains(r#""by":"protection""#) && connects.contains("ECONNREFUSED"), "{connects}");
        Some(())
    });
    running.signal(nix::sys::signal::Signal::SIGTERM);
    drop(running);
    let _ = std::fs::remove_file(&record);
    // Without windows there are no buttons to press.
    run(false).run().line("connect-unix: ok");
}

#[test]
fn a_program_without_the_display_does_not_find_it() {
    let dir = Dir::new();
    let display = std::env::var("DISPLAY").unwrap_or_default();
    let number = display.trim_start_matches(':').split('.').next().unwrap_or("0").to_owned();
    let socket = format!("/tmp/.X11-unix/X{number}");
    let policy = json!({"syswall": 1, "default": "allow"});
    let run = |option: &[&str]| {
        let run = dir.syswall().policy(&policy).args(option).program("sh").arg("-c");
        let act = tracee("act");
        on_a_desktop(run.arg(format!("echo DISPLAY=$DISPLAY; {} socket-unix connect-unix {socket}", act.display())))
            .run()
    };
    run(&[]).code(0).line(&format!("DISPLAY={display}")).line("connect-unix: ok");
    run(&["--without-display"]).code(0).line("DISPLAY=").line("connect-unix: ECONNREFUSED");
}
