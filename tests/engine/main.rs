//! Real programs under the real engine, through the command line. By theme, one module each.

#[path = "../common/mod.rs"]
mod common;

mod abi;
mod bad_input;
mod cpus;
mod doors;
mod escapes;
mod exec;
mod fail_closed;
mod floods;
mod hostile;
mod jobs;
mod names;
mod pinned;
mod policy_runs;
mod pretending;
mod processes;
mod questions;
mod races;
mod recording_runs;
mod selfdefence;
mod signals;
mod surroundings;
mod sweep;
mod threads;
mod watch;
mod words;
