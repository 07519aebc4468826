//! What is said about calls, from registers and memory to the sentence.

use super::*;
use crate::syscall::{Abi, Access, ArgText, LocalMemory, RawCall, Transport};

/// The infinitive for a call of x86-64 with these registers and, from 0x1000, 0x2000, … on, these strings.
fn said(call: &str, args: &[u64], strings: &[&str], accesses: &[(Kind, Option<Object>)]) -> String {
    let nr = (0..1024).find(|nr| Abi::X86_64.call_name(*nr) == Some(call)).unwrap();
    let mut registers = [0; 6];
    registers[..args.len()].copy_from_slice(args);
    let raw = RawCall { abi: Abi::X86_64, nr, args: registers };
    let pieces = strings.iter().enumerate().map(|(i, s)| (0x1000 * (i as u64 + 1), format!("{s}\0").into_bytes()));
    let memory = LocalMemory::new(pieces.collect());
    let mut text = ArgText::default();
    crate::syscall::enter(&raw, crate::syscall::lookup(&raw), &memory, &mut text);
    let accesses: Vec<Access> = accesses.iter().cloned().map(|(kind, object)| Access { kind, object }).collect();
    let act = Act::test(call, &text, &accesses);
    phrase(&act).map(|phrase| phrase.infinitive()).unwrap_or_else(|| panic!("no words for {call}({})", text.text))
}

fn path(path: &str) -> Option<Object> {
    Some(Object::Path { path: path.into(), asked: path.into() })
}

fn system(name: &str) -> Option<Object> {
    Some(Object::System { name: name.into() })
}

fn process(pid: i32) -> Option<Object> {
    Some(Object::Process { pid, tree: false })
}

#[test]
fn a_signal_is_named() {
    let kill = |pid: i32, signal| said("kill", &[pid as u64, signal], &[], &[(Kind::ProcessSignal, process(pid))]);
    assert_eq!(kill(1234, 9), "send SIGKILL to process 1234");
    assert_eq!(kill(1234, 19), "stop process 1234 (SIGSTOP)");
    assert_eq!(kill(1234, 18), "let process 1234 go on (SIGCONT)");
    assert_eq!(kill(-1, 15), "send SIGTERM to every process that can be reached");
    assert_eq!(kill(-7, 15), "send SIGTERM to process group 7");
    assert_eq!(kill(0, 1), "send SIGHUP to every process of its own group");
}

#[test]
fn permissions_are_told_by_what_they_mean() {
    let chmod = |mode| said("chmod", &[0x1000, mode], &["/f"], &[(Kind::FileAttributes, path("/f"))]);
    assert_eq!(chmod(0o755), "make /f executable for everybody (mode 755)");
    assert_eq!(chmod(0o4755), "let whoever runs /f act as its owner (mode 4755)");
    assert_eq!(chmod(0o666), "let everybody change /f (mode 666)");
    assert_eq!(chmod(0o600), "keep /f for its owner alone (mode 600)");
    assert_eq!(chmod(0o644), "let everybody read /f (mode 644)");
    assert_eq!(chmod(0o444), "make /f read-only (mode 444)");
    assert_eq!(chmod(0o640), "change the permissions of /f (mode 640)");
    assert_eq!(chmod(0), "take away everybody's permissions for /f (mode 000)");
}

#[test]
fn owners_have_names() {
    let to = |user: u32, group: u32| {
        said("chown", &[0x1000, user.into(), group.into()], &["/f"], &[(Kind::FileAttributes, path("/f"))])
    };
    assert_eq!(to(0, u32::MAX), "give /f to the user root (0)");
    assert_eq!(to(u32::MAX, 0), "give /f to the group root (0)");
    assert_eq!(to(0, 3_999_999_999), "give /f to the user root (0) and the group 3999999999");
}

#[test]
fn becoming_another_user_is_told_by_name() {
    let identity = [(Kind::ProcessIdentity, None)];
    assert_eq!(said("setuid", &[0], &[], &identity), "become the user root (0)");
    assert_eq!(said("setresuid", &[u64::from(u32::MAX), 0, 7], &[], &identity), "become the user root (0)");
    assert_eq!(said("setgid", &[0], &[], &identity), "change to the rights of the group root (0)");
    assert_eq!(said("setgroups", &[0, 0], &[], &identity), "leave all additional groups");
    assert_eq!(said("setsid", &[], &[], &identity), "leave its terminal for a session of its own");
}

#[test]
fn namespaces_are_told_by_what_they_hold() {
    let access = [(Kind::ProcessIdentity, system("namespace"))];
    let new_user = said("unshare", &[0x1000_0000], &[], &access);
    assert_eq!(new_user, "enter a new user namespace, where it has all rights");
    let two = said("unshare", &[0x4002_0000], &[], &access);
    assert_eq!(two, "enter new namespaces of its own: mounted file systems, network");
    assert_eq!(said("setns", &[3, 0], &[], &access), "enter the namespaces of another process");
    assert_eq!(said("clone", &[0x2000_0011], &[], &access), "start a process in new namespaces: processes");
}

