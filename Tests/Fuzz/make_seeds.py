"""Makes the seeds in Tests/Fuzz/Corpus: invented mail, and whatever openssl, ssh-keygen, zlib and tar make of little texts.

    python3 Tests/Fuzz/make_seeds.py .build/debug/mailseal .build/debug/mailseal-sample

Keys are new each time, so that the files differ from those that are there; a corpus is replaced as a whole.
"""

import base64
import bz2
import gzip
import hashlib
import io
import json
import lzma
import mailbox
import pathlib
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
MAILSEAL, SAMPLE = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:3])
WORK = pathlib.Path(tempfile.mkdtemp())
CORPUS = HERE / "Corpus"


def put(target, name, content):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def run(*arguments, stdin=b"", folder=WORK, fine=(0,)):
    done = subprocess.run([str(a) for a in arguments], input=stdin, cwd=folder, capture_output=True)
    if done.returncode not in fine:
        sys.exit(f"{arguments}: {done.stderr.decode()}")
    return done.stdout


def sample(name, *options):
    (WORK / name).mkdir()
    run(SAMPLE, WORK / name / "archive", "--messages", "400", "--average", "4000", *options)
    return sorted(p for p in (WORK / name / "archive").rglob("*") if p.is_file())


def ed25519(seed):
    """An openssl key file, and the public half, of 32 bytes."""
    path = WORK / f"{seed.hex()[:8]}.der"
    path.write_bytes(bytes.fromhex("302e020100300506032b657004220420") + seed)
    public = run("openssl", "pkey", "-inform", "DER", "-in", path, "-pubout", "-outform", "DER")[-32:]
    return path, public


def sign(path, message):
    (WORK / "message").write_bytes(message)
    return run("openssl", "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", path, "-in", "message")


def b64(content):
    return base64.b64encode(content).decode()


def sha256(content):
    return hashlib.sha256(content).digest()


MESSAGES = {
    "plain": "From: a@example.org\nDate: Fri, 5 May 2017 20:35:00 +0200\nSubject: hello\n\nhello\n",
    "crlf": "From: a@example.org\r\nDate: 5 May 17 20:35 EST\r\nSubject: two\r\n lines\r\n\r\nhello \r\n\r\n",
    "nested": 'From: a@b\nContent-Type: multipart/mixed; boundary="a"\n\npreamble\n--a\nContent-Type: multipart/alternative;'
    ' boundary=b\n\n--b\n\ntext\n--b\nContent-Type: text/html; charset=utf-8\n\n<p>a &amp; b<br>c</p>\n--b--\n--a\n'
    'Content-Type: message/rfc822\n\nFrom: c@d\nSubject: inner\n\ninner\n--a--\nepilogue\n',
    "attached": "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Disposition: attachment; filename*0*=utf-8''a%20;"
    ' filename*1="b.txt"\nContent-Transfer-Encoding: base64\n\naGVsbG8gd29ybGQ=\n--x\nContent-Type: image/png;'
    ' name="=?utf-8?Q?=C3=A9.png?="\nContent-Transfer-Encoding: quoted-printable\n\n=89PNG=0D=0A=\n soft \n=G1\n--x--\n',
    "uuencoded": "From: a@b\n\ntext\nbegin 644 file.bin\n#0V%T\n`\nend\nbegin 600 two\nM\n\nend\n",
    "uubody": 'Content-Type: application/x; name=a\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n%:&5L;&\\\n`\nend\n',
    "digest": "Content-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: one\n\n1\n--d\nContent-Type: text/plain\n\n2\n--d--\n",
    "odd": "Content-Type: multipart/mixed; boundary=\n\nx\n", "none": "Content-Type: multipart/mixed\n\n--a\nx\n",
    "reused": "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=a\n\n--a\nx\n--a--\n",
    "unclosed": "Content-Type: multipart/mixed; boundary=a (comment\n\n--a \t\nContent-Type: text/plain; charset=\"x\n\ny",
    "junk": "Content-Transfer-Encoding: base64\n\nQUJD*REVG\nR0g=SUpL\nTQ\n", "stray": ">From x\nSubject : a\nno field\n\nbody",
    "eight": "Subject: \u00e9\u20ac\nFrom: \u00e9 <a@b>\nDate: tomorrow\n\n\u00e9\0\r", "empty": "\n", "folded": "Subject:\n\n",
    "html": "Content-Type: text/html; charset=iso-8859-15\n\n<script>x</script><!-- c --><a href='x'>\u00a4</a>&#x41;&#65;&lt",
    "encodings": "Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: 8bit\n\na\0b\0",
    "global": "Content-Type: multipart/signed; boundary=\"a b\"\n\n--a b\nContent-Type: message/global\n\nFrom: x\n\n--a b--\n",
}
HEADERS = [
    "=?utf-8?B?aGVsbG8=?= =?utf-8?q?_=C3=A9?=", "=?iso-8859-1?Q?=E9?= <a@example.org>, b@c", "=?utf-8*fr?Q?a?=",
    "=?utf-8?X?a?=", "=?utf-8?B?aGVsbG8?=", "=?big5?B?pKQ=?=", "=?iso-2022-jp?B?GyRCJDMbKEI=?=", "=?utf-8?Q?=F0=9F=?=",
    "Fri, 5 May 2017 20:35:00 +0200", "5 May 17 20:35 EST", "Fri, 05 May 2017 24:00:60 -0000 (CEST)", "1 Jan 1970 00:00:00 Z",
    "Group: a@b, \"c, d\" <e@f> (x (y) \\) z);, <@r1,@r2:g@h>", "\"a\\\"b\"@c.d", "a@[192.0.2.1]", "a b c <d", "undisclosed:;",
    "<p>a</p>&eacute;&#233;&#xE9;<style>x</style><br/>", "<!--><b", "&amp&lt;&nosuch;&#1114112;", "7bit", "X-UUencode",
    "Subject: a\r\n b\r\nTo: c\n\td\nX : e\r\n\r\n", "From x\nA:b\n c", ": a\n b\nC:\n", "A:\n\nB:", "\r\nx", "\u202etxt.exe\x1b[2J",
]


