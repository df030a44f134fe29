// The options of commands that ask DNS.

import ArgumentParser
import Bytes
import Mailseal
import Resolver

/// Whom to ask, and whom to trust.
struct ResolverArguments: ParsableArguments {
    @Option(
        name: .customLong("resolver"),
        help: ArgumentHelp(
            "Ask this resolver, ADDRESS or ADDRESS@PORT, or \"system\" for those of /etc/resolv.conf; may be given several "
                + "times (default: from the root, each domain's own servers).", valueName: "addr"))
    var resolvers: [String] = []

    @Option(
        help: ArgumentHelp(
            "The DS or DNSKEY records at which DNSSEC validation starts (default: the root's, of /usr/share/dns/root.key).",
            valueName: "file"))
    var trustAnchor: String?

    @Option(help: ArgumentHelp("How long to wait for one answer, in seconds.", valueName: "s"))
    var timeout: Int = 20

    @Option(help: ArgumentHelp("How many names to ask for at the same time.", valueName: "n"))
    var parallel: Int = 16

    @Flag(name: .customLong("ipv4-only"), help: "Use no IPv6.")
    var isIPv4Only = false

    @Flag(name: .customLong("ipv6-only"), help: "Use no IPv4.")
    var isIPv6Only = false

    func validate() throws {
        guard (1...600).contains(timeout) else { throw ValidationError("--timeout must be from 1 to 600") }
        guard (1...256).contains(parallel) else { throw ValidationError("--parallel must be from 1 to 256") }
        if isIPv4Only, isIPv6Only { throw ValidationError("--ipv4-only and --ipv6-only leave nothing to ask with") }
    }

    /// A resolver that is set up, and what is recorded of it; nothing is asked yet.
    func source() throws -> (any TXTSource, KeyLookup.Origin) {
        var options = ResolverOptions()
        options.forwarders = try resolvers.flatMap { text in
            text == "system" ? try ServerAddress.system() : [try ServerAddress(text.argumentBytes)]
        }
        options.trustAnchors = try anchors()
        options.timeLimit = .seconds(timeout)
        options.width = parallel
        options.usesIPv4 = !isIPv6Only
        options.usesIPv6 = !isIPv4Only
        let from = options.forwarders.map(\.description).joined(separator: ", ")
        let origin = KeyLookup.Origin(
            from: (from.isEmpty ? "the domain's own servers" : from).bytes,
            isValidating: !options.trustAnchors.records.isEmpty)
        return (try Resolver(options), origin)
    }

    private func anchors() throws -> TrustAnchors {
        if let trustAnchor {
            do { return try TrustAnchors(path: trustAnchor.argumentBytes) } catch {
                if case .file = error { throw error }
                throw MailsealError("\(trustAnchor): \(error)")
            }
        }
        if let root = try TrustAnchors.root() { return root.anchors }
        Terminal.say("warning: no trust anchor was found: DNSSEC is not validated")
        Terminal.hint("install dns-root-data, or name a file with --trust-anchor")
        return .none
    }
}
