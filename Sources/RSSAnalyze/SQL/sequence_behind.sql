-- check: sequence.behind
-- title: Sequences behind their column
-- severity: critical
-- needs: none
-- why: A restored dump or rows with ids of their own leave a sequence below the highest value of its column:
--      inserts fail with a duplicate key.
-- threshold: the histogram of a unique column has a value above the last value of its ascending sequence
-- source: PostgreSQL documentation, 9.17 Sequence Manipulation Functions
-- trial: CREATE TABLE t (id serial PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 5000); ANALYZE t
-- confidence: estimated: statistics of the last ANALYZE

WITH filled AS MATERIALIZED (
    SELECT DISTINCT d.objid AS seq, d.refobjid AS relation, d.refobjsubid AS attnum
    FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
), known AS MATERIALIZED (
    SELECT s.seqrelid, c.oid::regclass AS sequence, t.oid::regclass AS relation, a.attname,
           (st.histogram_bounds::text::text[])[array_upper(st.histogram_bounds::text::text[], 1)]::numeric AS highest
    FROM filled f
    JOIN pg_sequence s ON s.seqrelid = f.seq AND s.seqincrement > 0 AND NOT s.seqcycle
    JOIN pg_class c ON c.oid = f.seq
    JOIN pg_class t ON t.oid = f.relation
    JOIN pg_namespace n ON n.oid = t.relnamespace
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = f.attnum AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
    JOIN pg_stats st ON st.schemaname = n.nspname AND st.tablename = t.relname AND st.attname = a.attname AND st.inherited = (t.relkind = 'p')
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
      AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisunique AND i.indkey[0] = a.attnum)
      AND has_sequence_privilege(s.seqrelid, 'SELECT, USAGE')
      AND NOT EXISTS (SELECT FROM pg_locks l
                      WHERE l.relation = s.seqrelid AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                        AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))
), figures AS MATERIALIZED (
    SELECT known.*, coalesce(pg_sequence_last_value(seqrelid), 0) AS last_value FROM known
)
SELECT sequence::text AS object,
       format('At %s, while %s.%I holds %s.', last_value, relation, attname, highest) AS detail,
       (highest - last_value)::double precision AS measured,
       0::double precision AS threshold,
       -- The highest value may have grown since: the statement reads it, by the unique index.
       format('SELECT setval(%L, (SELECT max(%I) FROM %s));', sequence, attname, relation) AS fix
FROM figures
WHERE highest > last_value
ORDER BY object
