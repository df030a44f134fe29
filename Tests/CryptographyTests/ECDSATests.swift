import Bytes
import Testing

@testable import Cryptography

/// The examples of RFC 6979, appendices A.2.5 to A.2.7, with each curve's own hash function.
struct ECDSAExample: Sendable, CustomTestStringConvertible {
    let curve: ECDSAPublicKey.Curve
    let function: HashFunction
    let x: String
    let y: String
    let message: String
    let r: String
    let s: String

    var testDescription: String { "\(curve) \(message)" }

    static let x256 = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    static let y256 = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
    static let x384 =
        "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13"
    static let y384 =
        "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720"
    static let x521 =
        "01894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d5370a7f20fb633155d38ffa"
        + "16d2bd761dcac474b9a2f5023a4"
    static let y521 =
        "00493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a28a0db25741b5b34a828008b22acc23f924faafbd"
        + "4d33f81ea66956dfeaa2bfdfcf5"

    static let all = [
        ECDSAExample(
            curve: .p256, function: .sha256, x: x256, y: y256, message: "sample",
            r: "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
            s: "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"),
        ECDSAExample(
            curve: .p256, function: .sha256, x: x256, y: y256, message: "test",
            r: "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
            s: "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"),
        ECDSAExample(
            curve: .p384, function: .sha384, x: x384, y: y384, message: "sample",
            r: "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46",
            s: "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8"),
        ECDSAExample(
            curve: .p384, function: .sha384, x: x384, y: y384, message: "test",
            r: "8203b63d3c853e8d77227fb377bcf7b7b772e97892a80f36ab775d509d7a5feb0542a7f0812998da8f1dd3ca3cf023db",
            s: "ddd0760448d42d8a43af45af836fce4de8be06b485e9b61b827c2f13173923e06a739f040649a667bf3b828246baa5a5"),
        ECDSAExample(
            curve: .p521, function: .sha512, x: x521, y: y521, message: "sample",
            r:
                "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4"
                + "e8455cc91f9b15bf05ec36e377fa",
            s:
                "00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8"
                + "ccb1dccc43997f1ee0e44da4a67a"),
        ECDSAExample(
            curve: .p521, function: .sha512, x: x521, y: y521, message: "test",
            r:
                "013e99020abf5cee7525d16b69b229652ab6bdf2affcaef38773b4b7d08725f10cdb93482fdcc54edcee91eca4166b2a7c6265ef"
                + "0ce2bd7051b7cef945babd47ee6d",
            s:
                "01fbd0013c674aa79cb39849527916ce301c66ea7ce8b80682786ad60f98f7e78a19ca69eff5c57400e3b3a0ad66ce0978214d13"
                + "baf4e9ac60752f7b155e2de4dce3"),
    ]

    func bytes(_ hexadecimal: String) throws -> [UInt8] { try #require(Hexadecimal.decode(hexadecimal.bytes)) }

    var point: [UInt8] { get throws { try [0x04] + bytes(x) + bytes(y) } }

    var digest: [UInt8] {
        let hash = RunningHash(function)
        hash.update(message.bytes)
        return hash.finish()
    }
}

@Suite struct ECDSATests {
    @Test(arguments: ECDSAExample.all)
    func `the examples of RFC 6979 verify, and no other digest does`(example: ECDSAExample) throws {
        let key = try ECDSAPublicKey(curve: example.curve, point: example.point)
        let (r, s) = (try example.bytes(example.r), try example.bytes(example.s))
        #expect(key.verify(r: r, s: s, digest: example.digest))
        #expect(key.verify(r: Array(r.drop { $0 == 0 }), s: [0, 0] + s, digest: example.digest))
        #expect(!key.verify(r: s, s: r, digest: example.digest))
        var other = example.digest
        other[0] ^= 1
        #expect(!key.verify(r: r, s: s, digest: other))
        #expect(!key.verify(r: r, s: s, digest: []))
    }

    @Test(arguments: [ECDSAExample.all[0], ECDSAExample.all[2], ECDSAExample.all[4]])
    func `changed bits of r and s are noticed`(example: ECDSAExample) throws {
        let key = try ECDSAPublicKey(curve: example.curve, point: example.point)
        let (r, s) = (try example.bytes(example.r), try example.bytes(example.s))
        // Every bit on the smallest curve, every seventh on the others.
        for bit in stride(from: 0, to: r.count * 16, by: example.curve == .p256 ? 1 : 7) {
            var both = r + s
            both[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(
                !key.verify(r: Array(both[..<r.count]), s: Array(both[r.count...]), digest: example.digest), "\(bit)")
        }
    }

    @Test(arguments: [
        [], [0], [UInt8](repeating: 0, count: 32), [UInt8](repeating: 0xFF, count: 32),
        [1] + [UInt8](repeating: 0, count: 32),
    ])
    func `a number that is zero or not below the order is no part of a signature`(number: [UInt8]) throws {
        let example = ECDSAExample.all[0]
        let key = try ECDSAPublicKey(curve: example.curve, point: example.point)
        #expect(!key.verify(r: number, s: try example.bytes(example.s), digest: example.digest))
        #expect(!key.verify(r: try example.bytes(example.r), s: number, digest: example.digest))
        #expect(!key.verify(r: number, s: number, digest: example.digest))
    }

    @Test func `a number larger by the order is another number`() throws {
        let example = ECDSAExample.all[1]
        let key = try ECDSAPublicKey(curve: example.curve, point: example.point)
        let order = try example.bytes("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
        let s = try #require((BigNumber(example.bytes(example.s)) + BigNumber(order))?.bytes)
        #expect(s.count == 33 || s.count == 32)
        #expect(!key.verify(r: try example.bytes(example.r), s: s, digest: example.digest))
    }

    @Test(arguments: ECDSAPublicKey.Curve.allCases)
    func `a point of another length or form is refused`(curve: ECDSAPublicKey.Curve) throws {
        let example = try #require(ECDSAExample.all.first { $0.curve == curve })
        let point = try example.point
        var (compressed, hybrid) = (Array(point[...curve.coordinateLength]), point)
        compressed[0] = 2 + point[point.count - 1] % 2
        hybrid[0] = 6 + point[point.count - 1] % 2
        let others: [[UInt8]] = [[], [0], Array(point.dropLast()), point + [0], compressed, hybrid]
        for wrong in others {
            #expect(throws: CryptographyError.pointForm(bytes: wrong.count, expected: point.count)) {
                try ECDSAPublicKey(curve: curve, point: wrong)
            }
        }
    }

    @Test(arguments: ECDSAPublicKey.Curve.allCases)
    func `a point that is not on the curve is refused`(curve: ECDSAPublicKey.Curve) throws {
        let example = try #require(ECDSAExample.all.first { $0.curve == curve })
        var point = try example.point
        point[point.count - 1] ^= 1
        #expect(throws: CryptographyError.notOnCurve) { try ECDSAPublicKey(curve: curve, point: point) }
        let zero = [0x04] + [UInt8](repeating: 0, count: point.count - 1)
        #expect(throws: CryptographyError.notOnCurve) { try ECDSAPublicKey(curve: curve, point: zero) }
    }
}
