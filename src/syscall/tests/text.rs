//! Lines as strace 6.1 writes them.

use super::{call, line, line_between, memory};
use crate::syscall::{Abi, NoMemory, Outcome, enter, leave, lookup};

const CWD: u64 = -100i64 as u64;

#[test]
fn open_shows_a_mode_only_where_a_file_can_be_made() {
    let m = memory(&[b"/n\0"]);
    let open = |flags: u64| line(&call(Abi::X86_64, "openat", &[CWD, 0x1000, flags, 0o600]), &m, 3);
    assert_eq!(open(0o2000000), "openat(AT_FDCWD, \"/n\", O_RDONLY|O_CLOEXEC) = 3");
    assert_eq!(open(0o1101), "openat(AT_FDCWD, \"/n\", O_WRONLY|O_CREAT|O_TRUNC, 0600) = 3");
    assert_eq!(open(0o20200002), "openat(AT_FDCWD, \"/n\", O_RDWR|O_TMPFILE, 0600) = 3");
    assert_eq!(open(0x8000_0003), "openat(AT_FDCWD, \"/n\", O_ACCMODE|0x80000000) = 3");
}

#[test]
fn strings_are_cut_after_32_bytes_and_escaped() {
    let m = memory(&[b"root:x:0:0:root:/root:/bin/bash\ndaemon", b"\x011\x01a\x1b3\x7f\x80\"\\\t\x0b\x0c\r"]);
    let write = |addr: u64, len: u64| line(&call(Abi::X86_64, "write", &[1, addr, len]), &m, len as i64);
    assert_eq!(write(0x1000, 33), "write(1, \"root:x:0:0:root:/root:/bin/bash\\n\"..., 33) = 33");
    assert_eq!(write(0x1000, 32), "write(1, \"root:x:0:0:root:/root:/bin/bash\\n\", 32) = 32");
    assert_eq!(write(0x2000, 14), "write(1, \"\\0011\\1a\\0333\\177\\200\\\"\\\\\\t\\v\\f\\r\", 14) = 14");
    assert_eq!(write(0x9000, 5), "write(1, 0x9000, 5) = 5");
}

#[test]
fn a_read_shows_what_came_and_a_failed_one_the_address() {
    let m = memory(&[b"hello, world"]);
    let read = call(Abi::X86_64, "read", &[3, 0x1000, 100]);
    assert_eq!(line(&read, &m, 5), "read(3, \"hello\", 100) = 5");
    assert_eq!(line(&read, &m, -9), "read(3, 0x1000, 100) = -1 EBADF (Bad file descriptor)");
    assert_eq!(line(&read, &m, -512), "read(3, 0x1000, 100) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)");
}

#[test]
fn the_entry_leaves_its_comma_for_the_exit() {
    let m = memory(&[&0u32.to_le_bytes()]);
    let wait = call(Abi::X86_64, "wait4", &[-1i64 as u64, 0x1000, 0, 0]);
    let mut text = crate::syscall::ArgText::default();
    enter(&wait, lookup(&wait), &m, &mut text);
    assert_eq!(text.at_entry(), "-1, ");
    leave(&wait, lookup(&wait), &m, Outcome { value: 7, error: false }, &mut text);
    assert_eq!(text.at_exit(), "[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL");
    assert_eq!(text.args().collect::<Vec<_>>()[1], "[{WIFEXITED(s) && WEXITSTATUS(s) == 0}]");
}

#[test]
fn an_argument_whose_text_goes_on_at_the_exit_is_one_argument() {
    let (before, after) = (memory(&[&1u64.to_le_bytes()]), memory(&[&6u64.to_le_bytes()]));
    let send = call(Abi::X86_64, "sendfile", &[9, 3, 0x1000, 5]);
    assert_eq!(line_between(&send, &before, &after, 5), "sendfile(9, 3, [1] => [6], 5) = 5");
    let mut text = crate::syscall::ArgText::default();
    enter(&send, lookup(&send), &before, &mut text);
    assert_eq!(text.at_entry(), "9, 3, [1]");
    leave(&send, lookup(&send), &after, Outcome { value: 5, error: false }, &mut text);
    assert_eq!(text.args().collect::<Vec<_>>(), ["9", "3", "[1] => [6]", "5"]);
}