#[test]
fn mounts_name_what_and_where() {
    let access = [(Kind::System, system("mount"))];
    let mount = |flags| said("mount", &[0x1000, 0x2000, 0x3000, flags, 0], &["/dev/sdb1", "/mnt", "ext4"], &access);
    assert_eq!(mount(0), "mount /dev/sdb1 at /mnt");
    assert_eq!(mount(4096), "make /dev/sdb1 appear at /mnt as well");
    assert_eq!(mount(32), "change how /mnt is mounted");
    assert_eq!(mount(1 << 18), "change who sees what is mounted under /mnt");
    assert_eq!(said("umount2", &[0x1000, 0], &["/mnt"], &access), "unmount /mnt");
}

#[test]
fn both_names_of_links_and_renames_are_told() {
    let names = [0x1000, 0x2000];
    let link = [(Kind::FileRead, path("/old")), (Kind::FileCreate, path("/new"))];
    assert_eq!(said("link", &names, &["/old", "/new"], &link), "give /old another name, /new");
    let made = [(Kind::FileCreate, path("/new")), (Kind::FileRead, path("/old"))];
    assert_eq!(said("link", &names, &["/old", "/new"], &made), "create /new as another name of /old");
    let symlink = [(Kind::FileCreate, path("/new"))];
    assert_eq!(said("symlink", &names, &["../x\x1b", "/new"], &symlink), "create the link /new to ../x\\x1b");
    let rename = [(Kind::FileRename, path("/a")), (Kind::FileRename, path("/b"))];
    assert_eq!(said("rename", &names, &["/a", "/b"], &rename), "rename /a to /b");
    let swap = said("renameat2", &[0, 0x1000, 0, 0x2000, 2], &["/a", "/b"], &rename);
    assert_eq!(swap, "swap /a and /b");
    let replaced = [(Kind::FileDelete, path("/b")), (Kind::FileRename, path("/a"))];
    assert_eq!(said("rename", &names, &["/a", "/b"], &replaced), "replace /b by /a");
}

#[test]
fn writing_is_told_from_overwriting_and_adding() {
    let open = |flags| said("openat", &[0xffff_ff9c, 0x1000, flags], &["/f"], &[(Kind::FileWrite, path("/f"))]);
    assert_eq!(open(1), "change /f");
    assert_eq!(open(0o1001), "overwrite /f");
    assert_eq!(open(0o2001), "add to the end of /f");
    let cut = |size| said("truncate", &[0x1000, size], &["/f"], &[(Kind::FileWrite, path("/f"))]);
    assert_eq!(cut(0), "empty /f");
    assert_eq!(cut(7), "cut or extend /f to 7 bytes");
}

#[test]
fn whom_a_port_can_be_reached_by_is_told() {
    let at = |address: [u8; 4], port| {
        let object = Object::Address { transport: Transport::Tcp, address: address.into(), port };
        said("bind", &[3], &[], &[(Kind::NetworkListen, Some(object))])
    };
    assert_eq!(at([0, 0, 0, 0], 80), "be reachable from everywhere, on port 80");
    assert_eq!(at([127, 0, 0, 1], 0), "be reachable from this computer only, on a free port");
    assert_eq!(at([10, 0, 0, 7], 80), "be reachable at 10.0.0.7, port 80");
    let object = Object::Address { transport: Transport::Tcp, address: [127, 0, 0, 1].into(), port: 631 };
    let connect = said("connect", &[3], &[], &[(Kind::NetworkConnect, Some(object))]);
    assert_eq!(connect, "connect to this computer, port 631 (ipp)");
}

#[test]
fn sockets_are_told_by_what_they_are_for() {
    let socket = |family: &str, number: u64, kind: usize| {
        let object = Object::Socket { family: family.into(), text: ["", "SOCK_STREAM", "", "SOCK_RAW"][kind].into() };
        said("socket", &[number, kind as u64, 0], &[], &[(Kind::NetworkSocket, Some(object))])
    };
    assert_eq!(socket("AF_INET", 2, 3), "send and receive raw network packets");
    assert_eq!(socket("AF_BLUETOOTH", 31, 1), "use Bluetooth");
    assert_eq!(socket("AF_PACKET", 17, 3), "see everything that passes over the network");
    assert_eq!(socket("AF_NETLINK", 16, 3), "ask the system about network addresses and routes, or change them");
    assert_eq!(socket("AF_X25", 9, 1), "make a socket (AF_X25 SOCK_STREAM)");
}

#[test]
fn requests_to_devices_are_told_by_what_they_do() {
    let ask = |path: &str, request: &str| {
        let object = Object::Device { path: path.into(), request: request.into() };
        said("ioctl", &[3], &[], &[(Kind::Device, Some(object))])
    };
    assert_eq!(ask("/dev/pts/3", "TIOCSTI"), "type into the terminal /dev/pts/3");
    assert_eq!(ask("/dev/video0", "VIDIOC_STREAMON"), "use the camera /dev/video0 (VIDIOC_STREAMON)");
    assert_eq!(ask("/dev/sda", "BLKDISCARD"), "erase parts of the disk /dev/sda");
    assert_eq!(ask("/dev/x", "FOO"), "send the request FOO to the device /dev/x");
}

