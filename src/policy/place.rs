//! Where a program runs, for what `~`, `$CWD` and `$PROGRAM_DIR` in rules stand for.

use std::path::PathBuf;

/// What `~`, `$CWD` and `$PROGRAM_DIR` stand for in one run. All absolute, links resolved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// `~`: the user's home directory; `None` where there is none (rules that name it are then refused).
    pub home: Option<PathBuf>,
    /// `$CWD`: where the program was started.
    pub cwd: PathBuf,
    /// `$PROGRAM_DIR`: the directory of the program's executable.
    pub program_dir: PathBuf,
}
