import ArgumentParser

/// A table as the user names it: `visit_reports` or `public.visit_reports`.
struct TableArgument: ExpressibleByArgument, Equatable {
    let schema: String
    let name: String

    static let visitReports = TableArgument(schema: "public", name: "visit_reports")

    init(schema: String, name: String) {
        self.schema = schema
        self.name = name
    }

    init?(argument: String) {
        let parts = argument.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(schema: parts.count == 2 ? parts[0] : "public", name: parts[parts.count - 1])
    }

    var defaultValueDescription: String { "\(schema).\(name)" }
}
