import Foundation
import Glibc
import RSSCore
import TestSupport
import Testing

/// What `sandbox up` and `sandbox destroy` do with folders that are not, or not only, a sandbox.
@Suite struct SandboxFolderTests {
    private static let note = """
        {"folder": "/tmp", "socketFolder": "%@", "postgresPort": 1, "user": "rss", "database": "rss", "password": "x",
        "redisPort": 2, "redisPassword": "y"}
        """

    /// A folder with files of a user's, and a binary that takes it for its sandbox.
    private func home(_ state: String) throws -> (folder: String, binary: Binary) {
        let folder = "\(state)/home"
        try FileManager.default.createDirectory(
            atPath: "\(folder)/docs", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        for name in ["docs/a", "notes.txt"] { try Data("v".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
        return (folder, Binary(state: state, environment: ["RSSCTL_SANDBOX": folder]))
    }

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
    }

    @Test func `destroy refuses a folder that up did not make, and removes nothing`() async throws {
        try await withState { state in
            let (folder, binary) = try home(state)
            let victim = "\(state)/victim"
            #expect(mkdir(victim, 0o700) == 0)
            let before = try names(folder)
            let plain = try await binary.run("sandbox", "destroy", "--yes")
            #expect(plain.status == 78 && plain.errors.contains("RSS-SANDBOX-007"), "\(plain.errors)")
            #expect(try names(folder) == before)
            // A note alone makes no sandbox, wherever it says that the sockets are.
            let note = Self.note.replacing("%@", with: victim)
            try Data(note.utf8).write(to: URL(fileURLWithPath: "\(folder)/sandbox.json"))
            let planted = try await binary.run("sandbox", "destroy", "--yes")
            #expect(planted.status == 78 && planted.errors.contains("RSS-SANDBOX-007"), "\(planted.errors)")
            #expect(try names(folder) == (before + ["sandbox.json"]).sorted())
            #expect(access(victim, F_OK) == 0)
        }
    }

    @Test func `nothing to destroy is done, and a folder that is not there is not made`() async throws {
        try await withState { state in
            let binary = Binary(state: state)
            for verb in [["sandbox", "destroy", "--yes"], ["sandbox", "destroy"], ["sandbox", "down"]] {
                let result = try await binary.run(verb)
                #expect(result.status == 0, "\(result.errors)")
            }
            #expect(access("\(state)/sandbox", F_OK) != 0)
        }
    }

    @Test func `up refuses a folder with other files in it`() async throws {
        try await withState { state in
            let (folder, binary) = try home(state)
            let before = try names(folder)
            let refused = try await binary.run("sandbox", "up")
            #expect(refused.status == 78 && refused.errors.contains("RSS-SANDBOX-008"), "\(refused.errors)")
            #expect(refused.errors.contains("docs, notes.txt"))
            #expect(try names(folder).filter { $0 != "lock" } == before)
        }
    }

    @Test func `a file in the place of the sandbox's or the state's folder is an error with its path`() async throws {
        try await withState { state in
            let file = "\(state)/file"
            try Data("x".utf8).write(to: URL(fileURLWithPath: file))
            for environment in [["RSSCTL_SANDBOX": file], ["RSSCTL_STATE": file]] {
                let result = try await Binary(state: state, environment: environment).run("sandbox", "up")
                #expect(result.status == 73 && result.errors.contains("\(file) is not a folder"), "\(result.errors)")
            }
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can run as another user"))
    func `another user is refused root's sandbox with the permission that is missing`() async throws {
        try await withState { state in
            let own = "\(state)/nobody"
            #expect(mkdir(own, 0o700) == 0 && chown(own, 65_534, 65_534) == 0)
            #expect(mkdir("\(state)/sandbox", 0o700) == 0)
            try Data(Self.note.utf8).write(to: URL(fileURLWithPath: "\(state)/sandbox/sandbox.json"))
            let environment = [
                "RSSCTL_STATE": own, "RSSCTL_SANDBOX": "\(state)/sandbox", "RSSCTL_CONFIG": "", "HOME": own,
            ]
            let nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups --"
            // The folder that the binary was built in may be closed to others.
            guard try await shell("\(nobody) test -x '\(Binary.path)'", environment) == 0 else { return }
            for verb in ["down", "status", "destroy --yes", "env"] {
                #expect(try await shell("\(nobody) '\(Binary.path)' sandbox \(verb)", environment) == 77, "\(verb)")
            }
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a folder away"))
    func `root does not follow a sandbox of another user`() async throws {
        try await withState { state in
            let folder = "\(state)/theirs"
            let victim = "\(state)/victim"
            #expect(mkdir(folder, 0o755) == 0 && mkdir(victim, 0o700) == 0)
            let note = Self.note.replacing("%@", with: victim)
            try Data(note.utf8).write(to: URL(fileURLWithPath: "\(folder)/sandbox.json"))
            for path in [folder, "\(folder)/sandbox.json"] { #expect(chown(path, 65_534, 65_534) == 0) }
            let binary = Binary(state: state, environment: ["RSSCTL_SANDBOX": folder])
            for verb in [["destroy", "--yes"], ["up"], ["down"], ["status"], ["reset", "--yes"], ["env"]] {
                let result = try await binary.run(["sandbox"] + verb)
                #expect(result.status == 77 && result.errors.contains("belongs to"), "\(verb): \(result.errors)")
            }
            #expect(access(victim, F_OK) == 0)
            // The folder is root's, the note is not.
            #expect(chown(folder, 0, 0) == 0)
            let note77 = try await binary.run("sandbox", "destroy", "--yes")
            #expect(note77.status == 77 && note77.errors.contains("sandbox.json belongs to"), "\(note77.errors)")
            #expect(access(victim, F_OK) == 0)
        }
    }
}
