-- The counters of the busiest tables: rows read by sequential scans, updates, and one row more than are kept.
SELECT format('%I.%I', n.nspname, c.relname), pg_stat_get_numscans(c.oid)::double precision AS seq_scan,
       pg_stat_get_tuples_returned(c.oid)::double precision AS seq_tup_read,
       pg_stat_get_tuples_updated(c.oid)::double precision AS updated,
       pg_stat_get_tuples_hot_updated(c.oid)::double precision AS hot_updated,
       greatest(c.reltuples, pg_stat_get_live_tuples(c.oid))::double precision AS rows
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
  AND pg_stat_get_tuples_returned(c.oid) + pg_stat_get_tuples_updated(c.oid) > 0
ORDER BY pg_stat_get_tuples_returned(c.oid) + 10 * pg_stat_get_tuples_updated(c.oid) DESC, 1
LIMIT 301
