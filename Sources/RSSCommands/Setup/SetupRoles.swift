import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSSetup

/// `rssctl setup roles`
package struct SetupRoles: Verb {
    package static let declaration = Declaration(
        "setup roles", "Grant a role the least rights for its purpose",
        discussion: """
            An importer imports, updates and deletes by files, and undoes what it did. A reader reads reports, status, checks and \
            history. A maintainer maintains partitions, for which it becomes a member of the role that owns the tables. A warmer warms \
            the cache. For a role with several purposes, give --for more than once: its other rights in schema rssctl are revoked.

            --dry-run prints the statements, for psql or for review. Run it as the owner of the tables or as a superuser; what \
            only a superuser may grant is printed, with status 2. Run it again after an update of rssctl.
            """,
        effect: .writes, needs: [.settings, .postgres],
        examples: [
            .init("The statements for an importer's role", "rssctl setup roles --for importer --create --dry-run"),
            .init(
                "A role for monitoring, created where it does not exist",
                "rssctl setup roles --for reader --role rss_monitor --create"),
        ], exits: [.findings])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("What the role is for; may be given more than once.", valueName: "purpose"))
    var purposes: [RolePurpose]

    @Option(help: ArgumentHelp("The role; by default rssctl_ and its purpose.", valueName: "name"))
    var role: String?

    @Flag(help: "Create the role where it does not exist, able to log in and without a password.")
    var create = false

    package init() {}

    package func validate() throws {
        if Set(purposes).count > 1, role == nil {
            throw ValidationError("--role is needed with more than one --for.")
        }
    }

    package func execute(_ context: Context) async throws -> RoleReport {
        let connection = try await context.connectPostgres()
        let name = role ?? purposes[0].defaultRole
        let outcome = try await RoleSetup(connection, runID: context.runID).run(
            RoleSetup.Options(purposes: purposes, role: name, creates: create), isDryRun: context.isDryRun)
        return RoleReport(role: name, purposes: purposes, outcome, isDryRun: context.isDryRun)
    }
}

extension RolePurpose: ExpressibleByArgument {}

/// The result of `setup roles`.
package struct RoleReport: CommandResult {
    let role: String
    let purposes: [String]
    let isDryRun: Bool
    let statements: [String]
    let left: [String]
    let notes: [String]

    init(role: String, purposes: [RolePurpose], _ outcome: RoleSetup.Outcome, isDryRun: Bool) {
        self.role = role
        self.purposes = purposes.map(\.rawValue)
        self.isDryRun = isDryRun
        statements = outcome.statements
        left = outcome.left
        notes = outcome.notes
    }

    package var exitStatus: ExitStatus { left.isEmpty ? .done : .findings }

    package var counts: [String: Int64] { isDryRun ? [:] : ["statements": Int64(statements.count)] }

    package var tables: [Table] {
        // Alone, so that psql can read it.
        if isDryRun { return [Table(sql: statements)] }
        return [
            Table(
                columns: [Column("role"), Column("for"), .number("statements")],
                rows: [
                    [.text(role), .text(purposes.joined(separator: ", ")), .count(statements.count)]
                ], notes: notes + left.map { "Left to a superuser: \($0);" })
        ]
    }
}
