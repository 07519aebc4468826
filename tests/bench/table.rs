//! The one table.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Tracer;
use super::programs::Row;

/// Three digits and a unit.
fn short(time: Duration) -> String {
    let ns = time.as_nanos() as f64;
    let (value, unit) = match ns {
        _ if ns < 1e3 => (ns, "ns"),
        _ if ns < 1e6 => (ns / 1e3, "µs"),
        _ if ns < 1e9 => (ns / 1e6, "ms"),
        _ => (ns / 1e9, "s"),
    };
    let digits = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.digits$} {unit}")
}

fn ratio(a: Option<f64>, b: Option<f64>) -> String {
    match (a, b) {
        (Some(a), Some(b)) if b > 0.0 => format!("{:.2}", a / b),
        _ => String::new(),
    }
}

/// `medians` by row number and tracer; `peaks` in KiB.
pub(crate) fn print(
    rows: &[Row],
    medians: &BTreeMap<(usize, Tracer), Duration>,
    peaks: &BTreeMap<Tracer, u64>,
    has_strace: bool,
) {
    let head = |first: &str, titles: Vec<&str>, last: [&str; 4]| {
        print!("{first:<16}");
        titles.iter().for_each(|t| print!("{t:>11}"));
        last.iter().for_each(|t| print!("{t:>9}"));
        println!();
    };
    head("", vec![""; Tracer::ALL.len()], ["all :", "strace :", "policy :", "added:"]);
    let last = ["same CPU", "all", "alone", "str.:all"];
    head("", Tracer::ALL.iter().map(|t| t.title()).collect(), last);
    for (number, row) in rows.iter().enumerate() {
        let time = |tracer| medians.get(&(number, tracer)).copied();
        let seconds = |tracer| time(tracer).map(|t: Duration| t.as_secs_f64());
        print!("{:<16}", row.name);
        for tracer in Tracer::ALL {
            print!("{:>11}", time(tracer).map_or("-".to_owned(), short));
        }
        let over = |tracer| Some(seconds(tracer)? - seconds(Tracer::Alone)?);
        println!(
            "{:>9}{:>9}{:>9}{:>9}",
            ratio(seconds(Tracer::All), seconds(Tracer::FloorPinned)),
            ratio(seconds(Tracer::Strace), seconds(Tracer::All)),
            ratio(seconds(Tracer::Policy), seconds(Tracer::Alone)),
            ratio(over(Tracer::Strace), over(Tracer::All)),
        );
    }
    print!("{:<16}", "peak memory");
    for tracer in Tracer::ALL {
        print!("{:>11}", peaks.get(&tracer).map_or(String::new(), |k| format!("{:.1} MB", *k as f64 / 1024.0)));
    }
    println!();
    println!("Single calls: time per round of the loop. Programs: from start to end. Ratios: `all : same CPU` is what");
    println!(
        "Syswall adds to the two stops that every tracer needs; `added` compares what each adds to the time alone."
    );
    if !has_strace {
        println!("strace is not installed: its columns are empty.");
    }
}
