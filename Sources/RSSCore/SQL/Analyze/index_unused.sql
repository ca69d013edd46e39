-- check: index.unused
-- title: Unused indexes
-- severity: info
-- needs: none
-- why: An index that no query uses still costs every write. Only indexes of 10 MB and more count that are not
--      unique, back no constraint and lead with no foreign key, and only if the statistics cover seven days or
--      more. The partitions of an index are judged together. A standby may use an index that the primary does not:
--      look there as well.

WITH statistics AS (
    SELECT coalesce(d.stats_reset, pg_postmaster_start_time()) AS since
    FROM pg_stat_database d
    WHERE d.datname = current_database()
), index_tree AS (
    SELECT coalesce(pg_partition_root(i.indexrelid)::oid, i.indexrelid) AS root,
           sum(c.relpages)::bigint * current_setting('block_size')::bigint AS bytes,
           sum(coalesce(pg_stat_get_numscans(i.indexrelid), 0)) AS scans,
           bool_or(i.indisunique OR i.indisexclusion OR i.indisreplident OR NOT i.indisvalid) AS needed,
           bool_or(EXISTS (SELECT FROM pg_constraint k
                           WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))) AS backs_constraint,
           bool_or(EXISTS (SELECT FROM pg_constraint k
                           WHERE k.conrelid = i.indrelid AND k.contype = 'f' AND i.indkey[0] = ANY (k.conkey))) AS leads_with_fk
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    GROUP BY 1
)
SELECT format('%I.%I', n.nspname, c.relname) AS object,
       format('%s MB, not used once since %s.', round(t.bytes / 1048576.0, 1), to_char(s.since, 'YYYY-MM-DD HH24:MI TZ')) AS detail,
       t.bytes::double precision AS measured,
       10485760::double precision AS threshold,
       format('DROP INDEX %s%I.%I;', CASE WHEN c.relkind = 'i' THEN 'CONCURRENTLY ' ELSE '' END, n.nspname, c.relname) AS fix
FROM index_tree t
CROSS JOIN statistics s
JOIN pg_class c ON c.oid = t.root
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE t.scans = 0
  AND t.bytes >= 10485760
  AND NOT t.needed AND NOT t.backs_constraint AND NOT t.leads_with_fk
  AND s.since <= now() - interval '7 days'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY t.bytes DESC
