//! What pretending means for the program.

use super::{fill, tr};
use crate::syscall::Kind;

/// What the program will believe if a call of `kind` is pretended, in one sentence.
pub fn pretended(kind: Kind) -> String {
    match kind {
        Kind::FileRead => tr("The program will believe that it opened the file, and will find it empty."),
        Kind::FileList => tr("The program will believe that the folder is empty."),
        Kind::FileWrite => tr("The program will believe that it changed the file. The file stays as it is."),
        Kind::FileCreate => tr(
            "The program will believe that it was created. Nothing is created, and if it looks later, it finds nothing.",
        ),
        Kind::FileDelete => {
            tr("The program will believe that it is deleted, and not find it again by its name. It stays where it is.")
        }
        Kind::FileRename => tr("The program will believe that it has the new name. Both names stay as they are."),
        Kind::FileAttributes => tr(
            "The program will believe that the properties are changed. They stay as they are, and if it looks, it sees them so.",
        ),
        Kind::NetworkSocket => tr("The program will get a socket that leads nowhere."),
        Kind::NetworkConnect => {
            tr("The program will believe that it is connected. Nothing is sent and nothing arrives.")
        }
        Kind::NetworkListen => tr("The program will believe that it can be reached. Nobody can connect."),
        Kind::NetworkSend => tr("The program will believe that the data is sent. Nothing leaves this computer."),
        Kind::ProcessSignal => tr("The program will believe that the signal is sent. The process does not get it."),
        Kind::ProcessIdentity => tr("The program will believe that it has other rights now. It keeps those it has."),
        Kind::Device => tr("The program will believe that the device obeyed. The device is left alone."),
        Kind::System => tr("The program will believe that the setting is changed. It stays as it is."),
        _ => tr("The program will believe that it worked. Nothing happens."),
    }
}

/// Why a success cannot be pretended, in one sentence. `reason` is a msgid that follows "cannot pretend {call}: ".
pub fn why_not_pretended(call: &str, reason: Option<&'static str>) -> String {
    match reason {
        Some(reason) => {
            fill(&tr("Pretending is not possible for {call}: {reason}."), &[("call", call), ("reason", &tr(reason))])
        }
        None => fill(&tr("Pretending is not possible for {call}."), &[("call", call)]),
    }
}
