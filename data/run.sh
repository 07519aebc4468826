#!/bin/sh
# Sets up what is missing, builds Syswall, and runs a program under it.
#
#     sh data/run.sh [PROGRAM [ARG]...]
#
# Without PROGRAM, the demonstration that comes with Syswall. On a desktop, Syswall asks in windows; in a
# plain terminal, there; and with neither, the demonstration runs under its own policy, data/demo/policy.json.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$project/data/setup.sh"

set_up_rust
set_up "$needed_to_build"

[ -x "${CARGO_TARGET_DIR:-$project/target}/release/syswall" ] || say "Building Syswall; the first time takes some minutes ..."
cargo build --release --locked --manifest-path "$project/Cargo.toml" </dev/null
built=${CARGO_TARGET_DIR:-$project/target}/release
syswall=$built/syswall

has_display() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; }
has_terminal() { (: </dev/tty) 2>/dev/null; }

if [ $# -gt 0 ]; then
    has_display && exec "$syswall" run -- "$@"
    exec "$syswall" run --no-gui -- "$@"
fi

# The demonstration keeps its files in a folder of its own, which goes away even where Syswall, as told,
# only pretended to delete something.
scratch=$(mktemp -d "${TMPDIR:-/tmp}/syswall-run-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
export TMPDIR="$scratch"

status=0
if has_display; then
    "$syswall" run -- "$built/syswall-demo" || status=$?
    exit "$status"
fi

recording=${XDG_STATE_HOME:-$HOME/.local/state}/syswall/recordings/demonstration.syswall
mkdir -p "$(dirname "$recording")"
rm -f "$recording" "$recording-wal" "$recording-shm"
if has_terminal; then
    "$syswall" run --no-gui --record "$recording" -- "$built/syswall-demo" || status=$?
else
    say "Neither a display nor a terminal: the demonstration runs under $project/data/demo/policy.json."
    say
    "$syswall" run --no-gui --policy "$project/data/demo/policy.json" --record "$recording" -- \
        "$built/syswall-demo" </dev/null || status=$?
fi
[ "$status" -eq 0 ] || exit "$status"
say
say "What it did, from $recording:"
say
"$syswall" report "$recording"
