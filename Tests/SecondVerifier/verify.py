#!/usr/bin/env python3
"""A second verifier of mailseal bundles, written from Docs/format.md and Docs/repairs.md alone; it needs but Python 3.9.

usage: verify.py BUNDLE [--root SIZE:HASH] [--json]

Exit status: 0 no fault was found, 1 the bundle is altered or its evidence does not follow, 2 unreadable or bad usage.
"""

import argparse
import hashlib
import json
import os
import re
import sys
from collections import Counter

import bag
import container
import redacted
import repairs
from evidence import CLASSES, Evidence
from lines import LineFault, parse
from signature import Unrepeatable, is_signed

RULES = 2
MOST_FINDINGS = 1000
LONGEST_LINE = 64 << 20
LONGEST_HEADER_SECTION = 16 << 20
LARGEST_MESSAGE = 2 << 30
HEAVIEST_KEYS = 128 << 20
PIECE = 4 << 30
NO_LEAF = 0xFFFFFFFF
FIELDS = {b"message-id": "message_id", b"date": "date", b"from": "from", b"to": "to", b"cc": "cc",
          b"subject": "subject", b"in-reply-to": "in_reply_to"}
ITEMS = {"message", "occurrence", "file", "container", "failure", "source-end"}
FOLLOWERS = {
    None: {"head"}, "head": {"source"}, "source": ITEMS, "message": {"attachment", "dkim", "occurrence"},
    "attachment": {"attachment", "dkim", "occurrence"}, "dkim": {"dkim", "occurrence"}, "occurrence": ITEMS,
    "file": ITEMS, "container": ITEMS, "failure": ITEMS, "source-end": {"source", "key", "content"},
    "key": {"key", "content"}, "content": {"end"}, "end": {"head"},
}
# In a later edition, behind its head and the evidence that it records anew.
LATER = {"head", "renewed"}
AFTER_LATER = {"dkim", "source", "key", "content"}
MOST_EDITIONS = 10000


class Findings(list):
    def report(self, code, where, detail):
        if len(self) < MOST_FINDINGS:
            self.append({"code": code, "where": where, "detail": detail})


def header_fields(section):
    """The recorded fields of a header section: the first of each name, unfolded, trimmed and cut."""
    fields, name, value = {}, None, []
    for line in section.split(b"\n")[:-1] + [b""]:
        if line[:1] in (b" ", b"\t"):
            value.append(line)
            continue
        if name and name not in fields:
            unfolded = b"\n".join(value).replace(b"\r\n", b"").replace(b"\n", b"")
            fields[name] = unfolded.strip(b" \t\r\n")[:4096]
        match = re.match(rb"([!-9;-~]+)[ \t]*:", line)
        name = FIELDS.get(match[1].lower()) if match else None
        value = [line[match.end():]] if match else []
        if line in (b"", b"\r"):
            break
    return {name: value for name, value in fields.items() if value}


def derive(chunks):
    """line_ends and the recorded header fields of a message that comes in pieces."""
    feeds = pairs = 0
    last, section, complete = b"", b"", False
    for piece in chunks:
        feeds += piece.count(b"\n")
        pairs += piece.count(b"\r\n") + (last == b"\r" and piece[:1] == b"\n")
        last = piece[-1:]
        if not complete:
            section += piece
            complete = bool(re.search(rb"(?:\A|\n)\r?\n", section)) or len(section) > LONGEST_HEADER_SECTION
    line_ends = "none" if not feeds else "crlf" if pairs == feeds else "lf" if not pairs else "mixed"
    # A last line without LF still belongs to the header section.
    return line_ends, header_fields(section if section.endswith(b"\n") else section + b"\n")


