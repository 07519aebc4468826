//! Syswall: a firewall for system calls, on the desktop.
//!
//! # The map
//!
//! | room | what it owns | thread |
//! |---|---|---|
//! | [`syscall`] | what calls mean: one row per call, decoding, rendering. Pure | any |
//! | [`policy`] | rules, precedence, presets, answers, JSON. Pure but for load and save | any |
//! | [`i18n`] | gettext and placeholders; no other room is known to it | any |
//! | [`words`] | plain sentences and their translation | front end |
//! | [`sys`] | the only unsafe code: ptrace, wait, remote memory, launch | tracer |
//! | [`tracer`] | the engine: event loop, tasks, deciding, enforcing | tracer |
//! | [`recording`] | SQLite file: schema, writer, filters, queries | recorder; readers anywhere |
//! | [`report`] | statistics, run report, comparison, exports; from recordings only | any worker |
//! | [`session`] | one run: policy, recording and tracer started, answered and ended together | front end |
//! | [`cli`] | commands, terminal prompts | main |
//! | [`ui`] | everything GTK | GTK main |
//!
//! # Direction of imports
//!
//! `ui, cli → words, report → recording → policy → syscall`, `ui, cli → session → tracer → policy → syscall`,
//! `words → tracer` (the question), `session → recording, sys`, `tracer → sys, recording` (the event type), and all but
//! `syscall` and `sys` → `i18n`. Nobody imports `ui` or `cli`; `syscall` and `policy` know no operating system.
//! `tests/architecture.rs` enforces it.
//!
//! # Data flows one way
//!
//! stop → decode → decide → enforce → record → show. Only an `ask` crosses from the tracer thread to
//! the front end and back; everything else leaves the tracer thread and never returns.

pub mod cli;
pub mod i18n;
pub mod policy;
pub mod recording;
pub mod report;
pub mod session;
pub mod sys;
pub mod syscall;
pub mod tracer;
#[cfg(feature = "gui")]
pub mod ui;
pub mod words;
