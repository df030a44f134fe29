// `mailseal keys`: the group of commands about key files.

import ArgumentParser

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Collect, examine and look for the public keys that DKIM signatures call for.",
        discussion: """
            Keys come from files: lines of selector._domainkey.domain and the TXT record,
            with lines "#:" before them that tell where the record is from. create takes
            them with --keys. Docs/keys.md explains them.

            EXAMPLES
              mailseal keys missing leak
              mailseal keys import archive.json example.org.zone -o keys.txt
              mailseal keys check keys.txt
              mailseal create leak --keys keys.txt

            EXIT STATUS
              as each command says; 2 trouble
            """,
        subcommands: [
            KeysImportCommand.self, KeysLookupCommand.self, KeysMissingCommand.self, KeysCheckCommand.self,
            KeysRecoverCommand.self, KeysGenerateNoteCommand.self,
        ])
}
