// Whole numbers of many million digits over GMP, with only the operations that the recovery of a key needs.

import Bytes
import CGMP
import Glibc

/// A whole number that is not negative, of at most `maximumBits` bits; never changed after it was made.
///
/// GMP ends the process when it finds no memory: what could be larger gives nil, and whoever computes with large
/// numbers asks `isAvailable(bytes:)` before.
@safe
public final class Natural {
    /// The length of the largest number, in bits: 128 MiB.
    public static let maximumBits = 1 << 30

    let value: UnsafeMutablePointer<__mpz_struct>

    /// Zero.
    private init() {
        unsafe value = .allocate(capacity: 1)
        unsafe __gmpz_init(value)
    }

    /// The number whose big-endian bytes these are, or nil when they are too many.
    public convenience init?(_ bytes: [UInt8]) {
        guard bytes.count <= Self.maximumBits / 8 else { return nil }
        self.init()
        unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe __gmpz_import(value, buffer.count, 1, 1, 1, 0, buffer.baseAddress)
        }
    }

    deinit {
        unsafe __gmpz_clear(value)
        unsafe value.deallocate()
    }

    /// The number of bits, without leading zeros; 0 for zero.
    public var bits: Int { isZero ? 0 : unsafe __gmpz_sizeinbase(value, 2) }

    /// Whether the number is zero.
    public var isZero: Bool { unsafe value.pointee._mp_size == 0 }

    /// Big-endian bytes, as few as possible.
    public var bytes: [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: (bits + 7) / 8) { buffer, filled in
            _ = unsafe __gmpz_export(buffer.baseAddress, &filled, 1, 1, 1, 0, value)
        }
    }

    /// The number to the power of `exponent`, which is not negative; nil when that is too large.
    public func power(_ exponent: Int) -> Natural? {
        guard exponent >= 0, Self.fits(bits.multipliedReportingOverflow(by: exponent)) else { return nil }
        return unsafe Self.computed { unsafe __gmpz_pow_ui($0, value, UInt(exponent)) }
    }

    /// How far the two numbers are apart.
    public func distance(to other: Natural) -> Natural {
        unsafe Self.computed { result in
            unsafe __gmpz_sub(result, value, other.value)
            unsafe __gmpz_abs(result, result)
        }
    }

    /// The product modulo `modulus`; nil when that is zero or the product is too large.
    public func times(_ other: Natural, modulo modulus: Natural) -> Natural? {
        guard !modulus.isZero, Self.fits(bits.addingReportingOverflow(other.bits)) else { return nil }
        // A remainder in the place of its dividend would be computed of a copy of it.
        let product = unsafe Self.computed { unsafe __gmpz_mul($0, value, other.value) }
        return unsafe Self.computed { unsafe __gmpz_tdiv_r($0, product.value, modulus.value) }
    }

    /// The greatest common divisor; of zero and a number, that number.
    public func commonDivisor(with other: Natural) -> Natural {
        unsafe Self.computed { unsafe __gmpz_gcd($0, value, other.value) }
    }

    /// The number without its prime factors below `bound`; zero stays zero.
    ///
    /// The time is that of `bound / 2` divisions: this is for numbers of a few thousand bits.
    public func removingFactors(below bound: UInt) -> Natural {
        unsafe Self.computed { rest in
            unsafe __gmpz_set(rest, value)
            var divisor: UInt = 2
            while divisor < bound, !isZero {
                // A divisor that is not prime divides nothing any more.
                while unsafe __gmpz_divisible_ui_p(rest, divisor) != 0 {
                    unsafe __gmpz_divexact_ui(rest, rest, divisor)
                }
                divisor += divisor == 2 ? 1 : 2
            }
        }
    }

    /// Whether so many bytes can be had now.
    public static func isAvailable(bytes: Int) -> Bool {
        let count = max(1, bytes)
        let memory = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory = unsafe memory, unsafe memory != MAP_FAILED else { return false }
        unsafe munmap(memory, count)
        return true
    }

    static func fits(_ bits: (partialValue: Int, overflow: Bool)) -> Bool {
        !bits.overflow && bits.partialValue <= maximumBits
    }

    static func computed(_ operation: (UnsafeMutablePointer<__mpz_struct>) -> Void) -> Natural {
        let result = Natural()
        unsafe operation(result.value)
        return result
    }
}
