// Sockets of the loopback address: a free port, a server's sign of life, and a port where nobody answers.

import Foundation
import Glibc
import ScratchFolders

/// A UDP port of the loopback address that takes questions and never answers.
public final class LoopbackSocket {
    /// The port's number.
    public let port: UInt16
    private let descriptor: Int32

    /// Takes a port that is free.
    public init() throws { (descriptor, port) = try Self.bound(SOCK_DGRAM, port: 0) }

    deinit { close(descriptor) }

    /// `ADDRESS@PORT`.
    public var address: String { "127.0.0.1@\(port)" }

    /// The questions that have arrived since they were last taken, as `NAME TYPE`, each once, sorted.
    public func takeQuestions() -> [String] {
        var room = [UInt8](repeating: 0, count: 4096)
        var questions: Set<String> = []
        while true {
            let count = unsafe recv(descriptor, &room, room.count, Int32(MSG_DONTWAIT))
            guard count > 12 else { return questions.sorted() }
            questions.insert(Self.question(room[12..<count]))
        }
    }

    // Labels with their lengths, up to one of length 0, then the type (RFC 1035 §4.1.2).
    private static func question(_ bytes: ArraySlice<UInt8>) -> String {
        var (rest, name) = (bytes, "")
        while let length = rest.popFirst(), length > 0 {
            name += String(decoding: rest.prefix(Int(length)), as: UTF8.self).lowercased() + "."
            rest = rest.dropFirst(Int(length))
        }
        return name + " \(rest.prefix(2).reduce(0) { $0 << 8 | Int($1) })"
    }

    /// A port that is free for UDP and TCP.
    static func freePort() throws -> UInt16 {
        for _ in 0..<50 {
            let (datagrams, port) = try bound(SOCK_DGRAM, port: 0)
            defer { close(datagrams) }
            guard let stream = try? bound(SOCK_STREAM, port: port) else { continue }
            close(stream.descriptor)
            return port
        }
        throw ProgramFailure(sentence: "no port is free")
    }

    /// Whether a server accepts connections at the port.
    static func accepts(port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = address(port: port)
        return unsafe withAddress(&address) { unsafe connect(descriptor, $0, $1) } == 0
    }

    private static func bound(_ type: __socket_type, port: UInt16) throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(type.rawValue), 0)
        var address = address(port: port)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        guard unsafe withAddress(&address, { unsafe bind(descriptor, $0, $1) }) == 0,
            unsafe withAddress(&address, { place, _ in unsafe getsockname(descriptor, place, &length) }) == 0
        else {
            close(descriptor)
            throw ProgramFailure(sentence: "port \(port) is taken")
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func withAddress(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        unsafe withUnsafeMutablePointer(to: &address) { place in
            unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                unsafe body(place, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
