"""Names that command terminals, spreadsheets and browsers, wherever names can stand, through every output of the program.

python3 Tests/Hostile/names.py PROGRAM

Makes an archive in which file names, members of zip and tar, mailboxes, header fields, attachments, signatures, key files
and seals have such names, runs every command on it, and reads what comes out. Prints what must not be there; status 1 then.
"""
import base64, csv, html.parser, io, json, os, re, shutil, subprocess, sys, tarfile, tempfile, time, zipfile

PROGRAM = os.path.realpath(sys.argv[1])
CONTROLS = [
    "\x1b[31m", "\x07", "\r", "\x7f", "\x85", "\x9b31m", "\u202e", "\u2066", "\u200f", "\u200e", "\u2028", "\u2029", "\u200b",
    "\U000e0041", "\ufeff", "\u061c", "\n", "\t", "\x1b]0;title\x07",
]
# A combining mark after, and a prepended letter before, make one character of what is two for a browser or a spreadsheet.
FORMULAS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "=\u03011", "=\u200d1", "\uff1d1", "\u200b=1", " =1"]
MARKUP = [
    "<script>", "\u0600<script>", "\"><img src=x onerror=y>", "'><b>", "&lt;b&gt;", "x\"\u0301,\"=2+2", "\u0600\"><i>",
    "<\u0301b>", "<!--", "]]>", "</title><b>",
]
RAW = [b"\x9b1m", b"\x1b[2J\xff", b"=\xe9<script>"]
TEXTS = ["".join(CONTROLS), CONTROLS[0]] + FORMULAS + MARKUP
NAMES = [text.encode() for text in TEXTS] + RAW
ALL = "=<script>\u0600<b>\x1b[31m\x9b1m\u202e\u2028".encode()
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
faults = []
runs = 0


def word(text):
    return b"=?utf-8?B?" + base64.b64encode(text) + b"?="


def message(number, name):
    """A message with the name in every field that is shown."""
    field = name.replace(b"\n", b" ").replace(b"\r", b" ")
    quoted = field.replace(b"\\", b"").replace(b'"', b"")
    percent = b"".join(b"%%%02X" % byte for byte in name)
    return b"\r\n".join([
        b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/" + field + b"; d=" + field + b".example; s=" + field + b"; h=from:" + field +
        b"; bh=AAAA; b=AAAA; i=" + field + b"@x; q=" + field,
        b"DKIM-Signature: v=1; a=" + field + b"; d=example.org; s=one; h=from; bh=AAAA; b=AAAA",
        b"ARC-Seal: i=1; a=rsa-sha256; cv=" + field + b"; d=" + field + b"; s=" + field + b"; b=AAAA",
        b"From: " + (word(name) if number % 2 else b'"' + quoted + b'"') + b" <" + quoted + b"@example.org>",
        b"To: " + field + b" <b@example.org>, " + word(name),
        b"Cc: " + field,
        b"Date: Fri, 5 May 2017 18:35:00 +0000 (" + field + b")",
        b"Message-ID: " + (field if number % 3 else b"<" + field + b">"),
        b"In-Reply-To: <" + field + b">",
        b"Subject: " + (word(name) if number % 2 else field),
        b"X-" + bytes(byte for byte in quoted if 33 <= byte < 127 and byte != 58) + b": " + field,
        b"MIME-Version: 1.0",
        b"Content-Type: multipart/mixed; boundary=b",
        b"",
        b"--b", b"Content-Type: text/plain; charset=" + quoted, b"", name, b"--b",
        b"Content-Type: text/html; charset=utf-8", b"", b"<title>" + name + b"</title>" + name, b"--b",
        b'Content-Type: application/x-' + quoted + b'; name="' + quoted + b'"',
        b'Content-Disposition: attachment; filename="' + quoted + b'"', b"", b"one", b"--b",
        b"Content-Type: application/pdf", b"Content-Disposition: attachment; filename*=utf-8''" + percent, b"", b"two",
        b"--b", b"Content-Type: text/plain", b"", b"begin 644 " + field, b"#0V%T", b"`", b"end", b"--b--", b"",
    ])


