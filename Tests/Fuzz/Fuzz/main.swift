// Runs one target, which MAILSEAL_FUZZ_TARGET names, under libFuzzer; the arguments are libFuzzer's.

import CFuzzer
import FuzzTargets
import Glibc

/// The check of an input, called from libFuzzer's loop, which knows nothing of tasks.
nonisolated(unsafe) private var check: @Sendable ([UInt8]) async throws -> Void = { _ in }
nonisolated(unsafe) private var waitsForTasks = false
nonisolated(unsafe) private var plainCheck: @Sendable ([UInt8]) throws -> Void = { _ in }

private let name = unsafe getenv("MAILSEAL_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
    print("MAILSEAL_FUZZ_TARGET must be one of \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
    exit(2)
}
switch target.check {
case .direct(let body): unsafe plainCheck = body
case .inTasks(let body):
    unsafe waitsForTasks = true
    unsafe check = body
}

/// A condition that has been broken, as a crash that libFuzzer keeps the input of.
private func report(_ error: any Error) -> Never { fatalError("\(error)") }

private func waitFor(_ bytes: [UInt8]) {
    let done = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    unsafe sem_init(done, 0, 0)
    let address = UInt(bitPattern: done)
    let body = unsafe check
    Task.detached {
        do { try await body(bytes) } catch { report(error) }
        if let done = unsafe UnsafeMutablePointer<sem_t>(bitPattern: address) { unsafe sem_post(done) }
    }
    while unsafe sem_wait(done) != 0 {}
    unsafe sem_destroy(done)
    unsafe done.deallocate()
}

var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
exit(
    unsafe LLVMFuzzerRunDriver(&count, &arguments) { data, size in
        let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: size))
        if unsafe waitsForTasks {
            waitFor(bytes)
        } else {
            do { try unsafe plainCheck(bytes) } catch { report(error) }
        }
        return 0
    })
