import Foundation
import RSSModel

/// Findings of an earlier run, with which those of a later run are compared.
package struct Baseline: Sendable, Equatable {
    /// Where they come from, as a person reads it: `run 0193…`, `baseline.json`.
    package let name: String
    /// The findings.
    package let findings: [Finding]

    package init(name: String, findings: [Finding]) {
        self.name = name
        self.findings = findings
    }

    /// What changed.
    package struct Comparison: Sendable, Equatable, Encodable {
        /// Where the earlier findings come from.
        package let baseline: String
        /// Findings that the baseline has not.
        package let new: [Finding]
        /// Findings that are graver than in the baseline: a higher severity, or a fifth further past the limit.
        package let worse: [Finding]
        /// Findings of the baseline that are gone; those of checks that are blind now are not among them.
        package let fixed: [Finding]

        /// Whether a finding is new or worse.
        package func concerns(_ finding: Finding) -> Bool {
            (new + worse).contains { $0.check == finding.check && $0.object == finding.object }
        }
    }

    private struct Key: Hashable {
        let check: String
        let object: String
        init(_ finding: Finding) {
            check = finding.check
            object = finding.object
        }
    }

    /// Compares what was found now.
    package func comparison(with reports: [CheckReport]) -> Comparison {
        let before = Dictionary(findings.map { (Key($0), $0) }) { first, _ in first }
        let now = reports.flatMap(\.outcome.findings)
        let present = Set(now.map(Key.init))
        // What was not checked, or not wholly, cannot be said to be fixed; nor can what is ignored now.
        let seen = Set(reports.filter { $0.outcome.unseen == nil }.map(\.check))
        let ignored = Set(reports.flatMap(\.ignored).compactMap(\.finding).map(Key.init))
        return Comparison(
            baseline: name, new: now.filter { before[Key($0)] == nil },
            worse: now.filter { finding in
                before[Key(finding)].map { Self.isWorse(finding, than: $0) } ?? false
            },
            fixed: findings.filter {
                let key = Key($0)
                return !present.contains(key) && seen.contains($0.check) && !ignored.contains(key)
            })
    }

    private static func isWorse(_ now: Finding, than before: Finding) -> Bool {
        let ranks: [Verdict: Int] = [.info: 1, .warning: 2, .critical: 3]
        let (rank, earlier) = (ranks[now.severity] ?? 0, ranks[before.severity] ?? 0)
        if rank != earlier { return rank > earlier }
        guard let value = now.measured, let old = before.measured, let limit = now.threshold else {
            return false
        }
        // On whichever side of the limit the fault is.
        return abs(value - limit) > 1.2 * abs(old - limit) && (value - limit).sign == (old - limit).sign
    }
}

extension Baseline {
    /// Reads the JSON that a command with checks printed: `{"result": {"checks": [{"findings": […]}]}}`.
    ///
    /// - Throws: ``BaselineError``.
    package init(file path: String) throws {
        struct File: Decodable {
            struct Result: Decodable { let checks: [Entry] }
            struct Entry: Decodable { let findings: [Finding] }
            let result: Result
        }
        let data: Data
        do {
            data = try WholeFile.read(path)
        } catch {
            throw BaselineError.unreadable(path: path, reason: error.localizedDescription)
        }
        do {
            let file = try JSONDecoder().decode(File.self, from: data)
            self.init(name: path, findings: file.result.checks.flatMap(\.findings))
        } catch {
            throw BaselineError.malformed(path: path)
        }
    }
}

/// Why a baseline cannot be used.
package enum BaselineError: ReportableError, Equatable {
    /// The file cannot be read.
    case unreadable(path: String, reason: String)
    /// The file is not the JSON of a command with checks.
    case malformed(path: String)
    /// The journal has no findings of the run.
    case notRecorded(run: String)

    package var report: ErrorReport {
        switch self {
        case .unreadable(let path, let reason):
            ErrorReport(
                code: "RSS-ANALYZE-003", exit: .configuration,
                message: "the baseline \(path) cannot be read",
                detail: reason, hint: "Check the path: ls -l \(path.shellWord)")
        case .malformed(let path):
            ErrorReport(
                code: "RSS-ANALYZE-004", exit: .configuration,
                message: "the baseline \(path) is not the JSON of a run",
                hint: "Write one: rssctl analyze performance --output json > \(path.shellWord)")
        case .notRecorded(let run):
            ErrorReport(
                code: "RSS-ANALYZE-005", exit: .configuration,
                message: "run \(run) recorded no findings to compare with",
                hint: "Name a run of analyze performance: rssctl runs list --command analyze")
        }
    }
}
