-- The sessions that would make a lock wait: they hold a conflicting lock on one of the tables, or on a partition of it,
-- in a transaction that is older than half a second. What is younger is likely gone before a short wait is over. A role
-- without pg_read_all_stats does not see since when others' transactions are open: those come with their number only.
-- $1 names of tables as to_regclass reads them, $2 the conflicting modes of each as an array's text
SELECT DISTINCT ON (a.xact_start, a.pid) a.pid, a.usename::text, coalesce(a.application_name, ''), a.state,
       coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::float8,
       left(regexp_replace(coalesce(a.query, ''), '\s+', ' ', 'g'), 120),
       CASE WHEN a.backend_type IS NULL THEN l.virtualtransaction END AS hidden
FROM unnest($1::text[], $2::text[]) AS wanted (name, modes)
CROSS JOIN LATERAL (SELECT to_regclass(wanted.name) AS oid) AS named
LEFT JOIN LATERAL pg_partition_tree(named.oid) AS tree ON true
JOIN pg_locks l ON l.relation = coalesce(tree.relid, named.oid) AND l.locktype = 'relation' AND l.granted
               AND l.mode = ANY (wanted.modes::text[])
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.pid <> pg_backend_pid()
  AND (a.xact_start < clock_timestamp() - interval '500 ms' OR a.backend_type IS NULL)
ORDER BY a.xact_start, a.pid
LIMIT 50;
