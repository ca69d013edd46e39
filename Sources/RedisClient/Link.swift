/// A connection in use: socket, TLS, codec and the bytes that wait to be sent. Belongs to one actor.
///
/// A caller of a method that throws must drop the link: what was sent and what was answered no longer match.
final class Link {
    private let socket: Socket
    private let tls: TLSSession?
    private let replies: ReplyReader
    private let wakeUp: WakeUp
    private var scratch = [UInt8](repeating: 0, count: 65_536)
    private var outbound: [UInt8] = []
    private var sentBytes = 0
    private var plain: [UInt8] = []

    init(_ socket: Socket, tls: TLSSession?, wakeUp: WakeUp) throws(RedisError) {
        self.socket = socket
        self.tls = tls
        self.wakeUp = wakeUp
        replies = try ReplyReader()
    }

    /// Bytes that wait to be sent.
    var waitingBytes: Int { outbound.count - sentBytes }

    /// Whether the server has closed the connection, as far as the system knows.
    var isEnded: Bool { socket.isEnded }

    /// Queues a command after those that wait.
    func enqueue(_ arguments: [RedisArgument]) throws(RedisError) {
        guard let tls else { return try CommandEncoder.encode(arguments, into: &outbound) }
        plain.removeAll(keepingCapacity: true)
        try CommandEncoder.encode(arguments, into: &plain)
        do {
            try plain.withUnsafeBytes { try tls.encrypt($0) }
        } catch {
            throw error as? RedisError ?? .tls("\(error)")
        }
        tls.takeOutgoing(into: &outbound)
    }

    /// A reply that was received already.
    func nextReply() throws(RedisError) -> RedisValue? { try replies.next() }

    /// Finishes the TLS handshake.
    func handshake(until deadline: Deadline, cancellation: Cancellation) throws {
        guard let tls else { return }
        var isDone = false
        while !isDone {
            isDone = try tls.handshake()
            tls.takeOutgoing(into: &outbound)
            if !isDone || waitingBytes > 0 {
                try step(until: deadline, cancellation: cancellation, isHandshake: !isDone)
            }
        }
        while waitingBytes > 0 { try step(until: deadline, cancellation: cancellation, isHandshake: false) }
    }

    /// Waits until something can be read or sent, and moves it; one step of an exchange.
    func step(until deadline: Deadline, cancellation: Cancellation, isHandshake: Bool = false) throws {
        let ready = try socket.wait(
            forWriting: waitingBytes > 0, until: deadline, wakeUp: wakeUp, cancellation: cancellation)
        // Read first: a server that closes may have said why.
        if ready.readable { try receive(decrypting: !isHandshake) }
        if ready.writable { try flush() }
    }

    /// Sends what fits without waiting.
    func flush() throws(RedisError) {
        while waitingBytes > 0 {
            let outcome = outbound.withUnsafeBytes { socket.write(UnsafeRawBufferPointer(rebasing: $0[sentBytes...])) }
            switch outcome {
            case .moved(let count): sentBytes += count
            case .wouldBlock:
                // The part that is sent is dropped now and then, so that the buffer cannot grow with the connection.
                if sentBytes > 1 << 20 { dropSent() }
                return
            case .ended: throw .connectionLost("closed by the server")
            case .failed(let code): throw .connectionLost(systemMessage(code))
            }
        }
        dropSent()
    }

    private func dropSent() {
        if sentBytes == outbound.count {
            outbound.removeAll(keepingCapacity: outbound.capacity <= 4 << 20)
        } else {
            outbound.removeSubrange(..<sentBytes)
        }
        sentBytes = 0
    }

    private func receive(decrypting: Bool) throws(RedisError) {
        let outcome = scratch.withUnsafeMutableBytes { socket.read(into: $0) }
        switch outcome {
        case .wouldBlock: return
        case .ended: throw .connectionLost("closed by the server")
        case .failed(let code): throw .connectionLost(systemMessage(code))
        case .moved(let count): try take(count, decrypting: decrypting)
        }
    }

    /// Hands the first bytes of the scratch buffer to TLS and to the reader.
    private func take(_ count: Int, decrypting: Bool) throws(RedisError) {
        do {
            try scratch.withUnsafeMutableBytes { buffer in
                guard let tls else { return try replies.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
                tls.receive(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                while decrypting {
                    guard let plain = try tls.decrypt(into: buffer) else {
                        throw RedisError.connectionLost("closed by the server")
                    }
                    if plain == 0 { break }
                    try replies.feed(UnsafeRawBufferPointer(rebasing: buffer[..<plain]))
                }
                // Tickets and key updates may have to be answered.
                tls.takeOutgoing(into: &outbound)
            }
        } catch {
            throw error as? RedisError ?? .protocolViolation("\(error)")
        }
    }
}
