//! gettext, and placeholders: what every room that says something to people needs, and nothing else.
//!
//! What programs do is put into words in `words`; this room only knows the user's language.

use std::fmt;
use std::path::{Path, PathBuf};

use gettextrs::LocaleCategory;

/// The text domain: the name of the `.mo` files.
const DOMAIN: &str = "syswall";

/// Chooses the user's language. Call it once, before any thread starts (setlocale(3) is not thread-safe).
///
/// Translations are looked for in `share/locale` beside the executable's directory, then where the build put
/// them. Where there are none, or the locale does not exist, everything is English.
pub fn init() {
    // A missing locale leaves "C", in which numbers and texts are still right.
    gettextrs::setlocale(LocaleCategory::LcAll, "");
    if let Some(directory) = locale_directory() {
        let _ = gettextrs::bindtextdomain(DOMAIN, directory);
    }
    let _ = gettextrs::bind_textdomain_codeset(DOMAIN, "UTF-8");
    let _ = gettextrs::textdomain(DOMAIN);
}

/// The directory that holds `LANGUAGE/LC_MESSAGES/syswall.mo`.
fn locale_directory() -> Option<PathBuf> {
    let installed = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.parent()?.join("share/locale")));
    let built = Path::new(env!("OUT_DIR")).join("locale");
    installed.into_iter().chain([built]).find(|directory| has_translations(directory))
}

/// Whether any language under `directory` has our file.
fn has_translations(directory: &Path) -> bool {
    std::fs::read_dir(directory).is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.path().join("LC_MESSAGES").join(format!("{DOMAIN}.mo")).is_file())
    })
}

/// `msgid` in the user's language. To be called with a literal, or with what [`mark`] marked.
pub fn tr(msgid: &str) -> String {
    // gettext answers "" with the file's header, and the binding panics on NUL.
    if msgid.is_empty() || msgid.contains('\0') { msgid.to_owned() } else { gettextrs::gettext(msgid) }
}

/// The form of the sentence for `n` things. `{n}` in it is replaced by the number.
pub fn tr_n(singular: &str, plural: &str, n: u64) -> String {
    let form = u32::try_from(n).unwrap_or(u32::MAX);
    fill(&gettextrs::ngettext(singular, plural, form), &[("n", &n.to_string())])
}

/// Marks a literal of a table for translation; [`tr`] translates it where it is shown.
pub const fn mark(msgid: &'static str) -> &'static str {
    msgid
}

/// Puts `values` into the `{name}` placeholders of `template`, in one pass: braces in a value stay as they are,
/// and so does a placeholder without a value.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let value = rest.find('}').and_then(|close| {
            let name = &rest[1..close];
            values.iter().find(|(n, _)| *n == name).map(|(_, value)| (close, *value))
        });
        match value {
            Some((close, value)) => {
                out.push_str(value);
                rest = &rest[close + 1..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// What the system says about error `number` (errno(3)), in the user's language.
pub fn system_error(number: i32) -> String {
    io_error(&std::io::Error::from_raw_os_error(number))
}

/// The same about an error of Rust's library, without the English that it puts behind.
pub fn io_error(error: &std::io::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" (os error").unwrap_or(text.len());
    text[..end].to_owned()
}

/// A sentence that is kept in English, as in recordings, and shown in the user's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    msgid: &'static str,
    values: Vec<(&'static str, String)>,
}

impl Text {
    /// A sentence that [`mark`] marked.
    pub const fn new(msgid: &'static str) -> Text {
        Text { msgid, values: Vec::new() }
    }

    /// Puts `value` into the placeholder `{name}`.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Text {
        self.values.push((name, value.into()));
        self
    }

    /// In the user's language. To be called where it is shown.
    pub fn shown(&self) -> String {
        self.filled(&tr(self.msgid))
    }

    fn filled(&self, template: &str) -> String {
        let values: Vec<(&str, &str)> = self.values.iter().map(|(name, value)| (*name, &**value)).collect();
        fill(template, &values)
    }
}

/// In English.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.filled(self.msgid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fill_replaces_by_name_in_any_order_and_more_than_once() {
        assert_eq!(fill("{b} and {a} and {b}", &[("a", "1"), ("b", "2")]), "2 and 1 and 2");
    }

    #[test]
    fn a_value_with_braces_is_not_filled_again() {
        assert_eq!(fill("{a} {b}", &[("a", "{b}"), ("b", "x")]), "{b} x");
    }

    #[test]
    fn unknown_placeholders_and_lone_braces_stay() {
        assert_eq!(fill("{x} } { {a", &[("a", "1")]), "{x} } { {a");
    }

    #[test]
    fn a_nul_or_nothing_is_returned_as_it_is() {
        // Through a variable, so that they are not extracted.
        for text in ["", "a\0b"] {
            assert_eq!(tr(text), text);
        }
    }

    #[test]
    fn the_number_is_put_into_the_plural_form() {
        let (one, more) = ("{n} call", "{n} calls");
        assert_eq!(tr_n(one, more, 1), "1 call");
        assert_eq!(tr_n(one, more, 5_000_000_000), "5000000000 calls");
    }

    #[test]
    fn a_kept_sentence_is_english_with_its_values() {
        let text = Text::new("{a}: {b}").with("a", "{b}").with("b", "x");
        assert_eq!(text.to_string(), "{b}: x");
    }

    #[test]
    fn system_errors_have_no_number_behind() {
        assert_eq!(system_error(2), "No such file or directory");
    }
}
