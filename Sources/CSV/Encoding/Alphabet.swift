/// The letters beyond ASCII of the languages that inventories are written in: a word that mixes those of several was read in
/// the wrong encoding.
enum Alphabet {
    /// Letters of Latin alphabets, small ones; a few foreign names are written with the neighbours' letters.
    private static let latin: [Set<Unicode.Scalar>] = [
        "äöüßé", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "àáâãçéêíóôõúü", "àèéìíîòóùú", "áéèëïíóöúü", "æøåéö", "åäöéü",
        "áðéíóúýþæö", "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîșțşţ",
        "çğıöşüâîû", "äöõüšž", "āčēģīķļņšūž", "ąčęėįšųūž", "çë", "àçéèíïóòúü",
    ].map { Set($0.unicodeScalars) }

    /// What some languages have besides а to я.
    private static let cyrillic: [Set<Unicode.Scalar>] = [
        "ё", "єіїґ", "ёіў", "ђјљњћџ", "ѓѕјљњќџ",
    ].map { Set($0.unicodeScalars) }

    /// A writing system.
    enum Script: Equatable {
        case latin, cyrillic, greek
        /// One that the encodings tried here have letters of, and no language here has.
        case other

        /// That of a letter.
        init(_ letter: Unicode.Scalar) {
            switch letter.value {
            case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F, 0x1E00...0x1EFF: self = .latin
            case 0x400...0x4FF: self = .cyrillic
            case 0x370...0x3FF: self = .greek
            default: self = .other
            }
        }
    }

    /// Whether one language has all of some letters, in one script each.
    static func isOneLanguage(_ letters: Set<Unicode.Scalar>) -> Bool {
        var (latin, cyrillic): (Set<Unicode.Scalar>, Set<Unicode.Scalar>) = ([], [])
        for letter in letters {
            let small = letter.properties.lowercaseMapping.unicodeScalars
            // `İ` has two of them.
            let scalar = letter == "İ" ? "i" : small.count == 1 ? small[small.startIndex] : letter
            switch Script(scalar) {
            case .latin: if !scalar.isASCII { latin.insert(scalar) }
            case .cyrillic: if !(0x430...0x44F).contains(scalar.value) { cyrillic.insert(scalar) }
            case .greek: if !(0x3AC...0x3CE).contains(scalar.value), scalar.value != 0x390 { return false }
            case .other: return false
            }
        }
        return (latin.isEmpty || Self.latin.contains { latin.isSubset(of: $0) })
            && (cyrillic.isEmpty || Self.cyrillic.contains { cyrillic.isSubset(of: $0) })
    }
}
