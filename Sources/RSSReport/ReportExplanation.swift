import Foundation

/// The part of `EXPLAIN (FORMAT JSON)` that is shown.
struct ExplainedPlan: Decodable {
    let plan: Node
    /// Milliseconds.
    let execution: Double?
    /// Milliseconds.
    let planning: Double?

    private enum CodingKeys: String, CodingKey {
        case plan = "Plan"
        case execution = "Execution Time"
        case planning = "Planning Time"
    }

    struct Node: Decodable {
        let type: String
        let rows: Double
        let relation: String?
        let index: String?
        let loops: Double?
        let hits: Double?
        let reads: Double?
        let children: [Node]?

        private enum CodingKeys: String, CodingKey {
            case type = "Node Type"
            case rows = "Plan Rows"
            case relation = "Relation Name"
            case index = "Index Name"
            case loops = "Actual Loops"
            case hits = "Shared Hit Blocks"
            case reads = "Shared Read Blocks"
            case children = "Plans"
        }

        /// This node and all below it that were run.
        var run: [Node] { loops == 0 ? [] : [self] + (children ?? []).flatMap(\.run) }
    }

    /// What was read, in words: `1 partition (visit_reports_2026_11) by idx_…; 812 pages of 8 kB, 3.1 ms and 1.2 ms to plan`.
    var words: String {
        let nodes = plan.run
        let relations = Set(nodes.compactMap(\.relation).filter { $0.hasPrefix("visit_reports") }).sorted()
        let scans = nodes.filter { $0.relation?.hasPrefix("visit_reports") == true || $0.index != nil }
        var parts: [String] = []
        switch relations.count {
        case 0: parts.append("no partition")
        case 1: parts.append("1 partition (\(relations[0]))")
        default: parts.append("\(relations.count) partitions (\(relations[0]) to \(relations[relations.count - 1]))")
        }
        // Partitions name the same index with names of their own.
        let indexes = Set(scans.compactMap(\.index).map { name in Self.kind(name, relations) }).sorted()
        if !indexes.isEmpty { parts.append("by index " + indexes.joined(separator: ", ")) }
        if nodes.contains(where: { $0.type == "Seq Scan" && $0.relation?.hasPrefix("visit_reports") == true }) {
            parts.append(indexes.isEmpty ? "read as a whole" : "and some read as a whole")
        }
        let blocks = (plan.hits ?? 0) + (plan.reads ?? 0)
        let time = [execution.map { "\(Self.tenths($0)) ms" }, planning.map { "\(Self.tenths($0)) ms to plan" }]
        return parts.joined(separator: " ") + "; \(Int(blocks)) pages of 8 kB, "
            + time.compactMap(\.self).joined(separator: " and ")
    }

    private static func kind(_ index: String, _ relations: [String]) -> String {
        relations.filter { index.hasPrefix($0 + "_") }.max { $0.count < $1.count }
            .map { "…" + index.dropFirst($0.count) } ?? index
    }

    private static func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
