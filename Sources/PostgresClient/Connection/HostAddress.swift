import Glibc

/// What can be said of a host by its text alone; no name is looked up.
package enum HostAddress {
    /// Whether it is this machine: a socket, `localhost`, or an address of the loopback network. A name that begins like such
    /// an address, as `127.0.0.1.example.com`, is a name.
    package static func isLocal(_ host: String) -> Bool {
        // libpq takes no host for its own socket, or localhost.
        if host.isEmpty || isSocket(host) || host == "localhost" { return true }
        if let address = v4(host) { return address >> 24 == 127 }
        guard let bytes = v6(host) else { return false }
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? bytes[12] == 127 : bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
    }

    /// Whether it is a socket: the path of its folder, or an abstract name.
    package static func isSocket(_ host: String) -> Bool { host.hasPrefix("/") || host.hasPrefix("@") }

    /// Whether it is an IP address in numbers, IPv6 with its zone if it has one.
    package static func isNumeric(_ host: String) -> Bool {
        v4(host) != nil || v6(host) != nil
            || host.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false).count == 2
                && v6(String(host.prefix { $0 != "%" })) != nil && isName(host.drop { $0 != "%" }.dropFirst())
    }

    /// Whether it can be a host at all: a socket, an IP address, or a name without the signs that addresses are divided by.
    /// Anything else is never looked up: it may be a part of a password.
    package static func isWellFormed(_ host: String) -> Bool {
        if isSocket(host) {
            return !host.dropFirst().contains("@")
                && host.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        }
        return isNumeric(host) || isName(host[...])
    }

    /// Letters, digits, hyphens, underscores and dots; letters of any script, because names may be in any.
    private static func isName(_ text: Substring) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || "0123456789-_.".unicodeScalars.contains($0)
            }
    }

    // A C string ends at NUL, and what follows it would not be seen.

    private static func v4(_ text: String) -> UInt32? {
        var address = in_addr()
        guard !text.utf8.contains(0), inet_pton(AF_INET, text, &address) == 1 else { return nil }
        return UInt32(bigEndian: address.s_addr)
    }

    private static func v6(_ text: String) -> [UInt8]? {
        var address = in6_addr()
        guard !text.utf8.contains(0), inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        return withUnsafeBytes(of: &address) { Array($0) }
    }
}