#[test]
fn what_is_shared_is_told_by_what_it_is() {
    let shared = |call: &str, args: &[u64], name: &str| said(call, args, &["/q"], &[(Kind::Ipc, system(name))]);
    assert_eq!(shared("shmget", &[42], "shm key 0x2a"), "open or create the shared memory with the key 0x2a");
    assert_eq!(shared("shmctl", &[5, 0], "shm 5"), "remove the shared memory number 5");
    assert_eq!(shared("mq_unlink", &[0x1000], "message queue /q"), "remove the message queue /q");
    assert_eq!(shared("keyctl", &[11, 7], "key 7"), "read the key 7");
}

#[test]
fn what_concerns_the_whole_computer_is_told_by_what_happens() {
    let whole = |call: &str, args: &[u64], name: &str| said(call, args, &["box\n"], &[(Kind::System, system(name))]);
    assert_eq!(whole("sethostname", &[0x1000, 3], "hostname"), "rename the computer to box");
    assert_eq!(whole("reboot", &[0xfee1_dead, 672_274_793, 0x0123_4567], "reboot"), "restart the computer");
    assert_eq!(whole("reboot", &[0xfee1_dead, 672_274_793, 0x4321_fedc], "reboot"), "turn the computer off");
    assert_eq!(whole("init_module", &[0, 0, 0x1000], "kernel module"), "load a kernel module: code with all rights");
    assert_eq!(whole("swapoff", &[0x1000], "swap"), "no longer use box\\n as additional memory (swap)");
    assert_eq!(whole("syslog", &[3], "kernel log"), "read the kernel's log of the whole computer");
}

/// Every pair of msgids in this folder: the sentence is the infinitive behind "{program} wants to".
#[test]
fn questions_and_the_log_use_the_same_words() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/words/phrase");
    let mut pairs = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().is_some_and(|name| name == "tests.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for after in text.split("say(").skip(1) {
            let mut marked = after.split("mark(\"").skip(1).map(|rest| rest.split("\")").next().unwrap());
            let (Some(action), Some(sentence)) = (marked.next(), marked.next()) else { continue };
            assert_eq!(sentence.strip_prefix("{program} wants to "), Some(action), "{}", path.display());
            pairs += 1;
        }
    }
    assert!(pairs > 150, "only {pairs} pairs were found");
}

/// No guarded kind of any call is left without words, and no sentence keeps a placeholder, whatever the arguments are.
#[test]
fn every_call_has_words_for_everything_that_it_does() {
    let objects = [
        None,
        path("/f"),
        Some(Object::Address { transport: Transport::Tcp, address: [10, 0, 0, 1].into(), port: 443 }),
        Some(Object::Unix { name: "@x".into() }),
        Some(Object::Socket { family: "AF_NETLINK".into(), text: "SOCK_RAW".into() }),
        process(1),
        Some(Object::Device { path: "/dev/tty".into(), request: "TIOCSTI".into() }),
        system("mount"),
        Some(Object::Descriptor { text: "socket:[1]".into() }),
        Some(Object::Unreadable),
    ];
    for row in crate::syscall::rows::ALL.iter().copied().flatten() {
        for args in [ArgText::default(), ArgText::of(&["0"; 6]), ArgText::of(&["\"a{x}\"", "CLONE_NEWUSER", "-1"])] {
            for kind in row.all_kinds().iter() {
                for object in &objects {
                    let access = [Access { kind, object: object.clone() }];
                    let Some(phrase) = phrase(&Act::test(row.name, &args, &access)) else { continue };
                    let text = phrase.asked("prog");
                    let open = text.replace("a{x}", "");
                    assert!(!open.contains(['{', '}']) && text.starts_with("prog wants to "), "{}: {text}", row.name);
                }
            }
        }
    }
}

#[test]
fn a_recorded_call_is_told_by_what_matters_most() {
    use crate::recording::tests::{call, path as access};
    let told = |call: &crate::recording::Call| phrase(&Act::from(call)).map(|phrase| phrase.beside_object());
    let mapped = vec![Access { kind: Kind::Memory, object: None }, access(Kind::Descriptor, "/f")];
    let args = ["NULL", "4096", "PROT_READ|PROT_WRITE", "MAP_SHARED", "3", "0"];
    assert_eq!(told(&call("mmap", &args, 0, mapped)).as_deref(), Some("change … through its memory"));
    let made = vec![access(Kind::FileStat, "/f"), access(Kind::FileCreate, "/f")];
    assert_eq!(told(&call("openat", &["AT_FDCWD", "\"/f\""], 3, made)).as_deref(), Some("create …"));
    assert_eq!(told(&call("getpid", &[], 1, vec![])), None);
}
