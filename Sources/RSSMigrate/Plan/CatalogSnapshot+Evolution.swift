import RSSCore
import SQLScript

extension CatalogSnapshot {
    /// Makes the changes of a statement, as far as later statements are judged by them.
    package mutating func apply(_ tree: ParseNode) {
        guard let (type, node) = tree.tagged else {
            isCertain = false
            return
        }
        switch type {
        case "CreateStmt": create(node)
        case "CreateTableAsStmt":
            let kind: Relation.Kind = node.string("objtype") == "OBJECT_MATVIEW" ? .materializedView : .table
            made(RelationName(node["into"]?["rel"]), kind)
        case "SelectStmt":
            made(RelationName(node["intoClause"]?["rel"]), .table)
            isCertain = false
        case "ViewStmt": view(node)
        case "CreateStatsStmt": statistics(node)
        case "CreateExtensionStmt":
            if let name = node.string("extname") { extensions?[name]?.isInstalled = true }
            isCertain = false
        case "CreateSeqStmt": made(RelationName(node["sequence"]), .sequence)
        case "IndexStmt": index(node)
        case "CreateFunctionStmt": routine(node)
        case "AlterTableStmt": alter(node)
        case "RenameStmt": rename(node)
        case "DropStmt": drop(node)
        case "VariableSetStmt" where node.string("name") == "search_path" && node.string("kind") == "VAR_SET_VALUE":
            searchPath = node.list("args").compactMap { $0.as("A_Const")?["sval"]?.string("sval") }
        default: if !Self.isBeside(type) { isCertain = false }
        }
    }

    /// Whether a statement makes, moves and drops no relation and no column.
    private static func isBeside(_ type: String) -> Bool {
        let types: Set<String> = [
            "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CopyStmt", "TruncateStmt", "VariableSetStmt",
            "CommentStmt", "SecLabelStmt", "GrantStmt", "GrantRoleStmt", "AlterDefaultPrivilegesStmt", "CreateTrigStmt",
            "CreatePolicyStmt", "AlterPolicyStmt", "AlterSeqStmt", "CreateEnumStmt", "AlterEnumStmt",
            "CreateDomainStmt",
            "AlterDomainStmt", "CreateRangeStmt", "CreateSchemaStmt", "VacuumStmt", "ReindexStmt", "RefreshMatViewStmt",
            "ClusterStmt", "LockStmt", "RuleStmt", "AlterOwnerStmt", "AlterFunctionStmt", "DefineStmt",
            "CreateRoleStmt",
            "AlterRoleStmt", "AlterSystemStmt", "AlterStatsStmt", "CreateCastStmt", "CreatePublicationStmt",
        ]
        return types.contains(type)
    }

    private mutating func view(_ node: ParseNode) {
        guard let name = RelationName(node["view"]).map(newName) else { return }
        var sources: [RelationName] = []
        var columns: Set<String> = []
        node["query"]?.walk { type, part in
            if type == "RangeVar", let source = RelationName(part).map(resolve), relations[source] != nil {
                sources.append(source)
            }
            if type == "ColumnRef", let column = part.names("fields").last { columns.insert(column) }
        }
        let reads = sources.flatMap { source in
            (relations[source]?.columns ?? []).filter { columns.contains($0.name) }
                .map { ColumnReference(relation: source, column: $0.name) }
        }
        made(name, .view)
        relations[name]?.sources = sources
        relations[name]?.reads = reads
    }

    private mutating func statistics(_ node: ParseNode) {
        guard let name = RelationName(parts: node.names("defnames")).map(newName),
            let table = node.list("relations").first.flatMap({ RelationName($0) }).map(resolve)
        else { return }
        let columns = node.list("exprs").compactMap { $0.as("StatsElem")?.string("name") }
        statistics.append(Statistics(name: name, table: table, columns: columns))
    }

    private mutating func made(_ name: RelationName?, _ kind: Relation.Kind) {
        guard let name = name.map(newName), relations[name] == nil else { return }
        insert(Relation(name, kind: kind, rows: 0))
        created.insert(name)
    }

