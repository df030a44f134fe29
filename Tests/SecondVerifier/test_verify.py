#!/usr/bin/env python3
"""Tests of the second verifier: sound bundles pass, and every change of a bit, a length or a meaning is found.

One bit of each byte is flipped, another one in each byte; MAILSEAL_EVERY_BIT=1 flips them all (about two minutes).
"""

import hashlib
import io
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import bag
from container import BLOCK, ends_in_empty_stored_block
from make_bundle import MARKS, Maker, deflate, make, sample_messages
from verify import derive, verify

HERE = Path(__file__).parent


def codes(bundle, pinned=None):
    return {finding["code"] for finding in verify(io.BytesIO(bundle), len(bundle), pinned)[1]}


def record(kind, place=0, /, **values):
    """A change of the records: sets values of one record of a type, or removes those that are None."""
    def change(records):
        found = [r for r in records if r["type"] == kind][place]
        found.update(values)
        for key in [key for key, value in values.items() if value is None]:
            del found[key]
    return {"records": change}


def line(old, new, place=0):
    """A change of the text of the first line that holds `old`."""
    def change(lines):
        at = [i for i, text in enumerate(lines) if old in text][place]
        lines[at] = lines[at].replace(old, new, 1)
    return {"lines": change}


def lines(change):
    return {"lines": change}


def later(change):
    """The same change of a bundle of three editions."""
    return {"editions": 3, **change}


def last(change):
    """The same change of a bundle whose fourth edition adds a source."""
    return {"editions": 4, **change}


def replace(step, old, new):
    """A change of a step's bytes of equal or other length; it must be there."""
    def change(value):
        assert value.count(old), old
        return value.replace(old, new, 1)
    return {step: change}


def tag_file(name, old, new):
    def change(files):
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)
    return {"files": change}


def index_line(section, number, change):
    """A change of one line behind a section's heading in index.txt."""
    def edit(index):
        text = index.split(b"\n")
        at = next(i for i, item in enumerate(text) if item.startswith(section)) + 1 + number
        text[at] = change(text[at])
        return b"\n".join(text)
    return {"index": edit}


def swap(i, j):
    def change(items):
        items[i], items[j] = items[j], items[i]
    return change


def payload(change):
    """A change of the content of the first message in the payload, with all digests over the payload kept up."""
    def edit(files):
        path, (data, leaf) = next(iter(files.items()))
        files[path] = (change(data), leaf)
    return {"payload": edit}


def insert_line(kind, text):
    def change(items):
        at = [i for i, item in enumerate(items) if item.startswith(b'{"type":"%s"' % kind)][0]
        items.insert(at, text)
    return {"lines": change}


def digit(at):
    """Changes one hexadecimal digit."""
    return lambda text: text[:at] + (b"1" if text[at : at + 1] == b"0" else b"0") + text[at + 1 :]


ZERO = "0" * 64
MARK = f'"{MARKS[0]}"'.encode()

