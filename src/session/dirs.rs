//! Where the user's settings, policies and recordings are (XDG Base Directory Specification).

use std::path::PathBuf;

/// Syswall's own directories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dirs {
    /// The user's home.
    pub home: PathBuf,
    /// `$XDG_CONFIG_HOME/syswall`.
    pub config: PathBuf,
    /// `$XDG_STATE_HOME/syswall`.
    pub state: PathBuf,
}

impl Dirs {
    /// Those of the user who runs Syswall; `None`: no home is known.
    pub fn of_user() -> Option<Dirs> {
        let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
        let home = absolute("HOME")
            .or_else(|| nix::unistd::User::from_uid(nix::unistd::getuid()).ok().flatten().map(|u| u.dir))?;
        Some(Dirs {
            config: absolute("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config")).join("syswall"),
            state: absolute("XDG_STATE_HOME").unwrap_or_else(|| home.join(".local/state")).join("syswall"),
            home,
        })
    }
}
