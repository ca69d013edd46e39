/// What the number of a cell means, by its format: a number, or a point in time.
enum CellFormat: Equatable {
    /// Neither of the others.
    case number
    /// A day, with a time where it has one.
    case date
    /// A time of day.
    case time
    /// A duration in hours, minutes and seconds.
    case elapsed
    /// A whole number that identifies something.
    case shown(CellPattern)

    /// A format that has no code in the file (ECMA-376, 18.8.30, and its East Asian ones).
    static func builtIn(_ id: Int) -> CellFormat {
        switch id {
        case 14...17, 22, 27...31, 34...36, 50...58: .date
        case 18...21, 32, 33, 45, 47: .time
        case 46: .elapsed
        default: .number
        }
    }

    /// A format by its code, such as `yyyy\-mm\-dd` or `[$-409]h:mm AM/PM`: letters of days and times count only outside of
    /// quotes, brackets and escapes.
    init(code: String) {
        var letters: Set<UInt8> = []
        var isElapsed = false
        var bytes = code.lowercased().utf8.makeIterator()
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "\""):
                while let next = bytes.next(), next != UInt8(ascii: "\"") {}
            // The next character as it is, as wide as it is, or as often as it fits.
            case UInt8(ascii: "\\"), UInt8(ascii: "_"), UInt8(ascii: "*"): _ = bytes.next()
            case UInt8(ascii: "["):
                var inside: Set<UInt8> = []
                while let next = bytes.next(), next != UInt8(ascii: "]") { inside.insert(next) }
                if !inside.isEmpty, inside.isSubset(of: Array("hms".utf8)) { isElapsed = true }
            default: letters.insert(byte)
            }
        }
        let hasTime = !letters.isDisjoint(with: Array("hs".utf8))
        self =
            if !letters.isDisjoint(with: Array("yd".utf8)) {
                .date
            } else if isElapsed {
                .elapsed
            } else if hasTime {
                .time
            } else {
                // A month alone; beside hours or seconds it is minutes.
                letters.contains(UInt8(ascii: "m")) ? .date : CellPattern(code: code).map(CellFormat.shown) ?? .number
            }
    }
}

/// The formats of a workbook's cells, by the number that a cell names.
struct CellFormats {
    /// Excel stops at 65490.
    private static let limit = 100_000

    private var formats: [CellFormat] = []

    /// Reads them.
    ///
    /// - Throws: ``WorkbookError``, `CancellationError`.
    init(_ workbook: Workbook) throws {
        guard let part = workbook.stylesPart else { return }
        // Without it, dates would be read as numbers, and no error would be reported.
        guard let entry = workbook.archive[part] else { throw workbook.archive.file.damaged("\(part) is missing") }
        var scanner = try XMLScanner(workbook.archive, entry)
        var codes: [Int: CellFormat] = [:]
        var isInCells = false
        while let event = try scanner.next() {
            switch event {
            case .start("numFmt"):
                guard codes.count < Self.limit, let id = scanner.number("numFmtId"),
                    let code = scanner.string("formatCode")
                else { continue }
                codes[id] = CellFormat(code: code)
            case .start("cellXfs"): isInCells = true
            case .end("cellXfs"): isInCells = false
            case .start("xf") where isInCells && formats.count < Self.limit:
                let id = scanner.number("numFmtId") ?? 0
                formats.append(codes[id] ?? .builtIn(id))
            default: continue
            }
        }
    }

    /// The format of a number that a cell names.
    subscript(_ index: Int) -> CellFormat { formats.indices.contains(index) ? formats[index] : .number }
}
