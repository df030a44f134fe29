#!/usr/bin/env python3
"""Compares mailseal's results with those of go-msgauth and OpenDKIM, signature by signature, with the same keys.

usage: compare.py [--now] MAILSEAL MSGAUTH OPENDKIM KEYS FOLDER

FOLDER has one message per file. mailseal's results are those recorded in a bundle, which is made beside the current
directory and removed; the peers read the files. Without --now no peer judges x= and t=, so that signatures which have
expired since are compared as well. Prints a table in Markdown, then each difference that nothing explains.
Exit status: 0 when everything is explained, else 1.
"""

import base64
import collections
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile


def read_keys(path):
    """The first record of each name, as the peers take it."""
    keys = {}
    for line in pathlib.Path(path).read_text().splitlines():
        name, _, record = line.strip().partition(" ")
        if record and not name.startswith("#"):
            keys.setdefault(name.lower(), record.strip())
    return keys


def modulus_bits(record):
    """The bits of the RSA key of a record, or None; good for the two forms in use."""
    tags = dict(part.strip().split("=", 1) for part in record.split(";") if "=" in part)
    data = base64.b64decode(re.sub(r"\s", "", tags.get("p", "")) + "==")
    place = 0
    while place + 4 < len(data):  # the first INTEGER is the modulus
        tag, length = data[place], data[place + 1]
        place += 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(data[place:place + count], "big")
            place += count
        if tag == 0x02:
            return int.from_bytes(data[place:place + length], "big").bit_length()
        place += {0x30: 0, 0x03: 1}.get(tag, length)  # into sequences and bit strings, past the rest
    return None


