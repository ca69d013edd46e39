/// Splits CSV in UTF-8 into records, fed with pieces of any size.
///
/// ```swift
/// var tokenizer = Tokenizer(.rfc4180)
/// for record in tokenizer.feed(bytes) { print(record.line, record.string(0) ?? "") }
/// for record in tokenizer.finish() { … }
/// ```
///
/// RFC 4180, and what files really hold: lines end in LF, CRLF, CR or a mix; a quote within an unquoted field is a
/// character; text after a closing quote, an unterminated quote, NUL and a record that is too long are problems of
/// that record (``Record/problems``), not of the file; empty lines are skipped and counted. The records do not
/// depend on how the input was cut. Memory is bounded by twice the largest record and a piece of input.
public struct Tokenizer: Sendable {
    /// The largest record unless given otherwise: 16 MB.
    public static let defaultLimit = 16 << 20
    /// The length of a field is 32 bits wide.
    private static let largestLimit = 1 << 29

    /// How the input is written.
    public let dialect: Dialect
    private let classes: ByteClasses
    private let limit: Int
    private let columns: Int?
    private var pending: [UInt8] = []
    /// How many of them are input.
    private var pendingCount = 0
    private var memory = Batch.Memory()
    private var state = ScanState()
    private var isAtStart = true
    /// A long unfinished record is scanned again only when it has grown by half, so that small pieces do not cost quadratic time.
    private var nextScan = 0

    /// Makes a tokenizer.
    ///
    /// - Parameters:
    ///   - limit: The most bytes of a record, at most 512 MB.
    ///   - columns: The number of fields that records have. Where it is given, a stray quote affects no more than its line:
    /// a record that took in lines which are records by themselves ends with its first line, with the quote as a
    /// problem of it.
    public init(_ dialect: Dialect, limit: Int = Tokenizer.defaultLimit, columns: Int? = nil) {
        self.dialect = dialect
        self.limit = min(max(1, limit), Self.largestLimit)
        self.columns = columns
        classes = ByteClasses(dialect)
    }

    /// Empty lines so far; they make no records.
    public var emptyLines: Int { state.emptyLines }

    /// Takes a piece of input and gives the records that it completes; an unfinished one is kept.
    public mutating func feed(_ piece: UnsafeRawBufferPointer) -> Batch {
        feed(upTo: piece.count) { buffer in
            buffer.copyMemory(from: piece)
            return piece.count
        }
    }

    /// Takes at most that many bytes, which the closure writes to the place given and counts.
    mutating func feed<E: Error>(upTo size: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(E) -> Int) throws(E)
        -> Batch
    {
        // What is left and what is new go into one array, so that the bytes are copied once. Of a long record that is not
        // worth it.
        let rest = pending.count < size ? pending : []
        if memory.bytes.count < rest.count + size {
            memory.bytes = [UInt8](repeating: 0, count: rest.count + size + size / 16)
        }
        var bytes: [UInt8] = []
        swap(&bytes, &memory.bytes)
        var failure: E?
        let count = bytes.withUnsafeMutableBytes { bytes in
            bytes.copyBytes(from: rest)
            do throws(E) {
                return rest.count
                    + (try fill(UnsafeMutableRawBufferPointer(rebasing: bytes[rest.count..<rest.count + size])))
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        if pending.count < size {
            pending = bytes
            pendingCount = count
        } else {
            pending.append(contentsOf: bytes[..<count])
            pendingCount = pending.count
        }
        return scanIfEnoughInput()
    }

    private mutating func scanIfEnoughInput() -> Batch {
        guard pendingCount < nextScan else { return scan(isFinal: false) }
        pending.removeLast(pending.count - pendingCount)
        return Batch(dialect: dialect)
    }

    /// Takes the memory of a batch whose records are not needed any more, unless some of them are still used elsewhere.
    public mutating func reuse(_ batch: consuming Batch) {
        if isKnownUniquelyReferenced(&batch) { memory = batch.memory }
    }

    /// Takes an array of bytes.
    public mutating func feed(_ piece: [UInt8]) -> Batch { piece.withUnsafeBytes { feed($0) } }

    /// Ends the input and gives the record that was unfinished, if there is one.
    public mutating func finish() -> Batch { scan(isFinal: true) }

    private mutating func scan(isFinal: Bool) -> Batch {
        if isAtStart {
            guard isFinal || !mayBeByteOrderMark else { return Batch(dialect: dialect) }
            isAtStart = false
            if pending.starts(with: TextEncoding.utf8ByteOrderMark) {
                pending.removeFirst(3)
                pendingCount -= 3
            }
        }
        var bytes: [UInt8] = []
        swap(&bytes, &pending)
        let result = bytes.withUnsafeBufferPointer { buffer in
            Scanner(dialect: dialect, classes: classes, limit: limit, isFinal: isFinal, columns: columns)
                .scan(UnsafeBufferPointer(rebasing: buffer[..<pendingCount]), &state, &memory)
        }
        pending = Array(bytes[result.consumed..<pendingCount])
        pendingCount = pending.count
        nextScan = pending.count < 65_536 ? 0 : min(pending.count + pending.count / 2, max(pending.count, limit) + 1)
        return Batch(dialect: dialect, bytes: bytes, scan: result)
    }

    /// Whether too little was read to distinguish a byte order mark from data.
    private var mayBeByteOrderMark: Bool {
        pendingCount < 3 && TextEncoding.utf8ByteOrderMark.starts(with: pending[..<pendingCount])
    }
}

extension TextEncoding {
    /// U+FEFF in UTF-8.
    static let utf8ByteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
}
