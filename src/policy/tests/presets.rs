//! Each preset does what it says, and none loosens another.

use super::*;
use crate::policy::presets;

fn decided(presets: &[&str], call: &str, access: Access) -> Decision {
    ask(&with_presets(presets), call, access).decision
}

fn files(presets: &[&str], kind: Kind, file: &str) -> Decision {
    decided(presets, "x", path(kind, file))
}

const CHANGES: [Kind; 5] =
    [Kind::FileWrite, Kind::FileCreate, Kind::FileDelete, Kind::FileRename, Kind::FileAttributes];

#[test]
fn every_preset_is_whole() {
    let names: Vec<&str> = presets::all().iter().map(|p| p.name).collect();
    assert_eq!(names, presets::names().collect::<Vec<_>>());
    for preset in presets::all() {
        assert!(!preset.title.is_empty() && preset.description.ends_with('.'), "{}", preset.name);
        assert!(!preset.rules.is_empty() && preset.rules.iter().all(|r| r.id.is_some()), "{}", preset.name);
        for rule in &preset.rules {
            let priority = match rule.decision {
                Decision::Allow => None,
                Decision::Ask => Some(5),
                _ => Some(10),
            };
            assert_eq!(rule.priority, priority, "{}/{:?}", preset.name, rule.id);
        }
        with_presets(&[preset.name]);
    }
}

#[test]
fn no_network_leaves_what_stays_on_the_machine() {
    let to = |access| decided(&["no-network"], "connect", access);
    assert_eq!(to(address(Kind::NetworkConnect, "1.2.3.4", 443)), Decision::Deny);
    assert_eq!(to(address(Kind::NetworkSend, "127.0.0.1", 53)), Decision::Deny);
    assert_eq!(to(address(Kind::NetworkListen, "::", 80)), Decision::Deny);
    assert_eq!(to(unix("/run/user/1000/bus")), Decision::Ask);
    assert_eq!(to(unix("/run/systemd/resolve/io.systemd.Resolve")), Decision::Deny);
    let socket = |family: &str| Access {
        kind: Kind::NetworkSocket,
        object: Some(Object::Socket { family: family.into(), text: "SOCK_STREAM, 0".into() }),
    };
    assert_eq!(to(socket("AF_INET6")), Decision::Deny);
    assert_eq!(to(socket("AF_BLUETOOTH")), Decision::Deny);
    assert_eq!(to(socket("AF_UNIX")), Decision::Ask);
    assert_eq!(decided(&["no-network"], "io_uring_setup", Access { kind: Kind::Bypass, object: None }), Decision::Deny);
    assert_eq!(decided(&["block-sockets"], "connect", unix("/x")), Decision::Deny);
    assert_eq!(decided(&["block-sockets"], "socket", socket("AF_UNIX")), Decision::Deny);
    assert_eq!(files(&["block-sockets"], Kind::FileRead, "/etc/passwd"), Decision::Ask);
}

#[test]
fn no_display_reaches_neither_screen_nor_buttons() {
    let to = |access| decided(&["no-display", "observe"], "connect", access);
    for socket in ["/tmp/.X11-unix/X0", "@/tmp/.X11-unix/X0", "/run/user/1000/wayland-0", "/run/user/1000/at-spi/bus_0"]
    {
        assert_eq!(to(unix(socket)), Decision::Deny, "{socket}");
    }
    assert_eq!(to(address(Kind::NetworkConnect, "127.0.0.1", 6000)), Decision::Deny);
    assert_eq!(to(address(Kind::NetworkConnect, "127.0.0.1", 80)), Decision::Allow);
    assert_eq!(to(unix("/run/user/1000/bus")), Decision::Allow);
    assert_eq!(files(&["no-display"], Kind::FileRead, "/home/ann/.Xauthority"), Decision::Deny);
}

#[test]
fn contained_and_secret_ones_reach_no_service_that_acts_for_them() {
    let to = |preset, socket| decided(&[preset, "observe"], "connect", unix(socket));
    let services = [
        "/run/docker.sock",
        "/run/user/1000/bus",
        "/run/systemd/private",
        "/run/user/1000/systemd/private",
        "/run/snapd.socket",
        "/run/libvirt/libvirt-sock",
        "@/tmp/dbus-x",
        "/run/user/1000/at-spi/bus_0",
    ];
    for service in services {
        assert_eq!(to("contained", service), Decision::Deny, "{service}");
        assert_eq!(to("block-sockets", service), Decision::Deny, "{service}");
    }
    for agent in [
        "/run/user/1000/gnupg/S.gpg-agent",
        "/run/user/1000/keyring/ssh",
        "/tmp/ssh-x/agent.1",
        "/run/user/1000/gcr/ssh",
        "/run/user/1000/ssh-agent.socket",
    ] {
        assert_eq!(to("keep-secrets", agent), Decision::Deny, "{agent}");
    }
    assert_eq!(to("contained", "/run/user/1000/pulse/native"), Decision::Allow);
}

