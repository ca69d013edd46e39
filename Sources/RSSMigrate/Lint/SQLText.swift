import SQLScript

/// A statement's text, changed word by word; strings, comments and quoted names are left alone.
struct SQLText {
    private let bytes: [UInt8]
    private let tokens: [Token]
    /// The key words and other tokens in upper case.
    private let words: [String]

    init(_ text: String) {
        bytes = Array(text.utf8)
        var lexer = Lexer(bytes)
        var found: [Token] = []
        // Text that is not closed somewhere ends early: nothing is changed after that.
        while let token = try? lexer.next() { if !token.isComment { found.append(token) } }
        tokens = found
        let bytes = bytes
        words = found.map { String(decoding: bytes[$0.range], as: UTF8.self).uppercased() }
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// With something inserted after the first occurrence of a word.
    func inserting(_ new: String, after word: String) -> String {
        guard let place = words.firstIndex(of: word) else { return text(0..<bytes.count) }
        let end = tokens[place].range.upperBound
        return "\(text(0..<end)) \(new)\(text(end..<bytes.count))"
    }

    /// Without the first occurrence of a run of words.
    func removing(_ run: [String]) -> String {
        guard let start = words.indices.first(where: { words[$0...].starts(with: run) }) else {
            return text(0..<bytes.count)
        }
        let end = start + run.count
        let tail = end < tokens.count ? tokens[end].range.lowerBound : bytes.count
        return text(0..<tokens[start].range.lowerBound) + text(tail..<bytes.count)
    }

    /// What follows the first occurrence of a run of words, up to a word or the end; nil without it.
    func between(_ run: [String], and stop: [String] = []) -> String? {
        guard let start = words.indices.first(where: { words[$0...].starts(with: run) }),
            start + run.count < tokens.count
        else { return nil }
        let first = start + run.count
        let last = words[first...].firstIndex { stop.contains($0) } ?? tokens.count
        guard last > first else { return nil }
        return text(tokens[first].range.lowerBound..<tokens[last - 1].range.upperBound)
    }

    /// The names, quoted or not, that are longer than PostgreSQL keeps; with their places in characters from 1.
    var namesTooLong: [(name: String, character: Int)] {
        tokens.filter { $0.kind == .word || $0.kind == .quotedIdentifier }.compactMap { token in
            let quotes = token.kind == .quotedIdentifier ? 2 : 0
            guard token.range.count - quotes > 63 else { return nil }
            return (text(token.range), text(0..<token.range.lowerBound).unicodeScalars.count + 1)
        }
    }
}
