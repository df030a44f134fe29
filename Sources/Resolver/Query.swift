// One question on its way through the library, and its answer copied out of the library's memory.

import Bytes
import CUnbound
import Glibc

/// A question that was put; the library holds an unowned reference to it until it was answered or cancelled.
final class Query {
    /// The longest text that is taken over from the library, in bytes.
    private static let textLimit = 4096

    let place: Int
    let deadline: ContinuousClock.Instant
    private(set) var outcome: TXTOutcome?
    private(set) var number: Int32 = 0

    init(place: Int, deadline: ContinuousClock.Instant) {
        self.place = place
        self.deadline = deadline
    }

    /// Puts the question for the TXT records (type 16) of the Internet (class 1).
    func start(_ name: DNSName, in context: OpaquePointer) {
        let place = unsafe Unmanaged.passUnretained(self).toOpaque()
        let code = unsafe ub_resolve_async(
            context, name.text.displayText + ".", 16, 1, place,
            { place, code, result in
                if let place = unsafe place {
                    unsafe Unmanaged<Query>.fromOpaque(place).takeUnretainedValue().finish(code, result)
                }
                unsafe ub_resolve_free(result)
            }, &number)
        if code != UB_NOERROR.rawValue { outcome = .failure(Resolver.reason(code)) }
    }

    /// Ends the question without putting it.
    func refuse(_ reason: String) { outcome = .failure(reason) }

    /// Withdraws the question: no answer will come any more.
    func cancel(in context: OpaquePointer) {
        if outcome == nil { unsafe ub_cancel(context, number) }
        outcome = .timeout
    }

    private func finish(_ code: Int32, _ result: UnsafeMutablePointer<ub_result>?) {
        guard code == UB_NOERROR.rawValue, let result = unsafe result?.pointee else {
            outcome = .failure(Resolver.reason(code))
            return
        }
        guard let records = unsafe Self.records(of: result) else {
            outcome = .failure("the answer holds a malformed TXT record")
            return
        }
        let answer = unsafe TXTAnswer(
            records: records, code: ResponseCode(Int(result.rcode)), security: Self.security(of: result),
            canonicalName: Self.canonicalName(of: result), timeToLive: max(0, Int(result.ttl)),
            packet: Self.bytes(result.answer_packet, count: result.answer_len))
        outcome = .answer(answer)
    }

    private static func records(of result: ub_result) -> [TXTRecord]? {
        var records: [TXTRecord] = []
        guard unsafe result.havedata != 0, let data = unsafe result.data, let lengths = unsafe result.len else {
            return []
        }
        // The list ends with a null pointer.
        while let item = unsafe data[records.count] {
            let bytes = unsafe bytes(item, count: lengths[records.count])
            guard let record = TXTRecord(data: bytes.span) else { return nil }
            records.append(record)
        }
        return records
    }

    private static func security(of result: ub_result) -> Security {
        if unsafe result.bogus != 0 { return .bogus(reason: unsafe text(result.why_bogus)) }
        return unsafe result.secure != 0 ? .secure : .insecure
    }

    private static func canonicalName(of result: ub_result) -> [UInt8]? {
        let canonical = unsafe undotted(result.canonname)
        let asked = unsafe undotted(result.qname)
        return canonical.isEmpty || ASCII.equalIgnoringCase(canonical, asked) ? nil : canonical
    }

    private static func undotted(_ name: UnsafeMutablePointer<CChar>?) -> [UInt8] {
        let text = unsafe text(name)
        return text.last == 0x2E ? text.dropLast() : text
    }

    private static func text(_ text: UnsafeMutablePointer<CChar>?) -> [UInt8] {
        guard let text = unsafe text else { return [] }
        return unsafe bytes(text, count: Int32(strnlen(text, textLimit)))
    }

    private static func bytes(_ start: UnsafeMutableRawPointer?, count: Int32) -> [UInt8] {
        unsafe Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : max(0, Int(count))))
    }
}