def mail():
    crlf = [p for p in sample("tree", "--seed", "3", "--signed-percent", "70") if p.suffix == ".eml"]
    small = sorted(crlf, key=lambda p: p.stat().st_size)
    for place, path in enumerate(small[:120:6]):
        put("Message", f"sample-{place}", path.read_bytes())
    for name, text in MESSAGES.items():
        put("Message", name, text)
        put("Archive", f"{name}.eml", text)
    for place, text in enumerate(HEADERS):
        put("Header", str(place), text)
    for layout in ["mbox", "mboxo", "mboxcl2"]:
        paths = sample(layout, "--layout", layout, "--seed", "4")
        text = min((p.read_bytes() for p in paths if p.read_bytes().count(b"\nFrom ") > 1), key=len)
        put("Mailbox", layout, text[: text.find(b"\n\nFrom ", 6000) + 2])
    box = "From a@b Fri May  5 20:35:00 2017\n{}\n\n"
    for place, text in enumerate([
        box.format("Subject: a\n\nb") * 2, box.format("Content-Length: 2\n\nb\n") + box.format("A: b\n\nc"),
        box.format("Content-Length: 9\n\nb\nFrom x\n\nFrom c\n\nd"), "x\n\n" + box.format("\n"), "From \nFrom \n\nFrom ", "\n\r\nFrom a\r\n\r\n",
        box.format("Content-Length: 99999999999999999999\n\nx"), "no mailbox", box.replace("\n", "\r\n").format("A: b\r\n\r\nc") * 3,
    ]):
        put("Mailbox", str(place), text)
    return small


def canonical(text, relaxed=True):
    return b" ".join(text.split())


