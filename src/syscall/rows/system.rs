//! The whole machine: names, modules, swap, accounting, quotas, restarts.

use crate::syscall::access::{Target, Want};
use crate::syscall::decode::bytes::{le_word, le16, le32, le64};
use crate::syscall::names::system::{
    DELETE_MODULE, FINIT_MODULE, KEXEC, KEXEC_ARCH, KEXEC_FILE, QUOTA, QUOTA_FORMAT, QUOTA_TYPE, REBOOT, REBOOT_MAGIC1,
    REBOOT_MAGIC2, SWAPON, SYSLOG,
};
use crate::syscall::row::{Does, Pretend, Row, Show, arg, out};
use crate::syscall::{Kind, Memory, RawCall, Render};

use super::file::UNFILLED;

/// The fields of `struct new_utsname` are 65 bytes each.
const NAME: usize = 65;

fn uname(r: &mut Render<'_>, addr: u64) {
    let mut buf = [0; 6 * NAME];
    if r.fetch(addr, &mut buf) {
        r.put("{sysname=");
        r.chars(&buf[..NAME]);
        r.put(", nodename=");
        r.chars(&buf[NAME..2 * NAME]);
        r.put(", ...}");
    }
}

fn sysinfo(r: &mut Render<'_>, addr: u64) {
    let word = r.call.abi.long();
    let mut buf = [0; 112];
    let buf = &mut buf[..if word == 8 { 112 } else { 64 }];
    if !r.fetch(addr, buf) {
        return;
    }
    let at = |i| le_word(buf, i, word);
    let procs = le16(buf, 10 * word);
    // On 64 bits the two counts behind the number of processes begin at the next long.
    let (high, free_high, unit) = if word == 8 {
        (le64(buf, 88), le64(buf, 96), le32(buf, 104))
    } else {
        (u64::from(le32(buf, 44)), u64::from(le32(buf, 48)), le32(buf, 52))
    };
    r.fmt(format_args!("{{uptime={}, loads=[{}, {}, {}], ", at(0), at(1), at(2), at(3)));
    r.fmt(format_args!("totalram={}, freeram={}, sharedram={}, bufferram={}, ", at(4), at(5), at(6), at(7)));
    r.fmt(format_args!("totalswap={}, freeswap={}, procs={procs}, ", at(8), at(9)));
    r.fmt(format_args!("totalhigh={high}, freehigh={free_high}, mem_unit={unit}}}"));
}

/// A name of as many bytes as argument 1 says. No name is longer than 64 bytes.
fn host_name(r: &mut Render<'_>, addr: u64) {
    let len = u64::from(r.arg(1) as u32);
    if len > 64 { r.pointer(addr) } else { r.data(addr, len) }
}

fn reboot_arg(r: &mut Render<'_>, value: u64) {
    const RESTART2: u32 = 0xa1b2_c3d4;
    if r.arg(2) as u32 == RESTART2 { r.string(value) } else { r.omit() }
}

fn syslog_type(r: &mut Render<'_>, value: u64) {
    let value = u64::from(value as u32);
    let name = SYSLOG.iter().find(|(v, _)| *v == value).map_or("SYSLOG_ACTION_???", |(_, name)| name);
    r.fmt(format_args!("{} /* {name} */", value as i32));
}

/// syslog(2) actions: those that fill a buffer, and the one that takes a level.
const READS: [u32; 3] = [2, 3, 4];
const CONSOLE_LEVEL: u32 = 8;
const NO_BUFFER: [u32; 7] = [0, 1, 5, 6, 7, 9, 10];

fn syslog_buffer(r: &mut Render<'_>, addr: u64) {
    let action = r.arg(0) as u32;
    if NO_BUFFER.contains(&action) {
        return r.omit();
    }
    if !READS.contains(&action) {
        return r.pointer(addr);
    }
    if r.wait() {
        return;
    }
    match r.outcome {
        Some(o) if !o.error => r.data(addr, o.value.max(0) as u64),
        _ => r.pointer(addr),
    }
}

fn syslog_len(r: &mut Render<'_>, value: u64) {
    if NO_BUFFER.contains(&(r.arg(0) as u32)) { r.omit() } else { r.show(Show::Int, value) }
}

fn syslog_does(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    let action = call.args[0] as u32;
    let name = if READS.contains(&action) || action > CONSOLE_LEVEL { "kernel log" } else { "kernel log settings" };
    out.push(Want::new(Kind::System, Target::System(name.to_owned())));
}

fn swap_flags(r: &mut Render<'_>, value: u64) {
    const PRIORITY: u64 = 0x7fff;
    let value = u64::from(value as u32);
    if value & !PRIORITY != 0 {
        r.flags(value & !PRIORITY, SWAPON, "SWAP_FLAG_???");
        r.put("|");
    }
    r.fmt(format_args!("{}", value & PRIORITY));
}

fn kexec_flags(r: &mut Render<'_>, value: u64) {
    let (arch, flags) = (value & 0xffff_0000, value & !0xffff_0000);
    r.choice(arch, KEXEC_ARCH, "KEXEC_ARCH_???");
    if flags != 0 {
        r.put("|");
        r.flags(flags, KEXEC, "KEXEC_???");
    }
}

