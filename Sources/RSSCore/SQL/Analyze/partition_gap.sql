-- check: partition.gap
-- title: Gaps between partitions
-- severity: warning
-- needs: none
-- why: A row whose date falls between two partitions is refused, or goes to the DEFAULT partition.

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
), next AS (
    SELECT b.*, lead(lo) OVER w AS next_lo, lead(leaf) OVER w AS next_leaf
    FROM bound b
    WINDOW w AS (PARTITION BY parent ORDER BY lo)
)
SELECT format('%I.%I', parent.nspname, parent.relname) AS object,
       format('No partition holds %s to %s (between %I and %I).', to_char(n.hi, 'YYYY-MM-DD HH24:MI'), to_char(n.next_lo, 'YYYY-MM-DD HH24:MI'),
              n.leaf, n.next_leaf) AS detail,
       (extract(epoch FROM n.next_lo - n.hi) / 86400)::double precision AS measured,
       0::double precision AS threshold,
       NULL::text AS fix
FROM next n
JOIN parent ON parent.oid = n.parent
WHERE n.hi < n.next_lo
ORDER BY object, n.hi
