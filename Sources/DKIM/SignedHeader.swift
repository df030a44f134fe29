// Which header fields a signature covers, and the bytes that it signs.

import Bytes
import Mail

/// How many fields of a name a signature covers.
public struct FieldCoverage: Hashable, Sendable {
    /// The field name, lower case.
    public let name: [UInt8]
    /// How many of the fields are signed; they are the lowest in the header section.
    public let covered: Int
    /// How many the message has.
    public let present: Int
    /// How often h= names it; more often than it is present means that none may be added.
    public let named: Int
}

/// The fields of a header section by name.
struct FieldIndex {
    private let header: HeaderSection
    private let places: [[UInt8]: [Int]]

    init(_ header: HeaderSection, of bytes: Span<UInt8>) {
        var places: [[UInt8]: [Int]] = [:]
        for (place, field) in header.fields.enumerated() {
            places[field.name.map { ASCII.lowercased(bytes[$0]) }, default: []].append(place)
        }
        self.header = header
        self.places = places
    }

    /// Whether the section's fields are all there.
    var isComplete: Bool { header.isComplete }

    /// The fields of a lower-case name.
    func fields(_ name: String) -> [HeaderField] { places(of: name).map { header.fields[$0] } }

    /// Where the fields of a lower-case name are in the section.
    func places(of name: String) -> [Int] { places(of: name.bytes) }

    /// Where the fields of a lower-case name are in the section.
    func places(of name: [UInt8]) -> [Int] { places[name] ?? [] }

    /// The fields that h= selects, and how many of each name (RFC 6376 §5.4.2).
    ///
    /// Each name takes the lowest field that no earlier one took; a name that finds none stands for nothing. The
    /// signature's own field is never taken.
    func select(_ names: [[UInt8]], besides own: Int?) -> (fields: [HeaderField], coverage: [FieldCoverage]) {
        var left: [[UInt8]: [Int]] = [:]
        var named: [[UInt8]: Int] = [:]
        var order: [[UInt8]] = []
        var fields: [HeaderField] = []
        for name in names {
            let name = ASCII.lowercased(name)
            if named[name] == nil {
                left[name] = (places[name] ?? []).filter { $0 != own }
                order.append(name)
            }
            named[name, default: 0] += 1
            if let place = left[name]?.popLast() { fields.append(header.fields[place]) }
        }
        let coverage = order.map { name in
            let present = (places[name] ?? []).count { $0 != own }
            return FieldCoverage(
                name: name, covered: present - (left[name]?.count ?? 0), present: present, named: named[name] ?? 0)
        }
        return (fields, coverage)
    }
}

/// What is signed: the selected fields, then the signature's own field without b= and without its last line end
/// (RFC 6376 §3.7).
func signedData(
    _ fields: [HeaderField], of bytes: Span<UInt8>, form: CanonicalForm, own: HeaderField, in ownBytes: Span<UInt8>,
    omitting value: Range<Int>?
) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(4096)
    for field in fields {
        form.append(field, of: bytes, to: &text)
        text.append(ASCII.cr)
        text.append(ASCII.lf)
    }
    form.append(own, of: ownBytes, omitting: value, to: &text)
    return text
}
