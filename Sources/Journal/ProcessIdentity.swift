import Foundation
import Glibc

/// Distinguishes a process from a later one with the same process id.
package struct ProcessIdentity: Sendable, Equatable {
    /// The process id.
    package let pid: Int32
    /// Start time in clock ticks since boot.
    package let start: Int64

    /// A process of this machine; nil when there is none of that number, or it is a zombie.
    package init?(pid: Int32) {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            // The name is in parentheses and may hold blanks and parentheses itself.
            let end = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        // Field 3 is the state, field 22 the start time; the name was field 2.
        guard fields.count > 19, fields[0] != "Z", let start = Int64(fields[19]) else { return nil }
        self.pid = pid
        self.start = start
    }

    /// This process.
    package static var current: ProcessIdentity? { ProcessIdentity(pid: getpid()) }
}

extension Run {
    /// Whether the run is in progress: not ended, and its process still exists. For another machine's run that is not known,
    /// so what it recorded counts.
    package func isGoingOn(here: String) -> Bool {
        guard outcome == .running else { return false }
        return host != here || ProcessIdentity(pid: pid)?.start == processStart
    }

    /// The outcome by what is known of the process: a run without an end whose process is gone was interrupted.
    package func effectiveOutcome(here: String) -> Outcome {
        outcome == .running && !isGoingOn(here: here) ? .interrupted : outcome
    }
}
