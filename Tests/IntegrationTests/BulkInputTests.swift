import Foundation
import Glibc
import TestSupport
import Testing

/// What the program does with files that are unpacked first.
@Suite struct BulkInputTests {
    private static let inventory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Examples/inventory.csv").path

    /// Runs a line of shell in a folder of its own, in which `rssctl` is the binary and `$CSV` the example inventory.
    private func run(_ line: String) async throws -> Int32? {
        try await withState { state in
            try await shell(
                "set -o pipefail; cd '\(state)'; rssctl() { '\(Binary.path)' \"$@\"; }; \(line)",
                ["RSSCTL_STATE": state, "HOME": state, "CSV": Self.inventory])
        }
    }

    @Test func `compressed standard input is read`() async throws {
        #expect(try await run("gzip -c \"$CSV\" | rssctl bulk validate hardware -") == 2)
        #expect(try await run("gzip -c \"$CSV\" > a.csv; rssctl bulk validate hardware - < a.csv") == 2)
        #expect(try await run("gzip -c \"$CSV\" | head -c 20000 | rssctl bulk validate hardware -") == 65)
    }

    @Test func `a sheet of what is not a workbook is a wrong command line`() async throws {
        #expect(try await run("rssctl bulk validate hardware \"$CSV\" --sheet Devices") == 64)
    }

    @Test func `a folder for temporary files that is missing ends with 73`() async throws {
        #expect(try await run("gzip -c \"$CSV\" > a; TMPDIR=/nonexistent rssctl bulk validate hardware a") == 73)
        #expect(try await run("TMPDIR=/nonexistent rssctl bulk validate hardware \"$CSV\"") == 2)
    }

    @Test(.enabled(if: getuid() == 0)) func `a folder for temporary files that is full ends with 73`() async throws {
        let status = try await run(
            """
            gzip -c "$CSV" > a; mkdir t; mount -t tmpfs -o size=64k tmpfs t || exit 73
            TMPDIR=t rssctl bulk validate hardware a; status=$?; umount t; exit $status
            """)
        #expect(status == 73)
    }
}
