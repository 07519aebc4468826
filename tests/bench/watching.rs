//! `cargo bench`: what being watched costs, in one table. `cargo bench -- --quick`: one round, less of everything;
//! `-- NAME…`: only the rows whose name holds one of these.
//!
//! Every round runs each row under each tracer once, one after the other, so that what the machine does besides is
//! shared by all; the table shows medians. Rows of single calls are timed inside the program, in time per round of the
//! loop; rows of whole programs from outside, from start to end.

mod programs;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use programs::Row;

/// No further round of a row begins after this.
const MOST: Duration = Duration::from_secs(25);

/// Who watches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Tracer {
    /// Nobody.
    Alone,
    /// Two stops a call and nothing else.
    Floor,
    /// The same on one CPU.
    FloorPinned,
    Strace,
    StraceBpf,
    /// `--watch all`.
    All,
    /// `--watch policy --preset no-network`, the rest allowed.
    Policy,
}

impl Tracer {
    pub(crate) const ALL: [Tracer; 7] = [
        Tracer::Alone,
        Tracer::Floor,
        Tracer::FloorPinned,
        Tracer::Strace,
        Tracer::StraceBpf,
        Tracer::All,
        Tracer::Policy,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Tracer::Alone => "alone",
            Tracer::Floor => "bare loop",
            Tracer::FloorPinned => "same CPU",
            Tracer::Strace => "strace -f",
            Tracer::StraceBpf => "strace bpf",
            Tracer::All => "watch all",
            Tracer::Policy => "w. policy",
        }
    }
}

/// Where everything lies that the rows need.
pub(crate) struct Place {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) work: PathBuf,
    floor: PathBuf,
    strace: bool,
}

impl Place {
    fn new() -> Place {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench");
        let compile = |name: &str| {
            let program = dir.path().join(name);
            let made = Command::new("cc")
                .args(["-O2", "-pthread", "-o"])
                .args([&program, &sources.join(format!("{name}.c"))])
                .status();
            assert!(made.is_ok_and(|s| s.success()), "cc cannot compile {name}.c: install a C compiler");
            program
        };
        let (work, floor) = (compile("work"), compile("floor"));
        std::fs::write(dir.path().join("allow.json"), r#"{"syswall": 1, "default": "allow"}"#).expect("a policy");
        let strace = Command::new("strace").arg("-V").output().is_ok_and(|o| o.status.success());
        Place { work, floor, strace, dir }
    }

    /// `argv` under `tracer`; `None`: that tracer is not installed.
    fn command(&self, tracer: Tracer, argv: &[String]) -> Option<Command> {
        let file = |name: &str| self.dir.path().join(name);
        let mut command = match tracer {
            Tracer::Alone => Command::new(&argv[0]),
            Tracer::Floor | Tracer::FloorPinned => Command::new(&self.floor),
            Tracer::Strace | Tracer::StraceBpf if self.strace => Command::new("strace"),
            Tracer::Strace | Tracer::StraceBpf => return None,
            Tracer::All | Tracer::Policy => Command::new(env!("CARGO_BIN_EXE_syswall")),
        };
        let record = |command: &mut Command, watch: &str| {
            command.args(["run", "--no-gui", "--answer", "allow", "--watch", watch]);
            command.arg("--policy").arg(file("allow.json")).arg("--record").arg(file("recording"));
        };
        match tracer {
            Tracer::Alone => {
                command.args(&argv[1..]);
                return Some(self.placed(command));
            }
            Tracer::Floor => {}
            Tracer::FloorPinned => drop(command.arg("-p")),
            Tracer::Strace => drop(command.arg("-f").arg("-o").arg(file("strace"))),
            Tracer::StraceBpf => {
                command.args(["--seccomp-bpf", "-f", "-e", "trace=%file,%network,%process", "-o"]).arg(file("strace"));
            }
            Tracer::All => record(&mut command, "all"),
            Tracer::Policy => {
                record(&mut command, "policy");
                command.args(["--preset", "no-network", "--"]);
            }
        }
        command.args(argv);
        Some(self.placed(command))
    }

    fn placed(&self, mut command: Command) -> Command {
        command.current_dir(self.dir.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Nothing of the user's own is read or written.
        command.env("XDG_STATE_HOME", self.dir.path()).env("XDG_CONFIG_HOME", self.dir.path());
        command
    }

    /// One run of one row: its time, `None` without that tracer.
    fn time(&self, row: &Row, tracer: Tracer, quick: bool) -> Option<Duration> {
        if let Some(before) = &row.before {
            before(self);
        }
        let argv = row.argv(self, tracer, quick);
        let mut command = self.command(tracer, &argv)?;
        let start = Instant::now();
        let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
        let outside = start.elapsed();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
        if !row.is_loop {
            return Some(outside);
        }
        let ns = text.trim().parse().unwrap_or_else(|_| panic!("{command:?} printed {text:?}"));
        Some(Duration::from_nanos(ns))
    }

    /// The most memory that the tracer itself had resident in a run that nobody times, in KiB.
    fn peak(&self, row: &Row, tracer: Tracer, quick: bool) -> Option<u64> {
        if let Some(before) = &row.before {
            before(self);
        }
        let argv = row.argv(self, tracer, quick);
        let mut command = self.command(tracer, &argv)?;
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().ok()?;
        let mut most = 0;
        // VmHWM is gone with the process, so it is read until then.
        while child.try_wait().ok()?.is_none() {
            let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
            let field = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
            most = most.max(field.and_then(|f| f.split_whitespace().next()?.parse().ok()).unwrap_or(0));
            std::thread::sleep(Duration::from_millis(2));
        }
        Some(most)
    }
}

fn median(times: &mut [Duration]) -> Option<Duration> {
    times.sort();
    times.get(times.len() / 2).copied()
}

fn main() {
    // cargo itself passes --bench.
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let quick = args.iter().any(|a| a == "--quick");
    let wanted: Vec<&String> = args.iter().filter(|a| !a.starts_with("--")).collect();
    let place = Place::new();
    let rows: Vec<Row> = programs::rows(&place)
        .into_iter()
        .filter(|row| wanted.is_empty() || wanted.iter().any(|w| row.name.contains(w.as_str())))
        .collect();
    let rounds = if quick { 1 } else { 5 };
    let mut times: BTreeMap<(usize, Tracer), Vec<Duration>> = BTreeMap::new();
    for (number, row) in rows.iter().enumerate() {
        // Once alone first, so that the files are in the kernel's cache for all.
        place.time(row, Tracer::Alone, true);
        let begun = Instant::now();
        for round in 0..rounds {
            if begun.elapsed() > MOST {
                break;
            }
            eprint!("\r{:<40}", format!("{} {}/{rounds}", row.name, round + 1));
            for tracer in Tracer::ALL {
                if let Some(time) = place.time(row, tracer, quick) {
                    times.entry((number, tracer)).or_default().push(time);
                }
            }
        }
    }
    let mut peaks: BTreeMap<Tracer, u64> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.is_loop) {
        for tracer in [Tracer::Strace, Tracer::StraceBpf, Tracer::All, Tracer::Policy] {
            if let Some(peak) = place.peak(row, tracer, quick) {
                let most = peaks.entry(tracer).or_default();
                *most = peak.max(*most);
            }
        }
    }
    eprint!("\r{:<40}\r", "");
    let medians = times.into_iter().filter_map(|(key, mut all)| Some((key, median(&mut all)?))).collect();
    table::print(&rows, &medians, &peaks, place.strace);
}
