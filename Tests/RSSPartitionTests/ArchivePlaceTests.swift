import Foundation
import RSSModel
import Synchronization
import TestSupport
import Testing

@testable import RSSPartition

/// The folder of a policy's archives is checked when the policy is set, not when the first partition is to be dropped.
@Suite struct ArchivePlaceTests {
    @Test func `a folder that is missing, a file, or not ours to write is refused with the next step`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("archive-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(ArchivePlace.problem(folder) == nil)
        #expect(ArchivePlace.problem("\(folder)/none") == "it does not exist")
        try "x".write(toFile: "\(folder)/file", atomically: true, encoding: .utf8)
        #expect(ArchivePlace.problem("\(folder)/file") == "it is not a folder")
        #expect(ArchivePlace.problem("\(folder)/file/below") != nil)
        // What no user may write, root neither.
        #expect(ArchivePlace.problem("/proc/self") != nil)
        // What is no absolute path is refused for that.
        #expect(ArchivePlace.problem("archive") == nil)
        do {
            try ArchivePlace.check("\(folder)/none it", refuses: true, progress: .silent)
            Issue.record("it was accepted")
        } catch let error as PolicyError {
            #expect(error.report.code == "RSS-PARTITION-122" && error.report.exit == .cannotWrite)
            #expect(error.report.hint?.contains("install -d -m 700 '\(folder)/none it'") == true, "\(error.report)")
            #expect(error.report.hint?.contains("--archive-elsewhere") == true)
        }
        let said = Mutex<[String]>([])
        let progress = ProgressReporter { event in
            if case .warning(let text) = event { said.withLock { $0.append(text) } }
        }
        try ArchivePlace.check("\(folder)/none", refuses: false, progress: progress)
        try ArchivePlace.check(folder, refuses: true, progress: progress)
        #expect(said.withLock { $0 }.count == 1 && said.withLock { $0 }[0].contains("it does not exist"))
    }
}
