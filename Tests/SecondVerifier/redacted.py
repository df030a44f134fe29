"""Redacted bundles (Docs/format.md 3.8): lines of which only the hash is there, and what can still be checked."""

import re

from evidence import CLASSES
from lines import LineFault

TAIL = 1 << 16
LINES = ("sources", "messages", "attachments", "occurrences", "files", "containers", "failures", "keys")
COUNTS = LINES + ("signatures",)
# What belongs right behind its message, and what is never behind a withheld line.
BOUND = {"attachment", "content", "head"}


def is_redacted(stream, entry):
    """Whether the last but one line is withheld."""
    size = min(TAIL, entry.size)
    tail = b"".join(stream.chunks(entry.offset + 512 + entry.size - size, size))
    return tail.split(b"\n")[-3:-2][0][:1] == b"~" if tail.count(b"\n") > 1 else False


def manifest(base, stream, entries, report):
    """A manifest as `base` reads it, or one that knows of withheld lines."""
    plain = base(stream, entries, report)
    entry = plain.entry.get("manifest.jsonl")
    if not entry or not is_redacted(stream, entry):
        return plain

    class Redacted(base):
        def __init__(self):
            super().__init__(stream, entries, report)
            self.gap, self.last_number, self.last_source, self.partial, self.disclosed = 0, 0, 0, False, 0
            self.last_end, self.has_gap = dict.fromkeys(LINES, 0), False

        def read(self, line):
            if line[:1] == b"~":
                if not re.fullmatch(rb"~[0-9a-f]{64}", line):
                    self.tree.add(line)
                    self.group.add(line)
                    raise LineFault("withheld", "a withheld line is ~ and 64 hexadecimal digits")
                for tree in (self.tree, self.group):
                    tree.add_hash(bytes.fromhex(line[1:].decode()))
                self.withhold()
                return None
            listed = line[:1] == b"-"
            record = super().read(line[1:] if listed else line)
            if listed:
                if record["type"] != "message":
                    raise LineFault("withheld", "only a message is listed without its bytes")
                record["listed"] = True
            return record

        def withhold(self):
            if self.previous in (None, "end"):
                self.report("line-order", f"line {self.tree.size - 1}", "a withheld line at an edition's start")
            self.close_renewal({})
            if self.open_message:
                self.close_message(None)
            self.previous, self.gap, self.partial = "withheld", self.gap + 1, True
            # One withheld line is the content line, which adds nothing.
            self.adds, self.has_gap = self.adds or self.has_gap, True
            self.mailbox, self.inner, self.last_file, self.last_failures = None, {}, None, []

        def next_number(self):
            return self.last_number + 1

        def followers(self):
            if self.previous != "withheld":
                return super().followers() | ({"end"} if self.previous in ("head", "key") else set())
            bound = BOUND | ({"dkim"} if self.count["head"] == 1 or self.past_renewals else set())
            return {"source", "message", "attachment", "dkim", "occurrence", "file", "container", "failure",
                    "source-end", "key", "end"} - bound

        def check_source(self, record, where):
            if record["id"] <= self.last_source:
                self.report("source-number", where, "the id is not above those before")
            self.last_source, self.partial = record["id"], False

        def check_number(self, record, where):
            missing = record["number"] - self.last_number - 1
            if missing < 0 or 2 * missing > self.gap:
                self.report("message-number", where, f"{missing} messages in {self.gap} withheld lines")
            self.last_number, self.gap = max(self.last_number, record["number"]), 0
            self.disclosed += "listed" not in record

        def take_container(self, record, leaf, where):
            if self.partial:
                self.report("redaction", where, "the line tells of withheld lines")
            else:
                super().take_container(record, leaf, where)

        def take_source_end(self, record, leaf, where):
            if self.partial:
                self.report("redaction", where, "the line tells of withheld lines")
            else:
                super().take_source_end(record, leaf, where)

        def item(self, record):
            if not self.partial:
                super().item(record)

        def row(self, record, where, paths):
            if not self.partial:
                super().row(record, where, paths)

        def take_content(self, record, leaf, where):
            self.report("redaction", where, "the content line is not withheld")

        def take_end(self, record, leaf, where):
            self.end, self.has_gap = record, False
            self.check_addition(where)
            self.check_keys(where)
            self.expect("count-end", where, "leaf", record["leaf"], leaf)
            self.expect("count-end", where, "head", record.get("head"), self.head_leaf or None)
            found = {name: self.count[name[:-1]] for name in COUNTS}
            found.update(signatures=self.signatures, bytes=self.bytes, **{name: self.classes[name] for name in CLASSES})
            for name, least in found.items():
                if record[name] < least:
                    self.report("count-end", where, f"{name} is {record[name]}, {least} are disclosed")
            classed = sum(record[name] for name in CLASSES)
            self.expect("count-end", where, "sum of the DKIM counts", classed, record["messages"])
            if self.last_number > record["messages"]:
                self.report("count-end", where, f"message {self.last_number} of {record['messages']}")
            added = {name: record[name] - self.last_end[name] for name in LINES}
            lines, found, self.last_end = 3 + added["sources"] + sum(added.values()), leaf + 1 - self.head_leaf, record
            if min(added.values()) < 0:
                self.report("count-end", where, "a count is lower than in the edition before")
            if self.count["head"] == 1:
                self.expect("count-end", where, "lines", found, lines + record["signatures"])
            elif found < lines:
                self.report("count-end", where, f"counts for {lines} lines, there are {found}")

        def content_label(self):
            return "Mailseal-Disclosed", f"{self.disclosed} of {self.end.get('messages', 0)} messages"

    return Redacted()
