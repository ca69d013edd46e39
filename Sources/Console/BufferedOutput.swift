/// Text on its way to a sink, handed over in large pieces, so that a long table costs few system calls.
package struct BufferedOutput: ~Copyable {
    private let sink: any ByteSink
    private let capacity: Int
    private var buffer: [UInt8] = []

    /// Makes an output over a sink; the buffer is handed over whenever it holds `capacity` bytes.
    package init(_ sink: any ByteSink, capacity: Int = 32_768) {
        self.sink = sink
        self.capacity = capacity
    }

    /// Adds text.
    package mutating func write(_ text: String) throws(ConsoleError) {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= capacity { try flush() }
    }

    /// Adds text and a line end.
    package mutating func writeLine(_ text: String = "") throws(ConsoleError) {
        buffer.append(contentsOf: text.utf8)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= capacity { try flush() }
    }

    /// Adds bytes.
    package mutating func write(bytes: some Sequence<UInt8>) throws(ConsoleError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= capacity { try flush() }
    }

    /// Hands over what is held. Must be called at the end; nothing is written by going out of scope.
    package mutating func flush() throws(ConsoleError) {
        guard !buffer.isEmpty else { return }
        defer { buffer.removeAll(keepingCapacity: true) }
        try sink.write(buffer)
    }
}
