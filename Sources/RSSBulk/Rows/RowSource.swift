import CSV

/// The rows of a file, chunk by chunk, the invalid ones separate from the others.
///
/// A file is read more than once: first to know what is in it, then to write the rejected rows, then to load the rest.
/// Each time the result is the same, so nothing has to be kept in between.
struct RowSource {
    /// A row that is rejected, and why.
    struct Rejected {
        let record: Record
        let problems: [RowProblem]
    }

    /// Rows that are read at once.
    static let chunkRows = 1000
    /// The bytes at which a chunk is full before it has that many rows.
    static let chunkBytes = 1 << 20

    /// Rows that wait for an answer before it is asked for.
    private static let mostWaiting = 64

    /// The records, by their rows, that wait for an answer, and may turn out to be wrong yet.
    private typealias Waiting = [Int: Record]

    private let chunkRows: Int
    private let name: String
    private let encoding: String
    private let firstRecord: Int
    private var reader: RecordReader
    private let validator: RowValidator
    private let resolver: ReferenceResolver?
    private var duplicates: RecordNumbers.Cursor
    private var ordinals: RecordNumbers.Cursor
    private let refused: [Int: RowProblem]
    private let header: ImportHeader
    private let table: ImportTable

    /// Reads a file from its beginning.
    ///
    /// - Parameters:
    ///   - resolver: without one, references are not looked up.
    ///   - repeated: which rows are rejected because another one has their key.
    ///   - refused: the rows that the server refused, by record.
    /// - Throws: ``ImportError``.
    init(
        _ file: ImportFile, _ validator: RowValidator, _ resolver: ReferenceResolver?,
        repeated: RepeatedKeys.Found = RepeatedKeys.Found(), refused: [Int: RowProblem] = [:],
        chunkRows: Int = Self.chunkRows
    ) throws {
        self.chunkRows = chunkRows
        name = file.name
        (header, table) = (file.header, file.table)
        encoding = file.encodingName
        firstRecord = file.headerRecord + 1
        reader = try file.rows()
        self.validator = validator
        self.resolver = resolver
        duplicates = try repeated.duplicates.cursor()
        ordinals = try repeated.ordinals.cursor()
        self.refused = refused
    }

    /// Bytes of the file that were read.
    var bytesRead: Int64 { reader.bytesRead }

    /// The outcome of a chunk.
    struct Chunk {
        /// Rows of the file, good and bad.
        var read = 0
        /// Those that are rejected, in the order of the file.
        var rejected: [Rejected] = []
    }

    /// Reads the next chunk; the good rows take the place of what is in `rows`.
    ///
    /// - Returns: nil at the end of the file.
    /// - Throws: ``ImportError``, `PostgresError`.
    mutating func next(into rows: EncodedRows) async throws -> Chunk? {
        rows.removeAll()
        var chunk = Chunk()
        var waiting = Waiting()
        var bytes = 0
        var isAtEnd = false
        while chunk.read < chunkRows, bytes < Self.chunkBytes {
            guard let record = try read() else {
                isAtEnd = true
                break
            }
            bytes += record.byteCount
            if record.number == firstRecord {
                switch ImportTemplate.resemblance(record, header, table) {
                case .none: break
                case .notes: continue
                case .overwritten:
                    chunk.rejected.append(Rejected(record: record, problems: [Self.notes]))
                    chunk.read += 1
                    continue
                }
            }
            let pending = rows.pending.count
            let problems =
                reader.isForeign(record) ? [Self.foreign(encoding)] : validator.validate(record, into: rows)
            if !problems.isEmpty {
                // Blank rows are not counted; that a row is one is asked only where something is missing.
                if RowValidator.isBlank(record) { continue }
                chunk.rejected.append(Rejected(record: record, problems: problems))
            } else if let problem = try objection(to: record, in: rows) {
                rows.drop(rows.rows.count - 1)
                chunk.rejected.append(Rejected(record: record, problems: [problem]))
            } else if rows.pending.count > pending {
                waiting[rows.rows.count - 1] = record
            }
            chunk.read += 1
            // Soon, for the rows that follow often name the same.
            if waiting.count >= Self.mostWaiting { try await resolve(&waiting, rows, &chunk) }
        }
        if !waiting.isEmpty { try await resolve(&waiting, rows, &chunk) }
        return chunk.read == 0 && isAtEnd ? nil : chunk
    }

    /// Looks up what the references of rows denote.
    private func resolve(_ waiting: inout Waiting, _ rows: EncodedRows, _ chunk: inout Chunk) async throws {
        guard let resolver else { return }
        let problems = try await resolver.resolve(rows, validator)
        for (row, problems) in Dictionary(grouping: problems, by: \.row) {
            guard let record = waiting[row] else { continue }
            chunk.rejected.append(Rejected(record: record, problems: problems.map(\.problem)))
        }
        if !problems.isEmpty { chunk.rejected.sort { $0.record.number < $1.record.number } }
        waiting.removeAll(keepingCapacity: true)
    }

    private mutating func read() throws -> Record? {
        do {
            return try reader.next()
        } catch {
            throw ImportError.unreadable(name, reason: "\(error)", isPermission: false)
        }
    }

    /// The problem of a line that another program has put into the file.
    private static func foreign(_ encoding: String) -> RowProblem {
        RowProblem(
            .otherEncoding,
            "the line is UTF-8 in a file of \(encoding); where it reads right in the rejects file, import that file as it is"
        )
    }

    /// The problem of a row of a template that is not one to be filled in.
    private static let notes = RowProblem(
        .notesOverwritten,
        "the row holds the notes of the template, and values: write the values into a row below it, and delete the notes"
    )

    /// The problem of a row that is valid in itself: the last one of the rows.
    private mutating func objection(to record: Record, in rows: EncodedRows) throws -> RowProblem? {
        if let problem = refused[record.number] { return problem }
        let index = rows.rows.count - 1
        guard rows.rows[index].hasKey else {
            if let nth = try ordinals.number(of: record.number) { rows.setOrdinal(index, Int32(clamping: nth)) }
            return nil
        }
        guard let line = try duplicates.number(of: record.number), let key = validator.key else { return nil }
        let text = validator.keyText(record)
        return RowProblem(
            .repeatedKey, column: key.name, value: text,
            "\(key.name): '\(RowProblem.shown(text))' is \(line < record.line ? "already" : "also") on line \(line)"
        )
    }
}
