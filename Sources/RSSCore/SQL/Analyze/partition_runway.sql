-- check: partition.runway
-- title: No partition for next month
-- severity: critical
-- needs: none
-- why: A row for which there is no partition is refused, or goes to the DEFAULT partition. For tables partitioned
--      by RANGE of a date or timestamp the first instant of next month must be covered; with partitions narrower
--      than four weeks, the next three widths.

WITH parent AS (
    SELECT c.oid, n.nspname, c.relname, a.attname
    FROM pg_partitioned_table p
    JOIN pg_class c ON c.oid = p.partrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
    WHERE p.partstrat = 'r' AND p.partnatts = 1
      AND a.atttypid IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype)
      AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
), parsed AS (
    SELECT parent.oid AS parent, c.relname AS leaf,
           regexp_match(pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES FROM \((MINVALUE|''[^'']*'')\) TO \((MAXVALUE|''[^'']*'')\)$') AS m
    FROM parent
    JOIN pg_inherits i ON i.inhparent = parent.oid AND NOT i.inhdetachpending
    JOIN pg_class c ON c.oid = i.inhrelid
), bound AS (
    SELECT parent, leaf,
           CASE m[1] WHEN 'MINVALUE' THEN '-infinity' ELSE btrim(m[1], chr(39))::timestamptz END AS lo,
           CASE m[2] WHEN 'MAXVALUE' THEN 'infinity' ELSE btrim(m[2], chr(39))::timestamptz END AS hi
    FROM parsed
    WHERE m IS NOT NULL
), state AS (
    SELECT parent.*, x.last_hi, x.partitions,
           least(date_trunc('month', now()) + interval '1 month',
                 CASE WHEN x.width < interval '28 days' THEN now() + 3 * x.width END) AS wanted
    FROM parent
    CROSS JOIN LATERAL (
        SELECT count(*) AS partitions, max(b.hi) AS last_hi,
               (SELECT c.hi - c.lo FROM bound c
                WHERE c.parent = parent.oid AND isfinite(c.lo) AND isfinite(c.hi) ORDER BY c.hi DESC LIMIT 1) AS width
        FROM bound b WHERE b.parent = parent.oid
    ) x
)
SELECT format('%I.%I', nspname, relname) AS object,
       CASE WHEN partitions = 0 THEN 'It has no partition at all.'
            ELSE format('No partition covers %s; the last one ends at %s.', to_char(wanted, 'YYYY-MM-DD'), to_char(last_hi, 'YYYY-MM-DD')) END AS detail,
       coalesce(extract(epoch FROM last_hi - now()) / 86400, 0)::double precision AS measured,
       (extract(epoch FROM wanted - now()) / 86400)::double precision AS threshold,
       NULL::text AS fix
FROM state
WHERE NOT EXISTS (SELECT FROM bound b WHERE b.parent = state.oid AND b.lo <= wanted AND b.hi > wanted)
ORDER BY object
