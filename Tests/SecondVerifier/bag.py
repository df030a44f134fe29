"""The Merkle tree and the tag files that follow from a manifest (sections 3.5, 4 and 5 of Docs/format.md)."""

import base64
import hashlib

RECORDS_PER_CSV = 100000
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
CSV_HEADER = (
    b'"Error","Mailbag-Message-ID","Message-ID","Original-File","Message-Path","Derivatives-Path","Attachments"\r\n')
BLANKED = bytes(0x20 if c < 0x20 or c == 0x7F else c for c in range(256))


class Tree:
    """An RFC 6962 tree that grows leaf by leaf and keeps only the roots of its full subtrees."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def add(self, data):
        self.add_hash(hashlib.sha256(b"\0" + data).digest())

    def add_hash(self, node):
        size = self.size
        while size & 1:
            node, size = hashlib.sha256(b"\1" + self.peaks.pop() + node).digest(), size >> 1
        self.peaks.append(node)
        self.size += 1

    def root(self):
        if not self.peaks:
            return hashlib.sha256(b"").hexdigest()
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = hashlib.sha256(b"\1" + peak + node).digest()
        return node.hex()


def tree_root(leaves):
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def checkpoint(origin, size, root):
    return origin + b"\n%d\n" % size + base64.b64encode(bytes.fromhex(root)) + b"\n"


def csv_field(text):
    text = text.translate(BLANKED)
    return b"'" + text if text[:1] in (b"=", b"+", b"-", b"@") else text


def csv_record(message, path, attachments):
    """One record of mailbag.csv; `path` is that of the first occurrence, None when it stands in hex or is withheld."""
    identifier = b"" if "message_id" in message["hex"] else csv_field(message.get("message_id", b""))
    components = [] if path is None else [part for level in path for part in level][:-1]
    fields = [
        " ".join(message.get("defects", [])).encode(), b"%d" % message["number"], identifier,
        f"{message['sha256'][:2]}/{message['sha256']}.eml".encode(),
        csv_field(b"/".join(components).replace(b"%", b"%25")), b"", b"%d" % attachments,
    ]
    return b",".join(b'"' + field.replace(b'"', b'""') + b'"' for field in fields) + b"\r\n"


def csv_names(records):
    parts = -(-records // RECORDS_PER_CSV)
    return ["mailbag.csv"] if parts < 2 else [f"mailbag-{n}.csv" for n in range(1, parts + 1)]


def bag_info(root, content, messages, verified, payload_bytes, payload_files, times):
    """bag-info.txt; `content` is the label and value for the content root or what is disclosed.

    `times` are bagged_at, the newest retrieved time and the newest mtime, None where unknown.
    """
    bases = zip(times + (None,), ("stated", "retrieved", "mtime", "none"))
    time, basis = next(((t, b) for t, b in bases if t), ("1970-01-01T00:00:00Z", "none"))
    lines = [
        ("Bag-Type", "Mailbag"), ("Mailbag-Source", "eml"), ("Mailbag-Specification-Version", "1.0"),
        ("Original-Included", "True"), ("Bagging-Timestamp", time), ("Bagging-Date", time[:10]),
        ("External-Identifier", root), ("Mailbag-Agent", "mailseal"), ("Mailbag-Agent-Version", "mailseal/0"),
        ("Payload-Oxum", f"{payload_bytes}.{payload_files}"), ("Mailseal-Bagging-Basis", basis),
        content, ("Mailseal-Messages", messages), ("Mailseal-DKIM-Verified", verified),
    ]
    return "".join(f"{label}: {value}\n" for label, value in lines).encode()


def sums(entries):
    return "".join(f"{digest}  {path}\n" for path, digest in entries).encode()


def index(blocks, entries, leaves, groups):
    """index.txt from (offset, CRC) of blocks, (offset, leaf) of entries, and (offset, message, hash) of groups."""
    lines = ["mailseal-index/0", f"blocks {len(blocks):08x}"]
    lines += [f"{offset:016x} {crc:08x}" for offset, crc in blocks]
    lines += [f"entries {len(entries):08x}"]
    lines += [f"{offset:016x} {leaf:08x}" for offset, leaf in entries]
    lines += [f"leaves {leaves:08x}"]
    lines += [f"{offset:016x} {message:08x} {node}" for offset, message, node in groups]
    return "".join(line + "\n" for line in lines).encode()
