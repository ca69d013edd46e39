import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct DraftTests {
    @Test func `what others put in the place of a draft does not matter`() async throws {
        try await withState { state in
            let victim = "\(state)/victim"
            // The process id is known in advance to the shell that becomes rssctl.
            for plant in ["mkfifo .t.csv.$$.part", "ln \(victim) .t.csv.$$.part", "ln -s \(victim) .t.csv.$$.part"] {
                try Data("victim".utf8).write(to: URL(fileURLWithPath: victim))
                let status = try await shell(
                    "cd '\(state)' && \(plant) && exec '\(Binary.path)' bulk template hardware --to t.csv --force",
                    ["RSSCTL_STATE": state, "RSSCTL_CONFIG": "", "HOME": state])
                #expect(status == 0, "\(plant)")
                #expect(try String(contentsOfFile: victim, encoding: .utf8) == "victim", "\(plant)")
                #expect(try String(contentsOfFile: "\(state)/t.csv", encoding: .utf8).contains("serial_number"))
            }
        }
    }

    @Test func `a limit on the size of files ends an export with 73, and nothing is left`() async throws {
        try await withState { state in
            let work = "\(state)/work"
            #expect(mkdir(work, 0o700) == 0)
            // Without a journal, which could not be written either.
            let status = try await shell(
                "cd '\(work)'; trap '' XFSZ; ulimit -f 0; exec '\(Binary.path)' bulk template hardware --to t.csv",
                ["RSSCTL_STATE": state, "RSSCTL_CONFIG": "", "HOME": state, "TMPDIR": "\(state)/none"])
            #expect(status == 73)
            #expect(try FileManager.default.contentsOfDirectory(atPath: work).isEmpty)
        }
    }
}
