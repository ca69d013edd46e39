extension PerformanceCheck {
    /// Every check that is shipped, in the order of the report; files of one check are its queries.
    package static let all: [PerformanceCheck] = files.compactMap {
        PerformanceCheck(sql: String(decoding: $0, as: UTF8.self))
    }.reduce(into: []) { checks, check in
        if checks.last?.key == check.key {
            checks[checks.count - 1].queries += check.queries
        } else {
            checks.append(check)
        }
    }

    /// The embedded files; one whose head cannot be read would be missing from ``all``, which a test compares.
    static let files: [[UInt8]] = [
        PackageResources.autovacuum_disabled_sql,
        PackageResources.cache_hit_ratio_sql,
        PackageResources.checkpoint_forced_sql,
        PackageResources.checkpoint_forced_checkpointer_sql,
        PackageResources.connections_near_max_sql,
        PackageResources.constraint_not_valid_sql,
        PackageResources.foreign_key_no_index_sql,
        PackageResources.index_duplicate_sql,
        PackageResources.index_invalid_sql,
        PackageResources.index_unused_sql,
        PackageResources.replication_inactive_slot_sql,
        PackageResources.sequence_exhaustion_sql,
        PackageResources.session_blocked_sql,
        PackageResources.session_idle_in_transaction_sql,
        PackageResources.session_long_transaction_sql,
        PackageResources.settings_durability_sql,
        PackageResources.settings_memory_sql,
        PackageResources.settings_observability_sql,
        PackageResources.statement_slow_sql,
        PackageResources.statistics_stale_sql,
        PackageResources.table_no_primary_key_sql,
        PackageResources.temp_files_heavy_sql,
        PackageResources.transaction_rollback_ratio_sql,
        PackageResources.trigger_disabled_sql,
        PackageResources.vacuum_behind_sql,
        PackageResources.wraparound_multixact_sql,
        PackageResources.wraparound_xid_sql,
    ]
}
