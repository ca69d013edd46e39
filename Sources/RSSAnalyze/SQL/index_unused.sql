-- check: index.unused
-- title: Unused indexes
-- severity: info
-- needs: none
-- why: An index that no query uses still costs every write. Only indexes of 10 MB and more count that are not
--      unique, back no constraint and lead with no foreign key, and only if the statistics are known to cover seven
--      days or more: a crash, a reset and a restored dump restart them. The partitions of an index are judged
--      together. A standby may use an index that the primary does not: check there as well.
-- threshold: 10 MB, no scan in seven days
-- source: PgHero (10 MB); PostgreSQL documentation, 28.2.19 pg_stat_all_indexes

-- stats_reset is NULL where nothing was ever reset, and after a crash too (PostgreSQL 15 and later). Then the oldest
-- VACUUM or ANALYZE that the statistics record shows since when they were kept.
WITH statistics AS MATERIALIZED (
    SELECT coalesce(d.stats_reset, (
               SELECT min(least(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid),
                                pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)))
               FROM pg_class c WHERE c.relkind IN ('r', 'm', 'p', 't') AND NOT c.relisshared)) AS since
    FROM pg_stat_database d
    WHERE d.datname = current_database()
), part AS MATERIALIZED (
    SELECT i.indexrelid, CASE WHEN c.relispartition THEN pg_partition_root(i.indexrelid)::oid ELSE i.indexrelid END AS root
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    -- Small ones count where they are parts of a large one.
    WHERE c.relispartition OR c.relkind = 'I' OR c.relpages * current_setting('block_size')::bigint >= 10485760
), suspect AS MATERIALIZED (
    SELECT p.root, sum(c.relpages)::bigint * current_setting('block_size')::bigint AS bytes
    FROM part p
    JOIN pg_class c ON c.oid = p.indexrelid
    JOIN pg_index i ON i.indexrelid = p.indexrelid
    GROUP BY p.root
    HAVING sum(coalesce(pg_stat_get_numscans(p.indexrelid), 0)) = 0
       AND sum(c.relpages)::bigint * current_setting('block_size')::bigint >= 10485760
       AND NOT bool_or(i.indisunique OR i.indisexclusion OR i.indisreplident OR NOT i.indisvalid)
), unused AS MATERIALIZED (
    SELECT s.bytes, c.relkind, n.nspname, c.relname, (SELECT count(*) FROM pg_stat_replication) AS standbys,
           -- PostgreSQL 19 notes the reset of a single index, which is where its counters begin.
           greatest(st.since, (SELECT max((to_jsonb(x) ->> 'stats_reset')::timestamptz)
                               FROM part p JOIN pg_stat_all_indexes x ON x.indexrelid = p.indexrelid
                               WHERE p.root = s.root)) AS since
    FROM suspect s
    CROSS JOIN statistics st
    JOIN pg_class c ON c.oid = s.root
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
      AND NOT EXISTS (
          SELECT FROM part p
          JOIN pg_index i ON i.indexrelid = p.indexrelid
          JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
                               OR k.conrelid = i.indrelid AND k.contype = 'f' AND i.indkey[0] = ANY (k.conkey)
          WHERE p.root = s.root)
)
SELECT format('%I.%I', nspname, relname) AS object,
       format('%s MB, not used once since %s%s.', round(bytes / 1048576.0, 1), to_char(since, 'YYYY-MM-DD HH24:MI TZ'),
              CASE WHEN standbys > 0 THEN '; standbys are attached, and keep statistics of their own' END) AS detail,
       bytes::double precision AS measured,
       10485760::double precision AS threshold,
       CASE WHEN standbys = 0
            THEN format('DROP INDEX %s%I.%I;', CASE WHEN relkind = 'i' THEN 'CONCURRENTLY ' ELSE '' END, nspname, relname) END AS fix
FROM unused
WHERE since <= now() - interval '7 days'
UNION ALL
SELECT NULL,
       format('of %s index%s no scan is counted, but the statistics are %s', count(*), CASE WHEN count(*) = 1 THEN '' ELSE 'es' END,
              coalesce('only known since ' || to_char(min(since), 'YYYY-MM-DD HH24:MI TZ'), 'of unknown age')),
       NULL, NULL, 'Run the command again when they cover seven days.'
FROM unused
WHERE since > now() - interval '7 days' OR since IS NULL
HAVING count(*) > 0
ORDER BY measured DESC NULLS LAST
