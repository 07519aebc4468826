//! The seccomp filter of `--watch policy`: what nobody needs to see runs at the kernel's speed, all else stops.

use std::io::{Read, Seek};

use libseccomp::{ScmpAction, ScmpArch, ScmpFilterContext, ScmpSyscall};
use nix::sys::memfd::{MFdFlags, memfd_create};

/// A BPF program for seccomp(2), ready to be installed.
#[derive(Debug)]
pub struct Filter(Vec<u64>);

impl Filter {
    /// A filter that lets the calls of these names pass, in every ABI of the machine that has them, and stops (PTRACE_EVENT_SECCOMP) all
    /// others: those it does not know, and those of an ABI it does not know, too.
    pub fn passing<'a>(names: impl Iterator<Item = &'a str>) -> Result<Filter, String> {
        let text = |e: libseccomp::error::SeccompError| format!("libseccomp: {e}");
        // Never an error or a kill: what is not known is looked at (rust-vmm/seccompiler#74 is the cautionary tale).
        let stop = ScmpAction::Trace(0);
        let mut context = ScmpFilterContext::new(stop).map_err(text)?;
        context.set_act_badarch(stop).map_err(text)?;
        if cfg!(target_arch = "x86_64") {
            context.add_arch(ScmpArch::X86).map_err(text)?.add_arch(ScmpArch::X32).map_err(text)?;
        }
        // A tree instead of a list, where the library can: then a long list costs no more than a short one.
        let _ = context.set_ctl_optimize(2);
        for name in names {
            // A call newer than the library is stopped, which is always right.
            if let Ok(call) = ScmpSyscall::from_name(name) {
                context.add_rule(ScmpAction::Allow, call).map_err(text)?;
            }
        }
        let io = |e: std::io::Error| format!("reading the filter: {e}");
        let fd = memfd_create(c"filter", MFdFlags::MFD_CLOEXEC).map_err(|e| io(e.into()))?;
        context.export_bpf(&fd).map_err(text)?;
        let mut file = std::fs::File::from(fd);
        file.rewind().map_err(io)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(io)?;
        let words = bytes.chunks_exact(8).map(|c| c.iter().rev().fold(0, |word, b| word << 8 | u64::from(*b)));
        Ok(Filter(words.collect()))
    }

    /// As the kernel takes it; valid as long as `self`. `struct sock_filter` is 8 bytes of plain numbers.
    pub(super) fn program(&self) -> libc::sock_fprog {
        libc::sock_fprog { len: self.0.len() as u16, filter: self.0.as_ptr().cast_mut().cast() }
    }
}
