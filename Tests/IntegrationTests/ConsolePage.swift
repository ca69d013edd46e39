import Foundation

/// A page of the documentation as its reader types it: the commands of its `console` blocks, in order, with the output
/// that the page shows.
///
/// CONTRIBUTING.md, "Pages that are run", has the conventions. In short: a line after `$ ` is a command, lines after
/// `> ` continue it, the rest is its output; `…` stands for any text, and alone on a line for any lines; a block after
/// `<!-- file: NAME -->` is a file that the reader saves; after `<!-- numbers vary -->` numbers are not compared; a
/// command that ends with another status than 0 is followed by `echo $?`.
struct ConsolePage {
    /// A command with its output, as the page has it.
    struct Command {
        let text: String
        /// The line of the page, from 1.
        let line: Int
        fileprivate(set) var output: [String] = []
        /// The lines of the page that hold the output.
        fileprivate var range: Range<Int>
        let numbersVary: Bool
    }

    /// What a command printed, on both streams in their order, and its exit status.
    struct Outcome: Equatable {
        let output: [String]
        let status: Int
    }

    /// Where page and run differ.
    struct Difference: CustomStringConvertible {
        let line: Int
        let command: String
        let expected: [String]
        let actual: [String]
        let reason: String

        var description: String {
            """
            line \(line): \(reason): \(command)
            --- the page
            \(expected.joined(separator: "\n"))
            --- the run
            \(actual.joined(separator: "\n"))
            """
        }
    }

    private enum Step {
        case file(name: String, lines: [String])
        case command(Int)
    }

    private var lines: [String]
    private var steps: [Step] = []
    private(set) var commands: [Command] = []
    /// Lines of blocks that show commands and are not `console`: they would never be run.
    private(set) var promptsElsewhere: [Int] = []
    /// Why nothing of the page is run: `<!-- not run: REASON -->`.
    private(set) var reasonNotRun: String?

    init(markdown: String) {
        lines = markdown.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var fence: (language: String, indent: String)?
        var name: String?
        var numbersVary = false
        var file: [String] = []
        for (index, line) in lines.enumerated() {
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            guard let open = fence else {
                if trimmed.hasPrefix("```") {
                    fence = (String(trimmed.dropFirst(3)), String(line.prefix { $0 == " " }))
                    file = []
                } else if let comment = Self.comment(trimmed) {
                    if comment.hasPrefix("file: ") { name = String(comment.dropFirst(6)) }
                    if comment.hasPrefix("not run: ") { reasonNotRun = String(comment.dropFirst(9)) }
                    if comment == "numbers vary" { numbersVary = true }
                } else if !trimmed.isEmpty {
                    name = nil
                    numbersVary = false
                }
                continue
            }
            if trimmed == "```" {
                if let name { steps.append(.file(name: name, lines: file)) }
                fence = nil
                name = nil
                numbersVary = false
                continue
            }
            let text = line.hasPrefix(open.indent) ? String(line.dropFirst(open.indent.count)) : line
            if name != nil {
                file.append(text)
            } else if open.language == "console" {
                read(text, at: index, numbersVary: numbersVary)
            } else if text.hasPrefix("$ ") {
                promptsElsewhere.append(index + 1)
            }
        }
    }

    /// The text of a comment of Markdown that fills its line.
    private static func comment(_ line: String) -> String? {
        guard line.hasPrefix("<!--"), line.hasSuffix("-->") else { return nil }
        return line.dropFirst(4).dropLast(3).trimmingCharacters(in: .whitespaces)
    }

    /// Takes a line of a console block.
    private mutating func read(_ text: String, at index: Int, numbersVary: Bool) {
        if text.hasPrefix("$ ") {
            steps.append(.command(commands.count))
            commands.append(
                Command(
                    text: String(text.dropFirst(2)), line: index + 1, range: index + 1..<index + 1,
                    numbersVary: numbersVary))
            return
        }
        guard let last = commands.indices.last else { return }
        if text.hasPrefix("> "), commands[last].output.isEmpty, commands[last].range.upperBound == index {
            let before = commands[last]
            commands[last] = Command(
                text: before.text + "\n" + text.dropFirst(2), line: before.line, range: index + 1..<index + 1,
                numbersVary: numbersVary)
        } else {
            commands[last].output.append(text)
            commands[last].range = commands[last].range.lowerBound..<index + 1
        }
    }

