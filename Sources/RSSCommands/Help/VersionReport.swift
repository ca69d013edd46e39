import Console
import Journal
import PostgresClient
import RSSCore
import RSSModel
import RedisClient

/// What `--version` shows: one line for people, and the versions of the libraries as well for programs.
struct VersionReport: Encodable, Tabular {
    let name = "rssctl"
    let version: String
    let commit: String
    let built: String
    /// The libraries of this process, by name.
    let libraries: [String: String]

    /// That of this binary.
    static var current: VersionReport {
        var libraries = [
            "libpq": PostgresLibrary.version, "hiredis": RedisLibrary.version, "openssl": RedisLibrary.tlsVersion,
        ]
        libraries["sqlite"] = Journal.sqliteVersion
        return VersionReport(
            version: Version.number, commit: Version.commit, built: Version.date, libraries: libraries)
    }

    var tables: [Table] {
        let own = [("rssctl", version), ("commit", commit), ("built", built)]
        let rows = own + libraries.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return [Table(columns: [Column("name"), Column("version")], rows: rows.map { [.text($0), .text($1)] })]
    }

    /// The text for a form of output, without a line end.
    func text(_ format: OutputFormat?) -> String {
        guard let format, format != .table else { return Version.line }
        let (console, output, _) = Console.inMemory()
        do throws(ConsoleError) {
            try Renderer(format: format).render(self, to: console, command: "version")
        } catch {
            return Version.line
        }
        return output.text.last == "\n" ? String(output.text.dropLast()) : output.text
    }
}
