#!/usr/bin/env python3
"""Packs hostile mail and archives with the real program, each within a time and a memory, and reads what comes out.

usage: mail.py MAILSEAL WORK-FOLDER [NAME ...]

Each input is made, packed by `create --keep-going`, verified, listed and shown. Whatever the input holds, each command must end in
time, stay within its memory, end with one of its statuses, and write no control character to its outputs.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

MIB = 1 << 20
CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]")
# The defects of a message, and the code of a failure.
FOUND = re.compile(rb"^defects +(.*)$|^mailseal: .*(\([a-z-]+\))$", re.M)
HEAD = b"From: a@example.org\r\nDate: Mon, 2 Jan 2017 10:00:00 +0000\r\nMessage-ID: <x@example.org>\r\n"


def nested(file, depth=10_000):
    file.write(HEAD)
    for number in range(depth):
        file.write(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number))
    file.write(b"\r\ninside\r\n")


def same_boundary(file, depth=10_000):
    file.write(HEAD)
    for number in range(depth):
        file.write(b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\n" % ((b"b" * (number % 70 + 1),) * 2))
    file.write(b"\r\ninside\r\n" + b"--bbbb\r\n" * depth)


def parts(file, count=100_000):
    file.write(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n")
    for number in range(count):
        file.write(b"--b\r\nContent-Disposition: attachment; filename=f%d\r\n\r\nx\r\n" % number)
    file.write(b"--b--\r\n")


def fields(file, size=100 * MIB):
    file.write(HEAD)
    line = b"X-Field: %s\r\n" % (b"v" * 90)
    file.write(line * (size // len(line)) + b"\r\nbody\r\n")


def long_line(file, size=50 * MIB):
    file.write(HEAD + b"Subject: " + b"s" * size + b"\r\n\r\nbody\r\n")


def folded(file, count=2_000_000):
    file.write(HEAD + b"Subject: s" + b"\r\n s" * count + b"\r\n\r\nbody\r\n")


def encoded_words(file, count=1_000_000):
    file.write(HEAD + b"Subject: " + b"=?utf-8?q?=C3=A9?= " * count + b"\r\n\r\nbody\r\n")


def parameters(file, count=300_000):
    file.write(HEAD + b"Content-Type: text/plain" + b"".join(b"; name*%d*=%%41" % n for n in range(count)) + b"\r\n\r\nx\r\n")


def addresses(file, count=500_000):
    file.write(HEAD + b"To: " + b"(((a@b.example, " * count + b"\r\n\r\nbody\r\n")


def signatures(file, count=5_000):
    file.write(b"DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=s; h=from; bh=AAAA; b=AAAA\r\n" * count + HEAD + b"\r\nbody\r\n")


def base64(file, size=1 << 30):
    file.write(HEAD + b"Content-Type: application/octet-stream; name=f\r\nContent-Transfer-Encoding: base64\r\n\r\n")
    line = b"QUFB" * 19 + b"\r\n"
    for _ in range(size // MIB):
        file.write(line * (MIB // len(line)))


def terminal(file):
    evil = "\x1b]0;t\x07\x1b[2J\u202egpj.exe\u2066\u0085\x7f\u009b31m"
    file.write(HEAD + ("Subject: =cmd|' /C calc'!A1 <script>alert(1)</script>%s\r\n" % evil).encode())
    file.write(("Content-Type: text/plain; name=\"%s\"\r\n\r\n%s\r\n" % (evil, evil)).encode())


# Without a first message with fields it would be no mailbox.
MAILBOX = b"From a Mon Jan  2 10:00:00 2017\n" + HEAD.replace(b"\r", b"") + b"\nfirst\n\n"


def from_lines(file, count=10_000_000):
    # No empty line before them: each is looked at, and none counts.
    file.write(MAILBOX[:-1])
    for _ in range(count // 100_000):
        file.write(b"From a Mon Jan  2 10:00:00 2017\n" * 100_000)


def empty_messages(file, count=1_000_000):
    file.write(MAILBOX)
    for _ in range(count // 100_000):
        file.write(b"From a Mon Jan  2 10:00:00 2017\n\n" * 100_000)


def zip_bomb(file, size=10 << 30):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        with archive.open("zeros.eml", "w", force_zip64=True) as member:
            for _ in range(size // (16 * MIB)):
                member.write(bytes(16 * MIB))


def nested_zips(file, depth=40):
    inner = HEAD + b"\r\ninside\r\n"
    for number in range(depth):
        path = Path(file.name).with_suffix(".part")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("%d.%s" % (number, "eml" if number == 0 else "zip"), inner)
        inner = path.read_bytes()
        path.unlink()
    file.write(inner)


def tar_bomb(file, size=10 << 30):
    import gzip
    import tarfile
    header = tarfile.TarInfo("zeros.eml")
    header.size = size
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=9) as archive:
        archive.write(header.tobuf(tarfile.GNU_FORMAT))
        for _ in range(size // (16 * MIB)):
            archive.write(bytes(16 * MIB))


# Name, what is made, the seconds and MiB that no command may exceed.
CASES = {
    "nested.eml": (nested, 20, 200), "same-boundary.eml": (same_boundary, 20, 200), "parts.eml": (parts, 30, 400),
    "fields.eml": (fields, 60, 1000), "long-line.eml": (long_line, 30, 600), "folded.eml": (folded, 30, 400),
    "encoded-words.eml": (encoded_words, 30, 400), "parameters.eml": (parameters, 30, 300),
    "addresses.eml": (addresses, 30, 300), "signatures.eml": (signatures, 60, 400),
    "base64.eml": (base64, 120, 4000), "terminal.eml": (terminal, 5, 100), "from-lines.mbox": (from_lines, 120, 1500),
    "empty-messages.mbox": (empty_messages, 300, 600), "bomb.zip": (zip_bomb, 120, 600),
    "nested.zip": (nested_zips, 20, 200), "bomb.tar.gz": (tar_bomb, 120, 600),
}


def apart(work, *arguments):
    """Whether work succeeds in a process of its own: what this one holds when it starts a command counts as the command's peak."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = int(work(*arguments))
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] == 0


