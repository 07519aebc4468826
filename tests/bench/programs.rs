//! The rows: loops of one call, and whole programs.

use std::path::PathBuf;
use std::process::Command;

use super::{Place, Tracer};

type Before = Box<dyn Fn(&Place)>;

pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// Timed inside, by the program: time per round.
    pub(crate) is_loop: bool,
    /// How often the loop goes round under a tracer; alone, and where calls are not stopped, more often.
    count: u64,
    argv: Vec<String>,
    /// What must be so before each run.
    pub(crate) before: Option<Before>,
}

impl Row {
    fn of_loop(name: &'static str, count: u64, what: &[&str]) -> Row {
        let argv = what.iter().map(|a| (*a).to_owned()).collect();
        Row { name, is_loop: true, count, argv, before: None }
    }

    fn program(name: &'static str, argv: &[&str]) -> Row {
        let argv = argv.iter().map(|a| (*a).to_owned()).collect();
        Row { name, is_loop: false, count: 0, argv, before: None }
    }

    pub(crate) fn argv(&self, place: &Place, tracer: Tracer, quick: bool) -> Vec<String> {
        if !self.is_loop {
            return self.argv.clone();
        }
        let untraced = matches!(tracer, Tracer::Alone) && self.count > 1000;
        let count = self.count * if untraced { 20 } else { 1 } / if quick { 5 } else { 1 };
        let mut argv = vec![place.work.to_string_lossy().into_owned(), self.argv[0].clone(), count.max(10).to_string()];
        argv.extend_from_slice(&self.argv[1..]);
        argv
    }
}

/// A small C project: eight files that compute a little, and a Makefile.
fn make_project(place: &Place) -> PathBuf {
    let dir = place.dir.path().join("project");
    std::fs::create_dir_all(&dir).expect("a directory for the project");
    let names: Vec<String> = (0..8).map(|n| format!("part{n}")).collect();
    for name in &names {
        let text = format!(
            "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n\
             int {name}(int n) {{ char b[64]; snprintf(b, sizeof b, \"%d\", n); return (int)strlen(b) + atoi(b); }}\n"
        );
        std::fs::write(dir.join(format!("{name}.c")), text).expect("a source");
    }
    let objects: Vec<String> = names.iter().map(|n| format!("{n}.o")).collect();
    let objects = objects.join(" ");
    let makefile = format!("all.a: {objects}\n\tar rc $@ {objects}\n%.o: %.c\n\tgcc -O2 -c $< -o $@\n");
    std::fs::write(dir.join("Makefile"), makefile).expect("a Makefile");
    dir
}

fn clean(place: &Place) {
    for entry in std::fs::read_dir(place.dir.path().join("project")).into_iter().flatten().flatten() {
        if entry.path().extension().is_some_and(|e| e == "o" || e == "a") {
            std::fs::remove_file(entry.path()).expect("removing what make made");
        }
    }
}

/// A python3 that is the interpreter itself, no script that looks for one.
fn python() -> Option<String> {
    let output = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// All rows that this machine has the programs for.
pub(crate) fn rows(place: &Place) -> Vec<Row> {
    let project = make_project(place);
    let small = project.join("part0.c");
    std::fs::write(place.dir.path().join("file"), "x").expect("a file to open");
    let file = place.dir.path().join("file");
    let (file, small, project) = (file.to_string_lossy(), small.to_string_lossy(), project.to_string_lossy());
    let mut rows = vec![
        Row::of_loop("getppid", 10_000, &["getppid"]),
        Row::of_loop("open+read+close", 3_000, &["open", &file]),
        Row::of_loop("stat", 8_000, &["stat", &file]),
        Row::of_loop("read 1 byte", 10_000, &["read"]),
        Row::of_loop("vfork+exec", 100, &["spawn"]),
        Row::program("find", &["find", "/usr/lib"]),
        Row::program("tar", &["sh", "-c", "tar cf - /usr/share/doc | cat >/dev/null"]),
        Row::program("gcc -c", &["gcc", "-O2", "-c", &small, "-o", "small.o"]),
        Row::program("sh, 100 forks", &["sh", "-c", "i=0; while [ $i -lt 100 ]; do /bin/true; i=$((i+1)); done"]),
    ];
    if let Some(python) = python() {
        rows.push(Row::program("python3", &[&python, "-c", "import json, http.client, sqlite3, decimal, unittest"]));
    }
    let make = Row::program("make -j2", &["make", "-s", "-C", &project, "-j2"]);
    rows.push(Row { before: Some(Box::new(clean)), ..make });
    rows.push(Row::of_loop("2 busy threads", 400, &["threads"]));
    rows
}
