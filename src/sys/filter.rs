//! The seccomp filter of `--watch policy`: what nobody needs to see runs at the kernel's speed, all else stops.

use std::io::{Read, Seek};

use libseccomp::{ScmpAction, ScmpArch, ScmpArgCompare, ScmpCompareOp, ScmpFilterContext, ScmpSyscall};
use nix::sys::memfd::{MFdFlags, memfd_create};

/// A BPF program for seccomp(2), ready to be installed.
#[derive(Debug)]
pub struct Filter(Vec<u64>);

/// Calls that pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass<'a> {
    /// Their name.
    pub name: &'a str,
    /// Which of them; `None`: all.
    pub when: Option<Equal>,
}

/// A condition on a register: its bits in `mask` are those of `value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Equal {
    /// Which, from 0.
    pub arg: u8,
    /// The bits that count.
    pub mask: u64,
    /// What they must be.
    pub value: u64,
}

/// BPF_MAXINSNS (linux/bpf_common.h): the kernel takes no longer program.
const LONGEST: usize = 4096;

fn text(e: libseccomp::error::SeccompError) -> String {
    format!("libseccomp: {e}")
}

/// The ABIs of this machine.
fn architectures() -> Vec<ScmpArch> {
    if cfg!(target_arch = "x86_64") {
        vec![ScmpArch::Native, ScmpArch::X32, ScmpArch::X86]
    } else {
        vec![ScmpArch::Native]
    }
}

/// What i386 can also call through socketcall(2) and ipc(2), which take a number for it and the arguments in memory:
/// no register says anything about these, and libseccomp lets both ways pass or none.
#[rustfmt::skip]
const MULTIPLEXED: [&str; 32] = [
    "socket", "bind", "connect", "listen", "accept", "accept4", "getsockname", "getpeername", "socketpair", "send",
    "recv", "sendto", "recvfrom", "shutdown", "setsockopt", "getsockopt", "sendmsg", "recvmsg", "sendmmsg", "recvmmsg",
    "semop", "semget", "semctl", "semtimedop", "msgsnd", "msgrcv", "msgget", "msgctl", "shmat", "shmdt", "shmget",
    "shmctl",
];

/// The filter for one ABI.
fn part(arch: ScmpArch, passes: &[Pass<'_>]) -> Result<ScmpFilterContext, String> {
    // Never an error or a kill: what is not known is looked at (rust-vmm/seccompiler#74 is the cautionary tale).
    let stop = ScmpAction::Trace(0);
    let mut context = ScmpFilterContext::new(stop).map_err(text)?;
    context.set_act_badarch(stop).map_err(text)?;
    // A tree instead of a list, where the library can: then a long list costs no more than a short one.
    let _ = context.set_ctl_optimize(2);
    if arch != ScmpArch::Native {
        context.remove_arch(ScmpArch::Native).map_err(text)?.add_arch(arch).map_err(text)?;
    }
    for pass in passes.iter().filter(|p| arch != ScmpArch::X86 || !MULTIPLEXED.contains(&p.name)) {
        // A call newer than the library is stopped, which is always right.
        let Ok(call) = ScmpSyscall::from_name(pass.name) else { continue };
        match pass.when {
            // libseccomp compares 32 bits there, the kernel reads 64.
            Some(equal) if arch == ScmpArch::X32 && equal.mask > u64::from(u32::MAX) => continue,
            None => context.add_rule(ScmpAction::Allow, call).map_err(text)?,
            Some(Equal { arg, mask, value }) => {
                let compare = ScmpArgCompare::new(arg.into(), ScmpCompareOp::MaskedEqual(mask), value);
                context.add_rule_conditional(ScmpAction::Allow, call, &[compare]).map_err(text)?
            }
        };
    }
    Ok(context)
}

impl Filter {
    /// A filter that lets `passes` pass, in every ABI of the machine that has them, and stops (PTRACE_EVENT_SECCOMP)
    /// all others: those it does not know, and those of an ABI it does not know, too.
    pub fn passing(passes: &[Pass<'_>]) -> Result<Filter, String> {
        let mut parts = architectures().into_iter().map(|arch| part(arch, passes));
        let mut context = parts.next().ok_or("no ABI is known")??;
        for part in parts {
            context.merge(part?).map_err(text)?;
        }
        let io = |e: std::io::Error| format!("reading the filter: {e}");
        let fd = memfd_create(c"filter", MFdFlags::MFD_CLOEXEC).map_err(|e| io(e.into()))?;
        context.export_bpf(&fd).map_err(text)?;
        let mut file = std::fs::File::from(fd);
        file.rewind().map_err(io)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(io)?;
        let words = bytes.chunks_exact(8).map(|c| c.iter().rev().fold(0, |word, b| word << 8 | u64::from(*b)));
        let program: Vec<u64> = words.collect();
        if program.len() > LONGEST {
            return Err(format!("the filter has {} instructions; the kernel takes {LONGEST}", program.len()));
        }
        Ok(Filter(program))
    }

    /// The instructions, each a `struct sock_filter` in one word.
    #[cfg(test)]
    pub fn instructions(&self) -> &[u64] {
        &self.0
    }

    /// As the kernel takes it; valid as long as `self`. `struct sock_filter` is 8 bytes of plain numbers.
    pub(super) fn program(&self) -> libc::sock_fprog {
        libc::sock_fprog { len: self.0.len() as u16, filter: self.0.as_ptr().cast_mut().cast() }
    }
}
