import Foundation
import Glibc
import Synchronization

/// Places at which a test can break in: to end the process as `kill -9` does, or to take the server's session away.
///
/// Nothing of it is left in a release build.
package enum FaultPoint {
    /// What a test does at each point that its task comes by.
    @TaskLocal package static var handler: (@Sendable (String) async throws -> Void)?

    #if DEBUG
        private static let passed = Mutex(0)
        /// `RSSCTL_FAULT=7`: the process is killed at the seventh point that it comes by.
        private static let fatal = ProcessInfo.processInfo.environment["RSSCTL_FAULT"].flatMap { Int($0) }
    #endif

    /// Comes by a point.
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
