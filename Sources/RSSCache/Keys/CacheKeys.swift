import PostgresClient
import RSSCore
import RedisClient

/// How the backend names its keys.
package struct CacheKeys: Sendable, Equatable {
    /// Its ioredis keyPrefix.
    package var prefix = ""
    /// The key of a visit report's hardware, with `{id}` in it.
    package var hardware = "visit:{id}"
    /// The key of an organization, with `{id}` in it.
    package var organization = "{id}"

    /// The seed's names without a prefix.
    package init() {}

    /// The key of a summary.
    func summary(_ organization: String, digest: String) -> RedisArgument {
        RedisArgument("\(prefix)\(CacheKind.summaries.prefix):summary:\(organization):\(digest)")
    }

    /// The key of a user's permissions.
    func permissions(_ user: String) -> RedisArgument {
        RedisArgument("\(prefix)\(CacheKind.permissions.prefix):user:\(user)")
    }

    /// The key of a visit report's hardware.
    func hardware(_ visit: String) -> RedisArgument {
        RedisArgument("\(prefix)\(CacheKind.hardware.prefix):\(hardware.replacing("{id}", with: visit))")
    }

    /// The key of an organization.
    func organization(_ id: String) -> RedisArgument {
        RedisArgument("\(prefix)\(CacheKind.organizations.prefix):\(organization.replacing("{id}", with: id))")
    }
}

extension FilterShape {
    /// The digest of the filters in the key, on a day: the md5 of their JSON text.
    package func digest(_ today: CalendarDate) -> String { Digest.md5.hex(json(today).utf8) }
}
