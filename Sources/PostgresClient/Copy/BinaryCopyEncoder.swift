import Foundation

/// Writes rows in COPY's binary format; "PostgreSQL 15 docs, COPY, File Formats, Binary Format".
///
/// Fields are appended one by one, each in the binary format of its column's type; the number of fields per row is fixed.
/// Take the bytes out with ``drain()`` whenever ``count`` is large enough to be worth a write.
///
/// No member is generic: across libraries it would not be specialized, and each field would cost calls through witnesses.
package struct BinaryCopyEncoder: Sendable {
    private var buffer: [UInt8] = []
    private let fieldsPerRow: Int16

    /// Rows begun so far.
    package private(set) var rows = 0

    /// Starts a stream of rows with this number of fields each.
    package init(fieldsPerRow: Int) {
        self.fieldsPerRow = Int16(fieldsPerRow)
        buffer.reserveCapacity(1 << 19)
        buffer += Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00]
        append(Int32(0))  // flags: no OIDs
        append(Int32(0))  // header extension: none
    }

    /// Bytes waiting.
    package var count: Int { buffer.count }

    /// Takes the bytes waiting.
    package mutating func drain() -> [UInt8] {
        let taken = buffer
        buffer.removeAll(keepingCapacity: true)
        return taken
    }

    /// Ends the stream: the trailer, and what was waiting before it.
    package mutating func finish() -> [UInt8] {
        append(Int16(-1))
        return drain()
    }

    /// Begins a row.
    package mutating func beginRow() {
        rows += 1
        append(fieldsPerRow)
    }

    /// NULL, of any type.
    package mutating func null() { append(Int32(-1)) }

    /// A `text`, `varchar`, `json` or enum value, in UTF-8.
    package mutating func text(_ value: String) {
        append(Int32(value.utf8.count))
        buffer.append(contentsOf: value.utf8)
    }

    /// The UTF-8 bytes of a text, or a `bytea`.
    package mutating func bytes(_ value: [UInt8]) {
        append(Int32(value.count))
        buffer.append(contentsOf: value)
    }

    /// A `jsonb`: its version, 1, and the text.
    package mutating func jsonb(_ value: String) {
        append(Int32(value.utf8.count + 1))
        buffer.append(1)
        buffer.append(contentsOf: value.utf8)
    }

    /// A `bool`.
    package mutating func bool(_ value: Bool) {
        append(Int32(1))
        buffer.append(value ? 1 : 0)
    }

    /// A `smallint`.
    package mutating func int2(_ value: Int16) {
        append(Int32(2))
        append(value)
    }

    /// An `integer`.
    package mutating func int4(_ value: Int32) {
        append(Int32(4))
        append(value)
    }

    /// A `bigint`.
    package mutating func int8(_ value: Int64) {
        append(Int32(8))
        append(value)
    }

    /// A `double precision`.
    package mutating func float8(_ value: Double) {
        append(Int32(8))
        append(Int64(bitPattern: value.bitPattern))
    }

    /// A `uuid`.
    package mutating func uuid(_ value: UUID) {
        append(Int32(16))
        withUnsafeBytes(of: value.uuid) { buffer.append(contentsOf: $0) }
    }

    /// A `date`: days since 2000-01-01.
    package mutating func date(_ value: CalendarDate) {
        append(Int32(4))
        append(Int32(value.daysSinceEpoch - Self.epochDays))
    }

    /// A `timestamptz`: microseconds since 2000-01-01.
    package mutating func timestamptz(_ value: Date) {
        append(Int32(8))
        append(Int64((value.timeIntervalSince1970 * 1_000_000).rounded()) - Int64(Self.epochDays) * 86_400_000_000)
    }

    /// A `macaddr`.
    package mutating func macaddr(_ value: MACAddress) { bytes(value.bytes) }

    /// An `inet`: family, prefix length, not a cidr, address length, address.
    package mutating func inet(_ value: InetAddress) {
        append(Int32(4 + value.bytes.count))
        // PGSQL_AF_INET is 2 on every platform, PGSQL_AF_INET6 one more.
        buffer += [value.bytes.count == 4 ? 2 : 3, UInt8(value.prefixLength), 0, UInt8(value.bytes.count)]
        buffer += value.bytes
    }

    /// A `numeric` of a number of at most 15 digits with that many decimal places: base-10000 digits.
    package mutating func numeric(unscaled: Int64, scale: Int) {
        // Widened to a whole number of base-10000 digits after the point.
        let groupsBehind = (scale + 3) / 4
        var magnitude = unscaled.magnitude
        // At most three digits are added: a caller's 15 digits fit.
        for _ in scale..<(groupsBehind * 4) { magnitude = magnitude &* 10 }
        var digits: [Int16] = []
        while magnitude > 0 {
            digits.insert(Int16(magnitude % 10_000), at: 0)
            magnitude /= 10_000
        }
        let weight = digits.count - groupsBehind - 1
        while digits.last == 0 { digits.removeLast() }
        append(Int32(8 + digits.count * 2))
        append(Int16(digits.count))
        append(Int16(digits.isEmpty ? 0 : weight))
        append(unscaled < 0 ? Int16(bitPattern: 0x4000) : Int16(0))
        append(Int16(scale))
        digits.forEach { append($0) }
    }

    private static let epochDays = 10_957  // 2000-01-01 in days since 1970-01-01

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { buffer.append(contentsOf: $0) }
    }
}
