// What is said of sources, in each command that packs some.

import ArgumentParser
import Bytes
import Mailseal
import Manifest

struct SourceArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp("When the sources were retrieved (RFC 3339): your statement.", valueName: "time"),
        transform: ArgumentForm.time)
    var retrievedAt: Timestamp?

    @Option(
        help: ArgumentHelp("Where they were retrieved from: your statement.", valueName: "url"),
        transform: ArgumentForm.text)
    var retrievedFrom: [UInt8]?

    @Option(
        help: ArgumentHelp("A CSV or JSON Lines file: path, url, retrieved_at and further fields.", valueName: "file"))
    var retrievalLog: String?

    @Flag(help: "Pack the rest when something cannot be read; each failure is recorded.")
    var keepGoing = false

    @Flag(help: "Store mailboxes and archives themselves beside their content.")
    var keepContainers = false

    @Flag(name: .customLong("no-mtime"), help: "Leave modification times out.")
    var noMtime = false

    /// What the library is told about sources of these paths.
    func options(of paths: [String]) -> SourceOptions {
        var options = SourceOptions(paths: paths.map(\.argumentBytes))
        if retrievedAt != nil || retrievedFrom != nil {
            options.retrieval = Retrieval(at: retrievedAt, from: retrievedFrom)
        }
        options.retrievalLog = retrievalLog?.argumentBytes
        options.keepGoing = keepGoing
        options.keepContainers = keepContainers
        options.omitsTimes = noMtime
        return options
    }
}
