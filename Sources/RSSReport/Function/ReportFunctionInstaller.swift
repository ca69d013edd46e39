import PostgresClient
import RSSCore
import RSSModel

/// Puts the function of rssctl in place of another one, and puts that one back.
///
/// The other one is not dropped: it is renamed, so that the server keeps it whole, with its owner, grants and settings. Nothing
/// of it is stored as text and run again.
package struct ReportFunctionInstaller: Sendable {
    /// What is to be done, or was done.
    package struct Plan: Sendable {
        /// The statements, in their order, all in one transaction; empty where nothing is to be done.
        package internal(set) var statements: [String] = []
        /// The function that the backend calls afterwards.
        package internal(set) var function = ""
        /// Functions that are renamed, as SQL quotes them.
        package internal(set) var renamed: [Renamed] = []
        /// What is to be known.
        package internal(set) var warnings: [String] = []

        /// Whether nothing is to be done.
        package var isEmpty: Bool { statements.isEmpty }
    }

    /// A function that gets another name.
    package struct Renamed: Sendable, Encodable, Equatable {
        /// Its name before, with schema and types.
        package let from: String
        /// Its name after.
        package let to: String
        /// Its owner.
        package let owner: String
    }

    private let connection: PostgresConnection
    private let own: ReportFunctionDefinition
    private let lockPolicy: LockPolicy

    /// Makes an installer of a function on a session.
    package init(_ connection: PostgresConnection, _ own: ReportFunctionDefinition, lockPolicy: LockPolicy) {
        (self.connection, self.own, self.lockPolicy) = (connection, own, lockPolicy)
    }

    private static let kept = "rssctl_old_\(ReportFunction.name)"

    private static func kept(_ generation: Int32) -> String {
        generation == 1 ? kept : "\(kept)_\(generation)"
    }

    /// What installing does.
    ///
    /// - Throws: ``ReportError/notReplaceable(_:reason:hint:)``, `PostgresError`, `CancellationError`.
    package func installation() async throws -> Plan {
        let found = try await Candidate.all(connection, own)
        let current = found.filter { $0.generation == 0 }
        let others = current.filter { !$0.isOwn }
        var plan = Plan()
        if let ours = current.first(where: \.isOwn) {
            plan.function = ours.signature
            if let other = others.first {
                throw ReportError.notReplaceable(
                    other.signature,
                    reason: "The backend's call fits it as well as \(ours.signature), which is rssctl's own.",
                    hint: "DROP FUNCTION \(other.signature)")
            }
            return plan
        }
        for other in others { try other.requireReplaceable() }
        let generation = (found.map(\.generation).max() ?? 0) + 1
        for other in others {
            let name = Self.kept(generation)
            plan.statements.append("ALTER FUNCTION \(other.signature) RENAME TO \(name)")
            plan.renamed.append(
                Renamed(from: other.signature, to: other.signature(named: name), owner: other.owner))
            plan.warnings += other.dependents.map {
                "\($0) was made with \(other.signature) and continues to use it, under its new name."
            }
        }
        try await create(in: try await schema(others), like: others.first, &plan)
        return plan
    }

    /// The schema of the function that is replaced, else that of visit_reports.
    private func schema(_ others: [Candidate]) async throws -> String {
        if let first = others.first { return first.schema }
        let table = try await connection.qualify(
            RelationName(name: "visit_reports"), along: connection.userSearchPath)
        return RelationName.quote(table.schema ?? "public")
    }

    private func create(in schema: String, like other: Candidate?, _ plan: inout Plan) async throws {
        let function = "\(schema).\(ReportFunction.name)(\(ReportFunctionDefinition.types))"
        plan.function = function
        plan.statements.append("SET LOCAL search_path = \(schema)")
        plan.statements.append(own.create)
        let comment = try await connection.quoteLiteral(other?.comment ?? own.comment)
        plan.statements.append("COMMENT ON FUNCTION \(function) IS \(comment)")
        guard let other else { return }
        if other.hasGrants {
            plan.statements.append("REVOKE ALL ON FUNCTION \(function) FROM PUBLIC")
            plan.statements += other.grants.map { "GRANT EXECUTE ON FUNCTION \(function) TO \($0)" }
        }
        // Last: who gives it away may no longer grant.
        if !other.isMine { plan.statements.append("ALTER FUNCTION \(function) OWNER TO \(other.owner)") }
    }

    /// What uninstalling does.
    ///
    /// - Throws: ``ReportError/nothingKept``, ``ReportError/notInstalled(_:)``, `PostgresError`, `CancellationError`.
    package func removal() async throws -> Plan {
        let found = try await Candidate.all(connection, own)
        let newest = found.map(\.generation).max() ?? 0
        guard newest > 0 else { throw ReportError.nothingKept }
        var plan = Plan()
        for current in found where current.generation == 0 {
            guard current.isOwn else { throw ReportError.notInstalled(current.signature) }
            plan.statements.append("DROP FUNCTION \(current.signature)")
        }
        for old in found where old.generation == newest {
            let from = old.signature(named: Self.kept(newest))
            plan.statements.append("ALTER FUNCTION \(from) RENAME TO \(ReportFunction.name)")
            plan.renamed.append(Renamed(from: from, to: old.signature, owner: old.owner))
            plan.function = old.signature
        }
        return plan
    }

    /// Does what a plan says, all or nothing; waits for no lock longer than the policy says.
    ///
    /// - Throws: `ForeignCode` where an event trigger of a lesser role would fire, `PostgresError`, `CancellationError`.
    package func run(_ plan: Plan, _ progress: ProgressReporter) async throws {
        if plan.isEmpty { return }
        // Event triggers fire for what is made.
        try await connection.refuseForeignCode(.arranging, in: [])
        try await lockPolicy.run(on: connection, progress: progress) {
            try await connection.transaction {
                try await lockPolicy.bound(connection)
                for statement in plan.statements { try await connection.execute(statement) }
            }
        }
    }
}

