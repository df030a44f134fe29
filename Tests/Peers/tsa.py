"""A time-stamping authority on loopback for tests: tsa.py FOLDER.

It makes its certificates with openssl in FOLDER, writes its port to FOLDER/port, answers until standard input ends, and
keeps a line for each request in FOLDER/requests. Root, issuer and authority are root.crt, int.crt and tsa.crt;
gone.crt is of an authority that is revoked.
"""

import http.server
import os
import subprocess
import sys
import threading

folder = sys.argv[1]

CONFIGURATION = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[issuer]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://127.0.0.1:PORT/root.crl
authorityInfoAccess = caIssuers;URI:http://127.0.0.1:PORT/root.der
[tsa]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://127.0.0.1:PORT/int.crl
authorityInfoAccess = caIssuers;URI:http://127.0.0.1:PORT/int.der
[good]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha512
ess_cert_id_alg = sha256
[crl]
database = index.txt
default_md = sha256
default_crl_days = 30
crl_extensions = crl_ext
[crl_ext]
authorityKeyIdentifier = keyid
"""

SCRIPT = """
new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config tsa.cnf"
openssl req -x509 $new -keyout root.key -out root.crt -days 3650 -extensions root -subj "/O=Loopback/CN=root"
issue() {
    openssl req $new -keyout $1.key -subj "/O=Loopback/CN=$1" -out $1.csr
    openssl x509 -req -in $1.csr -CA $2.crt -CAkey $2.key -set_serial $4 -days 3000 -out $1.crt -extfile tsa.cnf -extensions $3
}
issue int root issuer 2
issue tsa int tsa 3
issue gone int tsa 4
for name in root int; do
    : > index.txt
    if [ $name = int ]; then
        printf 'R\\t350101000000Z\\t200101000000Z,keyCompromise\\t04\\tunknown\\t/CN=gone\\n' > index.txt
    fi
    openssl ca -config tsa.cnf -name crl -gencrl -cert $name.crt -keyfile $name.key -out $name.pem
    openssl crl -in $name.pem -outform DER -out $name.crl
    openssl x509 -in $name.crt -outform DER -out $name.der
done
echo 01 > serial
printf other > other
openssl ts -query -config tsa.cnf -data other -sha256 -cert -out other.tsq
"""


def stamp(query, signer="tsa"):
    """The reply to a request in a file; `gone` is an authority that is revoked."""
    command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-section", "good", "-queryfile", query, "-signer",
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
            self.answer(stamp("other.tsq"))
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
with open(os.path.join(folder, "tsa.cnf"), "w") as file:
    file.write(CONFIGURATION.replace("PORT", str(port)))
if "--plain" not in sys.argv:
    subprocess.run(["sh", "-ec", SCRIPT], cwd=folder, check=True, capture_output=True)
with open(os.path.join(folder, "port.new"), "w") as file:
    file.write(str(port))
os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