fn kexec_segments(r: &mut Render<'_>, addr: u64) {
    // KEXEC_SEGMENT_MAX: the kernel takes no more.
    let (count, word) = (r.arg(1), r.call.abi.word());
    if count > 16 {
        return r.pointer(addr);
    }
    r.array(addr, count, 4 * word, &mut |r, e| {
        let at = |i| le_word(e.bytes, i, word);
        r.put("{buf=");
        r.pointer(at(0));
        r.fmt(format_args!(", bufsz={}, mem=", at(1)));
        r.pointer(at(2));
        r.fmt(format_args!(", memsz={}}}", at(3)));
    });
}

fn command_line(r: &mut Render<'_>, addr: u64) {
    let len = r.arg(2);
    r.data(addr, len);
}

fn kexec_file_flags(r: &mut Render<'_>, value: u64) {
    r.flags(value, KEXEC_FILE, "KEXEC_FILE_???");
}

fn put_quota_command(r: &mut Render<'_>, value: u64) {
    let value = u64::from(value as u32);
    r.put("QCMD(");
    r.choice(value >> 8, QUOTA, "Q_???");
    r.put(", ");
    r.choice(value & 0xff, QUOTA_TYPE, "???QUOTA");
    r.put(")");
}

/// Quota commands by number (linux/quota.h, linux/dqblk_xfs.h).
mod quota {
    pub const SYNC: u32 = 0x80_0001;
    pub const ON: u32 = 0x80_0002;
    pub const OFF: u32 = 0x80_0003;
    pub const GET_FORMAT: u32 = 0x80_0004;
    pub const GET_INFO: u32 = 0x80_0005;
    pub const SET_INFO: u32 = 0x80_0006;
    pub const SET_QUOTA: u32 = 0x80_0008;
    pub const X_SYNC: u32 = 0x5807;
}

/// What of quotactl(2) a command has: (an id, an address).
fn quota_has(command: u32) -> (bool, bool) {
    match command {
        quota::SYNC | quota::X_SYNC | quota::OFF => (false, false),
        quota::GET_FORMAT | quota::GET_INFO | quota::SET_INFO => (false, true),
        // XFS commands that turn quotas on and off or ask for states: only flags or a structure.
        0x5801 | 0x5802 | 0x5805 | 0x5806 | 0x5808 => (false, true),
        _ => (true, true),
    }
}

fn quota_id<const COMMAND: u8>(r: &mut Render<'_>, value: u64) {
    let command = (r.arg(COMMAND) as u32) >> 8;
    if command == quota::ON {
        r.choice(u64::from(value as u32), QUOTA_FORMAT, "QFMT_VFS_???");
    } else if quota_has(command).0 {
        r.uid(value as u32);
    } else {
        r.omit();
    }
}

