import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct StateFolderTests {
    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test func `state, journal and configuration are their owner's alone even with umask 000`() async throws {
        try await withState { state in
            let environment = [
                "RSSCTL_STATE": "\(state)/a/b", "RSSCTL_CONFIG": "", "XDG_CONFIG_HOME": "\(state)/config",
                "HOME": state,
            ]
            let status = try await shell(
                "umask 000; '\(Binary.path)' sandbox down && '\(Binary.path)' config init", environment)
            #expect(status == 0)
            for folder in ["a", "a/b", "config", "config/rssctl"] { #expect(mode("\(state)/\(folder)") == 0o700) }
            for file in ["a/b/journal.sqlite", "a/b/journal.sqlite.lock", "config/rssctl/config.yaml"] {
                #expect(mode("\(state)/\(file)") == 0o600, "\(file)")
            }
        }
    }

    @Test func `a path of one character is a path`() async throws {
        try await withState { state in
            let binary = Binary(state: state)
            #expect(try await binary.run("config", "init", "q", directory: state).status == 0)
            #expect(mode("\(state)/q") == 0o600)
            #expect(try await binary.run("config", "show", "--config", "q", directory: state).status == 0)
            for path in ["q", "q/", "."] {
                let again = try await binary.run("config", "init", path, directory: state)
                #expect(again.status == 73 && again.errors.contains("code: RSS-"), "\(path): \(again.errors)")
            }
            var environment = binary.environment
            environment["RSSCTL_JOURNAL"] = "j"
            let recorded = try await Binary(state: state, environment: environment).run(
                "sandbox", "down", directory: state)
            #expect(recorded.status == 0 && recorded.errors.isEmpty, "\(recorded.errors)")
            #expect(mode("\(state)/j") == 0o600)
        }
    }

    @Test func `a journal in a folder that others may write to is not used, and the work continues`() async throws {
        try await withState { state in
            let open = "\(state)/open"
            #expect(mkdir(open, 0o700) == 0 && chmod(open, 0o777) == 0)
            let binary = Binary(state: state, environment: ["RSSCTL_JOURNAL": "\(open)/journal.sqlite"])
            let work = try await binary.run("sandbox", "down")
            #expect(work.status == 0 && work.errors.contains("not recorded"), "\(work.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: open).isEmpty)
            let history = try await binary.run("runs", "list")
            #expect(history.status == 77 && history.errors.contains("chmod go-w \(open)"), "\(history.errors)")
        }
    }

    @Test func `a link in the place of the journal's lock is not followed`() async throws {
        try await withState { state in
            let victim = "\(state)/victim"
            symlink(victim, "\(state)/journal.sqlite.lock")
            let work = try await Binary(state: state).run("sandbox", "down")
            #expect(work.status == 0 && work.errors.contains("not recorded"), "\(work.errors)")
            #expect(access(victim, F_OK) != 0)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a folder away"))
    func `a state folder of another user is not used`() async throws {
        try await withState { state in
            let foreign = "\(state)/foreign"
            #expect(mkdir(foreign, 0o755) == 0 && chown(foreign, 65_534, 65_534) == 0)
            let binary = Binary(state: foreign)
            let work = try await binary.run("sandbox", "down")
            #expect(work.errors.contains("not recorded"), "\(work.errors)")
            let history = try await binary.run("runs", "list")
            #expect(history.status == 77 && history.errors.contains("chown"), "\(history.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: foreign).isEmpty)
        }
    }
}
