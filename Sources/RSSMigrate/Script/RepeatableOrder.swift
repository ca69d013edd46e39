import RSSCore
import SQLScript

/// The order in which functions and views must be made: each after those that it names.
enum RepeatableOrder {
    /// Sorts by need; by name where nothing is needed, or where two need each other: a body of PL/pgSQL may name what is
    /// made later.
    static func sorted(_ files: [RepeatableMigration]) throws -> [RepeatableMigration] {
        var left = try files.sorted { $0.file < $1.file }.map { file in
            let script = try file.script
            return (file: file, makes: made(by: script), words: words(of: script))
        }
        var order: [RepeatableMigration] = []
        while !left.isEmpty {
            let next = left.indices.first { index in
                left.indices.allSatisfy { $0 == index || left[index].words.isDisjoint(with: left[$0].makes) }
            }
            order.append(left.remove(at: next ?? 0).file)
        }
        return order
    }

    /// The names of the functions and views that a file makes, in lower case and without schema.
    private static func made(by script: MigrationScript) -> Set<String> {
        Set(
            script.statements.compactMap { statement in
                guard let (type, node) = statement.tree?.tagged else { return nil }
                switch type {
                case "CreateFunctionStmt": return node.names("funcname").last?.lowercased()
                case "ViewStmt": return RelationName(node["view"])?.name.lowercased()
                case "CreateTableAsStmt": return RelationName(node["into"]?["rel"])?.name.lowercased()
                default: return nil
                }
            })
    }

    /// Every word in a file, those within function bodies too: a body is a string, and a name in it is a need as well.
    private static func words(of script: MigrationScript) -> Set<String> {
        var words: Set<String> = []
        for statement in script.statements {
            let text = statement.source.normalized.lowercased()
            words.formUnion(text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
        }
        return words.subtracting(made(by: script))
    }
}
