// What is fuzzed: functions of bytes that throw when something that must always hold does not.

/// A function that libFuzzer calls with invented bytes, and a test with those of Corpus and Found.
public struct FuzzTarget: Sendable {
    /// How a target checks an input.
    public enum Check: Sendable {
        /// At once.
        case direct(@Sendable ([UInt8]) throws -> Void)
        /// With tasks.
        case inTasks(@Sendable ([UInt8]) async throws -> Void)
    }

    /// Its name, which is that of its folder in Corpus and Found.
    public let name: String
    /// What it does with an input.
    public let check: Check

    /// Checks an input.
    public func run(_ bytes: [UInt8]) async throws {
        switch check {
        case .direct(let body): try body(bytes)
        case .inTasks(let body): try await body(bytes)
        }
    }

    /// All targets.
    public static let all = [
        FuzzTarget(name: "Message", check: .direct(MailTargets.message)),
        FuzzTarget(name: "Header", check: .direct(MailTargets.header)),
        FuzzTarget(name: "Mailbox", check: .direct(MailTargets.mailbox)),
        FuzzTarget(name: "DKIM", check: .direct(SignatureTargets.evidence)),
        FuzzTarget(name: "ARC", check: .direct(SignatureTargets.evidence)),
        FuzzTarget(name: "Keys", check: .direct(SignatureTargets.keys)),
        FuzzTarget(name: "Canonicalization", check: .direct(SignatureTargets.canonicalization)),
        FuzzTarget(name: "Manifest", check: .direct(FormTargets.manifest)),
        FuzzTarget(name: "Note", check: .direct(FormTargets.note)),
        FuzzTarget(name: "Text", check: .direct(FormTargets.text)),
        FuzzTarget(name: "SSHSignature", check: .direct(SealTargets.sshSignature)),
        FuzzTarget(name: "TimeStamp", check: .direct(SealTargets.timeStamp)),
        FuzzTarget(name: "Inflate", check: .direct(InflateTargets.inflate)),
        FuzzTarget(name: "Bundle", check: .inTasks(BundleTargets.bundle)),
        FuzzTarget(name: "Container", check: .inTasks(BundleTargets.container)),
        FuzzTarget(name: "Lines", check: .inTasks(LinesTarget.lines)),
        FuzzTarget(name: "Archive", check: .direct(ArchiveTargets.archive)),
        FuzzTarget(name: "Tar", check: .direct(ArchiveTargets.tar)),
    ]
}

/// Something that must always hold and does not.
public struct FuzzFailure: Error, CustomStringConvertible {
    /// What it is.
    public let description: String
}

/// Throws when a condition does not hold.
func require(_ condition: Bool, _ description: @autoclosure () -> String) throws(FuzzFailure) {
    if !condition { throw FuzzFailure(description: description()) }
}
