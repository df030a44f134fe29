#!/usr/bin/env python3
"""Times mailseal and the programs that people use today on the same archive, in turn, and prints a table.

usage: benchmark_bundles.py MAILSEAL ARCHIVE KEYS FOLDER [--turns N] [--only WORDS] [--write PAGE]

ARCHIVE is a folder of mail, KEYS its key file; FOLDER takes what the programs write, five times the archive's size. Each
command is pinned to the first two processors that this process may use. Wall and CPU seconds are those of the whole command
with its children, peak memory is that of its largest process. With --write, the table replaces the one in PAGE.
Exit status: 0 when every target is met, else 1.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys

import timed

MEGABYTE = 1_000_000
START, END = "<!-- written by make benchmark -->\n", "<!-- end -->\n"


@dataclasses.dataclass
class Peer:
    """A command of today, and how much of its time and CPU mailseal may take (None: not limited).

    It is left out for archives of more bytes than `largest`.
    """
    name: str
    command: str
    wall: float | None = None
    cpu: float | None = None
    before: str = "true"
    after: str = "true"
    largest: float = float("inf")


@dataclasses.dataclass
class Work:
    """A command of mailseal beside those that do the same work.

    It may take `seconds`, or with `lines` that for so many lines of the manifest.
    """
    name: str
    command: str
    peers: list
    before: str = "true"
    after: str = "true"
    seconds: float | None = None
    lines: int | None = None


def run(command, environment):
    return timed.run(["bash", "-o", "pipefail", "-c", command], environment)


def works():
    """The work that is measured. `$A` is the archive, `$K` its keys, `$M` mailseal; the shell stands in the folder."""
    tar = 'tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$A/.." -c "$(basename "$A")"'
    pigz = f"{tar} | pigz -6 -n -p 2 > t.tar.gz"
    # bagit.py stops at names that are not UTF-8, which get others here, and at links to nothing.
    rename = ("import os\nfor root, folders, files in os.walk(b'bag', topdown=False):\n"
              "  for name in folders + files:\n"
              "    if name.decode(errors='ignore').encode() != name:\n"
              "      os.rename(root + b'/' + name, root + b'/' + name.hex().encode())\n")
    bag = f'rm -rf bag bag.tar.gz; cp -a "$A" bag; find bag -type l -delete; python3 -c "{rename}"'
    # Else the first command alone would wait for the disk.
    warm = 'find "$A" -type f -exec cat {} + > /dev/null'
    extract = "mkdir x; tar xzf m.tar.gz -C x"
    borg = "export BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes BORG_BASE_DIR=$PWD/borg-home"
    restic = "export RESTIC_PASSWORD=benchmark"
    restic_new = f"{restic}; rm -rf restic; restic init -q -r restic --no-cache"
    digest = '"$M" show m.tar.gz 500 --json | grep -o \'"sha256":"[0-9a-f]*\' | head -1 | cut -d\'"\' -f4 > digest'
    return [
        Work("create", '"$M" create "$A" --name m --keys "$K" -o m.tar.gz -f', [
            Peer("`tar \\| pigz -6 -n -p 2`", pigz, wall=1 / 4, cpu=1 / 4),
            Peer("`bagit.py --processes 2`, then `tar \\| pigz`",
                 "bagit.py --processes 2 --quiet --sha256 bag && tar --sort=name -c bag | pigz -6 -n -p 2 > bag.tar.gz",
                 wall=1 / 4, before=bag, after="rm -rf bag bag.tar.gz"),
            Peer("`borg create` (lz4)", f'{borg}; borg create borg::a "$A"', wall=1,
                 before=f"{borg}; rm -rf borg borg-home; borg init -e none borg"),
            Peer("`restic backup`", f'{restic}; restic backup -q -r restic --no-cache "$A"', wall=1, before=restic_new),
        ], before=warm),
        Work("verify", '"$M" verify m.tar.gz', [
            Peer("`tar xzf`, then `sha256sum -c`",
                 f"{extract} && cd x/m && sha256sum --quiet -c manifest-sha256.txt", wall=1 / 3, after="rm -rf x"),
            Peer("`tar xzf`, then `bagit.py --validate`",
                 f"{extract} && bagit.py --validate --quiet --processes 2 x/m", wall=1 / 4, after="rm -rf x"),
            Peer("`borg check --verify-data`", f"{borg}; borg check --verify-data borg", wall=1),
            Peer("`restic check --read-data`", f"{restic}; restic check -q -r restic --read-data --no-cache", wall=1),
        ], after="rm -rf borg borg-home restic"),
        Work("diff", '"$M" diff m.tar.gz n.tar.gz || [ $? -eq 1 ]', [
            Peer("`diff -r` of two extracted trees", "diff -rq x y || [ $? -eq 1 ]",
                 before=f"{extract}; mkdir y; tar xzf n.tar.gz -C y", after="rm -rf x y"),
            Peer("`diffoscope`", "diffoscope --text diffoscope.txt m.tar.gz n.tar.gz || [ $? -eq 1 ]", wall=1,
                 largest=1.1e9),
        ], before='rm -rf n; cp -a "$A" n; find n -type f | sort | sed -n "1~100p" | while read -r f; do '
                  'echo changed >> "$f"; done; "$M" create n --name m --keys "$K" -o n.tar.gz -f; rm -rf n'),
        Work("diff --manifest-only", '"$M" diff --manifest-only m.tar.gz n.tar.gz || [ $? -eq 1 ]', [], seconds=2,
             lines=150_000),
        Work("show one message", '"$M" show m.tar.gz 500', [
            Peer("`tar xzf --wildcards`", 'tar xzOf m.tar.gz --wildcards "*/$(cat digest).eml"', wall=1),
        ], before=digest, seconds=0.05),
        Work("show by digest", '"$M" show m.tar.gz "$(cat digest)"', [], before=digest, seconds=2),
    ]


def median(runs):
    return timed.Run(*(statistics.median(getattr(run, name) for run in runs) for name in ("wall", "cpu", "memory")))


def measure(work, turns, environment):
    """The medians of mailseal and of each peer; the commands run in turn."""
    run(work.before, environment)
    ours, theirs = [], [[] for _ in work.peers]
    for _ in range(turns):
        ours.append(run(work.command, environment))
        for peer, runs in zip(work.peers, theirs):
            run(peer.before, environment)
            runs.append(run(peer.command, environment))
            run(peer.after, environment)
    run(work.after, environment)
    return median(ours), [median(runs) for runs in theirs]


def row(name, result, ratio="", target="", met=None):
    mark = {True: "yes", False: "**no**", None: ""}[met]
    return (f"| {name} | {result.wall:,.2f} | {result.cpu:,.2f} | {result.memory / MEGABYTE:,.0f} | {ratio} | {target} "
            f"| {mark} |")


def manifest_lines(environment):
    """The number of lines in the bundle's manifest, which begins its root."""
    shown = subprocess.run([environment["M"], "show", "--json", "m.tar.gz", "1"], stdout=subprocess.PIPE, check=True)
    return int(json.loads(shown.stdout)["root"].split(":")[0])


