// Signatures by the installed ssh-keygen, so that no private SSH key is ever read here.

import Bytes
import Files
@unsafe @preconcurrency import Glibc
import Sealing

/// Makes SSH signatures of checkpoints.
enum SSHKeygen {
    /// The namespace of signatures of checkpoints.
    static let namespace = "file@mailseal"

    /// The signature of a text, checked before it is given.
    ///
    /// ssh-keygen has the terminal for a passphrase, a PIN, and asking for a touch. A public key's file stands for the
    /// private half that an agent or an authenticator holds.
    static func sign(_ text: [UInt8], keyFile: [UInt8]) throws -> SSHSignature {
        let shown = safeForTerminal(keyFile.displayText)
        let folder = try PrivateFolder(for: ["checkpoint", "checkpoint.sig"])
        let path = try folder.write(text, to: "checkpoint")
        let arguments = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f"].map(\.bytes)
        let status = try run(arguments + [keyFile, path])
        guard status == 0, let file = try? ReadableFile(path: path + ".sig".bytes) else {
            throw MailsealError(
                "ssh-keygen did not sign with \(shown) (exit status \(status)): nothing was written",
                hint: "name a private key, or a public key whose private half is in the agent")
        }
        let armored = try file.read(at: 0, count: min(file.size, 1 << 17))
        let signature: SSHSignature
        do { signature = try SSHSignature(armored: armored) } catch {
            throw MailsealError("what ssh-keygen wrote with \(shown) cannot be used: \(error)")
        }
        if let failure = signature.check(message: text, namespace: namespace.bytes).failure {
            throw MailsealError("what ssh-keygen wrote with \(shown) cannot be used: \(failure)")
        }
        return signature
    }

    /// Runs a program found in `PATH` to its end and gives its exit status, or 128 and the number of its signal.
    ///
    /// Its standard output goes to standard error. While it runs the keyboard's signals are for it alone; when SIGINT
    /// ends it, that was meant for both.
    private static func run(_ arguments: [[UInt8]]) throws -> Int32 {
        let status = try result(of: arguments)
        // WIFSIGNALED and WTERMSIG. Some thread takes it, soon.
        if status & 0x7F == SIGINT, !Interruption.isIgnored(SIGINT), kill(getpid(), SIGINT) == 0 { sleep(1) }
        // WIFEXITED and WEXITSTATUS.
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }

    /// What the system says of a program that ended.
    private static func result(of arguments: [[UInt8]]) throws -> Int32 {
        var ignoring = sigaction()
        unsafe ignoring.__sigaction_handler.sa_handler = SIG_IGN
        var before = (sigaction(), sigaction())
        unsafe sigaction(SIGINT, &ignoring, &before.0)
        unsafe sigaction(SIGQUIT, &ignoring, &before.1)
        defer {
            unsafe sigaction(SIGINT, &before.0, nil)
            unsafe sigaction(SIGQUIT, &before.1, nil)
        }
        let process = try Interruption.startChild { try spawn(arguments) }
        defer { Interruption.childEnded() }
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else {
                throw MailsealError("ssh-keygen cannot be waited for: \(unsafe String(cString: strerror(errno)))")
            }
        }
        return status
    }

    private static func spawn(_ arguments: [[UInt8]]) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        var actions = unsafe posix_spawn_file_actions_t()
        var defaults = sigset_t()
        unsafe posix_spawnattr_init(&attributes)
        unsafe posix_spawn_file_actions_init(&actions)
        defer {
            unsafe posix_spawnattr_destroy(&attributes)
            unsafe posix_spawn_file_actions_destroy(&actions)
        }
        unsafe sigemptyset(&defaults)
        for number in [SIGINT, SIGQUIT, SIGXFSZ] { unsafe sigaddset(&defaults, number) }
        unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
        // Threads of the concurrency runtime block signals, which would be inherited.
        var unblocked = sigset_t()
        unsafe sigemptyset(&unblocked)
        unsafe posix_spawnattr_setsigmask(&attributes, &unblocked)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        unsafe posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
        var texts = unsafe arguments.map { text in unsafe strdup(text.map { CChar(bitPattern: $0) } + [0]) }
        defer { unsafe texts.forEach { unsafe free($0) } }
        unsafe texts.append(nil)
        var process: pid_t = 0
        guard let program = unsafe texts[0] else { throw MailsealError("there is no memory left") }
        let code = unsafe posix_spawnp(&process, program, &actions, &attributes, texts, environ)
        guard code == 0 else {
            throw MailsealError(
                "ssh-keygen cannot be started: \(unsafe String(cString: strerror(code)))",
                hint: "it comes with OpenSSH (Debian: openssh-client)")
        }
        return process
    }
}