def dkim(small):
    lines = (WORK / "tree" / "keys.txt").read_text().splitlines()
    number = 0
    for path in small:
        text = path.read_bytes()
        wanted = [l for l in lines if f"d={l.split()[0].split('_domainkey.')[-1]}".encode() in text]
        wanted = [l for l in wanted if f"s={l.split('.')[0]}".encode() in text]
        if b"DKIM-Signature" in text and wanted and len(text) < 8000 and number < 16:
            put("DKIM", f"sample-{number}", "\n".join(wanted).encode() + b"\n\0" + text)
            number += 1
    for place, path in enumerate(small[:60:6]):
        text = path.read_bytes()
        text = text[text.find(b"From:"):] if b"From:" in text else text
        put("Canonicalization", f"sample-{place}", bytes([place % 8, 40 * place % 256]) + text)
    for place, text in enumerate([
        "From: a\r\n\r\n", "From: a\r\n\r\n \t\r\n\r\n", "From :  a  b\r\n\tc \r\nTo:\r\n\r\na  b\t \r\n\r\n c", "From: a\nTo: b\n\na\n\r\rb\r",
        "From: a\r\n\r\n\r\n\r\n", "Received: x\nReceived: y\nFrom: a\n\n \n\n", "x", "From:a\n\n\t\t a \t b\r\r\n\r", "Date: =\n =\n\n=\n",
    ]):
        for forms in range(8):
            put("Canonicalization", f"{place}-{forms}", bytes([forms, 3 * forms]) + text.encode())
    rest = "v=1; a=rsa-sha256; c=relaxed; d=example.org; s=s; h=from:to"
    for place, field in enumerate([
        rest + "; bh=; b=", rest + "; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA", "v=2; a=x", rest + "; l=99999999999999999999; bh=YQ==; b=Y Q==",
        rest + "; t=5; x=4; i=@sub.example.org; z=From:a|To=20b; q=dns/txt; bh=YQ==; b=YQ==", "d=a; d=b; =; ;;", "v=1",
    ]):
        put("DKIM", f"field-{place}", f"s._domainkey.example.org v=DKIM1; p=\n\0DKIM-Signature: {field}\r\nFrom: a@example.org\r\n\r\n".encode())
    put("DKIM", "domainkey", b"\0DomainKey-Signature: a=rsa-sha1; c=nofws; d=example.org; s=s; h=from; b=AAAA\nFrom: a@example.org\n\na\n")


def arc():
    path, public = ed25519(b"\7" * 32)
    key = f"arc._domainkey.sealer.example v=DKIM1; k=ed25519; p={b64(public)}\n".encode()

    def relaxed(field):
        name, value = field.split(":", 1)
        return name.lower().encode() + b":" + canonical(value.encode())

    def signed(fields):
        return b64(sign(path, sha256(b"\r\n".join(relaxed(f) for f in fields))))

    def sealed(fields, body, count, chain="pass", signed_names=("from", "to", "subject")):
        for i in range(1, count + 1):
            tags = f"i={i}; a=ed25519-sha256; d=sealer.example; s=arc; t=1500000000"
            fields = [f"ARC-Authentication-Results: i={i}; mx.example;\r\n\tdkim=pass"] + fields
            message = f"ARC-Message-Signature: {tags};\r\n c=relaxed/relaxed; h={':'.join(signed_names)}; bh={b64(sha256(body))}; b="
            covered = [[f for f in fields if f.lower().startswith(n + ":")][-1] for n in signed_names]
            fields = [message + signed(covered + [message])] + fields
            seal = f"ARC-Seal: {tags}; cv={'none' if i == 1 else chain}; b="
            names = ["arc-authentication-results", "arc-message-signature", "arc-seal"]
            scope = [f for n in range(1, i + 1) for name in names for f in fields if f.lower().startswith(f"{name}: i={n};")]
            fields = [seal + signed(scope + [seal])] + fields
        return "\r\n".join(fields + ["", ""]).encode() + body

    plain = ["From: A <a@example.org>", "To: B <b@example.net>", "Subject:  one  two \r\n\tthree"]
    for count in range(1, 5):
        put("ARC", f"chain-{count}", key + b"\0" + sealed(plain, b"First line\r\nLast line.\r\n", count))
    whole = sealed(plain, b"a\r\n", 2)
    put("ARC", "other-body", key + b"\0" + whole + b"b\r\n")
    put("ARC", "no-key", b"\0" + whole)
    put("ARC", "no-seal", key + b"\0" + whole[whole.find(b"\r\nARC-Message") + 2:])
    put("ARC", "twice", key + b"\0" + whole[: whole.find(b"\r\nARC-Message") + 2] + whole)
    put("ARC", "failed", key + b"\0" + sealed(plain, b"a\r\n", 2, chain="fail"))
    put("ARC", "gap", key + b"\0" + whole.replace(b"i=1;", b"i=3;"))
    put("ARC", "fifty", key + b"\0" + whole.replace(b"i=2;", b"i=51;"))
    put("ARC", "lf", key + b"\0" + whole.replace(b"\r\n", b"\n"))


