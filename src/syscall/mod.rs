//! What system calls mean. Pure: knows numbers, names, structures and constants, never the machine it runs on.
//!
//! One [`Row`] per call drives rendering, kinds and objects, the plain sentence, what may be pretended and
//! whether a filter may let the call pass. Adding a call is adding a row in `rows/`.

mod abi;
pub mod access;
mod arg_text;
pub mod decode;
pub mod demultiplex;
pub mod errno;
pub mod escape;
mod kind;
mod memory;
pub mod names;
mod object;
pub mod pieces;
pub mod pin;
pub mod render;
pub mod row;
pub mod rows;
pub mod siginfo;
pub mod sockaddr;

pub use abi::{Abi, RawCall, X32_BIT};
pub use access::{Condition, Target, Want, wants};
pub use arg_text::ArgText;
pub use demultiplex::demultiplex;
pub use kind::{Kind, KindSet};
pub use memory::{CachedMemory, LocalMemory, Memory, NoMemory, PageCache};
pub use object::{Access, Object, Transport};
pub use render::{Outcome, Render, call_line, call_name, enter, leave, render_result, result_text};
pub use row::{Arg, Does, Fake, Pretend, ResultKind, Row, Show, When, lookup, lookup_name};
pub use siginfo::siginfo_text;

#[cfg(test)]
mod tests;

/// The name of a signal, `SIGINT` or `SIGRT_2`; the number where it has none.
pub fn signal_name(number: i32) -> String {
    u64::try_from(number).ok().and_then(names::signal::signal_name).map_or_else(|| number.to_string(), Into::into)
}
