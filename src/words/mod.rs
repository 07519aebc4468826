//! Plain sentences about what programs do, in the user's language.
//!
//! | file | what it says |
//! |---|---|
//! | `i18n` | [`init`], [`tr`], [`tr_n`], [`mark`], [`fill`]: gettext |
//! | `syscall::escape` | [`escape`], [`elide`]: hostile text made safe to show |
//! | `object` | what is acted on: [`object`], [`program_name`] |
//! | `act` | [`Act`]: a call as words are found for it, from a question or a recording |
//! | `phrase` | the sentence for each thing that calls do |
//! | `things`, `people` | what the whole computer has, users and groups, by name |
//! | `action` | what is done: [`act()`] for logs, [`kind_name`] for lists |
//! | `question` | the sentences of a prompt: [`question`] |
//! | `known` | what a path or socket is, in one sentence: [`what_it_is`] |
//! | `live` | what only the running system knows: names of processes, whose a terminal is |
//! | `matters` | the one line why it may matter: [`why_it_matters`] |
//! | `consent` | what an answer means: [`consent`](consent()), and the labels of its choices |
//! | `pretend` | what the program will believe: [`pretended`] |
//!
//! A sentence is one msgid with named placeholders, never glued from pieces: other languages order and
//! inflect differently. Everything that comes from the traced program goes through [`escape()`].

mod act;
mod action;
mod consent;
mod details;
mod known;
mod live;
mod matters;
mod object;
mod people;
mod phrase;
mod pretend;
mod question;
mod things;

pub use crate::i18n::{fill, init, mark, tr, tr_n};
pub use crate::syscall::escape::{elide, escape, escape_bytes};
pub use act::Act;
pub use action::{act, act_beside_object, action, kind_name};
pub use consent::{consent, how_long_label, pattern_problem, short_path, takes_pattern, what_label, who_label};
pub use details::details;
pub use known::what_it_is;
pub use matters::{Asker, why_it_matters};
pub use object::{named_object, object, program_name, service};
pub use pretend::{pretended, why_not_pretended};
pub use question::{SHOWN_MAX, Sentences, question};
