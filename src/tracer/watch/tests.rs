//! What passes the filter, told by running it as the kernel does.

use proptest::prelude::*;

use super::*;
use crate::policy::{Place, Policy};
use crate::syscall::{self, Abi, LocalMemory, Memory, NoMemory, RawCall, X32_BIT};

const ABIS: [Abi; 3] = [Abi::X86_64, Abi::X32, Abi::I386];
/// linux/seccomp.h, linux/audit.h.
const RET_ALLOW: u32 = 0x7fff_0000;
const RET_TRACE: u32 = 0x7ff0_0000;
const ARCH_X86_64: u32 = 0xc000_003e;
const ARCH_I386: u32 = 0x4000_0003;

fn rules(policy: &str) -> Rules {
    let policy = Policy::parse(policy, "test").unwrap();
    let place = Place { home: Some("/home/u".into()), cwd: "/work".into(), program_dir: "/usr/bin".into() };
    Rules::new(&policy, &[], &place).unwrap()
}

/// What the filter says of `call`, as seccomp(2) runs classic BPF.
fn verdict(filter: &Filter, call: &RawCall) -> u32 {
    let arch = if call.abi == Abi::I386 { ARCH_I386 } else { ARCH_X86_64 };
    let mut data = Vec::new();
    data.extend((call.nr as u32).to_le_bytes());
    data.extend(arch.to_le_bytes());
    data.extend([0; 8]);
    call.args.iter().for_each(|a| data.extend(a.to_le_bytes()));
    let code = filter.instructions();
    let (mut at, mut a) = (0usize, 0u32);
    loop {
        let word = code[at].to_le_bytes();
        let k = u32::from_le_bytes(word[4..].try_into().unwrap());
        at += 1;
        let mut jump = |yes: bool| at += usize::from(word[if yes { 2 } else { 3 }]);
        match u16::from_le_bytes([word[0], word[1]]) {
            0x20 => a = u32::from_le_bytes(data[k as usize..k as usize + 4].try_into().unwrap()),
            0x54 => a &= k,
            0x05 => at += k as usize,
            0x15 => jump(a == k),
            0x25 => jump(a > k),
            0x35 => jump(a >= k),
            0x45 => jump(a & k != 0),
            0x06 => return k,
            other => panic!("instruction {other:#x} is not known"),
        }
    }
}

fn number(abi: Abi, name: &str) -> Option<u64> {
    let bit = if abi == Abi::X32 { X32_BIT } else { 0 };
    // x32 has numbers of its own behind those that it shares with x86-64.
    (0..1024).rev().find(|nr| abi.call_name(*nr) == Some(name)).map(|nr| nr | bit)
}

fn call(abi: Abi, name: &str, args: &[u64]) -> RawCall {
    let mut registers = [0; 6];
    registers[..args.len()].copy_from_slice(args);
    RawCall { abi, nr: number(abi, name).unwrap(), args: registers }
}

/// What is known of a call that passes, from its own row: nothing guarded, nothing that a rule is about.
fn check(rules: &Rules, call: &RawCall, memory: &dyn Memory) {
    let raw = syscall::demultiplex(call, memory);
    let Some(row) = syscall::lookup(&raw) else { panic!("{call:?} passes and is not known") };
    let kinds: KindSet = syscall::wants(&raw, row, memory).iter().map(|w| w.kind).collect();
    assert!(
        !kinds.iter().any(Kind::is_guarded),
        "{}{:x?} in {} passes and does {kinds:?}",
        row.name,
        raw.args,
        raw.abi
    );
    assert!(!rules.concerns(row.name, kinds, !row.is_plain()), "{} passes and a rule is about it", row.name);
    assert!(!ALWAYS.contains(&row.name));
}