def keys():
    record = "v=DKIM1; k=rsa; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMtrnqyvmRxr0ksvh/TbZwmPI0hQvFMKz6Bi/OvB8TCUVSWZdXsZ1hAXtVbyTaVlV4NZJ1bXk5sA+hMgT1Tw+HUCAwEAAQ=="
    texts = [
        f"s._domainkey.example.org {record}\n", f'S._domainkey.Example.ORG "{record}"\n# comment\n\n*._domainkey.example.org v=DKIM1; p=\n',
        f"#: basis=dns from=192.0.2.1 obtained=2020-01-01T00:00:00Z dnssec=secure\ns._domainkey.example.org {record}\n", record,
        f's._domainkey.example.org. 3600 IN TXT "v=DKIM1; " "p=MFww" ; c\n', "$ORIGIN example.org.\n$TTL 1h\ns._domainkey ( 60 IN TXT\n \"v=DKIM1; p=\" )\n",
        ";; ANSWER SECTION:\ns._domainkey.a.b. 5 IN CNAME t.c.d.\nt.c.d. 5 IN TXT \"k=rsa; p=\\065\\\"\"\n", "$INCLUDE x\n$GENERATE 1-2 a TXT b\n@ IN TXT (\n",
        's._domainkey.example.org descriptive text "v=DKIM1; p=AA=="\n', "v=DKIM1; h=sha1:sha256; s=email:*; t=y:s; n=note; g=*; k=ed25519; p=" + b64(b"\1" * 32),
        json.dumps({"rrname": "s._domainkey.example.org.", "rrtype": "TXT", "rdata": ['"v=DKIM1; p=AA=="'], "time_first": 1, "time_last": 2}) + "\n",
        json.dumps({"cond": "begin"}) + "\n" + json.dumps({"obj": {"rrname": "s._domainkey.a.b.", "rrtype": "TXT", "rdata": '"p="', "zone_time_first": 1}}) + "\n",
        json.dumps([{"domain": "example.org", "selector": "s", "value": "p=AA==", "firstSeenAt": "2020-01-01T00:00:00.000Z", "lastSeenAt": "2021-01-01T00:00:00Z"}]),
        json.dumps({"maxId": 2, "keys": [{"id": 1, "sdid": "example.org", "selector": "s", "key": "p=AA==", "insertedAt": "2020-01-01", "secure": True}]}),
        json.dumps({"s._domainkey.example.org": {"TXT": [["v=DKIM1; ", "p=AA=="]]}}), "[", '{"a":' * 60, "s._domainkey.example.org", "\ufeffa._domainkey.b.c p=\n",
    ]
    for place, text in enumerate(texts):
        put("Keys", str(place), text)


def notes():
    name = "example.org/key"
    text = b"example.org/log\n3\n" + base64.b64encode(b"\5" * 32) + b"\n"
    lines = []
    for seed in (b"\1" * 32, b"\2" * 32):
        path, public = ed25519(seed)
        mark = sha256(name.encode() + b"\n\1" + public)[:4]
        lines.append(f"\u2014 {name} {b64(mark + sign(path, text))}\n".encode())
        put("Note", f"verifier-{seed[0]}", f"{name}+{mark.hex()}+{base64.b64encode(bytes([1]) + public).decode()}")
        put("Note", f"signer-{seed[0]}", f"PRIVATE+KEY+{name}+{mark.hex()}+{base64.b64encode(bytes([1]) + seed).decode()}")
    put("Note", "checkpoint", text)
    put("Note", "note", text + b"\n" + lines[0])
    put("Note", "two", text + b"\n" + lines[0] + lines[1])
    put("Note", "unknown", text + b"\n\xe2\x80\x94 other AAAAAAAA\n")
    leaves = [sha256(b"\0" + bytes([i])) for i in range(3)]
    inner = sha256(b"\1" + leaves[0] + leaves[1])
    root = sha256(b"\1" + inner + leaves[2])
    body = b"example.org/log\n3\n" + base64.b64encode(root) + b"\n"
    for extra in (b"", b"extra AA==\n"):
        proof = b"c2sp.org/tlog-proof@v1\n" + extra + b"index 0\n" + base64.b64encode(leaves[1]) + b"\n" + base64.b64encode(leaves[2]) + b"\n\n" + body
        put("Note", f"proof-{len(extra)}", proof)
        put("Note", f"proof-signed-{len(extra)}", proof + b"\n" + lines[0])
    put("Note", "root", b"3:" + root.hex().encode())
    for digest in ("sha256", "sha512"):
        digits = hashlib.new(digest, b"").hexdigest()
        put("Note", digest, f"{digits}  checkpoint\n{digits}  ../name.tar.gz\n")
    for name in ("checkpoint.sig", "README.txt", "digests.sha256", "list-2.example.tsr"):
        put("Note", f"name-{name}", name)
    put("Note", "inclusion", bytes([3, 0]) + leaves[1] + leaves[2])
    put("Note", "consistency", bytes([7, 3]) + leaves[0] * 4)


