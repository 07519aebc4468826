//! Charts as SVG text, without scripts or fonts of their own.

use plotters::prelude::*;

/// Pixels of a chart's width; its height follows from its bars.
const WIDTH: u32 = 720;
const BAR: u32 = 24;

/// Horizontal bars, longest first as given, each with its name on the left and its number at its end.
/// `None` where there is nothing to draw.
pub fn bars(rows: &[(String, u64)]) -> Option<String> {
    let most = rows.iter().map(|(_, n)| *n).max().filter(|n| *n > 0)?;
    let mut svg = String::new();
    {
        let height = rows.len() as u32 * BAR + 8;
        let root = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        let label = ("sans-serif", 13).into_font().color(&BLACK);
        for (i, (name, count)) in rows.iter().enumerate() {
            let top = (i as u32 * BAR + 6) as i32;
            // 200 pixels for names, 100 for numbers.
            let length = (u128::from(WIDTH - 300) * u128::from(*count) / u128::from(most)) as i32;
            let bar = Rectangle::new([(204, top), (204 + length.max(1), top + 16)], RGBColor(53, 132, 228).filled());
            root.draw(&bar).ok()?;
            root.draw(&Text::new(crate::syscall::escape::elide(name, 26), (4, top + 2), label.clone())).ok()?;
            root.draw(&Text::new(count.to_string(), (210 + length, top + 2), label.clone())).ok()?;
        }
        root.present().ok()?;
    }
    Some(svg)
}

#[cfg(test)]
mod tests {
    use super::bars;

    #[test]
    fn names_are_escaped_and_nothing_is_drawn_of_nothing() {
        let svg = bars(&[("<script>&".to_owned(), 3), ("b".to_owned(), 1)]).unwrap();
        assert!(svg.contains("&lt;script&gt;&amp;") && !svg.contains("<script"), "{svg}");
        assert_eq!(bars(&[]), None);
        assert_eq!(bars(&[("a".to_owned(), 0)]), None);
    }
}
