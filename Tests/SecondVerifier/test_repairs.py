#!/usr/bin/env python3
"""Tests of the repeated repairs: each kind on a message made by hand, and what does not come out."""

import base64
import hashlib
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import repairs
from signature import PREFIX, Unrepeatable, canonical_body, is_signed, rsa_key, signed_data

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "Docs" / "repairs.md"
FOOTER = b"_______________________________________________\r\nx mailing list\r\nhttps://x.example/listinfo/x\r\n"
FIELDS = [b"From: a@example.org", b"Subject: Lunch"]
PRIMES = (
    int("ecb10a097f2c5ce2feb2da6793034d386f90dea86352072715cf37dc7e71b36dc5ac50ad8dc7f684d6a2410ba1996fb3"
        "ad88dc266a6df1539926e14ebc27b555", 16),
    int("d076eb8da74ddd50c7b0c92344a4b5b06def0417818fadddc5f2b4c4dc04f8922f079d3aec293cdd9f8f0eb83328edff"
        "498b4291a02164bf3e47d2f2f3b97e43", 16),
)


def sign(data):
    """An RSA signature made by the textbook."""
    modulus = PRIMES[0] * PRIMES[1]
    inverse = pow(65537, -1, (PRIMES[0] - 1) * (PRIMES[1] - 1))
    end = bytes.fromhex(PREFIX[b"rsa-sha256"][1]) + hashlib.sha256(data).digest()
    padded = b"\0\1" + b"\xff" * (125 - len(end)) + b"\0" + end
    return pow(int.from_bytes(padded, "big"), inverse, modulus).to_bytes(128, "big")


def element(tag, *parts):
    content = b"".join(parts)
    size = bytes([len(content)] if len(content) < 128 else [0x81, len(content)])
    return bytes([tag]) + size + content