def texts():
    put("Text", "log.csv", "path,url,retrieved_at,note\na.eml,https://example.org/1,2017-05-05T18:35:00Z,\"a \"\"b\"\"\"\n,,,\n")
    put("Text", "log.jsonl", '{"path":"a","url":"b","retrieved_at":"2017-05-05T18:35:00Z"}\n{"path":"c"}\n')
    for place, text in enumerate([
        '{"a":[1,-2.5e3,true,null,"\\u00e9\\ud83d\\ude00\\n"],"b":{}}', "[[[[[]]]]]", '"\\ud800"', "1e999", "-0", "{\"a\":1,\"a\":2}", "aGVsbG8=", "aGVsbG9=",
        "00ff", "0F", "2017-05-05T18:35:00Z", "2016-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "\x1b]0;x\x07\r\n\t\u202e\u2028\u0085",
        "\u00e9\ufeff\U000e0041", "path\n\"x\ny\"\n",
    ]):
        put("Text", str(place), text)
    put("Text", "overlong", b"\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80\xe2\x82")


def ssh():
    (WORK / "hello").write_bytes(b"hello\n")
    lines = []
    for kind, bits in [("ed25519", 256), ("ecdsa", 256), ("ecdsa", 384), ("ecdsa", 521), ("rsa", 2048), ("rsa", 1024)]:
        key = WORK / f"{kind}-{bits}"
        run("ssh-keygen", "-q", "-t", kind, "-b", bits, "-N", "", "-C", "editor@example.org", "-f", key)
        public = (WORK / f"{kind}-{bits}.pub").read_text().strip()
        lines.append(public)
        put("SSHSignature", f"{key.name}.pub", public)
        put("SSHSignature", f"{key.name}.blob", base64.b64decode(public.split()[1]))
        for digest in ("sha256", "sha512"):
            text = run("ssh-keygen", "-Y", "sign", "-f", key, "-n", "file@mailseal", "-O", f"hashalg={digest}", stdin=b"hello\n")
            put("SSHSignature", f"{key.name}-{digest}.sig", text)
            put("SSHSignature", f"{key.name}-{digest}.bin", base64.b64decode(b"".join(text.splitlines()[1:-1])))
    run("ssh-keygen", "-q", "-s", WORK / "ed25519-256", "-I", "x", "-n", "y", "-V", "+1d", WORK / "ecdsa-256.pub")
    put("SSHSignature", "certificate", (WORK / "ecdsa-256-cert.pub").read_text())
    short = [" ".join(l.split()[:2]) for l in lines]
    put("SSHSignature", "allowed", "".join(f"editor@example.org {l}\n" for l in short[:3]))
    put("SSHSignature", "allowed-options", f'# c\r\n*@example.org,!x@example.org namespaces="file@*,git",valid-after="20170101Z",valid-before="20380101120000" {short[0]} c\n'
        f"a cert-authority {short[1]}\n" f'"b c" no-touch-required {short[0]}\n')
    put("SSHSignature", "revoked", "\n".join(short[:2]) + "\n")
    (WORK / "spec").write_text(f"serial: 1-5\nid: x\nkey: {short[1]}\nsha1: {short[2]}\nsha256: {short[0]}\nhash: SHA256:{b64(bytes(32))[:-1]}\n")
    run("ssh-keygen", "-q", "-k", "-f", "krl", "-s", "ed25519-256.pub", "-z", "7", "spec", "ecdsa-256.pub")
    put("SSHSignature", "krl", (WORK / "krl").read_bytes())
    run("ssh-keygen", "-q", "-k", "-f", "krl2", "ed25519-256.pub", "rsa-2048.pub")
    put("SSHSignature", "krl2", (WORK / "krl2").read_bytes())

    def text(value):
        return struct.pack(">I", len(value)) + value

    # An authenticator in software: its key signs what one in hardware would.
    path, public = ed25519(b"\3" * 32)
    kind, application = b"sk-ssh-ed25519@openssh.com", b"ssh:"
    blob = text(kind) + text(public) + text(application)
    data = b"SSHSIG" + text(b"file@mailseal") + text(b"") + text(b"sha512") + text(hashlib.sha512(b"hello\n").digest())
    made = sign(path, sha256(application) + b"\1" + struct.pack(">I", 7) + sha256(data))
    whole = b"SSHSIG" + struct.pack(">I", 1) + text(blob) + text(b"file@mailseal") + text(b"") + text(b"sha512")
    whole += text(text(kind) + text(made) + b"\1" + struct.pack(">I", 7))
    lines64 = b64(whole)
    armor = "".join(lines64[i : i + 70] + "\n" for i in range(0, len(lines64), 70))
    put("SSHSignature", "authenticator.sig", f"-----BEGIN SSH SIGNATURE-----\n{armor}-----END SSH SIGNATURE-----\n")
    put("SSHSignature", "authenticator.bin", whole)


