import Dispatch

/// Runs the jobs of one actor on a dispatch queue of its own, so that a call that blocks in poll(2) delays only
/// the callers of that actor. The cooperative pool of two threads would be starved by two such calls.
final class SerialQueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: UnownedJob) {
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}
