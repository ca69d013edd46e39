import Foundation
import Journal
import PostgresClient
import RSSAnalyze
import RSSCore
import RSSModel

/// The earlier runs of this machine against the same target, as the journal has them: counters and findings.
struct AnalyzeHistory {
    private static let counters = "analyze.counters"
    private static let findings = "analyze.findings"

    /// How far back a run may be that is compared with.
    private static let furthest: TimeInterval = 8 * 86_400

    private let context: Context
    private let target: String

    init(_ context: Context) {
        self.context = context
        target = context.servers.all.joined(separator: ", ")
    }

    /// The counters of the earliest run within a time, or else of the latest before it; nil where there is none, or no journal.
    func counters(before now: Date, within span: Duration) -> CounterSample? {
        attempt { journal in
            let samples = try journal.samples(
                Self.counters, of: target, since: now.addingTimeInterval(-Self.furthest)
            ).filter { $0.takenAt < now }
            let begin = now.addingTimeInterval(-Double(span.components.seconds))
            let sample = samples.first { $0.takenAt >= begin } ?? samples.last
            return sample.flatMap { CounterSample(encoded: $0.body) }
        } ?? nil
    }

    /// Keeps what this run read, for later ones: the counters, and its findings where it made checks.
    func keep(_ sample: CounterSample, _ reports: [CheckReport]?) {
        guard context.recorder != nil else { return }
        _ = attempt { journal in
            var bodies = [(Self.counters, try sample.encoded())]
            if let reports {
                let found = try JSONEncoder().encode(reports.flatMap(\.outcome.findings))
                bodies.append((Self.findings, String(decoding: found, as: UTF8.self)))
            }
            for (kind, body) in bodies {
                try journal.add(
                    Sample(
                        runID: context.runID, kind: kind, target: target, takenAt: sample.takenAt, body: body))
            }
        }
    }

    /// The baseline that a word names: a file where there is one of that path, else a run.
    ///
    /// - Throws: `BaselineError`, `JournalError`.
    func baseline(_ word: String) throws -> Baseline {
        if word.contains("/") || word.contains(".") || FileManager.default.fileExists(atPath: word) {
            return try Baseline(file: word)
        }
        let journal = try context.openJournal()
        // The newest run is this one: the last is the newest that kept its findings of the same target.
        let run =
            word == "last"
            ? try journal.samples(Self.findings, of: target, since: .distantPast).last?.runID ?? word
            : try journal.details(word).run.id
        // Findings in a form that this version cannot read are reported as none recorded.
        guard let sample = try journal.sample(Self.findings, ofRun: run),
            let findings = try? JSONDecoder().decode([Finding].self, from: Data(sample.body.utf8))
        else { throw BaselineError.notRecorded(run: run) }
        return Baseline(name: "run \(run)", findings: findings)
    }

    /// Works with the journal; one that fails is a warning, and the run continues without it.
    private func attempt<T>(_ work: (Journal) throws -> T) -> T? {
        do {
            return try work(try context.openJournal())
        } catch {
            context.progress(
                .warning(
                    "the counters of earlier runs are not available: \(ErrorReport(describing: error).message)"
                ))
            return nil
        }
    }
}
