// Files that became failures after the intake had counted them as files.

import Intake
import Manifest

/// Corrects the balances of the containers and sources in which such files stood.
struct LostFiles {
    /// What one container's line says too much and too little.
    private struct Correction {
        var files = 0
        var failures = 0
        var isOwn = false
    }

    private var containers: [SourcePath: Correction] = [:]
    private var files = 0
    private var failures = 0
    private var bytes = 0

    /// Enters a file in whose stead a failure is told.
    mutating func enter(_ file: Intake.File) {
        failures += 1
        if file.isContainer {
            containers[SourcePath(file.place), default: Correction()].failures += 1
            containers[SourcePath(file.place), default: Correction()].isOwn = true
            return
        }
        files += 1
        bytes += file.content?.size ?? 0
        let around = SourcePath(levels: file.place.path.dropLast())
        guard !around.levels.isEmpty else { return }
        containers[around, default: Correction()].files += 1
        containers[around, default: Correction()].failures += 1
    }

    /// The line of a container as it is without its lost files.
    mutating func adjusted(_ line: ContainerLine) -> ContainerLine {
        guard let correction = containers.removeValue(forKey: line.path) else { return line }
        var line = line
        line.files -= correction.files
        line.failures += correction.failures
        if correction.isOwn { line.stored = false }
        return line
    }

    /// The line of a source as it is without its lost files; the next source starts anew.
    mutating func adjusted(_ line: SourceEndLine) -> SourceEndLine {
        var line = line
        // Each is an item still, unless it was a container's own bytes, which are none.
        line.files -= files
        line.failures += failures
        line.items += failures - files
        line.bytes.files -= bytes
        line.bytes.failed += bytes
        self = LostFiles()
        return line
    }
}
