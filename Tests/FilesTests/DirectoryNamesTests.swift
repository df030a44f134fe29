// The names of one folder, packed: all of them, in the order of the paths that they lead to.

import Glibc
import Testing

@testable import Files

@Suite struct DirectoryNamesTests {
    private func sorted(_ names: [(String, mode_t)]) -> [String] {
        var all = DirectoryNames()
        for (name, type) in names {
            let hasRoom = all.append(Array(name.utf8), type: type)
            #expect(hasRoom)
        }
        all.sort()
        return all.map { String(decoding: $0.name, as: UTF8.self) + ($0.type == S_IFDIR ? "/" : "") }
    }

    @Test func `a folder sorts as if a slash ended its name`() {
        #expect(sorted([("a0", S_IFREG), ("a", S_IFDIR), ("a.b", S_IFREG)]) == ["a.b", "a/", "a0"])
        #expect(sorted([("ab", S_IFREG), ("a", S_IFREG), ("", S_IFREG)]) == ["", "a", "ab"])
    }

    @Test func `as many names as fill several pages come out once each`() {
        let names = (0..<5000).map { ("name \($0) " + String(repeating: "x", count: $0 % 200), mode_t(S_IFREG)) }
        #expect(sorted(names) == names.map(\.0).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
    }

    @Test(arguments: [S_IFREG, S_IFLNK, S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK, S_IFDIR, 0])
    func `a type is kept`(type: mode_t) {
        var names = DirectoryNames()
        let hasRoom = names.append([0x61], type: type)
        #expect(hasRoom && names.first?.type == type && names.first?.name == [0x61])
    }

    @Test func `a name that no folder can hold is refused`() {
        var names = DirectoryNames()
        let hasRoom = names.append([UInt8](repeating: 0x61, count: 1 << 16), type: mode_t(S_IFREG))
        #expect(!hasRoom && names.isEmpty)
    }
}
