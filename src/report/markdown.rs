//! The report to paste into a bug tracker.

use super::{Report, tables};

/// Text with everything that Markdown (CommonMark with tables) or HTML would read as markup made plain.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Also what would become a link or a mention: `www.`, `://`, `@name`, `#12`.
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '-' | '.' | '!' | '|' | '~'
            | '@' | ':' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// The report as Markdown. Ends with a newline.
pub fn markdown(report: &Report) -> String {
    let mut out = format!("# What {} did\n\n", plain(&report.name()));
    for sentence in report.sentences() {
        out.push_str(&format!("{}\n", plain(&sentence)));
    }
    for table in tables(report) {
        out.push_str(&format!("\n## {}\n\n", table.title));
        let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        out.push_str(&row(table.heads.iter().map(|h| h.trim_start_matches('>').to_owned()).collect()));
        let rule = |h: &&str| if h.starts_with('>') { "--:".to_owned() } else { "---".to_owned() };
        out.push_str(&row(table.heads.iter().map(rule).collect()));
        for cells in &table.rows {
            out.push_str(&row(cells.iter().map(|c| plain(c)).collect()));
        }
    }
    out
}
