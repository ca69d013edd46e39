-- check: sequence.exhaustion
-- title: Sequences close to their end
-- severity: critical
-- needs: none
-- why: When a sequence, or the integer column it fills, reaches its maximum every insert fails. Reported from 80 %
--      of the smaller of the two; sequences that CYCLE are meant to begin again. Reading a sequence needs a right
--      on it: without it the check fails with SQLSTATE 42501 instead of passing.

WITH usage AS (
    -- The columns that a sequence owns (serial, identity) or whose DEFAULT calls it.
    SELECT d.objid AS seq, d.refobjid AS relation, d.refobjsubid AS attnum
    FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
    UNION
    SELECT d.refobjid, ad.adrelid, ad.adnum
    FROM pg_depend d
    JOIN pg_attrdef ad ON ad.oid = d.objid
    WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
), limits AS (
    SELECT c.oid, n.nspname, c.relname, s.seqincrement, s.seqstart,
           least(s.seqmax, min(CASE a.atttypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647 END)) AS top,
           min(u.relation::regclass::text || '.' || quote_ident(a.attname)) AS used_by
    FROM pg_sequence s
    JOIN pg_class c ON c.oid = s.seqrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN usage u ON u.seq = c.oid
    LEFT JOIN pg_attribute a ON a.attrelid = u.relation AND a.attnum = u.attnum
    WHERE NOT s.seqcycle AND s.seqincrement > 0 AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
    GROUP BY c.oid, n.nspname, c.relname, s.seqincrement, s.seqstart, s.seqmax
), figures AS (
    SELECT limits.*, pg_sequence_last_value(oid) AS last_value FROM limits
)
SELECT format('%I.%I', nspname, relname) AS object,
       format('At %s of %s (%s %%)%s.', last_value, top, round(100.0 * last_value / top, 1), coalesce('; fills ' || used_by, '')) AS detail,
       last_value::double precision / top AS measured,
       0.8::double precision AS threshold,
       NULL::text AS fix
FROM figures
WHERE last_value >= 0.8 * top
ORDER BY measured DESC