#[test]
fn local_network_ends_at_the_router() {
    let to = |to: &str| decided(&["local-network"], "connect", address(Kind::NetworkConnect, to, 80));
    for near in [
        "127.0.0.1",
        "10.1.2.3",
        "172.31.0.1",
        "192.168.1.1",
        "169.254.1.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "ff02::fb",
        "::ffff:10.0.0.1",
    ] {
        assert_eq!(to(near), Decision::Allow, "{near}");
    }
    for far in ["8.8.8.8", "172.32.0.1", "2001:db8::1", "::ffff:8.8.8.8", "ff0e::1"] {
        assert_eq!(to(far), Decision::Deny, "{far}");
    }
    let both = |to: &str| decided(&["local-network", "no-network"], "connect", address(Kind::NetworkConnect, to, 80));
    assert_eq!(both("10.1.2.3"), Decision::Deny);
}

#[test]
fn read_only_files_changes_nothing_but_devices() {
    for kind in CHANGES {
        assert_eq!(files(&["read-only-files"], kind, "/tmp/x"), Decision::Deny, "{kind}");
    }
    assert_eq!(files(&["read-only-files"], Kind::FileRead, "/tmp/x"), Decision::Ask);
    assert_eq!(files(&["read-only-files"], Kind::FileWrite, "/dev/null"), Decision::Allow);
    assert_eq!(files(&["read-only-files"], Kind::FileWrite, "/dev/pts/1"), Decision::Ask);
}

#[test]
fn no_new_programs_runs_none() {
    assert_eq!(files(&["no-new-programs"], Kind::ProcessExecute, "/bin/sh"), Decision::Deny);
    let fork = Access { kind: Kind::ProcessSpawn, object: None };
    assert_eq!(decided(&["no-new-programs"], "clone", fork), Decision::Allow);
}

#[test]
fn home_protected_leaves_only_what_the_program_made() {
    let mut r = with_presets(&["home-protected", "observe"]);
    let decide = |r: &Rules, kind, file: &str| ask(r, "x", path(kind, file)).decision;
    for kind in [Kind::FileRead, Kind::FileStat, Kind::FileList, Kind::FileWrite, Kind::FileDelete, Kind::FileRename] {
        assert_eq!(decide(&r, kind, "/home/ann/x"), Decision::Deny, "{kind}");
        assert_eq!(decide(&r, kind, "/srv/x"), Decision::Allow, "{kind}");
    }
    assert_eq!(decide(&r, Kind::FileList, "/home/ann"), Decision::Deny);
    assert_eq!(decide(&r, Kind::FileCreate, "/home/ann/x"), Decision::Allow);
    r.note_created(Path::new("/home/ann/x"));
    r.note_created(Path::new("/home/ann/dir"));
    assert_eq!(decide(&r, Kind::FileRead, "/home/ann/x"), Decision::Allow);
    assert_eq!(decide(&r, Kind::FileWrite, "/home/ann/dir/deep/y"), Decision::Allow);
    assert_eq!(decide(&r, Kind::FileRead, "/home/ann/xy"), Decision::Deny);
    r.note_renamed(Path::new("/home/ann/x"), Path::new("/home/ann/z"));
    assert_eq!(decide(&r, Kind::FileRead, "/home/ann/x"), Decision::Deny);
    assert_eq!(decide(&r, Kind::FileRead, "/home/ann/z"), Decision::Allow);
    r.note_removed(Path::new("/home/ann/z"));
    assert_eq!(decide(&r, Kind::FileRead, "/home/ann/z"), Decision::Deny);
}