/// Values that matter to somebody, in the lower half, the upper or both.
fn register() -> impl Strategy<Value = u64> {
    let declared: Vec<u64> =
        rows::ALL.iter().copied().flatten().flat_map(|r| r.narrow).flat_map(|n| n.values).copied().collect();
    let low = prop_oneof![
        4 => proptest::sample::select(declared),
        2 => 0u64..64,
        1 => (0u32..32).prop_map(|bit| 1 << bit),
        1 => Just(0x1000),
        1 => any::<u32>().prop_map(u64::from),
    ];
    let more =
        prop_oneof![3 => Just(0u64), 1 => (0u32..32).prop_map(|bit| 1 << bit), 1 => any::<u32>().prop_map(u64::from)];
    let high =
        prop_oneof![3 => Just(0u64), 1 => Just(u64::MAX << 32), 1 => any::<u32>().prop_map(|v| u64::from(v) << 32)];
    (low, more, high).prop_map(|(low, more, high)| low | more | high)
}

/// Calls of all ABIs, those that rows declare conditions for more often.
fn any_call() -> impl Strategy<Value = RawCall> {
    let mut numbers = Vec::new();
    for abi in ABIS {
        let bit = if abi == Abi::X32 { X32_BIT } else { 0 };
        numbers.extend((0..600).map(|nr| (abi, nr | bit)));
        let narrow = rows::ALL.iter().copied().flatten().filter(|r| !r.narrow.is_empty());
        let again = narrow.filter_map(|r| Some((abi, number(abi, r.name)?)));
        let again: Vec<_> = again.chain(number(abi, "socketcall").map(|nr| (abi, nr))).collect();
        (0..60).for_each(|_| numbers.extend(&again));
    }
    (proptest::sample::select(numbers), proptest::array::uniform6(register())).prop_map(|((abi, nr), args)| {
        let cut = |a: u64| if abi == Abi::I386 { a & 0xffff_ffff } else { a };
        RawCall { abi, nr, args: args.map(cut) }
    })
}

fn policies() -> Vec<(Rules, Filter)> {
    let texts = [
        r#"{"syswall":1,"default":"allow","presets":["no-network"]}"#,
        r#"{"syswall":1,"default":"ask"}"#,
        r#"{"syswall":1,"default":"allow","rules":[{"decision":"deny","kind":"file.list"},{"decision":"deny","calls":["prctl"]}]}"#,
        r#"{"syswall":1,"default":"allow","rules":[{"decision":"deny","path":"/secret/**"}]}"#,
    ];
    let made = texts.into_iter().map(rules).map(|rules| (rules.clone(), filter(&rules).unwrap()));
    made.collect()
}

