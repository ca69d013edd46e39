import RSSModel
@testable import RedisClient
import TestSupport
import Testing

@Suite struct ConfigurationTests {
    @Test func `URLs are read`() throws {
        let plain = try RedisConfiguration(url: "redis://cache.example.com")
        #expect(plain == RedisConfiguration(address: .tcp(host: "cache.example.com", port: 6379)))
        let full = try RedisConfiguration(url: "REDISS://ada:p%40ss%3Aw%2Frd@[2001:db8::1]:6380/7")
        #expect(full.address == .tcp(host: "2001:db8::1", port: 6380))
        #expect(full.username == "ada" && full.password == "p@ss:w/rd" && full.database == 7 && full.tls != nil)
        #expect(try RedisConfiguration(url: "redis://:secret@h").password == "secret")
        #expect(try RedisConfiguration(url: "redis://:secret@h").username == nil)
        #expect(try RedisConfiguration(url: "redis://:a@b@h").password == "a@b")
        #expect(try RedisConfiguration(url: "redis://h/?db=2").database == 2)
        #expect(try RedisConfiguration(url: "redis:///3").address == .tcp(host: "127.0.0.1", port: 6379))
        let unix = try RedisConfiguration(url: "unix://u:p@/run/redis/redis.sock?db=4")
        #expect(unix.address == .unix(path: "/run/redis/redis.sock") && unix.database == 4 && unix.username == "u")
        #expect(try RedisConfiguration(url: "unix:///run/redis.sock").address == .unix(path: "/run/redis.sock"))
    }

    @Test(arguments: [
        "", "localhost:6379", "http://secret@h", "redis://:secret@h:port", "redis://:secret@h:0",
        "redis://:secret@h:70000",
        "redis://:secret@h/db", "redis://:secret@h/-1", "redis://:secr%zzet@h", "redis://:secret%4@h",
        "redis://:secret@[::1",
        "redis://:secret@[::1]x", "unix://:secret@relative", "redis://h?timeout=secret", "redis://:sec#ret@h",
        "redis://%ff@h",
    ])
    func `a bad URL is refused without repeating it`(url: String) {
        let error = #expect(throws: RedisError.self) { _ = try RedisConfiguration(url: url) }
        guard case .invalidConfiguration(let reason) = error else { return #expect(error == nil) }
        #expect(!reason.isEmpty && !"\(reason)".contains("secret"))
    }

    @Test func `no description shows the password`() throws {
        let configuration = try RedisConfiguration(url: "rediss://ada:secret@h:1/2")
        #expect("\(configuration)" == "rediss://ada@h:1/2")
        #expect(String(reflecting: configuration) == "rediss://ada@h:1/2")
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("secret"))
    }

    @Test func `the greeting says who we are and where we work`() {
        let configuration = RedisConfiguration(
            username: "u", password: "p", database: 2, clientName: "rssctl/cache warm#é")
        #expect(
            configuration.greeting.map(\.arguments) == [
                ["AUTH", "u", "p"], ["SELECT", "2"], ["CLIENT", "SETNAME", "rssctl/cache-warm#-"],
            ])
        #expect(RedisConfiguration(password: "p").greeting.map(\.arguments) == [["AUTH", "p"]])
        #expect(RedisConfiguration().greeting.isEmpty)
    }

    @Test func `server errors are taken apart`() {
        #expect(RedisServerError(answer: "WRONGTYPE Operation x").code == .wrongType)
        #expect(RedisServerError(answer: "WRONGTYPE Operation x").message == "Operation x")
        #expect(RedisServerError(answer: "Error without code").code == .generic)
        #expect(RedisServerError(answer: "READONLY").code == .readOnly)
        #expect(RedisServerError(answer: "").code == .generic)
    }

    @Test func `waits double up to the cap and are spread`() {
        let policy = RetryPolicy(budget: .seconds(1), base: .milliseconds(100), cap: .seconds(1))
        #expect(policy.wait(afterFailures: 1, random: 1) == .milliseconds(100))
        #expect(policy.wait(afterFailures: 1, random: 0) == .milliseconds(50))
        #expect(policy.wait(afterFailures: 3, random: 1) == .milliseconds(400))
        #expect(policy.wait(afterFailures: 1000, random: 1) == .seconds(1))
    }
}
