import RSSModel
import SQLScript

/// A text of pg_stat_statements, with what is known of it before the server sees it: its parameters, and every name in it.
///
/// pg_stat_statements puts `$1` and so on in place of constants, also where the grammar takes a constant alone; such places
/// are written here as the grammar has them. The text was written by any role: it is one statement of a kind that EXPLAIN
/// plans, or is refused.
struct StatementShape: Sendable, Equatable {
    /// The kinds of statements that are explained.
    enum Kind: Sendable { case select, update, delete }

    /// The statement, which may be prepared.
    let sql: String
    let kind: Kind
    /// The highest number of a parameter.
    let parameterCount: Int
    /// Parameters that say how many rows are wanted, and how many are skipped.
    private(set) var limits: Set<Int> = []
    private(set) var offsets: Set<Int> = []
    /// Parameters that are time zones, and units of time.
    private(set) var zones: Set<Int> = []
    private(set) var units: Set<Int> = []
    /// Every identifier, as the server reads it: folded unless it is quoted.
    private(set) var names: Set<String> = []
    /// Those before a parenthesis: functions, and what looks like one.
    private(set) var called: Set<String> = []
    /// Those after `::` or AS, and before a string: types of casts, and aliases.
    private(set) var casts: Set<String> = []
    /// Operators as written; those that SQL's own words stand for are among ``impliedOperators``.
    private(set) var operators: Set<String> = []

    private let bytes: [UInt8]
    private let tokens: [Token]

    /// Operators for which SQL has words: IN, BETWEEN, LIKE, DISTINCT, USING.
    static let impliedOperators: Set<String> = [
        "=", "<>", "<", ">", "<=", ">=", "~~", "!~~", "~~*", "!~~*", "~", "!~", "||",
    ]

    /// Reads a text.
    ///
    /// - Throws: ``NotExplained``.
    init(_ text: String) throws(NotExplained) {
        let written = try Self.tokens(Array(text.utf8))
        try self.init(written: Self.grammatical(written.bytes, written.tokens))
    }

    private init(written: [UInt8]) throws(NotExplained) {
        (bytes, tokens) = try Self.tokens(written)
        sql = String(decoding: bytes, as: UTF8.self)
        kind = try Self.kind(bytes, tokens)
        parameterCount = tokens.compactMap { Self.number($0, written) }.max() ?? 0
        if parameterCount > 500 { throw NotExplained("it has \(parameterCount) parameters") }
        try note()
        // Of an INSERT, and of a column that is set to it, the default is planned too, in a WITH as well.
        if !names.isDisjoint(with: ["insert", "merge"]) { throw NotExplained("INSERT and MERGE are not explained") }
        if writes, names.contains("default") { throw NotExplained("an UPDATE to DEFAULT is not explained") }
    }

    /// Whether it may change rows, in a WITH as well.
    var writes: Bool { kind != .select || !names.isDisjoint(with: ["update", "delete"]) }

    /// The tokens without comments and the semicolons at the end.
    private static func tokens(_ bytes: [UInt8]) throws(NotExplained) -> (bytes: [UInt8], tokens: [Token]) {
        var lexer = Lexer(bytes)
        var tokens: [Token] = []
        do {
            while let token = try lexer.next(), tokens.count <= longest {
                if !token.isComment { tokens.append(token) }
            }
        } catch {
            throw NotExplained("its text is not complete")
        }
        while tokens.last?.kind == .semicolon { tokens.removeLast() }
        guard let last = tokens.last else { throw NotExplained("its text is empty") }
        if tokens.contains(where: { $0.kind == .semicolon || $0.kind == .backslash }) {
            throw NotExplained("its text is more than one statement")
        }
        if tokens.count > longest { throw NotExplained("its text is too long") }
        return (Array(bytes[..<last.range.upperBound]), tokens)
    }

    /// The most tokens of a statement that is explained.
    private static let longest = 20_000

