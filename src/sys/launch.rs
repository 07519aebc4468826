//! Starting the program: fork, hold the child until it is traced, then let it execute.

use std::ffi::{CString, OsStr, OsString};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::filter::Filter;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::pipe2;

/// What to start.
#[derive(Debug)]
pub struct Launch {
    /// The executable, found already (no search along PATH here).
    pub program: PathBuf,
    /// Its arguments, its name first.
    pub argv: Vec<OsString>,
    /// Where; `None`: where Syswall is.
    pub cwd: Option<PathBuf>,
    /// A pseudo-terminal's end that becomes its input, output, error and controlling terminal, in a new session.
    pub terminal: Option<OwnedFd>,
    /// A seccomp filter to install before it executes.
    pub filter: Option<Filter>,
    /// Environment variables to set (`Some`) or remove (`None`); the rest is Syswall's own.
    pub env: Vec<(OsString, Option<OsString>)>,
}

/// A child that waits to be let go.
pub struct Held {
    /// Its PID.
    pub pid: i32,
    go: OwnedFd,
    failure: OwnedFd,
}

/// Where a child failed before the program ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Changing to the working directory.
    Directory,
    /// Taking the pseudo-terminal.
    Terminal,
    /// execve(2).
    Execute,
    /// Installing the seccomp filter.
    Filter,
}

fn c_string(text: &OsStr) -> nix::Result<CString> {
    CString::new(text.as_bytes()).map_err(|_| Errno::EINVAL)
}

/// Everything the child needs, made before the fork: a child of a process with threads may only call
/// async-signal-safe functions.
struct Prepared {
    program: CString,
    argv: Vec<*const libc::c_char>,
    env: Vec<*const libc::c_char>,
    cwd: Option<CString>,
    terminal: Option<RawFd>,
    mask: libc::sigset_t,
    dispositions: [(i32, libc::sighandler_t); 3],
    filter: Option<libc::sock_fprog>,
    privileged: bool,
    closed: [bool; 3],
    descriptors: Option<libc::rlimit>,
    go: RawFd,
    go_write: RawFd,
    failure: RawFd,
}

/// Forks a child that waits to be let go. EINVAL: a NUL in a name or argument.
pub fn hold(launch: &Launch) -> nix::Result<Held> {
    let argv: Vec<CString> = launch.argv.iter().map(|a| c_string(a)).collect::<nix::Result<_>>()?;
    let mut vars: Vec<(OsString, OsString)> = std::env::vars_os().collect();
    for (name, value) in &launch.env {
        vars.retain(|(n, _)| n != name);
        vars.extend(value.iter().map(|v| (name.clone(), v.clone())));
    }
    let env: Vec<CString> = vars
        .into_iter()
        .map(|(mut name, value)| {
            name.push("=");
            name.push(value);
            c_string(&name)
        })
        .collect::<nix::Result<_>>()?;
    let pointers = |list: &[CString]| -> Vec<*const libc::c_char> {
        list.iter().map(|s| s.as_ptr()).chain([std::ptr::null()]).collect()
    };
    let (go_read, go_write) = pipe2(OFlag::O_CLOEXEC)?;
    let (failure_read, failure_write) = pipe2(OFlag::O_CLOEXEC)?;
    let prepared = Prepared {
        program: c_string(launch.program.as_os_str())?,
        argv: pointers(&argv),
        env: pointers(&env),
        cwd: launch.cwd.as_ref().map(|d| c_string(d.as_os_str())).transpose()?,
        terminal: launch.terminal.as_ref().map(AsRawFd::as_raw_fd),
        mask: *super::initial::signal_mask().as_ref(),
        dispositions: super::initial::dispositions(),
        filter: launch.filter.as_ref().map(Filter::program),
        privileged: nix::unistd::geteuid().is_root(),
        closed: [0, 1, 2].map(super::initial::was_closed),
        descriptors: super::initial::raise_descriptor_limit(),
        go: go_read.as_raw_fd(),
        go_write: go_write.as_raw_fd(),
        failure: failure_write.as_raw_fd(),
    };
    // SAFETY: the child calls only `child`, which keeps to async-signal-safe functions and never returns.
    let pid = unsafe { libc::fork() };
    if Errno::result(pid)? == 0 {
        child(&prepared);
    }
    Ok(Held { pid, go: go_write, failure: failure_read })
}

