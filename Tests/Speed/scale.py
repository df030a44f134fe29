#!/usr/bin/env python3
"""Measures how the cost of mailseal grows with the number of small messages, and prints a table.

usage: scale.py MAILSEAL SAMPLE FOLDER [--messages N,N,…] [--layout LAYOUT] [--write PAGE]

For each number of messages an archive of about 5 KB each is made from a seed in FOLDER (unless it is there), and packed,
verified, listed, shown from and compared with the bundle of an archive in which one mailbox is longer; bundles are removed
again. Each command is pinned to the first two processors that this process may use. CPU seconds are those of the whole
command, user and system; peak memory is what the kernel counted. With --write, the table replaces the one in PAGE.
Exit status: 0 when no command takes more than 512 MB and create keeps at most 64 bytes for each message between the two
largest archives; else 1.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys

from timed import MEMORY_LIMIT, run, write

START, END = "<!-- written by make benchmark-scale -->\n", "<!-- end of scale -->\n"
BYTES_LIMIT = 64


def make(sample, folder, count, layout):
    """The folder of an archive of this many messages."""
    root = folder / f"{layout}-{count}"
    if not (root / "done").exists():
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        run([sample, root / "archive", "--messages", count, "--small", "--layout", layout])
        (root / "done").touch()
    return root


def measure(mailseal, root, count):
    """What each command took for the archive in a folder."""
    a, b, more = root / "a.tar.gz", root / "b.tar.gz", root / "more"

    def create(bundle, *sources):
        return [mailseal, "create", *sources, "--name", "a", "--keys", root / "keys.txt", "--retrieved-at",
                "2017-05-05T18:35:00Z", "-f", "-o", bundle]

    more.mkdir(exist_ok=True)
    (more / "one.eml").write_bytes(b"From: a@example.org\r\nSubject: one more\r\n\r\nbody\r\n")
    taken = {"create": run(create(a, root / "archive")), "verify": run([mailseal, "verify", a])}
    taken["list"] = run([mailseal, "list", a])
    taken["show"] = run([mailseal, "show", a, count // 2])
    run(create(b, root / "archive", more))
    taken["diff"] = run([mailseal, "diff", a, b], statuses=(1,))
    for path in (a, b):
        path.unlink()
    return taken


def rows(count, size, taken):
    for name, took in taken.items():
        each = f"{took.cpu / count * 1e6:,.1f}"
        yield (f"| {count:,} | {size / 1e6:,.0f} | {name} | {took.wall:,.2f} | {took.cpu:,.2f} | {each} | {took.memory / 1e6:,.0f} |")


def slopes(results):
    """The bytes by which the peak grows for each message between the two largest archives, by command."""
    if len(results) < 2:
        return {}
    (fewer, first), (more, last) = sorted(results.items())[-2:]
    return {name: (last[name].memory - first[name].memory) / (more - fewer) for name in last}


def main():
    parser = argparse.ArgumentParser()
    for name in ("mailseal", "sample", "folder"):
        parser.add_argument(name)
    parser.add_argument("--messages", default="1000,10000,100000,1000000")
    parser.add_argument("--layout", default="mbox")
    parser.add_argument("--write")
    arguments = parser.parse_args()
    head = "| messages | MB | command | wall s | CPU s | CPU µs a message | peak MB |\n|---|---|---|---|---|---|---|"
    print(head)
    lines, results = [head], {}
    for count in map(int, arguments.messages.split(",")):
        root = make(arguments.sample, pathlib.Path(arguments.folder), count, arguments.layout)
        size = int(subprocess.run(["du", "-sb", root / "archive"], check=True, capture_output=True, text=True).stdout.split()[0])
        results[count] = measure(os.path.abspath(arguments.mailseal), root, count)
        more = list(rows(count, size, results[count]))
        print("\n".join(more), flush=True)
        lines += more
    growth = slopes(results)
    line = "Peak memory grows for each further message, between the two largest archives, by " + ", ".join(
        f"{each:,.0f} bytes in `{name}`" for name, each in growth.items()) + "."
    print(line)
    if arguments.write:
        write(arguments.write, "\n".join(lines) + f"\n\n{line}\n", START, END)
    peak = max(took.memory for taken in results.values() for took in taken.values())
    sys.exit(0 if peak <= MEMORY_LIMIT and growth.get("create", 0) <= BYTES_LIMIT else 1)


if __name__ == "__main__":
    main()