extension ReportFunctionInstaller {
    /// A function that the backend's call can reach, or that was kept.
    private struct Candidate {
        let schema: String
        let generation: Int32
        let types: String
        let isOwn: Bool
        let isDefiner: Bool
        let `extension`: String?
        let owner: String
        let isMine: Bool
        let comment: String?
        let hasGrants: Bool
        let grants: [String]
        let dependents: [String]

        /// As SQL quotes it, under the name that the backend calls.
        var signature: String { signature(named: ReportFunction.name) }

        func signature(named name: String) -> String { "\(schema).\(name)(\(types))" }

        init(_ row: Row) throws {
            schema = try row.decode(String.self, "schema")
            generation = try row.decode(Int32.self, "generation")
            types = try row.decode(String.self, "types")
            isOwn = try row.decode(Bool?.self, "is_own") ?? false
            isDefiner = try row.decode(Bool.self, "is_definer")
            `extension` = try row.decode(String?.self, "extension")
            owner = try row.decode(String.self, "owner")
            isMine = try row.decode(Bool.self, "is_mine")
            comment = try row.decode(String?.self, "comment")
            hasGrants = try row.decode(Bool.self, "has_grants")
            grants = try row.decode([String].self, "grants")
            dependents = try row.decode([String].self, "dependents")
        }

        static func all(
            _ connection: PostgresConnection, _ own: ReportFunctionDefinition
        ) async throws -> [Candidate] {
            let path = SearchPath(connection.userSearchPath).schemas
            return try await connection.query(
                SQLResource(PackageResources.report_competing_sql).text,
                [path, own.body, ReportFunctionDefinition.names]
            ).map(Candidate.init)
        }

        /// Refuses what would work otherwise, or not at all, when the body is another.
        func requireReplaceable() throws(ReportError) {
            if let `extension` {
                throw .notReplaceable(
                    signature, reason: "It belongs to the extension \(`extension`).",
                    hint: "ALTER EXTENSION \(`extension`) DROP FUNCTION \(signature)")
            }
            if isDefiner {
                throw .notReplaceable(
                    signature,
                    reason:
                        "It runs with its owner's rights (SECURITY DEFINER); rssctl's own runs with those of its caller, who may lack them.",
                    hint:
                        "Grant its callers SELECT on the tables, for example with rssctl setup roles, and run ALTER FUNCTION \(signature) SECURITY INVOKER."
                )
            }
        }
    }
}
