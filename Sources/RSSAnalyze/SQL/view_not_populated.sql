-- check: view.not_populated
-- title: Materialized views that were never filled
-- severity: warning
-- needs: none
-- why: Each query of such a view ends with an error until it is refreshed.
-- threshold: any
-- source: PostgreSQL documentation, REFRESH MATERIALIZED VIEW
-- trial: CREATE MATERIALIZED VIEW v AS SELECT 1 WITH NO DATA

SELECT format('%I.%I', n.nspname, c.relname) AS object,
       'It was created or refreshed WITH NO DATA.' AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('REFRESH MATERIALIZED VIEW %I.%I;', n.nspname, c.relname) AS fix
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'm' AND NOT c.relispopulated AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY object
