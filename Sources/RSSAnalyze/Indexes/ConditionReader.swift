import SQLScript

/// Reads the conditions and keys of a plan, which the server prints with a parenthesis around each expression.
struct ConditionReader {
    private let bytes: [UInt8]
    private let tokens: [Token]

    private init(_ text: String) {
        bytes = Array(text.utf8)
        var lexer = Lexer(bytes)
        var tokens: [Token] = []
        // What cannot be read ends the list: conditions are used for proposals, which the planner judges.
        while let token = try? lexer.next() { tokens.append(token) }
        self.tokens = tokens
    }

    /// The comparisons of a condition.
    static func predicates(_ text: String) -> [PlanPredicate] {
        let reader = ConditionReader(text)
        return reader.predicates(reader.tokens.startIndex..<reader.tokens.endIndex, isAlternative: false)
    }

    /// A sort or group key; nil where it is none of a single relation.
    static func key(_ text: String) -> PlanKey? {
        let reader = ConditionReader(text)
        var end = reader.tokens.endIndex
        var order = ""
        if end >= 2, reader.word(end - 2) == "NULLS" {
            order = " NULLS \(reader.word(end - 1))"
            end -= 2
        }
        if end >= 1, reader.word(end - 1) == "DESC" {
            order = " DESC" + order
            end -= 1
        }
        guard let target = reader.target(0..<end) else { return nil }
        return PlanKey(alias: target.alias, column: target.column, sql: target.sql, order: order)
    }

    private func text(_ index: Int) -> String { String(decoding: bytes[tokens[index].range], as: UTF8.self) }
    /// An unquoted word; empty for any other token.
    private func word(_ index: Int) -> String {
        tokens.indices.contains(index) && tokens[index].kind == .word ? text(index) : ""
    }
    private func isSymbol(_ index: Int, _ symbol: String) -> Bool {
        tokens.indices.contains(index) && tokens[index].kind == .symbol && text(index) == symbol
    }

    /// Without parentheses around all of it.
    private func stripped(_ range: Range<Int>) -> Range<Int> {
        var range = range
        while range.count >= 2, tokens[range.lowerBound].kind == .openParenthesis,
            closing(range.lowerBound, before: range.upperBound) == range.upperBound - 1
        {
            range = range.lowerBound + 1..<range.upperBound - 1
        }
        return range
    }

    private func closing(_ open: Int, before end: Int) -> Int? {
        var depth = 0
        for index in open..<end {
            if tokens[index].kind == .openParenthesis { depth += 1 }
            if tokens[index].kind == .closeParenthesis {
                depth -= 1
                if depth == 0 { return index }
            }
        }
        return nil
    }

    /// The positions outside parentheses that pass.
    private func positions(_ range: Range<Int>, where passes: (Int) -> Bool) -> [Int] {
        var depth = 0
        var found: [Int] = []
        for index in range {
            switch tokens[index].kind {
            case .openParenthesis: depth += 1
            case .closeParenthesis: depth -= 1
            default: if depth == 0, passes(index) { found.append(index) }
            }
        }
        return found
    }

    private func parts(_ range: Range<Int>, by word: String) -> [Range<Int>] {
        var start = range.lowerBound
        var parts: [Range<Int>] = []
        for position in positions(range, where: { self.word($0) == word }) {
            parts.append(start..<position)
            start = position + 1
        }
        return parts + [start..<range.upperBound]
    }

    private func predicates(_ whole: Range<Int>, isAlternative: Bool) -> [PlanPredicate] {
        let range = stripped(whole)
        if range.isEmpty { return [] }
        for (word, alternative) in [("OR", true), ("AND", false)] {
            let parts = parts(range, by: word)
            if parts.count > 1 { return parts.flatMap { predicates($0, isAlternative: isAlternative || alternative) } }
        }
        if word(range.lowerBound) == "NOT" {
            return single(range.lowerBound + 1..<range.upperBound, .isFalse, isAlternative)
        }
        let end = range.upperBound
        if range.count > 2, word(end - 1) == "NULL", word(end - 2) == "IS" {
            return single(range.lowerBound..<end - 2, .isNull, isAlternative)
        }
        if range.count > 3, word(end - 1) == "NULL", word(end - 2) == "NOT", word(end - 3) == "IS" {
            return single(range.lowerBound..<end - 3, .isNotNull, isAlternative)
        }
        let symbols = positions(range) {
            tokens[$0].kind == .symbol && Self.operatorBytes.contains(bytes[tokens[$0].range.lowerBound])
        }
        guard let first = symbols.first, first > range.lowerBound else { return single(range, .isTrue, isAlternative) }
        var last = first
        while last + 1 < end, symbols.contains(last + 1),
            tokens[last].range.upperBound == tokens[last + 1].range.lowerBound
        {
            last += 1
        }
        let name = (first...last).map(text).joined()
        return comparison(range.lowerBound..<first, name, last + 1..<end, isAlternative)
    }

