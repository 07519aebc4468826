"""Pairs the lines of two traces and tells which differ."""

import difflib
import re

STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
ESCAPE = re.compile(r"\\(?:[0-7]{1,3}|x[0-9a-f]{2}|.)")
NAME = re.compile(r"^(?:<\.\.\. )?([a-z_0-9]+)(?:\(| resumed)")


def name(line):
    """The call of a line; for other lines their first word."""
    found = NAME.match(line)
    return found[1] if found else line.split(" ", 1)[0] + " line"


def blocks(left, right):
    """Runs of lines that are equal, and pairs of runs that are not. Long traces are cut at equal lines first, since
    the matcher's cost is the square of the length."""
    start = 0
    shortest = min(len(left), len(right))
    while start < shortest and left[start] == right[start]:
        start += 1
    end = 0
    while end < shortest - start and left[-1 - end] == right[-1 - end]:
        end += 1
    yield "equal", left[:start], right[:start]
    a, b = left[start : len(left) - end], right[start : len(right) - end]
    if [name(line) for line in a] == [name(line) for line in b]:
        yield "replace", a, b
    else:
        for kind, a0, a1, b0, b1 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
            yield kind, a[a0:a1], b[b0:b1]
    if end:
        yield "equal", left[-end:], right[-end:]


def pairs(left, right):
    """Pairs of lines; None for one that has no partner."""
    for kind, a, b in blocks(left, right):
        if kind == "equal" or [name(x) for x in a] == [name(x) for x in b]:
            yield from zip(a, b)
            continue
        names = [name(x) for x in a], [name(x) for x in b]
        for _, a0, a1, b0, b1 in difflib.SequenceMatcher(None, *names, autojunk=False).get_opcodes():
            common = a1 - a0 if names[0][a0:a1] == names[1][b0:b1] else 0
            yield from zip(a[a0 : a0 + common], b[b0 : b0 + common])
            yield from ((x, None) for x in a[a0 + common : a1])
            yield from ((None, x) for x in b[b0 + common : b1])


def alike(one, other):
    """Whether two lines differ only in what strings hold, not in how long they are: temporary names, random or timed
    data. Only for programs whose data is chance; what strings hold is compared with the tracees."""
    if one is None or other is None or STRING.sub('""', one) != STRING.sub('""', other):
        return False
    lengths = [[len(ESCAPE.sub("x", found)) for found in STRING.findall(line)] for line in (one, other)]
    return lengths[0] == lengths[1]


def compare(left, right, chance, distinct):
    """(lines, identical, lines in one run only, [(call, (strace's, ours))]). With `chance` a line that only one run
    has is the program's doing and not counted; otherwise it is a difference. With `distinct` every pair counts once.
    Calls that strace does not know are not counted."""
    lines = identical = alone = 0
    seen = set()
    differences = []
    for place in sorted(set(left.tasks) | set(right.tasks)):
        for one, other in pairs(left.tasks.get(place, []), right.tasks.get(place, [])):
            if (one or "").startswith("syscall_0x"):
                continue  # strace does not know the call
            if distinct and (one, other) in seen:
                continue
            seen.add((one, other))
            if one is None or other is None:
                alone += 1
                if chance:
                    continue
            if chance and one != other and one and one.startswith("futex("):
                continue  # who was first
            lines += 1
            if one == other or not distinct and alike(one, other):
                identical += 1
            else:
                call = name(one if one is not None else other)
                differences.append((call, (one, other)))
    return lines, identical, alone, differences
