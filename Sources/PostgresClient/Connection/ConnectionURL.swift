import CLibPQ

/// Why an address is refused. The text never holds a part of the address: in one that is malformed, it is not known what is
/// the password.
package struct AddressError: Error, Sendable, Equatable {
    /// What is wrong with it.
    package let reason: String

    /// Makes an error.
    package init(_ reason: String) { self.reason = reason }
}

extension ConnectionOptions {
    /// Takes a `postgresql://` address or a `key=value` string apart, by libpq's own parser, and checks what comes out, so that
    /// no part of a malformed one reaches a name server or a message.
    ///
    /// - Throws: ``AddressError``.
    package static func keywords(parsing address: String) throws(AddressError) -> [String: String] {
        try checkForm(of: address)
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(address, &message) else {
            // libpq quotes the address in its message, password and all, so its words are not passed on.
            if let message { PQfreemem(message) }
            throw AddressError("libpq cannot read it")
        }
        defer { PQconninfoFree(options) }
        var keywords: [String: String] = [:]
        var option = options
        // The list ends with an entry without keyword.
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { keywords[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        try check(keywords)
        return keywords
    }

    /// Refuses what libpq would read otherwise than it is meant. A password with a bare `/` or `@` in it ends the host for
    /// libpq, and the rest of the password becomes port, database or host.
    private static func checkForm(of address: String) throws(AddressError) {
        guard address.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw AddressError("it holds a control character")
        }
        guard let end = address.firstRange(of: "://") else {
            guard address.contains("=") else {
                throw AddressError("it neither begins with postgresql:// nor has the form key=value")
            }
            return
        }
        guard ["postgresql", "postgres"].contains(address[..<end.lowerBound]) else {
            if address[..<end.lowerBound].contains("=") { return }
            throw AddressError("it does not begin with postgresql://")
        }
        let rest = address[end.upperBound...]
        guard !rest.contains(where: \.isWhitespace) else {
            throw AddressError("it holds a blank; write %20")
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !rest[authority.endIndex...].contains("@"), authority.count(where: { $0 == "@" }) <= 1 else {
            throw AddressError(
                "it holds an @ in the wrong place; in a password write %40 for @, %2F for / and %3F for ?")
        }
    }

    /// Refuses values that libpq would refuse too, but with their text in its message, and only on the way to the server.
    ///
    /// - Throws: ``AddressError``, which names the keyword.
    package static func check(_ keywords: [String: String]) throws(AddressError) {
        for (keyword, value) in keywords {
            if let reason = problem(keyword, value) { throw AddressError("\(keyword) \(reason)") }
        }
    }

    private static func problem(_ keyword: String, _ value: String) -> String? {
        let parts = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        switch keyword {
        case "host": return parts.allSatisfy { $0.isEmpty || HostAddress.isWellFormed($0) } ? nil : "is not a host name"
        case "hostaddr":
            return parts.allSatisfy { $0.isEmpty || HostAddress.isNumeric($0) } ? nil : "is not an IP address"
        case "port":
            return parts.allSatisfy { $0.isEmpty || (UInt16($0) ?? 0) > 0 } ? nil : "is not a number from 1 to 65535"
        case "dbname", "user":
            return isPlainName(value) ? nil : "looks like an address"
        case "replication": return "is not for administration"
        case _ where numbers.contains(keyword): return Int32(value) != nil ? nil : "is not a number"
        default:
            guard let allowed = choices[keyword] else { return nil }
            return allowed.contains(value) ? nil : "is not one of \(allowed.joined(separator: ", "))"
        }
    }

    /// Whether a text can be the name of a database or a role; an address put there by mistake, with its password, is not.
    package static func isPlainName(_ text: String) -> Bool {
        guard !text.contains("://"), text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            return false
        }
        guard let colon = text.firstIndex(of: ":") else { return true }
        return !text[colon...].contains("@")
    }

    private static let numbers: Set = [
        "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count",
        "tcp_user_timeout",
    ]

    /// The values that libpq knows for a keyword.
    package static let choices: [String: [String]] = [
        "sslmode": ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"],
        "channel_binding": ["disable", "prefer", "require"], "gssencmode": ["disable", "prefer", "require"],
        "target_session_attrs": ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"],
    ]
}
