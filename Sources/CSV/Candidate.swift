/// How well a dialect fits a sample.
struct Candidate {
    let dialect: Dialect
    let records: [Record]
    /// The number of fields that most records have.
    let columns: Int
    /// The share of records that have so many, less those with problems.
    let agreement: Double
    /// What candidates are compared by.
    let value: Double

    init(_ dialect: Dialect, _ text: [UInt8], isCut: Bool) {
        self.dialect = dialect
        var tokenizer = Tokenizer(dialect)
        var records = Array(tokenizer.feed(text).prefix(DialectDetector.mostRecords))
        // A cut sample ends within a record, whose fields mean nothing; an open quote shows as a problem all the same.
        let last = Array(tokenizer.finish())
        if records.count < DialectDetector.mostRecords, !isCut || records.isEmpty { records += last }
        self.records = records
        guard !records.isEmpty else {
            (columns, agreement, value) = (0, 0, 0)
            return
        }
        var widths: [Int: Int] = [:]
        for record in records { widths[record.count, default: 0] += 1 }
        // Of two widths that are equally frequent, the larger: a preamble of single lines says nothing.
        let (width, frequency) = widths.max { ($0.value, $0.key) < ($1.value, $1.key) } ?? (1, 0)
        let spoilt = records.filter { !$0.problems.isEmpty }.count + (last.contains { !$0.problems.isEmpty } ? 1 : 0)
        columns = width
        agreement = max(0, Double(frequency - spoilt)) / Double(records.count)
        let quoted = ValuePattern.quotedShare(records)
        let shape = width > 1 ? 1 - 1 / Double(width) : 0.1
        value = agreement * agreement * shape * (0.2 + 0.8 * ValuePattern.share(records, dialect)) * (1 + 0.1 * quoted)
    }
}
