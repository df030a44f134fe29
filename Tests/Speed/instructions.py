#!/usr/bin/env python3
"""Counts the instructions that mailseal takes for each message, and compares them with those in instructions.json.

usage: instructions.py MAILSEAL SAMPLE FOLDER [--runs N]

MAILSEAL and SAMPLE are release builds of the programs; FOLDER takes a small archive, made from a seed, and its bundles. Each
command runs once under callgrind (valgrind), on one processor: counts, unlike times, are nearly the same in every run. A
command that takes more than TOLERANCE of its instructions more or less than recorded is a failure. With MAILSEAL_RECORD=1
in the environment instructions.json is written anew, and the run fails, so that nobody takes it for a passing one.
Counts depend on the compiler, the C library, the libraries and the processor's instruction set as valgrind shows it: where
any of these is not the one of the record, nothing is compared. With --runs, counts of several runs are printed, and not
compared.
Exit status: 0 when all counts are as recorded, or nothing can be compared; else 1.
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

RECORD = pathlib.Path(__file__).with_suffix(".json")
# Runs of one program differ by up to 0.1 % in create, the others by less than 0.01 %.
TOLERANCE = 0.02
MESSAGES = 200
SAMPLE = ["--messages", str(MESSAGES), "--average", "10k", "--seed", "1"]
LIBRARIES = ["libc6", "libssl3", "libdeflate0", "zlib1g"]
# Those that valgrind passes on and libraries choose their code by.
FEATURES = {"ssse3", "sse4_1", "sse4_2", "popcnt", "aes", "pclmulqdq", "avx", "avx2", "f16c", "fma", "bmi1", "bmi2", "adx"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def features():
    for line in open("/proc/cpuinfo"):
        if line.startswith("flags"):
            return sorted(FEATURES & set(line.split(":", 1)[1].split()))
    return []


def surroundings():
    """What counts depend on besides mailseal."""
    swift = output(os.environ.get("SWIFT", "swift"), "--version").splitlines()
    packages = {}
    for name in LIBRARIES:
        found = subprocess.run(["dpkg-query", "-W", "-f=${Version}", name], capture_output=True, text=True)
        packages[name] = found.stdout.strip() or "none"
    return {
        "compiler": next((line for line in swift if "Swift version" in line), "unknown"), "valgrind": output("valgrind", "--version"),
        "libraries": packages, "processor": " ".join(features())}


def digest(archive):
    """The SHA-256 of the names and contents of all files."""
    whole = hashlib.sha256()
    for path in sorted(os.fsencode(path) for path in archive.rglob("*") if path.is_file() and not path.is_symlink()):
        whole.update(path[len(os.fsencode(archive)):] + b"\0" + open(path, "rb").read() + b"\0")
    return whole.hexdigest()


def prepare(mailseal, sample, folder):
    """Makes the archive, one in which every tenth file is another, and their bundles."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    archive, changed = folder / "a", folder / "b"
    subprocess.run([sample, archive, *SAMPLE], check=True, stdout=subprocess.DEVNULL)
    shutil.copytree(archive, changed, symlinks=True)
    files = sorted(os.fsencode(path) for path in changed.rglob("*") if path.is_file() and not path.is_symlink())
    for path in files[::10]:
        with open(path, "ab") as file:
            file.write(b"changed\r\n")
    for name in ("a", "b"):
        subprocess.run(create(mailseal, folder, name), check=True, capture_output=True)
    return digest(archive)


def create(mailseal, folder, name):
    return [mailseal, "create", folder / name, "--keys", folder / "keys.txt", "--retrieved-at", "2017-05-05T18:35:00Z",
            "--no-mtime", "--jobs", "1", "-f", "-o", folder / f"{name}.tar.gz"]


def commands(mailseal, folder):
    a, b = folder / "a.tar.gz", folder / "b.tar.gz"
    return {
        "create": create(mailseal, folder, "a"), "verify": [mailseal, "verify", "--jobs", "1", a],
        "diff": [mailseal, "diff", "--jobs", "1", a, b], "list": [mailseal, "list", a],
        "show": [mailseal, "show", a, str(MESSAGES // 2)]}


def count(command, preloaded):
    """The instructions of one run; ends the program when the command fails."""
    core = str(min(os.sched_getaffinity(0)))
    words = ["taskset", "-c", core, "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command]
    # Hash tables are laid out by a seed, which is fixed here.
    environment = {
        **os.environ, "SWIFT_DETERMINISTIC_HASHING": "1", "LC_ALL": "C.UTF-8", "LD_PRELOAD": str(preloaded.absolute())}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, errors="replace")
    found = re.search(r"Collected\s*:\s*(\d+)", done.stderr)
    if done.returncode not in (0, 1) or not found:
        sys.exit(f"failed: {' '.join(map(str, command))}\n{done.stderr}")
    return int(found.group(1))


def compare(counts, record):
    """Prints a line for each command; gives whether all are as recorded."""
    holds = True
    print("| command | instructions for each message | recorded | difference |\n|---|---|---|---|")
    for name, found in counts.items():
        expected = record["instructions"].get(name)
        change = found / expected - 1 if expected else float("inf")
        print(f"| {name} | {found:,} | {expected or 0:,} | {change:+.2%} |")
        holds = holds and abs(change) <= TOLERANCE
    return holds


def main():
    parser = argparse.ArgumentParser()
    for name in ("mailseal", "sample", "folder"):
        parser.add_argument(name)
    parser.add_argument("--runs", type=int, default=0)
    arguments = parser.parse_args()
    mailseal, sample = (os.path.abspath(path) for path in (arguments.mailseal, arguments.sample))
    here = surroundings()
    isRecording = os.environ.get("MAILSEAL_RECORD") == "1"
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {"surroundings": None, "archive": "", "instructions": {}}
    if not isRecording and not arguments.runs and record["surroundings"] != here:
        known = record["surroundings"] or {}
        others = [f"{name} is {here[name]}, recorded with {known.get(name)}" for name in here if here[name] != known.get(name)]
        print("instructions are not compared, since they depend on what is another here:", *others, sep="\n  ")
        return
    folder = pathlib.Path(arguments.folder)
    archive = prepare(mailseal, sample, folder)
    preloaded = folder / "sigsuspend.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O1", "-o", preloaded, pathlib.Path(__file__).with_name("sigsuspend.c")], check=True)
    for run in range(max(1, arguments.runs)):
        counts = {
            name: count(command, preloaded) // MESSAGES for name, command in commands(mailseal, folder).items()}
        if arguments.runs:
            print(*(f"{name} {found:,}" for name, found in counts.items()), flush=True)
    if arguments.runs:
        return
    holds = compare(counts, record)
    if isRecording:
        RECORD.write_text(
            json.dumps({"surroundings": here, "archive": archive, "instructions": counts}, indent=2, sort_keys=True) + "\n")
        sys.exit(f"recorded in {RECORD}: look at the difference, and run again without MAILSEAL_RECORD")
    if archive != record["archive"]:
        sys.exit("mailseal-sample makes another archive than when instructions were recorded: record anew (make check-record)")
    if not holds:
        sys.exit(f"instructions differ by more than {TOLERANCE:.0%} from those recorded: find out why (callgrind_annotate); where "
                 "the change is meant, for better or worse, record anew (make check-record) and say why in the commit")


if __name__ == "__main__":
    main()
