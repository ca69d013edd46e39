import Synchronization

/// A sink that keeps what is written, for tests and for output that is measured before it is shown.
package final class MemorySink: ByteSink {
    private struct State {
        var bytes: [UInt8] = []
        var failure: ConsoleError?
        var failsAfter: Int
    }

    private let state: Mutex<State>

    /// Makes an empty sink; with a failure, it throws that once this number of bytes has been written.
    package init(failing failure: ConsoleError? = nil, after limit: Int = 0) {
        state = Mutex(State(failure: failure, failsAfter: limit))
    }

    /// Everything written so far.
    package var bytes: [UInt8] { state.withLock { $0.bytes } }
    /// Everything written so far, as text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Forgets what was written.
    package func removeAll() { state.withLock { $0.bytes.removeAll() } }

    /// Keeps the bytes.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(ConsoleError) {
        try state.withLock { (state) throws(ConsoleError) in
            if let failure = state.failure, state.bytes.count + bytes.count > state.failsAfter { throw failure }
            state.bytes.append(contentsOf: bytes)
        }
    }
}
