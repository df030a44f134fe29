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
        let file = Intake.File(content: nil, place: place, mtime: mtime, linkTarget: target, isContainer: false)
        return [.item(.file(file))]
    }

    /// The step of an input of which no byte was read.
    func refuse(_ place: Intake.Place, _ code: FailureCode, _ detail: String) -> [Step] {
        balance.inputs += 1
        return [.item(failure(place, code, size: 0, detail))]
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
            let survey = ArchiveSurvey(try format.reader(of: input, Allowance(forContainerOf: input.content.size)))
            guard try survey.findsMail() else { return [.item(file(input))] }
            return [.open(ArchiveReader(input, try format.reader(of: input, input.allowance), self))]
        } catch {
            return [.item(failure(input.place, error.code, size: 0, error.detail)), .item(file(input))]
        }
    }
}
