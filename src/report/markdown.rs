//! The report to paste into a bug tracker.

use super::{Head, Report, tables};

/// Text in which Markdown (CommonMark, and GitHub's tables, links and mentions) and HTML find no markup.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for (at, c) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        let escaped = match c {
            '&' => Some("&amp;"),
            '<' => Some("&lt;"),
            '>' => Some("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '@' | '!' | '#' => Some(""),
            // Lists and headings at the start of a line.
            '-' | '+' | '=' if at == 0 => Some(""),
            '.' | ')' if !before.is_empty() && before.bytes().all(|b| b.is_ascii_digit()) => Some(""),
            // What would become a link.
            ':' if after.starts_with("//") => Some(""),
            '.' if before.to_ascii_lowercase().ends_with("www") => Some(""),
            _ => None,
        };
        match escaped {
            Some("") => out.extend(['\\', c]),
            Some(entity) => out.push_str(entity),
            None => out.push(c),
        }
    }
    out
}

/// The report as Markdown. Ends with a newline.
pub fn markdown(report: &Report) -> String {
    let mut out = format!("# {}\n\n", plain(&report.title()));
    for sentence in report.sentences() {
        out.push_str(&format!("{}\n", plain(&sentence)));
    }
    for table in tables(report) {
        out.push_str(&format!("\n## {}\n\n", plain(&table.title)));
        let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        out.push_str(&row(table.heads.iter().map(|h| plain(&h.name)).collect()));
        let rule = |h: &Head| if h.is_number { "--:".to_owned() } else { "---".to_owned() };
        out.push_str(&row(table.heads.iter().map(rule).collect()));
        for cells in &table.rows {
            out.push_str(&row(cells.iter().map(|c| plain(c)).collect()));
        }
    }
    out
}
