import Testing

@testable import RSSCommands

@Suite struct ProcessEndTests {
    @Test(arguments: [
        (["migrate", "--timeout", "3s"], Duration.seconds(3)),
        (["--timeout=200ms", "migrate"], .milliseconds(200)),
        (["migrate", "--timeout", "3s", "--timeout", "5min"], .seconds(300)),
        (["migrate", "--timeout=1h", "--", "--timeout", "3s"], .seconds(3600)),
    ])
    func `the deadline is the one that the parser would take`(arguments: [String], expected: Duration) {
        #expect(ProcessEnd.timeout(in: arguments) == expected)
    }

    @Test(arguments: [
        ["migrate"], ["migrate", "--timeout"], ["migrate", "--timeout", "soon"], ["migrate", "--timeout=5"],
        ["sandbox", "psql", "--", "--timeout", "3s"],
    ])
    func `a command line without a valid --timeout has no deadline`(arguments: [String]) {
        #expect(ProcessEnd.timeout(in: arguments) == nil)
    }
}
