//! /etc, /run, /var and the home directory.

use std::path::Path;

use super::super::mark;

const STARTUP: &str = mark("What the shell does when it starts.");
const AUTOSTART: &str = mark("What starts when you log in.");
const LOGS: &str = mark("Logs of the system.");
const CRON: &str = mark("What runs at set times.");
const TRUSTED: &str = mark("Which certificates are trusted.");

/// From the root.
const SYSTEM: &[(&str, &str)] = &[
    ("/etc/passwd", mark("The names of all users of this computer; no passwords.")),
    ("/etc/group", mark("The groups of this computer.")),
    ("/etc/shadow", mark("The passwords of all users, as hashes.")),
    ("/etc/gshadow", mark("The passwords of groups, as hashes.")),
    ("/etc/sudoers", mark("Who may act as the administrator.")),
    ("/etc/sudoers.d", mark("Who may act as the administrator.")),
    ("/etc/hosts", mark("Names of computers that are kept on this one.")),
    ("/etc/resolv.conf", mark("Which name servers are asked.")),
    ("/etc/host.conf", mark("How names of computers are looked up.")),
    ("/etc/nsswitch.conf", mark("How names of users and computers are looked up.")),
    ("/etc/hostname", mark("The computer's name.")),
    ("/etc/machine-id", mark("A number by which this computer can be told from all others.")),
    ("/var/lib/dbus/machine-id", mark("A number by which this computer can be told from all others.")),
    ("/etc/localtime", mark("The time zone.")),
    ("/usr/share/zoneinfo", mark("Time zones.")),
    ("/etc/ld.so.cache", mark("Where libraries are.")),
    ("/etc/ld.so.preload", mark("Libraries that every program loads.")),
    ("/etc/ssl/private", mark("Secret keys of this computer.")),
    ("/etc/ssl", TRUSTED),
    ("/etc/pki", TRUSTED),
    ("/etc/ca-certificates", TRUSTED),
    ("/usr/share/ca-certificates", TRUSTED),
    ("/etc/ssh", mark("How this computer can be reached by SSH, and its keys.")),
    ("/etc/NetworkManager", mark("Networks of this computer, with their passwords.")),
    ("/etc/fstab", mark("Which file systems are mounted at the start.")),
    ("/etc/pam.d", mark("How users log in.")),
    ("/etc/systemd", mark("What the system starts.")),
    ("/usr/lib/systemd", mark("What the system starts.")),
    ("/lib/systemd", mark("What the system starts.")),
    ("/etc/crontab", CRON),
    ("/etc/cron.d", CRON),
    ("/etc/cron.daily", CRON),
    ("/etc/cron.hourly", CRON),
    ("/var/spool/cron", CRON),
    ("/etc/profile", STARTUP),
    ("/etc/profile.d", STARTUP),
    ("/etc/bash.bashrc", STARTUP),
    ("/etc/xdg/autostart", AUTOSTART),
    ("/etc/os-release", mark("Which system this is.")),
    ("/usr/lib/os-release", mark("Which system this is.")),
    ("/etc/fonts", mark("Fonts.")),
    ("/usr/share/fonts", mark("Fonts.")),
    ("/usr/lib/locale", mark("Languages.")),
    ("/usr/share/locale", mark("Languages.")),
    ("/usr/share/icons", mark("Icons.")),
    ("/var/lib/dpkg", mark("Which packages are installed.")),
    ("/var/lib/rpm", mark("Which packages are installed.")),
    ("/var/lib/pacman", mark("Which packages are installed.")),
    ("/var/log", LOGS),
    ("/run/log", LOGS),
    ("/var/mail", mark("Mail of this computer's users.")),
    ("/var/spool/mail", mark("Mail of this computer's users.")),
    ("/run/utmp", mark("Who is logged in.")),
    ("/boot", mark("What the computer starts with.")),
    ("/memfd:", mark("A file in memory only.")),
];

const BROWSER: &[(&str, &str)] = &[
    (".mozilla", mark("Data of the browser Firefox.")),
    (".config/google-chrome", mark("Data of the browser Chrome.")),
    (".config/chromium", mark("Data of the browser Chromium.")),
    (".config/BraveSoftware", mark("Data of the browser Brave.")),
    (".config/microsoft-edge", mark("Data of the browser Edge.")),
    (".config/vivaldi", mark("Data of the browser Vivaldi.")),
    (".config/opera", mark("Data of the browser Opera.")),
];

/// Below the home directory.
const HOME: &[(&str, &str)] = &[
    (".ssh/config", mark("How you reach other computers by SSH.")),
    (".ssh/known_hosts", mark("Which computers you have reached by SSH.")),
    (".ssh/authorized_keys", mark("Who may log in to your account by SSH.")),
    (".gnupg", mark("Your PGP keys.")),
    (".password-store", mark("Your passwords.")),
    (".local/share/keyrings", mark("Your saved passwords.")),
    (".local/share/kwalletd", mark("Your saved passwords.")),
    (".netrc", mark("Passwords for other computers.")),
    (".git-credentials", mark("Passwords for Git.")),
    (".config/git", mark("Settings of Git.")),
    (".gitconfig", mark("Settings of Git.")),
    (".aws", mark("Keys for Amazon's cloud.")),
    (".azure", mark("Keys for Microsoft's cloud.")),
    (".config/gcloud", mark("Keys for Google's cloud.")),
    (".kube", mark("Keys for Kubernetes.")),
    (".docker", mark("Settings and passwords of Docker.")),
    (".thunderbird", mark("Your mail.")),
    (".local/share/evolution", mark("Your mail.")),
    ("Maildir", mark("Your mail.")),
    (".bash_history", mark("What you typed into the shell.")),
    (".zsh_history", mark("What you typed into the shell.")),
    (".local/share/fish/fish_history", mark("What you typed into the shell.")),
    (".python_history", mark("What you typed into Python.")),
    (".local/share/recently-used.xbel", mark("Which files you opened lately.")),
    (".bashrc", STARTUP),
    (".bash_profile", STARTUP),
    (".profile", STARTUP),
    (".zshrc", STARTUP),
    (".zshenv", STARTUP),
    (".zprofile", STARTUP),
    (".config/fish", STARTUP),
    (".config/autostart", AUTOSTART),
    (".config/systemd", AUTOSTART),
    (".local/share/Trash", mark("Your trash.")),
    (".local/share/flatpak", mark("Programs that you installed.")),
    (".local/share/applications", mark("Programs in your menu.")),
    (".local/bin", mark("Programs that you installed.")),
    (".cache", mark("Files that programs can make again.")),
    (".Xauthority", mark("The key to the X11 display.")),
];

/// What the file with that path is, `home` being the user's.
pub(super) fn is(path: &Path, home: Option<&Path>) -> Option<&'static str> {
    let in_home = home.filter(|home| home.parent().is_some()).and_then(|home| path.strip_prefix(home).ok());
    if let Some(below) = in_home {
        return super::lookup(HOME, below).or_else(|| super::lookup(BROWSER, below)).or_else(|| key(below));
    }
    if path.to_str().is_some_and(|path| path.starts_with("/memfd:")) {
        return super::lookup(SYSTEM, Path::new("/memfd:"));
    }
    super::lookup(SYSTEM, path)
}

/// A key of SSH, by its usual names (ssh-keygen(1)).
fn key(below: &Path) -> Option<&'static str> {
    let name = below.strip_prefix(".ssh").ok()?.to_str()?;
    if name.ends_with(".pub") {
        Some(mark("A public SSH key, which everybody may know."))
    } else {
        name.starts_with("id_").then_some(mark("A secret SSH key."))
    }
}
