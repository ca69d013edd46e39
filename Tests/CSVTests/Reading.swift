import CSV

/// Helpers that read a text in one way or another.
enum Reading {
    /// All records, fed in pieces of a size; nil feeds all at once.
    static func records(
        _ bytes: [UInt8], _ dialect: Dialect = .rfc4180, pieces: Int? = nil, limit: Int = Tokenizer.defaultLimit,
        columns: Int? = nil
    ) -> [Record] {
        var tokenizer = Tokenizer(dialect, limit: limit, columns: columns)
        var records: [Record] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(pieces ?? rest.count)
            records += tokenizer.feed(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        return records + tokenizer.finish()
    }

    static func rows(_ text: String, _ dialect: Dialect = .rfc4180) -> [[String]] {
        records(Array(text.utf8), dialect).map(values)
    }

    static func values(_ record: Record) -> [String] {
        (0..<record.count).map { record.string($0) ?? "<invalid>" }
    }

    /// Everything that a record has, for comparing.
    static func summary(_ record: Record) -> String {
        let fields = (0..<record.count).map { field in
            let place = record.place(of: field)
            return "\(place.line):\(place.column)\(record.isQuoted(field) ? "q" : "")=\(record.bytes(field))"
        }
        return "\(record.number) @\(record.line) \(fields) \(record.problems) raw=\(Array(record.raw))"
    }
}
