//! `data/reference/calls.md`: every call as its row declares it, for people. Made from the rows; this fails when it is
//! not what they say. `SYSWALL_WRITE_REFERENCE=1 cargo test --no-default-features --lib reference` writes it anew.

use std::fmt::Write;

use crate::syscall::row::Arg;
use crate::syscall::{Abi, Fake, Kind, KindSet, Pretend, Row, When, rows};

const PLACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/reference/calls.md");

const HEAD: &str = "\
# System calls, as Syswall knows them

Made from the rows in `src/syscall/rows/`; not to be edited by hand.

- **Call**: the kernel's name, as rules name it in `calls`. Behind it where it exists, unless that is in all of x86_64,
  i386, x32 and aarch64.
- **Arguments**: by the names that rules use in `args`. *Slanted*: shown only once the call has ended, because the kernel
  fills it or one before it.
- **Kinds**: what the call can do to the world, as rules name it in `kind`. Most calls have some of these at a time, by
  their arguments. None: the call changes and reveals nothing.
- **Pretending**: what the program gets where a rule says `pretend`, or why the call cannot be pretended.
- **Unwatched**: whether the call may run at the kernel's speed under `--watch policy`, where no rule, preset or default
  asks for more: *yes*; *by* an argument (some of its values are harmless, and pass); *no*, it is always looked at. Four
  calls that tell how signals interrupt others, or that could take the filter away, are looked at in any case:
  `rt_sigreturn`, `sigreturn`, `restart_syscall` and `seccomp`.
";

fn abis(row: &Row) -> String {
    let has = |abi: Abi| (0..1024).any(|nr| abi.call_name(nr) == Some(row.name));
    let all = [Abi::X86_64, Abi::I386, Abi::X32, Abi::Aarch64];
    let there: Vec<&str> = all.into_iter().filter(|abi| has(*abi)).map(Abi::name).collect();
    match there.len() {
        0 => "i386, through socketcall".to_owned(),
        4 => String::new(),
        _ => there.join(", "),
    }
}

fn argument(arg: &Arg) -> String {
    match arg.when {
        When::Entry => format!("`{}`", arg.name),
        When::Exit => format!("*`{}`*", arg.name),
    }
}

fn name_of(row: &Row, register: u8) -> &'static str {
    let holds = |(i, arg): &(usize, &Arg)| arg.register.map_or(*i, usize::from) == usize::from(register);
    row.args.iter().enumerate().find(holds).map_or("?", |(_, arg)| arg.name)
}

fn pretending(row: &Row) -> String {
    match row.pretend {
        Pretend::No(why) => format!("no: {why}"),
        Pretend::Value(value) => format!("returns {value}"),
        Pretend::Argument(register) => format!("returns `{}`", name_of(row, register)),
        Pretend::Iovec(..) => "returns the bytes of all buffers".to_owned(),
        Pretend::Message(_) => "returns the bytes of the message".to_owned(),
        Pretend::Descriptor(Fake::File) => "returns a descriptor of an empty file".to_owned(),
        Pretend::Descriptor(Fake::Socket) => "returns a descriptor of an unconnected socket".to_owned(),
        Pretend::Setting => "returns 0 where the request only sets something".to_owned(),
    }
}

fn unwatched(row: &Row) -> String {
    let guarded = |kinds: KindSet| kinds.iter().any(Kind::is_guarded);
    if !guarded(row.all_kinds()) {
        return "yes".to_owned();
    }
    let mut by: Vec<String> =
        row.narrow.iter().filter(|n| !guarded(n.kinds)).map(|n| format!("`{}`", name_of(row, n.arg))).collect();
    by.dedup();
    if by.is_empty() { "no".to_owned() } else { format!("by {}", by.join(", ")) }
}

fn reference() -> String {
    let mut all: Vec<&Row> = rows::ALL.iter().copied().flatten().collect();
    all.sort_by_key(|row| row.name);
    let mut out = HEAD.to_owned();
    let mut letter = ' ';
    for row in all {
        let first = row.name.chars().next().filter(|c| c.is_ascii_lowercase()).unwrap_or('_');
        if first != letter {
            letter = first;
            let title = if letter == '_' { "Others".to_owned() } else { letter.to_uppercase().to_string() };
            let _ = write!(
                out,
                "\n## {title}\n\n| Call | Arguments | Kinds | Pretending | Unwatched |\n|---|---|---|---|---|\n"
            );
        }
        let abis = abis(row);
        let place = if abis.is_empty() { abis } else { format!(" ({abis})") };
        let args = row.args.iter().map(argument).collect::<Vec<_>>().join(", ");
        let kinds = row.all_kinds().iter().map(Kind::name).collect::<Vec<_>>().join(", ");
        let _ =
            writeln!(out, "| `{}`{place} | {args} | {kinds} | {} | {} |", row.name, pretending(row), unwatched(row));
    }
    out
}

#[test]
fn the_reference_says_what_the_rows_say() {
    let made = reference();
    if std::env::var_os("SYSWALL_WRITE_REFERENCE").is_some() {
        std::fs::write(PLACE, &made).unwrap();
    }
    let there = std::fs::read_to_string(PLACE).unwrap_or_default();
    let differs = made.lines().zip(there.lines().chain(std::iter::repeat(""))).find(|(a, b)| a != b);
    assert!(
        made == there,
        "{PLACE} is not what the rows say (write it anew with SYSWALL_WRITE_REFERENCE=1), first here: {differs:?}"
    );
}

#[test]
fn no_cell_breaks_its_table() {
    for line in reference().lines().filter(|line| line.starts_with('|')) {
        assert_eq!(line.matches('|').count(), 6, "{line}");
    }
}
