import Foundation
import RSSCore
import RSSModel

/// Which field of a file goes to which column: the names of the header, matched without regard to case, blanks,
/// hyphens, underscores and other punctuation.
package struct ImportHeader: Sendable, Equatable {
    /// What happens to a field.
    package enum Use: Sendable, Equatable {
        /// It goes to this column of the table description.
        case column(Int)
        /// Its column is unknown, and the user chose to ignore those.
        case ignored
        /// rssctl's own remark in a rejects file.
        case remark
        /// Its column has no name; spreadsheets leave such columns. It must be empty.
        case unnamed
    }

    /// The columns that rssctl puts in front of a rejects file.
    static let remarks = ["rssctl_line", "rssctl_column", "rssctl_code", "rssctl_reason"]

    /// The header as it is in the file.
    package let names: [String]
    /// What happens to each field.
    package let uses: [Use]
    /// Names that a saved mapping has, and the file lacks.
    package private(set) var unusedMappings: [String] = []

    /// Action for columns that the table does not have.
    enum Unknown {
        /// They stop the import.
        case refused
        /// They are ignored, unless one of the table may be meant.
        case ignored
        /// They are ignored, whatever is meant.
        case unread
    }

    /// Matches a header with a table.
    ///
    /// - Parameters:
    ///   - unknown: action for columns that the table does not have.
    ///   - mapping: what names mean; it takes precedence over all others.
    ///   - given: columns whose value is given otherwise, so that the file need not have them.
    ///   - sheet: the sheet that the names are in.
    /// - Throws: ``ImportError``.
    init(
        _ names: [String], for table: ImportTable, unknown: Unknown = .refused,
        mapping: ColumnMapping = ColumnMapping(), given: Set<String> = [], sheet: SheetChoice? = nil
    ) throws(ImportError) {
        let known = Self.index(of: table)
        let mapped = try mapping.columns(of: table)
        var uses: [Use] = []
        var others: [ImportError.UnknownColumn] = []
        var clashes: [ImportError.Clash] = []
        for name in names {
            let plain = Self.plain(name)
            if case .some(.none) = mapped[plain] {
                uses.append(.ignored)
            } else if let column = mapped[plain] ?? known[plain] {
                if let earlier = uses.firstIndex(of: .column(column)) {
                    clashes.append(.init(names[earlier], name, column: table.columns[column].name))
                    uses.append(.ignored)
                } else {
                    uses.append(.column(column))
                }
            } else if Self.remarks.contains(where: { Self.plain($0) == plain }) {
                uses.append(.remark)
            } else if plain.isEmpty {
                // `-` is what a column is called that is ignored.
                uses.append(FieldReader.trimmed(name) == "-" ? .ignored : .unnamed)
            } else {
                uses.append(.ignored)
                others.append(.init(name: name, suggestion: Self.suggestion(for: plain, in: table, known)))
            }
        }
        self.names = names
        self.uses = uses
        guard clashes.isEmpty else { throw .sameColumn(clashes, unknown: unknown == .unread ? [] : others) }
        guard uses.contains(where: { if case .column = $0 { true } else { false } }) else {
            throw .noHeader(first: names.first ?? "", known: table.columns.map(\.name), sheet)
        }
        let refused =
            switch unknown {
            case .refused: others
            case .ignored: others.filter { $0.suggestion != nil }
            case .unread: [ImportError.UnknownColumn]()
            }
        let missing = table.columns.indices.filter {
            table.columns[$0].isRequired && !given.contains(table.columns[$0].name) && !uses.contains(.column($0))
        }.map { table.columns[$0].name }
        if !refused.isEmpty {
            throw .unknownColumns(refused, known: table.columns.map(\.name), missing: missing)
        }
        if !missing.isEmpty { throw .missingColumns(missing, ignored: others.map(\.name)) }
        let present = Set(names.map(Self.plain))
        let unused = mapping.pairs.enumerated().filter { !present.contains(Self.plain($0.element.header)) }
        let mistaken = unused.filter { $0.offset >= mapping.savedCount }.map(\.element.header)
        if !mistaken.isEmpty { throw .unusedMappings(mistaken, names: names.filter { !Self.plain($0).isEmpty }) }
        unusedMappings = unused.map(\.element.header)
    }

    /// The columns of the file that have a name and are not read.
    var ignored: [String] {
        zip(names, uses).filter { $1 == .ignored && !Self.plain($0).isEmpty }.map(\.0)
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

    private init(_ header: ImportHeader, uses: [Use]) {
        names = header.names
        unusedMappings = header.unusedMappings
        self.uses = uses
    }

    /// The same, in which fields whose column has no name are ignored, whatever they hold.
    var passingOverUnnamed: ImportHeader {
        ImportHeader(self, uses: uses.map { $0 == .unnamed ? .ignored : $0 })
    }

    /// The same, in which the other columns are ignored.
    func only(_ name: String, of table: ImportTable) -> ImportHeader {
        ImportHeader(
            self,
            uses: uses.map { use in
                if case .column(let index) = use, table.columns[index].name != name { .ignored } else { use }
            })
    }

    /// The columns of the table that the file has.
    func columns(of table: ImportTable) -> [ImportColumn] {
        uses.compactMap { if case .column(let index) = $0 { table.columns[index] } else { nil } }
    }

    /// Whether the file is a rejects file itself: then its rows are not written as they are, but without old remarks.
    var hasRemarks: Bool { uses.contains(.remark) }

    /// The fields that a row must have: up to the last one whose column has a name.
    var namedCount: Int { (uses.lastIndex { $0 != .unnamed } ?? -1) + 1 }

    /// The field that a column of the table description is in.
    func field(of column: Int) -> Int? { uses.firstIndex(of: .column(column)) }

    /// Letters and digits alone, in lower case and composed.
    static func plain(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.precomposedStringWithCanonicalMapping.lowercased().unicodeScalars.filter {
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
        guard let nearest = Suggestion.nearest(name, known.keys.sorted()),
            // `Order Number` is not a misspelling of a model number, nor `Cost` one of a host.
            EditDistance.between(name, nearest) <= name.count / 5
        else { return nil }
        return known[nearest].map { table.columns[$0].name }
    }
}
