#!/bin/sh
# Sets up what the tests need, then runs all of them: format, lints, `cargo test` under a display and a D-Bus
# of their own, and, when started by root, the tests of the engine once more as an ordinary user.
# Needs no terminal, no input and no desktop. Ends with a summary; any failing part makes it fail.
# shellcheck disable=SC2317  # the parts are called by name, through `part`
set -u
umask 022

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$project" || exit 1
. "$project/data/setup.sh"
exec </dev/null

needed_to_test='
command:Xvfb                xvfb                 xorg-x11-server-Xvfb    xorg-server-xvfb  xorg-x11-server-Xvfb
command:xvfb-run            xvfb                 xorg-x11-server-Xvfb    xorg-server-xvfb  xvfb-run
command:xauth               xauth                xauth                   xorg-xauth        xauth
command:dbus-run-session    dbus                 dbus-daemon             dbus              dbus-1
file:/usr/share/dbus-1/services/org.a11y.Bus.service  at-spi2-core  at-spi2-core  at-spi2-core  at-spi2-core
command:python3             python3              python3                 python            python3
python:gi                   python3-gi           python3-gobject         python-gobject    python3-gobject
python:gi.Atspi             gir1.2-atspi-2.0     at-spi2-core            at-spi2-core      typelib-1_0-Atspi-2_0
file:/usr/share/icons/Adwaita/index.theme  adwaita-icon-theme  adwaita-icon-theme  adwaita-icon-theme  adwaita-icon-theme
command:fc-list             fontconfig,fonts-dejavu-core  fontconfig,dejavu-sans-fonts  fontconfig,ttf-dejavu  fontconfig,dejavu-fonts
command:xdotool             xdotool              xdotool                 xdotool           xdotool
command:import              imagemagick          ImageMagick             imagemagick       ImageMagick
command:strace              strace               strace                  strace            strace
command:gcc                 gcc                  gcc                     gcc               gcc
command:make                make                 make                    make              make
command:git                 git                  git                     git               git
command:bash                bash                 bash                    bash              bash
command:perl                perl                 perl                    perl              perl
command:sqlite3             sqlite3              sqlite                  sqlite            sqlite3
command:tar                 tar                  tar                     tar               tar
command:find                findutils            findutils               findutils         findutils
command:rsync               rsync                rsync                   rsync             rsync
command:curl                curl                 curl                    curl              curl
command:redis-server        redis-server         redis                   redis             redis
command:redis-benchmark     redis-tools          redis                   redis             redis
command:setpriv             util-linux           util-linux              util-linux        util-linux
command:desktop-file-validate  desktop-file-utils  desktop-file-utils    desktop-file-utils  desktop-file-utils
command:appstreamcli        appstream            appstream               appstream         AppStream
command:xmllint             libxml2-utils        libxml2                 libxml2           libxml2-tools
command:update-mime-database  shared-mime-info   shared-mime-info        shared-mime-info  shared-mime-info
command:gio                 libglib2.0-bin       glib2                   glib2             glib2-tools
?gcc:-m32                   gcc-multilib         glibc-devel.i686        lib32-glibc       glibc-devel-32bit
'

started=$(date +%s)
summary=
failed=

# Runs one part of the tests, says how long it took, and goes on with the others where it fails.
part() { # NAME COMMAND [ARG]...
    name=$1
    shift
    say
    say "==> $name"
    begun=$(date +%s)
    if "$@"; then outcome=passed; else outcome="FAILED (status $?)" failed=yes; fi
    seconds=$(($(date +%s) - begun))
    say "<== $name: $outcome, $seconds s"
    summary="$summary$(printf '%-52s %-20s %4s s' "$name" "$outcome" "$seconds")
"
}

# Ends the script: the summary, then the verdict.
finish() {
    say
    say '---- Summary ----'
    printf '%s' "$summary"
    say "in all $(($(date +%s) - started)) s"
    if [ -n "$failed" ]; then
        say 'Some parts failed.'
        exit 1
    fi
    say 'All parts passed.'
    exit 0
}

set_up_all() {
    set_up_rust && set_up "$needed_to_build" && set_up "$needed_to_test" || return 1
    for component in fmt clippy; do
        cargo "$component" --version >/dev/null 2>&1 && continue
        case $component in fmt) package=rustfmt ;; *) package=$component ;; esac
        say "Installing with rustup: $package"
        if ! rustup component add "$package"; then
            complain "cargo $component is missing; install it (rustup component add $package), then start again"
            return 1
        fi
    done
}

scratch=$(mktemp -d "${TMPDIR:-/tmp}/syswall-tests-XXXXXX") || exit 1
trap 'chmod -R u+rwx "$scratch" 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$scratch"

