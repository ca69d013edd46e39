import PostgresClient

/// Reads one field as what its column holds.
struct FieldReader: Sendable {
    let column: ImportColumn
    /// The names that the column may hold, where it holds names.
    let names: LoadedNames?
    /// Whether 1,234 is more than one and less than two.
    var usesDecimalComma = false
    /// Whether every row must have a value; unless given, where the table says so.
    var requiresValue: Bool?
    /// Texts that are not identifiers.
    var placeholders = Placeholders()
    /// Whether `--visit` can give a report to rows that name none: an import has it.
    var offersVisit = true
    /// What texts of the file mean in this column.
    var meanings: ValueMapping.Meanings = [:]

    /// The result of reading a field.
    enum Outcome: Equatable {
        case value(ImportValue)
        /// No value of its own.
        case blank
        /// A word that says nothing is known: no value, and none that overwrites one.
        case unsaid
        /// What many things have in place of an identifier: no value, and none that overwrites one.
        case placeholder(String)
        case problem(RowProblem)
    }

    /// Reads a field; nil is a text that is not valid in its encoding.
    func read(_ text: String?, encoding: String) -> Outcome {
        guard let text else { return problem(.invalidEncoding, nil, "is not valid \(encoding)") }
        var value = IdentifierText.unwrapped(Self.trimmed(text))
        if isCleaned { value = IdentifierText.clean(value) }
        if !meanings.isEmpty, let meant = meanings[ValueMapping.plain(value)] { value = meant }
        if NoValue.isMeant(by: value, in: column) {
            guard requiresValue ?? column.isRequired else { return NoValue.isUnsaid(value) ? .unsaid : .blank }
            var words = "has no value, which every row needs"
            if case .reference = column.type {
                words +=
                    offersVisit
                    ? "; --visit gives one to rows without"
                    : "; leave the column out, and each row keeps its own"
            }
            return problem(.missingValue, nil, words)
        }
        if let control = value.unicodeScalars.first(where: { $0.isControl && !isBlank($0) }) {
            return problem(.controlCharacter, value, "holds \(Self.name(control))")
        }
        if let words = FailedCell.words(value) { return problem(.formulaError, value, words) }
        return typed(value)
    }

    /// Whether invisible characters are not part of a value: where it is compared with others.
    private var isCleaned: Bool {
        switch column.type {
        case .name, .reference, .uuid, .word: true
        case .text: column.isIdentifier
        default: false
        }
    }