    /// A script for bash that types all of the page into one shell, so that variables and folders stay. After each
    /// command it prints its number and its exit status between two record separators.
    var script: String {
        var script = ["exec 2>&1", "typed_status=0"]
        for step in steps {
            switch step {
            case .file(let name, let lines):
                let folder = URL(fileURLWithPath: name).deletingLastPathComponent().relativePath
                script += ["mkdir -p '\(folder)'", "cat > '\(name)' <<'END_OF_THE_FILE'"] + lines + ["END_OF_THE_FILE"]
            case .command(let number):
                script += [
                    "(exit $typed_status)", commands[number].text, "typed_status=$?",
                    #"printf '\n\036%s %s\036\n' \#(number) $typed_status"#,
                ]
            }
        }
        return script.joined(separator: "\n") + "\n"
    }

    /// What each command of the script printed; fewer than there are commands when the shell ended early.
    static func outcomes(_ transcript: String) -> [Outcome] {
        let parts = transcript.split(separator: "\u{1E}", omittingEmptySubsequences: false)
        // The output of a command, then its number and status, and so on.
        return stride(from: 0, to: parts.count - 1, by: 2).map { index in
            let words = parts[index + 1].split(separator: " ")
            var output = parts[index].split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            // The line end after the mark before it, and those between the output and its own mark.
            if index > 0, output.first == "" { output.removeFirst() }
            while output.last == "" { output.removeLast() }
            return Outcome(output: output, status: words.last.flatMap { Int($0) } ?? -1)
        }
    }

    /// Where the page shows something else than what its commands printed.
    func differences(_ outcomes: [Outcome]) -> [Difference] {
        var differences: [Difference] = []
        for (number, command) in commands.enumerated() {
            func differ(_ reason: String, _ actual: [String]) {
                differences.append(
                    Difference(
                        line: command.line, command: command.text, expected: command.output, actual: actual,
                        reason: reason))
            }
            guard number < outcomes.count else {
                differ("the shell ended before it", [])
                break
            }
            let outcome = outcomes[number]
            let statusIsShown = number + 1 < commands.count && commands[number + 1].text == "echo $?"
            if !agrees(command, outcome) {
                differ("another output", outcome.output)
            } else if outcome.status != 0, !statusIsShown {
                differ("status \(outcome.status) without a line that shows it (echo $?)", outcome.output)
            }
        }
        return differences
    }

    private func agrees(_ command: Command, _ outcome: Outcome) -> Bool {
        func masked(_ lines: [String]) -> [String] {
            lines.map { ConsoleMask.masked($0, numbers: command.numbersVary) }
        }
        return ConsoleMask.matches(masked(Self.trimmed(command.output)), masked(outcome.output))
    }

    private static func trimmed(_ lines: [String]) -> [String] {
        Array(lines.reversed().drop { $0.trimmingCharacters(in: .whitespaces).isEmpty }.reversed())
    }

    /// The page with the outputs of a run in place of those that differ.
    func recorded(_ outcomes: [Outcome]) -> String {
        var page = lines
        for (command, outcome) in zip(commands, outcomes).reversed() where !agrees(command, outcome) {
            let shown = lines[command.line - 1]
            let indent = String(shown.prefix { $0 == " " })
            // A blank line between an output and the next command stays.
            let blank = command.output.count > Self.trimmed(command.output).count ? [""] : []
            page.replaceSubrange(
                command.range, with: outcome.output.map { $0.isEmpty ? "" : indent + $0 } + blank)
        }
        return page.joined(separator: "\n")
    }
}