def key_record():
    number = lambda n: element(2, n.to_bytes((n.bit_length() + 8) // 8, "big"))
    key = element(0x30, number(PRIMES[0] * PRIMES[1]), number(65537))
    return b"v=DKIM1; p=" + base64.b64encode(key)


class Case:
    """A message that was signed in one way and is stored in another."""

    def __init__(self, was, now, fields=(), fields_now=None, form="simple", length=None, names=b"from:subject"):
        self.form, self.length = form, length
        body = canonical_body(was, form)
        covered = body if length is None else body[:length]
        self.total, self.covered = len(body), len(covered)
        tags = b"v=1; a=rsa-sha256; c=%s/%s; d=example.org; s=s; h=%s;%s\r\n bh=%s; b=" % (
            form.encode(), form.encode(), names, b" l=%d;" % length if length is not None else b"",
            base64.b64encode(hashlib.sha256(covered).digest()))
        lines = lambda fields: b"".join(line + b"\r\n" for line in FIELDS + list(fields))
        data = signed_data(
            b"DKIM-Signature: " + tags + b"\r\n" + lines(fields) + b"\r\n", 0, b"dkim-signature", form,
            {b"h": names})
        self.data, self.value = hashlib.sha256(data).hexdigest(), sign(data)
        header = lines(fields if fields_now is None else fields_now)
        self.head = b"DKIM-Signature: " + tags + base64.b64encode(self.value) + b"\r\n" + header + b"\r\n"
        self.message = self.head + now

    def edit(self, text, after=b"", last=False):
        """Where a text stands in the message, as an edit."""
        start = self.message.index(after) + len(after) if after else len(self.head)
        place = self.message.rindex(text) if last else self.message.index(text, start)
        return f"{place}+{len(text)}"

    def rest(self, count):
        """The last bytes, as an edit."""
        return f"{len(self.message) - count}+{count}"

    def record(self, *found, body="restored", header="valid", **more):
        record = {
            "index": 1, "header": header, "body": body, "algorithm": b"rsa-sha256", "covered": self.covered,
            "total": self.total, "canonicalization": f"{self.form}/{self.form}".encode(), "signed_data": self.data,
            "signature": hashlib.sha256(self.value).hexdigest(), "repairs": [list(repair) for repair in found], **more}
        return {**record, "l": self.length} if self.length is not None else record

    def check(self, *found, **more):
        record = self.record(*found, **more)
        repairs.check_words(record)
        return repairs.check(record, self.message)


class RepairTests(unittest.TestCase):
    def fails(self, case, *found, **more):
        with self.assertRaises(Unrepeatable):
            case.check(*found, **more)

    def test_line_ends(self):
        case = Case(b"Hello\r\n", b"Hello\r\n")
        case.message = case.message.replace(b"\r\n", b"\n")
        case.check(["line-ends"], body="intact")
        case.message += b"x\n"
        self.fails(case, ["line-ends"], body="intact")
        case = Case(b"Hello\r\n", b"Hello\r\n")
        self.fails(case, ["line-ends"], body="intact")

    def test_quoting(self):
        was = b"From a\r\n>From b\r\nText\r\nFrom c\r\n"
        case = Case(was, b">From a\r\n>>From b\r\nText\r\n>From c\r\n")
        marks = [case.edit(b">", text) for text in (b"\r\n\r\n", b">From a\r\n", b"Text\r\n")]
        case.check(["mboxrd-quoting", *marks], body="intact")
        self.fails(case, ["mboxrd-quoting", *marks], body="restored")
        self.fails(case, ["mboxo-quoting", *marks[:2]], body="intact")
        case = Case(was, b">From a\r\n>From b\r\nText\r\nFrom c\r\n")
        case.check(["mixed-quoting", case.edit(b">")], body="intact")
        self.fails(case, ["mixed-quoting", case.edit(b">F")], body="intact")
        self.fails(case, ["mixed-quoting", case.edit(b"T")], body="intact")

    def test_endings_and_banners(self):
        for form in ("simple", "relaxed"):
            case = Case(b"Hello\r\n", b"[EXTERNAL]\r\n\r\nHello\r\n" + FOOTER, form=form)
            case.check(["banner", case.edit(b"[EXTERNAL]\r\n\r\n")], ["list-footer", case.edit(FOOTER)])
            self.fails(case, ["list-footer", case.edit(FOOTER)])
            self.fails(case, ["banner", case.edit(b"[EXTERNAL]\r\n")], ["list-footer", case.rest(len(FOOTER) + 1)])

    def test_a_quoting_mark_within_a_footer_is_left_out_once(self):
        case = Case(b"From a\r\n", b">From a\r\n--\r\n>From x mailing list\r\n")
        marks = [case.edit(b">"), case.edit(b">From x")[:-1] + "1"]
        case.check(["mboxrd-quoting", *marks], ["list-footer", case.rest(26)])

    def test_a_footer_part_and_a_wrapped_message(self):
        part = b"--o\r\nContent-Type: text/plain\r\n\r\nHello"
        footer = b"\r\n--o\r\nContent-Type: text/plain\r\n\r\n" + FOOTER
        case = Case(part + b"\r\n--o--\r\n", part + footer + b"\r\n--o--\r\n")
        case.check(["list-footer", case.edit(footer)])
        inner = [b"Content-Type: text/plain"]
        case = Case(b"Hello", part + footer + b"\r\n--o--\r\n", inner, [b"Content-Type: multipart/mixed; boundary=o"],
                    names=b"from:content-type")
        around = ["list-footer", case.edit(part[:-5]), case.rest(len(footer) + 9)]
        field = case.edit(b"Content-Type: multipart/mixed; boundary=o\r\n", b"v=1")
        data, value = case.check(around, ["content-fields", field], header="restored")
        self.assertTrue(is_signed(data, value, b"rsa-sha256", key_record()))
        self.fails(case, around, ["content-fields", field[:-1] + "1"], header="restored")
        self.fails(case, around[:2], ["content-fields", field], header="restored")

    def test_footers_in_parts(self):
        now = (b"--b\r\n\r\nHello\r\n-- \r\nmailing list\r\n"
               b"--b\r\n\r\n<p>\r\n<p></p>\r\n-- <br />\r\nunsubscribe\r\n--b--\r\n")
        was = b"--b\r\n\r\nHello\r\n--b\r\n\r\n<p>\r\n--b--\r\n"
        case = Case(was, now)
        edits = [case.edit(b"\r\n-- \r\nmailing list"), case.edit(b"\r\n<p></p>\r\n-- <br />\r\nunsubscribe")]
        case.check(["list-footer", *edits])
        self.fails(case, ["list-footer", edits[0]])

    text = b"Gr\xc3\xbc\xc3\x9fe = \r\n" + b"=3D long line " * 12 + b"\r\n" + b"x" * 75 + b"\r\n" + b"y" * 76 + b"\r\n"

    def test_one_text_recoded(self):
        """Every encoding that was signed, in every encoding that is stored, with and without a banner and a footer."""
        quoted = lambda text: repairs.encode_quoted_printable(text, 76, True)
        stored = {None: lambda text: text, "quoted-printable-to-8bit": quoted, "base64-to-8bit": repairs.encode_base64}
        signed = {None: [lambda text: text]}
        signed["8bit-to-quoted-printable"] = [
            lambda text, way=way: repairs.encode_quoted_printable(text, *way) for way in repairs.WIDTHS]
        signed["8bit-to-base64"] = [
            lambda text: repairs.encode_base64(text), lambda text: repairs.encode_base64(text[:-2]),
            lambda text: repairs.encode_base64(text.replace(b"\r\n", b"\n"))]
        for decoding, write in stored.items():
            for encoding, ways in signed.items():
                for way in ways if decoding or encoding else ():
                    for before, behind in ((b"", b""), (b"Caution: x\r\n\r\n", b"\r\n" + FOOTER)):
                        with self.subTest(decoding=decoding, encoding=encoding, before=before):
                            self.check_recoding(decoding, write, encoding, way, before, behind)

    def check_recoding(self, decoding, write, encoding, way, before, behind):
        case = Case(way(self.text), write(before + self.text + behind))
        body = len(case.message) - len(case.head)
        # The line end before a footer may have been put there with it.
        text = self.text[:-2] if way(self.text) == repairs.encode_base64(self.text[:-2]) else self.text
        first, last = len(write(before)), len(write(before + text))
        if decoding == "quoted-printable-to-8bit":
            last = write(before + text).rfind(b"\n") + 1
        if decoding == "base64-to-8bit":
            first, last = (self.place_in_base64(case, len(kept)) for kept in (before, before + text))
        first, last = (first, last) if before else (0, body)
        place = lambda start, end: f"{len(case.head) + start}+{end - start}"
        found = [[decoding, place(0, body)]] if decoding else []
        found += [["banner", place(0, first)], ["list-footer", place(last, body)]] if before else []
        found += [[encoding, place(first, last)]] if encoding else []
        case.check(*found)
        if decoding and encoding:
            self.fails(case, *found[:-1], [encoding, place(first, last - 1)])
            self.fails(case, *found[:-1], [encoding, place(first + 8, last)])
        case.message = case.message[:-9] + b"AAAA" + case.message[-5:]
        if not before:
            self.fails(case, *found)

    def place_in_base64(self, case, count):
        """Where the group of letters stands that holds a byte."""
        letters = [match.start() for match in re.finditer(rb"[A-Za-z0-9+/]", case.message[len(case.head):])]
        return letters[count // 3 * 4]

    def test_a_cut_within_an_encoded_line(self):
        case = Case(b"Hello", b"Hello=0D=0A--=0D=0Amailing list\r\n")
        whole = case.edit(b"Hello=0D=0A--=0D=0Amailing list\r\n")
        case.check(["quoted-printable-to-8bit", whole], ["list-footer", whole])

    def test_text_parts_recoded(self):
        part = lambda value, body: b"--b\r\nContent-Transfer-Encoding: " + value + b"\r\n\r\n" + body + b"\r\n"
        plain = part(b"8bit", self.text)
        for width, eager in repairs.WIDTHS[:2]:
            coded = part(b"quoted-printable", repairs.encode_quoted_printable(self.text, width, eager))
            empty = part(b"quoted-printable", b"")
            case = Case(plain + part(b"8bit", b"") + b"--b--\r\n", coded + empty + b"--b--\r\n")
            value, body = b"quoted-printable", coded.split(b"\r\n\r\n", 1)[1][:-2]
            edits = [case.edit(value), case.edit(body), case.edit(value, last=True)]
            case.check(["quoted-printable-to-8bit", *edits])
            self.fails(case, ["quoted-printable-to-8bit", *edits[:2]])
            case = Case(coded + b"--b--\r\n", plain + b"--b--\r\n")
            case.check(["8bit-to-quoted-printable", case.edit(b"8bit"), case.edit(self.text)])
        case = Case(plain + b"--b--\r\n", part(b"Base64", repairs.encode_base64(self.text)) + b"--b--\r\n")
        case.check(["base64-to-8bit", case.edit(b"Base64"), case.edit(repairs.encode_base64(self.text))])

    def test_length(self):
        case = Case(self.text, repairs.encode_base64(self.text), length=9)
        whole = case.edit(repairs.encode_base64(self.text))
        case.check(["base64-to-8bit", whole], body="partial")
        self.fails(case, ["base64-to-8bit", whole], body="altered")

    def test_subject_tag(self):
        for form in ("simple", "relaxed"):
            case = Case(b"Hello\r\n", b"Hello\r\n", form=form)
            case.message = case.message.replace(b"Subject: ", b"Subject: [x] ")
            tag = ["subject-tag", case.edit(b"[x] ", b"Subject: ")]
            data, value = case.check(tag, header="restored", body="intact")
            self.assertTrue(is_signed(data, value, b"rsa-sha256", key_record()))
            self.assertFalse(is_signed(data + b"x", value, b"rsa-sha256", key_record()))
            case.check(tag, header="restored", body="altered")
            self.fails(case, ["subject-tag", case.edit(b"[x", b"Subject: ")], header="restored", body="altered")
            self.fails(case, header="restored", body="altered")
            self.fails(case, tag, header="invalid", body="altered")

    def test_content_fields(self):
        field = lambda value: [b"Content-Transfer-Encoding: " + value] if value else []
        for was in (b"", *repairs.VALUES):
            for now in (b"", b"7bit", b"BINARY"):
                if was == now:
                    continue
                case = Case(b"Hello\r\n", b"Hello\r\n", field(was), field(now), "relaxed",
                            names=b"from:content-transfer-encoding")
                whole = b"Content-Transfer-Encoding: " + now + b"\r\n"
                edits = [case.edit(now if was else whole, b"Lunch\r\n" if not was else b"Encoding: ")] if now else []
                case.check(["content-fields", *edits], header="restored", body="intact")

    def test_signatures_of_arc(self):
        case = Case(b"Hello\r\n", b"Hello\r\n" + FOOTER)
        case.message = case.message.replace(b"DKIM-Signature: v=1", b"ARC-Message-Signature: i=1")
        case.check(["list-footer", case.edit(FOOTER)], kind="arc-message", header="no-key")
        self.fails(case, ["list-footer", case.edit(FOOTER)], header="no-key")
        seal = case.record(["line-ends"], kind="arc-seal", body="not-computed")
        repairs.check(seal, case.message.replace(b"\r\n", b"\n"))
        with self.assertRaises(Unrepeatable):
            repairs.check({**seal, "repairs": [["line-ends"], ["banner", "0+1"]]}, case.message.replace(b"\r\n", b"\n"))

    def test_edits_that_name_the_wrong_place(self):
        case = Case(b"Hello\r\n", b"Hello\r\n" + FOOTER)
        for edit in ("0+1", f"{len(case.message) - len(FOOTER)}+9999", case.rest(len(FOOTER) - 1), case.rest(1)):
            self.fails(case, ["list-footer", edit])
        self.fails(case, ["footer", case.edit(FOOTER)])
        self.fails(case, ["list-footer", case.edit(FOOTER)], body="intact")
        self.fails(case, ["list-footer", case.edit(FOOTER)], body="altered")
        self.fails(case, ["subject-tag", case.edit(FOOTER)], header="restored")

    def test_base64_is_read_leniently(self):
        for data, text in ((b"YWJj", b"abc"), (b"YW\r\nJ!j", b"abc"), (b"YQ==YWJj", b"a"), (b"=YWI=", b"ab"),
                           (b"Y=WJj", b"abc"), (b"YWJjYW", b"abc"), (b"", b"")):
            self.assertEqual(repairs.decode_base64(data), text)

    def test_quoted_printable_is_read_leniently(self):
        for data, text in ((b"a=3db \t\r\nc", b"a=b\r\nc"), (b"a=\r\nb= \nc=", b"abc"), (b"=3=ZZ=", b"=3=ZZ"),
                           (b"a =\nb", b"a b"), (b"", b"")):
            self.assertEqual(repairs.decode_quoted_printable(data), text)

    def test_the_page(self):
        """The example works as it is written, and the second verifier agrees with it."""
        text = PAGE.read_text()
        for name in repairs.NAMES:
            self.assertIn(f"`{name}`", text)
        commands = "\n".join(re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S))
        with tempfile.TemporaryDirectory() as folder:
            command = ["bash", "-euo", "pipefail", "-c", commands]
            run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertEqual(run.stdout.splitlines()[-1], "Verified OK")
            example = lambda name: Path(folder, name).read_bytes()
            message, signed, value = example("example.eml"), example("signed"), example("value")
        found = re.search(r'^`"repairs":(\[.*\])`\.', text, re.M)[1]
        found = [re.findall(r'"([^"]+)"', repair) for repair in found.split("],[")]
        size = len(canonical_body(b"Dear all,\nFrom noon on there is soup.\n", "simple"))
        record = {"index": 1, "header": "restored", "body": "restored", "algorithm": b"rsa-sha256", "covered": size,
                  "canonicalization": b"relaxed/simple", "total": size, "repairs": found,
                  "signature": hashlib.sha256(value).hexdigest(), "signed_data": hashlib.sha256(signed).hexdigest()}
        repairs.check_words(record)
        self.assertEqual(repairs.check(record, message), (signed, value))
        key = b"p=" + re.search(r"^echo (MIG\S+)", text, re.M)[1].encode()
        self.assertTrue(is_signed(signed, value, b"rsa-sha256", key))
        self.assertEqual(rsa_key(key)[1], 65537)


if __name__ == "__main__":
    unittest.main()
