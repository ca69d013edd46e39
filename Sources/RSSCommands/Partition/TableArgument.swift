import ArgumentParser
import RSSCore

/// A table as the user names it: `visit_reports` or `public.visit_reports`.
struct TableArgument: ExpressibleByArgument, Equatable {
    let relation: RelationName

    static let visitReports = TableArgument(relation: RelationName(schema: "public", name: "visit_reports"))

    init(relation: RelationName) { self.relation = relation }

    init?(argument: String) {
        let parts = argument.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        relation = RelationName(schema: parts.count == 2 ? parts[0] : "public", name: parts[parts.count - 1])
    }

    var defaultValueDescription: String { relation.quoted }
}
