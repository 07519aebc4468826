//! What a program does to confine itself: seccomp and Landlock.
//!
//! Programs that confine themselves harm nobody: these calls have no kind that a policy guards.

use crate::syscall::decode::bytes::{le_i32, le_word, le16, le64};
use crate::syscall::names::bpf as names;
use crate::syscall::row::{Does, Pretend, ResultKind, Row, Show, arg};
use crate::syscall::{Kind, Render};

const NO: Pretend = Pretend::No("the program would believe itself confined");
const SELF: &[Does] = &[Does::Plain(Kind::Memory)];

fn seccomp_flags(r: &mut Render<'_>, value: u64) {
    match r.arg(0) as u32 {
        1 => r.flags(u64::from(value as u32), names::SECCOMP_FLAGS, "SECCOMP_FILTER_FLAG_???"),
        _ => r.hex(u64::from(value as u32)),
    }
}

/// `struct sock_fprog`: the number of instructions and where they are.
pub fn filter_program(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.word();
    let mut b = [0; 16];
    let b = &mut b[..2 * word];
    if r.fetch(addr, b) {
        r.fmt(format_args!("{{len={}, filter=", le16(b, 0)));
        r.pointer(le_word(b, 1, word));
        r.put("}");
    }
}

fn seccomp_argument(r: &mut Render<'_>, addr: u64) {
    match r.arg(0) as u32 {
        1 => filter_program(r, addr),
        2 => {
            let mut b = [0; 4];
            if r.fetch(addr, &mut b) {
                r.put("[");
                r.choice(u64::from(u32::from_le_bytes(b)), names::SECCOMP_ACTIONS, "SECCOMP_RET_???");
                r.put("]");
            }
        }
        3 => {
            if r.wait() {
                return;
            }
            let mut b = [0; 6];
            if r.fetch(addr, &mut b) {
                let [a, c, d] = [0, 2, 4].map(|at| le16(&b, at));
                r.fmt(format_args!("{{seccomp_notif={a}, seccomp_notif_resp={c}, seccomp_data={d}}}"));
            }
        }
        _ => r.pointer(addr),
    }
}

/// `struct landlock_ruleset_attr`, as much of it as the program gives; fields beyond the first are newer.
fn ruleset(r: &mut Render<'_>, addr: u64) {
    let size = r.arg(1);
    if size < 8 {
        return r.pointer(addr);
    }
    let mut b = [0; 24];
    let shown = size.min(24) as usize & !7;
    if !r.fetch(addr, &mut b[..shown]) {
        return;
    }
    r.put("{handled_access_fs=");
    r.flags(le64(&b, 0), names::LANDLOCK_FS, "LANDLOCK_ACCESS_FS_???");
    // strace 6.1 knows the first field only and marks that there is more.
    if size > 8 {
        r.put(", ...");
    }
    r.put("}");
}

fn rule(r: &mut Render<'_>, addr: u64) {
    if r.arg(1) as u32 != 1 {
        return r.pointer(addr);
    }
    let mut b = [0; 12];
    if r.fetch(addr, &mut b) {
        r.put("{allowed_access=");
        r.flags(le64(&b, 0), names::LANDLOCK_FS, "LANDLOCK_ACCESS_FS_???");
        r.fmt(format_args!(", parent_fd={}}}", le_i32(&b, 8)));
    }
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new(
        "seccomp",
        &[
            arg("operation", Show::Choice(names::SECCOMP_OPERATIONS, "SECCOMP_SET_MODE_???")),
            arg("flags", Show::With(seccomp_flags)),
            arg("args", Show::With(seccomp_argument)),
        ],
    )
    .does(SELF)
    .pretend(NO),
    Row::new(
        "landlock_create_ruleset",
        &[
            arg("attr", Show::With(ruleset)),
            arg("size", Show::Ulong),
            arg("flags", Show::Flags(&[(1, "LANDLOCK_CREATE_RULESET_VERSION")], "LANDLOCK_CREATE_RULESET_???")),
        ],
    )
    .result(ResultKind::Fd)
    .does(SELF)
    .pretend(NO),
    Row::new(
        "landlock_add_rule",
        &[
            arg("ruleset_fd", Show::Fd),
            arg("rule_type", Show::Choice(&[(1, "LANDLOCK_RULE_PATH_BENEATH")], "LANDLOCK_RULE_???")),
            arg("rule_attr", Show::With(rule)),
            arg("flags", Show::Hex),
        ],
    )
    .does(SELF)
    .pretend(NO),
    Row::new("landlock_restrict_self", &[arg("ruleset_fd", Show::Fd), arg("flags", Show::Hex)]).does(SELF).pretend(NO),
];
