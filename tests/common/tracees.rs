//! The C programs in `tests/tracees`, compiled once for each content.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The 64-bit program made from `tests/tracees/NAME.c`.
pub fn tracee(name: &str) -> PathBuf {
    compile(name, &[])
}

/// The 32-bit program made from `tests/tracees/NAME.c`.
pub fn tracee32(name: &str) -> PathBuf {
    compile(name, &["-m32"])
}

/// FNV-1a: all that is needed is that another content gives another name.
pub fn digest(content: &[u8]) -> u64 {
    content.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}

fn compile(name: &str, flags: &[&str]) -> PathBuf {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tracees");
    let source = sources.join(format!("{name}.c"));
    let mut content = std::fs::read(&source).unwrap_or_else(|e| panic!("{}: {e}", source.display()));
    content.extend(std::fs::read(sources.join("tracee.h")).expect("tests/tracees/tracee.h"));
    content.extend(flags.join(" ").bytes());
    let file = format!("{name}-{:016x}", digest(&content));
    let common = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tracees");
    if common.join(&file).exists() {
        return common.join(file);
    }
    // A tester who may not write to the build's directory keeps programs of his own.
    let own = std::env::temp_dir().join(format!("syswall-tracees-{}", nix::unistd::getuid()));
    for dir in [common, own] {
        let program = dir.join(&file);
        if program.exists() {
            return program;
        }
        if std::fs::create_dir_all(&dir).is_err() {
            continue;
        }
        // Several tests may want it at once: each makes its own and renames it, which is atomic.
        let Ok(made) = tempfile::Builder::new().prefix(name).tempdir_in(&dir) else { continue };
        let output = made.path().join(name);
        let mut args: Vec<OsString> =
            ["-std=gnu11", "-O1", "-Wall", "-Werror", "-pthread", "-o"].map(OsString::from).into();
        args.extend([output.clone().into(), source.clone().into()]);
        args.extend(flags.iter().map(OsString::from));
        let gcc = Command::new("gcc").args(&args).output().unwrap_or_else(|e| panic!("gcc (package gcc): {e}"));
        let help = if flags.is_empty() { "" } else { " (package gcc-multilib)" };
        assert!(gcc.status.success(), "gcc{help} {args:?}:\n{}", String::from_utf8_lossy(&gcc.stderr));
        std::fs::rename(&output, &program).expect("moving the tracee to its place");
        return program;
    }
    panic!("no directory to compile {name}.c in: set TMPDIR to one that can be written to");
}