fn quota_address<const COMMAND: u8>(r: &mut Render<'_>, addr: u64) {
    let command = (r.arg(COMMAND) as u32) >> 8;
    match command {
        quota::ON => r.path(addr),
        quota::SET_QUOTA => {
            let mut buf = [0; 72];
            if r.fetch(addr, &mut buf) {
                let names = ["bhardlimit", "bsoftlimit", "curspace", "ihardlimit", "isoftlimit", "curinodes"];
                for (i, name) in names.iter().enumerate() {
                    let before = if i == 0 { "{" } else { ", " };
                    r.fmt(format_args!("{before}dqb_{name}={}", le64(&buf, i * 8)));
                }
                r.put(", ...}");
            }
        }
        _ if !quota_has(command).1 => r.omit(),
        _ => r.pointer(addr),
    }
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new("uname", &[out("buf", Show::With(uname))]).pretend(Pretend::No(UNFILLED)),
    Row::new("sysinfo", &[out("info", Show::With(sysinfo))]).pretend(Pretend::No(UNFILLED)),
    Row::new("sethostname", &[arg("name", Show::With(host_name)), arg("len", Show::Uint)])
        .does(&[Does::System(Kind::System, "hostname")])
        .pretend(Pretend::Value(0)),
    Row::new("setdomainname", &[arg("name", Show::With(host_name)), arg("len", Show::Uint)])
        .does(&[Does::System(Kind::System, "domainname")])
        .pretend(Pretend::Value(0)),
    Row::new(
        "reboot",
        &[
            arg("magic", Show::Choice(REBOOT_MAGIC1, "LINUX_REBOOT_MAGIC_???")),
            arg("magic2", Show::Choice(REBOOT_MAGIC2, "LINUX_REBOOT_MAGIC_???")),
            arg("op", Show::Choice(REBOOT, "LINUX_REBOOT_CMD_???")),
            arg("arg", Show::With(reboot_arg)),
        ],
    )
    .does(&[Does::System(Kind::System, "reboot")])
    .pretend(Pretend::Value(0)),
    Row::new(
        "syslog",
        &[
            arg("type", Show::With(syslog_type)),
            arg("bufp", Show::With(syslog_buffer)),
            arg("len", Show::With(syslog_len)),
        ],
    )
    .does(&[Does::With(syslog_does)])
    .may(Kind::System)
    .pretend(Pretend::Value(0)),
    Row::new("swapon", &[arg("path", Show::Path), arg("swapflags", Show::With(swap_flags))])
        .does(&[Does::System(Kind::System, "swap")])
        .pretend(Pretend::Value(0)),
    Row::new("swapoff", &[arg("path", Show::Path)])
        .does(&[Does::System(Kind::System, "swap")])
        .pretend(Pretend::Value(0)),
    Row::new("acct", &[arg("filename", Show::Path)])
        .does(&[Does::System(Kind::System, "accounting")])
        .pretend(Pretend::Value(0)),
    Row::new(
        "init_module",
        &[arg("module_image", Show::Pointer), arg("len", Show::Ulong), arg("param_values", Show::Str)],
    )
    .does(&[Does::System(Kind::System, "kernel module")])
    .pretend(Pretend::Value(0)),
    Row::new(
        "finit_module",
        &[
            arg("fd", Show::Fd),
            arg("param_values", Show::Str),
            arg("flags", Show::Flags(FINIT_MODULE, "MODULE_INIT_???")),
        ],
    )
    .does(&[Does::System(Kind::System, "kernel module")])
    .pretend(Pretend::Value(0)),
    Row::new("delete_module", &[arg("name", Show::Str), arg("flags", Show::Flags(DELETE_MODULE, "O_???"))])
        .does(&[Does::System(Kind::System, "kernel module")])
        .pretend(Pretend::Value(0)),
    Row::new(
        "kexec_load",
        &[
            arg("entry", Show::LongHex),
            arg("nr_segments", Show::Ulong),
            arg("segments", Show::With(kexec_segments)),
            arg("flags", Show::With(kexec_flags)),
        ],
    )
    .does(&[Does::System(Kind::System, "kexec")])
    .pretend(Pretend::Value(0)),
    Row::new(
        "kexec_file_load",
        &[
            arg("kernel_fd", Show::Fd),
            arg("initrd_fd", Show::Fd),
            arg("cmdline_len", Show::Ulong),
            arg("cmdline", Show::With(command_line)),
            arg("flags", Show::With(kexec_file_flags)),
        ],
    )
    .does(&[Does::System(Kind::System, "kexec")])
    .pretend(Pretend::Value(0)),
    Row::new(
        "quotactl",
        &[
            arg("op", Show::With(put_quota_command)),
            arg("special", Show::Path),
            arg("id", Show::With(quota_id::<0>)),
            arg("addr", Show::With(quota_address::<0>)),
        ],
    )
    .does(&[Does::System(Kind::System, "quota")])
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "quotactl_fd",
        &[
            arg("fd", Show::Fd),
            arg("op", Show::With(put_quota_command)),
            arg("id", Show::With(quota_id::<1>)),
            arg("addr", Show::With(quota_address::<1>)),
        ],
    )
    .does(&[Does::System(Kind::System, "quota")])
    .pretend(Pretend::No(UNFILLED)),
    Row::new("vhangup", &[]).does(&[Does::System(Kind::System, "terminal")]).pretend(Pretend::Value(0)),
    Row::new("iopl", &[arg("level", Show::Int)])
        .does(&[Does::System(Kind::System, "I/O ports")])
        .pretend(Pretend::Value(0)),
    Row::new("ioperm", &[arg("from", Show::LongHex), arg("num", Show::LongHex), arg("turn_on", Show::Int)])
        .does(&[Does::System(Kind::System, "I/O ports")])
        .pretend(Pretend::Value(0)),
    Row::new(
        "lookup_dcookie",
        &[
            arg(
                "cookie",
                Show::With(|r, _| {
                    let cookie = r.pair(0);
                    r.fmt(format_args!("{cookie}"));
                }),
            ),
            out(
                "buffer",
                Show::With(|r, value| {
                    let addr = if r.is_i386() { r.arg(2) } else { value };
                    r.pointer(addr);
                }),
            ),
            arg(
                "len",
                Show::With(|r, value| {
                    let len = if r.is_i386() { r.arg(3) } else { value };
                    r.fmt(format_args!("{len}"));
                }),
            ),
        ],
    )
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "lsm_get_self_attr",
        &[arg("attr", Show::Uint), out("ctx", Show::Pointer), out("size", Show::Pointer), arg("flags", Show::Hex)],
    )
    .pretend(Pretend::No(UNFILLED)),
    Row::new(
        "lsm_set_self_attr",
        &[arg("attr", Show::Uint), arg("ctx", Show::Pointer), arg("size", Show::Uint), arg("flags", Show::Hex)],
    )
    .does(&[Does::Plain(Kind::ProcessIdentity)])
    .pretend(Pretend::Value(0)),
    Row::new("lsm_list_modules", &[out("ids", Show::Pointer), out("size", Show::Pointer), arg("flags", Show::Hex)])
        .pretend(Pretend::No(UNFILLED)),
];
