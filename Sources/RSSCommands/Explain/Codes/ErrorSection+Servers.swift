extension ErrorSection {
    /// PostgreSQL and Redis.
    static let servers = ErrorSection(
        "PostgreSQL and Redis",
        [
            .init(
                "RSS-PG-001",
                "No session could be opened.",
                do: "`rssctl doctor`",
                example: "connection to server at \"db.example.com\" (10.0.0.5), port 5432 failed: Connection refused"),
            .init(
                "RSS-PG-002",
                "The session was lost, or the server is shutting down.",
                do: "Run the command again once the server is back.",
                example: "server closed the connection unexpectedly"),
            .init(
                "RSS-PG-003",
                "The server did not answer in time.",
                do: "`rssctl doctor`",
                example: "no answer from the server within 10 s"),
            .init(
                "RSS-PG-005",
                "The server refused a statement; SQLSTATE, detail and hint are its own.",
                do: "As the hint says.",
                example: "division by zero"),
            .init(
                "RSS-PG-006",
                "The role may not do this, or may not log in: its password is wrong or missing.",
                do: "GRANT the right, or use another role.",
                example: "permission denied for table visit_reports"),
            .init(
                "RSS-PG-007",
                "A lock could not be acquired in time.",
                do: "Try again later.",
                example: "canceling statement due to lock timeout"),
            .init(
                "RSS-PG-008",
                "The statement was cancelled on the server, for example by `statement_timeout`.",
                do: "Allow more time, or check who cancelled it.",
                example: "canceling statement due to statement timeout"),
            .init(
                "RSS-PG-009",
                "rssctl used the connection wrongly.",
                do: "Please report it.",
                example: "use copyIn for COPY … FROM STDIN"),
            .init(
                "RSS-PG-010",
                "The command needs a session of its own, and a connection pooler in transaction mode is in between.",
                do: "Set `database.direct_url`.",
                example: """
                    rssctl partition maintain needs the server itself, and a connection pooler in transaction mode \
                    is in between
                    """),
            .init(
                "RSS-PG-011",
                "The tables of schema `rssctl` are of a later rssctl.",
                do: "Install that version.",
                example: "the tables of schema rssctl are of a later rssctl: format 9, and this one supports 6"),
            .init(
                "RSS-PG-012",
                "The session is read-only: `default_transaction_read_only` is on.",
                do: "Set it off for the role, or use another one.",
                example: "the session is read-only, and rssctl migrate writes"),
            .init(
                "RSS-PG-013",
                """
                The schema `rssctl`, or a trigger, default, rule or policy on its tables, belongs to a role that \
                is not trusted. Nothing in it was run.
                """,
                do: "The statement in the hint, when you trust what it contains; else rename the schema.",
                example: """
                    the schema rssctl is not used: the trigger audit on rssctl.migration belongs to role 'mallory'
                    """),
            .init(
                "RSS-PG-014",
                "A row of rssctl's own tables has a value that rssctl does not write. Nothing of it was used.",
                do: "Find out who wrote it; `\\dp rssctl.*` in psql shows who may.",
                example: "rssctl.partition_policy, public.events: the interval is not valid"),
            .init(
                "RSS-PG-015",
                "The tables of schema `rssctl` are of an earlier format, or missing, and the role may not make them.",
                do: "`rssctl migrate` as their owner.",
                example: "the tables of schema rssctl are of format 3, and this rssctl needs format 6"),
            .init(
                "RSS-PG-017",
                """
                No byte came from the server for `database.stall_timeout`, and it does not work for the session \
                any more: it waits itself, has ended the session, or answers no new connection either.
                """,
                do: "Run the command again; check proxies and firewalls in between.",
                example: "no byte came from the server for 60 s"),
            .init(
                "RSS-PG-018",
                """
                A standby stayed more than 10 s behind for 10 min, and the next batch of a backfill, a copy or a \
                conversion was not begun. What was done so far is committed.
                """,
                do: "Run the command again once the standby has caught up.",
                example: "the standby walreceiver is 42 s behind, and did not catch up within 600 s"),
            .init(
                "RSS-PG-021",
                """
                The table calls code of a role with fewer rights than the session's, which would run with those \
                of the session ([why](explanation/security.md#objects-of-others)).
                """,
                do: "Run the command as the role named: `PGUSER=owner`.",
                example: """
                    the trigger audit of public.events calls public.log() of role mallory, which must not run with \
                    this session's rights
                    """),
            .init(
                "RSS-PG-022",
                "A relation that rows are to be written to is a view or a foreign table.",
                do: "`\\d+` in psql shows its definition and its owner.",
                example: "public.visit_reports is a view, not a table"),
            .init(
                "RSS-PG-023",
                """
                On the path of the user's statements (`database.search_path`), another role has a function or \
                operator that PostgreSQL may choose in place of its own.
                """,
                do: "The statements in the hint.",
                example: """
                    on the path public, operator public.=(text, text) of role mallory can take the place of \
                    PostgreSQL's own
                    """),
            .init(
                "RSS-PG-024",
                "The server is older than PostgreSQL 14. Nothing was done.",
                do: "Upgrade the server, or name another one.",
                example: "the server is PostgreSQL 13.4, and rssctl needs PostgreSQL 14 or later"),
            .init(
                "RSS-PG-025",
                """
                The server is a standby, and the command writes. Status 75: once the server is promoted, the \
                same command works.
                """,
                do: "Run it on the primary; `rssctl config show` shows which server is used.",
                example: "the server is a standby, and rssctl migrate needs the primary"),
            .init(
                "RSS-PG-026",
                """
                A schema, function, table or view that migrations would make only if it is missing, or replace, \
                exists and belongs to another role, which could change or drop it afterwards.
                """,
                do: "Check it, then `ALTER … OWNER TO` the role that migrates, or drop it.",
                example: """
                    the function public.touch_updated_at(), which the migrations would take over, belongs to role \
                    'mallory'
                    """),
            .init(
                "RSS-REDIS-001",
                "Redis cannot be reached, or the connection was lost.",
                do: "`rssctl doctor`",
                example: "cannot connect to redis.example.com:6379: Connection refused"),
            .init(
                "RSS-REDIS-002",
                "Redis refused a command.",
                do: "The message is the server's.",
                example: "ERR unknown command 'HEXPIRE'"),
            .init(
                "RSS-REDIS-003",
                "Redis did not accept the user and password (`NOAUTH`, `WRONGPASS`).",
                do: "`redis.password_file`, `redis.user`; `rssctl config show`",
                example: "NOAUTH Authentication required."),
            .init(
                "RSS-REDIS-004",
                "The ACL of the Redis user forbids a command or a key (`NOPERM`).",
                do: "[Rights in Redis](cache.md#rights-in-redis) has what is needed.",
                example: "NOPERM User app has no permissions to run the 'set' command"),
            .init(
                "RSS-REDIS-005",
                "The server is a replica, which takes no writes (`READONLY`).",
                do: "Name the primary; `INFO replication` shows it as `master_host`.",
                example: "READONLY You can't write against a read only replica."),
            .init(
                "RSS-REDIS-006",
                "Redis takes no writes: its memory is used up (`OOM`), or it cannot save its snapshot (`MISCONF`).",
                do: "`CONFIG GET maxmemory*`; `INFO persistence`, and look for a full disk.",
                example: "OOM command not allowed when used memory > 'maxmemory'."),
            .init(
                "RSS-REDIS-007",
                "Redis is not ready: it is loading its data, or a script blocks it (`LOADING`, `BUSY`, `TRYAGAIN`).",
                do: "Run it again in a moment.",
                example: "LOADING Redis is loading the dataset in memory"),
            .init(
                "RSS-REDIS-008",
                "Redis lacks servers that it depends on (`CLUSTERDOWN`, `MASTERDOWN`, `NOREPLICAS`).",
                do: "`INFO replication` and `CLUSTER INFO` show which.",
                example: "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."),
            .init(
                "RSS-REDIS-009",
                "The server is a node of a Redis Cluster, and its address is that of a single server (`MOVED`, `ASK`, `CROSSSLOT`).",
                do: "Name two of its nodes or more: `redis://a:6379,b:6379`.",
                example: "MOVED 3999 10.0.0.7:6381"),
            .init(
                "RSS-REDIS-010",
                "TLS with Redis failed: the certificate is not trusted, or names another host.",
                do: "`redis.tls_ca`; the host as the certificate has it.",
                example: "TLS with redis.example.com failed: certificate verify failed"),
            .init(
                "RSS-REDIS-011",
                "The address or the configuration of Redis is invalid.",
                do: "`rssctl config show`",
                example: "the database number of redis://127.0.0.1/x is not valid"),
            .init(
                "RSS-REDIS-012",
                "A key that is to be written holds a value of another type (`WRONGTYPE`).",
                do: "Remove the key, or set another `cache.key_prefix`.",
                example: "WRONGTYPE Operation against a key holding the wrong kind of value"),
        ])
}
