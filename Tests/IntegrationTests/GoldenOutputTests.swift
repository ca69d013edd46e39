import ArgumentParser
import Foundation
import Journal
import PostgresClient
import RSSCore
import RSSModel
import TestSupport
import Testing

@testable import RSSCommands

/// What every verb prints, at 80 and at 120 columns and as JSON, on servers where the date and all rows are the same in every run.
///
/// `RSSCTL_RECORD=1 swift test --filter GoldenOutputTests` records it; read the difference as a user would who sees it at
/// 80 columns for the first time.
@Suite(.serialized) struct GoldenOutputTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Golden")

    /// How the commands are typed.
    private enum Form: String, CaseIterable {
        case narrow = "80", wide = "120", json
    }

    /// What a command printed in a form.
    private struct Output {
        let status: Int
        let text: String
        let errors: String
    }

    /// `make test-all` compares it, and so does who records it: it takes minutes, and is that of the installed PostgreSQL.
    private static let isCompared: Bool = {
        let environment = ProcessInfo.processInfo.environment
        return environment[PostgresPrograms.variable] == nil
            && (environment["RSSCTL_TEST_POINTS"] == "all" || environment["RSSCTL_RECORD"] == "1")
    }()

    private static var verbs: [String] { verbs(Root.self).filter { !$0.isHidden }.map(\.command) }

    private static func verbs(_ command: any ParsableCommand.Type) -> [Declaration] {
        let configuration = command.configuration
        guard configuration.shouldDisplay else { return [] }
        return (configuration.ungroupedSubcommands + configuration.groupedSubcommands.flatMap(\.subcommands)).flatMap {
            child in
            (child as? any Verb.Type).map { [$0.declaration] } ?? verbs(child)
        }
    }

    @Test func `every verb has its output on record, or a reason`() {
        let verbs = Self.verbs
        #expect(verbs.count > 60)
        let recorded = Set(GoldenCommand.all.compactMap { $0.verb(of: verbs) })
        for verb in verbs {
            #expect(
                recorded.contains(verb) != (GoldenCommand.exceptions[verb] != nil),
                "add rssctl \(verb) to GoldenCommand.all")
        }
        #expect(GoldenCommand.all.allSatisfy { $0.verb(of: verbs) != nil })
    }

    @Test(.enabled(if: isCompared, "make test-all compares the outputs"))
    func `every verb prints what is on record`() async throws {
        try await FixedServers.with { servers in
            let connection = try await servers.state.connect()
            try await connection.executeScript(GoldenCommand.tables)
            await connection.close()
            for form in Form.allCases {
                for database in GoldenCommand.Database.allCases {
                    try await servers.make(
                        "golden_\(form.rawValue)\(database.rawValue)", isEmpty: database != .seeded)
                }
            }
            async let narrow = Self.outputs(.narrow, servers)
            async let wide = Self.outputs(.wide, servers)
            async let json = Self.outputs(.json, servers)
            let outputs = [Form.narrow: try await narrow, .wide: try await wide, .json: try await json]
            try Self.compare(outputs, servers)
        }
    }

    /// Types all commands in one shell with a folder, a journal and databases of its own.
    private static func outputs(_ form: Form, _ servers: FixedServers) async throws -> [Output] {
        let state = "\(servers.root)/\(form.rawValue)"
        for (name, text) in GoldenCommand.files {
            let url = URL(fileURLWithPath: "\(state)/\(name)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        var lines: [String] = []
        for (number, command) in GoldenCommand.all.enumerated() {
            lines += [
                "export PGDATABASE=golden_\(form.rawValue)\(command.database.rawValue)",
                form == .json && !command.hasJSON && !command.line.contains(">")
                    ? ":" : "rssctl \(typed(command, form)) 2> errors-\(number) < /dev/null",
                #"printf '\036%s\036' $?"#,
            ]
        }
        try lines.joined(separator: "\n").write(toFile: "\(state)/page.sh", atomically: true, encoding: .utf8)
        let typist = try Typist(
            state: state, environment: servers.environment.merging(["COLUMNS": form.rawValue]) { $1 })
        // A terminal without a window of its own takes its width from COLUMNS.
        let shell = form == .json ? "source ./page.sh" : "script -qefc 'bash page.sh' /dev/null < /dev/null"
        let answer = try await typist.type(shell, within: .seconds(300))
        let parts = answer.output.replacing("\r\n", with: "\n").split(
            separator: "\u{1E}", omittingEmptySubsequences: false)
        #expect(parts.count == 2 * GoldenCommand.all.count + 1, "\(answer.output.suffix(400))\(answer.errors)")
        return try (0..<(parts.count / 2)).map { number in
            let path = "\(state)/errors-\(number)"
            let errors =
                FileManager.default.fileExists(atPath: path) ? try String(contentsOfFile: path, encoding: .utf8) : ""
            return Output(
                status: Int(parts[2 * number + 1]) ?? -1, text: String(parts[2 * number]), errors: errors)
        }
    }

    private static func typed(_ command: GoldenCommand, _ form: Form) -> String {
        form == .json && command.hasJSON ? "\(command.line) --output json" : command.line
    }

    /// Compares, or records, a file for each verb.
    private static func compare(_ outputs: [Form: [Output]], _ servers: FixedServers) throws {
        let verbs = verbs
        var texts: [String: String] = [:]
        var masks: [Form: GoldenMask] = [:]
        for form in Form.allCases { masks[form] = try mask(form, servers) }
        for (number, command) in GoldenCommand.all.enumerated() {
            guard let verb = command.verb(of: verbs) else { continue }
            for form in Form.allCases where form != .json || command.hasJSON {
                guard let output = outputs[form].flatMap({ number < $0.count ? $0[number] : nil }) else { continue }
                guard let mask = masks[form] else { continue }
                var text = output.text
                if form == .json {
                    do {
                        text = try mask.masked(json: text, isTimed: command.isTimed, isArchive: command.isArchive)
                        checkMembers(text, command.line)
                    } catch {
                        Issue.record(
                            "rssctl \(command.line): not one JSON document: \(text.prefix(300))\(output.errors)")
                    }
                } else {
                    text = mask.masked(text, isTimed: command.isTimed, isArchive: command.isArchive)
                }
                // What changes nothing on the screen is not looked at: the commands of the scripts write files.
                if command.line.contains(">") { continue }
                #expect(!text.isEmpty, "rssctl \(command.line): \(output.errors)")
                let width = form == .json ? "" : ", \(form.rawValue) columns"
                let status = output.status == 0 ? "" : ", status \(output.status)"
                texts[verb, default: ""] += "# rssctl \(typed(command, form))\(width)\(status)\n\(text)"
                texts[verb, default: ""] += text.hasSuffix("\n") ? "\n" : "\n\n"
            }
        }
        let isRecording = ProcessInfo.processInfo.environment["RSSCTL_RECORD"] == "1"
        if isRecording { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
        for (verb, text) in texts.sorted(by: { $0.key < $1.key }) {
            let file = folder.appendingPathComponent("\(verb.replacing(" ", with: "-")).txt")
            if isRecording { try text.write(to: file, atomically: true, encoding: .utf8) }
            let expected = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            for difference in differences(expected, text) { Issue.record("\(file.lastPathComponent): \(difference)") }
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(files) == Set(texts.keys.map { "\($0.replacing(" ", with: "-")).txt" }), "a verb is gone")
    }

    /// The first lines that differ.
    private static func differences(_ expected: String, _ found: String) -> [String] {
        let old = expected.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let new = found.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var heading = ""
        for index in 0..<max(old.count, new.count) {
            let (before, after) = (index < old.count ? old[index] : "(end)", index < new.count ? new[index] : "(end)")
            if before.hasPrefix("# rssctl") { heading = before }
            if before != after { return ["line \(index + 1), \(heading)\n- \(before)\n+ \(after)"] }
        }
        return []
    }

    /// Members of a document are named in Docs.
    private static func checkMembers(_ text: String, _ line: String) {
        // Members that a user names are not ours.
        guard let value = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
            Issue.record("rssctl \(line): not an object")
            return
        }
        #expect(value["format"] as? Int == 1 && value["command"] is String && value["result"] != nil, "rssctl \(line)")
        for member in members(value) where !documented.contains(member) {
            Issue.record("rssctl \(line): the member \(member) is in no page of Docs")
        }
    }

    private static func members(_ value: Any) -> Set<String> {
        switch value {
        case let object as [String: Any]:
            // Objects by which values are named have keys that are data: tables, settings, counts.
            let own = Set(object.keys.filter { $0.wholeMatch(of: /[a-z][A-Za-z]*/) != nil })
            return object.reduce(into: own) { $0.formUnion(members($1.value)) }
        case let list as [Any]:
            return list.reduce(into: []) { $0.formUnion(members($1)) }
        default:
            return []
        }
    }

    /// All words of Docs.
    private static let documented: Set<String> = {
        let root = folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Docs")
        let paths = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return paths.filter { $0.hasSuffix(".md") }.reduce(into: []) { words, path in
            let page = (try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)) ?? ""
            words.formUnion(page.split { !$0.isLetter && !$0.isNumber }.map(String.init))
        }
    }()

    /// What this run of the servers and this form have made.
    private static func mask(_ form: Form, _ servers: FixedServers) throws -> GoldenMask {
        let ids = try runs("\(servers.root)/\(form.rawValue)/journal.sqlite")
        let numbered = ids.enumerated().flatMap { number, id in
            let digits = String(number + 1)
            let short = String(repeating: "0", count: 12 - digits.count) + digits
            return [(id, "00000000-0000-7000-8000-\(short)"), (String(id.suffix(12)), short)]
        }
        return GoldenMask(
            known: [
                (servers.root, "/tmp/rssctl-golden-folder"),
                // A path may be broken at its separators.
                (String(servers.root.suffix(6)), "folder"),
                ("\(servers.state.postgresPort)", "55432"),
                ("\(servers.state.redisPort)", "56379"), (servers.state.redisPassword, "SECRET"),
            ] + numbered)
    }

    /// The ids of the runs in a journal, in order.
    private static func runs(_ path: String) throws -> [String] {
        try Journal(path: path).runs(RunFilter()).sorted { $0.startedAt < $1.startedAt }.map(\.id)
    }
}
