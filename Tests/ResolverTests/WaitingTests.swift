import Bytes
import Foundation
import LoopbackZones
import Testing

@testable import Resolver

@Suite struct WaitingTests {
    /// Options that ask a port where nobody answers.
    private static func options(_ socket: LoopbackSocket, limit: Duration = .milliseconds(300)) throws
        -> ResolverOptions
    {
        var options = ResolverOptions()
        options.forwarders = [try ServerAddress(socket.address.bytes)]
        options.timeLimit = limit
        return options
    }

    @Test func `a server that does not answer is given up in time`() throws {
        let socket = try LoopbackSocket()
        let start = ContinuousClock.now
        let outcomes = try Resolver(try Self.options(socket)).outcomes(["a.example", "b.example"])
        #expect(outcomes == [.timeout, .timeout])
        #expect(.now - start < .seconds(60))
    }

    @Test func `nothing is asked but the name itself`() throws {
        let socket = try LoopbackSocket()
        _ = try Resolver(try Self.options(socket)).outcomes(["selector._domainkey.sender.example"])
        #expect(socket.takeQuestions() == ["selector._domainkey.sender.example. 16"])
    }

    @Test func `validation asks for the keys of trust anchors only`() throws {
        let socket = try LoopbackSocket()
        var options = try Self.options(socket)
        options.trustAnchors = try TrustAnchors(
            parsing: "other.example. IN DS 1 13 2 \(String(repeating: "ab", count: 32))".bytes)
        _ = try Resolver(options).outcomes(["a.example"])
        #expect(socket.takeQuestions() == ["a.example. 16"])
    }

    @Test func `setting up a resolver asks nothing`() throws {
        let socket = try LoopbackSocket()
        _ = try Resolver(try Self.options(socket))
        #expect(socket.takeQuestions().isEmpty)
    }

    @Test func `names that are not in DNS are not asked`() throws {
        let socket = try LoopbackSocket()
        let outcomes = try Resolver(try Self.options(socket)).outcomes([
            "a._domainkey.localhost", "x._domainkey.abc.onion",
        ])
        for outcome in outcomes {
            guard case .failure = outcome else { Issue.record("asked: \(String(describing: outcome))"); continue }
        }
        #expect(socket.takeQuestions().isEmpty)
    }

    @Test func `a port without a server is a failure of the server`() throws {
        var options = ResolverOptions()
        options.forwarders = [try ServerAddress("127.0.0.1@9".bytes)]
        options.timeLimit = .seconds(5)
        let outcome = try Resolver(options).outcomes(["a.example"]).first
        guard case .answer(let answer) = outcome else { #expect(outcome == .timeout); return }
        #expect(answer.code == .serverFailure)
        #expect(answer.records.isEmpty)
    }

    @Test func `cancelling the task ends the wait`() async throws {
        let socket = try LoopbackSocket()
        let options = try Self.options(socket, limit: .seconds(600))
        let task = Task {
            let start = ContinuousClock.now
            #expect(throws: CancellationError.self) { try Resolver(options).outcomes(["a.example"]) }
            return ContinuousClock.now - start
        }
        // A thread of its own: other tests may hold those of tasks until the resolver gives up by itself.
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: 0.05)
            task.cancel()
        }
        #expect(await task.value < .seconds(60))
    }

    @Test func `what the caller throws ends the work`() throws {
        let socket = try LoopbackSocket()
        let resolver = try Resolver(try Self.options(socket, limit: .milliseconds(50)))
        let names = try (0..<40).map { try #require(DNSName("n\($0).example".utf8)) }
        var calls = 0
        #expect(throws: Unanswered.self) {
            try resolver.lookUp(names) { _, _ in
                calls += 1
                throw Unanswered(outcome: "enough")
            }
        }
        #expect(calls == 1)
    }

    @Test func `a table answers without asking`() throws {
        let name = try #require(DNSName("a.example".utf8))
        let answer = TXTAnswer(records: [TXTRecord(strings: ["x".bytes])])
        let source = OfflineTXT([name: .answer(answer)])
        let outcomes = try source.outcomes(["b.example", "A.example."])
        #expect(outcomes == [.answer(TXTAnswer(code: .noSuchName)), .answer(answer)])
    }
}
