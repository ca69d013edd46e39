/// Detects the encoding of a file by its first bytes.
enum EncodingDetector {
    /// What is known of a file's encoding.
    struct Outcome {
        var encoding: TextEncoding
        var hasMark = false
        /// What it may be where it is not certain.
        var choices: [EncodingChoice] = []
    }

    /// A byte order mark decides; else NUL bytes on one side of the code units mean UTF-16 or UTF-32; else what is valid UTF-8
    /// is UTF-8, and what nearly is; else how the fields read in each other encoding (``EncodingVote``).
    static func detect(_ sample: ArraySlice<UInt8>, isWhole: Bool) -> Outcome {
        if sample.starts(with: TextEncoding.utf8ByteOrderMark) { return Outcome(encoding: .utf8, hasMark: true) }
        // Before UTF-16, whose mark is the beginning of this one.
        if sample.starts(with: [0xFF, 0xFE, 0, 0]) { return Outcome(encoding: .utf32LittleEndian, hasMark: true) }
        if sample.starts(with: [0, 0, 0xFE, 0xFF]) { return Outcome(encoding: .utf32BigEndian, hasMark: true) }
        if sample.starts(with: [0xFF, 0xFE]) { return Outcome(encoding: .utf16LittleEndian, hasMark: true) }
        if sample.starts(with: [0xFE, 0xFF]) { return Outcome(encoding: .utf16BigEndian, hasMark: true) }
        if let encoding = utf32(sample.prefix(4096)) ?? utf16(sample.prefix(4096)) {
            return Outcome(encoding: encoding)
        }
        if isUTF8(sample, isWhole: isWhole) || isMostlyUTF8(sample) { return Outcome(encoding: .utf8) }
        let vote = EncodingVote.run(sample)
        return Outcome(encoding: vote.encoding, choices: vote.choices)
    }

    /// Latin text in UTF-32 has three NULs in most code units, always on the same side.
    private static func utf32(_ sample: ArraySlice<UInt8>) -> TextEncoding? {
        let units = sample.count / 4
        guard units >= 2 else { return nil }
        var (little, big) = (0, 0)
        for unit in 0..<units {
            let start = sample.startIndex + 4 * unit
            let nuls = (0..<4).map { sample[start + $0] == 0 }
            if !nuls[0], nuls[2], nuls[3] { little += 1 }
            if nuls[0], nuls[1], !nuls[3] { big += 1 }
        }
        if little * 10 > units * 9 { return .utf32LittleEndian }
        return big * 10 > units * 9 ? .utf32BigEndian : nil
    }

    /// Whether more characters beyond ASCII are well formed than not: UTF-8 with a broken byte here and there, which
    /// as Windows-1252 would become `Ã¤` throughout. Text in Windows-1252 forms such sequences only by accident.
    private static func isMostlyUTF8(_ sample: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: sample, as: UTF8.self)
        var (sound, broken) = (0, 0)
        for scalar in text.unicodeScalars where !scalar.isASCII {
            if scalar == "\u{FFFD}" { broken += 1 } else { sound += 1 }
        }
        return sound > broken
    }

    /// Latin text in UTF-16 has a NUL in most code units, always on the same side.
    private static func utf16(_ sample: ArraySlice<UInt8>) -> TextEncoding? {
        let units = sample.count / 2
        guard units >= 2 else { return nil }
        var (first, second) = (0, 0)
        for unit in 0..<units {
            if sample[sample.startIndex + 2 * unit] == 0 { first += 1 }
            if sample[sample.startIndex + 2 * unit + 1] == 0 { second += 1 }
        }
        if second * 2 > units, first * 20 < units { return .utf16LittleEndian }
        if first * 2 > units, second * 20 < units { return .utf16BigEndian }
        return nil
    }

    private static func isUTF8(_ sample: ArraySlice<UInt8>, isWhole: Bool) -> Bool {
        if String(validating: sample, as: UTF8.self) != nil { return true }
        guard !isWhole else { return false }
        // The sample may end within a character of up to four bytes.
        return (1...3).contains { String(validating: sample.dropLast($0), as: UTF8.self) != nil }
    }
}
