#!/usr/bin/python3
"""Works the windows of one running Syswall as a screen reader does; a test tells it what, a line of JSON at a time.

    driver.py PID

Each line is a list: a command and its arguments (see the methods of Driver). Each answer is a line: {"ok": …} or
{"error": …, "seen": …}. Roles and names that depend on the toolkit are all in this file.
"""

import json
import os
import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

LIMIT = float(os.environ.get("SYSWALL_TEST_LIMIT", "120"))
# Rows are many, and what they say is asked for by its own command.
# What the window system calls a question's window.
PROMPT_TITLE = "Syswall Asks"
TABLES = {"table", "tree table", "list"}


class Failed(Exception):
    """What was waited for did not come."""


def until(what, look):
    """The first true result of look(); objects that go away while they are looked at are no error."""
    end = time.monotonic() + LIMIT
    while True:
        try:
            found = look()
        except GLib.Error:
            found = None
        if found:
            return found
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {LIMIT} s")
        time.sleep(0.03)


def children(node):
    for index in range(node.get_child_count()):
        child = node.get_child_at_index(index)
        if child is not None:
            yield child


def walk(node, tables=False, depth=0):
    """The node and all below it that are visible."""
    if depth > 40 or not node.get_state_set().contains(Atspi.StateType.VISIBLE):
        return
    yield node
    if tables or node.get_role_name() not in TABLES:
        for child in children(node):
            yield from walk(child, tables, depth + 1)


def actions(node):
    return [Atspi.Action.get_action_name(node, n) for n in range(Atspi.Action.get_n_actions(node))]


def act(node, name):
    names = actions(node)
    if name not in names:
        raise Failed(f"no action {name} among {sorted(names)}")
    return bool(Atspi.Action.do_action(node, names.index(name)))


def labels(window, tables=False):
    return [n.get_name() for n in walk(window, tables) if n.get_role_name() == "label" and n.get_name()]


