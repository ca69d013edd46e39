import Foundation
import Glibc
import Synchronization

/// A TCP proxy on the loopback address that begins to misbehave when it has passed on a certain text: the way between a
/// client and a server that both are alive.
package final class FaultyProxy: Sendable {
    /// What goes wrong.
    package enum Fault: Sendable {
        /// Nothing is passed on any more; connections stay open, and new ones are accepted.
        case frozen
        /// The connections of now are frozen; new ones are served.
        case halfFrozen
        /// One byte a second is passed on in each direction.
        case dripping
    }

    private struct State {
        var fault: Fault?
        var isClosed = false
    }

    private let state = Mutex(State())
    private let listener: Int32

    /// Where clients connect to.
    package let port: Int

    /// Starts the proxy.
    ///
    /// - Parameters:
    ///   - upstream: the server's port on the loopback address.
    ///   - fault: what goes wrong.
    ///   - trigger: what a client sends before it goes wrong; empty for the first byte.
    ///   - grace: the bytes that pass after that.
    package init(to upstream: Int, _ fault: Fault, at trigger: String, after grace: Int = 0) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        port = try Self.listen(listener)
        let thread = Thread { [self] in
            serve(upstream, Watch(fault: fault, trigger: Data(trigger.utf8), grace: grace))
            close(listener)
        }
        thread.start()
    }

    /// Whether it misbehaves by now.
    package var isFaulty: Bool { state.withLock { $0.fault != nil } }

    /// Ends the proxy and all connections through it.
    package func stop() { state.withLock { $0.isClosed = true } }

    private struct Failure: Error {}

    /// Counts down to the fault.
    private struct Watch {
        let fault: Fault
        let trigger: Data
        var grace: Int
        var isTriggered = false

        /// Records what passes; true when the fault begins after it.
        mutating func passed(_ bytes: Data, fromClient: Bool) -> Bool {
            if isTriggered { grace -= bytes.count }
            if !isTriggered, fromClient, trigger.isEmpty || bytes.range(of: trigger) != nil { isTriggered = true }
            return isTriggered && grace <= 0
        }
    }

    /// One direction of one connection.
    private struct Lane {
        let from: Int32
        let to: Int32
        let isFromClient: Bool
        var fault: Fault?
        var next = ContinuousClock.now
    }

    private func serve(_ upstream: Int, _ watch: Watch) {
        var watch = watch
        var lanes: [Lane] = []
        defer { lanes.filter(\.isFromClient).forEach { [$0.from, $0.to].forEach { close($0) } } }
        while !state.withLock({ $0.isClosed }) {
            var watched = ([listener] + lanes.map(\.from)).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            // What is held back stays readable.
            for (index, lane) in lanes.enumerated() where lane.fault != nil && lane.next > .now {
                watched[index + 1].fd = -1
            }
            _ = poll(&watched, nfds_t(watched.count), 20)
            var ended: Set<Int32> = []
            for index in lanes.indices where watched[index + 1].revents != 0 {
                let wasFaulty = isFaulty
                if !pass(&lanes[index], &watch) { ended.formUnion([lanes[index].from, lanes[index].to]) }
                guard !wasFaulty, let fault = state.withLock({ $0.fault }) else { continue }
                for other in lanes.indices {
                    lanes[other].fault = fault
                    lanes[other].next = fault == .dripping ? .now : .now + .seconds(3600)
                }
            }
            lanes.removeAll { ended.contains($0.from) || ended.contains($0.to) }
            ended.forEach { close($0) }
            guard watched[0].revents != 0 else { continue }
            let client = accept(listener, nil, nil)
            let server = Self.connected(upstream)
            let fault = state.withLock { $0.fault }.flatMap { $0 == .halfFrozen ? nil : $0 }
            let next: ContinuousClock.Instant = fault == .frozen ? .now + .seconds(3600) : .now
            lanes.append(Lane(from: client, to: server, isFromClient: true, fault: fault, next: next))
            lanes.append(Lane(from: server, to: client, isFromClient: false, fault: fault, next: next))
        }
    }

    /// Forwards what is available; false at the end of a connection.
    private func pass(_ lane: inout Lane, _ watch: inout Watch) -> Bool {
        var buffer = [UInt8](repeating: 0, count: lane.fault == .dripping ? 1 : 16_384)
        let count = read(lane.from, &buffer, buffer.count)
        guard count > 0 else { return false }
        lane.next = .now + .seconds(1)
        var sent = 0
        while sent < count {
            let written = buffer.withUnsafeBytes {
                send(lane.to, $0.baseAddress?.advanced(by: sent), count - sent, Int32(MSG_NOSIGNAL))
            }
            guard written > 0 else { return false }
            sent += written
        }
        if watch.passed(Data(buffer[..<count]), fromClient: lane.isFromClient) {
            let fault = watch.fault
            state.withLock { $0.fault = $0.fault ?? fault }
        }
        return true
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func listen(_ descriptor: Int32) throws -> Int {
        var address = address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isReady = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && Glibc.listen(descriptor, 64) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isReady else { throw Failure() }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func connected(_ port: Int) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = address(port)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return descriptor
    }
}