#[test]
fn stat_is_abbreviated_in_the_layout_of_its_abi() {
    let mut stat = [0u8; 144];
    stat[24..28].copy_from_slice(&0o104755u32.to_le_bytes());
    stat[48..56].copy_from_slice(&1221u64.to_le_bytes());
    let m = memory(&[b"/etc/passwd\0", &stat]);
    let at = call(Abi::X86_64, "newfstatat", &[CWD, 0x1000, 0x2000, 0]);
    let expected = "newfstatat(AT_FDCWD, \"/etc/passwd\", {st_mode=S_IFREG|S_ISUID|0755, st_size=1221, ...}, 0) = 0";
    assert_eq!(line(&at, &m, 0), expected);

    let mut stat64 = [0u8; 96];
    stat64[16..20].copy_from_slice(&0o020666u32.to_le_bytes());
    stat64[32..40].copy_from_slice(&0x103u64.to_le_bytes());
    let m = memory(&[b"/dev/null\0", &stat64]);
    let stat64 = call(Abi::I386, "stat64", &[0x1000, 0x2000]);
    let expected = "stat64(\"/dev/null\", {st_mode=S_IFCHR|0666, st_rdev=makedev(0x1, 0x3), ...}) = 0";
    assert_eq!(line(&stat64, &m, 0), expected);
}

#[test]
fn mmap_counts_pages_on_i386_and_shows_bytes() {
    let m = memory(&[]);
    let args = [0, 4096, 3, 0x22, 0xffff_ffff, 0];
    let text = line(&call(Abi::X86_64, "mmap", &args), &m, 0x7f00_0000_1000);
    assert_eq!(text, "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000001000");
    let args = [0xf7d7_7000, 4096, 5, 0x812, 3, 0x22];
    let text = line(&call(Abi::I386, "mmap2", &args), &m, 0xf7d7_7000u32 as i32 as i64);
    let expected = "mmap2(0xf7d77000, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3, 0x22000)";
    assert_eq!(text, format!("{expected} = 0xf7d77000"));
}

#[test]
fn clone_shows_only_what_its_flags_ask_for() {
    let m = memory(&[&77u32.to_le_bytes()]);
    let fork = call(Abi::X86_64, "clone", &[0x120_0011, 0, 0, 0x7000, 0]);
    let expected =
        "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7000)";
    assert_eq!(line(&fork, &m, 77), format!("{expected} = 77"));
    let vfork = call(Abi::X86_64, "clone", &[0x4111, 0x5000, 0x1000, 0, 0]);
    assert_eq!(line(&vfork, &m, 77), "clone(child_stack=0x5000, flags=CLONE_VM|CLONE_VFORK|SIGCHLD) = 77");
    let set = call(Abi::X86_64, "clone", &[0x10_0011, 0, 0x1000, 0, 0]);
    assert_eq!(line(&set, &m, 77), "clone(child_stack=NULL, flags=CLONE_PARENT_SETTID|SIGCHLD, parent_tid=[77]) = 77");
}

#[test]
fn fcntl_shows_its_argument_by_command() {
    let m = memory(&[&[0u8; 32]]);
    let fcntl = |cmd: u64, arg: u64, result: i64| line(&call(Abi::X86_64, "fcntl", &[3, cmd, arg]), &m, result);
    assert_eq!(fcntl(3, 0, 0x8000), "fcntl(3, F_GETFL) = 0x8000 (flags O_RDONLY|O_LARGEFILE)");
    assert_eq!(fcntl(1, 0, 1), "fcntl(3, F_GETFD) = 0x1 (flags FD_CLOEXEC)");
    assert_eq!(fcntl(4, 0x800, 0), "fcntl(3, F_SETFL, O_RDONLY|O_NONBLOCK) = 0");
    assert_eq!(fcntl(99, 4, -22), "fcntl(3, 0x63 /* F_??? */, 0x4) = -1 EINVAL (Invalid argument)");
    let lock = "{l_type=F_RDLCK, l_whence=SEEK_SET, l_start=0, l_len=0";
    assert_eq!(fcntl(6, 0x1000, 0), format!("fcntl(3, F_SETLK, {lock}}}) = 0"));
    assert_eq!(fcntl(5, 0x1000, 0), format!("fcntl(3, F_GETLK, {lock}, l_pid=0}}) = 0"));
}