#[test]
fn nothing_passes_the_filter_that_its_row_says_is_guarded_or_that_a_rule_is_about() {
    let policies = policies();
    let passed = std::cell::Cell::new(0u32);
    let words = proptest::collection::vec(any::<u32>(), 16);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(3_000));
    runner
        .run(&(any_call(), words), |(call, words)| {
            let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
            let memory = LocalMemory::new(vec![(0x1000, bytes)]);
            for (rules, filter) in &policies {
                match verdict(filter, &call) {
                    RET_ALLOW => {
                        passed.set(passed.get() + 1);
                        check(rules, &call, &memory);
                        check(rules, &call, &NoMemory);
                    }
                    RET_TRACE => {}
                    other => panic!("{call:?}: {other:#x}"),
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(passed.get() > 1_500, "only {} passed", passed.get());
}

#[test]
fn what_a_row_declares_for_some_values_holds_for_whatever_else_the_registers_hold() {
    for row in rows::ALL.iter().copied().flatten() {
        for narrow in row.narrow {
            assert!(narrow.values.iter().all(|v| v & !narrow.mask == 0), "{}: a value outside of its mask", row.name);
            for (abi, value) in ABIS.into_iter().flat_map(|abi| narrow.values.iter().map(move |v| (abi, *v))) {
                let Some(nr) = number(abi, row.name) else { continue };
                for noise in [0, u64::MAX, 0x5555_5555_5555_5555, 0xaaaa_aaaa_aaaa_aaaa, 0x1000, 1, 2] {
                    let mut args = [noise; 6];
                    args[usize::from(narrow.arg)] = noise & !narrow.mask | value;
                    let cut = |a: u64| if abi == Abi::I386 { a & 0xffff_ffff } else { a };
                    let call = RawCall { abi, nr, args: args.map(cut) };
                    for wanted in syscall::wants(&call, row, &NoMemory) {
                        assert!(narrow.kinds.contains(wanted.kind), "{} {call:x?} in {abi}: {wanted:?}", row.name);
                    }
                }
            }
        }
    }
}

#[test]
fn calls_of_everyday_pass_and_their_dangerous_siblings_stop() {
    let filter = filter(&rules(r#"{"syswall":1,"default":"allow","presets":["no-network"]}"#)).unwrap();
    // Upper halves that the kernel does not look at.
    const DIRT: u64 = 0xdead_beef << 32;
    let cases: &[(&str, &[u64], bool)] = &[
        ("fcntl", &[3, 3], true),
        ("fcntl", &[3, DIRT | 1030, 0], true),
        ("fcntl", &[3, 8, 1], false),
        ("fcntl", &[3, DIRT | 8, 1], false),
        ("ioctl", &[1, 0x5401], true),
        ("ioctl", &[1, DIRT | 0x5413], true),
        ("ioctl", &[1, 0x5412], false),
        ("prctl", &[15], true),
        ("prctl", &[4, 0], false),
        ("prlimit64", &[0, 3, 0, 1], true),
        ("prlimit64", &[1, 3, 1, 0], false),
        ("openat", &[0, 1, 0o2204000], true),
        ("openat", &[0, 1, 0o2000000], false),
        ("openat", &[0, 1, 0o20200002], false),
        ("openat", &[0, 1, 0o200100], false),
        ("openat", &[0, 1, 0o10000000], true),
        ("open", &[1, DIRT | 0o200000], true),
        ("open", &[1, 0], false),
        ("clone", &[0x0120_0011], true),
        ("clone", &[0x0080_0011], false),
        ("clone", &[0x1000_0011], false),
        ("getppid", &[], true),
        ("read", &[0, 0, 0], true),
        ("execve", &[1, 2, 3], false),
        ("connect", &[3, 1, 16], false),
        ("seccomp", &[1, 8, 1], false),
        ("rt_sigreturn", &[], false),
    ];
    for abi in ABIS {
        for (name, args, passes) in cases {
            let mut call = call(abi, name, args);
            if abi == Abi::I386 {
                call.args = call.args.map(|a| a & 0xffff_ffff);
            }
            let passed = verdict(&filter, &call) == RET_ALLOW;
            assert_eq!(passed, *passes, "{name}{args:x?} in {abi}");
        }
    }
    let open = self::filter(&rules(r#"{"syswall":1,"default":"allow"}"#)).unwrap();
    let sendto = |abi, to| verdict(&open, &call(abi, "sendto", &[3, 1, 1, 0, to, 16])) == RET_ALLOW;
    assert!(sendto(Abi::X86_64, 0) && !sendto(Abi::X86_64, 0x1000) && !sendto(Abi::X86_64, 1 << 32));
    let multiplexed = call(Abi::I386, "socketcall", &[11, 0x1000, 0, 0, 0, 0]);
    assert_eq!(verdict(&open, &multiplexed), RET_TRACE, "no register tells of the address in socketcall's memory");
}

#[test]
fn an_unknown_abi_and_unknown_numbers_stop() {
    let filter = filter(&rules(r#"{"syswall":1,"default":"allow"}"#)).unwrap();
    for nr in [600, 1023, 0x1234_5678, u64::from(u32::MAX)] {
        for abi in ABIS {
            assert_eq!(verdict(&filter, &RawCall { abi, nr, args: [0; 6] }), RET_TRACE, "{nr} in {abi}");
        }
    }
    assert!(filter.instructions().len() < 4096);
}
