// Commands that write, each with what it writes and what has to be there before.

import Testing

/// A command that is run into faults.
struct FaultScenario: CustomTestStringConvertible, Sendable {
    let name: String
    /// What makes its inputs, in the folder with `leak`, `more` and `old.tar.gz`.
    var preparation = ""
    let arguments: String
    /// What it writes: a file or a folder.
    let target: String
    /// What it writes beside the target, for which other promises hold.
    var others: [String] = []
    /// Whether it replaces what stands there.
    var replaces = false
    /// Whether it differs little from another one.
    var isVariant = false

    var testDescription: String { name }

    private static let keys = "ssh-keygen -q -t ed25519 -N '' -C desk -f desk"
    private static let signed = """
        { printf 'DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=example.org; s=one; h=from; bh=AAAA; b=AAAA\\r\\n'
        cat leak/1.eml; } > leak/signed.eml
        echo 'one._domainkey.example.org v=DKIM1; p=' > keys.txt
        echo 'two._domainkey.example.org v=DKIM1; p=' > found.txt
        "$M" create leak --retrieved-at 2017-05-05T18:35:00Z -f -o old.tar.gz
        """
    private static let stated = "--retrieved-at 2017-05-05T18:35:00Z"

    static let create = FaultScenario(
        name: "create", arguments: "create leak \(stated) -o new.tar.gz", target: "new.tar.gz")
    static let createOver = FaultScenario(
        name: "create -f", arguments: "create leak \(stated) -f -o former.tar.gz", target: "former.tar.gz",
        replaces: true, isVariant: true)
    static let extend = FaultScenario(
        name: "extend with a source", arguments: "extend old.tar.gz more \(stated) -o new.tar.gz",
        target: "new.tar.gz")
    static let extendKeys = FaultScenario(
        name: "extend with keys", preparation: signed,
        arguments: "extend old.tar.gz --keys keys.txt -o new.tar.gz", target: "new.tar.gz", isVariant: true)
    static let redact = FaultScenario(
        name: "redact", arguments: "redact old.tar.gz --withhold 1 -o new.tar.gz", target: "new.tar.gz")
    static let seal = FaultScenario(
        name: "seal", preparation: keys, arguments: "seal old.tar.gz --ssh-key desk", target: "old.seal",
        others: ["state"])
    static let proof = FaultScenario(
        name: "prove", arguments: "prove old.tar.gz 1 -o new.tlog-proof", target: "new.tlog-proof")
    static let statement = FaultScenario(
        name: "statement", arguments: "statement old.tar.gz --html -o page.html", target: "page.html")
    static let importedKeys = FaultScenario(
        name: "keys import -f", preparation: signed,
        arguments: "keys import keys.txt found.txt -f -o keys.txt", target: "keys.txt", replaces: true)
    static let recoveredKeys = FaultScenario(
        name: "keys recover", preparation: (try? RecoverableKey.mailScript()) ?? "false",
        arguments: "keys recover leak -o keys.txt", target: "keys.txt")
    static let noteKey = FaultScenario(
        name: "keys generate-note", arguments: "keys generate-note --name desk.example -o note.key",
        target: "note.key")

    /// Those whose result is the same in every run.
    static let reproducible = [
        create, createOver, extend, extendKeys, redact, seal, proof, statement, importedKeys, recoveredKeys,
    ]
}
