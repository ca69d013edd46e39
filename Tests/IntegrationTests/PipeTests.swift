import Foundation
import RSSCore
import TestSupport
import Testing

/// A reader that closes the pipe is not an error: nothing is printed, and the status stays what it was.
@Suite struct PipeTests {
    @Test func `piped into head a command is quiet, and ends as it would have`() async throws {
        try await withSandbox { servers, _ in
            let user = try Typist(
                state: URL(fileURLWithPath: servers.folder).deletingLastPathComponent().path,
                environment: ["RSSCTL_CONFIG": ""])
            #expect(
                try await user.type(
                    "rssctl migrate && rssctl sandbox seed --visits 5000 && rssctl partition maintain -q"
                ).status == 0)
            try "CREATE INDEX i ON public.users (email);\n".write(
                toFile: "\(user.state)/V7__i.sql", atomically: true, encoding: .utf8)
            for command in [
                "rssctl bulk export hardware", "rssctl report query --limit 5000 --output csv", "rssctl report query",
                "rssctl migrate lint V7__i.sql", "rssctl analyze performance --fail-on none",
                "rssctl partition check --all",
                "rssctl runs list", "rssctl completion bash", "rssctl migrate dump", "rssctl --help",
                "rssctl help environment", "rssctl partition status --output json",
            ] {
                let whole = try await user.type("\(command) > /dev/null")
                for reader in ["head -n 1", "true"] {
                    let piped = try await user.type(
                        "set -o pipefail; \(command) 2>err | \(reader) >/dev/null; echo ${PIPESTATUS[0]}")
                    #expect(piped.output == "\(whole.status)\n", "\(command) | \(reader)")
                    let said = try String(contentsOfFile: "\(user.state)/err", encoding: .utf8)
                    #expect(!said.contains("error"), "\(command) | \(reader): \(said)")
                }
                let silenced = try await user.type("\(command) >/dev/null 2>&-")
                #expect(silenced.status == whole.status, "\(command) 2>&-")
            }
            // Closed from the start is not a reader that has enough.
            let closed = try await user.type("rssctl runs list >&-")
            #expect(closed.status == 73 && closed.errors.contains("RSS-OUTPUT-001"), "\(closed)")
        }
    }

    @Test func `a clean change or check is silent with quiet, a query and a finding are not`() async throws {
        try await withSandbox { servers, _ in
            let user = try Typist(
                state: URL(fileURLWithPath: servers.folder).deletingLastPathComponent().path,
                environment: ["RSSCTL_CONFIG": ""])
            for command in [
                "rssctl migrate -q", "rssctl migrate -q", "rssctl migrate status -q",
                "rssctl sandbox seed --visits 100 -q",
                "rssctl sandbox up -q", "rssctl sandbox status -q", "rssctl doctor -q", "rssctl config check -q",
                "rssctl cache warm -q",
            ] {
                let answer = try await user.type(command)
                #expect(answer.status == 0 && answer.output.isEmpty && answer.errors.isEmpty, "\(command): \(answer)")
            }
            let rows = try await user.type("rssctl report query -q --limit 1")
            #expect(rows.status == 0 && !rows.output.isEmpty && rows.errors.isEmpty)
            let plan = try await user.type("rssctl migrate -q --dry-run")
            #expect(!plan.output.isEmpty)
            let findings = try await user.type("rssctl analyze performance -q")
            #expect(findings.status == 2 && !findings.output.isEmpty)
            // An answer that never comes: the question has its line, the error the next one.
            let asked = try await user.type(
                """
                script -qfec 'rssctl sandbox reset' log < <(
                  for n in {1..200}; do sleep 0.1; grep -q 'y/N' log 2>/dev/null && break; done; printf '\\003'; sleep 2)
                """)
            #expect(asked.output.contains("RSS-PROMPT-002"), "\(asked)")
            let lines = asked.output.split(whereSeparator: \.isNewline).map(String.init)
            #expect(lines.contains { $0.hasPrefix("error: interrupted at the confirmation prompt") }, "\(lines)")
        }
    }
}
