//! prctl(2) and arch_prctl(2): many calls behind two numbers.

use crate::syscall::access::{Target, Want};
use crate::syscall::decode::bytes::{le_word, le32};
use crate::syscall::decode::signal::put_signal;
use crate::syscall::names::process::{
    ARCH_PRCTL, CAPS, DUMPABLE, PR_CAP_AMBIENT, PR_MCE, PR_MCE_POLICY, PR_SET_MM, PR_SPEC, PR_SPEC_VALUE, PR_TSC,
    PRCTL, SECUREBITS,
};
use crate::syscall::row::{Does, Names, Narrow, Pretend, ResultKind, Row, Show, arg};
use crate::syscall::{Kind, KindSet, Memory, RawCall, Render};

use super::file::UNFILLED;

/// prctl(2) options (linux/prctl.h).
mod option {
    pub const SET_PDEATHSIG: u32 = 1;
    pub const GET_PDEATHSIG: u32 = 2;
    pub const GET_DUMPABLE: u32 = 3;
    pub const SET_DUMPABLE: u32 = 4;
    pub const GET_UNALIGN: u32 = 5;
    pub const GET_KEEPCAPS: u32 = 7;
    pub const SET_KEEPCAPS: u32 = 8;
    pub const GET_FPEMU: u32 = 9;
    pub const SET_FPEMU: u32 = 10;
    pub const GET_FPEXC: u32 = 11;
    pub const SET_FPEXC: u32 = 12;
    pub const GET_TIMING: u32 = 13;
    pub const SET_TIMING: u32 = 14;
    pub const SET_NAME: u32 = 15;
    pub const GET_NAME: u32 = 16;
    pub const GET_ENDIAN: u32 = 19;
    pub const SET_ENDIAN: u32 = 20;
    pub const GET_SECCOMP: u32 = 21;
    pub const SET_SECCOMP: u32 = 22;
    pub const CAPBSET_READ: u32 = 23;
    pub const CAPBSET_DROP: u32 = 24;
    pub const GET_TSC: u32 = 25;
    pub const SET_TSC: u32 = 26;
    pub const GET_SECUREBITS: u32 = 27;
    pub const SET_SECUREBITS: u32 = 28;
    pub const SET_TIMERSLACK: u32 = 29;
    pub const GET_TIMERSLACK: u32 = 30;
    pub const PERF_DISABLE: u32 = 31;
    pub const PERF_ENABLE: u32 = 32;
    pub const MCE_KILL: u32 = 33;
    pub const MCE_KILL_GET: u32 = 34;
    pub const SET_MM: u32 = 35;
    pub const SET_CHILD_SUBREAPER: u32 = 36;
    pub const GET_CHILD_SUBREAPER: u32 = 37;
    pub const SET_NO_NEW_PRIVS: u32 = 38;
    pub const GET_TID_ADDRESS: u32 = 40;
    pub const SET_THP_DISABLE: u32 = 41;
    pub const SET_FP_MODE: u32 = 45;
    pub const GET_FP_MODE: u32 = 46;
    pub const CAP_AMBIENT: u32 = 47;
    pub const SVE_GET_VL: u32 = 51;
    pub const SVE_SET_VL: u32 = 50;
    pub const GET_SPECULATION: u32 = 52;
    pub const SET_SPECULATION: u32 = 53;
    pub const SET_IO_FLUSHER: u32 = 57;
    pub const USER_DISPATCH: u32 = 59;
    pub const SCHED_CORE: u32 = 62;
    pub const SET_PTRACER: u32 = 0x5961_6d61;
    pub const SET_VMA: u32 = 0x5356_4d41;
}

