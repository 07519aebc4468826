//! The translations are complete and fit the program. Needs gettext.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn languages() -> Vec<String> {
    let list = fs::read_to_string(project().join("po/LINGUAS")).unwrap();
    list.lines().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty() && !l.starts_with('#')).collect()
}

/// Runs a tool of gettext, in English.
fn run(program: &str, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(program);
    let output = command.args(arguments).current_dir(project()).env("LC_ALL", "C.UTF-8").env("LANGUAGE", "en").output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

/// One message: the msgids, and the msgstrs.
type Message = (Vec<String>, Vec<String>);

/// The messages of a `.po` file, without its header.
fn messages(file: &Path) -> Vec<Message> {
    let mut all = Vec::new();
    for block in fs::read_to_string(file).unwrap().split("\n\n") {
        let (mut ids, mut strings): Message = Default::default();
        let mut in_ids = true;
        for line in block.lines().filter(|line| !line.starts_with('#')) {
            let (keyword, quoted) = line.split_once('"').unwrap_or((line, "\""));
            let text = quoted.strip_suffix('"').unwrap().replace("\\\"", "\"").replace("\\\\", "\\");
            match keyword.trim() {
                "" => (if in_ids { &mut ids } else { &mut strings }).last_mut().unwrap().push_str(&text),
                keyword => {
                    in_ids = keyword.starts_with("msgid");
                    (if in_ids { &mut ids } else { &mut strings }).push(text);
                }
            }
        }
        if ids.first().is_some_and(|id| !id.is_empty()) {
            all.push((ids, strings));
        }
    }
    assert!(all.len() > 100, "{}: only {} messages", file.display(), all.len());
    all
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn the_template_holds_every_string_of_the_program() {
    let directory = tempfile::tempdir().unwrap();
    let fresh = directory.path().join("fresh.pot");
    let (ok, said) = run("sh", &["data/extract-strings.sh", "--to", fresh.to_str().unwrap()]);
    assert!(ok && said.is_empty(), "{said}");
    let kept = fs::read_to_string(project().join("po/syswall.pot")).unwrap();
    assert!(
        fs::read_to_string(fresh).unwrap() == kept,
        "po/syswall.pot is not what the sources say: run sh data/extract-strings.sh, then translate what is new"
    );
}

#[test]
fn every_language_is_complete() {
    for language in languages() {
        let file = format!("po/{language}.po");
        let (ok, said) = run("msgfmt", &["--check", "--statistics", "-o", "/dev/null", &file]);
        assert!(ok && !said.contains("untranslated") && !said.contains("fuzzy"), "{file}: {said}");
        let translated: BTreeSet<_> = messages(&project().join(&file)).into_iter().map(|(ids, _)| ids).collect();
        for (ids, _) in messages(&project().join("po/syswall.pot")) {
            assert!(translated.contains(&ids), "{file} lacks {ids:?}");
        }
    }
}

#[test]
fn a_translation_has_the_placeholders_of_its_original() {
    for language in languages() {
        for (ids, strings) in messages(&project().join(format!("po/{language}.po"))) {
            for string in &strings {
                assert_eq!(placeholders(string), placeholders(&ids[0]), "{language}: {string:?} for {:?}", ids[0]);
            }
        }
    }
}

/// xgettext would keep the blanks that Rust leaves out behind a `\` at a line's end.
#[test]
fn no_translatable_string_is_continued_on_the_next_line() {
    let mut directories = vec![project().join("src")];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    assert!(files.len() > 20);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for keyword in ["tr(", "tr_n(", "mark(", "No("] {
            for (at, _) in text.match_indices(keyword) {
                let argument = text[at + keyword.len()..].trim_start();
                if let Some(string) = argument.strip_prefix('"') {
                    let mut escaped = false;
                    let end = string.find(|c| {
                        let ends = c == '"' && !escaped;
                        escaped = c == '\\' && !escaped;
                        ends
                    });
                    let string = &string[..end.unwrap()];
                    assert!(!string.contains("\\\n"), "{}: {string:?}", file.display());
                }
            }
        }
    }
}

/// The development build finds its translations: the whole way, from the `.po` file to a sentence.
#[test]
fn a_russian_user_reads_russian() {
    // gettext reads the environment once, so in a process of its own.
    if std::env::var_os("TRANSLATIONS_INSIDE").is_some() {
        syswall::words::init();
        println!("SAID {}", syswall::words::kind_name(syswall::syscall::Kind::FileRead));
        println!("SAID {}", syswall::words::how_long_label(syswall::policy::answer::HowLong::Minutes(22)));
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["a_russian_user_reads_russian", "--exact", "--nocapture", "--test-threads=1"])
        .envs([("TRANSLATIONS_INSIDE", "1"), ("LC_ALL", "C.UTF-8"), ("LANGUAGE", "ru")])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("SAID читать файлы") && said.contains("SAID На 22 минуты"), "{said}");
}

/// Failures too, on standard error, and they keep their exit status.
#[test]
fn a_russian_user_is_told_in_russian_why_nothing_was_run() {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_syswall"))
        .args(["run", "--no-gui", "--", "no-such-program"])
        .env("HOME", home.path())
        .envs([("LC_ALL", "C.UTF-8"), ("LANGUAGE", "ru")])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.starts_with("syswall: не удалось запустить no-such-program:"), "{said}");
    assert_eq!((output.status.code(), said.lines().count()), (Some(127), 1), "{said}");
}