#[test]
fn home_protected_lets_a_made_file_get_a_free_name_only() {
    let mut r = with_presets(&["home-protected", "observe"]);
    r.note_created(Path::new("/home/ann/made"));
    let rename = |accesses: &[Access], flags| {
        ask_with(&r, &["/x"], "renameat2", accesses, &Given(vec![("flags", flags, "")])).decision
    };
    let (made, free) = (path(Kind::FileRename, "/home/ann/made"), path(Kind::FileRename, "/home/ann/free"));
    assert_eq!(rename(&[made.clone(), free.clone()], 0), Decision::Allow);
    assert_eq!(rename(&[made.clone(), free.clone()], 2), Decision::Deny);
    let mut asked = with_presets(&["home-protected"]);
    asked.note_created(Path::new("/home/ann/made"));
    let ancestry = [Arc::from(Path::new("/x"))];
    let accesses = [made.clone(), free.clone()];
    let query = Query { ancestry: &ancestry, pid: 1, call: "rename", accesses: &accesses, args: &NoArgs };
    let rest = asked.decide_rest(&query, &accesses[..1]);
    assert_eq!((rest.decision, rest.access), (Decision::Ask, 1));
    assert_eq!(said(&asked.decide_rest(&query, &accesses)), (Decision::Allow, By::Answer, None));
    let gone = path(Kind::FileDelete, "/home/ann/free");
    assert_eq!(rename(&[made.clone(), free.clone(), gone], 0), Decision::Deny);
    assert_eq!(rename(&[path(Kind::FileRename, "/home/ann/.ssh"), made], 0), Decision::Deny);
}

#[test]
fn keep_secrets_covers_keys_browsers_and_start_up_files() {
    let secret = [
        ".ssh/id_ed25519",
        ".ssh",
        ".gnupg/private-keys-v1.d/x",
        ".mozilla/firefox/a.default/logins.json",
        ".config/chromium/Default/Login Data",
        ".config/google-chrome/Default/Cookies",
        ".config/BraveSoftware/Brave-Browser/Default/Cookies",
        ".local/share/keyrings/login.keyring",
        ".password-store/x.gpg",
        ".aws/credentials",
        ".config/gcloud/x",
        ".kube/config",
        ".netrc",
        ".git-credentials",
        "snap/firefox/common/.mozilla/x",
        "work/key.kdbx",
    ];
    for file in secret {
        assert_eq!(
            files(&["keep-secrets", "observe"], Kind::FileRead, &format!("/home/ann/{file}")),
            Decision::Deny,
            "{file}"
        );
    }
    for file in [".bashrc", ".profile", ".zshenv", ".config/autostart/x.desktop", ".config/systemd/user/x.service"] {
        let file = format!("/home/ann/{file}");
        assert_eq!(files(&["keep-secrets", "observe"], Kind::FileRead, &file), Decision::Allow, "{file}");
        for kind in CHANGES {
            assert_eq!(files(&["keep-secrets", "observe"], kind, &file), Decision::Deny, "{file} {kind}");
        }
    }
    assert_eq!(files(&["keep-secrets"], Kind::FileRead, "/etc/shadow"), Decision::Deny);
    assert_eq!(files(&["keep-secrets"], Kind::FileRename, "/home/ann/.config"), Decision::Deny);
    assert_eq!(files(&["keep-secrets"], Kind::FileRead, "/home/ann/notes.txt"), Decision::Ask);
    assert_eq!(files(&["keep-secrets"], Kind::FileRead, "/etc/ld.so.preload"), Decision::Allow);
    assert_eq!(files(&["keep-secrets"], Kind::FileStat, "/etc/ld.so.preload"), Decision::Allow);
    assert_eq!(decided(&["keep-secrets"], "connect", unix("/run/user/1000/keyring/ssh")), Decision::Deny);
    assert_eq!(decided(&["keep-secrets"], "connect", unix("/tmp/ssh-Xy/agent.12")), Decision::Deny);
}

#[test]
fn contained_changes_only_its_folder() {
    for kind in CHANGES {
        assert_eq!(files(&["contained"], kind, "/work/project/a/b"), Decision::Allow, "{kind}");
        assert_eq!(files(&["contained"], kind, "/work/other"), Decision::Deny, "{kind}");
        assert_eq!(files(&["contained"], kind, "/tmp/x"), Decision::Deny, "{kind}");
        assert_eq!(files(&["contained", "read-only-files"], kind, "/work/project/a"), Decision::Deny, "{kind}");
        assert_eq!(files(&["contained", "ask-everything"], kind, "/work/project/a"), Decision::Ask, "{kind}");
    }
    assert_eq!(files(&["contained"], Kind::FileDelete, "/work/project"), Decision::Deny);
    assert_eq!(files(&["contained"], Kind::FileWrite, "/dev/null"), Decision::Allow);
    assert_eq!(decided(&["contained"], "kill", process(Kind::ProcessSignal, 1, false)), Decision::Deny);
    assert_eq!(decided(&["contained"], "kill", process(Kind::ProcessSignal, 101, true)), Decision::Allow);
    assert_eq!(decided(&["contained"], "connect", unix("/run/user/1000/bus")), Decision::Deny);
    let r = with_presets(&["contained"]);
    let typing = Access { kind: Kind::Device, object: None };
    let args = Given(vec![("request", 0x5412, "TIOCSTI")]);
    assert_eq!(ask_with(&r, &["/x"], "ioctl", &[typing], &args).decision, Decision::Deny);
    let unseen = Access { kind: Kind::FileWrite, object: Some(Object::Unreadable) };
    assert_eq!(decided(&["contained"], "openat", unseen), Decision::Deny);
}

