import RSSModel

/// Which field of a file goes to which column: the names of the header, matched without regard to case, blanks,
/// hyphens, underscores and other punctuation.
public struct ImportHeader: Sendable, Equatable {
    /// What becomes of a field.
    public enum Use: Sendable, Equatable {
        /// It goes to this column of the table description.
        case column(Int)
        /// It is of a column that nobody knows, and the user said to pass over those.
        case ignored
        /// rssctl's own remark in a rejects file.
        case remark
        /// Its column has no name; spreadsheets leave such behind. It must be empty.
        case unnamed
    }

    /// The columns that rssctl puts in front of a rejects file.
    static let remarks = ["rssctl_line", "rssctl_column", "rssctl_code", "rssctl_reason"]

    /// The header as it stands in the file.
    public let names: [String]
    /// What becomes of each field.
    public let uses: [Use]

    /// Matches a header with a table.
    ///
    /// - Parameters:
    ///   - ignoresUnknown: pass over columns that the table does not have.
    ///   - mapping: what names mean that go before all others.
    ///   - given: columns whose value is given otherwise, so that the file need not have them.
    /// - Throws: ``ImportError``.
    public init(
        _ names: [String], for table: ImportTable, ignoresUnknown: Bool = false,
        mapping: ColumnMapping = ColumnMapping(), given: Set<String> = []
    ) throws(ImportError) {
        let known = Self.index(of: table)
        let mapped = try mapping.columns(of: table)
        var uses: [Use] = []
        var unknown: [ImportError.UnknownColumn] = []
        for name in names {
            let plain = Self.plain(name)
            if case .some(.none) = mapped[plain] {
                uses.append(.ignored)
                continue
            }
            if let column = mapped[plain] ?? known[plain] {
                if let earlier = uses.firstIndex(of: .column(column)) {
                    throw .sameColumnTwice(names[earlier], name, column: table.columns[column].name)
                }
                uses.append(.column(column))
            } else if Self.remarks.contains(where: { Self.plain($0) == plain }) {
                uses.append(.remark)
            } else if plain.isEmpty {
                // `-` is what a column is called that is passed over.
                uses.append(FieldReader.trimmed(name) == "-" ? .ignored : .unnamed)
            } else {
                uses.append(.ignored)
                unknown.append(.init(name: name, suggestion: Self.suggestion(for: plain, in: table, known)))
            }
        }
        self.names = names
        self.uses = uses
        guard uses.contains(where: { if case .column = $0 { true } else { false } }) else {
            throw .noHeader(first: names.first ?? "", known: table.columns.map(\.name))
        }
        if !unknown.isEmpty, !ignoresUnknown { throw .unknownColumns(unknown, known: table.columns.map(\.name)) }
        let missing = table.columns.indices.filter {
            table.columns[$0].isRequired && !given.contains(table.columns[$0].name) && !uses.contains(.column($0))
        }
        if !missing.isEmpty { throw .missingColumns(missing.map { table.columns[$0].name }) }
    }

    /// How many of some names mean a column, each another one.
    static func matches(_ names: [String], of table: ImportTable, _ mapping: ColumnMapping) -> Int {
        let known = index(of: table)
        let mapped = Set(mapping.pairs.map { plain($0.header) })
        var columns: Set<Int> = []
        var others = 0
        for name in names {
            let plain = plain(name)
            if mapped.contains(plain) { others += 1 } else if let column = known[plain] { columns.insert(column) }
        }
        return columns.count + others
    }

    private init(names: [String], uses: [Use]) {
        self.names = names
        self.uses = uses
    }

    /// The same, in which fields whose column has no name are passed over, whatever they hold.
    var passingOverUnnamed: ImportHeader {
        ImportHeader(names: names, uses: uses.map { $0 == .unnamed ? .ignored : $0 })
    }

    /// The same, in which the other columns are passed over.
    func only(_ name: String, of table: ImportTable) -> ImportHeader {
        ImportHeader(
            names: names,
            uses: uses.map { use in
                if case .column(let index) = use, table.columns[index].name != name { .ignored } else { use }
            })
    }

    /// The columns of the table that the file has.
    func columns(of table: ImportTable) -> [ImportColumn] {
        uses.compactMap { if case .column(let index) = $0 { table.columns[index] } else { nil } }
    }

    /// Whether the file is a rejects file itself: then its rows are not written as they stand, but without old remarks.
    var hasRemarks: Bool { uses.contains(.remark) }

    /// The field that a column of the table description is in.
    func field(of column: Int) -> Int? { uses.firstIndex(of: .column(column)) }

    /// Letters and digits alone, in lower case.
    static func plain(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.lowercased().unicodeScalars.filter {
                    $0.properties.isAlphabetic || $0.properties.numericType != nil
                }))
    }

    private static func index(of table: ImportTable) -> [String: Int] {
        var known: [String: Int] = [:]
        for (index, column) in table.columns.enumerated() {
            for name in [column.name] + column.aliases { known[plain(name)] = known[plain(name)] ?? index }
        }
        return known
    }

    private static func suggestion(for name: String, in table: ImportTable, _ known: [String: Int]) -> String? {
        Suggestion.nearest(name, known.keys.sorted()).flatMap { known[$0] }.map { table.columns[$0].name }
    }
}
