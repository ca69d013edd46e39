import ArgumentParser
import Console
import PostgresClient
import RSSCore
import RSSMigrate
import RSSModel

/// `rssctl migrate verify`
package struct MigrateVerify: Verb {
    package static let declaration = Declaration(
        "migrate verify", "Check files against history, and test that each migration can be reverted",
        discussion:
            """
            With --round-trip each migration is applied, reverted and applied again on a database that is made for it on the same \
            server and dropped afterwards, and the schemas are compared. A migration ends ok, with a finding (critical), or, without \
            a down file, blind: that it can be reverted was not tested. The exit status is 0 only when all of them are ok; a \
            finding and a migration that was not tested end with 2.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init("Files, history and indexes", "rssctl migrate verify"),
            .init("Up, down and up again on a scratch database", "rssctl migrate verify --round-trip"),
        ], exits: [.findings, .pending, .dataError, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var source: MigrationSourceOptions
    package var ownCarriedFlags: [(name: String, value: String?)] { source.carried }

    @Flag(help: "Apply, revert and apply again on a scratch database.")
    var roundTrip = false

    package init() {}

    package func execute(_ context: Context) async throws -> VerificationReport {
        let connection = try await context.connectPostgres(readOnly: true)
        let migrator = source.reader(connection, context)
        let available = try source.source(context).load()
        let plan = try await migrator.plan()
        let invalid = try await migrator.invalidIndexes()
        let statements = try available.versioned.map { try $0.script.statements.count }.reduce(0, +)
        var checks = [
            VerificationReport.Check(
                check: "files",
                object: ((source.directory == nil ? ["shipped"] : []) + source.source(context).folders).joined(
                    separator: ", "), verdict: .ok,
                detail:
                    "\(Quantity.counted(available.versioned.count, "migration")) with \(Quantity.counted(statements, "statement")), \(available.repeatables.count) repeatable"
            ),
            VerificationReport.Check(
                check: "history", object: "rssctl.migration", verdict: plan.notices.isEmpty ? .ok : .info,
                detail: plan.notices.isEmpty
                    ? "\(plan.applied.count) applied, each as its file is" : plan.notices.joined(separator: " ")),
        ]
        checks += invalid.map {
            .init(check: "index", object: $0, verdict: .critical, detail: "invalid: REINDEX INDEX CONCURRENTLY \($0)")
        }
        if roundTrip {
            let steps = try await RoundTrip(source.source(context), runID: context.runID).run(
                like: try context.postgresOptions(statementTimeout: .zero, direct: true), context.progress)
            checks += steps.map(VerificationReport.Check.init)
        }
        return VerificationReport(checks: checks, isRoundTrip: roundTrip)
    }
}

/// The result of `migrate verify`.
package struct VerificationReport: CommandResult {
    struct Check: Encodable {
        let check: String
        let object: String
        let verdict: Verdict
        let detail: String
    }

    let checks: [Check]
    /// Whether reverting was tested.
    let isRoundTrip: Bool

    private enum CodingKeys: String, CodingKey {
        case checks
        case isRoundTrip = "roundTrip"
    }

    package var exitStatus: ExitStatus {
        checks.contains { [.warning, .critical, .blind].contains($0.verdict) } ? .findings : .done
    }

    package var counts: [String: Int64] {
        ["checks": Int64(checks.count), "notTested": Int64(checks.count { $0.verdict == .blind })]
    }

    /// What was tested of the way back, and what was not.
    private var note: String {
        let trips = checks.filter { $0.check == VerificationReport.Check.roundTrip }
        if !isRoundTrip {
            return "Not tested: whether migrations can be reverted. To test it: rssctl migrate verify --round-trip"
        }
        let blind = trips.filter { $0.verdict == .blind }
        let proven =
            "\(trips.count { $0.verdict == .ok }) of \(Quantity.counted(trips.count, "migration")) can be reverted"
        return blind.isEmpty
            ? "\(proven)."
            : "\(proven); not tested, for want of a down file: \(blind.map(\.object).joined(separator: ", "))"
    }

    package var tables: [Table] {
        [
            Table(
                columns: [Column("check"), Column("object"), Column("verdict"), Column("detail", isFlexible: true)],
                rows: checks.map { [.text($0.check), .text($0.object), .verdict($0.verdict), .text($0.detail)] },
                notes: [note])
        ]
    }
}

extension VerificationReport.Check {
    /// What the checks of the way back are called.
    static let roundTrip = "round trip"

    init(_ step: RoundTrip.Step) {
        func named(_ difference: SchemaDifference?) -> String {
            (difference?.entries ?? []).prefix(5).map { "\($0.state.rawValue) \($0.kind.rawValue) \($0.identity)" }
                .joined(separator: ", ")
        }
        let detail: String
        let verdict: Verdict
        if !step.hasDown {
            (verdict, detail) = (.blind, "not tested: it has no down file")
        } else if step.leftBehind?.isEmpty == false {
            (verdict, detail) = (.critical, "reverted, it leaves: \(named(step.leftBehind))")
        } else if step.differsAgain?.isEmpty == false {
            (verdict, detail) = (.critical, "applied again, it differs: \(named(step.differsAgain))")
        } else {
            (verdict, detail) = (.ok, "up, down and up again without a difference")
        }
        self.init(check: Self.roundTrip, object: step.file, verdict: verdict, detail: detail)
    }
}
