import RSSModel
import RedisClient

extension ErrorReport {
    /// Describes an error of Redis: by the server's code where it answered with one.
    package init(redis error: RedisError) {
        if let answer = error.serverError {
            self.init(answer: answer, message: "\(error)")
            return
        }
        let (code, exit, hint): (String, ExitStatus, String?) =
            switch error {
            case .tls:
                (
                    "RSS-REDIS-010", .unavailable,
                    "Name the CA's certificate in redis.tls_ca, and the host as its certificate does: rssctl config show"
                )
            case .invalidConfiguration: ("RSS-REDIS-011", .configuration, "rssctl config show")
            case _ where error.isConnectivity:
                ("RSS-REDIS-001", .unavailable, "Check the connection step by step: rssctl doctor")
            default: ("RSS-REDIS-002", .failed, nil)
            }
        self.init(code: code, exit: exit, message: "\(error)", hint: hint)
    }

    private init(answer: RedisServerError, message: String) {
        let (code, exit, detail, hint): (String, ExitStatus, String?, String?) =
            switch answer.code {
            case .noAuthentication, .wrongPassword:
                (
                    "RSS-REDIS-003", .permission, "Redis did not accept the user and password.",
                    "Set redis.password_file, and redis.user for an ACL user: rssctl config show"
                )
            case .noPermission:
                (
                    "RSS-REDIS-004", .permission, "The ACL of the Redis user does not allow it.",
                    "Read \"Rights in Redis\" in Docs/cache.md for what is needed, and see what the user may do: redis-cli ACL GETUSER"
                )
            case .readOnly:
                (
                    "RSS-REDIS-005", .unavailable, "The server is a replica, which takes no writes.",
                    "Name the primary, which is master_host in the output of: redis-cli INFO replication"
                )
            case .outOfMemory, .misconfigured:
                (
                    "RSS-REDIS-006", .cannotWrite,
                    answer.code == .outOfMemory
                        ? "The memory of Redis is used up, and its policy evicts nothing."
                        : "Redis cannot save its snapshot, and takes no writes until it can.",
                    answer.code == .outOfMemory
                        ? "Raise the limit, or choose another policy. See both: redis-cli CONFIG GET 'maxmemory*'"
                        : "Check whether the disk is full. See the failed save: redis-cli INFO persistence"
                )
            case .loading, .busy, .tryAgain:
                (
                    "RSS-REDIS-007", .tryAgain,
                    answer.code == .loading ? "Redis is reading its data after a start." : "Redis is occupied.",
                    "Run the command again in a moment."
                )
            case .clusterDown, .masterDown, .noReplicas:
                (
                    "RSS-REDIS-008", .unavailable, "Redis takes no commands until its other servers are back.",
                    "See which servers are missing: redis-cli INFO replication, and redis-cli CLUSTER INFO"
                )
            case .moved, .ask, .crossSlot:
                (
                    "RSS-REDIS-009", .configuration,
                    "The server is a node of a Redis Cluster, and was spoken to as one server.",
                    "Name two of its nodes or more: --redis-url redis://a:6379,b:6379"
                )
            case .wrongType:
                (
                    "RSS-REDIS-012", .dataError, "A key that is to be written holds a value of another type.",
                    "Remove the key, or set another cache.key_prefix. See its type: redis-cli TYPE KEY"
                )
            default: ("RSS-REDIS-002", .failed, nil, "Check the connection step by step: rssctl doctor")
            }
        self.init(code: code, exit: exit, message: message, detail: detail, hint: hint)
    }
}
