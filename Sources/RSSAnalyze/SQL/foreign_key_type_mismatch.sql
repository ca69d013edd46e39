-- check: foreign_key.type_mismatch
-- title: Foreign keys between different types
-- severity: warning
-- needs: none
-- why: The types differ, so that each check of the key converts, an index may not serve, and the narrower
--      column cannot hold every key.
-- threshold: any, but varchar and text, which are compared alike
-- source: PostgreSQL documentation, 5.4.5 Foreign Keys
-- trial: CREATE TABLE p (id bigint PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p)

SELECT format('%s.%I', k.conrelid::regclass, k.conname) AS object,
       format('%I is %s and references %s.%I, which is %s.', a.attname, format_type(a.atttypid, NULL), k.confrelid::regclass, b.attname, format_type(b.atttypid, NULL)) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       NULL::text AS fix
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS pair (here, there)
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.here
JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.there
WHERE k.contype = 'f' AND k.conparentid = 0
  AND a.atttypid <> b.atttypid
  AND NOT (a.atttypid IN ('varchar'::regtype, 'text'::regtype) AND b.atttypid IN ('varchar'::regtype, 'text'::regtype))
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY object
