// The items that a sorter makes of inputs that it does not open.

import Files

extension Sorter {
    /// The file item of an input.
    func file(_ input: Input, isContainer: Bool = false) -> Intake.Item {
        .file(
            Intake.File(
                content: input.content, place: input.place, mtime: input.mtime, linkTarget: nil,
                isContainer: isContainer))
    }

    /// The step of a link, whose target is recorded and not followed.
    func link(to target: [UInt8], at place: Intake.Place, mtime: Int?) -> [Step] {
        balance.inputs += 1
        guard !place.isTooLong, target.count <= Intake.pathLimit else { return [.item(tooLong(place, size: 0))] }
        guard !target.isEmpty else {
            return [.item(failure(place, .unsupportedMember, size: 0, "it is a link without a target"))]
        }
        let file = Intake.File(content: nil, place: place, mtime: mtime, linkTarget: target, isContainer: false)
        return [.item(.file(file))]
    }

    /// The step of an input of which no byte was read.
    func refuse(_ place: Intake.Place, _ code: FailureCode, _ detail: String) -> [Step] {
        balance.inputs += 1
        return [.item(failure(place.shortened, code, size: 0, detail))]
    }

    /// The failure item of an input whose path, or whose target, no manifest line holds.
    func tooLong(_ place: Intake.Place, size: Int) -> Intake.Item {
        failure(place.shortened, .nameTooLong, size: size, "a path of more than \(Intake.pathLimit) bytes")
    }

    /// A failure item; `size` counts the bytes that are in no other item because of it.
    func failure(_ place: Intake.Place, _ code: FailureCode, size: Int, _ detail: String) -> Intake.Item {
        .failure(Intake.Failure(place: place, code: code, size: size, detail: detail))
    }

    /// The failure item of an error while a file was read.
    func failure(_ error: FileError, at place: Intake.Place, size: Int) -> Intake.Item {
        failure(place, FailureCode(error), size: size, "\(error)")
    }

    /// Opens an archive when a look at its members finds mail in it; otherwise it is a file like any other.
    func open(_ format: ArchiveFormat, _ input: Input) -> [Step] {
        guard input.place.path.count <= Intake.nestingLimit else {
            let detail = "more than \(Intake.nestingLimit) archives within one another"
            return [.item(failure(input.place, .nestingTooDeep, size: 0, detail)), .item(file(input))]
        }
        do throws(ArchiveFault) {
            let survey = ArchiveSurvey(try format.reader(of: input, input.allowance.forSurveys))
            guard try survey.findsMail() else { return [.item(file(input))] }
            return [.open(ArchiveReader(input, try format.reader(of: input, input.allowance), self))]
        } catch {
            return [.item(failure(input.place, error.code, size: 0, error.detail)), .item(file(input))]
        }
    }
}

extension Intake.Place {
    /// Whether the last level's path is longer than a manifest line may hold.
    var isTooLong: Bool { Self.length(path.last ?? []) > Intake.pathLimit }

    /// The place with as many leading components of its last level as are not too long together.
    var shortened: Intake.Place {
        guard isTooLong, let components = path.last else { return self }
        var length = 0
        let fitting = components.prefix { component in
            length += component.count + 1
            return length <= Intake.pathLimit
        }
        // A first component that is too long alone is cut, since no level of a path is empty.
        let level =
            fitting.isEmpty ? components.prefix(1).map { Array($0.prefix(Intake.pathLimit - 1)) } : Array(fitting)
        return Intake.Place(source: source, path: path.dropLast() + [level], range: range)
    }

    /// The bytes of a path, a separator counted with each component.
    private static func length(_ components: [[UInt8]]) -> Int { components.reduce(0) { $0 + $1.count + 1 } }
}
