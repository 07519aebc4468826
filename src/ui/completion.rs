//! Completion of a command line as it is typed: programs on PATH for the first word, paths for all.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// More than this nobody reads.
const LIMIT: usize = 50;

/// What the last word of `line` could become: the whole line, for each. `cwd` is what relative paths are relative to,
/// `path` the list of folders with programs (`PATH`), `home` what `~/` stands for.
pub fn complete(line: &str, cwd: &Path, path: &std::ffi::OsStr, home: Option<&Path>) -> Vec<String> {
    let start = last_word(line);
    let (before, word) = line.split_at(start);
    if word.is_empty() {
        return Vec::new();
    }
    let plain = unescape(word);
    let mut found = if before.trim().is_empty() && !plain.contains('/') {
        programs(&plain, path)
    } else {
        paths(&plain, cwd, home)
    };
    found.sort_unstable();
    found.dedup();
    found.truncate(LIMIT);
    found.iter().map(|f| format!("{before}{}", escape(f))).collect()
}

/// Where the last word begins, as the shell splits words.
fn last_word(line: &str) -> usize {
    let (mut start, mut quote, mut escaped) = (0, None, false);
    for (at, c) in line.char_indices() {
        match (escaped, quote, c) {
            (true, ..) => escaped = false,
            (_, Some('\''), '\'') | (_, Some('"'), '"') => quote = None,
            (_, Some('\''), _) => {}
            (_, _, '\\') => escaped = true,
            (_, None, '\'' | '"') => quote = Some(c),
            (_, None, ' ' | '\t') => start = at + 1,
            _ => {}
        }
    }
    start
}

fn unescape(word: &str) -> String {
    let mut plain = String::new();
    let mut chars = word.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.extend(chars.next()),
            '\'' | '"' => {}
            _ => plain.push(c),
        }
    }
    plain
}

fn escape(word: &str) -> String {
    let safe = |c: char| c.is_alphanumeric() || "/._-+~:,@%=".contains(c);
    word.chars().flat_map(|c| (!safe(c)).then_some('\\').into_iter().chain([c])).collect()
}

fn programs(prefix: &str, path: &std::ffi::OsStr) -> Vec<String> {
    std::env::split_paths(path)
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flat_map(|entries| entries.flatten())
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok().filter(|n| n.starts_with(prefix))?;
            let meta = std::fs::metadata(entry.path()).ok()?;
            (meta.is_file() && meta.permissions().mode() & 0o111 != 0).then_some(name)
        })
        .take(LIMIT * 4)
        .collect()
}

fn paths(word: &str, cwd: &Path, home: Option<&Path>) -> Vec<String> {
    let (folder, prefix) = word.rsplit_once('/').map_or(("", word), |(f, p)| (&word[..f.len() + 1], p));
    let real: PathBuf = match (folder.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => cwd.join(folder),
    };
    let Ok(entries) = std::fs::read_dir(real) else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok().filter(|n| n.starts_with(prefix))?;
            // Hidden ones only when asked for.
            if prefix.is_empty() && name.starts_with('.') {
                return None;
            }
            let slash = if entry.path().is_dir() { "/" } else { "" };
            Some(format!("{folder}{name}{slash}"))
        })
        .take(LIMIT * 4)
        .collect()
}

/// Words of a command line, as the shell splits and quotes them; a leading `~/` is the home folder.
/// The error is GLib's sentence.
pub fn split(line: &str, home: Option<&Path>) -> Result<Vec<OsString>, String> {
    let words = gtk::glib::shell_parse_argv(line).map_err(|error| error.message().to_owned())?;
    Ok(words
        .into_iter()
        .map(|word| match (word.to_str().and_then(|w| w.strip_prefix("~/")), home) {
            (Some(rest), Some(home)) => home.join(rest).into_os_string(),
            _ => word,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, mode) in [("runme", 0o755), ("readme", 0o644), ("two words", 0o755), (".hidden", 0o755)] {
            let path = dir.path().join(name);
            std::fs::write(&path, "").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        std::fs::create_dir(dir.path().join("sub")).unwrap();
        dir
    }

    #[test]
    fn the_first_word_completes_to_programs_on_path_only() {
        let dir = folder();
        assert_eq!(complete("r", Path::new("/"), dir.path().as_os_str(), None), ["runme"]);
    }

    #[test]
    fn later_words_complete_to_paths_and_keep_what_is_before() {
        let dir = folder();
        assert_eq!(complete("cat re", dir.path(), "".as_ref(), None), ["cat readme"]);
        assert_eq!(complete("ls -l s", dir.path(), "".as_ref(), None), ["ls -l sub/"]);
        assert_eq!(complete("ls ~/s", Path::new("/"), "".as_ref(), Some(dir.path())), ["ls ~/sub/"]);
    }

    #[test]
    fn blanks_are_escaped_so_that_the_completed_line_means_one_file() {
        let dir = folder();
        let lines = complete("cat two\\ w", dir.path(), "".as_ref(), None);
        assert_eq!(lines, ["cat two\\ words"]);
        assert_eq!(split(&lines[0], None).unwrap(), ["cat", "two words"]);
    }

    #[test]
    fn an_open_quote_is_an_error_in_words() {
        assert!(!split("echo 'x", None).unwrap_err().is_empty());
    }
}
