import PostgresClient

/// Every setting there is. The raw value is its name in the configuration file, with a dot for each level.
package enum SettingKey: String, Sendable, CaseIterable {
    case databaseURL = "database.url"
    case databaseDirectURL = "database.direct_url"
    case databaseService = "database.service"
    case databaseHost = "database.host"
    case databaseHostAddress = "database.hostaddr"
    case databasePort = "database.port"
    case databaseName = "database.name"
    case databaseUser = "database.user"
    case databasePassword = "database.password"
    case databasePasswordFile = "database.password_file"
    case databaseSSLMode = "database.sslmode"
    case databaseSSLRootCert = "database.sslrootcert"
    case databaseSSLCert = "database.sslcert"
    case databaseSSLKey = "database.sslkey"
    case databaseSearchPath = "database.search_path"
    case databaseConnectTimeout = "database.connect_timeout"
    case databaseStatementTimeout = "database.statement_timeout"
    case databaseStallTimeout = "database.stall_timeout"
    case redisURL = "redis.url"
    case redisHost = "redis.host"
    case redisPort = "redis.port"
    case redisSocket = "redis.socket"
    case redisUser = "redis.user"
    case redisPassword = "redis.password"
    case redisPasswordFile = "redis.password_file"
    case redisDatabase = "redis.database"
    case redisTLS = "redis.tls"
    case redisTLSCA = "redis.tls_ca"
    case redisConnectTimeout = "redis.connect_timeout"
    case redisCommandTimeout = "redis.command_timeout"
    case cacheKeyPrefix = "cache.key_prefix"
    case cacheTimeZone = "cache.timezone"
    case cacheProcessTimeZone = "cache.process_timezone"
    case cacheShapes = "cache.shapes"
    case cacheHardwareKey = "cache.hardware_key"
    case cacheOrganizationKey = "cache.organization_key"
    case partitionPremake = "partition.premake"
    case lockBudget = "lock.budget"
    case lockTimeout = "lock.timeout"
    case migrateDirectories = "migrate.directories"
    case bulkPlaceholders = "bulk.placeholders"
    case sandboxFolder = "sandbox.folder"

    /// What a value of a setting looks like.
    package enum Kind: Sendable, Equatable {
        case text
        case integer(ClosedRange<Int>)
        case boolean
        /// `200ms`, `30s`, `5min`, `2h`.
        case duration
        /// A duration between two bounds, in milliseconds.
        case boundedDuration(ClosedRange<Int>)
        /// A path; `~/` is the home folder.
        case path
        /// Paths with commas between them; a list in the configuration file.
        case paths
        /// The address of a database, as libpq reads it.
        case databaseAddress
        /// The address of a Redis server.
        case redisAddress
        /// A host, or several with commas between them.
        case host
        /// An IP address, or several with commas between them.
        case hostAddress
        /// The name of a database, a role or a service.
        case name
        /// One of these words.
        case choice([String])
        /// A time zone by its name, or as POSIX writes one.
        case timeZone
        /// Shapes of filters with semicolons between them; a list in the configuration file.
        case shapes
        /// A key with `{id}` in it.
        case keyTemplate
    }

    /// What is known of a setting.
    package struct Definition: Sendable {
        /// The form of its values.
        package let kind: Kind
        /// Environment variables that set it, strongest first; see ``SettingLevel`` for how strong each is.
        package fileprivate(set) var environment: [String]
        /// The built-in value; nil for none.
        package let fallback: String?
        /// Whether its value is never shown.
        package let isSecret: Bool
        /// One line of what it is.
        package let summary: String

        /// What stands between the values of a list; nil for a setting that holds one value.
        var listSeparator: String? {
            switch kind {
            case .paths: ","
            case .shapes: ";"
            default: nil
            }
        }

        init(
            _ kind: Kind, _ environment: [String], default fallback: String? = nil, secret: Bool = false,
            _ summary: String
        ) {
            self.kind = kind
            self.environment = environment
            self.fallback = fallback
            isSecret = secret
            self.summary = summary
        }
    }

    /// `RSSCTL_DATABASE_HOST`: the variable that is the setting's own, after its name in the file.
    package var variable: String { "RSSCTL_" + rawValue.uppercased().replacing(".", with: "_") }

    /// The definition. The names of the seed (`DB_…`, `REDIS_…`) and libpq's (`PG…`) come after our own.
    package var definition: Definition {
        var definition = declared
        if !definition.environment.contains(variable) { definition.environment.insert(variable, at: 0) }
        return definition
    }

    private var declared: Definition {
        switch self {
        case .databaseURL:
            .init(
                .databaseAddress, ["RSSCTL_DATABASE_URL", "DATABASE_URL"], secret: true,
                "postgresql:// address of the database")
        case .databaseDirectURL:
            .init(
                .databaseAddress, ["RSSCTL_DIRECT_URL"], secret: true,
                "address that bypasses a connection pooler, for migrations and locks")
        case .databaseService: .init(.name, ["RSSCTL_SERVICE", "PGSERVICE"], "service of libpq's service file")
        case .databaseHost: .init(.host, ["RSSCTL_DB_HOST", "DB_HOST", "PGHOST"], "host name, or folder of the socket")
        case .databaseHostAddress:
            .init(
                .hostAddress, ["RSSCTL_DB_HOSTADDR", "PGHOSTADDR"],
                "IP address to connect to; the host then only names the certificate")
        case .databasePort:
            .init(.integer(1...65_535), ["RSSCTL_DB_PORT", "DB_PORT", "PGPORT"], default: "5432", "port")
        case .databaseName: .init(.name, ["RSSCTL_DB_NAME", "DB_NAME", "PGDATABASE"], "database")
        case .databaseUser: .init(.name, ["RSSCTL_DB_USER", "DB_USER", "PGUSER"], "role")
        case .databasePassword:
            .init(
                .text, ["RSSCTL_DB_PASSWORD", "DB_PASSWORD", "PGPASSWORD"], secret: true,
                "password; a file or PGPASSFILE is safer")
        case .databasePasswordFile:
            .init(.path, ["RSSCTL_DB_PASSWORD_FILE", "DB_PASSWORD_FILE"], "file that holds the password alone")
        case .databaseSSLMode:
            .init(
                .choice(ConnectionOptions.choices["sslmode"] ?? []), ["RSSCTL_DB_SSLMODE", "PGSSLMODE"],
                "libpq's sslmode; verify-full unless the host is local")
        case .databaseSSLRootCert:
            .init(.text, ["RSSCTL_DB_SSL_CA", "DB_SSL_CA", "PGSSLROOTCERT"], "CA certificate: a file, or PEM text")
        case .databaseSSLCert:
            .init(.text, ["RSSCTL_DB_SSL_CERT", "DB_SSL_CERT", "PGSSLCERT"], "client certificate: a file, or PEM text")
        case .databaseSSLKey:
            .init(
                .text, ["RSSCTL_DB_SSL_KEY", "DB_SSL_KEY", "PGSSLKEY"], secret: true, "client key: a file, or PEM text")
        case .databaseSearchPath:
            .init(
                .text, ["RSSCTL_SEARCH_PATH"], default: "public",
                "schemas in which the backend's tables are looked up and made")
        case .databaseConnectTimeout:
            .init(.duration, ["RSSCTL_CONNECT_TIMEOUT"], default: "30s", "longest wait for a session")
        case .databaseStatementTimeout:
            .init(.duration, ["RSSCTL_STATEMENT_TIMEOUT"], "longest time of one query of a reading command")
        case .databaseStallTimeout:
            .init(
                .boundedDuration(1000...3_600_000), ["RSSCTL_STALL_TIMEOUT"], default: "60s",
                "silence after which the server is asked over another connection whether it is still working")
        case .redisURL:
            .init(
                .redisAddress, ["RSSCTL_REDIS_URL", "REDIS_URL"], secret: true,
                "redis://, rediss:// or redis+sentinel:// address; nodes of a cluster with commas")
        case .redisHost: .init(.host, ["RSSCTL_REDIS_HOST", "REDIS_HOST"], "host name")
        case .redisPort: .init(.integer(1...65_535), ["RSSCTL_REDIS_PORT", "REDIS_PORT"], default: "6379", "port")
        case .redisSocket: .init(.path, ["RSSCTL_REDIS_SOCKET"], "unix socket, in place of host and port")
        case .redisUser: .init(.name, ["RSSCTL_REDIS_USER", "REDIS_USERNAME"], "ACL user")
        case .redisPassword: .init(.text, ["RSSCTL_REDIS_PASSWORD", "REDIS_PASSWORD"], secret: true, "password")
        case .redisPasswordFile:
            .init(.path, ["RSSCTL_REDIS_PASSWORD_FILE", "REDIS_PASSWORD_FILE"], "file that holds the password alone")
        case .redisDatabase:
            .init(.integer(0...1_000_000), ["RSSCTL_REDIS_DB", "REDIS_DB"], default: "0", "database number")
        case .redisTLS: .init(.boolean, ["RSSCTL_REDIS_TLS"], default: "false", "whether to speak TLS")
        case .redisTLSCA: .init(.path, ["RSSCTL_REDIS_TLS_CA"], "CA certificate file")
        case .redisConnectTimeout:
            .init(.duration, ["RSSCTL_REDIS_CONNECT_TIMEOUT"], default: "10s", "longest wait for a connection")
        case .redisCommandTimeout:
            .init(.duration, ["RSSCTL_REDIS_COMMAND_TIMEOUT"], default: "5s", "longest wait for a reply")
        case .cacheKeyPrefix: .init(.text, ["RSSCTL_CACHE_KEY_PREFIX"], default: "", "the backend's ioredis keyPrefix")
        case .cacheTimeZone:
            .init(
                .timeZone, ["RSSCTL_CACHE_TIMEZONE"],
                "time zone of the backend's database sessions; the server's own unless set")
        case .cacheProcessTimeZone:
            .init(
                .timeZone, ["RSSCTL_CACHE_PROCESS_TIMEZONE"], default: "UTC",
                "time zone of the backend's processes (TZ), in which they read dates without one")
        case .cacheShapes:
            .init(
                .shapes, ["RSSCTL_CACHE_SHAPES"], default: FilterShape.backend.description,
                "filters with which the backend asks for summaries: names, order and types as it writes them")
        case .cacheHardwareKey:
            .init(
                .keyTemplate, ["RSSCTL_CACHE_HARDWARE_KEY"], default: "visit:{id}",
                "key of a visit report's hardware, after hardware:")
        case .cacheOrganizationKey:
            .init(
                .keyTemplate, ["RSSCTL_CACHE_ORGANIZATION_KEY"], default: "{id}",
                "key of an organization, after org:")
        case .partitionPremake:
            .init(.integer(0...120), ["RSSCTL_PARTITION_PREMAKE"], default: "3", "partitions created in advance")
        case .lockBudget:
            .init(.duration, ["RSSCTL_LOCK_BUDGET"], default: "5min", "longest time to try for a lock")
        case .lockTimeout:
            .init(
                .boundedDuration(1...1000), ["RSSCTL_LOCK_TIMEOUT"], default: "50ms",
                "longest single wait in a lock queue")
        case .migrateDirectories:
            .init(
                .paths, ["RSSCTL_MIGRATE_DIRECTORIES"],
                "folders of migrations of your own, applied after those of rssctl; versions from 1000 on")
        case .bulkPlaceholders:
            .init(
                .text, ["RSSCTL_BULK_PLACEHOLDERS"],
                "texts that identify no device, beside those that ship, with commas between them")
        case .sandboxFolder: .init(.path, ["RSSCTL_SANDBOX"], "folder of the sandbox; in the state folder unless set")
        }
    }
}
