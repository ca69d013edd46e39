-- check: autovacuum.throttled
-- title: Tables whose settings keep autovacuum away
-- severity: warning
-- needs: none
-- why: A threshold or a delay of the table itself that is too large has the same effect as autovacuum switched
--      off.
-- threshold: a scale factor of 0.5 and more on 100,000 rows, a threshold of 10 million rows, a delay of 100 ms,
--      or autovacuum off for the TOAST table
-- source: PostgreSQL documentation, CREATE TABLE, Storage Parameters
-- trial: CREATE TABLE t (x text) WITH (autovacuum_vacuum_threshold = 100000000)

SELECT format('%I.%I', n.nspname, c.relname) AS object,
       format('%s is %s; about %s rows.', CASE WHEN o.is_toast THEN 'toast.' ELSE '' END || o.option_name, o.option_value, greatest(c.reltuples, 0)::bigint) AS detail,
       CASE WHEN o.option_name = 'autovacuum_enabled' THEN 1 ELSE o.option_value::double precision END AS measured,
       CASE WHEN o.option_name LIKE '%scale_factor' THEN 0.5 WHEN o.option_name LIKE '%threshold' THEN 10000000 WHEN o.option_name LIKE '%delay' THEN 100 ELSE 0 END::double precision AS threshold,
       format('ALTER TABLE %I.%I RESET (%s);', n.nspname, c.relname, CASE WHEN o.is_toast THEN 'toast.' ELSE '' END || o.option_name) AS fix,
       format('ALTER TABLE %I.%I SET (%s = %s);', n.nspname, c.relname, CASE WHEN o.is_toast THEN 'toast.' ELSE '' END || o.option_name, o.option_value) AS undo
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
CROSS JOIN LATERAL (
    SELECT x.option_name, x.option_value, false AS is_toast FROM pg_options_to_table(c.reloptions) x
    UNION ALL
    SELECT x.option_name, x.option_value, true FROM pg_options_to_table(t.reloptions) x
) o
WHERE c.relkind IN ('r', 'm') AND (c.reloptions IS NOT NULL OR t.reloptions IS NOT NULL) AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
  AND CASE
        WHEN o.option_name IN ('autovacuum_vacuum_scale_factor', 'autovacuum_analyze_scale_factor') THEN o.option_value::double precision >= 0.5 AND c.reltuples >= 100000
        WHEN o.option_name IN ('autovacuum_vacuum_threshold', 'autovacuum_analyze_threshold') THEN o.option_value::double precision >= 10000000
        WHEN o.option_name = 'autovacuum_vacuum_cost_delay' THEN o.option_value::double precision >= 100
        WHEN o.option_name = 'autovacuum_enabled' AND o.is_toast THEN NOT o.option_value::boolean
        ELSE false
      END
ORDER BY object