/// `PR_SET_UNALIGN` values.
const UNALIGN: Names = &[(1, "PR_UNALIGN_NOPRINT"), (2, "PR_UNALIGN_SIGBUS")];
const FP_MODE: Names = &[(1, "PR_FP_MODE_FR"), (2, "PR_FP_MODE_FRE")];
const SECCOMP_MODE: Names = &[(0, "SECCOMP_MODE_DISABLED"), (1, "SECCOMP_MODE_STRICT"), (2, "SECCOMP_MODE_FILTER")];
const DISPATCH: Names = &[(0, "PR_SYS_DISPATCH_OFF"), (1, "PR_SYS_DISPATCH_ON")];
const CORE: Names = &[
    (0, "PR_SCHED_CORE_GET"),
    (1, "PR_SCHED_CORE_CREATE"),
    (2, "PR_SCHED_CORE_SHARE_TO"),
    (3, "PR_SCHED_CORE_SHARE_FROM"),
];
const VMA: Names = &[(0, "PR_SET_VMA_ANON_NAME")];
/// `PR_MCE_KILL_SET`, `SECCOMP_MODE_FILTER`.
const MCE_SET: u64 = 1;
const MODE_FILTER: u64 = 2;
/// `PR_CAP_AMBIENT_CLEAR_ALL`.
const CLEAR_ALL: u64 = 4;

