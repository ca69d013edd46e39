import PostgresClient

/// The version of a migration: whole numbers with dots between them, compared number by number, so that 2 < 2.1 < 2.10 < 3.
/// Zeros at the end do not count: 2.0 is 2.
package struct MigrationVersion: Sendable, Hashable {
    /// The numbers, the last one not 0 unless it is the only one.
    package let parts: [Int64]

    /// The digits that one number may have.
    private static let digits = 18

    /// Before every migration: what `migrate down --to 0` leaves.
    package static let none = MigrationVersion(parts: [0])

    private init(parts: [Int64]) {
        let significant = parts.reversed().drop { $0 == 0 }.reversed()
        self.parts = significant.isEmpty ? [0] : Array(significant)
    }

    /// Reads `4`, `0004`, `4.1`, `4_1`; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let words = text.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "_" }
        var parts: [Int64] = []
        for word in words {
            guard word.allSatisfy({ $0.isASCII && $0.isNumber }), word.utf8.count <= Self.digits, let part = Int64(word)
            else { return nil }
            parts.append(part)
        }
        self.init(parts: parts)
    }

    /// Whether it is one whole number.
    package var isWhole: Bool { parts.count == 1 }

    /// The first number.
    package var major: Int64 { parts[0] }

    /// The next whole number; nil after the last one.
    package var next: MigrationVersion? {
        let number = major + 1
        return String(number).utf8.count <= Self.digits ? MigrationVersion(parts: [number]) : nil
    }
}

extension MigrationVersion: Comparable {
    /// By the first number that differs; the shorter one comes first.
    package static func < (left: MigrationVersion, right: MigrationVersion) -> Bool {
        left.parts.lexicographicallyPrecedes(right.parts)
    }
}

extension MigrationVersion: CustomStringConvertible {
    /// As a person writes it: `4`, `4.1`.
    package var description: String { parts.map(String.init).joined(separator: ".") }
}

extension MigrationVersion: ExpressibleByIntegerLiteral {
    /// A whole number.
    package init(integerLiteral value: Int64) { self.init(parts: [value]) }
}

extension MigrationVersion: Encodable {
    /// A number where it is whole, else a text.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if isWhole { try container.encode(major) } else { try container.encode(description) }
    }
}

/// In the database a version is a `numeric` that sorts as versions do: each further number takes eighteen digits after the
/// point, so that 4.1 is 4.000000000000000001. A whole version is its number.
extension MigrationVersion: PostgresEncodable {
    /// The number as text.
    package var key: String {
        let rest = parts.dropFirst().map { part in
            let text = String(part)
            return String(repeating: "0", count: Self.digits - text.utf8.count) + text
        }
        return rest.isEmpty ? "\(major)" : "\(major).\(rest.joined())"
    }

    /// A `numeric`.
    package var postgresParameter: PostgresParameter { PostgresParameter(text: key, type: PostgresType.numeric) }

    /// Reads the number as the server writes it; nil for one that is not the key of a version.
    package init?(key: String) {
        let halves = key.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        var words = [String(halves[0])]
        if halves.count > 1 {
            var rest = halves[1]
            guard !rest.isEmpty, rest.utf8.count % Self.digits == 0 else { return nil }
            while !rest.isEmpty {
                words.append(String(rest.prefix(Self.digits)))
                rest = rest.dropFirst(Self.digits)
            }
        }
        self.init(words.joined(separator: "."))
    }
}
