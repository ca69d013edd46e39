-- check: column.near_end
-- title: Integer keys close to the end of their type
-- severity: critical
-- needs: none
-- why: A key that is given out by the application, or copied from elsewhere, fills an integer column without a
--      sequence that could be seen.
-- threshold: 80 % of the range of smallint or integer, by the histogram of a unique column without a sequence
-- source: PostgreSQL documentation, 8.1.1 Integer Types
-- trial: CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT 2000000000 + g FROM generate_series(1, 1000)
--      g; ANALYZE t
-- confidence: estimated: statistics of the last ANALYZE

WITH known AS (
    SELECT t.oid::regclass AS relation, a.attname, format_type(a.atttypid, NULL) AS type,
           CASE a.atttypid WHEN 'int2'::regtype THEN 32767 ELSE 2147483647 END AS terminus,
           (st.histogram_bounds::text::text[])[array_upper(st.histogram_bounds::text::text[], 1)]::numeric AS highest
    FROM pg_class t
    JOIN pg_namespace n ON n.oid = t.relnamespace
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid IN ('int2'::regtype, 'int4'::regtype)
    JOIN pg_stats st ON st.schemaname = n.nspname AND st.tablename = t.relname AND st.attname = a.attname AND st.inherited = (t.relkind = 'p')
    WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
      AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisunique AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum)
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
                      AND d.deptype IN ('a', 'i') AND d.refobjid = t.oid AND d.refobjsubid = a.attnum)
      AND NOT EXISTS (SELECT FROM pg_attrdef ad JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = ad.oid
                      JOIN pg_sequence q ON q.seqrelid = d.refobjid
                      WHERE ad.adrelid = t.oid AND ad.adnum = a.attnum)
)
SELECT format('%s.%I', relation, attname) AS object,
       format('Holds %s, %s %% of what %s can hold.', highest, round(100 * highest / terminus, 1), type) AS detail,
       (highest / terminus)::double precision AS measured,
       0.8::double precision AS threshold,
       NULL::text AS fix
FROM known
WHERE highest >= 0.8 * terminus
ORDER BY measured DESC, object
