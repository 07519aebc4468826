//! Keys that the kernel keeps.

use crate::syscall::access::{Target, Want};
use crate::syscall::decode::bytes::{le_i32, le32};
use crate::syscall::decode::iovec::{Iov, iovec};
use crate::syscall::names::ipc as names;
use crate::syscall::row::{Names, Pretend, Row, Show, arg};
use crate::syscall::{Kind, Memory, RawCall, Render};

const NO: Pretend = Pretend::No("the program would go on with a key that is not there");

/// A key or one of the keyrings with numbers of their own.
fn serial(r: &mut Render<'_>, value: u64) {
    let value = value as u32;
    match names::KEYRINGS.iter().find(|(v, _)| *v == u64::from(value)) {
        Some((_, name)) => r.put(name),
        None => r.fmt(format_args!("{}", value as i32)),
    }
}

fn payload(r: &mut Render<'_>, addr: u64) {
    let len = r.arg(3);
    r.data(addr, len);
}

fn text_at(memory: &dyn Memory, addr: u64) -> Option<String> {
    memory.c_string(addr, 256).ok().map(|b| String::from_utf8_lossy(&b).into_owned())
}

fn key_wants(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    let target = match (text_at(memory, call.args[0]), text_at(memory, call.args[1])) {
        (Some(kind), Some(name)) => Target::System(format!("key {kind} {name}")),
        _ => Target::Unreadable,
    };
    out.push(Want::new(Kind::Ipc, target));
}

fn keyctl_wants(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    let number = call.args[1] as u32;
    let name = match names::KEYRINGS.iter().find(|(v, _)| *v == u64::from(number)) {
        Some((_, name)) => format!("key {name}"),
        None => format!("key {}", number as i32),
    };
    out.push(Want::new(Kind::Ipc, Target::System(name)));
}

/// What an argument of keyctl is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// There is none.
    No,
    Key,
    Int,
    Uint,
    Uid,
    Text,
    /// A buffer that the program gives, with its length in the next argument.
    In,
    /// A buffer that the kernel fills as far as the result says.
    Out,
    Size,
    Hex,
    Permissions,
    Default,
    Errno,
    Iovec,
    Dh,
    Move,
    Capabilities,
}

/// The four arguments behind the operation.
fn forms(operation: u32) -> [Form; 4] {
    use Form::*;
    match operation {
        0 => [Key, Int, No, No],
        1 => [Text, No, No, No],
        2 => [Key, In, Size, No],
        3 | 7 | 16 | 21 => [Key, No, No, No],
        4 => [Key, Uid, Uid, No],
        5 => [Key, Permissions, No, No],
        6 | 11 | 17 => [Key, Out, Size, No],
        8 | 9 => [Key, Key, No, No],
        10 => [Key, Text, Text, Key],
        12 => [Key, In, Size, Key],
        13 => [Key, Uint, Key, No],
        14 => [Default, No, No, No],
        15 => [Key, Uint, No, No],
        18 => [No, No, No, No],
        19 => [Key, Uint, Errno, Key],
        20 => [Key, Iovec, Size, Key],
        22 => [Key, Int, No, No],
        23 => [Dh, Out, Size, Hex],
        29 => [Key, Text, Text, No],
        30 => [Key, Key, Key, Move],
        31 => [Capabilities, Size, No, No],
        _ => [Hex, Hex, Hex, Hex],
    }
}

/// What a key's owner and others may do with it (linux/keyctl.h has the numbers in the kernel's keys.h).
static PERMISSIONS: Names = &[
    (0x0100_0000, "KEY_POS_VIEW"),
    (0x0200_0000, "KEY_POS_READ"),
    (0x0400_0000, "KEY_POS_WRITE"),
    (0x0800_0000, "KEY_POS_SEARCH"),
    (0x1000_0000, "KEY_POS_LINK"),
    (0x2000_0000, "KEY_POS_SETATTR"),
    (0x0001_0000, "KEY_USR_VIEW"),
    (0x0002_0000, "KEY_USR_READ"),
    (0x0004_0000, "KEY_USR_WRITE"),
    (0x0008_0000, "KEY_USR_SEARCH"),
    (0x0010_0000, "KEY_USR_LINK"),
    (0x0020_0000, "KEY_USR_SETATTR"),
    (0x0000_0100, "KEY_GRP_VIEW"),
    (0x0000_0200, "KEY_GRP_READ"),
    (0x0000_0400, "KEY_GRP_WRITE"),
    (0x0000_0800, "KEY_GRP_SEARCH"),
    (0x0000_1000, "KEY_GRP_LINK"),
    (0x0000_2000, "KEY_GRP_SETATTR"),
    (0x0000_0001, "KEY_OTH_VIEW"),
    (0x0000_0002, "KEY_OTH_READ"),
    (0x0000_0004, "KEY_OTH_WRITE"),
    (0x0000_0008, "KEY_OTH_SEARCH"),
    (0x0000_0010, "KEY_OTH_LINK"),
    (0x0000_0020, "KEY_OTH_SETATTR"),
];

