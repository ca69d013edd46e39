import PostgresClient
import RSSCore

extension ConversionSpec {
    /// What no planner would have decided for a table; nil for nothing. The names of what is dropped or renamed follow from the
    /// name of the table, so that a row of `rssctl.partition_work` names nothing else.
    package func flaw(of table: RelationName) -> String? {
        guard schema == table.schema ?? "public", self.table.name == table.name else {
            return "it is the conversion of \(self.table.quoted)"
        }
        if let flaw = policy.flaw { return "its policy: \(flaw)" }
        if draft != Self.fit("\(table.name)_rssctl_draft") { return "'\(draft)' is not the name of its draft" }
        if registry != (globalUnique.isEmpty ? nil : ConversionPlanner.registryName(of: table.name)) {
            return "'\(registry ?? "")' is not the name of its key registry"
        }
        if !PartitionPlanner.isFreeName(legacy, of: table.name, "legacy") {
            return "'\(legacy)' is not the name of its former table"
        }
        if replaced.contains(where: { $0.name.isEmpty || $0.columns.isEmpty }) { return "a key has no name or columns" }
        let isRenamed =
            renamedIndexes.allSatisfy { $0.count == 2 && $0[1] == legacyName(of: $0[0]) }
            && renamedStatistics.allSatisfy { $0.count == 3 && $0[2] == legacyName(of: $0[1]) }
        return isRenamed ? nil : "an index or its statistics were renamed to what is not their name"
    }
}
