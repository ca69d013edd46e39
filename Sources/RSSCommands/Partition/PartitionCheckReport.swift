import PostgresClient
import RSSCore
import RSSModel

/// The result of `partition check`.
package struct PartitionCheckReport: CommandResult {
    let checks: [CheckEntry]
    private let options: CheckOptions
    private let isQuiet: Bool

    private enum CodingKeys: CodingKey { case checks }

    init(_ checks: [CheckEntry], _ options: CheckOptions, isQuiet: Bool) {
        self.checks = checks
        self.options = options
        self.isQuiet = isQuiet
    }

    package var exitStatus: ExitStatus { options.failOn.status(checks) }

    package var counts: [String: Int64] { CheckEntry.counts(checks) }

    package var tables: [Table] {
        if isQuiet, exitStatus == .done { return [] }
        let names = checks.compactMap(\.table).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let summary =
            "\(names.isEmpty ? Table.withoutPolicies : names.joined(separator: ", ") + ":") \(CheckEntry.summary(checks))"
        return [
            CheckEntry.table(
                checks, showsOK: options.all, notes: [summary], emptyMessage: "No findings.")
        ]
    }
}
