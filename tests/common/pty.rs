//! A pseudo-terminal with somebody at it.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use nix::pty::{OpenptyResult, openpty};
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use super::{kill_session, limit, shell_code, stuck};

#[derive(Default)]
struct Screen {
    all: Vec<u8>,
    closed: bool,
}

/// A program on its own terminal: what it writes can be waited for, and keys can be sent.
pub struct Terminal {
    line: String,
    child: Child,
    ended: bool,
    keys: File,
    screen: Arc<(Mutex<Screen>, Condvar)>,
    read: usize,
}

impl Terminal {
    /// Starts the command, whose program makes its standard input its controlling terminal.
    pub fn start(mut command: Command, line: String) -> Terminal {
        let OpenptyResult { master, slave } = openpty(None, None).expect("a pseudo-terminal");
        let end = || Stdio::from(slave.try_clone().expect("the terminal once more"));
        let child = command.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap_or_else(|e| panic!("{line}: {e}"));
        // The parent's copies must go, or the end of the program is never seen.
        drop((command, slave));
        let keys = File::from(master);
        let mut from = keys.try_clone().expect("the master once more");
        let screen = Arc::new((Mutex::new(Screen::default()), Condvar::new()));
        let shared = screen.clone();
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            loop {
                // EIO: nobody has the terminal open any more.
                let got = from.read(&mut piece).unwrap_or(0);
                let mut screen = shared.0.lock().expect("the screen");
                screen.all.extend(&piece[..got]);
                screen.closed |= got == 0;
                shared.1.notify_all();
                if got == 0 {
                    return;
                }
            }
        });
        Terminal { line, child, ended: false, keys, screen, read: 0 }
    }

    /// The PID of what runs on it.
    pub fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    /// Types it.
    pub fn send(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap_or_else(|e| panic!("typing {keys:?}: {e}\n{}", self.seen()));
    }

    /// Waits until `wanted` appears behind what was already waited for; gives everything up to it.
    #[track_caller]
    pub fn expect(&mut self, wanted: &str) -> String {
        self.expect_one(&[wanted]).1
    }

    /// Waits until one of them appears; gives which, and everything up to it.
    #[track_caller]
    pub fn expect_one(&mut self, wanted: &[&str]) -> (usize, String) {
        let end = Instant::now() + limit();
        let shared = self.screen.clone();
        let mut screen = shared.0.lock().expect("the screen");
        loop {
            let text = String::from_utf8_lossy(&screen.all[self.read..]).into_owned();
            let first = wanted.iter().enumerate().filter_map(|(i, w)| text.find(w).map(|at| (at + w.len(), i))).min();
            if let Some((at, which)) = first {
                // Lossy decoding may lengthen; the programs here write UTF-8, where it does not.
                self.read += at;
                return (which, text[..at].to_owned());
            }
            let left = end.saturating_duration_since(Instant::now());
            if screen.closed || left.is_zero() {
                drop(screen);
                panic!("the terminal never showed {wanted:?}\n{}\n{}", self.seen(), stuck(self.child.id()));
            }
            screen = shared.1.wait_timeout(screen, left).expect("the screen").0;
        }
    }

    /// Waits until the foreground process group's first process is called so: only then is a key meant for it.
    #[track_caller]
    pub fn until_foreground(&self, name: &str) {
        let end = Instant::now() + limit();
        loop {
            let leader = nix::unistd::tcgetpgrp(&self.keys).map_or(0, Pid::as_raw);
            let comm = std::fs::read_to_string(format!("/proc/{leader}/comm")).unwrap_or_default();
            if comm.trim_end() == name {
                return;
            }
            assert!(Instant::now() < end, "in the foreground is {comm:?}, not {name}\n{}", self.seen());
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// Everything that was shown so far, for messages.
    pub fn seen(&self) -> String {
        let screen = self.screen.0.lock().expect("the screen");
        format!("---- {}\n{}\n----", self.line, String::from_utf8_lossy(&screen.all))
    }

    /// Everything that was shown so far.
    pub fn all(&self) -> String {
        String::from_utf8_lossy(&self.screen.0.lock().expect("the screen").all).into_owned()
    }

    /// Sends a signal to what runs on it.
    pub fn signal(&self, signal: Signal) {
        nix::sys::signal::kill(Pid::from_raw(self.pid()), signal).expect("sending a signal");
    }

    /// Waits for its end: the exit status as a shell shows it, and everything it showed.
    #[track_caller]
    pub fn wait(mut self) -> (i32, String) {
        let end = Instant::now() + limit();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("waiting for it") {
                break status;
            }
            assert!(Instant::now() < end, "it did not end\n{}\n{}", self.seen(), stuck(self.child.id()));
            std::thread::sleep(std::time::Duration::from_millis(5));
        };
        self.ended = true;
        let shared = self.screen.clone();
        let mut screen = shared.0.lock().expect("the screen");
        while !screen.closed && Instant::now() < end {
            screen =
                shared.1.wait_timeout(screen, end.saturating_duration_since(Instant::now())).expect("the screen").0;
        }
        let text = String::from_utf8_lossy(&screen.all).into_owned();
        drop(screen);
        (shell_code(status), text)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if !self.ended {
            kill_session(self.child.id());
            drop(self.child.wait());
        }
    }
}
