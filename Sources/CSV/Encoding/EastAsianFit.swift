/// The encodings of East Asia with two bytes to a character. Almost any bytes mean something in them, and what people write
/// are the characters of the first level of each.
enum EastAsianFit: CaseIterable {
    case shiftJIS, eucJP, gb18030, big5, eucKR

    /// The name that iconv has for it.
    var name: String {
        switch self {
        case .shiftJIS: "CP932"
        case .eucJP: "EUC-JP"
        case .gb18030: "GB18030"
        case .big5: "BIG5-HKSCS"
        case .eucKR: "CP949"
        }
    }

    /// What two bytes are.
    private enum Character { case letter, sign, rare }

    /// Whether a field consists of common characters, with a letter among them.
    func fits(_ field: ArraySlice<UInt8>) -> Bool {
        var index = field.startIndex
        var hasLetter = false
        while index < field.endIndex {
            let lead = field[index]
            guard lead >= 0x80 else {
                index += 1
                continue
            }
            if self == .shiftJIS, (0xA1...0xDF).contains(lead) {
                // Narrow kana occur in runs; a single one is a letter of Western Europe.
                let hasNeighbour =
                    index > field.startIndex && (0xA1...0xDF).contains(field[index - 1])
                    || index + 1 < field.endIndex && (0xA1...0xDF).contains(field[index + 1])
                guard hasNeighbour else { return false }
                (hasLetter, index) = (true, index + 1)
                continue
            }
            guard index + 1 < field.endIndex else { return false }
            switch kind(Int(lead), Int(field[index + 1])) {
            case .letter: hasLetter = true
            case .sign: break
            case .rare: return false
            }
            index += 2
        }
        return hasLetter
    }

    private func kind(_ lead: Int, _ trail: Int) -> Character {
        let code = lead << 8 | trail
        switch self {
        case .shiftJIS:
            guard (0x40...0xFC).contains(trail), trail != 0x7F else { return .rare }
            switch code {
            case 0x829F...0x82F1, 0x8340...0x8396, 0x889F...0x9872: return .letter
            case 0x8140...0x81AC, 0x824F...0x829A: return .sign
            default: return .rare
            }
        case .big5:
            guard (0x40...0x7E).contains(trail) || (0xA1...0xFE).contains(trail) else { return .rare }
            return (0xA440...0xC67E).contains(code) ? .letter : (0xA140...0xA3BF).contains(code) ? .sign : .rare
        case .eucJP, .gb18030, .eucKR:
            guard (0xA1...0xFE).contains(trail) else { return .rare }
            switch (self, lead) {
            case (.eucJP, 0xA4...0xA5), (.eucJP, 0xB0...0xCF), (.gb18030, 0xB0...0xD7), (.eucKR, 0xB0...0xC8):
                return .letter
            case (_, 0xA1...0xA3): return .sign
            default: return .rare
            }
        }
    }
}
