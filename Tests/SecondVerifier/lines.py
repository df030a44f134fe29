"""The lines of manifest.jsonl: canonical JSON and the keys of each type (sections 3.1 and 3.3 of Docs/format.md)."""

import json
import re

LARGEST_NUMBER = 9007199254740991
DEEPEST_PATH = 100

# Keys in their order, each with the kind of its value; `?` marks those that may be absent.
SCHEMA = {
    "head": "format:format rules:number name:text origin:text edition:number salted?:true bagged_at?:time",
    "source": "id:number name:text kind:code retrieved?:retrieved",
    "message": "number:number sha256:digest size:number line_ends:code message_id?:text date?:text from?:text to?:text "
    "cc?:text subject?:text in_reply_to?:text defects?:codes",
    "attachment": "message:digest part:text name?:text media_type:text disposition?:text size:number sha256:digest",
    "dkim": "message:digest index:number kind?:kind instance?:number chain_validation?:code domain?:text selector?:text algorithm?:text canonicalization?:text "
    "identity?:text t?:number x?:number l?:number signed?:texts key?:digest header:code body:code covered?:number "
    "total?:number repairs?:repairs uncovered?:codes added?:codes outside?:parts alignment?:code reservations?:codes "
    "violations?:codes signed_data?:digest signature?:digest",
    "occurrence": "message:digest source:number path:path offset?:number before?:text mtime?:time retrieved?:retrieved",
    "file": "sha256?:digest size?:number pieces?:digests source:number path:path offset?:number before?:text "
    "mtime?:time target?:text retrieved?:retrieved",
    "container": "source:number path:path kind:code reader?:text size:number sha256?:digest after?:text mtime?:time "
    "stored?:true messages:number files:number failures:number",
    "failure": "source:number path?:path code:code",
    "source-end": "source:number items:number messages:number files:number failures:number bytes_read:number "
    "bytes_unpacked:number bytes_messages:number bytes_files:number bytes_framing:number bytes_containers:number "
    "bytes_failed:number",
    "key": "domain:text selector:text record:text basis:basis obtained?:time from?:text first_seen?:time "
    "last_seen?:time dnssec?:dnssec messages?:number first_date?:time last_date?:time",
    "content": "messages:number root:digest",
    "end": "leaf:number head?:number sources:number messages:number attachments:number signatures:number occurrences:number "
    "files:number containers:number failures:number keys:number bytes:number verified:number repaired:number "
    "qualified:number headers_only:number other_domain:number not_verifying:number key_unavailable:number unsigned:number",
    "retrieved": "at?:time basis:stated from?:text stated?:pairs",
}
SCHEMA = {kind: [tuple(item.split(":")) for item in keys.split()] for kind, keys in SCHEMA.items()}

CODE = re.compile(r"[a-z0-9][a-z0-9_-]*")
DIGEST = re.compile(r"[0-9a-f]{64}")
TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", re.ASCII)
EDIT = re.compile(r"(0|[1-9][0-9]{0,14})\+([1-9][0-9]{0,14})")
PART = re.compile(r"[1-9]\d*(\.[1-9]\d*)*(;uu[1-9]\d*)?", re.ASCII)
WORDS = {
    "format": ("mailseal/0",),
    "basis": ("file", "dns", "archive", "passive-dns", "recovered"),
    "dnssec": ("secure", "insecure", "bogus"),
    "kind": ("domainkeys", "arc-message", "arc-seal"),
    "stated": ("stated",),
}
HEXABLE = ("text", "texts", "path", "pairs")
ESCAPED = re.compile('["\\\\\x00-\x1f\x7f]')


class LineFault(Exception):
    """What is wrong with one line: a finding's code and a sentence."""

    def __init__(self, code, detail):
        super().__init__(detail)
        self.code = code


class Pairs(list):
    """The members of a JSON object in their order."""


def canonical(value):
    """The one text that the format allows for a parsed value."""
    if value is True:
        return "true"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        escape = lambda m: "\\" + m[0] if m[0] in '"\\' else f"\\u{ord(m[0]):04x}"
        return '"' + ESCAPED.sub(escape, value) + '"'
    if isinstance(value, Pairs):
        return "{" + ",".join(canonical(key) + ":" + canonical(item) for key, item in value) + "}"
    return "[" + ",".join(canonical(item) for item in value) + "]"


def integer(text):
    if len(text) > 16 or not 0 <= int(text) <= LARGEST_NUMBER:
        raise LineFault("number", f"{text[:20]} is not an integer from 0 to {LARGEST_NUMBER}")
    return int(text)


def no_number(text):
    raise LineFault("number", f"{text[:20]} is not an integer")


def parse(line):
    """The record of one line: a dictionary with text as bytes; `hex` holds the keys that stood as KEY_hex."""
    try:
        text = line.decode("utf-8")
        members = json.loads(
            text, object_pairs_hook=Pairs, parse_int=integer, parse_float=no_number, parse_constant=no_number)
    except (ValueError, RecursionError) as error:
        raise LineFault("json", f"not JSON in UTF-8: {error}") from None
    if not isinstance(members, Pairs):
        raise LineFault("json", "not an object")
    salt = members.pop(0)[1] if members and members[0][0] == "salt" else None
    if not members or members[0][0] != "type" or members[0][1] not in tuple(SCHEMA)[:-1]:
        raise LineFault("type", "the line does not begin with a known type")
    record = checked(members[0][1], members[1:])
    record["type"] = members[0][1]
    if salt is not None:
        record["salt"] = value_of("digest", "salt", salt)
        members.insert(0, ("salt", salt))
    if record["type"] == "key" and (len(record["domain"] + record["selector"]) > 4096 or len(record["record"]) > 64 << 10):
        raise LineFault("limit", "a key record's name of more than 4,096 bytes, or a record of more than 64 KiB")
    if canonical(members).encode("utf-8", "surrogatepass") != line:
        raise LineFault("not-canonical", "valid JSON, but not in canonical form")
    return record


