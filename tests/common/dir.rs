//! A folder of a test's own, with a home and everything below it listed.

use super::*;

/// A place of its own for one test: `work` for the program's files, and the user's directories beside it.
pub struct Dir {
    temp: tempfile::TempDir,
    pub(super) mark: String,
}

impl Dir {
    /// A fresh, empty place.
    pub fn new() -> Dir {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let temp = tempfile::Builder::new().prefix("syswall-test-").tempdir().expect("a temporary directory");
        for sub in ["work", "home", "config", "state", "data", "cache", "runtime"] {
            std::fs::create_dir(temp.path().join(sub)).expect("a directory in the temporary one");
        }
        let mode = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(temp.path().join("runtime"), mode).expect("the mode of XDG_RUNTIME_DIR");
        let mark = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Dir { temp, mark }
    }

    /// The place itself: for what neither the program nor the user's settings should see.
    pub fn root(&self) -> &Path {
        self.temp.path()
    }

    /// The working directory of programs.
    pub fn work(&self) -> PathBuf {
        self.root().join("work")
    }

    /// The user's home.
    pub fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    /// A path in the working directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.work().join(name)
    }

    /// Writes a file of the working directory.
    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("the file's directory");
        }
        std::fs::write(&path, content).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        path
    }

    /// Writes an executable file of the working directory.
    pub fn script(&self, name: &str, content: &str) -> PathBuf {
        let path = self.file(name, content);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("the script's mode");
        path
    }

    /// The content of a file of the working directory.
    pub fn read(&self, name: &str) -> String {
        let path = self.path(name);
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// Whether the working directory has it.
    pub fn has(&self, name: &str) -> bool {
        self.path(name).symlink_metadata().is_ok()
    }

    /// Where the saved policies of programs are.
    pub fn policies(&self) -> PathBuf {
        self.root().join("config/syswall/policies")
    }

    /// The saved policies, as text, one after the other.
    pub fn saved_policies(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.policies()) else { return Vec::new() };
        let mut paths: Vec<_> =
            entries.flatten().map(|e| e.path()).filter(|p| p.extension() == Some("json".as_ref())).collect();
        paths.sort();
        paths.iter().map(|p| std::fs::read_to_string(p).expect("a saved policy")).collect()
    }

    /// The recordings made by default.
    pub fn recordings(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.root().join("state/syswall/recordings")) else { return Vec::new() };
        entries.flatten().map(|e| e.path()).collect()
    }

    /// `syswall run --no-gui …`, recording where it does by default.
    pub fn syswall(&self) -> Run<'_> {
        self.bare().arg("run").arg("--no-gui")
    }

    /// `syswall …`.
    pub fn bare(&self) -> Run<'_> {
        self.alone(env!("CARGO_BIN_EXE_syswall"))
    }

    /// A program without Syswall.
    pub fn alone(&self, program: impl AsRef<OsStr>) -> Run<'_> {
        Run { dir: self, argv: vec![program.as_ref().to_owned()], env: Vec::new(), input: Vec::new(), limit: limit() }
    }

    /// Writes a policy where no program looks, and gives its path.
    pub fn policy(&self, policy: &serde_json::Value) -> PathBuf {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let path = self.root().join(format!("policy-{}.json", NEXT.fetch_add(1, Ordering::Relaxed)));
        let text = serde_json::to_string_pretty(policy).expect("a policy as text");
        std::fs::write(&path, text).expect("the policy file");
        path
    }

    /// The processes that this test started and that are still there: PID and command line.
    pub fn left_running(&self) -> Vec<String> {
        let wanted = format!("SYSWALL_TEST={}", self.mark);
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc").expect("/proc").flatten() {
            let environ = std::fs::read(entry.path().join("environ")).unwrap_or_default();
            if environ.split(|b| *b == 0).any(|v| v == wanted.as_bytes()) {
                let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
                let line = String::from_utf8_lossy(&line).replace('\0', " ");
                found.push(format!("{} {line}", entry.file_name().to_string_lossy()));
            }
        }
        found
    }

    /// Waits until nothing that this test started is there any more; panics where something stays.
    pub fn nothing_left_running(&self) {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let left = self.left_running();
            if left.is_empty() {
                return;
            }
            assert!(Instant::now() < end, "left running: {left:#?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Everything under the working directory and the home: path, mode, and content or target, where this place is PLACE.
    pub fn files(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for start in ["work", "home"] {
            list(&self.root().join(start), start, &self.root().to_string_lossy(), &mut found);
        }
        found
    }
}

fn list(dir: &Path, name: &str, place: &str, found: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display())).flatten() {
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        let meta = entry.path().symlink_metadata().expect("a file that was just listed");
        let what = if meta.is_dir() {
            list(&entry.path(), &name, place, found);
            "directory".to_owned()
        } else if meta.is_symlink() {
            format!("-> {}", std::fs::read_link(entry.path()).expect("a link's target").display())
        } else if meta.is_file() {
            // One that its owner may not read has no content to compare.
            let content = std::fs::read(entry.path()).unwrap_or_default();
            // Binary files name no places here, and lossy decoding is the same for the same bytes.
            let text = String::from_utf8_lossy(&content).replace(place, "PLACE");
            format!("{} bytes, {}", content.len(), show(&text, 300))
        } else {
            "special".to_owned()
        };
        found.insert(name, format!("{:o} {what}", meta.mode()));
    }
}
