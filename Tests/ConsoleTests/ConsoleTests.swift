@testable import Console
import Dispatch
import Foundation
import Glibc
import RSSModel
import Synchronization
import Testing

@Suite struct ConsoleTests {
    private func pipeEnds() -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    @Test func `a reader that is gone is a broken pipe, not a signal`() throws {
        signal(SIGPIPE, SIG_IGN)
        let ends = pipeEnds()
        close(ends.read)
        defer { close(ends.write) }
        let console = Console(
            output: Channel(sink: FileDescriptorSink(ends.write, name: "stdout")), error: Channel(sink: MemorySink()))
        let result = Samples.Result(when: Samples.moment, names: [], tables: [Samples.hardware])
        for format in OutputFormat.allCases {
            #expect(throws: ConsoleError.brokenPipe) {
                try Renderer(format: format).render(result, to: console, command: "x")
            }
        }
    }

    @Test func `a full disk is reported with its code`() throws {
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        let error = #expect(throws: ConsoleError.self) { try FileDescriptorSink(full, name: "stdout").write("x") }
        #expect(error == .cannotWrite(stream: "stdout", errno: ENOSPC))
        #expect(error?.report.code == "RSS-OUTPUT-001")
        #expect(error?.report.exit == .cannotWrite)
    }

    @Test func `a slow reader of a non-blocking pipe gets every byte`() throws {
        let ends = pipeEnds()
        _ = fcntl(ends.write, F_SETFL, O_NONBLOCK)
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        // A thread, not a task: with few cores the pool may be full of tests that wait as this one does.
        let received = Mutex<[UInt8]>([])
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            var chunk = [UInt8](repeating: 0, count: 4096)
            while case let count = read(ends.read, &chunk, chunk.count), count > 0 {
                received.withLock { $0 += chunk[..<count] }
            }
            done.signal()
        }
        try FileDescriptorSink(ends.write, name: "pipe").write(bytes)
        close(ends.write)
        done.wait()
        #expect(received.withLock { $0 } == bytes)
        close(ends.read)
    }

    @Test func `what was written before a failure is handed over`() {
        let (console, output, _) = Console.inMemory()
        #expect(throws: ConsoleError.encodingFailed(reason: "x")) {
            try console.withOutput { (out) throws(ConsoleError) in
                try out.writeLine("first")
                throw .encodingFailed(reason: "x")
            }
        }
        #expect(output.text == "first\n")
    }

    @Test func `colour obeys flag, NO_COLOR, CLICOLOR_FORCE and TERM, in this order`() {
        func isOn(_ choice: ColorChoice, _ isTTY: Bool, _ environment: [String: String]) -> Bool {
            choice.isOn(isTTY: isTTY, environment: environment)
        }
        #expect(isOn(.auto, true, [:]))
        #expect(!isOn(.auto, false, [:]))
        #expect(!isOn(.auto, true, ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"]))
        #expect(isOn(.auto, true, ["NO_COLOR": ""]))
        #expect(isOn(.auto, false, ["CLICOLOR_FORCE": "1"]))
        #expect(!isOn(.auto, false, ["CLICOLOR_FORCE": "0"]))
        #expect(!isOn(.auto, true, ["TERM": "dumb"]))
        #expect(isOn(.always, false, ["NO_COLOR": "1", "TERM": "dumb"]))
        #expect(!isOn(.never, true, ["CLICOLOR_FORCE": "1"]))
    }

    @Test func `a pseudo-terminal reports its width`() throws {
        let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        defer { close(terminal) }
        var size = winsize(ws_row: 10, ws_col: 57, ws_xpixel: 0, ws_ypixel: 0)
        #expect(ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0)
        let channel = Channel.descriptor(
            FileDescriptorSink(terminal, name: "t"), color: .auto, environment: ["COLUMNS": "90"])
        #expect(channel.isTTY && channel.usesColor && channel.width == 57)
        size.ws_col = 0
        #expect(ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0)
        #expect(channel.width == 90)
    }

    @Test func `any answer but yes counts as no`() throws {
        for (answer, expected) in [
            ("y", true), ("YES", true), (" yes ", true), ("", false), ("n", false), ("yeah", false),
        ] {
            let (console, output, error) = Console.inMemory(isTTY: true, answers: [answer])
            #expect(try Prompt(console).confirm("Drop p2024_01?") == expected)
            #expect(error.text == "Drop p2024_01? [y/N] ")
            #expect(output.text.isEmpty)
        }
        #expect(try !Prompt(Console.inMemory(answers: []).console).confirm("Drop?"))
    }

    @Test func `a name must be typed exactly`() throws {
        for (answer, expected) in [("visits", true), ("Visits", false), ("visit", false)] {
            let (console, _, _) = Console.inMemory(answers: [answer])
            #expect(try Prompt(console).confirm("Drop all?", typing: "visits") == expected)
        }
    }

    @Test func `without a terminal a question is an error with the way out`() {
        let error = #expect(throws: ConsoleError.self) { try Prompt(Console.inMemory().console).confirm("Drop?") }
        #expect(error?.report.code == "RSS-PROMPT-001")
        #expect(error?.report.exit == .usage)
        #expect(error?.report.hint == "Add --yes to confirm in advance.")
    }

    @Test func `what is said after a question without an answer has a line of its own`() {
        let (console, _, error) = Console.inMemory(isTTY: true, answers: [])
        #expect(throws: Never.self) { try Prompt(console).confirm("Drop?") }
        console.say("error: interrupted")
        #expect(error.text == "Drop? [y/N] \nerror: interrupted\n")
    }

    @Test func `waiting for an answer ends when the task is cancelled`() async {
        let ends = pipeEnds()
        defer { [ends.read, ends.write].forEach { close($0) } }
        let task = Task.detached { try FileDescriptorInput(ends.read).readLine() }
        task.cancel()
        await #expect(throws: ConsoleError.cancelled) { try await task.value }
    }

    @Test func `lines are read without taking more than the line`() throws {
        let ends = pipeEnds()
        defer { close(ends.read) }
        try FileDescriptorSink(ends.write, name: "pipe").write("one\ntwo\nthree")
        close(ends.write)
        let input = FileDescriptorInput(ends.read)
        #expect(try input.readLine() == "one")
        #expect(try input.readLine() == "two")
        #expect(try input.readLine() == "three")
        #expect(try input.readLine() == nil)
    }

    @Test func `a pager gets everything, may be left early, and may be missing`() throws {
        let file = "/tmp/rssctl-pager-\(getpid())"
        defer { unlink(file) }
        let bytes = [UInt8](repeating: 65, count: 300_000)
        #expect(Pager(environment: ["PAGER": "cat > \(file)"])?.show(bytes) == true)
        var status = stat()
        #expect(stat(file, &status) == 0 && status.st_size == 300_000)
        signal(SIGPIPE, SIG_IGN)
        #expect(Pager(environment: ["RSSCTL_PAGER": "true", "PAGER": "false"])?.show(bytes) == true)
        #expect(Pager(environment: ["PAGER": "no-such-pager-here 2>/dev/null"])?.show(bytes) == false)
        #expect(Pager(environment: ["PAGER": ""]) == nil)
        #expect(Pager(environment: ["PAGER": "cat"]) == nil)
        #expect(Pager(environment: [:])?.command == "less -FIRX")
    }
}
