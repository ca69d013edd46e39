import Foundation
import Glibc
import Synchronization

/// Points at which a test can inject a fault: end the process as `kill -9` does, or end the server's session.
///
/// A release build has none of it.
package enum FaultPoint {
    /// What a test does at each point that its task reaches.
    @TaskLocal package static var handler: (@Sendable (String) async throws -> Void)?

    #if DEBUG
        private static let passed = Mutex(0)
        /// `RSSCTL_FAULT=7`: the process is killed at the seventh point that it reaches.
        private static let fatal = ProcessInfo.processInfo.environment["RSSCTL_FAULT"].flatMap { Int($0) }
    #endif

    /// Reaches a point.
    package static func reach(_ name: String) async throws {
        #if DEBUG
            if let handler { try await handler(name) }
            guard let fatal else { return }
            let count = passed.withLock { count in
                count += 1
                return count
            }
            if count == fatal { kill(getpid(), SIGKILL) }
        #endif
    }
}
