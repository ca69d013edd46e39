/// Whether the lines of a text are values as they are, so that what looks like a delimiter in them is part of a value.
enum LineShape {
    private static let mostLines = 200

    /// Whether nearly all lines but the first are dates, times, addresses or numbers: `2026-11-24 01:59:50` is a value,
    /// although a space parts it evenly.
    static func isTyped(_ sample: Sample) -> Bool {
        let lines = lines(sample).dropFirst()
        return !lines.isEmpty && lines.filter(isValue).count * 10 >= lines.count * 9
    }

    /// Whether a first line without the delimiter names a single column of such values.
    static func isOneColumn(_ sample: Sample, delimiter: UInt8) -> Bool {
        let lines = lines(sample)
        guard let first = lines.first, !first.contains(delimiter), ValuePattern.kind(first) == .text else {
            return false
        }
        return lines.count > 1 && lines.dropFirst().allSatisfy { isValue($0) || !$0.contains(delimiter) }
            && isTyped(sample)
    }

    /// Whether a line is one value. A number has one comma at the most, and spaces between thousands only.
    private static func isValue(_ line: ArraySlice<UInt8>) -> Bool {
        let kind = ValuePattern.kind(line)
        guard kind == .number else { return kind.isTyped }
        guard line.filter({ $0 == 0x2C }).count < 2 else { return false }
        let groups = line.split(separator: 0x20, omittingEmptySubsequences: false)
        return groups.dropFirst().allSatisfy { $0.prefix { (0x30...0x39).contains($0) }.count == 3 }
    }

    /// Whether a dialect makes two columns of whole numbers of a text that may as well be numbers with a decimal comma.
    static func areDecimals(_ candidate: Candidate) -> Bool {
        guard candidate.columns == 2, candidate.dialect.delimiter == 0x2C else { return false }
        return candidate.records.allSatisfy { record in
            (0..<record.count).allSatisfy { field in
                record.withBytes(field) { $0.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D } }
            }
        }
    }

    private static func lines(_ sample: Sample) -> [ArraySlice<UInt8>] {
        let lines = sample.text.split(maxSplits: mostLines, whereSeparator: { $0 == 0x0A || $0 == 0x0D })
        return lines.count > mostLines || sample.isCut && lines.count > 1 ? lines.dropLast() : lines
    }
}
