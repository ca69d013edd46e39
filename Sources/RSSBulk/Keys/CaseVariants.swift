/// Keys of a file that differ from another one in the case of letters alone: two devices to the table, and probably one.
///
/// Only keys with small letters are kept, at most ``limit`` of them, and the others are compared with these: most files have serial
/// numbers in capitals throughout, and pay nothing.
package struct CaseVariants: Sendable, Equatable {
    /// Two of them.
    package struct Pair: Sendable, Equatable, Encodable {
        /// The value, with its line.
        package let value: String
        package let line: Int
        /// The other one; the line nil where it is in the table.
        package let other: String
        package let otherLine: Int?
    }

    /// The most keys that are kept.
    static let limit = 10_000
    /// The most pairs that are named.
    private static let shown = 5

    /// How many pairs there are.
    package private(set) var count = 0
    /// The first of them.
    package private(set) var pairs: [Pair] = []
    /// The first record with a small letter in its key; nil for none.
    private(set) var firstRecord: Int?
    /// By the key in capitals.
    private var kept: [[UInt8]: (value: String, line: Int)] = [:]

    package static func == (one: CaseVariants, other: CaseVariants) -> Bool {
        one.count == other.count && one.pairs == other.pairs
    }

    /// Takes the key of a row.
    mutating func add(_ key: UnsafeRawBufferPointer, record: Int, line: Int) {
        guard key.contains(where: Self.isSmall) else {
            if !kept.isEmpty { compare(key, line: line) }
            return
        }
        if firstRecord == nil { firstRecord = record }
        let folded = Self.folded(key)
        if compare(folded, Array(key), line: line) || kept.count >= Self.limit { return }
        kept[folded] = (String(decoding: key, as: UTF8.self), line)
    }

    /// Compares the key of a row with those that are kept.
    mutating func compare(_ key: UnsafeRawBufferPointer, line: Int) {
        _ = compare(Self.folded(key), Array(key), line: line)
    }

    private mutating func compare(_ folded: [UInt8], _ key: [UInt8], line: Int) -> Bool {
        guard let known = kept[folded] else { return false }
        let value = String(decoding: key, as: UTF8.self)
        if value != known.value {
            add(line > known.line ? (known.value, known.line, value, line) : (value, line, known.value, known.line))
        }
        return true
    }

    private mutating func add(_ pair: (String, Int, String, Int?)) {
        count += 1
        guard pairs.count < Self.shown else { return }
        pairs.append(
            Pair(value: RowProblem.shown(pair.0), line: pair.1, other: RowProblem.shown(pair.2), otherLine: pair.3))
    }

    /// The keys that are kept, in capitals: what the table may have.
    var capitals: [String] { kept.keys.map { String(decoding: $0, as: UTF8.self) }.sorted() }

    /// Takes keys of the table, in capitals.
    mutating func addOfTable(_ keys: [String]) {
        for key in keys.sorted() {
            guard let known = kept[Array(key.utf8)], known.value != key else { continue }
            add((known.value, known.line, key, nil))
        }
    }

    private static func isSmall(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func folded(_ key: UnsafeRawBufferPointer) -> [UInt8] { key.map { isSmall($0) ? $0 - 0x20 : $0 } }

    /// What is to be said of them, a sentence for each pair.
    package func notes(_ column: String) -> [String] {
        var notes = pairs.map { pair in
            "\(column): '\(pair.value)' (line \(pair.line)) and '\(pair.other)' (\(pair.otherLine.map { "line \($0)" } ?? "in the table")) differ in case alone, and count as two: is it one device?"
        }
        if count > pairs.count { notes.append("\(column): \(count - pairs.count) more pairs differ in case alone.") }
        return notes
    }
}
