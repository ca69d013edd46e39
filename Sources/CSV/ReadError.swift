import Glibc

/// The file could not be opened or read.
public struct ReadError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was tried: `open`, `read`.
    public let operation: String
    /// The file as the caller named it; nil for a descriptor.
    public let path: String?
    /// The system's error number.
    public let errno: Int32

    /// The system's message.
    public var description: String {
        "cannot \(operation) \(path ?? "the input"): " + String(cString: strerror(errno))
    }
}
