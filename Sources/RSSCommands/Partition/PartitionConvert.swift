import ArgumentParser
import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// `rssctl partition convert`
public struct PartitionConvert: Verb {
    public static let declaration = Declaration(
        "partition convert", "Make a live table partitioned while readers and writers go on",
        discussion: """
            The table becomes the first partition of a new one that takes over its name; no row is moved. What must stay \
            unique over all partitions, and what foreign keys reference, is kept in a registry of keys: --global-unique. \
            Foreign keys hold at every moment. What hangs on the table goes along, or is refused before anything is done; \
            --dry-run tells both, with every statement and lock. Where the primary key becomes another one, or a table \
            has none, it asks first; off a terminal that needs --yes. A run that was broken off is run again, and goes on. \
            --abort takes back what is under way, --undo what was done. Afterwards partition maintain keeps the table, and \
            partition split divides the first partition.
            """,
        effect: .destroys, lock: "partition", workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init(
                "What would be done, with statements and locks",
                "rssctl partition convert hardware_inventory --by created_at --interval month --global-unique id,serial_number --dry-run"
            ),
            .init(
                "A table that nothing references",
                "rssctl partition convert recycling_records --by created_at --interval year --yes"),
            .init("Back to what it was", "rssctl partition convert recycling_records --undo"),
        ], exits: [.tryAgain, .permission])

    @OptionGroup public var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    public var change: ChangeOptions? { changes }

    @Argument(help: "The table.")
    var table: TableArgument = .visitReports

    @Option(help: "The column: date, timestamp, timestamptz, integer or UUIDv7.")
    var by: String?

    @Option(help: "How much one partition holds: hour, day, week, month, quarter, year, or a number.")
    var interval: PartitionInterval = .month

    @Option(
        help: ArgumentHelp(
            "What an integer column counts since 1970 where it is a time: s, ms, us.", valueName: "unit"))
    var epoch: EpochUnit?

    @Option(help: "The zone whose days begin the partitions of a timestamptz or UUIDv7 column.")
    var timeZone = "UTC"

    @Option(help: "Columns that stay unique over all partitions, the primary key first: id,report_number.")
    var globalUnique: String?

    @Option(help: "Where the first partition ends, where rows lie far ahead: 2027-01-01.")
    var until: String?

    @Option(help: "Partitions made ahead of the one that holds now.")
    var premake: Int?

    @Option(help: "Longest time of trying to get a lock.", transform: parseDuration)
    var lockBudget: Duration?

    @Flag(help: "The table becomes the first partition as it is, and no row is copied; the default.")
    var zeroCopy = false

    @Flag(help: "Divide that partition by the interval as well, as partition split does: its rows are copied.")
    var copy = false

    @Flag(help: "Take back the conversion that is under way.")
    var abort = false

    @Flag(help: "Make the converted table plain again, as long as all rows are in the first partition.")
    var undo = false

    public init() {}

    public func validate() throws {
        if copy, zeroCopy { throw ValidationError("--zero-copy copies no row, and --copy all of them.") }
        if abort, undo { throw ValidationError("--abort is for what is under way, --undo for what was done.") }
        if abort || undo {
            if by != nil || globalUnique != nil || epoch != nil || until != nil || premake != nil || copy || zeroCopy {
                throw ValidationError("--abort and --undo need nothing but the table.")
            }
        } else if by == nil {
            throw ValidationError("Name the column that the table is to be partitioned by: --by.")
        }
        if let premake, !(0...120).contains(premake) { throw ValidationError("--premake is a number from 0 to 120.") }
    }

    /// Asks where a key becomes another: what is refused is refused before.
    public func question(_ context: Context) async throws -> String? {
        if abort || undo { return nil }
        let connection = try await context.connectPostgres(statementTimeout: .zero, readOnly: true)
        let name = try await context.resolve(table, on: connection)
        let conversion = Conversion(connection, lockPolicy: LockPolicy(context.settings), runID: context.runID)
        let asked: [String]
        do {
            // A clock that is off is reported by the run.
            let now = try await ServerClock(connection).now
            asked = try await conversion.plan(request(name, context), at: now).asked
        } catch ConversionError.alreadyPartitioned {
            // There is nothing left to agree to; the run says whether it was this conversion.
            asked = []
        }
        await connection.close()
        return asked.isEmpty ? nil : "\(asked.joined(separator: "; ")). Convert \(name.quoted)?"
    }

    public func execute(_ context: Context) async throws -> ConversionReport {
        var policy = LockPolicy(context.settings)
        if let lockBudget { policy.budget = lockBudget }
        let connection =
            context.isDryRun
            ? try await context.connectPostgres(readOnly: true)
            : try await context.connectPostgresDirectly(statementTimeout: .zero)
        let conversion = Conversion(
            connection, lockPolicy: policy, runID: context.runID,
            observer: try context.postgresOptions(statementTimeout: .seconds(5), direct: true))
        let now = try await context.clock(connection).now
        let report = try await report(conversion, of: context.resolve(table, on: connection), context, at: now)
        await connection.close()
        return report
    }

    private func report(
        _ conversion: Conversion, of name: RelationName, _ context: Context, at now: Date
    ) async throws -> ConversionReport {
        if abort || undo {
            if context.isDryRun {
                return ConversionReport(
                    try await conversion.planTakingBack(name, isUndo: undo), isTakingBack: true)
            }
            return ConversionReport(
                undo
                    ? try await conversion.undo(name, progress: context.progress)
                    : try await conversion.abort(name, progress: context.progress))
        }
        let request = self.request(name, context)
        if context.isDryRun { return ConversionReport(try await conversion.plan(request, at: now)) }
        let outcome = try await conversion.run(request, at: now, progress: context.progress)
        guard copy else { return ConversionReport(outcome) }
        var options = Reshape.Options(at: now)
        options.interval = interval
        return ConversionReport(
            outcome, divided: try await conversion.divide(outcome, options, progress: context.progress))
    }

    private func request(_ name: RelationName, _ context: Context) -> ConversionRequest {
        ConversionRequest(
            table: name, column: by ?? "", interval: interval, timeZone: timeZone,
            premake: premake ?? context.settings.integer(.partitionPremake) ?? 3,
            globalUnique: globalUnique.map {
                $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            } ?? [], until: until, epoch: epoch)
    }
}
