// What the facts of signatures amount to: verdicts, classes of messages and remarks.

import Bytes
import Cryptography
import DKIM
import Mail
import Testing

@Suite struct VerdictTests {
    @Test(
        arguments: [
            (HeaderResult.valid, BodyResult.intact(total: 1), [], Verdict.pass),
            (.valid, .partial(covered: 1, total: 2), [], .neutral), (.valid, .restored(total: 1), [], .restored),
            (.restored, .intact(total: 1), [], .restored), (.restored, .restored(total: 1), [], .restored),
            (.restored, .partial(covered: 1, total: 2), [], .neutral), (.restored, .altered(total: 1), [], .fail),
            (.restored, .intact(total: 1), [.fromNotSigned], .permerror),
            (.invalid, .restored(total: 1), [], .fail), (.valid, .altered(total: 1), [], .fail),
            (.valid, .tooShort(total: 1), [], .fail), (.invalid, .intact(total: 1), [], .fail),
            (.invalid, .altered(total: 1), [], .fail), (.noKey, .altered(total: 1), [], .keyUnavailable),
            (.noKey, .intact(total: 1), [.fromNotSigned], .keyUnavailable),
            (.keyRevoked, .intact(total: 1), [], .permerror), (.keyUnusable, .intact(total: 1), [], .permerror),
            (.malformed, .notComputed, [.malformedTag], .permerror),
            (.valid, .intact(total: 1), [.fromNotSigned], .permerror),
            (.invalid, .intact(total: 1), [.fromNotSigned], .permerror),
        ] as [(HeaderResult, BodyResult, [Violation], Verdict)])
    func `facts have their verdict`(header: HeaderResult, body: BodyResult, violations: [Violation], verdict: Verdict) {
        #expect(Verdict(header: header, body: body, violations: violations) == verdict)
    }

    @Test func `the strongest signature decides`() throws {
        let signer = try Sample.signer()
        var other = signer
        other.selector = "other".bytes
        var partial = signer
        partial.bodyLength = 1
        let passing = try Sample.signed(by: signer)
        let withUnknownKey = try Sample.signed(passing, by: other)
        #expect(
            Sample.evidence(withUnknownKey, signer.keyRecord).signatures.map(\.verdict) == [.keyUnavailable, .pass])
        #expect(Sample.evidence(withUnknownKey, signer.keyRecord).messageClass == .verified)
        let failing = withUnknownKey.displayText.replacing("From: A", with: "From: B").bytes
        #expect(Sample.evidence(failing, signer.keyRecord).messageClass == .notVerifying)
        let withPartial = try Sample.signed(failing, by: partial)
        #expect(Sample.evidence(withPartial, signer.keyRecord).messageClass == .qualified)
    }

    @Test func `remarks follow from facts and the times that are asked about`() throws {
        var signer = try Sample.signer(.rsaSHA1)
        signer.timestamp = 100
        signer.expiration = 200
        let record = "t=y; ".bytes + signer.keyRecord.dropFirst(9)
        let message = try Sample.signed(by: signer)
        let found = try #require(Sample.evidence(message, record).signatures.first)
        let always: [Remark] = [.keyBelow1024, .keyTesting, .sha1]
        #expect(found.verdict == .pass)
        #expect(found.remarks(now: nil, date: nil, received: nil) == always)
        #expect(found.remarks(now: 200, date: 200, received: 200) == always)
        #expect(found.remarks(now: 201, date: 150, received: nil) == always + [.expiredNow])
        #expect(found.remarks(now: nil, date: 201, received: 201) == always + [.expiredAtDate, .expiredAtReceipt])
        #expect(found.remarks(now: 99, date: nil, received: nil) == always + [.signedInFuture])
    }

    @Test func `a strong key that covers everything gives no remark`() throws {
        var signer = try Sample.signer()
        let found = Sample.evidence(try Sample.signed(by: signer), signer.keyRecord).signatures
        #expect(found.map { $0.remarks(now: 0, date: 0, received: 0) } == [[]])
        signer.bodyLength = 1
        let partial = Sample.evidence(try Sample.signed(by: signer), signer.keyRecord).signatures
        #expect(partial.map { $0.remarks(now: 0, date: 0, received: 0) } == [[.bodyPartlyCovered]])
    }
}
