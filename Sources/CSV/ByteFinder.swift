import CByteMask
import Glibc

/// Finds the bytes that mean something to the scanner, 64 at a time: delimiters, quotes, escapes, line ends and NUL.
///
/// Positions asked for in ascending order cost one look at each byte; another order is allowed.
struct ByteFinder {
    private let bytes: UnsafePointer<UInt8>
    private let end: Int
    private let wanted: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8)
    /// What the 64 bytes from `base` on have, one bit a byte.
    private var mask: UInt64 = 0
    private var base: Int

    init(_ bytes: UnsafePointer<UInt8>, end: Int, from start: Int, _ dialect: Dialect) {
        self.bytes = bytes
        self.end = end
        base = start - 64
        let escape = dialect.escape == .backslash ? UInt8(ascii: "\\") : 0
        wanted = (dialect.delimiter, dialect.quote ?? 0, 0x0A, 0x0D, 0, escape)
    }

    /// The first of those bytes at or behind an index; the end when there is none.
    @inline(__always)
    mutating func next(from index: Int) -> Int {
        let offset = index - base
        var position = index
        if offset >= 0, offset < 64 {
            let rest = mask >> UInt64(offset)
            if rest != 0 { return index + rest.trailingZeroBitCount }
            position = base + 64
        }
        while position < end {
            base = position
            mask = load(position)
            if mask != 0 { return position + mask.trailingZeroBitCount }
            position += 64
        }
        return end
    }

    @inline(__always)
    private func load(_ position: Int) -> UInt64 {
        withUnsafeBytes(of: wanted) { wanted in
            let wanted = wanted.assumingMemoryBound(to: UInt8.self).baseAddress
            let left = end - position
            if left >= 64 { return byte_mask64(bytes + position, wanted) }
            // The last bytes, with others behind them that are not looked at.
            return withUnsafeTemporaryAllocation(byteCount: 64, alignment: 16) { block in
                guard let base = block.baseAddress else { return 0 }
                memset(base, 0, 64)
                memcpy(base, bytes + position, left)
                return byte_mask64(base.assumingMemoryBound(to: UInt8.self), wanted) & ((1 << UInt64(left)) - 1)
            }
        }
    }
}