fn keyctl_argument<const I: u8>(r: &mut Render<'_>, value: u64) {
    let operation = r.arg(0) as u32;
    match forms(operation)[usize::from(I) - 1] {
        Form::No => r.omit(),
        Form::Key => serial(r, value),
        Form::Int => r.fmt(format_args!("{}", value as i32)),
        Form::Uint => r.fmt(format_args!("{}", value as u32)),
        Form::Uid => r.uid(value as u32),
        Form::Size => r.fmt(format_args!("{value}")),
        Form::Text => r.string(value),
        Form::In => {
            let len = r.arg(I + 1);
            r.data(value, len);
        }
        Form::Out => {
            if r.wait() {
                return;
            }
            let room = r.arg(I + 1);
            match r.outcome {
                Some(o) if !o.error && o.value > 0 => {
                    let len = (o.value as u64).min(room);
                    // The description of a key ends with a NUL that is not shown.
                    let len = if matches!(operation, 6 | 17) { len.saturating_sub(1) } else { len };
                    r.data(value, len);
                }
                _ => r.pointer(value),
            }
        }
        Form::Permissions => r.flags(u64::from(value as u32), PERMISSIONS, "KEY_???"),
        Form::Default => {
            let value = value as u32;
            match names::KEY_REQUEST.iter().find(|(v, _)| *v == u64::from(value)) {
                Some((_, name)) => r.put(name),
                None => r.fmt(format_args!("{} /* KEY_REQKEY_DEFL_??? */", value as i32)),
            }
        }
        Form::Errno => match crate::syscall::errno::known_name(value as i32) {
            Some(name) => r.put(name),
            None => r.fmt(format_args!("{}", value as u32)),
        },
        Form::Iovec => {
            let count = r.arg(I + 1);
            iovec(r, value, count, Iov::Data);
        }
        Form::Dh => {
            let mut b = [0; 12];
            if r.fetch(value, &mut b) {
                for (name, at) in [("{private=", 0), (", prime=", 4), (", base=", 8)] {
                    r.put(name);
                    serial(r, u64::from(le32(&b, at)));
                }
                r.put("}");
            }
        }
        Form::Move => r.flags(u64::from(value as u32), &[(1, "KEYCTL_MOVE_EXCL")], "KEYCTL_MOVE_???"),
        Form::Capabilities => {
            if r.wait() {
                return;
            }
            match r.outcome {
                Some(o) if !o.error => {
                    let len = (o.value.max(0) as u64).min(r.arg(2));
                    let bytes = r.memory.up_to(value, len.min(32) as usize).unwrap_or_default();
                    r.hex_bytes(&bytes);
                }
                _ => r.pointer(value),
            }
        }
        Form::Hex => {
            if r.is_32() || value > u64::from(u32::MAX) || I > 1 {
                r.hex(value);
            } else {
                r.hex(u64::from(le_i32(&value.to_le_bytes(), 0) as u32));
            }
        }
    }
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new(
        "add_key",
        &[
            arg("type", Show::Str),
            arg("description", Show::Str),
            arg("payload", Show::With(payload)),
            arg("plen", Show::Ulong),
            arg("keyring", Show::With(serial)),
        ],
    )
    .does(&[crate::syscall::Does::With(key_wants)])
    .may(Kind::Ipc)
    .pretend(NO),
    Row::new(
        "request_key",
        &[
            arg("type", Show::Str),
            arg("description", Show::Str),
            arg("callout_info", Show::Str),
            arg("dest_keyring", Show::With(serial)),
        ],
    )
    .does(&[crate::syscall::Does::With(key_wants)])
    .may(Kind::Ipc)
    .pretend(NO),
    Row::new(
        "keyctl",
        &[
            arg("operation", Show::Choice(names::KEY_COMMANDS, "KEYCTL_???")),
            arg("arg2", Show::With(keyctl_argument::<1>)),
            arg("arg3", Show::With(keyctl_argument::<2>)),
            arg("arg4", Show::With(keyctl_argument::<3>)),
            arg("arg5", Show::With(keyctl_argument::<4>)),
        ],
    )
    .does(&[crate::syscall::Does::With(keyctl_wants)])
    .may(Kind::Ipc)
    .pretend(NO),
];
