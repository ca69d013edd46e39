import ArgumentParser
import RSSModel

/// `--columns name,state`: which columns of the main table are shown, in which order.
struct ColumnChoice: Sendable, Equatable {
    let names: [String]

    /// Reads names with commas between them.
    init(parsing text: String) throws {
        names = text.split(separator: ",", omittingEmptySubsequences: false).map { name in
            String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        if names.contains("") { throw ValidationError("--columns is names with commas between them: name,state.") }
    }

    /// The main table with these columns, without the others.
    ///
    /// - Throws: ``UnknownColumns``.
    func apply(to tables: [Table]) throws(UnknownColumns) -> [Table] {
        guard let main = tables.first else { return tables }
        guard let chosen = main.selecting(names) else {
            throw UnknownColumns(unknown: names.filter { main.selecting([$0]) == nil }, known: main.columns.map(\.name))
        }
        return [chosen]
    }
}

/// `--columns` names what the table does not have.
struct UnknownColumns: ReportableError {
    let unknown: [String]
    let known: [String]

    var report: ErrorReport {
        let names = unknown.map { "'\($0)'" }.joined(separator: ", ")
        return ErrorReport(
            code: "RSS-USAGE-004", exit: .usage,
            message: "the table has no column \(names)", detail: "Columns: \(known.joined(separator: ", ")).",
            hint: "Name some of them, in the order in which they are to be shown.")
    }
}