#[test]
fn poll_says_what_is_ready_or_that_time_ran_out() {
    let mut fds = Vec::new();
    for (fd, events, revents) in [(3i32, 1u16, 1u16), (-1, 5, 0)] {
        fds.extend(fd.to_le_bytes());
        fds.extend(events.to_le_bytes());
        fds.extend(revents.to_le_bytes());
    }
    let m = memory(&[&fds]);
    let poll = call(Abi::X86_64, "poll", &[0x1000, 2, 10]);
    assert_eq!(line(&poll, &m, 1), "poll([{fd=3, events=POLLIN}, {fd=-1}], 2, 10) = 1 ([{fd=3, revents=POLLIN}])");
    assert_eq!(line(&poll, &m, 0), "poll([{fd=3, events=POLLIN}, {fd=-1}], 2, 10) = 0 (Timeout)");
}

#[test]
fn arrays_are_cut_after_32_elements_and_say_where_memory_ends() {
    let pointers: Vec<u8> = (0..40u64).flat_map(|_| 0x2000u64.to_le_bytes()).chain([0; 8]).collect();
    let m = memory(&[&pointers, b"x\0"]);
    let text = line(&call(Abi::X86_64, "execve", &[0x2000, 0x1000, 0x1000]), &m, -8);
    assert!(text.starts_with("execve(\"x\", [\"x\", \"x\""), "{text}");
    assert!(text.contains("\"x\", ...], 0x1000 /* 40 vars */) = -1 ENOEXEC"), "{text}");
    assert_eq!(text.matches("\"x\", ").count(), 33);
    let m = memory(&[&[0u8; 20]]);
    let text = line(&call(Abi::X86_64, "readv", &[3, 0x1000, 3]), &m, 0);
    assert_eq!(text, "readv(3, [{iov_base=NULL, iov_len=0}, ... /* 0x1010 */], 3) = 0");
}

#[test]
fn sixty_four_bit_arguments_are_put_together_on_i386() {
    let m = memory(&[b"abc"]);
    let text = line(&call(Abi::I386, "pwrite64", &[3, 0x1000, 3, 2, 1]), &m, 3);
    assert_eq!(text, "pwrite64(3, \"abc\", 3, 4294967298) = 3");
    let text = line(&call(Abi::I386, "fallocate", &[3, 1, 5, 0, 6, 0]), &m, 0);
    assert_eq!(text, "fallocate(3, FALLOC_FL_KEEP_SIZE, 5, 6) = 0");
    let text = line(&call(Abi::I386, "fadvise64_64", &[3, 0, 0, 7, 0, 2]), &m, 0);
    assert_eq!(text, "fadvise64_64(3, 0, 7, POSIX_FADV_SEQUENTIAL) = 0");
}

#[test]
fn prctl_shows_its_arguments_by_option() {
    let m = memory(&[b"abcdefghijklmnopqrst\0"]);
    let prctl = |args: &[u64], result: i64| line(&call(Abi::X86_64, "prctl", args), &m, result);
    assert_eq!(prctl(&[15, 0x1000], 0), "prctl(PR_SET_NAME, \"abcdefghijklmno\"...) = 0");
    assert_eq!(prctl(&[3], 1), "prctl(PR_GET_DUMPABLE) = 1 (SUID_DUMP_USER)");
    assert_eq!(prctl(&[38, 1], 0), "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) = 0");
    assert_eq!(
        prctl(&[999, 1, 2, 3, 4], -22),
        "prctl(0x3e7 /* PR_??? */, 0x1, 0x2, 0x3, 0x4) = -1 EINVAL (Invalid argument)"
    );
}

