extension RedisConfiguration {
    /// Reads an address; what it leaves out has its usual value. See ``RedisAddress/init(_:)`` for the forms.
    package init(url: String) throws(RedisError) {
        let address = try RedisAddress(url)
        self.init(
            address: address.socket.map { .unix(path: $0) }
                ?? .tcp(host: address.host ?? "127.0.0.1", port: address.port ?? 6379),
            username: address.username, password: address.password, database: address.database ?? 0,
            tls: address.usesTLS ? RedisTLS() : nil)
    }
}