    private mutating func create(_ node: ParseNode) {
        guard let name = RelationName(node["relation"]).map(newName), relations[name] == nil else { return }
        var relation = Relation(name, rows: 0)
        let key = node["partspec"]
        relation.kind = key == nil ? .table : .partitionedTable
        relation.partitionKey = key?.list("partParams").compactMap { $0.as("PartitionElem")?.string("name") }
        relation.parents = node.list("inhRelations").compactMap { RelationName($0) }.map(resolve)
        relation.isPartition = node["partbound"] != nil
        relation.isDefaultPartition = node["partbound"]?.flag("is_default") ?? false
        if relation.isPartition, let parent = relation.parents.first {
            relation.columns = self.relation(parent)?.columns ?? []
        }
        for element in node.list("tableElts") {
            if let like = element.as("TableLikeClause"), let source = RelationName(like["relation"]) {
                relation.columns += self.relation(source)?.columns ?? []
            } else if let column = element.as("ColumnDef") {
                addColumn(column, to: &relation)
            } else if let constraint = element.as("Constraint") {
                addConstraint(constraint, to: &relation)
            }
        }
        insert(relation)
        created.insert(name)
    }

    private func addColumn(_ column: ParseNode, to relation: inout Relation) {
        let name = column.string("colname") ?? ""
        let kinds = column.list("constraints").compactMap { $0.as("Constraint")?.string("contype") }
        relation.columns.append(
            Column(
                name, type: TypeText.of(column["typeName"]),
                isNotNull: kinds.contains("CONSTR_NOTNULL") || kinds.contains("CONSTR_PRIMARY"),
                hasDefault: kinds.contains { ["CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"].contains($0) }))
        for constraint in column.list("constraints").compactMap({ $0.as("Constraint") }) {
            addConstraint(constraint, to: &relation, column: name)
        }
    }

    private func addConstraint(_ node: ParseNode, to relation: inout Relation, column: String? = nil) {
        let kinds: [String: Constraint.Kind] = [
            "CONSTR_CHECK": .check, "CONSTR_FOREIGN": .foreignKey, "CONSTR_PRIMARY": .primaryKey,
            "CONSTR_UNIQUE": .unique, "CONSTR_EXCLUSION": .exclusion,
        ]
        guard let kind = kinds[node.string("contype") ?? ""] else { return }
        let columns = kind == .foreignKey ? node.names("fk_attrs") : node.names("keys")
        let target = RelationName(node["pktable"]).map(resolve)
        let own = kind == .check ? CheckExpression.columns(of: node["raw_expr"]) : columns
        let name = node.string("conname") ?? "\(relation.name.name)_\((own + [kind.rawValue]).joined(separator: "_"))"
        relation.constraints.append(
            Constraint(
                name, kind: kind, columns: column.map { [$0] } ?? own,
                isValidated: !node.flag("skip_validation"),
                definition: CheckExpression.notNullColumn(node["raw_expr"]).map { "CHECK ((\($0) IS NOT NULL))" } ?? "",
                references: target, referencedColumns: target == nil ? nil : node.names("pk_attrs")))
        if kind == .primaryKey {
            for index in relation.columns.indices where own.contains(relation.columns[index].name) {
                relation.columns[index].isNotNull = true
            }
        }
    }

    private mutating func index(_ node: ParseNode) {
        guard let table = RelationName(node["relation"]), let name = node.string("idxname") else { return }
        let known = resolve(table)
        let full = RelationName(schema: known.schema ?? searchPath.first ?? "public", name: name)
        guard indexes[full] == nil else { return }
        indexes[full] = Index(
            full, table: known, columns: IndexKey.columns(of: node), method: node.string("accessMethod") ?? "btree",
            isUnique: node.flag("unique"), isPartial: node["whereClause"] != nil)
        var uses = (node.list("indexParams") + node.list("indexIncludingParams")).compactMap {
            $0.as("IndexElem")?.string("name")
        }
        for part in ["indexParams", "whereClause"] {
            node[part]?.walk { type, reference in
                if type == "ColumnRef", let column = reference.names("fields").last { uses.append(column) }
            }
        }
        indexes[full]?.uses = uses
        created.insert(full)
    }

