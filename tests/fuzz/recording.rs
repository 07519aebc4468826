//! A small recording with one of everything, for the targets that read recordings.

use std::ffi::OsString;
use std::path::Path;

use syswall::policy::{By, Decision};
use syswall::recording::{Call, Check, Event, ExitStatus, Recorder, RunInfo, What};
use syswall::syscall::{Abi, Access, ArgText, Kind, Object, Transport};

/// The file; gone when dropped.
pub struct Sample {
    folder: tempfile::TempDir,
}

impl Sample {
    /// Where it is.
    pub fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("sample.syswall")
    }
}

const STARTED: i64 = 1_700_000_000_000_000_000;

fn call(name: &str, args: &[&str], result: i64, objects: Vec<(Kind, Object)>, decision: Decision) -> What {
    let text = args.join(", ");
    let mut at = 0;
    let spans: Vec<(u32, u32)> = args
        .iter()
        .map(|arg| {
            let start = at;
            at += arg.len() as u32 + 2;
            (start, start + arg.len() as u32)
        })
        .collect();
    let errno = (result < 0).then_some(-result as i32);
    What::Call(Box::new(Call {
        abi: Abi::X86_64,
        name: name.into(),
        args: ArgText::from_parts(text.clone(), &spans, text.len()),
        result_text: errno.map_or_else(|| result.to_string(), |_| "-1 EACCES (Permission denied)".to_owned()),
        kinds: objects.iter().map(|(kind, _)| *kind).collect(),
        accesses: objects.into_iter().map(|(kind, object)| Access { kind, object: Some(object) }).collect(),
        decision,
        by: if decision == Decision::Allow { By::Default } else { By::Rule },
        rule: (decision != Decision::Allow).then(|| "#1".into()),
        result: errno.is_none().then_some(result),
        errno,
        duration_ns: 1500,
        waited_ns: 10,
        check: Check::Verified,
        host: None,
    }))
}

fn file(path: &str) -> Object {
    Object::Path { path: path.into(), asked: OsString::from("../x") }
}

fn happenings() -> Vec<What> {
    let address = |port| Object::Address { transport: Transport::Tcp, address: [10, 0, 0, 1].into(), port };
    vec![
        What::Start { parent: 1, thread: false },
        What::Exec { argv: vec!["prog".into(), "-x".into()] },
        call("openat", &["AT_FDCWD", "\"/etc/passwd\"", "O_RDONLY"], 3, vec![(Kind::FileRead, file("/etc/passwd"))], Decision::Allow),
        call("read", &["3", "\"root:x:0\"", "4096"], 8, vec![], Decision::Allow),
        call("unlink", &["\"/home/u/f\""], -13, vec![(Kind::FileDelete, file("/home/u/f"))], Decision::Deny),
        call("connect", &["4", "{sa_family=AF_INET, sin_port=htons(443)}", "16"], 0, vec![(Kind::NetworkConnect, address(443))], Decision::Pretend),
        call("bind", &["4", "{sa_family=AF_UNIX}", "16"], 0, vec![(Kind::NetworkListen, Object::Unix { name: "@x".into() })], Decision::Allow),
        call("ioctl", &["0", "TIOCSTI", "\"x\""], -13, vec![(Kind::Device, Object::Device { path: "/dev/tty".into(), request: "TIOCSTI".into() })], Decision::Deny),
        call("kill", &["7", "SIGKILL"], 0, vec![(Kind::ProcessSignal, Object::Process { pid: 7, tree: true })], Decision::Allow),
        call("mount", &["NULL"], 0, vec![(Kind::System, Object::System { name: "mounts".into() })], Decision::Allow),
        call("socket", &["AF_NETLINK"], 5, vec![(Kind::NetworkSocket, Object::Socket { family: "AF_NETLINK".into(), text: "x".into() })], Decision::Allow),
        call("rename", &["0x1"], -13, vec![(Kind::FileRename, Object::Unreadable), (Kind::FileDelete, file("/tmp/a"))], Decision::Deny),
        What::Signal { number: 17, text: "SIGCHLD {si_signo=SIGCHLD}".to_owned() },
        What::Note { text: "something".to_owned() },
        What::Exit { status: ExitStatus::Signal { number: 9, core: false } },
    ]
}

/// Writes one.
pub fn sample() -> Sample {
    let folder = tempfile::tempdir_in("/dev/shm").expect("a folder");
    let sample = Sample { folder };
    let info = RunInfo {
        argv: vec!["prog".into(), "-x".into()],
        program: "/usr/bin/prog".into(),
        cwd: "/tmp/work".into(),
        home: Some("/home/u".into()),
        started: STARTED,
        watch: "all".to_owned(),
        policy: "{}".to_owned(),
    };
    let events = happenings().into_iter().zip(1..).map(|(what, seq)| Event {
        seq,
        time: STARTED + seq as i64 * 1000,
        pid: 100,
        tid: 100,
        program: Path::new("/usr/bin/prog").into(),
        what,
    });
    let recorder = Recorder::start(&sample.path(), &info).expect("a recorder");
    recorder.sender().send_blocking(events.collect()).expect("a recorder that takes events");
    recorder.finish(Some(ExitStatus::Code(0)), None).expect("a recording");
    sample
}
