//! Where Syswall cannot do its work, the call is not made, the program does not run on unwatched, and the record says why.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::common::{Dir, is_root, tracee};

/// Numbers that differ from run to run, and are the same for the same seed.
struct Chance(u64);

impl Chance {
    fn new() -> Chance {
        let given = std::env::var("SYSWALL_TEST_SEED").ok().and_then(|s| s.parse().ok());
        let seed = given.unwrap_or_else(|| {
            std::time::UNIX_EPOCH.elapsed().map_or(1, |d| d.as_nanos() as u64 ^ u64::from(std::process::id()))
        });
        eprintln!("SYSWALL_TEST_SEED={seed}");
        Chance(seed)
    }

    /// Below `most`.
    fn below(&mut self, most: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % most
    }
}

#[test]
fn killed_at_any_moment_syswall_takes_all_of_the_program_with_it_and_the_recording_opens() {
    const TIMES: usize = 200;
    let mut chance = Chance::new();
    let dir = Dir::new();
    let program = tracee("busy");
    let (mut began, mut tasks) = (0, 0);
    for n in 0..TIMES {
        let record = dir.root().join(format!("run-{}.syswall", n % 2));
        drop(std::fs::remove_file(dir.path("started")));
        let run = dir.bare().args(["run", "--no-gui", "--answer", "allow", "--record"]).arg(&record);
        let running = run.arg("--").arg(&program).start();
        // Some before the program runs, most in the midst of it.
        let wait = Duration::from_micros(chance.below(120_000));
        // However busy the machine is: three of four times the program is waited for.
        let patience = Instant::now();
        while n % 4 != 0 && !dir.has("started") && patience.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_micros(200));
        }
        let start = Instant::now();
        while start.elapsed() < wait {
            std::thread::sleep(Duration::from_micros(200));
        }
        tasks += dir.left_running().len().saturating_sub(1);
        running.signal(Signal::SIGKILL);
        drop(running.wait());
        dir.nothing_left_running();
        if dir.has("started") {
            began += 1;
            let done = dir.bare().args(["report", "--format", "json"]).arg(&record).run();
            let report = done.code(0).quiet().json();
            assert!(report["exit"].is_null() || report["exit"] != json!({"code": 0}), "{report}");
            if n % 10 == 0 {
                dir.bare().arg("events").arg(&record).run().code(0).quiet();
            }
        }
        for suffix in ["", "-wal", "-shm"] {
            let mut name = record.clone().into_os_string();
            name.push(suffix);
            drop(std::fs::remove_file(name));
        }
    }
    println!("{TIMES} kills, {began} of a program that ran, {tasks} tasks of it alive just before, 0 after");
    assert!(began > TIMES / 2, "the program ran in only {began} of {TIMES}");
}

#[test]
fn a_program_that_keeps_syswall_waiting_for_its_memory_is_ended() {
    if !is_root() {
        eprintln!("not run: only root may hold up the kernel's own look at memory (vm.unprivileged_userfaultfd)");
        return;
    }
    for way in ["open", "exec", "connect"] {
        let dir = Dir::new();
        let record = dir.root().join("run.syswall");
        let run = dir.bare().args(["run", "--no-gui", "--answer", "allow", "--record"]).arg(&record);
        let done = run.arg("--").arg(tracee("hang")).arg(way).run();
        if done.code == 3 {
            eprintln!("not run: {}", done.stdout);
            return;
        }
        let done = done.code(125).line("ready").does_not_say("it was looked at");
        assert!(done.stderr.contains("memory") && done.stderr.lines().count() == 1, "{way}{done}");
        dir.nothing_left_running();
        let events = dir.bare().args(["events", "--format", "jsonl"]).arg(&record).run().code(0).json_lines();
        assert!(events.iter().any(|e| e["event"] == "note" && e.to_string().contains("memory")), "{way}: {events:#?}");
    }
}

