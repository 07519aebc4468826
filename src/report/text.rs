//! The report for a terminal.

use super::{Report, tables};

/// The report as plain text with columns. Escaped; ends with a newline.
pub fn text(report: &Report) -> String {
    let title = report.title();
    let mut out = format!("{title}\n{}\n\n", "=".repeat(title.chars().count()));
    for sentence in report.sentences() {
        out.push_str(&sentence);
        out.push('\n');
    }
    for table in tables(report) {
        out.push_str(&format!("\n{}\n{}\n", table.title, "-".repeat(table.title.chars().count())));
        let heads: Vec<String> = table.heads.iter().map(|h| h.name.clone()).collect();
        // Columns without a single entry say nothing.
        let used: Vec<usize> = (0..heads.len()).filter(|c| table.rows.iter().any(|r| !r[*c].is_empty())).collect();
        let width = |c: usize| {
            let cells = table.rows.iter().map(|r| r[c].chars().count());
            // One long path must not push the rest of every line out of sight.
            cells.chain([heads[c].chars().count()]).max().unwrap_or(0).min(60)
        };
        let widths: Vec<usize> = used.iter().map(|c| width(*c)).collect();
        for row in std::iter::once(&heads).chain(&table.rows) {
            let mut line = String::new();
            for (c, width) in used.iter().zip(&widths) {
                let pad = " ".repeat(width.saturating_sub(row[*c].chars().count()));
                let cell = &row[*c];
                match table.heads[*c].is_number {
                    true => line.push_str(&format!("{pad}{cell}  ")),
                    false => line.push_str(&format!("{cell}{pad}  ")),
                }
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}
