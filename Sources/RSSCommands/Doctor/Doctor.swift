import ArgumentParser
import RSSCore
import RSSModel

/// `rssctl doctor`
public struct Doctor: Verb {
    public static let declaration = Declaration(
        "doctor", "Look at everything rssctl needs: programs, settings, servers, rights, clock, disk",
        needs: [.settings], journaled: false,
        examples: [.init("Exit status 2 when something is to be mended", "rssctl doctor")], exits: [.findings])

    @OptionGroup public var global: GlobalOptions

    public init() {}

    public func execute(_ context: Context) async throws -> DoctorReport {
        let doctor = Diagnosis(
            settings: context.settings, stateFolder: context.world.stateFolder, journalPath: context.world.journalPath,
            applicationName: context.applicationName)
        return DoctorReport(lines: await doctor.run())
    }
}

/// The result of `doctor`.
public struct DoctorReport: CommandResult {
    let lines: [DiagnosisLine]

    public var exitStatus: ExitStatus {
        lines.contains { [.warning, .critical, .blind].contains($0.verdict) } ? .findings : .done
    }

    public var tables: [Table] {
        [
            Table(
                columns: [
                    Column("verdict"), Column("area"), Column("what", isFlexible: true),
                    Column("next_step", header: "next step", isFlexible: true),
                ],
                rows: lines.map { [.verdict($0.verdict), .text($0.area), .text($0.what), .optional($0.nextStep)] })
        ]
    }
}
