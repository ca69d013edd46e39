-- check: table.dropped_columns
-- title: Tables with many dropped columns
-- severity: info
-- needs: none
-- why: A dropped column keeps its place in every row, and counts against the limit of 1,600 columns of a table.
-- threshold: 50 dropped columns, and more than are left
-- source: PostgreSQL documentation, ALTER TABLE, DROP COLUMN; Appendix K, Limits

WITH dropped AS MATERIALIZED (
    SELECT a.attrelid, count(*) AS columns FROM pg_attribute a WHERE a.attisdropped GROUP BY a.attrelid HAVING count(*) >= 50
)
SELECT c.oid::regclass::text AS object,
       format('%s columns were dropped, %s are left.', d.columns, c.relnatts - d.columns) AS detail,
       d.columns::double precision AS measured,
       50::double precision AS threshold,
       NULL::text AS fix
FROM dropped d
JOIN pg_class c ON c.oid = d.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND d.columns > c.relnatts - d.columns
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY object
