import RSSModel
import Foundation
import Glibc
import RSSSystem
import TestSupport
import Testing

@testable import RSSCore

@Suite struct PrivateFolderTests {
    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    private func refusal(_ path: String) -> PrivateFolderError? {
        do throws(PrivateFolderError) {
            try PrivateFolder.make(path)
            return nil
        } catch { return error }
    }

    @Test func `each folder that is made is its owner's alone`() throws {
        let folder = try TemporaryFolder()
        #expect(try PrivateFolder.make(folder.path("a/b/c")) == ["a", "a/b", "a/b/c"].map { folder.path($0) })
        for name in ["a", "a/b", "a/b/c"] { #expect(mode(folder.path(name)) == 0o700) }
        // One that is there is taken as it is.
        #expect(try PrivateFolder.make(folder.path("a/b/c")).isEmpty)
    }

    @Test(arguments: [0o770, 0o702, 0o1777] as [mode_t])
    func `a folder that others may write to is refused`(mode: mode_t) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("open")
        #expect(mkdir(path, 0o700) == 0 && chmod(path, mode) == 0)
        #expect(refusal(path) == .writable(path: path, mode: String(mode, radix: 8)))
        #expect(refusal(path)?.report.exit == .permission)
    }

    @Test func `a folder is refused where others may replace one above it, unless that is sticky`() throws {
        let folder = try TemporaryFolder()
        #expect(mkdir(folder.path("above"), 0o700) == 0 && chmod(folder.path("above"), 0o777) == 0)
        let above = try #require(FilePath.resolved(folder.path("above")))
        #expect(refusal(folder.path("above/own")) == .writable(path: above, mode: "777"))
        chmod(folder.path("above"), 0o1777)
        #expect(refusal(folder.path("above/own")) == nil)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a folder away"))
    func `a folder, a link or a file of another user is refused`() throws {
        let folder = try TemporaryFolder()
        #expect(mkdir(folder.path("foreign"), 0o755) == 0 && chown(folder.path("foreign"), 65_534, 65_534) == 0)
        let user = UserName.of(geteuid())
        #expect(
            refusal(folder.path("foreign"))
                == .foreign(path: folder.path("foreign"), owner: UserName.of(65_534), user: user))
        #expect(mkdir(folder.path("own"), 0o700) == 0 && symlink(folder.path("own"), folder.path("link")) == 0)
        #expect(refusal(folder.path("link")) == nil)
        lchown(folder.path("link"), 65_534, 65_534)
        #expect(
            refusal(folder.path("link")) == .foreign(path: folder.path("link"), owner: UserName.of(65_534), user: user))
        let file = try folder.file("x".utf8, "file")
        chown(file, 65_534, 65_534)
        #expect(throws: PrivateFolderError.self) { try PrivateFile.read(file) }
        #expect(throws: PrivateFolderError.self) { try PrivateFile.openLock(file) }
    }

    @Test func `a file in the place of a folder, and a link or a pipe in the place of a file, are refused`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.file("x".utf8, "file")
        #expect(refusal(file) == .notFolder(path: file))
        #expect(refusal("\(file)/below/it") == .notFolder(path: file))
        #expect(symlink(file, folder.path("link")) == 0 && mkfifo(folder.path("pipe"), 0o600) == 0)
        for name in ["link", "pipe"] {
            #expect(throws: PrivateFolderError.self) { try PrivateFile.openLock(folder.path(name)) }
            #expect(throws: PrivateFolderError.self) { try PrivateFile.read(folder.path(name)) }
        }
        #expect(try PrivateFile.read(file) == Array("x".utf8))
        #expect(try PrivateFile.read(folder.path("none")) == nil)
    }

    @Test func `a group is let through a folder and can do nothing else there`() throws {
        let folder = try TemporaryFolder()
        try PrivateFolder.make(folder.path("own"))
        try PrivateFolder.letThrough(folder.path("own"), group: getegid())
        #expect(mode(folder.path("own")) == 0o710)
        #expect(refusal(folder.path("own")) == nil)
    }
}
