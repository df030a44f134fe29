// The text for people in the folder of a seal.

import Bytes

/// README.txt of a seal.
enum SealReadme {
    /// The text, for a bundle under the name that the lists have; what stamps there are it does not say, since more may come.
    static func text(bundle: [UInt8]) -> [UInt8] {
        let bundle = bundle.displayText
        return """
            This is the seal of a mail archive, the file \(bundle).
            It says who vouches for the archive, and since when at the latest it exists.

            checkpoint           three lines: whose archive, number of lines and root of its manifest
            checkpoint.sshsig    a signature of checkpoint by an SSH key, if there is one
            checkpoint.note      checkpoint and a signature of it by a note key, if there is one
            SEAL, SEAL.512       the SHA-256 and SHA-512 of the files above and of the archive
            SEAL.*.tsr           a time stamp over SEAL by the authority that the name tells (RFC 3161)
            SEAL.*.tsq           the request that it answers
            SEAL.*.chain.pem     the certificates of the authority and its issuers, if there are some
            SEAL.*.crls.pem      their revocation lists, if there are some
            SEAL-2, SEAL-2.*     a renewal: the SHA-512 of all that was there before, and stamps over it

            All commands are for this folder. That nothing has changed:

                sha256sum -c SEAL
                sha512sum -c SEAL.512

            Who signed. allowed_signers is a file with a line such as
            desk@newsroom.example namespaces="file@mailseal" ssh-ed25519 AAAA...

                ssh-keygen -Y find-principals -f allowed_signers -s checkpoint.sshsig
                ssh-keygen -Y verify -f allowed_signers -I desk@newsroom.example -n file@mailseal -s checkpoint.sshsig < checkpoint

            Since when. root.pem is the certificate of the authority's root, which you got elsewhere;
            NAME is what stands between "SEAL." and ".tsr"; without a file of certificates leave out -untrusted:

                openssl ts -reply -in SEAL.NAME.tsr -text
                openssl ts -verify -data SEAL -in SEAL.NAME.tsr -CAfile root.pem -untrusted SEAL.NAME.chain.pem

            That the archive has this root, and all of the above:

                mailseal verify \(bundle)

            """.bytes
    }
}
