import Foundation

/// The folders that PostgreSQL's programs are looked for in, besides PATH.
package enum PostgresPrograms {
    /// The environment variable that names a folder to look in first: for a server that is not installed as Debian does,
    /// or one of several.
    package static let variable = "RSSCTL_POSTGRES_BIN"

    private static let base = "/usr/lib/postgresql"

    /// The folder that the environment names, as an absolute path; a relative one would depend on the current folder.
    package static var chosenFolder: String? {
        ProcessInfo.processInfo.environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    /// Versions and folders of Debian's packages, in the order wanted.
    private static func debian(_ order: ([Int]) -> [Int]) -> [String] {
        // A missing folder is not an error: PATH is searched next.
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []).compactMap { Int($0) }
        return order(versions).map { "\(base)/\($0)/bin" }
    }

    /// For a server of our own: the chosen folder, then the newest version first.
    package static var folders: [String] {
        (chosenFolder.map { [$0] } ?? []) + debian { $0.sorted(by: >) }
    }

    /// For a client of a server: the chosen folder, then the server's own version before newer and older ones.
    package static func folders(serverMajor: Int) -> [String] {
        (chosenFolder.map { [$0] } ?? [])
            + debian { $0.filter { $0 >= serverMajor }.sorted() + $0.filter { $0 < serverMajor }.sorted(by: >) }
    }
}
