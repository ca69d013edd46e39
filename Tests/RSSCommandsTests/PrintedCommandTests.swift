import ArgumentParser
import Foundation
import Testing

@testable import RSSCommands

/// Commands that explanations of error codes print to be typed: the real parser takes each of them, so a flag that is renamed or a value
/// of another shape is found here and not by whoever types it.
@Suite struct PrintedCommandTests {
    /// What stands in a text for a value that only a run knows.
    private static let samples = [
        "TABLE": "visit_reports", "PARTITION": "visit_reports_2026_01", "VERSION": "3", "N": "2",
        "NUMBER": "RSS-202611-000001",
        "FILE": "file.json", "FOLDER": "/srv/archive", "RUN": "01a22058", "ROLE": "anna", "REPORT": "RSS-202611-000001",
        "REF": "main", "CODE": "RSS-IMPORT-118",
    ]

    /// A text in which what is to be filled in is.
    private static func filled(_ text: String) -> String {
        // An interpolation of a source: a version is one, everything else may be any word.
        let text = text.replacing(/\\\((?<what>[^()]|\([^()]*\))*\)/) { match in
            let kinds = [
                ("version", "3"), ("count", "3"), ("flags", "--for reader"), ("object", "hardware"),
                ("interval", "month"),
            ]
            return kinds.first { match.0.contains($0.0) }?.1 ?? "x"
        }
        return text.split(separator: " ", omittingEmptySubsequences: false)
            .map { word in samples[word.trimmingCharacters(in: ["."])] ?? String(word) }.joined(separator: " ")
    }

    /// The words of a command, as a shell makes them of a text without variables.
    private static func words(_ text: Substring) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == " " {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        return words + (word.map { [$0] } ?? [])
    }

    /// The command lines in a text, without `rssctl`: each up to a sign that ends it, or the end.
    private static func commands(in text: String) -> [[String]] {
        filled(text).matches(of: /(?:^|[ `:])rssctl (?<rest>[a-z][^`]*)/).map { match in
            let line = match.rest
            let end = [", ", "; ", " && ", " > ", ": ", " … ", " — "].compactMap { line.firstRange(of: $0)?.lowerBound }
                .min()
            return words(line[..<(end ?? line.endIndex)])
        }
    }

    private static func parses(_ words: [String]) -> Bool {
        do {
            _ = try Root.parseAsRoot(words)
            return true
        } catch {
            // A page of help is what was asked for.
            return Root.exitCode(for: error) == .success
        }
    }

    /// What an explanation leaves out of a command: a value of its last flag, or what it is about.
    private static let additions = [
        ["x"], ["3"], ["hardware", "x"], ["x", "hardware", "a=device_name"], ["3", "--reason", "x"], ["--reason", "x"],
    ]

    /// Why a command line cannot be typed; nil where it can.
    ///
    /// - Parameter isMention: whether the name of a command alone, without what it needs, will do.
    private static func problem(_ words: [String], isMention: Bool) -> String? {
        var level: any ParsableCommand.Type = Root.self
        var depth = 0
        for word in words {
            guard let child = level.children.first(where: { $0._commandName == word }) else { break }
            level = child
            depth += 1
        }
        // Prose: rssctl itself does something.
        if depth == 0 { return nil }
        let arguments = words.dropFirst(depth)
        // The name of a command alone is a mention everywhere.
        if arguments.isEmpty { return nil }
        if parses(words) { return nil }
        for more in isMention ? additions : [] where parses(words + more) { return nil }
        // The longest beginning that is a command; what follows is prose, which names no flag.
        for count in stride(from: words.count, through: depth, by: -1) where parses(Array(words[..<count])) {
            let flags = words[count...].filter { $0.hasPrefix("--") }
            return flags.isEmpty ? nil : "\(flags.joined(separator: " ")) is not understood"
        }
        if isMention, arguments.allSatisfy({ !$0.hasPrefix("-") }) { return nil }
        return "it cannot be parsed"
    }

    @Test(arguments: ErrorCode.all.map(\.code))
    func `what an explanation says to type is a command with its flags and values`(name: String) throws {
        let code = try #require(ErrorCode.all.first { $0.code == name })
        for text in [code.cause, code.action] {
            for span in text.matches(of: /`(?<span>[^`]+)`/) {
                let typed = String(span.span)
                let first = typed.split(separator: " ").first.map(String.init) ?? ""
                let isGroup = Root.children.contains { $0._commandName == first } && typed.contains(" ")
                let line = typed.hasPrefix("rssctl ") ? typed : isGroup ? "rssctl \(typed)" : ""
                for command in Self.commands(in: line) {
                    if let problem = Self.problem(command, isMention: true) { Issue.record("`\(typed)`: \(problem)") }
                }
                // A flag by itself is one of some command.
                guard let flag = typed.wholeMatch(of: /(?<flag>--[a-z][a-z-]*)( .*)?/) else { continue }
                #expect(Self.flags.contains(String(flag.flag)), "\(flag.flag) is an option of no command")
            }
        }
    }

    /// The texts of a source that may have commands: its string literals of one line, and the lines of the longer ones, in which interpolations are still to be
    /// filled in.
    private static func texts(of source: String) -> [String] {
        var texts: [String] = []
        var isLong = false
        for line in source.split(separator: "\n").map({ $0.drop { $0 == " " } }) where isLong || !line.hasPrefix("//") {
            if isLong {
                isLong = !line.contains("\"\"\"")
                texts.append(String(line))
            } else if line.hasSuffix("\"\"\"") {
                isLong = true
            } else if line.contains("rssctl ") {
                texts += line.matches(of: /"(?<text>(?:[^"\\]|\\\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\\.)*)"/)
                    .map { String($0.text) }
            }
        }
        return texts
    }

    @Test func `what a message says to type is a command with its flags and values`() throws {
        var seen: Set<[String]> = []
        for (path, source) in try ArchitectureTests.sources("Sources")
        where !path.hasPrefix("RSSCommands/Explain/Codes") {
            for text in Self.texts(of: source) where text.contains("rssctl ") {
                for command in Self.commands(in: text) where seen.insert(command).inserted {
                    if let problem = Self.problem(command, isMention: true) {
                        Issue.record("\(path): rssctl \(command.joined(separator: " ")): \(problem)")
                    }
                }
            }
        }
        #expect(seen.count > 150)
    }

    private static let flags: Set<String> = {
        // A tree that cannot be read fails the tests of help.
        let commands = (try? CommandTree.load())?.command.all ?? []
        return Set(commands.flatMap { $0.visibleArguments }.flatMap { ($0.names ?? []).map(\.text) })
    }()

    @Test func `a command that is no longer one is found`() {
        for line in [
            "rssctl partition status --tabel x", "rssctl partition maintain --allow-mass-retire many",
            "rssctl migrate up --to",
        ] {
            #expect(Self.commands(in: line).contains { Self.problem($0, isMention: false) != nil }, "\(line)")
        }
        for line in [
            "List the partitions: rssctl partition status", "Run it again: rssctl cache warm",
            "undo it with rssctl bulk undo \\(run), or use --atomic", "rssctl setup roles --help",
            "accept it: rssctl migrate repair --accept \\(version) --reason '…'",
        ] {
            for command in Self.commands(in: line) {
                #expect(Self.problem(command, isMention: false) == nil, "\(line)")
            }
        }
    }
}
