-- Tables and views in schemas that no extension brought: what is there before the first migration.
--
-- $1 the schemas of the search path. Columns: name, as SQL quotes it.

SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname IN (SELECT CASE p.schema WHEN '$user' THEN current_user::text ELSE p.schema END FROM unnest($1::text[]) AS p (schema))
  AND NOT EXISTS (SELECT FROM pg_depend AS e
                  WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY n.nspname, c.relname
