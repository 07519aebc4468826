#!/bin/sh
# Makes the picture at the top of README.md again: the real window asking about the demonstration, on a display
# of its own. Installs what that needs.
#
#     sh data/screenshot.sh [FILE.png]       default: data/screenshots/prompt.png
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$project/data/setup.sh"

needed_for_a_picture='
command:xvfb-run            xvfb,xauth           xorg-x11-server-Xvfb    xorg-server-xvfb  xorg-x11-server-Xvfb,xvfb-run
command:dbus-run-session    dbus                 dbus-daemon             dbus              dbus-1
command:openbox             openbox              openbox                 openbox           openbox
command:import              imagemagick          ImageMagick             imagemagick       ImageMagick
file:/usr/share/dbus-1/services/org.a11y.Bus.service  at-spi2-core  at-spi2-core  at-spi2-core  at-spi2-core
python:gi                   python3-gi           python3-gobject         python-gobject    python3-gobject
python:gi.Atspi             gir1.2-atspi-2.0     at-spi2-core            at-spi2-core      typelib-1_0-Atspi-2_0
file:/usr/share/icons/Adwaita/index.theme  adwaita-icon-theme  adwaita-icon-theme  adwaita-icon-theme  adwaita-icon-theme
'

picture=${1:-$project/data/screenshots/prompt.png}
set_up_rust
set_up "$needed_to_build"
set_up "$needed_for_a_picture"
cargo build --release --locked --manifest-path "$project/Cargo.toml" </dev/null
built=${CARGO_TARGET_DIR:-$project/target}/release

scratch=$(mktemp -d "${TMPDIR:-/tmp}/syswall-picture-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p "$scratch/home" "$scratch/run" "$scratch/tmp" "$(dirname "$picture")"
chmod 700 "$scratch/run"

# A home without settings or policies, so that it looks and asks as the first time.
env -u WAYLAND_DISPLAY -u DBUS_SESSION_BUS_ADDRESS -u AT_SPI_BUS_ADDRESS \
    HOME="$scratch/home" XDG_CONFIG_HOME="$scratch/home/config" XDG_STATE_HOME="$scratch/home/state" \
    XDG_DATA_HOME="$scratch/home/data" XDG_CACHE_HOME="$scratch/home/cache" XDG_RUNTIME_DIR="$scratch/run" \
    TMPDIR="$scratch/tmp" LC_ALL=C.UTF-8 GDK_BACKEND=x11 GSK_RENDERER=cairo \
    dbus-run-session -- xvfb-run -a -s '-screen 0 1280x900x24 -nolisten tcp' \
    /usr/bin/python3 "$project/data/screenshot.py" "$built/syswall" "$built/syswall-demo" "$scratch/all.png"

# Only the windows, in as few colours as nobody sees: the file is part of every clone.
convert "$scratch/all.png" -trim +repage -strip +dither -colors 200 -define png:compression-level=9 "png8:$picture"
size=$(wc -c <"$picture")
if [ "$size" -gt 200000 ]; then
    complain "$picture has $size bytes; a picture in the repository should have less than 200000"
    exit 1
fi
say "$picture: $size bytes"
