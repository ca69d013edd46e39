import RSSCore
import SQLScript

extension LockCollector {
    /// VACUUM and its like, TRUNCATE, REFRESH, LOCK; false for any other statement.
    mutating func maintenance(_ type: String, _ node: ParseNode) -> Bool {
        switch type {
        case "TruncateStmt":
            add(ranges: node.list("relations"), .accessExclusive, descends: true)
            if node.string("behavior") == "DROP_CASCADE" {
                for name in node.list("relations").compactMap({ RelationName($0) }) { keys(to: name, column: nil) }
            }
        case "VacuumStmt":
            let isFull = TransactionMode.option("full", in: node.list("options"))
            for relation in node.list("rels").compactMap({ $0.as("VacuumRelation") }) {
                add(range: relation["relation"], isFull ? .accessExclusive : .shareUpdateExclusive, descends: true)
            }
        case "ClusterStmt":
            add(range: node["relation"], .accessExclusive, descends: true)
            if let index = node.string("indexname"), let table = RelationName(node["relation"]) {
                add(RelationName(schema: table.schema, name: index), .accessExclusive)
            }
        case "ReindexStmt": reindex(node)
        case "RefreshMatViewStmt":
            add(range: node["relation"], node.flag("concurrent") ? .exclusive : .accessExclusive)
            if !node.flag("skipData"), let name = RelationName(node["relation"]) { sources(of: name, .accessShare) }
        case "LockStmt":
            let mode = node["mode"]?.integer.flatMap(LockMode.init(rawValue:)) ?? .accessExclusive
            add(ranges: node.list("relations"), mode, descends: true)
            for name in node.list("relations").compactMap({ RelationName($0) }) {
                if catalog?.relation(name)?.kind == .view { sources(of: name, mode) }
            }
        default: return false
        }
        return true
    }

    private mutating func reindex(_ node: ParseNode) {
        let isConcurrent = TransactionMode.option("concurrently", in: node.list("params"))
        let mode: LockMode = isConcurrent ? .shareUpdateExclusive : .share
        guard let name = RelationName(node["relation"]) else { return }
        if node.string("kind") == "REINDEX_OBJECT_INDEX" {
            add(name, isConcurrent ? .shareUpdateExclusive : .accessExclusive)
            add(catalog?.index(name)?.table, mode)
        } else {
            add(name, mode, descends: true)
        }
    }

    /// What a view reads, through other views as well.
    mutating func sources(of view: RelationName, _ mode: LockMode) {
        for source in catalog?.relation(view)?.sources ?? [] {
            add(source, mode, descends: true)
            if catalog?.relation(source)?.kind == .view { sources(of: source, mode) }
        }
    }
}
