//! Counting what attackers tried: each line of an attacking tracee is `NAME: OUTCOME`, and the outcome `ok` a success.

use std::io::Write;

/// What one attacker tried.
#[derive(Default)]
pub struct Attacks {
    /// Names of attacks with how often each was tried and how often it went through.
    found: std::collections::BTreeMap<String, (u32, u32)>,
}

impl Attacks {
    /// Nothing yet.
    pub fn new() -> Attacks {
        Attacks::default()
    }

    /// Adds what an attacker said. What is behind ` of ` in a name is whom it was tried on, not another attack.
    pub fn add(&mut self, said: &str) -> &mut Attacks {
        for line in said.lines() {
            let Some((name, outcome)) = line.rsplit_once(": ") else { continue };
            let name = name.split(" of ").next().unwrap_or(name);
            let counts = self.found.entry(name.to_owned()).or_default();
            counts.0 += 1;
            counts.1 += u32::from(outcome == "ok");
        }
        self
    }

    /// Prints the counts as one line of the table, past the test harness, which would keep it to itself.
    /// Panics if anything went through, or if fewer than `least` attacks were tried.
    pub fn hold(&self, title: &str, least: usize, context: &impl std::fmt::Display) {
        let tries: u32 = self.found.values().map(|(tries, _)| tries).sum();
        let through: Vec<_> =
            self.found.iter().filter(|(_, (_, through))| *through > 0).map(|(name, _)| name).collect();
        let user = if super::is_root() { "root" } else { "user" };
        let line = format!(
            "attacks | {title:<44} | {user} | attacks {:>4} | tries {tries:>6} | successes {}\n",
            self.found.len(),
            through.len()
        );
        std::io::stderr().write_all(line.as_bytes()).expect("standard error");
        assert!(through.is_empty(), "went through: {through:?}{context}");
        assert!(self.found.len() >= least, "only {} attacks were tried, not {least}{context}", self.found.len());
    }
}
