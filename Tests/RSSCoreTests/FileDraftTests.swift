import RSSModel
import Foundation
import Glibc
import RSSSystem
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

@Suite struct FileDraftTests {
    private func status(_ path: String) -> stat {
        var status = stat()
        lstat(path, &status)
        return status
    }

    private func mode(_ path: String) -> mode_t { status(path).st_mode & 0o7777 }

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    private func write(_ text: String, to path: String, replaces: Bool = true) throws(FileError) {
        let draft = try FileDraft(path) { _ in replaces }
        try draft.write(Array(text.utf8))
        try draft.publish()
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test func `a draft has no name, is its owner's alone, and is gone when it is not published`() throws {
        let folder = try TemporaryFolder()
        do {
            let draft = try FileDraft(folder.path("a"))
            try draft.write(Array("secret".utf8))
            var open = stat()
            #expect(fstat(draft.descriptor, &open) == 0 && open.st_mode & 0o777 == 0o600)
            // The fallback of file systems without O_TMPFILE has a random name.
            #expect(try names(folder.url.path).allSatisfy { $0.hasPrefix(".rssctl-") && $0.hasSuffix(".part") })
        }
        #expect(try names(folder.url.path).isEmpty)
    }

    @Test func `an existing file under the name that drafts had is left unchanged`() throws {
        let folder = try TemporaryFolder()
        let victim = try folder.file("victim".utf8, "victim")
        let old = folder.path(".e.csv.\(getpid()).part")
        for plant in ["link", "hard link", "pipe"] {
            switch plant {
            case "link": #expect(symlink(victim, old) == 0)
            case "hard link": #expect(link(victim, old) == 0)
            default: #expect(mkfifo(old, 0o666) == 0)
            }
            try write(plant, to: folder.path("e.csv"))
            #expect(try text(folder.path("e.csv")) == plant)
            #expect(status(folder.path("e.csv")).st_uid == geteuid())
            #expect(try text(victim) == "victim")
            unlink(old)
        }
    }

    @Test func `a new file gets its mode by the umask, one that is replaced keeps its own`() throws {
        let folder = try TemporaryFolder()
        let plain = open(folder.path("plain"), O_CREAT | O_WRONLY, 0o666 as mode_t)
        close(plain)
        try write("a", to: folder.path("new"))
        #expect(mode(folder.path("new")) == mode(folder.path("plain")))
        chmod(folder.path("new"), 0o640)
        try write("b", to: folder.path("new"))
        #expect(mode(folder.path("new")) == 0o640)
        try WholeFile.write(Data("c".utf8), to: folder.path("new"), mode: .exactly(0o600))
        #expect(mode(folder.path("new")) == 0o600)
        #expect(try names(folder.url.path) == ["new", "plain"])
    }

    @Test func `a hard link of the target keeps what it had`() throws {
        let folder = try TemporaryFolder()
        let victim = try folder.file("victim".utf8, "victim")
        #expect(link(victim, folder.path("e.csv")) == 0)
        try write("export", to: folder.path("e.csv"))
        #expect(try text(victim) == "victim")
        #expect(try text(folder.path("e.csv")) == "export")
    }

    @Test func `a file that is put there meanwhile is not replaced unless it may be`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("e.csv")
        let draft = try FileDraft(path) { _ in false }
        _ = try folder.file("another".utf8, "e.csv")
        #expect(throws: FileError.exists(path: path)) { try draft.publish() }
        #expect(try text(path) == "another")
        let willing = try FileDraft(path)
        try willing.write(Array("ours".utf8))
        try willing.publish()
        #expect(try text(path) == "ours")
        #expect(try names(folder.url.path) == ["e.csv"])
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
    func `the owner of a file is kept, but not of one that another user put into a folder open to others`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("old".utf8, "e.csv")
        chmod(path, 0o666)
        chown(path, 65_534, 65_534)
        chmod(folder.url.path, 0o755)
        try write("a", to: path)
        #expect(status(path).st_uid == 65_534 && mode(path) == 0o666)
        chmod(folder.url.path, 0o777)
        try write("b", to: path)
        #expect(status(path).st_uid == 0 && mode(path) != 0o666)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a link away"))
    func `a link that another user put into a folder open to all is not followed`() throws {
        let folder = try TemporaryFolder()
        let victim = try folder.file("victim".utf8, "victim")
        #expect(mkdir(folder.path("open"), 0o700) == 0 && chmod(folder.path("open"), 0o1777) == 0)
        let link = folder.path("open/e.csv")
        #expect(symlink(victim, link) == 0)
        lchown(link, 65_534, 65_534)
        #expect(throws: FileError.self) { try write("export", to: link) }
        #expect(try text(victim) == "victim")
    }

    @Test(arguments: ["", "q/", ".", "/"])
    func `a path that names no file is refused with status 73`(path: String) throws {
        let error = #expect(throws: FileError.self) { try write("a", to: path) }
        #expect(error?.report.exit == .cannotWrite)
    }

    @Test func `an archive is not written through a link, and a run that finds it busy removes nothing`() throws {
        let folder = try TemporaryFolder()
        #expect(mkdir(folder.path("victim"), 0o700) == 0)
        _ = try folder.file("v".utf8, "victim/file")
        #expect(symlink(folder.path("victim"), folder.path("archive.part")) == 0)
        #expect(throws: ArchiveError.self) { try ArchiveFolder(folder.path("archive")) }
        #expect(try text(folder.path("victim/file")) == "v")
        unlink(folder.path("archive.part"))

        let first = try ArchiveFolder(folder.path("archive"))
        try first.write(Data("1".utf8), as: "rows")
        #expect(throws: ArchiveError.busy(folder: folder.path("archive"))) {
            try ArchiveFolder(folder.path("archive"))
        }
        #expect(try text("\(first.draft)/rows") == "1")
        try first.publish()
        #expect(try text(folder.path("archive/rows")) == "1")
    }
}