    private static let operatorBytes = Set("+-*/<>=~!@#%^&|`?".utf8)

    private func single(_ range: Range<Int>, _ operation: PlanPredicate.Operation, _ isAlternative: Bool)
        -> [PlanPredicate]
    {
        guard let target = target(range) else { return [] }
        return [
            PlanPredicate(
                alias: target.alias, column: target.column, sql: target.sql, operation: operation, parameters: [],
                spans: [],
                joins: false, isAlternative: isAlternative)
        ]
    }

    private func comparison(_ left: Range<Int>, _ name: String, _ right: Range<Int>, _ isAlternative: Bool)
        -> [PlanPredicate]
    {
        var found: [PlanPredicate] = []
        for (side, other, isSwapped) in [(left, right, false), (right, left, true)] {
            guard let target = target(side) else { continue }
            let otherTarget = self.target(other)
            var operation: PlanPredicate.Operation =
                switch name {
                case "=": .equal
                case "<", "<=": isSwapped ? .greater : .less
                case ">", ">=": isSwapped ? .less : .greater
                default: .other
                }
            if operation == .equal, !other.isEmpty, word(other.lowerBound) == "ANY" { operation = .any }
            let numbers = parameters(other)
            let isPlain = operation == .any || isParameter(other)
            // A column that is compared with one of its own relation is no key.
            let joins = otherTarget.map { $0.alias != target.alias } ?? false
            if otherTarget != nil, !joins { operation = .other }
            found.append(
                PlanPredicate(
                    alias: target.alias, column: target.column, sql: target.sql, operation: operation,
                    parameters: isPlain ? numbers : [], spans: isPlain ? [] : numbers, joins: joins,
                    isAlternative: isAlternative))
        }
        return found
    }

    private func parameters(_ range: Range<Int>) -> [Int] {
        range.compactMap { tokens[$0].kind == .parameter ? Int(text($0).dropFirst()) : nil }
    }

    /// Whether this is a parameter, with a cast or without.
    private func isParameter(_ range: Range<Int>) -> Bool {
        let core = withoutCasts(range)
        return core.count == 1 && tokens[core.lowerBound].kind == .parameter
    }

    private func withoutCasts(_ range: Range<Int>) -> Range<Int> {
        var range = stripped(range)
        while let cast = positions(range, where: { isSymbol($0, ":") && isSymbol($0 + 1, ":") }).first,
            cast > range.lowerBound
        {
            range = stripped(range.lowerBound..<cast)
        }
        return range
    }

    private func isName(_ index: Int) -> Bool { [.word, .quotedIdentifier].contains(tokens[index].kind) }

    private func plain(_ index: Int) -> String {
        let text = text(index)
        return tokens[index].kind == .word ? text : String(text.dropFirst().dropLast()).replacing("\"\"", with: "\"")
    }

    /// `alias.column`, with casts around it or without, or an expression over columns of one relation.
    private func target(_ range: Range<Int>) -> (alias: String, column: String?, sql: String)? {
        let core = withoutCasts(range)
        if core.count == 3, isName(core.lowerBound), isSymbol(core.lowerBound + 1, "."), isName(core.lowerBound + 2) {
            return (plain(core.lowerBound), plain(core.lowerBound + 2), text(core.lowerBound + 2))
        }
        return expression(stripped(range))
    }

    private func expression(_ range: Range<Int>) -> (alias: String, column: String?, sql: String)? {
        guard range.contains(where: { tokens[$0].kind == .openParenthesis }),
            !range.contains(where: {
                tokens[$0].kind == .parameter || ["SubPlan", "InitPlan", "ANY", "ALL", "ROW"].contains(word($0))
            })
        else { return nil }
        var alias: String?
        var sql: [UInt8] = []
        var offset = tokens[range.lowerBound].range.lowerBound
        for index in range where isName(index) && isSymbol(index + 1, ".") && index + 2 < range.upperBound {
            // A function with its schema is followed by its arguments.
            if index + 3 < range.upperBound, tokens[index + 3].kind == .openParenthesis { return nil }
            if let alias, alias != plain(index) { return nil }
            alias = plain(index)
            sql += bytes[offset..<tokens[index].range.lowerBound]
            offset = tokens[index + 1].range.upperBound
        }
        guard let alias else { return nil }
        sql += bytes[offset..<tokens[range.upperBound - 1].range.upperBound]
        return (alias, nil, "(\(String(decoding: sql, as: UTF8.self)))")
    }
}
