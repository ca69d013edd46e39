-- check: sequence.exhaustion
-- title: Sequences close to their end
-- severity: critical
-- needs: none
-- why: When a sequence, or the integer column it fills, reaches its end every insert fails. Reported from 80 % of
--      the way from its start to the nearer end of the two, up or down; sequences that CYCLE are meant to begin
--      again. A sequence that the role may not read, or that is locked, is not seen.
-- threshold: 80 %
-- source: PgHero (90 %), check_postgres (85 %); here earlier, because a column takes long to widen
-- trial: CREATE SEQUENCE s AS smallint; SELECT setval('s', 32000)

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
), limits AS MATERIALIZED (
    SELECT c.oid, n.nspname, c.relname, s.seqstart,
           CASE WHEN s.seqincrement > 0
                THEN least(s.seqmax, min(CASE a.atttypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647 END))
                ELSE greatest(s.seqmin, max(CASE a.atttypid WHEN 'int2'::regtype THEN -32768 WHEN 'int4'::regtype THEN -2147483648 END))
           END AS terminus,
           min(u.relation::regclass::text || '.' || quote_ident(a.attname)) AS used_by,
           has_sequence_privilege(c.oid, 'SELECT, USAGE') AS is_allowed,
           -- Reading the last value waits for these.
           EXISTS (SELECT FROM pg_locks l
                   WHERE l.relation = c.oid AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                     AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')) AS is_locked
    FROM pg_sequence s
    JOIN pg_class c ON c.oid = s.seqrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN usage u ON u.seq = c.oid
    LEFT JOIN pg_attribute a ON a.attrelid = u.relation AND a.attnum = u.attnum
    WHERE NOT s.seqcycle AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
    GROUP BY c.oid, n.nspname, c.relname, s.seqincrement, s.seqstart, s.seqmin, s.seqmax
), figures AS MATERIALIZED (
    SELECT limits.*, CASE WHEN is_allowed AND NOT is_locked THEN pg_sequence_last_value(oid) END AS last_value
    FROM limits
), shares AS (
    SELECT figures.*, (last_value::numeric - seqstart) / nullif(terminus::numeric - seqstart, 0) AS share
    FROM figures
)
SELECT format('%I.%I', nspname, relname) AS object,
       format('At %s of %s (%s %%)%s.', last_value, terminus, round(100 * share, 1), '; fills ' || used_by) AS detail,
       share::double precision AS measured,
       0.8::double precision AS threshold,
       NULL::text AS fix
FROM shares
WHERE share >= 0.8
UNION ALL
SELECT NULL,
       format('the role may not read %s sequence%s: %s', count(*), CASE WHEN count(*) = 1 THEN '' ELSE 's' END,
              (array_agg(format('%I.%I', nspname, relname) ORDER BY nspname, relname))[1] || CASE WHEN count(*) > 1 THEN ', …' ELSE '' END),
       NULL, NULL, format('GRANT SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', min(nspname), current_user)
FROM figures WHERE NOT is_allowed
HAVING count(*) > 0
UNION ALL
SELECT NULL,
       format('%s sequence%s locked by another session: %s', count(*), CASE WHEN count(*) = 1 THEN ' is' ELSE 's are' END,
              (array_agg(format('%I.%I', nspname, relname) ORDER BY nspname, relname))[1] || CASE WHEN count(*) > 1 THEN ', …' ELSE '' END),
       NULL, NULL, 'Run the command again when the lock is released.'
FROM figures WHERE is_allowed AND is_locked
HAVING count(*) > 0
ORDER BY measured DESC NULLS LAST
