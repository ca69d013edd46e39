/// How well a dialect fits a sample.
struct Candidate {
    let dialect: Dialect
    let records: [Record]
    /// The number of fields that most records have.
    let columns: Int
    /// The share of records that have that many, or where tables of several widths follow one another, a little less than
    /// the share of those as wide as the one before; those with problems left out.
    let agreement: Double
    /// What candidates are compared by.
    let value: Double
    /// The shares of fields that are quoted, that are empty, and that are odd for a quote within.
    let quoted: Double
    let empty: Double
    let strayQuotes: Double
    /// The number of records with problems.
    let faulty: Int
    /// The share of records with problems, and of those with a quoted field the share that has them.
    let spoilt: Double
    let spoiltOfQuoted: Double
    /// The share of records with a quoted field.
    let enclosing: Double

    init(_ dialect: Dialect, _ sample: Sample) {
        self.dialect = dialect
        let (records, broken) = sample.records(dialect)
        self.records = records
        let all = Double(records.count + broken)
        let inPlace = records.filter(\.hasProblems).count
        faulty = inPlace + broken
        spoilt = all > 0 ? Double(faulty) / all : 0
        let enclosed = records.filter { record in (0..<record.count).contains(where: record.isQuoted) }.count + broken
        spoiltOfQuoted = enclosed > 0 ? Double(faulty) / Double(enclosed) : 0
        enclosing = all > 0 ? Double(enclosed) / all : 0
        let width = Self.width(records)
        columns = width
        let tally = Tally(records, dialect)
        (quoted, empty, strayQuotes) = (
            tally.share(tally.quoted), tally.share(tally.empty), tally.share(tally.strayQuotes)
        )
        guard !records.isEmpty else {
            (agreement, value) = (0, 0)
            return
        }
        let even = records.filter { $0.count == width && !$0.hasProblems }.count
        agreement = max(Double(even), 0.9 * Self.stretch(records) - Double(inPlace)) / all
        let shape = width > 1 ? 1 - 1 / Double(width) : 0.1
        var value = agreement * agreement * shape * (0.2 + 0.8 * (1 - tally.share(tally.odd))) * (1 + 0.1 * quoted)
        // `Paris, France` in some of the lines is punctuation.
        if tally.isPunctuated, quoted == 0, agreement < 0.95 { value *= width == 2 ? 0.25 : 0.5 }
        // A space after each delimiter is part of it; after some of them, it is part of the values.
        if dialect.skipsInitialSpace, dialect.delimiter != 0x20 { value *= tally.isSpaced ? 1.01 : 0.9 }
        self.value = value
    }

    /// Whether a delimiter that also occurs in names, times and addresses is certainly one here: nearly all records
    /// agree, the first among them, and the result has quotes or columns of numbers, dates and addresses.
    var isEvident: Bool {
        guard let first = records.first, records.count >= 2, agreement >= 0.9, first.count == columns else {
            return false
        }
        guard empty < 0.2, strayQuotes == 0 || quoted > 10 * strayQuotes else { return false }
        if quoted > 0, columns >= 2, hasClosedQuotes { return true }
        guard columns >= 3 else { return false }
        // Words and names have spaces everywhere; two colons in each of several lines are delimiters.
        if dialect.delimiter == 0x3A, !dialect.skipsInitialSpace, agreement == 1, records.count >= 4 { return true }
        // One number sign is that of a number or a remark; two in each of several lines are delimiters.
        if dialect.delimiter == 0x23, !dialect.skipsInitialSpace, agreement == 1, records.count >= 3 { return true }
        let typed = typedColumns
        return typed >= 2 || typed == 1 && HeaderDetector.hasHeader(records)
    }

    /// Whether quotes in nearly every record are where this delimiter would have them, although the records disagree in
    /// their number of fields: a guess, but a better one than a delimiter that leaves all quotes within its fields.
    var isEnclosing: Bool { enclosing > 0.9 && spoilt < 0.1 && strayQuotes == 0 && columns >= 3 && typedColumns >= 2 }

    /// Whether a table in this dialect leaves little to ask.
    var isSound: Bool { columns >= 2 && agreement >= 0.8 }

    /// Whether a column holds numbers, dates or addresses.
    var hasTypedColumn: Bool { typedColumns > 0 }

    /// Whether a quoted field holds two quotes in a row, as if they meant one.
    var hasDoubledQuotes: Bool {
        guard let quote = dialect.quote else { return false }
        return records.contains { record in
            (0..<record.count).contains { field in
                record.isQuoted(field)
                    && record.withBytes(field) { bytes in
                        zip(bytes, bytes.dropFirst()).contains { $0 == quote && $1 == quote }
                    }
            }
        }
    }

    /// How many columns hold numbers, dates or addresses, the first record left out.
    private var typedColumns: Int {
        let data = records.dropFirst()
        return (0..<columns).filter { HeaderDetector.isTyped($0, data) }.count
    }

    /// Whether no text follows a closing quote.
    private var hasClosedQuotes: Bool { spoilt < 0.1 }

    /// The number of fields that most records have; of two that are equally frequent, the larger: a preamble of single
    /// lines says nothing.
    private static func width(_ records: [Record]) -> Int {
        var widths: [Int: Int] = [:]
        for record in records { widths[record.count, default: 0] += 1 }
        return widths.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 1
    }

    /// How many records have as many fields as the one before, two or more.
    private static func stretch(_ records: [Record]) -> Double {
        guard records.count >= 8 else { return 0 }
        return 1 + Double(zip(records, records.dropFirst()).filter { $0.count > 1 && $0.count == $1.count }.count)
    }

    /// Fields, counted by what they look like.
    private struct Tally {
        var fields = 0
        var quoted = 0
        var empty = 0
        var odd = 0
        var strayQuotes = 0
        /// Fields after a delimiter, and those of them with a space before or at their beginning.
        var followers = 0
        var spaced = 0

        init(_ records: [Record], _ dialect: Dialect) {
            for record in records {
                fields += record.count
                for field in 0..<record.count {
                    if record.isQuoted(field) { quoted += 1 }
                    switch ValuePattern.kind(record, field, delimiter: dialect.delimiter) {
                    case .empty: empty += 1
                    case .odd:
                        odd += 1
                        if record.withBytes(field, { $0.contains(0x22) }) { strayQuotes += 1 }
                    default: break
                    }
                    if field > 0 {
                        followers += 1
                        if record.hasSpace(before: field) { spaced += 1 }
                    }
                }
            }
        }

        func share(_ count: Int) -> Double { fields == 0 ? 0 : Double(count) / Double(fields) }
        var isSpaced: Bool { spaced > 0 && Double(spaced) >= 0.95 * Double(followers) }
        var isPunctuated: Bool { spaced > 0 && spaced == followers }
    }
}

extension Record {
    /// Whether a space directly follows the delimiter before a field, whether it is part of the field or skipped.
    fileprivate func hasSpace(before field: Int) -> Bool {
        guard let span = span(field) else { return false }
        let start = span.start - (span.isQuoted && !span.needsDecoding ? 1 : 0)
        if batch.dialect.skipsInitialSpace { return start > 0 && batch.bytes[start - 1] == 0x20 }
        return start < batch.bytes.count && batch.bytes[start] == 0x20
    }
}
