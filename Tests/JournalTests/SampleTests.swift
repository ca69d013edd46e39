import Foundation
import Testing

@testable import Journal

@Suite struct SampleTests {
    private let start = Date(timeIntervalSince1970: 1_800_000_000)

    private func journal() throws -> Journal {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "samples-\(UUID().uuidString)")
        return try Journal(path: folder.appendingPathComponent("journal.sqlite").path)
    }

    private func begin(_ journal: Journal, _ id: String) throws {
        try journal.begin(
            Run(
                id: id, command: "analyze performance", arguments: [], host: "h", user: "u", pid: 1,
                processStart: 1,
                version: "1", target: nil, startedAt: start))
    }

    @Test func `samples of a target are read oldest first, and go with their run`() throws {
        let journal = try journal()
        for (index, id) in ["a", "b", "c"].enumerated() {
            try begin(journal, id)
            try journal.add(
                Sample(
                    runID: id, kind: "counters", target: id == "c" ? "other" : "here",
                    takenAt: start.addingTimeInterval(Double(60 * index)), body: "{\"n\":\(index)}"))
        }
        #expect(try journal.samples("counters", of: "here", since: start).map(\.runID) == ["a", "b"])
        #expect(
            try journal.samples("counters", of: "here", since: start.addingTimeInterval(1)).map(\.runID)
                == ["b"])
        #expect(try journal.samples("findings", of: "here", since: start).isEmpty)
        #expect(try journal.sample("counters", ofRun: "b")?.body == "{\"n\":1}")
        _ = try journal.prune(
            before: start.addingTimeInterval(1), keeping: 0, now: start.addingTimeInterval(99_999_999),
            dryRun: false)
        #expect(try journal.sample("counters", ofRun: "b") == nil)
    }

    @Test func `a run each minute leaves the last two hours, and one sample per hour before`() throws {
        let journal = try journal()
        for minute in stride(from: 0, to: 600, by: 10) {
            try begin(journal, "r\(minute)")
            try journal.add(
                Sample(
                    runID: "r\(minute)", kind: "counters", target: "t",
                    takenAt: start.addingTimeInterval(Double(60 * minute)), body: ""))
        }
        let times = try journal.samples("counters", of: "t", since: start).map {
            $0.takenAt.timeIntervalSince(start) / 60
        }
        #expect(times.filter { $0 >= 590 - 120 }.count == 13)
        #expect((5...10).contains(times.filter { $0 < 590 - 120 }.count))
        #expect(times.first == 0)
        try begin(journal, "late")
        try journal.add(
            Sample(
                runID: "late", kind: "counters", target: "t",
                takenAt: start.addingTimeInterval(20 * 86_400), body: ""))
        #expect(try journal.samples("counters", of: "t", since: start).count == 1)
    }
}