# What is changed, all else following from it; the code that must be among the findings.
MANIPULATIONS = {
    "a number is a float": (line(b'"number":1,', b'"number":1.0,'), "number"),
    "a number has an exponent": (line(b'"number":1,', b'"number":1e0,'), "number"),
    "a number is negative": (line(b'"number":1,', b'"number":-1,'), "number"),
    "a number is above 2^53": (line(b'"number":1,', b'"number":9007199254740992,'), "number"),
    "a number is a thousand digits": (line(b'"number":1,', b'"number":' + b"1" * 1000 + b","), "number"),
    "a key is unknown": (line(b'"number":1,', b'"number":1,"colour":1,'), "key-unknown"),
    "a key stands twice": (line(b'"number":1,', b'"number":1,"number":1,'), "key-repeated"),
    "a key and its hex form": (line(b'"part":"2"', b'"part":"2","part_hex":"ff"'), "key-repeated"),
    "a key is missing": (line(b'"number":1,', b""), "key-missing"),
    "two keys are swapped": (line(b'"messages":3,"files":0', b'"files":0,"messages":3'), "key-order"),
    "a type is unknown": (line(b'"type":"failure"', b'"type":"fail"'), "type"),
    "the type is not first": (line(b'"type":"failure","source":1', b'"source":1,"type":"failure"'), "type"),
    "white space": (line(b'"number":1,', b'"number": 1,'), "not-canonical"),
    "a needless escape": (line(b"plain", b"pl\\u0061in"), "not-canonical"),
    "an escape in capitals": (line(b"From - x\\u000a", b"From - x\\u000A"), "not-canonical"),
    "a short escape": (line(b"From - x\\u000a", b"From - x\\n"), "not-canonical"),
    "half a surrogate pair": (line(b"plain", b"\\ud800"), "json"),
    "a raw control character": (line(b"plain", b"pl\x01ain"), "json"),
    "bytes that are not UTF-8": (line(b"plain", b"pl\xffain"), "json"),
    "a byte order mark": (line(b'{"type":"failure"', b'\xef\xbb\xbf{"type":"failure"'), "json"),
    "a key that a signature names": (record("dkim", key=ZERO), "key-unknown"),
    "an origin with a blank": (record("head", origin=b"a b"), "origin"),
    "an array of arrays without end": (line(b'"part":"2"', b'"part":' + b"[" * 100000), "json"),
    "NaN": (line(b'"number":1,', b'"number":NaN,'), "number"),
    "null": (line(b'"part":"2"', b'"part":null'), "value-empty"),
    "an empty string": (line(b'"part":"2"', b'"part":""'), "value-empty"),
    "an empty path level": (line(b'["notes.txt"]', b""), "value-empty"),
    "needless hex": (line(b'"part":"2"', b'"part_hex":"32"'), "hex-needless"),
    "capital hex": (line(b'"name_hex":"61ff', b'"name_hex":"61FF'), "value"),
    "true where a number belongs": (line(b'"number":1,', b'"number":true,'), "value"),
    "a month 13": (line(b"2017-05-05T", b"2017-13-05T"), "value"),
    "a path of 101 levels": (line(b'["notes.txt"]', b",".join([b'["a"]'] * 101)), "limit"),
    "an empty line": (insert_line(b"failure", b""), "json"),
    "two lines are swapped": (lines(swap(0, 1)), "line-order"),
    "a line behind the end": (lines(lambda items: items.append(items[-1])), "line-order"),
    "no end line": (lines(lambda items: items.pop() and None), "line-order"),
    "a salt without salted": (line(b'{"type":"failure"', b'{"salt":"' + ZERO.encode() + b'","type":"failure"'), "salt"),
    "edition 2": (record("head", edition=2), "edition"),
    "an edition's number twice": (later(record("head", 2, edition=2)), "edition"),
    "another origin in a later edition": (later(record("head", 1, origin=b"example.org/x")), "edition-differs"),
    "another name in a later edition": (later(record("head", 1, name=b"other")), "edition-differs"),
    "rules that fall": (later(record("head", rules=9)), "edition-differs"),
    "an edition that adds nothing": (later(lines(lambda items: items.pop(-3) and None)), "edition-empty"),
    "evidence that is not new": (later(record("dkim", 5, header="no-key", key=None)), "evidence-repeated"),
    "evidence out of order": (later(lines(lambda items: items.insert(-10, items.pop(-8)))), "evidence-order"),
    "evidence of no message": (later(record("dkim", -1, message=ZERO)), "message-unknown"),
    "a signature's index in a later edition": (later(record("dkim", 3, index=2)), "dkim-index"),
    "a key line of an earlier edition": (later(record("key", -1, record=b"v=DKIM1; p=2")), "key-repeated"),
    "a key that no edition has": (later(record("dkim", -2, key=ZERO)), "key-unknown"),
    "the place of an edition's head": (later(record("end", -1, head=1)), "count-end"),
    "no place of an edition's head": (later(record("end", -1, head=None)), "count-end"),
    "a place of the first edition's head": (later(record("end", 0, head=0)), "count-end"),
    "the signatures of a later edition": (later(record("end", 1, signatures=3)), "count-end"),
    "a DKIM count of a later edition": (later(record("end", -1, unsigned=9)), "derived-dkim-count"),
    "a message in a later edition without a source": (later(lines(lambda items: items.insert(-4, items[2]))), "line-order"),
    "a later edition with a known message's line": (last(lines(lambda items: items.insert(-7, items[2]))), "message-repeated"),
    "the number of a later message": (last(record("message", -1, number=1)), "message-number"),
    "the number of a later source": (last(record("source", -1, id=1)), "source-number"),
    "evidence behind a source": (last(lines(lambda items: items.insert(-2, items[3]))), "line-order"),
    "a later place of no message": (last(record("occurrence", -2, message=ZERO)), "message-unknown"),
    "the messages of a later edition": (last(record("content", -1, messages=9)), "count-content"),
    "the sources of a later edition": (last(record("end", -1, sources=2)), "count-end"),
    "the balance of a later source": (last(record("source-end", -1, files=2)), "count-source"),
    "a later edition without end": (later(lines(lambda items: items.pop() and None)), "line-order"),
    "another format": (record("head", format="mailseal/1"), "value"),
    "another name": (record("head", name=b"other"), "bundle-name"),
    "a message number": (record("message", 1, number=9), "message-number"),
    "a message line twice": (lines(lambda items: items.insert(4, items[2])), "message-repeated"),
    "a message's digest": (record("message", 1, sha256=ZERO), "entry-missing"),
    "an attachment's message": (record("attachment", message=ZERO), "message-unknown"),
    "a signature's index": (record("dkim", index=0), "dkim-index"),
    "a signature of no known kind": (record("dkim", kind="dkim"), "value"),
    "a set of ARC without instance": (record("dkim", 1, instance=None), "value"),
    "an instance of no set": (record("dkim", instance=1), "value"),
    "a chain of no seal": (record("dkim", 1, chain_validation="none"), "value"),
    "a set before an earlier one": (record("dkim", 1, instance=2), "dkim-order"),
    "DomainKeys after ARC": (
        record("dkim", 2, kind="domainkeys", instance=None, chain_validation=None), "dkim-order"),
    "signatures in another order": (record("dkim", kind="arc-message", instance=2), "dkim-order"),
    "a repair without name": (line(b'[["line-ends"],', b'[[],'), "value"),
    "a repair that is no array": (line(b'[["line-ends"],', b'["line-ends",'), "value"),
    "an edit of nothing": (line(MARK, MARK.replace(b"+1", b"+0")), "value"),
    "an edit with a leading zero": (line(MARK, MARK.replace(b'"', b'"0', 1)), "value"),
    "edits that overlap": (line(MARK, MARK.replace(b"+1", b"+99")), "value"),
    "an attachment outside that is none": (line(b'"outside":["2"]', b'"outside":["x"]'), "value"),
    "an edit of another byte": (line(MARK, MARK.replace(b"+1", b"+2")), "derived-repair"),
    "an edit left out": (line(MARK + b",", b""), "derived-repair"),
    "a repair of no known name": (line(b"mboxo-quoting", b"mbox-quoting"), "derived-repair"),
    "line ends that are not named": (line(b'["line-ends"],', b""), "derived-repair"),
    "a repair of content in an intact body": (line(b"mboxo-quoting", b"list-footer"), "derived-repair"),
    "a body's length": (record("dkim", total=23), "derived-repair"),
    "a header that was not restored": (record("dkim", header="restored"), "derived-repair"),
    "a signature that the message has not": (record("dkim", signature=ZERO), "derived-repair"),
    "a signature of another domain": (record("dkim", alignment="other"), "derived-dkim-count"),
    "a signature with a reservation": (record("dkim", reservations=["field-added"]), "derived-dkim-count"),
    "a signature that was restored": (record("dkim", body="restored"), "derived-dkim-count"),
    "a signature whose body is altered": (record("dkim", body="altered"), "derived-dkim-count"),
    "a key of no known basis": (record("key", basis="hearsay"), "value"),
    "a key twice from one place": (lines(lambda items: items.insert(-3, items[-3])), "key-line-order"),
    "a key's places in another order": (lines(swap(-3, -4)), "key-line-order"),
    "a source's id": (record("source", 1, id=3), "source-number"),
    "an occurrence's source": (record("occurrence", source=2), "source-number"),
    "an occurrence's message": (record("occurrence", -1, message=ZERO), "message-unknown"),
    "keys are not sorted": (
        insert_line(b"key", b'{"type":"key","domain":"f","selector":"s","record":"r","basis":"file"}'),
        "key-line-order"),
    "rules that never were": (record("head", rules=0), "rules"),
    "the size of a message": (record("message", size=98), "payload-size"),
    "the content of a message": (payload(lambda data: data.replace(b"Text", b"Test")), "payload-digest"),
    "before": (line(b"From y", b"From Y"), "mailbox-rebuilt"),
    "after": (line(b'"after":"\\u000a"', b'"after":"\\u000d"'), "mailbox-rebuilt"),
    "a mailbox's size": (record("container", size=1), "mailbox-rebuilt"),
    "a mailbox's digest": (record("container", sha256=ZERO), "mailbox-rebuilt"),
    "an offset": (line(b'"offset":9,', b'"offset":8,'), "mailbox-offset"),
    "no container line": (lines(lambda items: [i for i in items if b'"kind":"mbox"' not in i]), "mailbox-open"),
    "no archive's container line": (
        lines(lambda items: [i for i in items if b'"kind":"zip"' not in i]), "container-missing"),
    "a stored container's digest": (record("container", -1, sha256=ZERO), "container-stored"),
    "a container's count": (record("container", messages=4), "count-container"),
    "a source's count": (record("source-end", files=5), "count-source"),
    "the sum of a source's items": (record("source-end", items=5), "count-source"),
    "the bytes of a source": (record("source-end", bytes_read=5), "count-source"),
    "the number of messages in content": (record("content", messages=5), "count-content"),
    "the content root": (record("content", root=ZERO), "content-root"),
    "the leaf of end": (record("end", leaf=1), "count-end"),
    "the bytes of end": (record("end", bytes=1), "count-end"),
    "the keys of end": (record("end", keys=3), "count-end"),
    "a DKIM count": (record("end", verified=3), "derived-dkim-count"),
    "line_ends": (record("message", line_ends="none"), "derived-line-ends"),
    "message_id": (record("message", 0, message_id=b"<9@x>"), "derived-field"),
    "in_reply_to is left out": (record("message", 0, subject=b"x"), "derived-field"),
    "neither target nor digest": (line(b',"target_hex":"ff2f656c73657768657265"', b""), "file-content"),
    "pieces of a small file": (line(b'"size":6,', b'"size":6,"pieces":["' + ZERO.encode() + b'"],'), "file-pieces"),
    "the checkpoint's size": (tag_file("checkpoint", b"\n38\n", b"\n39\n"), "checkpoint"),
    "the checkpoint's origin": (tag_file("checkpoint", b"example", b"exemple"), "checkpoint"),
    "bagit.txt": (tag_file("bagit.txt", b"1.0", b"0.9"), "tag-file"),
    "mailbag.csv": (tag_file("mailbag.csv", b"'=<2", b"=<2"), "tag-file"),
    "manifest-sha256.txt": (tag_file("manifest-sha256.txt", b"  ", b" *"), "tag-file"),
    "bag-info.txt": (tag_file("bag-info.txt", b"retrieved", b"mtime"), "tag-file"),
    "an entry too many": ({"entries": lambda e: e.insert(1, ("data/x", b"", 0xFFFFFFFF))}, "entry-unexpected"),
    "an entry too few": ({"entries": lambda e: e.pop(1) and None}, "entry-missing"),
    "entries in another order": ({"entries": swap(1, 2)}, "entry-order"),
    "an entry twice": ({"entries": lambda e: e.insert(1, e[1])}, "entry-repeated"),
    "no manifest": ({"entries": lambda e: [i for i in e if i[0] != "manifest.jsonl"]}, "entry-missing"),
    "padding": (replace("tar", bytes(16) + b"data/eml", bytes(15) + b"xdata/eml"), "tar-padding"),
    "a mode": (replace("tar", b"0000644", b"0000600"), "tar-header"),
    "bytes behind the archive": ({"end": lambda tar: tar + bytes(512)}, "tar-end"),
    "only one zero block": ({"end": lambda tar: tar[:-512]}, "tar-end"),
    "the CRC-32 of the stream": ({"trailer": lambda t: t[:2] + bytes(4) + t[6:]}, "gzip-trailer"),
    "bytes behind the file": ({"trailer": lambda t: t + b"\0"}, "gzip-trailer"),
    "the comment's version": ({"comment": lambda c: c.replace("/0", "/1")}, "gzip-comment"),
    "the comment's place": ({"comment": lambda c: c[:30] + "1" + c[31:]}, "gzip-comment"),
    "padding bits of the last block": ({"pieces": lambda p: p[:-1] + [noisy(p[-1])]}, "block"),
    "an empty stored block too many": ({"pieces": lambda p: p[:-1] + [p[-1] + b"\0\0\0\xff\xff"]}, "block"),
    "no empty stored block": ({"pieces": lambda p: p[:-1] + [p[-1][:-5]]}, "block"),
    "an index entry": (index_line(b"entries", 2, digit(15)), "index-entry"),
    "an index entry's leaf": (index_line(b"entries", 2, digit(24)), "index-entry"),
    "a group's hash": (index_line(b"leaves", 0, digit(40)), "index-leaves"),
    "a group's first message": (index_line(b"leaves", 0, digit(24)), "index-leaves"),
}


