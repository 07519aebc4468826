//! Who did it, without PIDs: the programs from the run's first one down to the process, `make > sh > cc`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::recording::ProcessRow;

/// Longer chains are cut in their middle: a program can start itself as deep as it likes.
const DEEPEST: usize = 12;

/// The roles of the processes of one run.
pub struct Roles {
    /// Of each process, the role of who started it, and what that ran then.
    above: HashMap<i64, (String, Option<Arc<Path>>)>,
    /// Of each PID, the process that had it last.
    by_pid: HashMap<i32, i64>,
    /// What each process ran last.
    last: HashMap<i64, Arc<Path>>,
}

impl Roles {
    /// Of these processes, in the order of their starts.
    pub fn new(processes: &[ProcessRow]) -> Roles {
        let mut roles = Roles { above: HashMap::new(), by_pid: HashMap::new(), last: HashMap::new() };
        for p in processes {
            let parent = p.parent.filter(|parent| roles.above.contains_key(parent));
            let above = match (parent, &p.parent_program) {
                (Some(parent), Some(program)) => {
                    let above = roles.of(parent, program);
                    match above.matches(" > ").count() {
                        0..DEEPEST => (above, Some(Arc::clone(program))),
                        _ => (format!("{} > …", above.split(" > ").next().unwrap_or("")), Some(Arc::clone(program))),
                    }
                }
                _ => (String::new(), None),
            };
            roles.above.insert(p.id, above);
            roles.by_pid.insert(p.pid, p.id);
            if let Some((_, program, _)) = p.programs.last() {
                roles.last.insert(p.id, Arc::clone(program));
            }
        }
        roles
    }

    /// The role of the process while it runs `program`. One that goes on as the program that forked it has its role:
    /// only another program makes a new one.
    pub fn of(&self, process: i64, program: &Path) -> String {
        match self.above.get(&process) {
            Some((above, Some(parent))) if **parent == *program => above.clone(),
            Some((above, Some(_))) => format!("{above} > {}", name(program)),
            _ => name(program),
        }
    }

    /// The role of whatever process has that PID, if it is one of the run's.
    pub fn of_pid(&self, pid: i32) -> Option<String> {
        let id = self.by_pid.get(&pid)?;
        Some(self.of(*id, self.last.get(id)?))
    }

    /// Whether the number is the PID of a process of the run.
    pub fn is_pid(&self, number: i32) -> bool {
        self.by_pid.contains_key(&number)
    }
}

/// The program's name; one in a temporary directory may have been made up.
fn name(program: &Path) -> String {
    let path = super::normal::without_chance(&program.to_string_lossy(), &|_| false);
    path.rsplit('/').next().filter(|n| !n.is_empty()).unwrap_or("?").to_owned()
}
