import Foundation
import Glibc
import RSSModel
import RSSSystem
import TestSupport
import Testing

@testable import RSSCore

@Suite struct WholeFileTests {
    private func written(_ path: String) -> FileError? {
        do throws(FileError) {
            try WholeFile.write(Data("new".utf8), to: path)
            return nil
        } catch { return error }
    }

    @Test func `what a link points to is replaced with its mode, and the link stays`() async throws {
        try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
            let files = FileManager.default
            try Data("old".utf8).write(to: URL(filePath: "\(folder)/real"))
            chmod("\(folder)/real", 0o640)
            try files.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "real")
            try files.createSymbolicLink(atPath: "\(folder)/second", withDestinationPath: "\(folder)/link")
            #expect(written("\(folder)/second") == nil)
            #expect(try String(contentsOfFile: "\(folder)/real", encoding: .utf8) == "new")
            #expect(try files.destinationOfSymbolicLink(atPath: "\(folder)/second") == "\(folder)/link")
            #expect(try files.attributesOfItem(atPath: "\(folder)/real")[.posixPermissions] as? Int == 0o640)
            // A link to what is not there yet makes it.
            try files.createSymbolicLink(atPath: "\(folder)/dangling", withDestinationPath: "made")
            #expect(written("\(folder)/dangling") == nil)
            #expect(try String(contentsOfFile: "\(folder)/made", encoding: .utf8) == "new")
            #expect(try files.contentsOfDirectory(atPath: folder).count == 5)
        }
    }

    @Test func `what is not a regular file is left unchanged, and what cannot be written is reported with status 73`()
        async throws
    {
        try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
            #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
            symlink("\(folder)/circle", "\(folder)/circle")
            for path in ["\(folder)/pipe", "/dev/null", folder, "\(folder)/none/file", "\(folder)/circle"] {
                let error = try #require(written(path), "\(path)")
                #expect(error.report.exit == .cannotWrite)
            }
            #expect(throws: FileError.unreadable(path: folder, reason: "it is a folder")) { try WholeFile.read(folder) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["circle", "pipe"])
        }
    }
}
