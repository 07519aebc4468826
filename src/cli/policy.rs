//! `syswall policy`: policies without a run.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::explain::explain;
use super::output::{self, Stop, flushed, shown};
use crate::i18n::{fill, tr, tr_n};
use crate::policy::{Place, Policy, PolicyError, Rules, presets};
use crate::recording::{Reader, json as records};

/// What to do with policies.
#[derive(Subcommand, Debug)]
pub enum PolicyCommand {
    /// Check policy files; errors name line and column
    Check {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// List the presets that are shipped
    Presets {
        /// How to print them
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Say what a policy would decide about everything that a recording holds, and which rule decides
    Explain(ExplainArgs),
}

/// What to explain.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// The policy
    #[arg(long, value_name = "FILE")]
    pub policy: PathBuf,
    /// The recording
    #[arg(value_name = "RECORDING")]
    pub recording: PathBuf,
}

/// For people or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Runs the command; returns its exit status.
pub fn main(command: &PolicyCommand) -> i32 {
    match command {
        PolicyCommand::Check { files } => check(files),
        PolicyCommand::Presets { format } => output::printing(|out| list(*format, out)),
        PolicyCommand::Explain(args) => output::printing(|out| tell(args, out)),
    }
}

/// Reads the policy and makes its rules, as a run would.
fn good(file: &Path) -> Result<Policy, PolicyError> {
    let policy = Policy::load(file)?;
    // Globs are made for a place; whether they can be made does not depend on which.
    let somewhere = Place { home: Some("/home".into()), cwd: "/".into(), program_dir: "/".into() };
    Rules::new(&policy, &[], &somewhere)?;
    Ok(policy)
}

fn check(files: &[PathBuf]) -> i32 {
    let mut status = 0;
    for file in files {
        let line = match good(file) {
            Ok(policy) => {
                let rules = policy.rules.len() as u64;
                let text = tr_n("{file}: no errors, {n} rule", "{file}: no errors, {n} rules", rules);
                let line = fill(&text, &[("file", &shown(file))]) + "\n";
                output::printing(|out| flushed(out.write_all(line.as_bytes())).map(|()| 0))
            }
            Err(error) => output::status(Err(Stop::from(error))),
        };
        status = status.max(line);
    }
    status
}

fn list(format: Format, out: &mut dyn Write) -> Result<i32, Stop> {
    let all = presets::all();
    match format {
        Format::Json => {
            let list: Vec<_> = all
                .iter()
                .map(|p| {
                    json!({"name": p.name, "title": p.title, "description": p.description,
                        "rules": p.rules.iter().map(|r| r.id.as_deref()).collect::<Vec<_>>()})
                })
                .collect();
            flushed(records::write(out, &list, true))?;
        }
        Format::Text => {
            for preset in all {
                let description = wrapped(&tr(&preset.description), 76);
                flushed(write!(out, "{}: {}\n{description}\n", preset.name, tr(&preset.title)))?;
            }
        }
    }
    Ok(0)
}

/// Lines of at most `width` characters, indented by four blanks.
fn wrapped(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            out.push('\n');
            column = 0;
        }
        out.push_str(if column == 0 { "    " } else { " " });
        column += length + if column == 0 { 4 } else { 1 };
        out.push_str(word);
    }
    out.push('\n');
    out
}

fn tell(args: &ExplainArgs, out: &mut dyn Write) -> Result<i32, Stop> {
    let policy = good(&args.policy)?;
    let reader = Reader::open(&args.recording)?;
    let lines = explain(&policy, &reader)?;
    match args.format {
        Format::Json => flushed(records::write(out, &lines, true))?,
        Format::Text => {
            for line in &lines {
                let was = line.was.join(", ");
                let template = match was == line.decision {
                    true => tr("{object}  [{program}, {count}x, by {why}]"),
                    false => tr("{object}  [{program}, {count}x, by {why}] (was: {was})"),
                };
                let values = [
                    ("object", &*line.shown),
                    ("program", &*line.program),
                    ("count", &*line.count.to_string()),
                    ("why", &*line.why),
                    ("was", &*was),
                ];
                flushed(writeln!(out, "{:<8} {:<18} {}", line.decision, line.kind, fill(&template, &values)))?;
            }
        }
    }
    Ok(0)
}
