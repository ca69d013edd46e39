import CLibPQ

extension ConnectionOptions {
    /// Takes a `postgresql://` address or a `key=value` string apart, by libpq's own parser.
    ///
    /// - Throws: ``PostgresError`` with code ``PostgresError/Code/connectionFailed``; its text never holds the password.
    public static func keywords(parsing address: String) throws -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(address, &message) else {
            // libpq quotes the address in its message, password and all, so its words are not passed on.
            if let message { PQfreemem(message) }
            throw PostgresError(
                .connectionFailed, "the database address is malformed",
                hint: "the form is postgresql://user@host:port/database")
        }
        defer { PQconninfoFree(options) }
        var keywords: [String: String] = [:]
        var option = options
        // The list ends with an entry without keyword.
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { keywords[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return keywords
    }
}
