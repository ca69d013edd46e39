/// The slot of a key in a cluster (Redis Cluster specification, "Key distribution model" and "Hash tags").
enum HashSlot {
    /// Number of slots.
    static let count = 16_384

    /// The slot of a key: of the part in its first braces, where there is one.
    static func of(_ key: RedisArgument) -> Int { Int(crc16(tag(key.bytes[...]))) % count }

    /// What is hashed of a key: what is between the first `{` and the `}` after it, unless that is nothing.
    static func tag(_ key: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let open = key.firstIndex(of: UInt8(ascii: "{")) else { return key }
        let rest = key[(open + 1)...]
        guard let close = rest.firstIndex(of: UInt8(ascii: "}")), close > rest.startIndex else { return key }
        return rest[..<close]
    }

    /// CRC-16/XMODEM: polynomial 1021 (hexadecimal), nothing reflected, begins with 0.
    static func crc16(_ bytes: some Sequence<UInt8>) -> UInt16 {
        bytes.reduce(0) { crc, byte in (crc << 8) ^ table[Int(UInt8(truncatingIfNeeded: crc >> 8) ^ byte)] }
    }

    private static let table: [UInt16] = (0..<256).map { index in
        (0..<8).reduce(UInt16(index) << 8) { crc, _ in crc & 0x8000 == 0 ? crc << 1 : (crc << 1) ^ 0x1021 }
    }
}
