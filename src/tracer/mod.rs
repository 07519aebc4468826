//! The engine: runs a program under ptrace, decides about its calls, enforces, and tells the recorder and the front end.
//!
//! Everything here but [`Handle`] and the messages lives on the tracer thread, which owns every ptrace call and every
//! traced task. It decides by itself; only an `ask` crosses to the front end, and only the task that asked waits. It
//! never waits for the screen. It waits for the recorder only when that falls behind, so nothing is dropped.
//!
//! One stop goes through: `engine` (which stop is it) → `entry` (pin, decode, resolve, decide) → `enforce` (let it go,
//! skip it, replace it) → `exit` (what happened, compared with what was decided) → `output` (record, text line).
//!
//! What was checked is what happens: arguments that others could rewrite are copied to pages that they cannot write
//! (`pin`, `vm`), paths that others could lead elsewhere are led through descriptors of Syswall's (`anchor`), and what
//! was opened or executed in the end is compared (`verify`).

mod anchor;
mod bell;
mod beyond;
mod by_hand;
mod decoys;
mod descriptors;
mod enforce;
mod engine;
mod entry;
mod exit;
mod exposure;
mod fakes;
mod follow;
mod handle;
mod heartbeat;
mod jobs;
mod lifecycle;
mod message;
mod mounts;
mod names;
mod output;
mod own;
mod pin;
mod pretend;
mod protection;
mod questions;
mod resolve;
mod resolve_socket;
mod script;
mod task;
mod terminal;
mod trace_text;
mod verify;
mod vm;
mod watch;
mod watchdog;

pub use handle::{Handle, Setup, StartError, Tracer, Watch, start};
pub use message::{Ancestor, Answered, Ended, Message, Progress, Question, QuestionId};
pub use trace_text::TraceText;

#[cfg(test)]
mod tests;
