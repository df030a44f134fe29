"""The outer form of a bundle: the gzip file, its blocks and the tar entries (sections 1 and 2 of Docs/format.md)."""

import bisect
import hashlib
import re
import zlib
from collections import OrderedDict, namedtuple

BLOCK = 1 << 20
LONGEST_COMPRESSED = 2 * BLOCK
GZIP_HEADER = bytes.fromhex("1f8b08100000000000ff")
COMMENT_LENGTH = 52
FIRST_BLOCK = len(GZIP_HEADER) + COMMENT_LENGTH + 1
COMMENT = re.compile(rb"mailseal/0 index ([0-9a-f]{16})\+([0-9a-f]{5}) crc [0-9a-f]{8}")
NAME = re.compile(r"[a-z0-9_][a-z0-9._-]{0,63}")

Entry = namedtuple("Entry", "path offset size sha256")


class Damaged(Exception):
    """A block that does not inflate as it should."""


def ends_in_empty_stored_block(block, length):
    """Whether a block that inflates to `length` bytes ends in an empty stored deflate block with zero padding.

    zlib does not tell at which bit that block begins. So an empty *final* block (bits 1, 1, 0, then 0000000) is put at
    each of the eight bits where it can begin, the last one first: the stream ends there only if the bit is right.
    """
    if len(block) < 6 or block[-4:] != b"\0\0\xff\xff":
        return False
    start = zlib.decompressobj(-15)
    before = len(start.decompress(block[:-6]))
    bits = int.from_bytes(block[-6:-4], "little")
    for place in range(13, 5, -1):
        trial = start.copy()
        kept = bits & ((1 << place) - 1)
        try:
            more = len(trial.decompress((kept | 0b011 << place).to_bytes(4, "little")))
        except zlib.error:
            continue
        if trial.eof and before + more == length:
            return bits >> place == 0
    return False


def inflate_until(data, length):
    """What is inflated, how many bytes that took, and whether they end in the first empty stored block behind `length`
    bytes; else they go up to the end of the stream."""
    inflater = zlib.decompressobj(-15)
    try:
        piece = bytearray(inflater.decompress(data, length - 1))
        used = len(data) - len(inflater.unconsumed_tail) - len(inflater.unused_data)
        candidates = 0
        while not inflater.eof:
            if used >= len(data) or len(piece) < length - 1 or candidates > 8:
                raise Damaged("it has no end")
            piece += inflater.decompress(data[used : used + 1], 2)
            used += 1
            if len(piece) > length:
                raise Damaged(f"it inflates to more than {length} bytes")
            if len(piece) == length and data[used - 4 : used] == b"\0\0\xff\xff":
                candidates += 1
                if ends_in_empty_stored_block(data[:used], length):
                    return bytes(piece), used, True
    except zlib.error as error:
        raise Damaged(f"it does not inflate ({error})") from None
    return bytes(piece), used, False


def inflate_block(data):
    """The bytes of the block at the start of `data`, and the block's compressed length."""
    piece, used, is_full = inflate_until(data, BLOCK)
    if is_full:
        return piece, used
    used -= 2
    if len(piece) < 2 or data[used : used + 2] != b"\x03\x00":
        raise Damaged("03 00 does not follow the last block")
    if inflate_until(data, len(piece))[1:] != (used, True):
        raise Damaged("the last block does not end in the first empty stored block, with zero padding, behind its bytes")
    return piece, used


