import Foundation

extension UUID {
    /// A UUID that sorts by time: 48 bits of Unix milliseconds, then random bits; RFC 9562, 5.7.
    ///
    /// Ordered ids halve the cost of a B-tree that is loaded with them, and a list of runs sorts by its ids.
    package static func v7(
        at date: Date = Date(), using random: inout some RandomNumberGenerator
    ) -> UUID {
        let milliseconds = UInt64(max(0, date.timeIntervalSince1970 * 1000))
        let high = milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0xFFF, using: &random)
        let low = 0x8000_0000_0000_0000 | UInt64.random(in: 0...0x3FFF_FFFF_FFFF_FFFF, using: &random)
        func byte(_ value: UInt64, _ index: Int) -> UInt8 {
            UInt8(truncatingIfNeeded: value >> (56 - 8 * UInt64(index)))
        }
        return UUID(
            uuid: (
                byte(high, 0), byte(high, 1), byte(high, 2), byte(high, 3), byte(high, 4), byte(high, 5),
                byte(high, 6), byte(high, 7), byte(low, 0), byte(low, 1), byte(low, 2), byte(low, 3), byte(low, 4),
                byte(low, 5), byte(low, 6), byte(low, 7)
            ))
    }

    /// A time-ordered UUID of this moment.
    package static func v7() -> UUID {
        var random = SystemRandomNumberGenerator()
        return v7(using: &random)
    }
}
