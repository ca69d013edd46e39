import Synchronization

/// The servers that a run has connected to, in the order of the first time.
final class ServerNames: Sendable {
    private let names = Mutex<[String]>([])

    /// Adds a server.
    func add(_ name: String) {
        names.withLock { if !$0.contains(name) { $0.append(name) } }
    }

    /// All of them.
    var all: [String] { names.withLock { $0 } }
}