def stamps():
    (WORK / "ts.cnf").write_text("""
[tsa]
default_tsa = t
[t]
serial = serial
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
signer_digest = sha256
accuracy = secs:1, millisecs:500, microsecs:100
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[ext]
extendedKeyUsage = critical,timeStamping
authorityInfoAccess = caIssuers;URI:http://ca.example/root.cer
crlDistributionPoints = URI:http://ca.example/root.crl
[ca]
default_ca = c
[c]
database = index
crlnumber = crlnumber
default_md = sha256
default_crl_days = 3650
""")
    (WORK / "serial").write_text("01\n")
    (WORK / "crlnumber").write_text("01\n")
    (WORK / "index").write_text("")
    for name, new in [("root", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]), ("rsaroot", ["-newkey", "rsa:2048"])]:
        run("openssl", "req", "-x509", *new, "-nodes", "-days", "7300", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.crt")
        put("TimeStamp", f"{name}.pem", (WORK / f"{name}.crt").read_bytes())
    for name, root, new in [("ec", "root", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"]), ("rsa", "rsaroot", ["-newkey", "rsa:2048"])]:
        run("openssl", "req", *new, "-nodes", "-subj", f"/O=Stamps/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        run("openssl", "x509", "-req", "-in", f"{name}.csr", "-CA", f"{root}.crt", "-CAkey", f"{root}.key", "-days", "7300", "-set_serial", str(len(name)),
            "-extfile", "ts.cnf", "-extensions", "ext", "-out", f"{name}.crt")
        put("TimeStamp", f"{name}.der", run("openssl", "x509", "-in", f"{name}.crt", "-outform", "DER"))
        for digest in ("sha256", "sha512"):
            for flags in ([], ["-cert"]):
                query = run("openssl", "ts", "-query", "-data", "hello", "-" + digest, *flags)
                (WORK / "query").write_bytes(query)
                label = f"{name}-{digest}-{len(flags)}"
                put("TimeStamp", f"{label}.tsq", query)
                put("TimeStamp", f"{label}.tsr", run(
                    "openssl", "ts", "-reply", "-config", "ts.cnf", "-queryfile", "query", "-signer", f"{name}.crt", "-inkey", f"{name}.key", "-chain", f"{root}.crt"))
        run("openssl", "ca", "-config", "ts.cnf", "-gencrl", "-cert", f"{root}.crt", "-keyfile", f"{root}.key", "-out", f"{root}.crl")
        put("TimeStamp", f"{root}-list.pem", (WORK / f"{root}.crl").read_bytes())
        put("TimeStamp", f"{root}-list.der", run("openssl", "crl", "-in", f"{root}.crl", "-outform", "DER"))
        run("openssl", "ca", "-config", "ts.cnf", "-revoke", f"{name}.crt", "-crl_reason", "keyCompromise", "-cert", f"{root}.crt", "-keyfile", f"{root}.key")
        run("openssl", "ca", "-config", "ts.cnf", "-gencrl", "-cert", f"{root}.crt", "-keyfile", f"{root}.key", "-out", f"{root}.crl")
        put("TimeStamp", f"{root}-revoked.der", run("openssl", "crl", "-in", f"{root}.crl", "-outform", "DER"))
    put("TimeStamp", "rsa-public.der", run("openssl", "pkey", "-in", "rsa.key", "-pubout", "-outform", "DER"))
    put("TimeStamp", "refused", bytes.fromhex("300d300b020102300203003003020101"))
    put("TimeStamp", "refused-2", bytes.fromhex("3015301302010230080c0662616420610303020520"[:46]))


def deflate():
    texts = {"empty": b"", "letter": b"a", "runs": b"a" * 3000, "mail": b"Subject: hello\r\nFrom: a@example.org\r\n" * 20, "bytes": bytes(range(256)) * 2}
    for name, text in texts.items():
        for level, strategy in [(0, 0), (1, 0), (6, 0), (9, zlib.Z_FIXED), (6, zlib.Z_HUFFMAN_ONLY), (6, zlib.Z_RLE)]:
            packer = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
            put("Inflate", f"{name}-{level}-{strategy}", packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    put("Inflate", "final", packer.compress(texts["mail"]) + packer.flush())


def bundles(small):
    seeds = {}

    def make(name, sources, *options):
        run(MAILSEAL, "create", *sources, "-o", WORK / f"{name}.tar.gz", "--name", name, "--no-mtime", "--retrieved-at", "2017-05-05T18:35:00Z", *options)
        seeds[name] = (WORK / f"{name}.tar.gz").read_bytes()

    one = WORK / "one"
    one.mkdir()
    for name in ("plain", "attached"):
        (one / f"{name}.eml").write_text(MESSAGES[name])
    two = WORK / "two"
    two.mkdir()
    for place, path in enumerate([p for p in small if b"DKIM-Signature" in p.read_bytes()][:3]):
        (two / f"{place}.eml").write_bytes(path.read_bytes())
    (two / "notes.txt").write_text("no mail\n")
    box = WORK / "box.mbox"
    box.write_text("From a@b Fri May  5 20:35:00 2017\nSubject: a\n\nb\n\nFrom a@b Fri May  5 20:35:00 2017\n" + MESSAGES["plain"] + "\n")
    (WORK / "seed").write_bytes(b"s" * 32)
    keys = WORK / "tree" / "keys.txt"
    make("one", [one / "plain.eml"])
    make("files", [one])
    make("signed", [two], "--keys", keys)
    make("box", [box])
    make("salted", [one], "--seed-file", WORK / "seed", "--origin", "example.org/salted")
    for name, options in [("kept", ["--keep", "1"]), ("listed", ["--keep", "1", "--lines-only", "2"])]:
        run(MAILSEAL, "redact", WORK / "salted.tar.gz", *options, "-o", WORK / f"{name}.tar.gz")
        seeds[name] = (WORK / f"{name}.tar.gz").read_bytes()
    run(MAILSEAL, "extend", WORK / "one.tar.gz", one / "attached.eml", "--no-mtime", "-o", WORK / "extended.tar.gz", "--retrieved-at", "2018-01-01T00:00:00Z")
    seeds["extended"] = (WORK / "extended.tar.gz").read_bytes()
    for name, content in seeds.items():
        put("Bundle", name, content)
        put("Container", name, gzip.decompress(content))
        tar = tarfile.open(fileobj=io.BytesIO(gzip.decompress(content)))
        manifest = tar.extractfile(f"{name if name not in ('kept', 'listed', 'extended') else 'salted' if name != 'extended' else 'one'}/manifest.jsonl").read()
        put("Manifest", name, manifest)
        put("Lines", name, manifest)
    golden = HERE.parent.parent / "Manifests" / "golden" / "every-line" / "manifest.jsonl"
    put("Manifest", "every-line", golden.read_bytes())
    for place, line in enumerate(golden.read_bytes().splitlines()):
        put("Manifest", f"line-{place}", line)


def archives():
    files = {"a.eml": MESSAGES["plain"].encode(), "d/b.txt": b"hello\n", "d/" + "n" * 120: b"long\n", "\u00e9.txt": b"", "box": b"From a\nB: c\n\nd\n"}

    # libarchive is not asked about what is inside a mailbox.
    flat = {name: content for name, content in files.items() if name != "box"}

    def tar(form, links=True, names=flat):
        output = io.BytesIO()
        with tarfile.open(fileobj=output, mode="w", format=form) as archive:
            for name, content in names.items():
                if form == tarfile.USTAR_FORMAT and name.endswith("n" * 120):
                    name = name[:60]
                info = tarfile.TarInfo(name)
                info.size = len(content)
                info.mtime = 1495000000.25 if form == tarfile.PAX_FORMAT else 1495000000
                archive.addfile(info, io.BytesIO(content))
            if links:
                for name, kind in [("link", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("pipe", tarfile.FIFOTYPE), ("dir", tarfile.DIRTYPE)]:
                    info = tarfile.TarInfo(name)
                    info.type, info.linkname = kind, "a.eml"
                    archive.addfile(info)
        # Python pads to 10 KiB; two zero blocks are enough.
        content = output.getvalue().rstrip(b"\0")
        return content + bytes(-len(content) % 512 + 1024)

    for name, form in [("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)]:
        for links in (False, True):
            put("Tar", f"{name}-{int(links)}", tar(form, links=links))
        put("Archive", f"{name}.tar", tar(form, links=False, names=files))
    put("Tar", "gzip", gzip.compress(tar(tarfile.USTAR_FORMAT, links=False), mtime=0))
    put("Tar", "two", gzip.compress(tar(tarfile.USTAR_FORMAT, links=False)[:1000], mtime=0) + gzip.compress(tar(tarfile.USTAR_FORMAT, links=False)[1000:], mtime=0))
    single = {"a": b"b"}
    put("Tar", "single", tar(tarfile.USTAR_FORMAT, links=False, names=single))
    put("Tar", "single-pax", tar(tarfile.PAX_FORMAT, links=False, names={"\u00e9": b"b" * 600}))
    put("Tar", "prefix", tar(tarfile.USTAR_FORMAT, links=False, names={"p" * 90 + "/" + "n" * 90: b"x"}))
    plain = tar(tarfile.USTAR_FORMAT, links=False, names=files)
    for name, content in [("tar.gz", gzip.compress(plain, mtime=0)), ("tar.bz2", bz2.compress(plain)), ("tar.xz", lzma.compress(plain)),
                          ("mail.gz", gzip.compress(files["a.eml"], mtime=0)), ("nested.tar", tar(tarfile.USTAR_FORMAT, links=False, names={"in.tar.gz": gzip.compress(plain, mtime=0)}))]:
        put("Archive", name, content)
    for name, method in [("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)]:
        output = io.BytesIO()
        with zipfile.ZipFile(output, "w", method) as archive:
            for path, content in files.items():
                archive.writestr(zipfile.ZipInfo(path, (2017, 5, 5, 18, 35, 0)), content)
        put("Archive", f"{name}.zip", output.getvalue())
    (WORK / "a.eml").write_bytes(files["a.eml"])
    for name, form in [("seven.7z", "7zip")]:
        run("bsdtar", "-c", "-f", name, "--format", form, "a.eml")
        put("Archive", name, (WORK / name).read_bytes())
    put("Archive", "box", files["box"] * 2)


if __name__ == "__main__":
    shutil.rmtree(CORPUS, ignore_errors=True)
    try:
        small = mail()
        dkim(small)
        arc()
        keys()
        notes()
        texts()
        ssh()
        stamps()
        deflate()
        bundles(small)
        archives()
    finally:
        shutil.rmtree(WORK)
    for folder in sorted(CORPUS.iterdir()):
        sizes = [p.stat().st_size for p in folder.iterdir()]
        print(f"{folder.name:16} {len(sizes):4} files {sum(sizes):8} bytes")
