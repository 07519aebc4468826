#!/usr/bin/env python3
"""The same programs under strace and under Syswall, their lines paired and compared (issue: the decoder's measure).

    parity.py --syswall target/debug/syswall [--quick] [--only NAME,...] [--show N] [--keep DIR]

Each program of programs.txt runs twice in a fresh copy of the same directory, with the same environment and without
address randomisation. Lines are joined (`<unfinished ...>` with `<... resumed>`), sorted by task (tasks are matched by
their place in the tree of births), freed of chance (normal.py) and compared byte by byte. The last line of the output
is `TOTAL lines=N identical=N percent=P`. Exit status 0, or 2 when something could not be run.
"""

import argparse
import collections
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

import normal
import pairing
import workplace

HERE = pathlib.Path(__file__).resolve().parent
LIMIT = 120
TRACEE_FLAGS = {"": [], "32": ["-m32"]}


class Program:
    """One line of programs.txt: `NAME [WORD...]: COMMAND`."""

    def __init__(self, line):
        head, command = line.split(":", 1)
        self.name, *words = head.split()
        self.quick = "quick" in words
        self.chance = "chance" in words
        self.distinct = "distinct" in words
        self.argv = shlex.split(command)


def programs():
    """Every program of the list, in its order."""
    lines = (HERE / "programs.txt").read_text().splitlines()
    return [Program(line) for line in lines if line.strip() and not line.startswith("#")]


def compile_tracees(into):
    """Compiles tracees/*.c for both ABIs as NAME and NAME32. Returns the names that could not be."""
    failed = []
    for source in sorted((HERE / "tracees").glob("*.c")):
        for suffix, flags in TRACEE_FLAGS.items():
            name = source.stem + suffix
            command = ["gcc", "-std=gnu11", "-O1", "-w", "-pthread", *flags, "-o", str(into / name), str(source)]
            if subprocess.run(command, stderr=subprocess.DEVNULL).returncode != 0:
                failed.append(name)
    return failed


def environment(home):
    """The environment of both runs: as little as programs need."""
    return {
        "PATH": "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "USER": "parity",
        "XDG_RUNTIME_DIR": str(home),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "GIT_AUTHOR_DATE": "2001-02-03T04:05:06Z",
        "GIT_COMMITTER_DATE": "2001-02-03T04:05:06Z",
    }


def run(tracer, program, place, tracees):
    """Runs the program under the tracer in a fresh directory; returns whether it came to its end in time."""
    work = place / "work"
    shutil.rmtree(work, ignore_errors=True)
    workplace.make(work)
    argv = [word.replace("@TRACEES@", str(tracees)) for word in program.argv]
    command = ["setarch", os.uname().machine, "-R", *tracer, *argv]
    child = subprocess.Popen(
        command,
        cwd=work,
        env=environment(work),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        child.wait(LIMIT)
        return True
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--syswall", required=True)
    parser.add_argument("--quick", action="store_true", help="only the programs marked quick")
    parser.add_argument("--only", default="", help="only these programs")
    parser.add_argument("--show", type=int, default=3, help="differences shown for each call")
    parser.add_argument("--keep", help="keep both traces of every program in this directory")
    options = parser.parse_args()
    only = set(filter(None, options.only.split(",")))
    place = pathlib.Path(options.keep or tempfile.mkdtemp(prefix="syswall-parity-"))
    place.mkdir(parents=True, exist_ok=True)
    tracees = place / "tracees"
    tracees.mkdir(exist_ok=True)
    missing = compile_tracees(tracees)
    if missing:
        print("not compiled:", " ".join(missing))
    syswall = str(pathlib.Path(options.syswall).resolve())
    totals = collections.defaultdict(lambda: [0, 0])
    kinds = collections.defaultdict(list)
    trouble = False
    for program in programs():
        if (only and program.name not in only) or (options.quick and not program.quick):
            continue
        first = program.argv[0].replace("@TRACEES@", str(tracees))
        if not shutil.which(first, path=environment(place)["PATH"]):
            print(f"{program.name:24} not installed")
            continue
        a, b = place / f"{program.name}.strace", place / f"{program.name}.syswall"
        asked = [syswall, "run", "--no-gui", "--no-record", "--no-policy", "--answer", "allow", "--trace", str(b), "--"]
        ended = run(["strace", "-f", "-o", str(a)], program, place, tracees)
        ended = run(asked, program, place, tracees) and ended
        if not ended:
            print(f"{program.name:24} did not end in {LIMIT} s")
            trouble = True
        left, right = (normal.read(path, program.distinct) for path in (a, b))
        lines, identical, alone, differences = pairing.compare(left, right, program.chance, program.distinct)
        percent = 100 * identical / max(lines, 1)
        note = f"  ({alone} lines only in one run)" if alone else ""
        print(f"{program.name:24} {lines:7} lines {identical:7} identical {percent:7.2f} %{note}", flush=True)
        abi = "i386" if "32" in first else "x86_64"
        totals[abi][0] += lines
        totals[abi][1] += identical
        for call, pair in differences:
            kinds[call].append((program.name, *pair))
    print()
    for call, pairs in sorted(kinds.items(), key=lambda item: -len(item[1])):
        print(f"== {call}: {len(pairs)}")
        for name, one, other in pairs[: options.show]:
            print(f"  [{name}]\n  - {one}\n  + {other}")
    print()
    for abi, (lines, identical) in sorted(totals.items()):
        print(f"{abi} lines={lines} identical={identical} percent={100 * identical / max(lines, 1):.3f}")
    lines, identical = (sum(total[i] for total in totals.values()) for i in (0, 1))
    print(f"TOTAL lines={lines} identical={identical} percent={100 * identical / max(lines, 1):.3f}")
    if not options.keep:
        shutil.rmtree(place, ignore_errors=True)
    return 2 if trouble or not lines else 0


if __name__ == "__main__":
    sys.exit(main())
