// Optimal length-limited prefix codes and their canonical code words (RFC 1951 §3.2.2).

/// A prefix code over the symbols 0..<count.
struct HuffmanCode {
    /// The code length of each symbol in bits, 0 for a symbol that has no code word.
    let lengths: [UInt8]

    /// A code of the given lengths.
    init(lengths: [UInt8]) { self.lengths = lengths }

    /// A code of least total length for the frequencies, of code words of at most `limit` bits.
    ///
    /// At least two symbols get code words, because some decoders refuse less.
    init(frequencies: [UInt32], limit: Int) {
        let used = Self.sortedSymbols(frequencies)
        var lengths = [UInt8](repeating: 0, count: frequencies.count)
        guard used.count >= 2 else {
            lengths[used.first.map { Int($0 & 0x1FF) } ?? 0] = 1
            lengths[lengths[0] == 1 ? 1 : 0] = 1
            self.init(lengths: lengths)
            return
        }
        let weights = used.map { $0 >> 9 }
        var depths = Self.depths(weights)
        if depths[0] > limit { depths = Self.limitedDepths(weights, limit: limit) }
        for (place, key) in used.enumerated() { lengths[Int(key & 0x1FF)] = UInt8(depths[place]) }
        self.init(lengths: lengths)
    }

    /// The code words, each with its first bit lowest, as deflate packs them.
    var words: [UInt32] {
        var next = [UInt32](repeating: 0, count: 17)
        for length in lengths where length > 0 { next[Int(length) + 1] += 1 }
        for length in 1..<17 { next[length] = (next[length - 1] + next[length]) << 1 }
        // next[length] now is the first code of that length: the codes of the shorter lengths, doubled.
        return lengths.map { length in
            guard length > 0 else { return 0 }
            let code = next[Int(length)]
            next[Int(length)] += 1
            var reversed: UInt32 = 0
            for bit in 0..<UInt32(length) { reversed |= (code >> bit & 1) << (UInt32(length) - 1 - bit) }
            return reversed
        }
    }

    /// The number of bits that symbols of these frequencies take.
    func cost(_ frequencies: [UInt32]) -> Int {
        var bits = 0
        for symbol in lengths.indices { bits &+= Int(lengths[symbol]) &* Int(frequencies[symbol]) }
        return bits
    }

    /// The used symbols as `frequency << 9 | symbol`, ascending.
    private static func sortedSymbols(_ frequencies: [UInt32]) -> [UInt32] {
        var keys: [UInt32] = []
        keys.reserveCapacity(frequencies.count)
        for (symbol, frequency) in frequencies.enumerated() where frequency > 0 {
            keys.append(frequency << 9 | UInt32(symbol))
        }
        // The keys come in symbol order, so that a stable radix sort by frequency orders them completely.
        var other = keys
        let largest = keys.max() ?? 0
        for shift in stride(from: UInt32(9), to: 32, by: 8) where largest >> shift > 0 {
            var places = [Int](repeating: 0, count: 257)
            for key in keys { places[Int(key >> shift & 255) + 1] += 1 }
            for digit in 1..<257 { places[digit] += places[digit - 1] }
            for key in keys {
                other[places[Int(key >> shift & 255)]] = key
                places[Int(key >> shift & 255)] += 1
            }
            swap(&keys, &other)
        }
        return keys
    }

    /// The depths of the leaves of a Huffman tree over two or more ascending weights, not ascending.
    ///
    /// Of two nodes of the same weight a leaf is taken before a package, and an older package before a newer.
    private static func depths(_ weights: [UInt32]) -> [Int] {
        let count = weights.count
        var packages = [UInt32](repeating: 0, count: count - 1)
        var parentOfLeaf = [Int](repeating: 0, count: count)
        var parentOfPackage = [Int](repeating: 0, count: count - 1)
        var leaf = 0
        var package = 0
        for parent in 0..<count - 1 {
            for _ in 0..<2 {
                if leaf < count && (package == parent || weights[leaf] <= packages[package]) {
                    packages[parent] += weights[leaf]
                    parentOfLeaf[leaf] = parent
                    leaf += 1
                } else {
                    packages[parent] += packages[package]
                    parentOfPackage[package] = parent
                    package += 1
                }
            }
        }
        var depthOfPackage = [Int](repeating: 0, count: count - 1)
        for package in (0..<count - 2).reversed() {
            depthOfPackage[package] = depthOfPackage[parentOfPackage[package]] + 1
        }
        return parentOfLeaf.map { depthOfPackage[$0] + 1 }
    }

    /// The same under a limit, by package-merge; a leaf goes before a package of the same weight.
    private static func limitedDepths(_ weights: [UInt32], limit: Int) -> [Int] {
        var level = weights
        var leaves = [[Bool](repeating: true, count: weights.count)]
        for _ in 1..<limit {
            let packages = (0..<level.count / 2).map { level[2 * $0] + level[2 * $0 + 1] }
            var merged: [UInt32] = []
            var isLeaf: [Bool] = []
            var leaf = 0
            var package = 0
            while leaf < weights.count || package < packages.count {
                let takesLeaf =
                    leaf < weights.count && (package == packages.count || weights[leaf] <= packages[package])
                merged.append(takesLeaf ? weights[leaf] : packages[package])
                isLeaf.append(takesLeaf)
                if takesLeaf { leaf += 1 } else { package += 1 }
            }
            level = merged
            leaves.append(isLeaf)
        }
        var depths = [Int](repeating: 0, count: weights.count)
        var taken = 2 * weights.count - 2
        for isLeaf in leaves.reversed() {
            let count = isLeaf[..<taken].count { $0 }
            for leaf in 0..<count { depths[leaf] += 1 }
            taken = 2 * (taken - count)
        }
        return depths
    }
}
