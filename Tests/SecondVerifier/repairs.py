"""Repeats the repairs that dkim lines record, from the message's bytes alone (Docs/repairs.md, section 5)."""

import base64
import hashlib
import re

from signature import (
    WHITE, Unrepeatable, canonical_body, forms, header_fields, signature_field, signed_data, unfolded_base64)

QUOTING = ("mboxrd-quoting", "mboxo-quoting", "mixed-quoting")
LEFT_OUT = ("list-footer", "banner")
DECODING = ("quoted-printable-to-8bit", "base64-to-8bit")
ENCODING = ("8bit-to-quoted-printable", "8bit-to-base64")
OF_BODY = LEFT_OUT + DECODING + ENCODING
OF_HEADER = ("content-fields", "subject-tag")
NAMES = ("line-ends",) + QUOTING + OF_BODY + OF_HEADER
# The width of quoted-printable, and whether a line that would just fit is broken.
WIDTHS = ((76, True), (76, False), (74, True), (75, True))
VALUES = (b"8bit", b"7bit", b"quoted-printable", b"base64")
MOST_CANDIDATES = 20000


# Transfer encodings

def decode_quoted_printable(data):
    result = []
    for line in re.findall(rb"[^\n]*\n|[^\n]+", data):
        end = re.search(rb"\r?\n\Z", line)
        content, end = (line[: end.start()], end[0]) if end else (line, b"")
        content = content.rstrip(b" \t")
        if content.endswith(b"="):
            content, end = content[:-1], b""
        result.append(re.sub(rb"=([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), content) + end)
    return b"".join(result)


def decode_base64(data):
    data = re.sub(rb"[^A-Za-z0-9+/=]", b"", data)
    place = 0
    while (place := data.find(b"=", place)) >= 0:
        if place % 4 >= 2:
            return base64.b64decode(data[:place] + b"=" * (-place % 4))
        data = data[:place] + data[place + 1 :]
    return base64.b64decode(data[: len(data) // 4 * 4])


def encode_quoted_printable(text, width, eager):
    result = []
    for line in re.findall(rb"[^\n]*\n|[^\n]+", text):
        end = re.search(rb"\r?\n\Z", line)
        line, end = (line[: end.start()], b"\r\n") if end else (line, b"")
        column = 0
        for place, byte in enumerate(line):
            is_last = place == len(line) - 1
            plain = (0x20 <= byte < 0x7F and byte != 0x3D or byte == 9) and not (is_last and byte in (9, 0x20))
            item = bytes([byte]) if plain else b"=%02X" % byte
            if column + len(item) > (width if is_last and not eager else width - 1):
                result.append(b"=\r\n")
                column = 0
            result.append(item)
            column += len(item)
        result.append(end)
    return b"".join(result)


def encode_base64(text):
    lines = (base64.b64encode(text[i : i + 57]) + b"\r\n" for i in range(0, len(text), 57))
    return b"".join(lines)


def encodings(text, name, ends_early):
    """The bodies that a text may have been signed as; `ends_early` when its end is known."""
    if name == "8bit-to-quoted-printable":
        for width, eager in WIDTHS:
            yield encode_quoted_printable(text, width, eager)
        return
    for line_end in (b"\r\n", b"\n"):
        prepared = re.sub(rb"\r?\n", line_end, text)
        for _ in range(5):
            yield encode_base64(prepared)
            match = re.search(rb"(\r\n|[ \t\r\n])\Z", prepared)
            if ends_early or not match:
                break
            prepared = prepared[: match.start()]


# Repairs

class Repeat:
    """A message, and what its repairs name."""

    def __init__(self, message, repairs):
        self.message = message
        self.fields, self.body = header_fields(message)
        self.edits = []
        for name, *edits in repairs:
            ranges = [tuple(map(int, edit.split("+"))) for edit in edits]
            self.edits.append((name, [(start, start + length) for start, length in ranges]))
        self.marks = []
        for name, ranges in self.edits:
            self.check(name, ranges)
            self.marks += [start for start, _ in ranges] if name in QUOTING else []

    def check(self, name, ranges):
        if name not in NAMES:
            raise Unrepeatable(f"{name} is no repair")
        for start, end in ranges:
            of_header = name in OF_HEADER
            if end > (self.body if of_header else len(self.message)) or start < (0 if of_header else self.body):
                raise Unrepeatable(f"{name} names bytes that are not where its text is")
            if name in QUOTING and not re.match(rb"\n>+From ", self.message[start - 1 :]):
                raise Unrepeatable(f"{name} names what is no quoting mark")
            if name in QUOTING and end > start + 1:
                raise Unrepeatable(f"{name} names more than a quoting mark")

    def of(self, names):
        return [(name, ranges) for name, ranges in self.edits if name in names]

    def kept(self, start, end):
        """Bytes without the quoting marks."""
        result, place = [], start
        for mark in self.marks:
            if start <= mark < end:
                result.append(self.message[place:mark])
                place = mark + 1
        return b"".join(result) + self.message[place:end]

    def assembled(self, changes):
        """The body with ranges replaced; a range within one before it has no effect."""
        result, place = [], self.body
        for start, end, new in sorted(changes, key=lambda change: change[:2]):
            if start < place and end > place:
                raise Unrepeatable("edits overlap")
            if start >= place:
                result += [self.kept(place, start), new]
                place = end
        return b"".join(result) + self.kept(place, len(self.message))

    def bodies(self):
        """The bodies that may have been signed."""
        left_out = [(start, end, b"") for _, ranges in self.of(LEFT_OUT) for start, end in ranges]
        recoded = self.of(DECODING + ENCODING)
        if not recoded:
            yield self.assembled(left_out)
        elif any(self.is_value(start) for _, ranges in recoded for start, _ in ranges):
            for width, eager in WIDTHS[:2]:
                yield self.assembled(left_out + self.recoded_parts(recoded, width, eager))
        else:
            yield from self.recoded_texts(recoded, left_out)

    def is_value(self, start):
        before = self.message[max(0, start - 1024) : start].rstrip(WHITE).lower()
        return before.endswith(b"content-transfer-encoding:")

    def recoded_parts(self, recoded, width, eager):
        changes = []
        for name, ranges in recoded:
            for start, end in ranges:
                if self.is_value(start):
                    changes.append((start, end, b"8bit" if name in DECODING else b"quoted-printable"))
                elif name in DECODING:
                    changes.append((start, end, decoder(name)(self.kept(start, end))))
                else:
                    changes.append((start, end, encode_quoted_printable(self.kept(start, end), width, eager)))
        return changes

    def recoded_texts(self, recoded, left_out):
        names = [name for name, ranges in recoded]
        if any(len(ranges) != 1 for _, ranges in recoded) or len(set(name in DECODING for name in names)) != len(names):
            raise Unrepeatable("a recoding is not of one text")
        decoding = next((pair for pair in recoded if pair[0] in DECODING), None)
        encoding, written = next(((name, ranges[0]) for name, ranges in recoded if name in ENCODING), (None, None))
        start, end = (decoding or recoded[0])[1][0]
        outside = [change for change in left_out if change[1] <= start or change[0] >= end]
        inside = [change for change in left_out if change not in outside]
        # A signed text that was ended early may end in white space; one that was not may have lost some.
        ends_early = any(change[1] == end for change in inside) if decoding else any(
            change[0] == end for change in left_out)
        for text in self.decoded_texts(decoding, inside, written) if decoding else [self.kept(start, end)]:
            for body in encodings(text, encoding, ends_early) if encoding else [text]:
                yield self.assembled(outside + [(start, end, body)])

    def decoded_texts(self, decoding, inside, written):
        """A decoded text without what was put before and behind it, cut at each place that may be meant."""
        name, [(start, end)] = decoding
        decode = decoder(name)
        text = decode(self.kept(start, end))
        first, last = start, end
        for change in inside:
            if change[0] == start and change[1] < end:
                first = change[1]
            elif change[1] == end:
                last = change[0]
            else:
                raise Unrepeatable("an edit stands within a recoded text")
        # Before the first letter of base64 there may be what gives nothing.
        if written and (written[1] != last or written[0] < first or decode(self.kept(first, written[0]))):
            raise Unrepeatable("what is encoded is not what is left of what was decoded")
        before, behind = len(decode(self.kept(start, first))), len(decode(self.kept(start, last)))
        starts = self.places(name, first, end) if first > start else [0]
        ends = self.places(name, last, end) if last < end else [0]
        for stop in ends:
            for begin in starts:
                yield text[before + begin : behind + stop if last < end else len(text)]

    def places(self, name, start, end):
        """How far behind the start of a line or group a cut may be."""
        if name == "base64-to-8bit":
            return range(3)
        line = self.kept(start, min(end, self.message.find(b"\n", start) + 1 or end))
        return range(len(decode_quoted_printable(line)) + 1)

    def headers(self):
        """The header sections that may have been signed."""
        left_out = [(start, end, b"") for _, ranges in self.of(["subject-tag"]) for start, end in ranges]
        for _, ranges in self.of(["content-fields"]):
            for change in self.content_changes(ranges):
                yield self.assembled_header(left_out + [change])
            return
        yield self.assembled_header(left_out)

    def assembled_header(self, changes):
        result, place = [], 0
        for start, end, new in sorted(changes):
            result += [self.message[place:start], new]
            place = end
        return b"".join(result) + self.message[place : self.body]

    def content_changes(self, ranges):
        if not ranges:
            end = self.fields[-1].end if self.fields else 0
            return [(end, end, b"Content-Transfer-Encoding: " + value + b"\r\n") for value in VALUES]
        [(start, end)] = ranges
        names = [field.name for field in self.fields if (field.start, field.end) == (start, end)]
        if names == [b"content-type"]:
            return [(start, end, self.inner_fields())]
        return [(start, end, b"")] if names else [(start, end, value) for value in VALUES]

    def inner_fields(self):
        """The Content fields of the part that was kept when the multipart around it was left out."""
        for name, ranges in self.of(["list-footer"]):
            if len(ranges) == 2 and ranges[0][0] == self.body:
                before = self.message[: ranges[0][1]]
                section = re.split(rb"(?:\A|\n)--[^\n]*\n", before[self.body :])[-1]
                fields, _ = header_fields(section)
                kept = [field for field in fields if field.name.startswith(b"content-")]
                return b"".join(section[field.start : field.end] for field in kept)
        raise Unrepeatable("no part was kept whose fields could be taken")


def decoder(name):
    return decode_base64 if name == "base64-to-8bit" else decode_quoted_printable


# Lines

def check_words(record):
    """Whether the results fit the names of the repairs."""
    names = {repair[0] for repair in record.get("repairs", [])}
    of_body, is_found = names & set(OF_BODY), record["body"] in ("intact", "restored", "partial")
    if (record["body"] == "restored") != bool(of_body) and record["body"] != "partial":
        raise Unrepeatable(f"the body is {record['body']} with {sorted(of_body)}")
    if names & set(QUOTING) and not is_found:
        raise Unrepeatable("the body is not found, and quoting is undone")
    if (record["header"] == "restored") != bool(names & set(OF_HEADER)):
        raise Unrepeatable("the header is restored with no repair of the header, or not restored with one")


def check_line_ends(record, message):
    has_bare_feeds = message.count(b"\n") > message.count(b"\r\n")
    if (["line-ends"] in record["repairs"][:1]) != has_bare_feeds or ["line-ends"] in record["repairs"][1:]:
        raise Unrepeatable("line-ends does not say what the line ends are")


def check_body(record, repeat, tags, function, form):
    digest, length = unfolded_base64(tags.get(b"bh")), record.get("l")
    for number, body in enumerate(repeat.bodies()):
        if number > MOST_CANDIDATES:
            break
        text = canonical_body(body, form)
        covered = len(text) if length is None else length
        if hashlib.new(function, text[:covered]).digest() == digest:
            if (covered, len(text)) == (record.get("covered"), record.get("total")):
                return
    raise Unrepeatable("no body that the repairs may mean has the hash bh=")


def check_header(record, repeat, number, tags, form):
    """The signed data of the repaired header section."""
    name = b"arc-message-signature" if "kind" in record else b"dkim-signature"
    for header in repeat.headers():
        data = signed_data(header, number, name, form, tags)
        if hashlib.sha256(data).hexdigest() == record.get("signed_data"):
            return data
    raise Unrepeatable("no header that the repairs may mean is the one of signed_data")


def check(record, message):
    """Repeats the repairs of a line; the signed data and the signature when a header was restored."""
    check_line_ends(record, message)
    if record.get("kind", "arc-message") != "arc-message":
        if len(record["repairs"]) > 1:
            raise Unrepeatable("such a signature is not repaired")
        return None
    if record["body"] not in ("intact", "restored", "partial") and record["header"] != "restored":
        return None
    repeat = Repeat(message, record["repairs"])
    number, tags = signature_field(message, repeat.fields, record)
    header_form, body_form = forms(record)
    function = "sha1" if record.get("algorithm", b"").lower() == b"rsa-sha1" else "sha256"
    if record["body"] in ("intact", "restored", "partial"):
        check_body(record, repeat, tags, function, body_form)
    if record["header"] != "restored":
        return None
    return check_header(record, repeat, number, tags, header_form), unfolded_base64(tags.get(b"b"))