def rows(work, ours, theirs, environment):
    """The rows of a table, and whether all targets are met."""
    target, limit = "512 MB", float("inf")
    if work.seconds:
        scale = manifest_lines(environment) / work.lines if work.lines else 1
        limit = work.seconds * max(1, scale)
        target += f", {limit:.3g} s"
    holds = ours.memory <= timed.MEMORY_LIMIT and ours.wall <= limit
    lines = [row(f"**mailseal {work.name}**", ours, target=target, met=holds)]
    for peer, result in zip(work.peers, theirs):
        ratios = [(ours.wall / result.wall, peer.wall), (ours.cpu / result.cpu, peer.cpu)]
        met = all(limit is None or ratio <= limit for ratio, limit in ratios)
        limits = ", ".join(f"{word} {limit:.2f}" for word, (_, limit) in zip(("wall", "CPU"), ratios) if limit)
        lines.append(row(peer.name, result, f"{ratios[0][0]:.2f}, {ratios[1][0]:.2f}", limits, met))
        holds = holds and met
    return lines, holds


def sizes(folder):
    """The bundle's size beside that of tar and pigz, and whether it is no larger within one in a hundred."""
    ours, theirs = ((folder / name).stat().st_size for name in ("m.tar.gz", "t.tar.gz"))
    line = f"The bundle has {ours:,} bytes, tag files included; `tar | pigz -6` has {theirs:,}: {ours / theirs:.4f} of it."
    return line, ours <= theirs * 1.01


def file_sizes(archive):
    return [path.stat().st_size for path in pathlib.Path(archive).rglob("*") if path.is_file()]


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def main():
    parser = argparse.ArgumentParser()
    for name in ("mailseal", "archive", "keys", "folder"):
        parser.add_argument(name)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--write")
    arguments = parser.parse_args()
    folder = pathlib.Path(arguments.folder)
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "M": os.path.abspath(arguments.mailseal), "K": os.path.abspath(arguments.keys),
                   "A": os.path.abspath(arguments.archive)}
    page = os.path.abspath(arguments.write) if arguments.write else None
    os.chdir(folder)
    files = file_sizes(environment["A"])
    lines = ["| work | wall s | CPU s | peak MB | mailseal's part: wall, CPU | at most | met |", "|---|---|---|---|---|---|---|"]
    holds = True
    for work in works():
        if arguments.only in work.name:
            work.peers = [peer for peer in work.peers if sum(files) <= peer.largest]
            more, met = rows(work, *measure(work, arguments.turns, environment), environment)
            print("\n".join(more), flush=True)
            lines += more
            holds = holds and met
    runs = f"medians of {arguments.turns} runs" if arguments.turns > 1 else "one run each"
    head = (f"{len(files):,} files, {sum(files):,} bytes; {processor()}, pinned to two of {os.cpu_count()} processors; "
            f"{runs}, in turn.\n\n")
    text, met = sizes(pathlib.Path(".")) if pathlib.Path("t.tar.gz").exists() else ("", True)
    print(text)
    if page:
        timed.write(page, head + "\n".join(lines) + f"\n\n{text}\n", START, END)
    sys.exit(0 if holds and met else 1)


if __name__ == "__main__":
    main()
