//! Text from a traced program, made safe to show: nothing in it can hide, reorder or forge what the user reads.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// `text` with everything that is not plainly visible in the notation of Rust and C: `\n`, `\x1b`, `\u{202e}`,
/// `\xff` for bytes that are not UTF-8, `\\` for a backslash, and spaces at both ends as `\x20`.
pub fn escape(text: impl AsRef<OsStr>) -> String {
    escape_bytes(text.as_ref().as_bytes())
}

/// As [`escape`], for bytes.
pub fn escape_bytes(bytes: &[u8]) -> String {
    let first = bytes.iter().position(|b| *b != b' ').unwrap_or(bytes.len());
    let last = bytes.iter().rposition(|b| *b != b' ').map_or(first, |at| at + 1);
    let mut out = "\\x20".repeat(first);
    for chunk in bytes[first..last].utf8_chunks() {
        chunk.valid().chars().for_each(|c| push(&mut out, c));
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out.push_str(&"\\x20".repeat(bytes.len() - last));
    out
}

fn push(out: &mut String, c: char) {
    match c {
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        '\0'..='\x1f' | '\x7f' => out.push_str(&format!("\\x{:02x}", c as u32)),
        _ if hides(c) => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
        _ => out.push(c),
    }
}

/// Whether `c` shows nothing, looks like an ordinary space, or changes how its neighbours are shown.
fn hides(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' // soft hyphen, grapheme joiner, Arabic letter mark
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // Hangul fillers
            | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' // Khmer inherent vowels, Mongolian selectors
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' // zero width, bidi
            | '\u{2800}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' // blank Braille, variation selectors, BOM
            | '\u{fff0}'..='\u{fffd}' // interlinear annotation, object replacement
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' // shorthand and musical format controls
            | '\u{e000}'..='\u{f8ff}' // private use: whatever a font makes of it
            | '\u{e0000}'..='\u{10ffff}') // tags, selectors, private planes
}

/// `text` cut to at most `max` characters (at least 3) by leaving out its middle, where paths differ least.
pub fn elide(text: &str, max: usize) -> String {
    let max = max.max(3);
    let count = text.chars().count();
    if count <= max {
        return text.to_owned();
    }
    let tail = (max - 1) * 3 / 5;
    let head: String = text.chars().take(max - 1 - tail).collect();
    let tail: String = text.chars().skip(count - tail).collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        assert_eq!(escape("/home/anna/Übung 1 – Привет 日本.txt"), "/home/anna/Übung 1 – Привет 日本.txt");
    }

    #[test]
    fn terminal_escapes_bidi_and_zero_width_become_visible() {
        assert_eq!(escape("a\x1b[2Jb\u{202e}c\u{200b}d\n"), "a\\x1b[2Jb\\u{202e}c\\u{200b}d\\n");
        assert_eq!(escape("\u{9b}31m"), "\\u{9b}31m");
    }

    #[test]
    fn bytes_that_are_not_utf8_become_visible() {
        assert_eq!(escape_bytes(b"/tmp/\xff\xfe"), "/tmp/\\xff\\xfe");
    }

    #[test]
    fn a_backslash_cannot_imitate_an_escape() {
        assert_ne!(escape("a\\n"), escape("a\n"));
    }

    #[test]
    fn spaces_at_the_ends_are_seen() {
        assert_eq!(escape(" a b "), "\\x20a b\\x20");
        assert_eq!(escape("  "), "\\x20\\x20");
    }

    #[test]
    fn eliding_keeps_both_ends() {
        assert_eq!(elide("/home/anna/some/deep/folder/holiday.jpg", 20), "/home/an…holiday.jpg");
        assert_eq!(elide("short", 20), "short");
    }

    proptest! {
        #[test]
        fn nothing_invisible_survives_and_different_bytes_stay_different(a: Vec<u8>, b: Vec<u8>) {
            let (x, y) = (escape_bytes(&a), escape_bytes(&b));
            prop_assert!(!x.chars().any(hides));
            prop_assert_eq!(a == b, x == y);
        }

        #[test]
        fn eliding_is_bounded(text: String, max in 3usize..50) {
            prop_assert!(elide(&text, max).chars().count() <= max);
        }
    }
}
