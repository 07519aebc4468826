//! The decoder's measure: the lines of `--trace` against those of strace 6.1 on the same programs. Here with the programs
//! that are marked `quick`; `sh tests/strace_parity/full.sh` takes all. What remains different, and why, is in
//! tests/strace_parity/differences.md.

use std::path::Path;
use std::process::Command;

/// The percentages that were reached: `quick=` for this test, `full=` for full.sh. They may only be raised.
const FLOOR: &str = "tests/strace_parity/floor";

/// What chance may take (percent): races of threads and children, and what else runs on the machine.
const MARGIN: f64 = 0.3;

fn number(text: &str, key: &str) -> f64 {
    let found = text.split_whitespace().find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
    found.and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("no {key}= in:\n{text}"))
}

fn strace_version() -> Option<String> {
    let output = Command::new("strace").arg("-V").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.lines().next()?.rsplit(' ').next()?.to_owned())
}

#[test]
fn lines_are_as_strace_writes_them_and_no_fewer_than_before() {
    // Another version decodes other things: its figure says nothing about ours.
    match strace_version().as_deref() {
        Some("6.1") => {}
        other => return eprintln!("not measured: strace 6.1 is needed, here is {other:?}"),
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("python3")
        .arg(root.join("tests/strace_parity/parity.py"))
        .args(["--quick", "--syswall", env!("CARGO_BIN_EXE_syswall")])
        .output()
        .expect("python3");
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}\n{}", String::from_utf8_lossy(&output.stderr));
    let total = report.lines().find(|l| l.starts_with("TOTAL ")).unwrap_or_else(|| panic!("no total in:\n{report}"));
    let floor = std::fs::read_to_string(root.join(FLOOR)).expect(FLOOR);
    let (reached, wanted) = (number(total, "percent"), number(&floor, "quick"));
    println!("{total}");
    assert!(number(total, "lines") > 3000.0, "too few lines to say anything:\n{report}");
    assert!(reached >= wanted - MARGIN, "{reached} % of lines are strace's, {wanted} % were ({FLOOR}):\n{report}");
    if reached > wanted + MARGIN {
        println!("raise quick= in {FLOOR} to {reached}");
    }
}
