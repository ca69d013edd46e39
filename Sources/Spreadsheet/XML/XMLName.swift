/// The local name of an element or an attribute, as a number pair that is compared at once: namespaces are distinguished by their
/// elements here, and a sheet has millions of them.
struct XMLName: Hashable, ExpressibleByStringLiteral {
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    private var count = 0

    /// An empty one.
    init() {}

    init(stringLiteral value: StaticString) {
        for index in 0..<value.utf8CodeUnitCount { append(value.utf8Start[index]) }
    }

    /// Takes the next byte. Sixteen are stored as they are; of a longer name, which no element that is read here has, a hash.
    @inline(__always)
    mutating func append(_ byte: UInt8) {
        if count < 8 {
            low |= UInt64(byte) << (8 * UInt64(count))
        } else if count < 16 {
            high |= UInt64(byte) << (8 * UInt64(count - 8))
        } else {
            high = (high ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        count += 1
    }

    /// Whether it holds no byte.
    var isEmpty: Bool { count == 0 }
}
