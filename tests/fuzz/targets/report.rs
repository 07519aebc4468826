//! A saved report (`compare`): what can be read can be compared and shown in every form.

#![no_main]

use libfuzzer_sys::fuzz_target;
use syswall::report::{Report, compare, html, json, markdown, text};

fuzz_target!(|saved: &str| {
    let report = match Report::parse(saved) {
        Ok(report) => report,
        Err(error) => return harmless("error", &error),
    };
    let same = compare(&report, &report);
    assert!(!same.differs(), "a report differs from itself: {}", same.text());
    let nothing = Report { syswall: 1, ..Report::default() };
    for comparison in [compare(&nothing, &report), compare(&report, &nothing)] {
        harmless("comparison", &comparison.text());
    }
    harmless("text", &text(&report));
    harmless("markdown", &markdown(&report));
    harmless("html", &html(&report));
    let again = Report::parse(&json(&report)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(again, report);
});

/// Nothing that a terminal obeys, and nothing that turns text around.
fn harmless(what: &str, text: &str) {
    let bad = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!text.contains(bad), "{what}: {:?}", text.lines().find(|l| l.contains(bad)));
}
