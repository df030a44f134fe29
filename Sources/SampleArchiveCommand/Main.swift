import ArgumentParser

@main
struct SampleArchiveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "mailseal-sample")
}
