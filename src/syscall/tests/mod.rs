//! What the decoder says about calls whose registers and memory are made up here.

mod bounds;
mod does;
mod hostile;
mod reference;
mod rows;
mod signals;
mod sockets;
mod text;

use super::{Abi, ArgText, LocalMemory, Outcome, RawCall, enter, leave, lookup, result_text};

/// The number of the call of that name.
pub fn number(abi: Abi, name: &str) -> u64 {
    (0..1024).find(|nr| abi.call_name(*nr) == Some(name)).unwrap_or_else(|| panic!("{abi} has no {name}"))
}

/// The call of that name with those registers.
pub fn call(abi: Abi, name: &str, args: &[u64]) -> RawCall {
    let mut registers = [0; 6];
    registers[..args.len()].copy_from_slice(args);
    RawCall { abi, nr: number(abi, name), args: registers }
}

/// The whole line of a call that returned `result` (a negative one is an error), with the memory of entry and exit.
pub fn line_between(call: &RawCall, entry: &LocalMemory, exit: &LocalMemory, result: i64) -> String {
    let row = lookup(call);
    let outcome = Outcome { value: result, error: (-4095..0).contains(&result) };
    let mut text = ArgText::default();
    enter(call, row, entry, &mut text);
    leave(call, row, exit, outcome, &mut text);
    let mut tail = String::new();
    result_text(call, row, exit, outcome, &mut text, &mut tail);
    format!("{}({}) = {tail}", super::call_name(call), text.text)
}

/// [`line_between`] with memory that does not change.
pub fn line(call: &RawCall, memory: &LocalMemory, result: i64) -> String {
    line_between(call, memory, memory, result)
}

/// Memory with `pieces` from addresses 0x1000, 0x2000, … on.
pub fn memory(pieces: &[&[u8]]) -> LocalMemory {
    LocalMemory::new(pieces.iter().enumerate().map(|(i, p)| (0x1000 * (i as u64 + 1), p.to_vec())).collect())
}
