/// Which primary of a cluster has which slots.
struct SlotMap: Sendable, Equatable {
    /// The primaries, each once.
    private(set) var primaries: [RedisServerAddress] = []
    /// All nodes that the answer named, replicas among them.
    private(set) var nodes: Set<RedisServerAddress> = []
    /// The place in ``primaries`` of each slot's; nil for a slot without one.
    private var owners = [Int?](repeating: nil, count: HashSlot.count)

    /// A map without primaries.
    init() {}

    /// Reads the answer to `CLUSTER SLOTS`.
    ///
    /// - Parameter server: who answered: the host of those that the answer names without one.
    /// - Throws: ``RedisError/protocolViolation(_:)``.
    init(_ reply: RedisValue, from server: RedisServerAddress) throws(RedisError) {
        guard let ranges = reply.elements else {
            throw .protocolViolation("CLUSTER SLOTS was answered with \(reply.kind)")
        }
        for range in ranges {
            guard let parts = range.elements, parts.count >= 3, let first = parts[0].integer,
                let last = parts[1].integer,
                (0..<Int64(HashSlot.count)).contains(first), (first..<Int64(HashSlot.count)).contains(last),
                let primary = Self.node(parts[2], server)
            else { throw .protocolViolation("CLUSTER SLOTS was answered with ranges that are none") }
            for slot in first...last { move(Int(slot), to: primary) }
            nodes.formUnion(parts[2...].compactMap { Self.node($0, server) })
        }
    }

    /// A node of a range: one that does not know its own host, or hides it, is where it was asked.
    private static func node(_ value: RedisValue, _ server: RedisServerAddress) -> RedisServerAddress? {
        guard let parts = value.elements, parts.count >= 2, let port = parts[1].integer.flatMap({ UInt16(exactly: $0) })
        else { return nil }
        let named = parts[0].string.flatMap { $0.isEmpty || $0 == "?" ? nil : $0 }
        return RedisServerAddress(host: named ?? server.host, port: port)
    }

    /// The primary of a slot; nil where there is none.
    subscript(slot: Int) -> RedisServerAddress? { owners[slot].map { primaries[$0] } }

    /// Notes that a slot is on another primary now.
    mutating func move(_ slot: Int, to server: RedisServerAddress) {
        if let place = primaries.firstIndex(of: server) {
            owners[slot] = place
        } else {
            owners[slot] = primaries.count
            primaries.append(server)
        }
    }
}