# A home of the tests' own, so that nothing of the user's is read or written.
make_home() { # FOLDER
    mkdir -p "$1/home" "$1/config" "$1/state" "$1/data" "$1/cache" "$1/run" "$1/tmp" && chmod 700 "$1/run"
}

# Runs a command with the home in FOLDER, a display and a D-Bus that end with it, and no trace of a desktop;
# all of it through the words in $become, if there are any.
become=
on_a_desktop_of_its_own() { # FOLDER COMMAND [ARG]...
    place=$1
    shift
    # Unquoted on purpose: a list of words.
    # shellcheck disable=SC2086
    $become env -u WAYLAND_DISPLAY -u DISPLAY -u DBUS_SESSION_BUS_ADDRESS -u AT_SPI_BUS_ADDRESS -u XAUTHORITY \
        CARGO_HOME="${CARGO_HOME:-$HOME/.cargo}" RUSTUP_HOME="${RUSTUP_HOME:-$HOME/.rustup}" \
        HOME="$place/home" XDG_CONFIG_HOME="$place/config" XDG_STATE_HOME="$place/state" \
        XDG_DATA_HOME="$place/data" XDG_CACHE_HOME="$place/cache" XDG_RUNTIME_DIR="$place/run" TMPDIR="$place/tmp" \
        LC_ALL=C.UTF-8 GDK_BACKEND=x11 GSK_RENDERER=cairo \
        dbus-run-session -- xvfb-run -a -s '-screen 0 1280x1024x24 -nolisten tcp' "$@"
}

lints() {
    cargo clippy --all-targets --locked -- -D warnings &&
        cargo clippy --all-targets --locked --no-default-features -- -D warnings
}

built=
builds() { cargo test --locked --no-run && built=yes; }

tests() {
    make_home "$scratch/own" && on_a_desktop_of_its_own "$scratch/own" cargo test --locked --no-fail-fast
}

# The test programs that cargo built for the project at FOLDER, one path a line, but for those that test the
# windows: what is the same for every user need not be shown twice.
engine_tests() { # FOLDER
    cargo test --locked --no-run --message-format=json --manifest-path "$1/Cargo.toml" 2>/dev/null | python3 -c '
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message.get("reason") != "compiler-artifact" or not message["profile"]["test"]:
        continue
    target = message["target"]
    kinds, name = target["kind"], target["name"]
    if message["executable"] and ("lib" in kinds or "test" in kinds and not name.startswith("gui")):
        print(message["executable"])
'
}

# What makes an ordinary user of root: the kernel's `nobody`, with no group and no capability.
nobody=65534
become_nobody="setpriv --reuid $nobody --regid $nobody --clear-groups --inh-caps=-all"

tests_as_an_ordinary_user() {
    place=$scratch/ordinary
    make_home "$place" || return 1
    built_from=$project
    if ! $become_nobody test -r "$project/Cargo.toml"; then
        # The tests know their files by absolute path: build them once more where such a user can read.
        say "$project is closed to ordinary users; testing a copy."
        built_from=$scratch/copy
        mkdir "$built_from" && tar -c --exclude=./target --exclude=./.git . | tar -x -C "$built_from" || return 1
        # The libraries need no building again; Syswall does, as its paths are others.
        mkdir -p "$built_from/target/debug" && for part in .fingerprint build deps; do
            cp -a "${CARGO_TARGET_DIR:-$project/target}/debug/$part" "$built_from/target/debug/" || return 1
        done
        rm -rf "$built_from"/target/debug/.fingerprint/syswall-*
        unset CARGO_TARGET_DIR
    fi
    programs=$(engine_tests "$built_from")
    if [ -z "$programs" ]; then
        complain 'cargo named no test program'
        return 1
    fi
    chown -R "$nobody:$nobody" "$place" || return 1
    cat >"$scratch/each.sh" <<'END'
cd "$CARGO_MANIFEST_DIR" || exit 1
status=0
for program in $PROGRAMS; do
    echo "     Running $program as user $(id -u)"
    "$program" || { status=1; echo "FAILED: $program as user $(id -u)" >&2; }
done
exit $status
END
    become=$become_nobody
    CARGO_MANIFEST_DIR=$built_from PROGRAMS=$programs on_a_desktop_of_its_own "$place" sh "$scratch/each.sh"
}

part 'set-up' set_up_all
[ -z "$failed" ] || finish
part 'format (cargo fmt --check)' cargo fmt --check
part 'lints (cargo clippy)' lints
part 'build (cargo test --no-run)' builds
[ -n "$built" ] || finish
part 'tests (cargo test)' tests
if [ "$(id -u)" -eq 0 ]; then
    part 'engine tests as an ordinary user' tests_as_an_ordinary_user
fi
finish