def write(path, data):
    os.makedirs(os.path.dirname(path) or b".", exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def plain(name):
    return name.replace(b"/", b"_")[:200]


def fill(folder):
    """The sources: a tree with everything that has a name."""
    for number, name in enumerate(NAMES):
        write(folder + b"/%03d.eml" % number, message(number, name))
        write(folder + b"/mail/" + plain(name) + b".eml", message(number, name) + b"again\r\n")
        write(folder + b"/files/" + plain(name), b"file %d\n" % number)
        write(folder + b"/" + plain(name) + b".d/file", b"in a folder %d\n" % number)
        write(folder + b"/broken/" + plain(name) + b".zip", b"PK\x03\x04" + name)
        write(folder + b"/broken/" + plain(name) + b".tgz", b"\x1f\x8b\x08\x00" + name)
        os.symlink(name, folder + b"/" + plain(name) + b".link")
        os.mkfifo(folder + b"/" + plain(name) + b".pipe")
        for part in (b"cur", b"new", b"tmp"):
            os.makedirs(folder + b"/maildir/." + plain(name) + b"/" + part)
        write(folder + b"/maildir/." + plain(name) + b"/cur/1:2,S" + plain(name), message(number, name) + b"box\r\n")
        line = name.replace(b"\n", b" ").replace(b"\r", b" ")
        write(folder + b"/boxes/" + plain(name) + b".mbox",
              b"From " + line + b" Mon Jan  2 10:00:00 2017\n" + message(number, name).replace(b"\r\n", b"\n") + b"\n")
    with zipfile.ZipFile(os.fsdecode(folder) + "/in.zip", "w") as archive:
        for number, text in enumerate(TEXTS):
            archive.writestr(text + ".txt", "member %d" % number)
            archive.writestr("z%d/" % number + text + ".eml", message(number, text.encode()) + b"zip\r\n")
    with tarfile.open(os.fsdecode(folder) + "/in.tar.gz", "w:gz") as archive:
        for number, name in enumerate(NAMES):
            for kind in (tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE):
                member = tarfile.TarInfo(os.fsdecode(b"%d-" % number + name + b"-%d" % ord(kind)))
                member.type, member.linkname = kind, os.fsdecode(name)
                member.size = 3 if kind == tarfile.REGTYPE else 0
                archive.addfile(member, io.BytesIO(b"tar"))
    nested = io.BytesIO()
    with zipfile.ZipFile(nested, "w") as archive:
        archive.writestr(MARKUP[0] + CONTROLS[0], b"deep")
    with zipfile.ZipFile(os.fsdecode(folder) + "/nested.zip", "w") as archive:
        archive.writestr(CONTROLS[0] + "=.zip", nested.getvalue())


def shown(text):
    return re.sub(r"[^ -~]", lambda found: "\\x%x" % ord(found[0]), text)


def check(label, data, tabs=False):
    text = data.decode("utf-8", "surrogateescape")
    for found in FORBIDDEN.finditer(text):
        faults.append("%s: %s" % (label, shown(text[max(0, found.start() - 60):found.end() + 20])))
        break
    if any("\udc80" <= letter <= "\udcff" for letter in text):
        faults.append("%s: no UTF-8" % label)
    if "\t" in text and not tabs:
        faults.append("%s: a tab" % label)


def run(*arguments, status=(0, 1, 2), tabs=False, table=None, terminal=False):
    """Runs the program, its answer into a pipe or a terminal, and looks at both its outputs; gives the answer."""
    global runs
    runs += 1
    start = time.monotonic()
    command = [os.fsencode(PROGRAM)] + [os.fsencode(argument) for argument in arguments]
    if terminal:
        command = [b"script", b"-qec", b" ".join(b"'" + part.replace(b"'", b"'\\''") + b"'" for part in command), b"/dev/null"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
    if terminal:
        done.stdout = done.stdout.replace(b"\r\n", b"\n")
    label = shown(" ".join(os.fsdecode(argument) for argument in arguments))[:100]
    if done.returncode not in status:
        faults.append("%s: status %d: %s" % (label, done.returncode, shown(done.stderr.decode("utf-8", "replace")[-300:])))
    if os.environ.get("NAMES_TRACE"):
        print("%.1f s, status %d: %s" % (time.monotonic() - start, done.returncode, label), flush=True)
    check(label + " (standard error)", done.stderr)
    check(label, done.stdout.replace(b"\r\n", b"\n") if table else done.stdout, tabs)
    if "--json" in arguments and done.stdout:
        try:
            json.loads(done.stdout)
        except ValueError as error:
            faults.append("%s: no JSON: %s" % (label, error))
    return done.stdout


class Elements(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attributes):
        self.found.add((tag, tuple(attributes)))

    def handle_comment(self, data):
        self.found.add("comment")

    def handle_pi(self, data):
        self.found.add("instruction")

    def unknown_decl(self, data):
        self.found.add("declaration")


def elements(page):
    parser = Elements()
    parser.feed(page.decode())
    parser.close()
    return parser.found


def check_csv(data):
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    if len(rows) < len(NAMES):
        faults.append("list --csv: %d rows" % len(rows))
    for row in rows:
        if len(row) != len(rows[0]):
            faults.append("list --csv: a row of %d cells: %s" % (len(row), shown(repr(row))[:300]))
        for cell in row:
            if cell[:1] in tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20") and cell:
                faults.append("list --csv: a formula: " + shown(cell))


def main():
    leak, stated = ALL + b"leak", ["--retrieved-at", "2017-05-05T18:35:00Z", "--origin", "newsroom.example/sound"]
    going, terminal_is_here = ["--keep-going", "--origin", "newsroom.example/leak"], shutil.which("script")
    fill(leak)
    write(b"sound/1.eml", b"From: a@example.org\r\nDate: Fri, 5 May 2017 18:35:00 +0000\r\nSubject: one\r\n\r\nHello\r\n")
    keys = b"".join(
        name.replace(b"\n", b" ") + b"._domainkey.example.org v=DKIM1; p=" + name + b"\none._domainkey.example.org v=DKIM1; n=" + name +
        b"; p=AAAA\n# " + name + b"\n" for name in NAMES)
    write(ALL + b"keys.txt", keys)
    write(ALL + b"keys.json", json.dumps([{"domain": "example.org", "selector": "one", "value": "v=DKIM1; n=%s; p=AAAA" % text}
                                          for text in TEXTS]).encode())
    write(ALL + b"log.jsonl", b"".join(
        json.dumps({"path": "%03d.eml" % number, "url": "https://example.org/" + text, "retrieved_at": "2017-05-05T18:35:00Z", text: text}).encode()
        + b"\n" for number, text in enumerate(TEXTS)))
    write(ALL + b"log.csv", b"path,url,retrieved_at," + ALL + b"\n" + ALL + b",x," + ALL + b"," + ALL + b"\n")
    bundle, sound = ALL + b".tar.gz", "sound.tar.gz"
    run("create", "sound", "-o", sound, *stated, status=[0])
    run("create", leak, "-o", bundle, status=[2])
    run("create", leak, "-o", bundle, *going, "--retrieval-log", ALL + b"log.csv", status=[2])
    run("create", leak, "-o", "logged.tar.gz", *going, "--retrieval-log", ALL + b"log.jsonl", "--keys", ALL + b"keys.txt", status=[1])
    run("create", leak, "-o", bundle, *going, "--keys", ALL + b"keys.txt", "--retrieved-from", "https://x/" + MARKUP[1],
        "--retrieved-at", "2017-05-05T18:35:00Z", status=[1])
    run("create", leak, "-o", "again.tar.gz", *going, "--keep-containers", "--json", status=[1])
    for command in ("verify", "list", "statement"):
        run(command, bundle, status=[0])
    run("verify", bundle, "--json", status=[0])
    check_csv(run("list", bundle, "--csv", status=[0], table=True))
    for filters in (["--from", ALL], ["--text", "one"], ["--after", ALL]):
        run("list", bundle, *filters)
    template = elements(run("statement", "--html", sound, status=[0]))
    extra = elements(run("statement", "--html", bundle, status=[0])) - template
    if extra:
        faults.append("statement --html: %s" % shown(repr(extra)))
    listed = json.loads(run("list", bundle, "--json"))["messages"]
    for place in range(0, len(listed), 1 if len(sys.argv) > 2 else 40):
        number = str(place + 1)
        run("show", bundle, number, status=[0, 1], tabs=True)
        run("show", bundle, number, "--headers", status=[0, 1], tabs=True)
        run("show", bundle, number, "--json", status=[0, 1])
    run("show", bundle, ALL)
    run("show", bundle, "1", "--part", ALL)
    for number, layout in enumerate(("messages", "attachments", "source")):
        run("extract", bundle, "-o", ALL + b"out%d" % number, "--layout", layout, status=[0, 1])
        run("extract", bundle, "-o", ALL + b"json%d" % number, "--layout", layout, "--links" if number == 2 else "--json")
        run("extract", bundle, "-o", ALL + b"out%d" % number, "--layout", layout, status=[2])
    run("extract", bundle, "-o", "out3", "--layout", "source", "--json", status=[0, 1])
    run("verify", ALL + b"out2", status=[0, 1, 2])
    run("redact", bundle, "--withhold", "1-5", "-o", ALL + b"public.tar.gz", status=[0])
    run("redact", bundle, "--withhold", "1-5", "-o", "public.tar.gz", "--json", status=[0])
    for command in ("verify", "list", "statement"):
        run(command, "public.tar.gz", status=[0])
    write(leak + b"/new.eml", message(1, ALL))
    run("extend", bundle, leak, "--keep-going", "-o", ALL + b"second.tar.gz", status=[0, 1])
    shutil.copyfile(ALL + b"second.tar.gz", "second.tar.gz")
    run("extend", bundle, leak, "--keep-going", "-o", "third.tar.gz", "--json", status=[0, 1])
    for others in ([bundle, sound], [sound, bundle], [bundle, ALL + b"second.tar.gz"], [bundle, leak]):
        run("diff", *others, status=[0, 1])
    run("diff", bundle, "second.tar.gz", "--all", "--content", status=[0, 1], tabs=True)
    run("diff", bundle, "sound", "--json", status=[0, 1])
    run("check", "--consistency", bundle, ALL + b"second.tar.gz")
    run("check", "--consistency", bundle, "second.tar.gz", "--json")
    run("prove", bundle, "3", "-o", ALL + b"proof", status=[0])
    run("prove", bundle, "3", "-o", "proof", "--json", status=[0])
    write(ALL + b"3.eml", run_raw("show", bundle, "3", "--raw"))
    for options in ([], ["--json"]):
        run("check", ALL + b"3.eml", "--proof", ALL + b"proof", *options)
        run("check", ALL + b"keys.txt", "--proof", ALL + b"proof", *options)
        run("check", ALL + b"3.eml", "--proof", ALL + b"keys.txt", *options)
    keep = ["-o", ALL + b"made.txt", "-f"]
    for inputs in ([ALL + b"keys.txt"], [ALL + b"keys.json"], [bundle]):
        if terminal_is_here:
            run("keys", "import", *inputs, terminal=True)
        run("keys", "import", *inputs, *keep)
        run("keys", "import", *inputs, *keep, "--json")
        run("keys", "check", *inputs)
        run("keys", "check", *inputs, "--json")
    for inputs in ([bundle], [ALL + b"keys.txt"]):
        run("keys", "missing", *inputs)
        run("keys", "missing", *inputs, "--json")
        run("keys", "recover", *inputs, *keep)
        run("keys", "recover", *inputs, *keep, "--json")
    run("keys", "lookup", bundle, *keep, "--resolver", "127.0.0.1:1", "--timeout", "1")
    run("keys", "generate-note", "--name", ALL, "-o", ALL + b"note.key")
    run("keys", "generate-note", "--name", "desk.example", "-o", ALL + b"note.key", status=[0])
    subprocess.run([b"ssh-keygen", b"-q", b"-t", b"ed25519", b"-N", b"", b"-C", ALL, b"-f", ALL + b"desk"], check=True)
    os.environ["XDG_STATE_HOME"] = os.getcwd() + "/state"
    run("seal", bundle, "--ssh-key", ALL + b"missing")
    run("seal", bundle, "--ssh-key", ALL + b"desk", status=[2])
    shutil.copyfile(bundle, "sealed.tar.gz")
    bundle = "sealed.tar.gz"
    run("seal", bundle, "--ssh-key", ALL + b"desk", "--note-key", ALL + b"note.key", status=[0])
    run("seal", sound, "--ssh-key", ALL + b"desk", "--json", status=[0])
    public = open(ALL + b"desk.pub", "rb").read().split()[1]
    write(ALL + b"signers", b"\"a<script>\x1b[31m\xe2\x80\xae\" ssh-ed25519 " + public + b"\n" + ALL + b" ssh-ed25519 AAAA\n")
    seal = b"sealed.seal"
    write(seal + b"/" + ALL + b"unexpected", b"x")
    run("verify", bundle, status=[0, 1])
    run("verify", bundle, "--json", status=[0, 1])
    run("verify", bundle, "--allowed-signers", ALL + b"signers")
    write(ALL + b"signers", b"\"a<script>\x1b[31m\xe2\x80\xae\" ssh-ed25519 " + public + b"\n")
    run("verify", bundle, "--allowed-signers", ALL + b"signers")
    for option in ("--revoked-keys", "--note-key", "--tsa-ca", "--seal", "--checkpoint"):
        run("verify", bundle, option, ALL + b"keys.txt")
    run("statement", bundle)
    extra = elements(run("statement", "--html", bundle)) - template
    if any(isinstance(found, str) or found[0] not in ("p", "th", "td", "tr", "table", "h2") for found in extra):
        faults.append("statement --html with a seal: %s" % shown(repr(extra)))
    damaged = bytearray(open(bundle, "rb").read())
    damaged[len(damaged) // 3] ^= 1
    write(ALL + b"damaged.tar.gz", bytes(damaged))
    for command in ("verify", "list", "statement"):
        run(command, ALL + b"damaged.tar.gz")
    run("verify", ALL + b"damaged.tar.gz", "--json")
    for command in ("verify", "list", "statement", "show", "extract", "prove", "redact", "seal", "extend", "diff"):
        run(command, ALL + b"missing", *["1"] if command in ("show", "prove") else [])
        run(command, ALL + b"keys.txt", *["1"] if command in ("show", "prove") else [])
        run(command, "--" + os.fsdecode(ALL))
    run(ALL)
    print("%d runs over %d names: %d faults" % (runs, len(NAMES), len(faults)))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def run_raw(*arguments):
    """The bytes of an answer that is not for people."""
    return subprocess.run([os.fsencode(PROGRAM)] + [os.fsencode(argument) for argument in arguments], capture_output=True).stdout


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    status = main()
    os.chdir("/")
sys.exit(status)
