/// An encoding that a file may be in, and what some of its fields are then.
public struct EncodingChoice: Sendable, Equatable {
    /// The encoding; others that would give the same text are left out.
    public let encoding: TextEncoding
    /// Fields with characters beyond ASCII, as they read in it.
    public let fields: [String]
}

/// Finds the encoding of text that is not UTF-8, by how its fields read in each that it may be in.
///
/// No detector alone is right often enough (uchardet is wrong on a quarter of real texts, ICU on half of them): each field with
/// a byte beyond ASCII is decoded in all candidates, and counts for those in which it fits (``FieldFit``). The best is taken
/// where nine fields of ten fit and every other text is clearly worse. Where several fit without exception, uchardet
/// decides between them, unless an encoding of DOS or the old Macintosh is among them, which it does not know, or another of
/// them alone is in one language. Otherwise the user has to be asked.
struct EncodingVote {
    /// The result.
    struct Outcome {
        /// The best guess.
        let encoding: TextEncoding
        /// What it may be where the guess is not certain, the likelier first; empty where it is.
        var choices: [EncodingChoice] = []
    }

    /// Fields that are checked.
    private static let mostFields = 2000
    /// Fields that are shown of a choice, and choices that are shown.
    private static let (shownFields, shownChoices) = (3, 5)
    private static let enough = 0.9
    private static let margin = 0.05

    /// Encodings of one byte to a character, the likelier first; then those of DOS and the Macintosh.
    private static let modern = [
        "CP1252", "CP1250", "CP1251", "CP1253", "CP1254", "CP1257", "ISO-8859-2", "ISO-8859-15", "ISO-8859-5",
        "ISO-8859-7", "KOI8-R",
    ]
    private static let old = ["CP437", "CP850", "CP852", "CP866", "MACINTOSH"]

    /// Encodings that give the same text.
    private struct Reading {
        let encoding: TextEncoding
        let texts: [String?]
        let score: Double
        /// Whether no other than those of DOS and the Macintosh gives it.
        let isOld: Bool

        /// Whether one language has the letters of all fields.
        var isOneLanguage: Bool {
            let letters = texts.compactMap { $0 }.joined().unicodeScalars.filter {
                !$0.isASCII && $0.properties.isAlphabetic
            }
            return Alphabet.isOneLanguage(Set(letters))
        }
    }

    /// Decides.
    static func run(_ sample: ArraySlice<UInt8>) -> Outcome {
        let fields = fields(of: sample)
        guard !fields.isEmpty else { return Outcome(encoding: .windows1252) }
        let readings = readings(of: fields)
        guard let best = readings.first else { return Outcome(encoding: .windows1252) }
        let next = readings.dropFirst().first?.score ?? 0
        if best.score >= enough, best.score - next >= margin - 1e-9 { return Outcome(encoding: best.encoding) }
        let ties = readings.filter { $0.score == 1 }
        if !ties.isEmpty, !ties.contains(where: \.isOld), let name = UniversalDetector.detect(sample),
            let converter = CharacterConverter(from: name)
        {
            let texts = fields.map { converter.text($0) }
            let single = ties.filter(\.isOneLanguage)
            // Where one reading alone is in one language, both have to say the same.
            if let tie = ties.first(where: { $0.texts == texts }), single.count != 1 || single[0].texts == texts {
                return Outcome(encoding: tie.encoding)
            }
        }
        let shown = readings.filter { $0.score > 0 && $0.score >= best.score - 0.34 }
        let choices = (shown.isEmpty ? readings : shown).prefix(shownChoices).map { reading in
            EncodingChoice(
                encoding: reading.encoding,
                fields: reading.texts.compactMap { $0 }.prefix(shownFields).map { $0 })
        }
        return Outcome(encoding: best.encoding, choices: choices)
    }

    private static func readings(of fields: [ArraySlice<UInt8>]) -> [Reading] {
        var readings: [Reading] = []
        func add(_ name: String, _ texts: [String?], _ fitting: Int, isOld: Bool) {
            // The first one of those that give a text represents them.
            guard let encoding = TextEncoding(named: name), !readings.contains(where: { $0.texts == texts }) else {
                return
            }
            readings.append(
                Reading(
                    encoding: encoding, texts: texts, score: Double(fitting) / Double(fields.count), isOld: isOld))
        }
        for name in modern + old {
            guard let converter = CharacterConverter(from: name) else { continue }
            let texts = fields.map { converter.text($0) }
            add(name, texts, texts.count { $0.map(FieldFit.fits) ?? false }, isOld: old.contains(name))
        }
        for candidate in EastAsianFit.allCases {
            guard let converter = CharacterConverter(from: candidate.name) else { continue }
            let texts = fields.map { converter.text($0) }
            let fitting = zip(fields, texts).count { field, text in text != nil && candidate.fits(field) }
            add(candidate.name, texts, fitting, isOld: false)
        }
        // Stable: of equals the likelier one stays in front.
        return readings.enumerated().sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }.map(
            \.element)
    }

    /// The fields with bytes beyond ASCII, each once; those of lines that are UTF-8 are left out.
    private static func fields(of sample: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var seen: Set<ArraySlice<UInt8>> = []
        var fields: [ArraySlice<UInt8>] = []
        for line in sample.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            guard line.contains(where: { $0 >= 0x80 }), String(validating: line, as: UTF8.self) == nil else { continue }
            // Signs that are not the second byte of any character.
            for field in line.split(whereSeparator: { $0 == 0x2C || $0 == 0x3B || $0 == 0x09 || $0 == 0x22 })
            where field.count <= 500 && field.contains(where: { $0 >= 0x80 }) && seen.insert(field).inserted {
                fields.append(field)
                if fields.count == mostFields { return fields }
            }
        }
        return fields
    }
}
