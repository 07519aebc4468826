"""Starts Syswall's window on a program, answers until it asks about a secret, and takes a picture of the screen.

Usage: screenshot.py SYSWALL PROGRAM PICTURE. Needs a display and a D-Bus of its own: see screenshot.sh.
"""

import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

PATIENCE = 60
ASKED_ABOUT = "id_demo"


def wait_for(what, look):
    """What `look` gives as soon as that is not nothing; gives up, saying `what` was waited for, after PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    context = GLib.MainContext.default()
    while time.monotonic() < deadline:
        try:
            found = look()
        except GLib.Error:
            found = None  # A window went away while it was looked at.
        if found:
            return found
        # AT-SPI's own events wake this; the timer is for what sends none.
        GLib.timeout_add(50, lambda: GLib.SOURCE_REMOVE)
        context.iteration(True)
    sys.exit(f"screenshot: waited {PATIENCE} s in vain for {what}")


def windows():
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(index)
        if application is None:
            continue
        for number in range(application.get_child_count()):
            window = application.get_child_at_index(number)
            if window is not None:
                yield window


def action(window, name):
    """The number of the window's action of that name, or None."""
    for index in range(Atspi.Action.get_n_actions(window)):
        if Atspi.Action.get_action_name(window, index) == name:
            return index
    return None


def prompt():
    return next((window for window in windows() if action(window, "prompt.allow") is not None), None)


def nodes(node):
    """The window with all that is in it, but not what is in long lists."""
    yield node
    if node.get_role() not in (Atspi.Role.TREE_TABLE, Atspi.Role.TABLE, Atspi.Role.LIST):
        for index in range(node.get_child_count()):
            child = node.get_child_at_index(index)
            if child is not None:
                yield from nodes(child)


def says(window, *words):
    """Whether each of the words is in something that the window says."""
    texts = [node.get_name() or "" for node in nodes(window)]
    return all(any(word in text for text in texts) for word in words)


def armed(window):
    """Whether the prompt takes an answer: it does not when it has just come up."""
    for node in nodes(window):
        if node.get_role() == Atspi.Role.PUSH_BUTTON and (node.get_name() or "").endswith("Allow"):
            return node.get_state_set().contains(Atspi.StateType.SENSITIVE)
    return False


def secret_asked():
    """The prompt about the secret, once it is there; whatever else is asked is allowed."""
    window = prompt()
    if window is None:
        return None
    if says(window, ASKED_ABOUT, "read"):
        return window
    if armed(window):
        Atspi.Action.do_action(window, action(window, "prompt.allow"))
    return None


def main(syswall, program, picture):
    manager = subprocess.Popen(["openbox"])
    run = subprocess.Popen([syswall, "run", "--", program])
    try:
        window = wait_for("the question about the secret", secret_asked)
        wait_for("the prompt to be armed", lambda: armed(window))
        subprocess.run(["import", "-window", "root", picture], check=True)
        Atspi.Action.do_action(window, action(window, "prompt.stop-program"))
    finally:
        # The window would stay and show the report; the program dies with Syswall.
        run.kill()
        run.wait(10)
        manager.terminate()
        manager.wait(10)


main(*sys.argv[1:4])