class Driver:
    def __init__(self, pid):
        self.pid = pid
        self.app = until("the application", self._find)

    def _find(self):
        for app in children(Atspi.get_desktop(0)):
            if app.get_process_id() == self.pid:
                return app
        return None

    def _windows(self):
        return [w for w in children(self.app) if w.get_state_set().contains(Atspi.StateType.VISIBLE)]

    def _prompt(self):
        for window in self._windows():
            if "prompt.copy" in actions(window):
                return window
        return None

    def _main(self):
        for window in self._windows():
            if "win.run" in actions(window):
                return window
        return None

    def _button(self, window, name):
        for node in walk(window):
            if node.get_role_name() == "push button" and node.get_name().split()[-1:] == [name]:
                return node
        return None

    def seen(self):
        """Everything that can be read, for messages."""
        try:
            return {w.get_name(): labels(w)[:80] for w in self._windows()}
        except GLib.Error as error:
            return str(error)

    def prompt(self, text):
        """Waits for a question whose sentence contains the text; gives everything it says."""

        def look():
            window = self._prompt()
            return window and text in window.get_name() and [window.get_name(), *labels(window)]

        return until(f"a question with {text!r}", look)

    def modal(self):
        """Whether the question is modal."""
        return self._prompt().get_state_set().contains(Atspi.StateType.MODAL)

    def armed(self):
        """Waits until the question can be answered."""

        def look():
            window = self._prompt()
            return window and "prompt.dismiss" in actions(window) and "prompt.stop-program" in actions(window)

        return until("a question that can be answered", look)

    def early(self, text, names, keys):
        """Does, as soon as the question is there, what is done by somebody who did not see it come. True: it changed
        nothing, the question is still asked when it can be answered; False: it was too late to be early, and counted."""

        def asked():
            window = self._prompt()
            return window if window and text in window.get_name() else None

        window = until(f"a question with {text!r}", asked)
        try:
            for name in names:
                # The toolkit shows an action only while it is enabled.
                if name in actions(window):
                    act(window, name)
            for one in keys:
                self.key(one)
            self.armed()
            return asked() is not None
        except (GLib.Error, Failed):
            return False

    def answer_if(self, text, name):
        """Answers the question that contains the text, if it is still asked."""
        window = self._prompt()
        if window is None or text not in window.get_name():
            return False
        return self.answer(name)

    def answer(self, name):
        """Waits until the question can be answered, and answers it by the action."""
        self.armed()
        return act(self._prompt(), name)

    def no_prompt(self):
        """Waits until nothing is asked."""
        return until("the question to go", lambda: self._prompt() is None)

    def choose(self, label):
        """Clicks on a choice."""
        window = until("a question", self._prompt)

        def look():
            for node in walk(window):
                if node.get_role_name() in ("check box", "radio button") and node.get_name() == label:
                    return node
            return None

        choice = until(f"the choice {label!r}", look)
        place = choice.get_extents(Atspi.CoordType.WINDOW)
        # Windows without a manager lie one over the other: the question's is the one that the server lists with its name.
        command = ["xdotool", "search", "--onlyvisible", "--pid", str(self.pid)]
        for wid in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split():
            name = subprocess.run(["xdotool", "getwindowname", wid], capture_output=True, text=True, check=True).stdout
            if name.strip() == PROMPT_TITLE:
                x, y = place.x + 12, place.y + place.height // 2
                subprocess.run(["xdotool", "mousemove", "--window", wid, str(x), str(y), "click", "1"], check=True)
                break
        else:
            raise Failed("the server does not know the question's window")
        return until(f"{label!r} to be chosen", lambda: choice.get_state_set().contains(Atspi.StateType.CHECKED))

    def key(self, keys):
        """Presses keys, wherever the focus is."""
        subprocess.run(["xdotool", "key", keys], check=True)
        return True

    def win(self, name):
        """Activates an action of the main window."""
        return act(until("the main window", self._main), name)

    def close(self):
        """Closes the main window; the application may be gone before it can say so."""
        try:
            self.win("win.close")
        except GLib.Error:
            pass
        return True

    def text(self, wanted):
        """Waits until the main window shows the text outside of its tables."""

        def look():
            window = self._main()
            return window and [label for label in labels(window) if wanted in label]

        return until(f"the text {wanted!r}", look)

    def row(self, wanted):
        """Waits until a table of the main window shows the text."""

        def look():
            window = self._main()
            return window and [label for label in labels(window, True) if wanted in label]

        return until(f"a row with {wanted!r}", look)

    def dialog(self, title):
        """Waits for another window of that title."""
        return until(f"the window {title!r}", lambda: [w.get_name() for w in self._windows() if title in w.get_name()])

    def write(self, title, name, text):
        """Writes into the entry of that name of that window."""

        def look():
            for window in self._windows():
                if title in window.get_name():
                    for node in walk(window):
                        if node.get_role_name() in ("text", "entry") and name in node.get_name():
                            return node
            return None

        return until(f"the entry {name!r}", lambda: Atspi.EditableText.set_text_contents(until(name, look), text))

    def press(self, title, name):
        """Presses the button of that name in that window."""

        def look():
            for window in self._windows():
                if title in window.get_name():
                    button = self._button(window, name)
                    if button and button.get_state_set().contains(Atspi.StateType.SENSITIVE):
                        return button
            return None

        return act(until(f"the button {name!r}", look), "click")


def main():
    driver = None
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        try:
            if driver is None:
                driver = Driver(int(sys.argv[1]))
            answer = {"ok": getattr(driver, command)(*arguments)}
        except Exception as error:  # pylint: disable=broad-except  # the test is told whatever went wrong
            seen = driver.seen() if driver else None
            answer = {"error": f"{type(error).__name__}: {error}", "seen": seen}
        print(json.dumps(answer), flush=True)


main()
