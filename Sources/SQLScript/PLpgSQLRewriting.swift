/// A PL/pgSQL body in which what libpg_query refuses without reason is replaced by what it accepts, and everything else is as
/// it was: so the rest is still read.
struct PLpgSQLRewriting {
    /// A variable that every function has, of which libpg_query asks nothing.
    private static let variable = "found"

    private let routine: PLpgSQLRoutine
    private let words: PLpgSQLWords
    private var replacements: [(range: Range<Int>, text: String)] = []
    private var accepted: Set<String> = []

    init(_ routine: PLpgSQLRoutine, _ words: PLpgSQLWords) {
        self.routine = routine
        self.words = words
        for index in words.words.indices { replace(at: index) }
    }

    /// The body.
    var text: String {
        var bytes: [UInt8] = []
        var place = 0
        for (range, text) in replacements.sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
        where range.lowerBound >= place {
            bytes += words.bytes[place..<range.lowerBound]
            bytes += text.utf8
            place = range.upperBound
        }
        return String(decoding: bytes + words.bytes[place...], as: UTF8.self)
    }

    /// Takes a name that was refused for one of a variable.
    ///
    /// - Parameter name: `r.a` or `$2`.
    /// - Returns: false where the server would refuse it, too.
    mutating func accept(_ name: String) -> Bool {
        guard accepted.insert(name).inserted else { return false }
        let parts = name.split(separator: ".").map(String.init)
        guard let first = parts.first else { return false }
        if first.hasPrefix("$") {
            guard let number = Int(first.dropFirst()), (1...max(1, routine.parameters)).contains(number) else {
                return false
            }
        } else if !routine.names.contains(first), !words.declares(first) {
            return false
        }
        let length = parts.count * 2 - 1
        var isFound = false
        for index in words.words.indices where matches(parts, at: index) {
            guard let last = words[index + length - 1] else { continue }
            replacements.append((words.words[index].range.lowerBound..<last.range.upperBound, Self.variable))
            isFound = true
        }
        return isFound
    }

    private func matches(_ parts: [String], at index: Int) -> Bool {
        for (offset, part) in parts.enumerated() {
            guard let word = words[index + offset * 2], word.text == part, word.isName || word.kind == .parameter else {
                return false
            }
            if offset > 0, words[index + offset * 2 - 1]?.isSign(".") != true { return false }
        }
        return words[index - 1]?.isSign(".") != true && words[index + parts.count * 2 - 1]?.isSign(".") != true
    }

    private mutating func replace(at index: Int) {
        let word = words.words[index]
        if word.is("collate"), let name = words[index + 1], name.isName {
            // The name may be qualified.
            let last = words[index + 2]?.isSign(".") == true ? words[index + 3] ?? name : name
            replacements.append((word.range.lowerBound..<last.range.upperBound, ""))
        } else if word.is("for"), let name = words[index + 3], words[index + 2]?.is("in") == true, name.isName,
            words.isCursor(name.text),
            let loop = words.words[index...].first(where: { $0.is("loop") })
        {
            replacements.append(
                (word.range.upperBound..<loop.range.lowerBound, " \(Self.variable) IN SELECT 1 "))
        } else if words.beginsStatement(index) {
            replaceStatement(at: index)
        }
    }

    private mutating func replaceStatement(at index: Int) {
        let word = words.words[index]
        if ["open", "fetch", "move", "close"].contains(where: { word.is($0) }), words[index + 1]?.isSign(":") != true,
            let end = words.end(from: index), end > index + 1
        {
            replacements.append((word.range.lowerBound..<words.words[end].range.lowerBound, "NULL"))
        } else if routine.hasOutputs, routine.result == .set, word.is("return"), let next = words[index + 1],
            next.is("next"), words[index + 2]?.kind == .semicolon
        {
            replacements.append((next.range.upperBound..<next.range.upperBound, " NULL"))
        }
    }
}
