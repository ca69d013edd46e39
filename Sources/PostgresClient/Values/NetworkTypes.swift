import Glibc

/// An `inet`: an IPv4 or IPv6 address with the length of its network prefix.
package struct InetAddress: Sendable, Hashable, CustomStringConvertible {
    /// 4 or 16 bytes, in network order.
    package let bytes: [UInt8]
    /// Bits of the network prefix: 0…32 or 0…128.
    package let prefixLength: Int

    /// Reads the forms that PostgreSQL's `inet` takes: a whole address, with `/bits` after it or not; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let address = String(parts[0])
        var buffer = [UInt8](repeating: 0, count: 16)
        // inet_pton writes 4 or 16 bytes; the buffer has 16.
        if inet_pton(AF_INET, address, &buffer) == 1 {
            bytes = Array(buffer[..<4])
        } else if inet_pton(AF_INET6, address, &buffer) == 1 {
            bytes = buffer
        } else {
            return nil
        }
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ 48...57 ~= $0 }), let bits = Int(parts[1]), bits <= bytes.count * 8 else {
                return nil
            }
            prefixLength = bits
        } else {
            prefixLength = bytes.count * 8
        }
    }

    /// The canonical text, with the prefix where it is not the whole address.
    package var description: String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { return "" }
        let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return prefixLength == bytes.count * 8 ? text : "\(text)/\(prefixLength)"
    }
}

/// A `macaddr`: six bytes.
package struct MACAddress: Sendable, Hashable, CustomStringConvertible {
    /// The six bytes.
    package let bytes: [UInt8]

    /// Reads the forms that PostgreSQL's `macaddr` takes ("PostgreSQL 15 docs, 8.9.4"): `08:00:2b:01:02:03`,
    /// `08-00-2b-01-02-03`, `08002b:010203`, `08002b-010203`, `0800.2b01.0203`, `0800-2b01-0203`, `08002b010203`.
    package init?(_ text: String) {
        let shapes: [(separator: Character?, group: Int)] = [
            (":", 2), ("-", 2), (":", 6), ("-", 6), (".", 4), ("-", 4), (nil, 12),
        ]
        for shape in shapes {
            let groups =
                shape.separator.map { text.split(separator: $0, omittingEmptySubsequences: false) } ?? [text[...]]
            guard groups.count == 12 / shape.group, groups.allSatisfy({ $0.utf8.count == shape.group }) else {
                continue
            }
            let digits = groups.joined().compactMap(\.hexDigitValue)
            guard digits.count == 12 else { return nil }
            bytes = stride(from: 0, to: 12, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
            return
        }
        return nil
    }

    /// `08:00:2b:01:02:03`
    package var description: String { bytes.map { [$0].hex }.joined(separator: ":") }
}

extension InetAddress: PostgresEncodable, PostgresDecodable {
    package var postgresParameter: PostgresParameter { PostgresParameter(text: description, type: PostgresType.inet) }

    package static func decode(_ field: Field) throws -> InetAddress {
        guard let value = InetAddress(try field.text()) else { throw field.mismatch(InetAddress.self) }
        return value
    }
}

extension MACAddress: PostgresEncodable, PostgresDecodable {
    package var postgresParameter: PostgresParameter {
        PostgresParameter(text: description, type: PostgresType.macaddr)
    }

    package static func decode(_ field: Field) throws -> MACAddress {
        guard let value = MACAddress(try field.text()) else { throw field.mismatch(MACAddress.self) }
        return value
    }
}

/// JSON text on its way to or from a `json` or `jsonb`.
package struct JSONText: Sendable, Hashable, PostgresEncodable, PostgresDecodable {
    /// The text.
    package let text: String

    /// Wraps text; the server says whether it is JSON.
    package init(_ text: String) { self.text = text }

    package var postgresParameter: PostgresParameter { PostgresParameter(text: text, type: PostgresType.jsonb) }

    package static func decode(_ field: Field) throws -> JSONText { JSONText(try field.text()) }
}
