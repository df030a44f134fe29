// Whole numbers of any size over libcrypto's BIGNUM, with only the operations that RSA needs.

import CCrypto

/// A number that is not negative; never changed after it was made.
@safe
final class BigNumber {
    private let value: OpaquePointer

    private init(adopting value: OpaquePointer?) {
        guard let value = unsafe value else { fatalError("out of memory") }
        unsafe self.value = value
    }

    /// The number whose big-endian bytes these are.
    convenience init(_ bytes: [UInt8]) {
        let value = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe BN_bin2bn(buffer.baseAddress, Int32(clamping: buffer.count), nil)
        }
        unsafe self.init(adopting: value)
    }

    /// The number of a word.
    convenience init(_ word: UInt64) {
        self.init((0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) })
    }

    deinit { unsafe BN_clear_free(value) }

    /// The number of bits, without leading zeros.
    var bits: Int { Int(unsafe BN_num_bits(value)) }

    /// Big-endian bytes, as few as possible.
    var bytes: [UInt8] { bytes(count: (bits + 7) / 8) ?? [] }

    /// Big-endian bytes, filled with zeros to `count`, or nil when the number needs more.
    func bytes(count: Int) -> [UInt8]? {
        var fits = true
        let all = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            fits = unsafe BN_bn2binpad(value, buffer.baseAddress, Int32(clamping: count)) == Int32(clamping: count)
            filled = fits ? count : 0
        }
        return fits ? all : nil
    }

    static func < (a: BigNumber, b: BigNumber) -> Bool { unsafe BN_cmp(a.value, b.value) < 0 }
    static func == (a: BigNumber, b: BigNumber) -> Bool { unsafe BN_cmp(a.value, b.value) == 0 }

    static func * (a: BigNumber, b: BigNumber) -> BigNumber? {
        unsafe computed { unsafe BN_mul($0, a.value, b.value, $1) }
    }

    static func + (a: BigNumber, b: BigNumber) -> BigNumber? {
        unsafe computed { result, _ in unsafe BN_add(result, a.value, b.value) }
    }

    static func % (a: BigNumber, b: BigNumber) -> BigNumber? {
        unsafe computed { unsafe BN_div(nil, $0, a.value, b.value, $1) }
    }

    /// This number less one, when it is not zero.
    var predecessor: BigNumber? {
        unsafe Self.computed { result, _ in
            unsafe BN_copy(result, value) == nil ? 0 : BN_sub_word(result, 1)
        }
    }

    /// `self − other` modulo `modulus`.
    func minus(_ other: BigNumber, modulo modulus: BigNumber) -> BigNumber? {
        unsafe Self.computed { unsafe BN_mod_sub($0, value, other.value, modulus.value, $1) }
    }

    /// The inverse modulo `modulus`, or nil when there is none.
    func inverse(modulo modulus: BigNumber) -> BigNumber? {
        unsafe Self.computed { unsafe BN_mod_inverse($0, value, modulus.value, $1) == nil ? 0 : 1 }
    }

    /// `self` to the power of a public exponent, modulo an odd modulus.
    func power(_ exponent: BigNumber, modulo modulus: BigNumber) -> BigNumber? {
        unsafe Self.computed { unsafe BN_mod_exp_mont($0, value, exponent.value, modulus.value, $1, nil) }
    }

    /// `self` to the power of a secret exponent, modulo an odd modulus, in time that does not depend on the exponent.
    func power(secret exponent: BigNumber, modulo modulus: BigNumber) -> BigNumber? {
        unsafe Self.computed { unsafe BN_mod_exp_mont_consttime($0, value, exponent.value, modulus.value, $1, nil) }
    }

    /// Whether the number is prime, up to an error below 2^-128.
    var isPrime: Bool {
        guard let scratch = unsafe BN_CTX_new_ex(LibraryContext.shared) else { fatalError("out of memory") }
        defer { unsafe BN_CTX_free(scratch) }
        return unsafe BN_check_prime(value, scratch, nil) == 1
    }

    /// The number that an operation leaves in its first argument, or nil when it fails.
    private static func computed(_ operation: (OpaquePointer, OpaquePointer) -> Int32) -> BigNumber? {
        let result = unsafe BigNumber(adopting: BN_new())
        guard let scratch = unsafe BN_CTX_new_ex(LibraryContext.shared) else { fatalError("out of memory") }
        defer { unsafe BN_CTX_free(scratch) }
        return unsafe operation(result.value, scratch) == 1 ? result : nil
    }
}
