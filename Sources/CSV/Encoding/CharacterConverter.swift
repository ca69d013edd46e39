import Glibc

/// Converts text of an encoding to UTF-8 by iconv.
///
/// `@unchecked Sendable`: iconv's descriptor is changed by ``convert(_:into:)`` alone, and whoever has a converter uses it
/// for one text, piece after piece, and not from two tasks at once.
final class CharacterConverter: @unchecked Sendable {
    private let descriptor: iconv_t

    /// Makes a converter; nil for an encoding that iconv does not know.
    init?(from name: String) {
        // The target is always UTF-8 without a mark.
        guard let descriptor = iconv_open("UTF-8", name), Int(bitPattern: descriptor) != -1 else { return nil }
        self.descriptor = descriptor
    }

    deinit { iconv_close(descriptor) }

    /// Appends what bytes mean; for a byte that means nothing, one that is not UTF-8.
    ///
    /// - Returns: how many bytes were taken; the others begin a character that is not complete.
    func convert(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) -> Int {
        guard let start = input.baseAddress else { return 0 }
        var taken = 0
        withUnsafeTemporaryAllocation(byteCount: 8 << 10, alignment: 16) { room in
            while taken < input.count {
                var (left, free) = (input.count - taken, room.count)
                // iconv does not change its input, although its type says that it may.
                var from: UnsafeMutablePointer<CChar>? = UnsafeMutableRawPointer(mutating: start + taken)
                    .assumingMemoryBound(to: CChar.self)
                var to: UnsafeMutablePointer<CChar>? = room.baseAddress?.assumingMemoryBound(to: CChar.self)
                let result = iconv(descriptor, &from, &left, &to, &free)
                let error = errno
                output.append(contentsOf: room[..<(room.count - free)])
                taken = input.count - left
                guard result == -1, error != E2BIG else { continue }
                if error == EINVAL { return }
                output.append(0xFF)
                taken += 1
            }
        }
        return taken
    }

    /// Whether bytes begin a character and do not end it.
    func isUnfinished(_ bytes: [UInt8]) -> Bool {
        var output: [UInt8] = []
        return bytes.withUnsafeBytes { convert($0, into: &output) } < bytes.count
    }

    /// The text that bytes mean; nil where some of them mean nothing.
    func text(_ bytes: some Collection<UInt8>) -> String? {
        var output: [UInt8] = []
        let bytes = Array(bytes)
        guard bytes.withUnsafeBytes({ convert($0, into: &output) }) == bytes.count else { return nil }
        return String(validating: output, as: UTF8.self)
    }
}
