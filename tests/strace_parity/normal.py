"""Reads a trace: joins lines that were cut in two, sorts them by task, and takes out what is chance."""

import re

UNFINISHED = " <unfinished ...>"
RESUMED = re.compile(r"<\.\.\. (\S+) resumed>")
BIRTH = re.compile(r"^(?:clone|clone3|fork|vfork)\(.* = (\d+)$")
COLUMN = re.compile(r"\) +(= )")

# What chance decides, and what stands for it.
CHANCE = [
    # Addresses: the mappings of 64-bit programs, and of 32-bit ones.
    (re.compile(r"0x(?:7[ef][0-9a-f]{10}|5[4-7][0-9a-f]{10})\b"), "ADDRESS"),
    (re.compile(r"0x(?:f7[0-9a-f]{6}|ffff[89a-e][0-9a-f]{3}|5[67][0-9a-f]{6})\b"), "ADDRESS"),
    (re.compile(r"\b(tv_n?sec|tv_usec|si_[us]time|tms_\w+|ru_\w+|tms|uptime)=-?\d+"), r"\1=TIME"),
    (re.compile(r"st_([amc])time=(?:\d+ /\* [^*]* \*/|\d+)"), r"st_\1time=TIME"),
    (re.compile(r"/\* \d{4}-\d\d-\d\dT[0-9:.+-]+ \*/ ?"), ""),
    (re.compile(r"\b((?:st|stx)_(?:ino|dev|rdev|blocks))=(?:makedev\([^)]*\)|\d+)"), r"\1=CHANCE"),
    (re.compile(r"\b(f_(?:bfree|bavail|ffree|files|blocks))=\d+"), r"\1=CHANCE"),
    (re.compile(r"\b(loads|totalram|freeram|sharedram|bufferram|totalswap|freeswap|procs)=(?:\[[^\]]*\]|\d+)"),
     r"\1=CHANCE"),
    (re.compile(r"\b(sin6?_port)=htons\(\d{5}\)"), r"\1=PORT"),
    (re.compile(r"pipe:\[\d+\]|socket:\[\d+\]"), "INODE"),
    (re.compile(r"\bnl_pid=-?\d+"), "nl_pid=PID"),
    (re.compile(r"nlmsg_(seq|pid)=-?\d+"), r"nlmsg_\1=CHANCE"),
]
# Calls whose result, or whose buffer, is chance as a whole.
RESULT = re.compile(r"^((?:time|times|getpid|gettid|getppid|set_tid_address|setsid|getpgrp|getcpu|getsid|getpgid|alarm)"
                    r"\(.*) = \d+")
RANDOM = re.compile(r"^(getrandom\()\"[^\"]*\"")
TEMPORARY = re.compile(r"(?<=[A-Za-z._-])(?=[A-Za-z0-9]*[A-Z0-9])[A-Za-z0-9_]{6,8}(?=[\"/.])")


NUMBER = re.compile(r"(?<![\w.\\])\d{3,7}(?![\w.])")
ABOUT_TASKS = re.compile(r"clone|fork|vfork|wait4|kill|---|set_tid_address")


class Trace:
    """The lines of each task, by its place in the tree of births, in the order of its life."""

    def __init__(self, tasks):
        self.tasks = tasks


def joined(text):
    """(pid, line) in the order of the lines' beginnings."""
    lines, open_lines = [], {}
    for raw in text.splitlines():
        pid, _, line = raw.partition(" ")
        line = line.lstrip(" ")
        if not pid.isdigit():
            continue
        resumed = RESUMED.match(line)
        if resumed and pid in open_lines:
            at = open_lines.pop(pid)
            line = lines[at][1] + line[resumed.end():]
            if line.endswith(UNFINISHED):
                open_lines[pid] = at
                line = line[: -len(UNFINISHED)]
            # strace pads to a column, which depends on where the line was cut.
            lines[at][1] = COLUMN.sub(r") \1", line)
            continue
        if line.endswith(UNFINISHED):
            open_lines[pid] = len(lines)
            line = line[: -len(UNFINISHED)]
        lines.append([pid, COLUMN.sub(r") \1", line)])
    return lines


def births(lines):
    """Each task's place: the first one's is `0`, its second child's `0.1`."""
    if not lines:
        return {}
    places, children = {lines[0][0]: "0"}, {}
    known = {pid for pid, _ in lines}
    for _ in range(2):
        for pid, line in lines:
            born = BIRTH.match(line)
            if born and born[1] in known and born[1] not in places and pid in places:
                count = children.setdefault(pid, 0)
                children[pid] = count + 1
                places[born[1]] = f"{places[pid]}.{count}"
    for pid in sorted(known - set(places), key=int):
        places[pid] = f"lost{len(places)}"
    return places


def without_chance(line, places, strict):
    """The line with names for what chance decides; `strict`: numbers are PIDs only where PIDs are told."""
    if not strict or ABOUT_TASKS.match(line):
        line = NUMBER.sub(lambda m: "TASK" + places[m[0]] if m[0] in places else m[0], line)
    for pattern, name in CHANCE:
        line = pattern.sub(name, line)
    line = RESULT.sub(r"\1 = CHANCE", line)
    line = RANDOM.sub(r"\1RANDOM", line)
    return line


def read(path, strict):
    """The trace in that file."""
    try:
        lines = joined(path.read_text(errors="surrogateescape"))
    except FileNotFoundError:
        lines = []
    places = births(lines)
    tasks = {}
    for pid, line in lines:
        tasks.setdefault(places[pid], []).append(without_chance(line, places, strict))
    return Trace(tasks)