/// The child's side. Only async-signal-safe calls; no allocation, no unwinding.
fn child(p: &Prepared) -> ! {
    // SAFETY: every call is async-signal-safe (signal-safety(7)); every pointer points into `p`, which lives on
    // the copied stack and heap of this process; failures end the process.
    unsafe {
        // The parent's death closes the only other copy of the writing end, so the read ends.
        libc::close(p.go_write);
        let mut byte = 0u8;
        loop {
            let got = libc::read(p.go, (&raw mut byte).cast(), 1);
            if got == 1 {
                break;
            }
            if got == 0 || Errno::last_raw() != libc::EINTR {
                libc::_exit(125);
            }
        }
        if let Some(tty) = p.terminal {
            libc::setsid();
            if libc::ioctl(tty, libc::TIOCSCTTY, 0) < 0 {
                fail(p, Step::Terminal);
            }
            for fd in 0..3 {
                if libc::dup2(tty, fd) < 0 {
                    fail(p, Step::Terminal);
                }
            }
        } else {
            for (fd, closed) in p.closed.iter().enumerate() {
                if *closed {
                    libc::close(fd as i32);
                }
            }
        }
        if p.cwd.as_ref().is_some_and(|cwd| libc::chdir(cwd.as_ptr()) < 0) {
            fail(p, Step::Directory);
        }
        if let Some(limit) = &p.descriptors {
            libc::setrlimit(libc::RLIMIT_NOFILE, &raw const *limit);
        }
        for (signal, disposition) in p.dispositions {
            libc::signal(signal, disposition);
        }
        libc::sigprocmask(libc::SIG_SETMASK, &raw const p.mask, std::ptr::null_mut());
        if let Some(filter) = &p.filter {
            // Whoever is not privileged must give up set-user-ID programs for it (seccomp(2)); a tracer that is not
            // privileged has taken those rights away already (ptrace(2)).
            if (!p.privileged && libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
                || libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const *filter) < 0
            {
                fail(p, Step::Filter);
            }
        }
        libc::execve(p.program.as_ptr(), p.argv.as_ptr(), p.env.as_ptr());
        fail(p, Step::Execute);
    }
}

/// Tells the parent what failed and ends.
fn fail(p: &Prepared, step: Step) -> ! {
    let mut message = [step as u8, 0, 0, 0, 0];
    message[1..].copy_from_slice(&Errno::last_raw().to_le_bytes());
    // SAFETY: writes five live bytes to a descriptor of ours, then ends at once without running destructors.
    unsafe {
        libc::write(p.failure, message.as_ptr().cast(), message.len());
        libc::_exit(127);
    }
}

impl Held {
    /// Lets the child go on to execute the program. EPIPE: it is gone.
    pub fn go(&self) -> nix::Result<()> {
        nix::unistd::write(&self.go, &[1]).map(drop)
    }

    /// Ends a child that could not be traced, and collects it.
    pub fn abandon(self) {
        let pid = nix::unistd::Pid::from_raw(self.pid);
        // Both can only fail where the child is gone already.
        let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL);
        let _ = nix::sys::wait::waitpid(pid, Some(nix::sys::wait::WaitPidFlag::__WALL));
    }

    /// After the child has ended without executing: what failed, and why. `None`: it was killed.
    pub fn failure(&self) -> Option<(Step, Errno)> {
        let mut message = [0; 5];
        let got = nix::unistd::read(&self.failure, &mut message).ok()?;
        if got != message.len() {
            return None;
        }
        let step = match message[0] {
            0 => Step::Directory,
            1 => Step::Terminal,
            3 => Step::Filter,
            _ => Step::Execute,
        };
        let [_, rest @ ..] = message;
        Some((step, Errno::from_raw(i32::from_le_bytes(rest))))
    }
}
