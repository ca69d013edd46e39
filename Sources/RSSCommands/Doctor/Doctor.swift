import ArgumentParser
import RSSCore
import RSSModel
import RSSSetup

/// `rssctl doctor`
package struct Doctor: Verb {
    package static let declaration = Declaration(
        "doctor", "Check settings, servers, rights, clock and disk, step by step",
        discussion: """
            The connection to each server is checked step by step: name, TCP, TLS, login, database, then version, role and rights; \
            each problem is shown with the next step. Nothing is changed.
            """,
        needs: [.settings], journaled: false,
        examples: [.init("Exit status 2 when something needs attention", "rssctl doctor")], exits: [.findings])

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func execute(_ context: Context) async throws -> DoctorReport {
        let doctor = Diagnosis(
            settings: context.settings, stateFolder: context.world.stateFolder, journalPath: context.world.journalPath,
            applicationName: context.applicationName)
        return DoctorReport(lines: await doctor.run())
    }
}

/// The result of `doctor`.
package struct DoctorReport: CommandResult {
    private(set) var lines: [DiagnosisLine]

    package var exitStatus: ExitStatus {
        lines.contains { [.warning, .critical, .blind].contains($0.verdict) } ? .findings : .done
    }

    package func mappingCommands(_ change: (String) -> String) -> DoctorReport {
        DoctorReport(lines: lines.map { $0.mappingNextStep(change) })
    }

    package var tables: [Table] {
        [
            Table(
                columns: [
                    Column("verdict"), Column("area"), Column("what", isFlexible: true),
                    Column("next_step", header: "next step", isFlexible: true, isCommand: true),
                ],
                rows: lines.map { [.verdict($0.verdict), .text($0.area), .text($0.what), .optional($0.nextStep)] })
        ]
    }
}
