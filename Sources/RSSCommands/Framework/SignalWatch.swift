import CProcessEnd
import Dispatch
import Glibc
import RSSModel
import Synchronization

/// Turns SIGINT, SIGTERM and SIGHUP into a cancellation of the work, and lets the journal record the end where that does
/// not help.
///
/// Work that has not stopped after the grace is left to its servers, which notice that their client is gone:
/// ``ProcessEnd`` ends the process then, whatever the threads do. A second SIGINT ends it at once.
///
/// `@unchecked Sendable`: the source is made once, in `init`, and dispatch sources may be used from any thread.
final class SignalWatch: @unchecked Sendable {
    private let isWatching = Mutex(true)
    private let source: (any DispatchSourceRead)?
    private let onOverdue: @Sendable (ExitStatus) -> Void

    private static let queue = DispatchQueue(label: "signals")

    /// What is left for the journal before the process ends.
    private static let lastWords = Duration.milliseconds(200)

    /// - Parameters:
    ///   - onSignal: called with the first signal, on a queue of the system.
    ///   - onOverdue: called shortly before the process ends because the work did not stop.
    init(onSignal: @escaping @Sendable (ExitStatus) -> Void, onOverdue: @escaping @Sendable (ExitStatus) -> Void) {
        self.onOverdue = onOverdue
        let descriptor = process_end_watch()
        source =
            descriptor < 0 ? nil : DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: Self.queue)
        source?.setEventHandler { [weak self] in
            var byte: UInt8 = 0
            guard let self, read(descriptor, &byte, 1) == 1, let status = self.status else { return }
            onSignal(status)
            self.expectEnd(status)
        }
        source?.resume()
    }

    /// The status of the signal that came first, nil when none did.
    var status: ExitStatus? {
        switch process_end_signal() {
        case 0: nil
        case SIGINT: .interrupted
        case SIGHUP: .hungUp
        default: .terminated
        }
    }

    /// The work was asked to stop, by a signal or because the deadline passed.
    func expectEnd(_ status: ExitStatus) {
        let wait = Int((ProcessEnd.grace - Self.lastWords) / .milliseconds(1))
        // The journal may be slow; the process ends in any case.
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(wait)) {
            if self.isWatching.withLock({ $0 }) { self.onOverdue(status) }
        }
    }

    /// Stops watching: the work is over.
    func stop() {
        isWatching.withLock { $0 = false }
        source?.cancel()
        process_end_unwatch()
    }
}
