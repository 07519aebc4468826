//! Users and groups by name, as this computer's own lists have them (passwd(5), group(5)).
//!
//! Those lists only: asking further (LDAP, systemd-homed) could wait for a server, and the window would stand still.

use std::collections::HashMap;
use std::io::Read;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use super::{elide, escape_bytes};

/// As much of a list is read.
const LIST_MAX: u64 = 1 << 20;
/// Longest name that is shown, in characters.
const NAME_MAX: usize = 32;

/// A list, as it was when its file was last changed.
struct List {
    path: &'static str,
    read: Mutex<Option<(SystemTime, HashMap<u32, String>)>>,
}

static USERS: List = List { path: "/etc/passwd", read: Mutex::new(None) };
static GROUPS: List = List { path: "/etc/group", read: Mutex::new(None) };

/// The user with that number, such as `root (0)`; the number alone where it has no name.
pub(super) fn user(number: u32) -> String {
    USERS.named(number)
}

/// The group with that number, such as `audio (29)`; the number alone where it has no name.
pub(super) fn group(number: u32) -> String {
    GROUPS.named(number)
}

impl List {
    fn named(&self, number: u32) -> String {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = std::fs::metadata(self.path).and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
        if read.as_ref().is_none_or(|(when, _)| *when != changed) {
            let mut bytes = Vec::new();
            if let Ok(file) = std::fs::File::open(self.path) {
                // What cannot be read has no names; the numbers remain.
                let _ = file.take(LIST_MAX).read_to_end(&mut bytes);
            }
            *read = Some((changed, names(&bytes)));
        }
        match read.as_ref().and_then(|(_, names)| names.get(&number)) {
            Some(name) => format!("{name} ({number})"),
            None => number.to_string(),
        }
    }
}

/// `name:password:number:…`, one a line; the first name of a number counts.
fn names(list: &[u8]) -> HashMap<u32, String> {
    let mut names = HashMap::new();
    for line in list.split(|b| *b == b'\n') {
        let mut fields = line.split(|b| *b == b':');
        let (Some(name), Some(number)) = (fields.next(), fields.nth(1)) else { continue };
        let number = std::str::from_utf8(number).ok().and_then(|n| n.parse().ok());
        if let Some(number) = number.filter(|_| !name.is_empty() && !matches!(name[0], b'#' | b'+' | b'-')) {
            names.entry(number).or_insert_with(|| elide(&escape_bytes(name), NAME_MAX));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_escaped_and_cut() {
        let list = format!("root:x:0:0::/root:/bin/sh\ntoor:x:0:\n+::7:\nbad\n\x1b[2J{}:x:8:", "x".repeat(50));
        let names = names(list.as_bytes());
        assert_eq!(names[&0], "root");
        assert!(!names.contains_key(&7) && names.len() == 2);
        assert!(names[&8].chars().count() == NAME_MAX && !names[&8].contains('\x1b'), "{}", names[&8]);
    }

    #[test]
    fn the_administrator_has_a_name_and_who_has_none_a_number() {
        assert_eq!((user(0), group(0)), ("root (0)".to_owned(), "root (0)".to_owned()));
        assert_eq!(user(3_999_999_999), "3999999999");
    }
}
