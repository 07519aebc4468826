//! A call as words are found for it: the same of a question and of a recorded call.

use super::{elide, escape, escape_bytes};
use crate::recording::Call;
use crate::syscall::{Access, ArgText, Kind, Object, lookup_name};
use crate::tracer::Question;

/// Most characters of an object, or an argument, inside a sentence; the whole object is shown elsewhere.
pub(super) const OBJECT_MAX: usize = 72;

/// What a call is about to do, or did. Its arguments are looked at one by one as they were rendered: numbers and names
/// of flags are what the registers held, and what the program wrote stays within its quotes.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    call: &'a str,
    args: &'a ArgText,
    accesses: &'a [Access],
    asked: usize,
    live: bool,
}

impl<'a> From<&'a Question> for Act<'a> {
    /// What is asked about.
    fn from(question: &'a Question) -> Act<'a> {
        let (accesses, asked) = (&question.accesses, question.asked);
        Act { call: &question.call, args: &question.args, accesses, asked, live: true }
    }
}

impl<'a> From<&'a Call> for Act<'a> {
    /// What the call did that a policy's default would be about; else what it did to something; else what it did.
    fn from(call: &'a Call) -> Act<'a> {
        let first = |is: fn(&Access) -> bool| call.accesses.iter().position(is);
        let asked = first(|access| access.kind.is_guarded()).or_else(|| first(|access| access.object.is_some()));
        let asked = asked.unwrap_or(0);
        Act { call: &call.name, args: &call.args, accesses: &call.accesses, asked, live: false }
    }
}

impl<'a> Act<'a> {
    /// The access that is spoken of; `None`: the call does nothing to anything.
    pub fn access(&self) -> Option<&'a Access> {
        self.accesses.get(self.asked)
    }

    /// The call's name, escaped.
    pub(super) fn call_name(&self) -> String {
        elide(&escape(self.call), 40)
    }

    /// Whether the call is one of these.
    pub(super) fn is(&self, calls: &[&str]) -> bool {
        calls.contains(&self.call)
    }

    /// The call's name.
    pub(super) fn call(&self) -> &'a str {
        self.call
    }

    /// Whether the processes that it names are there now, as they were when it was made.
    pub(super) fn is_live(&self) -> bool {
        self.live
    }

    /// The argument of that name, as it is rendered.
    pub(super) fn arg(&self, name: &str) -> Option<&'a str> {
        self.args.get(lookup_name(self.call)?.arg_index(name)?)
    }

    /// The argument as a number, where it is rendered as one.
    pub(super) fn number(&self, name: &str) -> Option<u32> {
        self.arg(name)?.parse().ok()
    }

    /// Whether the argument has that flag, or is that name.
    pub(super) fn has(&self, name: &str, flag: &str) -> bool {
        self.arg(name).is_some_and(|text| text.split('|').any(|word| word == flag))
    }

    /// The string that the argument points to, made safe to show and cut to fit a sentence.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let (bytes, whole) = unquoted(self.arg(name)?)?;
        let text = escape_bytes(&bytes) + if whole { "" } else { "…" };
        Some(elide(&text, OBJECT_MAX))
    }

    /// The `nth` object (from 0) that the call does this to.
    pub(super) fn nth(&self, kind: Kind, nth: usize) -> Option<&'a Object> {
        self.accesses.iter().filter(|access| access.kind == kind).nth(nth)?.object.as_ref()
    }
}

/// What a rendered string stands for, and whether it is whole. `None`: it is no string (NULL, or an address).
fn unquoted(text: &str) -> Option<(Vec<u8>, bool)> {
    let (text, whole) = text.strip_suffix("...").map_or((text, true), |cut| (cut, false));
    let inside = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = inside.bytes().peekable();
    let mut out = Vec::with_capacity(inside.len());
    while let Some(b) = bytes.next() {
        if b != b'\\' {
            out.push(b);
            continue;
        }
        out.push(match bytes.next()? {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'v' => 0x0b,
            b'f' => 0x0c,
            first @ b'0'..=b'7' => {
                let mut value = u32::from(first - b'0');
                for _ in 0..2 {
                    let Some(digit) = bytes.next_if(|b| (b'0'..=b'7').contains(b)) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                }
                u8::try_from(value).ok()?
            }
            other => other,
        });
    }
    Some((out, whole))
}

#[cfg(test)]
impl<'a> Act<'a> {
    /// A call for tests, as a question has it.
    pub(super) fn test(call: &'a str, args: &'a ArgText, accesses: &'a [Access]) -> Act<'a> {
        Act { call, args, accesses, asked: 0, live: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syscall::{Abi, LocalMemory, RawCall};
    use proptest::prelude::*;

    #[test]
    fn a_rendered_string_is_read_back() {
        assert_eq!(unquoted(r#""a\n\"\\\33[2J""#), Some((b"a\n\"\\\x1b[2J".to_vec(), true)));
        assert_eq!(unquoted(r#""abc"..."#), Some((b"abc".to_vec(), false)));
        for none in ["NULL", "0x7ffc", "", "\"", "\"\\\"", r#""\777""#] {
            assert_eq!(unquoted(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn what_the_renderer_writes_comes_back(bytes in prop::collection::vec(1u8.., 0..40)) {
            let memory = LocalMemory::new(vec![(0x1000, [bytes.as_slice(), b"\0"].concat())]);
            // chdir of x86-64.
            let call = RawCall { abi: Abi::X86_64, nr: 80, args: [0x1000, 0, 0, 0, 0, 0] };
            let mut args = ArgText::default();
            crate::syscall::enter(&call, crate::syscall::lookup(&call), &memory, &mut args);
            prop_assert_eq!(unquoted(args.get(0).unwrap_or_default()), Some((bytes, true)));
        }
    }

    #[test]
    fn arguments_are_found_by_their_names() {
        let args = ArgText::of(&["1234", "SIGKILL"]);
        let act = Act::test("kill", &args, &[]);
        assert_eq!((act.number("pid"), act.arg("sig"), act.arg("nothing")), (Some(1234), Some("SIGKILL"), None));
        let args = ArgText::of(&["CLONE_NEWUSER|CLONE_NEWNS"]);
        let act = Act::test("unshare", &args, &[]);
        assert!(act.has("flags", "CLONE_NEWNS") && !act.has("flags", "CLONE_NEW"));
    }
}
