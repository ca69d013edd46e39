/// Something wrong with one row, because of which it is rejected.
package struct RowProblem: Sendable, Equatable {
    /// What is wrong; the raw value is the stable code.
    package enum Code: String, Sendable, CaseIterable, Encodable {
        case tooFewFields = "RSS-IMPORT-101"
        case tooManyFields = "RSS-IMPORT-102"
        case textAfterQuote = "RSS-IMPORT-103"
        case unterminatedQuote = "RSS-IMPORT-104"
        case recordTooLong = "RSS-IMPORT-105"
        case controlCharacter = "RSS-IMPORT-106"
        case invalidEncoding = "RSS-IMPORT-107"
        case missingValue = "RSS-IMPORT-108"
        case tooLong = "RSS-IMPORT-109"
        case invalidAddress = "RSS-IMPORT-110"
        case invalidMAC = "RSS-IMPORT-111"
        case invalidDate = "RSS-IMPORT-112"
        case ambiguousDate = "RSS-IMPORT-113"
        case invalidInteger = "RSS-IMPORT-114"
        case outOfRange = "RSS-IMPORT-115"
        case unknownWord = "RSS-IMPORT-116"
        case invalidJSON = "RSS-IMPORT-117"
        case unknownName = "RSS-IMPORT-118"
        case ambiguousName = "RSS-IMPORT-119"
        case unknownReference = "RSS-IMPORT-120"
        case repeatedKey = "RSS-IMPORT-121"
        case valueWithoutColumn = "RSS-IMPORT-122"
        case refusedByServer = "RSS-IMPORT-123"
        case exists = "RSS-IMPORT-124"
        case ambiguousKey = "RSS-IMPORT-125"
        case invalidNumber = "RSS-IMPORT-126"
        case ambiguousNumber = "RSS-IMPORT-127"
        case scientificNotation = "RSS-IMPORT-128"
        case invalidUUID = "RSS-IMPORT-129"
        case notFound = "RSS-IMPORT-130"
        case formulaError = "RSS-IMPORT-131"
        case placeholder = "RSS-IMPORT-132"
        case swallowedLines = "RSS-IMPORT-133"
        case otherEncoding = "RSS-IMPORT-134"
        case movesOrganization = "RSS-IMPORT-135"
        case notesOverwritten = "RSS-IMPORT-146"
    }

    /// The column by its name in files; nil where the whole row is meant.
    package var column: String?
    /// The value, cut and with control characters made visible; nil where there is none.
    package var value: String?
    /// What is wrong.
    package var code: Code
    /// One sentence without a full stop, for the person who fixes the row.
    package var reason: String

    /// Makes a problem.
    package init(_ code: Code, column: String? = nil, value: String? = nil, _ reason: String) {
        self.code = code
        self.column = column
        self.value = value.map(Self.shown)
        self.reason = reason
    }

    /// A value as it is shown: at most 80 characters, no control characters.
    static func shown(_ value: String) -> String {
        var text = ""
        for (count, scalar) in value.unicodeScalars.enumerated() {
            if count == 80 { return text + "…" }
            if scalar.isControl {
                text += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    /// Whether it is one of U+0000…U+001F and U+007F…U+009F.
    var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}
