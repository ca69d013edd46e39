import CByteMask
import Glibc

/// Finds the bytes that mean something to the scanner, 64 at a time: delimiters, quotes, escapes, line ends and NUL.
///
/// Positions asked for in ascending order cost one pass over the bytes; another order is allowed.
struct ByteFinder {
    private typealias Repeated = SIMD16<UInt8>

    private let bytes: UnsafePointer<UInt8>
    private let end: Int
    /// The delimiter, and the others.
    private let wanted: (Repeated, Repeated, Repeated, Repeated, Repeated, Repeated)
    /// Where the 64 bytes from `base` on have delimiters and where the others, one bit a byte.
    private var delimiters: UInt64 = 0
    private var others: UInt64 = 0
    private var base: Int

    init(_ bytes: UnsafePointer<UInt8>, end: Int, from start: Int, _ dialect: Dialect) {
        self.bytes = bytes
        self.end = end
        base = start - 64
        let escape = dialect.escape == .backslash ? UInt8(ascii: "\\") : 0
        func repeated(_ byte: UInt8) -> Repeated { Repeated(repeating: byte) }
        wanted = (
            repeated(dialect.delimiter), repeated(dialect.quote ?? 0), repeated(0x0A), repeated(0x0D), repeated(0),
            repeated(escape)
        )
    }

    /// The first of those bytes at or after an index; the end when there is none.
    @inline(__always)
    mutating func next(from index: Int) -> Int {
        let offset = index - base
        var position = index
        if offset >= 0, offset < 64 {
            let rest = (delimiters | others) >> UInt64(offset)
            if rest != 0 { return index + rest.trailingZeroBitCount }
            position = base + 64
        }
        while position < end {
            load(position)
            let found = delimiters | others
            if found != 0 { return position + found.trailingZeroBitCount }
            position += 64
        }
        return end
    }

    /// Appends the fields from a position on that end with a delimiter and hold none of the other bytes: most of a file.
    ///
    /// - Returns: where the first field begins that is another.
    @inline(__always)
    mutating func passPlainFields(from start: Int, into fields: inout FieldList) -> Int {
        var position = start
        if !(0..<64).contains(start - base) {
            guard start < end else { return start }
            load(start)
        }
        var left = (delimiters | others) & (~0 << UInt64(start - base))
        while true {
            while left != 0 {
                let bit = left.trailingZeroBitCount
                guard delimiters & (1 << UInt64(bit)) != 0 else { return position }
                fields.append(from: position, to: base + bit)
                position = base + bit + 1
                left &= left - 1
            }
            guard base + 64 < end else { return position }
            load(base + 64)
            left = delimiters | others
        }
    }

    @inline(__always)
    private mutating func load(_ position: Int) {
        base = position
        var (first, rest): (UInt64, UInt64) = (0, 0)
        withUnsafeBytes(of: wanted) { wanted in
            let wanted = wanted.assumingMemoryBound(to: UInt8.self).baseAddress
            let left = end - position
            if left >= 64 { return byte_masks64(bytes + position, wanted, &first, &rest) }
            // The last bytes, with others after them that are not checked.
            withUnsafeTemporaryAllocation(byteCount: 64, alignment: 16) { block in
                guard let base = block.baseAddress else { return }
                memset(base, 0, 64)
                memcpy(base, bytes + position, left)
                byte_masks64(base.assumingMemoryBound(to: UInt8.self), wanted, &first, &rest)
            }
            let mask: UInt64 = (1 << UInt64(left)) - 1
            (first, rest) = (first & mask, rest & mask)
        }
        (delimiters, others) = (first, rest)
    }
}
