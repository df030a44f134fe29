// Work beside other work: results, failures and limits of a window, whether tasks do one piece or several.

import Testing

@testable import Mailseal

@Suite struct InOrderTests {
    private struct Failed: Error, Equatable { let piece: Int }

    // What a macro cannot ask of a type that is not copyable.
    private func expect(full: Bool, _ window: borrowing InOrder<Int>, _ place: SourceLocation = #_sourceLocation) {
        let isFull = window.isFull
        #expect(isFull == full, sourceLocation: place)
    }

    private func expect(
        next expected: Int?, _ window: inout InOrder<Int>, _ place: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await window.next()
        #expect(result == expected, sourceLocation: place)
    }

    @Test(arguments: [0, 1, 10, 35, 1 << 20])
    func `results come in the order of the work`(batch: Int) async throws {
        var window = InOrder<Int>(width: 3, budget: .max, batch: batch)
        var found: [Int] = []
        for piece in 0..<500 {
            while window.isFull { if let result = try await window.next() { found.append(result) } }
            window.submit(weight: 10) { piece }
        }
        while let result = try await window.next() { found.append(result) }
        #expect(found == Array(0..<500))
    }

    @Test(arguments: [0, 25, 1 << 20])
    func `a failure comes in its place and takes no other result with it`(batch: Int) async throws {
        var window = InOrder<Int>(width: 8, budget: .max, batch: batch)
        for piece in 0..<7 {
            window.submit(weight: 10) { if piece == 3 { throw Failed(piece: 3) } else { piece } }
        }
        for piece in 0..<3 { try await expect(next: piece, &window) }
        do {
            _ = try await window.next()
            Issue.record("nothing was thrown")
        } catch { #expect(error as? Failed == Failed(piece: 3)) }
        for piece in 4..<7 { try await expect(next: piece, &window) }
        try await expect(next: nil, &window)
    }

    @Test func `a window is full by the number of its tasks, not of what they do`() {
        var single = InOrder<Int>(width: 2, budget: .max)
        var batched = InOrder<Int>(width: 2, budget: .max, batch: 30)
        for piece in 0..<4 {
            expect(full: piece >= 2, single)
            expect(full: false, batched)
            single.submit(weight: 10) { piece }
            batched.submit(weight: 10) { piece }
        }
        for piece in 4..<6 { batched.submit(weight: 10) { piece } }
        expect(full: true, batched)
    }

    @Test func `a window is full by weight, with what waits for a task and what waits to be taken`() async throws {
        var window = InOrder<Int>(width: 100, budget: 40, batch: 1000)
        expect(full: false, window)
        for piece in 0..<4 { window.submit(weight: 10) { piece } }
        expect(full: true, window)
        try await expect(next: 0, &window)
        expect(full: false, window)
        window.submit(weight: 1000) { 4 }
        expect(full: true, window)
        for piece in 1..<5 { try await expect(next: piece, &window) }
        expect(full: false, window)
    }

    @Test func `no more than 64 pieces share a task`() {
        var window = InOrder<Int>(width: 1, budget: .max, batch: 1000)
        for piece in 0..<64 {
            expect(full: false, window)
            window.submit(weight: 0) { piece }
        }
        expect(full: true, window)
    }
}
