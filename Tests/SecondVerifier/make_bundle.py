#!/usr/bin/env python3
"""Writes small bundles for the tests of the second verifier. The compressed bytes are zlib's, not those of deflate.md.

usage: make_bundle.py OUTPUT [MESSAGES]

Each step can be changed on its way by a function in `tamper`, and all later steps follow from what it returns:
`records` (dictionaries), `lines` (bytes), `payload`, `files` (tag files by name), `entries`, `tar`, `index`, `end` (the
whole tar stream), `pieces` (compressed blocks), `trailer` and `comment`.
"""

import base64
import hashlib
import sys
import zlib
from collections import Counter

import bag
from container import BLOCK, FIRST_BLOCK, GZIP_HEADER, tar_header
from lines import Pairs, SCHEMA, canonical, is_utf8
from verify import FIELDS, NO_LEAF, derive

NAME = "sample"
# A message whose signature fits once two quoting marks are undone; the signature itself is invented.
BODY_HASH = base64.b64encode(hashlib.sha256(b"From a\r\nText\r\nFrom b\r\n").digest())
SIGNED = (
    b"From: c@example.org\nSubject : caf\xe9\nMessage-Id:\t=<2@example.org>\nIn-Reply-To: <1@example.org>\n"
    b"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s; h=from:to; b=AAAA; bh=" + BODY_HASH + b"\n\n"
    b">From a\nText\n>From b\n")
MARKS = [f"{SIGNED.index(mark)}+1" for mark in (b">From a", b">From b")]


def digest(data):
    return hashlib.sha256(data).hexdigest()


def sample_messages(count):
    """Messages with CRLF, LF and mixed line ends, one with a header that is not UTF-8."""
    messages = [
        b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Hello\r\n world\r\nMessage-ID: <1@example.org>\r\n"
        b"Date: Mon, 2 Jan 2017 10:00:00 +0000\r\n\r\nHello.\r\n",
        SIGNED,
        b"Received: x\r\nFrom: d@example.org\nSubject:\n\nmixed\r\nlines",
    ]
    for number in range(len(messages), count):
        body = hashlib.sha256(b"%d" % number).hexdigest().encode() * (1 + number % 40)
        messages.append(b"From: e@example.org\r\nMessage-ID: <%d@example.org>\r\n\r\n%s\r\n" % (number + 1, body))
    return messages


