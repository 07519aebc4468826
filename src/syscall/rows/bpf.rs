//! bpf(2): programs inside the kernel. One table of fields a command.

use crate::syscall::access::{AT_FDCWD, Target, Want, path_target};
use crate::syscall::decode::bytes::{le_i32, le32, le64};
use crate::syscall::names::bpf as names;
use crate::syscall::row::{Does, Names, Pretend, Row, Show, arg};
use crate::syscall::{Kind, Memory, RawCall, Render};

/// How a field is shown.
#[derive(Clone, Copy)]
enum Form {
    Uint,
    Int,
    Hex,
    LongHex,
    Pointer,
    Path,
    Text,
    Name,
    Version,
    Choice(Names, &'static str),
    Flags(Names, &'static str),
}

/// Name, offset in `union bpf_attr`, form.
type Field = (&'static str, usize, Form);

/// A command: what stands around its fields, how many of them are always shown, the fields.
struct Command {
    around: &'static str,
    always: usize,
    fields: &'static [Field],
}

const MAP_TYPE: Form = Form::Choice(names::MAP_TYPES, "BPF_MAP_TYPE_???");
const PROG_TYPE: Form = Form::Choice(names::PROGRAM_TYPES, "BPF_PROG_TYPE_???");
const MAP_FLAGS: Form = Form::Flags(names::MAP_FLAGS, "BPF_F_???");
const PROG_FLAGS: Form = Form::Flags(names::PROGRAM_FLAGS, "BPF_F_???");
const ATTACH: Form = Form::Choice(names::ATTACH_TYPES, "BPF_???");
const UPDATE: Form = Form::Flags(names::UPDATE_FLAGS, "BPF_???");
const OPEN: Form = Form::Flags(names::OPEN_FLAGS, "BPF_F_???");
const QUERY: Form = Form::Flags(&[(1, "BPF_F_QUERY_EFFECTIVE")], "BPF_F_QUERY_???");
const ATTACH_FLAGS: Form =
    Form::Flags(&[(1, "BPF_F_ALLOW_OVERRIDE"), (2, "BPF_F_ALLOW_MULTI"), (4, "BPF_F_REPLACE")], "BPF_F_???");
const FD_TYPE: Form = Form::Choice(
    &[
        (0, "BPF_FD_TYPE_RAW_TRACEPOINT"),
        (1, "BPF_FD_TYPE_TRACEPOINT"),
        (2, "BPF_FD_TYPE_KPROBE"),
        (3, "BPF_FD_TYPE_KRETPROBE"),
        (4, "BPF_FD_TYPE_UPROBE"),
        (5, "BPF_FD_TYPE_URETPROBE"),
    ],
    "BPF_FD_TYPE_???",
);

const fn plain(always: usize, fields: &'static [Field]) -> Command {
    Command { around: "", always, fields }
}

const fn within(around: &'static str, fields: &'static [Field]) -> Command {
    // Structures of their own are shown whole but for what was added later.
    Command { around, always: usize::MAX, fields }
}

fn command(number: u32) -> Option<Command> {
    use Form::*;
    Some(match number {
        0 => plain(
            4,
            &[
                ("map_type", 0, MAP_TYPE),
                ("key_size", 4, Uint),
                ("value_size", 8, Uint),
                ("max_entries", 12, Uint),
                ("map_flags", 16, MAP_FLAGS),
                ("inner_map_fd", 20, Int),
                ("map_name", 28, Name),
                ("map_ifindex", 44, Uint),
                ("btf_fd", 48, Int),
                ("btf_key_type_id", 52, Uint),
                ("btf_value_type_id", 56, Uint),
                ("btf_vmlinux_value_type_id", 60, Uint),
                ("map_extra", 64, LongHex),
            ],
        ),
        1 | 2 | 21 => {
            plain(3, &[("map_fd", 0, Int), ("key", 8, Pointer), ("value", 16, Pointer), ("flags", 24, UPDATE)])
        }
        3 => plain(2, &[("map_fd", 0, Int), ("key", 8, Pointer)]),
        4 => plain(3, &[("map_fd", 0, Int), ("key", 8, Pointer), ("next_key", 16, Pointer)]),
        5 => plain(
            9,
            &[
                ("prog_type", 0, PROG_TYPE),
                ("insn_cnt", 4, Uint),
                ("insns", 8, Pointer),
                ("license", 16, Text),
                ("log_level", 24, Uint),
                ("log_size", 28, Uint),
                ("log_buf", 32, Pointer),
                ("kern_version", 40, Version),
                ("prog_flags", 44, PROG_FLAGS),
                ("prog_name", 48, Name),
                ("prog_ifindex", 64, Uint),
                ("expected_attach_type", 68, ATTACH),
                ("prog_btf_fd", 72, Int),
                ("func_info_rec_size", 76, Uint),
                ("func_info", 80, Pointer),
                ("func_info_cnt", 88, Uint),
                ("line_info_rec_size", 92, Uint),
                ("line_info", 96, Pointer),
                ("line_info_cnt", 104, Uint),
                ("attach_btf_id", 108, Uint),
                ("attach_prog_fd", 112, Int),
                ("fd_array", 120, Pointer),
            ],
        ),
        6 | 7 => plain(2, &[("pathname", 0, Path), ("bpf_fd", 8, Int), ("file_flags", 12, OPEN)]),
        8 => plain(
            4,
            &[
                ("target_fd", 0, Int),
                ("attach_bpf_fd", 4, Int),
                ("attach_type", 8, ATTACH),
                ("attach_flags", 12, ATTACH_FLAGS),
                ("replace_bpf_fd", 16, Int),
            ],
        ),
        9 => plain(2, &[("target_fd", 0, Int), ("attach_type", 8, ATTACH)]),
        10 => Command {
            around: "test",
            always: 8,
            fields: &[
                ("prog_fd", 0, Int),
                ("retval", 4, Uint),
                ("data_size_in", 8, Uint),
                ("data_size_out", 12, Uint),
                ("data_in", 16, Pointer),
                ("data_out", 24, Pointer),
                ("repeat", 32, Uint),
                ("duration", 36, Uint),
                ("ctx_size_in", 40, Uint),
                ("ctx_size_out", 44, Uint),
                ("ctx_in", 48, Pointer),
                ("ctx_out", 56, Pointer),
                ("flags", 64, Hex),
                ("cpu", 68, Uint),
                ("batch_size", 72, Uint),
            ],
        },
        11 | 12 | 23 | 31 => plain(2, &[("start_id", 0, Uint), ("next_id", 4, Uint), ("open_flags", 8, OPEN)]),
        13 => plain(1, &[("prog_id", 0, Uint), ("next_id", 4, Uint), ("open_flags", 8, OPEN)]),
        14 => plain(1, &[("map_id", 0, Uint), ("next_id", 4, Uint), ("open_flags", 8, OPEN)]),
        15 => within("info", &[("bpf_fd", 0, Int), ("info_len", 4, Uint), ("info", 8, Pointer)]),
        16 => within(
            "query",
            &[
                ("target_fd", 0, Int),
                ("attach_type", 4, ATTACH),
                ("query_flags", 8, QUERY),
                ("attach_flags", 12, ATTACH_FLAGS),
                ("prog_ids", 16, Pointer),
                ("prog_cnt", 24, Uint),
            ],
        ),
        17 => within("raw_tracepoint", &[("name", 0, Text), ("prog_fd", 8, Int)]),
        18 => plain(
            5,
            &[
                ("btf", 0, Pointer),
                ("btf_log_buf", 8, Pointer),
                ("btf_size", 16, Uint),
                ("btf_log_size", 20, Uint),
                ("btf_log_level", 24, Uint),
            ],
        ),
        19 => plain(1, &[("btf_id", 0, Uint)]),
        20 => within(
            "task_fd_query",
            &[
                ("pid", 0, Int),
                ("fd", 4, Int),
                ("flags", 8, Hex),
                ("buf_len", 12, Uint),
                ("buf", 16, Text),
                ("prog_id", 24, Uint),
                ("fd_type", 28, FD_TYPE),
                ("probe_offset", 32, LongHex),
                ("probe_addr", 40, LongHex),
            ],
        ),
        22 => plain(1, &[("map_fd", 0, Int)]),
        24 | 25 => within(
            "batch",
            &[
                ("in_batch", 0, Pointer),
                ("out_batch", 8, Pointer),
                ("keys", 16, Pointer),
                ("values", 24, Pointer),
                ("count", 32, Uint),
                ("map_fd", 36, Int),
                ("elem_flags", 40, UPDATE),
                ("flags", 48, LongHex),
            ],
        ),
        26 => within(
            "batch",
            &[
                ("keys", 16, Pointer),
                ("values", 24, Pointer),
                ("count", 32, Uint),
                ("map_fd", 36, Int),
                ("elem_flags", 40, UPDATE),
                ("flags", 48, LongHex),
            ],
        ),
        27 => within(
            "batch",
            &[
                ("keys", 16, Pointer),
                ("count", 32, Uint),
                ("map_fd", 36, Int),
                ("elem_flags", 40, UPDATE),
                ("flags", 48, LongHex),
            ],
        ),
        28 => within(
            "link_create",
            &[("prog_fd", 0, Int), ("target_fd", 4, Int), ("attach_type", 8, ATTACH), ("flags", 12, Hex)],
        ),
        29 => within("link_update", &[("link_fd", 0, Int), ("new_prog_fd", 4, Int), ("flags", 8, Hex)]),
        30 => plain(1, &[("link_id", 0, Uint)]),
        _ => return None,
    })
}

/// From which size on a field is shown: two that came together are shown together.
fn last_of_pair((name, at, _): &Field) -> usize {
    if *name == "btf_value_type_id" { at - 4 } else { *at }
}

fn attributes(r: &mut Render<'_>, addr: u64) {
    let size = r.arg(2) as u32 as usize;
    let mut b = [0; 144];
    let shown = size.min(b.len());
    let Some(command) = command(r.arg(0) as u32).filter(|_| shown > 0) else { return r.pointer(addr) };
    if matches!(r.arg(0) as u32, 11 | 12 | 23 | 31) {
        return next_id(r, addr, shown);
    }
    // strace reads all that it is told of, up to a page.
    let last = addr.wrapping_add(size.min(4096) as u64).wrapping_sub(1);
    if !r.fetch(addr, &mut b[..shown]) {
        return;
    }
    if r.memory.read(last, &mut [0; 1]) == 0 {
        return r.pointer(addr);
    }
    r.put("{");
    if !command.around.is_empty() {
        r.fmt(format_args!("{}={{", command.around));
    }
    let fields = command.fields.iter().enumerate().filter(|(i, f)| *i < command.always || last_of_pair(f) < shown);
    for (i, (_, (name, at, form))) in fields.enumerate() {
        r.fmt(format_args!("{}{name}=", if i > 0 { ", " } else { "" }));
        put_field(r, &b, *at, *form);
    }
    if !command.around.is_empty() {
        r.put("}");
    }
    r.put("}");
}

/// The ones that answer in place: `next_id=0 => 97`.
fn next_id(r: &mut Render<'_>, addr: u64, shown: usize) {
    let mut b = [0; 12];
    let part = shown.min(12);
    let got = addr != 0 && r.memory.read(addr, &mut b[..part]) == part;
    if r.outcome.is_none() {
        r.kept.push(if got { u64::from(le32(&b, 4)) } else { u64::MAX });
    }
    if r.wait() {
        return;
    }
    let before = r.kept.first().copied().unwrap_or(u64::MAX);
    if !got || before == u64::MAX {
        return r.pointer(addr);
    }
    r.fmt(format_args!("{{start_id={}, next_id={before}", le32(&b, 0)));
    if !r.failed() && u64::from(le32(&b, 4)) != before {
        r.fmt(format_args!(" => {}", le32(&b, 4)));
    }
    if shown > 8 {
        r.put(", open_flags=");
        put_field(r, &b, 8, OPEN);
    }
    r.put("}");
}

fn put_field(r: &mut Render<'_>, b: &[u8], at: usize, form: Form) {
    match form {
        Form::Uint => r.fmt(format_args!("{}", le32(b, at))),
        Form::Int => r.fmt(format_args!("{}", le_i32(b, at))),
        Form::Hex => r.hex(u64::from(le32(b, at))),
        Form::LongHex => r.hex(le64(b, at)),
        Form::Pointer => r.pointer(le64(b, at)),
        Form::Path => r.path(le64(b, at)),
        Form::Text => r.string(le64(b, at)),
        Form::Name => r.chars(b.get(at..at + 16).unwrap_or_default()),
        Form::Version => {
            let v = le32(b, at);
            r.fmt(format_args!("KERNEL_VERSION({}, {}, {})", v >> 16, v >> 8 & 0xff, v & 0xff));
        }
        Form::Choice(names, unknown) => r.choice(u64::from(le32(b, at)), names, unknown),
        Form::Flags(names, unknown) => r.flags(u64::from(le32(b, at)), names, unknown),
    }
}

fn wants(call: &RawCall, memory: &dyn Memory, out: &mut Vec<Want>) {
    out.push(Want::new(Kind::Bypass, Target::Nothing));
    // Pinning makes a file.
    if matches!(call.args[0] as u32, 6 | 7) {
        let kind = if call.args[0] as u32 == 6 { Kind::FileCreate } else { Kind::FileRead };
        let target = match memory.u64(call.args[1]) {
            Some(path) => path_target(memory, AT_FDCWD, path, true, false),
            None => Target::Unreadable,
        };
        out.push(Want::new(kind, target));
    }
}

/// The row.
pub static ROWS: &[Row] = &[Row::new(
    "bpf",
    &[
        arg("cmd", Show::Choice(names::COMMANDS, "BPF_???")),
        arg("attr", Show::With(attributes)),
        arg("size", Show::Uint),
    ],
)
.does(&[Does::With(wants)])
.may(Kind::Bypass)
.may(Kind::FileCreate)
.may(Kind::FileRead)
.pretend(Pretend::No("the program would go on with a program in the kernel that is not there"))];
