import Glibc
import Synchronization

/// Where answers come from.
package protocol LineInput: Sendable {
    /// Whether a person can answer.
    var isTTY: Bool { get }
    /// The next line without its end; nil at the end of input.
    ///
    /// Throws ``ConsoleError/cancelled`` when the task is cancelled while it waits.
    func readLine() throws(ConsoleError) -> String?
}

/// Input of which nothing comes.
package struct NoInput: LineInput {
    /// Makes it.
    package init() {}
    /// No person can answer.
    package var isTTY: Bool { false }
    /// The end of input.
    package func readLine() -> String? { nil }
}

/// A terminal with answers given in advance, for tests.
package final class AnswerList: LineInput {
    private let answers: Mutex<ArraySlice<String>>

    /// Makes input of these lines.
    package init(_ answers: [String]) { self.answers = Mutex(answers[...]) }
    /// It counts as a terminal.
    package var isTTY: Bool { true }
    /// The next answer.
    package func readLine() -> String? { answers.withLock { $0.popFirst() } }
}

/// Lines from a file descriptor, read byte by byte, so that nothing is taken beyond the line.
package struct FileDescriptorInput: LineInput {
    private let descriptor: Int32

    /// Makes input over a descriptor that its caller owns.
    package init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Whether the descriptor is a terminal.
    package var isTTY: Bool { isatty(descriptor) == 1 }

    /// Waits for a line in steps of 100 ms, between which a cancelled task stops waiting.
    package func readLine() throws(ConsoleError) -> String? {
        var bytes: [UInt8] = []
        while true {
            if Task.isCancelled { throw .cancelled }
            var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&watched, 1, 100) > 0 else { continue }
            var byte: UInt8 = 0
            let count = read(descriptor, &byte, 1)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            if count <= 0 { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
    }
}
