import Foundation
import PostgresClient
import RSSCore
import TestSupport
import Testing

/// What is printed to be typed is typed, and does what it says.
@Suite(.serialized) struct HintTests {
    /// The commands in a text, from `rssctl` on to where prose begins: a second blank, a full stop, a semicolon, a word
    /// that says what the command does.
    private static func commands(in text: String) -> [String] {
        text.split(separator: "\n").flatMap { line in
            line.matches(of: /rssctl [^;|]*/).map { match in
                var words: [Substring] = []
                for word in match.0.split(separator: " ") {
                    if ["looks", "lists", "shows", "shows,", "makes", "takes", "tries", "creates", "reads"].contains(
                        word)
                    {
                        break
                    }
                    words.append(word)
                }
                return words.joined(separator: " ").trimmingCharacters(in: [".", ",", " "])
            }
        }
    }

    private func hint(_ answer: Typist.Answer) throws -> String {
        let line = answer.errors.split(separator: "\n").first { $0.hasPrefix("  hint: ") }
        return String(try #require(line, "\(answer.errors)").dropFirst("  hint: ".count))
    }

    /// Types what a command's error names as the next step, and then the command again.
    private func follow(
        _ command: String, _ user: Typist, status: Int32, saying step: String,
        location: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try await user.type(command)
        #expect(before.status == status, "\(before)", sourceLocation: location)
        let typed = try #require(Self.commands(in: try hint(before)).first, sourceLocation: location)
        #expect(typed == step, sourceLocation: location)
        let done = try await user.type(typed)
        #expect(done.status == 0, "\(typed): \(done)", sourceLocation: location)
        let after = try await user.type(command)
        #expect(after.status == 0, "\(command): \(after)", sourceLocation: location)
    }

    @Test func `the way out of each everyday trouble works as it is printed`() async throws {
        try await withState { state in
            let user = try Typist(state: state, environment: ["RSSCTL_CONFIG": ""])
            try await follow("rssctl sandbox env", user, status: 69, saying: "rssctl sandbox up")
            try await follow("rssctl report query", user, status: 1, saying: "rssctl migrate")
            let seed = "rssctl sandbox seed --visits 100"
            #expect(try await user.type(seed).status == 0)
            let again = try await user.type(seed)
            let startOver = try hint(again)
            #expect(startOver == "rssctl sandbox reset --yes && rssctl migrate && rssctl sandbox seed")
            // As printed, but for the number of visits.
            let over = try await user.type("\(startOver) --visits 100")
            #expect(over.status == 0, "\(over)")
            #expect(try await user.type("rssctl sandbox down").status == 0)
            try await follow("rssctl report query", user, status: 69, saying: "rssctl sandbox up")

            // An import: its rejects once they are fixed, and the way back.
            try """
            category,device_name,serial_number,ip_address
            Laptop,a,S1,10.0.0.1
            Laptop,b,S2,10.0.0.999

            """.write(toFile: "\(state)/my devices.csv", atomically: true, encoding: .utf8)
            let imported = try await user.type("rssctl bulk import hardware 'my devices.csv' --visit latest")
            #expect(imported.status == 2, "\(imported)")
            let steps = Self.commands(in: imported.output)
            let fix = try #require(steps.first { $0.contains("bulk import") })
            #expect(try await user.type("sed -i 's/10.0.0.999/10.0.0.9/g' 'my devices.csv.rejects.csv'").status == 0)
            let fixed = try await user.type(fix)
            #expect(fixed.status == 0 && fixed.output.contains("1         1"), "\(fix): \(fixed)")
            let undo = try #require(steps.first { $0.contains("bulk undo") })
            let asked = try await user.type(undo)
            let refusal = try hint(asked)
            #expect(asked.status == 64 && refusal.contains("--yes"), "\(asked)")
            let undone = try await user.type("\(undo) --yes")
            #expect(undone.status == 0, "\(undone)")

            // What is only shown ends well, whatever asked for it.
            for command in [
                "rssctl runs show 000000000000", "rssctl bulk undo 000000000000 --yes",
                "rssctl report query --profile x",
                "rssctl bulk import hardware 'my devices.csv' --map nowhere --visit latest",
                "rssctl partition status nowhere", "rssctl config show --config nowhere.yaml",
            ] {
                let answer = try await user.type(command)
                #expect(answer.status != 0)
                for step in Self.commands(in: try hint(answer)) where !step.hasSuffix("init") && !step.contains("save")
                {
                    let typed = try await user.type(step)
                    #expect([0, 2].contains(typed.status), "\(command): \(step): \(typed)")
                }
            }
            _ = try await user.type("rssctl sandbox destroy --yes")
        }
    }

    @Test func `a next step goes to the database of the run that names it, not to another one`() async throws {
        try await withSandbox { servers, _ in
            let user = try Typist(
                state: URL(fileURLWithPath: servers.folder).deletingLastPathComponent().path,
                environment: ["RSSCTL_CONFIG": ""])
            let admin = try await servers.connect()
            try await admin.execute("CREATE DATABASE other TEMPLATE template0")
            await admin.close()
            let keywords = servers.postgresKeywords
            try """
            profiles:
              other:
                database: {host: \(keywords["host"] ?? ""), port: \(servers.postgresPort), name: other, user: \(servers.user), password: "\(servers.password)"}
            """.write(toFile: "\(user.state)/c.yaml", atomically: true, encoding: .utf8)
            chmod("\(user.state)/c.yaml", 0o600)
            #expect(try await user.type("rssctl migrate").status == 0)
            let flags = "--config c.yaml --profile other"

            // doctor's next step, typed as shown.
            let doctor = try await user.type("rssctl doctor \(flags) --output json")
            #expect(doctor.output.contains("\"nextStep\" : \"rssctl migrate \(flags)\""), "\(doctor.output)")
            let pending = try await user.type("rssctl migrate status \(flags)")
            #expect(pending.status == 3)
            let step = try #require(Self.commands(in: pending.output).last)
            #expect(step == "rssctl migrate \(flags)")
            let migrated = try await user.type(step)
            #expect(migrated.status == 0, "\(migrated)")
            #expect(try await user.type("rssctl migrate status \(flags)").status == 0)

            // A folder of migrations goes along, and nothing else is applied.
            try FileManager.default.createDirectory(atPath: "\(user.state)/fw", withIntermediateDirectories: true)
            let session = try await servers.connect()
            try await session.execute("CREATE DATABASE plain TEMPLATE template0")
            await session.close()
            try "CREATE TABLE public.a (id bigint PRIMARY KEY);\n".write(
                toFile: "\(user.state)/fw/V1__a.sql", atomically: true, encoding: .utf8)
            var plain = user
            plain.environment["PGPASSWORD"] = servers.password
            let address = "postgresql://\(servers.user)@127.0.0.1:\(servers.postgresPort)/plain"
            let status = try await plain.type("rssctl migrate status --directory fw --database-url \(address)")
            let apply = try #require(Self.commands(in: status.output).last)
            #expect(
                apply == "rssctl migrate --database-url '\(address)' --directory fw"
                    || apply == "rssctl migrate --database-url \(address) --directory fw")
            #expect(try await plain.type(apply).status == 0)
            let after = try await plain.type("rssctl migrate status --directory fw --database-url \(address)")
            #expect(after.status == 0 && after.output.split(separator: "\n").count == 2, "\(after)")

        }
    }

    @Test func `an interrupted seed says how to start over, and that works`() async throws {
        try await withSandbox { servers, _ in
            let user = try Typist(
                state: URL(fileURLWithPath: servers.folder).deletingLastPathComponent().path,
                environment: ["RSSCTL_CONFIG": ""])
            #expect(try await user.type("rssctl migrate").status == 0)
            // Interrupted before the program handles signals, it ends without a word and has done nothing: later, then.
            var interrupted = try await user.type("timeout -s INT 0.6 rssctl sandbox seed --visits 400000")
            for wait in [2, 4, 8] where interrupted.errors.isEmpty {
                interrupted = try await user.type("timeout -s INT \(wait) rssctl sandbox seed --visits 400000")
            }
            #expect(interrupted.errors.contains("RSS-RUN-001"), "\(interrupted)")
            let step = try hint(interrupted)
            #expect(step.hasPrefix("rssctl sandbox reset --yes"))
            let again = try await user.type("\(step) --visits 100")
            #expect(again.status == 0, "\(again)")
        }
    }
}
