import Foundation
import GRDB
import Synchronization
import Testing

@testable import Journal

private func temporaryFolder() -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)").path
    // Whatever the umask: a journal is not stored where others may write.
    try? FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    return path
}

private func run(_ number: Int, command: String = "partition maintain", pid: Int32 = 1, start: Int64 = 0) -> Run {
    Run(
        id: String(format: "%08d-0000-7000-8000-%012d", number, number), command: command,
        arguments: ["partition", "maintain"],
        host: "here", user: "me", pid: pid, processStart: start, version: "1", target: nil,
        startedAt: Date(timeIntervalSince1970: Double(number)))
}

@Suite struct JournalTests {
    private let folder = temporaryFolder()
    private var path: String { "\(folder)/journal.sqlite" }

    @Test func `a run is recorded from its begin to its end`() throws {
        let journal = try Journal(path: path)
        let recorder = RunRecorder(run(1), open: { journal }, onFailure: { Issue.record($0) })
        #expect(try journal.runs().first?.outcome == .running)
        recorder.target("db:5432/rss")
        recorder.beginPhase("load")
        recorder.advance(to: 42)
        recorder.message("look here", isWarning: true)
        recorder.count("rows", 42)
        recorder.finish(.failed, exitCode: 65, error: RunError(code: "RSS-X", message: "no", hint: "try"))
        let details = try journal.details("last")
        #expect(details.run.outcome == .failed)
        #expect(details.run.exitCode == 65)
        #expect(details.run.counts == ["rows": 42])
        #expect(details.run.error?.code == "RSS-X")
        #expect(details.run.target == "db:5432/rss")
        #expect(details.run.endedAt != nil)
        #expect(details.phases.map(\.name) == ["load"])
        #expect(details.phases.first?.done == 42)
        #expect(details.messages.map(\.text) == ["look here"])
    }

    @Test func `a journal that stays locked costs a run two seconds and one warning`() throws {
        _ = try Journal(path: path)
        let other = try DatabaseQueue(path: path)
        let warnings = Mutex(0)
        let took = try other.inDatabase { database in
            try database.execute(sql: "BEGIN EXCLUSIVE")
            let took = ContinuousClock().measure {
                let recorder = RunRecorder(run(1), open: { try Journal(path: path) }) { _ in
                    warnings.withLock { $0 += 1 }
                }
                recorder.target("db:5432/rss")
                recorder.message("look here", isWarning: true)
                recorder.finish(.done, exitCode: 0)
            }
            try database.execute(sql: "ROLLBACK")
            return took
        }
        #expect(took < .seconds(30))
        #expect(warnings.withLock { $0 } == 1)
        #expect(try Journal(path: path).count() == 0)
    }

    @Test func `a run whose process is gone is interrupted, one in progress is running`() throws {
        let me = try #require(ProcessIdentity.current)
        #expect(run(1, pid: me.pid, start: me.start).effectiveOutcome(here: "here") == .running)
        #expect(run(1, pid: me.pid, start: me.start + 1).effectiveOutcome(here: "here") == .interrupted)
        #expect(run(1, pid: 0x3FFF_FFF0).effectiveOutcome(here: "here") == .interrupted)
        #expect(run(1, pid: 0x3FFF_FFF0).effectiveOutcome(here: "elsewhere") == .running)
    }

    @Test func `runs are listed newest first and filtered`() throws {
        let journal = try Journal(path: path)
        for number in 1...5 {
            try journal.begin(run(number, command: number.isMultiple(of: 2) ? "migrate up" : "cache warm"))
        }
        #expect(try journal.runs().map(\.startedAt.timeIntervalSince1970) == [5, 4, 3, 2, 1])
        #expect(try journal.runs(RunFilter(command: "migrate")).count == 2)
        #expect(try journal.runs(RunFilter(since: Date(timeIntervalSince1970: 4))).count == 2)
        #expect(try journal.runs(RunFilter(limit: 2)).count == 2)
        #expect(throws: JournalError.ambiguousRun("0000", matches: 2)) { try journal.details("0000") }
        #expect(throws: JournalError.noSuchRun("fff")) { try journal.details("fff") }
        #expect(throws: JournalError.noSuchRun("%")) { try journal.details("%") }
        #expect(try journal.details("000000000003").run.startedAt.timeIntervalSince1970 == 3)
    }

    @Test func `pruning keeps the newest runs and those in progress`() throws {
        let journal = try Journal(path: path)
        for number in 1...10 {
            var ended = run(number)
            if number != 2 {
                ended.outcome = .done
                ended.endedAt = Date()
            }
            try journal.finish(ended)
        }
        #expect(
            try journal.prune(
                before: Date(timeIntervalSince1970: 9), keeping: 3, now: Date(timeIntervalSince1970: 20), dryRun: true)
                == 6)
        #expect(try journal.count() == 10)
        #expect(
            try journal.prune(
                before: Date(timeIntervalSince1970: 9), keeping: 3, now: Date(timeIntervalSince1970: 20), dryRun: false)
                == 6)
        #expect(try journal.runs().map(\.startedAt.timeIntervalSince1970) == [10, 9, 8, 2])
    }

    @Test func `many writers at once lose nothing`() async throws {
        let path = path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for number in 0..<25 {
                        let journal = try Journal(path: path)
                        var record = run(writer * 100 + number)
                        try journal.begin(record)
                        record.endedAt = Date()
                        try journal.finish(record)
                    }
                }
            }
            try await group.waitForAll()
        }
        let journal = try Journal(path: path)
        #expect(try journal.count() == 200)
        #expect(try journal.runs().allSatisfy { $0.endedAt != nil })
    }

    @Test func `a newer journal is refused`() throws {
        _ = try Journal(path: path)
        let queue = try DatabaseQueue(path: path)
        try queue.write {
            try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('99 from the future')")
        }
        try queue.close()
        #expect(throws: JournalError.newer(path: path)) { try Journal(path: path) }
    }

    @Test func `a file that is not a journal is reported, not overwritten`() throws {
        try Data("this is no database, and long enough to be looked at".utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: JournalError.self) { try Journal(path: path) }
        guard case .unusable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("this is no database"))
    }

    @Test func `a journal that others could replace is not used, nor one that is not a file`() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o770], ofItemAtPath: folder)
        let error = #expect(throws: JournalError.self) { try Journal(path: path) }
        #expect(
            error
                == .unsafe(
                    path: path, reason: "others may write to \(folder), mode 770",
                    hint: "Check what is in it, then change its mode: chmod go-w \(folder)"))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(throws: JournalError.unusable(path: path, reason: "it is not a regular file")) {
            try Journal(path: path)
        }
    }

    @Test func `a recorder without a journal warns once and continues`() throws {
        let failures = FailureCounter()
        let recorder = RunRecorder(
            run(1), open: { try Journal(path: "/dev/null/journal.sqlite") }, onFailure: { _ in failures.add() })
        recorder.beginPhase("work")
        recorder.message("hello", isWarning: false)
        recorder.finish(.done, exitCode: 0)
        #expect(failures.count == 1)
    }

    @Test func `the file is readable by its owner alone`() throws {
        _ = try Journal(path: path)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `the place follows the environment`() throws {
        #expect(Journal.defaultPath(environment: ["RSSCTL_JOURNAL": "/x/y.sqlite"]) == "/x/y.sqlite")
        #expect(try Journal(path: path).integrity() == "ok")
    }
}

private final class FailureCounter: @unchecked Sendable {  // used by one thread at a time
    private(set) var count = 0
    func add() { count += 1 }
}
