import Glibc
import PostgresClient

/// Writes the fields of one row in COPY's binary format; "PostgreSQL 15 docs, COPY, File Formats, Binary Format".
///
/// Room for the row is made before the first field, so that no field has to ask for it.
struct FieldSink {
    /// The most bytes that a field takes beside its text: its length, and what a number, date or address needs.
    static let overhead = 32

    /// Where the next field begins.
    private(set) var end: UnsafeMutableRawPointer

    init(_ start: UnsafeMutableRawPointer) { end = start }

    /// The number of fields, before the first.
    @inline(__always)
    mutating func count(_ fields: Int16) {
        end.storeBytes(of: fields.bigEndian, as: Int16.self)
        end += 2
    }

    /// A `bool`.
    @inline(__always)
    mutating func bool(_ value: Bool) {
        length(1)
        end.storeBytes(of: value ? 1 : 0, as: UInt8.self)
        end += 1
    }

    /// NULL, of any type.
    @inline(__always)
    mutating func null() { length(-1) }

    /// A `text` or `varchar`, in UTF-8.
    @inline(__always)
    mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) {
        length(bytes.count)
        copy(bytes)
    }

    /// A `jsonb`: its version, 1, and the text.
    @inline(__always)
    mutating func jsonb(_ bytes: UnsafeBufferPointer<UInt8>) {
        length(bytes.count + 1)
        end.storeBytes(of: 1, as: UInt8.self)
        end += 1
        copy(bytes)
    }

    /// A `smallint`, an `integer` or the days of a `date`.
    @inline(__always)
    mutating func integer(_ value: some FixedWidthInteger) {
        length(value.bitWidth / 8)
        end.storeBytes(of: value.bigEndian, as: type(of: value))
        end += value.bitWidth / 8
    }

    /// A `uuid`.
    @inline(__always)
    mutating func uuid(_ value: UUIDBytes) {
        length(16)
        end.storeBytes(of: value, as: UUIDBytes.self)
        end += 16
    }

    /// An `inet` of four bytes.
    @inline(__always)
    mutating func ipv4(_ address: UInt32, prefixLength: UInt8) {
        length(8)
        // PGSQL_AF_INET is 2 on every platform; then the prefix, not a cidr, and the length of the address.
        end.storeBytes(of: (2 << 24 | UInt32(prefixLength) << 16 | 4).bigEndian, as: UInt32.self)
        end.storeBytes(of: address.bigEndian, toByteOffset: 4, as: UInt32.self)
        end += 8
    }

    /// A `macaddr` in the low 48 bits.
    @inline(__always)
    mutating func macaddr(_ address: UInt64) {
        length(6)
        end.storeBytes(of: (address << 16).bigEndian, as: UInt64.self)
        end += 6
    }

    /// Fields that are encoded already.
    mutating func encoded(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        memcpy(end, start, bytes.count)
        end += bytes.count
    }

    @inline(__always)
    private mutating func length(_ length: Int) {
        end.storeBytes(of: Int32(truncatingIfNeeded: length).bigEndian, as: Int32.self)
        end += 4
    }

    @inline(__always)
    private mutating func copy(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress.map({ UnsafeRawPointer($0) }) else { return }
        // Most fields are short: two words that overlap cost less than a call.
        switch bytes.count {
        case 8...16:
            let last = bytes.count - 8
            end.storeBytes(of: start.loadUnaligned(as: UInt64.self), as: UInt64.self)
            end.storeBytes(
                of: start.loadUnaligned(fromByteOffset: last, as: UInt64.self), toByteOffset: last, as: UInt64.self)
        case 4..<8:
            let last = bytes.count - 4
            end.storeBytes(of: start.loadUnaligned(as: UInt32.self), as: UInt32.self)
            end.storeBytes(
                of: start.loadUnaligned(fromByteOffset: last, as: UInt32.self), toByteOffset: last, as: UInt32.self)
        default: memcpy(end, start, bytes.count)
        }
        end += bytes.count
    }
}

/// The sixteen bytes of a UUID, in their order.
struct UUIDBytes: Equatable, Hashable {
    var high: UInt64
    var low: UInt64
}