/// How one argument of an option is shown.
#[derive(Clone, Copy)]
enum Form {
    /// It and those after it are not there.
    End,
    Hex,
    Long,
    Pointer,
    Signal,
    Choice(Names, &'static str),
    Flags(Names, &'static str),
    /// The task's name: 15 bytes count.
    Name,
    Text,
    /// A comment names the type of a PID.
    PidType,
    /// A `struct sock_fprog`.
    Filter,
    Ptracer,
    /// What the kernel fills: an int, a signal, a choice, an address, the task's name.
    IntAt,
    SignalAt,
    ChoiceAt(Names, &'static str),
    AddressAt,
    NameAt,
}

/// The forms of arguments 2 to 5.
fn forms(call: &RawCall) -> [Form; 4] {
    use Form::{
        AddressAt, Choice, ChoiceAt, End, Filter, Flags, Hex, IntAt, Long, Name, NameAt, PidType, Pointer, Ptracer,
        Signal, SignalAt, Text,
    };
    use option as o;
    let cap = Choice(CAPS, "CAP_???");
    let second = call.args[1];
    match call.args[0] as u32 {
        o::GET_DUMPABLE
        | o::GET_KEEPCAPS
        | o::GET_SECUREBITS
        | o::GET_TIMERSLACK
        | o::GET_TIMING
        | o::GET_SECCOMP
        | o::PERF_DISABLE
        | o::PERF_ENABLE
        | o::GET_FP_MODE
        | o::SVE_GET_VL => [End; 4],
        o::SET_PDEATHSIG => [Signal, End, End, End],
        o::GET_PDEATHSIG => [SignalAt, End, End, End],
        o::SET_DUMPABLE => [Choice(DUMPABLE, "SUID_DUMP_???"), End, End, End],
        o::GET_UNALIGN | o::GET_FPEMU | o::GET_FPEXC | o::GET_ENDIAN | o::GET_CHILD_SUBREAPER => [IntAt, End, End, End],
        6 => [Flags(UNALIGN, "PR_UNALIGN_???"), End, End, End],
        o::SET_KEEPCAPS
        | o::SET_FPEMU
        | o::SET_FPEXC
        | o::SET_TIMING
        | o::SET_ENDIAN
        | o::SET_TIMERSLACK
        | o::SET_CHILD_SUBREAPER => [Long, End, End, End],
        o::SVE_SET_VL => [Hex, End, End, End],
        o::SET_FP_MODE => [Flags(FP_MODE, "PR_FP_MODE_???"), End, End, End],
        o::SET_NAME => [Name, End, End, End],
        o::GET_NAME => [NameAt, End, End, End],
        o::CAPBSET_READ | o::CAPBSET_DROP => [cap, End, End, End],
        o::GET_TSC => [ChoiceAt(PR_TSC, "PR_TSC_???"), End, End, End],
        o::SET_TSC => [Choice(PR_TSC, "PR_TSC_???"), End, End, End],
        o::SET_SECUREBITS => [Flags(SECUREBITS, "SECBIT_???"), End, End, End],
        o::SET_SECCOMP if second == MODE_FILTER => [Choice(SECCOMP_MODE, "SECCOMP_MODE_???"), Filter, End, End],
        o::SET_SECCOMP if second == 1 => [Choice(SECCOMP_MODE, "SECCOMP_MODE_???"), End, End, End],
        o::SET_SECCOMP => [Choice(SECCOMP_MODE, "SECCOMP_MODE_???"), Hex, Hex, Hex],
        o::MCE_KILL if second == MCE_SET => {
            [Choice(PR_MCE, "PR_MCE_KILL_???"), Choice(PR_MCE_POLICY, "PR_MCE_KILL_???"), Hex, Hex]
        }
        o::MCE_KILL => [Choice(PR_MCE, "PR_MCE_KILL_???"), Hex, Hex, Hex],
        o::SET_MM => [Choice(PR_SET_MM, "PR_SET_MM_???"), Hex, Hex, Hex],
        o::SET_NO_NEW_PRIVS | o::SET_THP_DISABLE | o::SET_IO_FLUSHER => [Long, Hex, Hex, Hex],
        o::GET_TID_ADDRESS => [AddressAt, End, End, End],
        o::CAP_AMBIENT if second == CLEAR_ALL => [Choice(PR_CAP_AMBIENT, "PR_CAP_???"), Hex, Hex, Hex],
        o::CAP_AMBIENT => [Choice(PR_CAP_AMBIENT, "PR_CAP_???"), cap, Hex, Hex],
        o::GET_SPECULATION => [Choice(PR_SPEC, "PR_SPEC_???"), End, End, End],
        o::SET_SPECULATION => [Choice(PR_SPEC, "PR_SPEC_???"), Choice(PR_SPEC_VALUE, "PR_SPEC_???"), End, End],
        o::USER_DISPATCH => [Choice(DISPATCH, "PR_SYS_DISPATCH_???"), Hex, Hex, Pointer],
        o::SCHED_CORE => [Choice(CORE, "PR_SCHED_CORE_???"), Long, PidType, Pointer],
        o::SET_PTRACER => [Ptracer, End, End, End],
        o::SET_VMA if second == 0 => [Choice(VMA, "PR_SET_VMA_???"), Pointer, Long, Text],
        o::SET_VMA => [Choice(VMA, "PR_SET_VMA_???"), Hex, Hex, Hex],
        _ => [Hex; 4],
    }
}

/// The task's name has 16 bytes with its NUL (TASK_COMM_LEN).
const COMM: usize = 15;

fn task_name(r: &mut Render<'_>, addr: u64) {
    if addr == 0 {
        return r.put("NULL");
    }
    match r.memory.c_string(addr, COMM + 1) {
        Ok(bytes) => r.quoted(&bytes),
        Err(bytes) if bytes.len() > COMM => {
            r.quoted(&bytes[..COMM]);
            r.put("...");
        }
        Err(_) => r.pointer(addr),
    }
}

fn value<const I: usize>(r: &mut Render<'_>, value: u64) {
    let forms = forms(r.call);
    // What follows an end is not there either.
    if forms[..I].iter().any(|f| matches!(f, Form::End)) {
        return r.omit();
    }
    match forms[I] {
        Form::End => r.omit(),
        Form::Hex => r.hex(value),
        Form::Long => r.show(Show::Ulong, value),
        Form::Pointer => r.pointer(value),
        Form::Signal => put_signal(r, value),
        Form::Choice(names, unknown) => r.choice(value, names, unknown),
        Form::Flags(names, unknown) => r.flags(value, names, unknown),
        Form::Name => task_name(r, value),
        Form::Text => r.string(value),
        Form::Ptracer if value as i32 == -1 => r.put("PR_SET_PTRACER_ANY"),
        Form::Ptracer => r.fmt(format_args!("{}", value as i32)),
        Form::PidType => {
            const TYPES: [&str; 5] = ["PIDTYPE_PID", "PIDTYPE_TGID", "PIDTYPE_PGID", "PIDTYPE_SID", "PIDTYPE_???"];
            let name = TYPES[(value as usize).min(4)];
            r.hex(value);
            r.fmt(format_args!(" /* {name} */"));
        }
        Form::Filter => {
            let word = r.call.abi.word();
            let mut buf = [0; 16];
            let buf = &mut buf[..2 * word];
            if r.fetch(value, buf) {
                r.fmt(format_args!("{{len={}, filter=", le32(buf, 0) & 0xffff));
                r.pointer(le_word(buf, 1, word));
                r.put("}");
            }
        }
        filled => {
            if !r.wait() {
                put_filled(r, filled, value);
            }
        }
    }
}

fn put_filled(r: &mut Render<'_>, form: Form, addr: u64) {
    let word = r.call.abi.word();
    let mut buf = [0; 8];
    let size = if matches!(form, Form::AddressAt) { word } else { 4 };
    if let Form::NameAt = form {
        return if r.failed() { r.pointer(addr) } else { task_name(r, addr) };
    }
    if !r.fetch(addr, &mut buf[..size]) {
        return;
    }
    let number = u64::from(le32(&buf, 0));
    r.put("[");
    match form {
        Form::SignalAt => put_signal(r, number),
        Form::ChoiceAt(names, unknown) => r.choice(number, names, unknown),
        Form::AddressAt => r.pointer(le_word(&buf, 0, word)),
        _ => r.fmt(format_args!("{}", number as u32)),
    }
    r.put("]");
}

fn result(r: &mut Render<'_>, value: i64) {
    let unsigned = value as u64;
    match r.arg(0) as u32 {
        option::GET_DUMPABLE => named(r, unsigned, DUMPABLE, false),
        option::MCE_KILL_GET => named(r, unsigned, PR_MCE_POLICY, false),
        option::GET_SECCOMP if value != 0 => named(r, unsigned, SECCOMP_MODE, false),
        option::GET_SECUREBITS if value != 0 => named(r, unsigned, SECUREBITS, true),
        option::GET_SPECULATION => named(r, unsigned, PR_SPEC_VALUE, true),
        _ => r.fmt(format_args!("{value}")),
    }
}

fn named(r: &mut Render<'_>, value: u64, names: Names, bits: bool) {
    if bits {
        r.hex(value);
        if value != 0 {
            r.put(" (");
            r.flags(value, names, "");
            r.put(")");
        }
    } else {
        r.fmt(format_args!("{value}"));
        if let Some((_, name)) = names.iter().find(|(v, _)| *v == value) {
            r.fmt(format_args!(" ({name})"));
        }
    }
}

/// Options that change what Syswall can see, whom else may look, or who the process is.
fn does(call: &RawCall, _memory: &dyn Memory, out: &mut Vec<Want>) {
    let system = |name: &str| Target::System(name.to_owned());
    match call.args[0] as u32 {
        // Without it a tracer that is not root is blind: neither paths nor addresses can be read.
        option::SET_DUMPABLE => out.push(Want::new(Kind::Bypass, system("PR_SET_DUMPABLE"))),
        option::SET_MM => out.push(Want::new(Kind::Bypass, system("PR_SET_MM"))),
        option::SET_PTRACER => {
            out.push(Want::new(Kind::ProcessInspect, Target::Process(call.args[1] as i32)));
        }
        option::CAPBSET_DROP | option::SET_SECUREBITS | option::SET_KEEPCAPS => {
            out.push(Want::new(Kind::ProcessIdentity, system("capabilities")));
        }
        // Everything but asking whether one is set (1).
        option::CAP_AMBIENT if call.args[1] != 1 => {
            out.push(Want::new(Kind::ProcessIdentity, system("capabilities")));
        }
        option::SET_IO_FLUSHER => out.push(Want::new(Kind::System, system("PR_SET_IO_FLUSHER"))),
        _ => {}
    }
}

/// arch_prctl(2) codes that fill memory.
const ARCH_FILLS: [u32; 5] = [0x1003, 0x1004, 0x1021, 0x1022, 0x1024];
const ARCH_GET_CPUID: u32 = 0x1011;
/// ARCH_REQ_XCOMP_PERM and its twin for guests, ARCH_SET_CPUID.
const ARCH_HEX: [u32; 3] = [0x1023, 0x1025, 0x1012];
/// Sets of features of the processor's state by name; strace writes them behind the number.
const FEATURES: Names = &[
    (0x3, "XFEATURE_MASK_FPSSE"),
    (0x1, "XFEATURE_MASK_FP"),
    (0x2, "XFEATURE_MASK_SSE"),
    (0x4, "XFEATURE_MASK_YMM"),
    (0x18, "XFEATURE_MASK_BNDREGS|XFEATURE_MASK_BNDCSR"),
    (0xe0, "XFEATURE_MASK_AVX512"),
    (0x200, "XFEATURE_MASK_PKRU"),
    (0x400, "XFEATURE_MASK_PASID"),
    (0x6_0000, "XFEATURE_MASK_XTILE"),
];
const XTILE_DATA: u64 = 18;

fn arch_value(r: &mut Render<'_>, value: u64) {
    let code = r.arg(0) as u32;
    if code == ARCH_GET_CPUID {
        return r.omit();
    }
    if ARCH_HEX.contains(&code) {
        r.hex(value);
        if code != 0x1012 && value == XTILE_DATA {
            r.put(" /* XFEATURE_XTILE_DATA */");
        }
        return;
    }
    if !ARCH_FILLS.contains(&code) {
        return r.hex(value);
    }
    if r.wait() {
        return;
    }
    let word = r.call.abi.word();
    let mut buf = [0; 8];
    let buf = &mut buf[..word];
    if !r.fetch(value, buf) {
        return;
    }
    let filled = le_word(buf, 0, word);
    r.put("[");
    if code < 0x1010 {
        r.pointer(filled);
    } else {
        r.hex(filled);
        if filled != 0 {
            r.put(" /* ");
            r.flags(filled, FEATURES, "XFEATURE_MASK_???");
            r.put(" */");
        }
    }
    r.put("]");
}

/// What is only about the caller itself.
const OWN: &[Narrow] = &[Narrow::int(
    0,
    &[
        option::SET_PDEATHSIG as u64,
        option::GET_PDEATHSIG as u64,
        option::GET_DUMPABLE as u64,
        option::GET_KEEPCAPS as u64,
        option::SET_NAME as u64,
        option::GET_NAME as u64,
        option::GET_SECCOMP as u64,
        option::CAPBSET_READ as u64,
        option::GET_SECUREBITS as u64,
        option::SET_TIMERSLACK as u64,
        option::GET_TIMERSLACK as u64,
        option::SET_CHILD_SUBREAPER as u64,
        option::GET_CHILD_SUBREAPER as u64,
        option::SET_NO_NEW_PRIVS as u64,
        option::GET_TID_ADDRESS as u64,
        option::SET_THP_DISABLE as u64,
        option::GET_SPECULATION as u64,
        option::SET_VMA as u64,
    ],
    KindSet::EMPTY,
)];

/// Whether an option only sets something: it gives 0, and fills nothing that the program would read.
pub(in crate::syscall) fn only_sets(option: u32) -> bool {
    let name = PRCTL.iter().find(|(number, _)| *number == u64::from(option)).map_or("", |(_, name)| name);
    // One of its options asks.
    name != "PR_SET_MM" && (name.starts_with("PR_SET_") || matches!(name, "PR_CAPBSET_DROP" | "PR_MCE_KILL"))
}

/// The rows.
pub static ROWS: &[Row] = &[
    Row::new(
        "prctl",
        &[
            arg("option", Show::Choice(PRCTL, "PR_???")),
            arg("arg2", Show::With(value::<0>)),
            arg("arg3", Show::With(value::<1>)),
            arg("arg4", Show::With(value::<2>)),
            arg("arg5", Show::With(value::<3>)),
        ],
    )
    .result(ResultKind::Whole(result))
    .does(&[Does::With(does)])
    .may(Kind::Bypass)
    .may(Kind::ProcessInspect)
    .may(Kind::ProcessIdentity)
    .may(Kind::System)
    .narrow(OWN)
    .pretend(Pretend::Setting),
    Row::new("arch_prctl", &[arg("code", Show::Choice(ARCH_PRCTL, "ARCH_???")), arg("addr", Show::With(arch_value))])
        .pretend(Pretend::No(UNFILLED)),
];
