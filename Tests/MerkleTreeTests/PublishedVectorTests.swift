import Bytes
import Cryptography
import Foundation
import MerkleTree
import Testing

/// Proofs published with transparency-dev/merkle, each with the answer it must get.
@Suite struct PublishedVectorTests {
    private struct Inclusion: Decodable {
        let leafIdx: UInt64
        let treeSize: UInt64
        let root: Data?
        let leafHash: Data?
        let proof: [Data]?
        let wantErr: Bool
    }

    private struct Consistency: Decodable {
        let size1: UInt64
        let size2: UInt64
        let root1: Data?
        let root2: Data?
        let proof: [Data]?
        let wantErr: Bool
    }

    @Test func `published inclusion proofs get the published answer`() throws {
        for (name, data) in try vectors("inclusion") {
            let vector = try JSONDecoder().decode(Inclusion.self, from: data)
            let proof = InclusionProof(
                index: Int(clamping: vector.leafIdx), size: Int(clamping: vector.treeSize),
                hashes: (vector.proof ?? []).map(digest))
            let verified =
                vector.leafHash?.count == 32
                && proof.verify(leafHash: digest(vector.leafHash), root: digest(vector.root))
            #expect(verified != vector.wantErr, "\(name)")
        }
    }

    @Test func `published consistency proofs get the published answer`() throws {
        for (name, data) in try vectors("consistency") {
            let vector = try JSONDecoder().decode(Consistency.self, from: data)
            let proof = ConsistencyProof(
                oldSize: Int(clamping: vector.size1), newSize: Int(clamping: vector.size2),
                hashes: (vector.proof ?? []).map(digest))
            let verified = proof.verify(oldRoot: digest(vector.root1), newRoot: digest(vector.root2))
            #expect(verified != vector.wantErr, "\(name)")
        }
    }

    /// Some vectors have text of another length for a hash; equal texts then become equal digests.
    private func digest(_ data: Data?) -> Digest {
        let bytes = Array(data ?? Data())
        return Digest(bytes) ?? Digest(hashing: [0xFF] + bytes)
    }

    private func vectors(_ kind: String) throws -> [(String, Data)] {
        let folder = URL(filePath: #filePath).appending(path: "../../../../shared/vectors/merkle/\(kind)").standardized
        guard let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil),
            FileManager.default.fileExists(atPath: folder.path)
        else {
            print("stepping aside: \(folder.path) is not there")
            return []
        }
        let files = walk.compactMap { $0 as? URL }.filter { $0.pathExtension == "json" }
        #expect(files.count == 98)
        return try files.map { ($0.path, try Data(contentsOf: $0)) }
    }
}
