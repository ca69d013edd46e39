import ArgumentParser
import Foundation
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition convert`
package struct PartitionConvert: Verb {
    package static let declaration = Declaration(
        "partition convert", "Convert a table into a partitioned one without blocking readers and writers",
        discussion: """
            The table becomes the first partition of a new partitioned table, which takes over its name; no row is moved. \
            Columns that must stay unique over all partitions, and those that foreign keys reference, are kept in a key \
            registry: --global-unique. Foreign keys are enforced at every moment. Dependent objects are carried over, or \
            the conversion is refused before anything is changed; --dry-run lists both, with every statement and lock. \
            Where the primary key changes, or the table has none, the command asks for confirmation; without a terminal \
            that needs --yes. An interrupted run is resumed by running the command again. --abort undoes a conversion in \
            progress, --undo a completed one. After the conversion, partition maintain maintains the table, and partition \
            split divides the first partition.
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
            .init("Make it plain again", "rssctl partition convert recycling_records --undo"),
        ], exits: [.tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The table.")
    var table: TableArgument = .visitReports

    @Option(help: "Partition key: a column of type date, timestamp, timestamptz, integer or UUIDv7.")
    var by: String?

    @Option(help: "Range of one partition: hour, day, week, month, quarter, year, or a number.")
    var interval: PartitionInterval = .month

    @Option(
        help: ArgumentHelp(
            "Unit of an integer column that counts time since 1970: s, ms, us.", valueName: "unit"))
    var epoch: EpochUnit?

    @Option(help: "Time zone whose midnight bounds the partitions of a timestamptz or UUIDv7 column.")
    var timeZone = "UTC"

    @Option(help: "Columns to keep unique over all partitions, the primary key first: id,report_number.")
    var globalUnique: String?

    @Option(help: "Upper bound of the first partition, for a table with rows far in the future: 2027-01-01.")
    var until: String?

    @Option(help: "Partitions to create in advance.")
    var premake: Int?

    @Option(help: "Longest time to try for a lock.", transform: parseDuration)
    var lockBudget: Duration?

    @Flag(help: "Attach the table as the first partition without copying rows; the default.")
    var zeroCopy = false

    @Flag(help: "Also divide the first partition by the interval, as partition split does; its rows are copied.")
    var copy = false

    @Flag(help: "Undo the conversion in progress.")
    var abort = false

    @Flag(help: "Make a converted table plain again; all its rows must be in the first partition.")
    var undo = false

    package init() {}

    package func validate() throws {
        if copy, zeroCopy { throw ValidationError("--zero-copy copies no row, and --copy all of them.") }
        if abort, undo { throw ValidationError("--abort is for a conversion in progress, --undo for a completed one.") }
        if abort || undo {
            if by != nil || globalUnique != nil || epoch != nil || until != nil || premake != nil || copy || zeroCopy {
                throw ValidationError("--abort and --undo need nothing but the table.")
            }
        } else if by == nil {
            throw ValidationError("--by is required: the column to partition by.")
        }
        if let premake, !(0...120).contains(premake) { throw ValidationError("--premake is a number from 0 to 120.") }
    }

    /// Asks where a key becomes another: what is refused is refused before.
    package func question(_ context: Context) async throws -> String? {
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
        return asked.isEmpty ? nil : "\(asked.joined(separator: "; ")). Convert \(name.quoted)?"
    }

    package func execute(_ context: Context) async throws -> ConversionReport {
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
