#!/bin/sh
# “Run under Syswall” in Nautilus' Scripts menu, for systems without nautilus-python. Runs the one file selected.
# Installed as ~/.local/share/nautilus/scripts/Run under Syswall, so the program is in ~/.local/bin, if not on the PATH.
selected=${NAUTILUS_SCRIPT_SELECTED_FILE_PATHS%?}
[ -n "$selected" ] && [ -f "$selected" ] || exit 1
beside=$(dirname -- "$0")/../../../bin/syswall
[ -x "$beside" ] || beside=syswall
exec "$beside" --run-file "$selected"
