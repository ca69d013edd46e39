-- check: partition.default_rows
-- title: DEFAULT partitions that hold rows
-- severity: warning
-- needs: none
-- why: A row in the DEFAULT partition belongs to no partition that exists. It hinders making the partition where it
--      should be, and makes that scan the DEFAULT partition under an exclusive lock.

SELECT format('%I.%I', n.nspname, c.relname) AS object,
       format('The DEFAULT partition of %s holds about %s rows.', p.partrelid::regclass,
              greatest(c.reltuples, pg_stat_get_live_tuples(c.oid), 0)::bigint) AS detail,
       greatest(c.reltuples, pg_stat_get_live_tuples(c.oid))::double precision AS measured,
       0::double precision AS threshold,
       NULL::text AS fix
FROM pg_partitioned_table p
JOIN pg_class c ON c.oid = p.partdefid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE greatest(c.reltuples, pg_stat_get_live_tuples(c.oid)) > 0
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY measured DESC
