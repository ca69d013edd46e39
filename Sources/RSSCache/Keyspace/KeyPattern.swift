import RedisClient

/// Keys as a glob of Redis: `*`, `?`, `[abc]`, and a backslash before what stands for itself.
package struct KeyPattern: Sendable, Hashable, CustomStringConvertible {
    /// The glob, with the prefix of the backend's client.
    package let glob: String

    /// A glob that is typed, after the prefix of the backend's ioredis client, which stands for itself.
    package init(glob: String, prefix: String) { self.glob = Self.escape(prefix) + glob }

    /// All keys of a kind.
    package init(_ kind: CacheKind, _ keys: CacheKeys) { self.init(glob: "\(kind.prefix):*", prefix: keys.prefix) }

    /// The summaries of an organization.
    package init(summariesOf organization: String, _ keys: CacheKeys) {
        self.init(
            glob: "\(CacheKind.summaries.prefix):summary:\(Self.escape(organization)):*", prefix: keys.prefix)
    }

    /// The row of an organization.
    package init(rowOf organization: String, _ keys: CacheKeys) {
        self.init(exactly: keys.organization(organization))
    }

    /// The permissions of a user.
    package init(permissionsOf user: String, _ keys: CacheKeys) { self.init(exactly: keys.permissions(user)) }

    /// One key and no other.
    package init(exactly key: RedisArgument) { glob = Self.escape(key.description) }

    /// Text that stands for itself in a glob.
    package static func escape(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if "*?[]\\^".contains(character) { escaped.append("\\") }
            escaped.append(character)
        }
        return escaped
    }

    /// The key that the glob names, where it names one only: it can be asked for without scanning.
    var exact: RedisArgument? {
        var text = ""
        var rest = glob[...]
        while let character = rest.popFirst() {
            if character == "\\" {
                guard let next = rest.popFirst() else { return nil }
                text.append(next)
            } else if "*?[".contains(character) {
                return nil
            } else {
                text.append(character)
            }
        }
        return RedisArgument(text)
    }

    package var description: String { glob }
}
