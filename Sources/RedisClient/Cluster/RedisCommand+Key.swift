extension RedisCommand {
    /// The key by which a cluster chooses the node, of the commands that rssctl sends; nil for one without a key.
    var key: RedisArgument? {
        let place: Int
        switch name.uppercased() {
        case "PING", "INFO", "TIME", "DBSIZE", "CONFIG", "CLUSTER", "ROLE", "SCAN", "KEYS", "FLUSHDB", "WAIT", "CLIENT",
            "ACL", "RANDOMKEY":
            return nil
        case "EVAL", "EVALSHA":
            guard arguments.count > 3, arguments[2] != "0" else { return nil }
            place = 3
        case "MEMORY", "OBJECT": place = 2
        default: place = 1
        }
        return arguments.count > place ? arguments[place] : nil
    }
}
