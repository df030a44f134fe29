// How the domain that signed stands to the domain that the message claims to be from.

import Bytes
import Mail

/// How d= stands to the domains of From, the strongest first.
public enum Alignment: String, Sendable, CaseIterable {
    /// It is the domain of every address in From.
    case same
    /// It is above or below the domain of every address in From, or the same.
    case related
    /// It is a provider's domain that spells the domain of From.
    case tenant
    /// It is the domain of a provider that signs for many customers.
    case provider
    /// It has nothing to do with From.
    case other

    fileprivate var weakness: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// The domains of the addresses in all From fields of a message.
struct FromDomains {
    /// The most addresses that are looked at; with more, no domain is aligned.
    static let addressLimit = 1000

    /// The most bytes of a name without an address that are decoded; longer ones are taken for addresses.
    private static let nameLimit = 1024

    /// The distinct domains; nil when there is none, too many addresses, or one that has no domain name or two.
    private let domains: Set<DomainName>?

    init(_ fields: some Sequence<HeaderField>, of message: Span<UInt8>) {
        var domains: Set<DomainName>? = []
        var count = 0
        for field in fields {
            let found = addresses(in: field.unfoldedValue(in: message))
            count += found.count
            guard count <= Self.addressLimit else {
                domains = nil
                break
            }
            // What has no @, such as the first half of `Doe, John <j@example.org>`, names no domain.
            for address in found {
                guard let at = address.address.lastIndex(of: 0x40) else {
                    if Self.readsAsAddress(address) { domains = nil }
                    continue
                }
                guard Self.isOne(address.address[..<at]), let domain = DomainName(address.address[(at + 1)...]) else {
                    domains = nil
                    break
                }
                domains?.insert(domain)
            }
        }
        self.domains = domains?.isEmpty == false ? domains : nil
    }

    /// Whether what stands before the last @ can be the local part of one address: quoted, or without another @.
    private static func isOne(_ local: ArraySlice<UInt8>) -> Bool { local.first == 0x22 || !local.contains(0x40) }

    /// Whether a name that stands alone looks like an address when it is shown: quoted, or in an encoded word.
    private static func readsAsAddress(_ address: Address) -> Bool {
        [address.name, address.address].contains { text in
            text.count > nameLimit || text.contains(0x40) || decodedHeader(text).utf8.contains(0x40)
        }
    }

    /// How a signing domain stands to them: to the one from which it is farthest.
    func alignment(of domain: [UInt8]) -> Alignment {
        guard let signing = DomainName(domain[...]) else { return .other }
        guard let domains else { return signing.provider == nil ? .other : .provider }
        return domains.map(signing.alignment).max { $0.weakness < $1.weakness } ?? .other
    }
}

/// A domain name of at least one label, lower case, without a dot at the end.
private struct DomainName: Hashable {
    let name: [UInt8]

    init?(_ text: ArraySlice<UInt8>) {
        var name = ASCII.lowercased(text)
        if name.last == 0x2E { name.removeLast() }
        guard KeyName.isName(name[...]) else { return nil }
        self.name = name
    }

    private init(known name: String) { self.name = name.bytes }

    private var hasDot: Bool { name.contains(0x2E) }

    /// Whether the name ends in a dot and another name.
    func isBelow(_ other: DomainName) -> Bool {
        name.count > other.name.count && name.suffix(other.name.count).elementsEqual(other.name)
            && name[name.count - other.name.count - 1] == 0x2E
    }

    /// How this name, as d=, stands to a domain of From.
    ///
    /// Nothing is said of public suffixes; but names of one label belong to nobody who sends mail, and below a provider's
    /// domain every customer has names.
    func alignment(to from: DomainName) -> Alignment {
        guard hasDot, from.hasDot else { return .other }
        if self == from { return .same }
        guard let provider else { return isBelow(from) || from.isBelow(self) ? .related : .other }
        if from.isBelow(self) || (isBelow(from) && from.isBelow(provider)) { return .related }
        return isTenant(from) ? .tenant : .provider
    }

    /// Whether this is `example-org.20150623.gappssmtp.com` and the other `example.org`.
    ///
    /// Only Google makes these names from the customer's own domain; elsewhere customers choose them.
    private func isTenant(_ from: DomainName) -> Bool {
        let labels = name.split(separator: 0x2E)
        return isBelow(Self.google) && labels.count == 4 && labels[1].allSatisfy(ASCII.isDigit)
            && labels[0].elementsEqual(from.name.lazy.map { $0 == 0x2E ? 0x2D : $0 })
    }

    /// The provider that this name belongs to.
    var provider: DomainName? { Self.providers.first { $0 == self || isBelow($0) } }

    private static let google = DomainName(known: "gappssmtp.com")

    /// Domains under which a provider signs for customers whose own domain need not agree; a part of `rules`.
    private static let providers = [
        "amazonses.com", "bluestatedigital.com", "brevosend.com", "ccsend.com", "cmail19.com", "cmail20.com",
        "convio.net",
        "createsend.com", "elasticemail.com", "exacttarget.com", "gappssmtp.com", "hubspotemail.net", "mailgun.net",
        "mailgun.org", "mailjet.com", "mandrillapp.com", "mcdlv.net", "mcsv.net", "mlsend.com", "mtasv.net",
        "onmicrosoft.com", "rsgsv.net", "salsalabs.net", "salsalabs.org", "sendgrid.info", "sendgrid.net",
        "sendinblue.com", "smtp2go.com", "sparkpostmail.com", "zendesk.com",
    ].map(DomainName.init(known:))
}