class Stream:
    """The tar stream. Each block is found where the one before it ends; the index is only believed behind damage."""

    def __init__(self, file, size, report):
        self.file, self.size, self.report = file, size, report
        self.starts, self.crcs = [FIRST_BLOCK], []
        self.checksum, self.length, self.ended = 0, 0, False
        self.lost, self.cache = set(), OrderedDict()
        self.hint_blocks, self.hint_entries = self.read_hints()

    def bytes_at(self, offset, count):
        self.file.seek(offset)
        return self.file.read(count)

    def read_hints(self):
        """The offsets of blocks and entries that index.txt gives, if it can be reached; empty lists otherwise."""
        match = COMMENT.fullmatch(self.bytes_at(len(GZIP_HEADER), COMMENT_LENGTH))
        if not match or int(match[1], 16) >= self.size:
            return [], []
        try:
            tail = zlib.decompressobj(-15).decompress(self.bytes_at(int(match[1], 16), 64 * BLOCK), 256 * BLOCK)
        except zlib.error:
            return [], []
        lines = tail[int(match[2], 16) + 512 :].split(b"\n")
        fixed = [re.fullmatch(rb"([0-9a-f]{16}) [0-9a-f]{8}", line) for line in lines]
        border = next((i for i, line in enumerate(lines) if line.startswith(b"entries ")), 0)
        blocks = [int(m[1], 16) for m in fixed[:border] if m]
        return blocks + [int(match[1], 16)], sorted({int(m[1], 16) for m in fixed[border:] if m})

    def inflate_next(self):
        number, start = len(self.crcs), self.starts[-1]
        data = self.bytes_at(start, LONGEST_COMPRESSED)
        try:
            piece, used = inflate_block(data)
        except Damaged as damage:
            self.report("block", f"block {number}", str(damage))
            following = self.hint_blocks[number + 1] if number + 1 < len(self.hint_blocks) else 0
            if not start < following <= start + LONGEST_COMPRESSED:
                self.ended = True
                return
            piece, used = bytes(BLOCK), following - start
            self.lost.add(number)
        self.crcs.append(zlib.crc32(data[:used]))
        self.starts.append(start + used)
        self.checksum = zlib.crc32(piece, self.checksum)
        self.length += len(piece)
        self.keep(number, piece)
        self.ended = len(piece) < BLOCK or not data[used:] or bool(data[used] & 1)

    def keep(self, number, piece):
        self.cache[number] = piece
        if len(self.cache) > 8:
            self.cache.popitem(last=False)

    def block(self, number):
        while len(self.crcs) <= number and not self.ended:
            self.inflate_next()
        if number in self.cache:
            return self.cache[number]
        if number >= len(self.crcs):
            return b""
        if number in self.lost:
            return bytes(BLOCK)
        start, end = self.starts[number : number + 2]
        self.keep(number, zlib.decompressobj(-15).decompress(self.bytes_at(start, end - start), BLOCK))
        return self.cache[number]

    def chunks(self, offset, count):
        """The bytes of the stream in that range, in pieces; fewer where the stream ends."""
        while count > 0:
            piece = self.block(offset // BLOCK)[offset % BLOCK :][:count]
            if not piece:
                return
            yield piece
            offset, count = offset + len(piece), count - len(piece)

    def read(self, offset, count):
        return b"".join(self.chunks(offset, count))

    def check_ends(self):
        """The gzip header, and what stands behind the last block."""
        if self.bytes_at(0, len(GZIP_HEADER)) != GZIP_HEADER:
            self.report("gzip-header", "offset 0", "the first ten bytes are not those of the format")
        comment = self.bytes_at(len(GZIP_HEADER), COMMENT_LENGTH + 1)
        if not COMMENT.fullmatch(comment[:COMMENT_LENGTH]) or comment[COMMENT_LENGTH:] != b"\0":
            self.report("gzip-comment", "offset 10", "the comment has not the form of the format")
        while not self.ended:
            self.inflate_next()
        trailer = self.checksum.to_bytes(4, "little") + (self.length & 0xFFFFFFFF).to_bytes(4, "little")
        if self.bytes_at(self.starts[-1], 11) != b"\x03\x00" + trailer:
            detail = "03 00, the CRC-32 and the length do not follow the last block, or something is behind them"
            self.report("gzip-trailer", f"offset {self.starts[-1]}", detail)

    def comment_for(self, index_offset):
        """The comment that belongs to this file when the header of index.txt is at `index_offset` of the stream."""
        start = self.starts[index_offset // BLOCK]
        crc = 0
        for offset in range(start, self.size, BLOCK):
            crc = zlib.crc32(self.bytes_at(offset, BLOCK), crc)
        return f"mailseal/0 index {start:016x}+{index_offset % BLOCK:05x} crc {crc:08x}"


def tar_header(name, path, size):
    """The only header that the format allows for an entry."""
    fields = [
        path.ljust(100, b"\0"), b"0000644\0", b"0000000\0", b"0000000\0", b"%011o\0" % size, b"00000000000\0",
        b" " * 8, b"0", bytes(100), b"ustar\00000", bytes(64), b"0000000\0" * 2, name.ljust(155, b"\0"), bytes(12),
    ]
    plain = b"".join(fields)
    fields[6] = b"%06o\0 " % sum(plain)
    return b"".join(fields)


def walk(stream, report):
    """The bundle's name and its entries in the order of the stream, each hashed."""
    name, entries, offset = None, [], 0
    while True:
        header = stream.read(offset, 512)
        size = re.fullmatch(rb"([0-7]{11})\0", header[124:136])
        if name is None:
            name = header[345:500].split(b"\0")[0]
        path = header[:100].split(b"\0")[0]
        if header == bytes(512) and offset // BLOCK not in stream.lost:
            break
        if not size or header != tar_header(name, path, int(size[1], 8)):
            report("tar-header", f"tar offset {offset}", "this is not the header that the format asks for")
            following = bisect.bisect_right(stream.hint_entries, offset)
            if following == len(stream.hint_entries):
                return name, entries
            offset = stream.hint_entries[following]
            continue
        size, digest, seen = int(size[1], 8), hashlib.sha256(), 0
        for piece in stream.chunks(offset + 512, size):
            digest.update(piece)
            seen += len(piece)
        padding = stream.read(offset + 512 + size, -size % 512)
        if seen < size or len(padding) < -size % 512:
            report("tar-end", f"tar offset {offset}", "the stream ends inside this entry")
            return name, entries
        if any(padding):
            report("tar-padding", f"tar offset {offset + 512 + size}", "the padding is not zero")
        entries.append(Entry(path.decode("latin-1"), offset, size, digest.hexdigest()))
        offset += 512 + size + len(padding)
    if stream.read(offset, 1537) != bytes(1024):
        report("tar-end", f"tar offset {offset}", "the archive does not end in exactly two zero blocks")
    return name, entries
