import RSSSystem
import TestSupport
import Testing

@Suite struct ChildEnvironmentTests {
    @Test func `a program gets what it needs, and no setting and no secret of ours`() {
        let ours = [
            "HOME": "/h", "LC_ALL": "C", "TZ": "UTC", "TERM": "xterm", "DB_PASSWORD": "1", "PGPASSWORD": "2",
            "REDIS_PASSWORD": "3", "RSSCTL_DB_PASSWORD": "4", "DATABASE_URL": "5", "LD_PRELOAD": "6", "PGSERVICE": "7",
            "LESSOPEN": "|8", "BASH_ENV": "9", "PATH": "/usr/bin",
        ]
        #expect(
            ChildEnvironment.of(ours)
                == ["HOME": "/h", "LC_ALL": "C", "TZ": "UTC", "TERM": "xterm", "PATH": "/usr/bin"])
        #expect(ChildEnvironment.of(["LESS": "-R", "LESSOPEN": "|8"], more: ChildEnvironment.isPaging)["LESS"] == "-R")
        #expect(ChildEnvironment.of(["LESSOPEN": "|8"], more: ChildEnvironment.isPaging)["LESSOPEN"] == nil)
    }

    @Test func `programs are looked for in folders that are named from the root on`() {
        #expect(ChildEnvironment.searchPath(".:/usr/bin::bin:/bin") == ["/usr/bin", "/bin"])
        #expect(ChildEnvironment.searchPath(nil) == ["/usr/local/bin", "/usr/bin", "/bin"])
        #expect(ChildEnvironment.searchPath("") == ["/usr/local/bin", "/usr/bin", "/bin"])
    }
}
