//! The demonstration that comes with Syswall: a small, harmless program that does a little of everything, says
//! of each step what the system answered, and goes on whatever the answer is. It ends with status 0.
//!
//! Everything it writes is in a folder of its own; the only address it talks to is its own server on loopback.

use std::error::Error;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// How long one side of the conversation waits for the other. Long, because the user may be asked in between.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a step got: a few words, or why it did not work.
type Outcome = Result<String, Box<dyn Error>>;

fn main() {
    let folder = std::env::temp_dir().join(format!("syswall-demo-{}", std::process::id()));
    say("A small program that does a little of everything. Each line says what it tried, and what it got.");
    say(&format!("Its own folder is {}.\n", folder.display()));

    let steps: [(&str, &dyn Fn() -> Outcome); 15] = [
        ("make its own folder", &|| make_folder(&folder)),
        ("read the name of this computer", &|| read(Path::new("/etc/hostname"))),
        ("read the list of accounts", &|| read(Path::new("/etc/passwd"))),
        ("write a file", &|| write(&folder.join("notes.txt"), "Remember the milk.\n")),
        ("read it back", &|| read(&folder.join("notes.txt"))),
        ("make it readable for its owner only", &|| restrict(&folder.join("notes.txt"))),
        ("rename it", &|| rename(&folder.join("notes.txt"), &folder.join("diary.txt"))),
        ("write a scratch file and delete it", &|| {
            write(&folder.join("scratch.txt"), "x")?;
            delete(&folder.join("scratch.txt"))
        }),
        ("delete a precious file", &|| {
            write(&folder.join("precious.txt"), "The only copy.\n")?;
            delete(&folder.join("precious.txt"))
        }),
        ("read a secret key (one it made up)", &|| read_secret(&folder)),
        ("list its folder", &|| list(&folder)),
        ("start a server on loopback and talk to it", &talk_to_itself),
        ("reach for an address on the internet", &reach_out),
        ("start another program, uname", &start_program),
        ("look at another process, number 1", &|| read(Path::new("/proc/1/cmdline"))),
    ];
    for (number, (what, step)) in steps.iter().enumerate() {
        let got = step().unwrap_or_else(|error| format!("did not work: {}", plain(&error.to_string())));
        say(&format!("{:>2}. {what:<44} {got}", number + 1));
    }

    let _ = fs::remove_dir_all(&folder);
    if folder.exists() {
        say("\nIts folder is still there: something in it could not be deleted.");
    }
    say("\nDone.");
}

/// Prints a line at once. Nobody listening is no reason to stop.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn make_folder(folder: &Path) -> Outcome {
    DirBuilder::new().mode(0o700).create(folder)?;
    if folder.is_dir() { worked("") } else { Ok("said to be done, yet it is not there: pretended".into()) }
}

fn read(path: &Path) -> Outcome {
    let content = fs::read(path)?;
    if content.is_empty() {
        return worked("it is empty");
    }
    match content.iter().filter(|&&byte| byte == b'\n').count() {
        0 | 1 => worked(&format!("“{}”", printable(&content))),
        lines => worked(&format!("{lines} lines")),
    }
}

fn write(path: &Path, text: &str) -> Outcome {
    File::create(path)?.write_all(text.as_bytes())?;
    match fs::metadata(path) {
        Ok(file) if file.len() == text.len() as u64 => worked(&format!("{} bytes", text.len())),
        Ok(file) => Ok(format!("said to be done, yet the file has {} bytes: pretended", file.len())),
        Err(_) => Ok("said to be done, yet there is no such file: pretended".into()),
    }
}

fn restrict(path: &Path) -> Outcome {
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    worked("")
}

fn rename(from: &Path, to: &Path) -> Outcome {
    fs::rename(from, to)?;
    if to.exists() { worked("") } else { Ok("said to be done, yet nothing has the new name: pretended".into()) }
}

fn delete(path: &Path) -> Outcome {
    fs::remove_file(path)?;
    // Who only asks for the file is told that it is gone; the folder's list does not lie.
    let is_it = |entry: fs::DirEntry| Some(entry.file_name().as_os_str()) == path.file_name();
    let listed = path.parent().is_some_and(|folder| fs::read_dir(folder).is_ok_and(|l| l.flatten().any(is_it)));
    if listed { Ok("said to be done, yet the folder still lists it: pretended".into()) } else { worked("") }
}

fn read_secret(folder: &Path) -> Outcome {
    let key: PathBuf = folder.join(".ssh/id_demo");
    fs::create_dir_all(folder.join(".ssh"))?;
    write(&key, "not a real key\n")?;
    read(&key)
}

fn list(folder: &Path) -> Outcome {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    worked(&names.join(", "))
}

/// A server in a thread, a client here, one sentence each way.
fn talk_to_itself() -> Outcome {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    // Not joined: where the client cannot connect, the server would wait for ever, and ends with the program.
    thread::Builder::new().name("server".into()).spawn(move || -> io::Result<()> {
        let (mut client, _) = listener.accept()?;
        client.set_read_timeout(Some(PATIENCE))?;
        let mut question = String::new();
        client.read_to_string(&mut question)?;
        client.write_all(format!("you said: {question}").as_bytes())
    })?;

    let mut server = TcpStream::connect(address)?;
    server.set_read_timeout(Some(PATIENCE))?;
    server.write_all(b"hello")?;
    server.shutdown(Shutdown::Write)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    if answer.is_empty() {
        Ok("connected, but no answer came".into())
    } else {
        worked(&format!("“{}”", printable(&answer)))
    }
}

/// Names an address reserved for documentation as the peer of a datagram socket: that alone sends nothing.
fn reach_out() -> Outcome {
    UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?.connect((Ipv4Addr::new(192, 0, 2, 1), 443))?;
    worked("(nothing was sent)")
}

fn start_program() -> Outcome {
    let output = Command::new("uname").arg("-s").stdin(Stdio::null()).stderr(Stdio::null()).output()?;
    if output.status.success() {
        worked(&format!("it says “{}”", printable(&output.stdout)))
    } else {
        Ok(format!("it ended with {}", output.status))
    }
}

/// An error's words without its number.
fn plain(error: &str) -> &str {
    error.split(" (os error").next().unwrap_or(error)
}

/// The words for a step that worked, with what it found out, if anything.
fn worked(found: &str) -> Outcome {
    Ok(if found.is_empty() { "worked".into() } else { format!("worked: {found}") })
}

/// At most 40 characters of what was read, on one line, with nothing in it that a terminal would obey.
fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line: String = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(40).collect();
    line.trim_end().to_owned()
}
