"""A time-stamping authority on loopback for tests: tsa.py FOLDER.

It makes its certificates in FOLDER with tsa.sh, writes its port to FOLDER/port, answers until standard input ends, and
keeps a line for each request in FOLDER/requests. Root, issuer and authority are root.crt, int.crt and tsa.crt;
gone.crt is of an authority that is revoked.
"""

import http.server
import os
import subprocess
import sys
import threading

folder = sys.argv[1]

HERE = os.path.dirname(os.path.abspath(__file__))

SCRIPT = """
SUBJECT=/O=Loopback/CN=; . "$HERE/tsa.sh"
root root
issue int root issuer 2
issue tsa int tsa 3
issue gone int tsa 4
revocations root root.crl
printf 'R\\t350101000000Z\\t200101000000Z,keyCompromise\\t04\\tunknown\\t/CN=gone\\n' > index.txt
revocations int int.crl
for name in root int; do
    openssl x509 -in $name.crt -outform DER -out $name.der
    openssl crl -in $name.crl -outform DER -out $name.new
    mv $name.new $name.crl
done
printf other > other
query other sha256 other.tsq
"""


def stamp(query, signer="tsa"):
    """The reply to a request in a file; `gone` is an authority that is revoked."""
    command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-section", "stamps", "-queryfile", query, "-signer",
               signer + ".crt", "-inkey", signer + ".key"]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout


class Handler(http.server.BaseHTTPRequestHandler):
    lock = threading.Lock()

    def answer(self, body, status=200, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def note(self):
        with self.lock, open(os.path.join(folder, "requests"), "a") as log:
            agent, kind = self.headers.get("User-Agent"), self.headers.get("Content-Type")
            print(self.command, self.path, agent, kind, file=log)

    def redirected(self):
        kind, _, rest = self.path[1:].partition("/")
        if kind == "away":
            self.answer(b"", 302, [("Location", "ftp://127.0.0.1/x")])
        elif kind == "loop":
            self.answer(b"", 302, [("Location", "/loop/" + rest + "x")])
        elif kind == "moved":
            self.answer(b"", 302, [("Location", "/" + rest)])
        else:
            return False
        return True

    def do_GET(self):
        self.note()
        path = os.path.join(folder, os.path.basename(self.path))
        if self.redirected():
            return
        if self.path == "/hello":
            self.answer(b"hello")
        elif path.endswith((".crl", ".der")) and os.path.exists(path):
            with open(path, "rb") as file:
                self.answer(file.read())
        else:
            self.answer(b"not here", 404)

    def do_POST(self):
        self.note()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.redirected():
            return
        if self.path == "/echo":
            self.answer(body)
        elif self.path == "/garbage":
            self.answer(b"<html>no time here</html>")
        elif self.path == "/reject":
            # TimeStampResp: PKIStatusInfo of rejection, and badAlg among the reasons.
            self.answer(bytes.fromhex("3009300702010203020780"))
        elif self.path == "/nothing":
            self.close_connection = True
        elif self.path == "/other":
            # Two at once would spoil the file of serial numbers.
            with self.lock:
                reply = stamp("other.tsq")
            self.answer(reply)
        elif self.path in ("/tsa", "/gone"):
            with self.lock:
                with open(os.path.join(folder, "query.tsq"), "wb") as file:
                    file.write(body)
                reply = stamp("query.tsq", self.path[1:])
            self.answer(reply)
        else:
            self.answer(b"not here", 404)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
port = server.server_address[1]
if "--plain" not in sys.argv:
    environment = dict(os.environ, HERE=HERE, WEB=f"http://127.0.0.1:{port}")
    subprocess.run(["sh", "-ec", SCRIPT], cwd=folder, check=True, capture_output=True, env=environment)
with open(os.path.join(folder, "port.new"), "w") as file:
    file.write(str(port))
os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
