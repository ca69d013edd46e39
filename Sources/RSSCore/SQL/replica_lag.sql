-- The standby that is furthest behind in replaying: name, address, seconds. No row where none lags, or where the role may
-- not see it (pg_read_all_stats).
SELECT coalesce(nullif(application_name, ''), 'without a name'), host(client_addr), extract(epoch FROM replay_lag)::float8
FROM pg_stat_replication
WHERE replay_lag IS NOT NULL
ORDER BY replay_lag DESC
LIMIT 1;