#[test]
fn ask_everything_asks_what_others_allow_and_keeps_what_they_deny() {
    assert_eq!(files(&["ask-everything"], Kind::FileStat, "/x"), Decision::Ask);
    assert_eq!(files(&["ask-everything", "observe"], Kind::FileRead, "/x"), Decision::Ask);
    assert_eq!(files(&["ask-everything"], Kind::FileRead, "/lib/libc.so.6"), Decision::Allow);
    assert_eq!(files(&["ask-everything"], Kind::FileStat, "/lib/x86_64-linux-gnu/haswell"), Decision::Allow);
    assert_eq!(files(&["ask-everything"], Kind::FileRead, "/usr/lib/secret"), Decision::Ask);
    assert_eq!(files(&["ask-everything", "read-only-files"], Kind::FileWrite, "/x"), Decision::Deny);
    let mut loading = with_presets(&["ask-everything"]);
    loading.set_ignore_library_loading(false);
    assert_eq!(read(&loading, "/lib/libc.so.6"), Decision::Ask);
}

#[test]
fn observe_allows_what_nothing_else_forbids() {
    assert_eq!(files(&["observe"], Kind::FileWrite, "/x"), Decision::Allow);
    assert_eq!(decided(&["observe"], "bpf", Access { kind: Kind::Bypass, object: None }), Decision::Allow);
    assert_eq!(
        decided(&["observe", "no-network"], "connect", address(Kind::NetworkConnect, "1.1.1.1", 1)),
        Decision::Deny
    );
}

#[test]
fn no_preset_is_loosened_by_another() {
    let mut accesses: Vec<Access> = Vec::new();
    for kind in Kind::ALL.iter().copied() {
        for file in [
            "/work/project/a",
            "/home/ann/.ssh/id",
            "/home/ann/x",
            "/etc/shadow",
            "/tmp/x",
            "/dev/null",
            "/lib/libc.so.6",
        ] {
            accesses.push(path(kind, file));
        }
        for to in ["10.0.0.1", "8.8.8.8", "::1", "2001:db8::1"] {
            accesses.push(address(kind, to, 80));
        }
        accesses.push(process(kind, 1, false));
        accesses.push(process(kind, 100, true));
        accesses.push(Access { kind, object: None });
        accesses.push(Access { kind, object: Some(Object::Unreadable) });
        accesses.push(Access { kind, object: Some(Object::Unix { name: "/run/user/1/bus".into() }) });
    }
    let all: Vec<(&str, Rules)> = presets::names().map(|n| (n, with_presets(&[n]))).collect();
    for (a, alone_a) in &all {
        for (b, alone_b) in &all {
            let both = with_presets(&[a, b]);
            for access in &accesses {
                let verdict = |r: &Rules| ask(r, "openat", access.clone());
                let (va, vb) = (verdict(alone_a), verdict(alone_b));
                let promised = [&va, &vb].into_iter().filter(|v| v.by == By::Preset).map(|v| v.decision).max();
                if let Some(promised) = promised {
                    assert!(verdict(&both).decision >= promised, "{a}+{b} {access:?}");
                }
            }
        }
    }
}

#[test]
fn a_preset_is_listed_as_it_was_written() {
    for preset in presets::all() {
        let shown = preset.to_json();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("data/presets/{}.json", preset.name));
        let written: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!(shown["title"], written["title"]);
        let (shown, written) = (shown["rules"].as_array().unwrap(), written["rules"].as_array().unwrap());
        assert_eq!(shown.len(), written.len());
        for (shown, written) in shown.iter().zip(written) {
            assert_eq!(shown["id"], written["id"]);
            assert_eq!(shown.as_object().unwrap().len(), written.as_object().unwrap().len(), "{shown}");
        }
    }
}