    private mutating func routine(_ node: ParseNode) {
        guard let name = RelationName(parts: node.names("funcname")).map(newName) else { return }
        let signature = RoutineSignature(node)
        routines.removeAll { $0.name == name && $0.arguments == signature.arguments }
        routines.append(
            Routine(
                name, arguments: signature.arguments, defaults: signature.defaults, isVolatile: signature.isVolatile))
    }

    private mutating func alter(_ node: ParseNode) {
        guard let name = RelationName(node["relation"]).map(resolve) else { return }
        for command in node.list("cmds").compactMap({ $0.as("AlterTableCmd") }) {
            let column = command.string("name") ?? ""
            if let clause = command["def"]?.as("PartitionCmd"), let child = RelationName(clause["name"]) {
                setParent(command.string("subtype") == "AT_AttachPartition" ? name : nil, of: child)
                continue
            }
            guard var relation = relations[name] else { continue }
            let place = relation.columns.firstIndex { $0.name == column }
            switch command.string("subtype") {
            case "AT_AddColumn": if let new = command["def"]?.as("ColumnDef") { addColumn(new, to: &relation) }
            case "AT_DropColumn":
                relation.columns.removeAll { $0.name == column }
                relation.constraints.removeAll { $0.columns.contains(column) }
                for index in indexes(of: name) where (index.uses ?? index.columns).contains(column) {
                    indexes[index.name] = nil
                }
            case "AT_AddConstraint": if let new = command["def"]?.as("Constraint") { addConstraint(new, to: &relation) }
            case "AT_DropConstraint": relation.constraints.removeAll { $0.name == column }
            case "AT_ValidateConstraint":
                if let place = relation.constraints.firstIndex(where: { $0.name == column }) {
                    relation.constraints[place].isValidated = true
                }
            case "AT_SetNotNull": if let place { relation.columns[place].isNotNull = true }
            case "AT_DropNotNull": if let place { relation.columns[place].isNotNull = false }
            case "AT_AlterColumnType":
                if let place {
                    relation.columns[place].type = TypeText.of(command["def"]?.as("ColumnDef")?["typeName"])
                }
            default: break
            }
            relations[name] = relation
        }
    }

    private mutating func rename(_ node: ParseNode) {
        guard let name = RelationName(node["relation"]).map(resolve), let new = node.string("newname") else { return }
        switch node.string("renameType") {
        case "OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE":
            guard var relation = remove(name) else { return }
            relation.name = RelationName(schema: name.schema, name: new)
            insert(relation)
            if created.remove(name) != nil { created.insert(relation.name) }
        case "OBJECT_COLUMN":
            let place = relations[name]?.columns.firstIndex { $0.name == node.string("subname") }
            if let place { relations[name]?.columns[place].name = new }
        case "OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE", "OBJECT_ROLE", "OBJECT_TYPE":
            break
        default: isCertain = false
        }
    }

    private mutating func drop(_ node: ParseNode) {
        if node.string("behavior") == "DROP_CASCADE" { isCertain = false }
        for object in node.list("objects") {
            if let routine = object.as("ObjectWithArgs"), let name = RelationName(parts: routine.names("objname")) {
                let arguments = routine.list("objargs").map { TypeText.of($0.as("TypeName")) }
                let known = self.routines(name)
                routines.removeAll { known.contains($0) && (known.count == 1 || $0.arguments == arguments) }
                continue
            }
            guard let name = RelationName(parts: (object.as("List") ?? .null).names("items")) else { continue }
            switch node.string("removeType") {
            case "OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE":
                if !children(of: name).isEmpty { isCertain = false }
                let table = resolve(name)
                for index in indexes(of: table) { indexes[index.name] = nil }
                statistics.removeAll { $0.table == table }
                remove(name)
            case "OBJECT_INDEX": indexes[resolve(name)] = nil
            case "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE", "OBJECT_TYPE", "OBJECT_DOMAIN",
                "OBJECT_STATISTIC_EXT":
                break
            default: isCertain = false
            }
        }
    }
}
