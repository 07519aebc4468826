//! What the desktop gets: the shipped files are what their standards want, `data/install.sh` puts them in place and
//! takes away exactly what it put there, and the desktop then knows recordings, but no program of the user's.
//!
//! The tools that judge are required, not optional: `sh tests/run.sh` installs them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ID: &str = "io.github.syswall.Syswall";

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a tool; one that is missing fails the test and says how to get it.
fn run(command: &mut Command) -> Output {
    match command.output() {
        Ok(output) => output,
        Err(error) => panic!(
            "{} could not be started ({error}); `sh tests/run.sh` installs what the tests need",
            command.get_program().to_string_lossy()
        ),
    }
}

/// Runs a tool that must succeed, and gives its standard output.
fn succeed(command: &mut Command) -> String {
    let output = run(command);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn tool<I: AsRef<OsStr>>(name: &str, arguments: impl IntoIterator<Item = I>) -> String {
    succeed(Command::new(name).args(arguments))
}

/// A call of `data/install.sh` that installs the program that these tests were built with.
fn install_sh(arguments: &[&OsStr]) -> Command {
    let mut command = Command::new("sh");
    command.arg(project().join("data/install.sh")).args(arguments).env("SYSWALL", env!("CARGO_BIN_EXE_syswall"));
    command
}

/// Every file and folder below `folder`, by the path inside it.
fn everything(folder: &Path) -> BTreeSet<PathBuf> {
    fn walk(folder: &Path, top: &Path, found: &mut BTreeSet<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            found.insert(path.strip_prefix(top).unwrap().to_owned());
            if path.is_dir() {
                walk(&path, top, found);
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(folder, folder, &mut found);
    found
}

/// The value of a key in the first group of a desktop entry.
fn value(entry: &str, key: &str) -> Option<String> {
    entry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=').map(str::to_owned))
}

#[test]
fn desktop_entries_are_valid() {
    for entry in [format!("data/desktop/{ID}.desktop"), "data/file-managers/thunar-sendto-syswall.desktop".to_owned()] {
        let said = tool("desktop-file-validate", [project().join(&entry)]);
        assert_eq!(said, "", "{entry}");
    }
}

#[test]
fn the_description_for_software_centres_is_valid() {
    let metainfo = project().join(format!("data/desktop/{ID}.metainfo.xml"));
    tool("appstreamcli", [OsStr::new("validate"), OsStr::new("--no-net"), metainfo.as_os_str()]);
    let text = fs::read_to_string(metainfo).unwrap();
    assert!(
        text.contains(&format!("<release version=\"{}\"", env!("CARGO_PKG_VERSION"))),
        "this version is no release"
    );
}

#[test]
fn xml_and_icons_are_well_formed() {
    for folder in ["data/desktop", "data/icons"] {
        for entry in fs::read_dir(project().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "xml" || extension == "svg") {
                tool("xmllint", [OsStr::new("--noout"), path.as_os_str()]);
            }
        }
    }
}

#[test]
fn the_entry_claims_recordings_and_no_programs() {
    let entry = fs::read_to_string(project().join(format!("data/desktop/{ID}.desktop"))).unwrap();
    // With more than this, a double click on a script would open Syswall instead of an editor.
    assert_eq!(value(&entry, "MimeType").as_deref(), Some("application/x-syswall-recording;"));
}

#[test]
fn scripts_are_valid_for_a_posix_shell() {
    for script in
        ["data/setup.sh", "data/run.sh", "data/install.sh", "data/file-managers/nautilus-script.sh", "tests/run.sh"]
    {
        tool("sh", [OsStr::new("-n"), project().join(script).as_os_str()]);
    }
}

#[test]
fn the_nautilus_extension_compiles() {
    let source = project().join("data/file-managers/nautilus-syswall.py");
    let check = "import ast, sys; ast.parse(open(sys.argv[1], encoding='utf-8').read())";
    tool("python3", [OsStr::new("-c"), OsStr::new(check), source.as_os_str()]);
}

#[test]
fn installing_puts_everything_in_place_and_uninstalling_removes_exactly_that() {
    let scratch = tempfile::tempdir().unwrap();
    // A prefix that is in use, and that needs quoting.
    let prefix = scratch.path().join("my pre$fix");
    fs::create_dir_all(prefix.join("share/Thunar/sendto")).unwrap();
    fs::write(prefix.join("share/Thunar/sendto/other.desktop"), "somebody else's").unwrap();
    let before = everything(&prefix);

    succeed(&mut install_sh(&[prefix.as_os_str(), OsStr::new("--user")]));
    let expected = [
        "bin/syswall".to_owned(),
        format!("share/applications/{ID}.desktop"),
        format!("share/metainfo/{ID}.metainfo.xml"),
        format!("share/mime/packages/{ID}.xml"),
        format!("share/icons/hicolor/scalable/apps/{ID}.svg"),
        format!("share/icons/hicolor/symbolic/apps/{ID}-symbolic.svg"),
        "share/icons/hicolor/scalable/mimetypes/application-x-syswall-recording.svg".to_owned(),
        "share/nautilus-python/extensions/syswall.py".to_owned(),
        "share/nautilus/scripts/Run under Syswall".to_owned(),
        "share/Thunar/sendto/thunar-sendto-syswall.desktop".to_owned(),
    ];
    for path in expected {
        assert!(prefix.join(&path).is_file(), "{path} is not installed");
    }
    for entry in fs::read_dir(project().join("po")).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "po") {
            let language = path.file_stem().unwrap();
            let catalogue = prefix.join("share/locale").join(language).join("LC_MESSAGES/syswall.mo");
            assert!(catalogue.is_file(), "{} is not installed", catalogue.display());
        }
    }
    assert_eq!(
        fs::read(prefix.join("bin/syswall")).unwrap(),
        fs::read(env!("CARGO_BIN_EXE_syswall")).unwrap(),
        "another program was installed"
    );
    for entry in
        [format!("share/applications/{ID}.desktop"), "share/Thunar/sendto/thunar-sendto-syswall.desktop".into()]
    {
        tool("desktop-file-validate", [prefix.join(entry)]);
    }

    // A second time changes nothing, and forgets nothing of what the first time made.
    let installed = everything(&prefix);
    succeed(&mut install_sh(&[prefix.as_os_str(), OsStr::new("--user")]));
    assert_eq!(everything(&prefix), installed);

    succeed(&mut install_sh(&[prefix.as_os_str(), OsStr::new("--user"), OsStr::new("--uninstall")]));
    assert_eq!(everything(&prefix), before);
    assert_eq!(fs::read(prefix.join("share/Thunar/sendto/other.desktop")).unwrap(), b"somebody else's");
}