#[test]
fn an_unknown_number_keeps_its_six_registers() {
    let unknown = crate::syscall::RawCall { abi: Abi::X86_64, nr: 500, args: [1, 2, 3, 4, 5, 0] };
    let text = line(&unknown, &memory(&[]), -38);
    assert_eq!(text, "syscall_0x1f4(0x1, 0x2, 0x3, 0x4, 0x5, 0) = -1 ENOSYS (Function not implemented)");
}

#[test]
fn with_no_memory_at_all_there_are_addresses() {
    let stat = call(Abi::X86_64, "stat", &[0x10, 0x20]);
    let mut text = crate::syscall::ArgText::default();
    enter(&stat, lookup(&stat), &NoMemory, &mut text);
    leave(&stat, lookup(&stat), &NoMemory, Outcome { value: 0, error: false }, &mut text);
    assert_eq!(text.text, "0x10, 0x20");
}

#[test]
fn dates_stand_behind_the_times_of_files() {
    let mut times = Vec::new();
    for value in [1i64, 1, 951_782_400, 0x3fff_fffe] {
        times.extend(value.to_le_bytes());
    }
    let m = memory(&[b"x\0", &times]);
    let text = line(&call(Abi::X86_64, "utimensat", &[CWD, 0x1000, 0x2000, 0]), &m, 0);
    let date = "/* 1970-01-01T00:00:01.000000001+0000 */";
    assert_eq!(text, format!("utimensat(AT_FDCWD, \"x\", [{{tv_sec=1, tv_nsec=1}} {date}, UTIME_OMIT], 0) = 0"));
}

#[test]
fn a_path_is_shown_whole_and_only_where_all_of_it_can_be_read() {
    let text = |bytes: &[u8], at: u64| {
        let m = crate::syscall::LocalMemory::new(vec![(at, bytes.to_vec())]);
        line(&call(Abi::X86_64, "rmdir", &[at]), &m, 0)
    };
    let long = [b"/".repeat(300).as_slice(), b"\x011\0"].concat();
    assert_eq!(text(&long, 0x10f0), format!("rmdir(\"{}\\0011\") = 0", "/".repeat(300)));
    // The escaped byte ends a line of 256 bytes, the digit begins the next.
    let edge = [b"a".repeat(255).as_slice(), b"\x017\0"].concat();
    assert_eq!(text(&edge, 0x1000), format!("rmdir(\"{}\\0017\") = 0", "a".repeat(255)));
    assert_eq!(text(b"/no/end", 0x1ff9), "rmdir(0x1ff9) = 0");
    assert_eq!(text(&b"b".repeat(5000), 0x1000), format!("rmdir(\"{}\"...) = 0", "b".repeat(4095)));
    let longest = [b"b".repeat(4095).as_slice(), b"\0"].concat();
    assert_eq!(text(&longest, 0x1001), format!("rmdir(\"{}\") = 0", "b".repeat(4095)));
}

#[test]
fn x32_has_short_pointers_and_long_longs() {
    let limits = [8192u64 * 1024, u64::MAX].map(u64::to_le_bytes).concat();
    let vector = [0x3000u32, 3].map(u32::to_le_bytes).concat();
    let m = memory(&[&limits, &vector, b"abc"]);
    let text = line(&call(Abi::X32, "getrlimit", &[3, 0x1000]), &m, 0);
    assert_eq!(text, "getrlimit(RLIMIT_STACK, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}) = 0");
    let text = line(&call(Abi::X32, "writev", &[1, 0x2000, 1]), &m, 3);
    assert_eq!(text, "writev(1, [{iov_base=\"abc\", iov_len=3}], 1) = 3");
}

#[test]
fn a_result_of_32_bits_is_shown_as_such() {
    let m = memory(&[]);
    assert_eq!(line(&call(Abi::I386, "lseek", &[3, 0, 2]), &m, 0x1_0000_0006), "lseek(3, 0, SEEK_END) = 6");
    assert_eq!(line(&call(Abi::I386, "brk", &[0]), &m, 0xf000_0000u32 as i32 as i64), "brk(NULL) = 0xf0000000");
}