def noisy(piece):
    """A block that ends in an empty stored block whose last padding bit is set."""
    return piece[:-5] + bytes([piece[-5] | 0x80]) + piece[-4:]


class SecondVerifier(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bundle = make()

    def test_a_sound_bundle_has_no_findings(self):
        root, findings = verify(io.BytesIO(self.bundle), len(self.bundle))
        self.assertEqual(findings, [])
        self.assertEqual(codes(self.bundle, root), set())
        self.assertEqual(codes(self.bundle, "38:" + ZERO), {"root-pinned"})

    def test_a_bundle_of_several_blocks_and_groups_has_no_findings(self):
        self.assertEqual(codes(make(1500)), set())

    def test_a_bundle_of_several_editions_has_no_findings(self):
        for editions in (2, 3, 4):
            bundle = make(editions=editions)
            self.assertEqual(verify(io.BytesIO(bundle), len(bundle))[1], [])

    def test_blocks_that_do_not_compress_are_found(self):
        for size in (BLOCK - 4096, 2 * BLOCK, 2 * BLOCK + 512):
            noise = b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(size // 32 - 8)) + b"\0\0\xff\xff" * 8
            data = b"From: a@example.org\n\n" + noise
            with self.subTest(size=size):
                self.assertEqual(codes(Maker(sample_messages(4) + [data], {}).bundle()), set())

    def test_each_manipulation_is_found_under_its_code(self):
        for name, (tamper, code) in MANIPULATIONS.items():
            with self.subTest(name):
                found = codes(make(**tamper))
                self.assertIn(code, found)

    def test_a_manifest_without_its_last_line_feed(self):
        def cut(files):
            files["manifest.jsonl"] = files["manifest.jsonl"][:-1]
        self.assertIn("line-end", codes(make(files=cut)))

    def test_a_block_that_is_damaged_does_not_hide_the_rest(self):
        bundle = bytearray(make(3000))
        bundle[200000] ^= 1
        root, findings = verify(io.BytesIO(bundle), len(bundle))
        self.assertEqual(root, verify(io.BytesIO(make(3000)), len(bundle))[0])
        self.assertIn("block", {finding["code"] for finding in findings})

    def test_a_block_index_is_compared(self):
        self.assertIn("index-block", codes(make(3000, **index_line(b"blocks", 0, digit(20)))))

    def test_every_flipped_bit_is_found(self):
        every = os.environ.get("MAILSEAL_EVERY_BIT") == "1"
        for place in range(len(self.bundle)):
            for bit in range(8) if every else (place % 8,):
                changed = bytearray(self.bundle)
                changed[place] ^= 1 << bit
                self.assertTrue(codes(bytes(changed)), f"byte {place} bit {bit}")

    def test_every_truncation_is_found(self):
        for length in range(0, len(self.bundle)):
            self.assertTrue(codes(self.bundle[:length]), f"length {length}")

    def test_the_end_of_a_block_is_found_at_each_bit(self):
        for count in range(1, 200):
            piece = bytes(range(count)) * 3
            block = deflate(piece)
            self.assertTrue(ends_in_empty_stored_block(block, len(piece)))
            self.assertFalse(ends_in_empty_stored_block(noisy(block), len(piece)))
            self.assertFalse(ends_in_empty_stored_block(block[:-1] + b"\xfe", len(piece)))

    def test_header_fields_and_line_ends(self):
        table = {
            b"": ("none", {}),
            b"From: a": ("none", {"from": b"a"}),
            b"From:\r\n a\r\n\r\n": ("crlf", {"from": b"a"}),
            b"FROM \t: a \n\tb \nTo: \n\nCc: c\n": ("lf", {"from": b"a \tb"}),
            b"From: a\rb\r\n\nTo: b": ("mixed", {"from": b"a\rb"}),
            b" From: a\nno field\n more\nDate: 1\nDate: 2\n": ("lf", {"date": b"1"}),
            b"Subject: " + b"x" * 5000 + b"\n": ("lf", {"subject": b"x" * 4096}),
            b"\nFrom: a\n": ("lf", {}),
        }
        for message, expected in table.items():
            for size in (1, 2, 7, 10000):
                chunks = [message[i : i + size] for i in range(0, len(message), size)]
                self.assertEqual(derive(chunks), expected, message)

    def test_the_tree_is_that_of_rfc_6962(self):
        def plain(leaves):
            if len(leaves) == 1:
                return hashlib.sha256(b"\0" + leaves[0]).digest()
            half = 1 << (len(leaves) - 1).bit_length() - 1
            return hashlib.sha256(b"\1" + plain(leaves[:half]) + plain(leaves[half:])).digest()
        self.assertEqual(bag.tree_root([]), hashlib.sha256().hexdigest())
        for size in range(1, 130):
            leaves = [b"%d" % i for i in range(size)]
            self.assertEqual(bag.tree_root(leaves), plain(leaves).hex())

    def test_the_page_on_verifying_by_hand_works_and_finds_changes(self):
        def run(bundle, number=1):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "x.tar.gz")
                path.write_bytes(bundle)
                page = HERE.parent.parent / "Docs" / "verify-by-hand.md"
                command = [str(HERE / "run_document.sh"), str(page), str(path), str(number)]
                return subprocess.run(command, capture_output=True).returncode
        for number in range(1, 8):
            self.assertEqual(run(self.bundle, number), 0, number)
        self.assertNotEqual(run(self.bundle, 8), 0)
        self.assertNotEqual(run(self.bundle[:-9]), 0)
        for name in ("the content of a message", "before", "a mailbox's digest", "a message's digest",
                     "the checkpoint's size", "an entry too many", "an entry too few"):
            self.assertNotEqual(run(make(**MANIPULATIONS[name][0])), 0, name)

    def test_exit_status_and_output(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "x.tar.gz")
            run = lambda *more: subprocess.run(
                [sys.executable, str(HERE / "verify.py"), str(path), *more], capture_output=True, text=True)
            self.assertEqual(run().returncode, 2)
            path.write_bytes(b"no bundle")
            self.assertEqual(run("--json").returncode, 2)
            path.write_bytes(self.bundle)
            sound = run()
            self.assertEqual((sound.returncode, sound.stdout[:18]), (0, "consistent: root 3"))
            root = sound.stdout.split()[-1]
            self.assertTrue(run("--root", root).stdout.startswith("intact"))
            self.assertEqual(run("--root", "x").returncode, 2)
            self.assertEqual(run("--root", "1:" + ZERO, "--json").returncode, 1)
            path.write_bytes(make(**record("message", line_ends="none")))
            self.assertEqual(run().stdout.split(":")[0], "not-derivable")


if __name__ == "__main__":
    unittest.main()
