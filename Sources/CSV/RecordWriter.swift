/// Writes CSV (RFC 4180), quoting only where it is needed, in UTF-8, through a buffer to a sink.
///
/// No value is an empty field and an empty text is `""`, as PostgreSQL's `COPY … CSV` reads and writes them, so that
/// what is written is read back as it was. A leading `=` or `+` is not disarmed.
public struct RecordWriter {
    private let delimiter: UInt8
    private let quote: UInt8
    private let lineEnding: [UInt8]
    private let capacity: Int
    private let sink: ([UInt8]) throws -> Void
    private var buffer: [UInt8] = []

    /// Makes a writer.
    ///
    /// - Parameters:
    ///   - dialect: Its delimiter and its quote are used; a dialect without quotes gets `"`, and quotes are always
    /// doubled.
    ///   - sink: Takes the bytes in pieces of about `capacity`; what it throws is thrown by the call that wrote.
    public init(
        _ dialect: Dialect = .rfc4180, lineEnding: LineEnding = .lf, capacity: Int = 64 << 10,
        sink: @escaping ([UInt8]) throws -> Void
    ) {
        delimiter = dialect.delimiter
        quote = dialect.quote ?? UInt8(ascii: "\"")
        self.lineEnding = lineEnding.bytes
        self.capacity = capacity
        self.sink = sink
    }

    /// Writes a record; nil means no value.
    public mutating func write(_ fields: some Sequence<String?>) throws {
        var isFirst = true
        var isOnlyEmpty = true
        for field in fields {
            if !isFirst {
                buffer.append(delimiter)
                isOnlyEmpty = false
            }
            isFirst = false
            guard let field else { continue }
            isOnlyEmpty = false
            append(field)
        }
        // A record of one field without a value would be an empty line, which readers skip.
        if isOnlyEmpty, !isFirst { buffer += [quote, quote] }
        try endRecord()
    }

    /// Writes a record as it is, without its line end: ``Record/raw``, for a file of rejects.
    public mutating func write(raw bytes: some Sequence<UInt8>) throws {
        buffer.append(contentsOf: bytes)
        try endRecord()
    }

    /// Hands over what is buffered; must be called at the end.
    public mutating func flush() throws {
        guard !buffer.isEmpty else { return }
        defer { buffer.removeAll(keepingCapacity: true) }
        try sink(buffer)
    }

    private mutating func endRecord() throws {
        buffer.append(contentsOf: lineEnding)
        if buffer.count >= capacity { try flush() }
    }

    private mutating func append(_ field: String) {
        var field = field
        field.withUTF8 { bytes in
            guard needsQuotes(bytes) else { return buffer.append(contentsOf: bytes) }
            buffer.append(quote)
            for byte in bytes {
                if byte == quote { buffer.append(quote) }
                buffer.append(byte)
            }
            buffer.append(quote)
        }
    }

    private func needsQuotes(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = bytes.first, let last = bytes.last else { return true }
        // Blanks at the ends are trimmed by many readers; a byte order mark at the start would be taken for one.
        if first == 0x20 || last == 0x20 || first == 0xEF { return true }
        return bytes.contains { $0 == delimiter || $0 == quote || $0 == 0x0A || $0 == 0x0D }
    }
}