    private static func kind(_ bytes: [UInt8], _ tokens: [Token]) throws(NotExplained) -> Kind {
        var depth = 0
        for (index, token) in tokens.enumerated() {
            switch token.kind {
            case .openParenthesis: depth += 1
            case .closeParenthesis: depth -= 1
            case .word:
                let word = lowercased(bytes[token.range])
                if index == 0, !["select", "with", "update", "delete", "insert", "merge"].contains(word) {
                    throw NotExplained("a statement that begins with \(word.uppercased()) is not explained")
                }
                if depth > 0 { continue }
                switch word {
                case "select": return .select
                case "update": return .update
                case "delete": return .delete
                case "insert", "merge": throw NotExplained("INSERT and MERGE are not explained")
                default: continue
                }
            default: continue
            }
        }
        // A query in parentheses, the first of a UNION.
        guard tokens.first?.kind == .openParenthesis else { throw NotExplained("it is not a query") }
        return .select
    }

    static func lowercased(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    private static func number(_ token: Token, _ bytes: [UInt8]) -> Int? {
        token.kind == .parameter ? Int(String(decoding: bytes[token.range].dropFirst(), as: UTF8.self)) : nil
    }
}

/// Why a statement could not be explained, and what would help.
struct NotExplained: Error, Equatable {
    let reason: String
    let hint: String?

    init(_ reason: String, hint: String? = nil) {
        self.reason = reason
        self.hint = hint
    }
}

extension StatementShape {
    /// The words of a type before a constant: `interval '1 day'`, of which pg_stat_statements makes `interval $1`.
    private static let literalTypes: Set<String> = [
        "interval", "date", "time", "timestamp", "timestamptz", "timetz", "uuid", "inet", "cidr", "json", "jsonb",
        "bytea",
        "text", "varchar", "numeric", "bool", "boolean", "point", "int", "integer", "bigint", "smallint", "real",
        "float8",
    ]

    /// The text with `$1::interval` for `interval $1`, and `extract(day FROM …)` for `extract($1 FROM …)`.
    private static func grammatical(_ bytes: [UInt8], _ tokens: [Token]) -> [UInt8] {
        func word(_ index: Int) -> String? {
            guard tokens.indices.contains(index), tokens[index].kind == .word else { return nil }
            return lowercased(bytes[tokens[index].range])
        }
        var edits: [(range: Range<Int>, text: String)] = []
        for (index, token) in tokens.enumerated() where token.kind == .parameter {
            let parameter = String(decoding: bytes[token.range], as: UTF8.self)
            if index >= 2, tokens[index - 1].kind == .openParenthesis, word(index - 2) == "extract",
                word(index + 1) == "from"
            {
                edits.append((token.range, "day"))
                continue
            }
            var start = index
            if let last = word(index - 1) {
                if literalTypes.contains(last) {
                    start = index - 1
                } else if last == "zone", word(index - 2) == "time",
                    ["with", "without"].contains(word(index - 3) ?? "")
                {
                    start = index - 4
                } else if last == "precision", word(index - 2) == "double" {
                    start = index - 2
                }
            }
            guard start >= 0, start < index else { continue }
            let type = String(
                decoding: bytes[tokens[start].range.lowerBound..<tokens[index - 1].range.upperBound], as: UTF8.self)
            edits.append((tokens[start].range.lowerBound..<token.range.upperBound, "\(parameter)::\(type)"))
        }
        return replacing(edits, in: bytes)
    }

    private static func replacing(_ edits: [(range: Range<Int>, text: String)], in bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 32 * edits.count)
        var offset = 0
        for edit in edits {
            result += bytes[offset..<edit.range.lowerBound]
            result += Array(edit.text.utf8)
            offset = edit.range.upperBound
        }
        return result + bytes[offset...]
    }

    /// The statement with a text in place of each parameter.
    func substituting(_ values: [Int: String]) -> String {
        let edits = tokens.compactMap { token in
            Self.number(token, bytes).flatMap { values[$0] }.map { (token.range, $0) }
        }
        return String(decoding: Self.replacing(edits, in: bytes), as: UTF8.self)
    }

