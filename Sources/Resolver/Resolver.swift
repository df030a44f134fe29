// TXT records by a validating resolver of our own, which asks nothing but what it is told to.

import Bytes
import CUnbound

/// What a resolver asks, and how.
public struct ResolverOptions: Sendable {
    /// The resolvers to ask; none to start at the root and ask each domain's own servers.
    public var forwarders: [ServerAddress] = []
    /// Where validation starts.
    public var trustAnchors = TrustAnchors.none
    /// How long one answer is waited for.
    public var timeLimit: Duration = .seconds(20)
    /// The number of names that are asked for at the same time, 1 to 256.
    public var width = 16
    /// Whether IPv4 is used.
    public var usesIPv4 = true
    /// Whether IPv6 is used.
    public var usesIPv6 = true

    /// The defaults: from the root on, validating nothing.
    public init() {}
}

/// A resolver over libunbound, without any configuration of the system; it belongs to one task.
///
/// The library's one thread of its own does the asking; answers are taken on the caller's.
@safe
public final class Resolver: TXTSource {
    let context: OpaquePointer
    let width: Int
    let timeLimit: Duration

    /// Sets a resolver up; nothing is asked yet.
    public init(_ options: ResolverOptions = ResolverOptions()) throws(ResolverError) {
        guard let context = unsafe ub_ctx_create() else {
            throw .refused("to start", reason: "out of memory or of descriptors")
        }
        unsafe self.context = context
        width = min(max(options.width, 1), 256)
        timeLimit = options.timeLimit
        try configure(options)
        try finishConfiguring()
    }

    deinit { unsafe ub_ctx_delete(context) }

    private func configure(_ options: ResolverOptions) throws(ResolverError) {
        // What the library would print by itself, nobody asked for.
        try check("to be silent", unsafe ub_ctx_debugout(context, nil))
        try check("a thread", unsafe ub_ctx_async(context, 1))
        for (option, value) in Self.settings { try set(option, value) }
        try set("do-ip4:", options.usesIPv4 ? "yes" : "no")
        try set("do-ip6:", options.usesIPv6 ? "yes" : "no")
        for server in options.forwarders {
            try check(server.description, unsafe ub_ctx_set_fwd(context, server.description))
        }
        for record in options.trustAnchors.records {
            try check("a trust anchor", unsafe ub_ctx_add_ta(context, record.displayText))
        }
    }

    private static let settings = [
        // A resolver may well be on this machine.
        ("do-not-query-localhost:", "no"),
        // Each answer is observed, never derived from an earlier one.
        ("aggressive-nsec:", "no"),
        // Names below these are answered by who is asked, not made up here.
        ("unblock-lan-zones:", "yes"),
        ("insecure-lan-zones:", "yes"),
        // The root's servers are not told which trust anchors are in use.
        ("trust-anchor-signaling:", "no"),
    ]

    private func set(_ option: String, _ value: String) throws(ResolverError) {
        try check("\(option) \(value)", unsafe ub_ctx_set_option(context, option, value))
    }

    // The first of these makes the library read its settings; names below these zones it would answer by itself.
    private func finishConfiguring() throws(ResolverError) {
        for zone in ["test.", "invalid.", "home.arpa."] {
            try check("its settings", unsafe ub_ctx_zone_remove(context, zone))
        }
    }

    private func check(_ what: String, _ code: Int32) throws(ResolverError) {
        if code != UB_NOERROR.rawValue { throw .refused(what, reason: Self.reason(code)) }
    }

    static func reason(_ code: Int32) -> String { unsafe String(cString: ub_strerror(code)) }
}