class Maker:
    def __init__(self, messages, tamper):
        self.messages, self.tamper = messages, tamper
        self.records, self.payload, self.seen, self.source = [], {}, set(), 0

    def step(self, name, value):
        change = self.tamper.get(name)
        return change(value) or value if change else value

    def record(self, kind, /, **values):
        self.records.append({**values, "type": kind})

    def message(self, data, path, **place):
        sha256 = digest(data)
        if sha256 not in self.seen:
            line_ends, fields = derive([data])
            self.seen.add(sha256)
            self.record("message", number=len(self.seen), sha256=sha256, size=len(data), line_ends=line_ends,
                        **{name: fields[name] for name in FIELDS.values() if name in fields})
            self.payload[f"data/eml/{sha256[:2]}/{sha256}.eml"] = (data, len(self.records) - 1)
            if len(self.seen) == 1:
                self.record("attachment", message=sha256, part=b"2", name=b"a\xff.txt", media_type=b"text/plain",
                            size=3, sha256=digest(b"abc"))
                self.record("dkim", message=sha256, index=1, domain=b"example.org", selector=b"s",
                            algorithm=b"rsa-sha256", signed=(b"from", b"to"), header="valid", body="intact",
                            covered=22, total=22, repairs=[["line-ends"], ["mboxo-quoting", *MARKS]],
                            uncovered=["message-id"], alignment="same", signature=digest(bytes(3)))
                self.record("dkim", message=sha256, index=2, kind="arc-message", instance=1, header="valid",
                            body="partial", covered=1, total=8, outside=["2"], reservations=["field-added"])
                self.record("dkim", message=sha256, index=3, kind="arc-seal", instance=1, chain_validation="none",
                            header="no-key", body="not-computed")
        self.record("occurrence", message=sha256, source=self.source, path=path, **place)

    def file(self, path, data=None, **more):
        content = {}
        if data is not None:
            content = {"sha256": digest(data), "size": len(data)}
            name = f"data/files/{content['sha256'][:2]}/{content['sha256']}"
            self.payload.setdefault(name, (data, len(self.records)))
        self.record("file", **content, source=self.source, path=path, **more)

    def mailbox(self, path, parts, after):
        start, whole = len(self.records), b""
        for before, data in parts:
            extra = {"before": before} if before else {}
            self.message(data, path, offset=len(whole) + len(before), **extra)
            whole += before + data
        whole += after
        extra = {"after": after} if after else {}
        self.record("container", source=self.source, path=path, kind="mbox", size=len(whole), sha256=digest(whole),
                    **extra, messages=len(parts), files=0, failures=0)

    def start_source(self, **values):
        self.source += 1
        self.record("source", id=self.source, **values)
        self.start = len(self.records)

    def end_source(self):
        found = [r["type"] for r in self.records[self.start:]]
        counts = [found.count(kind) for kind in ("occurrence", "file", "failure")]
        counts[1] -= sum("stored" in record for record in self.records[self.start:])
        size = {r["sha256"]: r["size"] for r in self.records if r["type"] == "message"}
        came = Counter()
        for r, after in zip(self.records[self.start:], self.records[self.start + 1:] + [{}]):
            came["framing"] += len(r.get("before", b"")) + len(r.get("after", b""))
            came["messages"] += size[r["message"]] if r["type"] == "occurrence" else 0
            came["files"] += r.get("size", 0) if r["type"] == "file" and "stored" not in after else 0
            came["containers"] += r["size"] if r["type"] == "container" and r["kind"] != "mbox" else 0
        self.record("source-end", source=self.source, items=sum(counts), messages=counts[0], files=counts[1],
                    failures=counts[2], bytes_read=sum(came.values()), bytes_unpacked=0,
                    bytes_messages=came["messages"], bytes_files=came["files"], bytes_framing=came["framing"],
                    bytes_containers=came["containers"], bytes_failed=0)

    def fill(self):
        first, *others = self.messages
        self.record("head", format="mailseal/0", rules=2, name=NAME.encode(), origin=b"example.org/sample", edition=1)
        self.start_source(name=b"inbox", kind="tree",
                          retrieved={"at": "2017-05-05T20:00:00Z", "basis": "stated", "stated": ((b"who", b"me"),)})
        for number, data in enumerate(others[:-1]):
            self.message(data, ((b"50%", b"\xe9t\xe9" if number == 0 else b"m", b"%d.eml" % number),),
                         mtime="2017-05-01T00:00:00Z")
        self.file(((b"notes.txt",),), b"notes\n", mtime="2017-05-02T00:00:00Z")
        self.file(((b"copy.txt",),), b"notes\n")
        self.file(((b"empty",),), b"")
        self.file(((b"link",),), target=b"\xff/elsewhere")
        self.mailbox(((b"in.mbox",),), [
            (b"From - x\n", first), (b"\nFrom y\n", others[-1]), (b"\xff\nFrom z\n", first)], b"\n")
        self.record("failure", source=1, path=((b"secret",),), code="permission")
        self.end_source()
        self.start_source(name=b"one.zip", kind="file")
        self.message(b"From: z@example.org\n\nzipped\n", ((b"one.zip",), (b"z.eml",)))
        self.mailbox(((b"one.zip",), (b"box",)), [(b"From q\n", first)], b"")
        self.file(((b"one.zip",),), b"PK")
        self.record("container", source=2, path=((b"one.zip",),), kind="zip", size=2, sha256=digest(b"PK"),
                    stored=True, messages=1, files=0, failures=0)
        self.end_source()
        self.record("key", domain=b"example.org", selector=b"s", record=b"v=DKIM1; p=", basis="dns",
                    obtained="2017-05-05T20:00:00Z", **{"from": b"\xff"}, dnssec="secure")
        self.record("key", domain=b"example.org", selector=b"s", record=b"v=DKIM1; p=", basis="file")
        kinds = [record["type"] for record in self.records]
        count = kinds.count
        self.record("content", messages=len(self.seen), root=bag.tree_root(bytes.fromhex(d) for d in sorted(self.seen)))
        self.record("end", leaf=len(self.records), sources=count("source"), messages=count("message"),
                    attachments=count("attachment"), signatures=count("dkim"), occurrences=count("occurrence"),
                    files=count("file"), containers=count("container"), failures=count("failure"), keys=count("key"),
                    bytes=sum(r["size"] for r in self.records if r["type"] == "message"), verified=1, repaired=0,
                    qualified=0, headers_only=0, other_domain=0, not_verifying=0, key_unavailable=0, unsigned=len(self.seen) - 1)

    def extend(self, edition):
        """Appends an edition: the first one's key for the seal of the message with signatures, then further keys only.

        The fourth adds a source instead, with a message that is known and one that is new.
        """
        head, end = self.records[0], self.records[-1]
        first, signatures = len(self.records), [r for r in self.records if r["type"] == "dkim"][:3]
        self.record("head", **{**head, "edition": edition})
        if edition == 2:
            for place, signature in enumerate(signatures):
                more = {"header": "valid", "key": digest(b"v=DKIM1; p=2")} if place == 2 else {}
                self.record("dkim", **{**signature, **more})
            unsigned = [r for r in self.records if r["type"] == "message"][-1]
            self.record("dkim", message=unsigned["sha256"], index=1, domain=b"a.example", header="no-key", body="intact")
        if edition == 4:
            return self.extend_by_source(end, first)
        self.record("key", domain=b"a.example", selector=b"t", record=b"v=DKIM1; p=%d" % edition, basis="file")
        self.record("content", **[r for r in self.records if r["type"] == "content"][0])
        more = 1 if edition == 2 else 0
        self.record("end", **{**end, "leaf": len(self.records), "head": first, "keys": end["keys"] + 1,
                              "signatures": end["signatures"] + more, "unsigned": end["unsigned"] - more,
                              "key_unavailable": end["key_unavailable"] + more})

    def extend_by_source(self, end, first):
        new = b"From: n@example.org\n\nnew\n"
        self.start_source(name=b"inbox", kind="tree")
        self.message(self.messages[1], ((b"again.eml",),))
        self.message(new, ((b"new.eml",),))
        self.file(((b"notes.txt",),), b"notes\n")
        self.end_source()
        self.record("content", messages=len(self.seen), root=bag.tree_root(bytes.fromhex(d) for d in sorted(self.seen)))
        more = {"sources": 1, "messages": 1, "occurrences": 2, "files": 1, "bytes": len(new), "unsigned": 1}
        self.record("end", **{**end, **{name: end[name] + count for name, count in more.items()},
                              "leaf": len(self.records), "head": first})

    def bundle(self):
        self.fill()
        for edition in range(2, 1 + self.tamper.get("editions", 1)):
            self.extend(edition)
        self.records = self.step("records", self.records)
        self.lines = self.step("lines", [line_of(record) for record in self.records])
        self.payload = self.step("payload", self.payload)
        files = self.step("files", self.tag_files())
        files["tagmanifest-sha256.txt"] = bag.sums((name, digest(data)) for name, data in files.items())
        entries = [("bagit.txt", files.pop("bagit.txt"), NO_LEAF)]
        entries += [(path, data, leaf) for path, (data, leaf) in self.payload.items()]
        entries += [(name, data, NO_LEAF) for name, data in files.items()]
        entries = self.step("entries", entries)
        tar, places, manifest = bytearray(), [], 0
        for path, data, leaf in entries:
            places.append((len(tar), leaf))
            manifest = len(tar) + 512 if path == "manifest.jsonl" else manifest
            tar += tar_header(NAME.encode(), path.encode("latin-1"), len(data)) + data + bytes(-len(data) % 512)
        return self.gzip(self.step("tar", bytes(tar)), places, manifest)

    def tag_files(self):
        tree = bag.Tree()
        for line in self.lines:
            tree.add(line)
        root, records = tree.root(), self.records
        end = records[-1]
        times = [None, None, None]
        for record in records:
            at = record.get("retrieved", {}).get("at")
            times[0] = max(filter(None, (times[0], record.get("bagged_at"))), default=None)
            times[1] = max(filter(None, (times[1], at)), default=None)
            times[2] = max(filter(None, (times[2], record.get("mtime"))), default=None)
        csv, message, attachments = bag.CSV_HEADER, None, 0
        for record in records:
            if record["type"] == "message":
                message, attachments = {**record, "hex": set()}, 0
                if not is_utf8(record.get("message_id", b"")):
                    message["hex"].add("message_id")
            attachments += record["type"] == "attachment"
            if record["type"] == "occurrence" and message:
                path = record["path"]
                plain = all(is_utf8(part) for level in path for part in level)
                csv += bag.csv_record(message, path if plain else None, attachments)
                message = None
        files = {"bagit.txt": bag.BAGIT, "manifest.jsonl": b"".join(line + b"\n" for line in self.lines)}
        files["checkpoint"] = bag.checkpoint(records[0]["origin"], tree.size, root)
        files["mailbag.csv"] = csv
        files["manifest-sha256.txt"] = bag.sums((path, digest(data)) for path, (data, _) in self.payload.items())
        files["bag-info.txt"] = bag.bag_info(
            f"{tree.size}:{root}", ("Mailseal-Content-Root", records[-2].get("root", "")),
            end.get("messages", 0), end.get("verified", 0),
            sum(len(data) for data, _ in self.payload.values()), len(self.payload), tuple(times))
        return files

    def gzip(self, tar, places, manifest):
        where, offset, groups = len(tar), manifest, []
        pieces = [deflate(tar[i : i + BLOCK]) for i in range(0, len(tar) // BLOCK * BLOCK, BLOCK)]
        starts = [FIRST_BLOCK]
        for piece in pieces:
            starts.append(starts[-1] + len(piece))
        messages = 0
        for first in range(0, len(self.lines), 256):
            group = self.lines[first : first + 256]
            groups.append((offset, messages + 1, bag.tree_root(group)))
            offset += sum(len(line) + 1 for line in group)
            messages += sum(line.startswith(b'{"type":"message"') for line in group)
        blocks = [(start, zlib.crc32(piece)) for start, piece in zip(starts, pieces)]
        index = self.step("index", bag.index(blocks, places, len(self.lines), groups))
        tar += tar_header(NAME.encode(), b"index.txt", len(index)) + index + bytes(-len(index) % 512) + bytes(1024)
        tar = self.step("end", tar)
        pieces += [deflate(tar[i : i + BLOCK]) for i in range(len(pieces) * BLOCK, len(tar), BLOCK)]
        pieces = self.step("pieces", pieces)
        count = where // BLOCK
        trailer = b"\x03\0" + zlib.crc32(tar).to_bytes(4, "little") + (len(tar) % 2**32).to_bytes(4, "little")
        tail = b"".join(pieces[count:]) + self.step("trailer", trailer)
        comment = f"mailseal/0 index {starts[count]:016x}+{where % BLOCK:05x} crc {zlib.crc32(tail):08x}"
        comment = self.step("comment", comment).encode()
        return GZIP_HEADER + comment + b"\0" + b"".join(pieces[:count]) + tail


def deflate(piece):
    encoder = zlib.compressobj(6, zlib.DEFLATED, -15)
    return encoder.compress(piece) + encoder.flush(zlib.Z_FULL_FLUSH)


def line_of(record):
    return canonical(members_of(record["type"], record)).encode()


def members_of(kind, record):
    members = Pairs([("type", kind)] if "type" in record else [])
    for key, _ in SCHEMA[kind]:
        key = key.rstrip("?")
        if key not in record:
            continue
        value = record[key]
        if isinstance(value, dict):
            value = members_of("retrieved", value)
        elif isinstance(value, (bytes, tuple)):
            if not all(is_utf8(text) for text in texts(value)):
                key, value = key + "_hex", spelled(value, bytes.hex)
            else:
                value = spelled(value, bytes.decode)
        members.append((key, value))
    return members


def texts(value):
    return [value] if isinstance(value, bytes) else [text for item in value for text in texts(item)]


def spelled(value, spell):
    return spell(value) if isinstance(value, bytes) else [spelled(item, spell) for item in value]


def make(count=6, **tamper):
    return Maker(sample_messages(count), tamper).bundle()


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as output:
        output.write(make(int(sys.argv[2]) if len(sys.argv) > 2 else 6))
