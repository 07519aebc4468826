//! Signals and what comes with them, futexes, terminals and other devices.

use proptest::prelude::*;

use super::{call, line, memory};
use crate::syscall::rows::ioctl::request_text;
use crate::syscall::rows::signal::with_stack_pointer;
use crate::syscall::{Abi, Condition, Kind, LocalMemory, RawCall, Target, Want, lookup, siginfo_text, wants};

fn done(call: &RawCall, memory: &LocalMemory) -> Vec<Want> {
    wants(call, lookup(call).expect("a row"), memory)
}

fn info(ints: &[(usize, i32)]) -> [u8; 128] {
    let mut out = [0; 128];
    for (at, value) in ints {
        out[*at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
    out
}

#[test]
fn the_end_of_a_child_is_told_with_all_that_strace_tells() {
    let bytes = info(&[(0, 17), (8, 1), (16, 4242), (20, 1000), (24, 3)]);
    let expected = "SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=4242, si_uid=1000, si_status=3, si_utime=0, \
                    si_stime=0}";
    assert_eq!(siginfo_text(&bytes), expected);
    let killed = siginfo_text(&info(&[(0, 17), (8, 2), (16, 1), (24, 9)]));
    assert!(killed.contains("si_code=CLD_KILLED") && killed.contains("si_status=SIGKILL"), "{killed}");
}

#[test]
fn faults_are_told_with_their_address() {
    let expected = "SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x10}";
    assert_eq!(siginfo_text(&info(&[(0, 11), (8, 1), (16, 16)])), expected);
}

#[test]
fn actions_are_shown_with_mask_flags_and_restorer() {
    let words = [0x5555u64, 0x1400_0001, 0x7777, 1 << 1 | 1 << 16 | 1 << 34];
    let bytes: Vec<u8> = words.into_iter().flat_map(u64::to_le_bytes).collect();
    let expected = "rt_sigaction(SIGRT_2, {sa_handler=0x5555, sa_mask=[INT CHLD RT_3], \
                    sa_flags=SA_RESTORER|SA_RESTART|SA_NOCLDSTOP, sa_restorer=0x7777}, NULL, 8) = 0";
    assert_eq!(line(&call(Abi::X86_64, "rt_sigaction", &[34, 0x1000, 0, 8]), &memory(&[&bytes]), 0), expected);
}

#[test]
fn the_i386_action_has_its_own_layout() {
    let words = [1u32, 0x1000_0000, 0, 0, 0];
    let bytes: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
    let expected = "rt_sigaction(SIGPIPE, {sa_handler=SIG_IGN, sa_mask=[], sa_flags=SA_RESTART}, NULL, 8) = 0";
    assert_eq!(line(&call(Abi::I386, "rt_sigaction", &[13, 0x1000, 0, 8]), &memory(&[&bytes]), 0), expected);
}

#[test]
fn a_handler_returns_to_the_mask_on_the_stack() {
    let mut frame = vec![0; 304];
    frame[296] = 1 << 1;
    let raw = call(Abi::X86_64, "rt_sigreturn", &[]);
    let shown = line(&with_stack_pointer(&raw, 0x1000), &memory(&[&frame]), 0);
    assert_eq!(shown, "rt_sigreturn({mask=[INT]}) = 0");
}

#[test]
fn signals_go_to_processes_threads_and_pidfds_but_signal_0_to_nobody() {
    let none = memory(&[]);
    let to = |name: &str, args: &[u64]| done(&call(Abi::X86_64, name, args), &none);
    assert_eq!(to("kill", &[(-7i64) as u64, 15]), [Want::new(Kind::ProcessSignal, Target::Process(-7))]);
    assert_eq!(to("tgkill", &[5, 6, 9]), [Want::new(Kind::ProcessSignal, Target::Thread(6))]);
    assert_eq!(to("pidfd_send_signal", &[4, 9, 0, 0]), [Want::new(Kind::ProcessSignal, Target::PidFd(4))]);
    assert_eq!(to("kill", &[7, 0]), []);
}

#[test]
fn futexes_show_only_what_their_operation_takes() {
    let time: Vec<u8> = [1u64, 5].into_iter().flat_map(u64::to_le_bytes).collect();
    let memory = memory(&[&time]);
    let shown = |args: &[u64]| line(&call(Abi::X86_64, "futex", args), &memory, 0);
    assert_eq!(shown(&[0x40, 129, 1, 0x99, 0x98, 7]), "futex(0x40, FUTEX_WAKE_PRIVATE, 1) = 0");
    let waited = "futex(0x40, FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 2, {tv_sec=1, tv_nsec=5}, \
                  FUTEX_BITSET_MATCH_ANY) = 0";
    assert_eq!(shown(&[0x40, 9 | 128 | 256, 2, 0x1000, 0x98, 0xffff_ffff]), waited);
}

#[test]
fn requests_are_named_and_unknown_ones_taken_apart() {
    assert_eq!(request_text(Abi::X86_64, 0x5401), "TCGETS");
    assert_eq!(request_text(Abi::X86_64, 0x8008_1272), "BLKGETSIZE64");
    assert_eq!(request_text(Abi::I386, 0x8004_1272), "BLKGETSIZE64");
    assert_eq!(request_text(Abi::X86_64, 0x8040_4506), "EVIOCGNAME(64)");
    assert_eq!(request_text(Abi::X86_64, 0xc02c_9901), "_IOC(_IOC_READ|_IOC_WRITE, 0x99, 0x1, 0x2c)");
}

#[test]
fn the_tables_of_requests_are_sorted() {
    use crate::syscall::names::ioctl::{COMMON, COMPAT, LONG};
    for table in [COMMON, LONG, COMPAT] {
        assert!(table.is_sorted_by(|a, b| a.0 < b.0));
    }
}

#[test]
fn a_window_size_is_shown_when_the_kernel_has_filled_it() {
    let size: Vec<u8> = [24u16, 80, 0, 0].into_iter().flat_map(u16::to_le_bytes).collect();
    let get = call(Abi::X86_64, "ioctl", &[0, 0x5413, 0x1000]);
    let expected = "ioctl(0, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}) = 0";
    assert_eq!(line(&get, &memory(&[&size]), 0), expected);
    let failed = "ioctl(0, TIOCGWINSZ, 0x1000) = -1 ENOTTY (Inappropriate ioctl for device)";
    assert_eq!(line(&get, &memory(&[&size]), -25), failed);
}

#[test]
fn harmless_requests_are_input_and_output_and_others_are_not() {
    let interface: Vec<u8> = [&b"eth0"[..], &[0; 36]].concat();
    let memory = memory(&[&interface]);
    let first = |request: u64, argument: u64| {
        let mut wants = done(&call(Abi::X86_64, "ioctl", &[3, request, argument]), &memory);
        wants.pop().expect("at least one")
    };
    // TCGETS, TIOCGWINSZ, FIONREAD, FIOCLEX, SIOCGIFADDR, BLKGETSIZE64; TIOCSCTTY of a terminal that nobody has.
    for request in [0x5401, 0x5413, 0x541b, 0x5451, 0x8915, 0x8008_1272, 0x540e] {
        assert_eq!(first(request, 0).kind, Kind::Descriptor, "{request:#x}");
    }
    // TIOCSTI, TIOCLINUX, TIOCSETD, TIOCCONS, LOOP_SET_FD, SG_IO.
    for request in [0x5412, 0x541c, 0x5423, 0x541d, 0x4c00, 0x2285] {
        let want = first(request, 0x1000);
        assert_eq!((want.kind, want.when), (Kind::Device, Condition::Always), "{request:#x}");
    }
    assert_eq!(first(0x540e, 1).kind, Kind::Device, "a terminal taken from another session");
    assert_eq!(first(0x4004_6602, 0x1000).kind, Kind::FileAttributes, "FS_IOC_SETFLAGS of 32-bit programs");
    assert_eq!(first(0x8914, 0x1000).target, Target::System("network interface eth0".into()));
    let unknown = first(0x1234_5678, 0);
    assert_eq!((unknown.kind, unknown.when), (Kind::Device, Condition::DeviceNode));
    let request = "_IOC(_IOC_NONE, 0x56, 0x78, 0x1234)".to_owned();
    assert_eq!(unknown.target, Target::Device { fd: 3, request });
}

#[test]
fn doors_around_the_check_are_bypasses() {
    let none = memory(&[]);
    for (name, args) in [
        ("io_uring_setup", &[8u64, 0][..]),
        ("bpf", &[5, 0x1000, 48]),
        ("userfaultfd", &[0]),
        ("perf_event_open", &[0x1000, 0, 0, 0, 0]),
        ("pidfd_getfd", &[3, 4, 0]),
    ] {
        let wants = done(&call(Abi::X86_64, name, args), &none);
        assert!(wants.iter().any(|w| w.kind == Kind::Bypass), "{name}: {wants:?}");
    }
}

#[test]
fn looking_into_another_process_is_told_from_letting_oneself_be_looked_into() {
    let none = memory(&[]);
    let attach = done(&call(Abi::X86_64, "ptrace", &[0x4206, 77, 0, 0]), &none);
    assert_eq!(attach, [Want::new(Kind::ProcessInspect, Target::Thread(77))]);
    let me = done(&call(Abi::X86_64, "ptrace", &[0, 0, 0, 0]), &none);
    assert_eq!(me, [Want::new(Kind::ProcessInspect, Target::Nothing)]);
    assert_eq!(line(&call(Abi::X86_64, "ptrace", &[0, 0, 0, 0]), &none, 0), "ptrace(PTRACE_TRACEME) = 0");
}

proptest! {
    #[test]
    fn any_siginfo_is_one_short_line(bytes in prop::collection::vec(any::<u8>(), 128), signal in 0i32..70, code in -70i32..130) {
        let mut info = [0; 128];
        info.copy_from_slice(&bytes);
        prop_assert!(siginfo_text(&info).len() < 400);
        info[..4].copy_from_slice(&signal.to_le_bytes());
        info[8..12].copy_from_slice(&code.to_le_bytes());
        let text = siginfo_text(&info);
        prop_assert!(text.bytes().all(|b| (0x20..0x7f).contains(&b)), "{}", text);
    }

    #[test]
    fn any_request_with_any_memory_is_decoded(code in any::<u32>(), kind in prop_oneof![Just(0x54u32), Just(0x89), Just(0x12), Just(0x66), Just(0x94), Just(0xaa), Just(0x4c)], low in any::<u8>(), bytes in prop::collection::vec(any::<u8>(), 0..400), result in -40i64..40) {
        let memory = memory(&[&bytes]);
        for request in [code, kind << 8 | u32::from(low), code & 0xffff_0000 | kind << 8 | u32::from(low)] {
            for abi in [Abi::X86_64, Abi::I386] {
                let ioctl = call(abi, "ioctl", &[3, u64::from(request), 0x1000]);
                prop_assert!(line(&ioctl, &memory, result).len() < 20_000);
                done(&ioctl, &memory);
            }
        }
    }
}