class Manifest:
    """Walks over the lines of the manifest, checks them against the payload, and gathers what the tag files need."""

    def __init__(self, stream, entries, report):
        self.stream, self.report = stream, report
        self.entry = {}
        for entry in entries:
            self.entry.setdefault(entry.path, entry)
        self.before = {}
        self.tree, self.groups, self.group = bag.Tree(), [], bag.Tree()
        self.head, self.end, self.content, self.bagged = {}, {}, {}, None
        self.head_leaf, self.adds, self.renewed, self.known_keys = 0, False, 0, {}
        self.past_renewals = False
        self.previous = self.previous_key = self.open_message = self.current = None
        self.count, self.bytes, self.key_weight, self.file_name = Counter(), 0, 0, None
        self.messages, self.payload, self.files = {}, [], {}
        self.inner, self.last_file, self.last_failures, self.mailbox = {}, None, [], None
        self.stored, self.classes, self.wanted_keys, self.key_records = 0, Counter(), set(), {}
        self.restored = []
        self.evidence, self.newest, self.numbers, self.signatures = None, {}, {}, 0
        self.retrieved = self.mtime = None
        self.csv, self.csv_files, self.records = hashlib.sha256(), [], 0
        self.attachments, self.at_start = 0, Counter()

    # The lines

    def lines(self, entry):
        rest, offset = b"", entry.offset + 512
        for piece in self.stream.chunks(entry.offset + 512, entry.size):
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                yield offset, line
                offset += len(line) + 1
            if len(rest) > LONGEST_LINE:
                self.report("limit", f"tar offset {offset}", "a line of the manifest is longer than 64 MiB")
                return
        if rest:
            self.report("line-end", f"tar offset {offset}", "the manifest does not end in LF")
            yield offset, rest

    def walk(self):
        for offset, line in self.lines(self.entry["manifest.jsonl"]):
            leaf = self.tree.size
            if leaf % 256 == 0:
                self.close_group()
                self.groups.append([offset, self.next_number(), None])
            try:
                record = self.read(line)
            except LineFault as fault:
                self.report(fault.code, f"line {leaf}", str(fault))
                continue
            if record:
                record["line"] = line
                self.take(record, leaf)
        self.close_group()
        if self.previous != "end":
            self.report("line-order", f"line {self.tree.size}", "the last line is not end")
        if self.previous == "end" and not self.count["message"]:
            self.report("count-end", f"line {self.tree.size}", "no message is in it")
        self.close_csv()

    def read(self, line):
        """Adds a line to the tree and gives its record."""
        self.tree.add(line)
        self.group.add(line)
        return parse(line)

    def next_number(self):
        return self.count["message"] + 1

    def followers(self):
        """The types that may follow the last line."""
        if self.previous in LATER and self.count["head"] > 1:
            return AFTER_LATER
        return FOLLOWERS.get(self.previous, AFTER_LATER)

    def close_group(self):
        if self.groups:
            self.groups[-1][2] = self.group.root()
        self.group = bag.Tree()

    def take(self, record, leaf):
        kind, where = record["type"], f"line {leaf}"
        allowed = self.followers()
        if kind == "dkim" and self.count["head"] > 1 and not self.open_message:
            kind = "renewed"
        self.close_renewal(record if kind == "renewed" else {})
        if record["type"] not in allowed:
            self.report("line-order", where, f"{kind} cannot follow {self.previous}")
        own = kind == "failure" and self.mailbox and record.get("path") == self.mailbox.path
        if self.mailbox and not own and kind not in (
                "message", "attachment", "dkim", "occurrence", "file", "container"):
            self.report("mailbox-open", where, "this line stands between a mailbox's messages and its container line")
            self.mailbox = None
        if kind not in ("file", "container"):
            self.last_file = None
        if kind not in ("file", "failure", "container"):
            self.last_failures = []
        self.previous, self.past_renewals = kind, kind != "head" and (self.past_renewals or kind != "renewed")
        self.count[record["type"]] += 1
        if kind == "head":
            self.before, self.head = self.head, record
        if ("salt" in record) != ("salted" in self.head):
            self.report("salt", where, "salt and head.salted do not agree")
        if "source" in record and record["source"] != self.current:
            self.report("source-number", where, f"the line names source {record['source']} inside {self.current}")
        if "source" in record and self.file_name and record.get("path", (self.file_name,))[:1] != (self.file_name,):
            self.report("path", where, "the source is a single file, the path begins with another name")
        at = record.get("retrieved", {}).get("at")
        self.retrieved = max(filter(None, (self.retrieved, at)), default=None)
        self.mtime = max(filter(None, (self.mtime, record.get("mtime"))), default=None)
        getattr(self, "take_" + kind.replace("-", "_"))(record, leaf, where)

    def expect(self, code, where, what, found, right):
        if found != right:
            self.report(code, where, f"{what} is {found!r}, it should be {right!r}")

    def take_head(self, record, leaf, where):
        if not self.csv_files:
            self.csv_files.append(None)
            self.csv.update(bag.CSV_HEADER)
        self.expect("edition", where, "edition", record["edition"], min(self.count["head"], MOST_EDITIONS))
        self.bagged = max(filter(None, (self.bagged, record.get("bagged_at"))), default=None)
        self.head_leaf, self.adds, self.renewed, self.previous_key = leaf, False, 0, None
        self.open_message, self.wanted_keys = None, set()
        if self.before:
            for name in ("name", "origin"):
                self.expect("edition-differs", where, name, record[name], self.before[name])
            self.expect("edition-differs", where, "salted", "salted" in record, "salted" in self.before)
            if record["rules"] < self.before["rules"]:
                self.report("edition-differs", where, "rules are lower than in the edition before")
        if record["rules"] < 1:
            self.report("rules", where, f"rules are {record['rules']}, they begin with 1")
        if not re.fullmatch(rb"[!-*,-~]{1,255}", record["origin"]):
            self.report("origin", where, "origin is not 1 to 255 printable ASCII characters without blank and plus")

    def take_source(self, record, leaf, where):
        self.check_source(record, where)
        self.adds = True
        if record["kind"] not in ("tree", "maildir", "file"):
            self.report("value", where, "kind is not tree, maildir or file")
        self.current, self.at_start, self.stored = record["id"], Counter(self.count), 0
        self.file_name = (record["name"],) if record["kind"] == "file" else None

    def check_source(self, record, where):
        self.expect("source-number", where, "id", record["id"], self.count["source"])

    def check_number(self, record, where):
        self.expect("message-number", where, "number", record["number"], self.count["message"])

    def take_message(self, record, leaf, where):
        digest = record["sha256"]
        if digest in self.messages:
            self.report("message-repeated", where, "a message line with this digest stands before")
        self.check_number(record, where)
        self.open_message, self.attachments, self.evidence = record, 0, Evidence(digest)
        self.numbers.setdefault(digest, record["number"])
        self.messages[digest] = record["size"]
        self.bytes += record["size"]
        if "listed" not in record:
            self.take_bytes(record, leaf, where)

    def take_bytes(self, record, leaf, where):
        digest = record["sha256"]
        path = f"data/eml/{digest[:2]}/{digest}.eml"
        self.add_payload(path, leaf, digest, record["size"], where)
        if record["size"] > LARGEST_MESSAGE:
            self.report("message-size", where, "a message larger than 2 GiB should be a file")
        elif self.head.get("rules") == RULES and path in self.entry:
            entry = self.entry[path]
            line_ends, fields = derive(self.stream.chunks(entry.offset + 512, entry.size))
            self.expect("derived-line-ends", where, "line_ends", record["line_ends"], line_ends)
            for name in FIELDS.values():
                self.expect("derived-field", where, name, record.get(name), fields.get(name))

    def take_attachment(self, record, leaf, where):
        self.attachments += 1
        self.expect("message-unknown", where, "message", record["message"], (self.open_message or {}).get("sha256"))

    def take_dkim(self, record, leaf, where):
        self.expect("message-unknown", where, "message", record["message"], (self.open_message or {}).get("sha256"))
        self.signatures += 1
        self.take_signature(record, where)

    def take_signature(self, record, where):
        if self.evidence:
            self.evidence.take(record, where, self.report)
        if "key" in record and record["key"] not in self.key_records:
            self.wanted_keys.add(record["key"])
        if self.head.get("rules") == RULES:
            self.repeat_repairs(record, where)

    def repeat_repairs(self, record, where):
        """Undoes on the message what the line says was undone; restored headers wait for their keys."""
        entry = self.entry.get(f"data/eml/{record['message'][:2]}/{record['message']}.eml")
        try:
            repairs.check_words(record)
            if "repairs" in record and entry:
                message = b"".join(self.stream.chunks(entry.offset + 512, entry.size))
                restored = repairs.check(record, message)
                if restored:
                    self.restored.append((where, record.get("key"), record.get("algorithm", b"").lower(), *restored))
        except (Unrepeatable, ValueError, LookupError) as fault:
            self.report("derived-repair", where, str(fault))

    def check_restored(self):
        for where, key, algorithm, data, signature in self.restored:
            try:
                holds = is_signed(data, signature, algorithm, self.key_records[key])
            except (ValueError, LookupError, OverflowError):
                holds = False
            if not holds:
                self.report("derived-repair", where, "the key did not sign the restored header")
        self.restored = []

    def take_renewed(self, record, leaf, where):
        """Evidence that a later edition records anew."""
        self.adds = True
        if self.evidence is None:
            self.evidence, number = Evidence(record["message"]), self.numbers.get(record["message"])
            if number is None:
                self.report("message-unknown", where, "no message line has the digest of this evidence")
            elif number <= self.renewed:
                self.report("evidence-order", where, "evidence does not stand in the order of the messages")
            self.renewed = number or self.renewed
        self.take_signature(record, where)

    def close_renewal(self, record):
        """Ends the evidence of a message before a record that does not belong to it."""
        if self.previous != "renewed" or self.evidence.message == record.get("message"):
            return
        new, self.evidence = self.evidence, None
        old = self.newest.get(new.message)
        if old is None:
            return
        if old.text.digest() == new.text.digest():
            self.report("evidence-repeated", f"line {self.tree.size - 1}", "the evidence before this line is not new")
        self.signatures += new.count - old.count
        self.classes[old.evidence] -= 1
        self.classes[new.evidence] += 1
        self.newest[new.message] = new

    def take_occurrence(self, record, leaf, where):
        if record["message"] not in self.messages:
            self.report("message-unknown", where, f"no message line before has the digest {record['message']}")
        self.item(record)
        if self.open_message:
            self.expect("message-unknown", where, "message", record["message"], self.open_message["sha256"])
            self.close_message(None if "path" in record["hex"] else record["path"])
        self.row(record, where, [f"data/eml/{record['message'][:2]}/{record['message']}.eml"])

    def close_message(self, path):
        self.classes[self.evidence.evidence] += 1
        self.newest[self.evidence.message], self.evidence = self.evidence, None
        if "listed" not in self.open_message:
            self.add_csv(bag.csv_record(self.open_message, path, self.attachments))
        self.open_message = None

    def row(self, record, where, paths):
        """A part of a mailbox, which is put together from what stands before it and its bytes."""
        if self.mailbox and (self.mailbox.path != record["path"] or "offset" not in record):
            self.report("mailbox-open", where, "the mailbox before has no container line")
            self.mailbox = None
        if "offset" not in record:
            if "before" in record:
                self.report("mailbox-offset", where, "before without offset")
            return
        self.mailbox = self.mailbox or Mailbox(record["path"])
        self.mailbox.feed(record.get("before", b""))
        self.expect("mailbox-offset", where, "offset", record["offset"], self.mailbox.size)
        for path in paths:
            entry = self.entry.get(path)
            for piece in self.stream.chunks(entry.offset + 512, entry.size) if entry else ():
                self.mailbox.feed(piece)

    def take_file(self, record, leaf, where):
        path = f"data/files/{record.get('sha256', '')[:2]}/{record.get('sha256')}"
        parts = [f"{path}.{number:03d}" for number in range(len(record.get("pieces", [])))]
        # The file of a container that is open is its own; the part of a mailbox is one of its items.
        own = record["path"] in self.inner and "offset" not in record
        self.last_file = (record, own)
        if not own:
            self.item(record)
            self.row(record, where, parts or [path])
        if ("sha256" in record) != ("size" in record) or ("sha256" in record) == ("target" in record):
            self.report("file-content", where, "a file has either sha256 and size, or the target of a symbolic link")
        if "sha256" not in record:
            return
        digest, size = record["sha256"], record["size"]
        pieces = record.get("pieces", [])
        if digest in self.files:
            self.expect("file-pieces", where, "pieces", pieces, self.files[digest])
            return
        self.files[digest] = pieces
        self.expect("file-pieces", where, "number of pieces", len(pieces), -(-size // PIECE) if size > PIECE else 0)
        if not pieces:
            self.add_payload(path, leaf, digest, size, where)
            return
        whole = hashlib.sha256()
        for number, piece in enumerate(pieces):
            part = f"{path}.{number:03d}"
            self.add_payload(part, leaf, piece, min(PIECE, max(0, size - number * PIECE)), where)
            entry = self.entry.get(part)
            for chunk in self.stream.chunks(entry.offset + 512, entry.size) if entry else ():
                whole.update(chunk)
        self.expect("payload-digest", where, "SHA-256 of the pieces together", whole.hexdigest(), digest)

    def take_container(self, record, leaf, where):
        path = record["path"]
        self.take_over(path, "stored" in record)
        found = self.inner.pop(path, [0, 0, 0])
        if record["kind"] == "mbox":
            mailbox = self.mailbox if self.mailbox and self.mailbox.path == path else Mailbox(path)
            mailbox.feed(record.get("after", b""))
            rebuilt, right = (mailbox.size, mailbox.digest.hexdigest()), (record["size"], record.get("sha256"))
            if "sha256" not in record:
                rebuilt, right = mailbox.size > record["size"], False
            self.expect("mailbox-rebuilt", where, "size and SHA-256 of the mailbox rebuilt", rebuilt, right)
        elif "after" in record:
            self.report("value", where, "after stands in a container that is no mailbox")
        if self.mailbox and (record["kind"] != "mbox" or self.mailbox.path != path):
            self.report("mailbox-open", where, "the mailbox before has no container line")
        self.mailbox = None
        if "stored" in record:
            self.stored += 1
            file = self.last_file[0] if self.last_file else {}
            own = [file.get(key) for key in ("path", "sha256", "size")]
            # Of a container that could not be read to its end, the digest is not known.
            if own != [path, record.get("sha256", own[1]), record["size"]]:
                self.report("container-stored", where, "the line before is not the file of this container")
        self.last_file, self.last_failures = None, []
        for place, name in enumerate(("messages", "files", "failures")):
            self.expect("count-container", where, name, record[name], found[place])

    def take_over(self, path, stored):
        """What stood for a container of which nothing was listed has been counted outside of it so far."""
        if path in self.inner:
            return
        failures = sum(1 for place in self.last_failures if place == path)
        outer = self.inner.get(path[:-1])
        if outer:
            outer[2] -= failures
            if stored and self.last_file and self.last_file[0]["path"] == path:
                outer[1] -= 1
        self.inner[path] = [0, 0, failures]

    def take_failure(self, record, leaf, where):
        path = record.get("path", ())
        if path in self.inner:
            self.inner[path][2] += 1
            return
        self.last_failures.append(path)
        self.item(record)

    def item(self, record):
        """Counts an occurrence, file or failure in the innermost container around it."""
        place = ("occurrence", "file", "failure").index(record["type"])
        path = record.get("path", ())
        around = path if "offset" in record else path[:-1]
        for depth in range(1, len(around) + 1):
            self.inner.setdefault(around[:depth], [0, 0, 0])
        if around:
            self.inner[around][place] += 1

    def take_source_end(self, record, leaf, where):
        found = {"messages": "occurrence", "files": "file", "failures": "failure"}
        found = {name: self.count[kind] - self.at_start[kind] for name, kind in found.items()}
        found["files"] -= self.stored
        found["items"] = sum(found.values())
        for name, right in found.items():
            self.expect("count-source", where, name, record[name], right)
        came = sum(record["bytes_" + name] for name in ("messages", "files", "framing", "containers", "failed"))
        self.expect("count-source", where, "bytes", record["bytes_read"] + record["bytes_unpacked"], came)
        for path in self.inner:
            self.report("container-missing", where, f"no container line for {path!r:.200}")
        self.inner = {}

    def take_key(self, record, leaf, where):
        key = (record["domain"], record["selector"], record["record"], record["line"])
        if self.previous_key and key <= self.previous_key:
            self.report("key-line-order", where, "the key lines are not sorted, or one stands twice")
        self.previous_key, self.adds = key, True
        if self.known_keys.setdefault(record["line"], self.count["head"]) != self.count["head"]:
            self.report("key-repeated", where, "an earlier edition has this key line")
        self.key_weight += sum(map(len, key[:3])) + 256
        if self.key_weight > HEAVIEST_KEYS:
            self.report("limit", where, "more key records than a bundle can have")
        self.key_records[hashlib.sha256(record["record"]).hexdigest()] = record["record"]

    def check_keys(self, where):
        for digest in sorted(self.wanted_keys - self.key_records.keys()):
            self.report("key-unknown", where, f"no key line has the record {digest} that a signature names")
        self.check_restored()

    def take_content(self, record, leaf, where):
        self.content = record
        self.check_addition(where)
        self.check_keys(where)
        self.expect("count-content", where, "messages", record["messages"], self.count["message"])
        right = bag.tree_root(bytes.fromhex(digest) for digest in sorted(self.messages))
        self.expect("content-root", where, "root", record["root"], right)

    def check_addition(self, where):
        if self.count["head"] > 1 and not self.adds:
            self.report("edition-empty", where, "the edition adds neither sources nor evidence nor keys")

    def take_end(self, record, leaf, where):
        self.end = record
        kinds = {"sources": "source", "messages": "message", "attachments": "attachment",
                 "occurrences": "occurrence", "files": "file", "containers": "container", "failures": "failure",
                 "keys": "key"}
        found = {name: self.count[kind] for name, kind in kinds.items()}
        found.update(leaf=leaf, bytes=self.bytes, signatures=self.signatures)
        for name, right in found.items():
            self.expect("count-end", where, name, record[name], right)
        self.expect("count-end", where, "head", record.get("head"), self.head_leaf or None)
        if self.head.get("rules") == RULES:
            for name in CLASSES:
                self.expect("derived-dkim-count", where, name, record[name], self.classes[name])

    # The payload and the tag files

    def add_payload(self, path, leaf, digest, size, where):
        self.payload.append((path, leaf))
        entry = self.entry.get(path)
        if entry:
            self.expect("payload-size", where, f"the size of {path}", entry.size, size)
            self.expect("payload-digest", where, f"the SHA-256 of {path}", entry.sha256, digest)

    def add_csv(self, record):
        if self.records and self.records % bag.RECORDS_PER_CSV == 0:
            self.close_csv()
            self.csv_files.append(None)
        self.records += 1
        self.csv.update(record)

    def close_csv(self):
        if self.csv_files:
            self.csv_files[-1] = self.csv.hexdigest()
        self.csv = hashlib.sha256()

    def check_tag_files(self, name, entries):
        """Regenerates everything but the payload and the manifest, and compares order, names and bytes."""
        self.expect("bundle-name", "head", "name", self.head.get("name", b""), name)
        root = f"{self.tree.size}:{self.tree.root()}"
        payload = [self.entry[path] for path, _ in self.payload if path in self.entry]
        right = {"bagit.txt": bag.BAGIT}
        right["checkpoint"] = bag.checkpoint(self.head.get("origin", b""), self.tree.size, self.tree.root())
        right["manifest-sha256.txt"] = bag.sums((entry.path, entry.sha256) for entry in payload)
        right["bag-info.txt"] = bag.bag_info(
            root, self.content_label(), self.end.get("messages", 0), self.end.get("verified", 0),
            sum(entry.size for entry in payload), len(payload),
            (self.bagged, self.retrieved, self.mtime))
        hashes = {path: hashlib.sha256(data).hexdigest() for path, data in right.items()}
        csv = bag.csv_names(self.records)
        hashes.update(zip(csv, self.csv_files))
        hashes["manifest.jsonl"] = self.entry["manifest.jsonl"].sha256
        sealed = ["bagit.txt", "manifest.jsonl", "checkpoint", *csv, "manifest-sha256.txt", "bag-info.txt"]
        hashes["tagmanifest-sha256.txt"] = hashlib.sha256(bag.sums((p, hashes.get(p)) for p in sealed)).hexdigest()
        for path, digest in hashes.items():
            if path in self.entry and self.entry[path].sha256 != digest:
                code = "checkpoint" if path == "checkpoint" else "tag-file"
                self.report(code, path, "the file is not the one that follows from the manifest")
        payload_paths = [path for path, _ in self.payload]
        expected = ["bagit.txt", *payload_paths, "manifest.jsonl", "checkpoint", *csv, "manifest-sha256.txt",
                    "bag-info.txt", "tagmanifest-sha256.txt", "index.txt"]
        self.check_entries([entry.path for entry in entries], expected)
        return root

    def content_label(self):
        return "Mailseal-Content-Root", self.content.get("root", "")

    def check_entries(self, found, expected):
        for path in sorted(set(expected) - set(found)):
            self.report("entry-missing", path, "the manifest calls for this entry")
        for path in sorted(set(found) - set(expected)):
            self.report("entry-unexpected", path, "nothing in the manifest calls for this entry")
        if sorted(found) == sorted(set(expected)) and found != expected:
            self.report("entry-order", "tar", "the entries do not stand in their order")
        elif len(found) != len(set(found)):
            self.report("entry-repeated", "tar", "an entry stands twice")

    def check_index(self, entries):
        """Recomputes index.txt and the gzip comment."""
        entry = self.entry.get("index.txt")
        if not entry:
            return
        count = entry.offset // container.BLOCK
        leaf = dict(reversed(self.payload))
        right = bag.index(
            list(zip(self.stream.starts, self.stream.crcs))[:count],
            [(e.offset, leaf.get(e.path, NO_LEAF)) for e in entries if e.offset < entry.offset],
            self.tree.size, self.groups)
        found = self.stream.read(entry.offset + 512, min(entry.size, len(right) + 1))
        if found != right:
            codes = {b"blocks": "index-block", b"entries": "index-entry", b"leaves": "index-leaves"}
            code, found, right = "index-block", found.split(b"\n"), right.split(b"\n")
            for number in range(max(len(found), len(right))):
                wanted = right[number] if number < len(right) else b""
                code = codes.get(wanted.split(b" ")[0], code)
                if number >= len(found) or found[number] != wanted:
                    self.report(code, f"index.txt line {number + 1}", f"it should be {wanted.decode()!r}")
        comment = self.stream.bytes_at(len(container.GZIP_HEADER), container.COMMENT_LENGTH)
        if comment != self.stream.comment_for(entry.offset).encode():
            self.report("gzip-comment", "offset 10", "the comment is not the one that follows from the file")


class Mailbox:
    """A mailbox that is put together again from its messages and what stands between them."""

    def __init__(self, path):
        self.path, self.digest, self.size, self.messages = path, hashlib.sha256(), 0, 0

    def feed(self, data):
        self.digest.update(data)
        self.size += len(data)


def verify(file, size, pinned=None):
    """The root (None when it cannot be computed) and the findings."""
    findings = Findings()
    stream = container.Stream(file, size, findings.report)
    name, entries = container.walk(stream, findings.report)
    stream.check_ends()
    if not name or not container.NAME.fullmatch(name.decode("latin-1")):
        findings.report("bundle-name", "tar", "NAME is not made as the format asks for")
    manifest = redacted.manifest(Manifest, stream, entries, findings.report)
    if "manifest.jsonl" not in manifest.entry:
        findings.report("entry-missing", "manifest.jsonl", "there is no manifest")
        return None, findings
    manifest.walk()
    root = manifest.check_tag_files(name, entries)
    manifest.check_index(entries)
    if pinned and pinned != root:
        findings.report("root-pinned", "root", f"the root is {root}, you named {pinned}")
    return root, findings


def judge(path, pinned=None):
    """The verdict on a file, its root and the findings."""
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if file.read(2) != b"\x1f\x8b":
                raise OSError(f"{path} is not a gzip file")
            root, findings = verify(file, size, pinned)
    except OSError as error:
        return "unreadable", None, [{"code": "unreadable", "where": path, "detail": str(error)}]
    if not findings:
        return "intact" if pinned else "consistent", root, findings
    derived = all(finding["code"].startswith("derived-") for finding in findings)
    return "not-derivable" if derived else "altered", root, findings


def main():
    parser = argparse.ArgumentParser(description="Verify a mailseal bundle.")
    parser.add_argument("bundle")
    parser.add_argument("--root", metavar="SIZE:HASH")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.root and not re.fullmatch(r"[1-9][0-9]{0,15}:[0-9a-f]{64}", options.root):
        parser.error("--root is not SIZE:HASH")
    verdict, root, findings = judge(options.bundle, options.root)
    if options.json:
        print(json.dumps({"verdict": verdict, "root": root, "findings": findings}))
    else:
        print(f"{verdict}: root {root}")
        for finding in findings:
            print(f"{finding['code']}: {finding['where']}: {finding['detail']}")
    return {"intact": 0, "consistent": 0, "unreadable": 2}.get(verdict, 1)


if __name__ == "__main__":
    sys.exit(main())
