/// Where a node of a cluster sends a command to: the answer `MOVED 3999 127.0.0.1:6381`, or `ASK` with the same.
struct Redirection: Equatable {
    let slot: Int
    let server: RedisServerAddress

    /// Nil for any other answer.
    ///
    /// - Parameter node: who answered: it is the host where none is named.
    init?(_ error: RedisServerError, from node: RedisServerAddress) {
        guard error.code == .moved || error.code == .ask else { return nil }
        let words = error.message.split(separator: " ")
        guard words.count >= 2, let slot = Int(words[0]), (0..<HashSlot.count).contains(slot),
            let colon = words[1].lastIndex(of: ":"), let port = UInt16(words[1][words[1].index(after: colon)...])
        else { return nil }
        let host = words[1][..<colon]
        self.slot = slot
        server = RedisServerAddress(host: host.isEmpty || host == "?" ? node.host : String(host), port: port)
    }
}
