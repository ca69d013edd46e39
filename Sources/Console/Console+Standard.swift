import Glibc
import Synchronization

extension Console {
    /// The console of this process.
    ///
    /// From here on a closed pipe is an error of the write, not a signal: SIGPIPE is ignored.
    package static func standard(
        color: ColorChoice = .auto, verbosity: Verbosity = .normal, environment: [String: String]
    ) -> Console {
        signal(SIGPIPE, SIG_IGN)
        return Console(
            output: .descriptor(.standardOutput, color: color, environment: environment),
            error: .descriptor(.standardError, color: color, environment: environment),
            input: FileDescriptorInput(STDIN_FILENO), verbosity: verbosity)
    }

    /// A console in memory, for tests: what would be on the screen is in the two sinks.
    package static func inMemory(
        isTTY: Bool = false, usesColor: Bool = false, width: Int? = nil, answers: [String]? = nil,
        charset: Charset = .utf8, zone: DisplayZone = .utc, verbosity: Verbosity = .normal
    ) -> (console: Console, output: MemorySink, error: MemorySink) {
        let (output, error) = (MemorySink(), MemorySink())
        let input: any LineInput = answers.map(AnswerList.init) ?? NoInput()
        let console = Console(
            output: Channel(
                sink: output, isTTY: isTTY, usesColor: usesColor, charset: charset, zone: zone, width: { width }),
            error: Channel(
                sink: error, isTTY: isTTY, usesColor: usesColor, charset: charset, zone: zone, width: { width }),
            input: input, verbosity: verbosity)
        return (console, output, error)
    }
}
