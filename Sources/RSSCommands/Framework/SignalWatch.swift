import Dispatch
import Glibc
import RSSModel
import Synchronization

/// Turns SIGINT and SIGTERM into a cancellation of the work, and ends the process where that does not help.
///
/// The first signal cancels; work that has not stopped after the grace is left to its servers, which notice that their
/// client is gone. A second SIGINT ends the process at once.
///
/// `@unchecked Sendable`: the sources are made once, in `init`, and dispatch sources may be used from any thread.
final class SignalWatch: @unchecked Sendable {
    private let received = Mutex<ExitStatus?>(nil)
    private let isWatching = Mutex(true)
    private var sources: [any DispatchSourceSignal] = []

    private static let queue = DispatchQueue(label: "signals")

    /// Work stops within this time after a signal, or is left behind.
    static let grace = DispatchTimeInterval.milliseconds(1700)

    /// - Parameters:
    ///   - onSignal: told of the first signal, on a queue of the system.
    ///   - onOverdue: told when the grace is over, right before the process ends.
    init(onSignal: @escaping @Sendable (ExitStatus) -> Void, onOverdue: @escaping @Sendable (ExitStatus) -> Void) {
        for (number, status) in [(SIGINT, ExitStatus.interrupted), (SIGTERM, .terminated)] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: Self.queue)
            source.setEventHandler { [weak self] in
                guard let self else { return }
                let isFirst = self.received.withLock { received in
                    defer { received = received ?? status }
                    return received == nil
                }
                guard isFirst else {
                    if number == SIGINT { _exit(status.rawValue) }
                    return
                }
                onSignal(status)
                Self.queue.asyncAfter(deadline: .now() + Self.grace) {
                    guard self.isWatching.withLock({ $0 }) else { return }
                    // The journal may be slow; it gets its chance, and the process ends in any case.
                    DispatchQueue.global().async { onOverdue(status) }
                    Self.queue.asyncAfter(deadline: .now() + .milliseconds(200)) { _exit(status.rawValue) }
                }
            }
            sources.append(source)
        }
        sources.forEach { $0.resume() }
    }

    /// The status of the signal that came first, nil when none did.
    var status: ExitStatus? { received.withLock { $0 } }

    /// Stops watching: the work is over.
    func stop() {
        isWatching.withLock { $0 = false }
        sources.forEach { $0.cancel() }
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }
}
