"""Adds “Run under Syswall” to the menu of programs in Nautilus 43 and later, through nautilus-python."""

import gettext
import os
import shutil

from gi.repository import Gio, GLib, GObject, Nautilus

# PREFIX/share/nautilus-python/extensions/this.py: the program and the translations are under the same PREFIX.
PREFIX = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
_ = gettext.translation("syswall", os.path.join(PREFIX, "share", "locale"), fallback=True).gettext

PROGRAM_TYPES = ("application/x-executable", "application/x-pie-executable", "application/x-desktop")


def syswall():
    """The program's path: beside this file's prefix, else on the PATH; None where there is none."""
    beside = os.path.join(PREFIX, "bin", "syswall")
    return beside if os.access(beside, os.X_OK) else shutil.which("syswall")


def is_program(file):
    """Whether it can be run: its type says so (scripts are a kind of executable), or it may be executed."""
    if file.is_directory() or file.get_uri_scheme() != "file":
        return False
    path = file.get_location().get_path()
    return any(file.is_mime_type(kind) for kind in PROGRAM_TYPES) or (
        path is not None and os.access(path, os.X_OK)
    )


class RunUnderSyswall(GObject.GObject, Nautilus.MenuProvider):
    """The menu item, shown when exactly one program is selected."""

    def get_file_items(self, *args):
        # Nautilus 42 and before also passed its window; the files are last in both.
        files = args[-1]
        if len(files) != 1 or not is_program(files[0]) or syswall() is None:
            return []
        item = Nautilus.MenuItem(
            name="Syswall::run",
            label=_("Run under Syswall"),
            tip=_("See what this program does, and decide what it may do"),
        )
        item.connect("activate", self._run, files[0].get_location().get_path())
        return [item]

    def _run(self, _item, path):
        try:
            # An argument list, no shell: a file name is never read as a command.
            Gio.Subprocess.new([syswall(), "--run-file", path], Gio.SubprocessFlags.NONE)
        except GLib.Error as error:
            notice = Gio.Notification.new(_("Syswall could not be started"))
            notice.set_body(error.message)
            application = Gio.Application.get_default()
            if application is not None:
                application.send_notification(None, notice)
