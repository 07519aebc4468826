//! Figures and times as the windows show them.

use gtk::glib;

use crate::words::{escape, fill, tr};

/// A count, its thousands apart.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// The time of day of a moment in ns since the epoch, with milliseconds.
pub fn time_of_day(ns: i64) -> String {
    let millis = ns.rem_euclid(1_000_000_000) / 1_000_000;
    thread_local! {
        // GLib looks at /etc/localtime each time it is asked for the local time zone.
        static HERE: glib::TimeZone = glib::TimeZone::local();
    }
    HERE.with(|here| glib::DateTime::from_unix_utc(ns.div_euclid(1_000_000_000)).and_then(|t| t.to_timezone(here)))
        .and_then(|t| t.format("%H:%M:%S"))
        .map_or_else(|_| String::new(), |t| format!("{t}.{millis:03}"))
}

/// Date and time of day of a moment in ns since the epoch, as the user's locale writes it.
pub fn date_and_time(ns: i64) -> String {
    glib::DateTime::from_unix_local(ns.div_euclid(1_000_000_000))
        .and_then(|t| t.format("%x %X"))
        .map_or_else(|_| String::new(), |t| t.to_string())
}

/// A duration: `12 µs`, `3.4 ms`, `2.05 s`.
pub fn duration(ns: u64) -> String {
    let with = |template: String, n: String| fill(&template, &[("n", &n)]);
    let value = ns as f64;
    match ns {
        0..1_000 => with(tr("{n} ns"), ns.to_string()),
        1_000..1_000_000 => with(tr("{n} µs"), format!("{:.0}", value / 1e3)),
        1_000_000..1_000_000_000 => with(tr("{n} ms"), format!("{:.1}", value / 1e6)),
        _ => with(tr("{n} s"), format!("{:.2}", value / 1e9)),
    }
}

/// The command as one line, quoted as a shell needs it, escaped.
pub fn command(argv: &[std::ffi::OsString]) -> String {
    let words: Vec<_> = argv
        .iter()
        .map(|word| {
            let plain = word.to_str().is_some_and(|w| !w.is_empty() && !w.contains([' ', '\'', '"', '\\', '\n', '\t']));
            if plain { escape(word) } else { escape(glib::shell_quote(word)) }
        })
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart_from_the_right() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_234_567), "1\u{202f}234\u{202f}567");
    }

    #[test]
    fn durations_keep_the_unit_that_reads_well() {
        assert_eq!(duration(999), "999 ns");
        assert_eq!(duration(1_500), "2 µs");
        assert_eq!(duration(2_050_000_000), "2.05 s");
    }
}