    /// The statement with one number for parameters that stand for one constant: `date_trunc($1, placed)` in the list and
    /// `date_trunc($2, placed)` in GROUP BY had the same once, without which the grammar's rules refuse it. Nil where
    /// there are none that stand in equal places.
    func withEqualConstants() -> StatementShape? {
        var first: [String: Int] = [:]
        var edits: [(range: Range<Int>, text: String)] = []
        for (index, token) in tokens.enumerated() {
            guard let number = Self.number(token, bytes), index >= 2, index + 1 < tokens.count else { continue }
            let around = [index - 2, index - 1, index + 1, min(index + 2, tokens.count - 1)].map {
                tokens[$0].kind == .parameter ? "$" : Self.lowercased(bytes[tokens[$0].range])
            }
            let place = around.joined(separator: " ")
            if let earlier = first[place], earlier != number {
                edits.append((token.range, "$\(earlier)"))
            } else {
                first[place] = number
            }
        }
        if edits.isEmpty { return nil }
        return try? StatementShape(written: Self.replacing(edits, in: bytes))
    }

    /// Notes the names, the operators, and what parameters are for.
    private mutating func note() throws(NotExplained) {
        var symbols = ""
        var end = -1
        var chainStart = 0
        func close(_ operators: inout Set<String>) {
            if !symbols.isEmpty { operators.insert(symbols) }
            symbols = ""
        }
        for (index, token) in tokens.enumerated() {
            let text = bytes[token.range]
            if token.kind == .symbol, let byte = text.first, Self.operatorBytes.contains(byte) {
                if end != token.range.lowerBound { close(&operators) }
                symbols.unicodeScalars.append(Unicode.Scalar(byte))
                end = token.range.upperBound
                continue
            }
            close(&operators)
            switch token.kind {
            case .word, .quotedIdentifier:
                let isChained = index > 0 && bytes[tokens[index - 1].range].elementsEqual(".".utf8)
                if !isChained { chainStart = index }
                let name = try Self.identifier(token, bytes)
                names.insert(name)
                let next = index + 1 < tokens.count ? tokens[index + 1].kind : nil
                if next == .openParenthesis { called.insert(name) }
                if next == .string || isCast(chainStart) { casts.insert(name) }
            case .parameter: noteParameter(index)
            default: continue
            }
        }
        close(&operators)
        operators.formUnion(Self.impliedOperators)
    }

    private static let operatorBytes = Set("+-*/<>=~!@#%^&|`?".utf8)

    private func isCast(_ index: Int) -> Bool {
        guard index >= 2 else { return false }
        let before = bytes[tokens[index - 1].range]
        if tokens[index - 1].kind == .word { return Self.lowercased(before) == "as" }
        return before.elementsEqual(":".utf8) && bytes[tokens[index - 2].range].elementsEqual(":".utf8)
    }

    /// An identifier as the server reads it. One that the server cuts, or that is written with escapes, is refused: its name is
    /// what is checked.
    private static func identifier(_ token: Token, _ bytes: [UInt8]) throws(NotExplained) -> String {
        let text = bytes[token.range]
        let name: String
        if token.kind == .word {
            name = lowercased(text)
        } else {
            guard text.first == UInt8(ascii: "\"") else {
                throw NotExplained("it has an identifier with Unicode escapes")
            }
            name = String(decoding: text.dropFirst().dropLast(), as: UTF8.self).replacing("\"\"", with: "\"")
        }
        if name.utf8.count > 63 { throw NotExplained("it has an identifier of more than 63 bytes") }
        return name
    }

    private mutating func noteParameter(_ index: Int) {
        guard let number = Self.number(tokens[index], bytes), index > 0 else { return }
        func word(_ place: Int) -> String {
            tokens.indices.contains(place) ? Self.lowercased(bytes[tokens[place].range]) : ""
        }
        switch word(index - 1) {
        case "limit": limits.insert(number)
        case "offset": offsets.insert(number)
        case "first", "next": if word(index - 2) == "fetch" { limits.insert(number) }
        case "zone": zones.insert(number)
        case "(" where word(index - 2) == "date_trunc" || word(index - 2) == "date_part": units.insert(number)
        case "(" where word(index - 2) == "timezone": zones.insert(number)
        default: break
        }
    }
}
