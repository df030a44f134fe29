// Sealing with a key that an agent holds, and with an authority that is asked over TLS.

import Foundation
import ScratchFolders
import Testing

@Suite struct SealTransportTests {
    private let bench: CommandBench
    private let authority: SealAuthority?

    init() throws {
        bench = try CommandBench()
        authority = SealAuthority.shared
        try bench.create("--origin newsroom.example/leak")
    }

    private func run(_ script: String) throws -> ProgramRun {
        try bench.run(
            script, environment: ["XDG_STATE_HOME": bench.root + "/state", "A": authority?.address ?? ""])
    }

    @Test func `a public key stands for the private half that an agent holds`() throws {
        let made = try run(
            """
            set -e
            ssh-keygen -q -t ed25519 -N '' -f key
            eval "$(ssh-agent -s)" > /dev/null; trap 'kill -9 $SSH_AGENT_PID' EXIT
            ssh-add -q key; rm key
            "$M" seal leak.tar.gz --ssh-key key.pub
            echo "desk $(cat key.pub)" > signers
            ssh-keygen -Y verify -f signers -I desk -n file@mailseal -s leak.seal/checkpoint.sshsig < leak.seal/checkpoint
            """)
        #expect(made.status == 0, "\(made.output)\(made.errors)")
        #expect(made.output.contains("Good \"file@mailseal\" signature for desk"))
    }

    @Test func `without its agent a public key signs nothing, and nothing is written`() throws {
        let made = try run(
            "ssh-keygen -q -t ed25519 -N '' -f key; rm key; unset SSH_AUTH_SOCK; \"$M\" seal leak.tar.gz --ssh-key key.pub"
        )
        #expect(made.status == 2 && made.errors.contains("ssh-keygen did not sign with key.pub"), "\(made.errors)")
        #expect(try !bench.names().contains("leak.seal"))
    }

    /// Answers POST over TLS with what the authority answers; its port lies in `tls.port`.
    private static let server = """
        import http.server, ssl, sys, urllib.request

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kind = {"Content-Type": self.headers["Content-Type"]}
                answer = urllib.request.urlopen(urllib.request.Request(sys.argv[1] + self.path, body, kind)).read()
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("tls.crt", "tls.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        with open("tls.part", "w") as file:
            file.write(str(server.server_port))
        import os
        os.rename("tls.part", "tls.port")
        server.serve_forever()
        """

    /// Starts the server for the time of a script, in which `$S` is its address.
    private func run(withServer script: String) throws -> ProgramRun {
        try Data(Self.server.utf8).write(to: URL(filePath: bench.root + "/server.py"))
        return try run(
            """
            set -e
            ssh-keygen -q -t ed25519 -N '' -f key
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.crt -days 2 \\
                -subj /CN=loopback -addext subjectAltName=IP:127.0.0.1 2> /dev/null
            python3 server.py $A & trap "kill -9 $!" EXIT
            until test -e tls.port; do sleep 0.05; done
            S=https://127.0.0.1:$(cat tls.port)
            \(script)
            """)
    }

    @Test func `an authority whose certificate nobody vouches for is refused`() throws {
        guard authority != nil else { return }
        let made = try run(withServer: "\"$M\" seal leak.tar.gz --ssh-key key --tsa $S/tsa")
        #expect(made.status == 2 && made.errors.lowercased().contains("certificate"), "\(made.errors)")
        #expect(try !bench.names().contains("leak.seal"))
    }

    // The certificate is laid over the system's list of authorities, for this command alone.
    @Test func `a stamp comes over TLS`() throws {
        guard authority != nil else { return }
        guard try run("unshare -rm true").status == 0, FileManager.default.fileExists(atPath: Self.anchors) else {
            return print("stepping aside: no namespace of mounts, or no list of certificate authorities")
        }
        let made = try run(
            withServer: """
                unshare -rm sh -c 'mount --bind tls.crt \(Self.anchors) && exec "$0" "$@"' \\
                    "$M" seal leak.tar.gz --ssh-key key --tsa $S/tsa
                """)
        #expect(made.status == 0, "\(made.errors)")
        #expect(try bench.names(in: "leak.seal").contains("SEAL.127.0.0.1.tsr"))
    }

    private static let anchors = "/etc/ssl/certs/ca-certificates.crt"
}
