// Deterministic inputs for the compressor.

import Bytes
import Deflate

/// A small generator of pseudo-random numbers (xorshift64*), the same on every machine.
struct Generator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 2 &+ 1 }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            let word = next()
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}

/// Named inputs of every kind that the compressor tells apart.
enum Sample: String, CaseIterable {
    case empty, oneByte, oneSymbol, zeros, random, text, base64, base64OfText, base64Alphabet, mail
    case fibonacci, farAndNear, allLiterals, twoSymbols, attachmentInText, textInZeros

    private static let cache = Dictionary(
        uniqueKeysWithValues: allCases.map { sample in
            let bytes = sample.made
            return (sample, (bytes: bytes, compressed: Deflate.compress(block: bytes)))
        })

    /// The input.
    var bytes: [UInt8] { Self.cache[self]?.bytes ?? [] }
    /// What the compressor makes of it; made once for all tests.
    var compressed: [UInt8] { Self.cache[self]?.compressed ?? [] }

    private var made: [UInt8] {
        var generator = Generator(rawValue.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
        switch self {
        case .empty: return []
        case .oneByte: return [0x61]
        case .oneSymbol: return [UInt8](repeating: 0x61, count: 70_000)
        case .zeros: return [UInt8](repeating: 0, count: 1 << 20)
        case .random: return generator.bytes(140_000)
        case .text: return Self.text(150_000, &generator)
        case .base64: return Self.lines(Base64.encode(generator.bytes(90_000)))
        case .base64OfText: return Self.lines(Base64.encode(Self.text(60_000, &generator)))
        case .base64Alphabet: return (0..<9000).map { Array("AB+/=\r\n09az".utf8)[$0 % 11] }
        case .mail: return Self.mail(200_000, &generator)
        case .fibonacci: return Self.fibonacci(&generator)
        case .farAndNear: return Self.farAndNear(&generator)
        case .allLiterals: return (0..<66_000).map { UInt8(truncatingIfNeeded: $0) }
        case .twoSymbols: return generator.bytes(20_000).map { $0 & 1 }
        case .attachmentInText:
            return "Content-Type: a/b\r\n\r\n".bytes + Self.lines(Base64.encode(generator.bytes(1000)))
                + "--b--\r\n".bytes
        case .textInZeros:
            return [UInt8](repeating: 0, count: 600) + "text".bytes + [UInt8](repeating: 0, count: 40_000)
        }
    }

    /// Lines of 76 characters.
    static func lines(_ characters: [UInt8]) -> [UInt8] {
        var lines: [UInt8] = []
        for start in stride(from: 0, to: characters.count, by: 76) {
            lines += characters[start..<min(start + 76, characters.count)] + [0x0D, 0x0A]
        }
        return lines
    }

    /// Words of a small language, frequent ones short.
    static func text(_ count: Int, _ generator: inout Generator) -> [UInt8] {
        let words = (0..<2000).map { rank in
            generator.bytes(2 + rank.bitWidth - rank.leadingZeroBitCount).map { 0x61 + $0 % 26 }
        }
        var text: [UInt8] = []
        while text.count < count {
            let rank = Int(generator.next() % 2000) * Int(generator.next() % 2000) / 2000
            text += words[rank] + (generator.next() % 11 == 0 ? [0x2E, 0x0D, 0x0A] : [0x20])
        }
        return Array(text[..<count])
    }

    /// Messages with header sections, text and attachments, three quarters base64.
    private static func mail(_ count: Int, _ generator: inout Generator) -> [UInt8] {
        var mail: [UInt8] = []
        while mail.count < count {
            let id = Hexadecimal.encode(generator.bytes(12))
            mail += "Received: from mx.example.org by mail.example.com with ESMTPS id ".bytes + id + "\r\n".bytes
            mail += "From: a@example.org\r\nSubject: ".bytes + text(40, &generator) + "\r\nMessage-ID: <".bytes + id
            mail += "@example.org>\r\n\r\n".bytes + text(4000, &generator) + "\r\n--".bytes + id + "\r\n\r\n".bytes
            mail += lines(Base64.encode(generator.bytes(12_000))) + [UInt8](repeating: 0, count: 512 - mail.count % 512)
        }
        return Array(mail[..<count])
    }

    /// Bytes whose frequencies are Fibonacci numbers, shuffled.
    private static func fibonacci(_ generator: inout Generator) -> [UInt8] {
        var bytes: [UInt8] = []
        var (a, b) = (1, 1)
        for symbol in UInt8(0)..<22 {
            bytes += [UInt8](repeating: symbol &* 11, count: a)
            (a, b) = (b, a + b)
        }
        return bytes.shuffled(using: &generator)
    }

    /// Strings that come back at distances of every distance code.
    private static func farAndNear(_ generator: inout Generator) -> [UInt8] {
        var bytes = generator.bytes(33_000)
        for distance in stride(from: 32_768, to: 0, by: -331) {
            for _ in 0..<12 { bytes.append(bytes[bytes.count - distance]) }
            bytes.append(UInt8(truncatingIfNeeded: generator.next()))
        }
        for exponent in 0..<15 {
            for distance in [1 << exponent, (3 << exponent) >> 1] where distance > 0 {
                for _ in 0..<9 { bytes.append(bytes[bytes.count - distance]) }
                bytes += generator.bytes(2)
            }
        }
        return bytes
    }
}
