/// Reads the records of a file or of stdin, in pieces of 256 KB, transcoding to UTF-8 on the way. Blocks while it
/// reads.
///
/// ```swift
/// var reader = try RecordReader(path: "inventory.csv")
/// while let record = try reader.next() { … }
/// ```
public struct RecordReader {
    /// How the input is written: as given, or as detected from its first 256 KB.
    public let dialect: Dialect
    /// What was detected, and how surely; nil when the dialect was given.
    public let detection: Detection?
    /// Bytes of the input read so far, for progress.
    public private(set) var bytesRead: Int64 = 0

    private let source: ByteSource
    private var transcoder: Transcoder
    private var tokenizer: Tokenizer
    /// What was read last; of a file in UTF-8 its beginning only.
    private var piece: [UInt8]
    private var pieceCount: Int
    private var converted: [UInt8] = []
    private var batch: Batch
    private var position = 0
    private var phase = Phase.reading

    private enum Phase { case reading, ending, done }

    /// Opens a file; the dialect is detected unless it is given.
    ///
    /// Throws ``ReadError``.
    ///
    /// - Parameter columns: The number of fields that records have, so that a stray quote affects no more than its line
    /// (``Tokenizer/init(_:limit:columns:)``). Where the dialect is detected for certain, the number is, too.
    public init(
        path: String, dialect: Dialect? = nil, columns: Int? = nil, limit: Int = Tokenizer.defaultLimit
    ) throws(ReadError) {
        try self.init(ByteSource(path: path), dialect: dialect, columns: columns, limit: limit)
    }

    /// Reads from a descriptor, for example stdin; the caller closes it.
    ///
    /// Throws ``ReadError``.
    ///
    /// - Parameter columns: As for a path.
    public init(
        descriptor: Int32, dialect: Dialect? = nil, columns: Int? = nil, limit: Int = Tokenizer.defaultLimit
    ) throws(ReadError) {
        try self.init(ByteSource(descriptor: descriptor), dialect: dialect, columns: columns, limit: limit)
    }

    private init(_ source: ByteSource, dialect: Dialect?, columns: Int?, limit: Int) throws(ReadError) {
        self.source = source
        piece = [UInt8](repeating: 0, count: ByteSource.pieceSize)
        pieceCount = try Self.fill(&piece, from: source)
        bytesRead = Int64(pieceCount)
        let isWhole = pieceCount < piece.count
        detection =
            dialect == nil ? DialectDetector.detect(piece[..<pieceCount], isWhole: isWhole) : nil
        self.dialect = dialect ?? detection?.dialect ?? .rfc4180
        transcoder = Transcoder(self.dialect.encoding)
        tokenizer = Tokenizer(self.dialect, limit: limit, columns: columns ?? detection?.certainColumns)
        batch = Batch(dialect: self.dialect)
    }

    /// Empty lines so far; they make no records.
    public var emptyLines: Int { tokenizer.emptyLines }

    /// Whether a line of a record is UTF-8 in a file of another encoding; its text is right nevertheless. Asked for records in
    /// their order.
    public mutating func isForeign(_ record: Record) -> Bool {
        guard !transcoder.foreignLines.isEmpty else { return false }
        return transcoder.isForeign(record.line...record.line + record.lineCount - 1)
    }

    /// The next record, the header among them; nil at the end of the input.
    ///
    /// Throws ``ReadError``. What is wrong with a record is in ``Record/problems``.
    public mutating func next() throws(ReadError) -> Record? {
        while position == batch.endIndex {
            guard phase != .done else { return nil }
            try advance()
        }
        defer { position += 1 }
        return batch[position]
    }

    /// The records that remain of the current piece, or those of the next one; nil at the end of the input.
    ///
    /// For work that takes many records at once. Never empty.
    public mutating func nextBatch() throws(ReadError) -> Slice<Batch>? {
        while position == batch.endIndex {
            guard phase != .done else { return nil }
            try advance()
        }
        defer { position = batch.endIndex }
        return batch[position...]
    }

    /// Tokenizes the current piece and reads the next one; at the end of the input, ends the tokenizer.
    private mutating func advance() throws(ReadError) {
        position = 0
        var read = Batch(dialect: dialect)
        swap(&read, &batch)
        tokenizer.reuse(read)
        if phase == .ending {
            phase = .done
            batch = tokenizer.finish()
            return
        }
        if pieceCount == 0 {
            phase = .ending
            converted.removeAll(keepingCapacity: true)
            transcoder.finish(into: &converted)
            batch = tokenizer.feed(converted)
            return
        }
        if transcoder.encoding == .utf8, piece.isEmpty {
            batch = try tokenizer.feed(upTo: ByteSource.pieceSize) { buffer throws(ReadError) in
                pieceCount = try source.read(into: buffer)
                return pieceCount
            }
            bytesRead += Int64(pieceCount)
            return
        }
        if transcoder.encoding == .utf8 {
            // The first one, from which the dialect was detected.
            batch = piece.withUnsafeBytes { tokenizer.feed(UnsafeRawBufferPointer(rebasing: $0[..<pieceCount])) }
            piece = []
            return
        }
        converted.removeAll(keepingCapacity: true)
        piece.withUnsafeBytes { bytes in
            transcoder.transcode(UnsafeRawBufferPointer(rebasing: bytes[..<pieceCount]), into: &converted)
        }
        batch = tokenizer.feed(converted)
        pieceCount = try Self.fill(&piece, from: source)
        bytesRead += Int64(pieceCount)
    }

    private static func fill(_ piece: inout [UInt8], from source: ByteSource) throws(ReadError) -> Int {
        do {
            return try piece.withUnsafeMutableBytes { try source.read(into: $0) }
        } catch {
            throw error as? ReadError ?? ReadError(operation: "read", path: nil, errno: 0)
        }
    }
}
