//! The engine: runs a program under ptrace, decides about its calls, enforces, and tells the recorder and the front end.
//!
//! Everything here but [`Handle`] and the messages lives on the tracer thread.

mod message;

pub use message::{Ancestor, Answered, Ended, Message, Progress, Question, QuestionId};
