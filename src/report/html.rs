//! The report as one HTML file: no scripts, nothing loaded from anywhere, readable when printed.

use super::{Head, Report, chart, tables};
use crate::i18n::tr;

/// How many bars a chart has at most.
const BARS: usize = 12;

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}\
h1,h2{line-height:1.2}\
.scroll{overflow-x:auto}\
table{border-collapse:collapse;width:100%}\
caption{text-align:start;font-size:1.3em;font-weight:600;padding:1.2em 0 .4em}\
th,td{text-align:start;padding:.25em .6em;border-bottom:1px solid #8884;vertical-align:top}\
td{overflow-wrap:anywhere;unicode-bidi:isolate}\
td.n,th.n{text-align:end;font-variant-numeric:tabular-nums;white-space:nowrap}\
figure{margin:1.5em 0;background:#fff;color:#000;padding:.5em;border-radius:6px}\
figcaption{font-weight:600}\
svg{max-width:100%;height:auto}";

/// Text for HTML, also within attributes.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

fn figure(out: &mut String, caption: &str, mut rows: Vec<(String, u64)>) {
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    rows.truncate(BARS);
    if let Some(svg) = chart::bars(&rows) {
        // The tables below say the same in words; a screen reader need not spell out the drawing.
        out.push_str(&format!(
            "<figure aria-hidden=\"true\"><figcaption>{}</figcaption>{svg}</figure>\n",
            plain(caption)
        ));
    }
}

/// The report as a whole HTML document.
pub fn html(report: &Report) -> String {
    let title = plain(&report.title());
    // Translators: the code of your language, for web pages, such as de or pt-BR.
    let language = plain(&tr("en"));
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<ul>\n"
    );
    for sentence in report.sentences() {
        out.push_str(&format!("<li>{}</li>\n", plain(&sentence)));
    }
    out.push_str("</ul>\n");
    let escaped = |name: &str| crate::syscall::escape::escape(name);
    figure(&mut out, &tr("Most frequent calls"), report.calls.iter().map(|c| (escaped(&c.call), c.count)).collect());
    let roles = report.processes.iter().map(|p| (escaped(&p.role), p.calls)).collect();
    figure(&mut out, &tr("Calls by process"), roles);
    for table in tables(report) {
        out.push_str(&format!(
            "<div class=\"scroll\"><table>\n<caption>{}</caption>\n<thead><tr>",
            plain(&table.title)
        ));
        let class = |head: &Head| if head.is_number { " class=\"n\"" } else { "" };
        for head in &table.heads {
            let name = plain(&head.name);
            out.push_str(&format!("<th scope=\"col\"{}>{name}</th>", class(head)));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for row in &table.rows {
            out.push_str("<tr>");
            for (head, cell) in table.heads.iter().zip(row) {
                out.push_str(&format!("<td{}>{}</td>", class(head), plain(cell)));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table></div>\n");
    }
    out.push_str("</body>\n</html>\n");
    out
}
