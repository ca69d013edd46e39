import Testing

@testable import PostgresClient

@Suite struct AddressTests {
    @Test(arguments: [
        (
            "postgresql://u:p%40%2F@h:5433/d",
            ["user": "u", "password": "p@/", "host": "h", "port": "5433", "dbname": "d"]
        ),
        ("postgres://h1:1,h2:2/d", ["host": "h1,h2", "port": "1,2", "dbname": "d"]),
        ("postgresql://[::1]:5/d", ["host": "::1", "port": "5", "dbname": "d"]),
        ("postgresql://%2Frun%2Fpg/d", ["host": "/run/pg", "dbname": "d"]),
        ("postgresql:///d?host=/run/pg&sslmode=disable", ["host": "/run/pg", "dbname": "d", "sslmode": "disable"]),
        ("host=h password='a b\\'c'", ["host": "h", "password": "a b'c"]),
        ("postgresql://u:a#b@h/d", ["user": "u", "password": "a#b", "host": "h", "dbname": "d"]),
        ("postgresql://user%40tenant@h/d", ["user": "user@tenant", "host": "h", "dbname": "d"]),
    ])
    func `an address is taken apart`(address: String, keywords: [String: String]) throws {
        #expect(try ConnectionOptions.keywords(parsing: address) == keywords)
    }

    @Test(arguments: [
        "", "Zq9wXvK7t", "owner:Zq9wXvK7t@h/d", "mysql://u:Zq9wXvK7t@h/d",
        "postgresql://owner:kT9+x/Zq9wXvK7t==@h:5432/d",
        "postgresql://owner:12345/Zq9wXvK7t@h:5432/d", "postgresql://owner:a@Zq9wXvK7t@h/d",
        "postgresql://owner:a?Zq9wXvK7t@h/d", "postgresql://owner:Zq9wXvK7t/d", "postgresql://u:Zq9 wXvK7t@h/d",
        "postgresql://u:Zq9%wXvK7t@h/d", "host=h password=a\\ Zq9wXvK7t bogus=", "host=h password=a Zq9wXvK7t",
        "host=u:Zq9wXvK7t@h", "host=h port=Zq9wXvK7t", "host=h connect_timeout=Zq9wXvK7t", "host=h sslmode=Zq9wXvK7t",
        "host=h dbname=postgresql://u:Zq9wXvK7t@h/d", "host=h hostaddr=Zq9wXvK7t", "postgresql://h/d\nZq9wXvK7t",
        "postgresql://h/d?replication=database", "host=h\u{0}x",
    ])
    func `a malformed address is refused, and nothing of it is repeated`(address: String) {
        let error = #expect(throws: AddressError.self) { try ConnectionOptions.keywords(parsing: address) }
        #expect(error?.reason.isEmpty == false && error?.reason.contains("wXvK") == false)
    }

    @Test(arguments: [
        "localhost", "127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "/run/postgresql",
        "@abstract", "",
    ])
    func `what is on this machine is local`(host: String) {
        #expect(HostAddress.isLocal(host))
        #expect(ConnectionOptions(keywords: ["host": host]).isLocal)
        #expect(ConnectionOptions(keywords: ["host": host]).effectiveKeywords["sslmode"] == nil)
    }

    @Test(arguments: [
        "127.0.0.1.evil.example", "127.example.com", "localhost.evil.example", "127.0.0.1:5432", "::1.example",
        "10.0.0.1",
        "128.0.0.1", "::2", "::ffff:10.0.0.1", "fe80::1%lo", "127.1", "db.example.com", "localhostx",
    ])
    func `a name that begins like a local address is checked as a name`(host: String) {
        #expect(!HostAddress.isLocal(host))
        #expect(ConnectionOptions(keywords: ["host": host]).effectiveKeywords["sslmode"] == "verify-full")
    }

    @Test(arguments: [
        (["host": "localhost", "hostaddr": "10.0.0.1"], false),
        (["host": "db.example", "hostaddr": "127.0.0.1"], true),
        (["host": "localhost,db.example"], false), (["host": "localhost,/run"], true), (["host": "localhost,"], true),
        (["host": "a,b", "hostaddr": "127.0.0.1,"], false), (["hostaddr": "127.0.0.1,::1"], true),
        (["service": "s", "host": "localhost"], false), ([:], true),
    ])
    func `local is where libpq connects to, for every host of a list`(keywords: [String: String], isLocal: Bool) {
        #expect(ConnectionOptions(keywords: keywords).isLocal == isLocal)
    }

    @Test(arguments: [
        "a@b", "a/b", "a b", "a:b", "u:p@h", "a?b", "a#b", "a\u{0}b", "a\nb", "a%b", "a=b", "@a@b", "127.0.0.1\u{0}x",
        "a'b", "a\\b",
    ])
    func `what cannot be a host is never looked up`(host: String) { #expect(!HostAddress.isWellFormed(host)) }

    @Test(arguments: [
        "db", "db-1.example.com", "büro.example", "10.0.0.1", "fe80::1%eth0", "/run/pg", "@pg", "db_1", "db.",
    ])
    func `names, IP addresses and sockets are hosts`(host: String) { #expect(HostAddress.isWellFormed(host)) }
}