def recorded(mailseal, keys, folder):
    """The dkim lines of a bundle of the folder, by the digest of the message."""
    with tempfile.TemporaryDirectory(dir=".") as place:
        bundle = os.path.join(place, "bundle.tar.gz")
        create = [mailseal, "create", folder, "-o", bundle, "--keys", keys]
        subprocess.run(create, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lines = collections.defaultdict(dict)
        messages = set()
        with tarfile.open(bundle, "r|gz") as archive:
            for member in archive:
                if not member.name.endswith("/manifest.jsonl"):
                    continue
                for text in archive.extractfile(member):
                    line = json.loads(text)
                    if line["type"] == "message":
                        messages.add(line["sha256"])
                    elif line["type"] == "dkim" and "kind" not in line:
                        lines[line["message"]][line["index"]] = line
    return messages, lines


def listed(command, paths, environment):
    """What a peer says: results by path and index; it is started again after a message that it dies of."""
    results = collections.defaultdict(dict)
    rest = list(paths)
    while rest:
        run = subprocess.run(
            command, input="\n".join(rest), text=True, capture_output=True, errors="replace",
            env={**os.environ, **environment})
        done = set()
        for line in run.stdout.splitlines():
            path, index, result = line.split("\t", 2)
            results[path][int(index)] = result
            done.add(path)
        if run.returncode == 0:
            return results
        if len(rest) == 1:
            results[rest[0]] = {0: f"crash: status {run.returncode}"}
            return results
        # Find the one by halves; the others are asked again.
        middle = len(rest) // 2
        for half in (rest[:middle], rest[middle:]):
            results.update(listed(command, half, environment))
        return results
    return results


# What the peers' words mean.
WORDS = [
    (r"^pass$", "pass"),
    (r"^body$|body hash did not verify", "body"),
    (r"signature did not verify|signature verification failed", "header"),
    (r"no key for signature|key not found", "no-key"),
    (r"key revoked|revoked", "key-revoked"),
    (r"too short|too few key bits", "short-key"),
    (r"hash algorithm too weak", "sha1"),
    (r"insecure body length", "length"),
    (r"length tag value exceeds", "too-short"),
    (r"expired", "expired"),
    (r"in the future", "future"),
    (r"domain mismatch|invalid domain coverage", "identity"),
    (r"unauthorized subdomain", "strict"),
    (r"query method", "malformed"),
    (r"public key|key syntax|key algorithm|key type|decode|inappropriate", "key-unusable"),
    (r"^crash", "crash"),
    (r"failed to read header|^Syntax error|^Internal|^Invalid", "unreadable"),
]


def word(result):
    for pattern, meaning in WORDS:
        if re.search(pattern, result, re.IGNORECASE):
            return meaning
    return "malformed"


def expected(line, peer):
    """What the peer has to say when it finds the same as mailseal."""
    header, body = line["header"], line["body"]
    if peer == "OpenDKIM" and body == "too-short":  # it looks at that before the key, at the body hash last
        return "too-short"
    if header in ("malformed", "no-key", "key-revoked", "key-unusable"):
        return header
    if peer == "OpenDKIM":
        return "header" if header == "invalid" else "body" if body == "altered" else "pass"
    return "body" if body in ("altered", "too-short") else "header" if header == "invalid" else "pass"


def explanation(line, result, peer, keys):
    """Why the two differ, when that is known."""
    violations = set(line.get("violations", []))
    repairs = [repair[0] for repair in line.get("repairs", []) if repair[0] != "line-ends"]
    name = f"{line.get('selector')}._domainkey.{line.get('domain')}".lower()
    record = keys.get(name)
    if repairs and result in ("body", "header", "too-short"):
        return "repair: " + ", ".join(repairs)
    if result == "sha1" and line.get("algorithm") == "rsa-sha1":
        return "sha1"
    if result == "length" and "l" in line:
        return "l="
    if result in ("expired", "future"):
        broken = violations & {"malformed-timestamp", "malformed-expiration", "expiration-before-timestamp"}
        return "rule: " + ", ".join(sorted(broken)) if broken else "expiry"
    if result == "short-key" and record and (modulus_bits(record) or 0) < 1024:
        return "key size"
    if result == "identity" and violations & {"identity-outside-domain", "malformed-identity"}:
        return "rule: i="
    if result == "strict" and "strict-identity-required" in violations:
        return "rule: t=s of the key"
    if result == "malformed" and violations:
        return "rule: " + ", ".join(sorted(violations))
    if result == "no-key" and line["header"] == "malformed":
        return "rule: " + ", ".join(sorted(violations))
    if line.get("key") and record and hashlib.sha256(record.encode()).hexdigest() != line["key"]:
        return "another key of the same name"
    return None


def limit(line, path, said, peer):
    """How a peer reads the message otherwise, when that is known."""
    result = word(said) if said else None
    bytes = pathlib.Path(path).read_bytes()
    lines = bytes.replace(b"\r\n", b"\n")
    header = lines.split(b"\n\n", 1)[0]
    fields = re.split(rb"\n(?![ \t])", header)
    violations = set(line.get("violations", [])) if line else set()
    if peer == "go-msgauth" and result in (None, "unreadable") and b"\n\n" not in lines and not lines.startswith(b"\n"):
        return "peer: wants an empty line after the header section"
    if peer == "go-msgauth" and any(re.match(rb"(?i)dkim-signature(?![ \t]*:)", field) for field in fields):
        return "peer: wants no colon after a field name"
    if peer == "go-msgauth" and any(re.match(rb"[!-9;-~]+\n[ \t]+:", field) for field in fields):
        return "peer: joins a field name and its colon over a line end"
    if peer == "OpenDKIM" and any(re.match(rb"[!-9;-~]+ *\t[ \t]*:", field) for field in fields):
        return "peer: drops a field with a tab before its colon"
    if peer == "OpenDKIM" and result == "header" and max(map(len, fields)) > 1 << 16:
        return "peer: cuts a field at 64 KiB"
    if line and (line["header"] in ("malformed", "invalid") or line["body"] == "altered") and result != "pass":
        return "both refuse, each for its own reason"
    if line and line["header"] == "no-key" and result == "malformed":
        return "both refuse, each for its own reason"
    if peer == "OpenDKIM" and b"\0" in header:
        return "peer: lets a field end at a NUL"
    if b"\r" in lines:
        return "peer: takes a lone CR for white space, or drops it at the end"
    if re.search(rb"[\v\f]", header):
        return "peer: takes VT and FF for white space"
    if peer == "OpenDKIM" and violations & {"malformed-signature", "malformed-body-hash"}:
        return "peer: overlooks what is no base64"
    if peer == "go-msgauth" and said and "illegal base64" in said:
        return "peer: wants the padding of base64"
    return None


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--now"]
    mailseal, msgauth, opendkim, key_file, folder = arguments
    environment = {"MSGAUTH_NOW": "1", "OPENDKIM_NOW": "1"} if "--now" in sys.argv else {}
    keys = read_keys(key_file)
    paths = sorted(str(path) for path in pathlib.Path(folder).rglob("*") if path.is_file())
    messages, lines = recorded(mailseal, key_file, folder)
    peers = {
        "go-msgauth": listed([msgauth, "list", key_file], paths, environment),
        "OpenDKIM": listed([opendkim, key_file], paths, environment),
    }
    digests = {path: hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest() for path in paths}
    signatures = sum(len(lines[digests[path]]) for path in paths)
    print(f"{len(paths)} files, {signatures} signatures\n")
    table = {peer: collections.Counter() for peer in peers}
    open_cases = []
    for peer, results in peers.items():
        for path in paths:
            ours, theirs = lines[digests[path]], results[path]
            for index in sorted(set(ours) | set(theirs)):
                line = ours.get(index)
                said = theirs.get(index)
                result = word(said) if said else None
                if line and result == expected(line, peer):
                    table[peer]["both: " + result] += 1
                    continue
                reason = explanation(line, result, peer, keys) if line and result else None
                if reason is None and digests[path] not in messages:
                    reason = "no message for mailseal"
                if reason is None and index == 0 and not ours:
                    reason = "no signature, and not read by the peer"
                reason = reason or limit(line, path, said, peer)
                if reason is None:
                    facts = f"{line['header']}/{line['body']}" if line else "no signature"
                    open_cases.append(f"{peer}\t{path}\t{index}\t{facts}\t{said}\t{line and line.get('violations')}")
                table[peer][reason or "unexplained"] += 1
    rows = sorted(set().union(*table.values()), key=lambda row: (not row.startswith("both"), row == "unexplained", row))
    print("| | " + " | ".join(peers) + " |\n|---|" + "---|" * len(peers))
    for row in rows:
        print(f"| {row} | " + " | ".join(str(table[peer][row]) for peer in peers) + " |")
    print("\n" + "\n".join(open_cases))
    sys.exit(1 if open_cases else 0)


if __name__ == "__main__":
    main()
