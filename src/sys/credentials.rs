//! As whom tasks run.

/// Whether task `tid` may follow Syswall's links in /proc/PID/fd: the kernel asks as ptrace(2) does for reading
/// (PTRACE_MODE_READ_FSCREDS). False where that cannot be told.
pub fn reaches_us(tid: i32) -> bool {
    let (Some(theirs), Some(ours)) = (Credentials::of(&tid.to_string()), Credentials::of("self")) else {
        return false;
    };
    // In another user namespace the same IDs and capabilities count for nothing here.
    let namespace = |who: &str| std::fs::read_link(format!("/proc/{who}/ns/user")).ok();
    if namespace(&tid.to_string()) != namespace("self") {
        return false;
    }
    // Real, effective, saved and file-system IDs are all one on both sides, as everywhere but in set-user-ID programs.
    theirs.uids == ours.uids && theirs.gids == ours.gids && ours.permitted & !theirs.effective == 0
}

/// How many seccomp filters the calls of `pid` pass (Linux 5.9).
pub fn filters(pid: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|l| l.strip_prefix("Seccomp_filters:"))?.trim().parse().ok()
}

struct Credentials {
    uids: String,
    gids: String,
    permitted: u64,
    effective: u64,
}

impl Credentials {
    /// From /proc/PID/status (proc(5)).
    fn of(pid: &str) -> Option<Credentials> {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let field = |name: &str| status.lines().find_map(|l| l.strip_prefix(name)).map(str::trim);
        let mask = |name: &str| field(name).and_then(|f| u64::from_str_radix(f, 16).ok());
        let same = |ids: &str| ids.split_whitespace().all(|id| Some(id) == ids.split_whitespace().next());
        let (uids, gids) = (field("Uid:")?.to_owned(), field("Gid:")?.to_owned());
        (same(&uids) && same(&gids)).then_some(())?;
        Some(Credentials { uids, gids, permitted: mask("CapPrm:")?, effective: mask("CapEff:")? })
    }
}