#[test]
fn what_is_denied_stays_denied_while_the_tasks_that_ask_are_killed() {
    let dir = Dir::new();
    // Those that would make the files are killed before, at and behind the moment at which they are denied.
    let rule = json!({"decision": "deny", "kind": ["file.create", "file.write"], "path": "$CWD/forbidden/**"});
    std::fs::create_dir(dir.path("forbidden")).expect("a directory");
    let line = "i=0; while [ $i -lt 600 ]; do
        (i0=$i; while :; do true > forbidden/$i0; done) 2>/dev/null &
        k=0; while [ $k -lt $((i % 7)) ]; do [ -e no ]; k=$((k+1)); done
        kill -KILL $!; i=$((i+1)); done; wait; echo done";
    let policy = json!({"syswall": 1, "default": "allow", "rules": [rule]});
    dir.syswall().policy(&policy).program("sh").args(["-c", line]).run().code(0).line("done");
    let made: Vec<_> = std::fs::read_dir(dir.path("forbidden")).expect("the directory").flatten().collect();
    assert!(made.is_empty(), "{made:?}");
}

#[test]
fn a_name_that_cannot_be_read_is_not_taken_for_an_allowed_one() {
    let dir = Dir::new();
    let python = "import ctypes, mmap, os\n\
        libc = ctypes.CDLL(None, use_errno=True)\n\
        libc.open.argtypes = [ctypes.c_void_p, ctypes.c_int]\n\
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE)\n\
        at = ctypes.addressof(ctypes.c_char.from_buffer(page))\n\
        for where in (0, 1, at + 4095, 0x7fffffffe000, 0xffffffffffffffff, 0xffffffff81000000):\n\
        \x20   if where == at + 4095: page[4095:4096] = b'x'\n\
        \x20   got = libc.open(where, 0)\n\
        \x20   print(os.strerror(ctypes.get_errno()) if got < 0 else 'opened')\n";
    let rule = json!({"decision": "allow", "kind": "file.read", "path": "/**"});
    let policy = json!({"syswall": 1, "default": "deny", "ignore_library_loading": true, "rules": [rule]});
    let run = dir.syswall().policy(&policy).program("/usr/bin/python3").args(["-I", "-c", python]);
    let done = run.run().code(0);
    let lines: Vec<_> = done.stdout.lines().collect();
    assert_eq!(lines.len(), 6, "{done}");
    assert!(
        lines.iter().all(|l| ["Permission denied", "Bad address", "No such file or directory"].contains(l)),
        "{done}"
    );
    assert!(lines.contains(&"Permission denied"), "{done}");
}

#[test]
fn a_number_that_no_table_has_is_denied_and_recorded() {
    let dir = Dir::new();
    let record = dir.root().join("run.syswall");
    let python = "import ctypes, os\n\
        libc = ctypes.CDLL(None, use_errno=True)\n\
        for number in (400, 511, 1023, 1024, 99999):\n\
        \x20   got = libc.syscall(number, 1, 2, 3)\n\
        \x20   print(got, os.strerror(ctypes.get_errno()))\n";
    let run = dir.bare().args(["run", "--no-gui", "--answer", "allow", "--record"]).arg(&record);
    let done = run.arg("--").arg("/usr/bin/python3").args(["-I", "-c", python]).run().code(0);
    assert!(done.stdout.lines().all(|l| l == "-1 Function not implemented"), "{done}");
    let events = dir.bare().args(["events", "--format", "jsonl"]).arg(&record).run().code(0).json_lines();
    let unknown: Vec<&Value> =
        events.iter().filter(|e| e["call"].as_str().is_some_and(|c| c.starts_with("syscall_"))).collect();
    assert_eq!(unknown.len(), 5, "{unknown:#?}");
    assert!(unknown[..3].iter().all(|e| e["decision"] == "deny" && e["by"] == "protection"), "{unknown:#?}");
}
