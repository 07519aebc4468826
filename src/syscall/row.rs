//! The row of a call: one declarative entry that drives everything Syswall knows about it.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::access::{Condition, Want};
use super::{Kind, KindSet, Memory, RawCall, Render};

/// Named values, for flags (bits) or choices (whole values). Order is the order of printing.
pub type Names = &'static [(u64, &'static str)];

/// When an argument can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At the entry.
    Entry,
    /// Only at the exit: the kernel fills it. Everything after it waits too, as strace prints it.
    Exit,
}

/// How an argument is shown. Data where the rule editor can use it, a function where it takes code.
#[derive(Clone, Copy)]
pub enum Show {
    /// Signed 32-bit decimal.
    Int,
    /// Unsigned 32-bit decimal.
    Uint,
    /// Signed `long` decimal.
    Long,
    /// Unsigned `long` decimal (sizes).
    Ulong,
    /// 32-bit hexadecimal, `0` for 0.
    Hex,
    /// `long` hexadecimal, `0` for 0.
    LongHex,
    /// Octal mode with its leading 0.
    Octal,
    /// A descriptor.
    Fd,
    /// A directory descriptor: `AT_FDCWD` by name.
    DirFd,
    /// A process or thread.
    Pid,
    /// A user or group; -1 as such.
    Uid,
    /// An address: `NULL` or hexadecimal.
    Pointer,
    /// A path, NUL-terminated; shown whole.
    Path,
    /// A string, NUL-terminated; cut after 32 bytes.
    Str,
    /// Bytes whose length is in argument `len`; at the exit, the call's result bounds it.
    Data {
        /// Index of the argument with the length.
        len: u8,
    },
    /// A signal's number.
    Signal,
    /// Bits by name; what is left over in hexadecimal; with no bit at all the name of value 0 or `0`.
    Flags(Names, &'static str),
    /// One value by name, or the number with `/* X_??? */` behind it.
    Choice(Names, &'static str),
    /// Anything else. Writes to the `Render`; the value is the raw argument.
    With(fn(&mut Render<'_>, u64)),
}

/// One argument.
#[derive(Clone, Copy)]
pub struct Arg {
    /// As the man page names it.
    pub name: &'static str,
    /// How it is shown.
    pub show: Show,
    /// When it can be shown.
    pub when: When,
    /// The register that holds it, where that is not the argument's place in the row (calls that strace prints in
    /// another order than the registers').
    pub register: Option<u8>,
}

impl Arg {
    /// Sets the register that holds it.
    pub const fn at(mut self, register: u8) -> Arg {
        self.register = Some(register);
        self
    }
}

/// An argument known at the entry.
pub const fn arg(name: &'static str, show: Show) -> Arg {
    Arg { name, show, when: When::Entry, register: None }
}

/// An argument that the kernel fills.
pub const fn out(name: &'static str, show: Show) -> Arg {
    Arg { name, show, when: When::Exit, register: None }
}

/// How a result is shown.
#[derive(Clone, Copy)]
pub enum ResultKind {
    /// Decimal.
    Int,
    /// Hexadecimal.
    Hex,
    /// Octal.
    Octal,
    /// A descriptor.
    Fd,
    /// The call does not return: `?`.
    Never,
    /// Decimal, then what the function writes (strace's auxiliary string, such as ` (Timeout)`, with its blank and brackets).
    With(fn(&mut Render<'_>, i64)),
    /// All of it written by the function (a hexadecimal value and flags by name).
    Whole(fn(&mut Render<'_>, i64)),
}

/// What a call does, declared.
#[derive(Clone, Copy)]
pub enum Does {
    /// A kind without an object.
    Plain(Kind),
    /// Something to the path in an argument.
    Path {
        /// What.
        kind: Kind,
        /// Argument with the directory descriptor, if it has one.
        dir: Option<u8>,
        /// Argument with the path.
        path: u8,
        /// Whether a link as the last component is followed.
        follow: bool,
        /// When it stands.
        when: Condition,
    },
    /// Something to what a descriptor is open on.
    Fd {
        /// What.
        kind: Kind,
        /// Argument with the descriptor.
        fd: u8,
    },
    /// Something to a socket address.
    Address {
        /// What.
        kind: Kind,
        /// Argument with the socket.
        fd: u8,
        /// Argument with the address.
        addr: u8,
        /// Argument with its length.
        len: u8,
    },
    /// Something to a process.
    Process {
        /// What.
        kind: Kind,
        /// Argument with the PID.
        pid: u8,
    },
    /// Something to a named thing of the whole machine.
    System(Kind, &'static str),
    /// Whatever takes code to tell. Must bound what it reads.
    With(fn(&RawCall, &dyn Memory, &mut Vec<Want>)),
}

impl Does {
    /// Something to the path in argument `path`, relative to the current directory, links followed.
    pub const fn path(kind: Kind, path: u8) -> Does {
        Does::Path { kind, dir: None, path, follow: true, when: Condition::Always }
    }

    /// Something to the path in argument `path`, relative to the descriptor in argument `dir`, links followed.
    pub const fn path_at(kind: Kind, dir: u8, path: u8) -> Does {
        Does::Path { kind, dir: Some(dir), path, follow: true, when: Condition::Always }
    }

    /// Something to the name itself: a link as the last component is not followed.
    pub const fn name(kind: Kind, path: u8) -> Does {
        Does::Path { kind, dir: None, path, follow: false, when: Condition::Always }
    }

    /// [`Does::name`], relative to the descriptor in argument `dir`.
    pub const fn name_at(kind: Kind, dir: u8, path: u8) -> Does {
        Does::Path { kind, dir: Some(dir), path, follow: false, when: Condition::Always }
    }

    /// A path that only matters when something (or nothing) is there.
    pub const fn if_(self, wanted: Condition) -> Does {
        match self {
            Does::Path { kind, dir, path, follow, .. } => Does::Path { kind, dir, path, follow, when: wanted },
            other => other,
        }
    }

    /// Input or output on the descriptor in argument `fd`.
    pub const fn io(fd: u8) -> Does {
        Does::Fd { kind: Kind::Descriptor, fd }
    }
}

/// Values of one argument with which a call has only some of its kinds, whatever its other arguments and the memory
/// are. What looks at registers alone (a seccomp filter) can tell such a call from the rest.
#[derive(Clone, Copy, Debug)]
pub struct Narrow {
    /// The register that holds the argument.
    pub arg: u8,
    /// The bits that count: those that the kernel looks at.
    pub mask: u64,
    /// What these bits may be.
    pub values: &'static [u64],
    /// The kinds that the call then has at most.
    pub kinds: KindSet,
}

impl Narrow {
    /// Values of an argument that the kernel takes for an `int`: the upper half of the register does not count.
    pub const fn int(arg: u8, values: &'static [u64], kinds: KindSet) -> Narrow {
        Narrow { arg, mask: u32::MAX as u64, values, kinds }
    }

    /// The same where only the bits in `mask` matter.
    pub const fn bits(arg: u8, mask: u64, values: &'static [u64], kinds: KindSet) -> Narrow {
        Narrow { arg, mask, values, kinds }
    }
}

/// A real, harmless descriptor that stands in for the one a pretended call would have returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fake {
    /// An empty file in memory.
    File,
    /// An unconnected unix socket of the same type.
    Socket,
}

/// What a believable success of a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pretend {
    /// None can be made; the reason, in words that follow "cannot pretend {call}: ". A msgid.
    No(&'static str),
    /// Returns this.
    Value(i64),
    /// Returns this argument (a byte count).
    Argument(u8),
    /// Returns the bytes in the `struct iovec` array at argument `.0`, whose count is argument `.1`.
    Iovec(u8, u8),
    /// Returns the bytes of the `struct msghdr` at this argument.
    Message(u8),
    /// Returns 0, where [`only_sets`](super::rows::only_sets) says that the request does nothing but set something.
    Setting,
    /// Returns a descriptor.
    Descriptor(Fake),
}

/// Everything known about one call. The same row serves every ABI that has a call of that name.
#[derive(Clone, Copy)]
pub struct Row {
    /// As the kernel names it.
    pub name: &'static str,
    /// In the order of the registers, only as many as the call has.
    pub args: &'static [Arg],
    /// How the result is shown.
    pub result: ResultKind,
    /// What it does to the world.
    pub does: &'static [Does],
    /// Kinds it can have beyond those in `does` (from [`Does::With`]), so that a filter knows without running it.
    pub kinds: KindSet,
    /// Values of arguments with which it has fewer.
    pub narrow: &'static [Narrow],
    /// What a believable success is.
    pub pretend: Pretend,
}

impl Row {
    /// A row with a decimal result, without kinds, that can't be pretended.
    pub const fn new(name: &'static str, args: &'static [Arg]) -> Row {
        Row {
            name,
            args,
            result: ResultKind::Int,
            does: &[],
            kinds: KindSet::EMPTY,
            narrow: &[],
            pretend: Pretend::No("the program would go on with a result that is not there"),
        }
    }

    /// Sets the result's form.
    pub const fn result(mut self, result: ResultKind) -> Row {
        self.result = result;
        self
    }

    /// Sets what it does. Kinds of the declared entries need not be repeated in [`Row::may`].
    pub const fn does(mut self, does: &'static [Does]) -> Row {
        self.does = does;
        self
    }

    /// Adds a kind that a [`Does::With`] can yield.
    pub const fn may(mut self, kind: Kind) -> Row {
        self.kinds = self.kinds.union(KindSet::of(kind));
        self
    }

    /// Declares values of arguments with which it has only some of its kinds.
    pub const fn narrow(mut self, narrow: &'static [Narrow]) -> Row {
        self.narrow = narrow;
        self
    }

    /// Sets what a believable success is.
    pub const fn pretend(mut self, pretend: Pretend) -> Row {
        self.pretend = pretend;
        self
    }

    /// Every kind that the call can have.
    pub fn all_kinds(&self) -> KindSet {
        self.does.iter().fold(self.kinds, |set, d| match d {
            Does::Plain(kind)
            | Does::Path { kind, .. }
            | Does::Fd { kind, .. }
            | Does::Address { kind, .. }
            | Does::Process { kind, .. }
            | Does::System(kind, _) => set.union(KindSet::of(*kind)),
            Does::With(_) => set,
        })
    }

    /// Whether nothing that it does is done to an object that a rule could name.
    pub fn is_plain(&self) -> bool {
        self.does.iter().all(|d| matches!(d, Does::Plain(_)))
    }

    /// The register's value of the argument of that name.
    pub fn arg_value(&self, call: &RawCall, name: &str) -> Option<u64> {
        let i = self.arg_index(name)?;
        call.args.get(usize::from(self.args[i].register.unwrap_or(i as u8))).copied()
    }

    /// The index of the argument of that name.
    pub fn arg_index(&self, name: &str) -> Option<usize> {
        self.args.iter().position(|a| a.name == name)
    }
}

/// The row of the call of that name.
pub fn lookup_name(name: &str) -> Option<&'static Row> {
    static BY_NAME: OnceLock<HashMap<&'static str, &'static Row>> = OnceLock::new();
    BY_NAME
        .get_or_init(|| super::rows::ALL.iter().copied().flatten().map(|row| (row.name, row)).collect())
        .get(name)
        .copied()
}

/// The row of `call`, if its number is known and has one.
pub fn lookup(call: &RawCall) -> Option<&'static Row> {
    use super::Abi;
    type Table = Vec<Option<&'static Row>>;
    static TABLES: OnceLock<[Table; 4]> = OnceLock::new();
    let tables = TABLES.get_or_init(|| {
        [Abi::X86_64, Abi::I386, Abi::X32, Abi::Aarch64]
            .map(|abi| (0..1024).map(|nr| abi.call_name(nr).and_then(lookup_name)).collect())
    });
    let nr = if call.abi == Abi::X32 { call.nr & !super::abi::X32_BIT } else { call.nr };
    match tables[call.abi as usize].get(usize::try_from(nr).ok()?) {
        Some(row) => *row,
        // Made up by `demultiplex`.
        None => call.name().and_then(lookup_name),
    }
}
