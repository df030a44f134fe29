// What the user can do about an error, whichever module it comes from.

import Container
import Files
import Intake

extension MailsealError {
    /// What the user can do about an error, when there is something to do.
    public static func hint(for error: any Error) -> String? {
        let file: FileError
        switch error {
        case let error as MailsealError: return error.hint
        case let error as FileError: file = error
        case ContainerError.file(let error), IntakeError.source(let error), IntakeError.spool(let error): file = error
        default: return nil
        }
        if file.isOutOfDescriptors { return "allow more open files, for example with ulimit -n 1024" }
        return file.isOutOfSpace
            ? "make room on that disk, or write to another: -o names the output, TMPDIR the folder of temporary files"
            : nil
    }
}
