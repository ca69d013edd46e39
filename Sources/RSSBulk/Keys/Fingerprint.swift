/// 128 bits that identify some bytes: among a thousand million different ones, two are the same with a probability
/// below 1 in 10²⁰. The secret differs in each process, so that no file can be made to collide.
///
/// Two lanes of multiply and fold; after Wang Yi's wyhash.
struct Fingerprint: Hashable {
    var high: UInt64
    var low: UInt64

    private static let secret = (
        UInt64.random(in: 1 ... .max) | 1, UInt64.random(in: 1 ... .max) | 1, UInt64.random(in: 1 ... .max) | 1,
        UInt64.random(in: 1 ... .max) | 1
    )

    /// The fingerprint of bytes; of a different kind, the same bytes have another one.
    @inline(__always)
    init(_ bytes: UnsafeRawBufferPointer, kind: UInt8 = 0) {
        let secret = Self.secret
        var first = secret.0 ^ UInt64(kind)
        var second = secret.1 ^ UInt64(bytes.count)
        var offset = 0
        while offset + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            first = Self.fold(first ^ word, secret.2)
            second = Self.fold(second ^ word, secret.3)
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < bytes.count {
            rest = rest << 8 | UInt64(bytes[offset])
            offset += 1
        }
        let count = UInt64(bytes.count)
        high = Self.fold(Self.fold(first ^ rest, secret.2) ^ count, secret.1)
        low = Self.fold(Self.fold(second ^ rest, secret.3) ^ count, secret.0)
    }

    @inline(__always)
    private static func fold(_ value: UInt64, _ by: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: by)
        return product.high ^ product.low
    }
}