    private func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        (column.type == .jsonObject || column.type == .freeText) && ["\t", "\n", "\r"].contains(scalar)
    }

    private func typed(_ value: String) -> Outcome {
        switch column.type {
        case .freeText: return .value(.text(value))
        case .text(let limit):
            var value = value
            if column.isIdentifier {
                switch IdentifierText.read(value, placeholders) {
                case .value(let text): value = text
                case .placeholder: return placeholder(value)
                case .problem(let code, let words): return problem(code, value, words)
                }
            }
            // A character has one byte or more: most texts need no counting.
            if value.utf8.count > limit, value.unicodeScalars.count > limit {
                return problem(.tooLong, value, "has \(value.unicodeScalars.count) characters; \(limit) are allowed")
            }
            return .value(.text(value))
        case .word(let words): return word(value, words)
        case .smallint(let range):
            return integer(value, Int64(range.lowerBound)...Int64(range.upperBound)) { .smallint(Int16($0)) }
        case .integer(let range):
            return integer(value, Int64(range.lowerBound)...Int64(range.upperBound)) { .integer(Int32($0)) }
        case .numeric(let precision, let scale): return numeric(value, precision: precision, scale: scale)
        case .uuid:
            guard let id = UUIDText.parse(value) else {
                return problem(.invalidUUID, value, "is not a UUID like 01a22058-d64f-7d99-9e2a-2c5a01f29dc5")
            }
            return .value(.id(id))
        case .inet:
            guard let address = InetAddress(value) else {
                return problem(.invalidAddress, value, "is not an IP address like 10.1.2.3, 10.1.2.0/24 or 2001:db8::1")
            }
            return .value(.inet(address))
        case .macaddr:
            guard let address = MACAddress(value) else {
                return problem(.invalidMAC, value, "is not a MAC address of six bytes like 08:00:2b:01:02:03")
            }
            return Self.isShared(address) ? placeholder(value) : .value(.macaddr(address))
        case .date:
            switch DateText.parse(value) {
            case .day(let day): return .value(.date(day))
            case .infinite(let isPast): return .value(.infiniteDate(isPast: isPast))
            case .invalid:
                return problem(.invalidDate, value, "is not a valid date; write YYYY-MM-DD or DD.MM.YYYY")
            case .ambiguous: return problem(.ambiguousDate, value, "may mean two days; write YYYY-MM-DD")
            }
        case .jsonObject:
            if let wrong = JSONSyntax.problem(in: value) {
                return problem(.invalidJSON, value, "is not a valid JSON object: \(wrong)")
            }
            return .value(.json(value))
        case .name(let kind): return name(value, kind)
        case .reference: return .value(.unresolved(value))
        }
    }

    /// Whether an address is that of no device, or of all: 00:00:00:00:00:00, ff:ff:ff:ff:ff:ff.
    private static func isShared(_ address: MACAddress) -> Bool {
        address.bytes.allSatisfy { $0 == 0 } || address.bytes.allSatisfy { $0 == 0xFF }
    }

    private func placeholder(_ value: String) -> Outcome {
        guard requiresValue == true else { return .placeholder(value) }
        return problem(.placeholder, value, "is a placeholder that many items have, and identifies none of them")
    }

    private func word(_ value: String, _ words: [String]) -> Outcome {
        let word = value.lowercased().replacing(" ", with: "_").replacing("-", with: "_")
        if words.contains(word) { return .value(.text(word)) }
        let nearest = Suggestion.words(Suggestion.nearest(word, words.sorted()))
        return problem(.unknownWord, value, "is not one of \(words.joined(separator: ", "))\(nearest)")
    }

    private func integer(
        _ text: String, _ range: ClosedRange<Int64>, _ make: (Int64) -> ImportValue
    ) -> Outcome {
        let value = Self.withoutZeroFraction(text)
        let digits = value.utf8.first == UInt8(ascii: "-") ? value.utf8.dropFirst() : value.utf8[...]
        guard !digits.isEmpty, digits.allSatisfy({ 48...57 ~= $0 }) else {
            return problem(
                .invalidInteger, text, "is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        guard let number = Int64(value), range.contains(number) else {
            return problem(.outOfRange, text, "is not from \(range.lowerBound) to \(range.upperBound)")
        }
        return .value(make(number))
    }

    /// A number without the `.0` or `.00` that spreadsheets write after a whole one; three zeros may be a thousand.
    private static func withoutZeroFraction(_ value: String) -> Substring {
        let point = value.utf8.last == 0x30 ? value.utf8.firstIndex { $0 == 0x2E || $0 == 0x2C } : nil
        guard let point else { return value[...] }
        let fraction = value.utf8[point...].dropFirst()
        return fraction.count <= 2 && fraction.allSatisfy { $0 == 0x30 } ? value[..<point] : value[...]
    }

    private func numeric(_ value: String, precision: Int, scale: Int) -> Outcome {
        switch NumberText.parse(value, usesDecimalComma: usesDecimalComma, precision: precision, scale: scale) {
        case .number(let unscaled): return .value(.numeric(unscaled: unscaled, scale: scale))
        case .invalid: return problem(.invalidNumber, value, "is not a number of 0 or more; write 12.5")
        case .ambiguous:
            return problem(.ambiguousNumber, value, "may mean a thousand or a decimal place; write 1234 or 1.234")
        case .tooLarge:
            return problem(
                .outOfRange, value, "has more than \(precision - scale) digits before the decimal point")
        case .tooFine: return problem(.outOfRange, value, "has more than \(scale) decimal places")
        }
    }

    private func name(_ value: String, _ kind: String) -> Outcome {
        switch names?.match(value) {
        case .id(let id): return .value(.id(id))
        case .ambiguous: return problem(.ambiguousName, value, "means more than one \(kind); write its id")
        case .unknown(let suggestion):
            return problem(.unknownName, value, "is not a known \(kind)" + Suggestion.words(suggestion))
        case nil:
            // It cannot be compared with anything.
            return .value(.unresolved(value))
        }
    }

    private func problem(_ code: RowProblem.Code, _ value: String?, _ words: String) -> Outcome {
        let shown = value.map { "'\(RowProblem.shown($0))' " } ?? ""
        return .problem(RowProblem(code, column: column.name, value: value, "\(column.name): \(shown)\(words)"))
    }

    /// Without blanks at its ends, no-break spaces among them; spreadsheets leave both.
    static func trimmed(_ text: String) -> String {
        func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last, isBlank(first) || isBlank(last) else { return text }
        guard let start = scalars.firstIndex(where: { !isBlank($0) }),
            let end = scalars.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(text[start...end])
    }

    private static func name(_ scalar: Unicode.Scalar) -> String {
        if scalar == "\n" || scalar == "\r" { return "a line break" }
        if scalar == "\t" { return "a tab" }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "the control character U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
