"""What DKIM needs of a message: its fields, the forms that are hashed (RFC 6376), and RSA signatures."""

import base64
import hashlib
import re

FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
WHITE = b" \t\r\n"


class Unrepeatable(Exception):
    """What does not come out as a line says."""


class Field:
    def __init__(self, name, start, value, end):
        self.name, self.start, self.value, self.end = name, start, value, end


def header_fields(message):
    """The fields of a header section, and where the body begins."""
    fields, place, is_open = [], 0, False
    while place < len(message):
        end = message.find(b"\n", place) + 1 or len(message)
        if message[place:end] in (b"\n", b"\r\n"):
            return fields, end
        match = FIELD.match(message, place, end)
        if is_open and message[place : place + 1] in (b" ", b"\t"):
            fields[-1].end = end
        else:
            is_open = bool(match)
            if match:
                fields.append(Field(match[1].lower(), place, match.end(), end))
        place = end
    return fields, place


def tag_list(value):
    """The tags of a signature field."""
    tags = {}
    for item in value.split(b";"):
        name, equals, text = item.partition(b"=")
        if equals:
            tags.setdefault(name.strip(WHITE), text.strip(WHITE))
    return tags


def unfolded_base64(text):
    text = re.sub(rb"[ \t\r\n]", b"", text or b"").rstrip(b"=")
    return base64.b64decode(text + b"=" * (-len(text) % 4))


def signature_field(message, fields, record):
    """The field that a line is about: the index-th DKIM-Signature, or the one of ARC with its signature."""
    is_dkim = "kind" not in record
    name = b"dkim-signature" if is_dkim else b"arc-message-signature"
    found = [field for field in fields if field.name == name]
    if is_dkim:
        found = found[record["index"] - 1 : record["index"]]
    for number, field in enumerate(found, record["index"] - 1 if is_dkim else 0):
        tags = tag_list(message[field.value : field.end])
        if hashlib.sha256(unfolded_base64(tags.get(b"b"))).hexdigest() == record.get("signature"):
            return number, tags
    raise Unrepeatable("the message has no such signature")


# Canonical forms (RFC 6376 section 3.4)

def with_crlf(text):
    return re.sub(rb"(?<!\r)\n", b"\r\n", text)


def canonical_body(body, form):
    lines = with_crlf(body).split(b"\r\n")
    if form == "relaxed":
        lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines) or (b"\r\n" if form == "simple" else b"")


def canonical_field(whole, name, value, form):
    if form == "simple":
        return with_crlf(re.sub(rb"\r?\n\Z", b"", whole))
    value = re.sub(rb"\r?\n", b"", value)
    return name + b":" + re.sub(rb"[ \t]+", b" ", value).strip(b" ")


def signed_data(header, number, own_name, form, tags):
    """What a signature, the number-th field of its name, signs in a header section."""
    fields, _ = header_fields(header)
    own = [field for field in fields if field.name == own_name][number]
    left, lines = {}, []
    for name in tags.get(b"h", b"").split(b":"):
        name = name.strip(WHITE).lower()
        if name not in left:
            left[name] = [field for field in fields if field.name == name and field is not own]
        if left[name]:
            field = left[name].pop()
            whole, value = header[field.start : field.end], header[field.value : field.end]
            lines.append(canonical_field(whole, name, value, form) + b"\r\n")
    cut = re.compile(rb"((?:\A|;)[ \t\r\n]*b[ \t\r\n]*=)[^;]*?(?=(?:\r?\n)?\Z|;)", re.DOTALL)
    value = cut.sub(rb"\1", header[own.value : own.end], count=1)
    return b"".join(lines) + canonical_field(header[own.start : own.value] + value, own_name, value, form)


def forms(record):
    """The forms of header and body that c= names."""
    default = "relaxed/relaxed" if "kind" in record else "simple/simple"
    header, _, body = record.get("canonicalization", default.encode()).decode("latin-1").lower().partition("/")
    return header, body or "simple"


# RSA (RFC 8017 section 8.2.2)

PREFIX = {b"rsa-sha1": ("sha1", "3021300906052b0e03021a05000414"),
          b"rsa-sha256": ("sha256", "3031300d060960864801650304020105000420")}


def der(data):
    """The tag and content of a DER element, and what stands behind it."""
    length, place = data[1], 2
    if length & 0x80:
        place += length & 0x7F
        length = int.from_bytes(data[2:place], "big")
    return data[0], data[place : place + length], data[place + length :]


def rsa_key(record):
    """The modulus and exponent of a key record."""
    _, content, _ = der(unfolded_base64(tag_list(record).get(b"p")))
    tag, first, rest = der(content)
    if tag == 0x30:
        _, bits, _ = der(rest)
        _, content, _ = der(bits[1:])
        _, first, rest = der(content)
    return int.from_bytes(first, "big"), int.from_bytes(der(rest)[1], "big")


def is_signed(data, signature, algorithm, record):
    """Whether an RSA key signed some data; other algorithms count as signed."""
    if algorithm not in PREFIX:
        return True
    function, prefix = PREFIX[algorithm]
    modulus, exponent = rsa_key(record)
    size = (modulus.bit_length() + 7) // 8
    if size > 2048 or exponent.bit_length() > 64:
        return False
    end = bytes.fromhex(prefix) + hashlib.new(function, data).digest()
    right = b"\0\1" + b"\xff" * (size - 3 - len(end)) + b"\0" + end
    return pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(size, "big") == right
