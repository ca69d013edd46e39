-- The counters of this database, by the names that the server has for them, and the writing of WAL.
SELECT 'database' AS name, d.stats_reset AS since, to_jsonb(d)::text AS counters
FROM pg_stat_database d
WHERE d.datname = current_database()
UNION ALL
SELECT 'wal', w.stats_reset, to_jsonb(w)::text
FROM pg_stat_wal w
UNION ALL
SELECT 'conflicts', NULL, to_jsonb(c)::text
FROM pg_stat_database_conflicts c
WHERE c.datname = current_database()
