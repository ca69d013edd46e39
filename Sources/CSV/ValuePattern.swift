/// Whether fields look like values, or like pieces that a wrong delimiter left.
enum ValuePattern {
    /// What a field looks like.
    enum Kind { case empty, number, date, text, odd }

    /// The share of fields that look like values.
    static func share(_ records: [Record], _ dialect: Dialect) -> Double {
        var (all, sound) = (0, 0)
        for record in records {
            for field in 0..<record.count {
                all += 1
                if kind(record, field, delimiter: dialect.delimiter) != .odd { sound += 1 }
            }
        }
        return all == 0 ? 0 : Double(sound) / Double(all)
    }

    /// The share of fields that are quoted: more of them with the right quote than with another.
    static func quotedShare(_ records: [Record]) -> Double {
        var (all, quoted) = (0, 0)
        for record in records {
            all += record.count
            for field in 0..<record.count where record.isQuoted(field) { quoted += 1 }
        }
        return all == 0 ? 0 : Double(quoted) / Double(all)
    }

    /// What a field looks like; an unquoted one with another delimiter or a quote in it looks odd.
    static func kind(_ record: Record, _ field: Int, delimiter: UInt8 = 0) -> Kind {
        let isQuoted = record.isQuoted(field)
        return record.withBytes(field) { bytes in
            if bytes.isEmpty { return .empty }
            let digits = bytes.filter { (0x30...0x39).contains($0) }.count
            if digits > 0, bytes.allSatisfy({ (0x30...0x39).contains($0) || " +-.,%eE".utf8.contains($0) }) {
                return isDate(bytes, digits: digits) ? .date : .number
            }
            if digits >= 6, bytes.allSatisfy({ (0x30...0x39).contains($0) || "-/.: TZ+".utf8.contains($0) }) {
                return .date
            }
            if isQuoted { return .text }
            let isOdd = bytes.contains { byte in
                byte == 0x22 || (byte != delimiter && byte != 0x2C && Dialect.knownDelimiters.contains(byte))
            }
            return isOdd ? .odd : .text
        }
    }

    /// `2026-11-24`, `24.11.2026`.
    private static func isDate(_ bytes: UnsafeBufferPointer<UInt8>, digits: Int) -> Bool {
        digits >= 6 && bytes.count <= 10 && bytes.dropFirst().filter { $0 == 0x2D || $0 == 0x2E }.count == 2
    }
}
