// The words, names and places that invented mail is made of; all domains are reserved by RFC 2606.

/// Somebody who writes or gets mail.
struct Person: Sendable {
    /// The name as shown, UTF-8.
    let name: String
    /// The part of the address before the `@`.
    let local: String
    /// The domain of the address.
    let domain: String

    /// The address, without angle brackets.
    var address: String { local + "@" + domain }
}

/// Words as one run of bytes, so that text is put together by copying.
struct WordList: Sendable {
    private let bytes: [UInt8]
    private let starts: [Int]

    init(_ text: String) {
        var bytes: [UInt8] = []
        var starts = [0]
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            bytes += Array(word.utf8)
            bytes.append(0x20)
            starts.append(bytes.count)
        }
        self.bytes = bytes
        self.starts = starts
    }

    /// A word with a space after it, the first words of the list far oftener than the last.
    func word(_ random: UInt64) -> ArraySlice<UInt8> {
        // The product of two uniform numbers falls off roughly as the frequencies of words do.
        let product = ((random >> 32) * (random & 0xFFFF_FFFF)) >> 32
        let place = Int((product * UInt64(starts.count - 1)) >> 32)
        return bytes[starts[place]..<starts[place + 1]]
    }
}

enum Vocabulary {
    static let words = WordList(
        """
        de la le et les des en un une du que est pour dans qui sur au par plus pas avec ne se il nous ce son vous à
        cette aux sont mais ont leur même été comme ou si était être fait tout campagne réunion note équipe candidat
        programme projet demain matin après-midi semaine mois année président ministre gouvernement Assemblée élection
        présidentielle premier tour second débat presse journaliste entretien tribune discours meeting déplacement
        région département ville mairie Lyon Marseille Bordeaux Lille Strasbourg Nantes Toulouse Rennes Besançon
        Orléans Nîmes Évry agriculture éducation santé sécurité défense fiscalité budget dépenses publiques économies
        impôt réforme retraites chômage emploi travail entreprise croissance écologie énergie nucléaire transition
        numérique Europe européen Union traité commerce frontières réfugiés intégration laïcité école lycée université
        étudiants enseignants professeurs hôpital médecins patients sécu mutuelle logement loyers bailleurs transport
        mobilité train aéroport bénévoles comités adhérents donateurs dons plafond reçu facture devis fournisseur
        prestataire salle sonorisation affiches tracts imprimerie livraison délai validation relecture version annexe
        tableau fichier pièce jointe ci-joint merci bonjour cordialement amitiés bien très peut doit faut serait
        pourrait voir revoir proposer préparer envoyer recevoir appeler rappeler confirmer annuler décaler organiser
        coordonner valider corriger relire transmettre partager signer payer rembourser chiffrer estimer calculer
        comparer citer répondre écrire publier annoncer lancer préciser rapidement également notamment désormais
        toutefois néanmoins ensemble ailleurs aujourd'hui hier bientôt toujours souvent parfois jamais déjà encore
        question réponse point sujet thème fiche argumentaire éléments langage synthèse chiffres étude sondage enquête
        opinion électeurs territoires ruralité quartiers jeunes seniors femmes égalité parité handicap culture sport
        patrimoine justice police gendarmerie armée renseignement terrorisme prison droit loi décret amendement
        """)

    static let subjects = [
        "Réunion de demain", "Note sur la fiscalité", "Déplacement à Lyon", "Budget prévisionnel", "Ordre du jour",
        "Compte rendu du comité", "Invitation au débat", "Demande d'entretien", "Factures à régler", "Planning",
        "Relecture du discours", "Éléments de langage", "Revue de presse", "Salle pour samedi", "Question rapide",
        "Programme éducation", "Liste des bénévoles", "Devis imprimerie", "Point hebdomadaire", "Contrat à signer",
        "Travel arrangements", "Interview request", "Draft for comments", "Économie numérique : fiche", "Re-vérifier",
    ]

    static let domains = [
        "en-marche.example", "courriel.example", "presse.example", "parti.example", "cabinet.example", "example.org",
    ]
    static let newsletterDomain = "infolettre.example"
    static let listDomain = "listes.example"

    static let people: [Person] = {
        let first = [
            "Anne", "Benoît", "Cécile", "David", "Éloïse", "François", "Gaëlle", "Hélène", "Inès", "Jérôme", "Karim",
            "Léa", "Maëlle", "Noël", "Océane", "Pierre", "Quentin", "Rémi", "Sophie", "Théo",
        ]
        let last = ["Lefèvre", "Garçon", "Dubois", "Müller", "Nguyen", "Béranger", "O'Brien"]
        return (0..<80).map { number in
            let (given, family) = (first[number % first.count], last[number % last.count])
            let local = (plain(given) + "." + plain(family) + (number >= 40 ? String(number) : "")).lowercased()
            return Person(name: given + " " + family, local: local, domain: domains[number * 7 % 23 % domains.count])
        }
    }()

    /// The accounts that were collected, each a folder of its own.
    static let accounts = Array(people.prefix(6))

    static let folders = ["INBOX", "Envoyés", "Archives", "Réunions"]

    private static func plain(_ name: String) -> String {
        let plain: [Character: String] = [
            "é": "e", "è": "e", "É": "E", "ë": "e", "ï": "i", "î": "i", "ô": "o", "ç": "c", "ü": "u", "'": "",
        ]
        return name.map { plain[$0] ?? String($0) }.joined()
    }
}
