import Foundation
import TestSupport
import Testing

/// Completion as the shells do it: the scripts are loaded into each, and a line is completed.
@Suite struct CompletionTests {
    /// A user with a run in the journal and profiles in a file.
    private func withUser(_ body: (_ user: Typist, _ run: String) async throws -> Void) async throws {
        try await withState { state in
            let user = try Typist(state: state, environment: ["RSSCTL_CONFIG": "\(state)/c.yaml"])
            try "profiles:\n  staging:\n    database: {host: s}\n  production:\n    database: {host: p}\n".write(
                toFile: "\(state)/c.yaml", atomically: true, encoding: .utf8)
            _ = try await user.type("rssctl sandbox down")
            let listed = try await user.type("rssctl runs list --output csv")
            let run = try #require(listed.output.split(separator: "\n").last?.split(separator: ",").first)
            try await body(user, String(run))
        }
    }

    /// Completes the last word of a line in bash, as the Tab key does.
    private static func bash(_ words: [String]) -> String {
        let list = words.map { "'\($0)'" }.joined(separator: " ")
        return """
            source <(rssctl completion bash)
            COMP_WORDS=(\(list)); COMP_CWORD=\(words.count - 1)
            COMP_LINE="${COMP_WORDS[*]}"; COMP_POINT=${#COMP_LINE}
            function=$(complete -p rssctl | sed 's/.*-F \\([^ ]*\\).*/\\1/')
            $function rssctl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
    }

    @Test func `bash completes commands, runs and profiles, and prints nothing else into the line`() async throws {
        try await withUser { user, run in
            func complete(_ words: String..., with user: Typist) async throws -> [String] {
                let answer = try await user.type(Self.bash(words))
                #expect(answer.errors.isEmpty, "\(answer.errors)")
                return answer.output.split(separator: "\n").map(String.init).sorted()
            }
            let runs = try await complete("rssctl", "runs", "show", "", with: user)
            #expect(runs.contains("last") && runs.contains { $0.hasSuffix(run) } && runs.count == 2, "\(runs)")
            let profiles = try await complete("rssctl", "doctor", "--profile", "", with: user)
            #expect(profiles == ["production", "staging"])
            let one = try await complete("rssctl", "doctor", "--profile", "sta", with: user)
            #expect(one == ["staging"])
            let verbs = try await complete("rssctl", "partition", "ma", with: user)
            #expect(verbs == ["maintain"])
            var other = user
            other.environment = ["RSSCTL_CONFIG": "/nonexistent.yaml"]
            let none = try await complete("rssctl", "doctor", "--profile", "", with: other)
            #expect(none.isEmpty)
            let named = try await complete(
                "rssctl", "doctor", "--config", "\(user.state)/c.yaml", "--profile", "", with: other)
            #expect(named == ["production", "staging"])
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/fish"), "fish is not installed: make setup"))
    func `fish completes runs and profiles`() async throws {
        try await withUser { user, run in
            func complete(_ line: String) async throws -> String {
                let answer = try await user.type(
                    "rssctl completion fish | source; complete -C '\(line)'", in: ["fish", "-i"])
                #expect(answer.errors.isEmpty, "\(answer.errors)")
                return answer.output
            }
            let runs = try await complete("rssctl runs show ")
            #expect(runs.contains("last") && runs.contains(run), "\(runs)")
            let profiles = try await complete("rssctl doctor --profile ")
            #expect(profiles.contains("staging") && profiles.contains("production"), "\(profiles)")
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/zsh"), "zsh is not installed: make setup"))
    func `zsh completes runs and profiles`() async throws {
        try await withUser { user, run in
            // A zsh of its own in a pseudo-terminal, into which the line and two Tabs are typed.
            func complete(_ line: String, until word: String) async throws -> String {
                try await user.type(
                    """
                    rssctl completion zsh > _rssctl
                    zmodload zsh/zpty
                    zpty z 'TERM=dumb zsh -f -i'
                    zpty -w z "PS1=; fpath=($PWD \\$fpath); autoload -Uz compinit; compinit -u -D; print READY"
                    zpty -r -m z all '*READY*READY*'
                    zpty -w -n z '\(line)'$'\\t\\t'
                    shown=; integer n=0
                    while (( n++ < 1200 )) && [[ $shown != *\(word)* ]]; do
                      zpty -rt z part && shown+=$part || sleep 0.05
                    done
                    print -rn -- "$shown"
                    zpty -d z
                    """, in: ["zsh", "-f"]
                ).output
            }
            let runs = try await complete("rssctl runs show ", until: "last")
            #expect(runs.contains(run) && !runs.contains("error"), "\(runs)")
            let profiles = try await complete("rssctl doctor --profile ", until: "staging")
            #expect(profiles.contains("production") && !profiles.contains("error"), "\(profiles)")
        }
    }
}