def checked(kind, members):
    """The members of an object as a dictionary, after their keys and values have been checked."""
    schema = [(key.rstrip("?"), value, key.endswith("?")) for key, value in SCHEMA[kind]]
    places = {}
    for place, (key, value, _) in enumerate(schema):
        places[key] = place
        if value in HEXABLE:
            places[key + "_hex"] = place
    record, found = {"hex": set()}, []
    for key, value in members:
        if key not in places:
            raise LineFault("key-unknown", f"{key[:80]!r} is no key of {kind}")
        name, value_kind, _ = schema[places[key]]
        if name in record:
            raise LineFault("key-repeated", f"{key} stands twice")
        in_hex = key != name
        found.append(places[key])
        record[name] = value_of(value_kind, key, value, in_hex)
        if in_hex:
            record["hex"].add(name)
    for name, _, optional in schema:
        if not optional and name not in record:
            raise LineFault("key-missing", f"{kind} has no {name}")
    if found != sorted(found):
        raise LineFault("key-order", f"the keys of {kind} do not stand in their order")
    return record


def value_of(kind, key, value, in_hex=False):
    """A checked value; text as bytes, a path as a tuple of tuples of bytes."""
    if value is None or value is False or value == "" or value == []:
        raise LineFault("value-empty", f"{key} is null, false or empty; it should be left out")
    if kind in HEXABLE:
        return text_value(kind, key, value, in_hex)
    if kind == "retrieved" and isinstance(value, Pairs):
        return checked("retrieved", value)
    if kind in ("digests", "codes") and isinstance(value, list):
        items = [value_of(kind[:-1], key, item) for item in value]
        if kind == "codes" and items != sorted(set(items)):
            raise LineFault("value", f"{key} is not sorted or has a code twice")
        return items
    if kind in ("repairs", "parts") and isinstance(value, list):
        return [(repair if kind == "repairs" else part)(key, item) for item in value]
    patterns = {"digest": DIGEST, "time": TIME, "code": CODE}
    good = {
        "number": isinstance(value, int) and value is not True,
        "true": value is True,
        "digest": False, "time": False, "code": False,
    }.get(kind, isinstance(value, str) and value in WORDS.get(kind, ()))
    if kind in patterns:
        good = isinstance(value, str) and bool(patterns[kind].fullmatch(value))
    if not good:
        raise LineFault("value", f"{key} is not a valid {kind}")
    return value


def part(key, value):
    """The checked number of a part."""
    if not isinstance(value, str) or not PART.fullmatch(value):
        raise LineFault("value", f"{key} holds what is no part number")
    return value


def repair(key, value):
    """A checked repair: its code, then edits that ascend and do not touch the same byte."""
    if not isinstance(value, list) or isinstance(value, Pairs) or not value:
        raise LineFault("value", f"{key} is not made of filled arrays")
    end = 0
    for edit in value[1:]:
        match = EDIT.fullmatch(edit) if isinstance(edit, str) else None
        if not match or int(match[1]) < end:
            raise LineFault("value", f"{key} holds what is no ascending edit")
        end = int(match[1]) + int(match[2])
    return [value_of("code", key, value[0]), *value[1:]]


def text_value(kind, key, value, in_hex):
    depth = {"text": 0, "texts": 1, "path": 2, "pairs": 2}[kind]
    found = []

    def plain(item, level):
        if level < depth:
            if not isinstance(item, list) or isinstance(item, Pairs) or not item:
                raise LineFault("value", f"{key} is not made of filled arrays")
            return tuple(plain(part, level + 1) for part in item)
        # An array may hold an empty string, a member may not be one.
        if not isinstance(item, str) or not item and not depth:
            raise LineFault("value-empty" if item == "" else "value", f"{key} holds what is not filled text")
        if in_hex and not re.fullmatch(r"(?:[0-9a-f]{2})*", item):
            raise LineFault("value", f"{key} is not lower-case hex")
        try:
            found.append(bytes.fromhex(item) if in_hex else item.encode("utf-8"))
        except UnicodeEncodeError:
            raise LineFault("json", f"{key} holds half a surrogate pair") from None
        return found[-1]

    result = plain(value, 0)
    if in_hex and all(is_utf8(item) for item in found):
        raise LineFault("hex-needless", f"{key} is hex although it is valid UTF-8")
    if kind == "pairs" and (any(len(pair) != 2 for pair in result) or list(result) != sorted(result)):
        raise LineFault("value", f"{key} is not made of sorted pairs")
    if kind == "path" and len(result) > DEEPEST_PATH:
        raise LineFault("limit", f"{key} has more than {DEEPEST_PATH} levels")
    return result


def is_utf8(data):
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
