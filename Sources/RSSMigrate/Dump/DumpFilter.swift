import RSSCore

/// Removes from the output of pg_dump what differs from one run, or one version of it, to the next; line by line.
///
/// Removed are: the head and the foot, `\restrict` and `\unrestrict` with their random key, the versions of server and
/// program, the timeouts that the session that loads the file would lose, and the options of columns that are the
/// server's own: PostgreSQL 15.20 and 17.12 count the changes of each column in `pg_attver`, and an older pg_dump, or one of
/// another branch, takes that for an option. A line in the body of a function may look like any of these and stays: each is
/// looked for only where pg_dump writes it.
struct DumpFilter: Sendable {
    private enum Part { case head, body }

    private var part = Part.head
    private var restrictKey: [UInt8]?
    /// Whether the object that is being read is one whose columns have options.
    private var hasColumns = false
    /// What ends the body of the function that is being read, `$$`.
    private var bodyEnd: String?
    /// Lines that are part of the foot if nothing follows them.
    private var held: [[UInt8]] = []

    /// What a file begins with.
    static let title = "-- Structure of a PostgreSQL database. To load it: psql -v ON_ERROR_STOP=1 -f FILE\n\n"

    /// Takes the next line, without its line end, and returns the lines to write.
    mutating func next(_ line: [UInt8]) -> [[UInt8]] {
        part == .head ? nextOfHead(line) : nextOfBody(line)
    }

    private mutating func nextOfHead(_ line: [UInt8]) -> [[UInt8]] {
        if line.starts(with: "\\restrict ".utf8) {
            restrictKey = Array(line.dropFirst("\\restrict ".utf8.count))
            return []
        }
        if line.starts(with: "-- Name: ".utf8) {
            part = .body
            enter(line)
            return [[], Array("--".utf8), line]
        }
        if line.isEmpty || line.starts(with: "--".utf8) || isUnrestrict(line) { return [] }
        if line.starts(with: "SET ".utf8), line.contains(subsequence: "_timeout = ") { return [] }
        if line.starts(with: "SET ".utf8) || line.starts(with: "SELECT pg_catalog.set_config".utf8) { return [line] }
        part = .body
        return [line]
    }

    private mutating func nextOfBody(_ line: [UInt8]) -> [[UInt8]] {
        if isUnrestrict(line) { return [] }
        if line.isEmpty || line == Array("--".utf8) || line == Array("-- PostgreSQL database dump complete".utf8) {
            held.append(line)
            return []
        }
        defer { held = [] }
        if line.starts(with: "-- Name: ".utf8) { enter(line) }
        guard let line = hasColumns ? withoutServersOptions(line) : line else { return held }
        return held + [canonical(line)]
    }

    /// A constraint or an index with its expressions in the form that they have once they were loaded: the server writes
    /// what it was given, and what it has read from a dump, in two ways. The body of a function is its author's text.
    private mutating func canonical(_ line: [UInt8]) -> [UInt8] {
        let text = String(decoding: line, as: UTF8.self)
        if let end = bodyEnd {
            if text.contains(end) { bodyEnd = nil }
            return line
        }
        if let match = text.firstMatch(of: /AS (?<tag>\$[A-Za-z_0-9]*\$)/) {
            if !text[match.range.upperBound...].contains(match.tag) { bodyEnd = String(match.tag) }
            return line
        }
        let heads = ["    CONSTRAINT ", "    ADD CONSTRAINT ", "CREATE INDEX ", "CREATE UNIQUE INDEX "]
        guard heads.contains(where: text.hasPrefix) else { return line }
        return Array(ExpressionText.canonical(text).utf8)
    }

    /// Notes what kind of object follows: `-- Name: t; Type: TABLE; Schema: public; Owner: o`.
    private mutating func enter(_ line: [UInt8]) {
        let text = String(decoding: line, as: UTF8.self)
        hasColumns = ["TABLE", "FOREIGN TABLE", "MATERIALIZED VIEW"].contains {
            text.contains("; Type: \($0); Schema: ")
        }
    }

    /// A line without the options of a column that are the server's own; nil for one that has no others.
    private func withoutServersOptions(_ line: [UInt8]) -> [UInt8]? {
        guard line.starts(with: "ALTER ".utf8),
            line.contains(subsequence: " SET (pg_") || line.contains(subsequence: ", pg_")
        else { return line }
        let text = String(decoding: line, as: UTF8.self)
        guard
            let match = text.wholeMatch(
                of: /(?<start>ALTER (?:FOREIGN )?TABLE ONLY .+ ALTER COLUMN .+ SET )\((?<options>[a-z_]+=[^()]*)\);/)
        else { return line }
        let options = match.options.split(separator: ", ").filter { !$0.hasPrefix("pg_") }
        return options.isEmpty ? nil : Array("\(match.start)(\(options.joined(separator: ", ")));".utf8)
    }

    private func isUnrestrict(_ line: [UInt8]) -> Bool {
        guard let restrictKey else { return false }
        return line.elementsEqual(Array("\\unrestrict ".utf8) + restrictKey)
    }
}

extension [UInt8] {
    fileprivate func contains(subsequence text: String) -> Bool {
        String(decoding: self, as: UTF8.self).contains(text)
    }
}