#[test]
fn packages_are_staged_below_destdir() {
    let stage = tempfile::tempdir().unwrap();
    let arguments = [OsStr::new("/usr"), OsStr::new("--destdir"), stage.path().as_os_str()];
    succeed(&mut install_sh(&arguments));
    let entry = fs::read_to_string(stage.path().join(format!("usr/share/applications/{ID}.desktop"))).unwrap();
    assert_eq!(value(&entry, "Exec").as_deref(), Some("syswall %f"), "the place of staging is in the entry");
    assert!(!stage.path().join("usr/share/mime/mime.cache").exists(), "caches belong to the system, not the package");
}

#[test]
fn a_wrong_place_is_refused_with_one_clear_message() {
    for (arguments, word) in [
        (vec![], "PREFIX"),
        (vec!["relative/place"], "absolute"),
        (vec!["/a\\b"], "character"),
        (vec!["/usr", "--destdri", "/x"], "--destdri"),
        (vec!["/usr", "/opt"], "one PREFIX"),
    ] {
        let arguments: Vec<&OsStr> = arguments.into_iter().map(OsStr::new).collect();
        let output = run(&mut install_sh(&arguments));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(word), "{arguments:?}: {said}");
    }
    let nowhere = tempfile::tempdir().unwrap();
    let output = run(&mut install_sh(&[nowhere.path().as_os_str(), OsStr::new("--uninstall")]));
    assert_eq!(output.status.code(), Some(1));
    assert!(everything(nowhere.path()).is_empty());
}

/// A desktop with nothing on it but the system's own files and Syswall, installed below `prefix`.
fn on_that_desktop(program: &str, prefix: &Path, scratch: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env("XDG_DATA_DIRS", format!("{}:/usr/share", prefix.join("share").display()))
        .env("XDG_DATA_HOME", scratch.join("data"))
        .env("XDG_CONFIG_HOME", scratch.join("config"))
        .env("LC_ALL", "C.UTF-8");
    command
}

#[test]
fn the_desktop_knows_recordings_by_content_and_opens_them_with_syswall() {
    let scratch = tempfile::tempdir().unwrap();
    let prefix = scratch.path().join("prefix");
    succeed(&mut install_sh(&[prefix.as_os_str()]));

    // The header that SQLite writes: a name, then at 68 the application's id.
    let mime = fs::read_to_string(project().join(format!("data/desktop/{ID}.mime.xml"))).unwrap();
    let id = mime.split("value=\"0x").nth(1).unwrap().split('"').next().unwrap();
    let mut recording = vec![0_u8; 100];
    recording[..16].copy_from_slice(b"SQLite format 3\0");
    let mut other = recording.clone();
    recording[68..72].copy_from_slice(&u32::from_str_radix(id, 16).unwrap().to_be_bytes());
    other[68..72].copy_from_slice(&[1, 2, 3, 4]);

    for (name, content, expected) in [
        ("run.syswall", &recording, "application/x-syswall-recording"),
        ("renamed", &recording, "application/x-syswall-recording"),
        ("other", &other, "application/vnd.sqlite3"),
    ] {
        let file = scratch.path().join(name);
        fs::write(&file, content).unwrap();
        let said = succeed(
            on_that_desktop("gio", &prefix, scratch.path()).args(["info", "-a", "standard::content-type"]).arg(&file),
        );
        assert!(said.contains(&format!("standard::content-type: {expected}\n")), "{name}: {said}");
    }

    let default = |kind: &str| {
        let output = run(on_that_desktop("gio", &prefix, scratch.path()).args(["mime", kind]));
        let said = String::from_utf8(output.stdout).unwrap();
        said.lines().next().unwrap_or_default().contains(ID)
    };
    assert!(default("application/x-syswall-recording"));
    for kind in ["application/x-executable", "application/x-shellscript", "text/x-python3", "application/vnd.sqlite3"] {
        assert!(!default(kind), "Syswall took over {kind}");
    }
}
