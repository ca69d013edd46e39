import Foundation
import Glibc
import Journal
import RSSCore
import RSSModel
import RSSSystem

/// One thing checked by `rssctl doctor`.
package struct DiagnosisLine: Sendable, Encodable, Equatable {
    /// ok, info, warning, critical or blind.
    package let verdict: Verdict
    /// programs, settings, journal, disk, PostgreSQL, clock, bookkeeping, schema, rights, Redis.
    package let area: String
    /// What was seen.
    package let what: String
    /// What to do; nil when all is well.
    package private(set) var nextStep: String?

    init(_ verdict: Verdict, _ area: String, _ what: String, _ nextStep: String? = nil) {
        self.verdict = verdict
        self.area = area
        self.what = what
        self.nextStep = nextStep
    }

    /// A line about an error, with the error's own next step.
    init(_ error: any Error, _ area: String, _ verdict: Verdict = .critical) {
        let report = ErrorReport(describing: error)
        let detail = report.detail.map { ": \($0)" } ?? ""
        self.init(verdict, area, report.message + detail, report.hint)
    }

    /// The line with its next step changed.
    package func mappingNextStep(_ change: (String) -> String) -> DiagnosisLine {
        var line = self
        line.nextStep = nextStep.map(change)
        return line
    }
}

/// Checks everything a run needs, one line each, and never stops at the first problem.
package struct Diagnosis: Sendable {
    let settings: Settings
    let stateFolder: String
    private let journalPath: String
    let applicationName: String

    /// Makes a diagnosis of these settings and places.
    package init(settings: Settings, stateFolder: String, journalPath: String, applicationName: String) {
        self.settings = settings
        self.stateFolder = stateFolder
        self.journalPath = journalPath
        self.applicationName = applicationName
    }

    /// Runs the checks.
    package func run() async -> [DiagnosisLine] {
        async let postgres = postgres()
        async let redis = redis()
        return programs() + settingsLines() + [journal(), disk()] + (await postgres) + (await redis)
    }

    private func programs() -> [DiagnosisLine] {
        do {
            let programs = try ServerPrograms.find()
            return [
                DiagnosisLine(
                    .ok, "programs", "server programs for the sandbox: \(programs.pgCtl), \(programs.redisServer)")
            ]
        } catch let error as SandboxError {
            // Only the sandbox needs them; a production host has none.
            return [DiagnosisLine(.info, "programs", "no sandbox here: \(error.report.message)", error.report.hint)]
        } catch {
            return [DiagnosisLine(.blind, "programs", "\(error)")]
        }
    }

    private func settingsLines() -> [DiagnosisLine] {
        let set = SettingKey.allCases.count { settings.isSet($0) }
        let file = settings.file ?? "no configuration file"
        return [DiagnosisLine(.ok, "settings", "\(file), \(set) settings set, profile \(settings.profile ?? "none")")]
            + settings.warnings.map { DiagnosisLine(.warning, "settings", $0) }
    }

    private func journal() -> DiagnosisLine {
        do {
            let journal = try Journal(path: journalPath)
            let verdict = try journal.integrity()
            guard verdict == "ok" else {
                return DiagnosisLine(
                    .critical, "journal", "\(journalPath) is damaged: \(verdict)",
                    "Move it away, and the next run makes a new one: mv \(journalPath.shellWord) \(journalPath.shellWord).damaged"
                )
            }
            return DiagnosisLine(.ok, "journal", "\(journalPath), \(try journal.count()) runs")
        } catch {
            return DiagnosisLine(error, "journal", .warning)
        }
    }

    private func disk() -> DiagnosisLine {
        var status = statvfs()
        var folder = stateFolder
        while statvfs(folder, &status) != 0, folder != "/", folder != "." { folder = FilePath.folder(of: folder) }
        let free = Int64(status.f_bavail) * Int64(status.f_frsize)
        let text = "\(free.formatted(.byteCount(style: .file))) free for \(stateFolder)"
        return free < 200_000_000
            ? DiagnosisLine(.warning, "disk", text, "Make room, or set RSSCTL_STATE to another place.")
            : DiagnosisLine(.ok, "disk", text)
    }

    /// No server at all is a warning, wrong settings are critical.
    static func target(_ error: any Error, _ area: String) -> DiagnosisLine {
        let isAbsent = [.noDatabase, .noRedis].contains(error as? SettingsError)
        return DiagnosisLine(error, area, isAbsent ? .warning : .critical)
    }
}
