import ArgumentParser

@main
struct MailsealCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "mailseal")
}
