extension RedisConfiguration {
    /// Reads an address; what it leaves out has its usual value. See ``RedisAddress/init(_:)`` for the forms.
    package init(url: String) throws(RedisError) {
        let address = try RedisAddress(url)
        let place: Address =
            if let name = address.primary {
                .sentinel(address.sentinels, name: name)
            } else if !address.nodes.isEmpty {
                .cluster(address.nodes)
            } else if let path = address.socket {
                .unix(path: path)
            } else {
                .tcp(host: address.host ?? "127.0.0.1", port: address.port ?? 6379)
            }
        self.init(
            address: place,
            username: address.username, password: address.password, database: address.database ?? 0,
            tls: address.usesTLS ? RedisTLS() : nil)
    }
}