def write(make, path):
    """Makes an input."""
    with open(path, "wb") as file:
        make(file)
    return 0


def run(arguments, seconds, mebibytes):
    """Runs a command; gives its status, output, CPU seconds and MiB, and what it did that it must not."""
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    watchdog = threading.Timer(seconds * 20, process.kill)
    watchdog.start()
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    watchdog.cancel()
    cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    faults = []
    if os.WIFSIGNALED(status):
        faults.append("signal %d" % os.WTERMSIG(status))
    elif os.WEXITSTATUS(status) not in (0, 1, 2):
        faults.append("status %d" % os.WEXITSTATUS(status))
    if cpu > seconds:
        faults.append("%.0f s of CPU, at most %d" % (cpu, seconds))
    if peak > mebibytes:
        faults.append("%.0f MiB, at most %d" % (peak, mebibytes))
    control = CONTROL.search(output.replace(b"\r\n", b"\n"))
    if control:
        faults.append("control characters: %r" % control[0])
    return os.waitstatus_to_exitcode(status), output, cpu, peak, faults


def judge(program, work, name):
    """Makes an input and runs all commands on it; gives how many of them did what they must not."""
    make, seconds, mebibytes = CASES[name]
    shutil.rmtree(work, ignore_errors=True)
    (work / "in").mkdir(parents=True)
    if not apart(write, make, work / "in" / name):
        return 1
    (work / "in" / "sound.eml").write_bytes(HEAD + b"\r\nsound\r\n")
    bundle = str(work / "b.tar.gz")
    commands = {
        "create": ["create", str(work / "in"), "-o", bundle, "--keep-going"], "verify": ["verify", bundle],
        "list": ["list", bundle], "csv": ["list", bundle, "--csv"], "show": ["show", bundle, "1"],
        "statement": ["statement", bundle],
    }
    failed = 0
    for command, arguments in commands.items():
        status, output, cpu, peak, faults = run([program, *arguments], seconds, mebibytes)
        if command == "create" and status == 2:
            faults.append("nothing was packed")
        failed += bool(faults)
        found = FOUND.findall(output) if command in ("create", "show") else []
        notes = faults + [" ".join(b"".join(words).decode().split()) for words in found]
        print("%-20s %-10s %8d %8.2f %8.0f  %s" % (name, command, status, cpu, peak, "; ".join(notes)), flush=True)
    return failed


def main():
    program, work = os.path.abspath(sys.argv[1]), Path(sys.argv[2])
    print("%-20s %-10s %8s %8s %8s  %s" % ("input", "command", "status", "CPU s", "MiB", ""), flush=True)
    judged = [apart(judge, program, work, name) for name in sys.argv[3:] or CASES]
    shutil.rmtree(work, ignore_errors=True)
    sys.exit(0 if all(judged) else 1)


main()
