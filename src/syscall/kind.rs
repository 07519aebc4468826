//! What a call does to the world (contract 4).

use std::fmt;

macro_rules! kinds {
    ($($variant:ident = $name:literal, $doc:literal;)*) => {
        /// One thing that a call can do to the world. The order is that of the contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Kind { $(#[doc = $doc] $variant,)* }

        impl Kind {
            /// Every kind, in the contract's order.
            pub const ALL: &'static [Kind] = &[$(Kind::$variant,)*];

            /// The name in policies and records, such as `file.read`.
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$variant => $name,)* }
            }
        }
    };
}

kinds! {
    FileRead = "file.read", "Reads a file's content, or opens it to read.";
    FileList = "file.list", "Lists a directory.";
    FileStat = "file.stat", "Asks for a file's existence, size, owner or times.";
    FileWrite = "file.write", "Changes a file's content, or opens it to write.";
    FileCreate = "file.create", "Makes a new file, directory, link or node.";
    FileDelete = "file.delete", "Removes a name.";
    FileRename = "file.rename", "Gives a file another name.";
    FileAttributes = "file.attributes", "Changes mode, owner, times or extended attributes.";
    NetworkSocket = "network.socket", "Makes a socket.";
    NetworkConnect = "network.connect", "Connects a socket to a peer.";
    NetworkListen = "network.listen", "Binds or listens, so that others can connect.";
    NetworkAccept = "network.accept", "Accepts a connection.";
    NetworkSend = "network.send", "Sends to an address named in the call.";
    ProcessExecute = "process.execute", "Runs another program.";
    ProcessSpawn = "process.spawn", "Starts a process or thread.";
    ProcessSignal = "process.signal", "Sends a signal.";
    ProcessInspect = "process.inspect", "Reads or changes another process.";
    ProcessIdentity = "process.identity", "Changes user, group, capabilities or session.";
    Ipc = "ipc", "Shared memory, semaphores, message queues, keys.";
    Device = "device", "Controls a device.";
    System = "system", "Changes the whole machine.";
    Bypass = "bypass", "A door around a call-by-call check.";
    Descriptor = "descriptor", "Input and output on what is already open.";
    Memory = "memory", "The program's own memory.";
    Time = "time", "Clocks and timers.";
    Wait = "wait", "Waits for something.";
}

impl Kind {
    /// The kind of that name, such as `file.read`.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|k| k.name() == name)
    }

    /// The part before the dot: `file`, `network`, `process`, or the whole name.
    pub fn group(self) -> &'static str {
        self.name().split_once('.').map_or(self.name(), |(group, _)| group)
    }

    /// The kinds that `name` means: one kind, or all of a group (`network`). Empty for an unknown name.
    pub fn named(name: &str) -> KindSet {
        Kind::ALL.iter().copied().filter(|k| k.name() == name || k.group() == name).collect()
    }

    /// Whether a policy's `default` is about this kind (contract 4).
    /// Signals inside the program's own tree are exempt as well; only who knows the object can tell those.
    pub const fn is_guarded(self) -> bool {
        !matches!(
            self,
            Kind::FileStat
                | Kind::FileList
                | Kind::ProcessSpawn
                | Kind::Descriptor
                | Kind::Memory
                | Kind::Time
                | Kind::Wait
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct KindSet(u32);

impl KindSet {
    /// No kind.
    pub const EMPTY: KindSet = KindSet(0);
    /// The set of just `kind`.
    pub const fn of(kind: Kind) -> KindSet {
        KindSet(1 << kind as u8)
    }
    /// Whether `kind` is in the set.
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }
    /// Adds `kind`.
    pub fn insert(&mut self, kind: Kind) {
        self.0 |= 1 << kind as u8;
    }
    /// Both sets together.
    pub const fn union(self, other: KindSet) -> KindSet {
        KindSet(self.0 | other.0)
    }
    /// What is in both sets.
    pub const fn intersection(self, other: KindSet) -> KindSet {
        KindSet(self.0 & other.0)
    }
    /// Whether no kind is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
    /// How many kinds are in the set.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }
    /// The kinds in the contract's order.
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.iter().copied().filter(move |k| self.contains(*k))
    }
    /// The bits, one a kind in the contract's order from bit 0; stored in recordings.
    pub const fn bits(self) -> u32 {
        self.0
    }
    /// The reverse of [`KindSet::bits`]; unknown bits are dropped.
    pub const fn from_bits(bits: u32) -> KindSet {
        KindSet(bits & ((1 << Kind::ALL.len()) - 1))
    }
}

impl FromIterator<Kind> for KindSet {
    fn from_iter<T: IntoIterator<Item = Kind>>(iter: T) -> Self {
        iter.into_iter().fold(KindSet::EMPTY, |set, k| set.union(KindSet::of(k)))
    }
}
