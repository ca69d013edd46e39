/// Asks before something is done that cannot be undone.
package struct Prompt: Sendable {
    private let console: Console

    /// Makes a prompt that asks on stderr and reads from the console's input.
    package init(_ console: Console) { self.console = console }

    /// Asks a question that is answered with yes or no; anything but `y` or `yes` is no, also the end of input.
    ///
    /// Throws ``ConsoleError/notInteractive(question:)`` where there is no terminal to ask on.
    package func confirm(_ question: String) throws(ConsoleError) -> Bool {
        let question = VisibleText.of(question)
        try requireTerminal(question)
        console.ask(question + " [y/N] ")
        let answer = try answer()
        return ["y", "yes"].contains(trimmed(answer).lowercased())
    }

    /// Asks for a name to be typed in full, for what destroys data; true when it was typed exactly.
    package func confirm(_ question: String, typing name: String) throws(ConsoleError) -> Bool {
        let question = VisibleText.of(question)
        try requireTerminal(question)
        console.ask("\(question)\nType \(console.error.style(VisibleText.of(name), .strong)) to continue: ")
        return trimmed(try answer()) == name
    }

    /// The answer. Without one the question's line is ended, so that what is printed next has a line of its own.
    private func answer() throws(ConsoleError) -> String {
        do throws(ConsoleError) {
            if let line = try console.input.readLine() { return line }
        } catch {
            console.ask("\n")
            throw error
        }
        console.ask("\n")
        return ""
    }

    /// Asks which of some things is meant, by their numbers from 1; nil for any other answer, and where there is no terminal to
    /// ask on.
    package func choose(_ question: String, from choices: [String]) throws(ConsoleError) -> Int? {
        guard console.input.isTTY else { return nil }
        let lines = choices.enumerated().map { "  \($0.offset + 1)  \(VisibleText.of($0.element))" }
        console.ask(([VisibleText.of(question)] + lines).joined(separator: "\n") + "\n[1-\(choices.count)] ")
        guard let answer = Int(trimmed(try console.input.readLine() ?? "")), choices.indices.contains(answer - 1) else {
            return nil
        }
        return answer - 1
    }

    private func requireTerminal(_ question: String) throws(ConsoleError) {
        guard console.input.isTTY else { throw .notInteractive(question: question) }
    }

    private func trimmed(_ answer: String) -> String {
        String(answer.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
