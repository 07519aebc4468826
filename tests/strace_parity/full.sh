#!/bin/sh
# Every program and every tracee; minutes. Arguments are those of parity.py.
set -e
cd "$(dirname "$0")/../.."
cargo build --no-default-features --bin syswall
exec python3 tests/strace_parity/parity.py --syswall target/debug/syswall "$@"
