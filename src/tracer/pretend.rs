//! Whether a success of a call can be made up that the program will believe.

use super::handle::Watch;
use super::task::InCall;
use crate::syscall::{Fake, Kind, Pretend, rows};

/// Why none can; `None`: one can. A msgid that follows "Pretending is not possible for {call}: ".
pub(super) fn why_not(call: &InCall, watch: Watch) -> Option<&'static str> {
    let Some(row) = call.row else { return Some("Syswall does not know this call") };
    match row.pretend {
        Pretend::No(why) => return Some(why),
        Pretend::Setting if !rows::only_sets(&call.raw) => {
            return Some("the program would read a result that nobody filled in");
        }
        // What stands in for a file is no directory.
        Pretend::Descriptor(Fake::File) if call.kinds.contains(Kind::FileList) => {
            return Some("nothing can stand in for a folder");
        }
        _ => {}
    }
    let socket = matches!(call.raw.name(), Some("socket" | "connect" | "bind" | "listen"));
    (socket && watch == Watch::Policy).then_some("what the program does with the socket next is not watched")
}
