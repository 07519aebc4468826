//! The terminal itself: its foreground, its modes, and lines from it.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::termios::{
    self, FlushArg, InputFlags, LocalFlags, OutputFlags, SetArg, SpecialCharacterIndices, Termios,
};
use nix::unistd::{Pid, getpgrp, tcgetpgrp, tcsetpgrp};

use crate::words::tr;

/// How long nothing may have been typed before an answer counts: keys meant for something else are over by then.
const QUIET: u16 = 400;
/// A key that is held down cannot put the question off for longer than this.
const DRAIN_MAX: Duration = Duration::from_secs(10);
/// How often the caller is asked whether the question still stands, in ms.
const TICK: u16 = 100;
/// The longest line that is read; what is longer is no answer.
const LINE_MAX: usize = 8192;

/// What came of waiting for a line.
pub(super) enum Line {
    /// A line without its end.
    Text(String),
    /// The question does not stand any more.
    Withdrawn,
    /// End of input, or the terminal failed.
    End,
}

/// A terminal.
pub(super) struct Tty {
    file: File,
}

/// While it lives, Syswall is in the terminal's foreground and lines can be read from it. Then all is as before.
pub(super) struct Foreground<'a> {
    fd: BorrowedFd<'a>,
    group: Option<Pid>,
    modes: Option<Termios>,
    signals: SigSet,
}

impl Tty {
    pub(super) fn new(file: File) -> Tty {
        Tty { file }
    }

    /// Takes the foreground. If it belongs to neither Syswall nor the program (Syswall is a background job), says
    /// so and waits for it. `None`: the question was withdrawn meanwhile, or the terminal is gone.
    pub(super) fn take(&self, withdrawn: &mut dyn FnMut() -> bool) -> Option<Foreground<'_>> {
        let fd = self.file.as_fd();
        // A background group that writes, changes modes or the foreground would be stopped.
        let mut stops = SigSet::empty();
        stops.add(Signal::SIGTTOU);
        stops.add(Signal::SIGTTIN);
        let signals = stops.thread_swap_mask(nix::sys::signal::SigmaskHow::SIG_BLOCK).ok()?;
        let mut taken = Foreground { fd, group: None, modes: None, signals };
        let mut told = false;
        loop {
            match tcgetpgrp(fd) {
                // Not our controlling terminal: it has no foreground for us to take.
                Err(Errno::ENOTTY) => break,
                Err(_) => return None,
                Ok(group) if group == getpgrp() => break,
                Ok(group) if is_ours(group) => {
                    tcsetpgrp(fd, getpgrp()).ok()?;
                    taken.group = Some(group);
                    break;
                }
                Ok(_) if withdrawn() => return None,
                Ok(_) => {
                    if !told {
                        let text = tr("Syswall waits for an answer. Bring it to the foreground with: fg");
                        self.write(&format!("\n{text}\n"));
                        told = true;
                    }
                    std::thread::sleep(Duration::from_millis(TICK.into()));
                }
            }
        }
        if let Ok(modes) = termios::tcgetattr(fd) {
            let mut lines = modes.clone();
            lines.input_flags |= InputFlags::ICRNL;
            lines.output_flags |= OutputFlags::OPOST | OutputFlags::ONLCR;
            lines.local_flags |= LocalFlags::ISIG | LocalFlags::IEXTEN;
            // Keys one by one and unseen until `drain` is done with those that were not meant for us.
            lines.local_flags.remove(LocalFlags::ICANON | LocalFlags::ECHO);
            lines.control_chars[SpecialCharacterIndices::VMIN as usize] = 1;
            lines.control_chars[SpecialCharacterIndices::VTIME as usize] = 0;
            termios::tcsetattr(fd, SetArg::TCSANOW, &lines).ok()?;
            taken.modes = Some(modes);
        }
        Some(taken)
    }

    /// Writes `text`. A terminal that cannot be written to shows nothing; reading from it then fails and denies.
    pub(super) fn write(&self, text: &str) {
        let _ = (&self.file).write_all(text.as_bytes());
    }

    /// Throws away what was typed before the question could be read, then lets lines be typed.
    pub(super) fn drain(&self, withdrawn: &mut dyn FnMut() -> bool) {
        let start = Instant::now();
        let mut quiet = false;
        while !quiet && start.elapsed() < DRAIN_MAX && !withdrawn() {
            let _ = termios::tcflush(&self.file, FlushArg::TCIFLUSH);
            quiet = !matches!(self.wait(QUIET), Ok(true));
        }
        if let Ok(mut modes) = termios::tcgetattr(&self.file) {
            modes.local_flags |= LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ECHOE | LocalFlags::ECHOK;
            let _ = termios::tcsetattr(&self.file, SetArg::TCSANOW, &modes);
        }
    }

    /// Whether something can be read within `ms`.
    fn wait(&self, ms: u16) -> Result<bool, Errno> {
        let mut fds = [PollFd::new(self.file.as_fd(), PollFlags::POLLIN)];
        match poll(&mut fds, PollTimeout::from(ms)) {
            Ok(n) => Ok(n > 0),
            Err(Errno::EINTR) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The next line.
    pub(super) fn line(&self, withdrawn: &mut dyn FnMut() -> bool) -> Line {
        let mut buffer = [0; LINE_MAX];
        loop {
            if withdrawn() {
                return Line::Withdrawn;
            }
            match self.wait(TICK) {
                Ok(false) => continue,
                Ok(true) => {}
                Err(_) => return Line::End,
            }
            match (&self.file).read(&mut buffer) {
                Ok(0) => return Line::End,
                Ok(n) => return Line::Text(String::from_utf8_lossy(&buffer[..n]).trim_end_matches('\n').to_owned()),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return Line::End,
            }
        }
    }
}

impl Drop for Foreground<'_> {
    fn drop(&mut self) {
        if let Some(modes) = &self.modes {
            let _ = termios::tcsetattr(self.fd, SetArg::TCSADRAIN, modes);
        }
        // Only if nobody else took the foreground meanwhile.
        if let Some(group) = self.group
            && tcgetpgrp(self.fd) == Ok(getpgrp())
        {
            let _ = tcsetpgrp(self.fd, group);
        }
        let _ = self.signals.thread_set_mask();
    }
}

/// Whether a process of `group` descends from Syswall, so that the foreground is the program's.
fn is_ours(group: Pid) -> bool {
    let own = std::process::id() as i32;
    let Ok(entries) = std::fs::read_dir("/proc") else { return false };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter(|pid| parent_and_group(*pid).is_some_and(|(_, g)| g == group.as_raw()))
        .any(|pid| {
            // The chain is as long as a tree is deep; a loop can only come from PIDs reused while it is walked.
            std::iter::successors(Some(pid), |pid| parent_and_group(*pid).map(|(parent, _)| parent))
                .take(1000)
                .any(|pid| pid == own)
        })
}

/// The parent and the process group of a process, from proc(5).
fn parent_and_group(pid: i32) -> Option<(i32, i32)> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(1);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}
