#!/usr/bin/env python3
"""Times the verification of DKIM signatures by mailseal and by go-msgauth, in turn, on the same messages.

usage: benchmark.py BENCHMARK-COMMAND MSGAUTH-COMMAND FOLDER

CPU seconds are those of the whole process, user and system; each process reads all messages once and verifies each many
times, so that starting up hardly counts. Exit status: 0 when mailseal costs at most half at every size, else 1.
"""

import os
import pathlib
import statistics
import subprocess
import sys

SIZES = [("20 KB", 20_000, 200, 25), ("1 MB", 1_000_000, 20, 10)]  # name, bytes, messages, times each
TURNS = 7
LIMIT = 0.5


def cpu_seconds(command):
    """The CPU seconds of one run, pinned to the last core that this process may use."""
    core = max(os.sched_getaffinity(0))
    child = os.posix_spawnp("taskset", ["taskset", "-c", str(core), *command], os.environ)
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return usage.ru_utime + usage.ru_stime


def messages(folder, benchmark, size, count):
    if not (folder / "keys.txt").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([benchmark, "write", folder, str(size), str(count)], check=True)
    return sorted(map(str, folder.glob("*.eml")))


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def main():
    benchmark, msgauth, root = sys.argv[1:]
    print(f"{processor()}, {os.cpu_count()} cores; medians of {TURNS} runs each, in turn, on one core\n")
    print("| messages | mean size | mailseal | go-msgauth | ratio | least and greatest ratio of a turn |")
    print("|---|---|---|---|---|---|")
    holds = True
    for name, size, count, times in SIZES:
        files = messages(pathlib.Path(root) / str(size), benchmark, size, count)
        keys = str(pathlib.Path(root) / str(size) / "keys.txt")
        mean = sum(map(os.path.getsize, files)) // len(files)
        ours, theirs = [], []
        for _ in range(TURNS):
            ours.append(cpu_seconds([benchmark, "verify", keys, str(times), *files]) / len(files) / times)
            theirs.append(cpu_seconds([msgauth, "time", keys, str(times), *files]) / len(files) / times)
        ratio = statistics.median(ours) / statistics.median(theirs)
        turns = [a / b for a, b in zip(ours, theirs)]
        print(
            f"| {len(files)} of {name} | {mean:,} B | {statistics.median(ours) * 1e6:,.0f} µs "
            f"| {statistics.median(theirs) * 1e6:,.0f} µs | {ratio:.2f} | {min(turns):.2f}–{max(turns):.2f} |",
            flush=True)
        holds = holds and ratio <= LIMIT
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
